// stories.h - which articles are one text, and which texts are one story.
//
// The answer is a function of the articles stored now and of what any two of them were found to
// share: whatever the order in which they came. When one comes, is updated or goes, all that hangs
// together with it by links is cast anew (stars.h), in the order in which it was published;
// what has no date comes after what has, the longer before the shorter, then by the hash of the
// uri. So a late arrival that was published first becomes a centre, and a newcomer that binds two
// stories makes them one.
//
// That much is promised where at most STARS_MOST articles hang together. In a larger web a
// newcomer is cast with the stories that it is linked to as long as they fit; into one that does
// not fit it is put without moving anybody, and there the order of arrival counts.
//
// A story keeps its id as it grows. The id is made from the uri of the member that was stored
// first when it began; of two stories that become one, the id of the one that holds the earlier
// stored member stays; if a story parts, the part with its earliest stored member keeps it.
// Layer: engine.  May include: evidence, index, base.
// Threads: one places (the matcher); any reads or removes.
#ifndef SHINGLED_ENGINE_STORIES_H
#define SHINGLED_ENGINE_STORIES_H
#include "base/buf.h"
#include "base/pool.h"
#include "evidence/credits.h"
#include "evidence/match.h"
#include "evidence/provenance.h"
#include "index/index.h"

// A share from 0 to 1 in SHARE_ONE parts: kept as it is stored, so that an answer is the same after
// a restart.
typedef uint16_t stored_share;
enum { SHARE_ONE = UINT16_MAX };

static inline stored_share share_of(double v)
{
    return (stored_share)((v < 0 ? 0 : v > 1 ? 1 : v) * SHARE_ONE + .5);
}

static inline double share_value(stored_share s)
{
    return (double)s / SHARE_ONE;
}

// A verified match of a newcomer with an earlier document. Every article has some: it is small.
typedef struct edge {
    uint32_t doc;
    uint32_t prose, quoted, paraphrase; // shared words
    stored_share containment_self, containment_other;
    stored_share prose_share_self, prose_share_other; // of each one's own prose, paraphrase with it
    stored_share cosine;
    uint8_t relation; // enum relation
    // enum prov_kind, seen from the newcomer: PROV_FROM_MATCH = it took from doc
    uint8_t provenance;
    uint8_t because; // bits of enum prov_because
    bool apart;      // published so long one after the other that it is hardly one event
} edge;

// A source that a document credits, with the bits 1 << role.
typedef struct credited {
    char *id, *name;
    unsigned roles;
} credited;

// What is known of a document when it is placed; never changes.
typedef struct place {
    uint32_t doc, n_words;
    uint64_t uri_hash;
    int64_t published_ms;
    edge *edges; // to earlier documents, best first; stories_place keeps EDGES_KEPT
    credited *credits;
    uint32_t n_edges;
    uint16_t n_credits;
    bool flat; // all of it stands in one allocation: place_flatten, place_decode
} place;

// Where a document sits now.
typedef struct seat {
    uint32_t text;  // the document at the centre of its text
    uint32_t story; // the member of its story that was stored first
    uint64_t story_id;
} seat;

typedef struct story_member {
    uint32_t doc, text;
} story_member;

typedef struct stories stories;

SHG_MUST_CHECK shg_err stories_open(stories **out);
void stories_close(stories **s);

// stories_place seats a newcomer, takes p over (place_free) and lets waiting readers see it.
// SHG_ENOMEM: p is still the caller's, and nothing changed.
SHG_MUST_CHECK shg_err stories_place(stories *s, place *p);

// stories_remove lets a document go that was deleted or replaced; what it held together is cast
// anew. Nothing where it has no place. Its place is freed when no visitor can be reading it.
void stories_remove(stories *s, uint32_t doc);

// stories_restore takes over a place and a seat read from the store; stories_restored, after
// all of them, seats those whose centre is gone. Both before there are other threads that place.
// SHG_ECORRUPT where it makes no sense: all documents are below end. Then, and after SHG_ENOMEM, p
// is still the caller's.
SHG_MUST_CHECK shg_err stories_restore(stories *s, place *p, const seat *at, uint32_t end);
SHG_MUST_CHECK shg_err stories_restored(stories *s);

// stories_pass says that all documents below end are placed (or gone).
void stories_pass(stories *s, uint32_t end);
uint32_t stories_passed(stories *s);

// stories_wait returns when all documents below end are placed; SHG_EDRAIN when
// stories_stop was called instead.
SHG_MUST_CHECK shg_err stories_wait(stories *s, uint32_t end);

// stories_awaited tells whether anybody waits there.
bool stories_awaited(stories *s);
void stories_stop(stories *s);
bool stories_is_stopped(stories *s);

// stories_members lists the story that doc is in, ascending; free() it. SHG_ENOTFOUND where doc
// has no place.
SHG_MUST_CHECK shg_err stories_members(stories *s, uint32_t doc, story_member **m, size_t *n,
                                       uint64_t *id);

// stories_seat tells where doc sits now. SHG_ENOTFOUND where it has no place.
SHG_MUST_CHECK shg_err stories_seat(stories *s, uint32_t doc, seat *out);

// stories_place_of borrows a document's place, or NULL. It lives until the caller's visit ends,
// which stories_enter .. stories_leave encloses; visits may nest.
void stories_enter(stories *s);
void stories_leave(stories *s);
const place *stories_place_of(stories *s, uint32_t doc);
bool stories_has_place(stories *s, uint32_t doc);

// stories_count counts the documents that have a place, and the stories they are in.
void stories_count(stories *s, uint64_t *documents, uint64_t *n_stories);

// stories_changed takes up to room documents whose seat is not stored as it is, stories_unsaved
// gives them back, stories_unsaved_n counts them.
size_t stories_changed(stories *s, uint32_t *docs, size_t room);
void stories_unsaved(stories *s, const uint32_t *docs, size_t n);
size_t stories_unsaved_n(stories *s);

// place_edge is the edge to a document, or NULL.
const edge *place_edge(const place *p, uint32_t doc);

// place_flatten copies a place into one allocation of the pool: there is one of every article.
// NULL: no memory. place_drop gives it back.
place *place_flatten(pool *m, const place *p);
void place_drop(pool *m, place *p);

// The stored form (FORMAT.md, DB_LINKS).
void place_encode(buf *out, const place *p, const seat *at);
SHG_MUST_CHECK shg_err place_decode(place **out, seat *at, uint32_t doc, view stored);
void place_free(place *p);

// place_fits tells whether a place read back can be one in a store of documents below end: it names
// no text, story or other article that was not there. place_is_sound tells it of the stored form;
// SHG_ECORRUPT.
bool place_fits(const place *p, const seat *at, uint32_t end);
SHG_MUST_CHECK shg_err place_is_sound(uint32_t doc, view stored, uint32_t end);

#endif
