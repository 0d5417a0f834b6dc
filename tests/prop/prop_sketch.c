// prop_sketch.c - the statistics of the sketch: error, bias, recall of the bands.
#include "t.h"
#include "sketch/minhash.h"
#include <math.h>
#include <stdbool.h>

enum { N = 400 };

// Two sets of about N shingles with resemblance j, from fresh random shingles.
// Returns the true resemblance.
static double make_pair(minhash *a, minhash *b, double j, uint64_t *seed)
{
    uint64_t s[2 * N];
    size_t both = (size_t)lround(2 * j * N / (1 + j));
    for (size_t i = 0; i < 2 * N - both; i++)
        s[i] = t_random(seed);
    uint64_t key = t_random(seed);
    minhash_sign(a, s, N, key);
    minhash_sign(b, s + (N - both), N, key);
    return (double)both / (double)(2 * N - both);
}

static void test_error(void **state)
{
    (void)state;
    // Independent lanes of 8 bits give the standard error sqrt(p(1-p)/256) / (1-1/256),
    // p = J + (1-J)/256; the sketch must do no worse. At J = .5 that bound is .0314; the
    // header promises .026, as lanes drawn without replacement err less.
    static const struct {
        double j, rmse;
    } cases[] = {{.1, .0200}, {.3, .0270}, {.5, .0260}, {.7, .0260}, {.9, .0190}};
    enum { PAIRS = 20000 };
    uint64_t seed = t_seed();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double sum = 0, squares = 0;
        for (unsigned p = 0; p < PAIRS; p++) {
            minhash a, b;
            double j = make_pair(&a, &b, cases[i].j, &seed);
            double error = minhash_resemblance(a.lane, b.lane) - j;
            sum += error;
            squares += error * error;
        }
        double bias = sum / PAIRS, rmse = sqrt(squares / PAIRS);
        printf("# J %.1f: RMSE %.4f, bias %+.5f\n", cases[i].j, rmse, bias);
        if (rmse > cases[i].rmse || fabs(bias) > 5 * rmse / sqrt(PAIRS))
            fail_msg("J %.1f: RMSE %f, bias %f", cases[i].j, rmse, bias);
    }
}

// Also where most lanes come from the last resort, which makes them as good as independent: .0296.
static void test_small_sets(void **state)
{
    (void)state;
    enum { PAIRS = 4000 };
    uint64_t seed = t_seed();
    for (size_t n = 2; n <= 32; n *= 4) {
        double sum = 0, squares = 0;
        for (unsigned p = 0; p < PAIRS; p++) {
            uint64_t s[64], key = t_random(&seed);
            minhash a, b;
            for (size_t i = 0; i < 2 * n; i++)
                s[i] = t_random(&seed);
            minhash_sign(&a, s, n, key);
            minhash_sign(&b, s + n / 2, n, key); // n/2 of 3n/2
            double error = minhash_resemblance(a.lane, b.lane) - 1.0 / 3;
            sum += error;
            squares += error * error;
        }
        double bias = sum / PAIRS, rmse = sqrt(squares / PAIRS);
        printf("# n %zu: RMSE %.4f, bias %+.5f\n", n, rmse, bias);
        if (rmse > .0320 || fabs(bias) > 5 * rmse / sqrt(PAIRS))
            fail_msg("n %zu: RMSE %f, bias %f", n, rmse, bias);
    }
}

// The share of pairs with a band in common is that of independent minima, to 3 points.
static void test_recall(void **state)
{
    (void)state;
    static const double J[] = {.3, .4, .5, .6, .7};
    enum { PAIRS = 20000 }; // .0035 standard error at the most
    uint64_t seed = t_seed();
    for (size_t i = 0; i < sizeof J / sizeof *J; i++) {
        unsigned found = 0;
        double j = 0;
        for (unsigned p = 0; p < PAIRS; p++) {
            minhash a, b;
            j = make_pair(&a, &b, J[i], &seed);
            bool hit = false;
            for (unsigned k = 0; k < MINHASH_BANDS; k++)
                hit |= a.band[k] == b.band[k];
            found += hit;
        }
        double recall = (double)found / PAIRS;
        double want = 1 - pow(1 - pow(j, MINHASH_ROWS), MINHASH_BANDS);
        printf("# J %.1f: recall %.3f, expected %.3f\n", J[i], recall, want);
        if (fabs(recall - want) > .03)
            fail_msg("J %.1f: recall %f, not %f", J[i], recall, want);
    }
}

static void test_order_and_repeats(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t s[600];
        minhash a, b;
        size_t n = 1 + t_random(&seed) % 300, m = n;
        for (size_t i = 0; i < n; i++)
            s[i] = t_random(&seed);
        minhash_sign(&a, s, n, round);
        for (size_t i = t_random(&seed) % n; i > 0; i--)
            s[m++] = s[t_random(&seed) % n];
        for (size_t i = m; i > 1; i--) {
            size_t j = t_random(&seed) % i;
            uint64_t swap = s[i - 1];
            s[i - 1] = s[j];
            s[j] = swap;
        }
        minhash_sign(&b, s, m, round);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_small_sets),
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_order_and_repeats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
