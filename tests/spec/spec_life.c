// PROTOCOL.md, chapters 12 and 13: how the server starts and ends; reserved verbs.
#include "live.h"
#include "shingled/wire.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void c_12_1_ready_line(void **state)
{
    live *l = *state;
    char again[256];
    unsigned port = 0;
    int n = 0;
    assert_int_equal(sscanf(l->ready, "ready listen=tcp://127.0.0.1:%u%n", &port, &n), 1);
    assert_int_equal(n, strlen(l->ready));
    assert_true(port > 0 && port < 65536);
    put(l, "u", "live_end fails where there is more on standard output than this line");
    snprintf(again, sizeof again, "%s", l->ready);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    assert_memory_equal(l->ready, again, 20);
}

static void c_12_2_several_endpoints(void **state)
{
    (void)state;
    live *l = live_new(2);
    assert_string_not_equal(l->endpoint[0], l->endpoint[1]);
    put(l, "u", "by the first door");
    memcpy(l->endpoint[0], l->endpoint[1], sizeof l->endpoint[0]);
    void *s = live_socket(l, ZMQ_REQ); // connects to endpoint[0]
    reply *r = live_call(l, s, (frame[]){F("SHG1"), F("GET"), F(""), F("{\"uri\":\"u\"}")}, 4);
    expect_body(r, "by the first door", 17);
    zmq_close(s);
    live_free(&l);
}

static void c_12_3_drains_and_exits(void **state)
{
    live *l = *state;
    bool acked[200] = {false};
    char rid[8], header[32];
    for (int i = 0; i < 200; i++) {
        size_t n = (size_t)snprintf(rid, sizeof rid, "%d", i);
        size_t h = (size_t)snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", i);
        live_send(l->dealer, (frame[]){F("SHG1"), F("PUT"), {rid, n}, {header, h}, F("some text")},
                  5);
    }
    reply *r = live_recv(l, l->dealer);
    expect(r, 200);
    acked[atoi(r->rid.p)] = true;
    kill(l->pid, SIGTERM);
    while (!live_silent(l->dealer, 300)) { // each reply that still comes is 200 or 503
        r = live_recv(l, l->dealer);
        if (r->status == 503)
            refused(r, 503, "draining");
        else
            expect(r, 200);
        acked[atoi(r->rid.p)] = r->status == 200;
    }
    assert_int_equal(live_end(l, SIGTERM), 0); // the second SIGTERM changes nothing
    live_start(l);
    for (int i = 0; i < 200; i++)
        if (acked[i])
            expect(ask(l, "GET", NULL, "{'uri':'u%d'}", i), 200);
}

static void c_12_3_ends_with_idle_clients(void **state)
{
    live *l = *state;
    void *idle[8];
    for (size_t i = 0; i < COUNT(idle); i++) {
        idle[i] = live_socket(l, ZMQ_DEALER);
        expect(live_call(l, idle[i], (frame[]){F("SHG1"), F("PING")}, 2), 200);
    }
    assert_int_equal(live_end(l, SIGTERM), 0);
    for (size_t i = 0; i < COUNT(idle); i++)
        zmq_close(idle[i]);
}

// Clients that send as fast as they can and read nothing, until they are told or tired.
enum { FLOODERS = 4, FLOOD_FIRST = 500000, FLOOD_S = 12 };

typedef struct flood {
    void *socket[FLOODERS];
    atomic_uint begun; // sockets that are taken
    atomic_ulong sent;
    atomic_bool over, tired;
} flood;

static void *run_flooder(void *arg)
{
    flood *f = arg;
    void *s = f->socket[atomic_fetch_add(&f->begun, 1)];
    time_t end = time(NULL) + FLOOD_S;
    while (!atomic_load(&f->over) && time(NULL) < end)
        if (zmq_send(s, SHG_MAGIC, SHG_MAGIC_LEN, ZMQ_SNDMORE) >= 0 && zmq_send(s, "X", 1, 0) >= 0)
            atomic_fetch_add(&f->sent, 1);
    if (!atomic_load(&f->over))
        atomic_store(&f->tired, true);
    return NULL;
}

