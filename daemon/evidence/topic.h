// topic.h - whether the cosine of many texts with one may be large, by the hashes of their words.
//
// terms.h sorts the terms of a text; where it is compared once, and mostly with nothing, that is
// too dear: here those that it has in common with the one are counted, and the others where a
// least weight of each, of the distinct ones alone, does not show that there is too much else in
// it. Layer: evidence.  May include: terms, text, base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_TOPIC_H
#define SHINGLED_EVIDENCE_TOPIC_H
#include "evidence/terms.h"
#include "text/shingle.h"

// A term of the one text.
typedef struct topic_slot {
    uint64_t hash;
    uint32_t n, place; // how often it stands in the other; its number in the one, from 1; 0: free
} topic_slot;

// One that the one text lacks, and how often it stands in the other; 0: free.
typedef struct topic_other {
    uint64_t hash;
    uint32_t n;
} topic_other;

typedef struct topic {
    const term_list *a;
    double *weight;     // [a->n], as in a's vector
    uint64_t *maybe;    // a bit for each term of a: most other words stop at them
    topic_slot *slot;   // in open addressing, as other is
    uint32_t *shared;   // [a->n]: slots of the terms that a text has, too
    topic_other *other; // all free between calls
    uint64_t *term;     // [room]: of a text with characters of an unspaced script
    uint32_t *at;       // [room]: terms of a text that may be a's
    uint32_t *touched;  // [others_room]: slots of other
    size_t mask, maybe_mask, other_mask;
    size_t room, others_room; // words of a text
} topic;

// topic_open makes one for the texts that are compared with one whose terms are a, which must
// outlive it. SHG_ENOMEM leaves it empty.
SHG_MUST_CHECK shg_err topic_open(topic *out, const term_list *a);
void topic_close(topic *t); // zeroes it; a zeroed one is fine

// topic_most writes the most that terms_cosine can be: that itself, but for rounding, where it is
// `least` (over 0) or more; where it is less for certain, 0. square: that of b's vector, or a
// little less; 0 where it is not known. Linear in the words. SHG_ENOMEM.
SHG_MUST_CHECK shg_err topic_most(topic *t, const hash_list *b, double square, double least,
                                  double *most);

#endif
