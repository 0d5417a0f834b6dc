// sources.h - the table of news sources: agencies, outlets, broadcasters and shows.
//
// Compiled in from data/sources.tsv; a user's file of the same columns adds to it
// and overrides by id. Layer: evidence.  May include: text, base.
// Threads: constant after sources_open.
#ifndef SHINGLED_EVIDENCE_SOURCES_H
#define SHINGLED_EVIDENCE_SOURCES_H
#include "text/words.h"

typedef enum source_kind {
    SOURCE_AGENCY,
    SOURCE_OUTLET,
    SOURCE_BROADCASTER,
    SOURCE_SHOW
} source_kind;

enum source_flag {
    SOURCE_NEEDS_VERB = 1
}; // an ambiguous name (Time, Fox): a bare mention is no credit

typedef struct source {
    const char *id;     // first domain ("thehill.com"), or a slug where it has none
    const char *name;   // canonical name
    const char *lang;   // BCP 47
    const char *parent; // id of the network or owner that is credited for it, or NULL
    source_kind kind;
    unsigned flags; // of source_flag
} source;

typedef struct sources sources;
struct patterns;

// What sources_match found at a word.
typedef struct source_hit {
    const source *source;
    size_t n_words;
    uint32_t begin, end; // bytes of the name alone
    bool vague;          // this alias is an ambiguous word: a bare mention is no credit
    bool possessive;     // its last word carries more, which is no part of the name: 's
} source_hit;

// sources_open builds the table. file: the user's, or NULL. On failure *out is NULL and
// why (of why_len bytes) names file, line and fault: SHG_EFIELD for a fault in a file,
// SHG_EIO where it can't be read, SHG_ENOMEM.
SHG_MUST_CHECK shg_err sources_open(sources **out, const char *file, char *why, size_t why_len);
void sources_close(sources **s);

// sources_publisher finds the source that a publisher field, host or uri names
// ("www.cnn.com", "edition.cnn.com", "The Hill", "https://thehill.com/a"); NULL if unknown.
// Subdomains fall back to their parents; a name is taken whatever its capitals.
const source *sources_publisher(const sources *s, view publisher);

// sources_match finds the longest alias that starts in word i. An alias counts only with its
// capitals (or in all capitals), and not across a comma, a bracket or a blank line. Its first
// letters may hang at another word ("Jan M. OlsenAssociated Press", "and Reuters" in Arabic).
bool sources_match(const sources *s, const words *w, size_t i, source_hit *hit);

// sources_skip returns the first word from i on, w->n for none, that may begin a name, known or
// shaped, or stand for one: most words, in small letters, say nothing.
size_t sources_skip(const sources *s, const words *w, size_t i);

// sources_own tells whether the n words from i on are the source's name on its own pages.
bool sources_own(const sources *s, const source *src, const words *w, size_t i, size_t n);

// sources_credited is who is credited for a source: a show's network, else itself.
const source *sources_credited(const sources *s, const source *src);

const source *sources_by_id(const sources *s, const char *id);
size_t sources_count(const sources *s);
const source *sources_get(const sources *s, size_t i); // i < sources_count

// The compiled role patterns (patterns.h) live as long as the table.
const struct patterns *sources_patterns(const sources *s);

#endif
