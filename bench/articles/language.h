// language.h - an invented language whose words are as frequent, as long and as bound to
// each other as those of English news.
//
// Words are known by their rank, 0 the most frequent. The first ranks are the 3,000 English
// words whose frequency detection knows (daemon/evidence/data/terms.tsv); the others are made
// of syllables, and rare to it. A word is drawn about as often as 1/rank (Zipf), and half of
// them after the one before: each word has few successors, so that pairs come again as in prose.
// Threads: a language is constant once made.
#ifndef SHINGLED_BENCH_LANGUAGE_H
#define SHINGLED_BENCH_LANGUAGE_H
#include <stdint.h>

enum {
    LANGUAGE_WORDS = 1 << 17,
    LANGUAGE_WORD_MOST = 15, // bytes of a word, all of them ASCII letters
    LANGUAGE_KNOWN = 3200,   // ranks from here on are invented
};

typedef struct language_word {
    uint8_t len;
    char s[LANGUAGE_WORD_MOST];
} language_word;

typedef struct language {
    language_word word[LANGUAGE_WORDS];
} language;

// language_new makes the one language there is, always the same; NULL without memory.
language *language_new(void);
void language_free(language **l);

// language_next draws the rank of a word that follows the word of rank `before`, from the 64
// random bits of `r`.
uint32_t language_next(uint32_t before, uint64_t r);

// language_draw draws the rank of a word for itself.
uint32_t language_draw(uint64_t r);

// mix64 scrambles x: the finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).
static inline uint64_t mix64(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

// random_next is splitmix64's next number of the sequence in *state.
static inline uint64_t random_next(uint64_t *state)
{
    return mix64(*state += 0x9e3779b97f4a7c15u);
}

// random_below maps 32 random bits to [0, n).
static inline uint32_t random_below(uint64_t r, uint32_t n)
{
    return (uint32_t)((r & 0xffffffff) * n >> 32);
}

#endif
