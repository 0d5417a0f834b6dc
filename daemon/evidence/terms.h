// terms.h - how common a word is: background document frequencies.
//
// Compiled in from data/terms.tsv in this folder (its source is stated there), by the hash of the
// word's key; what is not in the table is rare.
// Layer: evidence.  May include: text, base.  Threads: constant data.
#ifndef SHINGLED_EVIDENCE_TERMS_H
#define SHINGLED_EVIDENCE_TERMS_H
#include "text/words.h"

// terms_idf is -ln of the share of articles that hold the word: 0 where all do.
double terms_idf(uint64_t word_hash);

// terms_weight is what a word that stands in a text n times weighs in the text's vector
// (term_list); 0 for a common one.
double terms_weight(uint64_t word_hash, uint32_t n);

// terms_weights is terms_weight of n words; times: how often each stands there, NULL for once.
void terms_weights(double *out, const uint64_t *word_hash, const uint32_t *times, size_t n);

// terms_weigh is what a word of an idf that stands in a text n times weighs: (1 + ln n) * idf.
double terms_weigh(double idf, size_t n);

// What a word that is new to a text adds at least to the squared length of its vector, in parts of
// TERMS_SQUARE: for a small part of what terms_weight costs.
enum { TERMS_SQUARE = 4, TERMS_SQUARES = 1 << 16, TERMS_TAGS = 1 << 7, TERMS_ANY = 1 << 15 };
typedef struct terms_squares {
    uint16_t of[TERMS_SQUARES]; // by the low bits of the word's hash: what it adds, with the next
                                // bits above it or TERMS_ANY where it is so for all words
    unsigned unknown;           // what a word adds whose next bits are others
} terms_squares;
const terms_squares *terms_squares_get(void); // constant

// terms_square_fetch asks the memory for what terms_square_least will look at.
static inline void terms_square_fetch(const terms_squares *t, uint64_t word_hash)
{
    __builtin_prefetch(&t->of[word_hash % TERMS_SQUARES]);
}

// Which words are in the table is at random: no branch depends on it.
static inline unsigned terms_square_least(const terms_squares *t, uint64_t word_hash)
{
    unsigned next = (unsigned)(word_hash / TERMS_SQUARES) % TERMS_TAGS << 8;
    unsigned x = t->of[word_hash % TERMS_SQUARES] ^ next; // 0 in the high byte of the same word
    unsigned unknown = -(unsigned)(x - (UINT8_MAX + 1) < TERMS_ANY - (UINT8_MAX + 1));
    return (t->unknown & unknown) | (x & UINT8_MAX & ~unknown);
}

// terms_idf_most is the idf of a word that is not in the table; none has more.
double terms_idf_most(void);

// Words that nobody asks about: some of the common ones (share over 10 %: they say nothing about
// the subject), the most common, and all of one letter, in a table so small that it stays in the
// nearest cache.
enum { TERMS_OFTEN = 4096 };
typedef struct terms_often {
    uint32_t word[TERMS_OFTEN]; // by the low bits of the hash: its high half, or with the last bit
                                // turned where it is a letter that is not common
} terms_often;
const terms_often *terms_often_get(void); // constant

// terms_is_often tells whether the table has a word that is common, by 44 bits of its hash.
static inline bool terms_is_often(const terms_often *t, uint64_t word_hash)
{
    return t->word[word_hash % TERMS_OFTEN] == (uint32_t)(word_hash >> 32);
}

// terms_is_idle tells whether the table has it at all.
static inline bool terms_is_idle(const terms_often *t, uint64_t word_hash)
{
    return (t->word[word_hash % TERMS_OFTEN] ^ (uint32_t)(word_hash >> 32)) <= 1;
}

// One distinct word of a text, or two neighbouring characters of an unspaced script (one alone says
// as little as a letter), and where it stands: words at[first .. first + n), ascending.
typedef struct list_term {
    uint64_t hash;
    double idf;
    uint32_t first, n;
} list_term;

// The terms of a text but for common words (share over 10 %), which say nothing about the subject.
typedef struct term_list {
    list_term *t; // ascending by hash
    size_t n;
    uint32_t *at;
    size_t n_at;
    double square; // squared length of the text's vector of (1 + ln count) * idf
} term_list;

// terms_pair is the hash of the term that two neighbouring characters make, by their hashes.
static inline uint64_t terms_pair(uint64_t first, uint64_t second)
{
    return first * 0x9e3779b97f4a7c15u + second;
}

// terms_list is made once for a text, so that comparing two sorts nothing. SHG_ENOMEM leaves *out
// empty.
SHG_MUST_CHECK shg_err terms_list(term_list *out, const words *w);
void terms_free(term_list *t);

// terms_cosine is the cosine of the two texts' vectors: "the same event" from about .30. In [0, 1];
// linear in the terms.
double terms_cosine(const term_list *a, const term_list *b);

// A text, and a byte for each word: terms count where their words' bytes are not 0.
typedef struct term_part {
    const term_list *terms;
    const words *words;
    const uint8_t *keep;
} term_part;

// terms_cosine_of is the cosine of two parts of texts.
double terms_cosine_of(const term_part *a, const term_part *b);

#endif
