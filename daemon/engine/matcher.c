// The thread that works out, after the acknowledgement, what a newcomer shares with whom
// and in which story it belongs.
#include "base/clock.h"
#include "base/log.h"
#include "engine/ask.h"
#include "engine/pace.h"

#include <stdlib.h>
#include <xxhash.h>

enum {
    SAVE_EVERY = 256,   // places in one commit, or
    SAVE_IDLE_MS = 250, // what there is after so long without work
    CREDITS_KEPT = 256, // a page that names more sources is a list, not a story
    SAME_MOST = 4,      // copies that read the same, looked at for a newcomer
    TRIES = 20,         // of one document, SAVE_IDLE_MS apart
    EVENT_DAYS = 14,
    NEAR_DOCS = 1024, // so few behind what is stored that readings are kept for it
};

struct matcher {
    engine *e;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    atomic_uint_least32_t at;  // about next, for others
    atomic_uint_least32_t end; // of what is stored, about
    // of the thread alone, once it runs
    pace pace;
    uint32_t next; // document that is placed next
    buf value[SAVE_EVERY];
    doc_link links[SAVE_EVERY];
};

// What is reworded is prose like what is the same word for word.
static stored_share prose_share(const match *m, const side *s)
{
    double shared = (double)m->passages.prose + m->paraphrases.prose;
    return share_of(s->own_prose && shared < s->own_prose ? shared / s->own_prose : shared > 0);
}

static bool is_apart(int64_t a, int64_t b)
{
    const int64_t most = (int64_t)EVENT_DAYS * 86400 * 1000;
    return a != CLOCK_ABSENT && b != CLOCK_ABSENT && (a < b ? b - a > most : a - b > most);
}

static shg_err make_edge(edge *out, engine *e, reading *r, const side *side_r, const hit *h)
{
    const match *m = &h->match;
    provenance p;
    shg_err err = ask_provenance(&p, e, r, side_r, h->with, &h->side, m);
    if (err)
        return err;
    *out = (edge){
        .doc = h->with->doc,
        .relation = (uint8_t)m->relation,
        .provenance = (uint8_t)p.kind,
        .because = (uint8_t)p.because,
        .apart = is_apart(r->record.published_ms, h->with->record.published_ms),
        .containment_self = share_of(m->containment_a),
        .containment_other = share_of(m->containment_b),
        .prose = m->passages.prose,
        .quoted = m->passages.quoted,
        .paraphrase = m->paraphrases.prose,
        .prose_share_self = prose_share(m, side_r),
        .prose_share_other = prose_share(m, &h->side),
        .cosine = share_of(m->cosine),
    };
    return SHG_OK;
}

static shg_err note_credits(place *p, engine *e, reading *r)
{
    const credits *c;
    shg_err err = reading_credits(r, e->lib.sources, &c);
    if (err)
        return err;
    size_t room = c->n < CREDITS_KEPT ? c->n : CREDITS_KEPT;
    p->credits = calloc(room + 1, sizeof *p->credits);
    if (!p->credits)
        return SHG_ENOMEM;
    for (size_t i = 0; i < c->n && p->n_credits < room; i++) {
        size_t k = 0;
        while (k < p->n_credits && strcmp(p->credits[k].id, c->c[i].id))
            k++;
        p->credits[k].roles |= 1u << c->c[i].role;
        if (k < p->n_credits)
            continue;
        p->n_credits++;
        p->credits[k].id = strdup(c->c[i].id);
        p->credits[k].name = strdup(c->c[i].name);
        if (!p->credits[k].id || !p->credits[k].name)
            return SHG_ENOMEM;
    }
    return SHG_OK;
}

static uint32_t centre_of(void *ctx, uint32_t doc)
{
    seat at;
    return stories_seat(ctx, doc, &at) ? DOC_NONE : at.text;
}

static shg_err make_place(place **out, engine *e, reading *r)
{
    match_opts o = match_opts_for(r->doc, VERIFY_STORY);
    o.same_most = SAME_MOST;
    o.depth = MATCH_RETOLD;
    o.centre_of = centre_of;
    o.ctx = e->stories;
    hits h;
    *out = NULL;
    shg_err err = matching_find(&h, &e->lib, r, &o);
    if (err)
        return err;
    place *p = calloc(1, sizeof *p);
    if (p)
        p->edges = calloc(h.n + 1, sizeof *p->edges);
    err = p && p->edges ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < h.n && !err; i++)
        err = make_edge(&p->edges[p->n_edges++], e, r, &h.side, &h.hit[i]);
    if (!err)
        err = note_credits(p, e, r);
    hits_free(&h);
    if (err) {
        place_free(p);
        return err;
    }
    view uri = record_get(&r->record, REC_URI);
    p->doc = r->doc;
    p->uri_hash = XXH3_64bits(uri.p, uri.len);
    p->published_ms = r->record.published_ms;
    p->n_words = (uint32_t)r->side.words.n;
    *out = p;
    return SHG_OK;
}

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

