#include "index/wordbook.h"
#include "base/bytes.h"
#include "index/tokens.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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
    WIDE = 16,                  // bytes that are copied for a token, however short it is
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

// The number beside the equal tag, of which there is one at most; 0: there is none. A branch would
// be taken at random: all ways are looked at.
#ifdef __SSE2__
static uint16_t tagged(const wordbook *b, uint64_t hash)
{
    static const uint64_t each = 0x0001000100010001;
    const bucket *x = &b->bucket[bucket_of(hash)];
    __m128i both = _mm_loadu_si128((const __m128i *)(const void *)x); // tags, numbers
    __m128i equal = _mm_cmpeq_epi16(both, _mm_set1_epi16((short)hash));
    __m128i number = _mm_and_si128(equal, _mm_srli_si128(both, sizeof x->tag));
    return (uint16_t)((uint64_t)_mm_cvtsi128_si64(number) * each >> 48);
}
#else
static uint16_t tagged(const wordbook *b, uint64_t hash)
{
    const bucket *x = &b->bucket[bucket_of(hash)];
    unsigned number = 0;
    for (int i = 0; i < WAYS; i++)
        number |= x->number[i] & (x->tag[i] == (uint16_t)hash ? UINT16_MAX : 0);
    return (uint16_t)number;
}
#endif

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
            memcpy(to, token.p, WIDE); // nearly always: TOKENS_PAD in, 2 * TOKENS_ROOM out
        else
            memcpy(to, token.p, n);
        to += n;
        token = (view){token.p + n, token.len - n};
    }
    return to;
}

// What a step of a walk finds. Each loop over it is short and knows no branch but rare ones, so
// that many tokens are at work at once; what one finds the place of, the next reads: the book is
// larger than the nearest caches.
typedef struct found {
    uint64_t hash[TOKENS_ROOM];
    token_key key[TOKENS_ROOM];
    uint16_t number[TOKENS_ROOM]; // of a token that may be it; 0: of none
} found;

static void look_up(found *x, const tokens *t, const wordbook *b)
{
    for (size_t i = 0; i < t->n; i++) {
        view token = tokens_get(t, i);
        x->key[i] = token_load(token.p, token.len);
        x->hash[i] = token_hash(x->key[i]);
        __builtin_prefetch(&b->bucket[bucket_of(x->hash[i])]);
    }
    for (size_t i = 0; i < t->n; i++) {
        x->number[i] = tagged(b, x->hash[i]);
        __builtin_prefetch(b->text[x->number[i]]);
    }
}

// One byte or two: at random, so that a branch would be slower.
static uint8_t *put_number(uint8_t *to, unsigned number)
{
    unsigned id = number - 1, far = id - SHORT, two = id >= SHORT;
    unsigned lead = (SHORT + (far >> 8)) & -two;
    store16(to, (uint16_t)(lead | (id & (two - 1)) | far << 8));
    return to + 1 + two;
}

// NULL where more than most would be written; TOKENS_ROOM * 2 bytes behind it may be.
static uint8_t *write_step(const found *x, const tokens *t, const wordbook *b, uint8_t *to,
                           const uint8_t *most)
{
    for (size_t i = 0; i < t->n; i++) {
        unsigned number = x->number[i];
        if (number && token_same(key_of(b, number), x->key[i])) {
            to = put_number(to, number);
            continue;
        }
        view token = tokens_get(t, i);
        if (to > most || token.len + 2 * (token.len / LITERAL_MOST + 1) > (size_t)(most - to))
            return NULL;
        to = put_literal(to, token);
    }
    return to <= most ? to : NULL;
}

static size_t most_of(size_t n)
{
    return n / 16 * WORDBOOK_WORTH + n % 16;
}

size_t wordbook_room(size_t n)
{
    return most_of(n) + 2 * TOKENS_ROOM;
}

bool wordbook_pack(const wordbook *b, view text, buf *out)
{
    size_t most = most_of(text.len);
    uint8_t *begin = buf_grow(out, wordbook_room(text.len)), *to = begin;
    tokens t;
    found x;
    tokens_begin(&t, text);
    while (to && tokens_step(&t)) {
        look_up(&x, &t, b);
        to = write_step(&x, &t, b, to, begin + most);
    }
    if (!to)
        return false;
    out->len += (size_t)(to - begin);
    return true;
}

// Where a text is read from and written to.
typedef struct unpacking {
    const uint8_t *p, *end;
    uint8_t *to, *last;
    bool after_word;
} unpacking;

// Writes tokens with a number as long as there are some, and room for any: no branch in it depends
// on the text but those that end it.
static bool write_numbered(unpacking *u, const wordbook *b)
{
    const uint8_t *p = u->p;
    uint8_t *to = u->to;
    size_t after_word = u->after_word;
    while (u->end - p >= 2 && u->last - to > WIDE && *p < LITERAL) {
        unsigned c = *p, two = c >= SHORT;
        unsigned number = c + (((c - SHORT) * 255 + p[1]) & -two);
        if (number >= b->n)
            return false;
        const uint8_t *text = b->text[number + 1];
        size_t word = token_is_word(*text);
        *to = ' ';
        to += after_word & word;
        memcpy(to, text, WIDE);
        to += text[WIDE - 1];
        p += 1 + two;
        after_word = word;
    }
    u->p = p;
    u->to = to;
    u->after_word = after_word;
    return true;
}

// Writes one token of any kind, but not behind the end.
static bool write_token(unpacking *u, const wordbook *b)
{
    const uint8_t *text;
    unsigned c = *u->p++;
    size_t len;
    if (c >= LITERAL) {
        if (u->p == u->end || (size_t)(u->end - u->p) <= *u->p || *u->p == 0)
            return false;
        len = *u->p;
        text = u->p + 1;
        u->p = text + len;
    } else {
        if (c >= SHORT && u->p == u->end)
            return false;
        unsigned number = c < SHORT ? c : SHORT + (c - SHORT) * 256 + *u->p++;
        if (number >= b->n)
            return false;
        text = b->text[number + 1];
        len = text[WIDE - 1];
    }
    bool word = token_is_word(*text);
    size_t space = u->after_word && word && c != GLUED;
    if ((size_t)(u->last - u->to) < len + space)
        return false;
    *u->to = ' ';
    memcpy(u->to + space, text, len);
    u->to += space + len;
    u->after_word = word;
    return true;
}

bool wordbook_unpack(const wordbook *b, view packed, uint8_t *to, size_t n)
{
    unpacking u = {.p = packed.p, .end = packed.p + packed.len, .to = to, .last = to + n};
    while (u.p < u.end)
        if (!write_numbered(&u, b) || (u.p < u.end && !write_token(&u, b)))
            return false;
    return u.to == u.last;
}
