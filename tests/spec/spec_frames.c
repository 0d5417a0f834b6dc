// PROTOCOL.md, chapter 2: frames, envelopes, rids, order. Broken connections are in spec_wire.c.
#include "live.h"

#include <zmq.h>

// expect_pong sends PING over a socket and checks what every reply has.
static void expect_pong(live *l, int type, int correlate)
{
    void *s = live_socket(l, type);
    if (correlate)
        zmq_setsockopt(s, ZMQ_REQ_CORRELATE, &correlate, sizeof correlate);
    for (int i = 0; i < 3; i++) {
        reply *r = live_call(l, s, (frame[]){F("SHG1"), F("PING"), F("7"), F(""), F("hello")}, 5);
        expect(r, 200);
        assert_int_equal(r->n_envelope, 0);
        expect_body(r, "hello", 5);
    }
    zmq_close(s);
}

static void c_2_1_req(void **state)
{
    expect_pong(*state, ZMQ_REQ, 0);
}

static void c_2_2_req_correlate(void **state)
{
    expect_pong(*state, ZMQ_REQ, 1);
}

static void c_2_3_bare_dealer(void **state)
{
    expect_pong(*state, ZMQ_DEALER, 0);
}

static void c_2_4_dealer_with_delimiter(void **state)
{
    live *l = *state;
    reply *r = live_call(l, l->dealer, (frame[]){F(""), F("SHG1"), F("PING")}, 3);
    expect(r, 200);
    assert_int_equal(r->n_envelope, 1);
    assert_int_equal(r->frames[0].len, 0);
}

static void c_2_5_envelope_is_echoed(void **state)
{
    live *l = *state;
    uint64_t seed = t_seed();
    for (size_t n = 0; n <= 8; n++) {
        char noise[8][300];
        frame f[10];
        for (size_t i = 0; i < n; i++) {
            size_t len = t_random(&seed) % sizeof noise[i];
            for (size_t k = 0; k < len; k++)
                noise[i][k] = (char)t_random(&seed);
            f[i] = (frame){noise[i], len};
        }
        f[n] = F("SHG1");
        f[n + 1] = F("PING");
        reply *r = live_call(l, l->dealer, f, n + 2);
        expect(r, 200);
        assert_int_equal(r->n_envelope, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(r->frames[i].len, f[i].len);
            assert_memory_equal(r->frames[i].p, f[i].p, f[i].len);
        }
    }
}

static void send_without_magic(live *l)
{
    frame nine[11];
    for (size_t i = 0; i < 9; i++)
        nine[i] = F("e");
    nine[9] = F("SHG1");
    nine[10] = F("PING");
    live_send(l->dealer, nine, 11);
    live_send(l->dealer, (frame[]){F("hello")}, 1);
    live_send(l->dealer, (frame[]){F("")}, 1);
}

static void c_2_6_without_magic_is_dropped(void **state)
{
    live *l = *state;
    send_without_magic(l);
    reply *r = ask(l, "PING", "after", "{}"); // checks the rid: nothing was answered before it
    expect_body(r, "after", 5);
    expect(ask(l, "STATS", NULL, "{}"), 200);
    assert_true(live_silent(l->dealer, 30));
}

static void c_2_7_dropped_are_counted(void **state)
{
    live *l = *state;
    expect_num(ask(l, "STATS", NULL, "{}"), "dropped", 0);
    send_without_magic(l);
    expect_num(ask(l, "STATS", NULL, "{}"), "dropped", 3);
}

static void c_2_8_what_is_a_magic(void **state)
{
    live *l = *state;
    reply *r = live_call(
        l, l->dealer,
        (frame[]){F("SHG"), F("shg1"), F("SHG12"), F("SHGx"), F("SHG1"), F("PING"), F("SHG1")}, 7);
    expect(r, 200);
    assert_int_equal(r->n_envelope, 4);
    assert_memory_equal(r->rid.p, "SHG1", 4);
}

static void c_2_9_other_version(void **state)
{
    live *l = *state;
    for (char digit = '0'; digit <= '9'; digit++) {
        char magic[4] = {'S', 'H', 'G', digit};
        if (digit == '1')
            continue;
        reply *r = live_call(l, l->dealer,
                             (frame[]){F("env"), F(""), {magic, 4}, F("PING"), F("r9"), F("?")}, 6);
        refused(r, 426, "other_version");
        expect_str(r, "protocols.0", "SHG1");
        assert_int_equal(r->n_envelope, 2);
        assert_int_equal(r->rid.len, 2);
        r = live_call(l, l->dealer, (frame[]){{magic, 4}}, 1);
        refused(r, 426, "other_version");
        assert_int_equal(r->rid.len, 0);
    }
}

static void c_2_10_trailing_frames_left_out(void **state)
{
    live *l = *state;
    reply *r = live_call(l, l->dealer, (frame[]){F("SHG1"), F("PING")}, 2);
    expect(r, 200);
    assert_int_equal(r->rid.len, 0);
    r = live_call(l, l->dealer, (frame[]){F("SHG1"), F("INFO"), F("i")}, 3);
    expect(r, 200);
    expect_str(r, "name", "shingled");
}

