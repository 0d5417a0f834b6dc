// pairs.h - the sentences of two texts that resemble each other.
//
// The seeds of Sanchez-Perez, Sidorov and Gelbukh (PAN at CLEF 2014): sentences whose vectors'
// cosine and whose sets' Dice coefficient are both high; here, beside these two lines, close to
// the best that either of the two sentences has.
// Layer: evidence.  May include: bags, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_PAIRS_H
#define SHINGLED_EVIDENCE_PAIRS_H
#include "evidence/bags.h"

#define PAIR_COSINE .22
#define PAIR_DICE .33
#define PAIR_BEST .80 // of the best cosine of either sentence

// Sentences a and b, by number.
typedef struct pair {
    uint32_t a, b;
    double cosine;
} pair;

typedef struct pairs {
    pair *p; // ascending by a
    size_t n;
} pairs;

// pairs_find seeks them by the terms that the sentences share. Time is linear in the words of
// both, since no term is looked up that stands in more than 128 sentences; where there are still
// more than 4 pairs a sentence (texts that repeat themselves), in half as many, until
// there are not. The pairs of (b, a) are those of (a, b). SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err pairs_find(pairs *out, const bags *b);
void pairs_free(pairs *p);

#endif
