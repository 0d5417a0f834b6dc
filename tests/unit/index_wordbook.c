// index_wordbook.c - what is packed in words is unpacked as it was, and nothing else is read.
#include "t.h"
#include "base/cpu.h"
#include "index/wordbook_inside.h"

#include <stdlib.h>

enum { SAMPLES = 64, MOST = 6000 };

typedef struct fixture {
    buf book;
    wordbook *b;
    book_words room;
} fixture;

// A sentence of an invented language of `kinds` words, the first ones the commonest.
static size_t write_text(char *to, size_t most, uint64_t *r, unsigned kinds)
{
    size_t n = 0;
    while (n + 40 < most) {
        unsigned word = (unsigned)(t_random(r) % kinds * (t_random(r) % 64) / 64);
        static const char *const ends[] = {" ", " ", " ", " ", " ", ", ", ". ", ".\n\n", " – "};
        n += (size_t)snprintf(to + n, most - n, "%s%x%s", word % 5 ? "lo" : "Quay", word * 7919,
                              ends[t_random(r) % 9]);
    }
    return n;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    static char text[SAMPLES * MOST];
    size_t sizes[SAMPLES], at = 0;
    uint64_t r = 5;
    assert_non_null(f);
    for (size_t i = 0; i < SAMPLES; i++)
        at += sizes[i] = write_text(text + at, MOST, &r, 3000);
    assert_ok(wordbook_train((view){(uint8_t *)text, at}, sizes, SAMPLES, &f->book));
    assert_true(f->book.len > 1000);
    assert_ok(wordbook_open(&f->b, buf_view(&f->book)));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    wordbook_free(f->b);
    book_words_fini(&f->room);
    buf_fini(&f->book);
    free(f);
    return 0;
}

static bool pack(const wordbook *b, view text, buf *room, buf *out)
{
    wordbook_parts p;
    return wordbook_split(b, text, room, &p, NULL) && wordbook_pack(b, text.len, &p, out);
}

// What a split says is told of a text is what wordbook_words tells, or nothing.
static bool check_told(fixture *f, view text, view packed)
{
    buf room = {0};
    wordbook_parts p;
    book_words split = {0};
    bool told = wordbook_words(f->b, packed, text.len, &f->room);
    assert_true(wordbook_split(f->b, text, &room, &p, &split));
    assert_int_equal(split.n, told ? f->room.n : 0);
    if (split.n)
        assert_memory_equal(split.hash, f->room.hash, split.n * sizeof *split.hash);
    book_words_fini(&split);
    buf_fini(&room);
    return told;
}

// What this machine has of each CPU level; NULL ends them.
typedef struct level {
    wordbook_walk *walk;
    wordbook_list *list;
    wordbook_add *add;
} level;

static const level *levels(void)
{
    static level all[4] = {{wordbook_walk_plain, wordbook_list_plain, wordbook_add_plain}};
#if defined(__x86_64__)
    if (cpu_best() >= CPU_AVX2)
        all[1] = (level){wordbook_walk_avx2, wordbook_list_avx2, wordbook_add_avx2};
    if (cpu_best() >= CPU_AVX512)
        all[2] = (level){wordbook_walk_avx512, wordbook_list_avx512, wordbook_add_avx512};
#endif
    return all;
}

// At every CPU level the same is written, or nothing.
static void check_levels(fixture *f, view text, view packed, bool did)
{
    wordbook_walk *best_walk = f->b->walk;
    wordbook_add *best_add = f->b->add;
    for (const level *l = levels(); l->walk; l++) {
        buf out = {0}, room = {0};
        f->b->walk = l->walk;
        f->b->add = l->add;
        assert_int_equal(pack(f->b, text, &room, &out), did);
        assert_true(view_eq(buf_view(&out), packed));
        if (did)
            (void)check_told(f, text, packed);
        buf_fini(&room);
        buf_fini(&out);
    }
    f->b->walk = best_walk;
    f->b->add = best_add;
}

// A token list of exactly the room that it may ask for.
static token_list new_list(size_t n)
{
    token_list l = {malloc((n + LIST_ROOM) * sizeof *l.token), malloc(n + LIST_ROOM), 0};
    assert_true(l.token && l.len);
    return l;
}

