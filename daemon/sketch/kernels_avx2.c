// Eight shingles at a time, as kernels_avx512.c does it; what a mask keeps is moved together
// by BMI2.
#include "sketch/fss.h"
#include "sketch/kernels_impl.h"
#include "sketch/plain_blocks.h"
#include <immintrin.h>
#include <string.h>

enum { BLOCK = 1024 }; // shingles between scalar steps: their hashes stay in L1

static inline __m256i load(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline unsigned mask_of(__m256i v)
{
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(v));
}

static inline unsigned first(size_t n)
{
    return n >= 8 ? 0xff : (1u << n) - 1;
}

// The low and high halves of 8 numbers, zeros behind the last.
typedef struct halves {
    __m256i low, high;
} halves;

static inline halves load_halves(const uint64_t *p, size_t left)
{
    uint64_t part[8] = {0};
    if (left < 8) {
        memcpy(part, p, left * sizeof *p);
        p = part;
    }
    __m256 a = _mm256_castsi256_ps(load(p)), b = _mm256_castsi256_ps(load(p + 4));
    __m256i low = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0x88));
    __m256i high = _mm256_castps_si256(_mm256_shuffle_ps(a, b, 0xdd));
    return (halves){_mm256_permute4x64_epi64(low, 0xd8), _mm256_permute4x64_epi64(high, 0xd8)};
}

static inline __m256i hash_eight(halves h, uint32_t factor)
{
    __m256i product = _mm256_mullo_epi32(h.high, _mm256_set1_epi32((int)factor));
    return _mm256_add_epi32(h.low, product);
}

// The places of a mask's bits, one after the other.
static inline __m256i places_of(unsigned mask)
{
    uint64_t bytes = _pdep_u64(mask, 0x0101010101010101u) * 0xff;
    uint64_t place = _pext_u64(0x0706050403020100u, bytes);
    return _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)place));
}

// One bit a lane, set where it is empty; false where none is.
static bool find_empty(const uint32_t *lane, __m256i *empty)
{
    uint8_t bits[MINHASH_LANES / 8];
    unsigned any = 0;
    for (unsigned i = 0; i < MINHASH_LANES / 8; i++) {
        __m256i v = load(lane + 8 * i);
        bits[i] = (uint8_t)mask_of(_mm256_cmpeq_epi32(v, _mm256_set1_epi32(-1)));
        any |= bits[i];
    }
    *empty = load(bits);
    return any;
}

// The hashes of a round that fall into an empty lane are written to kept; returns how many.
static inline size_t sift(uint32_t *kept, halves h, size_t left, uint32_t factor, __m256i empty)
{
    __m256i x = hash_eight(h, factor);
    __m256i word = _mm256_permutevar8x32_epi32(empty, _mm256_srli_epi32(x, 29));
    __m256i bit = _mm256_and_si256(_mm256_srli_epi32(x, FSS_VALUE_BITS), _mm256_set1_epi32(31));
    word = _mm256_slli_epi32(_mm256_srlv_epi32(word, bit), 31);
    unsigned keep = mask_of(word) & first(left);
    __m256i packed = _mm256_permutevar8x32_epi32(x, places_of(keep));
    _mm256_storeu_si256((__m256i *)kept, packed);
    return (unsigned)__builtin_popcount(keep);
}

// The rounds from `round` on at once: where the first of them fills a lane, the others' values are
// larger.
__attribute__((always_inline)) static inline void
sketch_rounds(uint32_t *lane, const uint64_t *shingles, size_t n, unsigned round,
              const unsigned rounds, uint64_t seed, __m256i empty)
{
    uint32_t kept[FSS_AT_ONCE][BLOCK + 8], factor[FSS_AT_ONCE];
    for (unsigned r = 0; r < rounds; r++)
        factor[r] = fss_factor(seed, round + r);
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t end = n - at < BLOCK ? n : at + BLOCK, count[FSS_AT_ONCE] = {0};
        for (size_t i = at; i < end; i += 8) {
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
    uint32_t each[8], least = FSS_EMPTY;
    const __m256i value = _mm256_set1_epi32((1 << FSS_VALUE_BITS) - 1);
    __m256i eight = value;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256i x = hash_eight(load_halves(shingles + i, 8), factor);
        eight = _mm256_min_epu32(eight, _mm256_and_si256(x, value));
    }
    _mm256_storeu_si256((__m256i *)each, eight);
    for (size_t j = 0; i + j < n; j++) {
        uint32_t x = fss_value(fss_hash(shingles[i + j], factor), 0);
        each[j] = x < each[j] ? x : each[j];
    }
    for (size_t j = 0; j < 8; j++)
        least = each[j] < least ? each[j] : least;
    return fss_value(least, FSS_ROUNDS);
}

