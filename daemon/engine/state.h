// state.h - what the parts of the engine share. Private to engine/.
#ifndef SHINGLED_ENGINE_STATE_H
#define SHINGLED_ENGINE_STATE_H
#include "engine/engine.h"
#include "engine/matching.h"
#include "engine/stories.h"

enum { STATUS_MAX = 600 };

struct engine {
    library lib;
    readers readers;
    stories *stories;
    helpers *helpers; // of questions
    struct matcher *matcher;
    struct retention *retention; // NULL: everything is kept
    int64_t started_ns;
    atomic_uint_least32_t end;     // documents below it are committed
    atomic_uint_least32_t updated; // the last document that replaced one, about to be stored
    atomic_uint_fast64_t put_new, put_updated, put_unchanged, deleted;
    atomic_uint_fast64_t put_refused[STATUS_MAX];
};

// streams.c: a CHANGE_STREAM within its group
SHG_MUST_CHECK shg_err streams_change(index_txn *t, change *c);

// retention.c: the thread that lets articles go by age and by size
struct retention;
SHG_MUST_CHECK shg_err retention_start(struct retention **out, engine *e, const engine_opts *o);
// retention_hold waits a little, 120 ms at most, before articles are stored, where merging is so
// far behind that there is no room for them; NULL is fine.
void retention_hold(struct retention *r);
void retention_wake(struct retention *r);  // something was stored; NULL is fine
void retention_stop(struct retention **r); // waits for the thread; nulls *r; NULL is fine
// retention_let_go tells how many it let go since the start: for their age, and for want of room.
void retention_let_go(struct retention *r, uint64_t *by_age, uint64_t *by_size);

// matcher.c: the threads that place newcomers, as many as there are cores for at most
struct matcher;
SHG_MUST_CHECK shg_err matcher_start(struct matcher **out, engine *e, unsigned cores);
void matcher_wake(struct matcher *m); // changes were committed

// matcher_want tells, before the wake, that the matches of a newcomer are asked for: it is read
// here, and not again. matcher_take gives them, when it has its place: the caller's, or NULL where
// they are to be looked for. Of each that is wanted it must be asked.
void matcher_want(struct matcher *m, reading *r);
json_t *matcher_take(struct matcher *m, const reading *r);

// matcher_reserve tells whether what is read next is to be kept whole, since the matcher will come
// to it soon; so it is said where none runs (m is NULL). It is asked once for each: of those that
// it says so of only so many may wait for their places.
bool matcher_reserve(struct matcher *m);

void matcher_stop(struct matcher **m);             // waits for them; nulls *m; NULL is fine
SHG_MUST_CHECK shg_err matcher_restore(engine *e); // reads the stored places; before matcher_start

#endif
