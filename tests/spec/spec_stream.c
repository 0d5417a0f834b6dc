// PROTOCOL.md, chapter 15: streams of batches.
#include "live.h"

#include <signal.h>
#include <sys/wait.h>
#include <zmq.h>

static const char *open_stream(live *l, const char *name, int ack)
{
    reply *r = ask(l, "STREAM", NULL, "{'stream':'%s'}", name);
    expect(r, 200);
    expect_str(r, "stream", name);
    expect_num(r, "ack", ack);
    assert_true(num_at(r, "credit") > 0);
    return str_at(r, "session");
}

// Batch i holds one article, u<i>.
static const char *article(int i)
{
    static char line[64];
    snprintf(line, sizeof line, "{\"uri\":\"u%d\",\"text\":\"number %d\"}", i, i);
    return line;
}

static reply *puts_batch(live *l, const char *session, int batch)
{
    return ask(l, "PUTS", article(batch), "{'session':'%s','batch':%d,'mark':'m%d'}", session,
               batch, batch);
}

static void send_batch(void *socket, const char *session, int batch, frame body)
{
    char rid[16], header[128];
    size_t r = (size_t)snprintf(rid, sizeof rid, "%d", batch);
    size_t h = (size_t)snprintf(header, sizeof header,
                                "{\"session\":\"%s\",\"batch\":%d,\"mark\":\"m%d\"}", session,
                                batch, batch);
    live_send(socket, (frame[]){F("SHG1"), F("PUTS"), {rid, r}, {header, h}, body}, 5);
}

static void send_article(void *socket, const char *session, int i)
{
    const char *line = article(i);
    send_batch(socket, session, i, (frame){line, strlen(line)});
}

static void articles(live *l, int n)
{
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", n);
}

static void c_15_13_stream(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    assert_null(at(ask(l, "STREAM", NULL, "{'stream':'fresh'}"), "mark"));
    for (int i = 1; i <= 3; i++)
        expect_num(puts_batch(l, session, i), "ack", i);
    reply *r = ask(l, "STREAM", NULL, "{'stream':'s'}");
    expect_num(r, "ack", 3);
    expect_str(r, "mark", "m3");
    assert_string_not_equal(str_at(r, "session"), session);
}

static void c_15_14_names(void **state)
{
    live *l = *state;
    char name[130];
    memset(name, 'n', 129);
    name[129] = 0;
    refused(ask(l, "STREAM", NULL, "{'stream':'%s'}", name), 400, "bad_option");
    open_stream(l, name + 1, 0);
    refused(ask(l, "STREAM", NULL, "{}"), 400, "bad_option");
    refused(ask(l, "STREAM", NULL, "{'stream':''}"), 400, "bad_option");
    refused(ask(l, "STREAM", NULL, "{'stream':7}"), 400, "bad_option");
    const char *session = open_stream(l, "s", 0);
    char mark[1026];
    memset(mark, 'm', 1025);
    mark[1025] = 0;
    refused(ask(l, "PUTS", "", "{'session':'%s','batch':1,'mark':'%s'}", session, mark), 400,
            "bad_option");
    expect(ask(l, "PUTS", "", "{'session':'%s','batch':1,'mark':'%s'}", session, mark + 1), 200);
    expect_str(ask(l, "ACK", NULL, "{'session':'%s'}", session), "mark", mark + 1);
}

static void c_15_15_in_their_order(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    reply *r = puts_batch(l, session, 2);
    refused(r, 409, "out_of_order");
    expect_num(r, "expected", 1);
    expect(puts_batch(l, session, 1), 200);
    expect_num(puts_batch(l, session, 3), "expected", 2);
    articles(l, 1);
    expect_num(puts_batch(l, session, 2), "ack", 2);
}

static void c_15_16_not_twice(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    puts_batch(l, session, 1);
    puts_batch(l, session, 2);
    reply *r = ask(l, "PUTS", "{\"uri\":\"u1\",\"text\":\"other\"}", "{'session':'%s','batch':1}",
                   session);
    expect(r, 200);
    assert_true(bool_at(r, "repeated"));
    expect_num(r, "ack", 2);
    expect_num(ask(l, "GET", NULL, "{'uri':'u1'}"), "version", 1);
}

static void c_15_17_cumulative(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    void *other = live_socket(l, ZMQ_DEALER);
    for (int i = 1; i <= 100; i++)
        send_article(l->dealer, session, i);
    for (int n = 0; n < 100; n++) {
        reply *r = live_recv(l, l->dealer);
        int ack = (int)num_at(r, "ack");
        assert_true(ack >= atoi(r->rid.p));
        char header[32];
        size_t len = (size_t)snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", ack);
        expect(live_call(l, other, (frame[]){F("SHG1"), F("GET"), F(""), {header, len}}, 4), 200);
    }
    zmq_close(other);
    articles(l, 100);
}

static void c_15_18_after_a_kill(void **state)
{
    live *l = *state;
    uint64_t seed = t_seed();
    int acked = 0, last = 0;
    for (int round = 0; round < 4; round++) {
        reply *r = ask(l, "STREAM", NULL, "{'stream':'s'}");
        last = (int)num_at(r, "ack");
        assert_true(last >= acked);
        articles(l, last);
        for (int i = 1; i <= 80; i++)
            send_article(l->dealer, str_at(r, "session"), last + i);
        for (int n = (int)(t_random(&seed) % 60); n >= 0; n--)
            acked = (int)num_at(live_recv(l, l->dealer), "ack");
        assert_true(WIFSIGNALED(live_end(l, SIGKILL)));
        live_start(l);
    }
    last = (int)num_at(ask(l, "STREAM", NULL, "{'stream':'s'}"), "ack");
    assert_true(last >= acked);
    for (int i = 1; i <= last; i++)
        expect_num(ask(l, "GET", NULL, "{'uri':'u%d'}", i), "version", 1);
    articles(l, last);
}

