#include "index/wordbook.h"
#include "base/bytes.h"
#include "index/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

// The bytes of a packed text: a token's number in one byte below SHORT, or in two, the first of
// them below LITERAL; or a length and as many bytes of a token that has no number. Of a long
// one the rest is GLUED to its beginning.
enum {
    SHORT = WORDBOOK_SHORT,
    LITERAL = 254,
    GLUED = 255,
    LITERAL_MOST = 255,
    BUCKETS_LOG = 13,
    BUCKETS = 1 << BUCKETS_LOG, // by hash
    WAYS = 4,                   // tokens of a bucket; of more the commonest have a number
    BATCH = 64, // tokens that take each step together: what they touch fits the nearest cache
    WIDE = 16,  // bytes that are copied for a token, however short it is
};

// Some tokens with the same first bits of their hashes; tag: other bits.
typedef struct bucket {
    uint16_t tag[WAYS], number[WAYS]; // 0 is free
} bucket;

// Number 0 is no token. A token's text is its key's bytes: its length stands in the last.
struct wordbook {
    uint32_t id, n;
    uint8_t text[WORDBOOK_TOKENS + 1][WIDE];
    bucket bucket[BUCKETS];
};

static token_key key_of(const wordbook *b, unsigned number)
{
    return (token_key){load64(b->text[number]), load64(b->text[number] + 8)};
}

static size_t bucket_of(uint64_t hash)
{
    return hash >> (64 - BUCKETS_LOG);
}

// A branch here would be taken at random: all ways are looked at.
static unsigned tagged(const wordbook *b, uint64_t hash)
{
    const bucket *x = &b->bucket[bucket_of(hash)];
    unsigned number = 0;
    for (int i = 0; i < WAYS; i++)
        number |= x->number[i] & (x->tag[i] == (uint16_t)hash ? UINT16_MAX : 0);
    return number;
}

// One that finds no place can be unpacked, but is never packed.
static bool enter(wordbook *b, const uint8_t *text, size_t len)
{
    uint8_t *to = b->text[++b->n];
    memcpy(to, text, len);
    to[WIDE - 1] = (uint8_t)len;
    token_key k = key_of(b, b->n);
    uint64_t hash = token_hash(k);
    bucket *x = &b->bucket[bucket_of(hash)];
    for (int i = 0; i < WAYS; i++) {
        if (!x->number[i]) {
            x->tag[i] = (uint16_t)hash;
            x->number[i] = (uint16_t)b->n;
            return true;
        }
        if (x->tag[i] == (uint16_t)hash)
            return !token_same(key_of(b, x->number[i]), k); // twice: no book
    }
    return true;
}

shg_err wordbook_open(wordbook **out, view book)
{
    const uint8_t *p = book.p, *end = p + book.len;
    wordbook *b = *out = calloc(1, sizeof *b);
    if (!b)
        return SHG_ENOMEM;
    while (p < end && b->n < WORDBOOK_TOKENS && *p && *p <= TOKEN_MOST && end - p > *p &&
           enter(b, p + 1, *p))
        p += 1 + *p;
    if (p != end || b->n == 0) {
        wordbook_free(b);
        *out = NULL;
        return SHG_ECORRUPT;
    }
    uint64_t hash = XXH3_64bits(book.p, book.len);
    b->id = (uint32_t)hash ? (uint32_t)hash : 1;
    return SHG_OK;
}

void wordbook_free(wordbook *b)
{
    free(b);
}

uint32_t wordbook_id(const wordbook *b)
{
    return b->id;
}

// Writes a token that has no number; at most 2 bytes more for each LITERAL_MOST of it.
static uint8_t *put_literal(uint8_t *to, view token)
{
    for (uint8_t kind = LITERAL; token.len; kind = GLUED) {
        size_t n = token.len < LITERAL_MOST ? token.len : LITERAL_MOST;
        *to++ = kind;
        *to++ = (uint8_t)n;
        if (n <= WIDE)
            memcpy(to, token.p, WIDE); // nearly always: TOKENS_PAD in, 2 * BATCH out
        else
            memcpy(to, token.p, n);
        to += n;
        token = (view){token.p + n, token.len - n};
    }
    return to;
}

// Some tokens of a text, and their numbers. Each step over all of them is short and knows no
// branch but rare ones, so that many tokens are at work at once.
typedef struct batch {
    view token[BATCH];
    uint16_t number[BATCH];
    size_t n;
} batch;

