// winnow_halves.h - winnowing with AVX2. A part of kernels_avx2.c.
//
// The two halves of a register go through the two halves of a list, four places at a time. Those
// overlap: what begins in the middle knows only after WINNOW_WINDOW places what was before. A
// place's neighbours are in its own half of a register, and those four on are the next register.

enum { QUARTER = 4, HALVES_LEAST = 48 }; // fewer, of less than seven steps, the reference takes

// Of a place, `two` and `four` are the least of as many from there on; max2 and max4 the largest m
// of as many up to there.
typedef struct halves_state {
    __m256i v, v1, v2;     // the high halves here, of the next places, of those behind them
    __m256i two1, four;    // of the next places; here
    __m256i m, max2, max4; // of the places before; m: the least of the window that begins there
    unsigned tie;          // set where two parts of a window have the same least number
} halves_state;

static inline __m256i quarter_ahead(__m256i x, __m256i after, const int places)
{
    return places == 1 ? _mm256_alignr_epi8(after, x, 4) : _mm256_alignr_epi8(after, x, 8);
}

static inline __m256i quarter_back(__m256i before, __m256i x, const int places)
{
    return places == 1 ? _mm256_alignr_epi8(x, before, 12) : _mm256_alignr_epi8(x, before, 8);
}

static inline __m256i pair_load(const uint64_t *low, const uint64_t *high)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)low)),
                                   _mm_loadu_si128((const __m128i *)high), 1);
}

// The high halves of four shingles from each on, in order.
static inline __m256i quarter_high(const uint64_t *low, const uint64_t *high)
{
    return high_half(pair_load(low, high), pair_load(low + 2, high + 2));
}

static inline __m256i quarter_least(__m256i *tie, __m256i a, __m256i b)
{
    *tie = _mm256_or_si256(*tie, _mm256_cmpeq_epi32(a, b));
    return _mm256_min_epu32(a, b);
}

// Steps over four places of each half. v3: the high halves three times as many on; begin: ones
// where a window begins. Tells which are the least of any, four bits of each half.
static inline unsigned halves_step(halves_state *w, __m256i v3, __m256i begin)
{
    __m256i next2 = quarter_ahead(w->v2, v3, 1), two2 = _mm256_min_epu32(w->v2, next2);
    __m256i tie = _mm256_cmpeq_epi32(w->v2, next2);
    __m256i four1 = quarter_least(&tie, w->two1, quarter_ahead(w->two1, two2, 2));
    __m256i m = _mm256_and_si256(quarter_least(&tie, w->four, four1), begin);
    __m256i max2 = _mm256_max_epu32(m, quarter_back(w->m, m, 1));
    __m256i max4 = _mm256_max_epu32(max2, quarter_back(w->max2, max2, 2));
    unsigned keep = truth_bits(_mm256_cmpeq_epi32(w->v, _mm256_max_epu32(max4, w->max4)));
    *w = (halves_state){w->v1, w->v2, v3, two2, four1, m, max2, max4, w->tie | truth_bits(tie)};
    return keep;
}

static inline halves_state halves_begin(const uint64_t *low, const uint64_t *high)
{
    const __m256i none = _mm256_setzero_si256();
    halves_state w = {.v = quarter_high(low, high),
                      .v1 = quarter_high(low + QUARTER, high + QUARTER),
                      .v2 = quarter_high(low + 2 * QUARTER, high + 2 * QUARTER),
                      .m = none,
                      .max2 = none,
                      .max4 = none};
    __m256i tie = none, two = quarter_least(&tie, w.v, quarter_ahead(w.v, w.v1, 1));
    w.two1 = quarter_least(&tie, w.v1, quarter_ahead(w.v1, w.v2, 1));
    w.four = quarter_least(&tie, two, quarter_ahead(two, w.two1, 2));
    w.tie = truth_bits(tie); // a register of all steps' would be one too many
    return w;
}

// Where what is kept of one half goes.
typedef struct quarter_out {
    uint32_t *out;
    __m128i at; // the place, four times
} quarter_out;

// Writes the places of the high four of eight bits, and steps on; QUARTER may be written over.
static inline void quarter_keep(quarter_out *o, unsigned bits)
{
    static const uint32_t PLACES[16][QUARTER] = {
        {0}, {0},    {1},    {0, 1},    {2},    {0, 2},    {1, 2},    {0, 1, 2},
        {3}, {0, 3}, {1, 3}, {0, 1, 3}, {2, 3}, {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3},
    };
    static_assert(sizeof *PLACES == 1 << 4, "the high four bits are where a row begins");
    bits &= 0xf0;
    __m128i places = _mm_loadu_si128((const __m128i *)((const uint8_t *)PLACES + bits));
    _mm_storeu_si128((__m128i *)o->out, _mm_add_epi32(o->at, places));
    o->out += __builtin_popcount(bits);
    o->at = _mm_add_epi32(o->at, _mm_set1_epi32(QUARTER));
}

// As winnow_blocks.h has it of ties and of long lists. The first half ends where what the second
// one knows begins; it ends with the list, so that what lies behind that are whole registers.
static size_t winnow_halves(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n < HALVES_LEAST || n > INT32_MAX)
        return winnow_scalar(out, shingles, n);
    const __m256i all = _mm256_set1_epi32(-1), order = vec_order();
    const size_t steps = (n + WINNOW_WINDOW + 2 * QUARTER - 1) / (2 * QUARTER);
    const size_t half = steps * QUARTER, from = n - half;
    const uint64_t *low = shingles, *high = shingles + from;
    quarter_out first = {out, _mm_setzero_si128()};
    quarter_out second = {out + half, _mm_set1_epi32((int)from)};
    halves_state w = halves_begin(low, high);
    size_t i = 0, late = half - from; // places of the second half that the first one has
    for (; i < 2 * WINNOW_WINDOW; i += QUARTER) {
        unsigned keep = halves_step(&w, quarter_high(low + i + 12, high + i + 12), all);
        unsigned mine = late >= QUARTER ? 0 : 0xf0u << late;
        late -= late < QUARTER ? late : QUARTER;
        quarter_keep(&first, keep << 4);
        quarter_keep(&second, keep & mine);
    }
    // by as many steps as it takes until each of the high halves is in its register again
#pragma GCC unroll 4
    for (; i + 3 * QUARTER < half; i += QUARTER) {
        unsigned keep = halves_step(&w, quarter_high(low + i + 12, high + i + 12), all);
        quarter_keep(&first, keep << 4);
        quarter_keep(&second, keep);
    }
    for (unsigned k = 0; k < 3; k++, i += QUARTER) { // behind the list: no 8 neighbours are equal
        __m256i v3 = quarter_high(low + i + 12, low + i + 12);
        __m256i behind = _mm256_sub_epi32(_mm256_set1_epi32(-1 - (int)(QUARTER * k)), order);
        // the last eight places begin one window
        __m256i begin = _mm256_cmpgt_epi32(_mm256_set1_epi32(k == 0 ? 8 : k == 1 ? 5 : 4), order);
        unsigned keep = halves_step(&w, _mm256_blend_epi32(v3, behind, 0xf0), begin);
        quarter_keep(&first, keep << 4);
        quarter_keep(&second, keep);
    }
    if (w.tie)
        return winnow_scalar(out, shingles, n);
    size_t n_first = (size_t)(first.out - out), n_second = (size_t)(second.out - (out + half));
    memmove(first.out, out + half, n_second * sizeof *out);
    return n_first + n_second;
}
