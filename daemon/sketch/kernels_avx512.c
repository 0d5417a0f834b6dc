// Sixteen shingles at a time.
#include "sketch/kernels_impl.h"
#include <immintrin.h>

enum { WIDTH = 16 };
typedef __m512i vec;
typedef __mmask16 truth;

#include "sketch/vector_blocks.h"
#include "sketch/winnow_blocks.h"

static inline vec vec_all(uint32_t x)
{
    return _mm512_set1_epi32((int)x);
}

static inline vec vec_order(void)
{
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

static inline vec even(void)
{
    return _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

static inline vec low_of(vec a, vec b)
{
    return _mm512_permutex2var_epi32(a, even(), b);
}

static inline vec high_half(vec a, vec b)
{
    return _mm512_permutex2var_epi32(a, _mm512_or_si512(even(), vec_all(1)), b);
}

static inline void load_part(vec *a, vec *b, const uint64_t *p, size_t left)
{
    unsigned in = first_bits(left);
    *a = _mm512_maskz_loadu_epi64((__mmask8)in, p);
    *b = _mm512_maskz_loadu_epi64((__mmask8)(in >> 8), p + 8);
}

static inline halves halves_load(const uint64_t *p)
{
    vec a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 8);
    return (halves){low_of(a, b), high_half(a, b)};
}

static inline vec vec_high(const uint64_t *p)
{
    return high_half(_mm512_loadu_si512(p), _mm512_loadu_si512(p + 8));
}

static inline vec vec_high_part(const uint64_t *p, size_t left)
{
    vec a, b, rest = _mm512_sub_epi32(vec_all(UINT32_MAX), vec_order());
    load_part(&a, &b, p, left);
    return _mm512_mask_mov_epi32(rest, (__mmask16)first_bits(left), high_half(a, b));
}

static inline vec vec_first(vec x, size_t n)
{
    return _mm512_maskz_mov_epi32((__mmask16)first_bits(n), x);
}

static inline vec vec_hash(halves h, uint32_t factor)
{
    return _mm512_add_epi32(h.low, _mm512_mullo_epi32(h.high, vec_all(factor)));
}

static inline vec vec_and(vec a, vec b)
{
    return _mm512_and_si512(a, b);
}

static inline vec vec_or(vec a, vec b)
{
    return _mm512_or_si512(a, b);
}

static inline vec vec_up16(vec x)
{
    return _mm512_slli_epi32(x, 16);
}

static inline vec vec_down16(vec x)
{
    return _mm512_srli_epi32(x, 16);
}

static inline vec vec_min(vec a, vec b)
{
    return _mm512_min_epu32(a, b);
}

static inline vec vec_max(vec a, vec b)
{
    return _mm512_max_epu32(a, b);
}

static inline vec vec_add(vec a, vec b)
{
    return _mm512_add_epi32(a, b);
}

static inline vec vec_ahead1(vec x, vec after)
{
    return _mm512_alignr_epi32(after, x, 1);
}

static inline vec vec_ahead2(vec x, vec after)
{
    return _mm512_alignr_epi32(after, x, 2);
}

static inline vec vec_ahead4(vec x, vec after)
{
    return _mm512_alignr_epi32(after, x, 4);
}

static inline vec vec_back1(vec before, vec x)
{
    return _mm512_alignr_epi32(x, before, 15);
}

static inline vec vec_back2(vec before, vec x)
{
    return _mm512_alignr_epi32(x, before, 14);
}

static inline vec vec_back4(vec before, vec x)
{
    return _mm512_alignr_epi32(x, before, 12);
}

static inline truth vec_equal(vec a, vec b)
{
    return _mm512_cmpeq_epi32_mask(a, b);
}

static inline truth truth_or(truth a, truth b)
{
    return a | b;
}

static inline unsigned truth_bits(truth t)
{
    return t;
}

// In halves: of all 64 bytes at once, gcc 12 with -fsanitize=thread makes wrong code; and most
// often few are kept, and 64 bytes that lie across a line of cache are dear.
static inline void vec_keep(uint32_t *out, vec x, unsigned bits)
{
    vec packed = _mm512_maskz_compress_epi32((__mmask16)bits, x);
    _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(packed));
    if (__builtin_popcount(bits) > 8)
        _mm256_storeu_si256((__m256i *)(out + 8), _mm512_extracti64x4_epi64(packed, 1));
}

static inline void vec_keep_only(uint32_t *out, vec x, unsigned bits)
{
    vec packed = _mm512_maskz_compress_epi32((__mmask16)bits, x);
    size_t n = (size_t)__builtin_popcount(bits);
    _mm512_mask_storeu_epi32(out, (__mmask16)first_bits(n), packed);
}

static inline vec vec_all16(uint16_t x)
{
    return _mm512_set1_epi16((short)x);
}

static inline vec vec_own(vec add, vec times, vec factor)
{
    return _mm512_add_epi16(add, _mm512_mullo_epi16(times, factor));
}

static inline vec vec_min16(vec a, vec b)
{
    return _mm512_min_epu16(a, b);
}

