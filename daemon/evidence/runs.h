// runs.h - the maximal runs of equal words that two texts have in common.
//
// Every seed of k words that stands in both is grown to both sides as far as the words
// are the same. A run is given once, however many seeds it has.
// Layer: evidence.  May include: text, base.  Threads: pure, but a source has one owner.
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

// A distinct seed of a text, in open addressing; number: from 1, 0 is free.
typedef struct runs_seed {
    uint64_t hash;
    uint32_t number;
} runs_seed;

// What is kept of a text over all that it is compared with. It is made when it is first asked for:
// only `of` is to be set, which must outlive it unchanged.
typedef struct runs_source {
    const words *of;
    uint32_t *number; // [n], by place: the number of the seed that begins there; NULL: not made
    size_t n, n_distinct;
    unsigned k;
    runs_seed *slot;
    size_t mask;
    uint64_t *maybe; // a bit for each seed: most of another text stop at them
} runs_source;

void runs_source_free(runs_source *s); // all but `of`

// runs_find writes the runs of at least k words' weight (text/shingle.h) to *out. Time and
// memory are linear in the words of both: of a seed with more than RUN_PLACES places in b
// those next to where the last run ended are tried, so that frequent phrases are found
// where texts run side by side, and a long run is found whole from any one of its seeds.
// SHG_ENOMEM leaves *out empty, and the source usable. k is the same for all that it is asked
// about.
SHG_MUST_CHECK shg_err runs_find(runs *out, runs_source *a, const words *b, unsigned k);
void runs_free(runs *r);

#endif
