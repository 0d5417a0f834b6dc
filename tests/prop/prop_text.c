// prop_text.c - what holds of any text: offsets, folding, the winnowing guarantee.
#include "t.h"
#include "sketch/winnow.h"
#include "text/chars.h"
#include "text/shingle.h"
#include "text/utf8.h"
#include "text/words.h"

enum { ROUNDS = 3000, TEXT_MOST = 2000 };

static size_t put_utf8(uint8_t *p, uint32_t cp)
{
    if (cp < 0x80)
        return p[0] = (uint8_t)cp, 1;
    if (cp < 0x800)
        return p[0] = (uint8_t)(0xc0 | cp >> 6), p[1] = (uint8_t)(0x80 | (cp & 63)), 2;
    if (cp < 0x10000)
        return p[0] = (uint8_t)(0xe0 | cp >> 12), p[1] = (uint8_t)(0x80 | (cp >> 6 & 63)),
               p[2] = (uint8_t)(0x80 | (cp & 63)), 3;
    return p[0] = (uint8_t)(0xf0 | cp >> 18), p[1] = (uint8_t)(0x80 | (cp >> 12 & 63)),
           p[2] = (uint8_t)(0x80 | (cp >> 6 & 63)), p[3] = (uint8_t)(0x80 | (cp & 63)), 4;
}

// A code point from one of the places where something happens.
static uint32_t random_cp(uint64_t *seed)
{
    static const struct {
        uint32_t first, n;
    } from[] = {
        {' ', 95},          {'a', 26},        {'\t', 5},        {0x80, 0x80},      {0xc2, 0x33},
        {0x100, 0x250},     {0x300, 0x70},    {0x370, 0x1c0},   {0x590, 0x170},    {0x900, 0x80},
        {0xe00, 0x100},     {0x1000, 0xa0},   {0x1100, 0x100},  {0x2000, 0x70},    {0x20ac, 0x80},
        {0x3000, 0x100},    {0x4e00, 0x5000}, {0xac00, 0x2ba4}, {0xf900, 0x600},   {0xff00, 0xf0},
        {0x1d400, 0x400},   {0x1f300, 0x300}, {0xe0000, 0x200}, {0x20000, 0x1000}, {0, 0xd800},
        {0xe000, 0x102000}, {'.', 1},         {0x2019, 1},      {'0', 10},         {0x200b, 3},
    };
    uint64_t r = t_random(seed);
    size_t i = r % (sizeof from / sizeof *from);
    return from[i].first + (uint32_t)((r >> 32) % from[i].n);
}

static size_t random_text(uint8_t *out, uint64_t *seed)
{
    size_t len = 0, most = t_random(seed) % TEXT_MOST;
    uint32_t cp = ' ';
    while (len < most) {
        if (t_random(seed) % 4)
            cp = random_cp(seed);
        len += put_utf8(out + len, cp);
    }
    return len;
}

// The text lies at the very end of its memory, so that a sanitizer sees a step past it.
static uint8_t *exactly(const uint8_t *text, size_t len)
{
    uint8_t *p = malloc(len ? len : 1);
    memcpy(p, text, len);
    return p;
}

static void check_words(const words *w)
{
    uint32_t last = 0;
    for (size_t i = 0; i < w->n; i++) {
        const word *x = &w->w[i];
        view key = words_key(w, i);
        assert_true(x->begin >= last && x->end > x->begin && x->end <= w->text.len);
        assert_true((w->text.p[x->begin] & 0xc0) != 0x80);
        assert_true(x->end == w->text.len || (w->text.p[x->end] & 0xc0) != 0x80);
        assert_true(key.len > 0 && x->key + key.len <= w->keys_len);
        assert_ok(utf8_check(key, NULL));
        assert_true(x->hash == hash_key(key));
        last = x->end;
    }
}

// A character of a script without spaces in a key (a number in a circle folds to one) parts it
// when it is read again.
static bool has_alone(view key)
{
    const uint8_t *p = key.p, *end = key.p + key.len;
    while (p < end)
        if (char_look(chars_get(), utf8_next(&p, end))->class == CHAR_ALONE)
            return true;
    return false;
}

