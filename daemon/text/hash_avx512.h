// hash_avx512.h - hash_step of eight keys at a time, with AVX-512F.
// Where the compiler was not told that the machine has it there is nothing here.
// Layer: text.  May include: base, text/hash.  Threads: pure.
#ifndef SHINGLED_TEXT_HASH_AVX512_H
#define SHINGLED_TEXT_HASH_AVX512_H
#include "text/hash.h"

#ifdef __AVX512F__
#include <immintrin.h>

// hash_product of eight numbers, after what they are xored with.
static inline __m512i hash_product_8(__m512i x, uint64_t with)
{
    x = _mm512_xor_si512(x, _mm512_set1_epi64((long long)with));
    return _mm512_mul_epu32(x, _mm512_srli_epi64(x, 32));
}

// hash_turn of eight numbers of which `high` holds the high halves.
static inline __m512i hash_turn_8(__m512i x, __m512i high, uint32_t by_low, uint32_t by_high)
{
    high = _mm512_mul_epu32(high, _mm512_set1_epi64(by_high));
    return _mm512_add_epi64(_mm512_mul_epu32(x, _mm512_set1_epi64(by_low)),
                            _mm512_shuffle_epi32(high, 0xb1));
}

// The two halves of hash_step: taking sixteen bytes of each key, and turning.
static inline __m512i hash_take_8(__m512i x, __m512i a, __m512i b)
{
    x = _mm512_add_epi64(x, hash_product_8(a, HASH_FIRST));
    return _mm512_add_epi64(x, hash_product_8(b, HASH_SECOND));
}

static inline __m512i hash_mix_8(__m512i x)
{
    __m512i high = _mm512_srli_epi64(x, 32);
    x = hash_turn_8(_mm512_xor_si512(x, high), high, HASH_TURN, HASH_BACK);
    return hash_turn_8(x, _mm512_srli_epi64(x, 32), HASH_BACK, HASH_TURN);
}
#endif

#endif
