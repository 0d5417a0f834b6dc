#include "pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

struct pool {
    const articles *a;
    uint64_t first, ready; // articles first to first + ready are in `bytes`
    size_t len, room;
    char *bytes;
    struct {
        uint64_t at;
        uint32_t header_len, text_len;
    } * of;
    uint64_t hash;
};

enum { MEAN = 4096 }; // bytes reserved for an article, more than they have on average

static void fill(pool *p, uint64_t n, article *one)
{
    XXH3_state_t *h = XXH3_createState();
    XXH3_64bits_reset(h);
    for (; p->ready < n && p->room - p->len > sizeof *one; p->ready++) {
        articles_make(p->a, p->first + p->ready, one);
        p->of[p->ready].at = p->len;
        p->of[p->ready].header_len = (uint32_t)one->header_len;
        p->of[p->ready].text_len = (uint32_t)one->text_len;
        memcpy(p->bytes + p->len, one->header, one->header_len);
        p->len += one->header_len;
        memcpy(p->bytes + p->len, one->text, one->text_len);
        p->len += one->text_len;
    }
    XXH3_64bits_update(h, p->bytes, p->len);
    p->hash = XXH3_64bits_digest(h);
    XXH3_freeState(h);
}

pool *pool_new(const articles *a, uint64_t first, uint64_t n, uint64_t memory)
{
    pool *p = calloc(1, sizeof *p);
    article *one = malloc(sizeof *one);
    if (!p || !one)
        goto fail;
    *p = (pool){.a = a, .first = first, .room = n * MEAN + sizeof *one};
    p->room = p->room < memory ? p->room : memory;
    p->of = calloc(n + 1, sizeof *p->of);
    p->bytes = mmap(NULL, p->room, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!p->of || p->bytes == MAP_FAILED)
        goto fail;
    fill(p, n, one);
    free(one);
    return p;
fail:
    free(one);
    pool_free(&p);
    return NULL;
}

void pool_free(pool **p)
{
    if (!*p)
        return;
    if ((*p)->bytes && (*p)->bytes != MAP_FAILED)
        munmap((*p)->bytes, (*p)->room);
    free((*p)->of);
    free(*p);
    *p = NULL;
}

bool pool_is_stable(const pool *p, uint64_t i)
{
    return i - p->first < p->ready;
}

pool_article pool_get(const pool *p, uint64_t i, article *room)
{
    if (pool_is_stable(p, i)) {
        const char *at = p->bytes + p->of[i - p->first].at;
        uint32_t n = p->of[i - p->first].header_len;
        return (pool_article){at, at + n, n, p->of[i - p->first].text_len};
    }
    articles_make(p->a, i, room);
    return (pool_article){room->header, room->text, (uint32_t)room->header_len,
                          (uint32_t)room->text_len};
}

uint64_t pool_hash(const pool *p)
{
    return p->hash;
}
