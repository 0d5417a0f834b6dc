#include "evidence/pairs.h"

#include <math.h>
#include <stdlib.h>

enum {
    PAIRS_EACH = 4,
    PAIRS_LEAST = 1024,
    SPREAD_ANY = 1 << 16,
    PART = 64,      // sentences of b in a number
    PARTS_MOST = 4, // of b: longer texts are looked up in lists
    PLANES = 9,     // bits of the most terms that two sentences share
};
_Static_assert(BAG_SENTENCE_MOST < 1 << PLANES, "the terms of a sentence are few enough");

// The sentences of b by term, and what one sentence of a has in common with those that may be like
// it.
typedef struct finder {
    const bags *b;
    size_t n_parts;   // of b; 0 where there are lists
    uint64_t *mask;   // [n_parts * n_terms]: by part and term a bit for each sentence that holds it
    uint64_t *of_a;   // by term: its weight in the sentence of a; zero between sentences
    uint32_t least;   // terms of a sentence of b
    uint32_t *first;  // by term: list[first[term]..first[term + 1]); [n_terms + 2]
    bag_term *list;   // .term is the number of a sentence of b
    uint64_t *dot;    // by sentence of b; zero between sentences of a
    uint32_t *common; // likewise: terms shared; of a part, of some that are not touched, too
    uint32_t *touched; // the sentences that may be like the one of a
    size_t n_touched;
    size_t most;   // pairs
    size_t spread; // terms in more sentences are not looked up
} finder;

static uint32_t terms_in(const bag_text *t, uint32_t k)
{
    return t->first[k + 1] - t->first[k];
}

static shg_err open_masks(finder *f)
{
    const bag_text *t = &f->b->b;
    f->mask = calloc(f->n_parts * f->b->n_terms + 1, sizeof *f->mask);
    f->of_a = calloc((size_t)f->b->n_terms + 1, sizeof *f->of_a);
    if (!f->mask || !f->of_a)
        return SHG_ENOMEM;
    f->least = UINT32_MAX;
    for (uint32_t k = 0; k < t->s.n; k++) {
        uint64_t *mask = f->mask + k / PART * f->b->n_terms;
        for (uint32_t i = t->first[k]; i < t->first[k + 1]; i++)
            mask[t->t[i].term] |= (uint64_t)1 << k % PART;
        f->least = terms_in(t, k) < f->least ? terms_in(t, k) : f->least;
    }
    return SHG_OK;
}

static shg_err open_lists(finder *f)
{
    const bag_text *t = &f->b->b;
    uint32_t n = t->first[t->s.n], n_terms = f->b->n_terms;
    f->first = calloc((size_t)n_terms + 2, sizeof *f->first);
    f->list = malloc((n + 1) * sizeof *f->list);
    if (!f->first || !f->list)
        return SHG_ENOMEM;
    for (uint32_t i = 0; i < n; i++)
        f->first[t->t[i].term + 2]++;
    for (uint32_t i = 2; i < n_terms + 2; i++)
        f->first[i] += f->first[i - 1];
    for (uint32_t k = 0; k < t->s.n; k++) { // first[term + 1] moves up to where it belongs
        for (uint32_t i = t->first[k]; i < t->first[k + 1]; i++)
            f->list[f->first[t->t[i].term + 1]++] = (bag_term){k, t->t[i].n};
    }
    return SHG_OK;
}

static shg_err open_finder(finder *f, pairs *out)
{
    size_t n = f->b->b.s.n, n_parts = (n + PART - 1) / PART;
    f->most = PAIRS_EACH * (f->b->a.s.n + n) + PAIRS_LEAST;
    f->n_parts = n_parts <= PARTS_MOST ? n_parts : 0;
    out->p = malloc(f->most * sizeof *out->p);
    f->dot = calloc(n + 1, sizeof *f->dot);
    f->common = calloc(n + 1, sizeof *f->common);
    f->touched = malloc((n + 1) * sizeof *f->touched);
    if (!out->p || !f->dot || !f->common || !f->touched)
        return SHG_ENOMEM;
    return f->n_parts ? open_masks(f) : open_lists(f);
}

static void close_finder(finder *f)
{
    free(f->mask);
    free(f->of_a);
    free(f->first);
    free(f->list);
    free(f->dot);
    free(f->common);
    free(f->touched);
}

// The weight of a term of a sentence of a; 0 where it is not looked up.
static uint64_t weight_of(const finder *f, bag_term t)
{
    return f->b->spread[t.term] > f->spread ? 0 : bag_term_weight(f->b, t);
}

// gather_lists adds up what sentence i of a has in common with those of b.
static void gather_lists(finder *f, uint32_t i)
{
    const bag_text *a = &f->b->a;
    for (uint32_t t = a->first[i]; t < a->first[i + 1]; t++) {
        uint32_t term = a->t[t].term;
        uint64_t weight = weight_of(f, a->t[t]);
        if (!weight)
            continue;
        for (uint32_t p = f->first[term]; p < f->first[term + 1]; p++) {
            uint32_t k = f->list[p].term;
            if (!f->common[k]++)
                f->touched[f->n_touched++] = k;
            f->dot[k] += weight * bag_term_weight(f->b, (bag_term){term, f->list[p].n});
        }
    }
}

// Sixty-four counters, side by side: a number for each of their bits.
typedef struct counters {
    uint64_t plane[PLANES];
} counters;

