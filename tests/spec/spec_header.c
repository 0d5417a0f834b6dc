// PROTOCOL.md, chapter 3: headers, bodies, limits.
#include "live.h"

#define MIB (1u << 20)

static char *filled(size_t len, char c)
{
    char *p = malloc(len + 1);
    assert_non_null(p);
    memset(p, c, len);
    p[len] = 0;
    return p;
}

static reply *ask_header(live *l, const char *verb, const char *header, size_t len)
{
    return live_call(l, l->dealer,
                     (frame[]){F("SHG1"), {verb, strlen(verb)}, F("h"), {header, len}}, 4);
}

static void c_3_1_absent_header(void **state)
{
    live *l = *state;
    refused(live_call(l, l->dealer, (frame[]){F("SHG1"), F("GET")}, 2), 422, "missing_uri");
    refused(live_call(l, l->dealer, (frame[]){F("SHG1"), F("GET"), F("r")}, 3), 422, "missing_uri");
    refused(ask_header(l, "GET", "", 0), 422, "missing_uri");
    refused(ask_header(l, "GET", "{}", 2), 422, "missing_uri");
}

static void c_3_2_not_an_object(void **state)
{
    live *l = *state;
    static const frame bad[] = {
        F("["),
        F("[]"),
        F("1"),
        F("\"uri\""),
        F("null"),
        F("{"),
        F("}"),
        F("{\"uri\":\"a\"} x"),
        F("{}{}"),
        F("{'uri':'a'}"),
        F("{\"uri\":}"),
        F("{uri:\"a\"}"),
        F("{\"uri\":\"a\",}"),
        F("{\"uri\":\"\xff\"}"),
        F("{\"uri\":\"\xc0\xaf\"}"),
        F("\xef\xbb\xbf{}"),
        F("{\"uri\":\"a\\u0000b\"}"),
        F("{\"uri\":\"\\ud800\"}"),
        F("{\"uri\":\"a\nb\"}"),
        F("{\"n\":01}"),
        F("\0"),
        F("{}\0"),
        F(" "),
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        reply *r = ask_header(l, "GET", bad[i].p, bad[i].len);
        if (r->status != 400)
            print_error("header %zu: %s\n", i, (const char *)bad[i].p);
        refused(r, 400, "bad_header");
    }
    refused(ask_header(l, "GET", " {\"uri\" :\n\"a\"} ", 15), 404, "not_found");
}

static char *nested(size_t levels, const char *open, const char *close)
{
    char *p = filled(64 + levels * 8, 0), *end = stpcpy(p, "{\"x\":");
    for (size_t i = 1; i < levels; i++)
        end = stpcpy(end, open);
    end = stpcpy(end, "1");
    for (size_t i = 1; i < levels; i++)
        end = stpcpy(end, close);
    stpcpy(end, "}");
    return p;
}

static void expect_depth(live *l, size_t levels, int status, const char *error)
{
    static const char *const kinds[][2] = {{"[", "]"}, {"{\"y\":", "}"}};
    for (int i = 0; i < 2; i++) {
        char *h = nested(levels, kinds[i][0], kinds[i][1]);
        refused(ask_header(l, "GET", h, strlen(h)), status, error);
        free(h);
    }
}

static void c_3_3_too_deep(void **state)
{
    live *l = *state;
    expect_depth(l, 32, 422, "missing_uri");
    expect_depth(l, 33, 400, "too_deep");
    expect_depth(l, 1000, 400, "too_deep");
    char *open = filled(60000, '[');
    refused(ask_header(l, "GET", open, 60000), 400, "too_deep");
    free(open);
}

static char *padded(size_t len)
{
    char *p = filled(len, ' ');
    memcpy(p, "{\"uri\":\"u\"", 10);
    p[len - 1] = '}';
    return p;
}

static void c_3_4_header_over_the_limit(void **state)
{
    live *l = *state;
    char *h = padded(4 * MIB);
    refused(ask_header(l, "GET", h, 4 * MIB), 413, "header_too_long");
    free(h);
    h = padded(65537);
    refused(ask_header(l, "GET", h, 65537), 413, "header_too_long");
    free(h);
}

