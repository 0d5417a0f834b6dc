// Splitting, and finding which tokens a packed text has, with AVX-512 (F, DQ, BW, VL, VBMI, VBMI2)
// and BMI2: eight tokens at a time, and 64 of them.
#include <immintrin.h>

#include "index/tokens_blocks.h"
#include "index/wordbook_inside.h"
#include "text/hash_avx512.h"

#include <assert.h>
#include <stdalign.h>

enum { EIGHT = 8, ROW_LOG = 4 };
static_assert(sizeof(bucket) == 1 << ROW_LOG && WIDE == 1 << ROW_LOG, "rows");

static inline __m512i all8(uint8_t byte)
{
    return _mm512_set1_epi8((char)byte);
}

static inline token_masks look_at_64(const uint8_t *p)
{
    __m512i v = _mm512_loadu_si512(p);
    __m512i letter = _mm512_sub_epi8(_mm512_or_si512(v, all8(0x20)), all8('a'));
    __m512i digit = _mm512_sub_epi8(v, all8('0'));
    uint64_t is =
        _mm512_cmplt_epu8_mask(letter, all8(26)) | _mm512_cmplt_epu8_mask(digit, all8(10));
    return (token_masks){is | _mm512_movepi8_mask(v), _mm512_cmpeq_epi8_mask(v, all8(' '))};
}

static inline size_t put_places(uint32_t *to, uint64_t bits, size_t at)
{
    alignas(64) static const uint8_t each[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    size_t n = (size_t)_mm_popcnt_u64(bits);
    __m512i place = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(each));
    for (size_t i = 0; i < n; i += 16) {
        __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(place));
        _mm512_storeu_si512(to + i, _mm512_add_epi32(wide, _mm512_set1_epi32((int)at)));
        place = _mm512_shuffle_i64x2(place, place, 0x39); // the next 16
    }
    return n;
}

// Eight tokens on their way. Vectors that have 8 bytes of each have them in this order: 0, 4, 1, 5,
// 2, 6, 3, 7, as they are unpacked from two that have 16 of each.
typedef struct eight {
    __m512i key[2]; // as token_load makes them
    alignas(64) uint64_t hash[EIGHT];
    alignas(64) uint64_t at[EIGHT]; // byte of a bucket; then of the text of one that it may be
} eight;

// 16 bytes from each of four places.
static inline __m512i load_four(const uint8_t *a, const uint8_t *b, const uint8_t *c,
                                const uint8_t *d)
{
    __m512i v = _mm512_castsi128_si512(_mm_loadu_si128((const void *)a));
    v = _mm512_inserti64x2(v, _mm_loadu_si128((const void *)b), 1);
    v = _mm512_inserti64x2(v, _mm_loadu_si128((const void *)c), 2);
    return _mm512_inserti64x2(v, _mm_loadu_si128((const void *)d), 3);
}

// The keys of four tokens, of which there are the lengths in the bytes of len.
static inline __m512i key_four(const tokens *t, size_t i, uint32_t len)
{
    const __m512i place =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m512i which = _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm256_setr_m128i(_mm_set1_epi8(0), _mm_set1_epi8(1))),
        _mm256_setr_m128i(_mm_set1_epi8(2), _mm_set1_epi8(3)), 1);
    const uint8_t *p = t->text.p;
    const uint32_t *begin = t->begin + i;
    __m512i v = load_four(p + begin[0], p + begin[1], p + begin[2], p + begin[3]);
    __m512i lens = _mm512_shuffle_epi8(_mm512_set1_epi32((int)len), which);
    v = _mm512_maskz_mov_epi8(_mm512_cmplt_epu8_mask(place, lens), v);
    return _mm512_or_si512(v, _mm512_maskz_mov_epi8(0x8000800080008000, lens));
}

static inline __m512i hash_keys(const __m512i key[2])
{
    __m512i lo = _mm512_unpacklo_epi64(key[0], key[1]), hi = _mm512_unpackhi_epi64(key[0], key[1]);
    __m512i x = _mm512_xor_si512(lo, _mm512_rol_epi64(hi, 29));
    x = _mm512_mullo_epi64(x, _mm512_set1_epi64((int64_t)0x9e3779b97f4a7c15u));
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
    return _mm512_mullo_epi64(x, _mm512_set1_epi64((int64_t)0xd6e8feb86659fd93u));
}

