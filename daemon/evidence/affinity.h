// affinity.h - what two texts have in common below the level of passages.
//
// Grams of GRAM characters, over words and the spaces between them, see through spelling,
// endings and words written together or apart, which a rewriter changes and a reader does
// not notice. Furniture is left out, and what stands after AFFINITY_MOST characters of a
// text. Layer: evidence.  May include: side, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_AFFINITY_H
#define SHINGLED_EVIDENCE_AFFINITY_H
#include "evidence/side.h"

enum {
    GRAM = 5,                // characters
    STRETCH = 60,            // grams: about a clause
    STRETCH_KNOWN = 12,      // of them, for the clause to be known: a fifth
    AFFINITY_MOST = 1 << 20, // characters of each text, a long book
};

// In the order of the columns of data/derivation.tsv.
typedef enum affinity_measure {
    AFFINITY_BIAS,          // 1
    AFFINITY_GRAMS,         // share of made's distinct grams that stand in source
    AFFINITY_RESEMBLANCE,   // square root of the resemblance of the two sets of grams
    AFFINITY_KNOWN,         // share of made's stretches that are known from source
    AFFINITY_ONCE,          // of the words that made has once, share that source has once
    AFFINITY_SHARED,        // ln(1 + sum of the idf of the words in both)
    AFFINITY_MADE_LENGTH,   // ln(1 + characters)
    AFFINITY_SOURCE_LENGTH, // ln(1 + characters)
    AFFINITY_COUNT
} affinity_measure;

typedef struct affinity {
    double x[AFFINITY_COUNT];
    bool consonantal; // most letters of made are of a script that leaves vowels out
} affinity;

// affinity_find asks what made (side_count done) has in common with source. Time and
// memory are linear in both, up to AFFINITY_MOST. SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err affinity_find(affinity *out, const side *source, const side *made);

#endif
