// PROTOCOL.md, chapter 8: the figures of a match, against what a reader counts.
#include "live.h"

#include <ctype.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

// The text before the shared sentence has 4 code points of 1, 2, 3 and 4 bytes.
#define SHARED                                                                                     \
    "Nine lanterns were hung along the quay and every one of them went out before the ferry came " \
    "in"

static void expect_range(live *l, const char *offsets, double query, double match)
{
    reply *r = ask(l, "QUERY",
                   "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 " SHARED " tonight, as my aunt had said",
                   "{%s}", offsets);
    expect_num(r, "matches.0.passages.0.query.0", query);
    expect_num(r, "matches.0.passages.0.query.1", query + (double)sizeof SHARED - 1);
    expect_num(r, "matches.0.passages.0.match.0", match);
    expect_num(r, "matches.0.passages.0.match.1", match + (double)sizeof SHARED - 1);
}

static void c_8_17_offsets(void **state)
{
    live *l = *state;
    put(l, "u",
        "\xe2\x80\x9cWell\xe2\x80\x9d \xf0\x9f\x8f\xae " SHARED
        " yesterday. Nobody on the island was surprised.");
    expect_range(l, "", 11, 16);
    expect_range(l, "'offsets':'utf8'", 11, 16);
    expect_range(l, "'offsets':'codepoint'", 5, 9);
    expect_range(l, "'offsets':'utf16'", 6, 10);
}

// words_of writes a slice of ASCII text as its words in lower case with one space after each.
static char *words_of(const char *text, double begin, double end, size_t *n)
{
    char *out = malloc((size_t)(end - begin) * 2 + 2), *o = out;
    bool inside = false;
    *n = 0;
    for (const char *p = text + (size_t)begin; p < text + (size_t)end; p++) {
        bool letter = isalnum((unsigned char)*p);
        if (letter)
            *o++ = (char)tolower((unsigned char)*p);
        else if (inside)
            *o++ = ' ';
        *n += letter && !inside;
        inside = letter;
    }
    if (inside)
        *o++ = ' ';
    *o = 0;
    return out;
}

static void c_8_18_slices_read_the_same(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge_copy", "bridge_excerpt", "bridge_rewrite"};
    const char *query = sample(l, "bridge", "text");
    put_bridges(l);
    reply *r = ask(l, "QUERY", query, "{}");
    size_t seen = 0;
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t k, n, m;
        json_t *p, *list = json_object_get(match_of(l, r, names[i]), "passages");
        json_array_foreach(list, k, p) {
            json_t *q = json_object_get(p, "query"), *t = json_object_get(p, "match");
            if (!strcmp(str_of(p, "kind"), "paraphrase"))
                continue;
            char *a = words_of(query, json_number_value(json_array_get(q, 0)),
                               json_number_value(json_array_get(q, 1)), &n);
            char *b = words_of(sample(l, names[i], "text"), json_number_value(json_array_get(t, 0)),
                               json_number_value(json_array_get(t, 1)), &m);
            if (num_of(p, "words") == (double)n && n == m)
                assert_string_equal(a, b); // no gap
            else
                assert_true((double)n - num_of(p, "words") <=
                            (double)n * 8 / 12); // gaps between seeds of 4
            assert_memory_equal(a, b, 12);
            free(a);
            free(b);
            seen++;
        }
    }
    assert_true(seen >= COUNT(names) - 1); // the rewrite may be one reworded passage
}

static void c_8_19_words_of_a_passage(void **state)
{
    live *l = *state;
    put(l, "u", "Before it something else. " SHARED " yesterday.");
    reply *r = ask(l, "QUERY", "I remember this: " SHARED " tonight.", "{}");
    assert_int_equal(len_at(r, "matches.0.passages"), 1);
    expect_num(r, "matches.0.passages.0.words", 19);
}

static void c_8_20_identical(void **state)
{
    live *l = *state;
    put(l, "u",
        "\xe2\x80\x9cIt\xe2\x80\x99s over,\xe2\x80\x9d she said\xc2\xa0\xe2\x80\x94 and the LAST "
        "lamp on the pier went out for good that night.");
    reply *r =
        ask(l, "QUERY",
            "\"It's over,\" she said - and the last lamp on the pier went out for good that night.",
            "{}");
    assert_true(bool_at(r, "matches.0.identical"));
    r = ask(l, "QUERY",
            "\"It's over,\" she said - and the last lamp on the pier went out for good that day.",
            "{}");
    assert_false(bool_at(r, "matches.0.identical"));
}