// Rows of 16 bytes of eight tokens, in two vectors as their keys.
static inline void load_rows(__m512i out[2], const void *base, const eight *x)
{
    const uint8_t *p = base;
    const uint64_t *at = x->at;
    out[0] = load_four(p + at[0], p + at[2], p + at[4], p + at[6]);
    out[1] = load_four(p + at[1], p + at[3], p + at[5], p + at[7]);
}

// Lets up to seven of no account follow the tokens of a step: they are empty.
static inline void end_tokens(tokens *t)
{
    _mm256_storeu_si256((void *)(t->begin + t->n_begun), _mm256_setzero_si256());
    __m256i begin = _mm256_loadu_si256((const void *)(t->begin + t->n));
    _mm256_storeu_si256((void *)(t->end + t->n), begin);
}

// Returns the lengths of the tokens.
static inline __m256i begin_eight(eight *x, const tokens *t, size_t i)
{
    __m256i begin = _mm256_loadu_si256((const void *)(t->begin + i));
    __m256i all = _mm256_sub_epi32(_mm256_loadu_si256((const void *)(t->end + i)), begin);
    __m256i len = _mm256_min_epu32(all, _mm256_set1_epi32(TOKEN_MOST + 1));
    uint64_t lens = (uint64_t)_mm_cvtsi128_si64(_mm256_cvtepi32_epi8(len));
    x->key[0] = key_four(t, i, (uint32_t)lens);
    x->key[1] = key_four(t, i + 4, (uint32_t)(lens >> 32));
    __m512i hash = hash_keys(x->key);
    __m512i number = _mm512_srli_epi64(hash, 64 - BUCKETS_LOG);
    _mm512_store_si512(x->hash, hash);
    _mm512_store_si512(x->at, _mm512_slli_epi64(number, ROW_LOG));
    return all;
}

// Tokens of a step as they are written: those that have a number; others are named then.
typedef struct step {
    eight x[TOKENS_ROOM / EIGHT];
    uint8_t first[TOKENS_ROOM + 64], second[TOKENS_ROOM + 64];
    union {
        uint8_t each[64];
        uint64_t all[8];
    } known, two; // a bit for each token: whether it has a number, and a second byte
} step;

// Eight numbers as they are written: each with a first byte, some with a second one.
static inline void code_numbers(step *s, size_t i, __m512i number)
{
    const __m512i one_byte = _mm512_set1_epi64(SHORT);
    number = _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), number);
    __m512i id = _mm512_sub_epi64(number, _mm512_set1_epi64(1));
    __m512i far = _mm512_sub_epi64(id, one_byte);
    __mmask8 two = _mm512_cmpge_epu64_mask(id, one_byte);
    __m512i first = _mm512_mask_add_epi64(id, two, one_byte, _mm512_srli_epi64(far, 8));
    _mm_storel_epi64((void *)(s->first + i * EIGHT), _mm512_cvtepi64_epi8(first));
    _mm_storel_epi64((void *)(s->second + i * EIGHT), _mm512_cvtepi64_epi8(far));
    s->two.each[i] = (uint8_t)two;
}

// The numbers beside the equal tags, as tagged.
static inline void find_eight(step *s, size_t i, const wordbook *b)
{
    const __m512i first = _mm512_set1_epi64(0x0100010001000100);
    const __m512i second = _mm512_set1_epi64(0x0908090809080908);
    eight *x = &s->x[i];
    __m512i row[2], hash = _mm512_load_si512(x->hash);
    load_rows(row, b->bucket, x); // tags, numbers
    __mmask32 one = _mm512_cmpeq_epi16_mask(row[0], _mm512_shuffle_epi8(hash, first));
    __mmask32 two = _mm512_cmpeq_epi16_mask(row[1], _mm512_shuffle_epi8(hash, second));
    __m512i number = _mm512_unpackhi_epi64(_mm512_maskz_mov_epi16((one & 0x0f0f0f0f) << 4, row[0]),
                                           _mm512_maskz_mov_epi16((two & 0x0f0f0f0f) << 4, row[1]));
    number = _mm512_or_si512(number, _mm512_srli_epi64(number, 32));
    number = _mm512_or_si512(number, _mm512_srli_epi64(number, 16));
    number = _mm512_and_si512(number, _mm512_set1_epi64(0xffff));
    _mm512_store_si512(x->at, _mm512_slli_epi64(number, ROW_LOG));
    code_numbers(s, i, number);
}

