// shingle_blocks.h - the hashes of shingles in a row, in plain C that every compiler turns
// into vectors: each CPU level includes and compiles it with its own instructions.
// Layer: text.  May include: base, text/hash, text/kernels, text/shingle.  Threads: pure.
#ifndef SHINGLED_TEXT_SHINGLE_BLOCKS_H
#define SHINGLED_TEXT_SHINGLE_BLOCKS_H
#include "base/bytes.h"
#include "text/kernels.h"
#include "text/shingle.h"

// A variant whose compiler needs to be told may define SHINGLE_WIDTH, shingle_vec of so many
// hashes, and shingle_load, shingle_store, shingle_add and shingle_turns before it includes this;
// and SHINGLE_AHEAD and shingle_ahead, which gives the hashes j places on of a vector and the next
// one, where that costs less than loading them.

// Characters that weigh as much as the words of a shingle.
enum {
    SKETCH_CHARS = (SKETCH_WORDS * WORD_WEIGHT + CHAR_WEIGHT - 1) / CHAR_WEIGHT,
    PRINT_CHARS = (PRINT_WORDS * WORD_WEIGHT + CHAR_WEIGHT - 1) / CHAR_WEIGHT,
};
enum { SHINGLE_TURN = 24 }; // whole bytes, and no two of SHINGLE_MOST places turn a word alike

static inline uint64_t shingle_turn(uint64_t x)
{
    return x << SHINGLE_TURN | x >> (64 - SHINGLE_TURN);
}

#ifdef SHINGLE_WIDTH
// h, of the words from [0] to [from - 1], to go on up to [to - 1]; so many words each from `hash`
// on.
static inline shingle_vec shingle_vector(shingle_vec h, const uint64_t *hash, unsigned from,
                                         const unsigned to)
{
    for (unsigned j = from; j < to; j++)
        h = shingle_add(shingle_turns(h), shingle_load(hash + j));
    return h;
}
#endif

static inline void shingle_row(uint64_t *restrict out, const uint64_t *restrict hash, size_t n,
                               const unsigned each)
{
    size_t i = 0;
#ifdef SHINGLE_WIDTH
    for (; i + SHINGLE_WIDTH <= n; i += SHINGLE_WIDTH)
        shingle_store(out + i, shingle_vector(shingle_load(hash + i), hash + i, 1, each));
#endif
    for (; i < n; i++) {
        uint64_t h = hash[i];
        for (unsigned j = 1; j < each; j++)
            h = shingle_turn(h) + hash[i + j];
        out[i] = h;
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

// The first k words are in any shingle, others as long as `light` ones before them leave room.
static inline void shingle_mixed_row(uint64_t *restrict out, const uint64_t *restrict hash,
                                     const uint8_t *restrict alone, size_t n, const unsigned k,
                                     const unsigned most)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t h = hash[i], light = alone[i];
        for (unsigned j = 1; j < k; j++) {
            h = shingle_turn(h) + hash[i + j];
            light += alone[i + j];
        }
        for (unsigned j = k; j < most; j++) {
            uint64_t longer = shingle_turn(h) + hash[i + j];
            h = (WORD_WEIGHT - CHAR_WEIGHT) * light > WORD_WEIGHT * (j - k) ? longer : h;
            light += alone[i + j];
        }
        out[i] = h;
    }
}

enum { SHINGLE_RUN = 64 }; // shingles that are made alike

// Whether the words of n shingles, from 1 on, are all alone (1), none is (0), or some are (-1).
static inline int shingle_kind(const uint8_t *alone, size_t n)
{
    uint64_t all = load64(alone + n - 1), any = all;
    for (size_t i = 0; i < n; i += 8) {
        all &= load64(alone + i);
        any |= load64(alone + i);
    }
    return all == 0x0101010101010101u ? 1 : any == 0 ? 0 : -1;
}

