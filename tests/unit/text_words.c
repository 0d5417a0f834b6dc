// text_words.c - words, their keys, flags and offsets, script by script.
#include "t.h"
#include "text/words.h"
#include "text/utf8.h"

#define CLIP "‍" // U+200D, zero width joiner

// text, and its keys with one space between them
static const struct {
    const char *what, *text, *keys;
} CASES[] = {
    {"nothing", "", ""},
    {"blank", " \t\r\n\xc2\xa0\xe2\x80\x83", ""},
    {"punctuation only", "… — “”! ?.,'\"`·/", ""},
    {"emoji only", "👩" CLIP "🚀 ☃️ 🇩🇪 ✅ 👍🏽", ""},
    {"marks only", "\xcc\x81\xcc\x88 \xe2\x83\x9d", ""},
    {"ignored only", "\xc2\xad\xe2\x80\x8b\xef\xbb\xbf\xd9\x80", ""},
    {"case", "The MAYOR Said", "the mayor said"},
    {"curly and straight quotes", "“don’t” \"don't\" ‘tis", "dont dont tis"},
    {"apostrophes that do not join", "dogs' 'n' it''s 5'000", "dogs n it s 5 000"},
    {"no-break space", "10\xc2\xa0km\xe2\x80\xafso", "10 km so"},
    {"soft hyphen", "govern\xc2\xadment", "government"},
    {"zero width inside", "go\xe2\x80\x8bvern\xe2\x81\xa0ment\xef\xbb\xbf", "government"},
    {"bidi marks", "\xe2\x80\x8egovern\xe2\x80\xaament\xe2\x81\xa9", "government"},
    {"accents, both forms", "Café cafe\xcc\x81 CAFÉ", "cafe cafe cafe"},
    {"ligatures", "ﬁne ﬂow oﬃce œuvre", "fine flow office œuvre"},
    {"full width", "Ｎｅｗｓ １２", "news 12"},
    {"sharp s", "Straße STRASSE ẞ", "strasse strasse ss"},
    {"Turkish i", "IŞIK ışık İstanbul istanbul", "isik isik istanbul istanbul"},
    {"final sigma", "ΟΔΟΣ οδός", "οδοσ οδοσ"},
    {"Cyrillic", "Ёлка ЙОД Київ", "елка иод киів"},
    {"harakat and tatweel", "العَرَبِيَّة العربية كتـــاب", "العربيه العربيه كتاب"},
    {"Arabic letters of other keyboards", "علی على علي کتاب كتاب مدينة مدینہ",
     "علي علي علي كتاب كتاب مدينه مدينه"},
    {"hamza seats", "أحمد احمد مسؤول مسوول سۀ سه", "احمد احمد مسوول مسوول سه سه"},
    {"Persian and Urdu digits", "۱۲۳ ١٢٣ 123", "123 123 123"},
    {"Vietnamese, both forms", "Vi\xe1\xbb\x87t Vie\xcc\xa3\xcc\x82t vie\xcc\x82\xcc\xa3t",
     "viet viet viet"},
    {"nukta, both forms",
     "\xe0\xa5\x99\xe0\xa4\xac\xe0\xa4\xb0 \xe0\xa4\x96\xe0\xa4\xbc\xe0\xa4\xac\xe0\xa4\xb0",
     "खबर खबर"},
    {"an expansion", "ﷺ", "صلياللهعليهوسلم"},
    {"Hebrew points", "שָׁלוֹם שלום", "שלום שלום"},
    {"gershayim", "צה״ל צה\"ל ג׳ירפה a\"b", "צהל צהל גירפה a b"},
    // Vowel signs that take room (Mc) stay, those that do not (Mn) go, as does the
    // virama: the two words of the first line meet, those of the second do not.
    {"Devanagari, Mn", "मेरे मैरै", "मर मर"},
    {"Devanagari, Mc", "मेरा मेरी", "मरा मरी"},
    {"Thai", "ภาษา น้ำ", "ภ า ษ า น า"},
    {"Thai digits", "ปี ๒๕๖๗", "ป 2567"},
    {"Chinese", "市长说，好。A股", "市 长 说 好 a 股"},
    {"Japanese", "ガイド ｶﾞｲﾄﾞ 々", "カ イ ト カ イ ト 々"},
    {"Korean, both forms", "한국어 한국어 ㅎㅏ", "한국어 한국어 하"},
    {"Myanmar keeps Mc", "ကာ", "ကာ"},
    {"numbers", "1,000 3.14 1.2.3 12. .5 1,a", "1000 3.14 1.2.3 12 5 1 a"},
    {"other digits", "١٬٢٣٤٫٥ १२ ½ x² ①", "1234.5 12 1⁄2 x2 1"},
    {"initials", "The U.S. and U.N.-led u.k. a.m.", "the us and un led uk am"},
    {"no initials", "Plan.It end.Of B.Smith 3.A", "plan it end of b smith 3 a"},
    {"hyphens", "well-known hard\xe2\x80\x91won a—b", "well known hard won a b"},
    {"addresses", "mayor@town.example https://a.example/b_c",
     "mayor town example https a example b c"},
    {"look-alikes",
     "p\xd0\xb0yp\xd0\xb0l \xd0\xa1hin\xd0\xb0 \xce\x92"
     "ank",
     "paypal china bank"},
    {"Latin look-alikes in Cyrillic, where a letter has none", "Mocквa MOCКBA Ёлкa",
     "москва mockba елка"},
    {"Latin look-alikes in Greek", "Αθηvα ΑΘΗNA", "αθηνα αθηνα"},
    {"neither alphabet for certain", "бrand сор\x70", "бrand copp"},
    {"no look-alikes without Latin", "сор ΒΑΝ", "сор βαν"},
    {"look-alikes under a mark", "\xd1\x91mail", "email"},
    {"mojibake", "donâ€™t seÃ±or saidÂ\xc2\xa0so Ã§a", "dont senor said so ca"},
    {"mojibake, Cyrillic", "Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет"},
    {"mojibake, lead before a letter", "Å›wiat piÄ…tek", "swiat piatek"},
    {"not mojibake", "PERÚ» CAFÉ” café’” Ã ", "peru cafe cafe a"},
    {"not mojibake, German", "„groß“, sagt „weiß“ Auch", "gross sagt weiss auch"},
    {"keycap", "1\xef\xb8\x8f\xe2\x83\xa3", "1"},
    {"middle dot", "col·lecció a · b", "colleccio a b"},
};

