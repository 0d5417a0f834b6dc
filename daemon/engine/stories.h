// stories.h - which articles are one text, and which texts are one story.
//
// Two levels, both streaming star clusters in the order of arrival, so that nothing
// chains: a newcomer joins the text whose centre (its first article) holds at
// least half of it; else its text joins the story with which it shares enough on
// average over the centres of the story's texts, or with the story's first centre. A link counts
// in full from 12 shared words of the same event (cosine >= .30; from 30 words .15), else by
// the share in common. Placing looks back only, at what stood when the newcomer arrived.
// Two stories become one when a newcomer is bound to the first centres of both (>= .5): whoever
// came first, the answer is not two halves.
// Layer: engine.  May include: evidence, index, base.
// Threads: one places (the matcher); any reads.
#ifndef SHINGLED_ENGINE_STORIES_H
#define SHINGLED_ENGINE_STORIES_H
#include "base/buf.h"
#include "evidence/credits.h"
#include "evidence/match.h"
#include "evidence/provenance.h"
#include "index/index.h"

// A verified match of a newcomer with an earlier document.
typedef struct edge {
    uint32_t doc;
    relation relation;
    prov_kind provenance; // seen from the newcomer: PROV_FROM_MATCH = it took from doc
    unsigned because;
    double containment_self, containment_other;
    uint32_t prose, quoted; // shared words
    double prose_share;     // of the newcomer's own prose
    double cosine;
} edge;

// A source that a document credits, with the bits 1 << role.
typedef struct credited {
    char *id, *name;
    unsigned roles;
} credited;

// A document's place. Owned by stories after stories_place.
typedef struct place {
    uint32_t doc;
    uint32_t text;     // the document at the centre of its text
    uint32_t story;    // the first document of the story that it joined; stories_story says
                       // what became of that
    uint64_t story_id; // of that story, as it was named
    edge *edges;       // to earlier documents, best first; stories_place keeps some 16
    size_t n_edges;
    credited *credits;
    size_t n_credits;
    uint32_t *merged; // first documents of the stories that it bound to its own
    size_t n_merged;
} place;

typedef struct stories stories;

SHG_MUST_CHECK shg_err stories_open(stories **out);
void stories_close(stories **s);

// stories_place decides p->text, story and story_id from p->edges, takes p over
// (malloc'ed) and lets waiting readers see it. uri_hash names a story that begins with it.
// Documents are placed in ascending order, but for one that could not be read before.
SHG_MUST_CHECK shg_err stories_place(stories *s, place *p, uint64_t uri_hash);

// stories_restore takes over a place read from the store.
SHG_MUST_CHECK shg_err stories_restore(stories *s, place *p);

// stories_pass says that all documents below end are placed (or gone).
void stories_pass(stories *s, uint32_t end);
uint32_t stories_passed(stories *s);

// stories_wait returns when all documents below end are placed; SHG_EDRAIN when
// stories_stop was called instead.
SHG_MUST_CHECK shg_err stories_wait(stories *s, uint32_t end);
void stories_stop(stories *s);

// stories_members lists the documents of the story that doc is in, ascending; free() it.
// SHG_ENOTFOUND where doc has no place.
SHG_MUST_CHECK shg_err stories_members(stories *s, uint32_t doc, uint32_t **docs, size_t *n);

// stories_story tells the first document and the id of the story that doc is in now.
// SHG_ENOTFOUND where doc has no place.
SHG_MUST_CHECK shg_err stories_story(stories *s, uint32_t doc, uint32_t *first, uint64_t *id);

// stories_place_of borrows a document's place, or NULL. Places never change once made and
// live as long as the stories.
const place *stories_place_of(stories *s, uint32_t doc);

// The stored form (FORMAT.md, DB_LINKS).
void place_encode(buf *out, const place *p);
SHG_MUST_CHECK shg_err place_decode(place **out, uint32_t doc, view stored);
void place_free(place *p);

#endif
