#include "text/scan_tables.h"
#include "text/chars.h"
#include "text/utf8.h"
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static scan_tables table; // written by fill() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint8_t byte_class_of(uint32_t cp, const char_info *info)
{
    switch ((char_class)info->class) {
    case CHAR_BREAK:
    case CHAR_QUOTE: // goes on with a word between Hebrew letters only
        return 0;
    case CHAR_LINE:
        return BYTE_LINE;
    case CHAR_WORD:
        return info->flags & CHAR_DIGIT ? BYTE_DIGIT : cp >= 'a' ? BYTE_LOWER : BYTE_UPPER;
    case CHAR_APOS:
        return BYTE_APOS;
    case CHAR_DOT:
        return BYTE_DOT;
    case CHAR_COMMA:
        return BYTE_COMMA;
    default:
        return BYTE_ODD;
    }
}

// The fold of a character where it is one character, or two letters for a small one (ss), and
// zeroes behind it: its length, or 0.
static size_t single_fold(uint8_t out[4], uint32_t cp, const char_info *info)
{
    memset(out, 0, 4);
    if (info->flags & CHAR_SELF)
        return utf8_put(out, cp);
    if (info->len == 0 || info->len > 4)
        return 0;
    uint8_t fold[4] = {0};
    const uint8_t *p = fold;
    memcpy(fold, info->fold.utf8, info->len);
    utf8_next(&p, fold + sizeof fold);
    bool two = info->len == 2 && fold[0] < 0x80 && fold[1] >= 'a' && fold[1] <= 'z';
    if (p != fold + info->len && (!two || info->flags & CHAR_UPPER))
        return 0;
    memcpy(out, fold, info->len);
    return info->len;
}

// Letters of which a scan knows the alphabet by the first byte of their fold (scan_wide.h).
static bool is_known_letter(const uint8_t fold[4], unsigned flags)
{
    bool latin = fold[0] < 0x80, alike = fold[0] >= LEAD_ALIKE && fold[0] <= LEAD_ALIKE_LAST;
    return latin == !!(flags & CHAR_LATIN) && alike == !!(flags & CHAR_ALIKE) &&
           !(flags & (CHAR_TITLE | CHAR_JAMO | CHAR_DIGIT));
}

static uint8_t word_kind_of(const char_info *info, const uint8_t fold[4], size_t len, size_t most)
{
    unsigned flags = info->flags;
    if (len == 0 || len > most)
        return 0;
    if (flags & CHAR_DIGIT && !(flags & CHAR_LETTER) && len == 1)
        return WIDE_DIGIT;
    if (!(flags & CHAR_LETTER) || !is_known_letter(fold, flags))
        return 0;
    return (uint8_t)((flags & CHAR_HEBREW ? WIDE_HEBREW : WIDE_LETTER) |
                     (flags & CHAR_UPPER ? WIDE_UPPER : 0) | (flags & CHAR_LEAD ? WIDE_LEAD : 0));
}

// The kind of cp, whose own sequence has n bytes, and where it has one its fold.
static uint8_t kind_of(uint32_t cp, size_t n, uint8_t fold[4])
{
    const char_info *info = char_look(chars_get(), cp);
    size_t len = single_fold(fold, cp, info);
    switch ((char_class)info->class) {
    case CHAR_BREAK:
        return (uint8_t)(WIDE_BREAK | (info->flags & CHAR_LEAD ? WIDE_LEAD : 0));
    case CHAR_APOS:
        return WIDE_APOS;
    case CHAR_QUOTE:
        return WIDE_QUOTE;
    case CHAR_IGNORE:
        return WIDE_IGNORE;
    case CHAR_MARK:
        return info->flags & ~CHAR_SELF || (len == 0 && info->len) || (len && len != n) ? 0
                                                                                        : WIDE_MARK;
    case CHAR_WORD:
        return word_kind_of(info, fold, len, n);
    case CHAR_ALONE:
        return n == 3 && len == 3 ? WIDE_HAN : WIDE_ALONE;
    default:
        return 0;
    }
}

static bool has_fold(unsigned kind)
{
    return kind & (WIDE_DIGIT | WIDE_MARK) || (kind & WIDE_LETTER);
}

// The row of the 64 characters from first on, whose sequences have n bytes.
static void fill_row(scan_row *row, uint32_t first, size_t n)
{
    for (uint32_t i = 0; i < 64; i++) {
        uint8_t own[4], fold[4];
        utf8_put(own, first + i);
        row->kind[i] = kind_of(first + i, n, fold);
        for (size_t k = 0; k < n && has_fold(row->kind[i]); k++) {
            row->fold[k][i] = own[k] ^ fold[k];
            row->folds |= row->fold[k][i] != 0;
        }
    }
}

// Adds a row unless there is its like, and returns which it is. Where the table is full: the
// row of the characters that the reference reads.
static uint8_t add_row(unsigned *rows, uint32_t first, size_t n)
{
    static scan_row empty;
    scan_row row = empty;
    fill_row(&row, first, n);
    for (unsigned i = 0; i < *rows; i++)
        if (memcmp(&row, &table.row[i], sizeof row) == 0)
            return (uint8_t)i;
    if (*rows == SCAN_ROWS)
        return SCAN_ROWS_ODD;
    table.row[*rows] = row;
    return (uint8_t)(*rows)++;
}

