#include "t.h"
#include "engine/pace.h"

static void test_rests_only_beside_much_storing(void **state)
{
    (void)state;
    pace p = {.stored = 0};
    const int64_t ms = 1000000, look = PACE_LOOK_MS * ms;
    const uint64_t few = PACE_BUSY * PACE_LOOK_MS / 1000, many = few + 1;
    int64_t now = 1000 * ms;
    assert_int_equal(pace_rest_ns(&p, now, ms), 0); // nothing was ever stored
    pace_note(&p, few);
    assert_int_equal(pace_rest_ns(&p, now += look, ms), 0);
    pace_note(&p, many);
    assert_int_equal(pace_rest_ns(&p, now + 1, ms), 0); // too early to say
    assert_int_equal(pace_rest_ns(&p, now += look, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_rest_ns(&p, now, 0), 0);
    assert_int_equal(pace_rest_ns(&p, now, 10 * ms), PACE_REST_MS * ms); // not at once: 70 ms
    assert_int_equal(pace_rest_ns(&p, now, 0), 20 * ms);
    assert_int_equal(pace_rest_ns(&p, now, 0), 0);
    assert_int_equal(pace_rest_ns(&p, now, 1000 * ms), PACE_REST_MS * ms);
    pace_note(&p, many);
    assert_int_equal(pace_rest_ns(&p, now += 2 * look, ms), 0); // half as many a second
    pace_note(&p, 4 * many);
    assert_true(pace_rest_ns(&p, now += 2 * look, ms) > 0);
    assert_int_equal(pace_rest_ns(&p, now += look, ms), 0); // it is over
    assert_int_equal(p.owed_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rests_only_beside_much_storing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
