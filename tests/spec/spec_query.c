// PROTOCOL.md, chapter 8: QUERY, its options and what it finds. Its figures are in spec_evidence.c.
#include "live.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define ALL "'relations':['copy','excerpt','rewrite','quotes','template','related']"

static void c_8_1_stored_article(void **state)
{
    live *l = *state;
    put_bridges(l);
    reply *r = ask(l, "QUERY", NULL, "{'uri':'%s'}", sample(l, "bridge", "uri"));
    expect(r, 200);
    assert_int_equal(len_at(r, "matches"), 3);
    assert_string_equal(str_of(match_of(l, r, "bridge_copy"), "relation"), "copy");
}

static void c_8_2_never_itself(void **state)
{
    live *l = *state;
    put_bridges(l);
    for (int i = 0; i < 2; i++) {
        reply *r = ask(l, "QUERY", NULL, "{'uri':'%s'," ALL "}", sample(l, "bridge", "uri"));
        assert_null(match_of(l, r, "bridge"));
        put_sample(l, "bridge"); // unchanged
    }
    expect(ask(l, "PUT", sample(l, "bridge", "text"), "{'uri':'twin'}"), 200);
    assert_non_null(match_of(l, ask(l, "QUERY", NULL, "{'uri':'twin'}"), "bridge"));
}

static void c_8_3_text(void **state)
{
    live *l = *state;
    put_bridges(l);
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{}");
    assert_int_equal(len_at(r, "matches"), 4);
    assert_true(json_is_true(json_object_get(match_of(l, r, "bridge"), "identical")));
    r = ask(l, "QUERY", NULL,
            "{'article':{'text':'Leeks want a deep trench and a patient gardener. Set the "
            "seedlings in holes made with a dibber,"
            " water them in without firming the soil, and let rain and worms do the rest.'}}");
    assert_non_null(match_of(l, r, "garden"));
    r = ask(l, "QUERY", sample(l, "garden", "text"),
            "{'article':{'title':'Leeks','creditLine':'Reuters'}}");
    json_t *credit = with(r, "credits", "role", "wire");
    assert_non_null(credit);
    assert_string_equal(str_of(credit, "field"), "creditLine");
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", 5); // a question stores nothing
}

static void c_8_4_neither_or_both(void **state)
{
    live *l = *state;
    put(l, "u", "text");
    refused(ask(l, "QUERY", NULL, "{}"), 400, "bad_body");
    refused(ask(l, "QUERY", NULL, "{'article':{'headline':'h'}}"), 400, "bad_body");
    refused(ask(l, "QUERY", "text", "{'uri':'u'}"), 400, "bad_body");
}

static void c_8_5_members_of_the_reply(void **state)
{
    live *l = *state;
    reply *r = ask(l, "QUERY", "nothing is stored here yet", "{}");
    expect(r, 200);
    assert_int_equal(len_at(r, "matches"), 0);
    assert_int_equal(len_at(r, "credits"), 0);
    assert_true(json_is_object(at(r, "suppressed")));
    assert_false(bool_at(r, "truncated"));
    assert_true(num_at(r, "took_us") >= 0);
    r = ask(l, "QUERY", sample(l, "via", "text"), "{}");
    reply *credits = ask(l, "CREDITS", sample(l, "via", "text"), "{}");
    assert_true(len_at(credits, "credits") > 0);
    assert_true(json_equal(at(r, "credits"), at(credits, "credits")));
}

