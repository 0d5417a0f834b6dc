// text_shingle.c - shingles and exact resemblance.
#include "t.h"
#include "text/shingle.h"

static size_t shingles_of(const char *text, unsigned k, uint64_t *hash, uint32_t *ends)
{
    words w;
    assert_ok(words_make(&w, view_of(text), NULL));
    size_t n = shingles_make(hash, ends, &w, k);
    words_free(&w);
    return n;
}

static void test_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned k;
        size_t n;
        uint32_t first_end;
    } cases[] = {
        {"", 3, 0, 0},
        {"one", 3, 1, 1},
        {"one two", 3, 1, 2},
        {"one two three", 3, 1, 3},
        {"one two three four", 3, 2, 3},
        {"one two three four", 5, 1, 4},
        {"one two three four five six", 5, 2, 5},
        {"市长说好", 3, 1, 4},             // 4 characters weigh 20 of 24: all of them
        {"市长说好了吗", 3, 2, 5},         // 5 weigh 25
        {"市长今天在会上说话", 5, 2, 8},   // 8 weigh 40
        {"市长 said 今天 so so", 3, 4, 5}, // 5 + 5 + 8 + 5 = 23: and one more
    };
    uint64_t hash[16];
    uint32_t ends[16];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = shingles_of(cases[i].text, cases[i].k, hash, ends);
        if (n != cases[i].n || (n && ends[0] != cases[i].first_end))
            fail_msg("%s: %zu, first to %u", cases[i].text, n, n ? ends[0] : 0);
    }
}

static void test_order_and_place(void **state)
{
    (void)state;
    uint64_t a[16], b[16];
    shingles_of("a b c", 3, a, NULL);
    const char *other[] = {"b a c", "a c b", "c b a", "a b d", "ab c a", "a b", "a b b"};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        shingles_of(other[i], 3, b, NULL);
        assert_true(a[0] != b[0]);
    }
    // What stands before or after does not matter.
    size_t n = shingles_of("x y z a b c d", 3, b, NULL);
    assert_int_equal(n, 5);
    assert_true(b[3] == a[0]);
    shingles_of("A, “b” (C)", 3, b, NULL);
    assert_true(b[0] == a[0]);
}

static double resemblance(const char *a, const char *b)
{
    words x, y;
    double r = -1;
    assert_ok(words_make(&x, view_of(a), NULL));
    assert_ok(words_make(&y, view_of(b), NULL));
    assert_ok(shingles_resemblance(&r, &x, &y));
    words_free(&x);
    words_free(&y);
    return r;
}

static void test_resemblance(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned both, either;
    } cases[] = {
        {"", "", 0, 1},
        {"", "a b c", 0, 1},
        {"a b c", "a b c", 1, 1},
        {"A b, c", "“a” B c!", 1, 1},
        {"a b c", "c b a", 0, 1},
        {"a b c d", "a b c e", 1, 3},
        {"a b c d e f", "x a b c d e f", 4, 5},
        {"a b c a b c a b c", "a b c a", 2, 3}, // abc bca cab; repeats count once
        {"one two", "one two", 1, 1},
        {"one two", "one two three", 0, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double want = (double)cases[i].both / cases[i].either;
        double got = resemblance(cases[i].a, cases[i].b);
        if (got != want || resemblance(cases[i].b, cases[i].a) != want)
            fail_msg("%s | %s: %f", cases[i].a, cases[i].b, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_order_and_place),
        cmocka_unit_test(test_resemblance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