// Two by two, so that in the end every 16 bytes have a number of each.
static inline void vec_least4(uint32_t out[4], const vec x[4])
{
    vec a = vec_min16(_mm512_unpacklo_epi64(x[0], x[1]), _mm512_unpackhi_epi64(x[0], x[1]));
    vec b = vec_min16(_mm512_unpacklo_epi64(x[2], x[3]), _mm512_unpackhi_epi64(x[2], x[3]));
    __m512 af = _mm512_castsi512_ps(a), bf = _mm512_castsi512_ps(b);
    a = vec_min16(_mm512_castps_si512(_mm512_shuffle_ps(af, bf, 0x88)),
                  _mm512_castps_si512(_mm512_shuffle_ps(af, bf, 0xdd)));
    __m256i half = _mm256_min_epu16(_mm512_castsi512_si256(a), _mm512_extracti64x4_epi64(a, 1));
    __m128i c = _mm_min_epu16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    c = _mm_min_epu16(_mm_and_si128(c, _mm_set1_epi32(0xffff)), _mm_srli_epi32(c, 16));
    _mm_storeu_si128((__m128i *)out, c);
}

static inline void lanes_clear(uint32_t *lane)
{
    vec empty = vec_all(FSS_EMPTY);
    for (unsigned k = 0; k < MINHASH_LANES; k += WIDTH)
        memcpy(lane + k, &empty, sizeof empty);
}

static inline unsigned empty_bits(const uint32_t *lane)
{
    return vec_equal(_mm512_loadu_si512(lane), vec_all(FSS_EMPTY));
}

static inline bool empty_find(vec *empty, const uint32_t *lane)
{
    uint16_t bits[MINHASH_LANES / 16];
    unsigned any = 0;
    for (unsigned i = 0; i < MINHASH_LANES / 16; i++) {
        bits[i] = (uint16_t)empty_bits(lane + 16 * i);
        any |= bits[i];
    }
    *empty = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)bits));
    return any;
}

static inline unsigned empty_hit(vec x, vec empty)
{
    vec word = _mm512_permutexvar_epi32(_mm512_srli_epi32(x, 29), empty);
    word = _mm512_rorv_epi32(word, _mm512_srli_epi32(x, FSS_LANE_BITS)); // modulo 32
    return _mm512_test_epi32_mask(word, vec_all(1));
}

// Eight numbers of 64 bits of as many bytes.
static inline vec each_byte(const uint8_t *p)
{
    return _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)p));
}

static inline vec times64(vec x, uint64_t y)
{
    return _mm512_mullo_epi64(x, _mm512_set1_epi64((long long)y));
}

static inline vec fold64(vec x, int by)
{
    return _mm512_xor_si512(x, _mm512_srli_epi64(x, (unsigned)by));
}

// Eight bands from b on, as band_block makes each.
static inline void eight_bands(uint32_t *band, const uint8_t *lane, unsigned b, uint64_t seed)
{
    const vec order = _mm512_setr_epi64(1, 2, 3, 4, 5, 6, 7, 8);
    vec z = _mm512_add_epi64(order, _mm512_set1_epi64(b));
    z = _mm512_add_epi64(times64(z, 0x9e3779b97f4a7c15u), _mm512_set1_epi64((long long)seed));
    for (unsigned j = 0; j < 3; j++) {
        vec low = each_byte(lane + b + MINHASH_BANDS * j);
        vec high = each_byte(lane + b + MINHASH_BANDS * (j + 3));
        low = _mm512_or_si512(low, _mm512_slli_epi64(high, 32));
        z = fold64(times64(_mm512_xor_si512(z, low), 0xbf58476d1ce4e5b9u), 32);
    }
    z = _mm512_srli_epi64(times64(z, 0x94d049bb133111ebu), 32);
    _mm256_storeu_si256((__m256i *)(band + b), _mm512_cvtepi64_epi32(z));
}

static void bands_avx512(uint32_t *band, const uint8_t *lane, uint64_t seed)
{
    for (unsigned b = 0; b + 8 <= MINHASH_BANDS; b += 8)
        eight_bands(band, lane, b, seed);
    eight_bands(band, lane, MINHASH_BANDS - 8, seed); // the last, some of them once more
}

static void cut_avx512(minhash *out, const uint32_t *lane, uint64_t seed)
{
    for (unsigned i = 0; i < MINHASH_LANES; i += 16) {
        vec x = _mm512_loadu_si512(lane + i);
        x = _mm512_xor_si512(x, _mm512_srli_epi32(x, 8));
        _mm_storeu_si128((__m128i *)(out->lane + i), _mm512_cvtepi32_epi8(x));
    }
    bands_avx512(out->band, out->lane, seed);
}

static unsigned equal_avx512(const uint8_t *a, const uint8_t *b)
{
    unsigned equal = 0;
    for (unsigned i = 0; i < MINHASH_LANES; i += 64) {
        __mmask64 same =
            _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
        equal += (unsigned)__builtin_popcountll(same);
    }
    return equal;
}

void kernels_avx512(kernels *k)
{
    *k = (kernels){
        .sketch = sketch_vector,
        .winnow = winnow_vector,
        .cut = cut_avx512,
        .bands = bands_avx512,
        .prints = prints_blocks,
        .equal_lanes = equal_avx512,
    };
}
