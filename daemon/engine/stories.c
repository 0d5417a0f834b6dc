#include "engine/stories.h"

#include <pthread.h>
#include <stdlib.h>

static const double JOIN_TEXT = .5;   // share of the newcomer that the centre holds
static const double JOIN_STORY = .3;  // mean link to the story's centres, or to its first one
static const double MERGE = .5;       // link to the first centres of two stories
static const double SAME_EVENT = .30; // terms_cosine, from SHARED_LEAST words
static const double NEAR_EVENT = .15; // from SHARED_MUCH words
enum { SHARED_LEAST = 12, SHARED_MUCH = 30, EDGES_KEPT = 16, CHUNK = 1 << 14, CHUNKS = 1 << 18 };

// What is kept of a document beside its place: the chain of its story.
typedef struct slot {
    place *p;
    uint32_t next;     // next in the chain, or 0 (document 0 never follows another)
    uint32_t tail;     // of a story's first: its last member
    uint32_t n, texts; // of a story's first: members, texts
    uint32_t into;     // of a story's first: the earlier story it was merged into, + 1; or 0
    uint64_t id;       // of a story's first: the story's name
} slot;

struct stories {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    slot *chunk[CHUNKS]; // never moved: places are borrowed without the lock
    uint32_t passed;
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

// The first document of what a story has become. Merges go to earlier stories: it ends.
static uint32_t root_of(stories *s, uint32_t story)
{
    for (const slot *t; (t = slot_of(s, story)) && t->into;)
        story = t->into - 1;
    return story;
}

// How much of the newcomer the other holds, if they can be one text.
static double text_share(const edge *e)
{
    if (e->relation == REL_COPY || e->relation == REL_EXCERPT)
        return e->containment_self;
    return e->relation == REL_REWRITE ? e->prose_share : 0;
}

// The more words two articles share, the less else must say that it is one event: a column that
// quotes thirty words of an interview has little vocabulary in common with the news of it.
static double story_link(const edge *e)
{
    uint32_t shared = e->prose + e->quoted;
    if ((shared >= SHARED_LEAST && e->cosine >= SAME_EVENT) ||
        (shared >= SHARED_MUCH && e->cosine >= NEAR_EVENT))
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
        if (!q || q->text != e->doc || root_of(s, q->story) != story)
            continue;
        sum += story_link(e);
        if (e->doc == story)
            first = story_link(e);
    }
    double mean = sum / slot_of(s, story)->texts;
    return mean > first ? mean : first;
}

// The story that the newcomer is bound to most, or DOC_NONE.
static uint32_t best_story(stories *s, const place *p)
{
    uint32_t best = DOC_NONE;
    double most = JOIN_STORY;
    for (size_t i = 0; i < p->n_edges; i++) {
        const place *q = place_at(s, p->edges[i].doc);
        uint32_t story = q ? root_of(s, q->story) : best;
        if (story == best)
            continue;
        double strength = story_strength(s, p, story);
        if (strength < most || (best != DOC_NONE && strength == most && story > best))
            continue;
        best = story;
        most = strength;
    }
    return best;
}

// Which stories the newcomer binds together: those whose first centres it is linked to as
// strongly as to that of its own.
static shg_err find_merges(stories *s, place *p)
{
    bool own = false;
    p->merged = calloc(p->n_edges + 1, sizeof *p->merged);
    if (!p->merged)
        return SHG_ENOMEM;
    for (size_t i = 0; i < p->n_edges; i++) {
        const edge *e = &p->edges[i];
        const place *q = place_at(s, e->doc);
        if (!q || root_of(s, q->story) != e->doc || story_link(e) < MERGE)
            continue;
        if (e->doc == p->story)
            own = true;
        else
            p->merged[p->n_merged++] = e->doc;
    }
    p->n_merged = own ? p->n_merged : 0;
    return SHG_OK;
}

static void merge(stories *s, uint32_t a, uint32_t b)
{
    a = root_of(s, a);
    b = root_of(s, b);
    if (a == b || !slot_of(s, a)->n || !slot_of(s, b)->n) // one was deleted and forgotten
        return;
    slot *to = slot_of(s, a < b ? a : b), *from = slot_of(s, a < b ? b : a);
    from->into = (a < b ? a : b) + 1;
    slot_of(s, to->tail)->next = a < b ? b : a;
    to->tail = from->tail;
    to->n += from->n;
    to->texts += from->texts;
}

