// wire.h - SHG1 requests and answers over a DEALER of the driver.
// Threads: a socket is one thread's.
#ifndef SHINGLED_BENCH_WIRE_H
#define SHINGLED_BENCH_WIRE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

typedef struct wire_bytes {
    const void *p;
    size_t n;
    bool stable; // they stay where they are until the socket is closed, and need no copy
} wire_bytes;

typedef struct answer {
    int status; // 0: none came
    uint64_t rid;
    char *header; // the JSON, ended by a 0; grown as needed, freed by answer_free
    size_t len, room;
} answer;

// wire_connect opens a DEALER without limits on its queues; NULL, with a sentence on stderr.
void *wire_connect(void *zmq, const char *endpoint);
void wire_close(void **socket);

// wire_send sends one request; a body with p NULL is left out.
bool wire_send(void *socket, const char *verb, uint64_t rid, wire_bytes header, wire_bytes body);

// wire_take takes the next answer if one is there, wire_wait waits for at most `ms`.
bool wire_take(void *socket, answer *a);
bool wire_wait(void *socket, answer *a, int ms);

// wire_ask sends and waits; false, with a sentence on stderr, where no 200 came.
bool wire_ask(void *socket, const char *verb, const char *header, answer *a, int ms);

void answer_free(answer *a);

#endif
