// flat.h: what it takes is what jansson reads; what it leaves is left to jansson; quoting is its.
#include "t.h"
#include "base/flat.h"
#include "text/utf8.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool whole(const char *json, flat_member *last)
{
    flat f;
    flat_member m;
    flat_open(&f, view_of(json));
    while (flat_next(&f, &m))
        *last = m;
    return flat_whole(&f);
}

static void takes_the_flat_form(void **state)
{
    (void)state;
    flat_member m = {0};
    uint8_t out[64];
    assert_true(whole("{}", &m) && whole(" \r\n\t{ } ", &m));
    assert_true(whole("{\"a\":\"b\"}", &m));
    assert_true(view_eq(m.name, view_of("a")) && view_eq(m.raw, view_of("b")) && !m.escaped);
    assert_true(whole("{\"a\" : null , \"n\": -12 }", &m));
    assert_int_equal(m.kind, FLAT_INTEGER);
    assert_int_equal(m.number, -12);
    assert_true(whole("{\"t\":true}", &m) && m.kind == FLAT_BOOL && m.number == 1);
    assert_true(whole("{\"t\":\"\\u00e9\\ud83d\\ude00\\n\\/\"}", &m) && m.escaped);
    size_t n = flat_decode(out, m.raw);
    assert_true(view_eq((view){out, n}, view_of("\xc3\xa9\xf0\x9f\x98\x80\n/")));
    assert_true(whole("{\"l\":[ \"a\" , \"\\\"b\" ]}", &m) && m.kind == FLAT_STRINGS);
    view entry;
    assert_true(flat_entry(&m.raw, &entry) && view_eq(entry, view_of("a")));
    assert_true(flat_entry(&m.raw, &entry) && view_eq(entry, view_of("\\\"b")));
    assert_false(flat_entry(&m.raw, &entry));
}

static void leaves_the_rest(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "{",
        "[]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":1}x",
        "{\"a\":1}{}",
        "{\"a\":01}",
        "{\"a\":1.5}",
        "{\"a\":1e3}",
        "{\"a\":-}",
        "{\"a\":1234567890123456789}",
        "{\"a\":{}}",
        "{\"a\":[1]}",
        "{\"a\":[[]]}",
        "{\"a\":[\"b\",]}",
        "{\"a\":nul}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u0000\"}",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":\"\\ude00\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"b",
        "{\"a\\n\":1}",
        "{\"a\":tru",
        "{\"a\":\"\\",
    };
    flat_member m;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (whole(others[i], &m))
            fail_msg("%s was taken", others[i]);
}

// All of one member, as jansson has it.
static void agrees(const flat_member *m, json_t *object)
{
    char name[256];
    uint8_t out[4096];
    assert_true(m->name.len < sizeof name);
    memcpy(name, m->name.p, m->name.len);
    name[m->name.len] = 0;
    json_t *v = json_object_get(object, name);
    assert_non_null(v);
    if (m->kind == FLAT_NULL)
        assert_true(json_is_null(v));
    if (m->kind == FLAT_BOOL)
        assert_int_equal(json_is_true(v), m->number);
    if (m->kind == FLAT_INTEGER)
        assert_int_equal(json_integer_value(v), m->number);
    if (m->kind == FLAT_STRING) {
        size_t n = flat_decode(out, m->raw);
        assert_true(m->escaped || view_eq(m->raw, (view){out, n}));
        assert_true(view_eq((view){out, n}, view_of(json_string_value(v))));
    }
    if (m->kind == FLAT_STRINGS) {
        view list = m->raw, raw;
        for (size_t i = 0; i < json_array_size(v); i++) {
            assert_true(flat_entry(&list, &raw));
            size_t n = flat_decode(out, raw);
            assert_true(view_eq((view){out, n}, view_of(json_string_value(json_array_get(v, i)))));
        }
        assert_false(flat_entry(&list, &raw));
    }
}

// True where the flat reader took it.
static bool against_jansson(const uint8_t *p, size_t len)
{
    flat f;
    flat_member m[64];
    size_t n = 0, at;
    if (utf8_check((view){p, len}, &at))
        return false;
    flat_open(&f, (view){p, len});
    while (n < 64 && flat_next(&f, &m[n]))
        n++;
    if (!flat_whole(&f))
        return false;
    json_t *o = json_loadb((const char *)p, len, JSON_REJECT_DUPLICATES, NULL);
    json_t *twice = o ? NULL : json_loadb((const char *)p, len, 0, NULL);
    if (!o && !twice)
        fail_msg("jansson does not take %.*s", (int)len, (const char *)p);
    for (size_t i = 0; o && i < n; i++)
        agrees(&m[i], o);
    assert_true(!o || json_object_size(o) == n);
    json_decref(o);
    json_decref(twice);
    return true;
}

static void spoiled_lines_read_as_jansson_does(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "{\"uri\":\"https://quay.example/1\",\"title\":\"\\u201cQuay\\u201d "
        "\\\"shut\\\"\",\"n\":12,\"x\":null}",
        "{\"a\":[\"A. One\",\"B\\tTwo\"],\"t\":true,\"text\":\"one\\ntwo \xe2\x80\x94 "
        "three\",\"e\":\"\"}",
        "{ \"z\" : [] , \"y\" : -0, \"long\":\"0123456789abcdef0123456789abcdef\\\\\" }",
    };
    static const char pieces[] = "{}[]\",:\\u0dn tf1-.eE\x01\xc3\xa9";
    uint64_t seed = t_seed();
    size_t taken = 0;
    for (int round = 0; round < 60000; round++) {
        uint8_t *line = (uint8_t *)strdup(lines[round % 3]);
        size_t len = strlen((char *)line);
        for (int k = round % 4; k-- > 0;)
            line[t_random(&seed) % len] = (uint8_t)pieces[t_random(&seed) % (sizeof pieces - 1)];
        uint8_t *tight = malloc(len); // the sanitizer sees a byte too many
        memcpy(tight, line, len);
        taken += against_jansson(tight, len - (round % 7 == 6 ? t_random(&seed) % len : 0));
        free(tight);
        free(line);
    }
    assert_true(taken > 15000);
}

static void quotes_as_jansson_does(void **state)
{
    (void)state;
    char all[128 + 8];
    size_t n = 0;
    for (int c = 1; c < 128; c++)
        all[n++] = (char)c;
    memcpy(all + n, "\xe2\x80\x9c", 4);
    json_t *s = json_string(all);
    char *want = json_dumps(s, JSON_ENCODE_ANY | JSON_COMPACT);
    buf got = {0};
    flat_quote(&got, view_of(all));
    assert_true(view_eq(buf_view(&got), view_of(want)));
    buf_fini(&got);
    free(want);
    json_decref(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_flat_form),
        cmocka_unit_test(leaves_the_rest),
        cmocka_unit_test(spoiled_lines_read_as_jansson_does),
        cmocka_unit_test(quotes_as_jansson_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