static void join_keys(char *out, size_t cap, const words *w)
{
    size_t len = 0;
    out[0] = 0;
    for (size_t i = 0; i < w->n; i++) {
        view k = words_key(w, i);
        assert_true(len + k.len + 2 < cap && k.len > 0);
        len += (size_t)snprintf(out + len, cap - len, "%s%.*s", i ? " " : "", (int)k.len,
                                (const char *)k.p);
        assert_int_equal(w->w[i].hash, hash_key(k));
    }
}

// Words ascend, do not overlap, and begin and end at characters.
static void check_offsets(const words *w)
{
    uint32_t last = 0;
    for (size_t i = 0; i < w->n; i++) {
        const word *x = &w->w[i];
        assert_true(x->begin >= last && x->end > x->begin && x->end <= w->text.len);
        assert_true((w->text.p[x->begin] & 0xc0) != 0x80);
        assert_true(x->end == w->text.len || (w->text.p[x->end] & 0xc0) != 0x80);
        last = x->end;
    }
}

// What a word covers in the text, read by itself, is that word: offsets are right in every
// script and after every repair.
static void check_slices(const char *what, const words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        uint8_t key[256];
        view slice = {w->text.p + w->w[i].begin, w->w[i].end - w->w[i].begin};
        size_t n = fold_key(key, sizeof key, slice);
        if (!view_eq((view){key, n}, words_key(w, i)))
            fail_msg("%s: \"%.*s\" is %.*s", what, (int)slice.len, (const char *)slice.p, (int)n,
                     (const char *)key);
    }
}

static void test_keys(void **state)
{
    (void)state;
    char got[4096];
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        size_t len = strlen(CASES[i].text);
        uint8_t *exact = malloc(len + 1); // its end is the end of the memory
        memcpy(exact + 1, CASES[i].text, len);
        words w;
        assert_ok(words_make(&w, (view){exact + 1, len}, NULL));
        join_keys(got, sizeof got, &w);
        if (strcmp(got, CASES[i].keys) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", CASES[i].what, got, CASES[i].keys);
        check_offsets(&w);
        check_slices(CASES[i].what, &w);
        words_free(&w);
        free(exact);
    }
}

