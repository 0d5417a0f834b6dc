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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_classes),
                                       cmocka_unit_test(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