static void c_8_6_members_of_a_match(void **state)
{
    live *l = *state;
    static const char *const strings[] = {"uri", "publisher", "headline", "published", "relation"};
    static const char *const numbers[] = {"score",        "resemblance",      "prose_words",
                                          "quoted_words", "paraphrase_words", "longest"};
    put_sample(l, "bridge");
    put(l, "bare", sample(l, "bridge", "text"));
    reply *r = ask(l, "QUERY", sample(l, "bridge_copy", "text"), "{}");
    json_t *m = match_of(l, r, "bridge"), *bare = with(r, "matches", "uri", "bare");
    for (size_t i = 0; i < COUNT(strings); i++)
        assert_true(strlen(str_of(m, strings[i])) > 0);
    for (size_t i = 0; i < COUNT(numbers); i++)
        (void)num_of(m, numbers[i]);
    assert_string_equal(str_of(m, "headline"), sample(l, "bridge", "headline"));
    assert_string_equal(str_of(m, "publisher"), sample(l, "bridge", "publisher"));
    assert_true(json_is_boolean(json_object_get(m, "identical")));
    (void)num_of(json_object_get(m, "containment"), "query");
    (void)num_of(json_object_get(m, "containment"), "match");
    (void)str_of(json_object_get(m, "derivation"), "level");
    (void)num_of(json_object_get(m, "derivation"), "score");
    json_t *p = json_object_get(m, "provenance"), *passages = json_object_get(m, "passages");
    (void)str_of(p, "kind");
    (void)num_of(p, "score");
    assert_non_null(json_object_get(p, "source"));
    assert_true(json_is_array(json_object_get(p, "because")));
    assert_true(json_array_size(passages) > 0);
    (void)str_of(json_array_get(passages, 0), "kind");
    for (size_t i = 1; i < 4; i++)
        assert_true(json_is_null(json_object_get(bare, strings[i])));
}

static void put_all(live *l)
{
    static const char *const names[] = {"speech_a", "form_a", "storm_a"};
    put_bridges(l);
    for (size_t i = 0; i < COUNT(names); i++)
        put_sample(l, names[i]);
}

static void c_8_7_default_relations(void **state)
{
    live *l = *state;
    put_all(l);
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "form_b", "text"), "{}"), "matches"), 0);
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "storm_b", "text"), "{}"), "matches"), 0);
    expect_str(ask(l, "QUERY", sample(l, "speech_b", "text"), "{}"), "matches.0.relation",
               "quotes");
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{}");
    assert_string_equal(str_of(match_of(l, r, "bridge_copy"), "relation"), "copy");
    assert_string_equal(str_of(match_of(l, r, "bridge_excerpt"), "relation"), "excerpt");
    assert_string_equal(str_of(match_of(l, r, "bridge_rewrite"), "relation"), "rewrite");
}

static void c_8_8_relations(void **state)
{
    live *l = *state;
    put_all(l);
    expect_str(ask(l, "QUERY", sample(l, "form_b", "text"), "{'relations':['template']}"),
               "matches.0.relation", "template");
    expect_str(ask(l, "QUERY", sample(l, "storm_b", "text"), "{'relations':['related']}"),
               "matches.0.relation", "related");
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{'relations':['excerpt']}");
    assert_int_equal(len_at(r, "matches"), 1);
    expect_str(r, "matches.0.uri", sample(l, "bridge_excerpt", "uri"));
    r = ask(l, "QUERY", sample(l, "bridge", "text"), "{'relations':['rewrite','excerpt']}");
    assert_int_equal(len_at(r, "matches"), 2);
    refused(ask(l, "QUERY", "text", "{'relations':['forgery']}"), 400, "bad_option");
    refused(ask(l, "QUERY", "text", "{'relations':['none']}"), 400, "bad_option");
    refused(ask(l, "QUERY", "text", "{'relations':[]}"), 400, "bad_option");
}

static void put_twins(live *l, int n)
{
    for (int i = 0; i < n; i++)
        expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'twin%02d'}", i), 200);
}

static void c_8_9_limit(void **state)
{
    live *l = *state;
    put_twins(l, 14);
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "garden", "text"), "{}"), "matches"), 10);
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "garden", "text"), "{'limit':1}"), "matches"),
                     1);
    assert_int_equal(
        len_at(ask(l, "QUERY", sample(l, "garden", "text"), "{'limit':1000}"), "matches"), 14);
}

