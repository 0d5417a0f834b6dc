// topic.h - whether the cosine of many texts with one may be large, by the hashes of their words.
//
// terms.h sorts the terms of a text; where it is compared once, and mostly with nothing, that is
// too dear: here those that it has in common with the one are counted, and of the others only as
// many as show that there is too much else in it.
// Layer: evidence.  May include: terms, text, base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_TOPIC_H
#define SHINGLED_EVIDENCE_TOPIC_H
#include "evidence/terms.h"
#include "text/shingle.h"

// How often a term stands in a text; place 1 and more: it is term place - 1 of the one text.
typedef struct topic_slot {
    uint64_t hash;
    uint32_t n, place;
} topic_slot;

typedef struct topic {
    const term_list *a;
    double *weight;    // [a->n], as in a's vector
    uint64_t *maybe;   // a bit for each term of a: most other words stop at them
    topic_slot *slot;  // in open addressing; free where both numbers are 0
    uint32_t *touched; // slots of a text's terms
    uint32_t *at;      // words of a text that may be a's: the second half of touched
    size_t mask, maybe_mask;
} topic;

// topic_open makes one for the texts that are compared with one whose terms are a, which must
// outlive it. SHG_ENOMEM leaves it empty.
SHG_MUST_CHECK shg_err topic_open(topic *out, const term_list *a);
void topic_close(topic *t); // zeroes it; a zeroed one is fine

// topic_near tells whether terms_cosine is `least` (over 0) or more, but for rounding: where *near
// is false, it is less for certain. Linear in the words. SHG_ENOMEM.
SHG_MUST_CHECK shg_err topic_near(topic *t, const hash_list *b, double least, bool *near);

#endif
