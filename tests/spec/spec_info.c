// PROTOCOL.md, chapters 1 and 6: how values are written; PING, INFO, STATS.
#include "live.h"

#include <signal.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void c_1_4_strings_and_numbers(void **state)
{
    live *l = *state;
    put_sample(l, "bridge");
    put_sample(l, "bridge_copy");
    const char *uri = sample(l, "bridge", "uri");
    reply *info = ask(l, "INFO", NULL, "{}");
    assert_true(strlen(str_at(info, "epoch")) > 0);
    assert_true(strlen(str_at(info, "parameters.seed_fingerprint")) > 0);
    assert_true(strlen(str_at(ask(l, "STORY", NULL, "{'uri':'%s'}", uri), "story")) > 0);
    expect_num(ask(l, "GET", NULL, "{'uri':'%s'}", uri), "version", 1);
    reply *r = ask(l, "QUERY", NULL, "{'uri':'%s'}", uri);
    static const char *const numbers[] = {"score",
                                          "resemblance",
                                          "containment.query",
                                          "containment.match",
                                          "prose_words",
                                          "quoted_words",
                                          "paraphrase_words",
                                          "longest",
                                          "derivation.score",
                                          "provenance.score",
                                          "passages.0.words",
                                          "passages.0.query.0"};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char path[64];
        snprintf(path, sizeof path, "matches.0.%s", numbers[i]);
        assert_true(num_at(r, path) >= 0);
    }
}

static bool is_utc(const char *s)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    size_t n = sizeof form - 1;
    if (strlen(s) <= n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
            return false;
    s += n;
    if (*s == '.')
        s += 1 + strspn(s + 1, "0123456789");
    return !strcmp(s, "Z");
}

static void c_1_5_times(void **state)
{
    live *l = *state;
    put(l, "v", sample(l, "garden", "text"));
    expect(ask(l, "PUT", sample(l, "garden", "text"),
               "{'uri':'u','published':'2017-03-12 20:05:00+02:00'}"),
           200);
    reply *r = ask(l, "GET", NULL, "{'uri':'u'}");
    expect_str(r, "published", "2017-03-12T18:05:00Z");
    assert_true(is_utc(str_at(r, "stored")));
    expect_str(ask(l, "QUERY", NULL, "{'uri':'v'}"), "matches.0.published", "2017-03-12T18:05:00Z");
    json_t *m = with(ask(l, "STORY", NULL, "{'uri':'u'}"), "members", "uri", "u");
    assert_string_equal(json_string_value(json_object_get(m, "published")), "2017-03-12T18:05:00Z");
}

// expect_shares walks a whole reply: whatever is called a share is one.
static size_t expect_shares(const char *key, json_t *v)
{
    static const char *const names[] = {"score", "resemblance", "query", "match", "from", "to"};
    size_t n = 0, i;
    const char *k;
    json_t *item;
    for (i = 0; json_is_number(v) && i < COUNT(names); i++)
        if (!strcmp(key, names[i])) {
            assert_true(json_number_value(v) >= 0 && json_number_value(v) <= 1);
            n++;
        }
    json_object_foreach(v, k, item)
        n += expect_shares(k, item);
    json_array_foreach(v, i, item)
        n += expect_shares("", item);
    return n;
}

static void c_1_6_shares(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge",         "bridge_copy", "bridge_excerpt",
                                        "bridge_rewrite", "speech_a",    "speech_b",
                                        "form_a",         "form_b",      "garden"};
    size_t n = 0;
    for (size_t i = 0; i < COUNT(names); i++)
        put_sample(l, names[i]);
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *uri = sample(l, names[i], "uri");
        n += expect_shares("", ask(l, "QUERY", NULL,
                                   "{'uri':'%s','relations':['copy','excerpt','rewrite','quotes','"
                                   "template','related']}",
                                   uri)
                                   ->header);
        n += expect_shares("", ask(l, "STORY", NULL, "{'uri':'%s'}", uri)->header);
        n += expect_shares(
            "", ask(l, "COMPARE", NULL, "{'a':'%s','b':'%s'}", uri, sample(l, "garden", "uri"))
                    ->header);
    }
    assert_true(n > 100);
}

static void c_6_1_ping(void **state)
{
    live *l = *state;
    uint64_t seed = t_seed();
    size_t len = 100000;
    char *noise = malloc(len);
    assert_non_null(noise);
    for (size_t i = 0; i < len; i++)
        noise[i] = (char)t_random(&seed);
    reply *r = ask_bytes(l, "PING", "{}", noise, len);
    expect(r, 200);
    expect_body(r, noise, len);
    r = ask(l, "PING", "", "{}");
    expect(r, 200);
    expect_body(r, "", 0);
    assert_int_equal(ask(l, "PING", NULL, "{}")->n_body, 0);
    free(noise);
}

static void c_6_2_info(void **state)
{
    reply *r = ask(*state, "INFO", NULL, "{}");
    expect(r, 200);
    expect_str(r, "name", "shingled");
    assert_true(strlen(str_at(r, "version")) > 0);
    assert_int_equal(len_at(r, "protocols"), 1);
    expect_str(r, "protocols.0", "SHG1");
    for (size_t i = 0; i < len_at(r, "features"); i++)
        assert_true(json_is_string(json_array_get(at(r, "features"), i)));
    assert_true(json_is_object(at(r, "limits")) && json_is_object(at(r, "parameters")));
    assert_true(strlen(str_at(r, "epoch")) > 0);
}

