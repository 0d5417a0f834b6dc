// PROTOCOL.md, chapter 11: STORY and SOURCES.
#include "live.h"

#include <zmq.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static reply *story(live *l, const char *uri)
{
    reply *r = ask(l, "STORY", NULL, "{'uri':'%s'}", uri);
    expect(r, 200);
    return r;
}

static json_t *member(const reply *r, const char *uri)
{
    json_t *m = with(r, "members", "uri", uri);
    if (!m)
        fail_msg("%s is no member", uri);
    return m;
}

static double text_of(const reply *r, const char *uri)
{
    json_t *t = json_object_get(member(r, uri), "text");
    assert_true(json_is_number(t));
    return json_number_value(t);
}

#define ORIGIN "https://thehill.com/bridge"
#define CREDITS_IT "https://fenpost.example/bridge"
#define DOES_NOT "https://dalesbrief.example/bridge"

// A story of three: the origin, a copy that credits it and one that does not.
static void put_three(live *l)
{
    char text[4096];
    expect(ask(l, "PUT", sample(l, "bridge", "text"),
               "{'uri':'" ORIGIN "','published':'2021-03-04T06:30:00Z','title':'Bridge'}"),
           200);
    snprintf(text, sizeof text, "Via The Hill:\n\n%s", sample(l, "bridge_copy", "text"));
    expect(ask(l, "PUT", text, "{'uri':'" CREDITS_IT "','published':'2021-03-04T10:30:00Z'}"), 200);
    expect(ask(l, "PUT", sample(l, "bridge_copy", "text"),
               "{'uri':'" DOES_NOT "','published':'2021-03-05T06:30:00Z'}"),
           200);
    put_sample(l, "garden");
}

static void c_11_1_members_of_the_reply(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = story(l, DOES_NOT);
    assert_true(strlen(str_at(r, "story")) > 0);
    assert_int_equal(len_at(r, "members"), 3);
    assert_true(len_at(r, "edges") >= 2);
    assert_true(json_is_object(at(r, "origin")));
    assert_true(json_is_array(at(r, "credited")) && json_is_array(at(r, "uncredited")));
    expect_str(story(l, ORIGIN), "story", str_at(r, "story"));
    expect_str(story(l, CREDITS_IT), "story", str_at(r, "story"));
    assert_string_not_equal(str_at(r, "story"),
                            str_at(story(l, sample(l, "garden", "uri")), "story"));
}

static void c_11_2_covers_what_was_acknowledged(void **state)
{
    live *l = *state;
    void *other = live_socket(l, ZMQ_DEALER);
    char header[64];
    for (int i = 0; i < 40; i++) {
        int len = snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", i);
        expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'u%d'}", i), 200);
        reply *r =
            live_call(l, other, (frame[]){F("SHG1"), F("STORY"), F(""), {header, (size_t)len}}, 4);
        expect(r, 200);
        assert_int_equal(len_at(r, "members"), i + 1);
    }
    zmq_close(other);
}

static void c_11_3_members_of_a_member(void **state)
{
    live *l = *state;
    put_three(l);
    put(l, "bare", sample(l, "bridge", "text"));
    reply *r = story(l, ORIGIN);
    json_t *m = member(r, ORIGIN), *bare = member(r, "bare");
    assert_string_equal(str_of(m, "publisher"), "thehill.com");
    assert_string_equal(str_of(m, "headline"), "Bridge");
    assert_string_equal(str_of(m, "published"), "2021-03-04T06:30:00Z");
    assert_string_equal(str_of(m, "relation"), "none");
    assert_string_equal(str_of(member(r, DOES_NOT), "relation"), "copy");
    assert_true(text_of(r, ORIGIN) >= 1);
    assert_true(json_is_null(json_object_get(bare, "publisher")));
    assert_true(json_is_null(json_object_get(bare, "headline")));
    assert_true(json_is_null(json_object_get(bare, "published")));
}

