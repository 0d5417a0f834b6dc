// plain.h - the path as one writes it without a thought of vectors, to be compared with.
//
// The words by a table of characters, XXH3 of each word's and of each shingle's bytes, MinHash of
// 128 multiplications a shingle, and winnowing by looking at each window; compiled without
// vectors (XXH3 keeps those of every x86-64). It does less than ours: no repair, no
// alphabets, half the lanes, no bands, fingerprints of shingles of three words.
// Threads: one.
#ifndef SHINGLED_BENCH_PLAIN_H
#define SHINGLED_BENCH_PLAIN_H
#include "base/view.h"

// plain_sign returns a number that depends on all that it makes.
uint64_t plain_sign(view text);

#endif