static void c_8_10_best_first(void **state)
{
    live *l = *state;
    static const char *const order[] = {"copy",   "excerpt",  "rewrite",
                                        "quotes", "template", "related"};
    put_all(l);
    put(l, "twin", sample(l, "bridge", "text"));
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{" ALL "}");
    assert_true(len_at(r, "matches") >= 5);
    expect_str(r, "matches.0.uri", sample(l, "bridge", "uri"));
    expect_str(r, "matches.1.uri", "twin");
    expect_str(r, "matches.2.uri", sample(l, "bridge_copy", "uri"));
    size_t last = 0, i, k;
    json_t *m;
    json_array_foreach(at(r, "matches"), i, m) {
        for (k = 0; k < COUNT(order) && strcmp(order[k], str_of(m, "relation")); k++)
            ;
        assert_true(k >= last && k < COUNT(order));
        last = k;
    }
}

static void c_8_11_suppressed(void **state)
{
    live *l = *state;
    static const char *const names[] = {"suppressed.capped", "suppressed.terms",
                                        "suppressed.furniture", "suppressed.candidates",
                                        "suppressed.limit"};
    reply *r = ask(l, "QUERY", sample(l, "garden", "text"), "{}");
    for (size_t i = 0; i < COUNT(names); i++)
        expect_num(r, names[i], 0);
    put_twins(l, 14);
    r = ask(l, "QUERY", sample(l, "garden", "text"), "{'limit':3}");
    expect_num(r, "suppressed.limit", 11);
    for (int i = 14; i < 90; i++)
        expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'twin%02d'}", i), 200);
    assert_true(num_at(ask(l, "QUERY", sample(l, "garden", "text"), "{}"), "suppressed.capped") >
                0);
}

// add_words writes n words that no other call writes.
static char *add_words(char *end, uint64_t *seed, int n)
{
    for (int i = 0; i < n; i++) {
        uint64_t r = t_random(seed);
        for (int k = 0; k < 10; k++, r /= 26)
            *end++ = (char)('a' + r % 26);
        *end++ = ' ';
    }
    *end = 0;
    return end;
}

static void c_8_11_furniture(void **state)
{
    live *l = *state;
    static const char footer[] =
        "Sign up for our evening letter, follow the gazette on every network you can think of, "
        "send "
        "your tips to the night desk, and remember that our kiosk by the fountain sells maps.";
    char text[4096];
    uint64_t seed = t_seed();
    for (int i = 0; i < 8; i++) {
        sprintf(add_words(text, &seed, 60), "\n\n%s", footer);
        expect(ask(l, "PUT", text, "{'uri':'https://gazette.example/%d'}", i), 200);
    }
    expect(ask(l, "STORY", NULL, "{'uri':'https://gazette.example/7'}"), 200); // all are placed
    reply *r = ask(l, "QUERY", NULL, "{'uri':'https://gazette.example/0'}");
    assert_true(num_at(r, "suppressed.furniture") > 0);
    assert_int_equal(len_at(r, "matches"), 0); // they share nothing but furniture
}

// 10 paragraphs, each in 60 articles: more candidates than are verified for one request.
static void c_8_11_candidates(void **state)
{
    live *l = *state;
    enum { PARAGRAPHS = 10, EACH = 60 };
    char paragraph[1024], text[2048], header[64], whole[PARAGRAPHS * 1024] = "", *end = whole;
    uint64_t seed = t_seed();
    for (int i = 0; i < PARAGRAPHS; i++) {
        add_words(paragraph, &seed, 40);
        end += sprintf(end, "%s\n\n", paragraph);
        for (int k = 0; k < EACH; k++) {
            size_t len =
                (size_t)(add_words(text + sprintf(text, "%s", paragraph), &seed, 12) - text);
            size_t n = (size_t)snprintf(header, sizeof header, "{\"uri\":\"%d.%d\"}", i, k);
            live_send(l->dealer, (frame[]){F("SHG1"), F("PUT"), F("r"), {header, n}, {text, len}},
                      5);
        }
    }
    for (int i = 0; i < PARAGRAPHS * EACH; i++)
        expect(live_recv(l, l->dealer), 200);
    reply *r = ask(l, "QUERY", whole, "{'limit':1000,'passages':false}");
    double left = num_at(r, "suppressed.candidates");
    assert_true(left > 0);
    assert_int_equal(len_at(r, "matches"), PARAGRAPHS * EACH - (int)left);
    expect_num(r, "suppressed.limit", 0);
    assert_true(bool_at(r, "truncated"));
}

