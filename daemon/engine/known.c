#include "engine/known.h"
#include "text/hash.h"

#include <stdlib.h>

static known_slot *slot_of(const known *k, uint64_t hash)
{
    size_t at = hash_place(hash, k->slot) & k->mask;
    while (k->slot[at].list && k->slot[at].hash != hash)
        at = (at + 1) & k->mask;
    return &k->slot[at];
}

const posting_list *known_list(const known *k, uint64_t hash)
{
    const posting_list *list = NULL;
    for (; k && !list; k = k->base)
        if (k->slot)
            list = slot_of(k, hash)->list;
    return list;
}

// Room for n lists more, at most half of the slots taken.
static bool reserve(known *k, size_t n)
{
    known before = *k;
    size_t size = k->slot ? k->mask + 1 : 64;
    while (size < 2 * (k->n + n))
        size *= 2;
    if (k->slot && size == k->mask + 1)
        return true;
    k->slot = calloc(size, sizeof *k->slot);
    if (!k->slot) {
        k->slot = before.slot;
        return false;
    }
    k->mask = size - 1;
    for (size_t i = 0; before.slot && i <= before.mask; i++)
        if (before.slot[i].list)
            *slot_of(k, before.slot[i].hash) = before.slot[i];
    free(before.slot);
    return true;
}

bool known_keep(known *k, const uint64_t *hashes, const postings *p)
{
    if (k->n + p->n > KNOWN_KEYS || !reserve(k, p->n))
        return false;
    postings *held = realloc(k->held, (k->n_held + 1) * sizeof *held);
    if (!held)
        return false;
    k->held = held;
    k->held[k->n_held++] = *p;
    for (size_t i = 0; i < p->n; i++)
        *slot_of(k, hashes[i]) = (known_slot){hashes[i], &p->list[i]};
    k->n += p->n;
    return true;
}

void known_close(known *k)
{
    while (k->n_held > 0)
        postings_free(&k->held[--k->n_held]);
    free(k->held);
    free(k->slot);
    *k = (known){0};
}
