// prop_kernels.c - every kernel of this CPU against a plain statement of what it does,
// with its input and output at the edges of readable memory.
#include "t.h"
#include "sketch/fss.h"
#include "base/cpu.h"
#include "sketch/kernels.h"
#include "sketch/minhash.h"
#include "sketch/winnow.h"
#include <stdbool.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LEN_MOST = 600 };

// Memory between two pages that may not be touched.
typedef struct guarded {
    uint8_t *map, *begin, *end;
    size_t size;
} guarded;

static guarded guarded_make(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), inner = (bytes + page - 1) / page * page;
    guarded g = {.size = inner + 2 * page};
    g.map = mmap(NULL, g.size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.map != MAP_FAILED);
    g.begin = g.map + page;
    g.end = g.begin + inner;
    assert_int_equal(mprotect(g.begin, inner, PROT_READ | PROT_WRITE), 0);
    return g;
}

static void guarded_free(guarded *g)
{
    munmap(g->map, g->size);
}

// The least hash of a round that falls into a lane; FSS_EMPTY where none does.
static uint32_t plain_round(const uint64_t *s, size_t n, uint32_t factor, unsigned lane)
{
    uint32_t least = FSS_EMPTY;
    for (size_t i = 0; i < n; i++) {
        uint32_t x = fss_hash(s[i], factor);
        if (x >> FSS_LANE_BITS == lane && x < least)
            least = x;
    }
    return least;
}

static uint32_t plain_lane(const uint64_t *s, size_t n, const fss_keys *keys, unsigned lane)
{
    uint32_t least = plain_round(s, n, 0, lane);
    if (least == FSS_EMPTY)
        least = plain_round(s, n, keys->second, lane);
    if (least != FSS_EMPTY)
        return least;
    for (size_t i = 0; i < n; i++) {
        uint32_t x = fss_own(fss_add(s[i]), fss_times(s[i]), keys->own[lane]);
        least = x < least ? x : least;
    }
    return least;
}

static fss_keys random_keys(uint64_t *seed)
{
    fss_keys keys = {.second = (uint32_t)t_random(seed) | 1};
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        keys.own[i] = (uint16_t)(t_random(seed) | 1);
    return keys;
}

// Window by window, from the definition.
static size_t plain_winnow(uint32_t *out, const uint64_t *s, size_t n)
{
    size_t kept = 0, windows = n <= WINNOW_WINDOW ? n > 0 : n - WINNOW_WINDOW + 1;
    for (size_t i = 0; i < windows; i++) {
        size_t end = i + WINNOW_WINDOW < n ? i + WINNOW_WINDOW : n, best = i;
        for (size_t j = i; j < end; j++)
            if (s[j] <= s[best])
                best = j;
        if (kept && out[kept - 1] >= i && s[out[kept - 1]] == s[best])
            continue;
        out[kept++] = (uint32_t)best;
    }
    return kept;
}

enum { KINDS = 6 };

// Shingles of one of six kinds: random, few different ones, equal in the high half
// (a kernel that looks at 32 bits first must look again), all equal, ever larger and ever smaller
// ones, of which all but a few are kept.
static void random_shingles(uint64_t *s, size_t n, unsigned kind, uint64_t *seed)
{
    uint64_t base = t_random(seed);
    for (size_t i = 0; i < n; i++) {
        uint64_t r = t_random(seed);
        s[i] = kind == 0   ? r
               : kind == 1 ? (r % 3) * 0x7fffffffffffffffu
               : kind == 2 ? base << 32 | (r & 0xf)
               : kind == 3 ? base
               : kind == 4 ? (uint64_t)i << 40 | r >> 32
                           : (uint64_t)(n - i) << 40 | r >> 32;
    }
}

