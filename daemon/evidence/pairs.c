#include "evidence/pairs.h"

#include <math.h>
#include <stdlib.h>

enum { PAIRS_EACH = 4, PAIRS_LEAST = 1024, SPREAD_ANY = 1 << 16 };

// The sentences of b by term, and what one sentence of a has in common with each.
typedef struct finder {
    const bags *b;
    uint32_t *first; // by term: list[first[term]..first[term + 1]); [n_terms + 2]
    bag_term *list;  // .term is the number of a sentence of b
    uint64_t *dot;   // by sentence of b; zero between sentences of a
    uint32_t *common;
    uint32_t *touched; // the sentences that are not zero
    size_t n_touched;
    size_t most;   // pairs
    size_t spread; // terms in more sentences are not looked up
} finder;

static shg_err open_finder(finder *f, pairs *out)
{
    const bag_text *t = &f->b->b;
    uint32_t n = t->first[t->s.n], n_terms = f->b->n_terms;
    f->most = PAIRS_EACH * (f->b->a.s.n + t->s.n) + PAIRS_LEAST;
    out->p = malloc(f->most * sizeof *out->p);
    f->first = calloc((size_t)n_terms + 2, sizeof *f->first);
    f->list = malloc((n + 1) * sizeof *f->list);
    f->dot = calloc(t->s.n + 1, sizeof *f->dot);
    f->common = calloc(t->s.n + 1, sizeof *f->common);
    f->touched = malloc((t->s.n + 1) * sizeof *f->touched);
    if (!out->p || !f->first || !f->list || !f->dot || !f->common || !f->touched)
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

static void close_finder(finder *f)
{
    free(f->first);
    free(f->list);
    free(f->dot);
    free(f->common);
    free(f->touched);
}

// gather adds up what sentence i of a has in common with those of b.
static void gather(finder *f, uint32_t i)
{
    const bag_text *a = &f->b->a;
    f->n_touched = 0;
    for (uint32_t t = a->first[i]; t < a->first[i + 1]; t++) {
        uint32_t term = a->t[t].term;
        uint64_t weight = bag_term_weight(f->b, a->t[t]);
        if (!weight || f->b->spread[term] > f->spread)
            continue;
        for (uint32_t p = f->first[term]; p < f->first[term + 1]; p++) {
            uint32_t k = f->list[p].term;
            if (!f->common[k]++)
                f->touched[f->n_touched++] = k;
            f->dot[k] += weight * bag_term_weight(f->b, (bag_term){term, f->list[p].n});
        }
    }
}

static uint32_t terms_in(const bag_text *t, uint32_t k)
{
    return t->first[k + 1] - t->first[k];
}

// cosine returns that of sentences i and k, 0 where they are not alike.
static double cosine(const finder *f, uint32_t i, uint32_t k)
{
    const bag_text *a = &f->b->a, *b = &f->b->b;
    if (2.0 * f->common[k] < PAIR_DICE * (terms_in(a, i) + terms_in(b, k)))
        return 0;
    double c = (double)f->dot[k] / sqrt((double)a->square[i] * (double)b->square[k]);
    return c >= PAIR_COSINE ? c : 0;
}

// search: false where there are more than f->most.
static bool search(finder *f, pairs *out)
{
    out->n = 0;
    for (uint32_t i = 0; i < f->b->a.s.n; i++) {
        gather(f, i);
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
