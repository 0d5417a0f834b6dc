// wordbook.h - texts made small by the numbers of their words.
//
// News in words of one language, the 20,000 commonest tokens of a store: runs of letters,
// digits and other than ASCII, and what stands between two of them. The numbers are bytes, one for
// the commonest and two for the others; a single space between words has none. (Dense codes over
// words: Brisaboa, Farina, Navarro, Parama, Information Retrieval 10, 2007.) A token that has no
// number is spelled, or named where it was spelled before in the text. First bytes and letters are
// then written in as many bits as they are worth (code.h). Other texts it declines.
// Layer: index, private.  Threads: any; a wordbook is constant once open.
#ifndef SHINGLED_INDEX_WORDBOOK_H
#define SHINGLED_INDEX_WORDBOOK_H
#include "base/buf.h"
#include "base/view.h"

#include <stdbool.h>

typedef struct wordbook wordbook;

enum {
    WORDBOOK_SHORT = 160, // tokens whose number is one byte
    WORDBOOK_TOKENS = WORDBOOK_SHORT + (238 - WORDBOOK_SHORT) * 256,
    WORDBOOK_WORTH = 10, // of 16 parts
};

// wordbook_train writes to out, which is empty, the book of n samples that stand one after the
// other; nothing where they have too few words.
SHG_MUST_CHECK shg_err wordbook_train(view samples, const size_t *sizes, size_t n, buf *out);

// wordbook_open reads a book. SHG_ECORRUPT where it is none.
SHG_MUST_CHECK shg_err wordbook_open(wordbook **out, view book);
void wordbook_free(wordbook *b);

// wordbook_id tells books apart; never 0.
uint32_t wordbook_id(const wordbook *b);

// wordbook_parts is a text in its numbers and letters, before they are written in bits: first bytes
// of numbers, second ones, letters. They stand in what wordbook_split was given.
typedef struct wordbook_parts {
    uint8_t *first, *second, *letters;
    size_t n_first, n_second, n_letters;
} wordbook_parts;

// book_words are the words of a text that was packed, by their hashes (hashes.h). Filled again and
// again; a zeroed one is empty. One owner.
typedef struct book_words {
    uint64_t *hash; // [n]
    size_t n, room;
    struct hashes *reader;  // scratch
    buf parts, tokens, odd; // likewise
} book_words;
void book_words_fini(book_words *w);

// wordbook_split finds the parts of a text, behind which TOKENS_PAD bytes may be read, in room;
// false, and nothing, where they are more than WORDBOOK_WORTH of 16 parts of it, or there is no
// memory (buf_err(room)). words: NULL, or where the words go that wordbook_words will tell of it;
// there are none where it can't.
bool wordbook_split(const wordbook *b, view text, buf *room, wordbook_parts *out,
                    book_words *words);

// wordbook_pack appends the parts of a text of len bytes to out; false likewise.
bool wordbook_pack(const wordbook *b, size_t len, const wordbook_parts *p, buf *out);

// wordbook_unpack writes the n bytes that packed must hold; false where it holds others, or for
// want of memory. What it needs it takes from room.
bool wordbook_unpack(const wordbook *b, view packed, uint8_t *to, size_t n, book_words *room);

// wordbook_words tells the words of a packed text of n bytes from the numbers of its tokens, for
// much less than unpacking and reading it. False where it can't, or for want of memory. What it
// tells is nearly always what hashes_make would: what is packed is compared once (wordbook_split).
bool wordbook_words(const wordbook *b, view packed, size_t n, book_words *out);

#endif
