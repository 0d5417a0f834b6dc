// idset.h - a set of 64-bit ids, none of them 0. Layer: engine.  Threads: one at a time.
#ifndef SHINGLED_ENGINE_IDSET_H
#define SHINGLED_ENGINE_IDSET_H
#include "shingled/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct idset {
    uint64_t *id; // open addressing, linear probing
    size_t n, cap;
} idset;

// idset_reserve makes room for more: the next that many additions can't fail.
SHG_MUST_CHECK shg_err idset_reserve(idset *s, size_t more);
void idset_add(idset *s, uint64_t id); // nothing where it is there
bool idset_has(const idset *s, uint64_t id);
void idset_remove(idset *s, uint64_t id);
void idset_free(idset *s);

#endif
