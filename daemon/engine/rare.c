#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"

#include <math.h>
#include <stdlib.h>

static const double COMMON_SHARE = .1;                 // of all articles: says nothing of an event
static const uint64_t TERM_SPACE = 0x7465726d00000000; // keeps terms apart from shingles

typedef struct term {
    uint64_t hash;
    double weight;
} term;

static int by_hash(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

// The weight of a run of equal hashes, 0 for a word that does not count.
static double weigh(uint64_t hash, size_t count)
{
    return terms_share(hash) > COMMON_SHARE ? 0 : (1 + log((double)count)) * terms_idf(hash);
}

// Keeps the heaviest: insertion into a short list, equal weights by hash.
static uint32_t insert(term *top, uint32_t n, term t)
{
    uint32_t at = n;
    while (at > 0 && (top[at - 1].weight < t.weight ||
                      (top[at - 1].weight == t.weight && top[at - 1].hash > t.hash)))
        at--;
    if (at == RARE_MOST)
        return n;
    uint32_t last = n < RARE_MOST ? n : RARE_MOST - 1;
    memmove(top + at + 1, top + at, (last - at) * sizeof *top);
    top[at] = t;
    return last + 1;
}

shg_err rare_terms(uint64_t out[RARE_MOST], uint32_t *n, const words *w, uint64_t seed)
{
    term top[RARE_MOST];
    uint64_t *hash = malloc((w->n + 1) * sizeof *hash);
    size_t count = 0;
    *n = 0;
    if (!hash)
        return SHG_ENOMEM;
    for (size_t i = 0; i < w->n; i++)
        if (!(w->w[i].flags & WORD_CHAR) && w->w[i].key_len > 1)
            hash[count++] = w->w[i].hash;
    qsort(hash, count, sizeof *hash, by_hash);
    for (size_t i = 0, k; i < count; i = k) {
        for (k = i + 1; k < count && hash[k] == hash[i];)
            k++;
        double weight = weigh(hash[i], k - i);
        if (weight > 0)
            *n = insert(top, *n, (term){hash[i], weight});
    }
    for (uint32_t i = 0; i < *n; i++)
        out[i] = print_of(top[i].hash ^ TERM_SPACE, seed);
    free(hash);
    return SHG_OK;
}
