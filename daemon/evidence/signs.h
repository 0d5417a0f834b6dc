// signs.h - what the characters beside a word are: blanks, digits.
// Layer: evidence.  May include: base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SIGNS_H
#define SHINGLED_EVIDENCE_SIGNS_H
#include <stdbool.h>
#include <stdint.h>

// signs_is_space: controls, blanks of any width, those of no width.
static inline bool signs_is_space(uint32_t c)
{
    return c <= ' ' || c == 0xa0 || c == 0x202f || (c >= 0x2000 && c <= 0x200b) || c == 0x3000 ||
           c == 0xfeff;
}

static inline bool signs_is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

#endif
