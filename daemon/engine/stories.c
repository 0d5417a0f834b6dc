#include "engine/stories.h"

#include "base/sort.h"
#include "engine/stories_inside.h"

#include <stdlib.h>

enum { EDGES_KEPT = 64 };

shg_err stories_open(stories **out)
{
    stories *s = *out = calloc(1, sizeof *s);
    if (!s)
        return SHG_ENOMEM;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->moved, NULL);
    return SHG_OK;
}

static void open_graves(stories *s)
{
    for (size_t i = 0; i < s->n_graves; i++)
        place_drop(&s->small, s->graves[i]);
    s->n_graves = 0;
}

// Without memory for it the place is never freed.
static void entomb(stories *s, place *p)
{
    if (s->n_graves == s->cap_graves) {
        size_t cap = s->cap_graves ? 2 * s->cap_graves : 64;
        place **wider = realloc(s->graves, cap * sizeof(place *));
        if (!wider)
            return;
        s->graves = wider;
        s->cap_graves = cap;
    }
    s->graves[s->n_graves++] = p;
    if (!s->visitors)
        open_graves(s);
}

void stories_enter(stories *s)
{
    pthread_mutex_lock(&s->lock);
    s->visitors++;
    pthread_mutex_unlock(&s->lock);
}

void stories_leave(stories *s)
{
    pthread_mutex_lock(&s->lock);
    if (--s->visitors == 0)
        open_graves(s);
    pthread_mutex_unlock(&s->lock);
}

void stories_close(stories **ps)
{
    stories *s = *ps;
    *ps = NULL;
    if (!s)
        return;
    for (size_t c = 0; c < CHUNKS; c++) {
        for (size_t i = 0; s->chunk[c] && i < CHUNK; i++)
            place_drop(&s->small, s->chunk[c][i].p);
        if (s->chunk[c])
            slots_free(s, c);
    }
    open_graves(s);
    free(s->graves);
    pool_fini(&s->small);
    idset_free(&s->ids);
    free(s->changed);
    pthread_cond_destroy(&s->moved);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

// ---- placing

// All candidates were compared; of what that gave, the best is kept, to centres first: a
// text that thousands reprint would else drag a square of edges along.
static void trim_edges(const stories *s, place *p)
{
    size_t n = 0, centres = 0;
    for (size_t i = 0; i < p->n_edges; i++) {
        const slot *t = slot_of(s, p->edges[i].doc);
        centres += t && t->text == p->edges[i].doc;
    }
    size_t others = centres < EDGES_KEPT ? EDGES_KEPT - centres : 0;
    centres = EDGES_KEPT - others;
    for (size_t i = 0; i < p->n_edges; i++) {
        const slot *t = slot_of(s, p->edges[i].doc);
        size_t *left = t && t->text == p->edges[i].doc ? &centres : &others;
        if (*left) {
            p->edges[n++] = p->edges[i];
            --*left;
        }
    }
    p->n_edges = (uint32_t)n;
}

// enter makes p known by its edges, without a seat.
static shg_err enter(stories *s, place *p)
{
    slot *t = slot_make(s, p->doc);
    shg_err err = t ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < p->n_edges && !err; i++)
        err = slot_add_back(s, p->edges[i].doc, p->doc);
    if (err) {
        slots_drop_back(s, p);
        return err;
    }
    t->p = p;
    t->live = true;
    s->n_live++;
    s->in_use[p->doc / CHUNK]++;
    return SHG_OK;
}

static shg_err seat_newcomer(stories *s, place *p)
{
    shg_err err = enter(s, p);
    if (err)
        return err;
    s->casts++;
    err = region_cast(s, p->doc);
    if (!err)
        return SHG_OK;
    slots_drop_back(s, p); // as if it had never come
    slot *t = slot_of(s, p->doc);
    t->p = NULL;
    t->live = false;
    s->n_live--;
    slot_let_go(s, p->doc);
    return err;
}

shg_err stories_place(stories *s, place *p)
{
    pthread_mutex_lock(&s->lock);
    trim_edges(s, p);
    place *flat = place_flatten(&s->small, p);
    shg_err err = flat ? seat_newcomer(s, flat) : SHG_ENOMEM;
    if (err)
        place_drop(&s->small, flat);
    pthread_mutex_unlock(&s->lock);
    if (!err)
        place_free(p);
    return err;
}

// ---- removing

// The live members of a story to out, the dead ones behind them, n + *n_dead in all.
static size_t list_story(const stories *s, uint32_t story, uint32_t *out, size_t *n_dead)
{
    size_t n = 0, end = slot_of(s, story)->n;
    uint32_t doc = story, *dead = out + end;
    for (size_t left = end; left; left--, doc = slot_of(s, doc)->next) {
        if (is_live(s, doc))
            out[n++] = doc;
        else
            *--dead = doc;
    }
    *n_dead = end - n;
    return n;
}

