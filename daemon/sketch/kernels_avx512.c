// Eight shingles at a time. Fast Similarity Sketching: the hashes of a round are made
// in registers; from the second round on, those that fall into a lane which is full
// already (an earlier round wins) are sifted out by a bitmap of the empty lanes, and
// only the rest takes the scalar step. Winnowing: minima of windows and maxima of those
// by doubling steps.
#include "sketch/fss.h"
#include "sketch/kernels_impl.h"
#include "sketch/minhash.h"
#include "sketch/winnow.h"
#include <immintrin.h>
#include <string.h>

enum { BLOCK = 64 }; // shingles between scalar steps: their hashes stay in L1

static inline __mmask8 first(size_t n)
{
    return (__mmask8)(n >= 8 ? 0xff : (1u << n) - 1);
}

static inline __m512i hash_eight(__m512i s, uint64_t key)
{
    const __m512i m = _mm512_set1_epi64((long long)0xd6e8feb86659fd93u);
    __m512i x = _mm512_xor_si512(s, _mm512_set1_epi64((long long)key));
    x = _mm512_mullo_epi64(x, m);
    return _mm512_mullo_epi64(_mm512_xor_si512(x, _mm512_srli_epi64(x, 32)), m);
}

static inline void take_least(uint32_t *lane, const uint64_t *hash, size_t n, unsigned round)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t value = fss_value(hash[i], round), old = lane[fss_lane(hash[i])];
        lane[fss_lane(hash[i])] = value < old ? value : old;
    }
}

// One bit a lane, set where it is empty; false where none is.
static bool find_empty(const uint32_t *lane, uint64_t empty[8])
{
    const __m512i none = _mm512_set1_epi32(-1);
    uint64_t any = 0;
    for (unsigned i = 0; i < MINHASH_LANES / 64; i++) {
        empty[i] = 0;
        for (unsigned j = 0; j < 64; j += 16) {
            __m512i v = _mm512_loadu_si512(lane + 64 * i + j);
            empty[i] |= (uint64_t)_mm512_cmpeq_epi32_mask(v, none) << j;
        }
        any |= empty[i];
    }
    return any != 0;
}

static inline __mmask8 into_empty(__m512i hash, __m512i empty)
{
    __m512i lane = _mm512_srli_epi64(hash, 56);
    __m512i word = _mm512_permutexvar_epi64(_mm512_srli_epi64(lane, 6), empty);
    __m512i bit = _mm512_and_si512(lane, _mm512_set1_epi64(63));
    return _mm512_test_epi64_mask(_mm512_srlv_epi64(word, bit), _mm512_set1_epi64(1));
}

static void sketch_round(uint32_t *lane, const uint64_t *shingles, size_t n, unsigned round,
                         uint64_t key, const uint64_t empty[8])
{
    const __m512i bits = _mm512_loadu_si512(empty);
    uint64_t kept[BLOCK + 8];
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t end = n - at < BLOCK ? n : at + BLOCK, count = 0;
        for (size_t i = at; i < end; i += 8) {
            __mmask8 valid = first(end - i);
            __m512i x = hash_eight(_mm512_maskz_loadu_epi64(valid, shingles + i), key);
            __mmask8 keep = valid & into_empty(x, bits);
            _mm512_storeu_si512(kept + count, _mm512_maskz_compress_epi64(keep, x));
            count += (unsigned)__builtin_popcount(keep);
        }
        take_least(lane, kept, count, round);
    }
}

static uint32_t sketch_last(const uint64_t *shingles, size_t n, uint64_t key)
{
    __m512i least = _mm512_set1_epi64(-1);
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 valid = first(n - i);
        __m512i x = hash_eight(_mm512_maskz_loadu_epi64(valid, shingles + i), key);
        x = _mm512_srli_epi64(_mm512_slli_epi64(x, 8), 64 - FSS_VALUE_BITS);
        least = _mm512_mask_min_epu64(least, valid, least, x);
    }
    return (uint32_t)FSS_ROUNDS << FSS_VALUE_BITS | (uint32_t)_mm512_reduce_min_epu64(least);
}