static void c_2_11_unknown_verbs(void **state)
{
    live *l = *state;
    static const char *const verbs[] = {"ping",
                                        "Ping",
                                        "put",
                                        "",
                                        "FROB",
                                        "PING ",
                                        " PING",
                                        "PINGPINGPINGPING",
                                        "PINGPINGPINGPINGP",
                                        "P\xc3\x9cT",
                                        "GET2",
                                        "-"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        refused(ask(l, verbs[i], "text", "{'uri':'u'}"), 501, "unknown_verb");
    refused(live_call(l, l->dealer, (frame[]){F("SHG1")}, 1), 501, "unknown_verb");
    refused(live_call(l, l->dealer, (frame[]){F("SHG1"), F("PING\0")}, 2), 501, "unknown_verb");
    refused(ask(l, "GET", NULL, "{'uri':'u'}"), 404, "not_found");
}

static void c_2_12_rid_is_echoed(void **state)
{
    live *l = *state;
    char rid[64];
    for (size_t len = 0; len <= sizeof rid; len++) {
        for (size_t i = 0; i < len; i++)
            rid[i] = (char)(i * 37 + len);
        reply *r = live_call(l, l->dealer, (frame[]){F("SHG1"), F("PING"), {rid, len}}, 3);
        expect(r, 200);
        assert_int_equal(r->rid.len, len);
        assert_memory_equal(r->rid.p, rid, len);
    }
}

static void c_2_13_rid_too_long(void **state)
{
    live *l = *state;
    char rid[1000] = "x";
    for (size_t len = 65; len <= sizeof rid; len += 935) {
        reply *r = live_call(l, l->dealer, (frame[]){F("SHG1"), F("PING"), {rid, len}}, 3);
        refused(r, 400, "bad_header");
        assert_int_equal(r->rid.len, 0);
    }
}

static void c_2_14_four_frames(void **state)
{
    live *l = *state;
    static const char *const verbs[] = {"PING",  "INFO",    "STATS",   "PUT",   "GET",     "DELETE",
                                        "QUERY", "COMPARE", "CREDITS", "STORY", "SOURCES", "NONE"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        reply *r = live_call(l, l->dealer, (frame[]){F("SHG1"), {verbs[i], strlen(verbs[i])}}, 2);
        assert_int_equal(r->n, 4); // live_recv checked magic, status and header
        assert_true(r->frames[3].len >= 2);
    }
}

static void c_2_15_body_frames_of_replies(void **state)
{
    live *l = *state;
    assert_int_equal(put_sample(l, "bridge")->n_body, 0);
    const char *uri = sample(l, "bridge", "uri");
    static const char *const verbs[] = {"QUERY", "CREDITS", "STORY"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        reply *r = ask(l, verbs[i], NULL, "{'uri':'%s'}", uri);
        expect(r, 200);
        assert_int_equal(r->n_body, 0);
    }
    assert_int_equal(ask(l, "COMPARE", NULL, "{'a':'%s','b':'%s'}", uri, uri)->n_body, 0);
    assert_int_equal(ask(l, "GET", NULL, "{'uri':'%s'}", uri)->n_body, 1);
    assert_int_equal(ask(l, "DELETE", NULL, "{'uri':'%s'}", uri)->n_body, 0);
    assert_int_equal(ask(l, "PING", "x", "{}")->n_body, 1);
    assert_int_equal(ask(l, "PING", NULL, "{}")->n_body, 0);
}

static void c_2_16_one_final_reply_each(void **state)
{
    live *l = *state;
    static const frame verbs[] = {F("PING"), F("INFO"),  F("GET"),
                                  F("NOPE"), F("STATS"), F("QUERY")};
    enum { N = 60 };
    unsigned seen[N] = {0};
    for (unsigned char i = 0; i < N; i++)
        live_send(l->dealer, (frame[]){F("SHG1"), verbs[i % 6], {&i, 1}}, 3);
    for (int i = 0; i < N; i++) {
        reply *r = live_recv(l, l->dealer);
        assert_int_not_equal(r->status, 206);
        assert_int_equal(r->rid.len, 1);
        unsigned char rid = *(const unsigned char *)r->rid.p;
        assert_true(rid < N);
        seen[rid]++;
    }
    for (int i = 0; i < N; i++)
        assert_int_equal(seen[i], 1);
    assert_true(live_silent(l->dealer, 30));
}

static void c_2_17_pipelining(void **state)
{
    live *l = *state;
    char rid[8];
    for (int i = 0; i < 500; i++) {
        size_t len = (size_t)snprintf(rid, sizeof rid, "%d", i);
        live_send(l->dealer, (frame[]){F("SHG1"), F("PING"), {rid, len}, F(""), {rid, len}}, 5);
    }
    for (int i = 0; i < 500; i++) {
        reply *r = live_recv(l, l->dealer);
        expect_body(r, r->rid.p, r->rid.len);
    }
}

static void c_2_18_puts_in_order(void **state)
{
    live *l = *state;
    enum { N = 100 };
    char rid[8], text[32];
    for (int i = 1; i <= N; i++) {
        size_t n = (size_t)snprintf(rid, sizeof rid, "%d", i);
        size_t len = (size_t)snprintf(text, sizeof text, "text number %d", i);
        frame header = F("{\"uri\":\"u\"}");
        if (i % 10 == 0) // the version goes on counting over a deletion
            live_send(l->dealer, (frame[]){F("SHG1"), F("DELETE"), {rid, n}, header}, 4);
        else
            live_send(l->dealer, (frame[]){F("SHG1"), F("PUT"), {rid, n}, header, {text, len}}, 5);
    }
    for (int k = 0; k < N; k++) {
        reply *r = live_recv(l, l->dealer);
        expect(r, 200);
        int i = atoi(r->rid.p);
        if (i % 10 == 0) {
            expect_num(r, "deleted", 1);
            continue;
        }
        expect_num(r, "version", i - i / 10);
        expect_str(r, "result", i % 10 == 1 ? "new" : "updated");
    }
    refused(ask(l, "GET", NULL, "{'uri':'u'}"), 404, "not_found"); // the last one was a DELETE
}

static void many_frames(live *l, size_t n, int status, const char *error)
{
    frame *f = calloc(n, sizeof *f);
    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        f[i] = F("");
    f[1] = F("SHG1"); // after one frame of envelope
    f[2] = F("PING");
    f[3] = F("many");
    reply *r = live_call(l, l->dealer, f, n);
    refused(r, status, error);
    assert_int_equal(r->n_envelope, 1);
    assert_memory_equal(r->rid.p, "many", 4);
    free(f);
}

static void c_2_19_too_many_frames(void **state)
{
    live *l = *state;
    many_frames(l, 65, 400, "too_many_frames");
    many_frames(l, 66, 400, "too_many_frames");
    many_frames(l, 5000, 400, "too_many_frames");
    many_frames(l, 64, 400, "bad_body");
}

static void wait_disconnect(live *l, const char *endpoint)
{
    void *m = zmq_socket(l->zmq, ZMQ_PAIR);
    int wait = live_wait_ms();
    zmq_setsockopt(m, ZMQ_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(zmq_connect(m, endpoint), 0);
    uint8_t event[6];
    assert_int_equal(zmq_recv(m, event, sizeof event, 0),
                     sizeof event); // times out where it never comes
    zmq_close(m);
}

static void c_2_20_frame_over_the_limit(void **state)
{
    live *l = *state;
    size_t len = (64u << 20) + 1;
    char *big = calloc(1, len);
    assert_non_null(big);
    void *s = live_socket(l, ZMQ_DEALER);
    expect(live_call(l, s, (frame[]){F("SHG1"), F("PING")}, 2), 200);
    zmq_socket_monitor(s, "inproc://dropped", ZMQ_EVENT_DISCONNECTED);
    live_send(s, (frame[]){F("SHG1"), F("PUT"), F("big"), F("{\"uri\":\"big\"}"), {big, len}}, 5);
    wait_disconnect(l, "inproc://dropped");
    assert_true(live_silent(s, 0));
    refused(ask(l, "GET", NULL, "{'uri':'big'}"), 404, "not_found");
    zmq_socket_monitor(s, NULL, 0);
    zmq_close(s);
    free(big);
}

static void c_2_24_slow_readers(void **state)
{
    live *l = *state;
    char *text = calloc(1, 24001);
    assert_non_null(text);
    for (int i = 0; i < 24000; i++)
        text[i] = "words "[i % 6];
    put(l, "u", text);
    free(text);
    void *slow = live_socket(l, ZMQ_DEALER);
    for (int i = 0; i < 6000; i++)
        live_send(slow, (frame[]){F("SHG1"), F("GET"), F("r"), F("{\"uri\":\"u\"}")}, 4);
    for (int i = 0; i < 20; i++)
        put(l, "v", i % 2 ? "one text" : "another text");
    expect(live_recv(l, slow), 200);
    zmq_close(slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_2_1_req),
        SPEC(c_2_2_req_correlate),
        SPEC(c_2_3_bare_dealer),
        SPEC(c_2_4_dealer_with_delimiter),
        SPEC(c_2_5_envelope_is_echoed),
        SPEC(c_2_6_without_magic_is_dropped),
        SPEC(c_2_7_dropped_are_counted),
        SPEC(c_2_8_what_is_a_magic),
        SPEC(c_2_9_other_version),
        SPEC(c_2_10_trailing_frames_left_out),
        SPEC(c_2_11_unknown_verbs),
        SPEC(c_2_12_rid_is_echoed),
        SPEC(c_2_13_rid_too_long),
        SPEC(c_2_14_four_frames),
        SPEC(c_2_15_body_frames_of_replies),
        SPEC(c_2_16_one_final_reply_each),
        SPEC(c_2_17_pipelining),
        SPEC(c_2_18_puts_in_order),
        SPEC(c_2_19_too_many_frames),
        SPEC(c_2_20_frame_over_the_limit),
        SPEC(c_2_24_slow_readers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
