// features.c - the measures of pairs of texts, for bench/fit.
//
//     bench_features <PAIRS     each line {"a": TEXT, "b": TEXT}
//
// TSV: a heading, then a row a pair. A pair that has no measures (ill-formed UTF-8) is a
// row of "-".
#include "evidence/affinity.h"
#include "evidence/match.h"
#include "evidence/score.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const affinity_names[AFFINITY_COUNT] = {
    [AFFINITY_BIAS] = "bias",
    [AFFINITY_GRAMS] = "grams",
    [AFFINITY_RESEMBLANCE] = "resemblance",
    [AFFINITY_KNOWN] = "known",
    [AFFINITY_ONCE] = "once",
    [AFFINITY_SHARED] = "shared",
    [AFFINITY_MADE_LENGTH] = "made_length",
    [AFFINITY_SOURCE_LENGTH] = "source_length",
};
static const char *const score_names[SCORE_COUNT] = {
    [SCORE_BIAS] = "bias",
    [SCORE_COPY] = "copy",
    [SCORE_EXCERPT] = "excerpt",
    [SCORE_REWRITE] = "rewrite",
    [SCORE_QUOTES] = "quotes",
    [SCORE_TEMPLATE] = "template",
    [SCORE_RELATED] = "related",
    [SCORE_PROSE] = "prose",
    [SCORE_LONGEST_PROSE] = "longest_prose",
    [SCORE_QUOTED] = "quoted",
    [SCORE_PROSE_SHARE] = "prose_share",
    [SCORE_COSINE] = "cosine",
    [SCORE_LOW] = "low",
    [SCORE_HIGH] = "high",
    [SCORE_TOLD] = "told",
    [SCORE_REST] = "rest",
};

static void print_heading(void)
{
    for (int i = 0; i < AFFINITY_COUNT; i++)
        printf("derivation.%s\t", affinity_names[i]);
    printf("consonantal");
    for (int i = 0; i < SCORE_COUNT; i++)
        printf("\tscore.%s", score_names[i]);
    printf("\tcontainment_a\tcontainment_b\trelation\tidentical\tscore\tderivation\tderivation_"
           "score\n");
}

static void print_pair(const affinity *f, const match *m, const side *a, const side *b)
{
    double x[SCORE_COUNT];
    score_measures(x, m, a, b);
    for (int i = 0; i < AFFINITY_COUNT; i++)
        printf("%.9g\t", f->x[i]);
    printf("%d", f->consonantal);
    for (int i = 0; i < SCORE_COUNT; i++)
        printf("\t%.9g", x[i]);
    printf("\t%.6f\t%.6f\t%s\t%d\t%.6f\t%s\t%.6f\n", m->containment_a, m->containment_b,
           relation_name(m->relation), m->identical, m->score, derived_name(m->derivation),
           m->derivation_score);
}

static shg_err do_pair(view x, view y)
{
    side a, b = {0};
    affinity f;
    match m = {0};
    shg_err e = side_make(&a, x, NULL);
    if (!e)
        e = side_make(&b, y, NULL);
    if (!e)
        e = affinity_find(&f, &a, &b);
    if (!e)
        e = match_make(&m, &a, &b, MATCH_WHOLE);
    if (!e)
        print_pair(&f, &m, &a, &b);
    match_free(&m);
    side_free(&a);
    side_free(&b);
    return e;
}

static view text_of(const json_t *pair, const char *key)
{
    const json_t *s = json_object_get(pair, key);
    return (view){(const uint8_t *)json_string_value(s), json_string_length(s)};
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;
    print_heading();
    while (getline(&line, &room, stdin) > 0) {
        json_t *pair = json_loads(line, JSON_ALLOW_NUL, NULL);
        if (!pair || do_pair(text_of(pair, "a"), text_of(pair, "b")))
            puts("-");
        json_decref(pair);
    }
    free(line);
    return 0;
}
