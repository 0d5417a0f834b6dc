// score.h - how sure a relation is, by coefficients fitted on pairs read by hand.
// Layer: evidence.  May include: match, side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SCORE_H
#define SHINGLED_EVIDENCE_SCORE_H
#include "evidence/match.h"

// What the chances are read from; the columns of data/score.tsv.
typedef enum score_measure {
    SCORE_BIAS, // 1
    SCORE_COPY, // 1 where that is what the rules call it, and so on to SCORE_RELATED
    SCORE_EXCERPT,
    SCORE_REWRITE,
    SCORE_QUOTES,
    SCORE_TEMPLATE,
    SCORE_RELATED,
    SCORE_PROSE,         // ln(1 + words of prose in passages)
    SCORE_LONGEST_PROSE, // ln(1 + words of the longest run of it)
    SCORE_QUOTED,        // ln(1 + words of speech in passages)
    SCORE_PROSE_SHARE,   // prose in passages, as a share of the prose of the side with less
    SCORE_COSINE,
    SCORE_LOW,  // the smaller containment
    SCORE_HIGH, // the larger one
    SCORE_TOLD, // score_told_alike
    SCORE_REST, // cosine of what stands beside the passages
    SCORE_COUNT
} score_measure;

// The rows: whether the rules' name is the right one, and whether prose was reused, whatever
// they call it.
typedef enum score_row { SCORE_ROW_RIGHT, SCORE_ROW_REUSED, SCORE_ROWS } score_row;

extern const double score_table[SCORE_ROWS][SCORE_COUNT];

// score_of is the chance, in [0,1], that the relation set in m is the right one.
double score_of(const match *m, const side *a, const side *b);

// score_reused is the chance that the two share prose, and not quotations alone or nothing;
// the relation in m need not be set.
double score_reused(const match *m, const side *a, const side *b);

// score_told_alike is the share of the prose, of the longer one, that stands in exact passages or
// in sentences of which the other one has a like.
double score_told_alike(const match *m, const side *a, const side *b);

// score_measures fills x with what the chances are read from.
void score_measures(double x[SCORE_COUNT], const match *m, const side *a, const side *b);

#endif
