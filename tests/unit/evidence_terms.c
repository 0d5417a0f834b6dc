#include "t.h"
#include "evidence/terms.h"

static uint64_t hash_of(const char *name)
{
    uint8_t key[64];
    size_t n = fold_key(key, sizeof key, view_of(name));
    return hash_key((view){key, n});
}

static double cosine(const char *x, const char *y)
{
    words a, b;
    double c;
    assert_ok(words_make(&a, view_of(x), NULL));
    assert_ok(words_make(&b, view_of(y), NULL));
    assert_ok(terms_cosine(&c, &a, &b));
    words_free(&a);
    words_free(&b);
    return c;
}

static void test_shares(void **state)
{
    (void)state;
    static const char *const everyday[] = {"the", "and", "und", "nicht", "est",
                                           "que", "что", "في",  "och"};
    static const char *const some[] = {"election", "hospital", "football", "krieg", "gouvernement"};
    for (size_t i = 0; i < sizeof everyday / sizeof *everyday; i++)
        assert_true(terms_share(hash_of(everyday[i])) > .5);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        assert_true(terms_share(hash_of(some[i])) < .2);
        assert_true(terms_share(hash_of(some[i])) > terms_share(hash_of("Zwrkqvst")));
    }
    assert_true(terms_share(hash_of("the")) <= 1);
    assert_true(terms_share(hash_of("Zwrkqvst")) > 0);
    assert_true(terms_idf(hash_of("the")) < .1);
    assert_true(terms_idf(hash_of("Zwrkqvst")) > 6);
    assert_true(terms_share(hash_of("THE")) == terms_share(hash_of("the"))); // by folded key
}

static void test_cosine(void **state)
{
    (void)state;
    const char *a = "The harbour of Lundby was closed on Tuesday after a tanker struck the pier.";
    const char *b = "A tanker has hit the pier at Lundby; the harbour will stay closed for days.";
    const char *c = "The farmers of the valley hope that the price of barley will rise this year.";
    assert_true(cosine(a, a) > .999);
    assert_true(cosine(a, b) > .40);
    assert_true(cosine(a, c) < .10);
    assert_true(cosine(a, b) == cosine(b, a));
    assert_true(cosine(a, "") == 0);
    assert_true(cosine("the and of", "the and of") == 0); // says nothing of a subject
    assert_true(cosine("今天早上港口关闭", "港口今天关闭") > .3);
}

// What is not kept says nothing.
static void test_cosine_of(void **state)
{
    (void)state;
    words x, y;
    assert_ok(words_make(&x, view_of("harbour tanker column botany"), NULL));
    assert_ok(words_make(&y, view_of("column botany soprano orchestra"), NULL));
    const uint8_t all[] = {1, 1, 1, 1}, first[] = {1, 1, 0, 0}, last[] = {0, 0, 1, 1};
    double c, whole;
    assert_ok(terms_cosine_of(&whole, &x, all, &y, all));
    assert_ok(terms_cosine(&c, &x, &y));
    assert_true(c == whole && c > .3 && c < .7);
    assert_ok(terms_cosine_of(&c, &x, first, &y, last));
    assert_true(c == 0);
    assert_ok(terms_cosine_of(&c, &x, last, &y, first));
    assert_true(c > .999);
    words_free(&x);
    words_free(&y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shares), cmocka_unit_test(test_cosine),
                                       cmocka_unit_test(test_cosine_of)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
