// client_inside.h - what the parts of libshingled share; not installed, nothing of it exported.
#ifndef SHINGLED_CLIENT_INSIDE_H
#define SHINGLED_CLIENT_INSIDE_H
#include "shingled/client.h"

#include <stdbool.h>
#include <stdint.h>

// The least an answer has: magic, status, rid, header.
enum { REPLY_FRAMES = 4 };

// A request that waits for its answer, and the life it was sent in.
typedef struct flight {
    uint64_t tag;
    unsigned life;
} flight;

struct shg_client {
    void *ctx, *sock, *monitor;
    int connect_ms, answer_ms;
    unsigned window;
    flight *flights; // n_flights, in the order of sending
    size_t n_flights;
    uint64_t last_tag;
    unsigned life; // connections lost so far
    bool up;       // shaken hands, now
    bool was_up;   // has shaken hands at least once
    bool tcp_up;   // the transport came up at least once
    char endpoint[256];
    char why[512]; // the sentence of shg_client_why
};

// shg_client_fail keeps the sentence of shg_client_why, and returns e.
__attribute__((format(printf, 3, 4), visibility("hidden"))) shg_client_err
shg_client_fail(shg_client *c, shg_client_err e, const char *format, ...);

// shg_client_fail_zmq does so for what errno says of a call to libzmq.
__attribute__((visibility("hidden"))) shg_client_err shg_client_fail_zmq(shg_client *c,
                                                                         const char *what);

// shg_reply_read reads the next answer that is there, without waiting. *got: one came and was read;
// without one SHG_CLIENT_OK and *got false.
__attribute__((visibility("hidden"))) shg_client_err shg_reply_read(shg_client *c, shg_reply *r,
                                                                    bool *got);

#endif
