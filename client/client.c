// client.c - libshingled: a DEALER socket, its monitor, and the table of what is in flight.
//
// The monitor is what tells "nobody listens" from "listens and is slow", and what tells
// which requests went down with a connection: each request remembers the life (number of
// the connection) it was sent in, and a life ends with the monitor's DISCONNECTED.
#include "client_inside.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum {
    CONNECT_MS = 3000,
    ANSWER_MS = 30000,
    WINDOW = 64,
    RECONNECT_MS = 100,      // first wait before a new try, doubling up to
    RECONNECT_MAX_MS = 1000, // this
    HEARTBEAT_MS = 5000,     // a peer that is silent for three of them is taken for dead
};

shg_client_err shg_client_fail(shg_client *c, shg_client_err e, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->why, sizeof c->why, format, args);
    va_end(args);
    return e;
}

shg_client_err shg_client_fail_zmq(shg_client *c, const char *what)
{
    if (errno == EINTR)
        return shg_client_fail(c, SHG_CLIENT_EINTR, "interrupted by a signal");
    return shg_client_fail(c, SHG_CLIENT_EZMQ, "%s: %s", what, zmq_strerror(errno));
}

// -- time -------------------------------------------------------------------------------

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// A wait that may be for ever.
typedef struct deadline {
    int64_t at; // in now_ms; -1 = never
    int64_t from;
} deadline;

static deadline deadline_in(int wait_ms)
{
    int64_t now = now_ms();
    return (deadline){wait_ms < 0 ? -1 : now + wait_ms, now};
}

static long left_ms(deadline d)
{
    if (d.at < 0)
        return -1;
    int64_t left = d.at - now_ms();
    return left > 0 ? (long)left : 0;
}

static double waited_s(deadline d)
{
    return (double)(now_ms() - d.from) / 1000;
}

// -- the monitor ------------------------------------------------------------------------

// One event: a frame of event (16 bits) and value (32), then one of the address.
static bool monitor_next(shg_client *c, unsigned *event)
{
    unsigned char head[6];
    char address[256];
    if (zmq_recv(c->monitor, head, sizeof head, ZMQ_DONTWAIT) != (int)sizeof head)
        return false;
    uint16_t code;
    memcpy(&code, head, sizeof code); // in the byte order of this machine
    *event = code;
    (void)zmq_recv(c->monitor, address, sizeof address, ZMQ_DONTWAIT);
    return true;
}

static void monitor_drain(shg_client *c)
{
    unsigned event;
    while (c->monitor && monitor_next(c, &event)) {
        if (event == ZMQ_EVENT_CONNECTED)
            c->tcp_up = true;
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED)
            c->up = c->was_up = true;
        if (event == ZMQ_EVENT_DISCONNECTED && c->up) {
            c->up = false;
            c->life++;
        }
    }
}

static shg_client_err monitor_open(shg_client *c)
{
    char name[64];
    snprintf(name, sizeof name, "inproc://shg-monitor-%p", (void *)c);
    int events = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED;
    if (zmq_socket_monitor(c->sock, name, events))
        return shg_client_fail_zmq(c, "socket monitor");
    c->monitor = zmq_socket(c->ctx, ZMQ_PAIR);
    if (!c->monitor || zmq_connect(c->monitor, name))
        return shg_client_fail_zmq(c, "socket monitor");
    return SHG_CLIENT_OK;
}

// Waits until the socket shows one of `events` or the monitor spoke.
static shg_client_err wait_for(shg_client *c, short events, deadline d)
{
    zmq_pollitem_t items[2] = {{c->sock, 0, events, 0}, {c->monitor, 0, ZMQ_POLLIN, 0}};
    if (zmq_poll(items, 2, left_ms(d)) < 0)
        return shg_client_fail_zmq(c, "poll");
    monitor_drain(c);
    return SHG_CLIENT_OK;
}

// -- open and close ---------------------------------------------------------------------

static int or_default(int given, int preset)
{
    return given ? given : preset;
}

