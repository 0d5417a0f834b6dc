// kernels.h - one table of the kernels of sketching, filled once for this CPU (base/cpu.h).
//
// The scalar reference (kernels.c) states each kernel's preconditions and stays; a
// vector variant joins by a line in the cascade and must give the same bits.
// Layer: sketch.  May include: base.  Threads: any; filled by pthread_once.
#ifndef SHINGLED_SKETCH_KERNELS_H
#define SHINGLED_SKETCH_KERNELS_H
#include "sketch/fss.h"

typedef struct kernels {
    // full-width lanes of Fast Similarity Sketching; n >= 1; lane[256]
    void (*sketch)(uint32_t *lane, const uint64_t *shingles, size_t n, const fss_keys *keys);
    // positions kept by winnowing; as winnow()
    size_t (*winnow)(uint32_t *out, const uint64_t *shingles, size_t n);
    // the signature of lanes: their low bytes, and the bands under a secret
    void (*cut)(minhash *out, const uint32_t *lane, uint64_t seed);
    // its bands alone, of lanes that were cut
    void (*bands)(uint32_t *band, const uint8_t *lane, uint64_t seed);
    // print_of each shingle that is kept, in their order
    void (*prints)(uint64_t *out, const uint64_t *shingles, const uint32_t *kept, size_t n,
                   uint64_t seed);
    // how many of 256 lanes are equal
    unsigned (*equal_lanes)(const uint8_t *a, const uint8_t *b);
    fss_keys keys; // of sketch, made of MINHASH_KEY
} kernels;

const kernels *kernels_get(void);

#endif
