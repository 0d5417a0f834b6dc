// The vectors that make.py wrote, from an implementation of its own, against ours.
#include "t.h"
#include "sketch/minhash.h"
#include "sketch/winnow.h"
#include "text/fold.h"
#include "text/shingle.h"
#include "text/words.h"
#include <xxhash.h>

enum { TEXTS_MOST = 100, LINE_MOST = 1 << 20 };

static const char *dir;
static words text[TEXTS_MOST];
static size_t texts;
static char line[LINE_MOST];

static FILE *open_table(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s cannot be read", path);
    return f;
}

// The columns of the next line; their number, 0 at the end.
static size_t next_line(FILE *f, char *column[10])
{
    if (!fgets(line, sizeof line, f))
        return 0;
    line[strcspn(line, "\n")] = 0;
    size_t n = 0;
    for (char *p = line; p && n < 10; n++) {
        column[n] = p;
        p = strchr(p, '\t');
        if (p)
            *p++ = 0;
    }
    return n;
}

static uint64_t hex(const char *s)
{
    return strtoull(s, NULL, 16);
}

static size_t number(const char *s)
{
    return strtoull(s, NULL, 10);
}

static void unescape(char *s)
{
    char *out = s;
    for (; *s; s++) {
        if (*s == '\\') {
            s++;
            *out++ = *s == 'n' ? '\n' : *s == 'r' ? '\r' : *s == 't' ? '\t' : '\\';
        } else {
            *out++ = *s;
        }
    }
    *out = 0;
}

static int read_texts(void **state)
{
    (void)state;
    char *c[10];
    FILE *f = open_table("texts.tsv");
    while (next_line(f, c)) {
        assert_int_equal(number(c[0]), texts);
        unescape(c[3]);
        words *w = &text[texts++];
        assert_ok(words_make(w, view_of(strdup(c[3])), NULL));
        assert_int_equal(w->n, number(c[1]));
        if (*c[2] != '-')
            assert_int_equal(words_body_hash(w), hex(c[2]));
    }
    fclose(f);
    assert_true(texts > 30);
    return 0;
}

static int free_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < texts; i++) {
        free((void *)(uintptr_t)text[i].text.p);
        words_free(&text[i]);
    }
    return 0;
}

static void test_words(void **state)
{
    (void)state;
    char *c[10];
    size_t of = SIZE_MAX, i = 0, checked = 0;
    FILE *f = open_table("words.tsv");
    while (next_line(f, c) == 6) {
        i = number(c[0]) == of ? i + 1 : 0;
        of = number(c[0]);
        const word *w = &text[of].w[i];
        assert_true(i < text[of].n);
        if (w->begin != number(c[1]) || w->end != number(c[2]) || w->flags != number(c[3]) ||
            !view_eq(words_key(&text[of], i), view_of(c[4])) || w->hash != hex(c[5]))
            fail_msg("text %zu word %zu: %u %u %u %.*s %llx, not %s %s %s %s %s", of, i, w->begin,
                     w->end, w->flags, (int)w->key_len, text[of].keys + w->key,
                     (unsigned long long)w->hash, c[1], c[2], c[3], c[4], c[5]);
        checked++;
    }
    fclose(f);
    assert_true(checked > 400);
}

static void test_shingles(void **state)
{
    (void)state;
    char *c[10];
    size_t checked = 0;
    static uint64_t hash[1 << 14];
    static uint32_t ends[1 << 14];
    FILE *f = open_table("shingles.tsv");
    while (next_line(f, c) == 6) {
        size_t n = shingles_make(hash, ends, &text[number(c[0])], (unsigned)number(c[1]));
        size_t i = number(c[3]);
        assert_int_equal(n, number(c[2]));
        assert_int_equal(ends[i], number(c[4]));
        assert_int_equal(hash[i], hex(c[5]));
        checked++;
    }
    fclose(f);
    assert_true(checked > 300);
}

static void test_sketch(void **state)
{
    (void)state;
    char *c[10], got[2 * MINHASH_LANES + 1];
    size_t checked = 0;
    static uint64_t hash[1 << 14];
    minhash m;
    FILE *f = open_table("sketch.tsv");
    while (next_line(f, c) == 4) {
        size_t n = shingles_make(hash, NULL, &text[number(c[0])], SKETCH_WORDS);
        minhash_sign(&m, hash, n, hex(c[1]));
        for (unsigned i = 0; i < MINHASH_LANES; i++)
            snprintf(got + 2 * i, 3, "%02x", m.lane[i]);
        assert_string_equal(got, c[2]);
        for (unsigned i = 0; i < MINHASH_BANDS; i++)
            snprintf(got + 8 * i, 9, "%08x", m.band[i]);
        assert_string_equal(got, c[3]);
        checked++;
    }
    fclose(f);
    assert_true(checked > 60);
}

