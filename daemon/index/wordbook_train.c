#include "index/code.h"
#include "index/tokens.h"
#include "index/wordbook.h"

#include <stdlib.h>
#include <string.h>

enum {
    COUNTS_LOG = 17,
    COUNTS = 1 << COUNTS_LOG,
    COUNTS_MOST = COUNTS / 2, // tokens told apart; what comes when there are so many is left out
    PROBES_MOST = 512,        // slots beyond a token's own: so many only where tokens were chosen
                              // to meet; what stands behind them is left out
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
    for (unsigned n = 0; c->slot[at].n && !token_same(c->slot[at].key, k); n++) {
        if (n == PROBES_MOST)
            return;
        at = (at + 1) & (COUNTS - 1);
    }
    seen *s = &c->slot[at];
    if (!s->n && c->n == COUNTS_MOST)
        return;
    c->n += !s->n;
    *s = (seen){k, s->n + 1, (uint8_t)token.len};
}

static void count_text(counting *c, view padded)
{
    tokens t;
    tokens_begin(&t, padded);
    while (tokens_step(&t))
        for (size_t i = 0; i < t.n; i++)
            count(c, tokens_get(&t, i));
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

static void write_tokens(counting *c, buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < COUNTS; i++)
        if (c->slot[i].n >= SEEN_LEAST)
            c->slot[n++] = c->slot[i];
    if (n < TOKENS_LEAST)
        return;
    uint8_t flat[2 * CODE_SYMBOLS]; // until it is known how often each is written
    memset(flat, 8, sizeof flat);
    buf_add(out, flat, sizeof flat);
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

static shg_err pad(buf *padded, view text)
{
    buf_reset(padded);
    buf_add(padded, text.p, text.len);
    if (!buf_grow(padded, TOKENS_PAD))
        return SHG_ENOMEM;
    memset(padded->p + text.len, 0, TOKENS_PAD);
    return SHG_OK;
}

// How often each first byte and each letter is written.
typedef struct bytes_seen {
    uint32_t first[CODE_SYMBOLS], letters[CODE_SYMBOLS];
} bytes_seen;

static shg_err count_bytes(bytes_seen *s, const wordbook *b, view text, buf *padded, buf *room)
{
    wordbook_parts p;
    shg_err err = pad(padded, text);
    if (err)
        return err;
    if (!wordbook_split(b, buf_view(padded), room, &p, NULL))
        return buf_err(room);
    for (size_t i = 0; i < p.n_first; i++)
        s->first[p.first[i]]++;
    for (size_t i = 0; i < p.n_letters; i++)
        s->letters[p.letters[i]]++;
    return SHG_OK;
}

// Puts the lengths of the codes in front of a book's tokens.
static shg_err write_codes(view samples, const size_t *sizes, size_t n, buf *out, buf *padded)
{
    wordbook *b = NULL;
    buf room = {0};
    bytes_seen *s = calloc(1, sizeof *s);
    shg_err err = s ? wordbook_open(&b, buf_view(out)) : SHG_ENOMEM;
    for (size_t i = 0; i < n && !err; samples.p += sizes[i++])
        err = count_bytes(s, b, (view){samples.p, sizes[i]}, padded, &room);
    if (!err) {
        code_train(s->first, out->p);
        code_train(s->letters, out->p + CODE_SYMBOLS);
    }
    wordbook_free(b);
    buf_fini(&room);
    free(s);
    return err;
}

shg_err wordbook_train(view samples, const size_t *sizes, size_t n, buf *out)
{
    counting c = {.slot = calloc(COUNTS, sizeof *c.slot)};
    buf padded = {0};
    view text = samples;
    shg_err err = c.slot ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < n && !err; text.p += sizes[i++]) {
        err = pad(&padded, (view){text.p, sizes[i]});
        if (!err)
            count_text(&c, buf_view(&padded));
    }
    if (!err)
        write_tokens(&c, out);
    free(c.slot);
    err = err ? err : buf_err(out);
    if (!err && out->len)
        err = write_codes(samples, sizes, n, out, &padded);
    buf_fini(&padded);
    return err;
}