static void c_11_4_roles(void **state)
{
    live *l = *state;
    put_three(l);
    expect(ask(l, "PUT", sample(l, "bridge_rewrite", "text"),
               "{'uri':'rewrite','published':'2021-03-08T06:30:00Z'}"),
           200);
    reply *r = story(l, ORIGIN);
    assert_string_equal(str_of(member(r, ORIGIN), "role"), "origin");
    assert_string_equal(str_of(member(r, CREDITS_IT), "role"), "copy");
    assert_string_equal(str_of(member(r, DOES_NOT), "role"), "copy");
    assert_string_equal(str_of(member(r, "rewrite"), "role"), "derived");
    put_sample(l, "speech_a");
    put_sample(l, "speech_b");
    r = story(l, sample(l, "speech_a", "uri"));
    assert_string_equal(str_of(member(r, sample(l, "speech_a", "uri")), "role"), "origin");
    assert_string_equal(str_of(member(r, sample(l, "speech_b", "uri")), "role"), "quoting");
}

static void c_11_5_texts(void **state)
{
    live *l = *state;
    const char *a = sample(l, "speech_a", "uri"), *b = sample(l, "speech_b", "uri");
    put_three(l);
    put_sample(l, "speech_a");
    put_sample(l, "speech_b");
    expect(ask(l, "PUT", sample(l, "speech_b", "text"), "{'uri':'copy of b'}"), 200);
    reply *r = story(l, ORIGIN);
    assert_true(text_of(r, ORIGIN) == text_of(r, CREDITS_IT) &&
                text_of(r, ORIGIN) == text_of(r, DOES_NOT));
    r = story(l, a);
    assert_true(text_of(r, a) != text_of(r, b));
    assert_true(text_of(r, b) == text_of(r, "copy of b"));
}

static void c_11_6_joined_by_quotations(void **state)
{
    live *l = *state;
    put_sample(l, "speech_a");
    put_sample(l, "speech_b");
    put_sample(l, "garden");
    reply *r = story(l, sample(l, "speech_b", "uri"));
    assert_int_equal(len_at(r, "members"), 2);
    member(r, sample(l, "speech_a", "uri"));
}

// All orders of four articles that share prose, each on an empty store.
static void c_11_6_in_any_order(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge", "bridge_copy", "bridge_excerpt",
                                        "bridge_rewrite"};
    for (unsigned order = 0; order < 256; order++) {
        unsigned at[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6};
        if ((1u << at[0] | 1u << at[1] | 1u << at[2] | 1u << at[3]) != 15)
            continue;
        for (int i = 0; i < 4; i++)
            put_sample(l, names[at[i]]);
        for (int i = 0; i < 4; i++) {
            reply *r = story(l, sample(l, names[i], "uri"));
            if (len_at(r, "members") != 4)
                fail_msg("order %u%u%u%u: %zu members", at[0], at[1], at[2], at[3],
                         len_at(r, "members"));
        }
        expect_num(ask(l, "DELETE", NULL, "{'older_than':'2030-01-01'}"), "deleted", 4);
    }
}

static void c_11_7_edges(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = story(l, ORIGIN);
    size_t i;
    json_t *e;
    bool found = false;
    json_array_foreach(at(r, "edges"), i, e) {
        member(r, str_of(e, "from"));
        member(r, str_of(e, "to"));
        assert_string_not_equal(str_of(e, "from"), str_of(e, "to"));
        assert_true(json_is_number(json_object_get(json_object_get(e, "containment"), "from")));
        assert_true(json_is_number(json_object_get(json_object_get(e, "containment"), "to")));
        assert_true(json_is_array(json_object_get(e, "because")));
        assert_true(strlen(str_of(e, "relation")) > 0);
        found |= !strcmp(str_of(e, "from"), ORIGIN) && !strcmp(str_of(e, "to"), CREDITS_IT);
    }
    assert_true(found);
}

static void c_11_8_origin(void **state)
{
    live *l = *state;
    char text[4096];
    put_three(l);
    reply *r = story(l, DOES_NOT);
    expect_str(r, "origin.uri", ORIGIN);
    expect_str(r, "origin.source", "thehill.com");
    assert_true(len_at(r, "origin.because") > 0);
    expect(ask(l, "DELETE", NULL, "{'uri':'" ORIGIN "'}"), 200);
    snprintf(text, sizeof text, "%s\n\n[The Hill]", sample(l, "bridge_copy", "text"));
    expect(ask(l, "PUT", text, "{'uri':'another','published':'2021-03-06T06:30:00Z'}"), 200);
    r = story(l, DOES_NOT); // credited twice, and not stored
    assert_true(json_is_null(at(r, "origin.uri")));
    expect_str(r, "origin.source", "thehill.com");
}