// Chains a placed document into its story, and the stories that it binds into one.
static shg_err take_in(stories *s, place *p)
{
    slot *t = slot_make(s, p->doc);
    slot *first = slot_make(s, root_of(s, p->story));
    if (!t || !first)
        return SHG_ENOMEM;
    if (p->doc != p->story && first->n == 0) // its first member was deleted and forgotten
        *first = (slot){.tail = p->story, .n = 1, .texts = 1, .id = p->story_id};
    t->p = p;
    if (p->doc == p->story)
        t->id = p->story_id;
    else
        slot_of(s, first->tail)->next = p->doc;
    first->tail = p->doc;
    first->n++;
    first->texts += p->text == p->doc;
    for (size_t i = 0; i < p->n_merged; i++)
        merge(s, p->story, p->merged[i]);
    return SHG_OK;
}

// All edges decide; the best are kept, and those to the centres that it joined: a text that
// thousands reprint would else drag a square of edges along.
static void trim_edges(place *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_edges; i++)
        if (i < EDGES_KEPT || p->edges[i].doc == p->text || p->edges[i].doc == p->story)
            p->edges[n++] = p->edges[i];
    edge *fit = realloc(p->edges, (n + 1) * sizeof *fit);
    p->edges = fit ? fit : p->edges;
    p->n_edges = n;
}

shg_err stories_place(stories *s, place *p, uint64_t uri_hash)
{
    pthread_mutex_lock(&s->lock);
    const edge *e = best_text(s, p);
    uint32_t story = e ? root_of(s, place_at(s, e->doc)->story) : best_story(s, p);
    p->text = e ? e->doc : p->doc;
    p->story = story != DOC_NONE ? story : p->doc;
    p->story_id = story != DOC_NONE ? slot_of(s, story)->id : uri_hash;
    shg_err err = find_merges(s, p);
    trim_edges(p);
    if (!err)
        err = take_in(s, p);
    pthread_mutex_unlock(&s->lock);
    return err;
}

shg_err stories_restore(stories *s, place *p)
{
    pthread_mutex_lock(&s->lock);
    bool sound = !place_at(s, p->doc) && p->story <= p->doc && p->text <= p->doc;
    for (size_t i = 0; i < p->n_merged && sound; i++) // a story that is quite forgotten has no slot
        sound = p->merged[i] < p->doc && slot_make(s, p->doc);
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

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

shg_err stories_members(stories *s, uint32_t doc, uint32_t **docs, size_t *n)
{
    shg_err e = SHG_ENOTFOUND;
    *docs = NULL;
    *n = 0;
    pthread_mutex_lock(&s->lock);
    const place *p = place_at(s, doc);
    if (p) {
        uint32_t d = root_of(s, p->story);
        const slot *t = slot_of(s, d);
        *docs = malloc(t->n * sizeof **docs);
        e = *docs ? SHG_OK : SHG_ENOMEM;
        for (uint32_t left = t->n; *docs && left; left--, d = t->next) {
            t = slot_of(s, d);
            (*docs)[(*n)++] = d;
        }
    }
    pthread_mutex_unlock(&s->lock);
    if (!e)
        qsort(*docs, *n, sizeof **docs, ascending); // merged stories stand one behind the other
    return e;
}

shg_err stories_story(stories *s, uint32_t doc, uint32_t *first, uint64_t *id)
{
    pthread_mutex_lock(&s->lock);
    const place *p = place_at(s, doc);
    if (p) {
        *first = root_of(s, p->story);
        *id = slot_of(s, *first)->id;
    }
    pthread_mutex_unlock(&s->lock);
    return p ? SHG_OK : SHG_ENOTFOUND;
}

const place *stories_place_of(stories *s, uint32_t doc)
{
    pthread_mutex_lock(&s->lock);
    const place *p = place_at(s, doc);
    pthread_mutex_unlock(&s->lock);
    return p;
}
