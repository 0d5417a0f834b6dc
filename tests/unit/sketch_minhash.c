// sketch_minhash.c - signatures at their edges; their statistics are in tests/prop.
#include "t.h"
#include "sketch/fss.h"
#include "sketch/kernels.h"
#include "sketch/minhash.h"
#include <stdbool.h>

static void fill(uint64_t *s, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        s[i] = t_random(&seed);
}

static void test_empty(void **state)
{
    (void)state;
    minhash m;
    minhash_sign(&m, NULL, 0, 7);
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        assert_int_equal(m.lane[i], 0xff);
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        assert_int_equal(m.band[i], 0);
}

// Every lane is filled, by the right round: n = 1 takes the last resort for most.
static void test_few(void **state)
{
    (void)state;
    uint32_t lane[MINHASH_LANES];
    uint64_t s[64];
    for (size_t n = 1; n <= 64; n++) {
        unsigned last = 0;
        fill(s, n, n);
        kernels_get()->sketch(lane, s, n, &kernels_get()->keys);
        for (unsigned i = 0; i < MINHASH_LANES; i++) {
            assert_true(lane[i] >> FSS_LANE_BITS == i || lane[i] <= UINT16_MAX);
            last += lane[i] <= UINT16_MAX;
        }
        assert_true(n > 1 ? last < MINHASH_LANES : last >= MINHASH_LANES - 2);
    }
}

static void test_order_and_repeats(void **state)
{
    (void)state;
    uint64_t s[900], r[1800];
    minhash a, b;
    for (size_t n = 1; n <= 900; n = n * 3 + 1) {
        fill(s, n, n);
        for (size_t i = 0; i < n; i++)
            r[i] = r[2 * n - 1 - i] = s[n - 1 - i];
        minhash_sign(&a, s, n, 3);
        minhash_sign(&b, r, n, 3);
        assert_memory_equal(&a, &b, sizeof a);
        minhash_sign(&b, r, 2 * n, 3);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

// Many shingles that are few different ones: as those few, though block after block is gone over
// for nearly every lane.
static void test_many_repeats(void **state)
{
    (void)state;
    enum { N = (1 << 17) + 7 };
    uint64_t few[64], *many = malloc(N * sizeof *many);
    minhash a, b;
    fill(few, 64, 5);
    for (size_t distinct = 1; distinct <= 64; distinct *= 8) {
        for (size_t i = 0; i < N; i++)
            many[i] = few[i % distinct];
        minhash_sign(&a, few, distinct, 11);
        minhash_sign(&b, many, N, 11);
        assert_memory_equal(&a, &b, sizeof a);
    }
    free(many);
}

// Lanes decide answers and are the same under every secret; bands are keys of the store's own.
static void test_seed_changes_bands_alone(void **state)
{
    (void)state;
    uint64_t s[400];
    minhash a, b;
    fill(s, 400, 1);
    minhash_sign(&a, s, 400, 1);
    minhash_sign(&b, s, 400, 2);
    assert_memory_equal(a.lane, b.lane, sizeof a.lane);
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        assert_int_not_equal(a.band[i], b.band[i]);
}

// Band i depends on lanes i, i + 42, ... i + 210 and on its number.
static void test_bands(void **state)
{
    (void)state;
    uint64_t s[401];
    minhash a, b;
    uint32_t before[MINHASH_LANES], after[MINHASH_LANES];
    fill(s, 401, 13);
    minhash_sign(&a, s, 390, 5);
    minhash_sign(&b, s, 401, 5);
    kernels_get()->sketch(before, s, 390, &kernels_get()->keys);
    kernels_get()->sketch(after, s, 401, &kernels_get()->keys);
    for (unsigned i = 0; i < MINHASH_BANDS; i++) {
        bool same = true;
        for (unsigned r = 0; r < MINHASH_ROWS; r++)
            same &= before[i + MINHASH_BANDS * r] == after[i + MINHASH_BANDS * r];
        assert_int_equal(a.band[i] == b.band[i], same);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(a.band[i], a.band[j]);
    }
    assert_true(memcmp(before, after, sizeof before) != 0);
}

static void test_resemblance(void **state)
{
    (void)state;
    uint8_t a[MINHASH_LANES] = {0}, b[MINHASH_LANES];
    memset(b, 1, sizeof b);
    assert_true(minhash_resemblance(a, a) == 1);
    assert_true(minhash_resemblance(a, b) == 0); // not below 0
    b[17] = 0;
    assert_true(minhash_resemblance(a, b) == 0); // one of 256 is chance
    for (unsigned i = 0; i < 128; i++)
        b[i] = 0;
    double want = (0.5 - 1.0 / 256) / (1 - 1.0 / 256), got = minhash_resemblance(a, b);
    assert_true(got > want - 1e-12 && got < want + 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_order_and_repeats),
        cmocka_unit_test(test_seed_changes_bands_alone),
        cmocka_unit_test(test_many_repeats),
        cmocka_unit_test(test_bands),
        cmocka_unit_test(test_resemblance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
