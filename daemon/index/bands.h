// bands.h - which documents have a band in common: 42 tables from band to documents.
//
// Linear hashing (Litwin, VLDB 1980): a table grows by one bucket at a time, so
// that no insertion waits for a big move. A bucket is a cache line of 14 places,
// the newest documents first; full lines hang behind it. A place is 32 bits: of 26 bits of the
// band's hash those that the bucket does not tell, and how far the document is from the
// line's first. Bucket numbers grow as documents do, so what one takes the other leaves.
// Who searches verifies what they let through by the document's lanes.
// Documents that are gone are passed over, and swept out a bucket at a time, as others go.
// Layer: index, private.  Threads: the owner's lock.
#ifndef SHINGLED_INDEX_BANDS_H
#define SHINGLED_INDEX_BANDS_H
#include "base/buf.h"
#include "index/docs.h"
#include "index/huge.h"

// Documents of one band that a search looks at: the newest. More than so many share
// a band only where they are nearly all alike.
enum { BANDS_MOST = 4096 };

typedef struct bands bands;

SHG_MUST_CHECK shg_err bands_new(bands **out, huge_stock *stock);
void bands_free(bands *b);

// bands_expect gives empty tables the buckets for n documents, which then split none of them.
SHG_MUST_CHECK shg_err bands_expect(bands *b, size_t n);

// bands_reserve makes room for n more documents: bands_add of them can't fail.
SHG_MUST_CHECK shg_err bands_reserve(bands *b, size_t n);

// bands_add adds a document, whose number is greater than all before. One whose
// bands are all 0 (a text without shingles) is near to none and is not added.
void bands_add(bands *b, const doc_table *d, uint32_t doc, const uint32_t band[MINHASH_BANDS]);

// bands_fetch asks the memory for what bands_add of these will look at: call it while there is
// something else to do.
void bands_fetch(const bands *b, const uint32_t band[MINHASH_BANDS]);

// A document and its bands.
typedef struct bands_of {
    uint32_t doc;
    uint32_t band[MINHASH_BANDS];
} bands_of;

// bands_fill is bands_add of n documents at start, when none is dead and bands_expect has made the
// buckets.
void bands_fill(bands *b, const bands_of *x, size_t n);

// bands_sweep is called once after each docs_kill.
void bands_sweep(bands *b, const doc_table *d);

// bands_near appends to found, as uint64_t and ascending, which document there below end seems to
// have which band: of one band's at most the BANDS_MOST newest. 26 bits of its hash agree;
// the document's lanes tell whether the band is the same.
SHG_MUST_CHECK shg_err bands_near(const bands *b, const doc_table *d,
                                  const uint32_t band[MINHASH_BANDS], uint32_t end, buf *found);

static inline uint64_t near_of(uint32_t doc, unsigned band)
{
    return (uint64_t)doc << 32 | band;
}

static inline uint32_t near_doc(uint64_t found)
{
    return (uint32_t)(found >> 32);
}

static inline unsigned near_band(uint64_t found)
{
    return (unsigned)(found & 0xff);
}

size_t bands_ram(const bands *b);

#endif
