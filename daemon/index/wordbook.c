#include "index/wordbook.h"
#include "base/cpu.h"
#include "index/varint.h"
#include "index/wordbook_inside.h"

#include <stdlib.h>
#include <xxhash.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static token_key key_of(const wordbook *b, unsigned number)
{
    return (token_key){load64(b->text[number]), load64(b->text[number] + 8)};
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

static void choose_level(wordbook *b)
{
    b->walk = wordbook_walk_plain;
    b->list = wordbook_list_plain;
#if defined(__x86_64__)
    if (cpu_best() >= CPU_AVX512) {
        b->walk = wordbook_walk_avx512;
        b->list = wordbook_list_avx512;
    }
#endif
}

shg_err wordbook_open(wordbook **out, view book)
{
    const uint8_t *p = book.p, *end = p + book.len;
    wordbook *b = *out = calloc(1, sizeof *b);
    if (!b)
        return SHG_ENOMEM;
    bool coded = book.len > 2 * CODE_SYMBOLS && code_open(&b->first, p) &&
                 code_open(&b->letters, p + CODE_SYMBOLS);
    p += coded ? 2 * CODE_SYMBOLS : 0;
    while (coded && p < end && b->n < WORDBOOK_TOKENS && *p && *p <= TOKEN_MOST && end - p > *p &&
           enter(b, p + 1, *p))
        p += 1 + *p;
    if (p != end || b->n == 0) {
        wordbook_free(b);
        *out = NULL;
        return SHG_ECORRUPT;
    }
    choose_level(b);
    wordbook_learn_words(b);
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
        __builtin_prefetch(&b->word[x->number[i]]); // what is packed is told at once
    }
}

// False where more than most would be written.
static bool write_step(writing *w, const found *x, const tokens *t, const wordbook *b)
{
    for (size_t i = 0; i < t->n; i++) {
        unsigned number = x->number[i];
        if (number && token_same(key_of(b, number), x->key[i])) {
            put_number(&w->part, number);
            continue;
        }
        if (!put_new(w, tokens_get(t, i), x->key[i], x->hash[i]))
            return false;
    }
    return written(&w->part) <= w->most;
}

bool wordbook_walk_plain(writing *w, const wordbook *b)
{
    tokens t;
    found x;
    bool good = true;
    tokens_begin(&t, w->text);
    while (good && tokens_step(&t)) {
        look_up(&x, &t, b);
        good = write_step(w, &x, &t, b);
    }
    return good;
}

static size_t most_of(size_t n)
{
    return n / 16 * WORDBOOK_WORTH + n % 16;
}

bool wordbook_split(const wordbook *b, view text, buf *room, wordbook_parts *out)
{
    size_t most = most_of(text.len), each = most + PARTS_ROOM;
    buf_reset(room);
    uint8_t *p = buf_grow(room, 2 * each + text.len + WIDE);
    writing w = {.text = text, .most = most};
    if (p)
        w.part = (wordbook_parts){.first = p, .second = p + each, .letters = p + 2 * each};
    bool good = p && b->walk(&w, b);
    *out = w.part;
    return good;
}

bool wordbook_pack(const wordbook *b, size_t len, const wordbook_parts *parts, buf *out)
{
    const wordbook_parts p = *parts;
    uint8_t *begin =
        buf_grow(out, 2 * VARINT_MOST + code_room(p.n_first) + code_room(p.n_letters) + p.n_second);
    if (!begin)
        return false;
    uint8_t *to = varint_put(begin, (uint32_t)p.n_first);
    to = varint_put(to, (uint32_t)p.n_letters);
    to = code_write(&b->first, p.first, p.n_first, to);
    to = code_write(&b->letters, p.letters, p.n_letters, to);
    memcpy(to, p.second, p.n_second);
    size_t n = (size_t)(to - begin) + p.n_second;
    out->len += n <= most_of(len) ? n : 0;
    return n <= most_of(len);
}

enum {
    FIRST_AHEAD = 12 * CODE_STEP,
    LETTERS_AHEAD = 24 * CODE_STEP
}; // bytes that are read from the codes at a time

// Where a text is read from and written to.
typedef struct unpacking {
    code_reader firsts, letters;
    uint8_t first[FIRST_AHEAD], letter[LETTERS_AHEAD + WIDE];
    size_t at, n, letter_at, letter_n; // of those that are read
    const uint8_t *second, *end;
    uint8_t *begin, *to, *last;
    bool after_word;
    memo memo;
} unpacking;

