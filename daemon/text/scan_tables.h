// scan_tables.h - what scanning must know of bytes, made from the table of characters.
// Layer: text.  May include: base.  Threads: constant after scan_tables_fill.
#ifndef SHINGLED_TEXT_SCAN_TABLES_H
#define SHINGLED_TEXT_SCAN_TABLES_H
#include <stdint.h>

// Of an ASCII character; 0 is a break.
enum byte_class {
    BYTE_LOWER = 1,
    BYTE_UPPER = 2,
    BYTE_DIGIT = 4,
    BYTE_APOS = 8,
    BYTE_DOT = 16,
    BYTE_COMMA = 32,
    BYTE_LINE = 64,
    BYTE_ODD = 128, // nothing of these: the reference must look
};

// Of U+0080-00BF by their second byte, and of U+2000-203F by their third.
enum sequence_class { SEQUENCE_ODD, SEQUENCE_BREAK, SEQUENCE_APOS };

typedef struct scan_tables {
    _Alignas(64) uint8_t ascii[128];       // byte_class
    _Alignas(64) uint8_t c2[64], e280[64]; // sequence_class
    // U+00C0-00FF by their second byte: the letter of the key, or 0; and 1 where it is a capital
    _Alignas(64) uint8_t c3[64], c3_upper[64];
} scan_tables;

const scan_tables *scan_tables_get(void);

#endif