static size_t list_linked(const stories *s, const slot *t, uint32_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < t->p->n_edges; i++)
        if (is_live(s, t->p->edges[i].doc))
            out[n++] = t->p->edges[i].doc;
    for (uint32_t i = 0; i < t->n_back; i++)
        if (is_live(s, t->back[i]))
            out[n++] = t->back[i];
    return n;
}

// unseat takes the removed out of a story that n others are left of.
static void unseat(stories *s, slot *t, const uint32_t *left, size_t n)
{
    if (!n)
        idset_remove(&s->ids, t->id);
    for (size_t i = 0; i < n; i++)
        slot_of(s, left[i])->story = left[0];
    if (n)
        story_chain(s, left, n);
}

// Who may have hung together by it: its story, and all linked to it. A story too large to be cast
// keeps its dead until they are half of it: retention that takes out a text that thousands
// reprinted would else walk through all of them for each. Without memory the dead stay, too.
static void remove_now(stories *s, slot *t)
{
    slot *first = slot_of(s, t->story);
    t->live = false;
    s->n_live--;
    first->dead++;
    if (first->n > STARS_MOST && 2 * first->dead < first->n)
        return;
    size_t n_dead, members = first->n;
    uint32_t *near = malloc((2 * members + t->p->n_edges + t->n_back + 1) * sizeof *near);
    if (!near)
        return;
    uint32_t *dead = near + members + t->p->n_edges + t->n_back;
    size_t n_story = list_story(s, t->story, near, &n_dead);
    memcpy(dead, near + n_story, n_dead * sizeof *dead);
    size_t n = n_story + list_linked(s, t, near + n_story);
    unseat(s, t, near, n_story);
    s->casts++;
    for (size_t i = 0; i < n; i++)
        if (slot_of(s, near[i])->cast != s->casts && region_cast(s, near[i]))
            break;
    for (size_t i = 0; i < n_dead; i++)
        slot_let_go(s, dead[i]);
    free(near);
}

void stories_remove(stories *s, uint32_t doc)
{
    pthread_mutex_lock(&s->lock);
    if (is_live(s, doc)) {
        slot *t = slot_of(s, doc);
        place *p = t->p;
        remove_now(s, t); // which may free the slot
        t = slot_of(s, doc);
        if (t)
            t->p = NULL;
        entomb(s, p);
    }
    pthread_mutex_unlock(&s->lock);
}

// ---- restoring

shg_err stories_restore(stories *s, place *p, const seat *at, uint32_t end)
{
    pthread_mutex_lock(&s->lock);
    slot *t = slot_of(s, p->doc);
    bool sound = place_fits(p, at, end) && !(t && t->p);
    sound = sound && slot_make(s, at->story) && slot_make(s, at->text);
    place *flat = sound ? place_flatten(&s->small, p) : NULL;
    shg_err err = !sound ? SHG_ECORRUPT : flat ? enter(s, flat) : SHG_ENOMEM;
    if (err) {
        place_drop(&s->small, flat);
    } else {
        t = slot_of(s, p->doc);
        t->text = at->text;
        t->story = at->story;
        t->id = at->story_id;
    }
    pthread_mutex_unlock(&s->lock);
    if (!err)
        place_free(p);
    return err;
}

// The live documents, by the ids of their stories and ascending. *n counts them.
static sort_item *live_by_id(const stories *s, size_t *n)
{
    sort_item *live = malloc(2 * ((size_t)s->end + 1) * sizeof *live);
    *n = 0;
    for (uint32_t doc = 0; live && doc < s->end; doc++)
        if (is_live(s, doc))
            live[(*n)++] = (sort_item){slot_of(s, doc)->id, doc};
    if (live)
        sort_items(live, live + *n, *n, 64);
    return live;
}

// Stories are told by their ids.
static shg_err chain_all(stories *s, const sort_item *live, size_t n)
{
    uint32_t *docs = malloc((n + 1) * sizeof *docs);
    size_t n_stories = 0;
    for (size_t i = 0; i < n; i++)
        n_stories += i == 0 || live[i].key != live[i - 1].key;
    shg_err err = docs ? idset_reserve(&s->ids, n_stories) : SHG_ENOMEM;
    for (size_t i = 0, k; !err && i < n; i = k) {
        for (k = i; k < n && live[k].key == live[i].key; k++) {
            docs[k] = live[k].value;
            slot_of(s, docs[k])->story = docs[i];
        }
        story_chain(s, docs + i, k - i);
        idset_add(&s->ids, live[i].key);
    }
    free(docs);
    return err;
}

// Casts who lost his centre, with all about him.
static shg_err cast_lost(stories *s, const sort_item *live, size_t n)
{
    shg_err err = SHG_OK;
    s->casts++;
    for (size_t i = 0; i < n && !err; i++) {
        const slot *t = slot_of(s, live[i].value);
        bool lost = !is_live(s, t->text) || slot_of(s, t->text)->id != t->id;
        if (lost && t->cast != s->casts)
            err = region_cast(s, live[i].value);
    }
    return err;
}

