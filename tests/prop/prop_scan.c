// prop_scan.c - the words of any text are the same by every variant of scanning, with the
// text at the edge of readable memory; and so is what is UTF-8.
#include "t.h"
#include "text/hashes.h"
#include "text/kernels.h"
#include "text/utf8.h"
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ROUNDS = 40000, TEXT_MOST = 700, LONG_MOST = 4000 };

// What news is made of, and what the neighbours of a plain word may be.
static const char *const PART[] = {
    "the",
    "of",
    "Seawall",
    "NATO",
    "I",
    "a",
    "B2",
    "1,000",
    "3.5",
    "U.S.",
    "a.m.",
    "end.Of",
    "o.b1",
    "A.'b",
    "it’s",
    "don't",
    "o'b",
    "''",
    "'",
    "’",
    "”",
    "“",
    "—",
    "…",
    "é",
    "É",
    "Ü",
    "ß",
    "ø",
    "naïve",
    "café",
    "Ã©",
    "â€™",
    "Â",
    "·",
    "´",
    "-",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    ".",
    ",",
    ",,",
    "<",
    ">",
    "..",
    ";",
    "\"",
    "(",
    "א\"ב",
    "\u200b",
    "\u00ad",
    "\u00a0",
    "\u0301",
    "ж",
    "мир",
    "中",
    "文字",
    "한국",
    "ﬁ",
    "😀",
    "٣",
    "٫",
    "٬",
    "1⁄2",
    "½",
    "º",
    "ª",
    "0",
    "9",
    "z",
    "Z",
    "x.y.z",
    "1.2.3",
    "1,2,a",
    "a,b",
    "a.1",
    "1.a",
    "×",
    "\u2028",
    "aeiouaeiouaeiou",
    "abcdefghijklmnop",
    "incomprehensibilities",
    "`",
    "_",
    "@",
    "/",
};

static size_t random_text(uint8_t *out, size_t most, uint64_t *seed)
{
    size_t len = 0;
    unsigned spaced = t_random(seed) % 4; // how often a space follows a part
    unsigned plain = t_random(seed) % 3 ? 22 : sizeof PART / sizeof *PART;
    for (;;) {
        uint64_t r = t_random(seed);
        size_t kinds = r >> 40 & 7 ? plain : sizeof PART / sizeof *PART;
        const char *part = PART[r % kinds];
        size_t n = strlen(part);
        if (len + n + 1 > most)
            return len;
        memcpy(out + len, part, n);
        len += n;
        if ((r >> 32) % 4 < spaced)
            out[len++] = ' ';
    }
}

static size_t put_utf8(uint8_t *p, uint32_t cp)
{
    return utf8_put(p, cp >= 0xd800 && cp < 0xe000 ? '?' : cp);
}

// Scripts, the marks and digits of some, and what parts and joins their words.
typedef struct range {
    uint32_t first, n;
} range;

static const range SCRIPT[] = {
    {'a', 26},      {'A', 26},        {'0', 10},        {0xc0, 64},      {0x100, 0x150},
    {0x370, 0x90},  {0x3b1, 24},      {0x400, 0x130},   {0x430, 32},     {0x531, 0x57},
    {0x5d0, 27},    {0x590, 0x70},    {0x620, 0x60},    {0x600, 0x100},  {0x627, 30},
    {0x904, 0x36},  {0x900, 0x80},    {0x980, 0x80},    {0xe01, 0x5a},   {0xe01, 0x30},
    {0x1000, 0xa0}, {0x10a0, 0x60},   {0x1780, 0x70},   {0x1e00, 0x200}, {0x3041, 0xbf},
    {0x4e00, 0x60}, {0x4e00, 0x5200}, {0xac00, 0x2ba4}, {0xff01, 0xe0},  {0x660, 10},
};
static const range BETWEEN[] = {
    {' ', 1},       {' ', 1},    {'\n', 1},     {'\'', 1},       {'"', 1},         {'.', 1},
    {',', 1},       {0xad, 1},   {0xb7, 1},     {0x300, 0x70},   {0x5f3, 2},       {0x60c, 1},
    {0x61c, 1},     {0x640, 1},  {0x64b, 8},    {0x66b, 2},      {0x5b0, 20},      {0x93e, 16},
    {0x964, 2},     {0x200b, 5}, {0x2018, 10},  {0x2028, 7},     {0x3000, 0x40},   {0xe31, 10},
    {0xfe00, 0x20}, {0xff0c, 3}, {0x1f600, 80}, {0x20000, 0x90}, {0x2070, 0x40},   {0xa0, 0x20},
    {0x3099, 2},    {0x2044, 1}, {0x80, 0x800}, {0x800, 0xd000}, {0xe000, 0x2000}, {0x302, 1},
};

