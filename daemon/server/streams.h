// streams.h - the streams of batches that are open: who may send which batch, and how many bytes.
//
// A stream is open from STREAM on, under a name that its client chose and a session that the server
// draws; opening a name again ends the session before. Within a session batches come in order, none
// left out, and what is under way stays below the credit. How far a stream has come is kept by the
// engine, with the articles; what is here dies with the process.
// Layer: server.  Threads: whoever has its turn at the socket, but for the members that say
// otherwise.
#ifndef SHINGLED_SERVER_STREAMS_H
#define SHINGLED_SERVER_STREAMS_H
#include "engine/refusal.h"
#include "shingled/wire.h"

#include <stdatomic.h>

enum { STREAM_SESSION_LEN = 16 };

typedef struct stream {
    char name[SHG_STREAM_NAME_MAX + 1];
    char session[STREAM_SESSION_LEN + 1];
    size_t credit;     // bytes of batches that may be under way
    size_t bytes, n;   // of batches, and how many requests, that are
    uint64_t received; // the highest batch admitted; set by the writer before it is opened
    int64_t used_ns;
    bool closed;        // takes no more; freed with its last request
    atomic_bool opened; // its STREAM was answered
    atomic_bool broken; // a batch was not stored: none behind it may be. Set by the writer
} stream;

typedef struct streams {
    stream *open[SHG_STREAMS_MAX];
    size_t n, granted;
} streams;

// streams_open makes a stream; one of the same name is closed. SHG_EBUSY: too many are open and
// in use.
SHG_MUST_CHECK shg_err streams_open(streams *s, const char *name, stream **out, refusal *r);
stream *streams_find(const streams *s, const char *session); // NULL: none
void streams_close(streams *s, stream *t);
void streams_fini(streams *s);

// stream_admit decides on a batch of so many bytes: SHG_EORDER, SHG_ECREDIT. *repeated: it was
// taken before.
SHG_MUST_CHECK shg_err stream_admit(const stream *t, uint64_t batch, size_t bytes, bool *repeated,
                                    refusal *r);

// A request of the stream begins, and is over.
void stream_begin(stream *t, size_t bytes);
void stream_end(stream *t, size_t bytes);

#endif
