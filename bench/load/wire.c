#include "wire.h"
#include "shingled/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *wire_connect(void *zmq, const char *endpoint)
{
    int none = 0;
    void *s = zmq_socket(zmq, ZMQ_DEALER);
    if (s && !zmq_setsockopt(s, ZMQ_SNDHWM, &none, sizeof none) &&
        !zmq_setsockopt(s, ZMQ_RCVHWM, &none, sizeof none) &&
        !zmq_setsockopt(s, ZMQ_LINGER, &none, sizeof none) && !zmq_connect(s, endpoint))
        return s;
    fprintf(stderr, "%s: %s\n", endpoint, zmq_strerror(errno));
    wire_close(&s);
    return NULL;
}

void wire_close(void **socket)
{
    if (*socket)
        zmq_close(*socket);
    *socket = NULL;
}

static bool send_frame(void *socket, wire_bytes b, bool more)
{
    int flags = more ? ZMQ_SNDMORE : 0;
    return b.stable ? zmq_send_const(socket, b.p, b.n, flags) >= 0
                    : zmq_send(socket, b.p, b.n, flags) >= 0;
}

bool wire_send(void *socket, const char *verb, uint64_t rid, wire_bytes header, wire_bytes body)
{
    return send_frame(socket, (wire_bytes){SHG_MAGIC, SHG_MAGIC_LEN, true}, true) &&
           send_frame(socket, (wire_bytes){verb, strlen(verb), true}, true) &&
           send_frame(socket, (wire_bytes){&rid, sizeof rid, false}, true) &&
           send_frame(socket, header, body.p != NULL) &&
           (!body.p || send_frame(socket, body, false));
}

static void keep_header(answer *a, zmq_msg_t *m)
{
    size_t n = zmq_msg_size(m);
    if (a->room < n + 1) {
        free(a->header);
        a->room = 2 * n + 64;
        a->header = malloc(a->room);
    }
    a->len = 0;
    if (!a->header) {
        a->room = 0;
        return;
    }
    memcpy(a->header, zmq_msg_data(m), n);
    a->header[n] = 0;
    a->len = n;
}

// One frame of an answer: magic, status, rid, header.
static void keep(answer *a, int k, zmq_msg_t *m)
{
    char status[SHG_STATUS_LEN + 1] = "";
    size_t n = zmq_msg_size(m);
    if (k == 1 && n == SHG_STATUS_LEN) {
        memcpy(status, zmq_msg_data(m), n);
        a->status = atoi(status);
    } else if (k == 2 && n == sizeof a->rid) {
        memcpy(&a->rid, zmq_msg_data(m), n);
    } else if (k == 3) {
        keep_header(a, m);
    }
}

bool wire_take(void *socket, answer *a)
{
    zmq_msg_t m;
    a->status = 0;
    for (int k = 0, more = 1; more; k++) {
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&m);
            return false;
        }
        keep(a, k, &m);
        more = zmq_msg_more(&m);
        zmq_msg_close(&m);
    }
    return true;
}

bool wire_wait(void *socket, answer *a, int ms)
{
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return wire_take(socket, a) || (zmq_poll(&item, 1, ms) > 0 && wire_take(socket, a));
}

bool wire_ask(void *socket, const char *verb, const char *header, answer *a, int ms)
{
    if (wire_send(socket, verb, 0, (wire_bytes){header, strlen(header), false}, (wire_bytes){0}) &&
        wire_wait(socket, a, ms) && a->status == SHG_STATUS_OK)
        return true;
    fprintf(stderr, "%s: %d %s\n", verb, a->status, a->status ? a->header : "no answer");
    return false;
}

void answer_free(answer *a)
{
    free(a->header);
    *a = (answer){0};
}