static void sketch_avx2(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed)
{
    __m256i empty;
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

// x moved by k places towards the first, filled up from next; k < 4, k > 4, k = 4.
#define MIDDLE(next, x) _mm256_permute2x128_si256(x, next, 0x21)
#define AHEAD(next, x, k) _mm256_alignr_epi8(MIDDLE(next, x), x, 4 * (k))
#define FAR_AHEAD(next, x, k) _mm256_alignr_epi8(next, MIDDLE(next, x), 4 * ((k)-4))

// What of winnowing goes on from 8 places to the next.
typedef struct winnowing {
    __m256i m, c, d;      // of the places before: least of windows, largest of those
    __m256i place, value; // kept last, in the last of 8
    __m256i at;           // numbers of the places
    size_t kept;
    __m256i equal; // not 0: equal values have met in a window
} winnowing;

static inline void keep_minima(winnowing *w, uint32_t *out, __m256i v, __m256i m, size_t left)
{
    __m256i c = _mm256_max_epu32(m, FAR_AHEAD(m, w->m, 7));
    __m256i d = _mm256_max_epu32(c, FAR_AHEAD(c, w->c, 6));
    __m256i x = _mm256_max_epu32(d, MIDDLE(d, w->d));
    unsigned keep = mask_of(_mm256_cmpeq_epi32(x, v)) & first(left);
    int n = __builtin_popcount(keep);
    const __m256i order = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    __m256i from = places_of(keep);
    __m256i value = _mm256_permutevar8x32_epi32(v, from);
    __m256i place = _mm256_permutevar8x32_epi32(w->at, from);
    __m256i same = _mm256_cmpeq_epi32(value, FAR_AHEAD(value, w->value, 7));
    __m256i apart = _mm256_sub_epi32(place, FAR_AHEAD(place, w->place, 7));
    same = _mm256_and_si256(same, _mm256_cmpgt_epi32(_mm256_set1_epi32(WINNOW_WINDOW), apart));
    same = _mm256_and_si256(same, _mm256_cmpgt_epi32(_mm256_set1_epi32(n), order));
    w->equal = _mm256_or_si256(w->equal, same);
    if (left >= 8)
        _mm256_storeu_si256((__m256i *)(out + w->kept), place); // no more kept than places past
    else
        _mm256_maskstore_epi32((int *)(out + w->kept),
                               _mm256_cmpgt_epi32(_mm256_set1_epi32(n), order), place);
    if (n) {
        __m256i last = _mm256_set1_epi32(n - 1);
        w->value = _mm256_permutevar8x32_epi32(value, last);
        w->place = _mm256_permutevar8x32_epi32(place, last);
    }
    w->kept += (unsigned)n;
    w->m = m;
    w->c = c;
    w->d = d;
    w->at = _mm256_add_epi32(w->at, _mm256_set1_epi32(8));
}

// Equal hashes in one window: as in kernels_avx512.c. Places are compared as signed numbers,
// so that a list which is longer takes the reference too.
static size_t winnow_avx2(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n <= WINNOW_WINDOW || n > INT32_MAX)
        return winnow_scalar(out, shingles, n);
    const __m256i none = _mm256_setzero_si256();
    winnowing w = {
        .m = none,
        .c = none,
        .d = none,
        .value = none,
        .equal = none,
        .place = _mm256_set1_epi32(-WINNOW_WINDOW),
        .at = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
    };
    size_t windows = n - WINNOW_WINDOW + 1;
    __m256i v = load_halves(shingles, n).high, v1 = load_halves(shingles + 8, n - 8).high;
    __m256i a = _mm256_min_epu32(v, AHEAD(v1, v, 1));
    for (size_t i = 0; i < n; i += 8) {
        __m256i v2 = n - i > 16 ? load_halves(shingles + i + 16, n - i - 16).high : none;
        __m256i a1 = _mm256_min_epu32(v1, AHEAD(v2, v1, 1));
        __m256i b = _mm256_min_epu32(a, AHEAD(a1, a, 2));
        __m256i b1 = _mm256_min_epu32(a1, AHEAD(none, a1, 2)); // its first four are whole
        __m256i m = _mm256_min_epu32(b, MIDDLE(b1, b));
        if (i + 8 > windows) {
            int valid = i < windows ? (int)(windows - i) : 0;
            m = _mm256_and_si256(m, _mm256_cmpgt_epi32(_mm256_set1_epi32(valid),
                                                       _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
        }
        keep_minima(&w, out, v, m, n - i);
        v = v1;
        v1 = v2;
        a = a1;
    }
    bool equal = !_mm256_testz_si256(w.equal, w.equal);
    return equal ? winnow_scalar(out, shingles, n) : w.kept;
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
        .sketch = sketch_avx2,
        .winnow = winnow_avx2,
        .cut = cut,
        .prints = prints,
        .equal_lanes = equal_avx2,
    };
}
