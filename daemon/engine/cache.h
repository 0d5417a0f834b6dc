// cache.h - the readings used last, so that an article is not read again for every question.
//
// What it holds never changes an answer, only its time. Least recently used go first.
// Layer: engine.  Threads: any.
#ifndef SHINGLED_ENGINE_CACHE_H
#define SHINGLED_ENGINE_CACHE_H
#include "engine/reading.h"

typedef struct cache cache;

SHG_MUST_CHECK shg_err cache_open(cache **out, size_t max_bytes);
void cache_close(cache **c);

// cache_get returns a held reading of the document, or NULL.
reading *cache_get(cache *c, uint32_t doc);

// cache_put keeps r (its doc is set) if it is not too large; holds it itself.
void cache_put(cache *c, reading *r);

size_t cache_bytes(cache *c);

#endif
