// Splitting, and finding which tokens a packed text has, with AVX2, BMI2 and POPCNT: four tokens at
// a time, and 64 of them.
#include <immintrin.h>

#include "base/places.h"
#include "index/tokens_blocks.h"
#include "index/wordbook_inside.h"
#include "text/hash_avx2.h"

#include <assert.h>
#include <stdalign.h>

enum { FOUR = 4, ROW_LOG = 4, PADDED = TOKENS_ROOM + 64 };
static_assert(sizeof(bucket) == 1 << ROW_LOG && WIDE == 1 << ROW_LOG, "rows");

static inline __m256i load_32(const void *p)
{
    return _mm256_loadu_si256(p);
}

static inline __m256i all8(uint8_t byte)
{
    return _mm256_set1_epi8((char)byte);
}

static inline __m256i all64(uint64_t x)
{
    return _mm256_set1_epi64x((long long)x);
}

static inline uint64_t bits_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

// Which bytes are letters and digits, by their high bits. A signed comparison is one of the
// distance from the first where that is moved to the least number.
static inline __m256i alnum_32(__m256i v)
{
    __m256i letter = _mm256_add_epi8(_mm256_or_si256(v, all8(0x20)), all8(0x80 - 'a'));
    __m256i digit = _mm256_add_epi8(v, all8(0x80 - '0'));
    return _mm256_or_si256(_mm256_cmpgt_epi8(all8(0x80 + 26), letter),
                           _mm256_cmpgt_epi8(all8(0x80 + 10), digit));
}

static inline token_masks look_at_64(const uint8_t *p)
{
    __m256i low = load_32(p), high = load_32(p + 32), space = all8(' ');
    return (token_masks){
        bits_of(_mm256_or_si256(alnum_32(low), low), _mm256_or_si256(alnum_32(high), high)),
        bits_of(_mm256_cmpeq_epi8(low, space), _mm256_cmpeq_epi8(high, space))};
}

static inline size_t put_places(uint32_t *to, uint64_t bits, size_t at)
{
    uint32_t *end = to;
    for (; bits; bits >>= 8, at += 8) {
        __m128i place = _mm_loadl_epi64((const void *)&BIT_PLACES[bits & 0xff]);
        __m256i wide = _mm256_add_epi32(_mm256_cvtepu8_epi32(place), _mm256_set1_epi32((int)at));
        _mm256_storeu_si256((void *)end, wide);
        end += _mm_popcnt_u64(bits & 0xff);
    }
    return (size_t)(end - to);
}

// Tokens of a step. A pair of registers holds the 16 bytes of even and odd ones of four, so that
// unpacking them gives halves in order.
typedef struct step {
    __m256i key[TOKENS_ROOM / FOUR][2]; // as token_load makes them
    alignas(32) uint64_t hash[TOKENS_ROOM];
    alignas(32) uint64_t at[TOKENS_ROOM];  // byte of a bucket; then of the text of one it may be
    alignas(32) uint16_t number[PADDED];   // of that one; 0: of none
    uint8_t first[PADDED], second[PADDED]; // how those are written that have one
    union {
        uint8_t each[PADDED / 8];
        uint16_t some[PADDED / 16];
        uint64_t all[PADDED / 64];
    } known, two; // a bit for each token: whether it has a number, and a second byte
} step;

static inline token_key key_at(const step *s, size_t i)
{
    token_key k;
    memcpy(&k, (const token_key *)(const void *)s->key[i / FOUR] + (i % 2 * 2 + i / 2 % 2),
           sizeof k);
    return k;
}

