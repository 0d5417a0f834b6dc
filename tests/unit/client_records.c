// client_records - the record reader: formats, compressions, damaged and odd input.
#include "t.h"

#include "records.h"
#include "shingled/wire.h"
#include "stream.h"

#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/shingled-records-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *write_file(const char *name, const void *data, size_t n)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    return path;
}

static size_t gzip(uint8_t *out, size_t cap, const void *data, size_t n)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)data;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

// Reads a whole file and writes what it held: "line uri [text]" or "line !error" each.
static void read_all(char *out, size_t cap, const char *path, records_format format)
{
    records *r;
    record one;
    char why[100];
    size_t len = 0;
    out[0] = 0;
    if (!records_open(&r, path, format, why, sizeof why)) {
        snprintf(out, cap, "closed: %s", why);
        return;
    }
    for (;;) {
        records_got got = records_next(r, &one);
        if (got == RECORDS_END)
            break;
        if (got == RECORDS_BROKEN)
            len += (size_t)snprintf(out + len, cap - len, "broken: %s;", records_why(r));
        else if (got == RECORDS_BAD)
            len += (size_t)snprintf(out + len, cap - len, "%d !%s;", (int)one.line,
                                    shg_err_name(one.err));
        else
            len += (size_t)snprintf(out + len, cap - len, "%d %s [%.*s];", (int)one.line,
                                    record_uri(&one) ? record_uri(&one) : "-", (int)one.text_len,
                                    one.text ? one.text : "");
        record_free(&one);
    }
    assert_int_equal(records_next(r, &one), RECORDS_END); // the end stays
    records_close(&r);
    assert_null(r);
}

typedef struct line_case {
    const char *input, *want;
} line_case;

static const line_case lines[] = {
    {"", ""},
    {"\n\n  \r\n\t\n", ""},
    {"{\"uri\":\"a\",\"text\":\"x\"}", "1 a [x];"},
    {"{\"uri\":\"a\",\"text\":\"x\"}\n", "1 a [x];"},
    {"{\"uri\":\"a\",\"text\":\"x\"}\r\n{\"uri\":\"b\",\"text\":\"y\"}\r\n", "1 a [x];2 b [y];"},
    {"\xef\xbb\xbf{\"uri\":\"a\",\"text\":\"x\"}\n", "1 a [x];"},
    {"\n{\"uri\":\"a\",\"text\":\"x\"}\n\n{\"uri\":\"b\",\"text\":\"y\"}", "2 a [x];4 b [y];"},
    {"nonsense\n{\"uri\":\"b\",\"text\":\"y\"}\n", "1 !bad_header;2 b [y];"},
    {"{\"uri\":\"a\"\n[1]\n5\nnull\n\"s\"\n{\"uri\":\"b\",\"text\":\"y\"}",
     "1 !bad_header;2 !bad_header;3 !bad_header;4 !bad_header;5 !bad_header;6 b [y];"},
    {"{\"uri\":\"a\",\"text\":\"caf\xe9\"}\n", "1 !invalid_utf8;"},
    {"{\"uri\":\"a\",\"text\":\"\\ud800\"}\n", "1 !bad_header;"},
    {"{\"uri\":\"a\",\"text\":\"x\"} trailing\n", "1 !bad_header;"},
    {"{\"uri\":\"ü\",\"text\":\"\\u00fc\\ud83d\\ude00\"}\n", "1 ü [ü😀];"},
    // the aliases, in the order of the contract; what counts as absent
    {"{\"link\":\"l\",\"url\":\"u\",\"id\":\"i\",\"text\":\"x\"}", "1 i [x];"},
    {"{\"link\":\"l\",\"url\":\"u\",\"id\":\"None\",\"text\":\"x\"}", "1 u [x];"},
    {"{\"uri\":\"\",\"link\":\"l\",\"text\":\"x\"}", "1 l [x];"},
    {"{\"uri\":\"a\",\"raw_text\":\"r\",\"content\":\"c\"}", "1 a [c];"},
    {"{\"uri\":\"a\",\"text\":\"null\",\"maintext\":\"m\"}", "1 a [m];"},
    {"{\"uri\":\"a\",\"text\":\"\",\"articleBody\":\"b\"}", "1 a [b];"},
    {"{\"uri\":\"a\",\"text\":null,\"body_text\":\"b\"}", "1 a [b];"},
    {"{\"uri\":\"a\",\"text\":5,\"content\":\"c\"}", "1 a [];"}, // the server names the field
    {"{\"text\":\"x\"}", "1 - [x];"},
};

