// minhash.h - fixed-width MinHash signatures of a shingle set, and their LSH bands.
//
// Fast Similarity Sketching (Dahlgaard, Knudsen, Thorup, FOCS 2017): 256 lanes, of
// which 8 bits are kept (Li, Koenig 2010, b-bit minwise hashing). Bands are hashed
// from these, so that whoever has the lanes has the bands. The same shingles and seed
// give the same bytes on every CPU and every build (tests/golden).
// Layer: sketch.  May include: base.  Threads: pure, any thread.
#ifndef SHINGLED_SKETCH_MINHASH_H
#define SHINGLED_SKETCH_MINHASH_H
#include <stddef.h>
#include <stdint.h>

enum {
    MINHASH_VERSION = 5,
    MINHASH_LANES = 256,
    MINHASH_BANDS = 42, // band i: lanes i, i + 42, ... i + 210; the last 4 are in none
    MINHASH_ROWS = 6,
};

// The lanes are keyed with a public constant and only the bands with the installation's secret:
// what is estimated from lanes decides answers, which must be the same under every secret.
#define MINHASH_KEY 0x73686e676c656435u

typedef struct minhash {
    uint8_t lane[MINHASH_LANES]; // 8 bits of the lane's minimum
    uint32_t band[MINHASH_BANDS];
} minhash;

// minhash_sign writes the signature of shingles[0..n). Order and repeats do not
// matter. n == 0 is legal: all lanes 0xff, all bands 0, which match nothing by
// the caller's care. seed is the installation's secret; it changes the bands alone.
void minhash_sign(minhash *out, const uint64_t *shingles, size_t n, uint64_t seed);

// minhash_bands makes the bands that belong to lanes.
void minhash_bands(uint32_t band[MINHASH_BANDS], const uint8_t lane[MINHASH_LANES], uint64_t seed);

// minhash_band makes one of them, of lanes that are not all 0xff.
uint32_t minhash_band(const uint8_t lane[MINHASH_LANES], unsigned band, uint64_t seed);

// minhash_resemblance estimates the Jaccard resemblance in [0,1], corrected for the
// chance matches of 8-bit lanes; RMSE at J = .5 at most .026 (tests/prop).
double minhash_resemblance(const uint8_t a[MINHASH_LANES], const uint8_t b[MINHASH_LANES]);

#endif
