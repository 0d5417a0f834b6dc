// active.h - the postings of the newest documents, in RAM, until they are sealed.
//
// Buckets by the first bits of a fingerprint, each a list of small chunks that postings are
// appended to and that a lookup reads through: an addition touches one line of memory and compares
// nothing, and a segment is sealed in the order in which the buckets stand.
// Layer: index, private.  Threads: the owner's lock; a frozen one is constant.
#ifndef SHINGLED_INDEX_ACTIVE_H
#define SHINGLED_INDEX_ACTIVE_H
#include "index/docs.h"
#include "index/huge.h"

typedef struct active active;

// The postings that lookups of many fingerprints find, in the order found.
typedef struct hit {
    uint32_t which; // of the fingerprints that are looked up
    posting p;
} hit;
typedef struct hits {
    buf found;       // of hit
    uint32_t *n;     // [fingerprints] found so far; never over cap
    uint32_t *total; // [fingerprints] that were seen, of documents that are gone too
    uint32_t cap;
    size_t lost; // fingerprints that stood in a damaged block of a segment
    const doc_table *d;
} hits;

// hits_add keeps a posting whose document is there; false: the list is full. A question finds
// thousands: for room that is there nothing is called.
static inline bool hits_add(hits *h, uint32_t which, uint32_t doc, bool quoted)
{
    if (h->n[which] >= h->cap)
        return false;
    if (!docs_alive(h->d, doc))
        return true;
    buf *found = &h->found;
    bool room = found->cap - found->len >= sizeof(hit);
    hit *to = (hit *)(void *)(room ? found->p + found->len : buf_grow(found, sizeof *to));
    if (to) {
        *to = (hit){which, {doc, quoted}};
        found->len += sizeof *to;
    }
    h->n[which]++;
    return true;
}

// hits_full tells whether a list is full and known to be longer: that is all anyone asks of it.
static inline bool hits_full(const hits *h, uint32_t which)
{
    return h->n[which] == h->cap && h->total[which] > h->cap;
}

// A fingerprint that is looked up, with its place among those that were given: sorted,
// they visit the blocks in order.
enum { WANT_BITS = 24 };
static inline uint64_t want_of(uint64_t hash, uint32_t which)
{
    return hash << WANT_BITS | which;
}
static inline uint64_t want_hash(uint64_t want)
{
    return want >> WANT_BITS;
}
static inline uint32_t want_which(uint64_t want)
{
    return (uint32_t)want & ((1u << WANT_BITS) - 1);
}

// A posting on its way into a block, or out of one.
typedef struct flat {
    uint64_t hash;
    uint32_t doc;
    bool quoted;
} flat;

// active_new makes one for documents from doc0 on, shaped for so many of them. Its memory comes
// from the stock, or NULL, which stays the caller's.
SHG_MUST_CHECK shg_err active_new(active **out, huge_stock *stock, uint32_t doc0,
                                  unsigned docs_expected);
void active_free(active *a);

// active_clear empties one. Its memory stays, as far as the next one will need it: fresh pages cost
// more than what is written to them.
void active_clear(active *a);

// active_trim gives back what active_reserve made room for and was not taken.
void active_trim(active *a);

// active_start says where the documents of an empty one begin.
void active_start(active *a, uint32_t doc0);

// active_reserve makes room for n more postings: active_add of them can't fail.
SHG_MUST_CHECK shg_err active_reserve(active *a, size_t n);

// active_add adds those of a document, whose number is greater than all before. Behind its n
// fingerprints there may be `more` of the next documents: what they will write to is asked for.
void active_add(active *a, uint32_t doc, const print *prints, size_t n, size_t more);

// active_skip tells that documents below end belong to it, whether they have postings or not.
void active_skip(active *a, uint32_t end);

// active_lookup finds the postings of n wanted fingerprints (see want_of). A list that is full is
// not read on: one that stands in all documents costs no more than a short one.
void active_lookup(const active *a, const uint64_t *wants, size_t n, hits *h);

uint32_t active_first(const active *a); // its documents are [first, end)
uint32_t active_end(const active *a);
size_t active_count(const active *a); // postings
size_t active_ram(const active *a);

// active_read appends to out, as flat, the postings of the fingerprints whose first `bits` bits are
// `number`; those of one fingerprint ascend. bits: 0 to PRINT_BITS.
SHG_MUST_CHECK shg_err active_read(const active *a, unsigned bits, uint64_t number, buf *out);

#endif
