// bench/articles/articles.h: the same bytes everywhere, valid, of the sizes and kinds it says.
#include "t.h"
#include "articles.h"
#include "text/utf8.h"

#include <jansson.h>
#include <xxhash.h>

enum { MANY = 4000 };

static articles *made;
static article one, other;

static int set_up(void **state)
{
    (void)state;
    made = articles_new(1);
    return !made;
}

static int tear_down(void **state)
{
    (void)state;
    articles_free(&made);
    return 0;
}

// Whoever changes a byte of any article changes ARTICLES_VERSION with this number.
static void test_bytes_stay(void **state)
{
    XXH3_state_t *h = XXH3_createState();
    (void)state;
    XXH3_64bits_reset(h);
    for (uint64_t i = 0; i < 1000; i++) {
        articles_make(made, i, &one);
        XXH3_64bits_update(h, one.header, one.header_len);
        XXH3_64bits_update(h, one.text, one.text_len);
    }
    assert_string_equal(ARTICLES_VERSION, "articles-1");
    assert_int_equal(XXH3_64bits_digest(h), 0xaeea7296665a209bull);
    XXH3_freeState(h);
}

static void test_each_is_made_from_its_number_alone(void **state)
{
    articles *again = articles_new(1), *seed2 = articles_new(2);
    (void)state;
    articles_make(made, 1234, &one);
    articles_make(again, 1234, &other);
    assert_int_equal(one.text_len, other.text_len);
    assert_memory_equal(one.text, other.text, one.text_len);
    assert_memory_equal(one.header, other.header, one.header_len);
    articles_make(seed2, 1234, &other);
    assert_true(one.text_len != other.text_len || memcmp(one.text, other.text, one.text_len));
    articles_free(&again);
    articles_free(&seed2);
}

static void test_records_and_texts_are_valid(void **state)
{
    json_t *seen = json_object();
    char uri[ARTICLES_HEADER_MOST];
    size_t bytes = 0;
    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        articles_make(made, i, &one);
        json_t *r = json_loadb(one.header, one.header_len, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(r);
        articles_uri(made, i, uri, sizeof uri);
        assert_string_equal(json_string_value(json_object_get(r, "uri")), uri);
        assert_null(json_object_get(seen, uri));
        json_object_set_new(seen, uri, json_true());
        json_decref(r);
        size_t at;
        assert_ok(utf8_check((view){(uint8_t *)one.text, one.text_len}, &at));
        assert_in_range(one.text_len, 250, 13000);
        bytes += one.text_len;
    }
    assert_in_range(bytes / MANY, 2600, 3200);
    json_decref(seen);
}

static bool holds(const article *a, const char *p, size_t n)
{
    return memmem(a->text, a->text_len, p, n) != NULL;
}

// Copies and excerpts hold pieces of their source; a third of all take from another.
static void test_derived_ones_share_text_with_their_source(void **state)
{
    unsigned n[ARTICLE_QUOTES + 1] = {0}, shared = 0;
    (void)state;
    for (uint64_t i = 0; i < MANY; i++) {
        uint64_t source;
        articles_kind kind = articles_kind_of(made, i, &source);
        n[kind]++;
        assert_true(kind == ARTICLE_ORIGINAL ? source == i : source < i);
        if (kind != ARTICLE_COPY)
            continue;
        articles_make(made, i, &one);
        articles_make(made, source, &other);
        for (size_t at = other.text_len / 4; at < other.text_len / 2; at += 40)
            if (holds(&one, other.text + at, 40)) {
                shared++;
                break;
            }
    }
    assert_in_range(MANY - n[ARTICLE_ORIGINAL], MANY * 29 / 100, MANY * 35 / 100);
    assert_in_range(n[ARTICLE_COPY], MANY / 10, MANY * 14 / 100);
    assert_true(n[ARTICLE_EXCERPT] && n[ARTICLE_REWRITE] && n[ARTICLE_QUOTES]);
    assert_int_equal(shared, n[ARTICLE_COPY]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_stay),
        cmocka_unit_test(test_each_is_made_from_its_number_alone),
        cmocka_unit_test(test_records_and_texts_are_valid),
        cmocka_unit_test(test_derived_ones_share_text_with_their_source),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