// Which of them are those tokens.
static inline void compare_eight(step *s, size_t i, const wordbook *b)
{
    __m512i row[2];
    load_rows(row, b->text, &s->x[i]);
    unsigned one = _mm512_cmpeq_epi64_mask(row[0], s->x[i].key[0]);
    unsigned two = _mm512_cmpeq_epi64_mask(row[1], s->x[i].key[1]);
    unsigned known = _pext_u32((one & one >> 1) | (two & two >> 1) << 8, 0x5555);
    s->known.each[i] = (uint8_t)known;
}

static inline token_key key_at(const eight *x, unsigned i)
{
    token_key k;
    memcpy(&k, (const uint8_t *)x->key + i * sizeof k, sizeof k);
    return k;
}

static inline uint64_t hash_at(const eight *x, unsigned i)
{
    return x->hash[i % 4 * 2 + i / 4];
}

// Names those of 64 tokens from i on that have no number.
static inline void name_64(writing *w, step *s, const tokens *t, size_t i)
{
    unsigned left = t->n - i < 64 ? (unsigned)(t->n - i) : 64;
    uint64_t *two = &s->two.all[i / 64], known = s->known.all[i / 64];
    *two &= known;
    for (uint64_t none = _bzhi_u64(~known, left); none; none = _blsr_u64(none)) {
        unsigned bit = (unsigned)_tzcnt_u64(none);
        size_t at = i + bit;
        const eight *x = &s->x[at / EIGHT];
        named as =
            name_token(w, tokens_get(t, at), key_at(x, bit % EIGHT), hash_at(x, bit % EIGHT));
        s->first[at] = as.first;
        s->second[at] = as.second;
        *two |= (uint64_t)as.two << bit;
    }
    *two = _bzhi_u64(*two, left);
}

static inline void write_64(wordbook_parts *p, const step *s, size_t i, size_t n)
{
    uint64_t two = s->two.all[i / 64];
    _mm512_storeu_si512(p->first + p->n_first, _mm512_loadu_si512(s->first + i));
    __m512i second = _mm512_loadu_si512(s->second + i);
    _mm512_storeu_si512(p->second + p->n_second, _mm512_maskz_compress_epi8(two, second));
    p->n_first += n - i < 64 ? n - i : 64;
    p->n_second += (size_t)_mm_popcnt_u64(two);
}

// Writes tokens of which one is too long to be named at once.
static bool write_long(writing *w, const step *s, const tokens *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const eight *x = &s->x[i / EIGHT];
        unsigned k = i % EIGHT;
        if (s->known.each[i / EIGHT] >> k & 1)
            put_number(&w->part, (unsigned)(x->at[k % 4 * 2 + k / 4] >> ROW_LOG));
        else if (!put_new(w, tokens_get(t, i), key_at(x, k), hash_at(x, k)))
            return false;
    }
    return true;
}

// ---- what the tokens hold

// Which of eight tokens, in the order of their keys, are what.
typedef struct kinds {
    __mmask8 words; // of ASCII alone
    __mmask8 marks; // which may join words
    __mmask8 odd;   // not of ASCII alone, or long
} kinds;

static inline __m512i all64(uint64_t x)
{
    return _mm512_set1_epi64((long long)x);
}

