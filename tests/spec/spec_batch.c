// PROTOCOL.md, chapter 15: batches, and what is pushed.
#include "live.h"

#include <signal.h>
#include <sys/wait.h>
#include <zmq.h>

enum { MIB = 1 << 20 };

static void counts(const reply *r, int fresh, int updated, int unchanged, size_t refused_n)
{
    expect(r, 200);
    expect_num(r, "new", fresh);
    expect_num(r, "updated", updated);
    expect_num(r, "unchanged", unchanged);
    assert_int_equal(len_at(r, "refused"), refused_n);
}

static void is_stored(live *l, const char *uri, const char *text)
{
    reply *r = ask(l, "GET", NULL, "{'uri':'%s'}", uri);
    expect(r, 200);
    expect_body(r, text, strlen(text));
}

static size_t pair(uint8_t *to, const char *header, const char *text)
{
    size_t h = strlen(header), t = strlen(text);
    memset(to, 0, 8);
    to[2] = (uint8_t)(h >> 8);
    to[3] = (uint8_t)h;
    to[6] = (uint8_t)(t >> 8);
    to[7] = (uint8_t)t;
    memcpy(to + 8, header, h);
    memcpy(to + 8 + h, text, t);
    return 8 + h + t;
}

static void c_15_1_puts(void **state)
{
    live *l = *state;
    counts(ask(l, "PUTS",
               "{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\"y\"}\n{\"uri\":\"a\","
               "\"text\":\"z\"}\n",
               "{}"),
           2, 1, 0, 0);
    counts(ask(l, "PUTS", "{\"uri\":\"b\",\"text\":\"y\"}", "{}"), 0, 0, 1, 0);
    assert_true(WIFSIGNALED(live_end(l, SIGKILL)));
    live_start(l);
    is_stored(l, "a", "z");
    is_stored(l, "b", "y");
}

static void c_15_2_lines(void **state)
{
    live *l = *state;
    counts(ask(l, "PUTS",
               "\n{\"uri\":\"a\",\"maintext\":\"A\"}\r\n "
               "\t\r\n{\"id\":\"b\",\"content\":\"B\\n\\u00e9\"}",
               "{'format':'jsonl'}"),
           2, 0, 0, 0);
    is_stored(l, "a", "A");
    is_stored(l, "b", "B\n\xc3\xa9");
    counts(ask(l, "PUTS", "", "{}"), 0, 0, 0, 0);
    expect_num(ask(l, "PUTS", "{\"uri\":\"a\",\"text\":\"A\"}\n\nx", "{}"), "refused.0.record", 1);
}

static void c_15_3_pairs(void **state)
{
    live *l = *state;
    uint8_t b[256];
    size_t n = pair(b, "{\"uri\":\"a\",\"text\":\"not this\"}", "raw \n text");
    n += pair(b + n, "{\"uri\":\"b\",\"text\":\"own\"}", "");
    counts(ask_bytes(l, "PUTS", "{'format':'pairs'}", b, n), 2, 0, 0, 0);
    is_stored(l, "a", "raw \n text");
    is_stored(l, "b", "own");
}

static void same_refusal(live *l, const reply *batch, size_t i, const char *line)
{
    static const char *const keys[] = {"error", "detail", "status", "version", "at"};
    frame f[] = {F("SHG1"), F("PUT"), F(""), {line, strlen(line)}};
    reply *alone = live_call(l, l->dealer, f, 4);
    json_object_set_new(alone->header, "status", json_integer(alone->status));
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        char path[64];
        snprintf(path, sizeof path, "refused.%zu.%s", i, keys[k]);
        json_t *a = at(batch, path), *b = at(alone, keys[k]);
        if (a != b && !json_equal(a, b))
            fail_msg("%s: another %s than PUT gives", line, keys[k]);
    }
}

