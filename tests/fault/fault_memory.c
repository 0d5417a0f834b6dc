// fault_memory.c - a server that is refused the memory for a request answers when there is some.
#include "t.h"
#include "base/clock.h"
#include "server/request.h"
#include "server/server.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <zmq.h>

enum { NAME = 64, REFUSALS = 10, LEAST_MS = 500, PATIENCE_S = 30 };

static atomic_bool refuse_new, refuse_accepted;
static sem_t refused;

request *__real_request_new(void);
request *__wrap_request_new(void);
request *__wrap_request_new(void)
{
    if (!atomic_load(&refuse_new))
        return __real_request_new();
    sem_post(&refused);
    return NULL;
}

request *__real_request_accepted(request *q);
request *__wrap_request_accepted(request *q);
request *__wrap_request_accepted(request *q)
{
    return atomic_load(&refuse_accepted) ? NULL : __real_request_accepted(q);
}

typedef struct fixture {
    char dir[NAME], path[NAME + 8], endpoint[NAME + 16];
    engine *e;
    pthread_t server;
    void *zmq, *socket;
} fixture;

static void *serve(void *arg)
{
    fixture *f = arg;
    char why[256] = "";
    const char *listen = f->endpoint;
    server_opts o = {.listen = &listen, .n_listen = 1, .workers = 1};
    shg_err err = server_run(f->e, &o, why, sizeof why);
    return err ? (void *)f : NULL;
}

static int set_up(void **state)
{
    int patience_ms = PATIENCE_S * 1000, none = 0;
    char why[256] = "";
    fixture *f = *state = calloc(1, sizeof *f);
    snprintf(f->dir, sizeof f->dir, "/tmp/shg-memory-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/socket", f->dir);
    snprintf(f->endpoint, sizeof f->endpoint, "ipc://%s", f->path);
    assert_ok(engine_open(&f->e, &(engine_opts){.dir = f->dir, .seed = 1}, why, sizeof why));
    assert_int_equal(pthread_create(&f->server, NULL, serve, f), 0);
    assert_non_null(f->zmq = zmq_ctx_new());
    assert_non_null(f->socket = zmq_socket(f->zmq, ZMQ_DEALER));
    zmq_setsockopt(f->socket, ZMQ_RCVTIMEO, &patience_ms, sizeof patience_ms);
    zmq_setsockopt(f->socket, ZMQ_LINGER, &none, sizeof none);
    assert_int_equal(zmq_connect(f->socket, f->endpoint), 0);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    void *failed;
    atomic_store(&refuse_new, false);
    zmq_close(f->socket);
    zmq_ctx_term(f->zmq);
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    assert_int_equal(pthread_join(f->server, &failed), 0);
    assert_null(failed);
    engine_close(&f->e);
    unlink(f->path);
    t_remove_store(f->dir);
    free(f);
    return 0;
}

static void ask(fixture *f, const char *what, const char *header, const char *body)
{
    const char *frame[] = {"SHG1", what, "1", header, body};
    for (int i = 0; i < 5; i++)
        assert_true(zmq_send(f->socket, frame[i], strlen(frame[i]), i < 4 ? ZMQ_SNDMORE : 0) >= 0);
}

static void expect(fixture *f, const char *status)
{
    char frame[256];
    int more = 1, n = 0;
    size_t len = sizeof more;
    for (int i = 0; more; i++) {
        n = zmq_recv(f->socket, frame, sizeof frame - 1, 0);
        assert_true(n >= 0 && n < (int)sizeof frame);
        frame[n] = 0;
        if (i == 1)
            assert_string_equal(frame, status);
        assert_int_equal(zmq_getsockopt(f->socket, ZMQ_RCVMORE, &more, &len), 0);
    }
}

// What is not read is looked for again, but not without a pause.
static void test_read_later(void **state)
{
    fixture *f = *state;
    int64_t began_ns = clock_mono_ns();
    struct timespec until;
    ask(f, "PING", "{}", "");
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    for (int i = 0; i < REFUSALS; i++)
        assert_int_equal(sem_timedwait(&refused, &until), 0);
    assert_true(clock_mono_ns() - began_ns >= (int64_t)LEAST_MS * 1000000);
    atomic_store(&refuse_new, false);
    expect(f, "200");
}

static int set_up_refused(void **state)
{
    atomic_store(&refuse_new, true);
    return set_up(state);
}

static void test_answered_later(void **state)
{
    static const char TEXT[] = "The lock keeper counted the barges again before the fog came in.";
    fixture *f = *state;
    atomic_store(&refuse_accepted, true);
    ask(f, "PUT", "{\"uri\":\"a/1\",\"durability\":\"accept\"}", TEXT);
    expect(f, "200");
    atomic_store(&refuse_accepted, false);
    ask(f, "PUT", "{\"uri\":\"a/2\",\"durability\":\"accept\"}", TEXT);
    expect(f, "202");
}

int main(void)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, NULL); // as server_run asks
    sem_init(&refused, 0, 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_later, set_up_refused, tear_down),
        cmocka_unit_test_setup_teardown(test_answered_later, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
