// wordbook_inside.h - the book itself, and what splits a text by it at each CPU level.
// Layer: index, private.
#ifndef SHINGLED_INDEX_WORDBOOK_INSIDE_H
#define SHINGLED_INDEX_WORDBOOK_INSIDE_H
#include "base/bytes.h"
#include "index/code.h"
#include "index/tokens.h"
#include "index/wordbook.h"

#include <string.h>

// The first bytes of a packed text: a token's number, alone below SHORT, below NUMBERED with a
// second byte; that one is SPELLED in 1 to 15 letters, or in as many as a second byte says (LONG),
// of more than LITERAL_MOST the rest GLUED to its beginning; that it is AGAIN one that was spelled,
// a second byte says which. A token is spelled where it is in the book, too, but has no place in
// its table.
enum {
    SHORT = WORDBOOK_SHORT,
    NUMBERED = 238,
    SPELLED = NUMBERED - 1, // and how many letters
    SPELLED_MOST = 15,
    LONG = 253,
    GLUED = 254,
    AGAIN = 255,
    LITERAL_MOST = 255,
    MEMO = 128, // tokens that were spelled last, of which one can be named
    BUCKETS_LOG = 13,
    BUCKETS = 1 << BUCKETS_LOG, // by hash
    WAYS = 4,                   // tokens of a bucket; of more the commonest have a number
    WIDE = 16,                  // bytes that are copied for a token, however short it is
};

// Some tokens with the same first bits of their hashes; tag: other bits.
typedef struct bucket {
    uint16_t tag[WAYS], number[WAYS]; // 0 is free
} bucket;

// wordbook_walk writes the parts of a text, false where they are more than w->most. At most
// TOKENS_ROOM bytes more are written to each, and WIDE behind them.
typedef struct writing writing;
typedef bool wordbook_walk(writing *w, const wordbook *b);

// Which tokens a packed text has: of the book's their numbers, from 0 on; behind WORDBOOK_TOKENS
// the spelled ones by their order, which stand again where they are named.
typedef struct token_list {
    uint32_t *token; // [n_first], and room for LIST_ROOM more
    uint8_t *len;    // likewise: letters of each that is spelled, 1 at least
    size_t n_spelled;
} token_list;
enum { LIST_ROOM = 64 };

// wordbook_list fills it from a text's parts; false where they are none, or a token is GLUED.
typedef bool wordbook_list(const wordbook *b, const wordbook_parts *p, token_list *out);

// The spelled token that the second byte behind AGAIN names, where n stand before it and any more
// than that byte says.
static inline size_t wordbook_named(size_t n, size_t second)
{
    return n - 1 - ((n - 1 - second) & (MEMO - 1));
}

// Number 0 is no token. A token's text is its key's bytes: its length stands in the last.
struct wordbook {
    wordbook_walk *walk; // the fastest that this machine has: all write the same
    wordbook_list *list; // likewise
    uint32_t id, n;
    uint8_t text[WORDBOOK_TOKENS + 1][WIDE];
    uint64_t word[WORDBOOK_TOKENS + 1]; // what words a token holds
    bucket bucket[BUCKETS];
    code first, letters;
};

static inline size_t bucket_of(uint64_t hash)
{
    return hash >> (64 - BUCKETS_LOG);
}

// The tokens that were spelled last, in turn, and by their hash.
typedef struct memo {
    uint32_t at[MEMO];
    uint8_t len[MEMO];
    uint8_t of[UINT8_MAX + 1];
    unsigned n;
} memo;

static inline void memo_add(memo *m, size_t at, size_t len)
{
    unsigned i = m->n++ % MEMO;
    m->at[i] = (uint32_t)at;
    m->len[i] = (uint8_t)len;
}

static inline uint8_t *memo_of(memo *m, uint64_t hash)
{
    return &m->of[hash >> 20 & UINT8_MAX];
}

static inline bool memo_has(const memo *m, unsigned i, view text, view token)
{
    return m->len[i] == token.len && memcmp(text.p + m->at[i], token.p, token.len) == 0;
}

// Where the parts of a text are written.
struct writing {
    view text;
    wordbook_parts part; // as many as are there
    memo memo;
    size_t most; // bytes of all parts
};

static inline size_t written(const wordbook_parts *p)
{
    return p->n_first + p->n_second + p->n_letters;
}

static inline void put_first(wordbook_parts *p, unsigned byte)
{
    p->first[p->n_first++] = (uint8_t)byte;
}

static inline void put_second(wordbook_parts *p, size_t byte)
{
    p->second[p->n_second++] = (uint8_t)byte;
}

static inline void put_letters(wordbook_parts *p, const uint8_t *from, size_t n)
{
    if (n <= WIDE)
        memcpy(p->letters + p->n_letters, from, WIDE); // nearly always: there is room
    else
        memcpy(p->letters + p->n_letters, from, n);
    p->n_letters += n;
}

// Writes a token that has no number: at most 2 bytes more for each LITERAL_MOST of it.
static inline void spell(writing *w, view token)
{
    for (unsigned kind = LONG; token.len; kind = GLUED) {
        size_t n = token.len < LITERAL_MOST ? token.len : LITERAL_MOST;
        if (kind == LONG)
            memo_add(&w->memo, (size_t)(token.p - w->text.p), n);
        if (kind == LONG && n <= SPELLED_MOST) {
            put_first(&w->part, SPELLED + (unsigned)n);
        } else {
            put_first(&w->part, kind);
            put_second(&w->part, n);
        }
        put_letters(&w->part, token.p, n);
        token = (view){token.p + n, token.len - n};
    }
}

static inline void put_unknown(writing *w, view token, uint64_t hash)
{
    uint8_t *last = memo_of(&w->memo, hash);
    if (memo_has(&w->memo, *last, w->text, token)) {
        put_first(&w->part, AGAIN);
        put_second(&w->part, *last);
        return;
    }
    *last = (uint8_t)(w->memo.n % MEMO);
    spell(w, token);
}

// Writes a token that has no number; false where there is no room for it.
static inline bool put_new(writing *w, view token, uint64_t hash)
{
    if (written(&w->part) + token.len + 2 * (token.len / LITERAL_MOST + 1) > w->most)
        return false;
    put_unknown(w, token, hash);
    return true;
}

// wordbook_learn_words fills b->word.
void wordbook_learn_words(wordbook *b);

wordbook_walk wordbook_walk_plain, wordbook_walk_avx512; // of x86-64 alone
wordbook_list wordbook_list_plain, wordbook_list_avx512; // likewise

#endif
