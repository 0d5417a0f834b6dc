// library.h - stored articles, read again.
// Layer: engine.  May include: index, evidence.  Threads: any.
#ifndef SHINGLED_ENGINE_LIBRARY_H
#define SHINGLED_ENGINE_LIBRARY_H
#include "engine/cache.h"

// What matching works on; owned by the engine.
typedef struct library {
    article_index *ix;
    sources *sources;
    cache *cache;
    uint64_t seed;
} library;

// library_read returns the held reading of a stored document; it need not be complete.
// SHG_ENOTFOUND.
SHG_MUST_CHECK shg_err library_read(library *lib, uint32_t doc, reading **out);

// The two halves of it, for who may not need the second: what is stored (index_look_get); and the
// reading of that, which the cache then has.
SHG_MUST_CHECK shg_err library_fetch(article *out, doc_info *info, index_look *look, uint32_t doc);
SHG_MUST_CHECK shg_err library_make(reading **out, library *lib, const article *a,
                                    const doc_info *info);

#endif