// Writes tokens with a number as long as there are some, and room for any: no branch in it depends
// on the text but those that end it.
static bool write_numbered(unpacking *u, const wordbook *b)
{
    const uint8_t *second = u->second;
    uint8_t *to = u->to;
    size_t after_word = u->after_word, at = u->at;
    while (at < u->n && second < u->end && u->last - to > WIDE && u->first[at] < NUMBERED) {
        unsigned c = u->first[at++], two = c >= SHORT;
        unsigned number = c + (((c - SHORT) * 255 + *second) & -two);
        if (number >= b->n)
            return false;
        const uint8_t *text = b->text[number + 1];
        size_t word = token_is_word(*text);
        *to = ' ';
        to += after_word & word;
        memcpy(to, text, WIDE);
        to += text[WIDE - 1];
        second += two;
        after_word = word;
    }
    u->at = at;
    u->second = second;
    u->to = to;
    u->after_word = after_word;
    return true;
}

static bool take_second(unpacking *u, size_t *byte)
{
    if (u->second == u->end)
        return false;
    *byte = *u->second++;
    return true;
}

// The next n letters; those that are read but not taken move to the front.
static const uint8_t *take_letters(unpacking *u, size_t n)
{
    if (u->letter_n - u->letter_at < n) {
        size_t kept = u->letter_n - u->letter_at, more = LETTERS_AHEAD - kept;
        memmove(u->letter, u->letter + u->letter_at, kept);
        more = more / CODE_STEP * CODE_STEP;
        more = more < u->letters.left ? more : u->letters.left;
        code_read(&u->letters, u->letter + kept, more);
        u->letter_at = 0;
        u->letter_n = kept + more;
        if (u->letter_n < n)
            return NULL;
    }
    u->letter_at += n;
    return u->letter + u->letter_at - n;
}

// The token that a first byte stands for.
static bool find_token(unpacking *u, const wordbook *b, unsigned c, view *out)
{
    size_t more = 0;
    if ((c >= SHORT && c < NUMBERED) || c >= LONG)
        if (!take_second(u, &more))
            return false;
    if (c < NUMBERED) {
        size_t number = c < SHORT ? c : SHORT + (c - SHORT) * 256 + more;
        const uint8_t *text = b->text[number < b->n ? number + 1 : 0];
        *out = (view){text, text[WIDE - 1]};
    } else if (c == AGAIN) {
        more %= MEMO;
        *out = (view){u->begin + u->memo.at[more], u->memo.len[more]};
    } else {
        size_t n = c < LONG ? c - SPELLED : more;
        *out = (view){take_letters(u, n), n};
    }
    return out->p && out->len;
}

// Writes one token of any kind, but not behind the end.
static bool write_token(unpacking *u, const wordbook *b)
{
    unsigned c = u->first[u->at++];
    view token;
    if (!find_token(u, b, c, &token))
        return false;
    bool word = token_is_word(*token.p);
    size_t space = u->after_word && word && c != GLUED;
    if ((size_t)(u->last - u->to) < token.len + space)
        return false;
    *u->to = ' ';
    u->to += space;
    memcpy(u->to, token.p, token.len);
    if (c > SPELLED && c <= LONG)
        memo_add(&u->memo, (size_t)(u->to - u->begin), token.len);
    u->to += token.len;
    u->after_word = word;
    return true;
}

static bool write_read(unpacking *u, const wordbook *b)
{
    while (u->at < u->n)
        if (!write_numbered(u, b) || (u->at < u->n && !write_token(u, b)))
            return false;
    return true;
}

static bool is_all_read(const unpacking *u)
{
    return u->to == u->last && u->second == u->end && u->letter_at == u->letter_n &&
           code_end(&u->firsts) && code_end(&u->letters);
}

bool wordbook_unpack(const wordbook *b, view packed, uint8_t *to, size_t n)
{
    unpacking u;
    uint32_t n_first, n_letters;
    if (!varint_take(&packed, &n_first) || !varint_take(&packed, &n_letters) ||
        !code_begin(&u.firsts, &b->first, n_first, &packed) ||
        !code_begin(&u.letters, &b->letters, n_letters, &packed))
        return false;
    u.second = packed.p;
    u.end = packed.p + packed.len;
    u.begin = u.to = to;
    u.last = to + n;
    u.after_word = false;
    u.letter_at = u.letter_n = 0;
    u.memo = (memo){.n = 0};
    while (u.firsts.left) {
        u.at = 0;
        u.n = u.firsts.left < FIRST_AHEAD ? u.firsts.left : FIRST_AHEAD;
        code_read(&u.firsts, u.first, u.n);
        if (!write_read(&u, b))
            return false;
    }
    return is_all_read(&u);
}
