// chars.h - what the tokeniser must know of a code point: its class, and its folded
// form as bytes.
//
// A two-stage table over all of Unicode, built once from utf8proc (about 5 ms), so
// that every script is read at one look-up a character.
// Layer: text.  May include: base.  Threads: any; filled by pthread_once.
#ifndef SHINGLED_TEXT_CHARS_H
#define SHINGLED_TEXT_CHARS_H
#include <stdint.h>

// The part a code point plays in finding words (README, Classes).
typedef enum char_class {
    CHAR_BREAK,  // ends a word
    CHAR_LINE,   // a line break, ends a word
    CHAR_IGNORE, // as if it were not there
    CHAR_MARK,   // belongs to the character before it; begins no word
    CHAR_WORD,   // letter or number of a script that writes spaces
    CHAR_ALONE,  // letter of a script that writes none: a word by itself
    CHAR_APOS,   // joins two letters, dropped
    CHAR_DOT,    // joins two digits, kept; joins initials, dropped
    CHAR_COMMA,  // joins two digits, dropped
    CHAR_SLASH,  // U+2044: joins two digits, kept
    CHAR_QUOTE,  // joins two Hebrew letters, dropped
} char_class;

enum char_flag {
    CHAR_LETTER = 1,
    CHAR_UPPER = 2,  // general category Lu
    CHAR_TITLE = 4,  // Lt
    CHAR_DIGIT = 8,  // Nd, or folds to digits
    CHAR_LATIN = 16, // folds to something with a to z
    CHAR_ALIKE = 32, // folds to Greek or Cyrillic: may stand for a Latin letter
    CHAR_JAMO = 64,  // folds to conjoining jamo
    CHAR_HEBREW = 128,
    CHAR_LEAD = 256, // U+00C2..U+00F4: may begin UTF-8 that was read as cp1252
    CHAR_SELF = 512, // folds to itself; the fold below is not filled
};

typedef struct char_info {
    union {
        uint8_t utf8[4]; // the fold where len <= 4
        uint32_t pool;   // else where it starts in the pool
    } fold;
    uint8_t len; // bytes of the fold; 0: dropped
    uint8_t class;
    uint16_t flags;
} char_info;

enum ascii_class {
    ASCII_OTHER, // not ASCII, a line break, or may join: look it up
    ASCII_BREAK, // ends a word whatever follows
};

typedef struct chars {
    uint16_t page[0x1100]; // of code point >> 8
    char_info info[256][256];
    uint8_t ascii[256]; // letters and digits: their fold; else an ascii_class
    uint8_t pool[8192]; // folds of more than 4 bytes
    uint32_t pages, pool_len;
} chars;

// chars_get returns the table; it lives until the process ends.
const chars *chars_get(void);

// char_look: cp at most U+10FFFF.
static inline const char_info *char_look(const chars *t, uint32_t cp)
{
    return &t->info[t->page[cp >> 8]][cp & 0xff];
}

#endif
