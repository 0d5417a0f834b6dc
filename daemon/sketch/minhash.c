#include "sketch/minhash.h"
#include "sketch/kernels.h"
#include "sketch/plain_blocks.h"
#include <stdbool.h>
#include <string.h>

static bool is_blank(const uint8_t lane[MINHASH_LANES])
{
    return lane[0] == 0xff && memcmp(lane, lane + 1, MINHASH_LANES - 1) == 0;
}

void minhash_bands(uint32_t band[MINHASH_BANDS], const uint8_t lane[MINHASH_LANES], uint64_t seed)
{
    if (is_blank(lane))
        memset(band, 0, MINHASH_BANDS * sizeof *band);
    else
        kernels_get()->bands(band, lane, seed);
}

uint32_t minhash_band(const uint8_t lane[MINHASH_LANES], unsigned band, uint64_t seed)
{
    return band_block(lane, band, seed);
}

void minhash_sign(minhash *out, const uint64_t *shingles, size_t n, uint64_t seed)
{
    uint32_t lane[MINHASH_LANES];
    if (n == 0) {
        memset(out->lane, 0xff, sizeof out->lane);
        memset(out->band, 0, sizeof out->band);
        return;
    }
    const kernels *k = kernels_get();
    k->sketch(lane, shingles, n, &k->keys);
    k->cut(out, lane, seed);
}

double minhash_resemblance(const uint8_t a[MINHASH_LANES], const uint8_t b[MINHASH_LANES])
{
    const double chance = 1.0 / 256; // that the low bytes of unequal minima are equal
    double equal = kernels_get()->equal_lanes(a, b) / (double)MINHASH_LANES;
    double j = (equal - chance) / (1 - chance);
    return j < 0 ? 0 : j;
}