static shg_err place_document(struct matcher *m, uint32_t doc)
{
    engine *e = m->e;
    reading *r;
    place *p = NULL;
    shg_err err = library_read(&e->lib, doc, &r);
    if (err)
        return err == SHG_ENOTFOUND ? SHG_OK : err; // taken out before its turn
    err = make_place(&p, e, r);
    if (!err) {
        err = stories_place(e->stories, p);
        if (err)
            place_free(p);
        doc_info info;
        if (!err && !index_info(e->lib.ix, doc, &info))
            stories_remove(e->stories, doc); // taken out while it was placed
    }
    reading_drop(&r);
    return err;
}

// Waits for the next document; with places unsaved, or after a failure, only SAVE_IDLE_MS.
typedef enum waited { WAITED_WORK, WAITED_IDLE, WAITED_STOP } waited;

static waited wait_for_work(struct matcher *m, bool failed)
{
    struct timespec until = clock_mono_after((int64_t)SAVE_IDLE_MS * 1000000);
    int timed_out = 0;
    pthread_mutex_lock(&m->lock);
    while (!m->stop && !timed_out && (failed || m->next >= index_end(m->e->lib.ix)))
        timed_out = failed || stories_unsaved_n(m->e->stories)
                        ? pthread_cond_timedwait(&m->wake, &m->lock, &until)
                        : pthread_cond_wait(&m->wake, &m->lock);
    waited w = m->stop ? WAITED_STOP : timed_out ? WAITED_IDLE : WAITED_WORK;
    pthread_mutex_unlock(&m->lock);
    return w;
}

static int64_t rest_due(struct matcher *m, int64_t worked_ns)
{
    return pace_rest_ns(&m->pace, clock_mono_ns(), clock_others_ns(), worked_ns);
}

// Leaves the cores to the other threads for a while, if they want them.
static void rest(struct matcher *m, int64_t began_ns)
{
    int64_t ns = rest_due(m, clock_mono_ns() - began_ns);
    bool awaited = stories_awaited(m->e->stories);
    pthread_mutex_lock(&m->lock);
    while (ns && !m->stop && !awaited) {
        struct timespec until = clock_mono_after(ns);
        for (int timed_out = 0; !m->stop && !timed_out && !awaited;) {
            timed_out = pthread_cond_timedwait(&m->wake, &m->lock, &until);
            awaited = stories_awaited(m->e->stories);
        }
        ns = rest_due(m, 0);
    }
    pthread_mutex_unlock(&m->lock);
    if (awaited)
        pace_want(&m->pace, clock_mono_ns());
}

// A document that can't be placed for want of memory, or of a sound disk, is tried again for a
// while; then, like one that is corrupt, it is passed over until the next start.
static void *run_matcher(void *arg)
{
    struct matcher *m = arg;
    stories *s = m->e->stories;
    int failures = 0;
    (void)rest_due(m, 0); // from here on
    for (waited w; (w = wait_for_work(m, failures > 0)) != WAITED_STOP;) {
        int64_t began_ns = clock_mono_ns();
        if (w == WAITED_IDLE || stories_unsaved_n(s) >= SAVE_EVERY)
            save(m);
        if (m->next >= index_end(m->e->lib.ix))
            continue;
        shg_err err = stories_has_place(s, m->next) ? SHG_OK : place_document(m, m->next);
        if (err)
            log_limited(LOG_ERROR, "SHG-PLACE", "document %u has no story: %s", m->next,
                        shg_err_text(err));
        failures = err && err != SHG_ECORRUPT ? failures + 1 : 0;
        if (failures && failures < TRIES)
            continue;
        failures = 0;
        stories_pass(s, ++m->next);
        atomic_store_explicit(&m->at, m->next, memory_order_relaxed);
        rest(m, began_ns);
    }
    save(m);
    return NULL;
}

shg_err matcher_start(struct matcher **out, engine *e, unsigned cores)
{
    struct matcher *m = *out = calloc(1, sizeof *m);
    if (!m)
        return SHG_ENOMEM;
    m->e = e;
    m->pace.cores = cores;
    m->next = stories_passed(e->stories);
    atomic_init(&m->at, m->next);
    atomic_init(&m->end, index_end(e->lib.ix));
    pthread_mutex_init(&m->lock, NULL);
    clock_cond_init(&m->wake);
    if (!pthread_create(&m->thread, NULL, run_matcher, m))
        return SHG_OK;
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    free(m);
    *out = NULL;
    return SHG_ENOMEM;
}

bool matcher_is_near(struct matcher *m)
{
    if (!m)
        return true;
    uint32_t at = atomic_load_explicit(&m->at, memory_order_relaxed);
    uint32_t end = atomic_load_explicit(&m->end, memory_order_relaxed);
    return end < at + NEAR_DOCS;
}

void matcher_wake(struct matcher *m)
{
    atomic_store_explicit(&m->end, index_end(m->e->lib.ix), memory_order_relaxed);
    pthread_mutex_lock(&m->lock);
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
}

void matcher_stop(struct matcher **pm)
{
    struct matcher *m = *pm;
    *pm = NULL;
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->stop = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    pthread_join(m->thread, NULL);
    for (size_t i = 0; i < SAVE_EVERY; i++)
        buf_fini(&m->value[i]);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

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
        err = stories_restore(e->stories, p, &at);
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
