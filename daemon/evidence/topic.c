#include "evidence/topic.h"
#include "text/hash.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 // of a cosine, by the order in which it is added up

enum { SLOTS_LEAST = 64, FILTERED = 4 }; // FILTERED: terms in a word of the filter, on average

static topic_slot *slot_of(const topic *t, uint64_t hash)
{
    size_t at = hash_place(hash, t->slot) & t->mask;
    while ((t->slot[at].n || t->slot[at].place) && t->slot[at].hash != hash)
        at = (at + 1) & t->mask;
    return &t->slot[at];
}

static uint64_t *maybe_of(const topic *t, uint64_t hash, uint64_t *bit)
{
    *bit = (uint64_t)1 << (hash >> 58);
    return &t->maybe[hash >> 24 & t->maybe_mask];
}

// Makes room for the terms of a text of n words besides those of a; without memory there is none,
// until it is asked for again.
static shg_err reserve(topic *t, size_t n)
{
    size_t size = SLOTS_LEAST, need = t->a->n + n;
    while (size < 2 * need)
        size *= 2;
    if (t->slot && size <= t->mask + 1)
        return SHG_OK;
    free(t->slot);
    free(t->touched);
    t->slot = calloc(size, sizeof *t->slot);
    t->touched = malloc(size * sizeof *t->touched);
    if (!t->slot || !t->touched) {
        free(t->slot);
        t->slot = NULL;
        return SHG_ENOMEM;
    }
    t->mask = size - 1;
    t->at = t->touched + size / 2;
    for (size_t i = 0; i < t->a->n; i++)
        *slot_of(t, t->a->t[i].hash) = (topic_slot){t->a->t[i].hash, 0, (uint32_t)i + 1};
    return SHG_OK;
}

shg_err topic_open(topic *out, const term_list *a)
{
    size_t room = 1;
    while (room * FILTERED < a->n)
        room *= 2;
    *out = (topic){.a = a, .maybe_mask = room - 1};
    out->maybe = calloc(room, sizeof *out->maybe);
    out->weight = malloc((a->n + 1) * sizeof *out->weight);
    if (!out->maybe || !out->weight) {
        topic_close(out);
        return SHG_ENOMEM;
    }
    for (size_t i = 0; i < a->n; i++) {
        uint64_t bit, *maybe = maybe_of(out, a->t[i].hash, &bit);
        *maybe |= bit;
        out->weight[i] = terms_weight(a->t[i].hash, a->t[i].n);
    }
    shg_err e = reserve(out, a->n);
    if (e)
        topic_close(out);
    return e;
}

void topic_close(topic *t)
{
    free(t->weight);
    free(t->maybe);
    free(t->slot);
    free(t->touched);
    *t = (topic){0};
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

// Lists in t->at the words that may begin one of a's terms; how many. Which do is at random: where
// no word is a character, no branch depends on it.
static size_t list_maybe(topic *t, const hash_list *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->n && !b->alone; i++) {
        uint64_t bit, maybe = *maybe_of(t, b->hash[i], &bit);
        t->at[n] = (uint32_t)i;
        n += (maybe & bit) != 0;
    }
    for (size_t i = 0; i < b->n && b->alone; i++) {
        uint64_t hash, bit;
        if (hash_at(b, i, &hash) && *maybe_of(t, hash, &bit) & bit)
            t->at[n++] = (uint32_t)i;
    }
    return n;
}

// The slot of the term that begins at word i, where it is one of a's; else NULL.
static topic_slot *shared_at(const topic *t, const hash_list *b, size_t i)
{
    uint64_t hash;
    topic_slot *s = hash_at(b, i, &hash) ? slot_of(t, hash) : NULL;
    return s && s->place ? s : NULL;
}

static size_t count_shared(topic *t, const hash_list *b, size_t n_maybe)
{
    size_t n = 0;
    for (size_t k = 0; k < n_maybe; k++) {
        topic_slot *s = shared_at(t, b, t->at[k]);
        if (s && s->n++ == 0)
            t->touched[n++] = (uint32_t)(s - t->slot);
    }
    return n;
}

// Adds the terms that a lacks to the squared length of b's vector: until it is over `most`, or
// there are no more.
static double add_others(topic *t, const hash_list *b, size_t n_maybe, double square, double most)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < b->n && square <= most; i++) {
        uint64_t hash;
        bool maybe = k < n_maybe && t->at[k] == i;
        k += maybe;
        if ((maybe && shared_at(t, b, i)) || !hash_at(b, i, &hash))
            continue;
        topic_slot *s = slot_of(t, hash);
        s->hash = hash;
        double once = terms_weight(hash, 1), before = s->n ? terms_weigh(once, s->n) : 0,
               now = terms_weigh(once, s->n + 1);
        square += now * now - before * before;
        if (s->n++ == 0)
            t->touched[n++] = (uint32_t)(s - t->slot);
    }
    while (n > 0)
        t->slot[t->touched[--n]].n = 0;
    return square;
}

shg_err topic_near(topic *t, const hash_list *b, double least, bool *near)
{
    double dot = 0, square = 0;
    shg_err e = reserve(t, b->n);
    if (e)
        return e;
    size_t n_maybe = list_maybe(t, b), n = count_shared(t, b, n_maybe);
    for (size_t i = 0; i < n; i++) {
        topic_slot *s = &t->slot[t->touched[i]];
        double weight = terms_weigh(t->a->t[s->place - 1].idf, s->n);
        square += weight * weight;
        dot += weight * t->weight[s->place - 1];
        s->n = 0;
    }
    if (dot <= 0) {
        *near = false;
        return SHG_OK;
    }
    // Of a longer vector the cosine would be less than `least`.
    double longest = dot / (least - ROUNDING);
    longest *= longest / t->a->square;
    *near = add_others(t, b, n_maybe, square, longest) <= longest;
    return SHG_OK;
}
