#include "engine/stories.h"

#include <pthread.h>
#include <stdlib.h>

static const double JOIN_TEXT = .5;   // share of the newcomer that the centre holds
static const double JOIN_STORY = .3;  // mean link to the story's centres, or to its first one
static const double SAME_EVENT = .30; // terms_cosine
enum { SHARED_LEAST = 12, CHUNK = 1 << 14, CHUNKS = 1 << 18 };

// What is kept of a document beside its place: the chain of its story.
typedef struct slot {
    place *p;
    uint32_t next;     // next member of the story, or 0 (a first member is never next)
    uint32_t tail;     // of a story's first: its last member
    uint32_t n, texts; // of a story's first: members, texts
} slot;

struct stories {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    slot *chunk[CHUNKS]; // never moved: places are borrowed without the lock
    uint32_t end, passed;
    bool stopped;
};

shg_err stories_open(stories **out)
{
    stories *s = *out = calloc(1, sizeof *s);
    if (!s)
        return SHG_ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    return SHG_OK;
}

void stories_close(stories **ps)
{
    stories *s = *ps;
    *ps = NULL;
    if (!s)
        return;
    for (size_t c = 0; c < CHUNKS && s->chunk[c]; c++) {
        for (size_t i = 0; i < CHUNK; i++)
            place_free(s->chunk[c][i].p);
        free(s->chunk[c]);
    }
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static slot *slot_of(stories *s, uint32_t doc)
{
    slot *c = s->chunk[doc / CHUNK];
    return c ? &c[doc % CHUNK] : NULL;
}

static place *place_at(stories *s, uint32_t doc)
{
    slot *t = slot_of(s, doc);
    return t ? t->p : NULL;
}

static slot *slot_make(stories *s, uint32_t doc)
{
    for (size_t c = 0; c <= doc / CHUNK; c++)
        if (!s->chunk[c] && !(s->chunk[c] = calloc(CHUNK, sizeof **s->chunk)))
            return NULL;
    return slot_of(s, doc);
}

// How much of the newcomer the other holds, if they can be one text.
static double text_share(const edge *e)
{
    if (e->relation == REL_COPY || e->relation == REL_EXCERPT)
        return e->containment_self;
    return e->relation == REL_REWRITE ? e->prose_share : 0;
}

static double story_link(const edge *e)
{
    if (e->prose + e->quoted >= SHARED_LEAST && e->cosine >= SAME_EVENT)
        return 1;
    double share =
        e->containment_self > e->containment_other ? e->containment_self : e->containment_other;
    return e->relation == REL_QUOTES ? 0 : share;
}

// Edges lead to the centres of texts alone: what is like a member, but not like the
// centre, stays out.
static const edge *best_text(stories *s, const place *p)
{
    const edge *best = NULL;
    double most = JOIN_TEXT;
    for (size_t i = 0; i < p->n_edges; i++) {
        const edge *e = &p->edges[i];
        const place *q = place_at(s, e->doc);
        double share = text_share(e);
        if (!q || q->text != e->doc || share < most ||
            (best && share == most && e->doc > best->doc))
            continue;
        best = e;
        most = share;
    }
    return best;
}

// The link of the newcomer to one story: its mean over the centres of the story's texts,
// or that to the first centre, whichever is more.
static double story_strength(stories *s, const place *p, uint32_t story)
{
    double sum = 0, first = 0;
    for (size_t i = 0; i < p->n_edges; i++) {
        const edge *e = &p->edges[i];
        const place *q = place_at(s, e->doc);
        if (!q || q->story != story || q->text != e->doc)
            continue;
        sum += story_link(e);
        if (e->doc == story)
            first = story_link(e);
    }
    double mean = sum / slot_of(s, story)->texts;
    return mean > first ? mean : first;
}

static const place *best_story(stories *s, const place *p)
{
    const place *best = NULL;
    double most = JOIN_STORY;
    for (size_t i = 0; i < p->n_edges; i++) {
        const place *q = place_at(s, p->edges[i].doc);
        if (!q || (best && q->story == best->story))
            continue;
        double strength = story_strength(s, p, q->story);
        if (strength < most || (best && strength == most && q->story > best->story))
            continue;
        best = q;
        most = strength;
    }
    return best;
}

// Chains a placed document into its story.
static shg_err take_in(stories *s, place *p)
{
    slot *t = slot_make(s, p->doc);
    slot *first = slot_make(s, p->story);
    if (!t || !first)
        return SHG_ENOMEM;
    if (p->doc != p->story && first->n == 0) // its first member was deleted and forgotten
        *first = (slot){.tail = p->story, .n = 1, .texts = 1};
    t->p = p;
    if (p->doc != p->story)
        slot_of(s, first->tail)->next = p->doc;
    first->tail = p->doc;
    first->n++;
    first->texts += p->text == p->doc;
    s->end = p->doc + 1;
    return SHG_OK;
}

shg_err stories_place(stories *s, place *p, uint64_t uri_hash)
{
    pthread_mutex_lock(&s->lock);
    p->text = p->story = p->doc;
    p->story_id = uri_hash;
    const edge *e = best_text(s, p);
    const place *q = e ? place_at(s, e->doc) : best_story(s, p);
    if (e)
        p->text = e->doc;
    if (q) {
        p->story = q->story;
        p->story_id = q->story_id;
    }
    shg_err err = take_in(s, p);
    pthread_mutex_unlock(&s->lock);
    return err;
}

shg_err stories_restore(stories *s, place *p)
{
    pthread_mutex_lock(&s->lock);
    bool sound = p->doc >= s->end && p->story <= p->text && p->text <= p->doc;
    shg_err e = sound ? take_in(s, p) : SHG_ECORRUPT;
    pthread_mutex_unlock(&s->lock);
    return e;
}

void stories_pass(stories *s, uint32_t end)
{
    pthread_mutex_lock(&s->lock);
    s->passed = end;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

uint32_t stories_passed(stories *s)
{
    pthread_mutex_lock(&s->lock);
    uint32_t passed = s->passed;
    pthread_mutex_unlock(&s->lock);
    return passed;
}

shg_err stories_wait(stories *s, uint32_t end)
{
    pthread_mutex_lock(&s->lock);
    while (s->passed < end && !s->stopped)
        pthread_cond_wait(&s->moved, &s->lock);
    shg_err e = s->passed < end ? SHG_EDRAIN : SHG_OK;
    pthread_mutex_unlock(&s->lock);
    return e;
}

void stories_stop(stories *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

shg_err stories_members(stories *s, uint32_t doc, uint32_t **docs, size_t *n)
{
    shg_err e = SHG_ENOTFOUND;
    *docs = NULL;
    *n = 0;
    pthread_mutex_lock(&s->lock);
    const place *p = place_at(s, doc);
    if (p) {
        const slot *t = slot_of(s, p->story);
        *docs = malloc(t->n * sizeof **docs);
        e = *docs ? SHG_OK : SHG_ENOMEM;
        for (uint32_t d = p->story; *docs; d = t->next, t = slot_of(s, d)) {
            (*docs)[(*n)++] = d;
            if (!t->next)
                break;
        }
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}

const place *stories_place_of(stories *s, uint32_t doc)
{
    pthread_mutex_lock(&s->lock);
    const place *p = place_at(s, doc);
    pthread_mutex_unlock(&s->lock);
    return p;
}

uint32_t stories_end(stories *s)
{
    pthread_mutex_lock(&s->lock);
    uint32_t end = s->end;
    pthread_mutex_unlock(&s->lock);
    return end;
}
