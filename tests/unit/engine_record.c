// record.h: names and aliases, what counts as absent, dates, and each refusal.
#include "t.h"
#include "engine/header.h"
#include "engine/record.h"

// By both ways in: they must give the same.
static shg_err read_by(record *out, const char *json, view body, refusal *r, bool flatly)
{
    static json_t *h;
    static record_source s;
    record_source_fini(&s);
    json_decref(h);
    h = NULL;
    if (flatly && !record_source_flat(&s, view_of(json)))
        return SHG_EINTERNAL;
    if (!flatly) {
        h = json_loads(json, 0, NULL);
        assert_non_null(h);
        assert_ok(record_source_json(&s, h));
    }
    return record_read(out, &s, body, RECORD_URI | RECORD_TEXT, r);
}

static char *dump_of(const record *rec, size_t *len)
{
    buf to = {0};
    record_write(&to, rec);
    assert_ok(buf_err(&to));
    *len = to.len - 1;
    return (char *)to.p;
}

static void same(record *a, record *b)
{
    size_t len_a, len_b;
    char *x = dump_of(a, &len_a), *y = dump_of(b, &len_b);
    assert_string_equal(x, y);
    assert_int_equal(len_a, len_b);
    assert_int_equal(a->published_ms, b->published_ms);
    assert_int_equal(a->published_unread, b->published_unread);
    assert_true(view_eq(a->text, b->text));
    free(x);
    free(y);
}

static record read_ok(const char *json, const char *body)
{
    record rec, other;
    refusal r = {0};
    shg_err e = read_by(&rec, json, view_of(body), &r, true);
    if (e == SHG_EINTERNAL) { // not of the flat form
        assert_ok(read_by(&rec, json, view_of(body), &r, false));
        return rec;
    }
    if (e)
        fail_msg("%s refused: %s (%s)", json, shg_err_name(e), r.detail);
    assert_ok(read_by(&other, json, view_of(body), &r, false));
    same(&rec, &other);
    record_free(&other);
    return rec;
}

static void refuses(const char *json, view body, shg_err want, const char *named)
{
    record rec;
    refusal r = {0}, other = {0};
    assert_int_equal(read_by(&rec, json, body, &r, false), want);
    assert_int_equal(r.err, want);
    if (!strstr(r.detail, named))
        fail_msg("\"%s\" does not name %s", r.detail, named);
    shg_err e = read_by(&rec, json, body, &other, true);
    if (e != SHG_EINTERNAL)
        assert_memory_equal(&r, &other, sizeof r);
}

static void is_field(const char *json, const char *name, const char *want)
{
    record rec = read_ok(json, "A text.");
    view v = record_get(&rec, record_find(name));
    if (!view_eq(v, view_of(want)))
        fail_msg("%s: %s is \"%.*s\", not \"%s\"", json, name, (int)v.len, v.p, want);
    record_free(&rec);
}

static void takes_names_in_their_order(void **state)
{
    (void)state;
    is_field("{\"id\":\"i\"}", "uri", "i");
    is_field("{\"link\":\"l\",\"url\":\"u\"}", "uri", "u");
    is_field("{\"link\":\"l\",\"uri\":\"x\"}", "uri", "x");
    is_field("{\"uri\":\"x\",\"title\":\"t\"}", "headline", "t");
    is_field("{\"uri\":\"x\",\"title\":\"t\",\"headline\":\"h\"}", "headline", "h");
    is_field("{\"uri\":\"x\",\"source_domain\":\"d\",\"hostname\":\"n\"}", "publisher", "d");
    is_field("{\"uri\":\"x\",\"authors\":[\"A. One\",\"B. Two\"]}", "by", "A. One, B. Two");
    is_field("{\"uri\":\"x\",\"inLanguage\":\"de\"}", "language", "de");
    is_field("{\"uri\":\"x\",\"creditLine\":\"c\"}", "creditLine", "c");
}