static void json_lines(void **state)
{
    (void)state;
    char got[1024];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const char *path = write_file("a.jsonl", lines[i].input, strlen(lines[i].input));
        read_all(got, sizeof got, path, RECORDS_AUTO);
        if (strcmp(got, lines[i].want))
            fail_msg("case %zu: got %s\nwant %s", i, got, lines[i].want);
        unlink(path);
    }
}

static void compressed_lines(void **state)
{
    (void)state;
    uint8_t packed[2048];
    char got[1024], want[1024];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        size_t n = gzip(packed, sizeof packed, lines[i].input, strlen(lines[i].input));
        const char *path = write_file("a.jsonl.gz", packed, n);
        read_all(got, sizeof got, path, RECORDS_AUTO);
        assert_string_equal(got, lines[i].want);
        unlink(path);
        n = ZSTD_compress(packed, sizeof packed, lines[i].input, strlen(lines[i].input), 3);
        path = write_file("a.NDJSON.zst", packed, n);
        read_all(got, sizeof got, path, RECORDS_AUTO);
        assert_string_equal(got, lines[i].want);
        unlink(path);
    }
    // two members one after another, under a name that says nothing of it
    static const char one[] = "{\"uri\":\"a\",\"text\":\"x\"}\n";
    size_t n = gzip(packed, sizeof packed, one, strlen(one));
    n += gzip(packed + n, sizeof packed - n, one, strlen(one));
    const char *path = write_file("plain.jsonl", packed, n);
    read_all(want, sizeof want, path, RECORDS_AUTO);
    assert_string_equal(want, "1 a [x];2 a [x];");
    unlink(path);
    n = ZSTD_compress(packed, sizeof packed, one, strlen(one), 3);
    n += ZSTD_compress(packed + n, sizeof packed - n, one, strlen(one), 3);
    path = write_file("plain.jsonl", packed, n);
    read_all(want, sizeof want, path, RECORDS_AUTO);
    assert_string_equal(want, "1 a [x];2 a [x];");
    unlink(path);
}

// Cut at every byte: what was whole is read, and the damage is said; never a crash.
static void cut_off_and_damaged(void **state)
{
    (void)state;
    static const char text[] = "{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\"y\"}\n";
    uint8_t packed[512];
    char got[512];
    size_t n = gzip(packed, sizeof packed, text, strlen(text));
    for (size_t cut = 4; cut < n; cut++) {
        const char *path = write_file("cut.jsonl.gz", packed, cut);
        read_all(got, sizeof got, path, RECORDS_AUTO);
        if (!strstr(got, "gzip data is"))
            fail_msg("cut at %zu: %s", cut, got);
        unlink(path);
    }
    n = ZSTD_compress(packed, sizeof packed, text, strlen(text), 3);
    for (size_t cut = 4; cut < n; cut++) {
        const char *path = write_file("cut.jsonl.zst", packed, cut);
        read_all(got, sizeof got, path, RECORDS_AUTO);
        if (!strstr(got, "zstd data is"))
            fail_msg("cut at %zu: %s", cut, got);
        unlink(path);
    }
    n = gzip(packed, sizeof packed, text, strlen(text));
    uint64_t seed = t_seed();
    for (int i = 0; i < 500; i++) {
        uint8_t bad[512];
        memcpy(bad, packed, n);
        bad[2 + t_random(&seed) % (n - 2)] ^= (uint8_t)(1 + t_random(&seed) % 255);
        const char *path = write_file("bad.jsonl.gz", bad, n);
        read_all(got, sizeof got, path, RECORDS_AUTO);
        unlink(path);
    }
}

static void json_values(void **state)
{
    (void)state;
    static const line_case cases[] = {
        {"{\n  \"uri\": \"a\",\n  \"text\": \"x\"\n}\n", "1 a [x];"},
        {"\xef\xbb\xbf[{\"uri\":\"a\",\"text\":\"x\"},\n5,\n{\"uri\":\"b\",\"text\":\"y\"}]",
         "1 a [x];2 !bad_header;3 b [y];"},
        {"[]", ""},
        {"{\"uri\":\"a\",\"text\":\"x\"}\n{\"uri\":\"b\",\"text\":\"y\"}\n", "1 a [x];2 b [y];"},
        {"{\n\"uri\"", "1 !bad_header;2 !bad_header;"},
        {"", ""},
    };
    char got[512];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = write_file("a.json", cases[i].input, strlen(cases[i].input));
        read_all(got, sizeof got, path, RECORDS_AUTO);
        assert_string_equal(got, cases[i].want);
        unlink(path);
    }
}

