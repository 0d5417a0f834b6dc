// passages.h - the passages that two articles share, exactly.
//
// Level 1: seeds of PASSAGE_SEED words are grown to maximal runs, the longest taken
// first (greedy string tiling, Wise 1993), short ones where they continue a longer one
// before others; runs that follow each other on both sides are merged where the gap is at
// most PASSAGE_GAP words on both (furniture aside), and a passage is kept from
// PASSAGE_LEAST matched words that are not furniture. A character of an unspaced script
// counts 5/8 of a word in all of these.
// Layer: evidence.  May include: side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_PASSAGES_H
#define SHINGLED_EVIDENCE_PASSAGES_H
#include "evidence/runs.h"
#include "evidence/side.h"

enum {
    PASSAGE_SEED = 4,
    PASSAGE_GAP = 8,
    PASSAGE_GAP_ALL = 16, // with the furniture that stands in it
    PASSAGE_LEAST = 8,
    PASSAGE_EDGE = 12, // what a known block of a publisher may reach beyond its fingerprints
};

typedef enum passage_kind { PASSAGE_PROSE, PASSAGE_QUOTED, PASSAGE_PARAPHRASE } passage_kind;

// Word ranges [begin, end) in both sides; words = matched words in it, furniture aside.
typedef struct passage {
    uint32_t a_begin, a_end, b_begin, b_end;
    uint32_t words, prose, quoted; // words = prose + quoted (exact kinds)
    passage_kind kind;             // what most of its words are; a tie is prose
    uint32_t run, n_runs;          // its runs: passages.run[run..run+n_runs), ascending
} passage;

typedef struct passages {
    passage *p; // ascending by a_begin; they do not overlap on either side
    size_t n;
    run *run;                      // the exact runs that the passages are made of
    uint32_t words, prose, quoted; // sums over p
    uint32_t longest;              // words of the longest exact run
    uint32_t longest_prose;        // longest exact run of prose words
    uint32_t furniture;            // matched words left out as furniture
} passages;

// passages_find aligns a and b (side_count done). A word counts as quoted or furniture
// where either side marks it so; as furniture also where it stands between furniture and
// an end of its run, under PASSAGE_EDGE words and half as many as the furniture has. Two texts
// that read the same are one passage, however short. Time and memory are linear in the words
// of both but for the sorting of the runs, whatever the texts (runs.h). SHG_ENOMEM leaves *out
// empty.
SHG_MUST_CHECK shg_err passages_find(passages *out, const side *a, const side *b);

// passages_find_of is it where a is compared with many: seeds are of a's words.
SHG_MUST_CHECK shg_err passages_find_of(passages *out, const side *a, runs_source *seeds,
                                        const side *b);
void passages_free(passages *p);

#endif