shg_client_err shg_client_new(shg_client **out, const shg_client_opts *opts)
{
    shg_client_opts o = {0};
    if (opts)
        memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    shg_client *c = *out = calloc(1, sizeof *c);
    if (!c)
        return SHG_CLIENT_ENOMEM;
    c->connect_ms = or_default(o.connect_ms, CONNECT_MS);
    c->answer_ms = or_default(o.answer_ms, ANSWER_MS);
    c->window = o.window ? o.window : WINDOW;
    if (c->window > SHG_CLIENT_WINDOW_MAX)
        c->window = SHG_CLIENT_WINDOW_MAX;
    c->flights = calloc(c->window, sizeof *c->flights);
    c->ctx = zmq_ctx_new();
    c->sock = c->ctx ? zmq_socket(c->ctx, ZMQ_DEALER) : NULL;
    if (c->flights && c->sock)
        return SHG_CLIENT_OK;
    shg_client_close(out);
    return SHG_CLIENT_ENOMEM;
}

void shg_client_close(shg_client **client)
{
    shg_client *c = *client;
    *client = NULL;
    if (!c)
        return;
    if (c->sock) {
        int none = 0;
        zmq_setsockopt(c->sock, ZMQ_LINGER, &none, sizeof none);
        zmq_socket_monitor(c->sock, NULL, 0);
        zmq_close(c->sock);
    }
    if (c->monitor)
        zmq_close(c->monitor);
    if (c->ctx)
        while (zmq_ctx_term(c->ctx) && errno == EINTR)
            ;
    free(c->flights);
    free(c);
}

static bool set_int(shg_client *c, int option, int value)
{
    return zmq_setsockopt(c->sock, option, &value, sizeof value) == 0;
}

