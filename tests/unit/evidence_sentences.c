#include "t.h"
#include "evidence/sentences.h"

typedef struct row {
    const char *name, *text;
    const char *expect; // the number of words of each sentence
} row;

static const row rows[] = {
    {"none", "", ""},
    {"one", "Two words", "2"},
    {"stops", "The pier was hit first. Did the tanker turn back? No, it did not!", "5 5 4"},
    {"a short one goes with the next", "Mr. J. Falk went home. He had seen enough today.", "5 5"},
    {"a short end goes with the last", "The pier was hit first. And then?", "7"},
    {"a small letter", "It cost approx. forty crowns a day.", "7"},
    {"no space", "See example.com for the list of piers.", "8"},
    {"quoted", "\"We saw it turn.\" The crew kept silent.", "4 4"},
    {"blank line", "The tanker turned slowly\n\nThe pier was hit first", "4 5"},
    {"a title's line goes with the text", "Tanker hits pier again\nThe pier was hit first.", "9"},
    {"a long line is a sentence",
     "One two three four five six seven eight nine ten eleven twelve\nThe pier was hit first",
     "12 5"},
    {"wrapped lines are none",
     "One two three four five six seven eight nine ten eleven twelve\nthirteen and then the pier\n"
     "was hit first",
     "20"},
    {"Arabic", "أغلق الميناء مساء الثلاثاء؟ اصطدمت ناقلة بالرصيف الشمالي.", "4 4"},
    {"Urdu", "بندرگاہ منگل کو بند تھی۔ ایک جہاز گھاٹ سے ٹکرایا۔", "5 5"},
    {"Hindi", "बंदरगाह मंगलवार को बंद था। एक जहाज घाट से टकराया।", "5 5"},
    {"Chinese", "伦比港星期二关闭。一艘油轮撞上码头。", "8 8"},
    {"Chinese, short", "港口关闭。一艘油轮撞上北码头。", "13"},
    {"Russian", "Порт закрыли во вторник вечером. Танкер задел причал ночью.", "5 4"},
};

static void count(char *out, size_t size, const sentences *s)
{
    size_t n = 0;
    out[0] = 0;
    for (size_t i = 0; i < s->n && n < size; i++)
        n += (size_t)snprintf(out + n, size - n, i ? " %u" : "%u", s->s[i].end - s->s[i].begin);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        words w;
        sentences s;
        char got[64];
        assert_ok(words_make(&w, view_of(rows[i].text), NULL));
        assert_ok(sentences_find(&s, &w));
        count(got, sizeof got, &s);
        if (strcmp(got, rows[i].expect) != 0)
            fail_msg("%s: %s instead of %s", rows[i].name, got, rows[i].expect);
        sentences_free(&s);
        words_free(&w);
    }
}

// Whatever has no stop is cut, and every word is in one sentence.
static void test_cut(void **state)
{
    (void)state;
    static char text[3000];
    for (int i = 0; i < 1000; i++)
        memcpy(text + 3 * i, "ab ", 3);
    words w;
    sentences s;
    assert_ok(words_make(&w, (view){(const uint8_t *)text, sizeof text}, NULL));
    assert_ok(sentences_find(&s, &w));
    uint32_t at = 0;
    for (size_t i = 0; i < s.n; i++) {
        assert_int_equal(s.s[i].begin, at);
        assert_true(s.s[i].end > at && s.s[i].end - at <= SENTENCE_MOST);
        at = s.s[i].end;
    }
    assert_int_equal(at, 1000);
    sentences_free(&s);
    words_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
