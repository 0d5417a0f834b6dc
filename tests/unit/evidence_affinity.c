#include "t.h"
#include "evidence/affinity.h"
#include "evidence/terms.h"

#include <math.h>
#include <stdlib.h>

static affinity find(const char *source, const char *made)
{
    side a, b;
    affinity f;
    assert_ok(side_make(&a, view_of(source), NULL));
    assert_ok(side_make(&b, view_of(made), NULL));
    assert_ok(affinity_find(&f, &a, &b));
    side_free(&a);
    side_free(&b);
    return f;
}

static void near(double x, double y)
{
    assert_true(fabs(x - y) < 1e-12);
}

// "abcdefgh" has the grams abcde, bcdef, cdefg, defgh; "xabcdef" xabcd, abcde, bcdef.
static void test_grams(void **state)
{
    (void)state;
    affinity f = find("abcdefgh", "xabcdef");
    near(f.x[AFFINITY_GRAMS], 2. / 3);
    near(f.x[AFFINITY_RESEMBLANCE], sqrt(2. / 5));
    near(find("xabcdef", "abcdefgh").x[AFFINITY_GRAMS], 2. / 4);
    near(f.x[AFFINITY_MADE_LENGTH], log(8));
    near(f.x[AFFINITY_SOURCE_LENGTH], log(9));
    near(find("ab cde fgh", "xab, Cdef").x[AFFINITY_GRAMS], 2. / 3); // across words
    near(find("aaaaaaaaa", "aaaaaa").x[AFFINITY_RESEMBLANCE], 1);    // each once
    near(find("abcd", "abcd").x[AFFINITY_GRAMS], 0);                 // too short for one
    near(find("", "abcdefgh").x[AFFINITY_GRAMS], 0);
}

static void test_words(void **state)
{
    (void)state;
    // once in made: tram, depot, mill; once in the source too: depot
    affinity f = find("the tram, the tram, the depot", "the tram and the depot and the mill");
    near(f.x[AFFINITY_ONCE], 1. / 3);
    const char *const both[] = {"the", "tram", "depot"};
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += terms_idf(hash_key(view_of(both[i])));
    near(f.x[AFFINITY_SHARED], log1p(sum));
}

// Two stretches of 60 grams: 124 letters, of which the source has the first 60.
static void test_known(void **state)
{
    (void)state;
    char made[125], source[61];
    for (size_t i = 0; i < 124; i++)
        made[i] = (char)('a' + (i * i * 7 + i / 26 * 11) % 26);
    made[124] = 0;
    memcpy(source, made, 60);
    source[60] = 0;
    near(find(source, made).x[AFFINITY_KNOWN], .5);
    near(find(made, made).x[AFFINITY_KNOWN], 1);
    near(find("zzzzzzzz", made).x[AFFINITY_KNOWN], 0);
}

static void test_scripts(void **state)
{
    (void)state;
    assert_true(find("", "قررت بلدية المدينة إغلاق المستودع القديم").consonantal);
    assert_true(find("", "עיריית העיר החליטה לסגור את המחסן").consonantal);
    assert_false(find("", "Der Stadtrat schließt das alte Depot").consonantal);
    assert_false(find("قررت بلدية المدينة", "Городской совет закрыл депо").consonantal);
    assert_false(find("", "").consonantal);
}

// The page's own lines are left out; what only frequencies call so is not.
static void test_furniture(void **state)
{
    (void)state;
    side a, b;
    affinity all, rest, repeated;
    const char *text = "alpha bravo charlie delta echo foxtrot golf hotel india juliet";
    assert_ok(side_make(&a, view_of(text), NULL));
    assert_ok(side_make(&b, view_of(text), NULL));
    assert_ok(affinity_find(&all, &a, &b));
    side_add_mark(&b, 0, 5, MARK_FURNITURE | MARK_REPEATED);
    assert_ok(affinity_find(&repeated, &a, &b));
    side_add_mark(&a, 5, 10, MARK_FURNITURE);
    assert_ok(affinity_find(&rest, &a, &b));
    assert_memory_equal(&all.x, &repeated.x, sizeof all.x);
    assert_true(rest.x[AFFINITY_GRAMS] < .6 && rest.x[AFFINITY_GRAMS] > .4);
    near(rest.x[AFFINITY_SOURCE_LENGTH], log1p(26));
    side_free(&a);
    side_free(&b);
}

