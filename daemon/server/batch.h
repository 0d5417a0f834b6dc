// batch.h - STREAM, PUTS and ACK: a batch of records in one frame, and where its stream stands.
//
// The router reads their headers and decides by the streams that are open; a worker takes the batch
// apart and reads its records; the writer commits them together with the place of the stream.
// Layer: server.  Threads: one owner at a time, in that order.
#ifndef SHINGLED_SERVER_BATCH_H
#define SHINGLED_SERVER_BATCH_H
#include "engine/engine.h"
#include "server/message.h"
#include "server/streams.h"

typedef enum batch_format { BATCH_LINES, BATCH_PAIRS } batch_format;

typedef struct batch {
    stream *stream; // NULL: PUTS outside of a stream
    uint64_t number;
    bool repeated; // taken before: nothing of it is stored again
    bool close;    // ACK: the stream's session ends
    stream_act act;
    batch_format format;
    char *mark;      // PUTS: what the client keeps with it; owned, until the change takes it
    change *change;  // the records, and behind them the place of the stream; owned
    size_t n;        // with the place; 0: not read
    refusal refusal; // of the batch as a whole
} batch;

typedef enum batch_verb { BATCH_STREAM, BATCH_PUTS, BATCH_ACK } batch_verb;

// batch_admit reads the header and asks the open streams. On the router's thread. After SHG_OK a
// request of b->stream has begun.
SHG_MUST_CHECK shg_err batch_admit(batch *b, batch_verb verb, message *m, streams *s, refusal *r);

// batch_read takes the body apart and reads each record; what is wrong with one is in its change.
void batch_read(batch *b, batch_verb verb, message *m, engine *e);

// batch_bar refuses, before the changes are applied, what comes behind a batch that was not
// stored. batch_settle opens or breaks the stream once they were. Both on the writer's thread.
void batch_bar(batch *b);
void batch_settle(batch *b, batch_verb verb);

// batch_header writes the header of the reply of a batch that was not refused as a whole.
void batch_header(buf *to, const batch *b, batch_verb verb);

void batch_fini(batch *b); // the stream is the router's

#endif
