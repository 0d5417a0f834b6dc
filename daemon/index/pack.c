#include "index/pack.h"
#include "base/bytes.h"
#include "index/index.h"
#include "index/tokens.h"
#include "index/varint.h"
#include "index/wordbook.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <zdict.h>
#include <zstd.h>

enum {
    LEVEL = 1, // 2.5 KB of news: 14 us and half the size; level 3 takes half as long again for 1 %
    LEAST = 128,            // bytes below which packing is not tried
    KEPT_MOST = 1 << 20,    // bytes of memory that a tool keeps for each of its buffers
    IDLE_TOOLS = 24,        // kept for the next caller: so many threads place, read and answer
    WORDS = 0x57,           // first byte of a text in words; zstd's frames begin with another
    TOLD = 0x77,            // likewise; wordbook_words is right about it
    WORDS_HEAD = 5,         // and the book's id; the length follows
    SQUARE = 4,             // TOLD: between them
    DICT_BYTES = 32 * 1024, // packs news by 2.3 instead of 2.0, and faster; 110 KB is no better
};

typedef struct tool {
    ZSTD_CCtx *c;
    ZSTD_DCtx *d;
    buf joined, parts;
    book_words words;
} tool;

struct packer {
    pthread_mutex_t lock; // of all members
    tool *idle[IDLE_TOOLS];
    int n_idle;
    ZSTD_CDict *for_packing; // set once; then constant
    ZSTD_DDict *for_unpacking;
    wordbook *words; // set once; then constant
};

static void tool_free(tool *t)
{
    if (!t)
        return;
    ZSTD_freeCCtx(t->c);
    ZSTD_freeDCtx(t->d);
    buf_fini(&t->joined);
    buf_fini(&t->parts);
    book_words_fini(&t->words);
    free(t);
}

static tool *tool_new(void)
{
    tool *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->c = ZSTD_createCCtx();
    t->d = ZSTD_createDCtx();
    if (t->c && t->d && !ZSTD_isError(ZSTD_CCtx_setParameter(t->c, ZSTD_c_compressionLevel, LEVEL)))
        return t;
    tool_free(t);
    return NULL;
}

shg_err packer_new(packer **out)
{
    packer *p = *out = calloc(1, sizeof *p);
    if (!p)
        return SHG_ENOMEM;
    pthread_mutex_init(&p->lock, NULL);
    return SHG_OK;
}

void packer_free(packer *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->n_idle; i++)
        tool_free(p->idle[i]);
    ZSTD_freeCDict(p->for_packing);
    ZSTD_freeDDict(p->for_unpacking);
    wordbook_free(p->words);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

// A tool and, where there are some, the two faces of the dictionary.
static tool *borrow(packer *p, ZSTD_CDict **c, ZSTD_DDict **d)
{
    pthread_mutex_lock(&p->lock);
    tool *t = p->n_idle ? p->idle[--p->n_idle] : NULL;
    *c = p->for_packing;
    *d = p->for_unpacking;
    pthread_mutex_unlock(&p->lock);
    return t ? t : tool_new();
}

static void empty(buf *b)
{
    if (b->cap > KEPT_MOST)
        buf_fini(b);
    buf_reset(b);
}

static bool is_large(const book_words *w)
{
    return w->room > KEPT_MOST / sizeof *w->hash || w->parts.cap > KEPT_MOST ||
           w->tokens.cap > KEPT_MOST || w->odd.cap > KEPT_MOST;
}

static void give_back(packer *p, tool *t)
{
    empty(&t->joined);
    empty(&t->parts);
    if (is_large(&t->words))
        book_words_fini(&t->words);
    pthread_mutex_lock(&p->lock);
    if (p->n_idle < IDLE_TOOLS) {
        p->idle[p->n_idle++] = t;
        t = NULL;
    }
    pthread_mutex_unlock(&p->lock);
    tool_free(t);
}

