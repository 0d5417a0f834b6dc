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
    free(s->wide);
    free(s->print);
    free(s->kept);
    s->shingle = malloc(n * sizeof *s->shingle);
    s->wide = malloc(n * sizeof *s->wide);
    s->print = malloc(n * sizeof *s->print);
    s->kept = malloc(n * sizeof *s->kept);
    bool done = s->shingle && s->wide && s->print && s->kept;
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
    shingle_counts n = shingles_both(s->shingle, s->wide, l);
    size_t kept = winnow(s->kept, s->wide, n.print);
    prints_of(s->print, s->wide, s->kept, kept, seed);
    sign_shingles(&out->sig, s->shingle, n.sketch, text, seed);
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
    free(s->wide);
    free(s->print);
    free(s->kept);
    *s = (signer){0};
}
