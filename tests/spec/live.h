// live.h - a running daemon of one's own, and requests to it frame by frame over raw ZeroMQ.
//
// Every function fails the cmocka test that calls it where something is not as it must be: no
// result needs checking. Nothing waits longer than live_wait_ms. Headers are written with ' for ".
// Reads $SHG_DAEMON (the program) and $SHG_SPEC_DIR (this folder).
#ifndef SHINGLED_TESTS_SPEC_LIVE_H
#define SHINGLED_TESTS_SPEC_LIVE_H
#include "t.h"

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

enum { LIVE_WAIT_MS = 15000, LIVE_FRAMES = 80, LIVE_ENDPOINTS = 2 };

// LIVE_WAIT_MS, times $SHG_SLOWER in an instrumented build.
int live_wait_ms(void);

typedef struct frame {
    const void *p;
    size_t len;
} frame;

#define F(literal) ((frame){literal, sizeof literal - 1})

typedef struct reply {
    frame frames[LIVE_FRAMES]; // all of them, as received
    size_t n, n_envelope, n_body;
    int status;
    frame rid, body; // body: the first body frame
    json_t *header;
    struct reply *next;
} reply;

typedef struct live {
    char dir[64]; // its data directory
    char endpoint[LIVE_ENDPOINTS][64];
    size_t n_endpoints;
    char ready[256]; // the line it printed when it served
    bool pulls;      // started with --pull
    char pull[64];   // its endpoint then
    pid_t pid;       // 0: not running
    int out;         // its standard output
    void *zmq, *dealer;
    reply *replies; // all that were received; freed with the daemon
    json_t *samples;
} live;

// live_new makes a data directory and starts a daemon on it; live_free ends what runs, checks
// that it exits with status 0 and printed nothing more, and removes the directory.
live *live_new(size_t n_endpoints);
void live_free(live **l);

// live_start and live_end start and end the daemon of a handle: the same directory, another port.
// live_end returns the wait status.
void live_start(live *l);
int live_end(live *l, int signal);

// live_pull starts it again with a PULL socket.
void live_pull(live *l);

// cmocka setup and teardown: *state is a fresh live with one endpoint.
int live_setup(void **state);
int live_teardown(void **state);

// live_socket connects a socket of a type; the caller closes it.
void *live_socket(live *l, int type);
void live_send(void *socket, const frame *frames, size_t n);
reply *live_recv(live *l, void *socket);
bool live_silent(void *socket, int ms); // nothing arrives within ms
reply *live_call(live *l, void *socket, const frame *frames, size_t n);

// ask sends a request with one body (NULL: none) over the handle's DEALER socket; the header
// is a printf format. ask_bytes takes any bytes as body, ask2 two bodies.
__attribute__((format(printf, 4, 5))) reply *ask(live *l, const char *verb, const char *body,
                                                 const char *header, ...);
reply *ask_bytes(live *l, const char *verb, const char *header, const void *body, size_t len);
reply *ask2(live *l, const char *verb, const char *header, const char *a, const char *b);

// put stores a text under a uri and expects 200; put_sample stores a sample as it is.
reply *put(live *l, const char *uri, const char *text);
reply *put_sample(live *l, const char *name);
const char *sample(live *l, const char *name, const char *field); // "text", "uri", ...
void put_bridges(live *l); // the samples bridge, bridge_*, garden

// Values by path: "matches.0.uri". at returns NULL where there is none, the others fail.
json_t *at(const reply *r, const char *path);
const char *str_at(const reply *r, const char *path);
double num_at(const reply *r, const char *path);
bool bool_at(const reply *r, const char *path);
size_t len_at(const reply *r, const char *path); // of a list
json_t *with(const reply *r, const char *list, const char *key,
             const char *value); // element; NULL if none

// match_of finds the match that is a sample; NULL if none. str_of and num_of read a member.
json_t *match_of(live *l, const reply *r, const char *name);
const char *str_of(const json_t *object, const char *key);
double num_of(const json_t *object, const char *key);

void expect(const reply *r, int status);
void refused(const reply *r, int status, const char *error);
void expect_str(const reply *r, const char *path, const char *value);
void expect_num(const reply *r, const char *path, double value);
void expect_body(const reply *r, const void *bytes, size_t len);

#define SPEC(test) cmocka_unit_test_setup_teardown(test, live_setup, live_teardown)

#endif