// At every CPU level the same tokens are found in parts, or none; true: there were some.
static bool check_lists(fixture *f, const wordbook_parts *p)
{
    token_list a = new_list(p->n_first);
    bool did = wordbook_list_plain(f->b, p, &a);
    for (const level *l = levels(); l->list; l++) {
        token_list b = new_list(p->n_first);
        assert_int_equal(l->list(f->b, p, &b), did);
        if (did) {
            assert_memory_equal(a.token, b.token, p->n_first * sizeof *a.token);
            assert_int_equal(a.n_spelled, b.n_spelled);
            assert_memory_equal(a.len, b.len, a.n_spelled);
        }
        free(b.token);
        free(b.len);
    }
    free(a.token);
    free(a.len);
    return did;
}

static void check_list_of(fixture *f, view text)
{
    buf room = {0};
    wordbook_parts p;
    if (wordbook_split(f->b, text, &room, &p, NULL)) {
        bool glued = memchr(p.first, GLUED, p.n_first) != NULL;
        assert_int_equal(check_lists(f, &p), !glued);
    }
    buf_fini(&room);
}

// Packs n bytes, which stand where nothing but what may be read is behind them; true: it did.
static bool there_and_back(fixture *f, const uint8_t *text, size_t n)
{
    uint8_t *padded = malloc(n + TOKENS_PAD), *back = malloc(n + 1);
    buf out = {0}, room = {0};
    assert_true(padded && back);
    memcpy(padded, text, n);
    memset(padded + n, 'x', TOKENS_PAD); // must not matter
    bool packed = pack(f->b, (view){padded, n}, &room, &out);
    assert_ok(buf_err(&out));
    assert_ok(buf_err(&room));
    check_levels(f, (view){padded, n}, buf_view(&out), packed);
    check_list_of(f, (view){padded, n});
    if (packed) {
        view v = buf_view(&out);
        assert_true(wordbook_unpack(f->b, v, back, n, &f->room));
        assert_memory_equal(back, text, n);
        assert_false(n && wordbook_unpack(f->b, v, back, n - 1, &f->room));
        assert_false(wordbook_unpack(f->b, (view){v.p, v.len - 1}, back, n, &f->room));
    } else {
        assert_int_equal(out.len, 0);
    }
    buf_fini(&out);
    buf_fini(&room);
    buf_fini(&room);
    free(padded);
    free(back);
    return packed;
}

static void test_texts(void **state)
{
    fixture *f = *state;
    char text[MOST];
    uint64_t r = t_seed();
    for (size_t most = 41; most < MOST; most += most < 400 ? 1 : 131) {
        size_t n = write_text(text, most, &r, 3000);
        assert_true(there_and_back(f, (uint8_t *)text, n) || n < 100);
        n = write_text(text, most, &r, 30000); // many words that the book does not know
        (void)there_and_back(f, (uint8_t *)text, n);
    }
}

// Around the length from which on texts are unpacked in another way.
static void test_very_long(void **state)
{
    enum { LENGTH = 1 << 20 };
    fixture *f = *state;
    char *text = malloc(LENGTH + MOST);
    uint64_t r = t_seed();
    assert_non_null(text);
    size_t written = write_text(text, LENGTH + MOST, &r, 3000);
    assert_true(written > LENGTH + 1);
    for (size_t n = LENGTH - 1; n <= LENGTH + 1; n++)
        assert_true(there_and_back(f, (uint8_t *)text, n));
    free(text);
}

// Tokens of all lengths, known and not, some of them again and again.
static void test_long_tokens(void **state)
{
    static const uint16_t len[] = {1, 2, 14, 15, 16, 17, 100, 254, 255, 256, 300, 509, 510, 511};
    enum { KINDS = sizeof len / sizeof *len };
    fixture *f = *state;
    uint8_t text[MOST];
    uint64_t r = t_seed();
    for (int i = 0; i < 2000; i++) {
        size_t n = 0;
        unsigned kinds = 4 + (unsigned)i % (KINDS - 3); // up to a length
        while (n + 700 < MOST) {
            n += write_text((char *)text + n, 41 + t_random(&r) % 100, &r, 3000);
            size_t more = len[t_random(&r) % kinds];
            memset(text + n, 'a' + (int)(t_random(&r) % 3), more);
            n += more;
            text[n++] = " -"[t_random(&r) % 2];
        }
        (void)there_and_back(f, text, n);
    }
}

