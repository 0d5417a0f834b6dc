// client_client - libshingled against a ROUTER socket that the test itself answers with.
#include "t.h"

#include "shingled/client.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <zmq.h>

enum { WAIT_MS = 5000, FRAMES = 16 };

// The other end: one message at a time, frame by frame.
typedef struct peer {
    void *ctx, *sock;
    char endpoint[128];
    size_t n;
    zmq_msg_t frame[FRAMES]; // of the last request; [0] is the routing frame
} peer;

static void peer_bind(peer *p, const char *endpoint)
{
    int wait = WAIT_MS, none = 0;
    size_t len = sizeof p->endpoint;
    memset(p, 0, sizeof *p);
    p->ctx = zmq_ctx_new();
    p->sock = zmq_socket(p->ctx, ZMQ_ROUTER);
    zmq_setsockopt(p->sock, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(p->sock, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_bind(p->sock, endpoint), 0);
    assert_int_equal(zmq_getsockopt(p->sock, ZMQ_LAST_ENDPOINT, p->endpoint, &len), 0);
}

static void peer_forget(peer *p)
{
    for (size_t i = 0; i < p->n; i++)
        zmq_msg_close(&p->frame[i]);
    p->n = 0;
}

static void peer_close(peer *p)
{
    peer_forget(p);
    zmq_close(p->sock);
    zmq_ctx_term(p->ctx);
}

static void peer_recv(peer *p)
{
    peer_forget(p);
    do {
        assert_true(p->n < FRAMES);
        zmq_msg_init(&p->frame[p->n]);
        assert_true(zmq_msg_recv(&p->frame[p->n], p->sock, 0) >= 0);
    } while (zmq_msg_more(&p->frame[p->n++]));
}

static void assert_frame(peer *p, size_t i, const char *text)
{
    assert_true(i < p->n);
    assert_int_equal(zmq_msg_size(&p->frame[i]), strlen(text));
    assert_memory_equal(zmq_msg_data(&p->frame[i]), text, strlen(text));
}

// Answers the last request with these frames (a NULL ends them) after its routing frame;
// "@rid" stands for the request's id.
static void peer_send(peer *p, const char *const *frames)
{
    zmq_send(p->sock, zmq_msg_data(&p->frame[0]), zmq_msg_size(&p->frame[0]), ZMQ_SNDMORE);
    for (; *frames; frames++) {
        int more = frames[1] ? ZMQ_SNDMORE : 0;
        if (!strcmp(*frames, "@rid"))
            zmq_send(p->sock, zmq_msg_data(&p->frame[3]), zmq_msg_size(&p->frame[3]), more);
        else
            zmq_send(p->sock, *frames, strlen(*frames), more);
    }
}

#define ANSWER(p, ...) peer_send(p, (const char *const[]){__VA_ARGS__, NULL})

static shg_client *connected(const char *endpoint, unsigned window)
{
    shg_client *c;
    shg_client_opts o = {
        .size = sizeof o, .connect_ms = WAIT_MS, .answer_ms = WAIT_MS, .window = window};
    assert_int_equal(shg_client_new(&c, &o), SHG_CLIENT_OK);
    if (shg_client_connect(c, endpoint))
        fail_msg("%s", shg_client_why(c));
    return c;
}

// A pair that is connected, for most tests.
typedef struct pair {
    peer p;
    shg_client *c;
} pair;

static int setup(void **state)
{
    pair *s = *state = malloc(sizeof *s);
    peer_bind(&s->p, "tcp://127.0.0.1:*");
    s->c = connected(s->p.endpoint, 4);
    return 0;
}

static int teardown(void **state)
{
    pair *s = *state;
    shg_client_close(&s->c);
    assert_null(s->c);
    peer_close(&s->p);
    free(s);
    return 0;
}

static void frames_of_a_request(void **state)
{
    pair *s = *state;
    uint64_t tag;
    shg_body b[] = {{"first", 5}, {"", 0}, {"third", 5}};
    assert_int_equal(shg_client_send(s->c, "PUT", "{\"uri\":\"u\"}", b, 3, &tag), SHG_CLIENT_OK);
    assert_int_equal(tag, 1);
    peer_recv(&s->p);
    assert_int_equal(s->p.n, 8);
    assert_frame(&s->p, 1, "SHG1");
    assert_frame(&s->p, 2, "PUT");
    assert_int_equal(zmq_msg_size(&s->p.frame[3]), 8);
    assert_frame(&s->p, 4, "{\"uri\":\"u\"}");
    assert_frame(&s->p, 5, "first");
    assert_frame(&s->p, 6, "");
    assert_frame(&s->p, 7, "third");
    assert_int_equal(shg_client_send(s->c, "INFO", NULL, NULL, 0, &tag), SHG_CLIENT_OK);
    assert_int_equal(tag, 2);
    peer_recv(&s->p);
    assert_int_equal(s->p.n, 5);
    assert_frame(&s->p, 4, "");
}

static void frames_of_an_answer(void **state)
{
    pair *s = *state;
    shg_reply r;
    uint64_t tag;
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, &tag), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "422", "@rid", "{\"error\":\"x\"}", "one", "");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.status, 422);
    assert_int_equal(r.tag, tag);
    assert_string_equal(r.header, "{\"error\":\"x\"}");
    assert_int_equal(r.header_len, strlen(r.header));
    assert_int_equal(r.n_bodies, 2);
    assert_int_equal(r.body[0].len, 3);
    assert_memory_equal(r.body[0].data, "one", 3);
    assert_int_equal(r.body[1].len, 0);
    shg_reply_free(&r);
    assert_null(r.header);
    shg_reply_free(&r); // twice is harmless
    assert_int_equal(shg_client_pending(s->c), 0);
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, &tag), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "@rid", "");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_string_equal(r.header, "{}");
    assert_int_equal(r.n_bodies, 0);
    shg_reply_free(&r);
}

