// vector_blocks.h - sketching and winnowing by vectors, written once for every CPU level: a
// variant defines `vec` and the functions vec_* below over WIDTH shingles, includes this, and has
// sketch_vector(), winnow_vector().
//
// Fast Similarity Sketching: the first round goes shingle by shingle; from the second on the
// hashes of a round are made in registers, those that fall into a lane which is full already (an
// earlier round wins) are sifted out by a bitmap of the lanes that are empty, and the few that are
// left go one by one.
// Layer: sketch.  May include: base.  Threads: pure.

#include "sketch/fss.h"
#include "sketch/kernels_impl.h"
#include "sketch/plain_blocks.h"
#include <assert.h>
#include <string.h>

enum { BLOCK = 1024 }; // shingles between scalar steps: their hashes stay in L1

// -- what a variant defines ----------------------------------------------------------------

// The low and high halves of WIDTH shingles, in any one order.
typedef struct halves {
    vec low, high;
} halves;

static halves halves_load(const uint64_t *p);
static halves halves_load_part(const uint64_t *p, size_t left); // zeros behind the last
static vec vec_high(const uint64_t *p);                         // the high halves, in order
// Behind the last stand numbers of which no 8 neighbours are equal, about the largest there are.
static vec vec_high_part(const uint64_t *p, size_t left);

static vec vec_all(uint32_t x);
static vec vec_order(void);                     // 0, 1, 2 and so on
static vec vec_hash(halves h, uint32_t factor); // fss_hash of each
static vec vec_and(vec a, vec b);
static vec vec_min(vec a, vec b); // as numbers without a sign, as all here
static vec vec_max(vec a, vec b);
static vec vec_add(vec a, vec b);
static vec vec_first(vec x, size_t n); // zeros from n on

// x moved by k places towards the first, filled up from `after`; the other way, from `before`.
static vec vec_ahead1(vec x, vec after);
static vec vec_ahead2(vec x, vec after);
static vec vec_ahead4(vec x, vec after);
static vec vec_back1(vec before, vec x);
static vec vec_back2(vec before, vec x);
static vec vec_back4(vec before, vec x);

// Of each place, whether something holds: `truth`.
static truth vec_equal(vec a, vec b);
static truth truth_or(truth a, truth b);
static unsigned truth_bits(truth t);

// Writes those of x whose bit is set, one after the other; WIDTH may be written over, or no more
// than they are.
static void vec_keep(uint32_t *out, vec x, unsigned bits);
static void vec_keep_only(uint32_t *out, vec x, unsigned bits);

// Those of x that are FSS_EMPTY, and the rest and-ed with value.
static vec vec_cut(vec x, vec value);

// One bit a lane of a sketch, set where it is empty; false where none is.
static bool empty_find(vec *empty, const uint32_t *lane);
// Which hashes fall into an empty lane.
static unsigned empty_hit(vec x, vec empty);

// ------------------------------------------------------------------------------------------

static inline unsigned first_bits(size_t n)
{
    return n >= WIDTH ? (1u << WIDTH) - 1 : (1u << n) - 1;
}

// The hashes of a round that fall into an empty lane are written to kept; returns how many.
static inline size_t sift(uint32_t *kept, halves h, unsigned valid, uint32_t factor, vec empty)
{
    vec x = vec_hash(h, factor);
    unsigned keep = empty_hit(x, empty) & valid;
    vec_keep(kept, x, keep);
    return (unsigned)__builtin_popcount(keep);
}

// The rounds from `round` on at once: where the first of them fills a lane, the others' values are
// larger.
__attribute__((always_inline)) static inline void
sketch_rounds(uint32_t *lane, const uint64_t *shingles, size_t n, unsigned round,
              const unsigned rounds, uint64_t seed, vec empty)
{
    uint32_t kept[FSS_AT_ONCE][BLOCK + WIDTH], factor[FSS_AT_ONCE];
    for (unsigned r = 0; r < rounds; r++)
        factor[r] = fss_factor(seed, round + r);
    for (size_t at = 0; at < n; at += BLOCK) {
        size_t end = n - at < BLOCK ? n : at + BLOCK, i = at, count[FSS_AT_ONCE] = {0};
        for (; end - i >= WIDTH; i += WIDTH) {
            halves h = halves_load(shingles + i);
            for (unsigned r = 0; r < rounds; r++)
                count[r] += sift(kept[r] + count[r], h, first_bits(WIDTH), factor[r], empty);
        }
        if (i < end) {
            halves h = halves_load_part(shingles + i, end - i);
            for (unsigned r = 0; r < rounds; r++)
                count[r] += sift(kept[r] + count[r], h, first_bits(end - i), factor[r], empty);
        }
        for (unsigned r = 0; r < rounds; r++)
            for (i = 0; i < count[r]; i++)
                fss_take(lane, kept[r][i], round + r);
    }
}

static uint32_t sketch_last(const uint64_t *shingles, size_t n, uint32_t factor)
{
    uint32_t each[WIDTH], least = FSS_EMPTY;
    vec some = vec_all(FSS_EMPTY), value = vec_all((1u << FSS_VALUE_BITS) - 1);
    size_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH)
        some = vec_min(some, vec_and(vec_hash(halves_load(shingles + i), factor), value));
    memcpy(each, &some, sizeof each);
    for (; i < n; i++) {
        uint32_t x = fss_value(fss_hash(shingles[i], factor), 0);
        least = x < least ? x : least;
    }
    for (unsigned j = 0; j < WIDTH; j++)
        least = each[j] < least ? each[j] : least;
    return fss_value(least, FSS_ROUNDS);
}

