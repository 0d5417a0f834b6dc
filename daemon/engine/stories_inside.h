// stories_inside.h - what stories.c, slots.c and region.c share. Private to them; all under the
// lock.
#ifndef SHINGLED_ENGINE_STORIES_INSIDE_H
#define SHINGLED_ENGINE_STORIES_INSIDE_H
#include "engine/idset.h"
#include "engine/stars.h"
#include "engine/stories.h"

#include <assert.h>
#include <pthread.h>

enum { CHUNK = 1 << 14, CHUNKS = 1 << 17 };
#define CHUNK_GONE UINT32_MAX // in stories.in_use: freed, never used again

// What is kept of a document beside its place: a line of memory.
typedef struct slot {
    place *p;
    uint64_t id;    // of its story; 0: none yet
    uint32_t *back; // later documents with an edge to this one
    uint32_t n_back;
    uint32_t text, story;
    uint32_t next;     // next member of its story, ascending, or 0 (document 0 never follows)
    uint32_t tail;     // of a story's first: its last member
    uint32_t n, texts; // of a story's first: members, texts
    uint32_t dead;     // of a story's first: members that were removed and still stand in the chain
    uint32_t cast;     // the round (stories.casts) in which it was cast last
    uint16_t mark;     // its number in the region at work, + 1; 0 between calls
    uint8_t room_back; // there is room for 1 << room_back in back; 0: for none
    bool live : 1;     // placed, and not removed
    bool changed : 1;  // in the list of those to be stored
} slot;
static_assert(sizeof(slot) == 64 && STARS_MOST < UINT16_MAX, "a line");

struct stories {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    slot *chunk[CHUNKS];
    pool small;              // where places and lists of later documents stand
    uint32_t in_use[CHUNKS]; // slots of a chunk: live ones, and the dead in a story's chain
    unsigned visitors;       // who may have borrowed places
    place **graves;          // of the removed, until nobody visits
    size_t n_graves, cap_graves;
    idset ids;       // of all stories
    uint64_t n_live; // documents that have a place
    uint32_t *changed;
    size_t n_changed, cap_changed;
    uint32_t casts; // rounds: a removal may cast several regions, each once; fewer than documents
                    // come and go
    uint32_t passed, end; // end: no slot is used from here on
    unsigned waiting;     // threads in stories_wait
    bool stopped;
};

// slot_of is NULL where no document near doc was ever placed.
static inline slot *slot_of(const stories *s, uint32_t doc)
{
    slot *c = s->chunk[doc / CHUNK];
    return c ? &c[doc % CHUNK] : NULL;
}

static inline bool is_live(const stories *s, uint32_t doc)
{
    const slot *t = slot_of(s, doc);
    return t && t->live;
}

// slot_make is the slot of a document, made where there is none; NULL for want of memory, and where
// its chunk was freed.
slot *slot_make(stories *s, uint32_t doc);

// slot_let_go: it neither holds a place nor stands in a chain, and says nothing any more.
void slot_let_go(stories *s, uint32_t doc);

// slot_add_back lists from with the later documents of to. SHG_ENOMEM: it is not.
SHG_MUST_CHECK shg_err slot_add_back(stories *s, uint32_t to, uint32_t from);

// slots_drop_back takes p out of the lists of those that it has an edge to.
void slots_drop_back(stories *s, const place *p);

// slots_pass frees a chunk once all its documents have come, and none is left; slots_free frees one
// that there is. Its places are not theirs.
void slots_pass(stories *s, size_t chunk);
void slots_free(stories *s, size_t chunk);

// story_chain makes ascending documents the members of one story.
void story_chain(stories *s, const uint32_t *docs, size_t n);

// region_cast seats doc, which is live, and all that hangs together with it. SHG_ENOMEM: nobody
// moved.
SHG_MUST_CHECK shg_err region_cast(stories *s, uint32_t doc);

// region_reserve makes room for so many more in the list of those to be stored.
SHG_MUST_CHECK shg_err region_reserve(stories *s, size_t more);

#endif