// Made-up text of n words, of which some texts share many.
static void make_text(char *out, size_t n, uint64_t *seed)
{
    *out = 0;
    while (n-- > 0)
        out += sprintf(out, "w%x ", (unsigned)(t_random(seed) % (n % 3 ? 400 : 40000)));
}

// What is kept of a source says of each text what a new one would, whichever came before.
static void test_kept(void **state)
{
    (void)state;
    static const size_t n_words[] = {30, 200, 1, 900, 0, 200, 30, 900};
    static char text_a[8192], text_b[8192];
    uint64_t seed = t_seed();
    side a;
    make_text(text_a, 300, &seed);
    assert_ok(side_make(&a, view_of(text_a), NULL));
    affinity_source of_a = {.of = &a};
    for (size_t i = 0; i < 4 * sizeof n_words / sizeof *n_words; i++) {
        affinity kept, anew;
        side b;
        make_text(text_b, n_words[i % (sizeof n_words / sizeof *n_words)], &seed);
        assert_ok(side_make(&b, view_of(text_b), NULL));
        assert_ok(affinity_find_of(&kept, &of_a, &b));
        assert_ok(affinity_find(&anew, &a, &b));
        assert_memory_equal(&kept.x, &anew.x, sizeof kept.x);
        assert_int_equal(kept.consonantal, anew.consonantal);
        side_free(&b);
    }
    affinity_source_free(&of_a);
    side_free(&a);
}

// Words of GRAM letters whose grams, or which themselves, begin at few places of a small table:
// their hashes are public.
static void pile_up(char *out, size_t n, bool of_words)
{
    char letters[GRAM + 1] = {0};
    for (uint64_t i = 0; n > 0; i++) {
        uint64_t hash = 0, rest = i;
        for (size_t k = 0; k < GRAM; k++, rest /= 26) {
            letters[k] = (char)('a' + rest % 26);
            hash = hash * 0x01000193 + (uint8_t)letters[k] + 1;
        }
        hash = of_words ? hash_key(view_of(letters)) : hash;
        hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
        if ((hash ^ hash >> 32) % 4096 == 0) {
            out += sprintf(out, "%s ", letters);
            n--;
        }
    }
}

// What is left out where hashes are piled up does not depend on which texts came before, either.
static void test_piled(void **state)
{
    (void)state;
    enum { WORD = GRAM + 1, WORDS = 300, SKIPPED = 150 };
    static char text[(WORDS + SKIPPED) * WORD + 1], longer[16384];
    uint64_t seed = t_seed();
    make_text(longer, 2000, &seed);
    for (int of_words = 0; of_words < 2; of_words++) {
        side a, b, c;
        affinity kept, anew;
        pile_up(text, WORDS + SKIPPED, of_words);
        assert_ok(side_make(&a, (view){(const uint8_t *)text, WORDS * WORD}, NULL));
        assert_ok(side_make(&b, view_of(longer), NULL));
        assert_ok(side_make(&c, view_of(text + SKIPPED * WORD), NULL));
        affinity_source of_a = {.of = &a};
        assert_ok(affinity_find_of(&kept, &of_a, &b));
        assert_ok(affinity_find_of(&kept, &of_a, &c));
        assert_ok(affinity_find(&anew, &a, &c));
        assert_memory_equal(&kept.x, &anew.x, sizeof kept.x);
        affinity_source_free(&of_a);
        side_free(&a);
        side_free(&b);
        side_free(&c);
    }
}

// A text over the bound is read up to it, and one word repeated costs no more than others.
static void test_bound(void **state)
{
    (void)state;
    size_t n = 3 * (size_t)AFFINITY_MOST;
    char *text = malloc(n + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        text[i] = "aaaaaaa "[i % 8];
    text[n] = 0;
    affinity f = find(text, text);
    near(f.x[AFFINITY_MADE_LENGTH], log1p(AFFINITY_MOST));
    near(f.x[AFFINITY_GRAMS], 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grams),     cmocka_unit_test(test_words),
        cmocka_unit_test(test_known),     cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_furniture), cmocka_unit_test(test_kept),
        cmocka_unit_test(test_piled),     cmocka_unit_test(test_bound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
