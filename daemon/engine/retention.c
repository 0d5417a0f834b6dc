// retention.c - articles are let go by age and by size, in slices that nobody has to wait for.
//
// An article's age counts from `published`, where that is absent from the time of storing: as
// DELETE older_than has it. What counts as the size of the store are the pages that its articles
// take (index_stats.live_bytes) and those that merging all their postings would take besides, since
// LMDB's file never shrinks: what is needed at a time, it keeps. Both together are held under the
// room given, less a part for commits under way; so the file stays within it. Postings of articles
// that are gone take room until they were merged away, and are no reason to let go of more: where
// merging lags so far behind that there is no room for them, who writes is held back.
//
// A slice commits what a quarter of the longest stall allowed has time for; requests come between
// slices. Where there is no room it takes as many as came since the one before, however long that
// takes: else articles that come as fast as they can be stored would outrun it. A kill in the
// middle loses nothing: what was not let go yet is found again by its age.
#include "base/clock.h"
#include "base/log.h"
#include "engine/state.h"

#include <stdlib.h>

enum {
    TICK_MS = 500,       // between two looks at age and size
    SLICE_MS = 12,       // of work in one commit,
    SLICE_MOST = 2048,   // or so many articles
    AGED_MOST = 1 << 15, // of the oldest, found by one walk over all
    WALK_MS = 30000,     // after which a newcomer that is older than those is seen, too
    ROOM_PARTS = 16,     // of which one is for commits under way
    HOLD_MS = 40,        // that a group of changes waits where one such part is left,
    HOLD_PARTS = 3,      // and so many times as long at most
    TIGHT_MS = 5,        // between two looks at it meanwhile
};

typedef struct aged {
    int64_t ms;
    uint32_t doc;
} aged;

struct retention {
    engine *e;
    int64_t keep_ms;
    uint64_t keep_bytes;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake, room;
    bool stop, woken;
    int64_t hold_ms; // that who writes has to wait now; the thread alone sets it
    atomic_uint_fast64_t by_age, by_size;
    // of the thread alone
    aged oldest[2 * AGED_MOST]; // [at, n): ascending
    size_t at, n;
    bool full;         // there are more than those
    int64_t walked_ms; // when they were found; 0: never
    uint32_t end;      // of the documents when room was made last
};

static int by_time(const void *a, const void *b)
{
    const aged *x = a, *y = b;
    if (x->ms != y->ms)
        return x->ms < y->ms ? -1 : 1;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

static void keep_oldest(struct retention *r)
{
    qsort(r->oldest, r->n, sizeof *r->oldest, by_time);
    r->n = r->n < AGED_MOST ? r->n : AGED_MOST;
}

static bool note_age(void *ctx, uint32_t doc, const doc_info *d)
{
    struct retention *r = ctx;
    int64_t ms = d->published_ms != CLOCK_ABSENT ? d->published_ms : d->stored_ms;
    if (r->full && ms >= r->oldest[AGED_MOST - 1].ms)
        return true;
    r->oldest[r->n++] = (aged){ms, doc};
    if (r->n == 2 * AGED_MOST) {
        keep_oldest(r);
        r->full = true;
    }
    return true;
}

// Finds the oldest anew. The documents ascend mostly by age: few are looked at twice.
static void walk(struct retention *r)
{
    r->at = r->n = 0;
    r->full = false;
    index_each(r->e->lib.ix, note_age, r);
    r->full |= r->n > AGED_MOST;
    keep_oldest(r);
    r->walked_ms = clock_mono_ns() / 1000000;
}

// Merging has much to give back, and little room is left until it has: the less, the longer.
static void set_hold(struct retention *r, uint64_t used, uint64_t left)
{
    uint64_t part = r->keep_bytes / ROOM_PARTS, from = r->keep_bytes - 2 * part;
    int64_t ms = 0;
    if (used > from && used - left > part)
        ms = (int64_t)(HOLD_MS * (used - from) / part);
    ms = ms < HOLD_MS * HOLD_PARTS ? ms : HOLD_MS * HOLD_PARTS;
    pthread_mutex_lock(&r->lock);
    r->hold_ms = ms;
    if (!ms)
        pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->lock);
}

// How many of the oldest must go so that the rest has room.
static shg_err crowd(struct retention *r, uint64_t *n)
{
    index_stats s;
    *n = 0;
    if (!r->keep_bytes)
        return SHG_OK;
    shg_err err = index_stat(r->e->lib.ix, &s);
    if (err) {
        set_hold(r, 0, 0); // nobody waits for what can't be seen
        return err;
    }
    uint64_t room = r->keep_bytes - r->keep_bytes / ROOM_PARTS;
    uint64_t left = s.live_bytes - s.dead_bytes, need = left + s.spare_bytes;
    set_hold(r, s.used_bytes, left);
    if (need <= room || s.articles == 0)
        return SHG_OK;
    double each = (double)need / (double)(s.articles + s.unfreed);
    uint64_t fit = (uint64_t)((double)room / each);
    *n = s.articles > fit ? s.articles - fit : 0;
    return SHG_OK;
}

