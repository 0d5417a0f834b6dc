#include "text/chars.h"
#include "text/utf8.h"
#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <utf8proc.h>

typedef struct range {
    uint32_t first, last;
} range;

// r is in ascending order.
static bool among(const range *r, size_t n, uint32_t cp)
{
    for (size_t i = 0; i < n && cp >= r[i].first; i++)
        if (cp <= r[i].last)
            return true;
    return false;
}

#define AMONG(ranges, cp) among(ranges, sizeof(ranges) / sizeof *(ranges), cp)

// Blocks of the scripts written without spaces (Blocks.txt of the Unicode data).
static const range ALONE[] = {
    {0x0e00, 0x0eff},   // Thai, Lao
    {0x1000, 0x109f},   // Myanmar
    {0x1780, 0x17ff},   // Khmer
    {0x3005, 0x3007},   // ideographic iteration mark, closing mark, zero
    {0x3021, 0x3029},   // Hangzhou numerals
    {0x3031, 0x3035},   // kana repeat marks
    {0x3038, 0x303c},   // Hangzhou numerals, vertical iteration mark, masu
    {0x3041, 0x30ff},   // Hiragana, Katakana
    {0x31f0, 0x31ff},   // Katakana extensions
    {0x3400, 0x4dbf},   // Han extension A
    {0x4e00, 0x9fff},   // Han
    {0xa9e0, 0xa9ff},   // Myanmar extended B
    {0xaa60, 0xaa7f},   // Myanmar extended A
    {0xf900, 0xfaff},   // Han compatibility
    {0xff66, 0xff9d},   // halfwidth Katakana
    {0x1aff0, 0x1b16f}, // Kana extensions and supplement
    {0x20000, 0x3ffff}, // Han extensions B and up
};

static const range APOS[] = {
    {0x0027, 0x0027}, {0x0060, 0x0060}, {0x00b7, 0x00b7}, {0x02bb, 0x02bc}, {0x055a, 0x055a},
    {0x05f3, 0x05f3}, {0x2018, 0x2019}, {0x201b, 0x201b}, {0x2032, 0x2032}, {0xff07, 0xff07},
};

static bool is_letter(utf8proc_category_t c)
{
    return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

static bool is_number(utf8proc_category_t c)
{
    return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO;
}

static bool is_mark(utf8proc_category_t c)
{
    return c >= UTF8PROC_CATEGORY_MN && c <= UTF8PROC_CATEGORY_ME;
}

static char_class punctuation(uint32_t cp)
{
    switch (cp) {
    case '\n':
    case '\v':
    case '\f':
    case '\r':
    case 0x85:
    case 0x2028:
    case 0x2029:
        return CHAR_LINE;
    case '.':
    case 0x066b: // Arabic decimal separator
    case 0xff0e:
        return CHAR_DOT;
    case ',':
    case 0x066c: // Arabic thousands separator
        return CHAR_COMMA;
    case 0x2044:
        return CHAR_SLASH;
    case '"':
    case 0x05f4:
        return CHAR_QUOTE;
    default:
        return CHAR_BREAK;
    }
}

static char_class class_of(uint32_t cp, const utf8proc_property_t *p)
{
    utf8proc_category_t c = (utf8proc_category_t)p->category;
    if (AMONG(APOS, cp))
        return CHAR_APOS;
    if (p->ignorable || c == UTF8PROC_CATEGORY_CF || cp == 0x0640)
        return CHAR_IGNORE;
    if (is_mark(c) || cp == 0xff9e || cp == 0xff9f) // halfwidth voicing marks
        return CHAR_MARK;
    if ((is_letter(c) || c == UTF8PROC_CATEGORY_NL) && AMONG(ALONE, cp))
        return CHAR_ALONE;
    if (is_letter(c) || is_number(c))
        return CHAR_WORD;
    return punctuation(cp);
}

// Decimal digits stand in runs of ten, zero first (a stability policy of Unicode).
static uint32_t digit_fold(uint32_t cp)
{
    uint32_t first = cp;
    while (utf8proc_category((utf8proc_int32_t)first - 1) == UTF8PROC_CATEGORY_ND)
        first--;
    return '0' + (cp - first) % 10;
}

// Letters of Arabic script that keyboards and editors of Arabic, Persian and Urdu mix for one
// another, and the one that the key keeps (after the ArabicNormalizer and PersianNormalizer
// of Lucene; the forms with hamza decompose by themselves).
static uint32_t arabic_variant(uint32_t cp)
{
    switch (cp) {
    case 0x0649: // alef maksura
    case 0x06cc: // Farsi yeh
        return 0x064a;
    case 0x06a9: // keheh
    case 0x06aa: // swash kaf
        return 0x0643;
    case 0x0629: // teh marbuta
    case 0x06c1: // heh goal
    case 0x06c3: // teh marbuta goal
    case 0x06d5: // ae
        return 0x0647;
    default:
        return cp;
    }
}

// One code point of a decomposition as the key keeps it, 0 where it is dropped.
static uint32_t keep(uint32_t cp)
{
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    utf8proc_category_t c = (utf8proc_category_t)p->category;
    if (c == UTF8PROC_CATEGORY_ND)
        return digit_fold(cp);
    if (cp == 0x2044)
        return cp;
    if (cp == 0x0131) // dotless i, so that Turkish capitals meet their small letters
        return 'i';
    char_class class = class_of(cp, p);
    if (class == CHAR_WORD || class == CHAR_ALONE)
        return arabic_variant(cp);
    return class == CHAR_MARK && c == UTF8PROC_CATEGORY_MC ? cp : 0;
}

// Whether decomposition or case folding changes it. Hangul syllables, which utf8proc
// decomposes without a table, stay as they are.
static bool changes(uint32_t cp)
{
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    return p->decomp_seqindex != UINT16_MAX || p->casefold_seqindex != UINT16_MAX;
}

// The fold of one code point: compatibility decomposition and full case folding,
// each applied until nothing changes; then what keep() keeps. Returns how many.
static size_t fold_of(uint32_t cp, uint32_t out[32])
{
    utf8proc_int32_t parts[32];
    int boundary = 0;
    if (!changes(cp)) {
        out[0] = keep(cp);
        return out[0] != 0;
    }
    utf8proc_option_t how = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, 32, how, &boundary);
    assert(n >= 0 && n <= 32);
    size_t kept = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        uint32_t k = keep((uint32_t)parts[i]);
        if (k)
            out[kept++] = k;
    }
    return kept;
}

