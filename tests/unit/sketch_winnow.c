// sketch_winnow.c - which positions are kept; the guarantee is in tests/prop.
#include "t.h"
#include "sketch/winnow.h"

static void test_table(void **state)
{
    (void)state;
    static const struct {
        const char *hashes; // one letter each, a the smallest
        uint32_t want[16];
        size_t n;
    } cases[] = {
        {"", {0}, 0},
        {"q", {0}, 1},
        {"ba", {1}, 1},
        {"aa", {1}, 1},       // the rightmost of equals
        {"hgfedcba", {7}, 1}, // one window
        {"abcdefgh", {0}, 1},
        {"abcdefghi", {0, 1}, 2}, // a leaves: b is the smallest
        {"ihgfedcba", {7, 8}, 2}, // a smaller one comes
        {"aaaaaaaaa", {7}, 1},    // kept while it is among the smallest
        {"aaaaaaaaaaaaaaaa", {7, 15}, 2},
        {"zzzazzzazzzz", {7}, 1},    // the rightmost of two in the first window
        {"zzzazzzzazzz", {3, 8}, 2}, // 3 is kept until it leaves, then 8
        {"bzzzzzzzbazzzzzzzz", {0, 8, 9, 17}, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t h[32];
        uint32_t out[32];
        size_t n = strlen(cases[i].hashes);
        for (size_t j = 0; j < n; j++)
            h[j] = (uint64_t)cases[i].hashes[j] << 56;
        size_t got = winnow(out, h, n);
        if (got != cases[i].n || memcmp(out, cases[i].want, got * sizeof *out) != 0)
            fail_msg("%s: %zu kept, first %u", cases[i].hashes, got, got ? out[0] : 0);
    }
}

// All 64 bits count, and the order is unsigned.
static void test_bits(void **state)
{
    (void)state;
    uint64_t h[8];
    uint32_t out[8];
    for (unsigned i = 0; i < 8; i++)
        h[i] = UINT64_MAX;
    h[2] = UINT64_MAX - 1;
    assert_int_equal(winnow(out, h, 8), 1);
    assert_int_equal(out[0], 2);
    h[5] = INT64_MAX;
    winnow(out, h, 8);
    assert_int_equal(out[0], 5);
}

static void test_print(void **state)
{
    (void)state;
    uint64_t seed = t_seed(), differ = 0;
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t s = t_random(&seed), k = t_random(&seed);
        assert_true(print_of(s, k) >> PRINT_BITS == 0);
        assert_true(print_of(s, k) == print_of(s, k));
        differ += print_of(s, k) != print_of(s, k ^ 1) && print_of(s, k) != print_of(s ^ 1, k);
    }
    assert_true(differ > 9990);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