// ZMQ_IMMEDIATE keeps requests out of the queue of a connection that does not exist, so
// that what send took has been given to a peer that shook hands.
static shg_client_err set_options(shg_client *c)
{
    int64_t frame_max = SHG_FRAME_MAX;
    int queue = (int)c->window * 2 > 1000 ? (int)c->window * 2 : 1000;
    bool ok = set_int(c, ZMQ_IMMEDIATE, 1) && set_int(c, ZMQ_LINGER, 0) &&
              set_int(c, ZMQ_SNDHWM, queue) && set_int(c, ZMQ_RCVHWM, queue) &&
              set_int(c, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
              set_int(c, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) &&
              set_int(c, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
              set_int(c, ZMQ_HEARTBEAT_TIMEOUT, 3 * HEARTBEAT_MS) && set_int(c, ZMQ_IPV6, 1) &&
              !zmq_setsockopt(c->sock, ZMQ_MAXMSGSIZE, &frame_max, sizeof frame_max);
    return ok ? SHG_CLIENT_OK : shg_client_fail_zmq(c, "socket options");
}

static shg_client_err no_server(shg_client *c, deadline d)
{
    if (c->was_up)
        return shg_client_fail(c, SHG_CLIENT_ENOSERVER,
                               "the server at %s went away and did not come back within %.1f s",
                               c->endpoint, waited_s(d));
    if (c->tcp_up)
        return shg_client_fail(
            c, SHG_CLIENT_ENOSERVER,
            "no server at %s: something listens there, but did not shake hands as "
            "ZeroMQ within %.1f s; is this shingled's port, and not that of a web page?",
            c->endpoint, waited_s(d));
    return shg_client_fail(
        c, SHG_CLIENT_ENOSERVER,
        "no server at %s: waited %.1f s for a connection; is shingled running, and does "
        "its \"ready\" line name this endpoint?",
        c->endpoint, waited_s(d));
}

shg_client_err shg_client_connect(shg_client *c, const char *endpoint)
{
    if (!c)
        return SHG_CLIENT_ENOMEM;
    if (c->monitor)
        return shg_client_fail(c, SHG_CLIENT_EREQUEST, "this client is connected to %s already",
                               c->endpoint);
    snprintf(c->endpoint, sizeof c->endpoint, "%s", endpoint);
    shg_client_err e = set_options(c);
    if (!e)
        e = monitor_open(c);
    if (e)
        return e;
    if (zmq_connect(c->sock, endpoint))
        return shg_client_fail(
            c, SHG_CLIENT_EENDPOINT,
            "\"%s\" is not an endpoint (%s); one looks like " SHG_DEFAULT_ENDPOINT, endpoint,
            zmq_strerror(errno));
    if (!strncmp(endpoint, "inproc:", 7)) // no handshake to wait for
        return SHG_CLIENT_OK;
    deadline d = deadline_in(c->connect_ms);
    while (!e && !c->up) {
        if (left_ms(d) == 0)
            return no_server(c, d);
        e = wait_for(c, 0, d);
    }
    return e;
}

// -- what is in flight ------------------------------------------------------------------

static bool flight_end(shg_client *c, uint64_t tag)
{
    for (size_t i = 0; i < c->n_flights; i++) {
        if (c->flights[i].tag != tag)
            continue;
        c->n_flights--;
        memmove(c->flights + i, c->flights + i + 1, (c->n_flights - i) * sizeof *c->flights);
        return true;
    }
    return false;
}

static bool flight_known(const shg_client *c, uint64_t tag)
{
    for (size_t i = 0; i < c->n_flights; i++)
        if (c->flights[i].tag == tag)
            return true;
    return false;
}

// Ends the oldest request of an earlier life, if there is one.
static bool flight_lost(shg_client *c, uint64_t *tag)
{
    if (!c->n_flights || c->flights[0].life == c->life)
        return false; // lives only rise along the table
    *tag = c->flights[0].tag;
    return flight_end(c, *tag);
}

size_t shg_client_pending(const shg_client *c)
{
    return c ? c->n_flights : 0;
}

const char *shg_client_why(const shg_client *c)
{
    if (!c)
        return "out of memory";
    return c->why;
}

// -- send -------------------------------------------------------------------------------

static bool is_verb(const char *verb)
{
    size_t n = strlen(verb);
    if (n < 1 || n > SHG_VERB_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        if (verb[i] != '-' && (verb[i] < 'A' || verb[i] > 'Z'))
            return false;
    return true;
}

static shg_client_err check_request(shg_client *c, const char *verb, const shg_body *body,
                                    size_t n_bodies)
{
    if (!c->monitor)
        return shg_client_fail(c, SHG_CLIENT_EREQUEST,
                               "not connected: call shg_client_connect first");
    if (!is_verb(verb))
        return shg_client_fail(c, SHG_CLIENT_EREQUEST, "\"%.32s\" is no verb: 1 to %d of A-Z and -",
                               verb, SHG_VERB_MAX);
    if (n_bodies > SHG_FRAMES_MAX - REPLY_FRAMES)
        return shg_client_fail(c, SHG_CLIENT_EREQUEST, "%zu body frames are more than %d", n_bodies,
                               SHG_FRAMES_MAX - REPLY_FRAMES);
    for (size_t i = 0; i < n_bodies; i++)
        if (body[i].len > SHG_FRAME_MAX)
            return shg_client_fail(c, SHG_CLIENT_EREQUEST,
                                   "a body of %zu bytes is over the %d of a frame", body[i].len,
                                   SHG_FRAME_MAX);
    return SHG_CLIENT_OK;
}

// The first frame waits for a connection; libzmq then takes the others with it. *life is that
// of the connection as it was known before: if it was dying, what goes into its pipe is lost with
// it, and must count as sent in the life that ended.
static shg_client_err send_magic(shg_client *c, unsigned *life)
{
    deadline d = deadline_in(c->answer_ms);
    for (;;) {
        monitor_drain(c);
        *life = c->life;
        // A connection that ended may still have its pipe: what goes in there then is lost unseen.
        bool gone = c->was_up && !c->up;
        if (!gone && zmq_send(c->sock, SHG_MAGIC, SHG_MAGIC_LEN, ZMQ_DONTWAIT | ZMQ_SNDMORE) >= 0)
            break;
        if (!gone && errno != EAGAIN)
            return shg_client_fail_zmq(c, "send");
        if (left_ms(d) == 0)
            return no_server(c, d);
        shg_client_err e = wait_for(c, gone ? 0 : ZMQ_POLLOUT, d);
        if (e)
            return e;
    }
    return SHG_CLIENT_OK;
}

static bool send_frame(shg_client *c, const void *data, size_t len, bool more)
{
    int sent;
    do
        sent = zmq_send(c->sock, data, len, more ? ZMQ_SNDMORE : 0);
    while (sent < 0 && errno == EINTR); // a message is sent whole or not at all
    return sent >= 0;
}

static void tag_store(unsigned char out[8], uint64_t tag)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)(tag >> (56 - 8 * i));
}

shg_client_err shg_client_send(shg_client *c, const char *verb, const char *header,
                               const shg_body *body, size_t n_bodies, uint64_t *tag)
{
    if (!c)
        return SHG_CLIENT_ENOMEM;
    shg_client_err e = check_request(c, verb, body, n_bodies);
    if (e)
        return e;
    if (c->n_flights == c->window)
        return shg_client_fail(c, SHG_CLIENT_EWINDOW, "%u requests are in flight already",
                               c->window);
    unsigned life;
    e = send_magic(c, &life);
    if (e)
        return e;
    unsigned char rid[8];
    tag_store(rid, c->last_tag + 1);
    bool ok = send_frame(c, verb, strlen(verb), true) && send_frame(c, rid, sizeof rid, true) &&
              send_frame(c, header, header ? strlen(header) : 0, n_bodies > 0);
    for (size_t i = 0; ok && i < n_bodies; i++)
        ok = send_frame(c, body[i].data, body[i].len, i + 1 < n_bodies);
    if (!ok)
        return shg_client_fail_zmq(c, "send");
    c->flights[c->n_flights++] = (flight){++c->last_tag, life};
    if (tag)
        *tag = c->last_tag;
    return SHG_CLIENT_OK;
}

// -- receive ----------------------------------------------------------------------------

// Answers to nobody (of a call given up) are passed over.
static shg_client_err next_reply(shg_client *c, shg_reply *r, bool *got)
{
    for (;;) {
        shg_client_err e = shg_reply_read(c, r, got);
        if (e || !*got)
            return e;
        if (r->status == SHG_STATUS_PARTIAL ? flight_known(c, r->tag) : flight_end(c, r->tag))
            return SHG_CLIENT_OK;
        shg_reply_free(r);
    }
}

shg_client_err shg_client_recv(shg_client *c, shg_reply *reply, int wait_ms)
{
    memset(reply, 0, sizeof *reply);
    if (!c)
        return SHG_CLIENT_ENOMEM;
    if (!c->n_flights)
        return shg_client_fail(c, SHG_CLIENT_EWINDOW, "nothing is in flight");
    deadline d = deadline_in(wait_ms);
    for (;;) {
        monitor_drain(c); // first: what the peer sent before it went is in the queue by then
        bool got;
        shg_client_err e = next_reply(c, reply, &got);
        if (e || got)
            return e;
        if (flight_lost(c, &reply->tag))
            return shg_client_fail(c, SHG_CLIENT_ELOST,
                                   "the connection to %s was lost before the answer came",
                                   c->endpoint);
        if (left_ms(d) == 0)
            return shg_client_fail(c, SHG_CLIENT_ETIMEOUT, "no answer from %s within %.1f s%s",
                                   c->endpoint, waited_s(d),
                                   c->up ? ", though it is connected: it may be busy" : "");
        e = wait_for(c, ZMQ_POLLIN, d);
        if (e)
            return e;
    }
}

// With nothing else in flight the next answer is its own.
shg_client_err shg_client_call(shg_client *c, const char *verb, const char *header,
                               const shg_body *body, size_t n_bodies, shg_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    if (!c)
        return SHG_CLIENT_ENOMEM;
    if (c->n_flights)
        return shg_client_fail(c, SHG_CLIENT_EWINDOW,
                               "%zu requests are in flight: receive their answers", c->n_flights);
    uint64_t tag = 0;
    shg_client_err e = shg_client_send(c, verb, header, body, n_bodies, &tag);
    if (!e)
        e = shg_client_recv(c, reply, c->answer_ms);
    if (e)
        flight_end(c, tag);
    return e;
}