static void answers_out_of_order(void **state)
{
    pair *s = *state;
    shg_reply r;
    uint64_t tag[3];
    char rid[3][9] = {{0}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, &tag[i]), SHG_CLIENT_OK);
        peer_recv(&s->p);
        memcpy(rid[i], zmq_msg_data(&s->p.frame[3]), 8);
    }
    static const int order[] = {2, 0, 1};
    for (int i = 0; i < 3; i++) {
        zmq_msg_t *to = &s->p.frame[0];
        zmq_send(s->p.sock, zmq_msg_data(to), zmq_msg_size(to), ZMQ_SNDMORE);
        zmq_send(s->p.sock, "SHG1", 4, ZMQ_SNDMORE);
        zmq_send(s->p.sock, "200", 3, ZMQ_SNDMORE);
        zmq_send(s->p.sock, rid[order[i]], 8, ZMQ_SNDMORE);
        zmq_send(s->p.sock, "{}", 2, 0);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
        assert_int_equal(r.tag, tag[order[i]]);
        shg_reply_free(&r);
    }
}

static void window_has_an_end(void **state)
{
    pair *s = *state;
    shg_reply r;
    assert_int_equal(shg_client_recv(s->c, &r, 0), SHG_CLIENT_EWINDOW);
    for (int i = 0; i < 4; i++)
        assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_OK);
    assert_int_equal(shg_client_pending(s->c), 4);
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_EWINDOW);
    assert_int_equal(shg_client_call(s->c, "PING", NULL, NULL, 0, &r), SHG_CLIENT_EWINDOW);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "@rid", "{}");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    shg_reply_free(&r);
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_OK);
}

static void partial_answers(void **state)
{
    pair *s = *state;
    shg_reply r;
    assert_int_equal(shg_client_send(s->c, "REPLAY", NULL, NULL, 0, NULL), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "206", "@rid", "{}");
    ANSWER(&s->p, "SHG1", "200", "@rid", "{}");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.status, 206);
    assert_int_equal(shg_client_pending(s->c), 1);
    shg_reply_free(&r);
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.status, 200);
    assert_int_equal(shg_client_pending(s->c), 0);
    shg_reply_free(&r);
}

static void foreign_ids_are_passed_over(void **state)
{
    pair *s = *state;
    shg_reply r;
    uint64_t tag;
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, &tag), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "another1", "{}");
    ANSWER(&s->p, "SHG1", "200", "short", "{}");
    ANSWER(&s->p, "SHG1", "201", "@rid", "{}");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.status, 201);
    assert_int_equal(r.tag, tag);
    shg_reply_free(&r);
}

