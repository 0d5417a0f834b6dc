// wordbook_inside.h - the book itself, and what splits a text by it, or finds the tokens of a
// packed one, at each CPU level.
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

// wordbook_walk writes the parts of a text, false where they are more than w->most: of numbers at
// most PARTS_ROOM bytes more are written then, and of letters no more than the text has, but for
// WIDE behind them.
enum { PARTS_ROOM = 2 * TOKENS_ROOM + 64 };
typedef struct writing writing;
typedef bool wordbook_walk(writing *w, const wordbook *b); // and w->row, if it is asked for

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

// Lists a token that is not the book's, of which the second byte is that, if it has one; false
// where there is none such.
static inline bool wordbook_list_other(token_list *out, uint32_t *token, unsigned c, uint8_t second)
{
    size_t n = out->n_spelled;
    if (c == AGAIN) {
        *token = (uint32_t)(WORDBOOK_TOKENS + wordbook_named(n, second));
        return second % MEMO < n;
    }
    *token = (uint32_t)(WORDBOOK_TOKENS + n);
    out->len[n] = c == LONG ? second : (uint8_t)(c - SPELLED);
    out->n_spelled = n + 1;
    return c != GLUED && out->len[n] != 0;
}

// What wordbook.word has for a token in place of a hash: it holds no word, or must be looked at. (A
// text that has a word with such a hash is not told.)
enum { NO_WORD = 0, LOOK = 1, HASH_LEAST = 2 };

// The tokens of a text in its order, as a walk finds them.
typedef struct token_row {
    uint64_t *word;  // what each but the odd ones holds, as wordbook.word has it; NULL: not asked
    uint32_t *begin; // where each begins in the text
    uint32_t *odd;   // those that are still to be looked at
    uint8_t *len;    // of no account where too_long
    size_t n, n_odd;
    bool too_long; // one has more than LITERAL_MOST bytes
} token_row;

// wordbook_add adds the words of tokens has[i .. end) up to the first that must be looked at, which
// it returns, behind n others; it may write ADD_ROOM words more.
enum { ADD_ROOM = 8 };
typedef size_t wordbook_add(const uint64_t *has, size_t i, size_t end, uint64_t *hash, size_t *n);

// Number 0 is no token. A token's text is its key's bytes: its length stands in the last.
struct wordbook {
    wordbook_walk *walk; // the fastest that this machine has: all write the same
    wordbook_list *list; // likewise
    wordbook_add *add;   // likewise
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
    uint32_t at[MEMO + 1]; // at MEMO stands what is of no account
    uint8_t len[MEMO + 1];
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

// Where the parts of a text are written.
struct writing {
    view text;
    wordbook_parts part; // as many as are there
    memo memo;
    token_key key[MEMO + 1]; // of the tokens in memo
    size_t most;             // bytes of all parts
    token_row row;
};

static inline size_t written(const wordbook_parts *p)
{
    return p->n_first + p->n_second + p->n_letters;
}

static inline void put_first(wordbook_parts *p, unsigned byte)
{
    p->first[p->n_first++] = (uint8_t)byte;
}

// A second byte, or nothing yet: at random, so that a branch would be slower.
static inline void put_second(wordbook_parts *p, size_t byte, bool is_one)
{
    p->second[p->n_second] = (uint8_t)byte;
    p->n_second += is_one;
}

static inline void put_number(wordbook_parts *p, unsigned number)
{
    unsigned id = number - 1, far = id - SHORT, two = id >= SHORT;
    put_first(p, two ? SHORT + (far >> 8) : id);
    put_second(p, (uint8_t)far, two);
}

// How a token that has no number is written.
typedef struct named {
    uint8_t first, second;
    bool two; // whether it has the second one
} named;

// Of a token of at most TOKEN_MOST bytes: where it is spelled, its letters are put. Whether it was
// before is at random, too.
static inline named name_short(writing *w, view token, token_key key, uint64_t hash)
{
    memo *m = &w->memo;
    uint8_t *of = memo_of(m, hash), last = *of, next = (uint8_t)(m->n % MEMO);
    bool again = token_same(w->key[last], key);
    size_t at = again ? MEMO : next;
    m->len[at] = (uint8_t)token.len;
    w->key[at] = key;
    *of = again ? last : next;
    m->n += !again;
    memcpy(w->part.letters + w->part.n_letters, token.p, WIDE);
    w->part.n_letters += again ? 0 : token.len;
    return (named){again ? AGAIN : (uint8_t)(SPELLED + token.len), last, again};
}

// Of a longer one: its key is none that a short one has, and of more than LITERAL_MOST letters
// those are put.
static inline named name_long(writing *w, view token, token_key key, uint64_t hash)
{
    memo *m = &w->memo;
    uint8_t *of = memo_of(m, hash), last = *of;
    size_t n = token.len < LITERAL_MOST ? token.len : LITERAL_MOST;
    if (m->len[last] == token.len && memcmp(w->text.p + m->at[last], token.p, n) == 0)
        return (named){AGAIN, last, true};
    *of = (uint8_t)(m->n % MEMO);
    w->key[*of] = key;
    memo_add(m, (size_t)(token.p - w->text.p), n);
    memcpy(w->part.letters + w->part.n_letters, token.p, n);
    w->part.n_letters += n;
    return (named){LONG, (uint8_t)n, true};
}

static inline named name_token(writing *w, view token, token_key key, uint64_t hash)
{
    return token.len <= TOKEN_MOST ? name_short(w, token, key, hash)
                                   : name_long(w, token, key, hash);
}

// Puts what is left of a token behind its first LITERAL_MOST letters.
static inline void put_glued(wordbook_parts *p, view token)
{
    for (size_t n, at = LITERAL_MOST; at < token.len; at += n) {
        n = token.len - at < LITERAL_MOST ? token.len - at : LITERAL_MOST;
        put_first(p, GLUED);
        put_second(p, n, true);
        memcpy(p->letters + p->n_letters, token.p + at, n);
        p->n_letters += n;
    }
}

// Puts a token that has no number; false where it is a long one that there is no room for.
static inline bool put_new(writing *w, view token, token_key key, uint64_t hash)
{
    size_t most = token.len + 2 * (token.len / LITERAL_MOST + 1); // bytes of its pieces
    if (token.len > LITERAL_MOST && written(&w->part) + most > w->most)
        return false;
    named x = name_token(w, token, key, hash);
    put_first(&w->part, x.first);
    put_second(&w->part, x.second, x.two);
    put_glued(&w->part, token);
    return true;
}

// wordbook_read_parts reads the parts of a packed text to room->parts; false where they are
// damaged, or more than most bytes.
bool wordbook_read_parts(const wordbook *b, view packed, size_t most, wordbook_parts *p,
                         book_words *room);

// wordbook_begin_row takes what n tokens need from room; false where there is no memory.
// wordbook_row_words tells the words of a row, for which it is the room; false where it can't.
bool wordbook_begin_row(token_row *r, size_t n, book_words *room);
bool wordbook_row_words(const wordbook *b, const writing *w, book_words *out);

// wordbook_learn_words fills b->word.
void wordbook_learn_words(wordbook *b);

wordbook_walk wordbook_walk_plain, wordbook_walk_avx2, wordbook_walk_avx512; // of x86-64 alone
wordbook_list wordbook_list_plain, wordbook_list_avx2, wordbook_list_avx512; // likewise
wordbook_add wordbook_add_plain, wordbook_add_avx2, wordbook_add_avx512;     // likewise

#endif
