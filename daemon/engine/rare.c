#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"
#include "text/utf8.h"

#include <math.h>
#include <stdlib.h>

static const double COMMON_SHARE = .1;                 // of all articles: says nothing of an event
static const uint64_t TERM_SPACE = 0x7465726d00000000; // keeps terms apart from shingles

typedef struct term {
    uint64_t hash;
    double weight;
} term;

// In a run of characters without spaces: what a Han character says, any other, and what
// makes a term.
enum { HAN_SAYS = 2, CHAR_SAYS = 1, TERM_SAYS = 6 };

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

static bool is_han(view key)
{
    const uint8_t *p = key.p;
    uint32_t cp = utf8_next(&p, key.p + key.len);
    return (cp >= 0x3400 && cp <= 0x9fff) || cp >= 0x20000;
}

// The term that starts at word i, an unspaced character; false where none does.
static bool run_of_chars(const words *w, size_t i, uint64_t *hash)
{
    unsigned says = 0;
    *hash = 0;
    for (; i < w->n && w->w[i].flags & WORD_CHAR && says < TERM_SAYS; i++) {
        says += is_han(words_key(w, i)) ? HAN_SAYS : CHAR_SAYS;
        *hash = (*hash << 23 | *hash >> 41) + w->w[i].hash;
    }
    return says >= TERM_SAYS;
}

// All terms of the text, with those that stand in it again; at most one for each word.
static size_t list_terms(uint64_t *out, const words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const word *x = &w->w[i];
        if (x->flags & WORD_CHAR)
            n += run_of_chars(w, i, &out[n]);
        else if (x->key_len > 1)
            out[n++] = x->hash;
    }
    return n;
}

shg_err rare_terms(uint64_t out[RARE_MOST], uint32_t *n, const words *w, uint64_t seed)
{
    term top[RARE_MOST];
    uint64_t *hash = malloc((w->n + 1) * sizeof *hash);
    *n = 0;
    if (!hash)
        return SHG_ENOMEM;
    size_t count = list_terms(hash, w);
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