static inline __m256i load_two(const uint8_t *a, const uint8_t *b)
{
    __m128i low = _mm_loadu_si128((const void *)a), high = _mm_loadu_si128((const void *)b);
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

// Rows of 16 bytes of four tokens, in two registers as their keys.
static inline void load_rows(__m256i out[2], const void *base, const uint64_t at[FOUR])
{
    const uint8_t *p = base;
    out[0] = load_two(p + at[0], p + at[2]);
    out[1] = load_two(p + at[1], p + at[3]);
}

// Asks the memory for those that the next loop loads.
static inline void ask_rows(const void *base, const uint64_t at[FOUR])
{
    for (size_t k = 0; k < FOUR; k++)
        __builtin_prefetch((const uint8_t *)base + at[k]);
}

static inline __m256i twice(const uint32_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)p));
}

static inline __m256i key_two(__m256i v, __m256i len)
{
    const __m256i place = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m256i last =
        _mm256_setr_epi64x(0, (long long)0xff00000000000000, 0, (long long)0xff00000000000000);
    v = _mm256_and_si256(v, _mm256_cmpgt_epi8(len, place));
    return _mm256_or_si256(v, _mm256_and_si256(len, last));
}

// x * by, of which the low 64 bits count.
static inline __m256i multiply(__m256i x, uint64_t by)
{
    __m256i low = all64((uint32_t)by), high = all64(by >> 32);
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), low),
                                     _mm256_mul_epu32(x, high));
    return _mm256_add_epi64(_mm256_mul_epu32(x, low), _mm256_slli_epi64(cross, 32));
}

static inline __m256i hash_keys(const __m256i key[2])
{
    __m256i lo = _mm256_unpacklo_epi64(key[0], key[1]), hi = _mm256_unpackhi_epi64(key[0], key[1]);
    hi = _mm256_or_si256(_mm256_slli_epi64(hi, 29), _mm256_srli_epi64(hi, 35));
    __m256i x = multiply(_mm256_xor_si256(lo, hi), 0x9e3779b97f4a7c15u);
    return multiply(_mm256_xor_si256(x, _mm256_srli_epi64(x, 32)), 0xd6e8feb86659fd93u);
}

// Lets up to seven of no account follow the tokens of a step: they are empty.
static inline void end_tokens(tokens *t)
{
    _mm256_storeu_si256((void *)(t->begin + t->n_begun), _mm256_setzero_si256());
    _mm256_storeu_si256((void *)(t->end + t->n), load_32(t->begin + t->n));
}

// Makes the keys of four tokens; returns their lengths, each twice.
static inline __m256i begin_four(step *s, const tokens *t, size_t i, const wordbook *b)
{
    const __m256i even = _mm256_setr_epi64x(0, 0, 0x0808080808080808, 0x0808080808080808);
    const __m256i odd = _mm256_or_si256(even, all8(4));
    const uint8_t *p = t->text.p;
    const uint32_t *begin = t->begin + i;
    __m256i all = _mm256_sub_epi32(twice(t->end + i), twice(begin));
    __m256i len = _mm256_min_epu32(all, _mm256_set1_epi32(TOKEN_MOST + 1));
    __m256i *key = s->key[i / FOUR];
    key[0] = key_two(load_two(p + begin[0], p + begin[2]), _mm256_shuffle_epi8(len, even));
    key[1] = key_two(load_two(p + begin[1], p + begin[3]), _mm256_shuffle_epi8(len, odd));
    __m256i hash = hash_keys(key), number = _mm256_srli_epi64(hash, 64 - BUCKETS_LOG);
    _mm256_store_si256((void *)(s->hash + i), hash);
    _mm256_store_si256((void *)(s->at + i), _mm256_slli_epi64(number, ROW_LOG));
    ask_rows(b->bucket, s->at + i);
    return all;
}

