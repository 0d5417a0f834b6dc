// bench/load/histogram.h: quantiles within a bin's width, at any scale.
#include "t.h"
#include "histogram.h"

static histogram h;

static void near_enough(int64_t got, double want)
{
    assert_true((double)got >= want * .999 - 1 && (double)got <= want * 1.016 + 1);
}

static void test_quantiles_are_within_a_bin(void **state)
{
    (void)state;
    for (double unit = 1; unit < 1e10; unit *= 10) {
        h = (histogram){0};
        for (int i = 1; i <= 10000; i++)
            histogram_add(&h, (int64_t)(i * unit));
        assert_int_equal(h.n, 10000);
        near_enough(histogram_at(&h, .5), 5001 * unit);
        near_enough(histogram_at(&h, .99), 9901 * unit);
        near_enough(histogram_at(&h, .999), 9991 * unit);
        assert_true(histogram_at(&h, 1) == (int64_t)(10000 * unit));
    }
}

static void test_extremes(void **state)
{
    (void)state;
    h = (histogram){0};
    assert_int_equal(histogram_at(&h, .5), 0);
    histogram_add(&h, -5);
    assert_int_equal(histogram_at(&h, 1), 0);
    histogram_add(&h, INT64_MAX);
    assert_true(histogram_at(&h, 1) == INT64_MAX);
    assert_int_equal(histogram_at(&h, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles_are_within_a_bin),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
