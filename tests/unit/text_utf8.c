// text_utf8.c - RFC 3629 / Table 3-7 of the Unicode Standard, and offsets.
#include "t.h"
#include "text/utf8.h"

#define OK SIZE_MAX

static const struct {
    const char *what, *bytes;
    size_t len, at; // at: OK, or where the first ill-formed sequence begins
} CHECKS[] = {
    {"empty", "", 0, OK},
    {"ASCII with NUL", "a\0b", 3, OK},
    {"U+0080", "\xc2\x80", 2, OK},
    {"U+07FF", "\xdf\xbf", 2, OK},
    {"U+0800", "\xe0\xa0\x80", 3, OK},
    {"U+D7FF", "\xed\x9f\xbf", 3, OK},
    {"U+E000", "\xee\x80\x80", 3, OK},
    {"U+FFFF, a noncharacter", "\xef\xbf\xbf", 3, OK},
    {"U+10000", "\xf0\x90\x80\x80", 4, OK},
    {"U+3FFFF", "\xf0\xbf\xbf\xbf", 4, OK},
    {"U+40000", "\xf1\x80\x80\x80", 4, OK},
    {"U+10FFFF", "\xf4\x8f\xbf\xbf", 4, OK},
    {"stray continuation", "ab\x80", 3, 2},
    {"stray continuation bf", "\xbf", 1, 0},
    {"overlong 2: c0", "a\xc0\x80", 3, 1},
    {"overlong 2: c1", "\xc1\xbf", 2, 0},
    {"overlong 3", "ab\xe0\x9f\xbf", 5, 2},
    {"overlong 4", "\xf0\x8f\xbf\xbf", 4, 0},
    {"surrogate D800", "abc\xed\xa0\x80", 6, 3},
    {"surrogate DFFF", "\xed\xbf\xbf", 3, 0},
    {"above U+10FFFF: f4 90", "\xf4\x90\x80\x80", 4, 0},
    {"lead f5", "x\xf5\x80\x80\x80", 5, 1},
    {"lead ff", "\xff", 1, 0},
    {"lead fe", "\xfe\x80\x80\x80", 4, 0},
    {"cut 2", "abcdefghij\xc3", 11, 10},
    {"cut 3 after 1", "\xe2", 1, 0},
    {"cut 3 after 2", "a\xe2\x80", 3, 1},
    {"cut 4 after 1", "\xf0", 1, 0},
    {"cut 4 after 3", "\xf0\x9f\x98", 3, 0},
    {"ASCII for a continuation, 2", "\xc3(", 2, 0},
    {"ASCII for the second, 3", "\xe2(\x80", 3, 0},
    {"ASCII for the third, 3", "\xe2\x80(", 3, 0},
    {"ASCII for the fourth, 4", "\xf0\x9f\x98(", 4, 0},
    {"lead for a continuation", "\xe2\xc3\xa9", 3, 0},
    {"first of two faults",
     "aaaaaaaa\x80"
     "bbbb\xff",
     14, 8},
    {"after good ones", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xa0\x80", 12, 9},
    {"in the eight after eight", "01234567890123\xc3\xa9\xfe", 17, 16},
};

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CHECKS / sizeof *CHECKS; i++) {
        uint8_t *exact = malloc(CHECKS[i].len + 1); // its end is the end of the memory
        memcpy(exact + 1, CHECKS[i].bytes, CHECKS[i].len);
        size_t at = 12345;
        shg_err e = utf8_check((view){exact + 1, CHECKS[i].len}, &at);
        size_t want = CHECKS[i].at == OK ? 12345 : CHECKS[i].at;
        if (e != (CHECKS[i].at == OK ? SHG_OK : SHG_EUTF8) || at != want)
            fail_msg("%s: %s at %zu", CHECKS[i].what, shg_err_name(e), at);
        assert_int_equal(utf8_check((view){exact + 1, CHECKS[i].len}, NULL), e);
        free(exact);
    }
    assert_int_equal(utf8_check((view){NULL, 0}, NULL), SHG_OK);
}

// Every sequence of two bytes, and every lead with every second before good ones:
// what passes is exactly what the table lists.
static void test_check_all_pairs(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            uint8_t bytes[4] = {(uint8_t)a, (uint8_t)b, 0x80, 0x80};
            size_t len = a < 0x80 ? 2 : a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
            bool want = a < 0x80 ? b < 0x80
                                 : a >= 0xc2 && a <= 0xf4 &&
                                       b >= (a == 0xe0   ? 0xa0u
                                             : a == 0xf0 ? 0x90u
                                                         : 0x80u) &&
                                       b <= (a == 0xed   ? 0x9fu
                                             : a == 0xf4 ? 0x8fu
                                                         : 0xbfu);
            if ((utf8_check((view){bytes, len}, NULL) == SHG_OK) != want)
                fail_msg("%02x %02x", a, b);
        }
    }
}

static void test_next(void **state)
{
    (void)state;
    static const uint32_t WANT[] = {0x41, 0xe9, 0x20ac, 0x1f600, 0x10ffff, 0x7ff, 0xffff};
    const uint8_t text[] =
        "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf\xdf\xbf\xef\xbf\xbf";
    const uint8_t *p = text, *end = text + sizeof text - 1;
    for (size_t i = 0; i < sizeof WANT / sizeof *WANT; i++)
        assert_int_equal(utf8_next(&p, end), WANT[i]);
    assert_ptr_equal(p, end);
}

static void test_offsets(void **state)
{
    (void)state;
    // A é € 😀 B: bytes 0 1 3 6 10, end 11
    view text = view_of("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"
                        "B");
    static const size_t AT[] = {0, 1, 3, 3, 6, 10, 11, 500};
    static const size_t POINT[] = {0, 1, 2, 2, 3, 4, 5, 5};
    static const size_t UNIT[] = {0, 1, 2, 2, 3, 5, 6, 6};
    static const size_t BYTE[] = {0, 1, 3, 3, 6, 10, 11, 11};
    const struct {
        offset_unit unit;
        const size_t *want;
    } cases[] = {{OFFSET_CODEPOINT, POINT}, {OFFSET_UTF16, UNIT}, {OFFSET_UTF8, BYTE}};
    for (size_t i = 0; i < 3; i++) {
        size_t at[8];
        memcpy(at, AT, sizeof at);
        offsets_convert(text, cases[i].unit, at, 8);
        assert_memory_equal(at, cases[i].want, sizeof at);
    }
    offsets_convert(text, OFFSET_UTF16, NULL, 0);
    size_t past = 3;
    offsets_convert((view){NULL, 0}, OFFSET_CODEPOINT, &past, 1);
    assert_int_equal(past, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_check_all_pairs),
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_offsets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