// jaccard of the word 3-shingles of two ASCII texts, the slow and plain way.
static double jaccard(const char *a, const char *b)
{
    const char *texts[2] = {a, b};
    char *shingle[2][512];
    size_t n[2] = {0}, both = 0;
    for (int t = 0; t < 2; t++) {
        size_t words;
        char *s = words_of(texts[t], 0, (double)strlen(texts[t]), &words), *p = s;
        for (size_t i = 0; i + 3 <= words; i++) {
            char *end = strchr(strchr(strchr(p, ' ') + 1, ' ') + 1, ' ');
            char *one = strndup(p, (size_t)(end - p));
            bool seen = false;
            for (size_t k = 0; k < n[t]; k++)
                seen |= !strcmp(shingle[t][k], one);
            if (seen)
                free(one);
            else
                shingle[t][n[t]++] = one;
            p = strchr(p, ' ') + 1;
        }
        free(s);
    }
    for (size_t i = 0; i < n[0]; i++)
        for (size_t k = 0; k < n[1]; k++)
            both += !strcmp(shingle[0][i], shingle[1][k]);
    for (int t = 0; t < 2; t++)
        for (size_t i = 0; i < n[t]; i++)
            free(shingle[t][i]);
    return (double)both / (double)(n[0] + n[1] - both);
}

static void c_8_21_resemblance(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge_copy", "bridge_excerpt", "bridge_rewrite"};
    const char *query = sample(l, "bridge", "text");
    put_bridges(l);
    reply *r = ask(l, "QUERY", query, "{}");
    for (size_t i = 0; i < COUNT(names); i++) {
        double want = jaccard(query, sample(l, names[i], "text"));
        double got = num_of(match_of(l, r, names[i]), "resemblance");
        if (got < want - 1e-6 || got > want + 1e-6)
            fail_msg("%s: %f, expected %f", names[i], got, want);
    }
}

static void c_8_22_containment(void **state)
{
    live *l = *state;
    put_bridges(l);
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{}");
    json_t *c = json_object_get(match_of(l, r, "bridge_excerpt"), "containment");
    assert_true(num_of(c, "match") > 0.99);                              // 58 of its 58 words
    assert_true(num_of(c, "query") > 0.24 && num_of(c, "query") < 0.27); // 58 of 231
    c = json_object_get(match_of(l, r, "bridge"), "containment");
    assert_true(num_of(c, "match") > 0.99 && num_of(c, "query") > 0.99);
    c = json_object_get(match_of(l, r, "bridge_rewrite"), "containment");
    assert_true(num_of(c, "match") > 0.15 && num_of(c, "match") < 0.35);
}

static void c_8_23_kinds_of_words(void **state)
{
    live *l = *state;
    put_sample(l, "speech_a");
    put_bridges(l);
    reply *r = ask(l, "QUERY", sample(l, "speech_b", "text"), "{}");
    expect_num(r, "matches.0.quoted_words", 44);
    expect_num(r, "matches.0.longest", 44);
    expect_num(r, "matches.0.prose_words", 0);
    json_t *m = match_of(l, ask(l, "QUERY", sample(l, "bridge_excerpt", "text"), "{}"), "bridge");
    assert_int_equal((int)num_of(m, "prose_words"), 58);
    assert_int_equal((int)num_of(m, "longest"), 58);
    assert_int_equal((int)num_of(m, "quoted_words"), 0);
}

static void c_8_24_derivation(void **state)
{
    live *l = *state;
    put_bridges(l);
    put_sample(l, "storm_a");
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{}");
    assert_string_equal(str_of(json_object_get(match_of(l, r, "bridge"), "derivation"), "level"),
                        "whole");
    json_t *m = match_of(l, r, "bridge_rewrite");
    const char *level = str_of(json_object_get(m, "derivation"), "level");
    assert_true(!strcmp(level, "whole") || !strcmp(level, "partial") || !strcmp(level, "none"));
    assert_string_equal(level, "partial");
}

static void c_8_25_provenance(void **state)
{
    live *l = *state;
    const char *text = sample(l, "garden", "text");
    expect(
        ask(l, "PUT", text, "{'uri':'https://first.example/1','published':'2021-05-01T08:00:00Z'}"),
        200);
    reply *r =
        ask(l, "QUERY", text,
            "{'article':{'uri':'https://late.example/1','published':'2021-05-02T08:00:00Z'}}");
    expect_str(r, "matches.0.provenance.kind", "from_match");
    expect_str(r, "matches.0.provenance.source", "first.example");
    assert_non_null(at(r, "matches.0.provenance.because.0"));
    r = ask(l, "QUERY", text,
            "{'article':{'uri':'https://early.example/1','published':'2021-04-02T08:00:00Z'}}");
    expect_str(r, "matches.0.provenance.kind", "to_match");
    r = ask(l, "QUERY", text, "{}");
    expect_str(r, "matches.0.provenance.kind", "unknown");
    assert_true(json_is_null(at(r, "matches.0.provenance.source")));
    assert_int_equal(len_at(r, "matches.0.provenance.because"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_8_17_offsets),
        SPEC(c_8_18_slices_read_the_same),
        SPEC(c_8_19_words_of_a_passage),
        SPEC(c_8_20_identical),
        SPEC(c_8_21_resemblance),
        SPEC(c_8_22_containment),
        SPEC(c_8_23_kinds_of_words),
        SPEC(c_8_24_derivation),
        SPEC(c_8_25_provenance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