shg_err packer_set_dict(packer *p, view dict)
{
    if (ZSTD_getDictID_fromDict(dict.p, dict.len) == 0)
        return SHG_ECORRUPT;
    ZSTD_CDict *c = ZSTD_createCDict(dict.p, dict.len, LEVEL);
    ZSTD_DDict *d = ZSTD_createDDict(dict.p, dict.len);
    if (!c || !d) {
        ZSTD_freeCDict(c);
        ZSTD_freeDDict(d);
        return SHG_ENOMEM;
    }
    pthread_mutex_lock(&p->lock);
    assert(!p->for_packing);
    p->for_packing = c;
    p->for_unpacking = d;
    pthread_mutex_unlock(&p->lock);
    return SHG_OK;
}

shg_err packer_set_words(packer *p, view book)
{
    wordbook *opened;
    shg_err err = wordbook_open(&opened, book);
    if (err)
        return err;
    pthread_mutex_lock(&p->lock);
    assert(!p->words);
    p->words = opened;
    pthread_mutex_unlock(&p->lock);
    return SHG_OK;
}

static const wordbook *words_of(packer *p)
{
    pthread_mutex_lock(&p->lock);
    const wordbook *book = p->words;
    pthread_mutex_unlock(&p->lock);
    return book;
}

bool packer_has_dict(packer *p)
{
    pthread_mutex_lock(&p->lock);
    bool has = p->for_packing != NULL;
    pthread_mutex_unlock(&p->lock);
    return has;
}

bool packer_has_words(packer *p)
{
    return words_of(p) != NULL;
}

// The two texts together, and what readers may look at behind them.
static shg_err join(tool *t, view a, view b)
{
    buf_add(&t->joined, a.p, a.len);
    buf_add(&t->joined, b.p, b.len);
    uint8_t *end = buf_grow(&t->joined, TOKENS_PAD);
    if (!end)
        return SHG_ENOMEM;
    memset(end, 0, TOKENS_PAD);
    return SHG_OK;
}

// Whether the last words that are told are these.
static bool are_told(const text_words *w, const book_words *told)
{
    return told->n >= w->n &&
           memcmp(told->hash + told->n - w->n, w->hash, w->n * sizeof *w->hash) == 0;
}

// The head of a text in words.
static uint8_t *put_head(uint8_t *to, const wordbook *book, size_t len, const float *square)
{
    *to = square ? TOLD : WORDS;
    store32(to + 1, wordbook_id(book));
    to += WORDS_HEAD;
    if (square) {
        uint32_t bits;
        memcpy(&bits, square, SQUARE);
        store32(to, bits);
        to += SQUARE;
    }
    return varint_put(to, (uint32_t)len);
}

// True where words will do.
static bool pack_in_words(const wordbook *book, tool *t, const text_words *w, buf *out)
{
    view text = buf_view(&t->joined);
    wordbook_parts parts;
    size_t from = out->len;
    book_words *words = w && w->n ? &t->words : NULL;
    if (!book || text.len > UINT32_MAX || !wordbook_split(book, text, &t->parts, &parts, words))
        return false;
    bool told = words && are_told(w, words);
    uint8_t head[WORDS_HEAD + SQUARE + VARINT_MOST];
    buf_add(out, head, (size_t)(put_head(head, book, text.len, told ? &w->square : NULL) - head));
    if (wordbook_pack(book, text.len, &parts, out))
        return true;
    out->len = from;
    return false;
}

static shg_err pack_with(tool *t, const ZSTD_CDict *dict, view a, view b, buf *out)
{
    size_t room = ZSTD_compressBound(a.len + b.len);
    uint8_t *to = buf_grow(out, room);
    if (!to)
        return SHG_ENOMEM;
    if (ZSTD_isError(ZSTD_CCtx_refCDict(t->c, dict)))
        return SHG_EINTERNAL;
    size_t n = ZSTD_compress2(t->c, to, room, t->joined.p, t->joined.len);
    if (ZSTD_isError(n))
        return SHG_ENOMEM; // with room for the worst case nothing else can fail
    if (n < a.len + b.len)
        out->len += n;
    return SHG_OK;
}

