// PROTOCOL.md, chapter 9: COMPARE and the relations.
#include "live.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

// compare sends two samples as bare texts.
static reply *compare(live *l, const char *a, const char *b)
{
    reply *r = ask2(l, "COMPARE", "{}", sample(l, a, "text"), sample(l, b, "text"));
    expect(r, 200);
    return r;
}

static void c_9_1_members(void **state)
{
    live *l = *state;
    static const char *const members[] = {"uri",
                                          "publisher",
                                          "headline",
                                          "published",
                                          "relation",
                                          "score",
                                          "identical",
                                          "resemblance",
                                          "containment.query",
                                          "containment.match",
                                          "prose_words",
                                          "quoted_words",
                                          "paraphrase_words",
                                          "longest",
                                          "derivation.level",
                                          "derivation.score",
                                          "passages",
                                          "provenance.kind",
                                          "provenance.source",
                                          "provenance.because",
                                          "provenance.score"};
    reply *r = compare(l, "bridge", "bridge_excerpt");
    for (size_t i = 0; i < COUNT(members); i++)
        assert_non_null(at(r, members[i]));
    for (size_t i = 0; i < 4; i++)
        assert_true(json_is_null(at(r, members[i])));
    assert_true(num_at(r, "containment.query") < 0.3 && num_at(r, "containment.match") > 0.9);
    put_sample(l, "bridge");
    put_sample(l, "bridge_excerpt");
    r = ask(l, "COMPARE", NULL, "{'a':'%s','b':'%s'}", sample(l, "bridge", "uri"),
            sample(l, "bridge_excerpt", "uri"));
    for (size_t i = 0; i < 4; i++)
        expect_str(r, members[i], sample(l, "bridge_excerpt", members[i]));
}

static void c_9_2_stored_sides(void **state)
{
    live *l = *state;
    put_sample(l, "bridge");
    put_sample(l, "bridge_copy");
    reply *r = ask(l, "COMPARE", NULL, "{'a':'%s','b':'%s'}", sample(l, "bridge", "uri"),
                   sample(l, "bridge_copy", "uri"));
    expect(r, 200);
    expect_str(r, "relation", "copy");
    reply *query = ask(l, "QUERY", NULL, "{'uri':'%s'}", sample(l, "bridge", "uri"));
    assert_true(json_equal(r->header, at(query, "matches.0")));
    refused(ask(l, "COMPARE", NULL, "{'a':'nowhere','b':'%s'}", sample(l, "bridge", "uri")), 404,
            "not_found");
    refused(ask(l, "COMPARE", "text", "{'b':'nowhere'}"), 404, "not_found");
    refused(ask(l, "COMPARE", "text", "{'b':''}"), 422, "missing_uri");
}

static void c_9_3_records(void **state)
{
    live *l = *state;
    const char *a = sample(l, "garden", "text"), *b = sample(l, "garden", "text");
    reply *r = ask2(l, "COMPARE",
                    "{'a':{'published':'2021-05-02','title':'A'},'b':{'published':'2021-05-01','"
                    "title':'B','url':'https://b.example/'}}",
                    a, b);
    expect(r, 200);
    expect_str(r, "headline", "B");
    expect_str(r, "publisher", "b.example");
    expect_str(r, "provenance.kind", "from_match");
    put_sample(l, "garden");
    r = ask(l, "COMPARE", a, "{'a':{'title':'A'},'b':'%s'}", sample(l, "garden", "uri"));
    expect(r, 200);
    assert_true(bool_at(r, "identical"));
    refused(ask2(l, "COMPARE", "{'a':{'title':5}}", a, b), 422, "bad_field");
}

static void c_9_4_sides_left_out(void **state)
{
    live *l = *state;
    put_sample(l, "bridge");
    const char *bridge = sample(l, "bridge", "uri"), *excerpt = sample(l, "bridge_excerpt", "text");
    reply *r = compare(l, "bridge", "bridge_excerpt");
    assert_true(num_at(r, "containment.match") > 0.9);
    r = ask(l, "COMPARE", excerpt, "{'a':'%s'}", bridge);
    assert_true(num_at(r, "containment.match") > 0.9);
    r = ask(l, "COMPARE", excerpt, "{'b':'%s'}", bridge);
    assert_true(num_at(r, "containment.query") > 0.9);
    expect_str(r, "uri", bridge);
    r = ask(l, "COMPARE", excerpt, "{'a':null,'b':'%s'}", bridge);
    assert_true(num_at(r, "containment.query") > 0.9);
    r = ask2(l, "COMPARE", "{'b':{'title':'B'}}", excerpt, sample(l, "bridge", "text"));
    assert_true(num_at(r, "containment.query") > 0.9);
    expect_str(r, "headline", "B");
}

static void c_9_5_bodies_and_sides(void **state)
{
    live *l = *state;
    put(l, "u", "text");
    refused(ask(l, "COMPARE", NULL, "{}"), 400, "bad_body");
    refused(ask(l, "COMPARE", "one", "{}"), 400, "bad_body");
    refused(ask(l, "COMPARE", NULL, "{'a':'u'}"), 400, "bad_body");
    refused(ask(l, "COMPARE", NULL, "{'a':'u','b':{'title':'B'}}"), 400, "bad_body");
    refused(ask(l, "COMPARE", "one", "{'a':'u','b':'u'}"), 400, "bad_body");
    refused(ask2(l, "COMPARE", "{'a':'u'}", "one", "two"), 400, "bad_body");
    refused(ask2(l, "COMPARE", "{'a':5}", "one", "two"), 400, "bad_option");
    refused(ask2(l, "COMPARE", "{'b':['u']}", "one", "two"), 400, "bad_option");
}

