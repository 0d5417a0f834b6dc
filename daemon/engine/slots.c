// slots.c - the memory of what is kept of each document: chunks of slots, and lists of the later
// documents that have an edge to one.
#include "engine/stories_inside.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_LEAST = 2 }; // 1 << 2 later documents

static size_t list_bytes(const slot *t)
{
    return t->room_back ? sizeof *t->back << t->room_back : 0;
}

static void drop_list(stories *s, slot *t)
{
    if (t->room_back)
        pool_free(&s->small, t->back, list_bytes(t));
    t->back = NULL;
    t->n_back = t->room_back = 0;
}

void slots_free(stories *s, size_t c)
{
    for (size_t i = 0; i < CHUNK; i++)
        drop_list(s, &s->chunk[c][i]);
    free(s->chunk[c]);
    s->chunk[c] = NULL;
}

void slots_pass(stories *s, size_t c)
{
    if (!s->chunk[c] || s->in_use[c] || (c + 1) * CHUNK > s->passed)
        return;
    slots_free(s, c);
    s->in_use[c] = CHUNK_GONE;
}

void slot_let_go(stories *s, uint32_t doc)
{
    size_t c = doc / CHUNK;
    slot *t = slot_of(s, doc);
    drop_list(s, t);
    s->in_use[c]--;
    slots_pass(s, c);
}

slot *slot_make(stories *s, uint32_t doc)
{
    slot **c = &s->chunk[doc / CHUNK];
    if (s->in_use[doc / CHUNK] == CHUNK_GONE)
        return NULL;
    if (!*c && !(*c = calloc(CHUNK, sizeof **c)))
        return NULL;
    if (doc >= s->end)
        s->end = doc + 1;
    return slot_of(s, doc);
}

// Who was removed stays listed until the list is full: a removal costs nothing here.
static void drop_dead(const stories *s, slot *t)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < t->n_back; i++)
        if (is_live(s, t->back[i]))
            t->back[n++] = t->back[i];
    t->n_back = n;
}

static bool widen_list(stories *s, slot *t)
{
    slot wider = *t;
    wider.room_back = t->room_back ? t->room_back + 1 : LIST_LEAST;
    wider.back = pool_alloc(&s->small, list_bytes(&wider));
    if (!wider.back)
        return false;
    if (t->n_back)
        memcpy(wider.back, t->back, t->n_back * sizeof *t->back);
    drop_list(s, t);
    *t = wider;
    return true;
}

shg_err slot_add_back(stories *s, uint32_t to, uint32_t from)
{
    if (s->in_use[to / CHUNK] == CHUNK_GONE)
        return SHG_OK; // it and all about it were taken out meanwhile
    slot *t = slot_make(s, to);
    if (!t)
        return SHG_ENOMEM;
    size_t room = list_bytes(t) / sizeof *t->back;
    bool full = t->n_back == room;
    if (full)
        drop_dead(s, t);
    if (full && 2 * t->n_back >= room && !widen_list(s, t))
        return SHG_ENOMEM;
    t->back[t->n_back++] = from;
    return SHG_OK;
}

void slots_drop_back(stories *s, const place *p)
{
    for (size_t i = 0; i < p->n_edges; i++) {
        slot *t = slot_of(s, p->edges[i].doc);
        uint32_t n = 0;
        for (uint32_t k = 0; t && k < t->n_back; k++)
            if (t->back[k] != p->doc)
                t->back[n++] = t->back[k];
        if (t)
            t->n_back = n;
    }
}
