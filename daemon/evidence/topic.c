#include "evidence/topic.h"
#include "evidence/maybe.h"
#include "text/hash.h"

#include <math.h>
#include <stdlib.h>

#define ROUNDING 1e-9 // of a cosine, by the order in which it is added up

enum {
    FILTERED = 2, // terms in a word of the filter, on average
    PART = 64,    // words that are weighed before there is a look at what they weigh together
};

static topic_slot *slot_of(const topic *t, uint64_t hash)
{
    size_t at = hash_place(hash, t->slot) & t->mask;
    while (t->slot[at].place && t->slot[at].hash != hash)
        at = (at + 1) & t->mask;
    return &t->slot[at];
}

static topic_other *other_of(const topic *t, uint64_t hash)
{
    size_t at = hash_place(hash, t->other) & t->other_mask;
    while (t->other[at].n && t->other[at].hash != hash)
        at = (at + 1) & t->other_mask;
    return &t->other[at];
}

// Makes room for a text of n words; without memory there is none, until it is asked for again.
static shg_err reserve(topic *t, size_t n)
{
    if (n <= t->room)
        return SHG_OK;
    free(t->term);
    free(t->at);
    t->room = n + n / 2;
    t->term = malloc((t->room + 1) * sizeof *t->term);
    t->at = malloc((t->room + 1) * sizeof *t->at);
    if (t->term && t->at)
        return SHG_OK;
    t->room = 0;
    return SHG_ENOMEM;
}

// Likewise for the terms that the one text lacks, which are seldom looked at.
static shg_err reserve_others(topic *t, size_t n)
{
    if (n <= t->others_room)
        return SHG_OK;
    free(t->other);
    free(t->touched);
    t->others_room = n + n / 2;
    t->other_mask = hash_slots(t->others_room) - 1;
    t->other = calloc(t->other_mask + 1, sizeof *t->other);
    t->touched = malloc((t->others_room + 1) * sizeof *t->touched);
    if (t->other && t->touched)
        return SHG_OK;
    t->others_room = 0;
    return SHG_ENOMEM;
}

shg_err topic_open(topic *out, const term_list *a)
{
    size_t room = 1;
    while (room * FILTERED < a->n)
        room *= 2;
    *out = (topic){.a = a, .mask = hash_slots(a->n) - 1, .maybe_mask = room - 1};
    out->maybe = calloc(room, sizeof *out->maybe);
    out->weight = malloc((a->n + 1) * sizeof *out->weight);
    out->shared = malloc((a->n + 1) * sizeof *out->shared);
    out->slot = calloc(out->mask + 1, sizeof *out->slot);
    if (!out->maybe || !out->weight || !out->shared || !out->slot) {
        topic_close(out);
        return SHG_ENOMEM;
    }
    for (size_t i = 0; i < a->n; i++) {
        uint64_t hash = a->t[i].hash;
        maybe_add(out->maybe, out->maybe_mask, hash);
        *slot_of(out, hash) = (topic_slot){hash, 0, (uint32_t)i + 1};
        out->weight[i] = terms_weigh(a->t[i].idf, a->t[i].n);
    }
    return SHG_OK;
}

void topic_close(topic *t)
{
    free(t->weight);
    free(t->maybe);
    free(t->slot);
    free(t->shared);
    free(t->other);
    free(t->term);
    free(t->at);
    free(t->touched);
    *t = (topic){0};
}

// The terms of a text, in its order.
typedef struct term_hashes {
    const uint64_t *hash;
    size_t n;
} term_hashes;

// As terms_list has them: of characters each two neighbours.
static term_hashes terms_of(topic *t, const hash_list *b)
{
    size_t n = 0;
    if (!b->alone)
        return (term_hashes){b->hash, b->n};
    for (size_t i = 0; i < b->n; i++) {
        bool two = i + 1 < b->n && b->alone[i + 1];
        t->term[n] = b->alone[i] && two ? terms_pair(b->hash[i], b->hash[i + 1]) : b->hash[i];
        n += !b->alone[i] || two;
    }
    return (term_hashes){t->term, n};
}

// Of those that may be a's: which stood there before is at random, no branch depends on it.
static size_t count_shared(topic *t, term_hashes b, size_t n_maybe)
{
    const uint32_t *at = t->at;
    uint32_t *shared = t->shared;
    size_t n = 0;
    for (size_t k = 0; k < n_maybe; k++) {
        topic_slot *s = slot_of(t, b.hash[at[k]]);
        unsigned is = s->place != 0, first = s->n == 0;
        shared[n] = (uint32_t)(s - t->slot);
        n += is & first;
        s->n += is;
    }
    return n;
}

