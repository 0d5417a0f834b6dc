// affinity.h - what two texts have in common below the level of passages.
//
// Grams of GRAM characters, over words and the spaces between them, see through spelling,
// endings and words written together or apart, which a rewriter changes and a reader does
// not notice. Furniture is left out, and what stands after AFFINITY_MOST characters of a
// text.
// Layer: evidence.  May include: side, terms, text, base.  Threads: pure, but a source has one
// owner.
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

// The characters of a text's words, without the spaces between them.
typedef struct affinity_letters {
    uint32_t *cp;
    size_t n;
    size_t words; // how many words, furniture among them, they were taken from
} affinity_letters;

// Tables of the source's grams and words, to which those of the text that was asked about last are
// added, and listed to be taken out again.
typedef struct affinity_grams {
    uint32_t *slot; // upper bits of the gram's hash, and whose it is; 0 is free
    size_t slots;
    size_t known;   // the source's distinct ones
    uint32_t *list; // [room]
    size_t n_list, room;
} affinity_grams;

typedef struct affinity_vocabulary {
    struct affinity_word *entry;
    size_t slots;
    struct affinity_word **list; // [room]
    size_t n_list, room;
} affinity_vocabulary;

// What is kept of a source over all texts that it is asked about. It is made when it is first asked
// for: only `of` is to be set, which must outlive it unchanged. After SHG_ENOMEM it is usable, too.
typedef struct affinity_source {
    const side *of;
    affinity_letters letters;
    affinity_grams grams;
    affinity_vocabulary vocabulary;
} affinity_source;

void affinity_source_free(affinity_source *s); // all but `of`

// affinity_find_of asks what made (side_count done) has in common with source. Time and memory are
// linear in both, up to AFFINITY_MOST. SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err affinity_find_of(affinity *out, affinity_source *source, const side *made);

// affinity_find is affinity_find_of for once.
SHG_MUST_CHECK shg_err affinity_find(affinity *out, const side *source, const side *made);

#endif
