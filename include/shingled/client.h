// client.h - libshingled: speaks SHG1 to a shingled server, from C.
//
// Needs nothing but libzmq. Headers are JSON text and stay text here: use the JSON
// library you like. One request at a time:
//
//     shg_client *c;
//     shg_reply r;
//     if (shg_client_new(&c, NULL) || shg_client_connect(c, SHG_DEFAULT_ENDPOINT) ||
//         shg_client_call(c, "QUERY", "{\"limit\":5}", &(shg_body){text, len}, 1, &r))
//         errx(1, "%s", shg_client_why(c));
//     printf("%d %s\n", r.status, r.header);
//     shg_reply_free(&r);
//     shg_client_close(&c);
//
// or many in flight: shg_client_send until the window is full, shg_client_recv, and so on.
// A status other than 200 is an answer, not an error of this library.
//
// Layer: include.  Threads: a client belongs to one thread at a time (one ZeroMQ socket);
// several clients may live in several threads.
#ifndef SHINGLED_CLIENT_H
#define SHINGLED_CLIENT_H
#include "shingled/wire.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SHG_API __attribute__((visibility("default")))
#define SHG_CHECKED __attribute__((warn_unused_result))
#else
#define SHG_API
#define SHG_CHECKED
#endif

typedef struct shg_client shg_client;

typedef enum shg_client_err {
    SHG_CLIENT_OK,
    SHG_CLIENT_ENOMEM,    // out of memory (or of sockets)
    SHG_CLIENT_EENDPOINT, // not a ZeroMQ endpoint
    SHG_CLIENT_EREQUEST,  // the request breaks a limit of wire.h; nothing was sent
    SHG_CLIENT_EWINDOW,   // the window is full (or, for recv, nothing is in flight)
    SHG_CLIENT_ENOSERVER, // no connection came about in time
    SHG_CLIENT_ETIMEOUT,  // connected, but no answer in time
    SHG_CLIENT_ELOST,     // the connection was lost after the request and before its answer
    SHG_CLIENT_EINTR,     // a signal handler ran while waiting; call again to go on
    SHG_CLIENT_EPEER,     // the peer answered, but not in SHG1
    SHG_CLIENT_EZMQ,      // libzmq failed otherwise
} shg_client_err;

// Options. Zero means the default, also of members that a later version adds: set
// size to sizeof (shg_client_opts) and the rest to 0.
typedef struct shg_client_opts {
    size_t size;
    int connect_ms;  // how long shg_client_connect waits; default 3000, -1 for ever
    int answer_ms;   // how long a call waits for its answer; default 30000, -1 for ever
    unsigned window; // most requests in flight; default 64, at most SHG_CLIENT_WINDOW_MAX
} shg_client_opts;

enum { SHG_CLIENT_WINDOW_MAX = 4096 };

// A run of bytes: a body frame.
typedef struct shg_body {
    const void *data;
    size_t len;
} shg_body;

// One answer. Everything in it lives until shg_reply_free and is not to be changed.
typedef struct shg_reply {
    int status;           // SHG_STATUS_OK ...
    uint64_t tag;         // of the request that it answers
    const char *header;   // JSON text with a NUL after it; "{}" where the frame was empty
    size_t header_len;
    const shg_body *body; // n_bodies of them
    size_t n_bodies;
    void *hold;           // the library's own
} shg_reply;

// shg_client_new makes an unconnected client. opts may be NULL. Only SHG_CLIENT_ENOMEM;
// *out is NULL then, which every function below takes (and answers with ENOMEM).
SHG_API SHG_CHECKED shg_client_err shg_client_new(shg_client **out, const shg_client_opts *opts);

// shg_client_connect connects to one endpoint and waits until the peer has shaken hands.
// The connection then heals itself: libzmq reconnects whenever it is lost. Once a client.
SHG_API SHG_CHECKED shg_client_err shg_client_connect(shg_client *c, const char *endpoint);

// shg_client_call sends one request and waits for its (first) answer; refused with EWINDOW
// while others are in flight. header may be NULL for {}. reply is filled on SHG_CLIENT_OK and
// is then the caller's to free. After any failure the request is forgotten: a late answer
// is dropped. Where the answer is 206, fetch the rest by shg_client_recv.
SHG_API SHG_CHECKED shg_client_err shg_client_call(shg_client *c, const char *verb,
                                                   const char *header, const shg_body *body,
                                                   size_t n_bodies, shg_reply *reply);

// shg_client_send sends a request without waiting for the answer; what it points to may be
// reused at once. *tag (may be NULL) names it in the answer; tags count up from 1. While
// there is no connection it waits for one, answer_ms at most.
SHG_API SHG_CHECKED shg_client_err shg_client_send(shg_client *c, const char *verb,
                                                   const char *header, const shg_body *body,
                                                   size_t n_bodies, uint64_t *tag);

// shg_client_recv waits wait_ms (0 = look only, -1 = for ever) for the next answer,
// in whatever order the server answers. With SHG_CLIENT_ELOST reply->tag names a request
// that went down with its connection - whether it was carried out is not known - and that
// is no longer in flight; all else of reply is empty, and freeing it is harmless.
// SHG_CLIENT_ETIMEOUT leaves everything in flight.
SHG_API SHG_CHECKED shg_client_err shg_client_recv(shg_client *c, shg_reply *reply, int wait_ms);

// shg_client_pending is the number of requests in flight.
SHG_API size_t shg_client_pending(const shg_client *c);

// shg_client_why is a sentence on the last failure of this client: what was waited for,
// how long, what to look at. Lives until the next call. Never NULL.
SHG_API const char *shg_client_why(const shg_client *c);

// shg_reply_free frees and zeroes; a zeroed one is fine.
SHG_API void shg_reply_free(shg_reply *r);

// shg_client_close frees a client and nulls *c, dropping what was not yet sent.
SHG_API void shg_client_close(shg_client **c);

#ifdef __cplusplus
}
#endif
#endif
