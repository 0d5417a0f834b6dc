// shingle.h - runs of k neighbouring words as 64-bit hashes.
//
// A character of a script written without spaces weighs 5/8 of a word, so that a
// shingle covers about as much meaning in every script: a 3-word shingle is 5
// characters of Han, a 5-word one 8. The shingle that starts at word i reaches to the
// first word where k words' weight is full; what stands before i never matters, so two
// texts that share a run share its shingles.
// Layer: text.  May include: base, text/words.  Threads: pure.
#ifndef SHINGLED_TEXT_SHINGLE_H
#define SHINGLED_TEXT_SHINGLE_H
#include "text/words.h"

enum {
    WORD_WEIGHT = 8,  // weight of a word
    CHAR_WEIGHT = 5,  // weight of a WORD_CHAR
    SKETCH_WORDS = 3, // k of the sketch and of resemblance
    PRINT_WORDS = 5,  // k of the fingerprints
};

static inline unsigned word_weight(const word *w)
{
    return w->flags & WORD_CHAR ? CHAR_WEIGHT : WORD_WEIGHT;
}

// Words as shingles see them.
typedef struct hash_list {
    const uint64_t *hash; // of each word
    const uint8_t *alone; // 1 for each that has WORD_CHAR, else 0; NULL where none has
    size_t n;
} hash_list;

static inline hash_list words_hashes(const words *w)
{
    return (hash_list){w->hash, w->alone, w->n};
}

// shingles_from is shingles_make of such a list.
size_t shingles_from(uint64_t *out, uint32_t *ends, const hash_list *l, unsigned k);

// shingles_both is shingles_from of SKETCH_WORDS and of PRINT_WORDS in one go, for less than
// both.
typedef struct shingle_counts {
    size_t sketch, print;
} shingle_counts;
shingle_counts shingles_both(uint64_t *sketch, uint64_t *print, const hash_list *l);

// shingles_make writes the hash of the shingle that starts at word i to out[i] and
// returns how many there are: the starts 0..count-1 from which k words' weight fits.
// A text too short for one shingle, but not empty, has one: all its words.
// ends, unless NULL, gets for each the word after its last. Both hold w->n entries.
size_t shingles_make(uint64_t *out, uint32_t *ends, const words *w, unsigned k);

// shingles_resemblance is the exact Jaccard resemblance of the two sets of
// SKETCH_WORDS shingles (Broder 1997), in [0,1]; two empty texts give 0.
// SHG_ENOMEM leaves *out alone.
SHG_MUST_CHECK shg_err shingles_resemblance(double *out, const words *a, const words *b);

#endif