static uint32_t any_of(const range *r, size_t n, uint64_t *seed)
{
    uint64_t x = t_random(seed);
    const range *one = &r[x % n];
    return one->first + (uint32_t)((x >> 32) % one->n);
}

// Words of one to three scripts, with now and then something between their letters.
static size_t random_scripts(uint8_t *out, size_t most, uint64_t *seed)
{
    const size_t scripts = sizeof SCRIPT / sizeof *SCRIPT,
                 betweens = sizeof BETWEEN / sizeof *BETWEEN;
    range mine[3], between[3];
    uint64_t r = t_random(seed);
    size_t n = 1 + r % 3, len = 0, rare = 1 + (r >> 8) % 12, spaced = 1 + (r >> 16) % 20, odd = 64;
    if (r >> 24 & 1) { // prose
        rare *= 20;
        odd = 2000;
    }
    for (size_t i = 0; i < 3; i++) {
        mine[i] = SCRIPT[t_random(seed) % scripts];
        between[i] = BETWEEN[t_random(seed) % betweens];
    }
    size_t at = 0;
    while (len + 4 <= most) {
        r = t_random(seed);
        at = r % 16 ? at : (r >> 4) % n; // a script goes on for a while
        uint32_t cp = (r >> 8) % spaced == 0  ? ' '
                      : (r >> 16) % rare == 0 ? any_of(between, 3, seed)
                      : (r >> 24) % odd == 0  ? any_of(BETWEEN, betweens, seed)
                                              : any_of(&mine[at], 1, seed);
        len += put_utf8(out + len, cp);
    }
    return len;
}

static void assert_same(const words *a, const words *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a->w[i], &b->w[i], offsetof(word, flags) + sizeof a->w[i].flags))
            fail_msg(
                "word %zu of \"%.*s\": [%u, %u) and [%u, %u), key %u+%u and %u+%u, flags %u and %u",
                i, (int)a->text.len, a->text.p, a->w[i].begin, a->w[i].end, b->w[i].begin,
                b->w[i].end, a->w[i].key, a->w[i].key_len, b->w[i].key, b->w[i].key_len,
                a->w[i].flags, b->w[i].flags);
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->keys_len, b->keys_len);
    assert_memory_equal(a->keys, b->keys, a->keys_len);
}

// What signing reads (hashes.h) is of the same words.
static void assert_hashes(const words *w)
{
    static hashes h; // used again and again, as by a daemon's thread
    assert_ok(hashes_make(&h, w->text, NULL));
    assert_int_equal(h.list.n, w->n);
    for (size_t i = 0; i < w->n; i++) {
        assert_true(h.list.hash[i] == w->w[i].hash);
        assert_int_equal(h.list.alone && h.list.alone[i], !!(w->w[i].flags & WORD_CHAR));
    }
}

static void assert_marks(view text)
{
    uint64_t bits[TEXT_MOST];
    if (text.len > TEXT_MOST)
        return;
    text_kernels_get()->marks(bits, text.p, text.len);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i], next = i + 1 < text.len ? text.p[i + 1] : 0;
        bool is = (c && strchr("\"'`<>\xc2\xc3\xd7\xe2\xe3\xef", c)) || (c == ',' && next == ',');
        assert_int_equal(bits[i / 64] >> i % 64 & 1, is);
    }
}

static void check(view text, scan_run *by)
{
    assert_marks(text);
    words plain, fast;
    assert_ok(words_make_by(&plain, text, NULL, NULL));
    assert_ok(words_make_by(&fast, text, NULL, by));
    assert_same(&plain, &fast);
    assert_hashes(&plain);
    words_free(&plain);
    words_free(&fast);
}

static void test_texts(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *map = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + page, page, PROT_READ | PROT_WRITE), 0);
    scan_run *by = text_kernels_get()->scan;
    for (unsigned i = 0; by && i < ROUNDS; i++) {
        uint8_t text[LONG_MOST];
        size_t most = t_random(&seed) % (i % 16 < 12 ? TEXT_MOST : LONG_MOST);
        size_t len = i & 2 ? random_scripts(text, most, &seed) : random_text(text, most, &seed);
        uint8_t *at = i & 1 ? map + 2 * page - len : map + page;
        memcpy(at, text, len);
        check((view){at, len}, by);
    }
    munmap(map, 3 * page);
    if (!by)
        skip();
}