static void c_9_6_none(void **state)
{
    live *l = *state;
    reply *r = compare(l, "bridge", "garden");
    expect_str(r, "relation", "none");
    assert_false(bool_at(r, "identical"));
    assert_int_equal(len_at(r, "passages"), 0);
    expect_num(r, "prose_words", 0);
    expect_str(r, "derivation.level", "none");
    expect_str(compare(l, "bridge", "chinese"), "relation", "none");
    expect_str(compare(l, "russian", "arabic"), "relation", "none");
}

static void c_9_7_copy(void **state)
{
    live *l = *state;
    reply *r = compare(l, "bridge", "bridge_copy");
    expect_str(r, "relation", "copy");
    assert_true(num_at(r, "containment.query") > 0.8 && num_at(r, "containment.match") > 0.8);
    assert_false(bool_at(r, "identical"));
    static const char *const same[] = {"bridge",  "garden",  "form_a", "speech_a",
                                       "russian", "chinese", "arabic"};
    for (size_t i = 0; i < COUNT(same); i++) {
        r = compare(l, same[i], same[i]);
        expect_str(r, "relation", "copy");
        assert_true(bool_at(r, "identical"));
        expect_num(r, "resemblance", 1);
    }
}

static void c_9_8_excerpt(void **state)
{
    live *l = *state;
    expect_str(compare(l, "bridge", "bridge_excerpt"), "relation", "excerpt");
    expect_str(compare(l, "bridge_excerpt", "bridge"), "relation", "excerpt");
    expect_str(compare(l, "bridge_excerpt", "bridge_copy"), "relation", "excerpt");
}

static void c_9_9_rewrite(void **state)
{
    live *l = *state;
    reply *r = compare(l, "bridge", "bridge_rewrite");
    expect_str(r, "relation", "rewrite");
    assert_true(num_at(r, "prose_words") >= 40);
    assert_true(num_at(r, "containment.query") < 0.5 && num_at(r, "containment.match") < 0.5);
}

static void c_9_10_quotes(void **state)
{
    live *l = *state;
    reply *r = compare(l, "speech_a", "speech_b");
    expect_str(r, "relation", "quotes");
    expect_num(r, "quoted_words", 44);
    expect_str(r, "passages.0.kind", "quoted");
}

static void c_9_11_template(void **state)
{
    expect_str(compare(*state, "form_a", "form_b"), "relation", "template");
}

static void c_9_12_related(void **state)
{
    reply *r = compare(*state, "storm_a", "storm_b");
    expect_str(r, "relation", "related");
    assert_true(num_at(r, "containment.query") < 0.1);
}

static void c_9_13_short_texts(void **state)
{
    live *l = *state;
    static const struct {
        const char *a, *b;
    } pairs[] = {
        {"Unit 4411 rented by Gordon Pellew will be sold on 14 June 2021.",
         "Unit 7090 rented by Wilma Strand will be sold on 29 July 2021."},
        {"The mayor said: \"I will not sign this paper today.\"",
         "\"I will not sign this paper today,\" the mayor of Oxholme told us."},
        {"Storm Perpetua tore the dome from Skarholm.", "Skarholm lost its dome to Perpetua."},
        {"one", "two"},
        {"?!", "one"},
    };
    for (size_t i = 0; i < COUNT(pairs); i++) {
        const char *relation = str_at(ask2(l, "COMPARE", "{}", pairs[i].a, pairs[i].b), "relation");
        assert_true(!strcmp(relation, "none") || !strcmp(relation, "copy") ||
                    !strcmp(relation, "excerpt"));
    }
    expect_str(
        ask2(l, "COMPARE", "{}", "Rain again at Tarnwick today.", "Rain again at Tarnwick today"),
        "relation", "copy");
    expect_str(ask2(l, "COMPARE", "{}", "one", "two"), "relation", "none");
}

static void c_9_14_both_ways(void **state)
{
    live *l = *state;
    static const char *const names[] = {
        "bridge",   "bridge_copy", "bridge_excerpt", "bridge_rewrite", "speech_a",
        "speech_b", "form_a",      "form_b",         "storm_a",        "storm_b"};
    for (size_t i = 0; i < COUNT(names); i++)
        for (size_t k = 0; k < i; k++) {
            reply *r = compare(l, names[i], names[k]), *s = compare(l, names[k], names[i]);
            expect_str(r, "relation", str_at(s, "relation"));
            expect_num(r, "resemblance", num_at(s, "resemblance"));
        }
}

static void c_9_15_options(void **state)
{
    live *l = *state;
    static const char a[] = "\xf0\x9f\x8f\xae nine lanterns were hung along the quay and all went "
                            "out before the ferry came";
    reply *r = ask2(l, "COMPARE", "{'offsets':'utf16'}", a, a + 5);
    expect_num(r, "passages.0.query.0", 3);
    expect_num(r, "passages.0.match.0", 0);
    r = ask2(l, "COMPARE", "{'offsets':'codepoint'}", a, a + 5);
    expect_num(r, "passages.0.query.0", 2);
    r = ask2(l, "COMPARE", "{'passages':false}", a, a + 5);
    expect(r, 200);
    assert_null(at(r, "passages"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_9_1_members),        SPEC(c_9_2_stored_sides),     SPEC(c_9_3_records),
        SPEC(c_9_4_sides_left_out), SPEC(c_9_5_bodies_and_sides), SPEC(c_9_6_none),
        SPEC(c_9_7_copy),           SPEC(c_9_8_excerpt),          SPEC(c_9_9_rewrite),
        SPEC(c_9_10_quotes),        SPEC(c_9_11_template),        SPEC(c_9_12_related),
        SPEC(c_9_13_short_texts),   SPEC(c_9_14_both_ways),       SPEC(c_9_15_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
