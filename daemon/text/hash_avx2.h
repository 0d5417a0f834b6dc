// hash_avx2.h - hash_step of four keys at a time, with AVX2.
// Where the compiler was not told that the machine has it there is nothing here.
// Layer: text.  May include: base, text/hash.  Threads: pure.
#ifndef SHINGLED_TEXT_HASH_AVX2_H
#define SHINGLED_TEXT_HASH_AVX2_H
#include "text/hash.h"

#ifdef __AVX2__
#include <immintrin.h>

// hash_product of four numbers, after what they are xored with.
static inline __m256i hash_product_4(__m256i x, uint64_t with)
{
    x = _mm256_xor_si256(x, _mm256_set1_epi64x((long long)with));
    return _mm256_mul_epu32(x, _mm256_srli_epi64(x, 32));
}

// hash_turn of four numbers of which `high` holds the high halves.
static inline __m256i hash_turn_4(__m256i x, __m256i high, uint32_t by_low, uint32_t by_high)
{
    high = _mm256_mul_epu32(high, _mm256_set1_epi64x(by_high));
    return _mm256_add_epi64(_mm256_mul_epu32(x, _mm256_set1_epi64x(by_low)),
                            _mm256_shuffle_epi32(high, 0xb1));
}

// The two halves of hash_step: taking sixteen bytes of each key, and turning.
static inline __m256i hash_take_4(__m256i x, __m256i a, __m256i b)
{
    x = _mm256_add_epi64(x, hash_product_4(a, HASH_FIRST));
    return _mm256_add_epi64(x, hash_product_4(b, HASH_SECOND));
}

static inline __m256i hash_mix_4(__m256i x)
{
    __m256i high = _mm256_srli_epi64(x, 32);
    x = hash_turn_4(_mm256_xor_si256(x, high), high, HASH_TURN, HASH_BACK);
    return hash_turn_4(x, _mm256_srli_epi64(x, 32), HASH_BACK, HASH_TURN);
}
#endif

#endif
