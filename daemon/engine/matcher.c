// The threads that work out, after the acknowledgement, what newcomers share with whom and in which
// story they belong: hands that make drafts of the next documents, all at once, and of which one at
// a time seats those that are made, in the order of the documents.
#include "base/clock.h"
#include "base/log.h"
#include "engine/draft.h"
#include "engine/pace.h"

#include <malloc.h>
#include <stdlib.h>

enum {
    SAVE_EVERY = 256,   // places in one commit, or
    SAVE_IDLE_MS = 250, // what there is after so long without work
    TRIES = 20,         // of one document, SAVE_IDLE_MS apart
    NEAR_DOCS = 128,    // newcomers that are kept whole, from when they are read until placed
    HANDS_MOST = 16,
    AHEAD = 64,        // drafts beyond the document that is seated next
    WANTED = 8192,     // newcomers whose matches are kept until they are taken: more than wait
    TRIM_EVERY = 8192, // documents
};

typedef struct hand {
    struct matcher *m;
    unsigned who;
    pthread_t thread;
} hand;

// A newcomer whose matches are asked for, and these when it has its place.
typedef struct wanted {
    reading *r; // held; NULL: none
    json_t *matches;
} wanted;

// A document that a hand has taken; it is seated when it is made and those before it are.
typedef struct ahead {
    draft draft; // of the hand that makes it, then of who seats
    bool made;
} ahead;

struct matcher {
    engine *e;
    pthread_mutex_t lock; // of what follows
    pthread_cond_t wake;
    bool stop;
    bool seating;       // one of the hands is at it
    uint32_t end;       // documents below it are there
    uint32_t taken;     // the next that a hand takes
    uint32_t next;      // the next that is seated
    ahead ahead[AHEAD]; // of the documents from next on, by number
    wanted *wanted;     // [WANTED] by number, too
    pace pace;
    atomic_uint_least32_t at;   // next, for others
    atomic_uint_least32_t kept; // end, and one more for each that is read to be kept since then
    hand hand[HANDS_MOST];
    unsigned n_hands;
    // of who seats
    uint32_t untrimmed; // documents since trim
    buf value[SAVE_EVERY];
    doc_link links[SAVE_EVERY];
};

// ---- saving

static shg_err encode_some(struct matcher *m, const uint32_t *docs, size_t n, size_t *n_links)
{
    for (size_t i = 0; i < n; i++) {
        seat at;
        const place *p = stories_place_of(m->e->stories, docs[i]);
        if (!p || stories_seat(m->e->stories, docs[i], &at))
            continue; // gone meanwhile
        buf *value = &m->value[*n_links];
        buf_reset(value);
        place_encode(value, p, &at);
        shg_err err = buf_err(value);
        if (err)
            return err;
        m->links[(*n_links)++] = (doc_link){docs[i], buf_view(value)};
    }
    return SHG_OK;
}

static shg_err save_some(struct matcher *m, const uint32_t *docs, size_t n)
{
    size_t n_links = 0;
    stories_enter(m->e->stories);
    shg_err err = encode_some(m, docs, n, &n_links);
    stories_leave(m->e->stories);
    return err || !n_links ? err : index_link(m->e->lib.ix, m->links, n_links);
}

// What can't be stored now is stored later; placing goes on. What was not stored when
// the daemon dies is worked out again.
static void save(struct matcher *m)
{
    uint32_t docs[SAVE_EVERY];
    shg_err err = SHG_OK;
    for (size_t n; !err && (n = stories_changed(m->e->stories, docs, SAVE_EVERY)) > 0;) {
        err = save_some(m, docs, n);
        if (err) {
            stories_unsaved(m->e->stories, docs, n);
            log_limited(LOG_WARN, "SHG-LINKS", "some places in stories are not stored yet: %s",
                        shg_err_text(err));
        }
    }
}

// What a flood of articles has left free in the heaps of all threads goes back to the system: pages
// in their middle do so only when told. A few milliseconds.
static void trim(struct matcher *m)
{
    if (m->untrimmed)
        malloc_trim(0);
    m->untrimmed = 0;
}

// ---- seating

