#include "stages.h"
#include "plain.h"
#include "roof.h"
#include "sketch/kernels.h"
#include "sketch/winnow.h"
#include "text/kernels.h"
#include "text/utf8.h"
#include <stdio.h>
#include <stdlib.h>

enum { SEED = 42, WORDS_MOST = 1 << 14 };

static uint64_t sketched[WORDS_MOST], printed[WORDS_MOST], made[WORDS_MOST];
static uint32_t kept[WORDS_MOST];

static void check(shg_err e)
{
    if (e) {
        fprintf(stderr, "a text that can't be read\n");
        exit(1);
    }
}

static uint64_t run_read(signer *s, view text)
{
    (void)s;
    return roof_of(cpu_best())->read(text);
}

static uint64_t run_xxh3(signer *s, view text)
{
    (void)s;
    return roof_of(cpu_best())->xxh3(text);
}

static uint64_t run_plain(signer *s, view text)
{
    (void)s;
    return plain_sign(text);
}

static uint64_t run_validate(signer *s, view text)
{
    (void)s;
    size_t at = 0;
    check(utf8_check(text, &at));
    return at;
}

static uint64_t run_words(signer *s, view text)
{
    check(hashes_make(&s->words, text, NULL));
    return s->words.list.hash[0];
}

static uint64_t run_hash(signer *s, view text)
{
    uint64_t sum = run_words(s, text);
    text_kernels_get()->hash(made, s->words.keys, 0, s->words.space, s->words.list.n);
    return sum + made[0];
}

static uint64_t run_shingles(signer *s, view text)
{
    uint64_t sum = run_words(s, text);
    shingle_counts n = shingles_both(sketched, printed, &s->words.list);
    return sum + n.sketch + sketched[0] + printed[0];
}

static uint64_t run_winnow(signer *s, view text)
{
    run_words(s, text);
    shingle_counts n = shingles_both(sketched, printed, &s->words.list);
    prints_of(made, printed, kept, winnow(kept, printed, n.print), SEED);
    return made[0] + sketched[0];
}

static uint64_t run_sketch(signer *s, view text)
{
    minhash m;
    uint64_t sum = run_winnow(s, text);
    size_t n = s->words.list.n; // at least as many as shingles; the last are those of another text
    minhash_sign(&m, sketched, n > SKETCH_WORDS ? n - SKETCH_WORDS + 1 : 1, SEED);
    return sum + m.band[0] + m.lane[0];
}

static uint64_t run_whole(signer *s, view text)
{
    signed_text t;
    check(sign_text(&t, s, text, SEED, NULL));
    return t.sig.band[0] + t.sig.lane[0] + t.print[0];
}

// With where each word stands and what it is like, as a reading of an article takes them.
static uint64_t run_list(signer *s, view text)
{
    (void)s;
    words w;
    check(words_make(&w, text, NULL));
    uint64_t sum = w.n ? w.w[w.n - 1].hash : 0;
    words_free(&w);
    return sum;
}

static uint64_t run_equal(signer *s, view text)
{
    (void)s;
    return kernels_get()->equal_lanes(text.p, text.p + MINHASH_LANES / 2);
}

const stage STAGES[] = {
    {"read", run_read, NULL, false},           {"xxh3", run_xxh3, NULL, false},
    {"whole", run_whole, NULL, false},         {"words", run_words, NULL, false},
    {"plain", run_plain, NULL, true},          {"validate", run_validate, NULL, false},
    {"hash", run_hash, "words", false},        {"shingles", run_shingles, "words", false},
    {"winnow", run_winnow, "shingles", false}, {"sketch", run_sketch, "winnow", false},
    {"word_list", run_list, NULL, false},      {"equal_lanes", run_equal, NULL, false},
};
const size_t N_STAGES = sizeof STAGES / sizeof *STAGES;
