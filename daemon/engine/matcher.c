// The thread that works out, after the acknowledgement, what a newcomer shares with whom
// and in which story it belongs.
#include "base/clock.h"
#include "base/log.h"
#include "engine/ask.h"

#include <stdlib.h>
#include <xxhash.h>

enum {
    SAVE_EVERY = 256,   // places in one commit, or
    SAVE_IDLE_MS = 250, // what there is after so long without work
    SHARE_STEPS = 65535,
};

struct matcher {
    engine *e;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool stop;
    // of the thread alone
    buf *saved;      // [SAVE_EVERY] encoded places that are not yet stored
    doc_link *links; // [SAVE_EVERY]
    size_t n;
};

// Shares are kept as they are stored, so that an answer is the same after a restart.
static double stored_share(double v)
{
    return (double)(unsigned)(v * SHARE_STEPS + .5) / SHARE_STEPS;
}

static shg_err make_edge(edge *out, engine *e, reading *r, const side *side_r, const hit *h)
{
    const match *m = &h->match;
    provenance p;
    shg_err err = ask_provenance(&p, e, r, side_r, h->with, &h->side, m);
    if (err)
        return err;
    double prose = side_r->own_prose ? (double)m->passages.prose / side_r->own_prose : 0;
    *out = (edge){
        .doc = h->with->doc,
        .relation = m->relation,
        .provenance = p.kind,
        .because = p.because,
        .containment_self = stored_share(m->containment_a),
        .containment_other = stored_share(m->containment_b),
        .prose = m->passages.prose,
        .quoted = m->passages.quoted,
        .prose_share = stored_share(prose > 1 ? 1 : prose),
        .cosine = stored_share(m->cosine),
    };
    return SHG_OK;
}

static shg_err note_credits(place *p, engine *e, reading *r)
{
    const credits *c;
    shg_err err = reading_credits(r, e->lib.sources, &c);
    if (err)
        return err;
    p->credits = calloc(c->n + 1, sizeof *p->credits);
    if (!p->credits)
        return SHG_ENOMEM;
    for (size_t i = 0; i < c->n; i++) {
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

static shg_err make_place(place **out, engine *e, reading *r)
{
    match_opts o = {
        .horizon = r->doc,
        .verify_most = VERIFY_STORY,
        .relations = RELATIONS_DEFAULT,
        .since_ms = CLOCK_ABSENT,
        .before_ms = CLOCK_ABSENT,
    };
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
    p->doc = r->doc;
    *out = p;
    return SHG_OK;
}

static void save(struct matcher *m)
{
    for (size_t i = 0; i < m->n; i++)
        m->links[i].value = buf_view(&m->saved[i]);
    shg_err err = m->n ? index_link(m->e->lib.ix, m->links, m->n) : SHG_OK;
    if (err) // they can be worked out again: nothing is lost
        log_limited(LOG_WARN, "SHG-LINKS", "%zu places in stories were not stored: %s", m->n,
                    shg_err_text(err));
    m->n = 0;
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
        view uri = record_get(&r->record, "uri");
        err = stories_place(e->stories, p, XXH3_64bits(uri.p, uri.len));
    }
    if (!err) {
        buf *b = &m->saved[m->n];
        buf_reset(b);
        place_encode(b, p);
        m->links[m->n].doc = doc;
        m->n += buf_err(b) == SHG_OK;
    }
    reading_drop(&r);
    return err;
}

// Waits for the next document; with places unsaved only SAVE_IDLE_MS.
typedef enum waited { WAITED_WORK, WAITED_IDLE, WAITED_STOP } waited;

static waited wait_for_work(struct matcher *m, uint32_t next)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)SAVE_IDLE_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int timed_out = 0;
    pthread_mutex_lock(&m->lock);
    while (!m->stop && !timed_out && next >= index_end(m->e->lib.ix))
        timed_out = m->n ? pthread_cond_timedwait(&m->wake, &m->lock, &until)
                         : pthread_cond_wait(&m->wake, &m->lock);
    waited w = m->stop ? WAITED_STOP : timed_out ? WAITED_IDLE : WAITED_WORK;
    pthread_mutex_unlock(&m->lock);
    return w;
}

static void *run_matcher(void *arg)
{
    struct matcher *m = arg;
    uint32_t next = stories_passed(m->e->stories);
    for (waited w; (w = wait_for_work(m, next)) != WAITED_STOP;) {
        if (w == WAITED_IDLE || m->n == SAVE_EVERY)
            save(m);
        if (w == WAITED_IDLE)
            continue;
        shg_err err = place_document(m, next);
        if (err)
            log_limited(LOG_ERROR, "SHG-PLACE", "document %u has no story: %s", next,
                        shg_err_text(err));
        stories_pass(m->e->stories, ++next);
    }
    save(m);
    return NULL;
}

shg_err matcher_start(struct matcher **out, engine *e)
{
    struct matcher *m = *out = calloc(1, sizeof *m);
    if (!m)
        return SHG_ENOMEM;
    m->e = e;
    m->saved = calloc(SAVE_EVERY, sizeof *m->saved);
    m->links = calloc(SAVE_EVERY, sizeof *m->links);
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (m->saved && m->links && !pthread_create(&m->thread, NULL, run_matcher, m))
        return SHG_OK;
    free(m->saved);
    free(m->links);
    free(m);
    *out = NULL;
    return SHG_ENOMEM;
}

void matcher_wake(struct matcher *m)
{
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
        buf_fini(&m->saved[i]);
    free(m->saved);
    free(m->links);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

static shg_err restore_one(void *ctx, uint32_t doc, view value)
{
    engine *e = ctx;
    place *p;
    shg_err err = place_decode(&p, doc, value);
    if (err)
        return err;
    err = stories_restore(e->stories, p);
    if (err)
        place_free(p);
    return err;
}

shg_err matcher_restore(engine *e)
{
    shg_err err = index_links(e->lib.ix, restore_one, e);
    if (!err)
        stories_pass(e->stories, stories_end(e->stories));
    return err;
}