// The numbers beside the equal tags, as tagged.
static inline void find_four(step *s, size_t i, const wordbook *b)
{
    const __m256i low = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    __m256i row[2], hash = _mm256_load_si256((const void *)(s->hash + i));
    load_rows(row, b->bucket, s->at + i); // tags, numbers
    __m256i even = _mm256_cmpeq_epi16(row[0], _mm256_shuffle_epi8(hash, all64(0x0100010001000100)));
    __m256i odd = _mm256_cmpeq_epi16(row[1], _mm256_shuffle_epi8(hash, all64(0x0908090809080908)));
    even = _mm256_and_si256(_mm256_srli_si256(row[0], 8), even);
    odd = _mm256_and_si256(_mm256_srli_si256(row[1], 8), odd);
    __m256i number = _mm256_unpacklo_epi64(even, odd);
    number = _mm256_or_si256(number, _mm256_srli_epi64(number, 32));
    number = _mm256_or_si256(number, _mm256_srli_epi64(number, 16));
    number = _mm256_and_si256(number, all64(0xffff));
    _mm256_store_si256((void *)(s->at + i), _mm256_slli_epi64(number, ROW_LOG));
    ask_rows(b->text, s->at + i);
    __m128i four = _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(number, low));
    _mm_storel_epi64((void *)(s->number + i), _mm_packus_epi32(four, four));
}

// Which of them are those tokens.
static inline unsigned compare_four(const step *s, size_t i, const wordbook *b)
{
    __m256i row[2];
    load_rows(row, b->text, s->at + i);
    __m256i even = _mm256_cmpeq_epi64(row[0], s->key[i / FOUR][0]);
    __m256i odd = _mm256_cmpeq_epi64(row[1], s->key[i / FOUR][1]);
    __m256i same =
        _mm256_and_si256(_mm256_unpacklo_epi64(even, odd), _mm256_unpackhi_epi64(even, odd));
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same));
}

// Eight numbers as they are written: each with a first byte, some with a second one.
static inline __m128i code_eight(const uint16_t *number, __m128i *second, __m128i *two)
{
    __m128i id = _mm_sub_epi16(_mm_load_si128((const void *)number), _mm_set1_epi16(1));
    __m128i far = _mm_sub_epi16(id, _mm_set1_epi16(SHORT));
    *two = _mm_cmpgt_epi16(id, _mm_set1_epi16(SHORT - 1));
    *second = _mm_and_si128(far, _mm_set1_epi16(0xff));
    __m128i first = _mm_add_epi16(_mm_srli_epi16(far, 8), _mm_set1_epi16(SHORT));
    return _mm_blendv_epi8(id, first, *two);
}

static inline void code_16(step *s, size_t i)
{
    __m128i second[2], two[2], first = code_eight(s->number + i, &second[0], &two[0]);
    first = _mm_packus_epi16(first, code_eight(s->number + i + 8, &second[1], &two[1]));
    _mm_storeu_si128((void *)(s->first + i), first);
    _mm_storeu_si128((void *)(s->second + i), _mm_packus_epi16(second[0], second[1]));
    s->two.some[i / 16] = (uint16_t)_mm_movemask_epi8(_mm_packs_epi16(two[0], two[1]));
}

// Names those of 64 tokens from i on that have no number.
static inline void name_64(writing *w, step *s, const tokens *t, size_t i)
{
    unsigned left = t->n - i < 64 ? (unsigned)(t->n - i) : 64;
    uint64_t *two = &s->two.all[i / 64], known = s->known.all[i / 64];
    *two &= known;
    for (uint64_t none = _bzhi_u64(~known, left); none; none = _blsr_u64(none)) {
        size_t bit = (size_t)_tzcnt_u64(none), at = i + bit;
        named as = name_token(w, tokens_get(t, at), key_at(s, at), s->hash[at]);
        s->first[at] = as.first;
        s->second[at] = as.second;
        *two |= (uint64_t)as.two << bit;
    }
    *two = _bzhi_u64(*two, left);
}