static void test_any_bytes(void **state)
{
    fixture *f = *state;
    static const uint8_t bits[] = "  a.-\0 \x80\xff"
                                  "9";
    uint8_t text[700];
    uint64_t r = t_seed();
    for (int i = 0; i < 4000; i++) {
        size_t n = t_random(&r) % sizeof text;
        char known[MOST];
        size_t have = write_text(known, sizeof known, &r, 300);
        for (size_t k = 0; k < n; k++)
            text[k] = (uint8_t)(i % 2               ? bits[t_random(&r) % (sizeof bits - 1)]
                                : t_random(&r) % 16 ? (uint8_t)known[k % have]
                                                    : (uint8_t)t_random(&r));
        (void)there_and_back(f, text, n);
    }
    (void)there_and_back(f, (const uint8_t *)" ", 1);
    (void)there_and_back(f, (const uint8_t *)"", 0);
    memset(text, 'a', sizeof text); // longer than a literal
    memcpy(text + 650, " lo0 lo0 lo0 lo0 lo0", 20);
    (void)there_and_back(f, text, 670);
}

// Among words that the book has, what joins and parts words, other scripts, long ones.
static void test_told(void **state)
{
    static const char *const odd[] = {
        "'",
        ".",
        ",",
        "`",
        "\"",
        "-",
        "don't",
        "U.S.",
        "3.5",
        "1,0",
        "’",
        "café",
        "Straße",
        "мост ",
        "渡",
        "x",
        "B.",
        " 'n' ",
        "....",
        "\x01",
        "\x15",
        "@",
        "[a] b{",
        "ﬁ",
        "צה\"ל ",
        "\xc2\xad",
        "Ã© ",
        " - ",
        "\n\n",
        "o'c o`c",
        "..x..",
        "Lo0 LO0",
        "x \xc2\xad'k ",
        "quay0 ",
        "............................",
    };
    enum { KINDS = sizeof odd / sizeof *odd };
    fixture *f = *state;
    char text[3 * MOST];
    uint64_t r = t_seed();
    int told = 0;
    for (int i = 0; i < 600; i++) {
        buf out = {0}, room = {0};
        size_t n = 0;
        while (n < MOST) {
            n += write_text(text + n, 41 + t_random(&r) % 400, &r, 300);
            n += (size_t)snprintf(text + n, 40, "%s", odd[t_random(&r) % KINDS]);
            if (t_random(&r) % 100 == 0) {
                size_t more = t_random(&r) % 300;
                memset(text + n, 'k', more);
                n += more;
            }
        }
        assert_true(there_and_back(f, (const uint8_t *)text, n));
        memset(text + n, 0, TOKENS_PAD);
        assert_true(pack(f->b, (view){(const uint8_t *)text, n}, &room, &out));
        told += check_told(f, (view){(const uint8_t *)text, n}, buf_view(&out));
        buf_fini(&room);
        buf_fini(&out);
    }
    assert_true(told > 50);
}

static void test_declines(void **state)
{
    fixture *f = *state;
    uint8_t noise[3000];
    uint64_t r = t_seed();
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)t_random(&r);
    assert_false(there_and_back(f, noise, sizeof noise));
}

// Whatever bytes are given to it: it reads and writes nothing outside (the sanitizers look on).
static void test_damaged(void **state)
{
    fixture *f = *state;
    uint64_t r = t_seed();
    for (int i = 0; i < 20000; i++) {
        size_t n = t_random(&r) % 60, to_n = t_random(&r) % 300;
        uint8_t *p = malloc(n + 1), *to = malloc(to_n + 1);
        assert_true(p && to);
        for (size_t k = 0; k < n; k++)
            p[k] = (uint8_t)(t_random(&r) % 4 ? t_random(&r) : 250 + t_random(&r) % 6);
        (void)wordbook_unpack(f->b, (view){p, n}, to, to_n, &f->room);
        free(p);
        free(to);
    }
}

static uint8_t *any_bytes(uint64_t *r, size_t n, unsigned kinds)
{
    static const uint8_t usual[] = {0,   1,   100, 159, 160, 161, 237, 238, 239,
                                    240, 252, 253, 255, 3,   7,   200, 254};
    uint8_t *p = malloc(n + !n);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = t_random(r) % 64 ? usual[t_random(r) % kinds] : (uint8_t)t_random(r);
    return p;
}