static void c_3_5_unknown_members_are_ignored(void **state)
{
    live *l = *state;
    expect(
        ask(l, "PUT", "some text", "{'uri':'u','frobnicate':[1,{}],'Limit':true,'x':null,'URI':7}"),
        200);
    expect_body(ask(l, "GET", NULL, "{'uri':'u','limit':'none'}"), "some text", 9);
    expect(ask(l, "QUERY", NULL, "{'uri':'u','colour':{'deep':[]},'match':5}"), 200);
}

static void c_3_6_last_of_equal_names(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "some text", "{'uri':'first','uri':'second'}"), 200);
    expect(ask(l, "GET", NULL, "{'uri':'second'}"), 200);
    refused(ask(l, "GET", NULL, "{'uri':'first'}"), 404, "not_found");
}

static void c_3_7_wrong_options(void **state)
{
    live *l = *state;
    put(l, "u", "some text");
    static const struct {
        const char *verb, *option, *value;
    } bad[] = {
        {"QUERY", "limit", "'5'"},
        {"QUERY", "limit", "0"},
        {"QUERY", "limit", "1001"},
        {"QUERY", "limit", "-1"},
        {"QUERY", "limit", "2.5"},
        {"QUERY", "limit", "[]"},
        {"QUERY", "limit", "1e300"},
        {"QUERY", "relations", "'copy'"},
        {"QUERY", "relations", "[1]"},
        {"QUERY", "min_containment", "'1'"},
        {"QUERY", "min_containment", "1.5"},
        {"QUERY", "min_containment", "-0.1"},
        {"QUERY", "before", "5"},
        {"QUERY", "since", "'soon'"},
        {"QUERY", "publisher", "3"},
        {"QUERY", "not_publisher", "{}"},
        {"QUERY", "passages", "'yes'"},
        {"QUERY", "offsets", "'utf7'"},
        {"QUERY", "offsets", "8"},
        {"COMPARE", "offsets", "'bytes'"},
        {"CREDITS", "offsets", "true"},
        {"PUT", "durability", "'never'"},
        {"PUT", "durability", "1"},
        {"PUT", "match", "1"},
        {"PUT", "if_version", "'1'"},
        {"PUT", "if_version", "-1"},
        {"PUT", "if_version", "1.5"},
        {"SOURCES", "since", "'soon'"},
        {"SOURCES", "until", "5"},
        {"SOURCES", "publisher", "5"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *sides = strcmp(bad[i].verb, "COMPARE") ? "" : "'a':'u','b':'u',";
        const char *body = strcmp(bad[i].verb, "PUT") ? NULL : "some text";
        reply *r =
            ask(l, bad[i].verb, body, "{'uri':'u',%s'%s':%s}", sides, bad[i].option, bad[i].value);
        if (r->status != 400 || !strstr(str_at(r, "detail"), bad[i].option))
            print_error("%s %s: %s\n", bad[i].verb, bad[i].option, bad[i].value);
        refused(r, 400, "bad_option");
        assert_non_null(strstr(str_at(r, "detail"), bad[i].option));
    }
    expect(ask(l, "QUERY", NULL,
               "{'uri':'u','limit':null,'relations':null,'offsets':null,'since':null,'publisher':"
               "null}"),
           200);
}

static void c_3_8_too_many_bodies(void **state)
{
    live *l = *state;
    put(l, "u", "some text");
    static const char *const none[] = {"INFO", "STATS", "GET", "DELETE", "STORY", "SOURCES"};
    static const char *const one[] = {"PING", "PUT", "QUERY", "CREDITS"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        refused(ask(l, none[i], "text", "{'uri':'u'}"), 400, "bad_body");
        refused(ask(l, none[i], "", "{'uri':'u'}"), 400, "bad_body");
    }
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        refused(ask2(l, one[i], "{'uri':'u'}", "text", "text"), 400, "bad_body");
        refused(ask2(l, one[i], "{'uri':'u'}", "text", ""), 400, "bad_body");
    }
    reply *r =
        live_call(l, l->dealer,
                  (frame[]){F("SHG1"), F("COMPARE"), F(""), F("{}"), F("a"), F("b"), F("c")}, 7);
    refused(r, 400, "bad_body");
    expect(ask(l, "GET", NULL, "{'uri':'u'}"), 200); // DELETE was refused
}