static inline void write_64(wordbook_parts *p, const step *s, size_t i, size_t n)
{
    uint64_t two = s->two.all[i / 64];
    for (size_t k = 0; k < 64; k += 32)
        _mm256_storeu_si256((void *)(p->first + p->n_first + k), load_32(s->first + i + k));
    for (size_t k = 0; k < 64; k += 8, two >>= 8) {
        __m128i bytes = _mm_loadl_epi64((const void *)(s->second + i + k));
        bytes = _mm_shuffle_epi8(bytes, _mm_loadl_epi64((const void *)&BIT_PLACES[two & 0xff]));
        _mm_storel_epi64((void *)(p->second + p->n_second), bytes);
        p->n_second += (size_t)_mm_popcnt_u64(two & 0xff);
    }
    p->n_first += n - i < 64 ? n - i : 64;
}

// Writes tokens of which one is too long to be named at once.
static bool write_long(writing *w, const step *s, const tokens *t)
{
    for (size_t i = 0; i < t->n; i++) {
        if (s->known.each[i / 8] >> i % 8 & 1)
            put_number(&w->part, s->number[i]);
        else if (!put_new(w, tokens_get(t, i), key_at(s, i), s->hash[i]))
            return false;
    }
    return true;
}

// ---- what the tokens hold

// What four tokens of short ASCII hold, as look_at_token has it: the hash of a word, or LOOK for a
// mark that may join; also for one with zeros behind it, which is then found to join nothing.
static inline __m256i words_of(__m256i lo, __m256i hi)
{
    const uint64_t marks = 1 | (uint64_t)1 << ('\'' - '"') | (uint64_t)1 << (',' - '"') |
                           (uint64_t)1 << ('.' - '"') | (uint64_t)1 << ('`' - '"');
    static_assert(LOOK == 1 && NO_WORD == 0, "a bit");
    const __m256i none = _mm256_setzero_si256(), lower = all8(0x20);
    const __m256i first = _mm256_setr_epi64x(0, 0x0808080808080808, 0, 0x0808080808080808);
    __m256i is = _mm256_shuffle_epi8(alnum_32(lo), first);
    __m256i a = _mm256_andnot_si256(_mm256_cmpeq_epi8(lo, none), _mm256_or_si256(lo, lower));
    __m256i b = _mm256_andnot_si256(_mm256_cmpeq_epi8(hi, none), _mm256_or_si256(hi, lower));
    b = _mm256_and_si256(b, all64(0x00ffffffffffffff));
    __m256i hash = hash_mix_4(hash_take_4(_mm256_srli_epi64(hi, 56), a, b));
    __m256i mark = _mm256_srlv_epi64(all64(marks), _mm256_sub_epi64(lo, all64('"')));
    return _mm256_blendv_epi8(_mm256_and_si256(mark, all64(LOOK)), hash, is);
}

// Which of four tokens are not of ASCII alone, or long.
static inline unsigned odd_of(__m256i lo, __m256i hi)
{
    const uint64_t other = 0x8080808080808080, too_long = (uint64_t)(TOKEN_MOST + 1) << 56;
    __m256i x = _mm256_or_si256(_mm256_and_si256(lo, all64(other)),
                                _mm256_and_si256(hi, all64(other | too_long)));
    x = _mm256_cmpeq_epi64(x, _mm256_setzero_si256());
    return (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(x)) ^ 0xf;
}

// Of odd ones that the book has it knows the words.
static void add_odd(token_row *r, const step *s, size_t i, unsigned odd, const wordbook *b)
{
    for (; odd; odd = _blsr_u32(odd)) {
        size_t k = i + _tzcnt_u32(odd);
        if (s->known.each[k / 8] >> k % 8 & 1)
            r->word[r->n + k] = b->word[s->number[k]];
        else
            r->odd[r->n_odd++] = (uint32_t)(r->n + k);
    }
}

