// Eight shingles at a time; what a mask keeps is moved together by a table.
#include "base/places.h"
#include "sketch/kernels_impl.h"
#include <immintrin.h>

enum { WIDTH = 8 };
typedef __m256i vec;

#include "sketch/vector_blocks.h"

static inline vec load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline vec vec_all(uint32_t x)
{
    return _mm256_set1_epi32((int)x);
}

static inline vec vec_order(void)
{
    return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
}

static inline vec low_of(vec a, vec b)
{
    __m256 low = _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0x88);
    return _mm256_castps_si256(low);
}

static inline vec high_half(vec a, vec b)
{
    __m256 high = _mm256_shuffle_ps(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b), 0xdd);
    return _mm256_castps_si256(high);
}

static inline halves halves_load(const uint64_t *p)
{
    vec a = load(p), b = load(p + 4);
    return (halves){low_of(a, b), high_half(a, b)};
}

static inline vec vec_hash(halves h, uint32_t factor)
{
    return _mm256_add_epi32(h.low, _mm256_mullo_epi32(h.high, vec_all(factor)));
}

static inline vec vec_and(vec a, vec b)
{
    return _mm256_and_si256(a, b);
}

static inline vec vec_or(vec a, vec b)
{
    return _mm256_or_si256(a, b);
}

static inline vec vec_up16(vec x)
{
    return _mm256_slli_epi32(x, 16);
}

static inline vec vec_down16(vec x)
{
    return _mm256_srli_epi32(x, 16);
}

static inline vec vec_add(vec a, vec b)
{
    return _mm256_add_epi32(a, b);
}

static inline vec vec_equal(vec a, vec b)
{
    return _mm256_cmpeq_epi32(a, b);
}

// Which are ones.
static inline unsigned truth_bits(vec t)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(t));
}

static inline vec packed(vec x, unsigned bits)
{
    __m128i place = _mm_loadl_epi64((const __m128i *)&BIT_PLACES[bits]);
    return _mm256_permutevar8x32_epi32(x, _mm256_cvtepu8_epi32(place));
}

static inline void vec_keep(uint32_t *out, vec x, unsigned bits)
{
    _mm256_storeu_si256((__m256i *)out, packed(x, bits));
}

static inline vec are_empty(const uint32_t *lane)
{
    return vec_equal(load(lane), vec_all(FSS_EMPTY));
}

static inline vec vec_all16(uint16_t x)
{
    return _mm256_set1_epi16((short)x);
}

static inline vec vec_own(vec add, vec times, vec factor)
{
    return _mm256_add_epi16(add, _mm256_mullo_epi16(times, factor));
}

static inline vec vec_min16(vec a, vec b)
{
    return _mm256_min_epu16(a, b);
}

// Two by two, so that in the end both halves have two numbers of each.
static inline void vec_least4(uint32_t out[4], const vec x[4])
{
    vec a = vec_min16(_mm256_unpacklo_epi64(x[0], x[1]), _mm256_unpackhi_epi64(x[0], x[1]));
    vec b = vec_min16(_mm256_unpacklo_epi64(x[2], x[3]), _mm256_unpackhi_epi64(x[2], x[3]));
    a = vec_min16(low_of(a, b), high_half(a, b));
    __m128i c = _mm_min_epu16(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    c = _mm_min_epu16(_mm_and_si128(c, _mm_set1_epi32(0xffff)), _mm_srli_epi32(c, 16));
    _mm_storeu_si128((__m128i *)out, c);
}

// Of a loop that sets all bytes alike gcc makes `rep stos`, which takes longer to begin than all of
// these stores: it must not see that they are alike.
static inline void lanes_clear(uint32_t *lane)
{
    vec empty = vec_all(FSS_EMPTY);
    __asm__("" : "+x"(empty));
    for (unsigned k = 0; k < MINHASH_LANES; k += WIDTH)
        _mm256_storeu_si256((__m256i *)(lane + k), empty);
}

static inline unsigned empty_bits(const uint32_t *lane)
{
    return truth_bits(are_empty(lane));
}

static inline bool empty_find(vec *empty, const uint32_t *lane)
{
    const vec order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7); // of what packing gives
    uint32_t bits[MINHASH_LANES / 32], any = 0;
    for (unsigned i = 0; i < MINHASH_LANES / 32; i++, lane += 32) {
        vec low = _mm256_packs_epi32(are_empty(lane), are_empty(lane + 8));
        vec high = _mm256_packs_epi32(are_empty(lane + 16), are_empty(lane + 24));
        vec all = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
        bits[i] = (uint32_t)_mm256_movemask_epi8(all);
        any |= bits[i];
    }
    *empty = load(bits);
    return any;
}

static inline unsigned empty_hit(vec x, vec empty)
{
    vec word = _mm256_permutevar8x32_epi32(empty, _mm256_srli_epi32(x, 29));
    vec up = _mm256_andnot_si256(_mm256_srli_epi32(x, FSS_LANE_BITS), vec_all(31)); // to the sign
    return truth_bits(_mm256_sllv_epi32(word, up));
}

#include "sketch/winnow_halves.h"

static unsigned equal_avx2(const uint8_t *a, const uint8_t *b)
{
    __m256i sum = _mm256_setzero_si256();
    for (unsigned i = 0; i < MINHASH_LANES; i += 32) // at most 8 of each byte
        sum = _mm256_sub_epi8(sum, _mm256_cmpeq_epi8(load(a + i), load(b + i)));
    sum = _mm256_sad_epu8(sum, _mm256_setzero_si256());
    __m128i half = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return (unsigned)(_mm_cvtsi128_si32(half) + _mm_extract_epi16(half, 4));
}

void kernels_avx2(kernels *k)
{
    *k = (kernels){
        .sketch = sketch_vector,
        .winnow = winnow_halves,
        .cut = cut_blocks,
        .bands = bands_blocks,
        .prints = prints_blocks,
        .equal_lanes = equal_avx2,
    };
}
