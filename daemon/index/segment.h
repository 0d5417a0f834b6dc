// segment.h - sealed postings: blocks of DB_BLOCKS that never change.
//
// A segment holds the postings of the documents [doc0, doc1). The first bits of a
// fingerprint choose the block, the next ones the bucket in it; an entry holds the rest,
// the document counted from doc0, and the quoted bit. Buckets have no order but that the
// documents of one fingerprint ascend. A fingerprint of LONG_LIST documents or more
// has a list of its own behind the buckets, so that its neighbours do not pay for it.
// Layer: index, private.  Threads: constant, but for `verified` and `hint`, which any may fill in,
// and for looked_through and damaged, which belong to who has the index's job_lock.
#ifndef SHINGLED_INDEX_SEGMENT_H
#define SHINGLED_INDEX_SEGMENT_H
#include "index/active.h"
#include "index/record.h"

#include <stdatomic.h>

enum {
    BLOCK_KEY_LEN = 8,
    BLOCK_BITS_MOST = 20,
    BUCKET_BITS_MOST = 20,
    LONG_LIST = 128,
};

// What is known of a block since it was written, or read first: its checksum held. Where it lasts
// at its place (db_get_lasting), it need not be looked up again.
typedef struct block_seen {
    atomic_uintptr_t body; // its bytes; BLOCK_WHOLE: to be looked up; 0: to be checked, too
    // Of one that lasts; set before body:
    atomic_uint_fast64_t n;        // postings, and << 32 how many long lists
    atomic_uint_fast64_t n_docs;   // of the long lists
    atomic_uint_fast64_t long_set; // a bit 1 << hash % 64 for each of them
} block_seen;
enum { BLOCK_WHOLE = 1 };

// What memory holds of a bucket, so that most that lack a fingerprint are not read: a Bloom filter
// of its fingerprints, the other way round, a bit being set where none of them has it. 0, before
// it is filled in, rules nothing out.
typedef _Atomic uint32_t bucket_hint;

typedef struct segment {
    uint32_t id, level;
    uint32_t doc0, doc1;
    uint32_t n_docs; // of them that were there when it was written
    uint64_t n;      // postings; 0: it has no blocks
    unsigned block_bits, bucket_bits;
    unsigned doc_bits, width; // derived: bits of a document, bytes of an entry
    block_seen *verified;     // [blocks] owned
    bucket_hint *hint;        // [buckets of all blocks] owned
    uint32_t looked_through;  // by segment_check: the blocks before this one
    bool damaged;             // a block failed: not merged any more
} segment;

// The segments in order of documents: each begins where the one before ends, the first at 0.
typedef struct segments {
    segment *s;
    size_t n;
    uint32_t next_id;
} segments;

// segment_shape chooses the bits for about n postings in blocks of about block_bytes;
// doc0 and doc1 are set before.
void segment_shape(segment *s, uint64_t n, size_t block_bytes);
SHG_MUST_CHECK shg_err segment_alloc(segment *s); // makes `verified` and `hint`
void segment_free(segment *s);                    // frees them

// segment_written tells that this process has written all its blocks: reading each one whole only
// to check it would make the first questions after a merge read all of it.
void segment_written(segment *s);

static inline uint32_t segment_blocks(const segment *s)
{
    return s->n ? 1u << s->block_bits : 0;
}

static inline size_t segment_hint_bytes(const segment *s)
{
    return s->n ? sizeof(bucket_hint) << (s->block_bits + s->bucket_bits) : 0;
}

// segment_bytes is about what its blocks take: pages of their own, which the last one of each does
// not fill.
static inline uint64_t segment_bytes(const segment *s)
{
    enum { PAGE = 4096 };
    uint64_t n = segment_blocks(s);
    uint64_t block = n ? s->n * s->width / n + ((uint64_t)2 << s->bucket_bits) : 0;
    return n * (block > PAGE / 2 ? (block + PAGE - 1) / PAGE * PAGE : block);
}

// DB_META's row of the list.
void segments_put(buf *b, const segments *s);
SHG_MUST_CHECK shg_err segments_parse(view body, segments *out); // `verified` made too
void segments_fini(segments *s);
static inline uint32_t segments_end(const segments *s)
{
    return s->n ? s->s[s->n - 1].doc1 : 0;
}

void block_key(uint8_t key[BLOCK_KEY_LEN], uint32_t segment_id, uint32_t block);

// A block that is read.
typedef struct block {
    const segment *s;
    const uint8_t *entries, *ends, *longs, *docs;
    uint32_t n, n_long, n_docs, base; // base: number of its first bucket
    uint64_t long_set;                // as in block_seen
} block;
SHG_MUST_CHECK shg_err block_parse(block *out, const segment *s, uint32_t number, view body);

// block_read appends all of a block's postings to out, as flat; those of one fingerprint
// ascend. SHG_ECORRUPT where one lies outside of the segment.
SHG_MUST_CHECK shg_err block_read(const block *b, buf *out);

// block_build appends the body of a block. p are its n postings, those of one fingerprint
// ascending.
SHG_MUST_CHECK shg_err block_build(buf *out, const segment *s, uint32_t number, const flat *p,
                                   size_t n);

// segment_hint fills in the hints of a block's buckets, from its body, built or checked.
void segment_hint(const segment *s, const block *b);

// segment_check looks at the next `most` blocks, which makes those that are not known to be whole
// known; a damaged one is in the log, and passed over. Where the store fails it goes on there the
// next time.
SHG_MUST_CHECK shg_err segment_check(segment *s, db_txn *t, uint32_t most);

// segment_lookup finds the postings of n sorted wants in a snapshot of the store; of a block that
// is damaged none, and h->lost counts how many wants that are.
SHG_MUST_CHECK shg_err segment_lookup(const segment *s, db_txn *t, const uint64_t *wants, size_t n,
                                      hits *h);

#endif
