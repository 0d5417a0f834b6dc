#include "base/pool.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB = 1 << 20 }; // so much that malloc maps it by itself

// Stands at the slab's begin.
struct pool_slab {
    alignas(POOL_STEP) struct pool_slab *next;
};

void pool_fini(pool *m)
{
    for (struct pool_slab *s = m->slabs, *next; s; s = next) {
        next = s->next;
        free(s);
    }
    *m = (pool){0};
}

static size_t steps_of(size_t n)
{
    return (n + POOL_STEP - 1) / POOL_STEP;
}

static void give_back(pool *m, void *p, size_t steps)
{
    memcpy(p, &m->spare[steps - 1], sizeof m->spare[0]);
    m->spare[steps - 1] = p;
}

// What is left of the last slab is less than POOL_SIZES steps.
static bool add_slab(pool *m)
{
    struct pool_slab *s = malloc(SLAB);
    if (!s)
        return false;
    if (m->left)
        give_back(m, m->at, m->left / POOL_STEP);
    s->next = m->slabs;
    m->slabs = s;
    m->at = (unsigned char *)(s + 1);
    m->left = SLAB - sizeof *s;
    return true;
}

void *pool_alloc(pool *m, size_t n)
{
    size_t steps = steps_of(n);
    if (steps > POOL_SIZES)
        return malloc(n);
    void *p = m->spare[steps - 1];
    if (p) {
        memcpy(&m->spare[steps - 1], p, sizeof m->spare[0]);
        return p;
    }
    if (m->left < steps * POOL_STEP && !add_slab(m))
        return NULL;
    p = m->at;
    m->at += steps * POOL_STEP;
    m->left -= steps * POOL_STEP;
    return p;
}

void pool_free(pool *m, void *p, size_t n)
{
    size_t steps = steps_of(n);
    if (steps > POOL_SIZES)
        free(p);
    else if (p)
        give_back(m, p, steps);
}
