// winnow_blocks.h - winnowing by vectors whose numbers move between all of their places by one
// instruction. A part of kernels_avx512.c, behind vector_blocks.h.

// -- what a variant defines ----------------------------------------------------------------

static vec vec_high(const uint64_t *p); // the high halves, in order
// Behind the last stand numbers of which no 8 neighbours are equal, about the largest there are.
static vec vec_high_part(const uint64_t *p, size_t left);

static vec vec_min(vec a, vec b); // as numbers without a sign
static vec vec_max(vec a, vec b);
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

// vec_keep, of which no more is written than they are.
static void vec_keep_only(uint32_t *out, vec x, unsigned bits);

// ------------------------------------------------------------------------------------------

// What of winnowing goes on from WIDTH places to the next. Of a place, `two` and `four` are the
// least of as many from there on; max2 and max4 the largest m of as many up to there.
typedef struct winnowing {
    vec v, v1, v2;     // the high halves here, of the next places, of those behind them
    vec two1, four;    // of the next places; here
    vec m, max2, max4; // of the places before; m: the least of the window that begins there
    truth tie;         // two halves of a window, or of a half of one, have the same least number
} winnowing;

static inline vec least_of(truth *tie, vec a, vec b)
{
    *tie = truth_or(*tie, vec_equal(a, b));
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
    vec two = least_of(&w.tie, w.v, vec_ahead1(w.v, w.v1));
    w.two1 = least_of(&w.tie, w.v1, vec_ahead1(w.v1, w.v2));
    w.four = least_of(&w.tie, two, vec_ahead2(two, w.two1));
    return w;
}

// Steps over WIDTH places, `windows` of which begin one; tells which are the least of any. v3: the
// high halves three times WIDTH on.
static inline unsigned winnow_step(winnowing *w, vec v3, size_t windows)
{
    vec next2 = vec_ahead1(w->v2, v3), two2 = vec_min(w->v2, next2);
    truth tie = vec_equal(w->v2, next2); // of this step alone: a step waits for one `or` before it
    vec four1 = least_of(&tie, w->two1, vec_ahead2(w->two1, two2));
    vec m = least_of(&tie, w->four, vec_ahead4(w->four, four1));
    if (windows < WIDTH)
        m = vec_first(m, windows);
    vec max2 = vec_max(m, vec_back1(w->m, m));
    vec max4 = vec_max(max2, vec_back2(w->max2, max2));
    unsigned keep = truth_bits(vec_equal(w->v, vec_max(max4, vec_back4(w->max4, max4))));
    *w = (winnowing){w->v1, w->v2, v3, two2, four1, m, max2, max4, truth_or(w->tie, tie)};
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
    for (; i + 4 * WIDTH <= n; i += WIDTH, at = vec_add(at, vec_all(WIDTH))) { // all windows
        unsigned keep = winnow_step(&w, vec_high(shingles + i + 3 * WIDTH), WIDTH);
        vec_keep(out + kept, at, keep); // no more are kept than places are past
        kept += (unsigned)__builtin_popcount(keep);
    }
    for (; i + WIDTH <= n; i += WIDTH, at = vec_add(at, vec_all(WIDTH))) {
        unsigned keep =
            winnow_step(&w, high_of(shingles, n, i + 3 * WIDTH), i < windows ? windows - i : 0);
        vec_keep(out + kept, at, keep);
        kept += (unsigned)__builtin_popcount(keep);
    }
    if (i < n) {
        unsigned keep = winnow_step(&w, w.v, i < windows ? windows - i : 0) & first_bits(n - i);
        vec_keep_only(out + kept, at, keep);
        kept += (unsigned)__builtin_popcount(keep);
    }
    return truth_bits(w.tie) ? winnow_scalar(out, shingles, n) : kept;
}
