// segment_inside.h - how a block of postings is laid out, for who builds, reads and searches one.
// FORMAT.md of the store describes it.
// Layer: index, private.
#ifndef SHINGLED_INDEX_SEGMENT_INSIDE_H
#define SHINGLED_INDEX_SEGMENT_INSIDE_H
#include "base/bytes.h"
#include "index/segment.h"
#include "sketch/winnow.h"

enum {
    BLOCK_HEAD = 12, // postings in buckets, long lists, postings in them
    BLOCK_TAIL = 8,  // zeros: entries are loaded 8 bytes at a time
    LONG_ENTRY = 13, // fingerprint, first document, how many
};

static inline uint32_t bucket_number(const segment *s, uint64_t hash)
{
    uint64_t q = hash >> (PRINT_BITS - s->block_bits - s->bucket_bits);
    return (uint32_t)(q & (((uint64_t)1 << s->bucket_bits) - 1));
}

static inline unsigned rest_bits(const segment *s)
{
    return PRINT_BITS - s->block_bits - s->bucket_bits;
}

static inline unsigned low_bits(const segment *s)
{
    return s->doc_bits + 1;
}

// The bits of a fingerprint in its bucket's hint, one in each half: by its last 8 bits, which no
// bucket tells, and which are random, since fingerprints are hashes.
static inline uint32_t hint_bits(uint64_t hash)
{
    enum { HALF = 16 };
    return UINT32_C(1) << hash % HALF | UINT32_C(1) << (HALF + hash / HALF % HALF);
}

// Bytes of a bucket's end in a block of n postings.
static inline size_t end_width(uint32_t n)
{
    return n <= UINT16_MAX ? 2 : 4;
}

static inline uint32_t end_at(const block *b, uint32_t bucket)
{
    return b->n <= UINT16_MAX ? load16(b->ends + 2 * (size_t)bucket)
                              : load32(b->ends + 4 * (size_t)bucket);
}

static inline uint64_t long_bit(uint64_t hash)
{
    return (uint64_t)1 << hash % 64;
}

// Where the parts of a block of known counts stand; its length.
static inline size_t lay_out(block *b, const segment *s, uint32_t number, const uint8_t *body)
{
    b->s = s;
    b->base = number << s->bucket_bits;
    b->entries = body + BLOCK_HEAD;
    b->ends = b->entries + (size_t)b->n * s->width;
    b->longs = b->ends + (end_width(b->n) << s->bucket_bits);
    b->docs = b->longs + (size_t)b->n_long * LONG_ENTRY;
    return (size_t)(b->docs - body) + (size_t)b->n_docs * 4 + BLOCK_TAIL;
}

// The entries of a bucket, [*from, *to): empty where the block makes no sense.
static inline void bucket_range(const block *b, uint32_t bucket, uint32_t *from, uint32_t *to)
{
    *from = bucket ? end_at(b, bucket - 1) : 0;
    *to = end_at(b, bucket);
    if (*from > *to || *to > b->n)
        *from = *to = 0;
}

typedef struct long_list {
    uint64_t hash;
    uint32_t first, n;
} long_list;

// The i-th long list, never outside of the block.
static inline long_list long_at(const block *b, uint32_t i)
{
    const uint8_t *p = b->longs + (size_t)i * LONG_ENTRY;
    long_list l = {(uint64_t)load32(p) | (uint64_t)p[4] << 32, load32(p + 5), load32(p + 9)};
    if (l.first > b->n_docs || l.n > b->n_docs - l.first)
        l.first = l.n = 0;
    return l;
}

#endif