static void c_15_19_one_session(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    void *other = live_socket(l, ZMQ_DEALER);
    for (int i = 1; i <= 50; i++)
        send_article(other, session, i);
    live_recv(l, other);
    reply *r = ask(l, "STREAM", NULL, "{'stream':'s'}");
    expect(r, 200);
    articles(l, (int)num_at(r, "ack"));
    refused(puts_batch(l, session, 51), 404, "no_stream");
    refused(ask(l, "ACK", NULL, "{'session':'0123456789abcdef'}"), 404, "no_stream");
    refused(ask(l, "ACK", NULL, "{}"), 404, "no_stream");
    expect(puts_batch(l, str_at(r, "session"), (int)num_at(r, "ack") + 1), 200);
    zmq_close(other);
}

static void c_15_20_credit(void **state)
{
    live *l = *state;
    reply *r = ask(l, "STREAM", NULL, "{'stream':'s'}");
    const char *session = str_at(r, "session");
    size_t n = (size_t)num_at(r, "credit") / 2 + 5000;
    char *body = malloc(n);
    assert_non_null(body);
    memset(body, ' ', n);
    for (size_t i = 0; i < n; i += 5)
        body[i] = 'w';
    memcpy(body, "{\"uri\":\"u\",\"text\":\"", 19);
    memcpy(body + n - 2, "\"}", 2);
    for (int i = 1; i <= 2; i++)
        send_batch(l->dealer, session, i, (frame){body, n});
    for (int i = 1; i <= 2; i++) {
        r = live_recv(l, l->dealer);
        if (atoi(r->rid.p) == 1) {
            expect(r, 200);
            continue;
        }
        refused(r, 429, "no_credit");
        assert_true(num_at(r, "retry_after_ms") > 0);
    }
    free(body);
    articles(l, 1);
    expect(puts_batch(l, session, 2), 200);
}

static void c_15_21_none_behind_a_refused_one(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    expect(puts_batch(l, session, 1), 200);
    refused(ask(l, "PUTS", "xx", "{'session':'%s','batch':2,'format':'pairs'}", session), 400,
            "bad_batch");
    refused(puts_batch(l, session, 3), 409, "out_of_order");
    refused(puts_batch(l, session, 2), 409, "out_of_order");
    articles(l, 1);
    session = open_stream(l, "s", 1);
    expect_num(puts_batch(l, session, 2), "ack", 2);
}

static void c_15_22_ack(void **state)
{
    live *l = *state;
    const char *session = open_stream(l, "s", 0);
    char header[64];
    for (int i = 1; i <= 30; i++)
        send_article(l->dealer, session, i);
    size_t n = (size_t)snprintf(header, sizeof header, "{\"session\":\"%s\"}", session);
    live_send(l->dealer, (frame[]){F("SHG1"), F("ACK"), F("ack"), {header, n}}, 4);
    for (int i = 0; i < 31; i++) {
        reply *r = live_recv(l, l->dealer);
        if (r->rid.len == 3 && !memcmp(r->rid.p, "ack", 3))
            expect_num(r, "ack", 30);
    }
    expect_str(ask(l, "ACK", NULL, "{'session':'%s','close':true}", session), "mark", "m30");
    refused(ask(l, "ACK", NULL, "{'session':'%s'}", session), 404, "no_stream");
    session = open_stream(l, "s", 30);
    expect(ask(l, "ACK", NULL, "{'session':'%s','forget':true}", session), 200);
    refused(puts_batch(l, session, 31), 404, "no_stream");
    open_stream(l, "s", 0);
}

static void c_15_23_reset(void **state)
{
    live *l = *state;
    puts_batch(l, open_stream(l, "s", 0), 1);
    reply *r = ask(l, "STREAM", NULL, "{'stream':'s','reset':true}");
    expect_num(r, "ack", 0);
    assert_null(at(r, "mark"));
    expect_num(puts_batch(l, str_at(r, "session"), 1), "unchanged", 1);
    refused(ask(l, "STREAM", NULL, "{'stream':'s','reset':1}"), 400, "bad_option");
}

static void c_15_24_so_many(void **state)
{
    live *l = *state;
    char name[8];
    const char *first = open_stream(l, "first", 0);
    for (int i = 1; i < 64; i++) {
        snprintf(name, sizeof name, "s%d", i);
        open_stream(l, name, 0);
    }
    reply *r = ask(l, "STREAM", NULL, "{'stream':'more'}");
    refused(r, 429, "overloaded");
    assert_true(num_at(r, "retry_after_ms") > 0);
    open_stream(l, "s63", 0);
    expect(ask(l, "ACK", NULL, "{'session':'%s','close':true}", first), 200);
    open_stream(l, "more", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_15_13_stream),
        SPEC(c_15_14_names),
        SPEC(c_15_15_in_their_order),
        SPEC(c_15_16_not_twice),
        SPEC(c_15_17_cumulative),
        SPEC(c_15_18_after_a_kill),
        SPEC(c_15_19_one_session),
        SPEC(c_15_20_credit),
        SPEC(c_15_21_none_behind_a_refused_one),
        SPEC(c_15_22_ack),
        SPEC(c_15_23_reset),
        SPEC(c_15_24_so_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
