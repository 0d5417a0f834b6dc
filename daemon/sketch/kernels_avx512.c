// Sixteen shingles at a time. Fast Similarity Sketching: the first round goes shingle by
// shingle; from the second on the hashes of a round are made in registers, those that fall
// into a lane which is full already (an earlier round wins) are sifted out by a bitmap of the
// empty lanes, and only the rest takes the scalar step; later rounds are made several at once.
// Winnowing: minima of windows and maxima of those by doubling steps, on the high halves.
#include "sketch/fss.h"
#include "sketch/kernels_impl.h"
#include "sketch/plain_blocks.h"
#include <immintrin.h>
#include <string.h>

enum { BLOCK = 1024 }; // shingles between scalar steps: their hashes stay in L1

static inline __mmask16 first(size_t n)
{
    return (__mmask16)(n >= 16 ? 0xffff : (1u << n) - 1);
}

// The low and high halves of 16 numbers, zeros behind the last.
typedef struct halves {
    __m512i low, high;
} halves;

static inline halves load_halves(const uint64_t *p, size_t left)
{
    const __m512i even =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    __m512i a, b;
    if (__builtin_expect(left >= 16, 1)) {
        a = _mm512_loadu_si512(p);
        b = _mm512_loadu_si512(p + 8);
    } else {
        __mmask16 in = first(left);
        a = _mm512_maskz_loadu_epi64((__mmask8)in, p);
        b = _mm512_maskz_loadu_epi64((__mmask8)(in >> 8), p + 8);
    }
    __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    return (halves){_mm512_permutex2var_epi32(a, even, b), _mm512_permutex2var_epi32(a, odd, b)};
}

static inline __m512i hash_sixteen(halves h, uint32_t factor)
{
    __m512i product = _mm512_mullo_epi32(h.high, _mm512_set1_epi32((int)factor));
    return _mm512_add_epi32(h.low, product);
}

// One bit a lane, set where it is empty; false where none is.
static bool find_empty(const uint32_t *lane, __m512i *empty)
{
    uint16_t bits[MINHASH_LANES / 16];
    unsigned any = 0;
    for (unsigned i = 0; i < MINHASH_LANES / 16; i++) {
        __m512i v = _mm512_loadu_si512(lane + 16 * i);
        bits[i] = _mm512_cmpeq_epi32_mask(v, _mm512_set1_epi32(-1));
        any |= bits[i];
    }
    *empty = _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)bits));
    return any;
}

// The hashes of a round that fall into an empty lane are written to kept; returns how many.
static inline size_t sift(uint32_t *kept, halves h, size_t left, uint32_t factor, __m512i empty)
{
    __m512i x = hash_sixteen(h, factor);
    __m512i word = _mm512_permutexvar_epi32(_mm512_srli_epi32(x, 29), empty);
    word = _mm512_rorv_epi32(word, _mm512_srli_epi32(x, FSS_VALUE_BITS)); // modulo 32
    __mmask16 keep = _mm512_mask_test_epi32_mask(first(left), word, _mm512_set1_epi32(1));
    _mm512_storeu_si512(kept, _mm512_maskz_compress_epi32(keep, x));
    return (unsigned)__builtin_popcount(keep);
}

// The rounds from `round` on at once: where the first of them fills a lane, the others' values are
// larger.
__attribute__((always_inline)) static inline void
sketch_rounds(uint32_t *lane, const uint64_t *shingles, size_t n, unsigned round,
              const unsigned rounds, uint64_t seed, __m512i empty)
{
    uint32_t kept[FSS_AT_ONCE][BLOCK + 16], factor[FSS_AT_ONCE];
    for (unsigned r = 0; r < rounds; r++)
        factor[r] = fss_factor(seed, round + r);
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t end = n - at < BLOCK ? n : at + BLOCK, count[FSS_AT_ONCE] = {0};
        for (size_t i = at; i < end; i += 16) {
            halves h = load_halves(shingles + i, end - i);
            for (unsigned r = 0; r < rounds; r++)
                count[r] += sift(kept[r] + count[r], h, end - i, factor[r], empty);
        }
        for (unsigned r = 0; r < rounds; r++)
            for (size_t i = 0; i < count[r]; i++)
                fss_take(lane, kept[r][i], round + r);
    }
}

static uint32_t sketch_last(const uint64_t *shingles, size_t n, uint32_t factor)
{
    const __m512i value = _mm512_set1_epi32((1 << FSS_VALUE_BITS) - 1);
    __m512i least = value;
    for (size_t i = 0; i < n; i += 16) {
        __m512i x = hash_sixteen(load_halves(shingles + i, n - i), factor);
        least = _mm512_mask_min_epu32(least, first(n - i), least, _mm512_and_si512(x, value));
    }
    return fss_value(_mm512_reduce_min_epu32(least), FSS_ROUNDS);
}

