// plain_blocks.h - kernels in plain C that every compiler turns into vectors: each CPU level
// includes and compiles them with its own instructions.
// Layer: sketch.  May include: base.  Threads: pure.
#ifndef SHINGLED_SKETCH_PLAIN_BLOCKS_H
#define SHINGLED_SKETCH_PLAIN_BLOCKS_H
#include "sketch/minhash.h"
#include "sketch/winnow.h"

_Static_assert(MINHASH_ROWS == 6, "three pairs of lanes a band");

// A band of lanes that were cut (README, Bands).
static inline uint32_t band_block(const uint8_t *lane, unsigned b, uint64_t seed)
{
    uint64_t z = seed + (b + (uint64_t)1) * 0x9e3779b97f4a7c15u;
    for (unsigned j = 0; j < 3; j++) {
        uint64_t high = lane[b + MINHASH_BANDS * (j + 3)];
        z = (z ^ (lane[b + MINHASH_BANDS * j] | high << 32)) * 0xbf58476d1ce4e5b9u;
        z ^= z >> 32;
    }
    return (uint32_t)(z * 0x94d049bb133111ebu >> 32);
}

static inline void bands_blocks(uint32_t *restrict band, const uint8_t *restrict lane,
                                uint64_t seed)
{
    for (unsigned b = 0; b < MINHASH_BANDS; b++)
        band[b] = band_block(lane, b, seed);
}

// As minhash.h has it: the lanes cut, and their bands, keyed with the secret.
static inline void cut_blocks(minhash *restrict out, const uint32_t *restrict lane, uint64_t seed)
{
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        out->lane[i] = (uint8_t)(lane[i] ^ lane[i] >> 8);
    bands_blocks(out->band, out->lane, seed);
}

static inline void prints_blocks(uint64_t *restrict out, const uint64_t *restrict shingles,
                                 const uint32_t *restrict kept, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        out[i] = print_of(shingles[kept[i]], seed);
}

#endif
