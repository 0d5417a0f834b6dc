#include "t.h"
#include "evidence/render.h"

#define SHARED "the harbour of Lundby was closed on Tuesday evening after a tanker struck the pier"

static json_t *render(const char *x, const char *y, offset_unit unit, bool with_passages)
{
    side a, b;
    match m;
    assert_ok(side_make(&a, view_of(x), NULL));
    assert_ok(side_make(&b, view_of(y), NULL));
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    json_t *o = render_match(&m, &a, &b, NULL, unit, with_passages);
    assert_non_null(o);
    match_free(&m);
    side_free(&a);
    side_free(&b);
    return o;
}

static json_t *get(json_t *o, const char *key)
{
    json_t *v = json_object_get(o, key);
    if (!v)
        fail_msg("no member %s", key);
    return v;
}

// Every member that the wire contract names, with its type.
static void test_members(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        json_type type;
    } members[] = {
        {"relation", JSON_STRING},          {"score", JSON_REAL},
        {"resemblance", JSON_REAL},         {"containment", JSON_OBJECT},
        {"prose_words", JSON_INTEGER},      {"quoted_words", JSON_INTEGER},
        {"paraphrase_words", JSON_INTEGER}, {"longest", JSON_INTEGER},
        {"furniture_words", JSON_INTEGER},  {"derivation", JSON_OBJECT},
        {"passages", JSON_ARRAY},           {"provenance", JSON_OBJECT},
    };
    json_t *o = render(SHARED, "x " SHARED, OFFSET_UTF8, true);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_int_equal(json_typeof(get(o, members[i].name)), members[i].type);
    assert_true(json_is_false(get(o, "identical")));
    assert_true(json_is_real(get(get(o, "containment"), "query")));
    assert_true(json_is_real(get(get(o, "containment"), "match")));
    assert_true(json_is_string(get(get(o, "derivation"), "level")));
    assert_true(json_is_real(get(get(o, "derivation"), "score")));
    json_t *p = get(o, "provenance");
    assert_string_equal(json_string_value(get(p, "kind")), "unknown");
    assert_true(json_is_null(get(p, "source")));
    assert_int_equal(json_array_size(get(p, "because")), 0);
    json_decref(o);
    o = render(SHARED, SHARED, OFFSET_UTF8, false);
    assert_null(json_object_get(o, "passages"));
    assert_true(json_is_true(get(o, "identical")));
    json_decref(o);
}

static void check_span(json_t *one, const char *key, int begin, int end)
{
    json_t *span = get(one, key);
    assert_int_equal(json_integer_value(json_array_get(span, 0)), begin);
    assert_int_equal(json_integer_value(json_array_get(span, 1)), end);
}

// Crossed passages: the match's offsets do not ascend, and are converted all the same.
static void test_units(void **state)
{
    (void)state;
    const char *first = "𝄞 é “Quote!” " SHARED; // 4 + 2 bytes and two marks of 3 before it
    const char *second = "farmers in the upper valley hope that barley prices recover soon";
    char a[400], b[400];
    int n = (int)strlen(SHARED), m = (int)strlen(second);
    sprintf(a, "%s. %s", first, second);
    sprintf(b, "é %s. %s", second, SHARED);
    static const int before[] = {[OFFSET_UTF8] = 21, [OFFSET_CODEPOINT] = 13, [OFFSET_UTF16] = 14};
    static const int accent[] = {[OFFSET_UTF8] = 3, [OFFSET_CODEPOINT] = 2, [OFFSET_UTF16] = 2};
    for (offset_unit unit = OFFSET_UTF8; unit <= OFFSET_UTF16; unit++) {
        json_t *o = render(a, b, unit, true), *list = get(o, "passages");
        int x = before[unit], y = accent[unit];
        assert_int_equal(json_array_size(list), 2);
        check_span(json_array_get(list, 0), "query", x, x + n);
        check_span(json_array_get(list, 0), "match", y + m + 2, y + m + 2 + n);
        check_span(json_array_get(list, 1), "query", x + n + 2, x + n + 2 + m);
        check_span(json_array_get(list, 1), "match", y, y + m);
        assert_int_equal(json_integer_value(get(json_array_get(list, 0), "words")), 15);
        assert_string_equal(json_string_value(get(json_array_get(list, 0), "kind")), "prose");
        json_decref(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_members),
                                       cmocka_unit_test(test_units)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