// Five things may look otherwise in a key than they did in the text: U+2044 of a
// fraction without its digits; letters U+00C2 to U+00F4, that after folding may begin
// what is repaired; a spacing mark whose letter went; the mark U+0345, which became a
// letter; what has_alone, whose parts may each be read in another alphabet.
static bool may_change(view key, view slice)
{
    uint8_t first[64];
    const uint8_t *p = key.p;
    utf8_next(&p, key.p + key.len);
    return (p < key.p + key.len && has_alone(key)) || memmem(key.p, key.len, "\xe2\x81\x84", 3) ||
           memchr(key.p, 0xc3, key.len) || memmem(slice.p, slice.len, "\xcd\x85", 2) ||
           fold_key(first, sizeof first, (view){key.p, (size_t)(p - key.p)}) == 0;
}

// A key is its own key: what came out of folding does not fold any further.
static void check_fixed_point(const words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        uint8_t again[4 * TEXT_MOST * 20];
        view key = words_key(w, i);
        const word *x = &w->w[i];
        if (may_change(key, (view){w->text.p + x->begin, x->end - x->begin}))
            continue;
        size_t n = fold_key(again, sizeof again, key);
        if (!view_eq((view){again, n}, key))
            fail_msg("word %zu: %.*s", i, (int)key.len, (const char *)key.p);
    }
}

static void test_random_unicode(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MOST + 8];
    uint64_t seed = t_seed();
    size_t seen = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t len = random_text(text, &seed);
        uint8_t *p = exactly(text, len);
        words w;
        assert_ok(words_make(&w, (view){p, len}, NULL));
        check_words(&w);
        check_fixed_point(&w);
        seen += w.n;
        words_free(&w);
        free(p);
    }
    assert_true(seen > 10000);
}

static void test_random_bytes(void **state)
{
    (void)state;
    uint8_t text[64];
    uint64_t seed = t_seed();
    size_t valid = 0;
    for (unsigned round = 0; round < 20 * ROUNDS; round++) {
        size_t len = t_random(&seed) % 12, at = 0;
        for (size_t i = 0; i < len; i++)
            text[i] = (uint8_t)(t_random(&seed) >> (t_random(&seed) % 3));
        uint8_t *p = exactly(text, len);
        words w;
        shg_err e = words_make(&w, (view){p, len}, &at);
        if (e) { // what stands before the fault is well-formed, and is all of it
            assert_int_equal(e, SHG_EUTF8);
            assert_true(at < len);
            assert_ok(utf8_check((view){p, at}, NULL));
        } else {
            check_words(&w);
            valid++;
        }
        words_free(&w);
        free(p);
    }
    assert_true(valid > 100);
}

// Cut in two at any blank, a text has the words of its halves.
static void test_halves(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MOST * 2 + 16];
    uint64_t seed = t_seed();
    for (unsigned round = 0; round < ROUNDS; round++) {
        words all, a, b;
        size_t cut = random_text(text, &seed);
        text[cut++] = ' ';
        text[cut++] = ' ';
        size_t len = cut + random_text(text + cut, &seed);
        assert_ok(words_make(&all, (view){text, len}, NULL));
        assert_ok(words_make(&a, (view){text, cut}, NULL));
        assert_ok(words_make(&b, (view){text + cut, len - cut}, NULL));
        assert_int_equal(all.n, a.n + b.n);
        for (size_t i = 0; i < all.n; i++) {
            bool first = i < a.n;
            if (!(first ? words_same(&all, i, &a, i) : words_same(&all, i, &b, i - a.n)))
                fail_msg("word %zu of %zu + %zu: %.*s", i, a.n, b.n,
                         (int)(all.w[i].end - all.w[i].begin), text + all.w[i].begin);
            uint32_t begin = first ? a.w[i].begin : b.w[i - a.n].begin + (uint32_t)cut;
            assert_int_equal(all.w[i].begin, begin);
        }
        words_free(&all);
        words_free(&a);
        words_free(&b);
    }
}

static size_t make_prints(uint64_t *out, const char *text)
{
    uint64_t hash[512];
    uint32_t kept[512];
    words w;
    assert_ok(words_make(&w, view_of(text), NULL));
    assert_true(w.n <= 512);
    size_t n = shingles_make(hash, NULL, &w, PRINT_WORDS), k = winnow(kept, hash, n);
    for (size_t i = 0; i < k; i++) {
        assert_true(kept[i] < n && (i == 0 || kept[i] > kept[i - 1]));
        out[i] = print_of(hash[kept[i]], 1);
    }
    words_free(&w);
    return k;
}

