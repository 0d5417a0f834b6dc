// writer.h - the thread that commits: changes in the order in which they were read, as many
// as are ready in one group.
//
// There is no timer: while one group is synced the next gathers, so that a lone article
// waits for nothing and a stream is synced in large groups. Where every change that is ready waits
// for its matches, and many before it do, it would wait anyway: then a group of some size gathers
// first. Else each would be synced alone, since the client sends the next when one is answered.
// Layer: server.
#ifndef SHINGLED_SERVER_WRITER_H
#define SHINGLED_SERVER_WRITER_H
#include "server/request.h"

typedef struct writer writer;

// done is called in the writer's thread with each request, owned, once its change is applied, and
// with NULL behind the last of a group.
typedef void writer_done(void *ctx, request *q);

// window: changes that may be under way; sequence numbers are 0, 1, 2, ... without a gap.
SHG_MUST_CHECK shg_err writer_start(writer **out, engine *e, size_t window, writer_done *done,
                                    void *ctx);

// writer_put gives a change, in any order of sequence numbers. Any thread.
void writer_put(writer *w, request *q);

// writer_matched tells that a change that was done, and waits for its matches (request_waits), is
// answered. Any thread.
void writer_matched(writer *w);

// writer_stop waits for the thread to have done every change given; then writer_free. NULL is fine.
void writer_stop(writer *w);
void writer_free(writer **w);

#endif