static void c_11_9_credited(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = story(l, ORIGIN);
    assert_int_equal(len_at(r, "credited"), 1);
    expect_str(r, "credited.0.id", "thehill.com");
    expect_str(r, "credited.0.name", "The Hill");
    expect_num(r, "credited.0.articles", 1);
    put_sample(l, "told");
    assert_int_equal(len_at(story(l, sample(l, "told", "uri")), "credited"), 0);
}

static void c_11_10_uncredited(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = story(l, ORIGIN);
    assert_int_equal(len_at(r, "uncredited"), 1);
    expect_str(r, "uncredited.0", DOES_NOT);
    char text[4096]; // a speaker who told X is no credit for the story
    snprintf(text, sizeof text, "%s\n\n\"A sad day,\" the mayor told The Hill.",
             sample(l, "bridge_copy", "text"));
    expect(ask(l, "PUT", text, "{'uri':'https://greypost.example/b','published':'2021-03-07'}"),
           200);
    assert_int_equal(len_at(story(l, ORIGIN), "uncredited"), 2);
}

static void c_11_11_alone(void **state)
{
    live *l = *state;
    put_three(l);
    put(l, "word", "word");
    static const char *const uris[] = {"https://greenpage.example/leeks", "word"};
    for (size_t i = 0; i < COUNT(uris); i++) {
        reply *r = story(l, uris[i]);
        assert_int_equal(len_at(r, "members"), 1);
        assert_int_equal(len_at(r, "edges"), 0);
        assert_int_equal(len_at(r, "uncredited"), 0);
    }
}

static json_t *row(const reply *r, const char *source, const char *publisher)
{
    size_t i;
    json_t *one;
    expect(r, 200);
    assert_true(json_is_array(at(r, "sources")));
    json_array_foreach(at(r, "sources"), i, one)
        if (!strcmp(str_of(one, "source"), source) && !strcmp(str_of(one, "publisher"), publisher))
            return one;
    return NULL;
}

static void expect_row(const reply *r, const char *source, const char *publisher, int credited,
                       int uncredited)
{
    json_t *one = row(r, source, publisher);
    assert_non_null(one);
    assert_int_equal(json_integer_value(json_object_get(one, "articles")), credited + uncredited);
    assert_int_equal(json_integer_value(json_object_get(one, "credited")), credited);
    assert_int_equal(json_integer_value(json_object_get(one, "uncredited")), uncredited);
}

static void c_11_12_rows(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = ask(l, "SOURCES", NULL, "{}");
    expect_row(r, "thehill.com", "fenpost.example", 1, 0);
    expect_row(r, "thehill.com", "dalesbrief.example", 0, 1);
    assert_null(row(r, "fenpost.example", "thehill.com"));
    json_t *delay = json_object_get(row(r, "thehill.com", "fenpost.example"), "median_delay_s");
    assert_int_equal((int)json_number_value(delay), 4 * 3600);
    put_sample(l, "via"); // credits a source of which nothing is stored
    delay = json_object_get(row(ask(l, "SOURCES", NULL, "{}"), "thehill.com", "smalltown.example"),
                            "median_delay_s");
    assert_true(json_is_null(delay));
}

static void c_11_13_window(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = ask(l, "SOURCES", NULL, "{'since':'2021-03-05','until':'2021-03-06'}");
    assert_null(row(r, "thehill.com", "fenpost.example"));
    expect_row(r, "thehill.com", "dalesbrief.example", 0, 1);
    r = ask(l, "SOURCES", NULL, "{'since':'2021-03-04T10:30:00Z','until':'2021-03-05T06:30:00Z'}");
    expect_row(r, "thehill.com", "fenpost.example", 1, 0);
    assert_null(row(r, "thehill.com", "dalesbrief.example"));
    assert_int_equal(len_at(ask(l, "SOURCES", NULL, "{'until':'2021-03-04'}"), "sources"), 0);
}