// Every character, between and beside letters of many scripts, digits and marks.
static void test_characters(void **state)
{
    (void)state;
    static const char *const BESIDE[] = {"a", "B",  "7", " ",  "é",  "ж",      "Я",      "λ",
                                         "א", "س",  "٣", "ह",  "ก",  "中",     "カ",     "한",
                                         "’", ".",  ",", "\"", "'",  "\u0301", "\u200b", "\u0640",
                                         "ا", "\n", "ő", "ế",  "、", "\u0e34", "ս",      "\u093e"};
    enum { SIDES = sizeof BESIDE / sizeof *BESIDE };
    scan_run *by = text_kernels_get()->scan;
    uint64_t seed = t_seed();
    for (uint32_t cp = 1; by && cp < 0x30000; cp += cp < 0xffff ? 1 : 61) {
        uint8_t text[SIDES * 24];
        size_t len = 0;
        for (unsigned i = 0; i < SIDES; i++) {
            const char *before = BESIDE[i], *after = BESIDE[t_random(&seed) % SIDES];
            len += (size_t)sprintf((char *)text + len, "%s", before);
            len += put_utf8(text + len, cp);
            len += (size_t)sprintf((char *)text + len, "%s%s", after, i & 1 ? before : " ");
        }
        check((view){text, len}, by);
    }
    if (!by)
        skip();
}

// One letter at each place of a text that is ASCII otherwise, so that it stands on every border of
// what a variant reads at once.
static void test_places(void **state)
{
    (void)state;
    static const char *const LETTER[] = {"ª", "é", "ß", "ж", "Я", "س", "’", "中"};
    scan_run *by = text_kernels_get()->scan;
    for (size_t k = 0; by && k < sizeof LETTER / sizeof *LETTER; k++) {
        uint8_t text[3 * 512];
        size_t n = strlen(LETTER[k]);
        for (size_t at = 0; at + n <= sizeof text; at++) {
            for (size_t i = 0; i < sizeof text; i++)
                text[i] = (uint8_t)("the pumps don't hold, "[i % 22]);
            memcpy(text + at, LETTER[k], n);
            check((view){text, sizeof text}, by);
        }
    }
    if (!by)
        skip();
}

// What may end, join or spoil a stretch of letters of two bytes, at each place of what is read at
// once: of the pair of lead bytes that a stretch has, or of another; what may be damage or not.
// Behind it the same letters go on, or others.
static void test_stretches(void **state)
{
    (void)state;
    static const char *const FILL[] = {"où été naïve à ", "Мир и слово ", "λόγος και ",
                                       "سلام إلى ",       "ął żółć ość ", "բարև խոսք ",   "the é "};
    static const char *const ODD[] = {"ª",   "é",  "é»",  "é»«", "ñ”", "ñ»»»", "Ã©", "â€™",
                                      "É»",  "ß",  "ж",   "Яa",  "ёé", "µ",    "س",  "،",
                                      "ـ",   "’",  "л’л", "·",   "л·л", "中",  "ł",  "№",
                                      "ﬁ",   "ґ",  "Ω",   "a.л.", "é.a", "\u00ad",
                                      "â“‘", "à“é", "Ãƒ",   "ÃŠ",  "Ãˆ",    "ß»",
                                      "ա՚բ",  "ш՚ʼh"};
    static const char ASCII[] = "The tide gauge had stuck, and the harbour stayed shut that week.";
    enum { FILLS = sizeof FILL / sizeof *FILL, ODDS = sizeof ODD / sizeof *ODD, GROUP = 256 };
    scan_run *by = text_kernels_get()->scan;
    uint64_t seed = t_seed();
    for (unsigned i = 0; by && i < 2 * ODDS * GROUP; i++) {
        const char *fill = FILL[t_random(&seed) % FILLS];
        char text[1024];
        int place = (int)(i / ODDS % GROUP), len = sprintf(text, "%.*s", place % 64, ASCII);
        while (len < 300 + place / 64 * 64)
            len += sprintf(text + len, "%s", fill);
        len += sprintf(text + len, "%s", ODD[i % ODDS]);
        if (t_random(&seed) % 2)
            fill = FILL[t_random(&seed) % FILLS];
        while (len < 900)
            len += sprintf(text + len, "%s", fill);
        check((view){(const uint8_t *)text, (size_t)len}, by);
    }
    if (!by)
        skip();
}

// Leaves other bytes where a scan will have what it reads.
__attribute__((noinline)) static void litter(uint8_t with)
{
    volatile uint8_t stack[1 << 16];
    for (size_t i = 0; i < sizeof stack; i++)
        stack[i] = with;
}

