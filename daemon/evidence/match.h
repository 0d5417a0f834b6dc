// match.h - what one article shares with another, and what that is called.
//
// The relation is decided by the first rule that holds (README of this folder, with
// the measurements each line stands on), by the text alone.
// Layer: evidence.  May include: affinity, paraphrase, passages, side, terms, text,
// base.  Threads: pure, but a source has one owner.
#ifndef SHINGLED_EVIDENCE_MATCH_H
#define SHINGLED_EVIDENCE_MATCH_H
#include "evidence/affinity.h"
#include "evidence/paraphrase.h"

typedef enum relation {
    REL_NONE,
    REL_COPY,
    REL_EXCERPT,
    REL_REWRITE,
    REL_QUOTES,
    REL_TEMPLATE,
    REL_RELATED,
    REL_COUNT
} relation;

typedef enum derived { DERIVED_NONE, DERIVED_PARTIAL, DERIVED_WHOLE } derived;

typedef struct match {
    relation relation;
    double score;                        // how sure of the relation, [0,1]
    bool identical;                      // the normalised texts are equal
    double resemblance;                  // exact Jaccard of the 3-word shingles
    double containment_a, containment_b; // share of own_words in passages, [0,1]; 1 if identical
    double cosine;                       // terms_cosine
    double rest_cosine; // of what stands outside the passages and is no furniture; 1 where that
                        // is too little to tell, or hardly any prose is shared
    derived derivation;
    double derivation_score; // [0,1]
    passages passages;       // the exact ones: all counts of words and shares are theirs
    paraphrases paraphrases; // beside them; none of texts that read the same
    bool retold;             // they were sought
} match;

// How much of a match is worked out. Most candidates are no match, which the first depth tells at
// about half the cost of all.
typedef enum match_depth {
    MATCH_RELATION, // all but what follows
    MATCH_RETOLD,   // and the paraphrases
    MATCH_WHOLE,    // and score, resemblance, derivation
} match_depth;

// What is kept of a text over all that it is compared with. It is made when it is first asked for:
// only `of` is to be set, which must outlive it unchanged.
typedef struct match_source {
    const side *of;
    runs_source runs;
    bags_source bags;
    affinity_source affinity;
} match_source;

void match_source_free(match_source *s); // all but `of`

// match_make compares two sides (side_count done); both are only read. Where one of them is
// nearly nothing but furniture, furniture counts for both. A template is not derived, and of
// texts that read the same, everything is 1. SHG_ENOMEM leaves *out empty. match_make_of is it of
// a->of.
SHG_MUST_CHECK shg_err match_make(match *out, const side *a, const side *b, match_depth depth);
SHG_MUST_CHECK shg_err match_make_of(match *out, match_source *a, const side *b, match_depth depth);

// match_deepen works out what a match of less depth lacks; a->of and b are those it was made of.
// The result is that of match_make. SHG_ENOMEM leaves *m for match_free.
SHG_MUST_CHECK shg_err match_deepen(match *m, match_source *a, const side *b, match_depth depth);
void match_free(match *m);

// match_share is part / whole in [0,1]: rounded weights may make the part the greater.
double match_share(uint32_t part, uint32_t whole);

const char *relation_name(relation r);                // "copy"; "none" for REL_NONE
bool relation_parse(const char *name, relation *out); // REL_NONE is not a name
const char *derived_name(derived d);                  // "none", "partial", "whole"
const char *passage_kind_name(passage_kind k);

#endif
