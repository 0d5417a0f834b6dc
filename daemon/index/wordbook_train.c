#include "index/tokens.h"
#include "index/wordbook.h"

#include <stdlib.h>
#include <string.h>

enum {
    COUNTS_LOG = 17,
    COUNTS = 1 << COUNTS_LOG,
    COUNTS_MOST = COUNTS / 2, // tokens told apart; what comes when there are so many is left out
    SEEN_LEAST = 3,           // times
    TOKENS_LEAST = 1000,      // a book of fewer is none
};

typedef struct seen {
    token_key key;
    uint32_t n;
    uint8_t len;
} seen;

typedef struct counting {
    seen *slot; // [COUNTS]
    size_t n;
} counting;

static void count(counting *c, view token)
{
    if (token.len > TOKEN_MOST)
        return;
    token_key k = token_load(token.p, token.len);
    size_t at = (size_t)(token_hash(k) >> (64 - COUNTS_LOG));
    while (c->slot[at].n && !token_same(c->slot[at].key, k))
        at = (at + 1) & (COUNTS - 1);
    seen *s = &c->slot[at];
    if (!s->n && c->n == COUNTS_MOST)
        return;
    c->n += !s->n;
    *s = (seen){k, s->n + 1, (uint8_t)token.len};
}

static shg_err count_text(counting *c, view text, buf *padded)
{
    tokens t;
    buf_reset(padded);
    buf_add(padded, text.p, text.len);
    if (!buf_grow(padded, TOKENS_PAD))
        return SHG_ENOMEM;
    memset(padded->p + text.len, 0, TOKENS_PAD);
    tokens_begin(&t, buf_view(padded));
    while (tokens_step(&t))
        for (size_t i = 0; i < t.n; i++)
            count(c, tokens_get(&t, i));
    return SHG_OK;
}

static int by_bytes(const seen *a, const seen *b)
{
    if (a->key.lo != b->key.lo)
        return a->key.lo < b->key.lo ? -1 : 1;
    return a->key.hi < b->key.hi ? -1 : a->key.hi > b->key.hi;
}

// What a number of two bytes saves, least last.
static int by_gain(const void *x, const void *y)
{
    const seen *a = x, *b = y;
    uint64_t ga = (uint64_t)a->n * a->len, gb = (uint64_t)b->n * b->len;
    return ga != gb ? (ga > gb ? -1 : 1) : by_bytes(a, b);
}

static int by_count(const void *x, const void *y)
{
    const seen *a = x, *b = y;
    return a->n != b->n ? (a->n > b->n ? -1 : 1) : by_bytes(a, b);
}

static void write_book(counting *c, buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < COUNTS; i++)
        if (c->slot[i].n >= SEEN_LEAST)
            c->slot[n++] = c->slot[i];
    if (n < TOKENS_LEAST)
        return;
    qsort(c->slot, n, sizeof *c->slot, by_gain);
    n = n < WORDBOOK_TOKENS ? n : WORDBOOK_TOKENS;
    qsort(c->slot, n, sizeof *c->slot, by_count);
    for (size_t i = 0; i < n; i++) {
        uint8_t text[TOKEN_MOST + 1];
        store64(text, c->slot[i].key.lo);
        store64(text + 8, c->slot[i].key.hi);
        buf_add8(out, c->slot[i].len);
        buf_add(out, text, c->slot[i].len);
    }
}

shg_err wordbook_train(view samples, const size_t *sizes, size_t n, buf *out)
{
    counting c = {.slot = calloc(COUNTS, sizeof *c.slot)};
    buf padded = {0};
    shg_err err = c.slot ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < n && !err; samples.p += sizes[i++])
        err = count_text(&c, (view){samples.p, sizes[i]}, &padded);
    if (!err)
        write_book(&c, out);
    buf_fini(&padded);
    free(c.slot);
    return err ? err : buf_err(out);
}