static void whole_texts(void **state)
{
    (void)state;
    char got[512];
    const char *path = write_file("a.txt", "two\nlines\n", 10);
    read_all(got, sizeof got, path, RECORDS_AUTO);
    assert_string_equal(got, "0 - [two\nlines\n];");
    read_all(got, sizeof got, path, RECORDS_LINES);
    assert_string_equal(got, "1 !bad_header;2 !bad_header;");
    unlink(path);
    path = write_file("a.txt", "", 0);
    read_all(got, sizeof got, path, RECORDS_AUTO);
    assert_string_equal(got, "0 - [];");
    unlink(path);
    path = write_file("a.jsonl", "{\"text\":1}", 10);
    read_all(got, sizeof got, path, RECORDS_TEXT);
    assert_string_equal(got, "0 - [{\"text\":1}];");
    unlink(path);
    path = write_file("a.txt", "\xff\xfeh\0i\0", 6);
    read_all(got, sizeof got, path, RECORDS_AUTO);
    assert_non_null(strstr(got, "UTF-16"));
    unlink(path);
}

static void files_that_are_none(void **state)
{
    (void)state;
    char got[512];
    read_all(got, sizeof got, folder, RECORDS_AUTO);
    assert_non_null(strstr(got, "closed: is a directory"));
    read_all(got, sizeof got, "/nonexistent/file.jsonl", RECORDS_AUTO);
    assert_string_equal(got, "closed: No such file or directory");
}

// Lines longer than any piece that is read at once, and one that is over the limit.
static void long_lines(void **state)
{
    (void)state;
    size_t n = 3 << 20;
    char *text = malloc(n + 64);
    int head = snprintf(text, 64, "{\"uri\":\"a\",\"text\":\"");
    memset(text + head, 'x', n);
    size_t len = (size_t)head + n;
    len += (size_t)sprintf(text + len, "\"}\n{\"uri\":\"b\",\"text\":\"y\"}\n");
    const char *path = write_file("long.jsonl", text, len);
    records *r;
    record one;
    char why[100];
    assert_true(records_open(&r, path, RECORDS_AUTO, why, sizeof why));
    assert_int_equal(records_next(r, &one), RECORDS_ONE);
    assert_int_equal(one.text_len, n);
    record_free(&one);
    assert_int_equal(records_next(r, &one), RECORDS_ONE);
    assert_string_equal(record_uri(&one), "b");
    record_free(&one);
    assert_int_equal(records_taken(r), len);
    assert_int_equal(records_size(r), len);
    records_close(&r);
    unlink(path);
    free(text);
}

static void lines_over_the_limit(void **state)
{
    (void)state;
    size_t n = 6 * (size_t)SHG_TEXT_MAX + 3 * SHG_HEADER_MAX;
    char *text = malloc(n + 64);
    memset(text, ' ', n);
    text[0] = '{';
    size_t len = n + (size_t)sprintf(text + n, "\n{\"uri\":\"b\",\"text\":\"y\"}\n");
    const char *path = write_file("long.jsonl", text, len);
    char got[128];
    read_all(got, sizeof got, path, RECORDS_AUTO);
    assert_string_equal(got, "1 !text_too_long;2 b [y];");
    unlink(path);
    free(text);
}

static void checks(void **state)
{
    (void)state;
    char uri[SHG_URI_MAX + 2];
    memset(uri, 'u', sizeof uri - 1);
    uri[sizeof uri - 1] = 0;
    const struct {
        const char *uri, *text;
        shg_err want;
    } cases[] = {
        {"a", "x", SHG_OK},
        {NULL, "x", SHG_ENOURI},
        {uri, "x", SHG_EURI},
        {uri + 1, "x", SHG_OK},
        {"a", NULL, SHG_EBLANK},
        {"a", "", SHG_EBLANK},
        {"a", " \n\xc2\xa0", SHG_EBLANK},
        {"a", "\xff", SHG_EUTF8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        record r = {.header = json_object()};
        if (cases[i].uri)
            json_object_set_new(r.header, "uri", json_string(cases[i].uri));
        r.text = cases[i].text ? strdup(cases[i].text) : NULL;
        r.text_len = cases[i].text ? strlen(cases[i].text) : 0;
        assert_int_equal(record_check(&r), cases[i].want == SHG_OK);
        assert_int_equal(r.err, cases[i].want);
        record_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_lines),           cmocka_unit_test(compressed_lines),
        cmocka_unit_test(cut_off_and_damaged),  cmocka_unit_test(whole_texts),
        cmocka_unit_test(files_that_are_none),  cmocka_unit_test(long_lines),
        cmocka_unit_test(lines_over_the_limit), cmocka_unit_test(checks),
        cmocka_unit_test(json_values),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
