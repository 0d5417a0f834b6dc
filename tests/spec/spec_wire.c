// PROTOCOL.md, chapters 2 and 14: what no ZeroMQ library sends, and the examples, byte for byte.
#include "live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int tcp_connect(const live *l)
{
    unsigned port = 0;
    assert_int_equal(sscanf(l->endpoint[0], "tcp://127.0.0.1:%u", &port), 1);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static void tcp_write(int fd, const void *bytes, size_t len)
{
    const char *p = bytes;
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; // the server may hang up on us: that is its right
        p += n;
        len -= (size_t)n;
    }
}

static void tcp_read(int fd, void *out, size_t len)
{
    assert_int_equal(recv(fd, out, len, MSG_WAITALL), len);
}

// RFC 23/ZMTP 3.0: greeting with the NULL mechanism, then READY as a DEALER. In lockstep:
// libzmq 4.3 hangs up on a peer whose messages are there before it has greeted.
static void zmtp_greet(int fd)
{
    static const char greeting[64] = "\xff\0\0\0\0\0\0\0\0\x7f\3\0NULL";
    static const char ready[] = "\x04\x1c\5READY\013Socket-Type\0\0\0\6DEALER";
    struct timeval wait = {.tv_sec = LIVE_WAIT_MS / 1000};
    char in[256];
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    tcp_write(fd, greeting, sizeof greeting);
    tcp_read(fd, in, 64);
    tcp_write(fd, ready, sizeof ready - 1);
    tcp_read(fd, in, 2); // the head of its READY, a short command
    tcp_read(fd, in, (unsigned char)in[1]);
}

// A short frame with more to follow.
static void zmtp_more(int fd, const char *s)
{
    unsigned char head[2] = {1, (unsigned char)strlen(s)};
    tcp_write(fd, head, sizeof head);
    tcp_write(fd, s, strlen(s));
}

// half_a_put runs in a child: a whole PUT but for its end, then waits to be killed.
static void half_a_put(int fd, int told, bool inside_frame)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    zmtp_more(fd, "SHG1");
    zmtp_more(fd, "PUT");
    zmtp_more(fd, "r");
    zmtp_more(fd, "{\"uri\":\"half\"}");
    if (inside_frame) {
        static const unsigned char long_head[9] = {2, 0,    0, 0, 0,
                                                   0, 0x10, 0, 0}; // 1 MiB, the last frame
        static char part[100000];
        memset(part, 'x', sizeof part);
        tcp_write(fd, long_head, sizeof long_head);
        tcp_write(fd, part, sizeof part);
    } else {
        zmtp_more(fd, "a whole text, but one more frame was announced");
    }
    if (write(told, "x", 1) == 1)
        pause();
    _exit(0);
}

static void c_2_21_killed_inside_a_message(void **state)
{
    live *l = *state;
    for (int inside = 0; inside < 2; inside++) {
        int fds[2], fd = tcp_connect(l), status;
        char byte;
        assert_int_equal(pipe(fds), 0);
        zmtp_greet(fd);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (!pid)
            half_a_put(fd, fds[1], inside);
        close(fd);
        assert_int_equal(read(fds[0], &byte, 1), 1);
        expect(ask(l, "PING", NULL, "{}"), 200); // while the half message lies there
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        close(fds[0]);
        close(fds[1]);
        refused(ask(l, "GET", NULL, "{'uri':'half'}"), 404, "not_found");
        put(l, "whole", "a text that arrived whole");
    }
    reply *r = ask(l, "STATS", NULL, "{}");
    expect_num(r, "articles", 1);
    expect_num(r, "requests.PUT", 2);
}

static void c_2_21_the_bytes_are_right(void **state)
{
    live *l = *state;
    int fd = tcp_connect(l); // the same bytes with their end are a PUT: the test above is not void
    zmtp_greet(fd);
    zmtp_more(fd, "SHG1");
    zmtp_more(fd, "PUT");
    zmtp_more(fd, "r");
    zmtp_more(fd, "{\"uri\":\"half\"}");
    tcp_write(fd, "\0\4text", 6);
    char in[14];
    tcp_read(fd, in, sizeof in);
    assert_memory_equal(in, "\1\4SHG1\1\003200\1\1r", 14);
    close(fd);
    expect(ask(l, "GET", NULL, "{'uri':'half'}"), 200);
}

static void c_2_22_not_zmtp(void **state)
{
    live *l = *state;
    uint64_t seed = t_seed();
    char noise[20000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)t_random(&seed);
    static const char http[] = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    int fds[20];
    for (int i = 0; i < 20; i++) {
        fds[i] = tcp_connect(l);
        if (i % 4 == 1)
            tcp_write(fds[i], http, sizeof http - 1);
        if (i % 4 == 2)
            tcp_write(fds[i], noise, sizeof noise);
        if (i % 4 == 3) {
            zmtp_greet(fds[i]);
            tcp_write(fds[i], noise, sizeof noise);
        }
        expect(ask(l, "PING", NULL, "{}"), 200);
    }
    for (int i = 0; i < 20; i++)
        close(fds[i]);
    put(l, "u", "still here");
}

// ---- the examples of chapter 14

typedef struct example {
    unsigned char bytes[16][64];
    frame sent[16];
    size_t n_sent, n_read;
    const reply *reply;
} example;

static size_t read_hex(unsigned char *out, char *p)
{
    size_t n = 0;
    char *comment = strchr(p, ';'), *end = p;
    if (comment)
        *comment = 0;
    for (; n < 64; p = end, n++) {
        unsigned long v = strtoul(p, &end, 16);
        if (end == p)
            break;
        out[n] = (unsigned char)v;
    }
    return n;
}

static void example_line(live *l, example *e, char *line)
{
    unsigned char bytes[64];
    if (line[0] == '>') {
        assert_true(e->n_sent < 16);
        unsigned char *p = e->bytes[e->n_sent];
        e->sent[e->n_sent++] = (frame){p, read_hex(p, line + 1)};
        return;
    }
    if (line[0] != '<')
        return;
    if (!e->reply)
        e->reply = live_call(l, l->dealer, e->sent, e->n_sent);
    assert_true(e->n_read < e->reply->n);
    frame got = e->reply->frames[e->n_read++];
    if (line[1] == '*')
        return;
    assert_int_equal(read_hex(bytes, line + 1), got.len);
    assert_memory_equal(bytes, got.p, got.len);
}

static void c_2_23_examples(void **state)
{
    live *l = *state;
    char path[4096], line[512];
    snprintf(path, sizeof path, "%s/../../include/shingled/PROTOCOL.md", getenv("SHG_SPEC_DIR"));
    FILE *text = fopen(path, "r");
    assert_non_null(text);
    example e;
    bool inside = false;
    int examples = 0;
    while (fgets(line, sizeof line, text)) {
        if (inside)
            example_line(l, &e, line);
        if (strncmp(line, "```", 3))
            continue;
        if (inside) {
            assert_non_null(e.reply);
            assert_int_equal(e.n_read, e.reply->n);
            examples++;
        }
        inside = !strcmp(line, "```frames\n");
        memset(&e, 0, sizeof e);
    }
    fclose(text);
    assert_true(examples >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_2_21_killed_inside_a_message),
        SPEC(c_2_21_the_bytes_are_right),
        SPEC(c_2_22_not_zmtp),
        SPEC(c_2_23_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