// Adds 1 to those whose bit is set.
static inline void add_ones(counters *c, uint64_t ones)
{
    for (size_t p = 0; p < PLANES; p++) {
        uint64_t carry = c->plane[p] & ones;
        c->plane[p] ^= ones;
        ones = carry;
    }
}

// A bit for each that is n or more.
static uint64_t at_least(const counters *c, uint64_t n)
{
    uint64_t more = 0, same = UINT64_MAX;
    for (size_t p = PLANES; p-- > 0;) {
        uint64_t bit = -(n >> p & 1);
        more |= same & c->plane[p] & ~bit;
        same &= ~(c->plane[p] ^ bit);
    }
    return more | same;
}

static uint32_t value_at(const counters *c, unsigned at)
{
    uint32_t n = 0;
    for (size_t p = 0; p < PLANES; p++)
        n |= (uint32_t)(c->plane[p] >> at & 1) << p;
    return n;
}

static bool is_like(const finder *f, uint32_t i, uint32_t k, uint32_t common)
{
    return 2.0 * common >= PAIR_DICE * (terms_in(&f->b->a, i) + terms_in(&f->b->b, k));
}

// Notes the sentences of a part of b that share terms enough with sentence i of a.
static void gather_part(finder *f, uint32_t i, size_t part)
{
    const bag_text *a = &f->b->a;
    const uint64_t *mask = f->mask + part * f->b->n_terms;
    counters c = {{0}};
    for (uint32_t t = a->first[i]; t < a->first[i + 1]; t++)
        add_ones(&c, weight_of(f, a->t[t]) ? mask[a->t[t].term] : 0);
    uint64_t least = (uint64_t)(PAIR_DICE / 2 * (terms_in(a, i) + f->least));
    for (uint64_t left = at_least(&c, least ? least : 1); left; left &= left - 1) {
        unsigned at = (unsigned)__builtin_ctzll(left);
        uint32_t k = (uint32_t)(part * PART) + at, common = value_at(&c, at);
        f->common[k] = common;
        f->touched[f->n_touched] = k;
        f->n_touched += is_like(f, i, k, common);
    }
}

// gather_masks does it for those that share enough alone: few do.
static void gather_masks(finder *f, uint32_t i)
{
    const bag_text *a = &f->b->a, *b = &f->b->b;
    for (size_t part = 0; part < f->n_parts; part++)
        gather_part(f, i, part);
    if (!f->n_touched)
        return;
    for (uint32_t t = a->first[i]; t < a->first[i + 1]; t++)
        f->of_a[a->t[t].term] = weight_of(f, a->t[t]);
    for (size_t n = 0; n < f->n_touched; n++) {
        uint32_t k = f->touched[n];
        for (uint32_t t = b->first[k]; t < b->first[k + 1]; t++)
            f->dot[k] += f->of_a[b->t[t].term] * bag_term_weight(f->b, b->t[t]);
    }
    for (uint32_t t = a->first[i]; t < a->first[i + 1]; t++)
        f->of_a[a->t[t].term] = 0;
}

// cosine returns that of sentences i and k, 0 where they are not alike.
static double cosine(const finder *f, uint32_t i, uint32_t k)
{
    if (!is_like(f, i, k, f->common[k]))
        return 0;
    double c = (double)f->dot[k] / sqrt((double)f->b->a.square[i] * (double)f->b->b.square[k]);
    return c >= PAIR_COSINE ? c : 0;
}

// search: false where there are more than f->most.
static bool search(finder *f, pairs *out)
{
    out->n = 0;
    for (uint32_t i = 0; i < f->b->a.s.n; i++) {
        f->n_touched = 0;
        (f->n_parts ? gather_masks : gather_lists)(f, i);
        for (size_t t = 0; t < f->n_touched; t++) {
            uint32_t k = f->touched[t];
            double c = cosine(f, i, k);
            if (c > 0 && out->n < f->most)
                out->p[out->n++] = (pair){i, k, c};
            f->dot[k] = 0;
            f->common[k] = 0;
        }
        if (out->n == f->most)
            return false;
    }
    return true;
}

static void better(double *best, double c)
{
    *best = c > *best ? c : *best;
}

// keep_best leaves those that are close to the best of both sentences.
static shg_err keep_best(pairs *p, const bags *b)
{
    double *best = calloc(b->a.s.n + b->b.s.n + 1, sizeof *best), *best_b = best + b->a.s.n;
    if (!best)
        return SHG_ENOMEM;
    for (size_t i = 0; i < p->n; i++) {
        better(&best[p->p[i].a], p->p[i].cosine);
        better(&best_b[p->p[i].b], p->p[i].cosine);
    }
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        pair x = p->p[i];
        if (x.cosine >= PAIR_BEST * best[x.a] && x.cosine >= PAIR_BEST * best_b[x.b])
            p->p[n++] = x;
    }
    p->n = n;
    free(best);
    return SHG_OK;
}

shg_err pairs_find(pairs *out, const bags *b)
{
    finder f = {.b = b, .spread = SPREAD_ANY};
    *out = (pairs){0};
    shg_err e = open_finder(&f, out);
    while (!e && !search(&f, out))
        f.spread /= 2;
    if (!e)
        e = keep_best(out, b);
    close_finder(&f);
    if (e)
        pairs_free(out);
    return e;
}

void pairs_free(pairs *p)
{
    free(p->p);
    *p = (pairs){0};
}