static void absent_is_written_in_many_ways(void **state)
{
    (void)state;
    is_field("{\"uri\":\"None\",\"id\":\"null\",\"url\":\"\",\"link\":\"l\"}", "uri", "l");
    is_field("{\"uri\":\"x\",\"headline\":null,\"title\":\"t\"}", "headline", "t");
    is_field("{\"uri\":\"x\",\"by\":[],\"author\":\"A\"}", "by", "A");
    refuses("{\"uri\":\"None\"}", view_of("A text."), SHG_ENOURI, "uri");
}

static void publisher_defaults_to_the_host(void **state)
{
    (void)state;
    is_field("{\"uri\":\"https://www.Harbour.example/a?b\"}", "publisher", "harbour.example");
    is_field("{\"uri\":\"http://me@harbour.example:80/a\"}", "publisher", "harbour.example");
    is_field("{\"uri\":\"https://harbour.example\"}", "publisher", "harbour.example");
    is_field("{\"uri\":\"harbour.example/a\"}", "publisher", "");
    is_field("{\"uri\":\"https:///a\"}", "publisher", "");
    is_field("{\"uri\":\"https://a.example/\",\"source\":\"B\"}", "publisher", "B");
}

static void dates_are_read_or_kept(void **state)
{
    (void)state;
    is_field("{\"uri\":\"x\",\"date\":\"2017-03-12 18:05:00\"}", "published",
             "2017-03-12T18:05:00Z");
    record rec = read_ok("{\"uri\":\"x\",\"date\":\"last Tuesday\"}", "A text.");
    assert_true(view_eq(record_get(&rec, REC_PUBLISHED), view_of("last Tuesday")));
    assert_true(rec.published_ms == INT64_MIN);
    assert_true(rec.published_unread);
    record_free(&rec);
}

static void text_comes_from_the_body_first(void **state)
{
    (void)state;
    record rec = read_ok("{\"uri\":\"x\",\"text\":\"from the header\"}", "from the body");
    assert_true(view_eq(rec.text, view_of("from the body")));
    record_free(&rec);
    rec = read_ok("{\"uri\":\"x\",\"maintext\":\"m\",\"content\":\"c\"}", "");
    assert_true(view_eq(rec.text, view_of("m")));
    record_free(&rec);
}

static void each_fault_has_its_refusal(void **state)
{
    (void)state;
    static char long_uri[2200];
    memcpy(long_uri, "{\"uri\":\"", 8);
    memset(long_uri + 8, 'u', 2049);
    memcpy(long_uri + 8 + 2049, "\"}", 3);
    view text = view_of("A text.");
    refuses("{}", text, SHG_ENOURI, "uri");
    refuses(long_uri, text, SHG_EURI, "2049");
    refuses("{\"uri\":\"a\\u0001b\"}", text, SHG_EURI, "control");
    refuses("{\"uri\":5}", text, SHG_EFIELD, "uri");
    refuses("{\"uri\":\"x\",\"by\":[1]}", text, SHG_EFIELD, "by");
    refuses("{\"uri\":\"x\",\"title\":{}}", text, SHG_EFIELD, "title");
    refuses("{\"uri\":\"x\",\"text\":5}", (view){0}, SHG_EFIELD, "text");
    refuses("{\"uri\":\"x\"}", (view){0}, SHG_EBLANK, "white space");
    refuses("{\"uri\":\"x\"}", view_of(" \n\t\xc2\xa0\xe2\x80\x8b"), SHG_EBLANK, "white space");
    refuses("{\"uri\":\"x\"}", view_of("abc\xff"), SHG_EUTF8, "byte 3");
}

static void credits_read_every_author(void **state)
{
    (void)state;
    record rec =
        read_ok("{\"uri\":\"x\",\"authors\":[\"Ada Quill\",\"The Northwire\"]}", "A text.");
    credit_fields f;
    record_credit_fields(&rec, &f);
    assert_true(view_eq(f.by, view_of("Ada Quill, The Northwire")));
    record_free(&rec);
    rec = read_ok("{\"uri\":\"x\"}", "A text.");
    record_credit_fields(&rec, &f);
    assert_int_equal(f.by.len, 0);
    record_free(&rec);
}

