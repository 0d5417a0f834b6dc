// xxh.h - the hash of many bytes, XXH3 (64 bits), by the best instructions of this CPU.
//
// The library's own functions take those that every CPU of the family has, but where it was built
// to choose: over a text that is several times as fast. For few bytes take xxhash.h itself. Layer:
// base.  Threads: pure.
#ifndef SHINGLED_BASE_XXH_H
#define SHINGLED_BASE_XXH_H
#include "base/view.h"

// xxh_bytes is XXH3_64bits_withSeed, which with 0 is XXH3_64bits.
uint64_t xxh_bytes(view bytes, uint64_t seed);

#endif
