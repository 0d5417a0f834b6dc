// scan.h - the plain stretches of a text, 64 bytes at a time: where their words begin and
// end, and their keys.
//
// A stretch is plain as long as README's rules need no look further than the neighbouring
// bytes, and each character of two or three bytes has a fold that is no longer and is one. A
// scan stops before the first word that it can't finish so, and the words come out the same as
// the reference (words.c) would find them. The lists are filled by one algorithm
// (scan_blocks.h) that each CPU level compiles with its own instructions.
// Layer: text.  May include: base.  Threads: pure; the table is filled by pthread_once.
#ifndef SHINGLED_TEXT_SCAN_H
#define SHINGLED_TEXT_SCAN_H
#include "text/scan_tables.h"
#include "text/words.h"
#include <stdbool.h>

enum {
    SCAN_BLOCK = 64,
    SCAN_WORDS = 2048, // of one call, at most
    // bytes that keys may take beyond the text's: a space behind each, and what is written over
    SCAN_SLACK = SCAN_WORDS + 3 * SCAN_BLOCK,
};

enum scan_flag {
    SCAN_CAP = 1,   // begins with a capital
    SCAN_ALONE = 8, // is a word by itself
    SCAN_LINE = 16, // first word after a line break
    SCAN_LOWER = 2, // of end_flags: has a small letter
    SCAN_DIGIT = 4, // of end_flags: has a digit
};

typedef struct scan {
    const scan_tables *tables; // scan_tables_get()
    const uint8_t *text;       // valid UTF-8, as far as checked: at least to `at`
    uint32_t at, len;          // the next byte to look at, no word open there; the text's length
    uint32_t checked;          // how far it is known to be, if that is beyond `at`
    bool line;                 // a line break was passed since the last word
    size_t n;                  // words found
    uint8_t *keys;             // where the next key goes; each has a space behind it
    uint32_t keys_at;          // offset of keys[0], counted on
    uint32_t *space;           // where each key's space stands; room as of the lists below
    uint8_t *alone;            // of a scan for the keys alone: set to 1 for words by themselves,
    bool has_alone;            // and 0 before; whether there was one
    // of word i: [begin, end) in the text; not filled by a scan for the keys alone
    uint32_t begin[SCAN_WORDS + SCAN_BLOCK], end[SCAN_WORDS + SCAN_BLOCK];
    uint8_t begin_flags[SCAN_WORDS + SCAN_BLOCK], end_flags[SCAN_WORDS + SCAN_BLOCK];
} scan;

// A text need not have been checked: what a scan passes is valid, it stops where that ends, and
// sets checked where it looked further.
//
// scan_run reads on from s->at until the text ends, SCAN_WORDS are found, or a word comes that
// is not plain: then s->at is where that one begins, or before, and reading on is the caller's.
// keys has room for the rest of the text, one byte more, and SCAN_SLACK. A scan for the keys
// alone (text_kernels.scan_keys) leaves line and the lists of the words' places and flags.
typedef void scan_run(scan *s);

// scan_begins tells whether a scan may read the word that begins at p.
static inline bool scan_begins(const scan_tables *t, const uint8_t *p)
{
    if (*p < 0x80)
        return true;
    if (*p >= 0xf0)
        return false;
    unsigned kind = scan_row_of(t, p[0], p[1])->kind[p[*p < 0xe0 ? 1 : 2] & 63];
    return kind && kind != WIDE_ALONE;
}

// words_make_by is words_make with a variant of the caller's choice; NULL: the reference.
SHG_MUST_CHECK shg_err words_make_by(words *out, view text, size_t *at, scan_run *by);

#endif
