// nameword.h - what of a word belongs to a name: possessives, clitics and particles aside.
//
// English writes 's behind a name, Arabic "and", "to", "by" in front of it as one word with
// it, Korean its particles behind it. data/roles.tsv lists the last two (NAME_PREFIX,
// NAME_SUFFIX). Layer: evidence.  May include: text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_NAMEWORD_H
#define SHINGLED_EVIDENCE_NAMEWORD_H
#include "evidence/lookup.h"
#include "text/words.h"

enum { NAMEWORD_FORMS = 4 }; // most ways to part one word

// A part of word i as a name: its bytes and the hash of their key.
typedef struct name_part {
    uint64_t hash;
    uint32_t begin, end;
} name_part;

// What a word means for the shape of a name, as roles.tsv lists it. The lists are one
// lookup: word hash -> bits.
enum name_shape {
    SHAPE_HEAD = 1 << 0,      // ends an outlet's name: Times, Post, Sentinel
    SHAPE_TAIL = 1 << 1,      // stands behind one: newspaper, radio
    SHAPE_ECHO = 1 << 2,      // stands for one: newspaper, network
    SHAPE_NEVER = 1 << 3,     // is no part of one: The, According
    SHAPE_INNER = 1 << 4,     // does not begin one: German, Free
    SHAPE_STATION = 1 << 5,   // is a station with a number behind it: Channel 7, ABC 13
    SHAPE_TIME = 1 << 6,      // a day or month: may follow a name without a mark
    SHAPE_ANCHOR = 1 << 7,    // stands for an agency that its sign-off does not name
    SHAPE_LEAD = 1 << 8,      // stands before one: diario, газета, صحيفة
    SHAPE_NATION = 1 << 9,    // an adjective behind an Arabic one: البريطانية
    SHAPE_ENDING = 1 << 10,   // ends one without a space: 报 of 日报, 聞 of 新聞, 일보
    SHAPE_PREFIX = 1 << 11,   // is written together with the word behind it
    SHAPE_SUFFIX = 1 << 12,   // with the one before it
    SHAPE_ARTICLE = 1 << 13,  // before or within one, in small letters too: La, del, des
    SHAPE_MIDDLE = 1 << 14,   // stands before the last character of one: 日, 新
    SHAPE_STRONG = 1 << 15,   // a head that makes a name with an adjective alone: Austrian Times
    SHAPE_FIRST = 1 << 16,    // begins one: Radio X, Corriere X
    SHAPE_COMPOUND = 1 << 17, // ends one German word: Musterzeitung
    SHAPE_BARE = 1 << 18,     // a lead whose name needs no mark: صحيفة
};

// What a word in small letters must be for a name to be seen at it (mentions.c, shapes.c).
enum {
    SHAPES_SMALL = SHAPE_HEAD | SHAPE_TAIL | SHAPE_ECHO | SHAPE_ANCHOR | SHAPE_LEAD | SHAPE_BARE
};

static inline uint32_t nameword_shape(const lookup *shapes, uint64_t hash)
{
    uint32_t bits = 0;
    lookup_get(shapes, hash, &bits);
    return bits;
}

// nameword_end is where word i ends without a possessive 's; the word's end if it has none.
uint32_t nameword_end(const words *w, size_t i);

// nameword_hash is the hash of word i without its possessive 's.
uint64_t nameword_hash(const words *w, size_t i);

static inline bool nameword_owns(const words *w, size_t i)
{
    return nameword_end(w, i) < w->w[i].end;
}

// nameword_is_plain: word i is of ASCII letters alone, and at most its first one is a capital. Then
// nothing is written together with it. False for some that are, too.
bool nameword_is_plain(const words *w, size_t i);

// nameword_stems parts word i from what is written together with it and returns how many
// ways there are; out[k] is what is left. Bounded by NAMEWORD_FORMS cuts.
size_t nameword_stems(const words *w, size_t i, const lookup *shapes,
                      name_part out[NAMEWORD_FORMS]);

// nameword_slice is the hash of the key of bytes [begin, end), a part of one word.
uint64_t nameword_slice(const words *w, uint32_t begin, uint32_t end);

static inline bool nameword_capital(const words *w, size_t i)
{
    return w->w[i].flags & (WORD_CAP | WORD_ALLCAPS);
}

// nameword_joined: nothing but a blank or a hyphen stands between words i and i + 1.
bool nameword_joined(const words *w, size_t i);

#endif