static void c_11_14_publisher(void **state)
{
    live *l = *state;
    put_three(l);
    reply *r = ask(l, "SOURCES", NULL, "{'publisher':'fenpost.example'}");
    expect_row(r, "thehill.com", "fenpost.example", 1, 0);
    for (size_t i = 0; i < len_at(r, "sources"); i++)
        assert_string_equal(str_of(json_array_get(at(r, "sources"), i), "publisher"),
                            "fenpost.example");
    assert_int_equal(len_at(ask(l, "SOURCES", NULL, "{'publisher':'thehill.com'}"), "sources"), 0);
}

#define UPDATE "https://thehill.com/bridge-2"

static void c_11_15_versions(void **state)
{
    live *l = *state;
    put_three(l);
    expect(ask(l, "PUT", sample(l, "bridge_copy", "text"),
               "{'uri':'" UPDATE "','published':'2021-03-04T09:30:00Z'}"),
           200);
    reply *r = story(l, DOES_NOT);
    assert_string_equal(str_of(member(r, UPDATE), "version_of"), ORIGIN);
    static const char *const others[] = {ORIGIN, CREDITS_IT, DOES_NOT};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_true(json_is_null(json_object_get(member(r, others[i]), "version_of")));
    put(l, "nobody/1", sample(l, "garden", "text")); // without a publisher there is no house
    put(l, "nobody/2", sample(l, "garden", "text"));
    r = story(l, "nobody/1");
    assert_true(json_is_null(json_object_get(member(r, "nobody/2"), "version_of")));
}

static void c_11_16_no_row_of_its_own(void **state)
{
    live *l = *state;
    put_three(l);
    expect(ask(l, "PUT", sample(l, "bridge", "text"),
               "{'uri':'" UPDATE "','published':'2021-03-05T09:30:00Z'}"),
           200);
    reply *r = ask(l, "SOURCES", NULL, "{}");
    assert_null(row(r, "thehill.com", "thehill.com"));
    expect_row(r, "thehill.com", "fenpost.example", 1, 0);
}

// The update came to be known last, and the origin before it.
static void c_11_17_order_does_not_matter(void **state)
{
    live *l = *state;
    char id[32];
    const char *copy = sample(l, "bridge_copy", "text");
    expect(ask(l, "PUT", copy, "{'uri':'" DOES_NOT "','published':'2021-03-05T06:30:00Z'}"), 200);
    snprintf(id, sizeof id, "%s", str_at(story(l, DOES_NOT), "story"));
    expect(ask(l, "PUT", copy, "{'uri':'" UPDATE "','published':'2021-03-04T09:30:00Z'}"), 200);
    assert_string_equal(str_of(member(story(l, DOES_NOT), UPDATE), "relation"), "none");
    expect(ask(l, "PUT", sample(l, "bridge", "text"),
               "{'uri':'" ORIGIN "','published':'2021-03-04T06:30:00Z'}"),
           200);
    reply *r = story(l, DOES_NOT);
    expect_str(r, "story", id);
    assert_string_equal(str_of(member(r, ORIGIN), "relation"), "none");
    assert_string_equal(str_of(member(r, UPDATE), "relation"), "copy");
    assert_string_equal(str_of(member(r, UPDATE), "version_of"), ORIGIN);
    assert_string_equal(str_of(member(r, DOES_NOT), "relation"), "copy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_11_1_members_of_the_reply),
        SPEC(c_11_2_covers_what_was_acknowledged),
        SPEC(c_11_3_members_of_a_member),
        SPEC(c_11_4_roles),
        SPEC(c_11_5_texts),
        SPEC(c_11_6_joined_by_quotations),
        SPEC(c_11_6_in_any_order),
        SPEC(c_11_7_edges),
        SPEC(c_11_8_origin),
        SPEC(c_11_9_credited),
        SPEC(c_11_10_uncredited),
        SPEC(c_11_11_alone),
        SPEC(c_11_12_rows),
        SPEC(c_11_13_window),
        SPEC(c_11_14_publisher),
        SPEC(c_11_15_versions),
        SPEC(c_11_16_no_row_of_its_own),
        SPEC(c_11_17_order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
