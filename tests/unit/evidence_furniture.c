// What counts as furniture. Texts mark the words expected to be furniture with [ and ].
#include "t.h"
#include "evidence/side.h"

static const char *const samples[] = {
    "[Jane Roe waves to the crowd in Lund. (AP Photo/John Doe)]\nThe mayor left the hall.",
    "[The hall in Lund on Monday.]\n[(John Doe/Pool Photo via AP)]\nThe mayor left the hall.",
    "The mayor left the hall.\n[© Copyright 2018 Lund Courier. All rights reserved.]",
    "[Sign up for our newsletter]\nThe mayor left the hall.\n[Read more: what the mayor said]",
    "The mayor left the hall.\n[Advertisement]\nShe went home.",
    "[window.ads = window.ads || {}; ads.push({mode: 'thumbs'});]\nThe mayor left the hall.",
    "[Recommended video]\n[The mayor speaks in the hall.]\nShe left the hall.",
    "[A man with a red flag marches through the old town of Lund ... more]\n"
    "[A man with a red flag marches through the old town of Lund on a cold and rainy Monday.]\n"
    "The mayor left the hall.",
    "Mayor leaves the hall early\n[Mayor leaves the hall early]\nShe left.\nShe left.",
    "Der Bürgermeister ging.\n[Alle Rechte vorbehalten.]\n[Lesen Sie auch: Was er sagte]",
    "Мэр ушла домой.\n[Все права защищены.]",
    // prose that only sounds like it
    "She said that she would share the money with the other farmers of the valley next year.",
    "The photo showed the mayor as she left the hall with a bag that was not hers on Monday night.",
};

static void test_samples(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof samples / sizeof *samples; k++) {
        char text[1024], expect[1024];
        size_t n = 0;
        char inside = 0;
        for (const char *p = samples[k]; *p; p++) {
            if (*p == '[' || *p == ']') {
                inside = *p == '[';
                continue;
            }
            text[n] = *p;
            expect[n++] = inside;
        }
        side s;
        assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
        assert_true(s.words.n > 0);
        for (size_t i = 0; i < s.words.n; i++) {
            const word *w = &s.words.w[i];
            if (!(s.mark[i] & MARK_FURNITURE) != !expect[w->begin])
                fail_msg("sample %zu: word %zu \"%.*s\"", k, i, (int)(w->end - w->begin),
                         text + w->begin);
        }
        side_free(&s);
    }
}

// An article stored as one line is not lost to one phrase in it.
static void test_one_line(void **state)
{
    (void)state;
    char text[16384];
    size_t n = (size_t)sprintf(text, "(AP Photo/Jane Roe) ");
    for (int i = 0; i < 500; i++)
        n += (size_t)sprintf(text + n, "word%d ", i);
    n += (size_t)sprintf(text + n, "Sign up for it. All rights reserved.");
    side s;
    assert_ok(side_make(&s, (view){(const uint8_t *)text, n}, NULL));
    assert_true(s.own_words >= 500);
    assert_true(s.own_words < s.words.n);
    side_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples),
                                       cmocka_unit_test(test_one_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