static void add_words(char *out, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        sprintf(out + strlen(out), "w%llu ", (unsigned long long)(t_random(seed) % 5000));
}

// Two texts that share 12 words share a fingerprint, whatever stands around them.
static void test_shared_run(void **state)
{
    (void)state;
    uint64_t seed = t_seed(), pa[512], pb[512];
    enum { RUN = PRINT_WORDS + WINNOW_WINDOW - 1 };
    for (unsigned round = 0; round < ROUNDS; round++) {
        char run[256] = "", a[4096] = "", b[4096] = "";
        add_words(run, RUN, &seed);
        add_words(a, t_random(&seed) % 60, &seed);
        add_words(b, t_random(&seed) % 60, &seed);
        strcat(a, run);
        strcat(b, run);
        add_words(a, t_random(&seed) % 60, &seed);
        add_words(b, t_random(&seed) % 60, &seed);
        size_t na = make_prints(pa, a), nb = make_prints(pb, b), both = 0;
        for (size_t i = 0; i < na; i++)
            for (size_t j = 0; j < nb; j++)
                both += pa[i] == pb[j];
        if (both == 0)
            fail_msg("nothing shared:\n%s\n%s", a, b);
    }
}

// Words of both weights in any order, against what shingle.h says of a shingle.
static void test_mixed_shingles(void **state)
{
    (void)state;
    enum { MOST = 300, SHINGLE_WORDS = 8 };
    uint64_t seed = t_seed(), hash[MOST], out[MOST];
    uint8_t alone[MOST];
    uint32_t ends[MOST];
    for (unsigned round = 0; round < ROUNDS; round++) {
        hash_list l = {hash, alone, t_random(&seed) % MOST};
        unsigned k = 3 + round % 3, rare = 1 + (unsigned)(t_random(&seed) % 20);
        for (size_t i = 0; i < l.n; i++) {
            hash[i] = t_random(&seed);
            alone[i] = t_random(&seed) % rare == 0;
        }
        size_t n = shingles_from(out, ends, &l, k);
        for (size_t i = 0; i < l.n; i++) {
            size_t end = i;
            unsigned weight = 0;
            for (; end < l.n && weight < k * WORD_WEIGHT; end++)
                weight += alone[end] ? CHAR_WEIGHT : WORD_WEIGHT;
            if (weight < k * WORD_WEIGHT) {
                assert_int_equal(n, i ? i : 1);
                break;
            }
            uint64_t one[SHINGLE_WORDS];
            hash_list part = {hash + i, alone + i, end - i};
            assert_true(shingles_from(one, NULL, &part, k) >= 1); // the scalar way: so few
            assert_true(i < n && out[i] == one[0]);
            assert_int_equal(ends[i], end);
        }
    }
}

// Both kinds at once are those of each, of as many words as may be read and no more.
static void test_both_shingles(void **state)
{
    (void)state;
    enum { MOST = 200 };
    uint64_t seed = t_seed();
    uint8_t alone[MOST];
    for (size_t n = 0; n <= MOST; n++) {
        uint64_t *hash = malloc(n * sizeof *hash), *all = malloc(4 * (n + 1) * sizeof *all);
        uint64_t *a3 = all, *a5 = a3 + n + 1, *b3 = a5 + n + 1, *b5 = b3 + n + 1;
        for (size_t i = 0; i < n; i++) {
            hash[i] = t_random(&seed);
            alone[i] = t_random(&seed) % 3 == 0;
        }
        for (unsigned kind = 0; kind < 3; kind++) { // words; both; characters alone
            if (kind == 2)
                memset(alone, 1, n);
            hash_list l = {hash, kind ? alone : NULL, n};
            shingle_counts both = shingles_both(a3, a5, &l);
            assert_int_equal(both.sketch, shingles_from(b3, NULL, &l, SKETCH_WORDS));
            assert_int_equal(both.print, shingles_from(b5, NULL, &l, PRINT_WORDS));
            assert_memory_equal(a3, b3, both.sketch * sizeof *a3);
            assert_memory_equal(a5, b5, both.print * sizeof *a5);
        }
        free(hash);
        free(all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_shingles),  cmocka_unit_test(test_mixed_shingles),
        cmocka_unit_test(test_random_unicode), cmocka_unit_test(test_random_bytes),
        cmocka_unit_test(test_halves),         cmocka_unit_test(test_shared_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
