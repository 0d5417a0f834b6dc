#include "index/uris.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

// The first bits of a tag choose the part, the others its place there in proportion to the size:
// a part of any size will do. Open addressing with linear probing; a place that gets free is
// closed up at once, so that a search ends at the first free one.
enum { PART_BITS = 10, PARTS = 1 << PART_BITS, LEAST = 8, FULL_OF = 5, FULL = 4 };
#define FREE UINT32_MAX

typedef struct place {
    uint32_t tag, doc;
} place;

typedef struct part {
    place *p;
    uint32_t n, size, wanted;
} part;

struct uris {
    part part[PARTS];
    size_t ram_bytes;
};

shg_err uris_new(uris **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? SHG_OK : SHG_ENOMEM;
}

void uris_free(uris *u)
{
    if (!u)
        return;
    for (size_t i = 0; i < PARTS; i++)
        free(u->part[i].p);
    free(u);
}

static size_t part_of(uint32_t tag)
{
    return tag >> (32 - PART_BITS);
}

static uint32_t home_of(const part *t, uint32_t tag)
{
    return (uint32_t)((uint64_t)(uint32_t)(tag << PART_BITS) * t->size >> 32);
}

static uint32_t after(const part *t, uint32_t at)
{
    return at + 1 < t->size ? at + 1 : 0;
}

static void put(part *t, place x)
{
    uint32_t at = home_of(t, x.tag);
    while (t->p[at].doc != FREE)
        at = after(t, at);
    t->p[at] = x;
    t->n++;
}

static bool fits(const part *t, uint64_t n)
{
    return n * FULL_OF < (uint64_t)t->size * FULL;
}

static shg_err resize(uris *u, part *t, uint32_t size)
{
    part wider = {.size = size, .p = malloc(size * sizeof *wider.p)};
    if (!wider.p)
        return SHG_ENOMEM;
    for (uint32_t i = 0; i < wider.size; i++)
        wider.p[i].doc = FREE;
    for (uint32_t i = 0; i < t->size; i++)
        if (t->p[i].doc != FREE)
            put(&wider, t->p[i]);
    u->ram_bytes += (wider.size - t->size) * sizeof *wider.p;
    free(t->p);
    *t = wider;
    return SHG_OK;
}

static shg_err grow(uris *u, part *t, uint64_t n)
{
    part wider = {.size = t->size < LEAST ? LEAST : t->size};
    while (!fits(&wider, n)) {
        if (wider.size > UINT32_MAX / 2)
            return SHG_ENOMEM;
        wider.size += wider.size / 2;
    }
    return resize(u, t, wider.size);
}

// An eighth more: parts are not all of one size, and soon there are more.
shg_err uris_expect(uris *u, size_t n)
{
    uint64_t each = (uint64_t)n / PARTS * 9 / 8 * FULL_OF / FULL;
    shg_err err = each < UINT32_MAX / 2 ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < PARTS && !err && each >= LEAST; i++)
        err = resize(u, &u->part[i], (uint32_t)each);
    return err;
}

shg_err uris_reserve(uris *u, const uint32_t *tags, size_t n)
{
    shg_err err = SHG_OK;
    for (size_t i = 0; i < n; i++)
        u->part[part_of(tags[i])].wanted++;
    for (size_t i = 0; i < n; i++) {
        part *t = &u->part[part_of(tags[i])];
        uint64_t most = (uint64_t)t->n + t->wanted;
        t->wanted = 0;
        if (!err && !fits(t, most))
            err = grow(u, t, most);
    }
    return err;
}

void uris_add(uris *u, uint32_t tag, uint32_t doc)
{
    part *t = &u->part[part_of(tag)];
    assert(doc != FREE && t->n + 1 < t->size);
    put(t, (place){tag, doc});
}

// Moves up whoever was kept from his place by the one that is free now.
static void close_up(part *t, uint32_t gap)
{
    for (uint32_t at = after(t, gap); t->p[at].doc != FREE; at = after(t, at)) {
        uint32_t home = home_of(t, t->p[at].tag);
        bool between = gap < at ? home > gap && home <= at : home > gap || home <= at;
        if (between)
            continue;
        t->p[gap] = t->p[at];
        gap = at;
    }
    t->p[gap].doc = FREE;
    t->n--;
}

void uris_remove(uris *u, uint32_t tag, uint32_t doc)
{
    part *t = &u->part[part_of(tag)];
    if (t->n == 0)
        return;
    for (uint32_t at = home_of(t, tag); t->p[at].doc != FREE; at = after(t, at)) {
        if (t->p[at].doc == doc && t->p[at].tag == tag) {
            close_up(t, at);
            return;
        }
    }
}

void uris_fetch(const uris *u, uint32_t tag)
{
    const part *t = &u->part[part_of(tag)];
    if (t->n)
        __builtin_prefetch(&t->p[home_of(t, tag)]);
}

uint32_t uris_next(const uris *u, uint32_t tag, size_t *at)
{
    const part *t = &u->part[part_of(tag)];
    if (t->n == 0)
        return FREE;
    uint32_t home = home_of(t, tag);
    for (;; ++*at) {
        size_t i = home + *at;
        const place *x = &t->p[i < t->size ? i : i - t->size];
        if (x->doc == FREE)
            return FREE;
        if (x->tag == tag) {
            ++*at;
            return x->doc;
        }
    }
}

size_t uris_ram(const uris *u)
{
    return sizeof *u + u->ram_bytes;
}
