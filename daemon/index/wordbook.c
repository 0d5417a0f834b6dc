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
    b->add = wordbook_add_plain;
#if defined(__x86_64__)
    if (cpu_best() >= CPU_AVX2) {
        b->walk = wordbook_walk_avx2;
        b->list = wordbook_list_avx2;
        b->add = wordbook_add_avx2;
    }
    if (cpu_best() >= CPU_AVX512) {
        b->walk = wordbook_walk_avx512;
        b->list = wordbook_list_avx512;
        b->add = wordbook_add_avx512;
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
        __builtin_prefetch(&b->word[x->number[i]]); // for the row
    }
}

static void add_to_row(token_row *r, const tokens *t, size_t i, uint64_t word, bool odd)
{
    size_t len = tokens_get(t, i).len;
    r->word[r->n] = word;
    r->begin[r->n] = t->begin[i];
    r->len[r->n] = (uint8_t)len;
    r->odd[r->n_odd] = (uint32_t)r->n++;
    r->n_odd += odd;
    r->too_long |= len > LITERAL_MOST;
}

// False where more than most would be written.
static bool write_step(writing *w, const found *x, const tokens *t, const wordbook *b)
{
    for (size_t i = 0; i < t->n; i++) {
        unsigned number = x->number[i];
        bool known = number && token_same(key_of(b, number), x->key[i]);
        if (w->row.word)
            add_to_row(&w->row, t, i, b->word[number], !known);
        if (known)
            put_number(&w->part, number);
        else if (!put_new(w, tokens_get(t, i), x->key[i], x->hash[i]))
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

bool wordbook_split(const wordbook *b, view text, buf *room, wordbook_parts *out, book_words *words)
{
    size_t most = most_of(text.len), each = most + PARTS_ROOM;
    buf_reset(room);
    uint8_t *p = buf_grow(room, 2 * each + text.len + WIDE);
    writing w = {.text = text, .most = most};
    if (p)
        w.part = (wordbook_parts){.first = p, .second = p + each, .letters = p + 2 * each};
    bool asked = words && wordbook_begin_row(&w.row, each, words);
    bool good = p && b->walk(&w, b);
    *out = w.part;
    if (words && !(good && asked && wordbook_row_words(b, &w, words)))
        words->n = 0;
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
