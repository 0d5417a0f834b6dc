#include "evidence/topic.h"
#include "text/hash.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 // of a cosine, by the order in which it is added up

static topic_slot *slot_of(const topic *t, uint64_t hash)
{
    size_t at = hash_place(hash, t->slot) & t->mask;
    while ((t->slot[at].n || t->slot[at].place) && t->slot[at].hash != hash)
        at = (at + 1) & t->mask;
    return &t->slot[at];
}

// Makes room for the terms of a text of n words besides those of a.
static shg_err reserve(topic *t, size_t n)
{
    size_t size = 64, need = t->a->n + n;
    while (size < 2 * need)
        size *= 2;
    if (t->slot && size <= t->mask + 1)
        return SHG_OK;
    free(t->slot);
    free(t->touched);
    t->slot = calloc(size, sizeof *t->slot);
    t->touched = malloc(size * sizeof *t->touched);
    if (!t->slot || !t->touched) {
        topic_close(t);
        return SHG_ENOMEM;
    }
    t->mask = size - 1;
    for (size_t i = 0; i < t->a->n; i++)
        *slot_of(t, t->a->t[i].hash) = (topic_slot){t->a->t[i].hash, 0, (uint32_t)i + 1};
    return SHG_OK;
}

shg_err topic_open(topic *out, const term_list *a)
{
    *out = (topic){.a = a};
    return reserve(out, a->n);
}

void topic_close(topic *t)
{
    free(t->slot);
    free(t->touched);
    *t = (topic){.a = t->a};
}

// The term that begins at word i, as terms_list has it; false where none does.
static bool hash_at(const hash_list *b, size_t i, uint64_t *hash)
{
    *hash = b->hash[i];
    if (!b->alone || !b->alone[i])
        return true;
    if (i + 1 == b->n || !b->alone[i + 1])
        return false;
    *hash = terms_pair(*hash, b->hash[i + 1]);
    return true;
}

static size_t count_terms(topic *t, const hash_list *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        uint64_t hash;
        if (!hash_at(b, i, &hash))
            continue;
        topic_slot *s = slot_of(t, hash);
        if (s->n == 0) {
            terms_fetch(hash);
            s->hash = hash;
            t->touched[n++] = (uint32_t)(s - t->slot);
        }
        s->n++;
    }
    return n;
}

shg_err topic_near(topic *t, const hash_list *b, double least, bool *near)
{
    double dot = 0, square = 0;
    shg_err e = reserve(t, b->n);
    if (e)
        return e;
    size_t n = count_terms(t, b);
    for (size_t i = 0; i < n; i++) {
        topic_slot *s = &t->slot[t->touched[i]];
        double weight = terms_weight(s->hash, s->n);
        square += weight * weight;
        if (s->place)
            dot += weight * terms_weight(s->hash, t->a->t[s->place - 1].n);
        s->n = 0;
    }
    *near = dot > 0 && dot >= (least - ROUNDING) * sqrt(square * t->a->square);
    return SHG_OK;
}