// As token_is_word and is_joiner have it.
static inline kinds kinds_of(__m512i lo, __m512i hi)
{
    const uint64_t marks =
        1u << ('\'' - ' ') | 1u << ('.' - ' ') | 1u << (',' - ' ') | 1u << ('"' - ' ');
    kinds k;
    __m512i c = _mm512_and_si512(lo, all64(0xff));
    __m512i letter = _mm512_sub_epi64(_mm512_or_si512(c, all64(0x20)), all64('a'));
    __m512i digit = _mm512_sub_epi64(c, all64('0'));
    __m512i mark = _mm512_sllv_epi64(all64(1), _mm512_sub_epi64(lo, all64(' '))); // 0 of many
    __mmask8 single = _mm512_cmpeq_epi64_mask(hi, all64((uint64_t)1 << 56));
    k.odd = _mm512_test_epi64_mask(_mm512_or_si512(lo, hi), all64(0x8080808080808080)) |
            _mm512_test_epi64_mask(hi, all64((uint64_t)(TOKEN_MOST + 1) << 56));
    k.words =
        _mm512_cmplt_epu64_mask(letter, all64(26)) | _mm512_cmplt_epu64_mask(digit, all64(10));
    k.words &= (__mmask8)~k.odd;
    k.marks = _mm512_mask_test_epi64_mask(single, mark, all64(marks)) |
              _mm512_mask_cmpeq_epi64_mask(single, lo, all64('`'));
    return k;
}

// The key of four tokens but for the lengths, letters in lower case.
static inline __m512i lower_four(__m512i key)
{
    const uint64_t bytes = 0x7fff7fff7fff7fff;
    __mmask64 is = _mm512_mask_test_epi8_mask(bytes, key, key);
    __m512i v = _mm512_maskz_mov_epi8(is, all8(0x20));
    return _mm512_ternarylogic_epi64(key, v, _mm512_maskz_mov_epi8(bytes, all8(0xff)),
                                     0xa8); // (key | v) & them
}

// hash_ascii of eight keys.
static inline __m512i hash_eight(const eight *x, __m512i hi)
{
    __m512i a = lower_four(x->key[0]), b = lower_four(x->key[1]);
    return hash_mix_8(hash_take_8(_mm512_srli_epi64(hi, 56), _mm512_unpacklo_epi64(a, b),
                                  _mm512_unpackhi_epi64(a, b)));
}

// In the order of the tokens.
static inline unsigned in_order(unsigned lanes)
{
    return _pext_u32(lanes, 0x55) | _pext_u32(lanes, 0xaa) << 4;
}

// Of odd ones that the book has it knows the words.
static void add_odd(token_row *r, size_t at, const eight *x, unsigned odd, unsigned known,
                    const wordbook *b)
{
    for (; odd; odd = _blsr_u32(odd)) {
        unsigned k = _tzcnt_u32(odd);
        if (known >> k & 1)
            r->word[at + k] = b->word[x->at[k % 4 * 2 + k / 4] >> ROW_LOG];
        else
            r->odd[r->n_odd++] = (uint32_t)(at + k);
    }
}

// Eight tokens, some of which may be of no account.
static inline void add_eight(token_row *r, const tokens *t, const step *s, size_t i,
                             const wordbook *b)
{
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const eight *x = &s->x[i];
    size_t at = r->n + i * EIGHT, left = t->n - i * EIGHT;
    __m512i hi = _mm512_unpackhi_epi64(x->key[0], x->key[1]);
    kinds k = kinds_of(_mm512_unpacklo_epi64(x->key[0], x->key[1]), hi);
    __m512i word = _mm512_maskz_mov_epi64(k.words, hash_eight(x, hi));
    word = _mm512_mask_mov_epi64(word, k.marks, all64(LOOK));
    _mm512_storeu_si512(r->word + at, _mm512_permutexvar_epi64(order, word));
    __m256i begin = _mm256_loadu_si256((const void *)(t->begin + i * EIGHT));
    __m256i end = _mm256_loadu_si256((const void *)(t->end + i * EIGHT));
    _mm256_storeu_si256((void *)(r->begin + at), begin);
    _mm_storel_epi64((void *)(r->len + at), _mm256_cvtepi32_epi8(_mm256_sub_epi32(end, begin)));
    if (k.odd)
        add_odd(r, at, x, _bzhi_u32(in_order(k.odd), (unsigned)(left < EIGHT ? left : EIGHT)),
                s->known.each[i], b);
}

static void add_to_row(token_row *r, const tokens *t, const step *s, const wordbook *b)
{
    for (size_t i = 0; i * EIGHT < t->n; i++)
        add_eight(r, t, s, i, b);
    r->n += t->n;
}