// Tokens are found, or none, in any parts, with nothing around them.
static void test_any_parts(void **state)
{
    fixture *f = *state;
    uint64_t r = t_seed();
    unsigned found = 0;
    for (int i = 0; i < 30000; i++) {
        wordbook_parts p = {.n_first = t_random(&r) % (i % 2 ? 20 : 400)};
        size_t two = 0;
        p.first = any_bytes(&r, p.n_first, i % 8 ? 9 + (unsigned)i % 6 : 17);
        for (size_t k = 0; k < p.n_first; k++)
            two += (p.first[k] >= SHORT && p.first[k] < NUMBERED) || p.first[k] >= LONG;
        p.n_second = i % 8 ? two : t_random(&r) % (two + 2);
        p.second = any_bytes(&r, p.n_second, i % 8 ? 3 : 17);
        found += check_lists(f, &p);
        free(p.first);
        free(p.second);
    }
    assert_true(found > 1000);
}

static void test_no_book(void **state)
{
    fixture *f = *state;
    wordbook *b;
    static const char *const none[] = {"", "\1", "\2a", "\1a\0", "\1a\1a", "\20aaaaaaaaaaaaaaaa"};
    static const size_t len[] = {0, 1, 2, 3, 4, 17};
    for (size_t i = 0; i < sizeof len / sizeof *len; i++)
        assert_int_equal(wordbook_open(&b, (view){(const uint8_t *)none[i], len[i]}), SHG_ECORRUPT);
    assert_int_equal(wordbook_open(&b, (view){f->book.p, f->book.len - 1}), SHG_ECORRUPT);
    buf out = {0};
    size_t size = 40;
    assert_ok(wordbook_train(
        (view){(const uint8_t *)"The ferry left, the ferry came back late", 40}, &size, 1, &out));
    assert_int_equal(out.len, 0); // too little to learn from
    buf_fini(&out);
}

static void test_same_book_again(void **state)
{
    fixture *f = *state;
    static char text[SAMPLES * MOST];
    size_t sizes[SAMPLES], at = 0;
    uint64_t r = 5;
    buf again = {0};
    for (size_t i = 0; i < SAMPLES; i++)
        at += sizes[i] = write_text(text + at, MOST, &r, 3000);
    assert_ok(wordbook_train((view){(uint8_t *)text, at}, sizes, SAMPLES, &again));
    assert_true(view_eq(buf_view(&again), buf_view(&f->book)));
    buf_fini(&again);
}

// Of tokens that were chosen to meet in a few places of the table not all are counted: each would
// take as long as there are others. What else there is, is learned as ever.
static void test_tokens_that_meet(void **state)
{
    enum { MEET = 2000, MET_BITS = 12, OTHERS = 1200, TIMES = 3, KEPT_MOST = 600 };
    (void)state;
    uint8_t key[TOKEN_MOST + 1];
    buf text = {0}, out = {0};
    unsigned met = 0, others = 0;
    for (unsigned k = 0; k < TIMES * OTHERS; k++) {
        int n = snprintf((char *)key, sizeof key, "o%x ", k % OTHERS);
        buf_add(&text, key, (size_t)n);
    }
    for (unsigned long long i = 0, left = MEET; left; i++) {
        snprintf((char *)key, sizeof key, "w%014llx", i);
        if (token_hash(token_load(key, TOKEN_MOST)) >> (64 - MET_BITS))
            continue;
        for (int k = 0; k < TIMES; k++) {
            buf_add(&text, key, TOKEN_MOST);
            buf_add8(&text, ' ');
        }
        left--;
    }
    assert_ok(buf_err(&text));
    assert_ok(wordbook_train(buf_view(&text), &text.len, 1, &out));
    for (size_t at = 2 * CODE_SYMBOLS; at < out.len; at += 1 + out.p[at]) {
        met += out.p[at + 1] == 'w';
        others += out.p[at + 1] == 'o';
    }
    assert_int_equal(others, OTHERS);
    assert_in_range(met, 1, KEPT_MOST);
    buf_fini(&text);
    buf_fini(&out);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_long_tokens),
        CASE(test_very_long),
        CASE(test_texts),
        CASE(test_any_bytes),
        CASE(test_told),
        CASE(test_declines),
        CASE(test_damaged),
        CASE(test_any_parts),
        CASE(test_no_book),
        CASE(test_same_book_again),
        CASE(test_tokens_that_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
