// scan_tables.h - what scanning must know of bytes, made from the table of characters.
// Layer: text.  May include: base.  Threads: constant; filled by pthread_once.
#ifndef SHINGLED_TEXT_SCAN_TABLES_H
#define SHINGLED_TEXT_SCAN_TABLES_H
#include <stdbool.h>
#include <stdint.h>

// Of an ASCII character; 0 is a break.
enum byte_class {
    BYTE_LOWER = 1,
    BYTE_UPPER = 2,
    BYTE_DIGIT = 4,
    BYTE_APOS = 8,
    BYTE_DOT = 16,
    BYTE_COMMA = 32,
    BYTE_LINE = 64,
    BYTE_ODD = 128, // nothing of these: the reference must look
};

// Of a character of two or three bytes; 0 where the reference must look.
enum wide_kind {
    WIDE_LETTER = 1, // its fold is one character, as long as itself or shorter
    WIDE_UPPER = 2,  // a letter of category Lu
    WIDE_DIGIT = 4,  // its fold is one of 0-9
    WIDE_MARK = 8,   // dropped, or its fold is itself
    WIDE_BREAK = 16,
    WIDE_APOS = 32,
    WIDE_IGNORE = 64,
    WIDE_LEAD = 128, // may begin UTF-8 that had been read as cp1252: letters, and a break
    // what no letter, break or apostrophe has together:
    WIDE_HEBREW = WIDE_LETTER | WIDE_APOS, // a letter between which quotation marks are dropped
    WIDE_QUOTE = WIDE_BREAK | WIDE_APOS,   // such a mark
    WIDE_ALONE = WIDE_BREAK | WIDE_UPPER,  // a word by itself; the reference makes its key,
    WIDE_HAN = WIDE_ALONE | WIDE_LETTER,   // or its fold is one character of three bytes
};

// The 64 characters whose sequences differ in the last byte only. Letters, digits, marks and
// HAN have a fold; it is written over the character's bytes, and 0 in what is left of them.
typedef struct scan_row {
    _Alignas(64) uint8_t kind[64];    // wide_kind
    _Alignas(64) uint8_t fold[3][64]; // by place: the byte there, exclusive or the fold's
    uint8_t folds;                    // whether any is not 0
} scan_row;

enum {
    SCAN_ROWS = 256,
    SCAN_THREE = 32,   // rows of three bytes begin there in row_of
    LEAD_ALIKE = 0xcd, // lead bytes of Greek and Cyrillic, U+0370-052F
    LEAD_ALIKE_LAST = 0xd4,
    SCAN_ROWS_ODD = 0, // the row that has no kind
    // Han without gaps since Unicode 4.1: each is WIDE_HAN and its own fold
    SCAN_HAN = 0x4e00,
    SCAN_HAN_END = 0x9fa6,
};

// The 128 characters of two bytes whose lead bytes differ in the last bit only: of them, byte_class
// of their own (PAIR_*, 0: a break), and their folds as in a row, by the lead byte's last bit and
// the last six of the other.
typedef struct scan_pair {
    _Alignas(64) uint8_t class[128];
    _Alignas(64) uint8_t fold[2][128];
    bool alike; // Greek or Cyrillic, which Latin looks like
} scan_pair;

enum pair_class {
    PAIR_LETTER = BYTE_LOWER | BYTE_UPPER,
    PAIR_LOWER = BYTE_LOWER | BYTE_DIGIT, // no character of ASCII is two things
    PAIR_UPPER = BYTE_UPPER | BYTE_DIGIT,
    PAIR_APOS2 = BYTE_APOS | BYTE_COMMA, // of two bytes
    PAIR_APOS3 = BYTE_APOS | BYTE_DOT,   // of three
    PAIR_ODD = BYTE_ODD,
};

// Of a byte beyond ASCII, where that is breaks and apostrophes of U+0080-00BF (C2 xx) and of
// U+2000-203F (E2 80 xx): lead bytes, and what the others may not be or are behind those.
enum sign_class {
    SIGN_TWO = 1,
    SIGN_THREE = 2,
    SIGN_OTHER = SIGN_TWO | SIGN_THREE, // any other lead
    SIGN_MIDDLE = 4,                    // 80
    SIGN_ODD2 = 8,                      // neither break nor apostrophe, behind C2
    SIGN_ODD3 = 16,                     // behind E2 80
    SIGN_APOS2 = 32,                    // an apostrophe
    SIGN_APOS3 = 64,
    SIGN_HIGH = 128, // every one, and none of ASCII
};

// The same 128 characters for a CPU whose look-ups have 16 places, by place: 64 times the lead
// byte's last bit + the last six of the other (scan_letters.h).
typedef struct scan_letters {
    // What a letter's fold has there, exclusive or a space, and 0 of all others: the exclusive or
    // of what stands at the place and at 16, 32, ... less.
    _Alignas(32) uint8_t key[2][128];
    // by the low four bits of a place; the bit is the number of the high three
    uint8_t letter[16], lower[16];
    uint8_t sign[16];  // breaks, and of apostrophes U+00B7
    uint8_t plain[16]; // letters and signs
} scan_letters;

typedef struct scan_tables {
    _Alignas(64) uint8_t ascii[128]; // byte_class
    scan_row row[SCAN_ROWS];         // equal ones are one
    // By lead byte, of two; by lead and second byte, of three: scan_row_of.
    uint8_t row_of[SCAN_THREE + 1024];
    scan_pair pair[SCAN_THREE / 2]; // by lead byte of two: scan_pair_of
    _Alignas(64) uint8_t sign[128]; // sign_class, by a byte's low seven bits
    // what is no letter of U+0080-00BF and of U+2000-203F, by the last byte
    _Alignas(64) uint8_t sign2[64];
    _Alignas(64) uint8_t sign3[64];
    scan_letters letters[SCAN_THREE / 2]; // by lead byte of two: scan_letters_of
} scan_tables;

const scan_tables *scan_tables_get(void);

// scan_row_of is the row of a lead byte of C2-EF and the byte behind it.
static inline const scan_row *scan_row_of(const scan_tables *t, uint8_t lead, uint8_t second)
{
    unsigned at = lead < 0xe0 ? lead & 31u : SCAN_THREE + ((lead & 15u) << 6 | (second & 63u));
    return &t->row[t->row_of[at]];
}

// scan_pair_of is the pair of a lead byte of C2-DF.
static inline const scan_pair *scan_pair_of(const scan_tables *t, uint8_t lead)
{
    return &t->pair[lead >> 1 & 15u];
}

static inline const scan_letters *scan_letters_of(const scan_tables *t, uint8_t lead)
{
    return &t->letters[lead >> 1 & 15u];
}

#endif