static void c_8_12_truncated(void **state)
{
    live *l = *state;
    put_twins(l, 11);
    reply *r = ask(l, "QUERY", sample(l, "garden", "text"), "{}");
    assert_true(bool_at(r, "truncated"));
    expect_num(r, "suppressed.limit", 1);
    r = ask(l, "QUERY", sample(l, "garden", "text"), "{'limit':11}");
    assert_false(bool_at(r, "truncated"));
}

static void c_8_13_min_containment(void **state)
{
    live *l = *state;
    put_bridges(l);
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{'min_containment':0.7}");
    assert_non_null(match_of(l, r, "bridge_copy"));
    assert_non_null(match_of(l, r, "bridge_excerpt")); // all of the smaller side
    assert_null(match_of(l, r, "bridge_rewrite"));
    assert_non_null(match_of(l,
                             ask(l, "QUERY", sample(l, "bridge", "text"), "{'min_containment':0}"),
                             "bridge_rewrite"));
    assert_int_equal(
        len_at(ask(l, "QUERY", sample(l, "bridge_rewrite", "text"), "{'min_containment':0.9}"),
               "matches"),
        1);
}

static void c_8_14_since_and_before(void **state)
{
    live *l = *state;
    const char *text = sample(l, "garden", "text");
    expect(ask(l, "PUT", text, "{'uri':'may','published':'2021-05-01T00:00:00Z'}"), 200);
    expect(ask(l, "PUT", text, "{'uri':'june','published':'2021-06-01T00:00:00Z'}"), 200);
    expect(ask(l, "PUT", text, "{'uri':'undated'}"), 200);
    static const struct {
        const char *options, *uris[4];
    } cases[] = {
        {"'since':'2021-05-01'", {"may", "june"}},
        {"'since':'2021-05-01T00:00:01Z'", {"june"}},
        {"'before':'2021-06-01'", {"may"}},
        {"'before':'2021-06-01 00:00:01'", {"may", "june"}},
        {"'since':'2021-05-02','before':'2021-06-01'", {NULL}},
        {"'limit':5", {"may", "june", "undated"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        reply *r = ask(l, "QUERY", text, "{%s}", cases[i].options);
        size_t n = 0;
        for (; cases[i].uris[n]; n++)
            assert_non_null(with(r, "matches", "uri", cases[i].uris[n]));
        assert_int_equal(len_at(r, "matches"), n);
    }
}

static void c_8_15_publishers(void **state)
{
    live *l = *state;
    const char *text = sample(l, "garden", "text");
    expect(ask(l, "PUT", text, "{'uri':'a','publisher':'Alpha.example'}"), 200);
    expect(ask(l, "PUT", text, "{'uri':'b','publisher':'beta.example'}"), 200);
    expect(ask(l, "PUT", text, "{'uri':'c'}"), 200);
    reply *r = ask(l, "QUERY", text, "{'publisher':'ALPHA.example'}");
    assert_int_equal(len_at(r, "matches"), 1);
    expect_str(r, "matches.0.uri", "a");
    assert_int_equal(
        len_at(ask(l, "QUERY", text, "{'publisher':['alpha.example','beta.example']}"), "matches"),
        2);
    r = ask(l, "QUERY", text, "{'not_publisher':'alpha.example'}");
    assert_int_equal(len_at(r, "matches"), 2);
    assert_null(with(r, "matches", "uri", "a"));
    assert_int_equal(
        len_at(ask(l, "QUERY", text, "{'not_publisher':['alpha.example','beta.example']}"),
               "matches"),
        1);
    assert_int_equal(len_at(ask(l, "QUERY", text, "{'publisher':'gamma.example'}"), "matches"), 0);
}

static void c_8_16_without_passages(void **state)
{
    live *l = *state;
    put_bridges(l);
    reply *full = ask(l, "QUERY", sample(l, "bridge", "text"), "{'passages':true}");
    reply *r = ask(l, "QUERY", sample(l, "bridge", "text"), "{'passages':false}");
    assert_int_equal(len_at(r, "matches"), len_at(full, "matches"));
    size_t i;
    json_t *m;
    json_array_foreach(at(full, "matches"), i, m) {
        assert_int_equal(json_object_del(m, "passages"), 0);
        assert_true(json_equal(m, json_array_get(at(r, "matches"), i)));
    }
}

static void c_8_26_scripts(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge", "russian", "chinese", "arabic"};
    for (size_t i = 0; i < COUNT(names); i++)
        put_sample(l, names[i]);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *text = sample(l, names[i], "text");
        reply *r = ask(l, "QUERY", NULL, "{'uri':'%s'}", sample(l, names[i], "uri"));
        assert_int_equal(len_at(r, "matches"), 0);
        r = ask(l, "QUERY", text, "{}");
        expect_str(r, "matches.0.uri", sample(l, names[i], "uri"));
        expect_str(r, "matches.0.relation", "copy");
        assert_true(bool_at(r, "matches.0.identical"));
        size_t cut = strlen(text) * 2 / 3; // two thirds of it, cut at a character
        while ((text[cut] & 0xc0) == 0x80)
            cut--;
        r = ask_bytes(l, "QUERY", "{}", text, cut);
        expect_str(r, "matches.0.uri", sample(l, names[i], "uri"));
        assert_true(num_at(r, "matches.0.containment.query") > 0.9);
    }
}

static void c_8_27_texts_without_words(void **state)
{
    live *l = *state;
    static const char *const texts[] = {"?! ... ---", "\xf0\x9f\x98\x80\xf0\x9f\x91\x8d",
                                        "\xcc\x81\xcc\x82\xcc\x83"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect(ask(l, "PUT", texts[i], "{'uri':'a%zu'}", i), 200);
        expect(ask(l, "PUT", texts[i], "{'uri':'b%zu'}", i), 200);
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        char twin[8];
        snprintf(twin, sizeof twin, "b%zu", i);
        reply *r = ask(l, "QUERY", NULL, "{'uri':'a%zu'," ALL "}", i);
        expect(r, 200);
        assert_int_equal(len_at(r, "matches"), 1);
        expect_str(r, "matches.0.uri", twin);
        assert_true(bool_at(r, "matches.0.identical"));
    }
}

static void c_8_28_bad_article(void **state)
{
    live *l = *state;
    static const char *const no_objects[] = {"'x'", "5", "[]", "true"};
    for (size_t i = 0; i < COUNT(no_objects); i++)
        refused(ask(l, "QUERY", "text", "{'article':%s}", no_objects[i]), 400, "bad_option");
    refused(ask(l, "QUERY", "text", "{'article':{'headline':5}}"), 422, "bad_field");
    refused(ask(l, "QUERY", "text", "{'article':{'uri':'a\\nb'}}"), 422, "bad_uri");
    expect(ask(l, "QUERY", "text", "{'article':{'published':'one day','zzz':1}}"), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_8_1_stored_article),
        SPEC(c_8_2_never_itself),
        SPEC(c_8_3_text),
        SPEC(c_8_4_neither_or_both),
        SPEC(c_8_5_members_of_the_reply),
        SPEC(c_8_6_members_of_a_match),
        SPEC(c_8_7_default_relations),
        SPEC(c_8_8_relations),
        SPEC(c_8_9_limit),
        SPEC(c_8_10_best_first),
        SPEC(c_8_11_suppressed),
        SPEC(c_8_11_furniture),
        SPEC(c_8_11_candidates),
        SPEC(c_8_12_truncated),
        SPEC(c_8_13_min_containment),
        SPEC(c_8_14_since_and_before),
        SPEC(c_8_15_publishers),
        SPEC(c_8_16_without_passages),
        SPEC(c_8_26_scripts),
        SPEC(c_8_27_texts_without_words),
        SPEC(c_8_28_bad_article),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
