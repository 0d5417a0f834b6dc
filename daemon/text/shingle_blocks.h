// shingle_blocks.h - the hashes of shingles in a row, in plain C that every compiler turns
// into vectors: each CPU level includes and compiles it with its own instructions.
// Layer: text.  May include: base, text/hash.  Threads: pure.
#ifndef SHINGLED_TEXT_SHINGLE_BLOCKS_H
#define SHINGLED_TEXT_SHINGLE_BLOCKS_H
#include "text/hash.h"

enum { SHINGLE_TURN = 23 }; // odd, so that no two of 64 places turn a word alike

static inline uint64_t shingle_turn(uint64_t x)
{
    return x << SHINGLE_TURN | x >> (64 - SHINGLE_TURN);
}

static inline void shingle_row(uint64_t *restrict out, const uint64_t *restrict hash, size_t n,
                               const unsigned each)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t h = hash[i];
        for (unsigned j = 1; j < each; j++)
            h = shingle_turn(h) + hash[i + j];
        out[i] = hash_end(h);
    }
}

// Those of words and of characters, 3 and 5 of each weight, are compiled on their own.
static inline void shingle_blocks(uint64_t *restrict out, const uint64_t *restrict hash, size_t n,
                                  unsigned each)
{
    switch (each) {
    case 3:
        shingle_row(out, hash, n, 3);
        break;
    case 5:
        shingle_row(out, hash, n, 5);
        break;
    case 8:
        shingle_row(out, hash, n, 8);
        break;
    default:
        shingle_row(out, hash, n, each);
    }
}

#endif