// How often words stood there: those that share a place, together.
typedef struct counted {
    uint8_t n[1024];
} counted;

// The least that the terms [begin, end) add to a squared length, in parts of TERMS_SQUARE, those
// that may be a's aside. A word that stands there n times weighs (1 + ln n) squared as much as
// once, which is n or more up to OFTEN: so many count. Which do is at random: no branch depends on
// it.
static uint64_t least_square(counted *c, const topic *t, const uint64_t *begin, const uint64_t *end)
{
    enum { OFTEN = 12 };
    const terms_squares *squares = terms_squares_get();
    const uint64_t *maybe = t->maybe;
    const size_t mask = t->maybe_mask;
    uint64_t sum = 0;
    for (const uint64_t *p = begin; p < end; p++) {
        uint64_t hash = *p, may = maybe_has(maybe, mask, hash);
        uint8_t *n = &c->n[hash >> 40 & (sizeof c->n - 1)];
        uint64_t counts = (*n < OFTEN) & ~may;
        *n = (uint8_t)(*n + counts);
        sum += terms_square_least(squares, hash) & -counts;
    }
    return sum;
}

// Whether the terms that a lacks add more than `most` for certain.
static bool is_longer(const topic *t, term_hashes b, double most)
{
    counted c = {0};
    double sum = 0;
    for (size_t i = 0; i < b.n && sum <= most * TERMS_SQUARE; i += PART) {
        size_t end = i + PART < b.n ? i + PART : b.n;
        sum += (double)least_square(&c, t, b.hash + i, b.hash + end);
    }
    return sum > most * TERMS_SQUARE;
}

// Where a walk over the terms of a text stands.
typedef struct walk {
    term_hashes b;
    size_t i, k, n_maybe; // terms [0, i) and t->at[0, k) are done
} walk;

// The next terms that a lacks; how many.
static size_t next_others(uint64_t out[PART], walk *w, const topic *t)
{
    size_t n = 0;
    for (; w->i < w->b.n && n < PART; w->i++) {
        uint64_t hash = w->b.hash[w->i];
        bool maybe = w->k < w->n_maybe && t->at[w->k] == w->i;
        w->k += maybe;
        out[n] = hash;
        n += !(maybe && slot_of(t, hash)->place);
    }
    return n;
}

// Adds the terms that a lacks to the squared length of b's vector: until it is over `most`, or
// there are no more. Their weights are far away: many are looked up together.
static double add_others(topic *t, term_hashes b, size_t n_maybe, double square, double most)
{
    uint64_t hash[PART];
    double once[PART];
    walk w = {.b = b, .n_maybe = n_maybe};
    size_t n = 0, n_part;
    while (square <= most && (n_part = next_others(hash, &w, t)) > 0) {
        terms_weights(once, hash, NULL, n_part);
        for (size_t i = 0; i < n_part; i++) {
            topic_other *s = other_of(t, hash[i]);
            double before = s->n ? terms_weigh(once[i], s->n) : 0,
                   now = terms_weigh(once[i], s->n + 1);
            s->hash = hash[i];
            square += now * now - before * before;
            if (s->n++ == 0)
                t->touched[n++] = (uint32_t)(s - t->other);
        }
    }
    while (n > 0)
        t->other[t->touched[--n]].n = 0;
    return square;
}

shg_err topic_most(topic *t, const hash_list *b, double square, double least, double *most)
{
    double dot = 0, shared = 0;
    *most = 0;
    shg_err e = reserve(t, b->n);
    if (e)
        return e;
    term_hashes terms = terms_of(t, b);
    size_t n_maybe = maybe_list(t->at, terms.hash, terms.n, t->maybe, t->maybe_mask);
    size_t n = count_shared(t, terms, n_maybe);
    for (size_t i = 0; i < n; i++) {
        topic_slot *s = &t->slot[t->shared[i]];
        double weight = terms_weigh(t->a->t[s->place - 1].idf, s->n);
        shared += weight * weight;
        dot += weight * t->weight[s->place - 1];
        s->n = 0;
    }
    // Of a longer vector the cosine would be less than `least`.
    double longest = dot / (least - ROUNDING);
    longest *= longest / t->a->square;
    if (dot <= 0 || (square <= 0 && is_longer(t, terms, longest - shared)))
        return SHG_OK;
    if (square <= 0) {
        e = reserve_others(t, terms.n);
        if (e)
            return e;
        square = add_others(t, terms, n_maybe, shared, longest);
    }
    if (square <= longest)
        *most = dot / sqrt(square * t->a->square) + ROUNDING;
    return SHG_OK;
}
