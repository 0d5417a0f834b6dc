// server.h - SHG1 over a ROUTER socket, and a PULL socket where asked for: threads, queues, drain.
// Layer: server.  May include: engine, base, zmq.
#ifndef SHINGLED_SERVER_SERVER_H
#define SHINGLED_SERVER_SERVER_H
#include "engine/engine.h"

typedef struct server_opts {
    const char **listen; // endpoints to bind; at least one
    size_t n_listen;
    const char *pull; // endpoint of the PULL socket, or NULL
    unsigned workers; // threads that read and answer; at least 1
} server_opts;

// server_run binds, prints the ready line on stdout and serves until SIGTERM or SIGINT, which
// the caller has blocked in all threads. It then finishes what it has begun and returns
// SHG_OK. Otherwise why (of why_len bytes) says what went wrong.
SHG_MUST_CHECK shg_err server_run(engine *e, const server_opts *o, char *why, size_t why_len);

#endif
