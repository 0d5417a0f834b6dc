// pack.h - articles made small: by the words of the store once they are known (wordbook.h), or by
// zstd, with a dictionary once there is one.
// Layer: index, private.  Threads: any, but for packer_set_dict.
#ifndef SHINGLED_INDEX_PACK_H
#define SHINGLED_INDEX_PACK_H
#include "base/buf.h"
#include "base/view.h"
#include "index/wordbook.h"
#include "shingled/err.h"

typedef struct packer packer;
struct text_words; // index.h

SHG_MUST_CHECK shg_err packer_new(packer **out);
void packer_free(packer *p);

// packer_set_dict gives it the dictionary of the store, once in its life; the bytes are copied.
// SHG_ECORRUPT where they are none. Whatever is packed after it needs it to be unpacked.
SHG_MUST_CHECK shg_err packer_set_dict(packer *p, view dict);

// packer_set_words gives it the wordbook of the store, likewise.
SHG_MUST_CHECK shg_err packer_set_words(packer *p, view book);

// packer_has_dict and packer_has_words tell whether it has one: then the store never gets another.
bool packer_has_dict(packer *p);
bool packer_has_words(packer *p);

// pack_text appends one zstd frame, or words, of a and b together to out; nothing where that would
// save nothing. w: the words of b, or NULL; where they can be told from what is packed, they will.
SHG_MUST_CHECK shg_err pack_text(packer *p, view a, view b, const struct text_words *w, buf *out);

// pack_words gives the out->n words of b from a payload that holds n bytes, for much less than
// unpacking it; false where it can't. They stand in room.
bool pack_words(packer *p, view payload, size_t n, book_words *room, struct text_words *out);

// pack_is_frame tells whether a payload names n as its size.
bool pack_is_frame(view payload, size_t n);

// unpack_text appends to out the n bytes that payload must hold; SHG_ECORRUPT.
SHG_MUST_CHECK shg_err unpack_text(packer *p, view payload, size_t n, buf *out);

// pack_train makes a dictionary of n samples that stand one after the other; *out stays
// empty where they don't suffice.
SHG_MUST_CHECK shg_err pack_train(view samples, const size_t *sizes, size_t n, buf *out);

#endif
