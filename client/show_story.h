// show_story.h - a story in the form that people read: who had what from whom.
// Layer: CLI.  Threads: one.
#ifndef SHINGLED_SHOW_STORY_H
#define SHINGLED_SHOW_STORY_H
#include "article.h"
#include "term.h"

#include <jansson.h>

// A member, in the order of the answer, with what was asked besides.
typedef struct story_member {
    const json_t *member; // of STORY's members; borrowed
    article article;      // its text where passages are shown; owned
    json_t *credits;      // CREDITS of it, an array; owned, or NULL
} story_member;

// An edge that is shown: of the pairs that a member is in, the one that says most of it.
typedef struct story_edge {
    const json_t *edge; // borrowed
    size_t from, to;    // members
    json_t *match;      // COMPARE of to (query) with from (match); owned, or NULL
} story_edge;

typedef struct story_view {
    const json_t *story; // the answer of STORY; borrowed
    story_member *members;
    size_t n_members;
    story_edge *edges;       // by `to`
    size_t n_edges, n_pairs; // n_pairs: with those that are not shown
    unsigned passages;       // shown of each edge
    size_t listed;           // members shown at most
} story_view;

void show_story(term *t, const story_view *v);

#endif