static void c_15_4_refused_as_put_would(void **state)
{
    live *l = *state;
    static const char *const bad[] = {
        "{\"text\":\"no uri\"}",
        "{\"uri\":5,\"text\":\"x\"}",
        "{\"uri\":\"c\\u0001\",\"text\":\"x\"}",
        "{\"uri\":\"d\",\"text\":\" \\u00a0\"}",
        "{\"uri\":\"e\"}",
        "{\"uri\":\"f\",\"text\":\"x\",\"title\":{}}",
        "{\"uri\":\"g\",\"text\":\"x\",\"by\":[1]}",
        "{\"uri\":\"h\",\"text\":\"\xff\"}",
        "{\"uri\":\"i\",\"text\":\"x\"",
        "[]",
        "{\"uri\":\"ok\",\"text\":\"x\",\"if_version\":4}",
        "{\"uri\":\"j\",\"text\":\"x\",\"if_version\":\"no\"}",
    };
    enum { N = sizeof bad / sizeof *bad };
    char body[2048] = "{\"uri\":\"ok\",\"text\":\"good\"}\n";
    for (size_t i = 0; i < N; i++)
        strcat(strcat(body, bad[i]), "\n");
    reply *r = ask(l, "PUTS", strcat(body, "{\"uri\":\"too\",\"text\":\"good\"}"), "{}");
    counts(r, 2, 0, 0, N);
    for (size_t i = 0; i < N; i++) {
        char path[64];
        snprintf(path, sizeof path, "refused.%zu.record", i);
        expect_num(r, path, (double)i + 1);
        same_refusal(l, r, i, bad[i]);
    }
    expect_str(r, "refused.3.uri", "d");
    assert_null(at(r, "refused.0.uri"));
    is_stored(l, "too", "good");
    uint8_t b[256];
    r = ask_bytes(l, "PUTS", "{'format':'pairs'}", b, pair(b, "{\"uri\":\"p\"}", "abc\xff"));
    expect_str(r, "refused.0.error", "invalid_utf8");
    expect_num(r, "refused.0.at", 3);
}

static void c_15_5_options(void **state)
{
    const char *line =
        "{\"uri\":\"a\",\"text\":\"x\",\"durability\":5,\"match\":\"what\",\"if_version\":0}\n";
    char body[256];
    snprintf(body, sizeof body, "%s%s", line, line);
    reply *r = ask(*state, "PUTS", body, "{}");
    counts(r, 1, 0, 0, 1);
    expect_num(r, "refused.0.status", 409);
    expect_num(r, "refused.0.version", 1);
}

static void c_15_6_long_lines(void **state)
{
    live *l = *state;
    static char body[400000], x[70001];
    memset(x, 't', 70000);
    x[70000] = 0;
    int n = sprintf(body,
                    "{\"uri\":\"a\",\"text\":\"%s\",\"html\":\"%s\"}\n{\"uri\":\"b\",\"text\":"
                    "\"x\",\"title\":\"%s\"}",
                    x, x, x);
    reply *r = ask_bytes(l, "PUTS", "{}", body, (size_t)n);
    counts(r, 1, 0, 0, 1);
    expect_num(r, "refused.0.record", 1);
    expect_str(r, "refused.0.error", "header_too_long");
    expect_num(r, "refused.0.status", 413);
    is_stored(l, "a", x);
}

static void c_15_7_in_order(void **state)
{
    char body[8192] = "", line[64];
    for (int i = 0; i < 200; i++) {
        snprintf(line, sizeof line, "{\"uri\":\"a\",\"text\":\"%d\"}\n", i);
        strcat(body, line);
    }
    counts(ask(*state, "PUTS", body, "{}"), 1, 199, 0, 0);
    is_stored(*state, "a", "199");
}

static void c_15_8_format(void **state)
{
    refused(ask(*state, "PUTS", "x", "{'format':'csv'}"), 415, "unknown_encoding");
    refused(ask(*state, "PUTS", "x", "{'format':1}"), 400, "bad_option");
}

static void c_15_9_cut_off(void **state)
{
    uint8_t b[256];
    size_t n = pair(b, "{\"uri\":\"a\"}", "text");
    n += pair(b + n, "{\"uri\":\"b\"}", "text");
    for (size_t cut = 1; cut < 23; cut++) // into the second pair
        refused(ask_bytes(*state, "PUTS", "{'format':'pairs'}", b, n - cut), 400, "bad_batch");
    memset(b, 0xff, 64);
    refused(ask_bytes(*state, "PUTS", "{'format':'pairs'}", b, 64), 400, "bad_batch");
    expect_num(ask(*state, "STATS", NULL, "{}"), "articles", 0);
}

static void c_15_10_too_long(void **state)
{
    char *b = malloc(16 * MIB + 1);
    assert_non_null(b);
    memset(b, '\n', 16 * MIB + 1);
    refused(ask_bytes(*state, "PUTS", "{}", b, 16 * MIB + 1), 413, "batch_too_long");
    counts(ask_bytes(*state, "PUTS", "{}", b, 16 * MIB), 0, 0, 0, 0);
    for (int i = 0; i < 4097; i++)
        memcpy(b + 3 * i, "{}\n", 3);
    refused(ask_bytes(*state, "PUTS", "{}", b, 3 * 4097), 413, "batch_too_long");
    counts(ask_bytes(*state, "PUTS", "{}", b, 3 * 4096), 0, 0, 0, 4096);
    free(b);
}