static void what_is_not_shg1(void **state)
{
    static const char *const bad[][5] = {
        {"SHG2", "200", "@rid", "{}"}, {"SHG1", "200", "@rid"},        {"HTTP"},
        {"SHG1", "20x", "@rid", "{}"}, {"SHG1", "2000", "@rid", "{}"}, {"SHG1", "", "@rid", "{}"},
    };
    pair *s = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        shg_client *c = connected(s->p.endpoint, 1);
        shg_reply r;
        assert_int_equal(shg_client_send(c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_OK);
        peer_recv(&s->p);
        peer_send(&s->p, bad[i]);
        assert_int_equal(shg_client_recv(c, &r, WAIT_MS), SHG_CLIENT_EPEER);
        assert_non_null(strstr(shg_client_why(c), s->p.endpoint));
        assert_null(r.hold);
        shg_client_close(&c);
    }
}

static void requests_that_are_none(void **state)
{
    pair *s = *state;
    static const char *const verbs[] = {"", "ping", "PI NG", "SEVENTEENLETTERSX", "PUT\n"};
    shg_body many[SHG_FRAMES_MAX] = {{"", 0}};
    shg_body big = {"", (size_t)SHG_FRAME_MAX + 1};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        assert_int_equal(shg_client_send(s->c, verbs[i], NULL, NULL, 0, NULL), SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_client_send(s->c, "PING", NULL, many, SHG_FRAMES_MAX, NULL),
                     SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_client_send(s->c, "PING", NULL, &big, 1, NULL), SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_client_pending(s->c), 0);
    shg_client *c;
    assert_int_equal(shg_client_new(&c, NULL), SHG_CLIENT_OK);
    assert_int_equal(shg_client_send(c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_client_connect(c, "no endpoint"), SHG_CLIENT_EENDPOINT);
    assert_non_null(strstr(shg_client_why(c), "no endpoint"));
    shg_client_close(&c);
    shg_client_close(&c);
}

static void no_client_is_no_crash(void **state)
{
    (void)state;
    shg_reply r;
    assert_int_equal(shg_client_connect(NULL, "tcp://127.0.0.1:1"), SHG_CLIENT_ENOMEM);
    assert_int_equal(shg_client_send(NULL, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_ENOMEM);
    assert_int_equal(shg_client_recv(NULL, &r, 0), SHG_CLIENT_ENOMEM);
    assert_int_equal(shg_client_call(NULL, "PING", NULL, NULL, 0, &r), SHG_CLIENT_ENOMEM);
    assert_int_equal(shg_client_pending(NULL), 0);
    assert_string_equal(shg_client_why(NULL), "out of memory");
}

static void nobody_listens(void **state)
{
    (void)state;
    peer p; // for a port that was free a moment ago
    peer_bind(&p, "tcp://127.0.0.1:*");
    char endpoint[128];
    snprintf(endpoint, sizeof endpoint, "%s", p.endpoint);
    peer_close(&p);
    shg_client *c;
    shg_client_opts o = {.size = sizeof o, .connect_ms = 150};
    assert_int_equal(shg_client_new(&c, &o), SHG_CLIENT_OK);
    assert_int_equal(shg_client_connect(c, endpoint), SHG_CLIENT_ENOSERVER);
    assert_non_null(strstr(shg_client_why(c), endpoint));
    const char *waited = strstr(shg_client_why(c), "waited ");
    assert_non_null(waited); // and how long
    double seconds = strtod(waited + strlen("waited "), NULL);
    assert_true(seconds > 0.09 && seconds < 60);
    shg_client_close(&c);
}

static void late_answers_are_dropped(void **state)
{
    pair *s = *state;
    shg_client *c;
    shg_client_opts o = {.size = sizeof o, .connect_ms = WAIT_MS, .answer_ms = 50};
    shg_reply r;
    uint64_t tag;
    assert_int_equal(shg_client_new(&c, &o), SHG_CLIENT_OK);
    assert_int_equal(shg_client_connect(c, s->p.endpoint), SHG_CLIENT_OK);
    assert_int_equal(shg_client_call(c, "PING", NULL, NULL, 0, &r), SHG_CLIENT_ETIMEOUT);
    assert_int_equal(shg_client_pending(c), 0);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "@rid", "{\"late\":true}");
    assert_int_equal(shg_client_send(c, "PING", NULL, NULL, 0, &tag), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "@rid", "{\"late\":false}");
    assert_int_equal(shg_client_recv(c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.tag, tag);
    assert_string_equal(r.header, "{\"late\":false}");
    shg_reply_free(&r);
    shg_client_close(&c);
}

static void lost_connections(void **state)
{
    pair *s = *state;
    shg_reply r;
    uint64_t tag[2];
    char endpoint[128];
    snprintf(endpoint, sizeof endpoint, "%s", s->p.endpoint);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(shg_client_send(s->c, "PUT", NULL, NULL, 0, &tag[i]), SHG_CLIENT_OK);
        peer_recv(&s->p);
    }
    ANSWER(&s->p, "SHG1", "200", "@rid", "{}"); // of the second: it must not be lost
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.tag, tag[1]);
    shg_reply_free(&r);
    peer_close(&s->p);
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_ELOST);
    assert_int_equal(r.tag, tag[0]);
    assert_int_equal(shg_client_pending(s->c), 0);
    peer_bind(&s->p, endpoint); // the server is back
    assert_int_equal(shg_client_send(s->c, "PUT", NULL, NULL, 0, &tag[0]), SHG_CLIENT_OK);
    peer_recv(&s->p);
    ANSWER(&s->p, "SHG1", "200", "@rid", "{}");
    assert_int_equal(shg_client_recv(s->c, &r, WAIT_MS), SHG_CLIENT_OK);
    assert_int_equal(r.tag, tag[0]);
    shg_reply_free(&r);
}

