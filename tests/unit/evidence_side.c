#include "t.h"
#include "evidence/side.h"

static side make(const char *text)
{
    side s;
    assert_ok(side_make(&s, view_of(text), NULL));
    return s;
}

static void test_counts(void **state)
{
    (void)state;
    side s = make("The mayor said \"we go home\" and left.");
    assert_int_equal(s.words.n, 8);
    assert_int_equal(s.own_words, 8);
    assert_int_equal(s.own_prose, 5);
    side_add_mark(&s, 6, 8, MARK_FURNITURE);
    side_count(&s);
    assert_int_equal(s.own_words, 6);
    assert_int_equal(s.own_prose, 3);
    side_add_mark(&s, 6, 1000, MARK_SPEECH); // past the end is nothing; furniture stays
    side_count(&s);
    assert_int_equal(s.own_words, 6);
    side_free(&s);
}

static void test_characters_weigh_less(void **state)
{
    (void)state;
    side s = make("我们今天早上去"); // 7 characters, 5/8 of a word each: 4.375
    assert_int_equal(s.words.n, 7);
    assert_int_equal(s.own_words, 4);
    side_free(&s);
}

static void test_faults(void **state)
{
    (void)state;
    side s;
    size_t at = 0;
    assert_int_equal(side_make(&s, view_of("ab\xff"), &at), SHG_EUTF8);
    assert_int_equal(at, 2);
    side_free(&s); // empty, but valid
}

static void test_same(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"The mayor left.", "the MAYOR  left", true},
        {"The mayor left.", "The mayor leaves.", false},
        {"The mayor left.", "The mayor", false},
        {"", "", true},
        {"...", "...", true},
        {"...", "!!!", false},
        {"...", "word", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        side a = make(rows[i].a), b = make(rows[i].b);
        assert_int_equal(side_same(&a, &b), rows[i].same);
        side_free(&a);
        side_free(&b);
    }
}

static void test_places(void **state)
{
    (void)state;
    side s = make("One two.\nThree four five\nsix");
    size_t end;
    assert_int_equal(side_line(&s, 3, 99, &end), 2);
    assert_int_equal(end, 5);
    assert_int_equal(side_line(&s, 3, 1, &end), 2);
    assert_int_equal(end, 4);
    assert_int_equal(side_line(&s, 5, 99, &end), 5);
    assert_int_equal(end, 6);
    assert_int_equal(side_word_at(&s, 0), 0);
    assert_int_equal(side_word_at(&s, 1), 1);
    assert_int_equal(side_word_at(&s, 9), 2);
    assert_int_equal(side_word_at(&s, 999), 6);
    side_free(&s);
}

// A scan has the words and the furniture of side_make, in memory that a longer text has left.
static void test_scan(void **state)
{
    (void)state;
    static const char text[] =
        "Nettlemouth's pumps failed.\n\n\"We were told,\" said Ines Falk, \"that "
        "they hold.\"\n\nAll rights reserved. Sign up for our newsletter.\n";
    side made = make(text), scan = {0};
    size_t at = 0, n_furniture = 0, n_speech = 0;
    assert_ok(
        side_skim(&scan, view_of("one two\nthree four\nfive six \"seven eight nine ten eleven "
                                 "twelve\" thirteen fourteen fifteen sixteen seventeen"
                                 " eighteen nineteen twenty twenty-one twenty-two")));
    assert_ok(side_scan(&scan, view_of(text), NULL));
    assert_int_equal(scan.words.n, made.words.n);
    assert_int_equal(scan.n_lines, made.n_lines);
    for (size_t i = 0; i < made.words.n; i++) {
        assert_int_equal(scan.mark[i], made.mark[i] & MARK_FURNITURE);
        n_furniture += (made.mark[i] & MARK_FURNITURE) != 0;
        n_speech += (made.mark[i] & MARK_SPEECH) != 0;
    }
    assert_true(n_furniture && n_speech && n_furniture < made.words.n);
    side_free(&made);
    assert_int_equal(side_scan(&scan, view_of("ab\xff"), &at), SHG_EUTF8);
    assert_int_equal(at, 2);
    assert_null(scan.mark);
    assert_int_equal(scan.words.n, 0);
}

// Lines are listed wherever they begin: those of up to 9 words, with breaks at each set of places.
static void test_lines(void **state)
{
    enum { WORDS = 9 };
    (void)state;
    for (unsigned n = 1; n <= WORDS; n++)
        for (unsigned breaks = 0; breaks < 1u << (n - 1); breaks++) {
            char text[2 * WORDS + 1];
            for (unsigned i = 0; i < n; i++) {
                text[2 * i] = 'a';
                text[2 * i + 1] = breaks >> i & 1 ? '\n' : ' ';
            }
            text[2 * n] = 0;
            side s = make(text);
            size_t lines = 0;
            for (unsigned i = 0; i < n; i++)
                if (i == 0 || breaks >> (i - 1) & 1)
                    assert_int_equal(s.line[lines++], i);
            assert_int_equal(s.n_lines, lines);
            assert_int_equal(s.line[lines], n);
            side_free(&s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts), cmocka_unit_test(test_characters_weigh_less),
        cmocka_unit_test(test_faults), cmocka_unit_test(test_same),
        cmocka_unit_test(test_places), cmocka_unit_test(test_scan),
        cmocka_unit_test(test_lines)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
