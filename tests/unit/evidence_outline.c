// evidence_outline.c - what an outline holds, and that what is none is told.
#include "t.h"
#include "evidence/outline.h"
#include "evidence/side.h"

#include <math.h>

static const char *const prose =
    "The harbour board of Quillhaven said the tide gauge at Nettlemouth "
    "had stuck and the harbour stayed shut. The board said so twice.";

static void make(buf *out, side *s, const char *text)
{
    assert_ok(side_make(s, view_of(text), NULL));
    hash_list list = words_hashes(&s->words);
    outline_make(out, &list, s->terms.square);
    assert_ok(buf_err(out));
}

static void test_codes(void **state)
{
    (void)state;
    buf b = {0};
    side s;
    outline o = {0};
    size_t rare = 0;
    make(&b, &s, prose);
    assert_ok(outline_read(&o, buf_view(&b)));
    assert_int_equal(o.n, s.words.n);
    assert_int_equal(o.n, 23);
    for (uint32_t i = 0; i < o.n; i++) {
        bool often = terms_is_often(terms_often_get(), s.words.hash[i]);
        assert_int_equal(o.code[i], outline_code(terms_often_get(), s.words.hash[i]));
        assert_int_equal(o.code[i] < OUTLINE_RARE, often);
        assert_in_range(o.code[i], 0, OUTLINE_CODES - 1);
        rare += !often;
    }
    assert_int_equal(b.len, 6 + 12 + rare);
    assert_int_equal(o.code[0], o.code[6]);  // the
    assert_int_equal(o.code[1], o.code[15]); // harbour
    assert_true(o.code[0] < OUTLINE_RARE && o.code[1] >= OUTLINE_RARE);
    assert_true(o.square <= s.terms.square && o.square > s.terms.square * .99999);
    outline_fini(&o);
    side_free(&s);
    buf_fini(&b);
}

static void test_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "... !", "The harbour 北京 was shut"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf b = {0};
        side s;
        make(&b, &s, texts[i]);
        assert_int_equal(b.len, 0);
        side_free(&s);
        buf_fini(&b);
    }
}

// Cut or longer, or with other counts: read within its bytes, or told.
static void test_damaged(void **state)
{
    (void)state;
    uint64_t r = t_seed();
    buf b = {0};
    side s;
    outline o = {0};
    make(&b, &s, prose);
    for (size_t n = 0; n < b.len; n++) {
        uint8_t *cut = malloc(n + 1);
        if (n)
            memcpy(cut, b.p, n);
        assert_int_equal(outline_read(&o, (view){cut, n}), SHG_ECORRUPT);
        free(cut);
    }
    for (int k = 0; k < 5000; k++) {
        uint8_t *other = malloc(b.len);
        memcpy(other, b.p, b.len);
        other[t_random(&r) % b.len] ^= (uint8_t)(1 + t_random(&r) % 255);
        shg_err e = outline_read(&o, (view){other, b.len});
        assert_true(e == SHG_OK || e == SHG_ECORRUPT);
        free(other);
    }
    buf_add8(&b, 7);
    assert_int_equal(outline_read(&o, buf_view(&b)), SHG_ECORRUPT);
    outline_fini(&o);
    side_free(&s);
    buf_fini(&b);
}

// The cosine of the outline is never below that of the texts; where no codes clash it is that.
static void test_cosine(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "The harbour board of Quillhaven said the tide gauge at Nettlemouth was mended.",
        "A goose crossed the road at Plumstead Ferry while nobody looked.",
        "harbour harbour harbour board board gauge", "the of and in to"};
    buf b = {0};
    side a, s;
    outline_terms t;
    outline o = {0};
    make(&b, &a, prose);
    assert_ok(outline_terms_open(&t, &a.terms));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_reset(&b);
        make(&b, &s, texts[i]);
        assert_ok(outline_read(&o, buf_view(&b)));
        double cosine = terms_cosine(&a.terms, &s.terms), most = outline_cosine(&t, &o);
        assert_true(most >= cosine);
        assert_true(most < cosine + .01);
        assert_true(outline_cosine(&t, &o) == most); // nothing is left of the one before
        side_free(&s);
    }
    outline_terms_close(&t);
    outline_fini(&o);
    side_free(&a);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_cosine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