static void c_15_11_bodies(void **state)
{
    live *l = *state;
    refused(ask(l, "PUTS", NULL, "{}"), 400, "bad_body");
    refused(ask2(l, "PUTS", "{}", "", ""), 400, "bad_body");
    refused(ask(l, "STREAM", "", "{'stream':'s'}"), 400, "bad_body");
    refused(ask(l, "ACK", "", "{'session':'s'}"), 400, "bad_body");
}

static void c_15_12_warnings(void **state)
{
    reply *r = ask(
        *state, "PUTS",
        "{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\"x\",\"date\":\"soon\"}", "{}");
    assert_int_equal(len_at(r, "warnings"), 1);
    expect_num(r, "warnings.0.record", 1);
    expect_str(r, "warnings.0.field", "published");
    assert_null(at(ask(*state, "PUTS", "{\"uri\":\"a\",\"text\":\"x\"}", "{}"), "warnings"));
}

// STATS once its member is at a value.
static reply *stats_when(live *l, const char *path, double value)
{
    for (int i = 0; i < LIVE_WAIT_MS; i++) {
        reply *r = ask(l, "STATS", NULL, "{}");
        if (num_at(r, path) >= value && num_at(r, "queue") <= 1)
            return r;
        zmq_poll(NULL, 0, 1);
    }
    fail_msg("%s never came to %g", path, value);
    return NULL;
}

static void *push_socket(live *l)
{
    live_pull(l);
    memcpy(l->endpoint[0], l->pull, sizeof l->pull); // live_socket connects there
    return live_socket(l, ZMQ_PUSH);
}

static void c_15_25_pull(void **state)
{
    live *l = *state;
    void *push = push_socket(l);
    char header[64];
    for (int i = 0; i < 300; i++) {
        int n = snprintf(header, sizeof header, "{\"uri\":\"p%d\"}", i);
        live_send(push, (frame[]){F("SHG1"), F("PUT"), F(""), {header, (size_t)n}, F("some text")},
                  5);
    }
    live_send(push,
              (frame[]){F("SHG1"), F("PUTS"), F(""), F(""),
                        F("{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\"y\"}")},
              5);
    reply *r = stats_when(l, "articles", 302);
    expect_num(r, "pull.messages", 301);
    is_stored(l, "p299", "some text");
    zmq_close(push);
}

static void c_15_26_faults(void **state)
{
    live *l = *state;
    void *push = push_socket(l);
    live_send(push, (frame[]){F("SHG1"), F("PUT"), F(""), F("{\"uri\":\"a\"}"), F("\xff")}, 5);
    live_send(push,
              (frame[]){F("SHG1"), F("PUTS"), F(""), F(""),
                        F("{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\" \"}\n{}")},
              5);
    live_send(push, (frame[]){F("SHG1"), F("PUTS"), F(""), F("{\"format\":\"pairs\"}"), F("x")}, 5);
    live_send(push, (frame[]){F("SHG1"), F("DELETE"), F(""), F("{\"uri\":\"a\"}")}, 4);
    live_send(push, (frame[]){F("hello")}, 1);
    reply *r = stats_when(l, "pull.messages", 5);
    static const char *const names[] = {"invalid_utf8", "blank_text",   "missing_uri",
                                        "bad_batch",    "unknown_verb", "no_magic"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[64];
        snprintf(path, sizeof path, "pull.faults.%s", names[i]);
        expect_num(r, path, 1);
    }
    expect_num(r, "articles", 1);
    zmq_close(push);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_15_1_puts),     SPEC(c_15_2_lines),
        SPEC(c_15_3_pairs),    SPEC(c_15_4_refused_as_put_would),
        SPEC(c_15_5_options),  SPEC(c_15_6_long_lines),
        SPEC(c_15_7_in_order), SPEC(c_15_8_format),
        SPEC(c_15_9_cut_off),  SPEC(c_15_10_too_long),
        SPEC(c_15_11_bodies),  SPEC(c_15_12_warnings),
        SPEC(c_15_25_pull),    SPEC(c_15_26_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
