#include "t.h"
#include "evidence/lexicon.h"

static unsigned class_of(const char *text)
{
    words w;
    assert_ok(words_make(&w, view_of(text), NULL));
    assert_true(w.n >= 1);
    unsigned c = lexicon_of(w.w[0].hash);
    words_free(&w);
    return c;
}

static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        unsigned is;
    } rows[] = {
        {"الأمير", LEXICON_TITLE},
        {"وَالأمير", LEXICON_TITLE}, // with a proclitic and a vowel mark
        {"لوزير", LEXICON_TITLE},
        {"باخرة", 0},
        {"ڈاکٹر", LEXICON_TITLE},
        {"المواساة", LEXICON_FORMULA},
        {"نوفمبر", LEXICON_MONTH},
        {"October", LEXICON_MONTH},
        {"Oktober", LEXICON_MONTH},
        {"tuesday", LEXICON_DAY},
        {"вторник", LEXICON_DAY},
        {"Gewitter", LEXICON_WEATHER},
        {"chubascos", LEXICON_WEATHER},
        {"والرياح", LEXICON_WEATHER},
        {"drei", LEXICON_NUMBER},
        {"harbour", 0},
        {"seventeenth", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (class_of(rows[i].word) != rows[i].is)
            fail_msg("%s: %u", rows[i].word, class_of(rows[i].word));
    }
}

// A number is the same in every language's words and digits.
static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"7", "seven", true},    {"7", "٧", true},        {"sieben", "Seven", true},
        {"خمسة", "5", true},     {"وخمسة", "пять", true}, {"twelve", "11", false},
        {"two", "three", false}, {"131رنز", "131", true}, {"7th", "seven", true},
        {"3.80", "3.8", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        words a, b;
        uint64_t x = 0, y = 0;
        assert_ok(words_make(&a, view_of(rows[i].a), NULL));
        assert_ok(words_make(&b, view_of(rows[i].b), NULL));
        assert_true(lexicon_number(&a, 0, &x) && lexicon_number(&b, 0, &y));
        if ((x == y) != rows[i].same)
            fail_msg("%s, %s", rows[i].a, rows[i].b);
        words_free(&a);
        words_free(&b);
    }
    words w;
    uint64_t hash;
    assert_ok(words_make(&w, view_of("quay"), NULL));
    assert_true(!lexicon_number(&w, 0, &hash) && hash == w.w[0].hash);
    words_free(&w);
}

// Word by word, and by the next one: the same numbers.
static void test_next_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "quay",
                                        "Three boats, 7 crews: the twelfth of 1,200 in 2019",
                                        "no number in here at all",
                                        "Am 7. Oktober kamen sieben Boote",
                                        "في خمسة أيام و 131رنز"};
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        words w;
        uint64_t hash = 0, same = 0;
        assert_ok(words_make(&w, view_of(texts[k]), NULL));
        for (size_t i = 0; i <= w.n; i++) {
            size_t next = i;
            while (next < w.n && !lexicon_number(&w, next, &same))
                next++;
            assert_int_equal(lexicon_next_number(&w, i, &hash), next);
            assert_true(next == w.n || hash == same);
        }
        words_free(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_classes),
                                       cmocka_unit_test(test_numbers),
                                       cmocka_unit_test(test_next_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
