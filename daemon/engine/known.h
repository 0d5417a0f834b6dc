// known.h - postings that a question has looked up, for the articles that it compares.
//
// A match shares many of its fingerprints with the article asked about, and with the other
// matches: each list is read from the store once.
// Layer: engine.  May include: index.  Threads: one owner; read-only as the base of others.
#ifndef SHINGLED_ENGINE_KNOWN_H
#define SHINGLED_ENGINE_KNOWN_H
#include "index/index.h"

enum { KNOWN_KEYS = 1 << 14 }; // lists that one keeps

typedef struct known_slot {
    uint64_t hash;
    const posting_list *list; // NULL: free
} known_slot;

// A zeroed one is empty.
typedef struct known {
    const struct known *base; // whose lists serve too; or NULL
    known_slot *slot;         // in open addressing
    size_t mask, n;
    postings *held; // [n_held]: where the lists stand
    size_t n_held;
} known;

// known_list is the list of a fingerprint as index_lookup gave it, or NULL. k may be NULL.
const posting_list *known_list(const known *k, uint64_t hash);

// known_keep takes over the lists of hashes that are not in it yet, each once. False leaves *p to
// the caller: they would be too many, or there is no memory.
bool known_keep(known *k, const uint64_t *hashes, const postings *p);
void known_close(known *k);

#endif
