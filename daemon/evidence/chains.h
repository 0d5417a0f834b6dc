// chains.h - pairs of sentences that follow each other, as passages.
//
// Pairs belong together where they hang together on both sides with gaps of few sentences, where
// most sentences of the shorter side are in a pair, and the passages as wholes resemble each
// other; else smaller gaps are tried (Sanchez-Perez et al., PAN 2014). A summary draws few
// sentences from all over a longer text: a chain may have wide gaps on the one side if it is
// CHAIN_WIDER times as long there.
// Layer: evidence.  May include: pairs, bags, side, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_CHAINS_H
#define SHINGLED_EVIDENCE_CHAINS_H
#include "evidence/pairs.h"

enum {
    CHAIN_GAP = 3,   // sentences without a pair
    CHAIN_WIDE = 32, // in the longer text of a summary
    CHAIN_WIDER = 3,
};

typedef struct chain {
    bag_range r;
    double cosine;  // of the two ranges
    uint32_t pairs; // in it
    bool wide;
} chain;

typedef struct chains {
    chain *c; // in no order; they may overlap
    size_t n;
} chains;

// chains_find sorts p. The ranges add up to no more than CHAIN_WIDE times the pairs; time is
// linear in them but for the sorting. SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err chains_find(chains *out, bags *b, pairs *p);
void chains_free(chains *c);

#endif
