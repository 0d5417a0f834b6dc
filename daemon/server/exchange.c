#include "server/exchange.h"
#include "server/sockets.h"

#include <sys/eventfd.h>
#include <unistd.h>

enum { IDLE_MOST = 1024 }; // requests that are kept for further messages

void exchange_init(exchange *x)
{
    x->wake_fd = -1;
    pthread_mutex_init(&x->turn, NULL);
}

shg_err exchange_open(exchange *x)
{
    x->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (x->wake_fd < 0)
        return SHG_EIO;
    return queue_open(&x->replies, PENDING_MOST * 2); // 202 adds a reply
}

void exchange_fini(exchange *x)
{
    queue_free(&x->replies);
    streams_fini(&x->streams);
    for (request *q; (q = x->idle);) {
        x->idle = q->next;
        request_free(q);
    }
    if (x->wake_fd >= 0)
        close(x->wake_fd);
    pthread_mutex_destroy(&x->turn);
}

// Requests come from the router's thread and are over on another: the heap would give and take them
// back at a price.
void exchange_keep(exchange *x, request *q)
{
    if (x->n_idle == IDLE_MOST) {
        request_free(q);
        return;
    }
    q->next = x->idle;
    x->idle = q;
    x->n_idle++;
}

request *exchange_take(exchange *x)
{
    request *q = x->idle;
    if (!q)
        return request_new();
    x->idle = q->next;
    x->n_idle--;
    return q;
}

void exchange_admit(exchange *x, const request *q)
{
    x->pending++;
    x->pending_bytes += q->message.bytes;
    atomic_store(&x->queued, x->pending);
}

void exchange_send(exchange *x, request *q)
{
    if (!reply_send(&q->reply, x->router, &x->out))
        atomic_fetch_add(&x->undelivered, 1);
}

static void end(exchange *x, request *q)
{
    reply *r = &q->reply;
    if (r->stream) {
        if (r->stream_close)
            streams_close(&x->streams, r->stream);
        stream_end(r->stream, r->stream_bytes);
    }
    x->pending_bytes -= r->released;
    x->pending -= !r->more;
    atomic_store(&x->queued, x->pending);
    exchange_send(x, q);
    exchange_keep(x, q);
}

void exchange_send_all(exchange *x)
{
    for (request *q; (q = queue_try_take(x->replies));)
        end(x, q);
}

bool exchange_has_room(const exchange *x)
{
    return x->pending < PENDING_MOST / 2 && x->pending_bytes < PENDING_BYTES / 2;
}

void exchange_give(exchange *x, request *q)
{
    queue_put(x->replies, LANE_QUICK, q);
}

// Whether the router's thread sleeps on though there is something to do for it: a call on the
// socket may have taken the signal that its descriptor would have given. True once.
static bool oversleeps(exchange *x)
{
    if (!x->asleep)
        return false;
    x->asleep = !((x->draining && !x->pending) || (x->no_pull && exchange_has_room(x)) ||
                  socket_has_input(x->router));
    return !x->asleep;
}

void exchange_flush(exchange *x)
{
    uint64_t one = 1;
    while (!queue_is_empty(x->replies) && !pthread_mutex_trylock(&x->turn)) {
        exchange_send_all(x);
        bool wake = oversleeps(x);
        pthread_mutex_unlock(&x->turn);
        ssize_t done = wake ? write(x->wake_fd, &one, sizeof one) : 0;
        (void)done; // a full counter wakes as well
    }
}

void exchange_clear_wake(exchange *x)
{
    uint64_t n;
    ssize_t done = read(x->wake_fd, &n, sizeof n);
    (void)done; // nothing there is fine, too
}
