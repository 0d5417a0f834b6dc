// varint.h - numbers below 2^32 in bytes of 7 bits, the low ones first; all but the last byte have
// the bit above set.
// Layer: index, private.  Threads: pure.
#ifndef SHINGLED_INDEX_VARINT_H
#define SHINGLED_INDEX_VARINT_H
#include "base/view.h"

#include <stdbool.h>

enum { VARINT_MOST = 5 }; // bytes

// varint_put writes one; returns its end.
static inline uint8_t *varint_put(uint8_t *to, uint32_t n)
{
    for (; n >= 0x80; n >>= 7)
        *to++ = (uint8_t)(n | 0x80);
    *to++ = (uint8_t)n;
    return to;
}

// varint_take reads one from the beginning of v, which is moved behind it; false where there is
// none.
static inline bool varint_take(view *v, uint32_t *n)
{
    uint64_t x = 0;
    for (unsigned i = 0; i < VARINT_MOST && i < v->len; i++) {
        x |= (uint64_t)(v->p[i] & 0x7f) << 7 * i;
        if (v->p[i] >= 0x80)
            continue;
        *v = (view){v->p + i + 1, v->len - i - 1};
        *n = (uint32_t)x;
        return x <= UINT32_MAX;
    }
    return false;
}

#endif
