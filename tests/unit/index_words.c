// index_words.c - the words that a packed text tells are those of the text, or none are told.
#include "t.h"
#include "index/index.h"
#include "index/pack.h"
#include "index/wordbook.h"
#include "text/hashes.h"

#include <stdlib.h>

enum { SAMPLES = 64, MOST = 4000, TOLD = 0x77 };

#define RECORD "{\"title\":\"Quay's 3.5 o'clock\",\"uri\":\"https://pier.example/1\"}"

typedef struct fixture {
    packer *p;
    book_words room;
    hashes words;
} fixture;

// What stands in texts: words, and what joins and parts them.
static const char *const usual[] = {
    " ",     " ",    " ",      " ",    ", ",    ". ",    "\n\n",    " - ", " – ",
    "'",     ".",    ",",      "-",    "’",     "'s ",   "”",       "“",   ".\" ",
    "don't", "U.S.", "3.5",    "1,0",  "it's",  "9",     "x",       "B.",  "café",
    "naïve", "über", "Straße", "мост", "город", "ferry", "harbour", "the", "of",
    "and",   "Quay", "(",      ")",    "`",     "\"",    "/",       "&",   "€",
};
static const char *const odd[] = {
    "渡", "口", "\u00ad", "\u200d",  "e\u0301", "שלום",     "צה\"ל", "ﬁ",
    "２", "Ａ", "０",     "a.b.c.d", "..",      "''",       "�",     "Ã©",
    "😀",  "อ",  "ـ",      "٣٫٥",     "x'y.z",   "I.B.M.'s", "1.2.3",
};

#define PLAIN "the lo1 ferry lo2 and the lo3 harbour lo4 of lo5 the lo6 ferry "

#define ONE_OF(list, r) (list)[t_random(r) % (sizeof(list) / sizeof *(list))]

static size_t write_text(char *to, size_t most, uint64_t *r, unsigned oddly)
{
    size_t n = 0;
    while (n + 40 < most) {
        const char *piece = oddly && t_random(r) % oddly == 0 ? ONE_OF(odd, r) : ONE_OF(usual, r);
        n += (size_t)snprintf(to + n, most - n, "%s", piece);
        if (t_random(r) % 2)
            n += (size_t)snprintf(to + n, most - n, "lo%x ", (unsigned)(t_random(r) % 1500));
    }
    return n;
}

static int set_up(void **state)
{
    static char text[SAMPLES * MOST];
    fixture *f = calloc(1, sizeof *f);
    size_t sizes[SAMPLES], at = 0;
    uint64_t r = 3;
    buf book = {0};
    assert_non_null(f);
    for (size_t i = 0; i < SAMPLES; i++)
        at += sizes[i] = write_text(text + at, MOST, &r, 50);
    assert_ok(wordbook_train((view){(uint8_t *)text, at}, sizes, SAMPLES, &book));
    assert_ok(packer_new(&f->p));
    assert_ok(packer_set_words(f->p, buf_view(&book)));
    buf_fini(&book);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    packer_free(f->p);
    book_words_fini(&f->room);
    hashes_free(&f->words);
    free(f);
    return 0;
}

// Whether the words of a text are told; those that are, are right.
static bool is_told(fixture *f, view text, buf *packed)
{
    const hash_list *list = &f->words.list;
    view record = view_of(RECORD);
    assert_ok(hashes_make(&f->words, text, NULL));
    text_words in = {list->hash, list->alone ? 0 : list->n, 7.5f}, out = {.n = list->n};
    buf_reset(packed);
    assert_ok(pack_text(f->p, record, text, &in, packed));
    view v = buf_view(packed);
    bool told = pack_words(f->p, v, record.len + text.len, &f->room, &out);
    assert_int_equal(told, v.len && *v.p == TOLD);
    if (told) {
        assert_int_equal(out.n, list->n);
        assert_memory_equal(out.hash, list->hash, out.n * sizeof *out.hash);
        assert_true(out.square == in.square);
    }
    buf back = {0};
    if (v.len) {
        assert_ok(unpack_text(f->p, v, record.len + text.len, &back));
        assert_memory_equal(back.p + record.len, text.p, text.len);
        assert_int_equal(unpack_text(f->p, v, record.len + text.len + 1, &back), SHG_ECORRUPT);
    }
    buf_fini(&back);
    return told;
}

