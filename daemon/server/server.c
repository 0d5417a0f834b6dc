#include "server/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/exchange.h"
#include "server/sockets.h"
#include "server/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    WORKERS_MAX = 64,
    READ_BURST = 32,   // messages read between two looks at the replies
    LAST_BURSTS = 512, // read in the end; who floods it must not keep the server alive
    DRAIN_MS = 10000,  // for what was begun, on SIGTERM
    LOOK_MS = 100,     // between two looks while draining, or without memory to read
};

typedef struct server {
    engine *e;
    exchange x;
    void *zmq, *pull; // pull: NULL where none is served
    queue *to_workers, *to_waiter;
    writer *writer;
    pthread_t worker[WORKERS_MAX], waiter;
    unsigned n_workers, n_wanted;
    bool has_waiter;
    int signal_fd; // SIGTERM or SIGINT came
    // of the router's thread alone
    uint64_t sequence; // of the next change
    int64_t drain_until_ns;
    bool starved; // there is something to read, but no memory for it
    atomic_uint_fast64_t requests[VERB_COUNT], dropped, pulled;
    atomic_uint_fast64_t pull_faults[SHG_ERR_COUNT]; // [SHG_OK]: messages without a magic
    atomic_bool abandon; // the time for draining is over: what is left is refused
} server;

// --- on the other threads ---

static void give_reply(server *s, request *q, bool made)
{
    reply *r = &q->reply;
    if (!made) { // the client's own time-out has to tell it
        log_limited(LOG_ERROR, "SHG-NO-MEMORY", "a request got no answer: out of memory");
        request_over(q);
    }
    r->stream = q->batch.stream;
    r->stream_bytes = q->verb == VERB_PUTS ? message_body(&q->message, 0).len : 0;
    r->stream_close = q->batch.close;
    request_empty(q);
    exchange_give(&s->x, q);
}

static void give_over(server *s, request *q)
{
    request_over(q);
    give_reply(s, q, true);
}

static json_t *pull_stats(server *s)
{
    json_t *h = json_object(), *faults = json_object();
    for (int e = 0; e < SHG_ERR_COUNT; e++) {
        uint64_t n = atomic_load(&s->pull_faults[e]);
        if (n)
            json_object_set_new(faults, e ? shg_err_name((shg_err)e) : "no_magic",
                                json_integer((json_int_t)n));
    }
    json_object_set_new(h, "messages", json_integer((json_int_t)atomic_load(&s->pulled)));
    json_object_set_new(h, "faults", faults);
    return h;
}

static void add_server_stats(void *ctx, json_t *h)
{
    server *s = ctx;
    json_t *by_verb = json_object();
    for (verb_id v = VERB_UNKNOWN; v < VERB_COUNT; v++) {
        uint64_t n = atomic_load(&s->requests[v]);
        if (n)
            json_object_set_new(by_verb, verbs[v].name, json_integer((json_int_t)n));
    }
    json_object_set_new(h, "requests", by_verb);
    json_object_set_new(h, "dropped", json_integer((json_int_t)atomic_load(&s->dropped)));
    json_object_set_new(h, "undelivered", json_integer((json_int_t)atomic_load(&s->x.undelivered)));
    json_object_set_new(h, "queue", json_integer((json_int_t)atomic_load(&s->x.queued)));
    if (s->pull)
        json_object_set_new(h, "pull", pull_stats(s));
}

static void work_on_change(server *s, request *q)
{
    request_read_change(q, s->e);
    request *early = q->put.accept && !q->silent ? request_accepted(q) : NULL;
    q->put.accept = early != NULL; // without memory it is answered later, as others are
    if (early) {                   // the request goes on alone, without an address
        exchange_give(&s->x, early);
        exchange_flush(&s->x);
    }
    writer_put(s->writer, q);
}

static bool answer(server *s, request *q)
{
    refusal r = {0};
    if (!atomic_load(&s->abandon))
        return request_answer(q, s->e, add_server_stats, s);
    refuse(&r, SHG_EDRAIN, "the server is shutting down");
    return request_refuse(q, &r);
}

