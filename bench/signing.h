// signing.h - from a text to what an index stores of it: signature, bands, fingerprints.
//
// Threads: one.
#ifndef SHINGLED_BENCH_SIGNING_H
#define SHINGLED_BENCH_SIGNING_H
#include "index/index.h"

enum { SIGNING_PRINTS = 1 << 12 }; // of a text of ARTICLES_TEXT_MOST bytes there are fewer

typedef struct signing {
    minhash sig;
    print prints[SIGNING_PRINTS]; // distinct, ascending by hash
    uint32_t n_prints, n_words;
    uint64_t body; // stands for the words
} signing;

// signing_make gives what the daemon stores of a text, but for the marks of speech, the further
// fingerprints within it and the rare terms, which take a whole reading (engine/reading.h). It ends
// the program where the text can't be signed.
void signing_make(signing *out, view text, uint64_t seed);

// signing_hot is the hot path alone (engine/sign.h): text to signature, bands and fingerprints,
// none of them kept. It returns a number that depends on all of them.
uint64_t signing_hot(view text, uint64_t seed);

#endif
