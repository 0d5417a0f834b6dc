// pool.h - generated articles: made before the clock runs, as far as memory goes, else as asked.
// Threads: filled by one thread; then read by any, pool_get with an article of its own each.
#ifndef SHINGLED_BENCH_POOL_H
#define SHINGLED_BENCH_POOL_H
#include "articles.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct pool pool;

typedef struct pool_article {
    const char *header, *text;
    uint32_t header_len, text_len;
} pool_article;

// pool_new is of the articles first to first + n; as many as fit into `memory` bytes are made at
// once. It keeps `a`, which must outlive it. NULL without memory.
pool *pool_new(const articles *a, uint64_t first, uint64_t n, uint64_t memory);
void pool_free(pool **p);

// pool_get gives article i (of those of pool_new): a view into the pool, or into *room, where it
// is made now.
pool_article pool_get(const pool *p, uint64_t i, article *room);

// pool_pairs gives articles i to i + n as a batch of the format "pairs" (PROTOCOL.md, chapter 15):
// a view into the pool, or into *to, which is grown as needed and the caller's to free.
typedef struct pool_room {
    char *p;
    size_t len, room;
} pool_room;
bool pool_pairs(const pool *p, uint64_t i, uint64_t n, article *room, pool_room *to,
                const char **at, size_t *len);

// pool_is_stable: views of article i last as long as the pool.
bool pool_is_stable(const pool *p, uint64_t i);

// pool_hash is XXH3 over headers and texts of what was made at once.
uint64_t pool_hash(const pool *p);

#endif