static shg_err seat_draft(struct matcher *m, draft *d)
{
    stories *s = m->e->stories;
    doc_info info;
    if (!draft_holds(d, m->e))
        draft_make(d, m->e);
    if (d->err || !d->place)
        return d->err;
    shg_err err = stories_place(s, d->place);
    if (err)
        return err;
    d->place = NULL;
    if (!index_info(m->e->lib.ix, d->doc, &info))
        stories_remove(s, d->doc); // taken out while it was placed
    return SHG_OK;
}

// False: the matcher stops.
static bool wait_to_retry(struct matcher *m)
{
    struct timespec until = clock_mono_after((int64_t)SAVE_IDLE_MS * 1000000);
    pthread_mutex_lock(&m->lock);
    while (!m->stop && !pthread_cond_timedwait(&m->wake, &m->lock, &until))
        ;
    bool stop = m->stop;
    pthread_mutex_unlock(&m->lock);
    return !stop;
}

// A document that can't be placed for want of memory, or of a sound disk, is tried again for a
// while; then, like one that is corrupt, it is passed over until the next start. False: the
// matcher stops before.
static bool seat_or_pass(struct matcher *m, draft *d)
{
    for (int tries = 1;; tries++) {
        shg_err err = seat_draft(m, d);
        if (!err)
            return true;
        log_limited(LOG_ERROR, "SHG-PLACE", "document %u has no story: %s", d->doc,
                    shg_err_text(err));
        if (err == SHG_ECORRUPT || tries == TRIES)
            return true;
        if (!wait_to_retry(m))
            return false;
        save(m);
        draft_make(d, m->e);
    }
}

static wanted *wanted_of(const struct matcher *m, uint32_t doc)
{
    wanted *w = &m->wanted[doc % WANTED];
    return w->r && w->r->doc == doc ? w : NULL;
}

static void hand_over(struct matcher *m, draft *d)
{
    pthread_mutex_lock(&m->lock);
    wanted *w = d->matches ? wanted_of(m, d->doc) : NULL;
    if (w) {
        w->matches = d->matches;
        d->matches = NULL;
    }
    pthread_mutex_unlock(&m->lock);
    draft_end(d);
}

static bool can_seat(const struct matcher *m)
{
    return !m->seating && m->ahead[m->next % AHEAD].made;
}

// Under the lock, which it leaves meanwhile: all that is made and whose turn it is.
static void seat_all(struct matcher *m)
{
    stories *s = m->e->stories;
    m->seating = true;
    for (ahead *a; !m->stop && (a = &m->ahead[m->next % AHEAD])->made;) {
        uint32_t next = m->next + 1;
        pthread_mutex_unlock(&m->lock);
        bool passed = seat_or_pass(m, &a->draft);
        hand_over(m, &a->draft);
        if (passed)
            stories_pass(s, next);
        if (stories_unsaved_n(s) >= SAVE_EVERY)
            save(m);
        if (++m->untrimmed >= TRIM_EVERY)
            trim(m);
        pthread_mutex_lock(&m->lock);
        if (!passed)
            break;
        bool was_full = m->taken - m->next == AHEAD;
        a->made = false;
        m->next = next;
        atomic_store_explicit(&m->at, next, memory_order_relaxed);
        if (was_full)
            pthread_cond_broadcast(&m->wake);
    }
    m->seating = false;
}

static void save_idle(struct matcher *m)
{
    m->seating = true;
    pthread_mutex_unlock(&m->lock);
    save(m);
    trim(m);
    pthread_mutex_lock(&m->lock);
    m->seating = false;
}

// ---- the hands, under the lock

static bool can_take(const struct matcher *m, const hand *h)
{
    return m->taken < m->end && m->taken - m->next < AHEAD &&
           h->who < pace_hands(&m->pace, clock_mono_ns());
}

static void take_one(struct matcher *m)
{
    uint32_t doc = m->taken++;
    ahead *a = &m->ahead[doc % AHEAD];
    const wanted *w = wanted_of(m, doc);
    bool alone = doc == m->next && m->taken == m->end;
    draft_begin(&a->draft, doc, w ? reading_hold(w->r) : NULL, alone);
    pthread_mutex_unlock(&m->lock);
    draft_make(&a->draft, m->e);
    pthread_mutex_lock(&m->lock);
    a->made = true;
}

