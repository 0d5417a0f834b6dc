// utf8_blocks.h - is a text well-formed UTF-8, 64 bytes at a time, for every CPU level.
//
// Three look-ups by half bytes name what is wrong with two neighbouring bytes, and a
// comparison tells where a third or fourth byte must follow (Keiser, Lemire: Validating UTF-8
// in less than one instruction per byte, Software: Practice and Experience 2021).
// Layer: text.  Threads: pure.
#ifndef SHINGLED_TEXT_UTF8_BLOCKS_H
#define SHINGLED_TEXT_UTF8_BLOCKS_H
#include <stdint.h>

enum utf8_fault {
    UTF8_SHORT = 1,      // a lead without what must follow
    UTF8_LONG = 2,       // a continuation after ASCII
    UTF8_OVER3 = 4,      // E0 80-9F
    UTF8_LARGE = 8,      // above U+10FFFF: F4 90-BF
    UTF8_SURROGATE = 16, // ED A0-BF
    UTF8_OVER2 = 32,     // C0, C1
    UTF8_OVER4 = 64,     // F0 80-8F, and F5-FF 80-8F
    UTF8_TWO = 128,      // two continuations: a fault unless a lead before them asks for both
    UTF8_ANY_LOW = UTF8_SHORT | UTF8_LONG | UTF8_TWO, // whatever the first byte's low half is
};

// What may be wrong by the high half of the first byte, its low half, the second's high half.
static const uint8_t UTF8_FIRST_HIGH[16] = {
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_LONG,
    UTF8_TWO,
    UTF8_TWO,
    UTF8_TWO,
    UTF8_TWO,
    UTF8_SHORT | UTF8_OVER2,
    UTF8_SHORT,
    UTF8_SHORT | UTF8_OVER3 | UTF8_SURROGATE,
    UTF8_SHORT | UTF8_LARGE | UTF8_OVER4,
};
static const uint8_t UTF8_FIRST_LOW[16] = {
    UTF8_ANY_LOW | UTF8_OVER3 | UTF8_OVER2 | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_OVER2,
    UTF8_ANY_LOW,
    UTF8_ANY_LOW,
    UTF8_ANY_LOW | UTF8_LARGE,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4 | UTF8_SURROGATE,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
    UTF8_ANY_LOW | UTF8_LARGE | UTF8_OVER4,
};
static const uint8_t UTF8_SECOND_HIGH[16] = {
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_LONG | UTF8_OVER2 | UTF8_TWO | UTF8_OVER3 | UTF8_OVER4,
    UTF8_LONG | UTF8_OVER2 | UTF8_TWO | UTF8_OVER3 | UTF8_LARGE,
    UTF8_LONG | UTF8_OVER2 | UTF8_TWO | UTF8_SURROGATE | UTF8_LARGE,
    UTF8_LONG | UTF8_OVER2 | UTF8_TWO | UTF8_SURROGATE | UTF8_LARGE,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
    UTF8_SHORT,
};

#endif
