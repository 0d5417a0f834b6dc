// lookup.h - a small hash table from 64-bit hashes to numbers, for tables that are
// built once and then only read.
// Layer: evidence.  May include: text, base.  Threads: constant once built.
#ifndef SHINGLED_EVIDENCE_LOOKUP_H
#define SHINGLED_EVIDENCE_LOOKUP_H
#include "evidence/maybe.h"
#include "shingled/err.h"
#include "text/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Open addressing, linear probes, at most half full. A zeroed one is a valid empty one.
typedef struct lookup {
    uint64_t *key; // [cap], 0 = free; owned
    uint32_t *value;
    uint64_t *maybe; // [cap / LOOKUP_FILTERED]: a bit for each key, which most words do not have
    size_t cap, n;
} lookup;

enum { LOOKUP_FILTERED = 8 }; // places in a word of the filter

// lookup_put adds a key or replaces its value. SHG_ENOMEM leaves the table as it was.
SHG_MUST_CHECK shg_err lookup_put(lookup *t, uint64_t key, uint32_t value);
void lookup_free(lookup *t);

static inline bool lookup_get(const lookup *t, uint64_t key, uint32_t *value)
{
    key += !key; // 0 marks a free place
    if (!t->cap || !maybe_has(t->maybe, t->cap / LOOKUP_FILTERED - 1, key))
        return false;
    size_t mask = t->cap - 1;
    for (size_t i = hash_place(key, t->key) & mask; t->key[i]; i = (i + 1) & mask) {
        if (t->key[i] == key) {
            *value = t->value[i];
            return true;
        }
    }
    return false;
}

#endif
