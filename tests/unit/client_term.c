// client_term - text for terminals: what is kept off them, wrapping, marks; time and lists.
#include "t.h"

#include "cli.h"
#include "term.h"

static char *written;
static size_t written_len;

static term open_term(unsigned width, bool colour)
{
    term t = {.f = open_memstream(&written, &written_len), .width = width, .colour = colour};
    assert_non_null(t.f);
    return t;
}

static void assert_written(term *t, const char *want)
{
    fclose(t->f);
    assert_string_equal(written, want);
    free(written);
}

static void controls_stay_off(void **state)
{
    (void)state;
    term t = open_term(80, false);
    term_say(&t, STYLE_NAME, "a%s|%s|%s|%s\n", "\033[31mred", "bell\a\b",
             "\xc2\x9b"
             "31m",
             "\xe2\x80\xae"
             "evil");
    term_put(&t, STYLE_PLAIN, view_of("tab\tline\nbad\xff"));
    term_say(&t, STYLE_PLAIN, "\n\n%s\n", "no\nbreak\n");
    term_say(&t, STYLE_PLAIN, "\n");
    assert_written(&t, "a[31mred|bell|31m|evil\ntab line bad\xef\xbf\xbd\n\nno break \n\n");
}

static void colours(void **state)
{
    (void)state;
    term t = open_term(80, true);
    term_say(&t, STYLE_BAD, "x");
    term_say(&t, STYLE_PLAIN, "y\n");
    assert_written(&t, "\033[31mx\033[0my\n");
}

static void cells(void **state)
{
    (void)state;
    term t = open_term(80, false);
    term_cell(&t, STYLE_PLAIN, "ab", 4);
    term_cell(&t, STYLE_PLAIN, "abcdef", 4);
    term_cell(&t, STYLE_PLAIN, "新聞社", 4); // two columns each
    term_cell(&t, STYLE_PLAIN, "", 1);
    assert_written(&t, "ab  abc…新…  ");
    assert_int_equal(term_columns(view_of("新a")), 3);
}

static void wrapping(void **state)
{
    (void)state;
    term t = open_term(20, false);
    stretch s[] = {{view_of("one two\n three "), STYLE_PLAIN},
                   {view_of("four five six"), STYLE_PROSE},
                   {view_of(". seven"), STYLE_PLAIN}};
    term_wrap(&t, "> ", "  ", s, 3);
    assert_written(&t, "> one two three\n  [[four five six]].\n  seven\n");
    t = open_term(20, false);
    stretch wide = {view_of("新聞社新聞社新聞社新聞社"), STYLE_PLAIN};
    term_wrap(&t, "", "", &wide, 1);
    assert_written(&t, "新聞社新聞社新聞社新\n聞社\n");
    t = open_term(20, false);
    stretch empty = {view_of("  "), STYLE_PLAIN};
    term_wrap(&t, "   ", "   ", &empty, 1);
    assert_written(&t, "\n");
}

static void wrapping_in_colour(void **state)
{
    (void)state;
    term t = open_term(10, true);
    stretch s[] = {{view_of("one "), STYLE_PLAIN}, {view_of("two three four"), STYLE_BAD}};
    term_wrap(&t, "", "| ", s, 2);
    assert_written(&t, "one \033[0m\033[31mtwo\033[0m\n"
                       "| \033[0m\033[31mthree\033[0m\n"
                       "| \033[0m\033[31mfour\033[0m\n");
}

static void times_and_ages(void **state)
{
    (void)state;
    char out[40];
    assert_true(cli_time("2017-03-12", out, sizeof out));
    assert_string_equal(out, "2017-03-12T00:00:00Z");
    assert_true(cli_time("2017-03-12T18:05:00+01:00", out, sizeof out));
    assert_string_equal(out, "2017-03-12T17:05:00Z");
    static const char *const ages[] = {"30m", "36h", "0d", "2w"};
    for (size_t i = 0; i < 4; i++)
        assert_true(cli_time(ages[i], out, sizeof out));
    static const char *const none[] = {"", "d", "3", "-3d", "3dd", "yesterday", "99999999999d"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(cli_time(none[i], out, sizeof out));
}

static void lists(void **state)
{
    (void)state;
    json_t *a = cli_split("copy, quotes,,template");
    char *text = json_dumps(a, JSON_COMPACT);
    assert_string_equal(text, "[\"copy\",\"quotes\",\"template\"]");
    free(text);
    json_decref(a);
}

static void suggestions(void **state)
{
    (void)state;
    static const char *const names[] = {"query", "compare", "story", "stats", NULL};
    assert_string_equal(args_nearest("qurey", names), "query");
    assert_string_equal(args_nearest("stat", names), "stats");
    assert_string_equal(args_nearest("comp", names), "compare");
    assert_null(args_nearest("frobnicate", names));
    assert_null(args_nearest("x", names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(controls_stay_off),
        cmocka_unit_test(colours),
        cmocka_unit_test(cells),
        cmocka_unit_test(wrapping),
        cmocka_unit_test(wrapping_in_colour),
        cmocka_unit_test(times_and_ages),
        cmocka_unit_test(lists),
        cmocka_unit_test(suggestions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
