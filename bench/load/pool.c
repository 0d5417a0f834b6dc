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
    uint64_t *at; // where each begins, and where the last one ends
    uint64_t hash;
};

enum {
    MEAN = 4096, // bytes reserved for an article, more than they have on average
    LENGTHS = 8, // of header and text, big-endian, before each
};

static void put32(char *to, size_t n)
{
    for (int i = 0; i < 4; i++)
        to[i] = (char)(n >> (24 - 8 * i));
}

static uint32_t get32(const char *p)
{
    uint32_t n = 0;
    for (int i = 0; i < 4; i++)
        n = n << 8 | (uint8_t)p[i];
    return n;
}

static size_t write_pair(char *to, const article *a)
{
    put32(to, a->header_len);
    put32(to + 4, a->text_len);
    memcpy(to + LENGTHS, a->header, a->header_len);
    memcpy(to + LENGTHS + a->header_len, a->text, a->text_len);
    return LENGTHS + a->header_len + a->text_len;
}

static void fill(pool *p, uint64_t n, article *one)
{
    XXH3_state_t *h = XXH3_createState();
    XXH3_64bits_reset(h);
    for (; p->ready < n && p->room - p->len > sizeof *one + LENGTHS; p->ready++) {
        articles_make(p->a, p->first + p->ready, one);
        p->len += write_pair(p->bytes + p->len, one);
        p->at[p->ready + 1] = p->len;
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
    *p = (pool){.a = a, .first = first, .room = n * MEAN + 2 * sizeof *one};
    p->room = p->room < memory ? p->room : memory;
    p->at = calloc(n + 1, sizeof *p->at);
    p->bytes = mmap(NULL, p->room, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!p->at || p->bytes == MAP_FAILED)
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
    free((*p)->at);
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
        const char *at = p->bytes + p->at[i - p->first];
        uint32_t n = get32(at);
        return (pool_article){at + LENGTHS, at + LENGTHS + n, n, get32(at + 4)};
    }
    articles_make(p->a, i, room);
    return (pool_article){room->header, room->text, (uint32_t)room->header_len,
                          (uint32_t)room->text_len};
}

bool pool_pairs(const pool *p, uint64_t i, uint64_t n, article *room, pool_room *to,
                const char **at, size_t *len)
{
    if (pool_is_stable(p, i + n - 1)) {
        *at = p->bytes + p->at[i - p->first];
        *len = p->at[i - p->first + n] - p->at[i - p->first];
        return true;
    }
    for (to->len = 0; n; n--, i++) {
        if (to->room - to->len < sizeof *room) {
            char *more = realloc(to->p, 2 * to->room + sizeof *room);
            if (!more)
                return false;
            to->p = more;
            to->room = 2 * to->room + sizeof *room;
        }
        articles_make(p->a, i, room);
        to->len += write_pair(to->p + to->len, room);
    }
    *at = to->p;
    *len = to->len;
    return true;
}

uint64_t pool_hash(const pool *p)
{
    return p->hash;
}
