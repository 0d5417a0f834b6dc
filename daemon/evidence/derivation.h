// derivation.h - how much of the one text was made from the other, whatever that is called.
//
// METER's question (Clough, Gaizauskas, Piao, Wilks: METER, ACL 2002): is b, say a
// newspaper's story, wholly, partly or not made from a, say an agency's report? It has a
// direction: all of a short b may come from a long a, and never the other way round.
// Layer: evidence.  May include: affinity, match, side, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_DERIVATION_H
#define SHINGLED_EVIDENCE_DERIVATION_H
#include "evidence/affinity.h"
#include "evidence/match.h"

// The rows of data/derivation.tsv: for texts in a script that leaves vowels out and for
// others, whether any of b was made from a, and whether all was.
typedef enum derivation_row {
    DERIVATION_CONSONANTAL_ANY,
    DERIVATION_CONSONANTAL_WHOLE,
    DERIVATION_OTHER_ANY,
    DERIVATION_OTHER_WHOLE,
    DERIVATION_ROWS
} derivation_row;

extern const double derivation_table[DERIVATION_ROWS][AFFINITY_COUNT];

// derivation_decide sets derivation and derivation_score of m, whose measures and relation
// are set. The score is half the level to be expected: P(any) / 2 + P(whole) / 2, so that
// it grows from none over partial to whole. SHG_ENOMEM.
SHG_MUST_CHECK shg_err derivation_decide(match *m, affinity_source *a, const side *b);

#endif
