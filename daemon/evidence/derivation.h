// derivation.h - how much of the one text was made from the other, whatever that is called.
// Layer: evidence.  May include: match, side, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_DERIVATION_H
#define SHINGLED_EVIDENCE_DERIVATION_H
#include "evidence/match.h"

// derivation_decide sets derivation and derivation_score of m, whose measures and relation
// are set.
void derivation_decide(match *m);

#endif
