// words.h - from the bytes of an article to the words that are compared.
//
// Words are found by UAX #29 with tailorings (README of this folder): apostrophes
// inside a word are dropped, "1,000" is 1000, "U.S." is us, every character of a
// script written without spaces (Han, kana, Thai, Lao, Khmer, Myanmar) is a word of
// its own. A word's key is its folded form: compatibility decomposition (so NFKC does
// not matter), full case folding, marks (Mn, Me), tatweel, zero-width characters, bidi
// controls and soft hyphens dropped, digits of every script as 0 to 9, Latin look-alikes
// from Cyrillic and Greek folded inside a Latin word, UTF-8 that had been read as
// cp1252 repaired. Two words are the same word when their keys are the same bytes.
// After the repair, case never decides where a word ends.
// Layer: text.  May include: base.  Threads: pure.
#ifndef SHINGLED_TEXT_WORDS_H
#define SHINGLED_TEXT_WORDS_H
#include "base/view.h"
#include "shingled/err.h"

enum { TEXT_VERSION = 4 }; // in the stamp: a change of any key, hash or boundary bumps it

enum word_flag {
    WORD_CAP = 1,     // begins with an upper-case or title-case letter
    WORD_ALLCAPS = 2, // two letters or more, all of them upper-case
    WORD_NUMBER = 4,  // has a digit
    WORD_CHAR = 8,    // one character of a script written without spaces
    WORD_LINE = 16,   // first word after a line break, or of the text
};

// One word. Offsets are bytes into the text as it was sent, [begin, end).
typedef struct word {
    uint64_t hash; // of the key; the same on every machine, not secret
    uint32_t begin, end;
    uint32_t key;     // where the key starts in words.keys
    uint32_t key_len; // bytes, at least 1
    uint32_t flags;   // of word_flag
} word;

// The words of one text. Owned; text is borrowed and must outlive it.
typedef struct words {
    view text;
    word *w;
    uint64_t *hash; // w[i].hash, side by side for the kernels
    uint8_t *alone; // 1 for each word that has WORD_CHAR, else 0; NULL where none has
    size_t n;
    uint32_t flags; // of all words
    uint8_t *keys;  // one after the other, each with a space behind it
    size_t keys_len;
    size_t room, keys_room; // of w and hash, and of keys
} words;

// words_make finds the words of a text of at most 4 GiB (more: SHG_ENOMEM, as where the
// keys would be), in linear time whatever the text is: about 2 us a KB. SHG_EUTF8 with *at as
// utf8_check; SHG_ENOMEM. A text without a word (blank, punctuation, emoji) gives n = 0
// and SHG_OK. *out needs no preparation, and is empty after a failure.
SHG_MUST_CHECK shg_err words_make(words *out, view text, size_t *at);

// words_again is words_make in the memory of *out, which holds another text's words, or zeros; of a
// text that is known to be UTF-8.
SHG_MUST_CHECK shg_err words_again(words *out, view text);
void words_free(words *w); // zeroes it; a zeroed one is fine

// words_same tells whether two words are the same: hash, then key, byte by byte.
bool words_same(const words *a, size_t i, const words *b, size_t j);

static inline view words_key(const words *w, size_t i)
{
    return (view){w->keys + w->w[i].key, w->w[i].key_len};
}

// words_body_hash is the XXH3 of all keys: equal for texts that read the same.
uint64_t words_body_hash(const words *w);

// fold_key writes the folded key of one word or name to out (cap bytes; a character whose
// fold does not fit is left out with all that follows) and returns its length: for tables
// that must agree with words.key. Whatever words_make would drop or split at is left out:
// it is the keys of the words in text, without the spaces. text ends where it is not UTF-8.
size_t fold_key(uint8_t *out, size_t cap, view text);

// hash_key is the hash that words_make gives a key.
uint64_t hash_key(view key);

#endif
