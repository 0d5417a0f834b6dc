// likes.h - how much of a text may be said in other words by others, at a small part of what it
// costs to find out what is (paraphrase.h).
//
// A paraphrase is made of sentences with a like in the other text, and a like has, beside a high
// cosine, a high Dice coefficient (pairs.h): here that alone is looked at.
// Layer: evidence.  May include: pairs, bags, side, base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_LIKES_H
#define SHINGLED_EVIDENCE_LIKES_H
#include "evidence/pairs.h"

// A sentence of the one text.
typedef struct likes_sentence {
    uint32_t terms;  // distinct
    uint32_t prose;  // in weights
    uint32_t common; // terms that the other text's sentence has, too; zero between sentences
    bool alike;      // with one of the other text's; false between calls
} likes_sentence;

enum { LIKES_ROW = 64, LIKES_ROWS = 2 }; // sentences in a row; rows that a term may have

// A term of the one text, in open addressing: free where n is 0. A free one's `in` means nothing.
typedef struct likes_slot {
    uint64_t hash;
    uint32_t first, n; // sentences of the one text that hold it: list[first .. first + n), or
                       // those that have a 1 in its rows, which begin at rows[first]
    uint32_t in;       // the sentence that held it last, by number over all texts, from 1
} likes_slot;

// One that the one text lacks: free where it is not of the sentence that is looked at.
typedef struct likes_other {
    uint64_t hash;
    uint32_t in;
} likes_other;

typedef struct likes {
    const side *a;
    likes_sentence *s;
    size_t n;
    likes_slot *slot;
    size_t mask;
    uint64_t *maybe;            // a bit for each term: most others stop at them
    uint8_t (*rows)[LIKES_ROW]; // a byte for each sentence; NULL of a long text
    size_t n_rows;              // of each term, one after the other
    int16_t *need;     // by sentence: what its own terms ask for of a likely like (likes.c)
    uint32_t *list;    // of a long one
    uint32_t *touched; // [n], likewise
    uint32_t in;       // number of the sentence that is looked at
    uint64_t *term;    // scratch: its terms
    uint32_t *found;   // the slots of those that the one text has
    likes_other *other;
    size_t room, other_mask; // of term and found, and of other
} likes;

// likes_open makes one for texts that are compared with a, which must outlive it. SHG_ENOMEM leaves
// it empty; likes_close of a zeroed one is fine.
SHG_MUST_CHECK shg_err likes_open(likes *out, const side *a);
void likes_close(likes *l);

// likes_part is the part of a's prose, [0,1], that stands in sentences that may have a like in b:
// at least what pairs_find says, marks being equal. Linear in the words of b. SHG_ENOMEM.
SHG_MUST_CHECK shg_err likes_part(likes *l, double *part, const side *b);

#endif
