#include "t.h"
#include "base/clock.h"
#include "engine/pace.h"

static void test_rests_only_beside_storing(void **state)
{
    (void)state;
    pace p = {0};
    const int64_t ms = 1000000;
    assert_int_equal(pace_rest_ns(&p, ms), 0); // nothing was ever stored
    pace_note(&p);
    assert_int_equal(pace_rest_ns(&p, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_rest_ns(&p, 0), 0);
    assert_int_equal(pace_rest_ns(&p, 1000 * ms), PACE_REST_MS * ms); // nobody waits for ever
    atomic_store(&p.stored_ns, clock_mono_ns() - (PACE_BUSY_MS + 1) * ms);
    assert_int_equal(pace_rest_ns(&p, ms), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rests_only_beside_storing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
