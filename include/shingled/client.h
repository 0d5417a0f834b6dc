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

#include <stdbool.h>
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
    SHG_CLIENT_EREFUSED,  // the server refused to open a stream; shg_client_why names the error
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
    int status;         // SHG_STATUS_OK ...
    uint64_t tag;       // of the request that it answers
    const char *header; // JSON text with a NUL after it; "{}" where the frame was empty
    size_t header_len;
    const shg_body *body; // n_bodies of them
    size_t n_bodies;
    void *hold; // the library's own
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

// -- streams: many articles a message, stored exactly once (PROTOCOL.md, chapter 15) ---------
//
//     shg_stream *s;
//     shg_stream_opts o = {sizeof o, .answered = name_refused};
//     if (shg_stream_open(&s, c, "crawl-7", &o))
//         ...
//     skip_to(shg_stream_mark(s));
//     while (next(&article))
//         shg_stream_add(s, article.header, article.text, article.len, article.place);
//     shg_stream_flush(s, -1);
//     shg_stream_close(&s, false);
//
// Records are gathered into batches, which are sent within the server's credit and kept until they
// are answered. After a lost connection or a full queue the stream opens itself again and sends
// what was not committed. While a stream is open its client serves it alone.
typedef struct shg_stream shg_stream;

// What became of one batch: told in the order of the batches, once for each.
typedef struct shg_batch {
    uint64_t first, n;  // its records, counted from 0 since the stream was opened
    int status;         // SHG_STATUS_OK; 0: committed, but the answer was lost with the connection,
                        // and with it who was refused; others: all of it was refused
    const char *header; // of the answer: `refused` names records by their place; "" with 0
    size_t header_len;
} shg_batch;

// Zero means the default, as in shg_client_opts.
typedef struct shg_stream_opts {
    size_t size;
    unsigned records;                                // of a batch; default 64
    size_t bytes;                                    // of a batch; default 256 KiB
    void (*answered)(void *ctx, const shg_batch *b); // may be NULL; must not call the stream
    void *ctx;
} shg_stream_opts;

// shg_stream_open opens a stream of a name (1 to SHG_STREAM_NAME_MAX bytes of printable ASCII
// without quotation marks and backslashes, as marks are). *out is NULL after any failure. A name
// is one client's at a time (clause C-15.19): two that use it would take each other's batches for
// committed ones of their own.
SHG_API SHG_CHECKED shg_client_err shg_stream_open(shg_stream **out, shg_client *c,
                                                   const char *name, const shg_stream_opts *opts);

// shg_stream_mark is what was last added with a record that the server has committed, in this
// process or an earlier one; "" where there is none. Lives until the stream is used again.
SHG_API const char *shg_stream_mark(const shg_stream *s);

// shg_stream_add gives a record: header as JSON text, its text (NULL: the header has it), and a
// mark to find this place in the input again (may be NULL). All is copied. Where the credit is used
// up it waits for answers. After ENOSERVER, ETIMEOUT and EINTR the record was not taken, nothing is
// lost, and the same call may be made again; EREQUEST: it alone is over the limit of a batch.
SHG_API SHG_CHECKED shg_client_err shg_stream_add(shg_stream *s, const char *header,
                                                  const void *text, size_t len, const char *mark);

// shg_stream_poll sends what may be sent and takes the answers that are there, or come within
// wait_ms; ETIMEOUT where none did. shg_stream_flush sends also a batch that is not full, and waits
// wait_ms (-1: for ever) until all is answered.
SHG_API SHG_CHECKED shg_client_err shg_stream_poll(shg_stream *s, int wait_ms);
SHG_API SHG_CHECKED shg_client_err shg_stream_flush(shg_stream *s, int wait_ms);

SHG_API uint64_t shg_stream_pending(const shg_stream *s); // records added and not answered

// shg_stream_close ends it and nulls *s. What was not answered may be committed or not: opened
// again, the stream tells. forget: the input is done with, the server need not remember.
SHG_API void shg_stream_close(shg_stream **s, bool forget);

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