static void check_length(size_t n, unsigned kind, bool at_end, const guarded *in,
                         const guarded *out, uint64_t *seed)
{
    static uint64_t s[LEN_MOST];
    uint32_t want[LEN_MOST];
    uint32_t *lane = (uint32_t *)(at_end ? out->end - MINHASH_LANES * 4 : out->begin);
    uint32_t *kept = (uint32_t *)(at_end ? out->end - n * 4 : out->begin);
    uint64_t *p = (uint64_t *)(at_end ? in->end - n * 8 : in->begin);
    const kernels *k = kernels_get();
    fss_keys keys = random_keys(seed);
    random_shingles(s, n, kind, seed);
    memcpy(p, s, n * 8);
    size_t expected = plain_winnow(want, s, n), got = k->winnow(kept, p, n);
    if (got != expected || memcmp(kept, want, got * 4) != 0)
        fail_msg("winnow, %zu shingles of kind %u: %zu, not %zu", n, kind, got, expected);
    if (n == 0)
        return;
    k->sketch(lane, p, n, &keys);
    for (unsigned i = (unsigned)n % 7; i < MINHASH_LANES; i += n < 100 ? 7 : 41)
        if (lane[i] != plain_lane(s, n, &keys, i))
            fail_msg("sketch, %zu shingles of kind %u, lane %u", n, kind, i);
}

static void test_lengths(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    guarded in = guarded_make(LEN_MOST * 8), out = guarded_make(LEN_MOST * 4);
    printf("# %s kernels\n", cpu_name(cpu_best()));
    for (size_t n = 0; n <= LEN_MOST; n++)
        for (unsigned kind = 0; kind < KINDS; kind++)
            check_length(n, kind, (n + kind) % KINDS != 3, &in, &out, &seed);
    guarded_free(&in);
    guarded_free(&out);
}

static void test_equal_lanes(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    guarded a = guarded_make(MINHASH_LANES), b = guarded_make(MINHASH_LANES);
    for (unsigned round = 0; round < 1000; round++) {
        uint8_t *x = round % 2 ? a.end - MINHASH_LANES : a.begin;
        uint8_t *y = round % 2 ? b.end - MINHASH_LANES : b.begin;
        unsigned want = 0;
        for (unsigned i = 0; i < MINHASH_LANES; i++) {
            x[i] = (uint8_t)(t_random(&seed) % (1 + round % 5));
            y[i] = (uint8_t)(t_random(&seed) % (1 + round % 5));
            want += x[i] == y[i];
        }
        assert_int_equal(kernels_get()->equal_lanes(x, y), want);
    }
    guarded_free(&a);
    guarded_free(&b);
}

// The bands from the definition (README of the folder), and fingerprints one by one.
static void test_cut_and_prints(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    guarded in = guarded_make(LEN_MOST * 8), out = guarded_make(LEN_MOST * 8);
    for (size_t n = 0; n <= 300; n++) {
        uint64_t *s = (uint64_t *)(in.end - n * 8), *prints = (uint64_t *)(out.end - n * 8);
        uint32_t lane[MINHASH_LANES], kept[300];
        uint64_t secret = t_random(&seed);
        minhash m;
        for (size_t i = 0; i < n; i++) {
            s[i] = t_random(&seed);
            kept[i] = (uint32_t)(t_random(&seed) % n);
        }
        kernels_get()->prints(prints, s, kept, n, secret);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(prints[i], print_of(s[kept[i]], secret));
        for (unsigned i = 0; i < MINHASH_LANES; i++)
            lane[i] = (uint32_t)t_random(&seed);
        uint32_t band[MINHASH_BANDS];
        kernels_get()->cut(&m, lane, secret);
        kernels_get()->bands(band, m.lane, secret);
        assert_memory_equal(band, m.band, sizeof band);
        for (unsigned i = 0; i < MINHASH_LANES; i++)
            assert_int_equal(m.lane[i], (lane[i] ^ lane[i] >> 8) & 0xff);
        for (unsigned b = 0; b < MINHASH_BANDS; b++) {
            uint64_t z = secret + (uint64_t)(b + 1) * 0x9e3779b97f4a7c15u;
            for (unsigned j = 0; j < 3; j++) {
                z ^= m.lane[b + 42 * j] | (uint64_t)m.lane[b + 126 + 42 * j] << 32;
                z *= 0xbf58476d1ce4e5b9u;
                z ^= z >> 32;
            }
            assert_int_equal(m.band[b], z * 0x94d049bb133111ebu >> 32);
        }
    }
    guarded_free(&in);
    guarded_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_equal_lanes),
        cmocka_unit_test(test_cut_and_prints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