// Loops so short that the CPU has several rounds of each at work at once: the book is larger than
// the nearest caches. (Asking the memory for the rows a loop ahead took longer than it saved.)
static bool write_step(writing *w, tokens *t, const wordbook *b)
{
    step s;
    size_t n = (t->n + EIGHT - 1) / EIGHT;
    __m256i longest = _mm256_setzero_si256();
    end_tokens(t);
    for (size_t i = 0; i < n; i++)
        longest = _mm256_max_epu32(longest, begin_eight(&s.x[i], t, i * EIGHT));
    for (size_t i = 0; i < n; i++)
        find_eight(&s, i, b);
    for (size_t i = 0; i < n; i++)
        compare_eight(&s, i, b);
    if (w->row.word)
        add_to_row(&w->row, t, &s, b);
    bool too_long = _mm256_cmpgt_epu32_mask(longest, _mm256_set1_epi32(LITERAL_MOST));
    w->row.too_long |= too_long;
    if (too_long)
        return write_long(w, &s, t) && written(&w->part) <= w->most;
    for (size_t i = 0; i < t->n; i += 64) {
        name_64(w, &s, t, i);
        write_64(&w->part, &s, i, t->n);
    }
    return written(&w->part) <= w->most;
}

bool wordbook_walk_avx512(writing *w, const wordbook *b)
{
    tokens t;
    bool good = true;
    begin_tokens(&t, w->text);
    while (good && step_tokens(&t))
        good = write_step(w, &t, b);
    return good;
}

// ---- which tokens there are

// First bytes of 64 tokens, of which here are some, and what kinds they are of.
typedef struct firsts {
    __m512i byte, second; // 0: it has none
    uint64_t book, two, spelled, again, glued;
} firsts;

static inline __m512i load_some(const uint8_t *p, size_t n)
{
    return _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, n < 64 ? (unsigned)n : 64), p);
}

static inline firsts read_firsts(const wordbook_parts *p, size_t i, size_t at)
{
    firsts f;
    size_t left = p->n_first - i;
    uint64_t here = _bzhi_u64(UINT64_MAX, left < 64 ? (unsigned)left : 64);
    __m512i v = f.byte = load_some(p->first + i, left);
    __m512i from_spelled = _mm512_sub_epi8(v, all8(NUMBERED));
    f.book = _mm512_mask_cmplt_epu8_mask(here, v, all8(NUMBERED));
    f.spelled = _mm512_mask_cmple_epu8_mask(here, from_spelled, all8(LONG - NUMBERED));
    f.again = _mm512_mask_cmpeq_epi8_mask(here, v, all8(AGAIN));
    f.glued = _mm512_mask_cmpeq_epi8_mask(here, v, all8(GLUED));
    f.two = _mm512_mask_cmpge_epu8_mask(f.book, v, all8(SHORT)) |
            _mm512_mask_cmpge_epu8_mask(here, v, all8(LONG));
    size_t more = at < p->n_second ? p->n_second - at : 0;
    __m512i second = load_some(p->second + p->n_second - more, more);
    f.second = _mm512_maskz_expand_epi8(f.two, second);
    return f;
}

// The numbers of 32 of the book's tokens.
static inline __m512i numbers_of(__m256i byte, __m256i second, uint32_t two)
{
    __m512i c = _mm512_cvtepu8_epi16(byte);
    __m512i far = _mm512_sub_epi16(c, _mm512_set1_epi16(SHORT));
    far = _mm512_mullo_epi16(far, _mm512_set1_epi16(255));
    far = _mm512_add_epi16(far, _mm512_cvtepu8_epi16(second));
    return _mm512_mask_add_epi16(c, two, c, far);
}

// Writes 16 tokens: the spelled ones are counted up from next on.
static inline uint32_t put_tokens(uint32_t *to, __m256i number, __mmask16 spelled, uint32_t next)
{
    const __m512i up = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i order = _mm512_add_epi32(up, _mm512_set1_epi32((int)next));
    __m512i token = _mm512_mask_expand_epi32(_mm512_cvtepu16_epi32(number), spelled, order);
    _mm512_storeu_si512(to, token);
    return next + (uint32_t)_mm_popcnt_u32(spelled);
}

