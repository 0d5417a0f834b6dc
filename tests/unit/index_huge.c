#include "t.h"
#include "index/huge.h"

#include <stdlib.h>

static void test_new_without_a_stock(void **state)
{
    (void)state;
    void *page = huge_take(NULL);
    assert_non_null(page);
    memset(page, 1, HUGE_PAGE);
    free(page);
}

// It grows only for who takes from it, and is emptied for who does not.
static void test_low_once_it_is_asked(void **state)
{
    (void)state;
    huge_stock s;
    huge_init(&s);
    assert_false(huge_is_low(&s));
    huge_fill(&s);
    assert_int_equal(huge_bytes(&s), 0);
    void *page = huge_take(&s);
    assert_non_null(page);
    free(page);
    assert_true(huge_is_low(&s));
    huge_fill(&s);
    assert_int_equal(huge_bytes(&s), (size_t)HUGE_READY * HUGE_PAGE);
    assert_false(huge_is_low(&s));
    page = huge_take(&s);
    assert_int_equal(huge_bytes(&s), (size_t)(HUGE_READY - 1) * HUGE_PAGE);
    memset(page, 1, HUGE_PAGE);
    free(page);
    assert_true(huge_is_low(&s));
    huge_empty(&s);
    assert_int_equal(huge_bytes(&s), 0);
    assert_false(huge_is_low(&s));
    huge_fini(&s);
}

static void test_more_than_are_ready(void **state)
{
    (void)state;
    huge_stock s;
    void *page[HUGE_READY + 2];
    huge_init(&s);
    free(huge_take(&s));
    huge_fill(&s);
    for (int i = 0; i < HUGE_READY + 2; i++) {
        page[i] = huge_take(&s);
        assert_non_null(page[i]);
        memset(page[i], i, HUGE_PAGE);
    }
    for (int i = 0; i < HUGE_READY + 2; i++) {
        assert_int_equal(((unsigned char *)page[i])[HUGE_PAGE - 1], i);
        free(page[i]);
    }
    huge_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_without_a_stock),
        cmocka_unit_test(test_low_once_it_is_asked),
        cmocka_unit_test(test_more_than_are_ready),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
