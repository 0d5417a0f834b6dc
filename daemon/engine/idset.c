#include "engine/idset.h"

#include <stdlib.h>

// Ids are hashes: their low bits do. The table is at most three quarters full.
static size_t find(const idset *s, uint64_t id)
{
    size_t at = (size_t)id & (s->cap - 1);
    while (s->id[at] && s->id[at] != id)
        at = (at + 1) & (s->cap - 1);
    return at;
}

static bool fits(const idset *s, size_t more)
{
    return 4 * (s->n + more) <= 3 * s->cap;
}

shg_err idset_reserve(idset *s, size_t more)
{
    if (fits(s, more))
        return SHG_OK;
    idset bigger = {.cap = s->cap ? s->cap : 64};
    for (bigger.n = s->n; !fits(&bigger, more);)
        bigger.cap *= 2;
    bigger.n = 0;
    bigger.id = calloc(bigger.cap, sizeof *bigger.id);
    if (!bigger.id)
        return SHG_ENOMEM;
    for (size_t i = 0; i < s->cap; i++)
        if (s->id[i])
            idset_add(&bigger, s->id[i]);
    idset_free(s);
    *s = bigger;
    return SHG_OK;
}

void idset_add(idset *s, uint64_t id)
{
    size_t at = find(s, id);
    s->n += !s->id[at];
    s->id[at] = id;
}

bool idset_has(const idset *s, uint64_t id)
{
    return id && s->cap && s->id[find(s, id)] == id;
}

// What follows in the run is put in again, so that no gap parts it from its place.
void idset_remove(idset *s, uint64_t id)
{
    if (!idset_has(s, id))
        return;
    size_t at = find(s, id);
    s->id[at] = 0;
    s->n--;
    for (at = (at + 1) & (s->cap - 1); s->id[at]; at = (at + 1) & (s->cap - 1)) {
        uint64_t moved = s->id[at];
        s->id[at] = 0;
        s->id[find(s, moved)] = moved;
    }
}

void idset_free(idset *s)
{
    free(s->id);
    *s = (idset){0};
}
