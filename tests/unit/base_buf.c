// buf.h: grows, has a maximum, keeps the first error.
#include "t.h"
#include "base/buf.h"
#include "base/bytes.h"

static void appends_little_endian(void **state)
{
    (void)state;
    buf b = {0};
    buf_add8(&b, 0x01);
    buf_add16(&b, 0x0302);
    buf_add32(&b, 0x07060504);
    buf_add64(&b, 0x0f0e0d0c0b0a0908);
    assert_ok(buf_err(&b));
    assert_int_equal(b.len, 15);
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(b.p[i], i + 1);
    assert_int_equal(load64(b.p + 7), 0x0f0e0d0c0b0a0908);
    buf_fini(&b);
    assert_null(b.p);
}

static void keeps_what_fitted_and_the_error(void **state)
{
    (void)state;
    buf b = {.max = 10};
    buf_add(&b, "12345678", 8);
    buf_add(&b, "abc", 3);
    assert_int_equal(b.err, SHG_ENOMEM);
    buf_add8(&b, 'x'); // would fit, but the error is sticky
    assert_int_equal(b.len, 8);
    buf_reset(&b);
    buf_add(&b, "0123456789", 10);
    assert_ok(buf_err(&b));
    buf_fini(&b);
}

static void room_for_nothing_is_no_error(void **state)
{
    (void)state;
    buf b = {0};
    assert_non_null(buf_grow(&b, 0));
    assert_ok(buf_err(&b));
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_little_endian),
        cmocka_unit_test(keeps_what_fitted_and_the_error),
        cmocka_unit_test(room_for_nothing_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