static void c_12_3_ends_in_a_flood(void **state)
{
    live *l = *state;
    flood f = {0};
    pthread_t thread[FLOODERS];
    int queue = 100000, no = 0, wait_ms = 100;
    void *zmq = zmq_ctx_new();
    assert_non_null(zmq);
    zmq_ctx_set(zmq, ZMQ_IO_THREADS, 2); // as fast as the server's own
    for (size_t i = 0; i < FLOODERS; i++) {
        f.socket[i] = zmq_socket(zmq, ZMQ_DEALER);
        assert_non_null(f.socket[i]);
        zmq_setsockopt(f.socket[i], ZMQ_SNDHWM, &queue, sizeof queue);
        zmq_setsockopt(f.socket[i], ZMQ_LINGER, &no, sizeof no);
        zmq_setsockopt(f.socket[i], ZMQ_SNDTIMEO, &wait_ms, sizeof wait_ms);
        assert_int_equal(zmq_connect(f.socket[i], l->endpoint[0]), 0);
    }
    for (size_t i = 0; i < FLOODERS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, run_flooder, &f), 0);
    while (atomic_load(&f.sent) < FLOOD_FIRST && !atomic_load(&f.tired))
        poll(NULL, 0, 1);
    int status = live_end(l, SIGTERM);
    bool tired = atomic_load(&f.tired);
    atomic_store(&f.over, true);
    for (size_t i = 0; i < FLOODERS; i++)
        pthread_join(thread[i], NULL);
    for (size_t i = 0; i < FLOODERS; i++) // behind all: any thread may have taken any socket
        zmq_close(f.socket[i]);
    zmq_ctx_term(zmq);
    assert_int_equal(status, 0);
    assert_false(tired); // else it ended only when the flood did
}

static void c_12_4_starts_after_kills(void **state)
{
    live *l = *state;
    for (int i = 0; i < 5; i++) {
        char uri[8];
        snprintf(uri, sizeof uri, "u%d", i);
        put(l, uri, sample(l, i % 2 ? "bridge" : "garden", "text"));
        assert_int_equal(live_end(l, SIGKILL), SIGKILL);
        live_start(l);
        for (int k = 0; k <= i; k++)
            expect(ask(l, "GET", NULL, "{'uri':'u%d'}", k), 200);
    }
    reply *r = ask(l, "STORY", NULL, "{'uri':'u0'}");
    assert_int_equal(len_at(r, "members"), 3);
    assert_int_equal(len_at(ask(l, "QUERY", NULL, "{'uri':'u1'}"), "matches"), 1);
}

// is_owner tells whether a process has a socket open.
static bool is_owner(pid_t pid, unsigned inode)
{
    char name[64], link[64], want[64];
    snprintf(want, sizeof want, "socket:[%u]", inode);
    for (int fd = 0; fd < 256; fd++) {
        snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)pid, fd);
        ssize_t len = readlink(name, link, sizeof link);
        if (len == (ssize_t)strlen(want) && !memcmp(link, want, (size_t)len))
            return true;
    }
    return false;
}

// listening counts the TCP sockets that a process listens on; *port is the last one's.
static int listening(pid_t pid, unsigned *port)
{
    enum { LISTEN = 0x0a };
    char line[512];
    unsigned at, state, inode;
    int n = 0;
    FILE *table = fopen("/proc/net/tcp", "r");
    assert_non_null(table);
    while (fgets(line, sizeof line, table)) {
        if (sscanf(line, " %*u: %*8x:%x %*8x:%*x %x %*s %*s %*s %*s %*s %u", &at, &state, &inode) !=
                3 ||
            state != LISTEN || !is_owner(pid, inode))
            continue;
        *port = at;
        n++;
    }
    fclose(table);
    return n;
}

static void c_12_5_only_what_was_given(void **state)
{
    live *l = *state;
    unsigned port = 0, ready = 0;
    assert_int_equal(sscanf(l->ready, "ready listen=tcp://127.0.0.1:%u", &ready), 1);
    assert_int_equal(listening(l->pid, &port), 1);
    assert_int_equal(port, ready);
}

static void c_12_6_one_server_a_directory(void **state)
{
    live *l = *state;
    char byte;
    int fds[2], status;
    put(l, "u", "text");
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        dup2(fds[1], STDOUT_FILENO);
        execl(getenv("SHG_DAEMON"), "shingled", "--data", l->dir, "--listen", "tcp://127.0.0.1:*",
              (char *)NULL);
        _exit(0);
    }
    close(fds[1]);
    ssize_t said = read(fds[0], &byte, 1);
    close(fds[0]);
    kill(pid, SIGKILL); // where it serves, against the rule
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(said, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status));
    expect(ask(l, "GET", NULL, "{'uri':'u'}"), 200);
}

static void c_13_1_reserved_verbs(void **state)
{
    live *l = *state;
    static const char *const verbs[] = {"REPLAY"};
    for (size_t i = 0; i < COUNT(verbs); i++) {
        refused(ask(l, verbs[i], NULL, "{}"), 501, "unknown_verb");
        refused(ask(l, verbs[i], "{\"uri\":\"u\",\"text\":\"t\"}\n", "{'uri':'u'}"), 501,
                "unknown_verb");
    }
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_12_1_ready_line),
        SPEC(c_12_2_several_endpoints),
        SPEC(c_12_3_drains_and_exits),
        SPEC(c_12_3_ends_with_idle_clients),
        SPEC(c_12_3_ends_in_a_flood),
        SPEC(c_12_4_starts_after_kills),
        SPEC(c_12_5_only_what_was_given),
        SPEC(c_12_6_one_server_a_directory),
        SPEC(c_13_1_reserved_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
