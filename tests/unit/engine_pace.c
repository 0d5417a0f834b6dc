#include "t.h"
#include "engine/pace.h"

static const int64_t ms = 1000000, look = PACE_LOOK_MS * 1000000;

// One more look, at which the others have used so many cores since the last one.
static int64_t rest_beside(pace *p, int64_t *now, int64_t *others, double cores, int64_t worked)
{
    *now += look;
    *others += (int64_t)(cores * (double)look);
    pace_look(p, *now, *others);
    return pace_rest_ns(p, *now, worked);
}

static void test_rests_where_little_is_left(void **state)
{
    (void)state;
    pace p = {.cores = 4};
    int64_t now = 1000 * ms, others = 70 * ms;
    pace_look(&p, now, others);
    assert_int_equal(pace_rest_ns(&p, now, 0), 0);
    assert_int_equal(rest_beside(&p, &now, &others, 0, ms), 0);
    assert_int_equal(rest_beside(&p, &now, &others, 2.4, ms), 0); // a core and a half are idle
    pace_look(&p, now + 1, others + look);                        // too early to say
    assert_int_equal(pace_rest_ns(&p, now + 1, ms), 0);
    assert_int_equal(rest_beside(&p, &now, &others, 2.6, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_rest_ns(&p, now, 0), 0);
    assert_int_equal(pace_rest_ns(&p, now, 10 * ms), PACE_REST_MS * ms); // of 70 ms
    assert_int_equal(pace_rest_ns(&p, now, 0), 20 * ms);
    assert_int_equal(pace_rest_ns(&p, now, 0), 0);
    assert_int_equal(pace_rest_ns(&p, now, 1000 * ms), PACE_REST_MS * ms);
    assert_int_equal(rest_beside(&p, &now, &others, .5, 0), 0); // it is over, and nothing is owed
    assert_int_equal(rest_beside(&p, &now, &others, 3.2, ms), ms * (PACE_PARTS - 1));
}

// The less is left, the less of it is taken.
static void test_takes_less_of_little(void **state)
{
    (void)state;
    pace p = {.cores = 2};
    int64_t now = 1000 * ms, others = 0;
    pace_look(&p, now, others);
    static const struct {
        double used;
        unsigned parts;
    } looks[] = {{.6, PACE_PARTS},      {1.4, PACE_PARTS},       {1.75, 16},
                 {1.875, 32},           {1.96, PACE_PARTS_MOST}, {2, PACE_PARTS_MOST},
                 {2.5, PACE_PARTS_MOST}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        int64_t rest = rest_beside(&p, &now, &others, looks[i].used, ms / 10);
        while (p.owed_ns)
            rest += pace_rest_ns(&p, now, 0);
        assert_int_equal(rest, ms / 10 * (looks[i].parts - 1));
    }
}

static void test_works_on_while_wanted(void **state)
{
    (void)state;
    pace p = {.cores = 2};
    int64_t now = 0, others = 0;
    assert_int_equal(rest_beside(&p, &now, &others, 1.5, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_rest_ns(&p, now, 100 * ms), PACE_REST_MS * ms);
    assert_int_equal(pace_hands(&p, now), 1);
    pace_want(&p, now);
    assert_int_equal(pace_rest_ns(&p, now, 0), 0); // nothing is owed
    for (int64_t end = now + PACE_WANTED_MS * ms; now + look < end;) {
        assert_int_equal(rest_beside(&p, &now, &others, 2, ms), 0);
        assert_int_equal(pace_hands(&p, now), 2);
    }
    now += look;
    assert_int_equal(rest_beside(&p, &now, &others, 1.5, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_hands(&p, now), 1);
}

static void test_one_core(void **state)
{
    (void)state;
    pace p = {.cores = 1};
    int64_t now = 0, others = 0;
    assert_int_equal(rest_beside(&p, &now, &others, .05, ms), 0);
    assert_int_equal(pace_hands(&p, now), 1);
    assert_int_equal(rest_beside(&p, &now, &others, .2, ms), ms * (PACE_PARTS - 1));
    assert_int_equal(pace_hands(&p, now), 1);
}

static void test_takes_the_cores_that_are_left(void **state)
{
    (void)state;
    pace p = {.cores = 4};
    int64_t now = 0, others = 0;
    assert_int_equal(pace_hands(&p, now), 1); // nothing is known yet
    static const struct {
        double used;
        unsigned hands;
    } looks[] = {{.05, 4}, {.2, 3}, {.4, 3}, {.6, 2}, {1.4, 2}, {1.6, 1}, {2.4, 1}, {3, 1}, {0, 4}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        int64_t rest = rest_beside(&p, &now, &others, looks[i].used, ms);
        assert_int_equal(pace_hands(&p, now), looks[i].hands);
        assert_int_equal(rest, looks[i].used == 3 ? ms * (PACE_PARTS - 1) : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rests_where_little_is_left),
        cmocka_unit_test(test_takes_less_of_little),
        cmocka_unit_test(test_works_on_while_wanted),
        cmocka_unit_test(test_one_core),
        cmocka_unit_test(test_takes_the_cores_that_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