// What a word covers in the text as it was sent.
static void test_slices(void **state)
{
    (void)state;
    static const struct {
        const char *text, *slices; // joined with |
    } cases[] = {
        {"“don’t” wait", "don’t|wait"},
        {"The U.S. said", "The|U.S|said"},
        {"donâ€™t go", "donâ€™t|go"},
        {"a\xc2\xad b", "a|b"},
        {"cafe\xcc\x81, x", "cafe\xcc\x81|x"},
        {"น้ำ", "น้|ำ"},
        {"1,000.5!", "1,000.5"},
        {"go\xe2\x80\x8bing\xe2\x80\x8b", "go\xe2\x80\x8bing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words w;
        char got[256] = "";
        assert_ok(words_make(&w, view_of(cases[i].text), NULL));
        for (size_t j = 0; j < w.n; j++) {
            strcat(got, j ? "|" : "");
            strncat(got, cases[i].text + w.w[j].begin, w.w[j].end - w.w[j].begin);
        }
        assert_string_equal(got, cases[i].slices);
        words_free(&w);
    }
}

static void test_flags(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t flags[4];
    } cases[] = {
        {"The mayor CNN B2B",
         {WORD_CAP | WORD_LINE, 0, WORD_CAP | WORD_ALLCAPS, WORD_CAP | WORD_ALLCAPS | WORD_NUMBER}},
        {"A iPhone 7up МИР", {WORD_CAP | WORD_LINE, 0, WORD_NUMBER, WORD_CAP | WORD_ALLCAPS}},
        {"x\ny\r\n\"z w", {WORD_LINE, WORD_LINE, WORD_LINE, 0}},
        {"好 1 ١ U.S.", {WORD_CHAR | WORD_LINE, WORD_NUMBER, WORD_NUMBER, WORD_CAP | WORD_ALLCAPS}},
        {"ǅa Ǆ\xe2\x80\xa8"
         "b Élan",
         {WORD_CAP | WORD_LINE, WORD_CAP, WORD_LINE, WORD_CAP}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words w;
        assert_ok(words_make(&w, view_of(cases[i].text), NULL));
        assert_int_equal(w.n, 4);
        for (size_t j = 0; j < 4; j++)
            if (w.w[j].flags != cases[i].flags[j])
                fail_msg("%s, word %zu: %u", cases[i].text, j, w.w[j].flags);
        words_free(&w);
    }
}

static void test_invalid(void **state)
{
    (void)state;
    words w;
    size_t at = 0;
    assert_int_equal(words_make(&w, view_of("some words\xed\xa0\x80 more"), &at), SHG_EUTF8);
    assert_int_equal(at, 10);
    assert_int_equal(w.n, 0);
    assert_null(w.w);
    assert_null(w.keys);
    words_free(&w);
    assert_ok(words_make(&w, (view){NULL, 0}, NULL));
    assert_int_equal(w.n, 0);
    words_free(&w);
    words_free(&w);
}

// One word of a megabyte, of each kind of path: eight bytes at a time, folded letters,
// an expansion of eleven bytes for one, look-alikes (read twice), jamo.
static void test_long_words(void **state)
{
    (void)state;
    static const char *const UNIT[] = {
        "aB",        "é",  "ﷺ", "a\xd0\xb0", "\xe1\x84\x92\xe1\x85\xa1", "a\xe2\x80\x8b",
        "a\xcc\x81", "a'", "1."};
    static const size_t KEY[] = {2, 1, 30, 2, 3, 1, 1, 1, 2};
    for (size_t i = 0; i < sizeof KEY / sizeof *KEY; i++) {
        size_t unit = strlen(UNIT[i]), times = ((size_t)1 << 20) / unit;
        char *text = malloc(unit * times);
        for (size_t j = 0; j < times; j++)
            memcpy(text + j * unit, UNIT[i], unit);
        words w;
        assert_ok(words_make(&w, (view){(uint8_t *)text, unit * times}, NULL));
        assert_int_equal(w.n, 1);
        size_t lost = UNIT[i][1] == '.' ? 1 : 0; // the last dot joins nothing
        assert_int_equal(w.w[0].key_len, KEY[i] * times - lost);
        assert_int_equal(w.w[0].hash, hash_key(words_key(&w, 0)));
        check_offsets(&w);
        words_free(&w);
        free(text);
    }
}

static void test_same(void **state)
{
    (void)state;
    words a, b;
    assert_ok(words_make(&a, view_of("“Café” noir, don’t"), NULL));
    assert_ok(words_make(&b, view_of("CAFE\xcc\x81 NOIR DON'T!"), NULL));
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(words_same(&a, i, &b, j), i == j);
    assert_int_equal(words_body_hash(&a), words_body_hash(&b));
    b.w[0].hash = b.w[1].hash; // a collision, forged: the bytes decide
    assert_false(words_same(&b, 0, &b, 1));
    words_free(&b);
    assert_ok(words_make(&b, view_of("cafen oir dont"), NULL));
    assert_int_not_equal(words_body_hash(&a), words_body_hash(&b));
    words_free(&a);
    words_free(&b);
}

static void test_fold_key(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cap;
        const char *key;
    } cases[] = {
        {"The New York Times", 64, "thenewyorktimes"},
        {"L’Équipe", 64, "lequipe"},
        {"新华社", 64, "新华社"},
        {"新华社", 8, "新华"},
        {"abcdefghij", 4, "abcd"},
        {"aéé", 2, "ae"},
        {"ﷺ a", 5, ""},
        {"!?", 8, ""},
        {"U.S. News 1,000.5", 64, "usnews1000.5"},
        {"a\xff"
         "b",
         8, "a"},
        {"p\xd0\xb0yp\xd0\xb0l", 8, "paypal"},
        {"abc", 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t out[65];
        memset(out, 0xee, sizeof out);
        size_t n = fold_key(out, cases[i].cap, view_of(cases[i].text));
        assert_int_equal(out[cases[i].cap], 0xee);
        assert_true(view_eq((view){out, n}, view_of(cases[i].key)));
    }
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// 400,000 words of 1 to 20 bytes: no two hashes alike (expected: 4e-9 pairs).
static void test_hash_collisions(void **state)
{
    (void)state;
    enum { N = 400000 };
    uint64_t *h = malloc(N * sizeof *h);
    for (uint32_t i = 0; i < N; i++) {
        char key[32];
        int n = i % 2
                    ? snprintf(key, sizeof key, "%x", i)
                    : snprintf(key, sizeof key, "%.*s%u", (int)(i / 2 % 15), "abababababababab", i);
        h[i] = hash_key((view){(uint8_t *)key, (size_t)n});
    }
    qsort(h, N, sizeof *h, by_value);
    for (size_t i = 1; i < N; i++)
        assert_true(h[i] != h[i - 1]);
    free(h);
}

// Each bit of a key changes every bit of the hash about half the time. (Keys of 1 or 2
// bytes are too few to count on.)
static void test_hash_avalanche(void **state)
{
    (void)state;
    enum { TRIES = 2000 };
    uint64_t seed = t_seed();
    for (size_t len = 3; len <= 16; len++) {
        for (size_t bit = 0; bit<8 * len; bit += len> 4 ? 7 : 1) {
            uint32_t changed[64] = {0};
            for (unsigned t = 0; t < TRIES; t++) {
                uint8_t key[16];
                for (size_t i = 0; i < 16; i++)
                    key[i] = (uint8_t)t_random(&seed);
                uint64_t h = hash_key((view){key, len});
                key[bit / 8] ^= (uint8_t)(1u << bit % 8);
                h ^= hash_key((view){key, len});
                for (unsigned b = 0; b < 64; b++)
                    changed[b] += (uint32_t)(h >> b & 1);
            }
            for (unsigned b = 0; b < 64; b++) // 7 standard deviations
                assert_in_range(changed[b], TRIES / 2 - 157, TRIES / 2 + 157);
        }
    }
    assert_int_not_equal(hash_key((view){(const uint8_t *)"a\0", 1}),
                         hash_key((view){(const uint8_t *)"a\0", 2}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),           cmocka_unit_test(test_slices),
        cmocka_unit_test(test_flags),          cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_long_words),     cmocka_unit_test(test_same),
        cmocka_unit_test(test_fold_key),       cmocka_unit_test(test_hash_collisions),
        cmocka_unit_test(test_hash_avalanche),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
