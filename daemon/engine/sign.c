#include "engine/sign.h"
#include "sketch/winnow.h"
#include <stdlib.h>
#include <xxhash.h>

static bool make_room(signer *s, size_t n_words)
{
    size_t n = n_words + 1;
    if (s->room >= n)
        return true;
    n += n / 2;
    free(s->shingle);
    free(s->print);
    free(s->kept);
    s->shingle = malloc(n * sizeof *s->shingle);
    s->print = malloc(n * sizeof *s->print);
    s->kept = malloc(n * sizeof *s->kept);
    bool done = s->shingle && s->print && s->kept;
    s->room = done ? n : 0;
    return done;
}

void sign_shingles(minhash *out, uint64_t *shingle, size_t n, view text, uint64_t seed)
{
    if (n == 0)
        shingle[n++] = XXH3_64bits(text.p, text.len);
    minhash_sign(out, shingle, n, seed);
}

shg_err sign_text(signed_text *out, signer *s, view text, uint64_t seed, size_t *at)
{
    shg_err e = hashes_make(&s->words, text, at);
    if (e)
        return e;
    const hash_list *l = &s->words.list;
    if (!make_room(s, l->n))
        return SHG_ENOMEM;
    size_t n = shingles_from(s->shingle, NULL, l, PRINT_WORDS);
    size_t kept = winnow(s->kept, s->shingle, n);
    prints_of(s->print, s->shingle, s->kept, kept, seed);
    n = shingles_from(s->shingle, NULL, l, SKETCH_WORDS);
    sign_shingles(&out->sig, s->shingle, n, text, seed);
    out->kept = s->kept;
    out->print = s->print;
    out->n_prints = kept;
    out->n_words = l->n;
    return SHG_OK;
}

void signer_free(signer *s)
{
    hashes_free(&s->words);
    free(s->shingle);
    free(s->print);
    free(s->kept);
    *s = (signer){0};
}