// False where one names what was not spelled before it.
static inline bool put_named(uint32_t *to, const firsts *f, size_t n)
{
    alignas(64) uint8_t second[64];
    bool good = true;
    _mm512_store_si512(second, f->second);
    for (uint64_t again = f->again; again; again = _blsr_u64(again)) {
        size_t at = (size_t)_tzcnt_u64(again), before = n;
        before += (size_t)_mm_popcnt_u64(_bzhi_u64(f->spelled, (unsigned)at));
        good &= second[at] % MEMO < before;
        to[at] = (uint32_t)(WORDBOOK_TOKENS + wordbook_named(before, second[at]));
    }
    return good;
}

// The lengths of those that are spelled; returns which are none.
static inline uint64_t put_lengths(uint8_t *to, const firsts *f)
{
    __m512i len = _mm512_sub_epi8(f->byte, all8(SPELLED));
    __mmask64 is_long = _mm512_cmpeq_epi8_mask(f->byte, all8(LONG));
    len = _mm512_mask_mov_epi8(len, is_long, f->second);
    _mm512_storeu_si512(to, _mm512_maskz_compress_epi8(f->spelled, len));
    return _mm512_mask_testn_epi8_mask(f->spelled, len, len);
}

// 64 tokens, but for those that name others, where n were spelled before; returns which of them
// are no numbers of a book of n_book.
static inline uint64_t put_64(uint32_t *to, const firsts *f, size_t n, uint32_t n_book)
{
    __m512i low = numbers_of(_mm512_castsi512_si256(f->byte), _mm512_castsi512_si256(f->second),
                             (uint32_t)(f->two & f->book));
    __m512i high =
        numbers_of(_mm512_extracti64x4_epi64(f->byte, 1), _mm512_extracti64x4_epi64(f->second, 1),
                   (uint32_t)((f->two & f->book) >> 32));
    __m512i end = _mm512_set1_epi16((short)n_book);
    uint64_t out = _mm512_cmpge_epu16_mask(low, end) | (uint64_t)_mm512_cmpge_epu16_mask(high, end)
                                                           << 32;
    uint32_t next = (uint32_t)(WORDBOOK_TOKENS + n);
    next = put_tokens(to, _mm512_castsi512_si256(low), (__mmask16)f->spelled, next);
    next =
        put_tokens(to + 16, _mm512_extracti64x4_epi64(low, 1), (__mmask16)(f->spelled >> 16), next);
    next = put_tokens(to + 32, _mm512_castsi512_si256(high), (__mmask16)(f->spelled >> 32), next);
    put_tokens(to + 48, _mm512_extracti64x4_epi64(high, 1), (__mmask16)(f->spelled >> 48), next);
    return out & f->book;
}

bool wordbook_list_avx512(const wordbook *b, const wordbook_parts *p, token_list *out)
{
    size_t at = 0, n = 0;
    bool good = true;
    for (size_t i = 0; good && i < p->n_first; i += 64) {
        firsts f = read_firsts(p, i, at);
        uint64_t bad = f.glued | put_lengths(out->len + n, &f);
        bad |= put_64(out->token + i, &f, n, b->n);
        good = put_named(out->token + i, &f, n) && !bad;
        at += (size_t)_mm_popcnt_u64(f.two);
        n += (size_t)_mm_popcnt_u64(f.spelled);
    }
    out->n_spelled = n;
    return good && at == p->n_second;
}

size_t wordbook_add_avx512(const uint64_t *has, size_t i, size_t end, uint64_t *hash, size_t *n)
{
    uint64_t *to = hash + *n;
    unsigned look = 0;
    for (; i < end && !look; i += EIGHT) {
        __mmask8 here = (__mmask8)_bzhi_u32(0xff, end - i < EIGHT ? (unsigned)(end - i) : EIGHT);
        __m512i v = _mm512_maskz_loadu_epi64(here, has + i);
        look = _mm512_cmpeq_epi64_mask(v, all64(LOOK));
        unsigned before = (look - 1) & ~look; // the first
        __mmask8 words = (__mmask8)(_mm512_cmpge_epu64_mask(v, all64(HASH_LEAST)) & before);
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi64(words, v));
        to += _mm_popcnt_u32(words);
    }
    *n = (size_t)(to - hash);
    if (look)
        return i - EIGHT + _tzcnt_u32(look);
    return end;
}
