#include "t.h"
#include "base/sort.h"

#include <stdlib.h>

enum { MOST = 3 * SORT_SMALL };

static uint64_t draw(uint64_t *r)
{
    *r = *r * 6364136223846793005u + 1442695040888963407u;
    return *r ^ *r >> 29;
}

// The order that a sort must give: by key, equal ones by where they stood.
static int by_key(const void *a, const void *b)
{
    const sort_item *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

static void check(const uint64_t *keys, size_t n, unsigned bits)
{
    static sort_item got[MOST], want[MOST], tmp[MOST];
    for (size_t i = 0; i < n; i++)
        got[i] = want[i] = (sort_item){keys[i], (uint32_t)i};
    qsort(want, n, sizeof *want, by_key);
    sort_items(got, tmp, n, bits);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(got[i].key, want[i].key);
        assert_int_equal(got[i].value, want[i].value);
    }
}

static void test_lengths_and_widths(void **state)
{
    (void)state;
    static uint64_t keys[MOST];
    static const unsigned bits[] = {1, 5, 12, 40, 63, 64};
    uint64_t r = 1;
    for (size_t n = 0; n < 600; n += n < 40 ? 1 : 37)
        for (size_t b = 0; b < sizeof bits / sizeof *bits; b++) {
            for (size_t i = 0; i < n; i++)
                keys[i] = draw(&r) >> (64 - bits[b]);
            check(keys, n, bits[b]);
        }
    for (size_t n = SORT_SMALL - 1; n <= SORT_SMALL + 1; n++) {
        for (size_t i = 0; i < n; i++)
            keys[i] = draw(&r) >> 24;
        check(keys, n, 40);
    }
}

static void test_chosen_keys(void **state)
{
    (void)state;
    static uint64_t keys[MOST];
    static const size_t sizes[] = {20, 300, SORT_SMALL, MOST};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t n = sizes[s];
        for (size_t i = 0; i < n; i++)
            keys[i] = n - i; // one bucket, the worst order
        check(keys, n, 64);
        for (size_t i = 0; i < n; i++)
            keys[i] = UINT64_MAX;
        check(keys, n, 64);
        for (size_t i = 0; i < n; i++)
            keys[i] = i % 2 ? UINT64_MAX : 0;
        check(keys, n, 64);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_and_widths),
        cmocka_unit_test(test_chosen_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
