#include "base/xxh.h"
#include <xxhash.h>
#if defined(SHG_XXH_DISPATCH)
#include <xxh_x86dispatch.h> // puts its own in the place of those
#endif

uint64_t xxh_bytes(view bytes, uint64_t seed)
{
    return seed ? XXH3_64bits_withSeed(bytes.p, bytes.len, seed) : XXH3_64bits(bytes.p, bytes.len);
}