// Writes the smaller of a shingle's low half and of what stands in the lane that its top byte
// names. That byte is loaded by itself: there is more room for loads than for shifts.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "byte 3 is the low half's top one");
static inline void lane_least(uint32_t *lane, const uint64_t *shingle)
{
    uint32_t *own = lane + ((const uint8_t *)shingle)[3], x = (uint32_t)*shingle;
    *own = x < *own ? x : *own;
}

// Round 0. All hashes of a lane have the same top byte, so that the least of them has the least
// value, and the values are cut out of the lanes at the end.
static void sketch_first(uint32_t *lane, const uint64_t *shingles, size_t n)
{
    enum { STEP = 4 };
    const vec value = vec_all((1u << FSS_VALUE_BITS) - 1), empty = vec_all(FSS_EMPTY);
    size_t i = 0;
    for (unsigned k = 0; k < MINHASH_LANES; k += WIDTH)
        memcpy(lane + k, &empty, sizeof empty);
    for (; i + STEP <= n; i += STEP)
        for (unsigned k = 0; k < STEP; k++)
            lane_least(lane, shingles + i + k);
    for (; i < n; i++)
        lane_least(lane, shingles + i);
    for (unsigned k = 0; k < MINHASH_LANES; k += WIDTH) {
        vec x;
        memcpy(&x, lane + k, sizeof x);
        x = vec_cut(x, value);
        memcpy(lane + k, &x, sizeof x);
    }
}

static void sketch_vector(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed)
{
    vec empty;
    sketch_first(lane, shingles, n);
    for (unsigned round = 1; round < FSS_ROUNDS; round += fss_at_once(round)) {
        if (!empty_find(&empty, lane))
            return;
        if (round == 1)
            sketch_rounds(lane, shingles, n, round, 1, seed, empty);
        else if (round == 2)
            sketch_rounds(lane, shingles, n, round, 2, seed, empty);
        else
            sketch_rounds(lane, shingles, n, round, FSS_AT_ONCE, seed, empty);
    }
    if (empty_find(&empty, lane))
        fss_last_resort(lane, shingles, n, seed, sketch_last);
}

// What of winnowing goes on from WIDTH places to the next. Of a place, `two` and `four` are the
// least of as many from there on; max2 and max4 the largest m of as many up to there.
typedef struct winnowing {
    vec v, v1, v2;     // the high halves here, of the next places, of those behind them
    vec two1, four;    // of the next places; here
    vec m, max2, max4; // of the places before; m: the least of the window that begins there
    truth tie;         // two halves of a window, or of a half of one, have the same least number
} winnowing;

static inline vec least_of(winnowing *w, vec a, vec b)
{
    w->tie = truth_or(w->tie, vec_equal(a, b));
    return vec_min(a, b);
}

static inline vec high_of(const uint64_t *shingles, size_t n, size_t at)
{
    if (at + WIDTH <= n)
        return vec_high(shingles + at);
    at = at < n ? at : n;
    return vec_high_part(shingles + at, n - at);
}

static inline winnowing winnow_begin(const uint64_t *shingles, size_t n)
{
    const vec none = vec_all(0);
    winnowing w = {.v = high_of(shingles, n, 0),
                   .v1 = high_of(shingles, n, WIDTH),
                   .v2 = high_of(shingles, n, 2 * WIDTH),
                   .m = none,
                   .max2 = none,
                   .max4 = none,
                   .tie = vec_equal(none, vec_all(1))};
    vec two = least_of(&w, w.v, vec_ahead1(w.v, w.v1));
    w.two1 = least_of(&w, w.v1, vec_ahead1(w.v1, w.v2));
    w.four = least_of(&w, two, vec_ahead2(two, w.two1));
    return w;
}

// Steps over WIDTH places, `windows` of which begin one; tells which are the least of any. v3: the
// high halves three times WIDTH on.
static inline unsigned winnow_step(winnowing *w, vec v3, size_t windows)
{
    vec two2 = least_of(w, w->v2, vec_ahead1(w->v2, v3));
    vec four1 = least_of(w, w->two1, vec_ahead2(w->two1, two2));
    vec m = least_of(w, w->four, vec_ahead4(w->four, four1));
    if (windows < WIDTH)
        m = vec_first(m, windows);
    vec max2 = vec_max(m, vec_back1(w->m, m));
    vec max4 = vec_max(max2, vec_back2(w->max2, max2));
    unsigned keep = truth_bits(vec_equal(w->v, vec_max(max4, vec_back4(w->max4, max4))));
    *w = (winnowing){w->v1, w->v2, v3, two2, four1, m, max2, max4, w->tie};
    return keep;
}

// Which of equal hashes in one window is kept depends on what was kept before: such texts
// (repeated runs, or the same high half by chance) take the reference, as does a list whose places
// would not fit.
static size_t winnow_vector(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n <= WINNOW_WINDOW || n > INT32_MAX)
        return winnow_scalar(out, shingles, n);
    winnowing w = winnow_begin(shingles, n);
    vec at = vec_order();
    size_t kept = 0, windows = n - WINNOW_WINDOW + 1, i = 0;
    for (; i + WIDTH <= n; i += WIDTH, at = vec_add(at, vec_all(WIDTH))) {
        unsigned keep =
            winnow_step(&w, high_of(shingles, n, i + 3 * WIDTH), i < windows ? windows - i : 0);
        vec_keep(out + kept, at, keep); // no more are kept than places are past
        kept += (unsigned)__builtin_popcount(keep);
    }
    if (i < n) {
        unsigned keep = winnow_step(&w, w.v, i < windows ? windows - i : 0) & first_bits(n - i);
        vec_keep_only(out + kept, at, keep);
        kept += (unsigned)__builtin_popcount(keep);
    }
    return truth_bits(w.tie) ? winnow_scalar(out, shingles, n) : kept;
}