// out[i] is the hash of the shingle of as many words from i on as it takes for their weight, less
// where alone[i] is 1, to reach that of k words: at most SHINGLE_MOST, and so many can be read.
static inline void shingle_mixed_blocks(uint64_t *restrict out, const uint64_t *restrict hash,
                                        const uint8_t *restrict alone, size_t n, unsigned k)
{
    const unsigned chars = (k * WORD_WEIGHT + CHAR_WEIGHT - 1) / CHAR_WEIGHT;
    for (size_t i = 0, run; i < n; i += run) {
        run = n - i < SHINGLE_RUN ? n - i : SHINGLE_RUN;
        int kind = shingle_kind(alone + i, run);
        if (kind >= 0)
            shingle_blocks(out + i, hash + i, run, kind ? chars : k);
        else if (k == SKETCH_WORDS)
            shingle_mixed_row(out + i, hash + i, alone + i, run, SKETCH_WORDS, SKETCH_CHARS);
        else if (k == PRINT_WORDS)
            shingle_mixed_row(out + i, hash + i, alone + i, run, PRINT_WORDS, PRINT_CHARS);
        else
            shingle_mixed_row(out + i, hash + i, alone + i, run, k, SHINGLE_MOST);
    }
}

#ifdef SHINGLE_AHEAD
// Those of the first of n places, whole vectors of them, but for the last two; returns how many. A
// word is loaded once, and not again for each shingle: loads across lines of cache are dear.
static inline size_t shingle_pairs_ahead(uint64_t *restrict few, uint64_t *restrict more,
                                         const uint64_t *restrict hash, size_t n,
                                         const unsigned n_few, const unsigned n_more)
{
    size_t i = 0;
    if (n < 2 * SHINGLE_WIDTH)
        return 0;
    shingle_vec here = shingle_load(hash);
    for (; i + 2 * SHINGLE_WIDTH <= n; i += SHINGLE_WIDTH) {
        shingle_vec h = here, next = shingle_load(hash + i + SHINGLE_WIDTH);
        for (unsigned j = 1; j < n_few; j++)
            h = shingle_add(shingle_turns(h), shingle_ahead(here, next, j));
        shingle_store(few + i, h);
        for (unsigned j = n_few; j < n_more; j++)
            h = shingle_add(shingle_turns(h), shingle_ahead(here, next, j));
        shingle_store(more + i, h);
        here = next;
    }
    return i;
}

_Static_assert((int)SHINGLE_MOST <= (int)SHINGLE_WIDTH, "no word lies behind the next vector");
#endif

// Those of `few` words and of `more` that begin at each of n words: the short one is where the long
// one has got to.
static inline void shingle_pair_row(uint64_t *restrict few, uint64_t *restrict more,
                                    const uint64_t *restrict hash, size_t n, const unsigned n_few,
                                    const unsigned n_more)
{
    size_t i = 0;
#ifdef SHINGLE_AHEAD
    i = shingle_pairs_ahead(few, more, hash, n, n_few, n_more);
#endif
#ifdef SHINGLE_WIDTH
    for (; i + SHINGLE_WIDTH <= n; i += SHINGLE_WIDTH) {
        shingle_vec h = shingle_vector(shingle_load(hash + i), hash + i, 1, n_few);
        shingle_store(few + i, h);
        shingle_store(more + i, shingle_vector(h, hash + i, n_few, n_more));
    }
#endif
    for (; i < n; i++) {
        uint64_t h = hash[i];
        for (unsigned j = 1; j < n_few; j++)
            h = shingle_turn(h) + hash[i + j];
        few[i] = h;
        for (unsigned j = n_few; j < n_more; j++)
            h = shingle_turn(h) + hash[i + j];
        more[i] = h;
    }
}

// The shingles of SKETCH_WORDS and of PRINT_WORDS of n words from 0 on.
static inline void shingle_pair_blocks(uint64_t *restrict sketch, uint64_t *restrict print,
                                       const uint64_t *restrict hash, const uint8_t *restrict alone,
                                       size_t n)
{
    for (size_t i = 0, run; i < n; i += run) {
        run = alone && n - i > SHINGLE_RUN ? SHINGLE_RUN : n - i;
        int kind = alone ? shingle_kind(alone + i, run) : 0;
        if (kind == 0) {
            shingle_pair_row(sketch + i, print + i, hash + i, run, SKETCH_WORDS, PRINT_WORDS);
        } else if (kind > 0) {
            shingle_pair_row(sketch + i, print + i, hash + i, run, SKETCH_CHARS, PRINT_CHARS);
        } else {
            shingle_mixed_row(sketch + i, hash + i, alone + i, run, SKETCH_WORDS, SKETCH_CHARS);
            shingle_mixed_row(print + i, hash + i, alone + i, run, PRINT_WORDS, PRINT_CHARS);
        }
    }
}

_Static_assert((int)PRINT_CHARS == (int)SHINGLE_MOST, "as many as a kernel may read");

#endif
