// Casting anew what hangs together: from links between documents to seats.
#include "base/clock.h"
#include "engine/stories_inside.h"

#include <stdlib.h>
#include <xxhash.h>

static const double SAME_EVENT = .30; // terms_cosine, from SHARED_LEAST words
static const double NEAR_EVENT = .15; // from SHARED_MUCH words
enum { SHARED_LEAST = 12, SHARED_MUCH = 30 };

// Documents at work. Marks in their slots are positions + 1.
typedef struct region {
    uint32_t n;
    uint32_t doc[STARS_MOST];
    star_seat seat[STARS_MOST];
    uint64_t id[STARS_MOST]; // of the story whose first text stands here
    star_link *links;
    size_t n_links;
} region;

// ---- links

// How much of one side the other holds, if they can be one text.
static double held(const edge *e, bool self)
{
    if (e->relation == REL_COPY || e->relation == REL_EXCERPT)
        return share_value(self ? e->containment_self : e->containment_other);
    if (e->relation != REL_REWRITE)
        return 0;
    return share_value(self ? e->prose_share_self : e->prose_share_other);
}

// The more words two articles share, the less else must say that it is one event: a column that
// quotes thirty words of an interview has little vocabulary in common with the news of it. What
// is told in the same words after weeks is background, or a daily report's set phrases: then
// only the share of it counts.
static double link_of(const edge *e)
{
    uint32_t shared = e->prose + e->quoted + e->paraphrase;
    double cosine = share_value(e->cosine);
    if (!e->apart && ((shared >= SHARED_LEAST && cosine >= SAME_EVENT) ||
                      (shared >= SHARED_MUCH && cosine >= NEAR_EVENT)))
        return 1;
    stored_share most =
        e->containment_self > e->containment_other ? e->containment_self : e->containment_other;
    return e->relation == REL_QUOTES ? 0 : share_value(most);
}

static uint16_t parts(double share)
{
    return (uint16_t)((share > 1 ? 1 : share) * STARS_ONE + .5);
}

// bears: the two hang together.
static bool bears(const edge *e)
{
    return parts(link_of(e)) || parts(held(e, true)) >= STARS_HOLDS ||
           parts(held(e, false)) >= STARS_HOLDS;
}

// ---- gathering

static bool add(stories *s, region *r, uint32_t doc)
{
    slot *t = slot_of(s, doc);
    if (!t || !t->live || t->mark)
        return true;
    if (r->n == STARS_MOST)
        return false;
    r->doc[r->n++] = doc;
    t->mark = (uint16_t)r->n;
    return true;
}

static bool add_story(stories *s, region *r, uint32_t story)
{
    uint32_t doc = story;
    for (uint32_t left = slot_of(s, story)->n; left; left--, doc = slot_of(s, doc)->next)
        if (!add(s, r, doc))
            return false;
    return true;
}

static bool add_linked(stories *s, region *r, uint32_t doc)
{
    const slot *t = slot_of(s, doc);
    for (size_t i = 0; i < t->p->n_edges; i++)
        if (bears(&t->p->edges[i]) && !add(s, r, t->p->edges[i].doc))
            return false;
    for (uint32_t i = 0; i < t->n_back; i++) {
        const slot *later = slot_of(s, t->back[i]);
        if (later && later->live && bears(place_edge(later->p, doc)) && !add(s, r, t->back[i]))
            return false;
    }
    return true;
}

// gather adds all that hangs together with what is there, whole stories always. False where
// that is too much.
static bool gather(stories *s, region *r)
{
    for (uint32_t i = 0; i < r->n; i++) {
        const slot *t = slot_of(s, r->doc[i]);
        if ((t->id && !add_story(s, r, t->story)) || !add_linked(s, r, r->doc[i]))
            return false;
    }
    return true;
}

static void clear(stories *s, region *r)
{
    for (uint32_t i = 0; i < r->n; i++)
        slot_of(s, r->doc[i])->mark = 0;
    r->n = 0;
}

// ---- casting

// The order in which they may become centres (stories.h). By document last: the same uri twice.
static int by_publication(const place *a, const place *b)
{
    uint64_t x = clock_order(a->published_ms), y = clock_order(b->published_ms);
    if (x != y)
        return x < y ? -1 : 1;
    if (a->n_words != b->n_words)
        return a->n_words > b->n_words ? -1 : 1;
    if (a->uri_hash != b->uri_hash)
        return a->uri_hash < b->uri_hash ? -1 : 1;
    return a->doc < b->doc ? -1 : a->doc > b->doc;
}

static int by_publication_of(const void *a, const void *b)
{
    const place *const *x = a, *const *y = b;
    return by_publication(*x, *y);
}