// Four tokens, some of which may be of no account.
static inline void add_four(token_row *r, const tokens *t, const step *s, size_t i,
                            const wordbook *b)
{
    const __m128i bytes = _mm_setr_epi8(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i *key = s->key[i / FOUR];
    size_t at = r->n + i, left = t->n - i;
    __m256i lo = _mm256_unpacklo_epi64(key[0], key[1]), hi = _mm256_unpackhi_epi64(key[0], key[1]);
    _mm256_storeu_si256((void *)(r->word + at), words_of(lo, hi));
    __m128i begin = _mm_loadu_si128((const void *)(t->begin + i));
    __m128i len = _mm_sub_epi32(_mm_loadu_si128((const void *)(t->end + i)), begin);
    _mm_storeu_si128((void *)(r->begin + at), begin);
    store32(r->len + at, (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(len, bytes)));
    unsigned odd = odd_of(lo, hi);
    if (odd)
        add_odd(r, s, i, _bzhi_u32(odd, (unsigned)(left < FOUR ? left : FOUR)), b);
}

static void add_to_row(token_row *r, const tokens *t, const step *s, const wordbook *b)
{
    for (size_t i = 0; i < t->n; i += FOUR)
        add_four(r, t, s, i, b);
    r->n += t->n;
}

// Loops so short that the CPU has several rounds of each at work at once: the book is larger than
// the nearest caches.
static bool write_step(writing *w, tokens *t, const wordbook *b)
{
    step s;
    const __m256i most = _mm256_set1_epi32(LITERAL_MOST);
    __m256i longest = most;
    size_t n = (t->n + 7) & ~(size_t)7;
    end_tokens(t);
    for (size_t i = 0; i < n; i += FOUR)
        longest = _mm256_max_epu32(longest, begin_four(&s, t, i, b));
    for (size_t i = 0; i < n; i += FOUR)
        find_four(&s, i, b);
    for (size_t i = 0; i < n; i += 2 * FOUR)
        s.known.each[i / 8] =
            (uint8_t)(compare_four(&s, i, b) | compare_four(&s, i + FOUR, b) << FOUR);
    for (size_t i = 0; i < t->n; i += 16)
        code_16(&s, i);
    if (w->row.word)
        add_to_row(&w->row, t, &s, b);
    bool too_long = _mm256_movemask_epi8(_mm256_cmpeq_epi32(longest, most)) != -1;
    w->row.too_long |= too_long;
    if (too_long)
        return write_long(w, &s, t) && written(&w->part) <= w->most;
    for (size_t i = 0; i < t->n; i += 64) {
        name_64(w, &s, t, i);
        write_64(&w->part, &s, i, t->n);
    }
    return written(&w->part) <= w->most;
}

bool wordbook_walk_avx2(writing *w, const wordbook *b)
{
    tokens t;
    bool good = true;
    begin_tokens(&t, w->text);
    while (good && step_tokens(&t))
        good = write_step(w, &t, b);
    return good;
}

// ---- which tokens there are

// First bytes of 32 tokens, beside each the second one, or 0; which are not the book's, and which
// of the book's have two.
typedef struct firsts {
    __m256i byte, other, far;
    alignas(32) uint8_t second[32];
} firsts;

// 32 bytes of what has n left: behind them there are zeros.
static inline const uint8_t *some_of(uint8_t room[32], const uint8_t *p, size_t n)
{
    if (n >= 32)
        return p;
    _mm256_store_si256((void *)room, _mm256_setzero_si256());
    memcpy(room, p, n);
    return room;
}

static inline __m256i is_least(__m256i v, uint8_t least)
{
    return _mm256_cmpeq_epi8(_mm256_max_epu8(v, all8(least)), v);
}

// Returns how many second bytes there are.
static inline size_t read_firsts(firsts *f, const wordbook_parts *p, size_t i, size_t at)
{
    alignas(32) uint8_t room[32];
    alignas(32) uint64_t two[4];
    size_t from = at < p->n_second ? at : p->n_second, n = 0;
    __m256i v = f->byte = load_32(some_of(room, p->first + i, p->n_first - i));
    f->other = is_least(v, NUMBERED);
    f->far = _mm256_andnot_si256(f->other, is_least(v, SHORT));
    _mm256_store_si256((void *)two, _mm256_or_si256(f->far, is_least(v, LONG)));
    const uint8_t *second = some_of(room, p->second + from, p->n_second - from);
    for (int k = 0; k < 4; k++) {
        store64(f->second + 8 * k, _pdep_u64(load64(second + n), two[k]));
        n += (size_t)_mm_popcnt_u64(two[k]) / 8;
    }
    return n;
}

// Writes 16 of them, as if all were the book's; returns the numbers of those that are.
static inline __m256i put_16(uint32_t *to, __m128i byte, __m128i second, __m128i far, __m128i other)
{
    __m256i c = _mm256_cvtepu8_epi16(byte);
    __m256i more = _mm256_sub_epi16(c, _mm256_set1_epi16(SHORT));
    more = _mm256_mullo_epi16(more, _mm256_set1_epi16(255));
    more = _mm256_add_epi16(more, _mm256_cvtepu8_epi16(second));
    __m256i number = _mm256_add_epi16(c, _mm256_and_si256(more, _mm256_cvtepi8_epi16(far)));
    __m128i low = _mm256_castsi256_si128(number), high = _mm256_extracti128_si256(number, 1);
    _mm256_storeu_si256((void *)to, _mm256_cvtepu16_epi32(low));
    _mm256_storeu_si256((void *)(to + 8), _mm256_cvtepu16_epi32(high));
    return _mm256_andnot_si256(_mm256_cvtepi8_epi16(other), number);
}

// Returns the greater numbers of two by two.
static inline __m256i put_32(uint32_t *to, const firsts *f)
{
    __m256i second = _mm256_load_si256((const void *)f->second);
    __m256i low = put_16(to, _mm256_castsi256_si128(f->byte), _mm256_castsi256_si128(second),
                         _mm256_castsi256_si128(f->far), _mm256_castsi256_si128(f->other));
    __m256i high =
        put_16(to + 16, _mm256_extracti128_si256(f->byte, 1), _mm256_extracti128_si256(second, 1),
               _mm256_extracti128_si256(f->far, 1), _mm256_extracti128_si256(f->other, 1));
    return _mm256_max_epu16(low, high);
}

bool wordbook_list_avx2(const wordbook *b, const wordbook_parts *p, token_list *out)
{
    size_t at = 0;
    bool good = true;
    __m256i most = _mm256_setzero_si256(), end = _mm256_set1_epi16((short)b->n);
    out->n_spelled = 0;
    for (size_t i = 0; i < p->n_first; i += 32) {
        firsts f;
        at += read_firsts(&f, p, i, at);
        most = _mm256_max_epu16(most, put_32(out->token + i, &f));
        for (uint32_t other = (uint32_t)_mm256_movemask_epi8(f.other); other;
             other = _blsr_u32(other)) {
            size_t k = _tzcnt_u32(other);
            good &= wordbook_list_other(out, &out->token[i + k], p->first[i + k], f.second[k]);
        }
    }
    __m256i over = _mm256_cmpeq_epi16(_mm256_max_epu16(most, end), most);
    return good && _mm256_testz_si256(over, over) && at == p->n_second;
}

size_t wordbook_add_avx2(const uint64_t *has, size_t i, size_t end, uint64_t *hash, size_t *n)
{
    uint64_t *to = hash + *n;
    for (; i + FOUR <= end; i += FOUR) {
        __m256i v = load_32(has + i), look = _mm256_cmpeq_epi64(v, all64(LOOK));
        if (!_mm256_testz_si256(look, look))
            break;
        __m256i none = _mm256_cmpeq_epi64(v, _mm256_setzero_si256());
        unsigned halves = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(none)) ^ 0xff;
        __m128i order = _mm_loadl_epi64((const void *)&BIT_PLACES[halves]);
        v = _mm256_permutevar8x32_epi32(v, _mm256_cvtepu8_epi32(order));
        _mm256_storeu_si256((void *)to, v);
        to += _mm_popcnt_u32(halves) / 2;
    }
    *n = (size_t)(to - hash);
    return wordbook_add_plain(has, i, end, hash, n);
}
