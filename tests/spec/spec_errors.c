// PROTOCOL.md, chapter 4: statuses and error names.
#include "live.h"

static void c_4_2_error_headers(void **state)
{
    live *l = *state;
    reply *errors[] = {
        ask(l, "NOPE", NULL, "{}"),          ask(l, "GET", NULL, "{"),
        ask(l, "GET", NULL, "{'uri':'u'}"),  ask(l, "PUT", "x", "{}"),
        ask(l, "PUT", " ", "{'uri':'u'}"),   ask(l, "PUT", "\xff", "{'uri':'u'}"),
        ask(l, "QUERY", NULL, "{}"),         ask(l, "PING", "x", "[]"),
        ask(l, "QUERY", "x", "{'limit':0}"),
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        assert_true(errors[i]->status >= 400);
        assert_true(strlen(str_at(errors[i], "error")) > 0);
        assert_true(strlen(str_at(errors[i], "detail")) > 0);
        (void)bool_at(errors[i], "retry");
    }
}

// The table of the text is the table of shingled/err.h, which the daemon answers from.
static void c_4_3_names_are_a_closed_list(void **state)
{
    static const struct {
        const char *name;
        int status;
    } table[] = {
#define X(constant, name, status, text) {name, status},
        SHG_ERR_TABLE(X)
#undef X
    };
    char path[4096], line[512], row[128];
    snprintf(path, sizeof path, "%s/../../include/shingled/PROTOCOL.md", getenv("SHG_SPEC_DIR"));
    FILE *text = fopen(path, "r");
    assert_non_null(text);
    size_t rows = 0;
    while (fgets(line, sizeof line, text))
        for (size_t i = 1; i < sizeof table / sizeof *table; i++) {
            snprintf(row, sizeof row, "| `%s` | %d |", table[i].name, table[i].status);
            rows += !strncmp(line, row, strlen(row));
        }
    fclose(text);
    assert_int_equal(rows, sizeof table / sizeof *table - 1);
    refused(ask(*state, "NOPE", NULL, "{}"), 501, "unknown_verb");
}

// is_refusal expects 200 or 202, or one of the names with its status.
static bool is_refusal(const reply *r)
{
    static const struct {
        const char *name;
        int status;
    } table[] = {
#define X(constant, name, status, text) {name, status},
        SHG_ERR_TABLE(X)
#undef X
    };
    if (r->status == 200 || r->status == 202)
        return false;
    assert_true(r->status < 500 || r->status == 501); // what a client sends is never our fault
    for (size_t i = 1; i < sizeof table / sizeof *table; i++)
        if (table[i].status == r->status && !strcmp(table[i].name, str_at(r, "error")))
            return true;
    fail_msg("%d %s", r->status, str_at(r, "error"));
    return true;
}

// A header of pieces that mean something in their place, and a byte of it changed now and then.
static size_t random_header(char out[1024], uint64_t *seed)
{
    static const char *const keys[] = {
        "uri",   "a",          "b",          "article",   "relations", "limit",
        "since", "older_than", "offsets",    "published", "by",        "text",
        "match", "durability", "if_version", "publisher", "passages",  "url"};
    static const char *const values[] = {"\"u\"",
                                         "\"\"",
                                         "null",
                                         "true",
                                         "0",
                                         "-1",
                                         "1e400",
                                         "[]",
                                         "{}",
                                         "[\"copy\"]",
                                         "3.5",
                                         "[[[[]]]]",
                                         "\"accept\"",
                                         "\"2021-01-01\"",
                                         "{\"uri\":7}",
                                         "\"utf16\"",
                                         "\"\\u0000\"",
                                         "\"\\ud83d\\ude00\"",
                                         "99999999999999999999"};
    char *end = out + sprintf(out, "{");
    for (uint64_t n = t_random(seed) % 5; n; n--)
        end += sprintf(end, "\"%s\":%s%s", keys[t_random(seed) % (sizeof keys / sizeof *keys)],
                       values[t_random(seed) % (sizeof values / sizeof *values)], n > 1 ? "," : "");
    end += sprintf(end, "}");
    if (t_random(seed) % 4 == 0)
        out[t_random(seed) % (uint64_t)(end - out)] = (char)t_random(seed);
    return (size_t)(end - out);
}

static void send_random(live *l, uint64_t *seed)
{
    static const frame verbs[] = {F("PING"),    F("INFO"),   F("STATS"),   F("PUT"),
                                  F("GET"),     F("DELETE"), F("QUERY"),   F("COMPARE"),
                                  F("CREDITS"), F("STORY"),  F("SOURCES"), F("FROB")};
    static const char words[] = "u (AP) \"via The Hill\" 12 \n";
    char header[1024], noise[64];
    frame f[7] = {
        F("SHG1"), verbs[t_random(seed) % 12], F("z"), {header, random_header(header, seed)}};
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] =
            t_random(seed) % 3 ? words[t_random(seed) % (sizeof words - 1)] : (char)t_random(seed);
    size_t n = t_random(seed) % 7 + 1;
    for (size_t i = 4; i < n; i++)
        f[i] = (frame){noise, t_random(seed) % sizeof noise};
    live_send(l->dealer, f, n);
}