static void c_3_9_text_over_the_limit(void **state)
{
    live *l = *state;
    size_t len = 16 * MIB + 1;
    char *text = filled(len, 'a');
    for (size_t i = 7; i < len; i += 8)
        text[i] = ' ';
    static const char *const verbs[] = {"PUT", "QUERY", "CREDITS", "PING"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        refused(ask_bytes(l, verbs[i], i ? "{}" : "{'uri':'u'}", text, len), 413, "text_too_long");
    refused(ask2(l, "COMPARE", "{}", "a text", text), 413, "text_too_long");
    refused(ask2(l, "COMPARE", "{}", text, "a text"), 413, "text_too_long");
    free(text);
}

static void c_3_10_limits(void **state)
{
    static const struct {
        const char *path;
        double value;
    } limits[] = {
        {"limits.text", 16777216},  {"limits.header", 65536},       {"limits.depth", 32},
        {"limits.batch", 16777216}, {"limits.frame", 67108864},     {"limits.frames", 64},
        {"limits.uri", 2048},       {"limits.batch_records", 4096}, {"limits.streams", 64},
        {"limits.stream", 128},     {"limits.mark", 1024},
    };
    reply *r = ask(*state, "INFO", NULL, "{}");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        expect_num(r, limits[i].path, limits[i].value);
}

static void c_3_11_just_at_a_limit(void **state)
{
    live *l = *state;
    char *h = padded(65536);
    refused(ask_header(l, "GET", h, 65536), 404, "not_found");
    free(h);
    char *body = filled(16 * MIB, 'a');
    reply *r = ask_bytes(l, "PING", "{}", body, 16 * MIB);
    expect(r, 200);
    expect_body(r, body, 16 * MIB);
    uint64_t seed = t_seed();
    for (size_t i = 0; i < 16 * MIB; i++) // words of 1 to 15 letters
        body[i] = (char)(t_random(&seed) % 8 ? 'a' + t_random(&seed) % 26 : ' ');
    expect(ask_bytes(l, "PUT", "{'uri':'u'}", body, 16 * MIB), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'u'}"), body, 16 * MIB);
    free(body);
}

static void c_3_12_which_error_comes_first(void **state)
{
    live *l = *state;
    frame f[70] = {F("SHG1"), F("nope"), F("r"), F("{")};
    for (size_t i = 4; i < 70; i++)
        f[i] = F("");
    refused(live_call(l, l->dealer, f, 70), 400, "too_many_frames");
    f[0] = F("SHG7");
    refused(live_call(l, l->dealer, f, 70), 426, "other_version");
    f[0] = F("SHG1");
    char *big = filled(70000, '[');
    f[3] = (frame){big, 70000};
    refused(live_call(l, l->dealer, f, 6), 501, "unknown_verb");
    f[2] = (frame){big, 65};
    refused(live_call(l, l->dealer, f, 6), 400, "bad_header");
    f[2] = F("r");
    f[1] = F("GET");
    refused(live_call(l, l->dealer, f, 6), 413, "header_too_long");
    f[3] = F("{");
    refused(live_call(l, l->dealer, f, 6), 400, "bad_header");
    f[3] = F("{}");
    refused(live_call(l, l->dealer, f, 6), 400, "bad_body");
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_3_1_absent_header),
        SPEC(c_3_2_not_an_object),
        SPEC(c_3_3_too_deep),
        SPEC(c_3_4_header_over_the_limit),
        SPEC(c_3_5_unknown_members_are_ignored),
        SPEC(c_3_6_last_of_equal_names),
        SPEC(c_3_7_wrong_options),
        SPEC(c_3_8_too_many_bodies),
        SPEC(c_3_9_text_over_the_limit),
        SPEC(c_3_10_limits),
        SPEC(c_3_11_just_at_a_limit),
        SPEC(c_3_12_which_error_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