static int ascending(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static shg_err sort(stories *s, region *r)
{
    const place **order = malloc((r->n + 1) * sizeof(place *));
    if (!order)
        return SHG_ENOMEM;
    for (uint32_t i = 0; i < r->n; i++)
        order[i] = slot_of(s, r->doc[i])->p;
    qsort(order, r->n, sizeof *order, by_publication_of);
    for (uint32_t i = 0; i < r->n; i++) {
        r->doc[i] = order[i]->doc;
        slot_of(s, r->doc[i])->mark = (uint16_t)(i + 1);
    }
    free(order);
    return SHG_OK;
}

static shg_err collect_links(stories *s, region *r)
{
    size_t room = 0;
    for (uint32_t i = 0; i < r->n; i++)
        room += slot_of(s, r->doc[i])->p->n_edges;
    r->links = malloc((room + 1) * sizeof *r->links);
    if (!r->links)
        return SHG_ENOMEM;
    for (uint32_t i = 0; i < r->n; i++) {
        const place *p = slot_of(s, r->doc[i])->p;
        for (size_t k = 0; k < p->n_edges; k++) {
            const edge *e = &p->edges[k];
            const slot *t = slot_of(s, e->doc);
            if (t && t->mark)
                r->links[r->n_links++] = (star_link){.a = i,
                                                     .b = t->mark - 1,
                                                     .held_a = parts(held(e, true)),
                                                     .held_b = parts(held(e, false)),
                                                     .link = parts(link_of(e))};
        }
    }
    return SHG_OK;
}

// ---- seats

static void note(stories *s, uint32_t doc)
{
    slot *t = slot_of(s, doc);
    if (!t->changed)
        s->changed[s->n_changed++] = doc;
    t->changed = true;
}

shg_err region_reserve(stories *s, size_t more)
{
    if (s->n_changed + more <= s->cap_changed)
        return SHG_OK;
    size_t cap = 2 * (s->n_changed + more);
    uint32_t *p = realloc(s->changed, cap * sizeof *p);
    if (!p)
        return SHG_ENOMEM;
    s->changed = p;
    s->cap_changed = cap;
    return SHG_OK;
}

static void sit(stories *s, uint32_t doc, uint32_t text, uint32_t story, uint64_t id)
{
    slot *t = slot_of(s, doc);
    if (t->text == text && t->story == story && t->id == id)
        return;
    t->text = text;
    t->story = story;
    t->id = id;
    note(s, doc);
}

// A free id from the uri of the story's first member.
static uint64_t make_id(const stories *s, uint64_t uri_hash)
{
    uint64_t id = uri_hash;
    while (!id || idset_has(&s->ids, id))
        id = XXH3_64bits_withSeed(&uri_hash, sizeof uri_hash, id + 1);
    return id;
}

// by_doc lists the region ascending. An id goes where its earliest stored member went, if that
// has none yet; the stories without get new ones.
static void name_stories(stories *s, region *r, const uint32_t *by_doc)
{
    for (uint32_t i = 0; i < r->n; i++)
        idset_remove(&s->ids, slot_of(s, r->doc[i])->id);
    for (uint32_t i = 0; i < r->n; i++) {
        const slot *t = slot_of(s, by_doc[i]);
        uint64_t *id = &r->id[r->seat[t->mark - 1].story];
        if (*id || !t->id || idset_has(&s->ids, t->id))
            continue;
        *id = t->id;
        idset_add(&s->ids, *id);
    }
    for (uint32_t i = 0; i < r->n; i++) {
        const slot *t = slot_of(s, by_doc[i]);
        uint64_t *id = &r->id[r->seat[t->mark - 1].story];
        if (*id)
            continue;
        *id = make_id(s, t->p->uri_hash);
        idset_add(&s->ids, *id);
    }
}

void story_chain(stories *s, const uint32_t *docs, size_t n)
{
    slot *first = slot_of(s, docs[0]);
    first->n = (uint32_t)n;
    first->texts = first->dead = 0;
    first->tail = docs[n - 1];
    for (size_t i = 0; i < n; i++) {
        slot *t = slot_of(s, docs[i]);
        t->next = i + 1 < n ? docs[i + 1] : 0;
        first->texts += t->text == docs[i];
    }
}

// Stories one after the other: their members ascend, and the first of them names the story.
static void seat_stories(stories *s, region *r, const uint32_t *by_doc, uint32_t *members)
{
    for (uint32_t story = 0; story < r->n; story++) {
        uint32_t n = 0;
        if (r->seat[story].story != story)
            continue;
        for (uint32_t i = 0; i < r->n; i++)
            if (r->seat[slot_of(s, by_doc[i])->mark - 1].story == story)
                members[n++] = by_doc[i];
        for (uint32_t i = 0; i < n; i++) {
            uint32_t text = r->doc[r->seat[slot_of(s, members[i])->mark - 1].text];
            sit(s, members[i], text, members[0], r->id[story]);
        }
        story_chain(s, members, n);
    }
}

static shg_err cast(stories *s, region *r)
{
    uint32_t *by_doc = malloc((2 * (size_t)r->n + 1) * sizeof *by_doc);
    shg_err err = by_doc ? SHG_OK : SHG_ENOMEM;
    if (!err)
        err = sort(s, r);
    if (!err)
        err = collect_links(s, r);
    if (!err)
        err = region_reserve(s, r->n);
    if (!err)
        err = idset_reserve(&s->ids, r->n);
    if (!err)
        err = stars_cast(r->seat, r->n, r->links, r->n_links);
    if (!err) {
        memcpy(by_doc, r->doc, r->n * sizeof *by_doc);
        qsort(by_doc, r->n, sizeof *by_doc, ascending);
        name_stories(s, r, by_doc);
        seat_stories(s, r, by_doc, by_doc + r->n);
        for (uint32_t i = 0; i < r->n; i++)
            slot_of(s, r->doc[i])->cast = s->casts;
    }
    free(by_doc);
    free(r->links);
    return err;
}

// ---- where too much hangs together

// The text that a newcomer joins: that of the centre that holds most of it.
static uint32_t best_text(const stories *s, const place *p)
{
    uint32_t best = p->doc;
    uint16_t most = 0;
    for (size_t i = 0; i < p->n_edges; i++) {
        const edge *e = &p->edges[i];
        uint16_t share = parts(held(e, true));
        if (share < STARS_HOLDS || share <= most || !is_live(s, e->doc) ||
            slot_of(s, e->doc)->text != e->doc)
            continue;
        best = e->doc;
        most = share;
    }
    return best;
}

static uint64_t strength(const stories *s, const place *p, uint32_t story)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < p->n_edges; i++) {
        const slot *t = is_live(s, p->edges[i].doc) ? slot_of(s, p->edges[i].doc) : NULL;
        if (t && t->id && t->story == story)
            sum += parts(link_of(&p->edges[i]));
    }
    return sum / slot_of(s, story)->texts;
}