static void c_4_3_whatever_is_sent(void **state)
{
    live *l = *state;
    uint64_t seed = t_seed();
    put_sample(l, "via");
    put(l, "u", "a text to ask for");
    int refused = 0, done = 0;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < 100; i++)
            send_random(l, &seed);
        for (int i = 0; i < 100; i++)
            *(is_refusal(live_recv(l, l->dealer)) ? &refused : &done) += 1;
    }
    assert_true(refused > 100 && done > 100);
    expect(ask(l, "GET", NULL, "{'uri':'%s'}", sample(l, "via", "uri")), 200);
}

static void c_4_4_retry(void **state)
{
    live *l = *state;
    assert_false(bool_at(ask(l, "GET", NULL, "[]"), "retry"));
    assert_false(bool_at(ask(l, "GET", NULL, "{'uri':'u'}"), "retry"));
    assert_false(bool_at(ask(l, "PUT", "", "{'uri':'u'}"), "retry"));
    assert_false(bool_at(ask(l, "NOPE", NULL, "{}"), "retry"));
    assert_false(bool_at(live_call(l, l->dealer, (frame[]){F("SHG9")}, 1), "retry"));
    put(l, "u", "text");
    assert_false(bool_at(ask(l, "PUT", "text", "{'uri':'u','if_version':7}"), "retry"));
}

static void c_4_5_at_names_the_byte(void **state)
{
    live *l = *state;
    static const struct {
        const char *text;
        double at;
    } bad[] = {
        {"\xff", 0},
        {"abc\xff", 3},
        {"abc\x80 def", 3},
        {"caf\xc3", 3},
        {"caf\xc3\xa9 \xc3(", 6},
        {"\xc0\xaf", 0},            // overlong
        {"ok \xe0\x80\xaf", 3},     // overlong
        {"ok \xed\xa0\x80", 3},     // a surrogate
        {"ok \xf4\x90\x80\x80", 3}, // above U+10FFFF
        {"ok \xf0\x9f\x98", 3},     // cut off
        {"ok \xe2\x80\x9cquote\xe2\x80", 11},
        {"a long run of plain ASCII, so that whole blocks of bytes are read at once, and then \xfe",
         84},
        {"\xd1\x81\xd1\x82\xd0\xb0\xd1\x80\xd1\x8b\xd0\xb9 \xd0\xbc\xd0\xbe\xd1\x81\xd1\x82 "
         "\xd0\xb7\xd0\xb0\xd0\xba\xd1\x80\xd1\x8b\xd0\xbb\xd0\xb8 \xd0\x20",
         37},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        reply *r = ask(l, "PUT", bad[i].text, "{'uri':'u'}");
        refused(r, 422, "invalid_utf8");
        expect_num(r, "at", bad[i].at);
    }
}

static void c_4_6_refused_changes_nothing(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "the first text", "{'uri':'u','headline':'first'}"), 200);
    expect(ask(l, "PUT", "bad \xff", "{'uri':'u','headline':'second'}"), 422);
    expect(ask(l, "PUT", " \t ", "{'uri':'u','headline':'second'}"), 422);
    expect(ask(l, "PUT", "text", "{'uri':'u','headline':5}"), 422);
    expect(ask(l, "PUT", "text", "{'uri':'u','headline':'second','if_version':9}"), 409);
    expect(ask(l, "PUT", "text", "{'uri':'u','headline':'second','durability':'x'}"), 400);
    expect(ask(l, "DELETE", NULL, "{'uri':'u','older_than':'2030-01-01'}"), 400);
    reply *r = ask(l, "GET", NULL, "{'uri':'u'}");
    expect_num(r, "version", 1);
    expect_str(r, "headline", "first");
    expect_body(r, "the first text", 14);
}

// Among others that are committed with it.
static void c_4_6_refused_alone(void **state)
{
    live *l = *state;
    static const frame bodies[] = {F("good"), F("bad \xff"), F(" "), F("good too")};
    char rid[8], header[64];
    for (int i = 0; i < 200; i++) {
        size_t n = (size_t)snprintf(rid, sizeof rid, "%d", i);
        size_t h = (size_t)snprintf(header, sizeof header, "{\"uri\":\"u%d\"%s}", i,
                                    i % 4 == 3 ? ",\"if_version\":5" : "");
        live_send(l->dealer, (frame[]){F("SHG1"), F("PUT"), {rid, n}, {header, h}, bodies[i % 4]},
                  5);
    }
    for (int i = 0; i < 200; i++) {
        static const int status[] = {200, 422, 422, 409};
        reply *r = live_recv(l, l->dealer);
        expect(r, status[atoi(r->rid.p) % 4]);
    }
    for (int i = 0; i < 200; i++)
        expect(ask(l, "GET", NULL, "{'uri':'u%d'}", i), i % 4 ? 404 : 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_4_2_error_headers),     SPEC(c_4_3_names_are_a_closed_list),
        SPEC(c_4_3_whatever_is_sent),  SPEC(c_4_4_retry),
        SPEC(c_4_5_at_names_the_byte), SPEC(c_4_6_refused_changes_nothing),
        SPEC(c_4_6_refused_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
