// fold.h - the keys of words, written one after the other.
// Layer: text.  May include: base, text/cursor.  Threads: one owner.
#ifndef SHINGLED_TEXT_FOLD_H
#define SHINGLED_TEXT_FOLD_H
#include "text/cursor.h"

// Where keys go. A growing one is heap memory with KEYS_SLACK readable bytes after
// len; a fixed one keeps what fits.
typedef struct keys {
    uint8_t *p;
    size_t len, cap;
    bool fixed;
    bool full; // something was left out: no memory, or a fixed one's end
} keys;

enum { KEYS_SLACK = 128 };

// keys_room makes sure of room for n bytes more (growing ones: and the slack);
// false, and full, where there is none.
bool keys_room(keys *k, size_t n);

// keys_spare is keys_room for what may be written in a smaller step as well: a fixed
// one without the room is not full for it.
static inline bool keys_spare(keys *k, size_t n)
{
    return k->cap - k->len >= n + KEYS_SLACK || (!k->fixed && keys_room(k, n));
}

// keys_put appends n bytes, or none of them.
void keys_put(keys *k, const uint8_t *bytes, size_t n);

// What a word of several alphabets is read as. OWN: each letter as what it is.
typedef enum alphabet {
    ALPHABET_OWN,
    ALPHABET_LATIN,
    ALPHABET_GREEK,
    ALPHABET_CYRILLIC,
} alphabet;

// fold_alphabet tells which alphabet the word from in to end is meant in: Latin, unless a
// letter of Greek or of Cyrillic looks like no Latin one, and all Latin ones look like
// letters of that alphabet. Never OWN.
alphabet fold_alphabet(cursor in, const uint8_t *end);

// fold_put_alike appends the fold of one character as a letter of that alphabet, if it
// looks like one. Not for OWN.
void fold_put_alike(keys *k, const chars *t, const character *c, alphabet as);

// fold_put_slow is fold_put where there is little room, or the fold is in the pool.
void fold_put_slow(keys *k, const chars *t, uint32_t cp, const char_info *info);

// fold_put appends the fold of one character.
static inline void fold_put(keys *k, const chars *t, uint32_t cp, const char_info *info)
{
    if (!keys_spare(k, 4) || info->len > 4) {
        fold_put_slow(k, t, cp, info);
    } else if (info->flags & CHAR_SELF) {
        k->len += utf8_put(k->p + k->len, cp);
    } else {
        memcpy(k->p + k->len, info->fold.utf8, 4);
        k->len += info->len;
    }
}

// fold_compose composes the conjoining jamo in k from byte `from` to Hangul syllables
// (the Unicode Standard, 3.12).
void fold_compose(keys *k, size_t from);

#endif