// The story that a newcomer would join if nobody else moved, or DOC_NONE.
static uint32_t best_story(const stories *s, const place *p)
{
    uint32_t best = DOC_NONE, text = best_text(s, p);
    uint64_t most = 0;
    if (text != p->doc)
        return slot_of(s, text)->story;
    for (size_t i = 0; i < p->n_edges; i++) {
        const slot *t = is_live(s, p->edges[i].doc) ? slot_of(s, p->edges[i].doc) : NULL;
        if (!t || !t->id || t->story == best)
            continue;
        uint64_t now = strength(s, p, t->story);
        if (now < STARS_JOIN || now <= most)
            continue;
        best = t->story;
        most = now;
    }
    return best;
}

static shg_err join(stories *s, const place *p, uint32_t story)
{
    shg_err err = region_reserve(s, 1);
    if (err)
        return err;
    slot *first = slot_of(s, story);
    uint32_t text = best_text(s, p);
    if (text != p->doc && slot_of(s, text)->story != story)
        text = p->doc;
    slot_of(s, first->tail)->next = p->doc;
    first->tail = p->doc;
    first->n++;
    first->texts += text == p->doc;
    sit(s, p->doc, text, story, first->id);
    return SHG_OK;
}

// A newcomer is cast with the stories that it is linked to, the strongest first, as long as
// they fit.
static shg_err cast_near(stories *s, region *r, const place *p)
{
    uint32_t best = best_story(s, p);
    if (best != DOC_NONE && slot_of(s, best)->n >= STARS_MOST)
        return join(s, p, best);
    add(s, r, p->doc);
    if (best != DOC_NONE && !add_story(s, r, best))
        return SHG_EINTERNAL;
    for (size_t i = 0; i < p->n_edges; i++) {
        const slot *t = is_live(s, p->edges[i].doc) ? slot_of(s, p->edges[i].doc) : NULL;
        if (t && t->id && !t->mark && bears(&p->edges[i]) &&
            slot_of(s, t->story)->n <= STARS_MOST - r->n && !add_story(s, r, t->story))
            return SHG_EINTERNAL;
    }
    return cast(s, r);
}

// The texts of a story whose centres are gone get their first members for centres.
static shg_err mend_texts(stories *s, uint32_t story)
{
    uint32_t n = slot_of(s, story)->n, doc = story;
    shg_err err = region_reserve(s, n);
    for (uint32_t left = n; !err && left; left--, doc = slot_of(s, doc)->next) {
        slot *t = slot_of(s, doc);
        uint32_t gone = t->text;
        t->cast = s->casts;
        if (is_live(s, gone))
            continue;
        slot_of(s, story)->texts++;
        uint32_t other = doc;
        for (uint32_t k = left; k; k--, other = slot_of(s, other)->next)
            if (slot_of(s, other)->text == gone)
                sit(s, other, doc, slot_of(s, other)->story, slot_of(s, other)->id);
    }
    return err;
}

shg_err region_cast(stories *s, uint32_t doc)
{
    const slot *t = slot_of(s, doc);
    region *r = calloc(1, sizeof *r);
    if (!r)
        return SHG_ENOMEM;
    shg_err err;
    add(s, r, doc);
    bool all = gather(s, r);
    if (!all)
        clear(s, r);
    if (all)
        err = cast(s, r);
    else if (!t->id)
        err = cast_near(s, r, t->p);
    else if (slot_of(s, t->story)->n <= STARS_MOST && add_story(s, r, t->story))
        err = cast(s, r);
    else
        err = mend_texts(s, t->story);
    clear(s, r);
    free(r);
    return err;
}