// Words and what is between alternate, so that a single space is between two words unless the text
// begins or ends with it.
static bool gather(batch *b, tokens *t, view text)
{
    b->n = 0;
    while (b->n < BATCH) {
        view *x = &b->token[b->n];
        if (!tokens_next(t, x))
            return false;
        bool space = x->len == 1 && *x->p == ' ' && x->p != text.p && t->at != t->end;
        b->n += !space;
    }
    return true;
}

// What the first loop finds the place of, the second reads, and so on: the table is larger than
// the nearest caches.
static void look_up(batch *x, const wordbook *b)
{
    uint64_t hash[BATCH];
    token_key key[BATCH];
    for (size_t i = 0; i < x->n; i++) {
        key[i] = token_load(x->token[i].p, x->token[i].len);
        hash[i] = token_hash(key[i]);
        __builtin_prefetch(&b->bucket[bucket_of(hash[i])]);
    }
    for (size_t i = 0; i < x->n; i++) {
        x->number[i] = (uint16_t)tagged(b, hash[i]);
        __builtin_prefetch(b->text[x->number[i]]);
    }
    for (size_t i = 0; i < x->n; i++) {
        x->number[i] &= token_same(key_of(b, x->number[i]), key[i]) ? UINT16_MAX : 0;
    }
}

// NULL where more than most would be written; BATCH * 2 bytes behind it may be.
static uint8_t *write_batch(const batch *x, uint8_t *to, const uint8_t *most)
{
    for (size_t i = 0; i < x->n; i++) {
        unsigned number = x->number[i], id = number - 1, far = id - SHORT;
        if (number) { // one byte or two: at random as well
            unsigned two = id >= SHORT, lead = (SHORT + (far >> 8)) & -two;
            store16(to, (uint16_t)(lead | (id & (two - 1)) | far << 8));
            to += 1 + two;
            continue;
        }
        size_t len = x->token[i].len;
        if (to > most || len + 2 * (len / LITERAL_MOST + 1) > (size_t)(most - to))
            return NULL;
        to = put_literal(to, x->token[i]);
    }
    return to <= most ? to : NULL;
}

static size_t most_of(size_t n)
{
    return n / 16 * WORDBOOK_WORTH + n % 16;
}

size_t wordbook_room(size_t n)
{
    return most_of(n) + 2 * BATCH;
}

bool wordbook_pack(const wordbook *b, view text, buf *out)
{
    size_t most = most_of(text.len);
    uint8_t *begin = buf_grow(out, wordbook_room(text.len)), *to = begin;
    tokens t;
    batch x;
    tokens_begin(&t, text);
    for (bool more = true; more && to;) {
        more = gather(&x, &t, text);
        look_up(&x, b);
        to = write_batch(&x, to, begin + most);
    }
    if (!to)
        return false;
    out->len += (size_t)(to - begin);
    return true;
}

// The token that stands at p: its bytes; NULL where there is none. *p is moved behind it.
static const uint8_t *next_token(const wordbook *b, const uint8_t **p, const uint8_t *end,
                                 size_t *len, bool *word, bool *glued)
{
    unsigned c = *(*p)++;
    *glued = c == GLUED;
    if (c >= LITERAL) {
        if (*p == end || (size_t)(end - *p) <= **p || **p == 0)
            return NULL;
        const uint8_t *text = *p + 1;
        *len = **p;
        *word = token_is_word(*text);
        *p = text + *len;
        return text;
    }
    if (c >= SHORT) {
        if (*p == end)
            return NULL;
        c = SHORT + (c - SHORT) * 256 + *(*p)++;
    }
    if (c >= b->n)
        return NULL;
    const uint8_t *text = b->text[c + 1];
    *len = text[WIDE - 1];
    *word = token_is_word(*text);
    return text;
}

bool wordbook_unpack(const wordbook *b, view packed, uint8_t *to, size_t n)
{
    const uint8_t *p = packed.p, *end = p + packed.len;
    uint8_t *last = to + n;
    bool after_word = false, word = false, glued;
    while (p < end) {
        size_t len;
        const uint8_t *from = p, *text = next_token(b, &p, end, &len, &word, &glued);
        size_t space = after_word && word && !glued;
        if (!text || (size_t)(last - to) < len + space)
            return false;
        *to = ' ';
        to += space;
        if (*from < LITERAL && last - to >= WIDE)
            memcpy(to, text, WIDE);
        else
            memcpy(to, text, len);
        to += len;
        after_word = word;
    }
    return to == last;
}