static void c_6_3_parameters(void **state)
{
    reply *r = ask(*state, "INFO", NULL, "{}");
    static const char *const names[] = {"text",  "shingle_words",   "print_words", "window",
                                        "lanes", "bands",           "rows",        "sketch",
                                        "stamp", "seed_fingerprint"};
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "parameters.%s", names[i]);
        assert_non_null(at(r, path));
    }
    assert_true(json_is_string(at(r, "parameters.seed_fingerprint")));
    assert_null(at(r, "parameters.seed"));
}

static void c_6_4_epoch(void **state)
{
    live *l = *state, *other = live_new(1);
    char epoch[128];
    snprintf(epoch, sizeof epoch, "%s", str_at(ask(l, "INFO", NULL, "{}"), "epoch"));
    assert_string_not_equal(epoch, str_at(ask(other, "INFO", NULL, "{}"), "epoch"));
    live_free(&other);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    expect_str(ask(l, "INFO", NULL, "{}"), "epoch", epoch);
}

static void c_6_5_stats(void **state)
{
    reply *r = ask(*state, "STATS", NULL, "{}");
    static const char *const names[] = {"articles",   "put_new",    "put_updated", "put_unchanged",
                                        "deleted",    "segments",   "stories",     "matched",
                                        "file_bytes", "used_bytes", "live_bytes",  "ram_bytes",
                                        "uptime_s",   "dropped",    "queue"};
    expect(r, 200);
    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(num_at(r, names[i]) >= 0);
    assert_true(json_is_object(at(r, "put_refused")));
    assert_true(json_is_object(at(r, "requests")));
    assert_true(json_is_object(at(r, "let_go")));
}

static void c_6_6_articles(void **state)
{
    live *l = *state;
    put_sample(l, "bridge");
    put_sample(l, "garden");
    put_sample(l, "garden");
    put(l, "u", "one");
    put(l, "u", "two");
    expect(ask(l, "DELETE", NULL, "{'uri':'u'}"), 200);
    expect(ask(l, "STORY", NULL, "{'uri':'%s'}", sample(l, "garden", "uri")),
           200); // all are worked out now
    reply *r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "articles", 2);
    expect_num(r, "matched", 2);
    expect_num(r, "stories", 2);
    put_sample(l, "bridge_copy");
    expect(ask(l, "STORY", NULL, "{'uri':'%s'}", sample(l, "garden", "uri")), 200);
    expect_num(ask(l, "STATS", NULL, "{}"), "stories", 2);
    expect(ask(l, "DELETE", NULL, "{'uri':'%s'}", sample(l, "bridge", "uri")), 200);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    expect(ask(l, "STORY", NULL, "{'uri':'%s'}", sample(l, "garden", "uri")), 200);
    r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "articles", 2);
    expect_num(r, "matched", 2);
    expect_num(r, "stories", 2);
}

static void c_6_7_counters(void **state)
{
    live *l = *state;
    put(l, "u", "one");
    put(l, "u", "one");
    put(l, "u", "two");
    put(l, "u", "three");
    put(l, "v", "other");
    expect(ask(l, "PUT", "\xff", "{'uri':'u'}"), 422);
    expect(ask(l, "PUT", "x", "{}"), 422);
    expect(ask(l, "PUT", "x", "{'uri':'u','if_version':9}"), 409);
    expect(ask(l, "PUT", "x", "["), 400);
    expect(ask(l, "DELETE", NULL, "{'uri':'v'}"), 200);
    expect(ask(l, "DELETE", NULL, "{'uri':'v'}"), 200);
    reply *r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "put_new", 2);
    expect_num(r, "put_unchanged", 1);
    expect_num(r, "put_updated", 2);
    expect_num(r, "put_refused.422", 2);
    expect_num(r, "put_refused.409", 1);
    expect_num(r, "put_refused.400", 1);
    expect_num(r, "deleted", 1);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "put_new", 0);
    expect_num(r, "deleted", 0);
}

static void c_6_8_requests(void **state)
{
    live *l = *state;
    ask(l, "PING", NULL, "{}");
    ask(l, "PING", NULL, "{}");
    ask(l, "GET", NULL, "{}");
    ask(l, "FROB", NULL, "{}");
    ask(l, "ping", NULL, "{}");
    reply *r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "requests.PING", 2);
    expect_num(r, "requests.GET", 1);
    expect_num(r, "requests.unknown", 2);
    assert_null(at(r, "requests.FROB"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_1_4_strings_and_numbers),
        SPEC(c_1_5_times),
        SPEC(c_1_6_shares),
        SPEC(c_6_1_ping),
        SPEC(c_6_2_info),
        SPEC(c_6_3_parameters),
        SPEC(c_6_4_epoch),
        SPEC(c_6_5_stats),
        SPEC(c_6_6_articles),
        SPEC(c_6_7_counters),
        SPEC(c_6_8_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