// What the first hand waits for ends after a while where there is something to be saved.
static void wait_for_work(struct matcher *m, const hand *h)
{
    struct timespec until = clock_mono_after((int64_t)SAVE_IDLE_MS * 1000000);
    int timed_out = 0;
    while (!m->stop && !timed_out && !can_seat(m) && !can_take(m, h))
        timed_out = !h->who && stories_unsaved_n(m->e->stories)
                        ? pthread_cond_timedwait(&m->wake, &m->lock, &until)
                        : pthread_cond_wait(&m->wake, &m->lock);
    if (timed_out && !m->seating)
        save_idle(m);
}

static int64_t others_ns(const struct matcher *m)
{
    int64_t ns = clock_cpu_ns();
    for (unsigned i = 0; i < m->n_hands; i++)
        ns -= clock_thread_cpu_ns(m->hand[i].thread);
    return ns;
}

static void look(struct matcher *m)
{
    int64_t now_ns = clock_mono_ns();
    unsigned hands = pace_hands(&m->pace, now_ns);
    if (pace_is_due(&m->pace, now_ns))
        pace_look(&m->pace, now_ns, others_ns(m));
    if (stories_awaited(m->e->stories))
        pace_want(&m->pace, now_ns);
    if (pace_hands(&m->pace, now_ns) > hands)
        pthread_cond_broadcast(&m->wake);
}

static bool is_awaited(const struct matcher *m)
{
    return stories_awaited(m->e->stories) || pace_is_wanted(&m->pace, clock_mono_ns());
}

// Leaves the cores to the other threads for a while, if they want them.
static void rest(struct matcher *m, int64_t began_ns)
{
    int64_t now_ns = clock_mono_ns(), ns = pace_rest_ns(&m->pace, now_ns, now_ns - began_ns);
    while (ns && !m->stop) {
        struct timespec until = clock_mono_after(ns);
        for (int timed_out = 0; !m->stop && !timed_out && !is_awaited(m);)
            timed_out = pthread_cond_timedwait(&m->wake, &m->lock, &until);
        look(m);
        ns = pace_rest_ns(&m->pace, clock_mono_ns(), 0);
    }
}

static void *run_hand(void *arg)
{
    hand *h = arg;
    struct matcher *m = h->m;
    pthread_mutex_lock(&m->lock);
    while (!m->stop) {
        int64_t began_ns = clock_mono_ns();
        if (can_seat(m))
            seat_all(m);
        else if (can_take(m, h))
            take_one(m);
        else {
            wait_for_work(m, h);
            continue;
        }
        look(m);
        if (!h->who)
            rest(m, began_ns);
    }
    pthread_mutex_unlock(&m->lock);
    return NULL;
}

static shg_err start_hands(struct matcher *m, unsigned n)
{
    shg_err err = SHG_OK;
    pthread_mutex_lock(&m->lock);
    while (!err && m->n_hands < n && m->n_hands < HANDS_MOST) {
        hand *h = &m->hand[m->n_hands];
        *h = (hand){.m = m, .who = m->n_hands};
        err = pthread_create(&h->thread, NULL, run_hand, h) ? SHG_ENOMEM : SHG_OK;
        m->n_hands += !err;
    }
    pthread_mutex_unlock(&m->lock);
    return err;
}

shg_err matcher_start(struct matcher **out, engine *e, unsigned cores)
{
    struct matcher *m = *out = calloc(1, sizeof *m);
    if (!m)
        return SHG_ENOMEM;
    m->e = e;
    m->pace.cores = cores;
    m->next = m->taken = stories_passed(e->stories);
    m->end = index_end(e->lib.ix);
    atomic_init(&m->at, m->next);
    atomic_init(&m->kept, m->end);
    m->wanted = calloc(WANTED, sizeof *m->wanted);
    pthread_mutex_init(&m->lock, NULL);
    clock_cond_init(&m->wake);
    pace_look(&m->pace, clock_mono_ns(), clock_cpu_ns()); // from here on
    shg_err err = m->wanted ? start_hands(m, cores) : SHG_ENOMEM;
    if (err)
        matcher_stop(out);
    return err;
}

