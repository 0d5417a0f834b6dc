// maybe.h - a filter of hashes: most that a set lacks are told by one bit (a Bloom filter with one
// function).
//
// A filter is mask + 1 words of 64 bits, a power of two; its owner chooses how many.
// Layer: evidence.  May include: nothing.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_MAYBE_H
#define SHINGLED_EVIDENCE_MAYBE_H
#include <stddef.h>
#include <stdint.h>

static inline void maybe_add(uint64_t *maybe, size_t mask, uint64_t hash)
{
    maybe[hash >> 24 & mask] |= (uint64_t)1 << (hash >> 58);
}

// maybe_has is 0 where the set lacks the hash for certain, else 1.
static inline unsigned maybe_has(const uint64_t *maybe, size_t mask, uint64_t hash)
{
    return maybe[hash >> 24 & mask] >> (hash >> 58) & 1;
}

// maybe_list writes to at, which has room for n, the places of those of n hashes that the set may
// have, and returns how many. Which do is at random: no branch depends on it.
static inline size_t maybe_list(uint32_t *at, const uint64_t *hash, size_t n, const uint64_t *maybe,
                                size_t mask)
{
    size_t n_at = 0;
    for (size_t i = 0; i < n; i++) {
        at[n_at] = (uint32_t)i;
        n_at += maybe_has(maybe, mask, hash[i]);
    }
    return n_at;
}

#endif
