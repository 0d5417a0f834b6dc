#include "signing.h"
#include "sketch/winnow.h"
#include "text/shingle.h"
#include <stdio.h>
#include <stdlib.h>

static uint64_t shingles[SIGNING_WORDS];
static uint32_t kept[SIGNING_WORDS];

static void read_words(words *w, view text)
{
    if (words_make(w, text, NULL) || w->n == 0 || w->n > SIGNING_WORDS) {
        fprintf(stderr, "a text of %zu bytes that can't be signed\n", text.len);
        exit(1);
    }
}

static int by_hash(const void *a, const void *b)
{
    const print *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static uint32_t distinct(print *p, size_t n)
{
    uint32_t out = 0;
    qsort(p, n, sizeof *p, by_hash);
    for (size_t i = 0; i < n; i++)
        if (out == 0 || p[i].hash != p[out - 1].hash)
            p[out++] = p[i];
    return out;
}

void signing_make(signing *out, view text, uint64_t seed)
{
    words w;
    read_words(&w, text);
    minhash_sign(&out->sig, shingles, shingles_make(shingles, NULL, &w, SKETCH_WORDS), seed);
    size_t n = winnow(kept, shingles, shingles_make(shingles, NULL, &w, PRINT_WORDS));
    if (n > SIGNING_PRINTS)
        n = SIGNING_PRINTS;
    for (size_t i = 0; i < n; i++)
        out->prints[i] = (print){.hash = print_of(shingles[kept[i]], seed)};
    out->n_prints = distinct(out->prints, n);
    out->n_words = (uint32_t)w.n;
    out->body = words_body_hash(&w);
    words_free(&w);
}

uint64_t signing_hot(view text, uint64_t seed)
{
    minhash m;
    words w;
    uint64_t sum = 0;
    read_words(&w, text);
    minhash_sign(&m, shingles, shingles_make(shingles, NULL, &w, SKETCH_WORDS), seed);
    size_t n = winnow(kept, shingles, shingles_make(shingles, NULL, &w, PRINT_WORDS));
    for (size_t i = 0; i < n; i++)
        sum += print_of(shingles[kept[i]], seed);
    words_free(&w);
    return sum + m.band[0] + m.lane[0];
}
