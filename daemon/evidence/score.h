// score.h - how sure a relation is, by coefficients fitted on pairs read by hand.
// Layer: evidence.  May include: match, side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SCORE_H
#define SHINGLED_EVIDENCE_SCORE_H
#include "evidence/match.h"

// score_of is the chance, in [0,1], that the relation set in m is the right one.
double score_of(const match *m, const side *a, const side *b);

// score_reused is the chance that the two share prose, and not quotations alone or nothing.
double score_reused(const match *m, const side *a, const side *b);

// score_told_alike is the share of the prose, of the longer one, that stands in exact passages or
// in sentences of which the other one has a like.
double score_told_alike(const match *m, const side *a, const side *b);

#endif
