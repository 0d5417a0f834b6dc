#include "sketch/winnow.h"
#include "sketch/kernels.h"

size_t winnow(uint32_t *out, const uint64_t *shingles, size_t n)
{
    return kernels_get()->winnow(out, shingles, n);
}

uint64_t print_of(uint64_t shingle, uint64_t seed)
{
    uint64_t x = (shingle ^ seed) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return x >> (64 - PRINT_BITS);
}
