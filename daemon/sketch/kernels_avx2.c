// Eight shingles at a time; what a mask keeps is moved together by a table.
#include "base/places.h"
#include "sketch/kernels_impl.h"
#include <immintrin.h>

enum { WIDTH = 8 };
typedef __m256i vec;
typedef __m256i truth; // ones where it holds

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

// Of n numbers of 64 bits, which of the four from `at` on are there.
static inline __m256i four_of(size_t n, unsigned at)
{
    __m256i place = _mm256_add_epi64(_mm256_setr_epi64x(0, 1, 2, 3), _mm256_set1_epi64x(at));
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)n), place);
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

static inline vec in_order(vec x)
{
    return _mm256_permute4x64_epi64(x, 0xd8);
}

static inline void load_part(vec *a, vec *b, const uint64_t *p, size_t left)
{
    *a = _mm256_maskload_epi64((const long long *)p, four_of(left, 0));
    *b = _mm256_maskload_epi64((const long long *)p + 4, four_of(left, 4));
}

static inline vec vec_high(const uint64_t *p)
{
    return in_order(high_half(load(p), load(p + 4)));
}

static inline vec first_of(size_t n)
{
    return _mm256_cmpgt_epi32(vec_all((uint32_t)n), vec_order());
}

static inline vec vec_first(vec x, size_t n)
{
    return _mm256_and_si256(x, first_of(n));
}

static inline vec vec_high_part(const uint64_t *p, size_t left)
{
    vec a, b, rest = _mm256_sub_epi32(vec_all(UINT32_MAX), vec_order());
    load_part(&a, &b, p, left);
    return _mm256_blendv_epi8(rest, in_order(high_half(a, b)), first_of(left));
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

static inline vec vec_min(vec a, vec b)
{
    return _mm256_min_epu32(a, b);
}

static inline vec vec_max(vec a, vec b)
{
    return _mm256_max_epu32(a, b);
}

static inline vec vec_add(vec a, vec b)
{
    return _mm256_add_epi32(a, b);
}

// The last half of a and the first of b.
static inline vec middle(vec a, vec b)
{
    return _mm256_permute2x128_si256(a, b, 0x21);
}

static inline vec vec_ahead1(vec x, vec after)
{
    return _mm256_alignr_epi8(middle(x, after), x, 4);
}

static inline vec vec_ahead2(vec x, vec after)
{
    return _mm256_alignr_epi8(middle(x, after), x, 8);
}

static inline vec vec_ahead4(vec x, vec after)
{
    return middle(x, after);
}

static inline vec vec_back1(vec before, vec x)
{
    return _mm256_alignr_epi8(x, middle(before, x), 12);
}

static inline vec vec_back2(vec before, vec x)
{
    return _mm256_alignr_epi8(x, middle(before, x), 8);
}

static inline vec vec_back4(vec before, vec x)
{
    return middle(before, x);
}

static inline truth vec_equal(vec a, vec b)
{
    return _mm256_cmpeq_epi32(a, b);
}

static inline truth truth_or(truth a, truth b)
{
    return _mm256_or_si256(a, b);
}

static inline unsigned truth_bits(truth t)
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

static inline void vec_keep_only(uint32_t *out, vec x, unsigned bits)
{
    vec n = first_of((unsigned)__builtin_popcount(bits));
    _mm256_maskstore_epi32((int *)out, n, packed(x, bits));
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
        .winnow = winnow_vector,
        .cut = cut_blocks,
        .bands = bands_blocks,
        .prints = prints_blocks,
        .equal_lanes = equal_avx2,
    };
}