static void work(server *s, lane first, lane second)
{
    for (request *q; (q = queue_take(s->to_workers, first, second));) {
        bool asks = q->verb == VERB_QUERY;
        if (verbs[q->verb].changes) {
            work_on_change(s, q);
            continue;
        }
        give_reply(s, q, answer(s, q));
        exchange_flush(&s->x);
        if (asks)
            engine_answered(s->e);
    }
}

// With two workers or more one is kept for what is quick: a query may take seconds, and an
// article must not wait for it.
static void *run_quick_worker(void *arg)
{
    server *s = arg;
    work(s, LANE_QUICK, s->n_wanted > 1 ? LANE_QUICK : LANE_SLOW);
    return NULL;
}

static void *run_worker(void *arg)
{
    work(arg, LANE_SLOW, LANE_QUICK);
    return NULL;
}

static void *run_waiter(void *arg)
{
    server *s = arg;
    for (request *q; (q = queue_take(s->to_waiter, LANE_QUICK, LANE_QUICK));) {
        bool put = q->verb == VERB_PUT;
        give_reply(s, q, put ? request_matched(q, s->e) : answer(s, q));
        exchange_flush(&s->x);
        if (put)
            writer_matched(s->writer);
    }
    return NULL;
}

static void count_fault(server *s, shg_err e)
{
    atomic_fetch_add(&s->pull_faults[e], 1);
}

// What a reply would have named.
static void count_faults(server *s, const request *q)
{
    const batch *b = &q->batch;
    if (q->change.refusal.err)
        count_fault(s, q->change.refusal.err);
    if (b->refusal.err)
        count_fault(s, b->refusal.err);
    for (size_t i = 0; !b->refusal.err && i < b->n; i++)
        if (b->change[i].refusal.err)
            count_fault(s, b->change[i].refusal.err);
}

static void changed(void *ctx, request *q)
{
    server *s = ctx;
    if (!q) {
        exchange_flush(&s->x);
    } else if (q->silent) {
        count_faults(s, q);
        give_over(s, q);
    } else if (request_waits(q))
        queue_put(s->to_waiter, LANE_QUICK, q);
    else if (q->put.accept)
        give_over(s, q);
    else
        give_reply(s, q, request_changed(q));
}

// --- on the router's thread ---

static void refuse_at_once(server *s, request *q, const refusal *r)
{
    if (q->silent) {
        count_fault(s, r->err);
        return;
    }
    if (request_refuse(q, r))
        exchange_send(&s->x, q);
}

// What stands against a request before anyone looks into it.
static shg_err admit(server *s, request *q, refusal *r)
{
    *r = q->message.refusal;
    if (r->err)
        return r->err;
    if (q->verb == VERB_UNKNOWN)
        return refuse(r, SHG_EVERB, "there is no verb \"%s\"; verbs are upper case",
                      q->message.verb);
    if (q->silent && q->verb != VERB_PUT && q->verb != VERB_PUTS)
        return refuse(r, SHG_EVERB, "only PUT and PUTS can be pushed");
    if (s->x.draining)
        return refuse(r, SHG_EDRAIN, "the server is shutting down");
    if (s->x.pending >= PENDING_MOST || s->x.pending_bytes + q->message.bytes > PENDING_BYTES)
        return refuse(r, SHG_EBUSY, "%zu requests of %zu bytes are waiting", s->x.pending,
                      s->x.pending_bytes);
    return request_admit_batch(q, &s->x.streams, r);
}

static void dispatch(server *s, request *q)
{
    refusal r;
    q->verb = verb_find(q->message.verb);
    atomic_fetch_add(&s->requests[q->verb], 1);
    if (admit(s, q, &r)) {
        if (q->verb == VERB_PUT)
            engine_count_refusal(s->e, r.err);
        refuse_at_once(s, q, &r);
        request_empty(q);
        exchange_keep(&s->x, q);
        return;
    }
    exchange_admit(&s->x, q);
    if (verbs[q->verb].changes)
        q->sequence = s->sequence++;
    if (q->verb == VERB_QUERY)
        engine_asked(s->e);
    const verb *v = &verbs[q->verb];
    q->end = v->waits ? engine_end(s->e) : 0;
    queue_put(v->waits ? s->to_waiter : s->to_workers, v->slow ? LANE_SLOW : LANE_QUICK, q);
}

static void drop(server *s, bool pushed)
{
    if (pushed)
        count_fault(s, SHG_OK);
    else
        atomic_fetch_add(&s->dropped, 1);
}

