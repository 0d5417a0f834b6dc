#include "engine/cache.h"

#include <stdlib.h>

enum { SLOTS = 16384, WAYS = 4, LARGE_SHARE = 16 };

// Sets of WAYS slots, by document number; the oldest of a set gives way. A byte budget
// on top: over it, a clock hand walks the sets and clears them.
typedef struct slot {
    reading *r;
    uint64_t used;
} slot;

struct cache {
    pthread_mutex_t lock;
    slot slots[SLOTS];
    uint64_t tick;
    size_t bytes, max_bytes, hand;
};

shg_err cache_open(cache **out, size_t max_bytes)
{
    cache *c = *out = calloc(1, sizeof *c);
    if (!c)
        return SHG_ENOMEM;
    pthread_mutex_init(&c->lock, NULL);
    c->max_bytes = max_bytes;
    return SHG_OK;
}

static void clear(cache *c, slot *s)
{
    if (!s->r)
        return;
    c->bytes -= reading_bytes(s->r);
    reading_drop(&s->r);
}

void cache_close(cache **pc)
{
    cache *c = *pc;
    *pc = NULL;
    if (!c)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        clear(c, &c->slots[i]);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static slot *set_of(cache *c, uint32_t doc)
{
    return &c->slots[doc % (SLOTS / WAYS) * WAYS];
}

reading *cache_get(cache *c, uint32_t doc)
{
    reading *found = NULL;
    pthread_mutex_lock(&c->lock);
    slot *s = set_of(c, doc);
    for (int i = 0; i < WAYS; i++) {
        if (!s[i].r || s[i].r->doc != doc)
            continue;
        s[i].used = ++c->tick;
        found = reading_hold(s[i].r);
        break;
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

void cache_put(cache *c, reading *r)
{
    size_t bytes = reading_bytes(r);
    if (bytes > c->max_bytes / LARGE_SHARE)
        return;
    pthread_mutex_lock(&c->lock);
    slot *s = set_of(c, r->doc), *to = s;
    for (int i = 0; i < WAYS; i++) {
        if (s[i].r && s[i].r->doc == r->doc) {
            to = &s[i];
            break;
        }
        if (!s[i].r || (to->r && s[i].used < to->used))
            to = &s[i];
    }
    clear(c, to);
    while (c->bytes + bytes > c->max_bytes) {
        clear(c, &c->slots[c->hand]);
        c->hand = (c->hand + 1) % SLOTS;
    }
    *to = (slot){reading_hold(r), ++c->tick};
    c->bytes += bytes;
    pthread_mutex_unlock(&c->lock);
}

size_t cache_bytes(cache *c)
{
    pthread_mutex_lock(&c->lock);
    size_t n = c->bytes;
    pthread_mutex_unlock(&c->lock);
    return n;
}