shg_err pack_text(packer *p, view a, view b, const text_words *w, buf *out)
{
    ZSTD_CDict *c;
    ZSTD_DDict *d;
    if (a.len + b.len < LEAST)
        return SHG_OK;
    tool *t = borrow(p, &c, &d);
    if (!t)
        return SHG_ENOMEM;
    shg_err err = join(t, a, b);
    if (!err && !pack_in_words(words_of(p), t, w, out))
        err = pack_with(t, c, a, b, out);
    give_back(p, t);
    return err;
}

// What stands behind the head of a text in words; false where it is none of n bytes.
static bool behind_head(view payload, size_t n, view *out)
{
    uint32_t len;
    size_t head = WORDS_HEAD + (*payload.p == TOLD ? SQUARE : 0);
    if (payload.len < head)
        return false;
    *out = (view){payload.p + head, payload.len - head};
    return varint_take(out, &len) && len == n;
}

static bool is_in_words(view payload)
{
    return payload.len >= WORDS_HEAD && (*payload.p == WORDS || *payload.p == TOLD);
}

static shg_err unpack_words(packer *p, view payload, size_t n, book_words *room, buf *out)
{
    const wordbook *book = words_of(p);
    view text;
    if (!book || wordbook_id(book) != load32(payload.p + 1) || !behind_head(payload, n, &text))
        return SHG_ECORRUPT;
    uint8_t *to = buf_grow(out, n);
    if (!to)
        return SHG_ENOMEM;
    if (!wordbook_unpack(book, text, to, n, room))
        return buf_err(&room->parts) || buf_err(&room->tokens) ? SHG_ENOMEM : SHG_ECORRUPT;
    out->len += n;
    return SHG_OK;
}

bool pack_is_frame(view payload, size_t n)
{
    view text;
    if (is_in_words(payload))
        return behind_head(payload, n, &text);
    return ZSTD_getFrameContentSize(payload.p, payload.len) == n;
}

static shg_err unpack_with(packer *p, tool *t, const ZSTD_DDict *d, view payload, size_t n,
                           buf *out)
{
    if (is_in_words(payload))
        return unpack_words(p, payload, n, &t->words, out);
    uint32_t dict = ZSTD_getDictID_fromFrame(payload.p, payload.len);
    uint8_t *to = buf_grow(out, n);
    if (!to)
        return SHG_ENOMEM;
    size_t got = ZSTD_decompress_usingDDict(t->d, to, n, payload.p, payload.len, dict ? d : NULL);
    if (ZSTD_isError(got) || got != n)
        return SHG_ECORRUPT;
    out->len += n;
    return SHG_OK;
}

shg_err unpack_text(packer *p, view payload, size_t n, buf *out)
{
    ZSTD_CDict *c;
    ZSTD_DDict *d;
    // The frame names its size: compare before allocating what a damaged row may claim.
    if (!pack_is_frame(payload, n))
        return SHG_ECORRUPT;
    tool *t = borrow(p, &c, &d);
    if (!t)
        return SHG_ENOMEM;
    shg_err err = unpack_with(p, t, d, payload, n, out);
    give_back(p, t);
    return err;
}

bool pack_words(packer *p, view payload, size_t n, book_words *room, text_words *out)
{
    const wordbook *book = words_of(p);
    view text;
    if (!book || !out->n || !is_in_words(payload) || *payload.p != TOLD ||
        wordbook_id(book) != load32(payload.p + 1) || !behind_head(payload, n, &text) ||
        !wordbook_words(book, text, n, room) || room->n < out->n)
        return false;
    out->hash = room->hash + room->n - out->n;
    uint32_t square = load32(payload.p + WORDS_HEAD);
    memcpy(&out->square, &square, SQUARE);
    return true;
}

shg_err pack_train(view samples, const size_t *sizes, size_t n, buf *out)
{
    if (n > UINT32_MAX)
        return SHG_EINTERNAL;
    uint8_t *to = buf_grow(out, DICT_BYTES);
    if (!to)
        return SHG_ENOMEM;
    size_t got = ZDICT_trainFromBuffer(to, DICT_BYTES, samples.p, sizes, (unsigned)n);
    if (!ZDICT_isError(got)) // few or odd samples make none; packing does without
        out->len += got;
    return SHG_OK;
}