// True: there may be more.
static bool read_requests(server *s, void *from)
{
    bool pushed = from == s->pull;
    for (int i = 0; i < READ_BURST; i++) {
        if (pushed && !exchange_has_room(&s->x))
            return false;
        request *q = exchange_take(&s->x);
        if (!q) {
            log_limited(LOG_ERROR, "SHG-NO-MEMORY", "requests wait: out of memory");
            s->starved = true;
            return false;
        }
        message_kind kind = message_recv(&q->message, from, !pushed);
        if (kind != MESSAGE_REQUEST)
            exchange_keep(&s->x, q);
        if (kind == MESSAGE_NONE)
            return false;
        atomic_fetch_add(&s->pulled, pushed);
        if (kind == MESSAGE_DROPPED) {
            drop(s, pushed);
            continue;
        }
        q->silent = pushed;
        dispatch(s, q);
    }
    return true;
}

static void begin_drain(server *s)
{
    struct signalfd_siginfo info;
    if (read(s->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    pthread_mutex_lock(&s->x.turn);
    s->x.draining = true;
    log_line(LOG_INFO, "SHG-DRAIN", "signal %u: finishing %zu requests", info.ssi_signo,
             s->x.pending);
    pthread_mutex_unlock(&s->x.turn);
    s->drain_until_ns = clock_mono_ns() + (int64_t)DRAIN_MS * 1000000;
}

// *pulls: what is pushed is to be waited for, too. True: there is more to read now.
static bool take_turn(server *s, bool *pulls)
{
    pthread_mutex_lock(&s->x.turn);
    s->starved = false;
    exchange_send_all(&s->x);
    bool more = read_requests(s, s->x.router);
    if (s->pull && !s->x.draining)
        more |= read_requests(s, s->pull);
    s->x.no_pull = s->pull && !s->x.draining && !exchange_has_room(&s->x);
    *pulls = s->pull && !s->x.draining && !s->x.no_pull;
    s->x.asleep = !more;
    pthread_mutex_unlock(&s->x.turn);
    exchange_flush(&s->x);
    return more;
}

static bool is_drained(server *s)
{
    pthread_mutex_lock(&s->x.turn);
    bool is = !s->x.pending;
    pthread_mutex_unlock(&s->x.turn);
    return is || clock_mono_ns() >= s->drain_until_ns;
}

// Tells what was begun and can't be finished any more that it is over.
static void abandon(server *s)
{
    atomic_store(&s->abandon, true);
    pthread_mutex_lock(&s->x.turn);
    int n = 0;
    while (n < LAST_BURSTS && read_requests(s, s->x.router)) // what came in meanwhile is told 503
        n++;
    if (s->x.pending)
        log_line(LOG_WARN, "SHG-DRAIN", "%zu requests were not finished in %d ms", s->x.pending,
                 DRAIN_MS);
    pthread_mutex_unlock(&s->x.turn);
}

// The sockets' descriptors tell of changes only: all there was to read has been read before. Where
// there was no memory for it they may tell of nothing more, or without end: it is looked for again
// in a while.
static shg_err route(server *s, char *why, size_t why_len)
{
    enum { ROUTER, WAKE, SIGNAL, PULL, FDS };
    struct pollfd fds[FDS] = {[WAKE] = {.fd = s->x.wake_fd}, [SIGNAL] = {.fd = s->signal_fd}};
    int router_fd = socket_fd(s->x.router), pull_fd = s->pull ? socket_fd(s->pull) : -1;
    for (int i = 0; i < FDS; i++)
        fds[i].events = POLLIN;
    while (!s->x.draining || !is_drained(s)) {
        bool pulls;
        int ms = take_turn(s, &pulls) ? 0 : s->x.draining || s->starved ? LOOK_MS : -1;
        fds[ROUTER].fd = s->starved ? -1 : router_fd;
        fds[PULL].fd = pulls && !s->starved ? pull_fd : -1;
        if (poll(fds, FDS, ms) < 0 && errno != EINTR) {
            snprintf(why, why_len, "poll failed: %s", strerror(errno));
            return SHG_EIO;
        }
        if (fds[WAKE].revents)
            exchange_clear_wake(&s->x);
        if (fds[SIGNAL].revents && !s->x.draining)
            begin_drain(s);
    }
    abandon(s);
    return SHG_OK;
}

// --- start and stop ---

static shg_err bind_all(server *s, const server_opts *o, char *ready, size_t room, char *why,
                        size_t why_len)
{
    shg_err err = SHG_OK;
    snprintf(ready, room, "ready");
    for (size_t i = 0; !err && i < o->n_listen; i++)
        err = socket_bind(s->x.router, "listen", o->listen[i], ready, room, why, why_len);
    if (!err && s->pull)
        err = socket_bind(s->pull, "pull", o->pull, ready, room, why, why_len);
    return err;
}

static shg_err open_sockets(server *s, const server_opts *o, char *why, size_t why_len)
{
    s->zmq = zmq_ctx_new();
    s->x.router = s->zmq ? socket_open(s->zmq, ZMQ_ROUTER) : NULL;
    s->pull = s->x.router && o->pull ? socket_open(s->zmq, ZMQ_PULL) : NULL;
    if (s->x.router && (s->pull || !o->pull))
        return SHG_OK;
    snprintf(why, why_len, "can't make a socket: %s", zmq_strerror(errno));
    return SHG_EIO;
}

static shg_err open_fds(server *s, char *why, size_t why_len)
{
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    s->signal_fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
    shg_err err = s->signal_fd < 0 ? SHG_EIO : exchange_open(&s->x);
    if (err)
        snprintf(why, why_len, "can't make a file descriptor, or a queue: %s", strerror(errno));
    return err;
}

static shg_err start_threads(server *s, unsigned workers)
{
    // Every request under way has at most one place in each queue.
    shg_err err = queue_open(&s->to_workers, PENDING_MOST);
    if (!err)
        err = queue_open(&s->to_waiter, PENDING_MOST);
    if (!err)
        err = writer_start(&s->writer, s->e, PENDING_MOST, changed, s);
    if (!err)
        err = pthread_create(&s->waiter, NULL, run_waiter, s) ? SHG_ENOMEM : SHG_OK;
    s->has_waiter = !err;
    s->n_wanted = workers;
    while (!err && s->n_workers < workers && s->n_workers < WORKERS_MAX) {
        void *(*run)(void *) = s->n_workers ? run_worker : run_quick_worker;
        err = pthread_create(&s->worker[s->n_workers], NULL, run, s) ? SHG_ENOMEM : SHG_OK;
        s->n_workers += !err;
    }
    return err;
}

// In the order in which requests pass: each stage is empty when the next one stops.
static void stop(server *s)
{
    if (s->to_workers)
        queue_close(s->to_workers);
    for (unsigned i = 0; i < s->n_workers; i++)
        pthread_join(s->worker[i], NULL);
    writer_stop(s->writer);
    if (s->to_waiter)
        queue_close(s->to_waiter);
    if (s->has_waiter)
        pthread_join(s->waiter, NULL);
    writer_free(&s->writer);
    if (s->x.replies)
        exchange_flush(&s->x);
    queue_free(&s->to_workers);
    queue_free(&s->to_waiter);
    exchange_fini(&s->x);
    if (s->pull)
        zmq_close(s->pull);
    if (s->x.router)
        zmq_close(s->x.router);
    if (s->zmq)
        zmq_ctx_term(s->zmq);
    if (s->signal_fd >= 0)
        close(s->signal_fd);
    free(s);
}

shg_err server_run(engine *e, const server_opts *o, char *why, size_t why_len)
{
    char ready[4096];
    server *s = calloc(1, sizeof *s);
    if (!s) {
        snprintf(why, why_len, "out of memory");
        return SHG_ENOMEM;
    }
    s->e = e;
    exchange_init(&s->x);
    s->signal_fd = -1;
    shg_err err = open_fds(s, why, why_len);
    if (!err)
        err = open_sockets(s, o, why, why_len);
    if (!err)
        err = bind_all(s, o, ready, sizeof ready, why, why_len);
    if (!err) {
        err = start_threads(s, o->workers);
        if (err)
            snprintf(why, why_len, "can't start threads: %s", shg_err_text(err));
    }
    if (!err) {
        puts(ready);
        fflush(stdout);
        err = route(s, why, why_len);
    }
    engine_stop(e); // whoever still waits is told
    stop(s);
    return err;
}