static void stored_form_reads_back(void **state)
{
    (void)state;
    record a =
        read_ok("{\"title\":\"\xe2\x80\x9cQuay\xe2\x80\x9d\",\"id\":\"x\",\"author\":[\"A\",\"B\"],"
                "\"date\":\"2017-03-12\",\"extra\":[1]}",
                "A text.");
    size_t len;
    char *dump = dump_of(&a, &len);
    assert_string_equal(dump, "{\"by\":[\"A\",\"B\"],\"headline\":\"\xe2\x80\x9cQuay\xe2\x80\x9d\","
                              "\"published\":\"2017-03-12T00:00:00Z\",\"uri\":\"x\"}");
    record b;
    assert_ok(record_parse(&b, (view){(const uint8_t *)dump, len}));
    b.text = a.text;
    same(&a, &b);
    record_free(&b);
    assert_int_equal(record_parse(&b, view_of("[1]")), SHG_ECORRUPT);
    record_free(&a);
    free(dump);
}

// --- records at random ---

enum { ROUNDS = 20000, LINE_MOST = 4096 };

static const char *pick(uint64_t *seed, const char *const *from, size_t n)
{
    return from[t_random(seed) % n];
}
#define PICK(seed, from) pick(seed, from, sizeof(from) / sizeof *(from))

// What a string may hold, sound and not.
static void put_some_string(buf *to, uint64_t *seed)
{
    static const char *const parts[] = {
        "None",
        "null",
        "quay",
        "https://a.example/b",
        "2017-03-12",
        "\\u004eone",
        "\\u0000",
        "\\ud83d",
        "\\ud83d\\ude00",
        "\\ude00\\ud83d",
        "\\n",
        "\\/",
        "\\u0001",
        "\xc3\xa9",
        "\xff",
        "\xed\xa0\x80",
        "\x7f",
        " ",
        "\\u00e9",
        "\\\"",
        "\\\\",
        "\\x",
        "\\u12",
        "\t",
        "\xc2\xa0",
        "http://www.B@[::1]:9/",
        "accept",
        "c\\u006fmmit",
        "12:00 \\u002b01",
        ",",
    };
    buf_add8(to, '"');
    for (size_t n = t_random(seed) % 4; n; n--) {
        const char *part = PICK(seed, parts);
        if (t_random(seed) % 4 || (*part != '\\' && (uint8_t)*part < 0x80))
            buf_add(to, part, strlen(part));
    }
    buf_add8(to, '"');
}

static void put_value(buf *to, uint64_t *seed)
{
    static const char *const others[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "7",
        "4294967296",
        "999999999999999999",
        "1.0",
        "1e2",
        "01",
        "{}",
        "[[]]",
        "[1]",
        "[null]",
        "9223372036854775808",
        "[",
        "nul",
        "-",
        "",
        "1e999",
        "[\"a\",1]",
        "{\"uri\":\"inner\"}",
        "[\"a\",]",
    };
    uint64_t r = t_random(seed) % 16;
    if (r < 10) {
        put_some_string(to, seed);
    } else if (r < 13) {
        buf_add8(to, '[');
        for (size_t i = 0, n = t_random(seed) % 4; i < n; i++) {
            buf_add(to, ", ", i ? 1 + t_random(seed) % 2 : 0);
            put_some_string(to, seed);
        }
        buf_add8(to, ']');
    } else {
        const char *other = PICK(seed, others);
        buf_add(to, other, strlen(other));
    }
}

