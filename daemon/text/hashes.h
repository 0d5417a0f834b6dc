// hashes.h - the hashes of a text's words, without the words: all that signing needs.
//
// They are those of words_make (words.h), made without writing down where each word stands.
// A list is filled again and again, and keeps its memory from text to text.
// Layer: text.  May include: base, text/words, text/shingle.  Threads: one owner.
#ifndef SHINGLED_TEXT_HASHES_H
#define SHINGLED_TEXT_HASHES_H
#include "text/shingle.h"

typedef struct hashes {
    hash_list list;  // of the last text; it borrows from below
    uint64_t *hash;  // room for room_words and HASHES_SLACK
    uint8_t *alone;  // likewise; all zero but for the words of list, if list.alone is set
    uint32_t *space; // where each key ends in keys
    uint8_t *keys;
    size_t room_words, keys_cap;
} hashes;

// hashes_make fills h->list with the words of a text, as words_make would: SHG_EUTF8 with *at
// as utf8_check; SHG_ENOMEM, also for more than 4 GiB. A failure leaves an empty list.
// *h starts as zeros.
SHG_MUST_CHECK shg_err hashes_make(hashes *h, view text, size_t *at);
void hashes_free(hashes *h); // zeroes it

#endif