bool matcher_reserve(struct matcher *m)
{
    if (!m)
        return true;
    uint32_t at = atomic_load_explicit(&m->at, memory_order_relaxed);
    if (atomic_load_explicit(&m->kept, memory_order_relaxed) >= at + NEAR_DOCS)
        return false;
    // What is read and not stored yet counts, too: else all that a flood begins with were kept.
    return atomic_fetch_add_explicit(&m->kept, 1, memory_order_relaxed) < at + NEAR_DOCS;
}

void matcher_wake(struct matcher *m)
{
    uint32_t end = index_end(m->e->lib.ix);
    atomic_store_explicit(&m->kept, end, memory_order_relaxed);
    pthread_mutex_lock(&m->lock);
    m->end = end;
    pthread_cond_broadcast(&m->wake);
    pthread_mutex_unlock(&m->lock);
}

// One too many is looked for when it is asked about.
void matcher_want(struct matcher *m, reading *r)
{
    pthread_mutex_lock(&m->lock);
    wanted *w = &m->wanted[r->doc % WANTED];
    if (!w->r)
        w->r = reading_hold(r);
    pace_want(&m->pace, clock_mono_ns());
    pthread_mutex_unlock(&m->lock);
}

static json_t *take_wanted(wanted *w)
{
    json_t *matches = w->matches;
    reading_drop(&w->r);
    w->matches = NULL;
    return matches;
}

json_t *matcher_take(struct matcher *m, const reading *r)
{
    pthread_mutex_lock(&m->lock);
    wanted *w = wanted_of(m, r->doc);
    json_t *matches = w && w->r == r ? take_wanted(w) : NULL;
    pthread_mutex_unlock(&m->lock);
    return matches;
}

void matcher_stop(struct matcher **pm)
{
    struct matcher *m = *pm;
    *pm = NULL;
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->stop = true;
    pthread_cond_broadcast(&m->wake);
    pthread_mutex_unlock(&m->lock);
    for (unsigned i = 0; i < m->n_hands; i++)
        pthread_join(m->hand[i].thread, NULL);
    save(m);
    for (size_t i = 0; i < AHEAD; i++)
        draft_fini(&m->ahead[i].draft);
    for (size_t i = 0; m->wanted && i < WANTED; i++)
        json_decref(take_wanted(&m->wanted[i]));
    free(m->wanted);
    for (size_t i = 0; i < SAVE_EVERY; i++)
        buf_fini(&m->value[i]);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

// ---- reading back what is stored

static shg_err restore_one(void *ctx, uint32_t doc, view value)
{
    engine *e = ctx;
    place *p;
    seat at;
    doc_info info;
    if (!index_info(e->lib.ix, doc, &info))
        return SHG_OK; // deleted or replaced
    shg_err err = place_decode(&p, &at, doc, value);
    if (!err) {
        err = stories_restore(e->stories, p, &at, index_end(e->lib.ix));
        if (err)
            place_free(p);
    }
    if (err != SHG_ECORRUPT)
        return err;
    log_limited(LOG_WARN, "SHG-LINKS", "the place of document %u makes no sense: worked out again",
                doc);
    return SHG_OK;
}

typedef struct gap {
    stories *stories;
    uint32_t first; // live document without a place
} gap;

static bool find_gap(void *ctx, uint32_t doc, const doc_info *info)
{
    (void)info;
    gap *g = ctx;
    if (stories_has_place(g->stories, doc))
        return true;
    g->first = doc;
    return false;
}

shg_err matcher_restore(engine *e)
{
    shg_err err = index_links(e->lib.ix, restore_one, e);
    if (!err)
        err = stories_restored(e->stories);
    gap g = {e->stories, index_end(e->lib.ix)};
    if (err)
        return err;
    index_each(e->lib.ix, find_gap, &g);
    stories_pass(e->stories, g.first);
    return SHG_OK;
}
