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

#if defined(__x86_64__)
void kernels_avx2(kernels *k);
void kernels_avx512(kernels *k);
#endif

#endif
