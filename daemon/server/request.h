// request.h - a request on its way through the threads, and the verbs.
//
//     router ─► workers ─► (writer) ─► (waiter)
//
// The router reads. Workers parse and answer. What changes the store goes on to the writer, in
// the order in which it was read; what must wait for stories to the waiter. Whoever has made the
// reply sends it.
// Layer: server.
#ifndef SHINGLED_SERVER_REQUEST_H
#define SHINGLED_SERVER_REQUEST_H
#include "engine/engine.h"
#include "server/batch.h"

typedef enum verb_id {
    VERB_UNKNOWN,
    VERB_PING,
    VERB_INFO,
    VERB_STATS,
    VERB_PUT,
    VERB_STREAM,
    VERB_PUTS,
    VERB_ACK,
    VERB_GET,
    VERB_DELETE,
    VERB_QUERY,
    VERB_COMPARE,
    VERB_CREDITS,
    VERB_STORY,
    VERB_SOURCES,
    VERB_COUNT
} verb_id;

typedef struct verb {
    const char *name;
    int bodies;   // most body frames it takes
    bool slow;    // reads many articles: never on the thread that is kept for quick ones
    bool changes; // goes through the writer
    bool waits;   // goes to the waiter
} verb;

extern const verb verbs[VERB_COUNT];
verb_id verb_find(const char *name); // VERB_UNKNOWN

typedef struct request {
    message message;
    verb_id verb;
    uint64_t sequence; // of a change: the order in which they were read
    uint32_t end;      // of one that waits: documents below it were there when it was read
    json_t *header;
    change change;   // of PUT and DELETE
    batch batch;     // of STREAM, PUTS and ACK
    bool silent;     // came by PULL: nobody waits for a reply
    put_options put; // PUT: .accept: answered 202 before the commit; .match: wants its matches
    reply reply;
    struct request *next; // of those that are kept for further messages
} request;

// request_new makes room for a request and its reply, for message_recv to read into. NULL: no
// memory.
request *request_new(void);
void request_free(request *q); // that holds nothing; NULL is fine

// request_empty lets go of all but the reply: then it may be read into again.
void request_empty(request *q);

// request_over makes the silent reply of a request that gets no other.
void request_over(request *q);

// These make q->reply; false: no memory, and it is as it was.

// request_answer is for a verb that only asks. add_stats adds the server's own numbers to those of
// STATS.
typedef void request_stats(void *ctx, json_t *stats);
SHG_MUST_CHECK bool request_answer(request *q, engine *e, request_stats *add_stats, void *ctx);

// request_read_change reads a request that changes something; what is wrong with it is in its
// changes, or in its batch.
void request_read_change(request *q, engine *e);

bool request_is_batch(const request *q); // STREAM, PUTS, ACK

// A PUT that is read, was not refused, and waits for its matches when it is applied.
bool request_waits(const request *q);

// request_admit_batch asks the open streams about one of those (SHG_OK for others); the router.
SHG_MUST_CHECK shg_err request_admit_batch(request *q, streams *s, refusal *r);

// The writer's three steps with each request of a group, in order: request_bar refuses what comes
// behind a batch that was not stored; request_changes gives what is to be applied (*n is 0 where it
// was refused); request_settle takes note of what came of it.
void request_bar(request *q);
change *request_changes(request *q, size_t *n);
void request_settle(request *q);

// request_changed is for a change that was applied.
SHG_MUST_CHECK bool request_changed(request *q);

// request_matched is for a PUT that asked for its matches; it waits.
SHG_MUST_CHECK bool request_matched(request *q, engine *e);

// request_refuse is for a request that something stands against.
SHG_MUST_CHECK bool request_refuse(request *q, const refusal *r);

// request_accepted makes a request of its own, empty but for its reply: the 202 of a PUT that does
// not wait for the commit. NULL: no memory.
request *request_accepted(request *q);

#endif
