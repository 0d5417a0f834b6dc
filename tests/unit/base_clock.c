// clock.h: reads what crawlers write, refuses what does not exist, writes RFC 3339.
#include "t.h"
#include "base/clock.h"

static const struct {
    const char *text, *read;
} good[] = {
    {"2017-03-12T18:05:00Z", "2017-03-12T18:05:00Z"},
    {"2017-03-12T18:05:00.5+01:00", "2017-03-12T17:05:00.500Z"},
    {"2017-03-12T18:05:00-0530", "2017-03-12T23:35:00Z"},
    {"2017-03-12 18:05:00", "2017-03-12T18:05:00Z"},
    {"2017-03-12 18:05:00+00:00", "2017-03-12T18:05:00Z"},
    {"2017-03-12T18:05", "2017-03-12T18:05:00Z"},
    {"2017-03-12", "2017-03-12T00:00:00Z"},
    {"20170312", "2017-03-12T00:00:00Z"},
    {"26-FEB-1987 15:51:28.42", "1987-02-26T15:51:28.420Z"},
    {" 2-Mar-1987 07:00:00", "1987-03-02T07:00:00Z"},
    {"02-dec-2017", "2017-12-02T00:00:00Z"},
    {"20170312180500", "2017-03-12T18:05:00Z"},
    {"20170312T180500Z", "2017-03-12T18:05:00Z"},
    {" 2017-03-12 ", "2017-03-12T00:00:00Z"},
    {"2016-02-29", "2016-02-29T00:00:00Z"},
    {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    {"0000-01-01", "0000-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
};

static const char *const bad[] = {
    "2-Foo-1987",
    "31-FEB-1987",
    "2-MAR-87",
    "12-MAR",
    "2-",
    "",
    " ",
    "yesterday",
    "2017",
    "2017-03",
    "2017-3-12",
    "2017-13-01",
    "2017-02-29",
    "2017-03-12T25:00:00Z",
    "2017-03-12T18:60:00Z",
    "2017-03-12X18:05:00",
    "2017-03-12T18:05:00Zjunk",
    "2017-03-12T18",
    "2017-03-12T",
    "12.03.2017",
    "2017-03-12T18:05:00.Z",
    "2017-0312",
    "2017-03-12T18:05:00+25:00",
};

static void reads_and_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        int64_t ms = 1;
        if (!clock_parse(good[i].text, strlen(good[i].text), &ms))
            fail_msg("not read: %s", good[i].text);
        char out[CLOCK_TEXT_LEN];
        clock_format(out, ms);
        assert_string_equal(out, good[i].read);
    }
}

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms = 4711;
        if (clock_parse(bad[i], strlen(bad[i]), &ms))
            fail_msg("read: %s", bad[i]);
        assert_int_equal(ms, 4711);
    }
}

static void absent_is_empty(void **state)
{
    (void)state;
    char out[CLOCK_TEXT_LEN] = "x";
    clock_format(out, CLOCK_ABSENT);
    assert_string_equal(out, "");
    clock_format(out, INT64_MAX);
    assert_string_equal(out, "9999-12-31T23:59:59.999Z");
}

static void absent_comes_last(void **state)
{
    (void)state;
    static const int64_t ascending[] = {INT64_MIN + 1, -1, 0, 1, INT64_MAX, CLOCK_ABSENT};
    for (size_t i = 1; i < sizeof ascending / sizeof *ascending; i++)
        assert_true(clock_order(ascending[i - 1]) < clock_order(ascending[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(absent_is_empty),
        cmocka_unit_test(absent_comes_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
