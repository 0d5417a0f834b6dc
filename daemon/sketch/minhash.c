#include "sketch/minhash.h"
#include "base/bytes.h"
#include "sketch/kernels.h"
#include <string.h>
#include <xxhash.h>

// The same number on every machine: lanes and secret are hashed as little-endian bytes.
static uint32_t band_of(const uint32_t *lane, unsigned band, uint64_t seed)
{
    uint8_t bytes[MINHASH_ROWS * 4 + 8];
    for (unsigned i = 0; i < MINHASH_ROWS; i++)
        store32(bytes + 4 * i, lane[band * MINHASH_ROWS + i]);
    store64(bytes + MINHASH_ROWS * 4, seed);
    return XXH32(bytes, sizeof bytes, band);
}

void minhash_sign(minhash *out, const uint64_t *shingles, size_t n, uint64_t seed)
{
    uint32_t lane[MINHASH_LANES];
    if (n == 0) {
        memset(out->lane, 0xff, sizeof out->lane);
        memset(out->band, 0, sizeof out->band);
        return;
    }
    kernels_get()->sketch(lane, shingles, n, MINHASH_KEY);
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        out->lane[i] = (uint8_t)lane[i];
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        out->band[i] = band_of(lane, i, seed);
}

double minhash_resemblance(const uint8_t a[MINHASH_LANES], const uint8_t b[MINHASH_LANES])
{
    const double chance = 1.0 / 256; // that the low bytes of unequal minima are equal
    double equal = kernels_get()->equal_lanes(a, b) / (double)MINHASH_LANES;
    double j = (equal - chance) / (1 - chance);
    return j < 0 ? 0 : j;
}
