// outline.h - a text's words in six to twelve bits each: what tells of most texts that they are no
// match, without unpacking and reading them (screen.h).
//
// A word's code is 12 bits of its hash, for words that stand everywhere (terms_is_often) two, so
// that equal words have equal codes. Beside them stands the squared length of the text's vector
// (term_list), or somewhat less. Layout, little-endian: u16 words, f32 that length; the high four
// bits of each code, two words a byte, the first one low; and the low eight bits of those codes
// that have any (OUTLINE_RARE or more), in the order of the words. Layer: evidence.  May include:
// terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_OUTLINE_H
#define SHINGLED_EVIDENCE_OUTLINE_H
#include "base/buf.h"
#include "evidence/terms.h"
#include "text/shingle.h"

enum {
    OUTLINE_VERSION = 1, // in the stamp: what a code is, and which words have short ones
    OUTLINE_MOST = UINT16_MAX,
    OUTLINE_CODES = 1 << 12,
    OUTLINE_RARE = 1 << 10, // codes below it: of words that stand everywhere
};

// outline_code is the code of a word.
static inline unsigned outline_code(const terms_often *often, uint64_t word_hash)
{
    unsigned x = word_hash >> 24 & 0xffff, rare = -(unsigned)!terms_is_often(often, word_hash);
    unsigned spread = OUTLINE_RARE + (x * (OUTLINE_CODES - OUTLINE_RARE) >> 16);
    return (spread & rare) | (x << 8 & (OUTLINE_RARE - 1) & ~rare);
}

// outline_make appends the outline of a text; nothing where it has no words, more than
// OUTLINE_MOST, or characters of an unspaced script among them. square is at most the squared
// length of its vector. A failure is in buf_err(out).
void outline_make(buf *out, const hash_list *l, double square);

// An outline that is read; it keeps its memory for the next. A zeroed one is empty.
typedef struct outline {
    uint16_t *code; // [n]
    uint16_t *hit;  // [n]: scratch
    uint32_t n;     // words; at least one
    size_t room;
    double square; // at most the text's
} outline;

// outline_read fills *o. SHG_ECORRUPT where the bytes are no outline; SHG_ENOMEM.
SHG_MUST_CHECK shg_err outline_read(outline *o, view bytes);
void outline_fini(outline *o);

// The terms of the one text by code, for the cosines with many others.
typedef struct outline_group {
    float best, sum; // of what its terms add to a product where the other text has them once
    uint32_t n;      // words of the other text with the code; zero between calls
} outline_group;

typedef struct outline_terms {
    const term_list *a;
    uint16_t *of;         // [OUTLINE_CODES]: the group of a code; 0: none
    outline_group *group; // [n terms + 1]
    uint16_t *found;      // [n terms + 1]
} outline_terms;

// outline_terms_open makes one of a, which must outlive it. SHG_ENOMEM leaves it empty.
SHG_MUST_CHECK shg_err outline_terms_open(outline_terms *out, const term_list *a);
void outline_terms_close(outline_terms *t); // zeroes it; a zeroed one is fine

// outline_cosine is at least terms_cosine of a and the text of the outline.
double outline_cosine(outline_terms *t, outline *o);

#endif