static void test_any_text(void **state)
{
    enum { TEXTS = 3000 };
    fixture *f = *state;
    uint64_t r = t_seed();
    char text[MOST];
    buf packed = {0};
    for (unsigned i = 0; i < TEXTS; i++) {
        size_t n = write_text(text, 200 + t_random(&r) % (MOST - 200), &r, i % 3 ? 1 + i % 200 : 0);
        (void)is_told(f, (view){(uint8_t *)text, n}, &packed);
    }
    buf_fini(&packed);
}

// Each of these is told, between words that are.
static void test_what_is_told(void **state)
{
    static const char *const text[] = {
        "don't",
        "O'Neil's",
        "rock `n` roll",
        "'quoted'",
        "1,000",
        "3.5",
        "1,234,567.8",
        "U.S.",
        "U.S.A",
        "e.g. this",
        "end.Of it",
        "B.Smith",
        "a-b",
        "x/y",
        "user@pier.example",
        "said.”",
        "“Quay’s”",
        "it’s",
        "café",
        "CAFÉ's",
        "word—word",
        "мост",
        "«город».",
        "9 o'clock",
        "'90s",
        "90's",
        "5,a",
        "a,5",
        "...",
        "ALL-CAPS'S",
        "pneumonoultramicroscopicsilicovolcanoconiosis",
        "don't don't don't",
        "x'",
        "3.",
    };
    fixture *f = *state;
    char whole[MOST];
    buf packed = {0};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        int n =
            snprintf(whole, sizeof whole, PLAIN PLAIN PLAIN "%s " PLAIN " %s", text[i], text[i]);
        if (!is_told(f, (view){(uint8_t *)whole, (size_t)n}, &packed))
            fail_msg("not told: %s", text[i]);
    }
    buf_fini(&packed);
}

static void test_what_is_not(void **state)
{
    fixture *f = *state;
    char whole[MOST];
    buf packed = {0};
    text_words out = {.n = 3};
    int n = snprintf(whole, sizeof whole, "%s", PLAIN PLAIN "渡口 " PLAIN);
    assert_false(is_told(f, (view){(uint8_t *)whole, (size_t)n}, &packed)); // of an unspaced script
    n = snprintf(whole, sizeof whole, "%s", PLAIN PLAIN);
    buf_reset(&packed);
    assert_ok(pack_text(f->p, view_of("{}"), (view){(uint8_t *)whole, (size_t)n}, NULL, &packed));
    assert_false(pack_words(f->p, buf_view(&packed), (size_t)n + 2, &f->room, &out));
    assert_false(pack_words(f->p, (view){NULL, 0}, 0, &f->room, &out));
    buf_fini(&packed);
}

// What is damaged tells as many words as are asked for, or none; it reads nothing outside (the
// sanitizers look on).
static void test_damaged(void **state)
{
    fixture *f = *state;
    static const char text[] = PLAIN PLAIN
        "don't and 3.5 U.S. “café” naïve lo99 Quay's loaf, loaf. " PLAIN PLAIN "a.m. the ferry";
    buf packed = {0};
    size_t n = sizeof text - 1;
    assert_true(is_told(f, view_of(text), &packed));
    size_t len = packed.len, n_words = f->words.list.n, whole = strlen(RECORD) + n;
    for (size_t i = 0; i < len * 9; i++) {
        size_t kept = i < len ? i : len;
        uint8_t *p = malloc(kept + !kept);
        assert_non_null(p);
        memcpy(p, packed.p, kept);
        if (i >= len)
            p[(i - len) / 8] ^= (uint8_t)(1 << (i - len) % 8);
        text_words out = {.n = n_words};
        if (pack_words(f->p, (view){p, kept}, whole, &f->room, &out))
            assert_int_equal(out.n, n_words);
        assert_true(f->room.n <= whole);
        free(p);
    }
    buf_fini(&packed);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_any_text),
        CASE(test_what_is_told),
        CASE(test_what_is_not),
        CASE(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
