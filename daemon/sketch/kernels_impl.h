// kernels_impl.h - between kernels.c and the vector variants; nobody else includes it.
//
// A variant is a translation unit of its own, built with its own machine flags, and
// entered only after its cpu check: it fills in what it does better.
// Layer: sketch.  Threads: called under pthread_once.
#ifndef SHINGLED_SKETCH_KERNELS_IMPL_H
#define SHINGLED_SKETCH_KERNELS_IMPL_H
#include "sketch/kernels.h"

// The reference, for a variant to fall back on.
size_t winnow_scalar(uint32_t *out, const uint64_t *shingles, size_t n);

// fss_last_resort fills the lanes that every round left empty: least gives the smallest
// value of shingles[0..n) under a factor. Only a set of few shingles comes here, so many
// shingles are few different ones, and these are looked for first: a text of one word
// repeated for megabytes would cost n hashes a lane else.
void fss_last_resort(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed,
                     uint32_t (*least)(const uint64_t *shingles, size_t n, uint32_t factor));

#if defined(__x86_64__)
void kernels_avx2(kernels *k);
void kernels_avx512(kernels *k);
#endif

#endif