static void sketch_avx512(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed)
{
    uint64_t empty[8] = {0};
    memset(lane, 0xff, MINHASH_LANES * sizeof *lane);
    find_empty(lane, empty);
    for (unsigned round = 0; round < FSS_ROUNDS; round++) {
        sketch_round(lane, shingles, n, round, fss_key(seed, round), empty);
        if (!find_empty(lane, empty))
            return;
    }
    fss_last_resort(lane, shingles, n, seed, sketch_last);
}

// x moved by k places towards the first, filled up from next.
#define AHEAD(next, x, k) _mm512_alignr_epi64(next, x, k)

// The least of eight neighbours from each place of v on; after is what follows v.
static inline __m512i least_of_window(__m512i v, __m512i after)
{
    __m512i a = _mm512_min_epu64(v, AHEAD(after, v, 1));
    __m512i a2 = _mm512_min_epu64(after, AHEAD(after, after, 1)); // place 7 is wrong
    __m512i b = _mm512_min_epu64(a, AHEAD(a2, a, 2));
    __m512i b2 = _mm512_min_epu64(a2, AHEAD(a2, a2, 2)); // from place 5 on wrong
    return _mm512_min_epu64(b, AHEAD(b2, b, 4));
}

// A position is kept where its hash is the least of a window, so where it is the greatest
// of the minima of all windows it lies in. Of equal hashes that would keep each.
static size_t keep_minima(uint32_t *out, const uint64_t *shingles, size_t n)
{
    const __m512i ones = _mm512_set1_epi64(-1);
    __m512i m1 = _mm512_setzero_si512(), c1 = m1, d1 = m1; // of the eight before
    __m512i v = _mm512_mask_loadu_epi64(ones, first(n), shingles);
    __m256i place = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    size_t kept = 0, windows = n - WINNOW_WINDOW + 1;
    for (size_t i = 0; i < n; i += 8) {
        size_t left = n - i;
        __m512i after =
            left > 8 ? _mm512_mask_loadu_epi64(ones, first(left - 8), shingles + i + 8) : ones;
        __m512i m = least_of_window(v, after);
        m = _mm512_maskz_mov_epi64(i < windows ? first(windows - i) : 0, m);
        __m512i c = _mm512_max_epu64(m, AHEAD(m, m1, 7));
        __m512i d = _mm512_max_epu64(c, AHEAD(c, c1, 6));
        __m512i x = _mm512_max_epu64(d, AHEAD(d, d1, 4));
        __mmask8 keep = _mm512_cmpeq_epi64_mask(x, v) & first(left);
        __m512i packed = _mm512_maskz_compress_epi32(keep, _mm512_castsi256_si512(place));
        unsigned count = (unsigned)__builtin_popcount(keep);
        _mm512_mask_storeu_epi32(out + kept, (__mmask16)((1u << count) - 1), packed);
        kept += count;
        place = _mm256_add_epi32(place, _mm256_set1_epi32(8));
        m1 = m;
        c1 = c;
        d1 = d;
        v = after;
    }
    return kept;
}

// Which of equal hashes in one window is kept depends on what was kept before: such
// texts (repeated runs) take the reference. The equals are neighbours in out, since every
// window of what lies between holds one of them.
static size_t winnow_avx512(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n <= WINNOW_WINDOW)
        return winnow_scalar(out, shingles, n);
    size_t kept = keep_minima(out, shingles, n);
    for (size_t i = 1; i < kept; i++)
        if (shingles[out[i]] == shingles[out[i - 1]] && out[i] - out[i - 1] < WINNOW_WINDOW)
            return winnow_scalar(out, shingles, n);
    return kept;
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
        .sketch = sketch_avx512,
        .winnow = winnow_avx512,
        .equal_lanes = equal_avx512,
    };
}