// At least so many, in whatever time, and at most so many.
static shg_err drop_slice(struct retention *r, size_t least, size_t most, size_t *gone)
{
    index_txn *t;
    *gone = 0;
    shg_err err = index_begin_behind(&t, r->e->lib.ix);
    if (err)
        return err;
    int64_t from = clock_mono_ns();
    for (; *gone < most && !err; ++*gone) {
        err = index_drop(t, r->oldest[r->at + *gone].doc);
        if (err == SHG_ENOTFOUND || err == SHG_ECORRUPT)
            err = SHG_OK; // gone already; or damaged, which the log tells: it stays
        if (*gone + 1 >= least && clock_mono_ns() - from > (int64_t)SLICE_MS * 1000000)
            most = *gone + 1;
    }
    if (err)
        index_abort(&t);
    else
        err = index_commit(&t);
    return err;
}

// Lets go of the first of the oldest; some are skipped that went otherwise.
static shg_err let_go(struct retention *r, size_t least, size_t most, atomic_uint_fast64_t *count)
{
    size_t n = 0;
    most = most < SLICE_MOST ? most : SLICE_MOST;
    shg_err err = drop_slice(r, least, most, &n);
    for (size_t i = 0; i < n && !err; i++) {
        doc_info info;
        uint32_t doc = r->oldest[r->at++].doc;
        if (index_info(r->e->lib.ix, doc, &info))
            continue;
        stories_remove(r->e->stories, doc);
        atomic_fetch_add(count, 1);
    }
    return err;
}

static shg_err make_room(struct retention *r, size_t most)
{
    uint32_t end = index_end(r->e->lib.ix), came = end - r->end;
    r->end = end;
    return let_go(r, came, most, &r->by_size);
}

// One slice, if there is need of one; *more tells that there may be another at once.
static shg_err step(struct retention *r, bool *more)
{
    uint64_t crowded;
    int64_t now = clock_mono_ns() / 1000000, before = clock_wall_ms() - r->keep_ms;
    *more = false;
    shg_err err = crowd(r, &crowded);
    if (err)
        return err;
    bool stale = !r->walked_ms || now - r->walked_ms >= WALK_MS;
    if (stale || (r->at == r->n && (crowded || r->full)))
        walk(r);
    size_t n = 0, most = r->n - r->at;
    while (r->keep_ms && n < most && r->oldest[r->at + n].ms < before)
        n++;
    *more = n || (crowded && most);
    if (n)
        return let_go(r, 1, n, &r->by_age);
    return crowded && most ? make_room(r, crowded < most ? crowded : most) : SHG_OK;
}

static bool wait_for(struct retention *r, int64_t ms)
{
    struct timespec until = clock_mono_after(ms * 1000000);
    pthread_mutex_lock(&r->lock);
    int rc = 0;
    while (!r->stop && !r->woken && rc == 0 && ms)
        rc = pthread_cond_timedwait(&r->wake, &r->lock, &until);
    bool go_on = !r->stop;
    r->woken = false;
    pthread_mutex_unlock(&r->lock);
    return go_on;
}

static void *run_retention(void *arg)
{
    struct retention *r = arg;
    for (bool more = false; wait_for(r, more ? 0 : r->hold_ms ? TIGHT_MS : TICK_MS);) {
        shg_err err = step(r, &more);
        if (!err)
            continue;
        more = false;
        log_limited(LOG_WARN, "SHG-RETENTION", "old articles could not be let go: %s",
                    shg_err_text(err));
    }
    return NULL;
}

shg_err retention_start(struct retention **out, engine *e, const engine_opts *o)
{
    struct retention *r = *out = calloc(1, sizeof *r);
    if (!r)
        return SHG_ENOMEM;
    r->e = e;
    r->keep_ms = o->keep_ms;
    r->keep_bytes = o->keep_bytes;
    r->end = index_end(e->lib.ix);
    pthread_mutex_init(&r->lock, NULL);
    clock_cond_init(&r->wake);
    clock_cond_init(&r->room);
    if (!pthread_create(&r->thread, NULL, run_retention, r))
        return SHG_OK;
    pthread_cond_destroy(&r->room);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
    *out = NULL;
    return SHG_ENOMEM;
}

void retention_wake(struct retention *r)
{
    if (!r || !r->keep_bytes)
        return;
    pthread_mutex_lock(&r->lock);
    r->woken = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

void retention_hold(struct retention *r)
{
    if (!r || !r->keep_bytes)
        return;
    pthread_mutex_lock(&r->lock);
    struct timespec until = clock_mono_after(r->hold_ms * 1000000);
    for (int rc = 0; r->hold_ms && !r->stop && rc == 0;)
        rc = pthread_cond_timedwait(&r->room, &r->lock, &until);
    pthread_mutex_unlock(&r->lock);
}

void retention_stop(struct retention **pr)
{
    struct retention *r = *pr;
    *pr = NULL;
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_cond_broadcast(&r->room);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->room);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void retention_let_go(struct retention *r, uint64_t *by_age, uint64_t *by_size)
{
    *by_age = r ? atomic_load(&r->by_age) : 0;
    *by_size = r ? atomic_load(&r->by_size) : 0;
}
