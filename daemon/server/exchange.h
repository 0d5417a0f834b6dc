// exchange.h - the ROUTER socket, which all threads use in turn: whoever has made a reply sends it,
// and what others have made meanwhile. With it goes what is counted of the requests under way.
// Layer: server.
#ifndef SHINGLED_SERVER_EXCHANGE_H
#define SHINGLED_SERVER_EXCHANGE_H
#include "server/queue.h"
#include "server/request.h"

#include <pthread.h>

enum {
    PENDING_MOST = 8192,       // requests between router and reply
    PENDING_BYTES = 128 << 20, // of their frames; a text that is read takes ten times its size
};

typedef struct exchange {
    void *router;
    queue *replies;       // that are made and not sent
    int wake_fd;          // the router's thread is to look itself
    pthread_mutex_t turn; // to use the router, and what stands up to no_pull
    size_t pending, pending_bytes;
    streams streams;
    request *idle; // n_idle of them, for the next messages
    size_t n_idle;
    bool draining; // only the router's thread changes it
    bool asleep;   // that thread polls, or is about to
    bool no_pull;  // and not for what is pushed: there is no room
    atomic_uint_fast64_t undelivered;
    atomic_size_t queued; // pending, for others
    outgoing out;
} exchange;

// exchange_init wants x zeroed; exchange_open makes what can fail; exchange_fini undoes both once
// nothing is under way. The socket is its owner's to open and close.
void exchange_init(exchange *x);
SHG_MUST_CHECK shg_err exchange_open(exchange *x);
void exchange_fini(exchange *x);

// --- any thread, without the turn ---

// exchange_give takes a request whose reply is made. exchange_flush sends what was given, unless
// somebody else has the turn: that one looks again behind it. So a reply waits for no other thread
// to wake up, and nobody waits for the turn to send.
void exchange_give(exchange *x, request *q);
void exchange_flush(exchange *x);

void exchange_clear_wake(exchange *x); // wake_fd told of something; the router's thread

// --- who has the turn ---

// exchange_take gives an empty request, for a message to be read into (NULL: no memory);
// exchange_keep takes it back.
request *exchange_take(exchange *x);
void exchange_keep(exchange *x, request *q);

// exchange_admit counts a request as under way, until the reply that ends it is sent;
// exchange_send_all sends what was given; exchange_send a reply that was not.
void exchange_admit(exchange *x, const request *q);
void exchange_send_all(exchange *x);
void exchange_send(exchange *x, request *q);

// Who pushes can't be told to wait: what there is no room for stays in the socket, and then with
// the crawler.
bool exchange_has_room(const exchange *x);

#endif
