// hash_blocks.h - the hashes of keys one by one, for the reference and for the rest of a list.
// Layer: text.  May include: base, text/hash.  Threads: pure.
#ifndef SHINGLED_TEXT_HASH_BLOCKS_H
#define SHINGLED_TEXT_HASH_BLOCKS_H
#include "text/hash.h"

static inline void hash_each(uint64_t *out, const uint8_t *keys, uint32_t first,
                             const uint32_t *space, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = hash_padded(keys + first, space[i] - first);
        first = space[i] + 1;
    }
}

// hash_long of a key behind which HASH_SLACK bytes may be read: its last step needs no copy of what
// is left, from which whole numbers could be loaded only when all of it had been stored.
static inline uint64_t hash_long_padded(const uint8_t *key, size_t len)
{
    uint64_t x = len;
    for (; len > HASH_SHORT; key += HASH_SHORT, len -= HASH_SHORT)
        x = hash_step(x, load64(key), load64(key + 8));
    size_t first = len < 8 ? len : 8;
    return hash_step(x, load64(key) & hash_ones(first), load64(key + 8) & hash_ones(len - first));
}

// hash_each of those keys alone that are longer than `most`: few, and a call within the loop over
// all would cost it its registers.
static inline void hash_longer(uint64_t *out, const uint8_t *keys, uint32_t first,
                               const uint32_t *space, size_t n, uint32_t most)
{
    for (size_t i = 0; i < n; i++) {
        if (space[i] - first > most)
            out[i] = hash_long(keys + first, space[i] - first);
        first = space[i] + 1;
    }
}

#endif