static void on_alarm(int n)
{
    (void)n;
}

static void signals_end_a_wait(void **state)
{
    pair *s = *state;
    shg_reply r;
    struct sigaction a = {.sa_handler = on_alarm}, old;
    struct itimerval every = {{0, 20000}, {0, 20000}}, never = {{0, 0}, {0, 0}};
    assert_int_equal(shg_client_send(s->c, "PING", NULL, NULL, 0, NULL), SHG_CLIENT_OK);
    sigaction(SIGALRM, &a, &old);
    setitimer(ITIMER_REAL, &every, NULL);
    assert_int_equal(shg_client_recv(s->c, &r, -1), SHG_CLIENT_EINTR);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &old, NULL);
    assert_int_equal(shg_client_pending(s->c), 1); // still in flight
}

static void *echo(void *arg)
{
    peer *p = arg;
    for (int i = 0; i < 100; i++) {
        peer_recv(p);
        ANSWER(p, "SHG1", "200", "@rid", "{\"ok\":true}", "body");
    }
    return NULL;
}

static void calls(void **state)
{
    pair *s = *state;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, echo, &s->p), 0);
    for (int i = 0; i < 100; i++) {
        shg_reply r;
        if (shg_client_call(s->c, "PING", "{}", &(shg_body){"x", 1}, 1, &r))
            fail_msg("%s", shg_client_why(s->c));
        assert_int_equal(r.status, 200);
        assert_int_equal(r.n_bodies, 1);
        shg_reply_free(&r);
    }
    pthread_join(thread, NULL);
}

#define WITH_PAIR(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(frames_of_a_request),
        WITH_PAIR(frames_of_an_answer),
        WITH_PAIR(answers_out_of_order),
        WITH_PAIR(window_has_an_end),
        WITH_PAIR(partial_answers),
        WITH_PAIR(foreign_ids_are_passed_over),
        WITH_PAIR(what_is_not_shg1),
        WITH_PAIR(requests_that_are_none),
        cmocka_unit_test(no_client_is_no_crash),
        cmocka_unit_test(nobody_listens),
        WITH_PAIR(late_answers_are_dropped),
        WITH_PAIR(lost_connections),
        WITH_PAIR(signals_end_a_wait),
        WITH_PAIR(calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
