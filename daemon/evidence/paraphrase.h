// paraphrase.h - the passages that say the same in other words.
//
// Level 2, beside the exact passages: chains of sentences that resemble each other (chains.h),
// the surest first, where they do not overlap. What exact runs cover already stays exact.
// Layer: evidence.  May include: bags, chains, passages, side, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_PARAPHRASE_H
#define SHINGLED_EVIDENCE_PARAPHRASE_H
#include "evidence/bags.h"
#include "evidence/passages.h"

enum {
    PARAPHRASE_LEAST = 20, // words on both sides
    PARAPHRASE_STRONG =
        25, // words of an exact run, or passage, that no paraphrase takes in or breaks
};

// words and prose of a passage: those of the side that has fewer, furniture aside, with the exact
// ones among them. No runs.
typedef struct paraphrases {
    passage *p; // ascending by a_begin; they do not overlap on either side
    size_t n;
    uint32_t words, prose; // of p, without those in exact passages
    uint32_t told;         // prose of p's sentences that have a like, with the exact ones in them
    uint8_t *holds;        // by exact passage: 1 where it is shown as part of one of p
} paraphrases;

// paraphrase_find seeks what a->of and b (side_count done) say alike beyond the exact passages. An
// exact passage that is not held overlaps none of *out on either side. What (a, b) gives, (b, a)
// gives turned round. Time and memory are linear in the words of both but for sorting, whatever the
// texts (pairs.h, chains.h). SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err paraphrase_find(paraphrases *out, const passages *exact, bags_source *a,
                                       const side *b);
void paraphrase_free(paraphrases *p);

#endif
