#include "engine/draft.h"
#include "engine/ask.h"

#include <stdlib.h>
#include <xxhash.h>

enum {
    CREDITS_KEPT = 256, // a page that names more sources is a list, not a story
    SAME_MOST = 4,      // copies that read the same, looked at for a newcomer
    EVENT_DAYS = 14,
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

// What was told of a near text: its centre, itself where it has no seat.
typedef struct centre_seen {
    uint32_t doc, centre;
} centre_seen;

static uint32_t centre_now(stories *s, uint32_t doc)
{
    seat at;
    return stories_seat(s, doc, &at) ? doc : at.text;
}

typedef struct asking {
    stories *stories;
    buf *seen;
    uint32_t newcomer;
} asking;

// A centre that came after the newcomer, whose place was lost and is worked out again, is no
// candidate of it: who comes later has the edge.
static uint32_t centre_of(void *ctx, uint32_t doc)
{
    const asking *a = ctx;
    centre_seen c = {doc, centre_now(a->stories, doc)};
    buf_add(a->seen, &c, sizeof c);
    return c.centre < a->newcomer ? c.centre : doc;
}

static shg_err make_place(place **out, engine *e, reading *r, const hits *h)
{
    place *p = *out = calloc(1, sizeof *p);
    if (p)
        p->edges = calloc(h->n + 1, sizeof *p->edges);
    if (!p || !p->edges)
        return SHG_ENOMEM;
    view uri = record_get(&r->record, REC_URI);
    p->doc = r->doc;
    p->uri_hash = XXH3_64bits(uri.p, uri.len);
    p->published_ms = r->record.published_ms;
    p->n_words = (uint32_t)r->side.words.n;
    for (size_t i = 0; i < h->n; i++) {
        if (!h->hit[i].asked)
            continue;
        shg_err err = make_edge(&p->edges[p->n_edges++], e, r, &h->side, &h->hit[i]);
        if (err)
            return err;
    }
    return note_credits(p, e, r);
}

// An article that was replaced by one behind the newcomer is not found any more, nor that yet.
static shg_err make_answer(draft *d, engine *e, reading *r, hits *h)
{
    if (atomic_load(&e->updated) > d->doc)
        return SHG_OK;
    return ask_matches(&d->matches, e, r, h);
}

static shg_err match_reading(draft *d, engine *e, reading *r)
{
    match_opts o = match_opts_for(r->doc + 1, VERIFY_STORY); // it counts for the others' marks
    match_opts question = match_opts_for(r->doc + 1, VERIFY_QUERY);
    o.same_most = SAME_MOST;
    o.depth = MATCH_RETOLD;
    o.centre_of = centre_of;
    o.ctx = &(asking){e->stories, &d->centres, r->doc};
    o.helpers = d->wanted && d->alone ? e->helpers : NULL;
    o.also = d->wanted ? &question : NULL;
    hits h;
    helpers_begin(o.helpers);
    shg_err err = matching_find(&h, &e->lib, r, &o);
    helpers_end(o.helpers);
    if (err)
        return err;
    err = make_place(&d->place, e, r, &h);
    if (!err && d->wanted)
        err = make_answer(d, e, r, &h);
    hits_free(&h);
    return err ? err : buf_err(&d->centres);
}

static void drop(draft *d)
{
    place_free(d->place);
    json_decref(d->matches);
    d->place = NULL;
    d->matches = NULL;
}

void draft_begin(draft *d, uint32_t doc, reading *wanted, bool alone)
{
    d->alone = alone;
    d->doc = doc;
    d->wanted = wanted;
}

static shg_err read_newcomer(reading **out, draft *d, engine *e)
{
    if (!d->wanted)
        return library_read(&e->lib, d->doc, out);
    *out = reading_hold(d->wanted);
    return SHG_OK;
}

void draft_make(draft *d, engine *e)
{
    reading *r;
    drop(d);
    d->err = SHG_OK;
    buf_reset(&d->centres);
    if (stories_has_place(e->stories, d->doc))
        return;
    d->err = read_newcomer(&r, d, e);
    if (d->err == SHG_ENOTFOUND)
        d->err = SHG_OK; // taken out before its turn
    else if (!d->err)
        d->err = match_reading(d, e, r);
    reading_drop(&r);
    if (d->err)
        drop(d);
}

bool draft_holds(const draft *d, engine *e)
{
    const centre_seen *c = (const centre_seen *)(const void *)d->centres.p;
    for (size_t i = 0; i < d->centres.len / sizeof *c; i++)
        if (centre_now(e->stories, c[i].doc) != c[i].centre)
            return false;
    return true;
}

void draft_end(draft *d)
{
    drop(d);
    reading_drop(&d->wanted);
}

void draft_fini(draft *d)
{
    draft_end(d);
    buf_fini(&d->centres);
}
