// roof_blocks.h - the body of roof_*.c; each defines ROOF, and perhaps XXH_VECTOR.
#define XXH_INLINE_ALL
#include "roof.h"
#include <xxhash.h>

static uint64_t read_all(view text)
{
    uint64_t sum = 0, x;
    for (size_t i = 0; i + sizeof x <= text.len; i += sizeof x) {
        memcpy(&x, text.p + i, sizeof x);
        sum += x;
    }
    return sum;
}

static uint64_t xxh3(view text)
{
    return XXH3_64bits(text.p, text.len);
}

const roof ROOF = {read_all, xxh3};
