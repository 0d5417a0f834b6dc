// bags.h - two texts as bags of terms, one for each sentence.
//
// A term is a word, cut behind its BAG_STEM first characters so that most endings do not
// matter; of an unspaced script, each character and each two neighbours. Furniture has none. A
// term weighs its inverse sentence frequency over both texts, in whole numbers, so that no sum
// depends on an order.
// Layer: evidence.  May include: sentences, side, terms, text, base.  Threads: pure, but a source
// has one owner.
#ifndef SHINGLED_EVIDENCE_BAGS_H
#define SHINGLED_EVIDENCE_BAGS_H
#include "evidence/sentences.h"
#include "evidence/side.h"
#include "text/shingle.h"

enum { BAG_STEM = 5, BAG_SPREAD = 64, BAG_SPREAD_MOST = 128 };

// One term of one sentence, and how often it stands there.
typedef struct bag_term {
    uint32_t term, n;
} bag_term;

typedef struct bag_text {
    sentences s;
    bag_term *t;      // of all sentences, one after the other
    uint32_t *first;  // t[first[i]..first[i + 1]) are sentence i's; [s.n + 1]
    uint64_t *square; // the squared length of each sentence's vector; [s.n]
} bag_text;

typedef struct bags {
    bag_text a, b;
    uint32_t n_terms;
    uint32_t *spread; // by term: the sentences of both texts that hold it
    uint32_t *weight; // by term; 0 where it is in more than a 16th of them and BAG_SPREAD, or in
                      // more than BAG_SPREAD_MOST
    uint32_t *count;  // [2 * n_terms]: zero between calls
} bags;

// What is kept of a text over all that it is compared with. It is made when it is first asked for:
// only `of` is to be set, which must outlive it unchanged.
typedef struct bags_source {
    const side *of;
    bag_text text;    // without squares, which the other text decides
    uint32_t n_terms; // distinct
    uint32_t *spread; // by term: the sentences that hold it
    // The terms by hash, and behind them those of the text that was compared last.
    uint32_t *table; // of term numbers, from 1; 0: free
    size_t mask;
    uint64_t *hash;  // by term number; [0] is not used
    uint32_t *place; // by term: the entry of the text at hand that is its last one, from 1
    uint64_t *term;  // scratch: those of a sentence
    uint32_t *added; // the slots of the terms that the text compared last has added
    size_t n_added;
    size_t room; // for terms; 0 where nothing is made
} bags_source;

void bags_source_free(bags_source *s); // all but `of`

// Sentences [begin, end) of the one text and of the other.
typedef struct bag_range {
    uint32_t a_begin, a_end, b_begin, b_end;
} bag_range;

// The most terms that a sentence has.
#define BAG_SENTENCE_MOST                                                                          \
    (BAG_TERMS_MOST * (SENTENCE_MOST + SENTENCE_LEAST) * WORD_WEIGHT / CHAR_WEIGHT)

// bags_terms writes the hashes of a sentence's terms, in the order of its words, and returns how
// many there are: at most BAG_TERMS_MOST a word.
enum { BAG_TERMS_MOST = 2 };
size_t bags_terms(uint64_t *out, const side *s, sentence x);

// bags_terms_most is the most terms that a text has: a pair begins at characters alone.
size_t bags_terms_most(const words *w);

// bags_make: linear in the words of both. *out borrows from its source: it is to be freed before
// that, and before another is made of it. SHG_ENOMEM leaves *out empty, and the source usable.
SHG_MUST_CHECK shg_err bags_make(bags *out, bags_source *a, const side *b);
void bags_free(bags *b);

// bag_term_weight is the weight of a term in the vector of its sentence.
static inline uint64_t bag_term_weight(const bags *b, bag_term t)
{
    return (uint64_t)b->weight[t.term] * t.n;
}

// bags_cosine is the cosine of the vectors of the two ranges; linear in them. It uses count.
double bags_cosine(bags *b, bag_range r);

// bags_fit moves the ends of a range: a sentence at an end goes where next to nothing of it
// stands in the other text's range, and the next one, or two, come in where nearly half
// does. Linear in the ranges; it uses count.
void bags_fit(bags *b, bag_range *r);

#endif
