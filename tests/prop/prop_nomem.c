// prop_nomem.c - the N-th allocation fails, for every N: SHG_ENOMEM, nothing leaks, and
// the result is empty. Linked with nomem_link.
#include "t.h"
#include "nomem.h"
#include "text/shingle.h"
#include "text/words.h"

// A text whose words and keys both outgrow the first guess.
static void make_text(char *out, size_t times)
{
    out[0] = 0;
    for (size_t i = 0; i < times; i++)
        strcat(out, "a b c ﷺ ");
}

static void test_words(void **state)
{
    (void)state;
    char text[4096];
    make_text(text, 200);
    for (long n = 0;; n++) {
        words w;
        nomem_after(n);
        shg_err e = words_make(&w, view_of(text), NULL);
        if (!nomem_over()) {
            assert_ok(e);
            assert_int_equal(w.n, 800);
            words_free(&w);
            assert_true(n > 4);
            return;
        }
        assert_int_equal(e, SHG_ENOMEM);
        assert_null(w.w);
        assert_null(w.keys);
        assert_int_equal(w.n, 0);
    }
}

static void test_resemblance(void **state)
{
    (void)state;
    words w;
    double r = 0.25;
    assert_ok(words_make(&w, view_of("one two three four"), NULL));
    nomem_after(0);
    shg_err e = shingles_resemblance(&r, &w, &w);
    assert_true(nomem_over());
    assert_int_equal(e, SHG_ENOMEM);
    assert_true(r == 0.25);
    words_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_resemblance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
