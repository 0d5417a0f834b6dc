// engine.h - the whole of shingled without its sockets: articles in, evidence out.
//
// A verb of the wire is one function here: it takes the request's header and body and
// gives the reply's header, or refuses. Any number of threads may ask; one at a time applies.
// Threads of the engine work out each newcomer's matches and story after the acknowledgement.
// Layer: engine.  May include: index, evidence, and below.
#ifndef SHINGLED_ENGINE_ENGINE_H
#define SHINGLED_ENGINE_ENGINE_H
#include "base/buf.h"
#include "engine/reading.h"
#include "engine/refusal.h"

#include <jansson.h>

typedef struct engine engine;

typedef struct engine_opts {
    const char *dir;     // of the store
    const char *sources; // the user's file of sources, or NULL
    size_t map_bytes;    // 0 = default
    size_t cache_bytes;  // 0 = 32 MiB
    uint64_t seed;       // 0 = the stored or a fresh one
    unsigned seal_docs;  // 0 = 32768, or fewer where keep_bytes has room for few
    unsigned hands;      // threads that place newcomers, 16 at most, as if there were so many cores
                         // (tests); 0 = one for each core
    int64_t keep_ms;     // articles older than that are let go; 0: none is
    uint64_t keep_bytes; // room for the store: beyond it the oldest are let go; 0: no limit
} engine_opts;

// engine_open opens the store and goes on with the stories where it stopped. On failure
// *out is NULL and why (of why_len bytes) says what is wrong and where.
SHG_MUST_CHECK shg_err engine_open(engine **out, const engine_opts *o, char *why, size_t why_len);
void engine_close(engine **e); // no other call may be running

// engine_check is index_check of a store that the engine made: places in stories, too, make sense.
SHG_MUST_CHECK shg_err engine_check(const char *dir, index_say *say, index_progress *progress,
                                    void *ctx, uint64_t *faults);

// engine_stop wakes those who wait for stories (SHG_EDRAIN); engine_close does the rest.
void engine_stop(engine *e);

const char *engine_stamp(void); // versions of all that decides a signature

// --- writing ---

typedef enum change_kind {
    CHANGE_PUT,
    CHANGE_DELETE,
    CHANGE_DELETE_OLDER,
    CHANGE_STREAM, // how far a stream of batches has come: told, or set with the batch's articles
} change_kind;
typedef enum stream_act {
    STREAM_LOOK,
    STREAM_OPEN,
    STREAM_RESET,
    STREAM_SET,
    STREAM_FORGET
} stream_act;
typedef enum put_result { PUT_NEW, PUT_UPDATED, PUT_UNCHANGED } put_result;

// One change, asked for and answered in place.
typedef struct change {
    change_kind kind;
    reading *reading;    // PUT: held by the change; change_fini drops it
    buf packed;          // PUT: record and text as they are stored, where the reading has them not
    bool has_if_version; // PUT
    uint32_t if_version;
    bool match; // PUT: where it is done, its matches are kept until engine_put_matches is asked
    char *uri;  // DELETE, and a refused record of a batch: owned
    int64_t older_than_ms;
    stream_act act;     // STREAM: STREAM_SET takes batch and mark, all but it and FORGET give them
    const char *stream; // its name, borrowed; NULL: none, and nothing is done
    uint64_t batch;
    char *mark; // owned; NULL: none
    // the answer
    refusal refusal; // .err SHG_OK: done
    put_result result;
    uint32_t version; // also with SHG_ECONFLICT: the stored one
    uint32_t doc;
    uint32_t gone; // the document that it replaced or deleted, or DOC_NONE
    uint64_t deleted;
} change;

// engine_read_put reads a PUT request into a change: header is its JSON text. With o NULL it is a
// record of a batch: its length is bounded by that of the batch, of the options only if_version
// counts, and out->uri names it where it is refused. Any thread. change_fini in any case.
SHG_MUST_CHECK shg_err engine_read_put(engine *e, view header, view body, put_options *o,
                                       change *out, refusal *r);
SHG_MUST_CHECK shg_err engine_read_delete(engine *e, json_t *header, change *out, refusal *r);
void change_fini(change *c);

// engine_apply makes n changes durable, in order, in one commit (DELETE_OLDER in as many as
// it takes). After it, every change has its answer and is visible to all. Where a part was not
// stored, none of the articles and places behind it is.
void engine_apply(engine *e, change *c, size_t n);

// engine_count_refusal counts a PUT that never became a change.
void engine_count_refusal(engine *e, shg_err err);

// --- asking: *reply is a new reference; after a refusal it is NULL ---

// engine_asked tells that there is a question for engine_query, engine_answered that its answer is
// on its way: once for each.
void engine_asked(engine *e);
void engine_answered(engine *e);

SHG_MUST_CHECK shg_err engine_query(engine *e, json_t *header, view body, json_t **reply,
                                    refusal *r);
SHG_MUST_CHECK shg_err engine_compare(engine *e, json_t *header, const view *bodies,
                                      size_t n_bodies, json_t **reply, refusal *r);
SHG_MUST_CHECK shg_err engine_credits(engine *e, json_t *header, view body, json_t **reply,
                                      refusal *r);
SHG_MUST_CHECK shg_err engine_get(engine *e, json_t *header, json_t **reply, reading **text,
                                  refusal *r);

// These two wait until the documents below `end` are placed in their stories: of engine_end when
// the question came, which is all that was acknowledged before. What comes while it waits behind
// other questions is not waited for.
SHG_MUST_CHECK shg_err engine_story(engine *e, json_t *header, uint32_t end, json_t **reply,
                                    refusal *r);
SHG_MUST_CHECK shg_err engine_sources(engine *e, json_t *header, uint32_t end, json_t **reply,
                                      refusal *r);
uint32_t engine_end(engine *e);

// engine_put_matches adds `matches` and `story` of an article just put (the change's reading) to
// the reply. Waits, too. reply NULL: SHG_ENOMEM, and nothing is kept for it any more.
SHG_MUST_CHECK shg_err engine_put_matches(engine *e, reading *a, json_t *reply, refusal *r);

SHG_MUST_CHECK shg_err engine_info(engine *e, json_t **reply);
SHG_MUST_CHECK shg_err engine_stats(engine *e, json_t **reply); // the server adds its own members

#endif
