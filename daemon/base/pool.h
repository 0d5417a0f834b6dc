// pool.h - memory for many small things that stay long.
//
// They stand side by side in slabs of their own, without a header each, and not among what comes
// and goes: one thing that stays keeps a page, and keeps what is freed around it from being used
// for anything larger. What is given back serves the next of about its size.
// Layer: base.  Threads: one owner.
#ifndef SHINGLED_BASE_POOL_H
#define SHINGLED_BASE_POOL_H
#include <stddef.h>

enum { POOL_STEP = 16, POOL_SIZES = 64 }; // POOL_STEP * POOL_SIZES bytes; above: malloc

// A zeroed pool is a valid empty one. pool_fini frees its slabs, but not what came from malloc.
typedef struct pool {
    void *spare[POOL_SIZES]; // lists of what was given back, by size
    unsigned char *at;       // of the newest slab, what was not given out yet
    size_t left;
    struct pool_slab *slabs;
} pool;
void pool_fini(pool *m);

// pool_alloc gives n bytes, n > 0, aligned for anything; NULL: no memory. pool_free wants the same
// n; NULL is fine.
void *pool_alloc(pool *m, size_t n);
void pool_free(pool *m, void *p, size_t n);

#endif