static void test_prints(void **state)
{
    (void)state;
    char *c[10], one[32];
    size_t checked = 0;
    static uint64_t hash[1 << 14];
    static uint32_t kept[1 << 14];
    FILE *f = open_table("prints.tsv");
    while (next_line(f, c) == 3) {
        size_t n = shingles_make(hash, NULL, &text[number(c[0])], PRINT_WORDS);
        size_t k = winnow(kept, hash, n);
        const char *p = c[2];
        for (size_t i = 0; i < k; i++, checked++) {
            unsigned long long print = print_of(hash[kept[i]], hex(c[1]));
            snprintf(one, sizeof one, "%u:%010llx%s", kept[i], print, i + 1 < k ? "," : "");
            assert_memory_equal(one, p, strlen(one));
            p += strlen(one);
        }
        assert_int_equal(*p, 0);
    }
    fclose(f);
    assert_true(checked > 400);
}

// Class and fold of every character of Unicode 3.2: XXH3 over a page of them.
static void test_pages(void **state)
{
    (void)state;
    char *c[10];
    size_t checked = 0;
    static uint8_t data[256 * 256];
    const chars *t = chars_get();
    FILE *f = open_table("pages.tsv");
    while (next_line(f, c) == 3) {
        size_t len = 0;
        for (uint32_t low = 0; low < 256; low++) {
            char digit[2] = {c[1][63 - low / 4], 0};
            if (!(hex(digit) >> (low % 4) & 1))
                continue;
            uint32_t cp = (uint32_t)hex(c[0]) << 8 | low;
            const char_info *info = char_look(t, cp);
            data[len++] = info->class;
            if (info->class != CHAR_WORD && info->class != CHAR_ALONE && info->class != CHAR_MARK)
                continue;
            keys k = {.p = data + len, .cap = 256, .fixed = true};
            fold_put(&k, t, cp, info);
            len += k.len;
        }
        for (; len < 17; len++)
            data[len] = 0;
        if (XXH3_64bits(data, len) != hex(c[2]))
            fail_msg("page %s", c[0]);
        checked++;
    }
    fclose(f);
    assert_true(checked > 300);
}

// The words of a text of code points in hexadecimal, as the places where they begin.
static size_t begins_of(char *out, size_t cap, const char *points)
{
    uint8_t bytes[256];
    size_t len = 0;
    words w;
    for (char *p = (char *)(uintptr_t)points; *p;)
        len += utf8_put(bytes + len, (uint32_t)strtoul(p, &p, 16));
    assert_ok(words_make(&w, (view){bytes, len}, NULL));
    size_t n = w.n, at = (size_t)snprintf(out, cap, "%s", n ? "" : "-");
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, cap - at, "%s%u", i ? "," : "", w.w[i].begin);
    words_free(&w);
    return n;
}

// The official test of UAX #29: our words begin where its do, but for the tailored characters.
static void test_breaks(void **state)
{
    (void)state;
    char *c[10], got[256];
    size_t checked = 0, words_seen = 0, otherwise = 0;
    FILE *f = open_table("breaks.tsv");
    while (next_line(f, c)) {
        if (*c[0] == '#')
            continue;
        words_seen += begins_of(got, sizeof got, c[0]);
        bool same = strcmp(got, c[1]) == 0;
        if (!same && *c[2] == '0')
            fail_msg("%s: words at %s, not %s", c[0], got, c[1]);
        otherwise += !same;
        checked++;
    }
    fclose(f);
    assert_true(checked > 1800 && words_seen > 1000);
    assert_int_equal(otherwise, 159);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),  cmocka_unit_test(test_shingles),
        cmocka_unit_test(test_sketch), cmocka_unit_test(test_prints),
        cmocka_unit_test(test_pages),  cmocka_unit_test(test_breaks),
    };
    dir = argc > 1 ? argv[1] : ".";
    return cmocka_run_group_tests(tests, read_texts, free_texts);
}
