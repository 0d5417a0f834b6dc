#include "signing.h"
#include "engine/sign.h"
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

static signer kept; // its memory, from text to text

static void sign(signed_text *t, view text, uint64_t seed)
{
    if (sign_text(t, &kept, text, seed, NULL) || t->n_words == 0 || t->n_prints > SIGNING_PRINTS) {
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
    signed_text t;
    sign(&t, text, seed);
    out->sig = t.sig;
    for (size_t i = 0; i < t.n_prints; i++)
        out->prints[i] = (print){.hash = t.print[i]};
    out->n_prints = distinct(out->prints, t.n_prints);
    out->n_words = (uint32_t)t.n_words;
    out->body = XXH3_64bits(text.p, text.len);
}

uint64_t signing_hot(view text, uint64_t seed)
{
    signed_text t;
    sign(&t, text, seed);
    return t.sig.band[0] + t.sig.lane[0] + (t.n_prints ? t.print[0] : 0);
}