static unsigned fold_flags(const uint32_t *fold, size_t n)
{
    unsigned flags = 0;
    for (size_t i = 0; i < n; i++) {
        if (fold[i] >= '0' && fold[i] <= '9')
            flags |= CHAR_DIGIT;
        if (fold[i] >= 'a' && fold[i] <= 'z')
            flags |= CHAR_LATIN;
        if (fold[i] >= 0x1100 && fold[i] <= 0x11ff)
            flags |= CHAR_JAMO;
        if (fold[i] >= 0x0370 && fold[i] <= 0x052f)
            flags |= CHAR_ALIKE;
    }
    return flags;
}

static void store_fold(chars *t, char_info *info, const uint32_t *fold, size_t n)
{
    uint8_t bytes[32 * 4];
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += utf8_put(bytes + len, fold[i]);
    info->len = (uint8_t)len;
    if (len <= sizeof info->fold.utf8) {
        memcpy(info->fold.utf8, bytes, len);
        return;
    }
    assert(t->pool_len + len <= sizeof t->pool);
    info->fold.pool = t->pool_len;
    memcpy(t->pool + t->pool_len, bytes, len);
    t->pool_len += (uint32_t)len;
}

static unsigned own_flags(uint32_t cp, utf8proc_category_t c)
{
    unsigned flags = is_letter(c) ? CHAR_LETTER : 0;
    if (c == UTF8PROC_CATEGORY_LU)
        flags |= CHAR_UPPER;
    if (c == UTF8PROC_CATEGORY_LT)
        flags |= CHAR_TITLE;
    if (is_letter(c) && cp >= 0x05d0 && cp <= 0x05ea)
        flags |= CHAR_HEBREW;
    return flags;
}

static char_info info_of(chars *t, uint32_t cp)
{
    const utf8proc_property_t *p = utf8proc_get_property((utf8proc_int32_t)cp);
    char_info info = {.class = (uint8_t)class_of(cp, p)};
    if (cp >= 0xc2 && cp <= 0xf4)
        info.flags = CHAR_LEAD;
    if (info.class != CHAR_WORD && info.class != CHAR_ALONE && info.class != CHAR_MARK)
        return info;
    uint32_t fold[32];
    size_t n = fold_of(cp, fold);
    unsigned flags = own_flags(cp, (utf8proc_category_t)p->category) | fold_flags(fold, n);
    if (n == 1 && fold[0] == cp)
        flags |= CHAR_SELF;
    else
        store_fold(t, &info, fold, n);
    info.flags = (uint16_t)(info.flags | flags);
    return info;
}

// A page that equals an earlier one (Han, Hangul) is shared.
static void add_page(chars *t, uint32_t high)
{
    assert(t->pages < 256);
    char_info *page = t->info[t->pages];
    for (uint32_t low = 0; low < 256; low++)
        page[low] = info_of(t, high << 8 | low);
    for (uint32_t i = 0; i < t->pages; i++) {
        if (memcmp(page, t->info[i], sizeof t->info[0]) == 0) {
            t->page[high] = (uint16_t)i;
            memset(page, 0, sizeof t->info[0]);
            return;
        }
    }
    t->page[high] = (uint16_t)t->pages++;
}

static void add_ascii(chars *t)
{
    for (uint32_t c = 0; c < 128; c++) {
        const char_info *info = char_look(t, c);
        if (info->class == CHAR_WORD)
            t->ascii[c] = (uint8_t)(info->flags & CHAR_UPPER ? c | 0x20 : c);
        else if (info->class == CHAR_BREAK)
            t->ascii[c] = ASCII_BREAK;
    }
}

static chars table; // written by build() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Planes 4 to 13, 15 and 16 hold no character: they share one page of CHAR_BREAK,
// which is what zeroes mean, and so does all that add_page is not called for.
static void build(void)
{
    enum { EMPTY = 255 };
    for (uint32_t high = 0; high < 0x1100; high++)
        table.page[high] = EMPTY;
    for (uint32_t high = 0; high < 0x400; high++)
        add_page(&table, high);
    for (uint32_t high = 0xe00; high < 0xe02; high++) // tags, variation selectors
        add_page(&table, high);
    assert(table.pages <= EMPTY);
    add_ascii(&table);
}

const chars *chars_get(void)
{
    pthread_once(&once, build);
    return &table;
}