static uint8_t pair_class_of(unsigned kind, uint8_t apos)
{
    switch (kind & ~(unsigned)WIDE_LEAD) {
    case WIDE_LETTER:
        return PAIR_LOWER;
    case WIDE_LETTER | WIDE_UPPER:
        return PAIR_UPPER;
    case WIDE_APOS:
        return apos;
    case WIDE_BREAK:
        return 0;
    default:
        return PAIR_ODD;
    }
}

// Letters of another alphabet than their pair's are left to who looks at each (U+00B5).
static void fill_pair(scan_pair *pair, unsigned lead)
{
    pair->alike = lead + 1 >= LEAD_ALIKE && lead <= LEAD_ALIKE_LAST;
    for (unsigned i = 0; i < 128; i++) {
        unsigned own = lead | i >> 6;
        const scan_row *row = scan_row_of(&table, (uint8_t)own, 0);
        for (unsigned k = 0; k < 2; k++)
            pair->fold[k][i] = row->fold[k][i & 63];
        pair->class[i] = pair_class_of(row->kind[i & 63], PAIR_APOS2);
        unsigned fold = own ^ pair->fold[0][i];
        bool other = pair->alike ? fold < 0x80 : fold >= LEAD_ALIKE && fold <= LEAD_ALIKE_LAST;
        if (pair->class[i] & PAIR_LETTER && other)
            pair->class[i] = PAIR_ODD;
    }
}

static void fill_letters(scan_letters *out, const scan_pair *pair, unsigned lead)
{
    for (unsigned i = 0; i < 128; i++) {
        unsigned class = pair->class[i], own[2] = {lead | i >> 6, 0x80 | (i & 63)};
        uint8_t bit = (uint8_t)(1 << (i >> 4));
        bool apos = lead == 0xc2 && class == PAIR_APOS2; // others are looked at one by one
        bool letter = class & PAIR_LETTER, sign = class == 0 || apos;
        out->letter[i & 15] |= letter ? bit : 0;
        out->lower[i & 15] |= class == PAIR_LOWER ? bit : 0;
        out->sign[i & 15] |= sign ? bit : 0;
        out->plain[i & 15] |= letter || sign ? bit : 0;
        for (unsigned k = 0; k < 2 && letter; k++) {
            uint8_t key = (uint8_t)(own[k] ^ pair->fold[k][i] ^ ' ');
            out->key[k][i] ^= key;
            if (i + 16 < 128)
                out->key[k][i + 16] ^= key;
        }
    }
}

static void fill_signs(uint8_t sign[64], const scan_row *row, uint8_t apos)
{
    for (unsigned i = 0; i < 64; i++) {
        uint8_t class = pair_class_of(row->kind[i], apos);
        sign[i] = class == 0 || class == apos ? class : PAIR_ODD;
    }
}

static void fill_sign_classes(scan_tables *t)
{
    for (unsigned i = 0; i < 64; i++) {
        t->sign[i] = SIGN_HIGH | (i == 0 ? SIGN_MIDDLE : 0);
        t->sign[i] |= t->sign2[i] == PAIR_ODD ? SIGN_ODD2 : t->sign2[i] ? SIGN_APOS2 : 0;
        t->sign[i] |= t->sign3[i] == PAIR_ODD ? SIGN_ODD3 : t->sign3[i] ? SIGN_APOS3 : 0;
        t->sign[64 + i] = SIGN_HIGH | SIGN_OTHER;
    }
    t->sign[0xc2 & 127] = SIGN_HIGH | SIGN_TWO;
    t->sign[0xe2 & 127] = SIGN_HIGH | SIGN_THREE;
}

static void fill(void)
{
    unsigned rows = SCAN_ROWS_ODD + 1;
    for (uint8_t c = 0; c < 128; c++)
        table.ascii[c] = byte_class_of(c, char_look(chars_get(), c));
    for (uint32_t i = 2; i < SCAN_THREE; i++)
        table.row_of[i] = add_row(&rows, i << 6, 2);
    for (uint32_t i = 0x20; i < 1024; i++)
        if (i < 0xd800 >> 6 || i >= 0xe000 >> 6) // surrogates are no characters
            table.row_of[SCAN_THREE + i] = add_row(&rows, i << 6, 3);
    for (unsigned i = 0; i < SCAN_THREE / 2; i++)
        fill_pair(&table.pair[i], 0xc0 | 2 * i);
    for (unsigned i = 0; i < SCAN_THREE / 2; i++)
        fill_letters(&table.letters[i], &table.pair[i], 0xc0 | 2 * i);
    fill_signs(table.sign2, scan_row_of(&table, 0xc2, 0x80), PAIR_APOS2);
    fill_signs(table.sign3, scan_row_of(&table, 0xe2, 0x80), PAIR_APOS3);
    fill_sign_classes(&table);
}

const scan_tables *scan_tables_get(void)
{
    pthread_once(&once, fill);
    return &table;
}
