#include "sketch/winnow.h"
#include "sketch/kernels.h"

size_t winnow(uint32_t *out, const uint64_t *shingles, size_t n)
{
    return kernels_get()->winnow(out, shingles, n);
}

void prints_of(uint64_t *out, const uint64_t *shingles, const uint32_t *kept, size_t n,
               uint64_t seed)
{
    kernels_get()->prints(out, shingles, kept, n, seed);
}
