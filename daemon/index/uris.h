// uris.h - which documents may be stored under a uri: a table in RAM, by 32 bits of its hash.
//
// Several uris may have one tag: who asks looks at the uri that stands with the document. A
// document is there once. The table is cut into many that grow by a half each for itself, so that
// none of them keeps anybody waiting and no growth takes twice the memory: 11 bytes a document.
// Layer: index, private.  Threads: the owner's lock.
#ifndef SHINGLED_INDEX_URIS_H
#define SHINGLED_INDEX_URIS_H
#include "shingled/err.h"

#include <stddef.h>
#include <stdint.h>

typedef struct uris uris;

SHG_MUST_CHECK shg_err uris_new(uris **out);
void uris_free(uris *u);

// uris_expect makes room in an empty table for about n; more may come.
SHG_MUST_CHECK shg_err uris_expect(uris *u, size_t n);

// uris_reserve makes room for n more with these tags: uris_add of them can't fail.
SHG_MUST_CHECK shg_err uris_reserve(uris *u, const uint32_t *tags, size_t n);

// uris_add; doc is any number but UINT32_MAX, and may be there under this tag already.
void uris_add(uris *u, uint32_t tag, uint32_t doc);

// uris_remove takes one of doc out; nothing where there is none.
void uris_remove(uris *u, uint32_t tag, uint32_t doc);

// uris_next gives the documents of a tag one after the other, UINT32_MAX after the last. *at is 0
// at first; the table must not change meanwhile.
uint32_t uris_next(const uris *u, uint32_t tag, size_t *at);

// uris_fetch asks the memory for what uris_next of a tag will look at first.
void uris_fetch(const uris *u, uint32_t tag);

size_t uris_ram(const uris *u);

#endif