static void put_record(buf *to, uint64_t *seed)
{
    static const char *const names[] = {
        "uri",        "uri",        "id",    "url",        "link",         "headline",
        "title",      "published",  "date",  "by",         "author",       "authors",
        "source",     "language",   "lang",  "creditLine", "text",         "content",
        "maintext",   "if_version", "match", "durability", "extra",        "",
        "uri\\u0000", "t\\u0065xt", "ur",    "uri2",       "canonicalUrl", "publisher",
        "dateline",   "by",
    };
    static const char sound[] = "{\"uri\":\"u\",\"text\":\"a\"";
    size_t first = t_random(seed) % 2;
    buf_add(to, sound, first ? sizeof sound - 1 : 1);
    for (size_t i = first, n = t_random(seed) % 6; i < n; i++) {
        const char *name = PICK(seed, names);
        buf_add(to, ",", i > 0);
        buf_add8(to, '"');
        buf_add(to, name, strlen(name));
        buf_add(to, "\": ", 2 + t_random(seed) % 2);
        put_value(to, seed);
    }
    buf_add8(to, '}');
}

typedef struct outcome {
    shg_err err, option_err;
    refusal r;
    put_options options;
    record rec;
    char *uri;
} outcome;

static void judge(outcome *o, const record_source *s)
{
    refusal option = {0};
    o->err = record_read(&o->rec, s, (view){0}, RECORD_URI | RECORD_TEXT, &o->r);
    o->option_err = record_put_options(s, &o->options, &option);
    o->uri = record_source_uri(s);
}

static void agree(outcome *a, outcome *b, view line)
{
    bool uris = a->uri && b->uri ? !strcmp(a->uri, b->uri) : a->uri == b->uri;
    if (a->err != b->err || a->option_err != b->option_err || !uris || a->r.at != b->r.at ||
        strcmp(a->r.detail, b->r.detail) != 0)
        fail_msg("%.*s: %s (%s), but %s (%s)", (int)line.len, (const char *)line.p,
                 shg_err_name(a->err), a->r.detail, shg_err_name(b->err), b->r.detail);
    if (!a->option_err) {
        assert_int_equal(a->options.if_version, b->options.if_version);
        assert_int_equal(a->options.match, b->options.match);
        assert_int_equal(a->options.accept, b->options.accept);
    }
    if (!a->err)
        same(&a->rec, &b->rec);
}

// What is stored of a record is read again as it was.
static void reads_back(const record *rec)
{
    size_t len;
    record again;
    char *dump = dump_of(rec, &len);
    assert_ok(record_parse(&again, (view){(const uint8_t *)dump, len}));
    again.text = rec->text;
    same((record *)(uintptr_t)rec, &again);
    record_free(&again);
    free(dump);
}

static void records_read_the_same_by_both_ways(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    size_t both = 0, good = 0;
    for (int round = 0; round < ROUNDS; round++) {
        buf b = {.max = LINE_MOST};
        put_record(&b, &seed);
        uint8_t *tight = malloc(b.len); // a sanitizer sees a byte too many
        memcpy(tight, b.p, b.len);
        view line = {tight, b.len};
        record_source flatly = {0}, parsed = {0};
        outcome x = {0}, y = {0};
        refusal r = {0};
        json_t *h;
        if (record_source_flat(&flatly, line)) {
            if (header_parse(&h, line, LINE_MOST, &r))
                fail_msg("jansson does not take %.*s: %s", (int)line.len, (const char *)line.p,
                         r.detail);
            assert_ok(record_source_json(&parsed, h));
            judge(&x, &flatly);
            judge(&y, &parsed);
            agree(&x, &y, line);
            both++;
            good += !x.err;
            if (!x.err) {
                reads_back(&x.rec);
                record_free(&x.rec);
                record_free(&y.rec);
            }
            free(x.uri);
            free(y.uri);
            record_source_fini(&parsed);
            json_decref(h);
        }
        free(tight);
        buf_fini(&b);
    }
    assert_true(both > ROUNDS / 10 && good > ROUNDS / 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_names_in_their_order),
        cmocka_unit_test(absent_is_written_in_many_ways),
        cmocka_unit_test(publisher_defaults_to_the_host),
        cmocka_unit_test(dates_are_read_or_kept),
        cmocka_unit_test(text_comes_from_the_body_first),
        cmocka_unit_test(each_fault_has_its_refusal),
        cmocka_unit_test(credits_read_every_author),
        cmocka_unit_test(stored_form_reads_back),
        cmocka_unit_test(records_read_the_same_by_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