// Words that go on from block to block, of two alphabets that look alike, with whatever a scan has
// left on the stack; and what is no letter across the end of a block.
static void test_across(void **state)
{
    (void)state;
    static const char *const HEAD[] = {"слово", "λόγος", "a", "”", "—", "é"};
    static const char *const TAIL[] = {"a b", "abc d", "a.b", "я", "” b", " b"};
    static const char PROSE[] =
        " The tide gauge at Nettlemouth had stuck, the harbour stayed shut.";
    enum { HEADS = sizeof HEAD / sizeof *HEAD, TAILS = sizeof TAIL / sizeof *TAIL, DIGITS = 4 };
    scan_run *by = text_kernels_get()->scan;
    for (unsigned i = 0; by && i < HEADS * TAILS * DIGITS * 64; i++) {
        char text[1024];
        int lead = i / (HEADS * TAILS * DIGITS), digits = 64 * (i / (HEADS * TAILS) % DIGITS);
        int len = sprintf(text, "%.*s%s", lead, PROSE, HEAD[i % HEADS]);
        memset(text + len, '7', (size_t)digits);
        len += digits;
        len += sprintf(text + len, "%s", TAIL[i / HEADS % TAILS]);
        while (len < 900)
            len += sprintf(text + len, "%s", PROSE);
        litter(i % 5 & 1 ? 0xff : 0);
        check((view){(const uint8_t *)text, (size_t)len}, by);
    }
    if (!by)
        skip();
}

// More words than a variant takes in one call, and words longer than a block.
static void test_long(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    enum { BYTES = 1 << 20 };
    uint8_t *text = malloc(BYTES);
    assert_non_null(text);
    for (unsigned round = 0; round < 6; round++) {
        for (size_t i = 0; i < BYTES; i++)
            text[i] = (uint8_t)(round == 0 ? (unsigned)(i & 1 ? 0x20 : 0x61)
                                : t_random(&seed) % (20u << 2 * round) ? 'A' + 32 * (i & 1)
                                                                       : ' ');
        if (text_kernels_get()->scan)
            check((view){text, BYTES}, text_kernels_get()->scan);
    }
    free(text);
}

// Whether a text is UTF-8, from the ranges of RFC 3629.
static bool plain_utf8(const uint8_t *p, size_t len)
{
    static const uint32_t LEAST[5] = {0, 0, 0x80, 0x800, 0x10000};
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t cp = p[i];
        n = cp < 0x80 ? 1 : cp < 0xc0 ? 0 : cp < 0xe0 ? 2 : cp < 0xf0 ? 3 : cp < 0xf8 ? 4 : 0;
        if (n == 0 || n > len - i)
            return false;
        cp &= n == 1 ? 0x7f : 0x7fu >> n;
        for (size_t k = 1; k < n; k++) {
            if ((p[i + k] & 0xc0) != 0x80)
                return false;
            cp = cp << 6 | (p[i + k] & 63);
        }
        if (cp < LEAST[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
            return false;
    }
    return true;
}

// Whoever asks for hashes alone hears of the same fault.
static void assert_fault(view text, bool is)
{
    static hashes h;
    size_t at = 0, own = 0;
    assert_int_equal(utf8_check(text, &at), is ? SHG_OK : SHG_EUTF8);
    assert_int_equal(hashes_make(&h, text, &own), is ? SHG_OK : SHG_EUTF8);
    assert_int_equal(own, at);
    if (!is)
        assert_int_equal(h.list.n, 0);
}

// Bytes about which something is to be decided, in a script, at every place of a block.
static void test_utf8(void **state)
{
    (void)state;
    static const uint8_t BYTE[] = {'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2,
                                   0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4,
                                   0xf5, 0xf8, 0xff, 0x85,
                                   // what scanning checks by itself
                                   0xe2, 0x99, 0xc3, 0xa9, 0xd0, 0xd1};
    uint64_t seed = t_seed();
    utf8_kernel *fast = text_kernels_get()->utf8;
    unsigned valid = 0;
    for (unsigned i = 0; fast && i < 2000000; i++) {
        uint8_t text[800];
        uint64_t r = t_random(&seed);
        size_t len = r % 700, at = (r >> 16) % 700, odd = 1 + (r >> 32) % 5;
        static const char *const FILL[] = {"a", "a", "a", "中", "ж", "é ", "한"};
        const char *fill = FILL[(r >> 48) % (sizeof FILL / sizeof *FILL)];
        size_t step = strlen(fill);
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = (uint8_t)fill[k % step];
        len -= r >> 60 ? len % step : 0; // else it may end within a character
        for (size_t k = 0; k < odd && r >> 61; k++)
            text[at + k] = BYTE[t_random(&seed) % sizeof BYTE];
        bool is = plain_utf8(text, len);
        valid += is;
        if (fast(text, len) != is)
            fail_msg("%zu bytes, %02x %02x %02x %02x %02x at %zu: UTF-8: %d", len, text[at],
                     text[at + 1], text[at + 2], text[at + 3], text[at + 4], at, is);
        if (i % 8 == 0)
            assert_fault((view){text, len}, is);
    }
    if (!fast)
        skip();
    assert_true(valid > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),  cmocka_unit_test(test_characters),
        cmocka_unit_test(test_places), cmocka_unit_test(test_stretches),
        cmocka_unit_test(test_across), cmocka_unit_test(test_long),
        cmocka_unit_test(test_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
