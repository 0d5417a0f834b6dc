// relation.h - what the measures of two texts are called, and how sure that is.
// Layer: evidence.  May include: match, side, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_RELATION_H
#define SHINGLED_EVIDENCE_RELATION_H
#include "evidence/match.h"

// relation_decide sets relation and score of m, whose measures are set. shell: one side is
// nearly nothing but furniture, and was compared with it.
void relation_decide(match *m, const side *a, const side *b, bool shell);

#endif
