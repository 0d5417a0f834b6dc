// provenance.h - who had it from whom, with the reasons; never a guess.
// In order of trust; the first that speaks decides, what agrees with it is noted besides:
//   1 the one credits the other (republished .95, wire .9, reports .8, told .5), or links
//     to its page (.9) or its host (.7);
//   2 both credit the same source: common_source, the product of the two weights above.
//     It goes before 1 only where 1 is weak (under .75) and it is surer;
//   3 published earlier by 15 minutes or more (.6), only where prose is reused;
//   4 the shared passages name one of the two (.6).
// Time that agrees adds .05, time that disagrees takes .15; the passages standing earlier
// in the one that is held for the origin add .03, and never decide.
// Layer: evidence.  May include: credits, match, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_PROVENANCE_H
#define SHINGLED_EVIDENCE_PROVENANCE_H
#include "evidence/credits.h"
#include "evidence/match.h"

typedef enum prov_kind {
    PROV_UNKNOWN,
    PROV_FROM_MATCH,
    PROV_TO_MATCH,
    PROV_COMMON_SOURCE
} prov_kind;

enum prov_because { // bits, in order of trust
    BECAUSE_CREDIT = 1,
    BECAUSE_LINK = 2,
    BECAUSE_PUBLISHED = 4,
    BECAUSE_TOLD = 8, // the matched text names one of the two ("told POLITICO")
    BECAUSE_POSITION = 16,
};

// One of the two articles, as far as provenance asks.
typedef struct prov_side {
    const side *side;
    const credits *credits; // NULL: they are not known
    const source *self;     // its publisher, or NULL
    view publisher, uri;
    int64_t published_ms; // CLOCK_ABSENT where unknown
} prov_side;

typedef struct provenance {
    prov_kind kind;
    const char
        *source; // id of the common source, or of the one it came from; NULL if unknown. Borrowed.
    unsigned because; // of prov_because
    double score;
} provenance;

// provenance_asks_credits tells whether b's credits can say anything where a's, and its publisher,
// are these: to find them costs more than all that is asked here. b's may be NULL otherwise.
bool provenance_asks_credits(const prov_side *a, const match *m);

// provenance_decide: query a, match b; m is their match.
void provenance_decide(provenance *out, const prov_side *a, const prov_side *b, const match *m);

const char *prov_kind_name(prov_kind k);
const char *prov_because_name(unsigned bit);

#endif
