// docs.h - what RAM holds of every document: its facts. Its lanes are read from the store.
//
// In chunks, so that growing moves nothing; a chunk whose documents are all gone is
// given back.
// Layer: index, private.  Threads: the owner's lock.
#ifndef SHINGLED_INDEX_DOCS_H
#define SHINGLED_INDEX_DOCS_H
#include "index/index.h"

enum { DOC_CHUNK = 1024 }; // documents
typedef struct doc_chunk doc_chunk;
typedef struct doc_table {
    doc_chunk **chunk; // NULL where no document of it is there
    uint64_t *alive;   // a bit for each document: all of them stay in the cache, unlike chunks
    size_t n_chunks, cap;
    uint32_t end; // one past the greatest document ever added
    size_t ram_bytes;
} doc_table;

void docs_fini(doc_table *d);

// docs_reserve makes room for the documents [from, to): docs_add of them can't fail.
SHG_MUST_CHECK shg_err docs_reserve(doc_table *d, uint32_t from, uint32_t to);
void docs_add(doc_table *d, uint32_t doc, const doc_info *info);

// docs_kill takes a document out; false where it was not there.
bool docs_kill(doc_table *d, uint32_t doc);

// docs_skip tells that every number below end was given out.
void docs_skip(doc_table *d, uint32_t end);

// docs_count counts the documents of [from, to) that are there.
uint32_t docs_count(const doc_table *d, uint32_t from, uint32_t to);

static inline bool docs_alive(const doc_table *d, uint32_t doc)
{
    return doc / DOC_CHUNK < d->n_chunks && d->alive[doc / 64] >> doc % 64 & 1;
}

// docs_info points into the table; NULL where the document is not there.
const doc_info *docs_info(const doc_table *d, uint32_t doc);

#endif