static void sketch_avx512(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed)
{
    __m512i empty;
    memset(lane, 0xff, MINHASH_LANES * sizeof *lane);
    for (size_t i = 0; i < n; i++)
        fss_take(lane, fss_hash(shingles[i], 0), 0);
    for (unsigned round = 1; round < FSS_ROUNDS; round += fss_at_once(round)) {
        if (!find_empty(lane, &empty))
            return;
        if (round == 1)
            sketch_rounds(lane, shingles, n, round, 1, seed, empty);
        else if (round == 2)
            sketch_rounds(lane, shingles, n, round, 2, seed, empty);
        else
            sketch_rounds(lane, shingles, n, round, FSS_AT_ONCE, seed, empty);
    }
    if (find_empty(lane, &empty))
        fss_last_resort(lane, shingles, n, seed, sketch_last);
}

// x moved by k places towards the first, filled up from next.
#define AHEAD(next, x, k) _mm512_alignr_epi32(next, x, k)

// Of 16 places, the least of the window that begins at each.
static inline __m512i least_of_window(__m512i v, __m512i after)
{
    const __m512i ones = _mm512_set1_epi32(-1);
    __m512i a = _mm512_min_epu32(v, AHEAD(after, v, 1));
    __m512i a1 = _mm512_min_epu32(after, AHEAD(ones, after, 1));
    __m512i b = _mm512_min_epu32(a, AHEAD(a1, a, 2));
    __m512i b1 = _mm512_min_epu32(a1, AHEAD(ones, a1, 2));
    return _mm512_min_epu32(b, AHEAD(b1, b, 4));
}

// What of winnowing goes on from 16 places to the next.
typedef struct winnowing {
    __m512i m, c, d;      // of the places before: least of windows, largest of those
    __m512i place, value; // kept last, in the last of 16
    __m512i at;           // numbers of the places
    size_t kept;
    __mmask16 equal; // not 0: equal values have met in a window
} winnowing;

static inline void keep_minima(winnowing *w, uint32_t *out, __m512i v, __m512i m, size_t left)
{
    __m512i c = _mm512_max_epu32(m, AHEAD(m, w->m, 15));
    __m512i d = _mm512_max_epu32(c, AHEAD(c, w->c, 14));
    __m512i x = _mm512_max_epu32(d, AHEAD(d, w->d, 12));
    __mmask16 keep = _mm512_mask_cmpeq_epi32_mask(first(left), x, v);
    unsigned n = (unsigned)__builtin_popcount(keep);
    __m512i value = _mm512_maskz_compress_epi32(keep, v);
    __m512i place = _mm512_maskz_compress_epi32(keep, w->at);
    __m512i apart = _mm512_sub_epi32(place, AHEAD(place, w->place, 15));
    __mmask16 near =
        _mm512_mask_cmplt_epu32_mask(first(n), apart, _mm512_set1_epi32(WINNOW_WINDOW));
    w->equal |= _mm512_mask_cmpeq_epi32_mask(near, value, AHEAD(value, w->value, 15));
    if (left >= 16)
        _mm512_storeu_si512(out + w->kept, place); // no more are kept than places are past
    else
        _mm512_mask_storeu_epi32(out + w->kept, first(n), place);
    __m512i back = _mm512_set1_epi32((int)n - 1); // the last that is kept, to the end
    if (n) {
        w->value = _mm512_permutexvar_epi32(back, value);
        w->place = _mm512_permutexvar_epi32(back, place);
    }
    w->kept += n;
    w->m = m;
    w->c = c;
    w->d = d;
    w->at = _mm512_add_epi32(w->at, _mm512_set1_epi32(16));
}

// Which of equal hashes in one window is kept depends on what was kept before: such texts
// (repeated runs, or the same high half by chance) take the reference. Equals are neighbours
// among what is kept, since every window of what lies between holds one of them.
static size_t winnow_avx512(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n <= WINNOW_WINDOW)
        return winnow_scalar(out, shingles, n);
    const __m512i none = _mm512_setzero_si512();
    winnowing w = {
        .m = none,
        .c = none,
        .d = none,
        .value = none,
        .place = _mm512_set1_epi32(-WINNOW_WINDOW),
        .at = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    };
    size_t windows = n - WINNOW_WINDOW + 1;
    __m512i v = load_halves(shingles, n).high;
    for (size_t i = 0; i < n; i += 16) {
        __m512i after = n - i > 16 ? load_halves(shingles + i + 16, n - i - 16).high : none;
        __m512i m = least_of_window(v, after);
        m = _mm512_maskz_mov_epi32(i < windows ? first(windows - i) : 0, m);
        keep_minima(&w, out, v, m, n - i);
        v = after;
    }
    return w.equal ? winnow_scalar(out, shingles, n) : w.kept;
}

static void cut(minhash *out, const uint32_t *lane, uint64_t seed)
{
    cut_blocks(out, lane, seed);
}

static void prints(uint64_t *out, const uint64_t *shingles, const uint32_t *kept, size_t n,
                   uint64_t seed)
{
    prints_blocks(out, shingles, kept, n, seed);
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
        .cut = cut,
        .prints = prints,
        .equal_lanes = equal_avx512,
    };
}
