// runs.h - the maximal runs of equal words that two texts have in common.
//
// Every seed of k words that stands in both is grown to both sides as far as the words
// are the same. A run is given once, however many seeds it has.
// Layer: evidence.  May include: text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_RUNS_H
#define SHINGLED_EVIDENCE_RUNS_H
#include "text/words.h"

// Words [a, a+n) of the one text equal words [b, b+n) of the other.
typedef struct run {
    uint32_t a, b, n;
} run;

typedef struct runs {
    run *r; // in no order; they may overlap
    size_t n;
} runs;

enum {
    RUN_PLACES = 8, // places in b that are tried for one seed of a
    RUN_JUMP = 32,  // a run so long is not searched for others that begin inside it
};

// runs_find writes the runs of at least k words' weight (text/shingle.h) to *out. Time and
// memory are linear in the words of both: of a seed with more than RUN_PLACES places in b
// those next to where the last run ended are tried, so that frequent phrases are found
// where texts run side by side, and a long run is found whole from any one of its seeds.
// SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err runs_find(runs *out, const words *a, const words *b, unsigned k);
void runs_free(runs *r);

#endif