shg_err stories_restored(stories *s)
{
    size_t n;
    sort_item *live = live_by_id(s, &n);
    shg_err err = live ? chain_all(s, live, n) : SHG_ENOMEM;
    if (!err)
        err = cast_lost(s, live, n);
    free(live);
    for (size_t c = 0; c < CHUNKS; c++) // made for seats of documents that are gone
        if (s->chunk[c] && s->in_use[c] == 0)
            slots_free(s, c);
    return err;
}

// ---- waiting

void stories_pass(stories *s, uint32_t end)
{
    pthread_mutex_lock(&s->lock);
    size_t last = s->passed / CHUNK;
    s->passed = end;
    if (end / CHUNK > last)
        slots_pass(s, last);
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
    s->waiting++;
    while (s->passed < end && !s->stopped)
        pthread_cond_wait(&s->moved, &s->lock);
    s->waiting--;
    shg_err e = s->passed < end ? SHG_EDRAIN : SHG_OK;
    pthread_mutex_unlock(&s->lock);
    return e;
}

bool stories_awaited(stories *s)
{
    pthread_mutex_lock(&s->lock);
    bool awaited = s->waiting != 0;
    pthread_mutex_unlock(&s->lock);
    return awaited;
}

void stories_stop(stories *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopped = true;
    pthread_cond_broadcast(&s->moved);
    pthread_mutex_unlock(&s->lock);
}

bool stories_is_stopped(stories *s)
{
    pthread_mutex_lock(&s->lock);
    bool stopped = s->stopped;
    pthread_mutex_unlock(&s->lock);
    return stopped;
}

// ---- asking

static int by_doc(const void *a, const void *b)
{
    const story_member *x = a, *y = b;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

shg_err stories_members(stories *s, uint32_t doc, story_member **m, size_t *n, uint64_t *id)
{
    shg_err e = SHG_ENOTFOUND;
    *m = NULL;
    *n = 0;
    pthread_mutex_lock(&s->lock);
    if (is_live(s, doc)) {
        const slot *t = slot_of(s, doc);
        uint32_t d = t->story, left = slot_of(s, d)->n;
        *id = t->id;
        *m = malloc((left + 1) * sizeof **m);
        e = *m ? SHG_OK : SHG_ENOMEM;
        for (; *m && left; left--, d = t->next) {
            t = slot_of(s, d);
            if (t->live)
                (*m)[(*n)++] = (story_member){d, t->text};
        }
    }
    pthread_mutex_unlock(&s->lock);
    if (!e)
        qsort(*m, *n, sizeof **m, by_doc); // one that was placed late stands last
    return e;
}

shg_err stories_seat(stories *s, uint32_t doc, seat *out)
{
    pthread_mutex_lock(&s->lock);
    bool found = is_live(s, doc);
    if (found) {
        const slot *t = slot_of(s, doc);
        *out = (seat){t->text, t->story, t->id};
    }
    pthread_mutex_unlock(&s->lock);
    return found ? SHG_OK : SHG_ENOTFOUND;
}

const place *stories_place_of(stories *s, uint32_t doc)
{
    pthread_mutex_lock(&s->lock);
    const slot *t = slot_of(s, doc);
    const place *p = t ? t->p : NULL;
    pthread_mutex_unlock(&s->lock);
    return p;
}

bool stories_has_place(stories *s, uint32_t doc)
{
    pthread_mutex_lock(&s->lock);
    const slot *t = slot_of(s, doc);
    bool has = t && t->p;
    pthread_mutex_unlock(&s->lock);
    return has;
}

void stories_count(stories *s, uint64_t *documents, uint64_t *n_stories)
{
    pthread_mutex_lock(&s->lock);
    *documents = s->n_live;
    *n_stories = s->ids.n;
    pthread_mutex_unlock(&s->lock);
}

// ---- what is to be stored

size_t stories_changed(stories *s, uint32_t *docs, size_t room)
{
    pthread_mutex_lock(&s->lock);
    size_t n = 0;
    while (n < room && s->n_changed) {
        docs[n] = s->changed[--s->n_changed];
        slot *t = slot_of(s, docs[n++]);
        if (t)
            t->changed = false;
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

// Where there is no memory for it the seat is worked out again after the next start.
void stories_unsaved(stories *s, const uint32_t *docs, size_t n)
{
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < n && !region_reserve(s, 1); i++) {
        slot *t = slot_of(s, docs[i]);
        if (!t || t->changed)
            continue;
        s->changed[s->n_changed++] = docs[i];
        t->changed = true;
    }
    pthread_mutex_unlock(&s->lock);
}

size_t stories_unsaved_n(stories *s)
{
    pthread_mutex_lock(&s->lock);
    size_t n = s->n_changed;
    pthread_mutex_unlock(&s->lock);
    return n;
}
