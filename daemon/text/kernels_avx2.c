// The kernels with AVX2 and BMI2: a block is two registers, tables of 64 are four look-ups of
// 16, and bytes are compressed eight at a time by a bit extraction.
#include "base/bytes.h"
#include "base/places.h"
#include "text/hash_avx2.h"
#include "text/hash_blocks.h"
#include "text/kernels.h"
#include "text/utf8_blocks.h"
#include <immintrin.h>
#include <string.h>

// There is no turning in AVX2, but by whole bytes a move of bytes does it.
#define SHINGLE_WIDTH 4
typedef __m256i shingle_vec;

static inline shingle_vec shingle_load(const uint64_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline void shingle_store(uint64_t *p, shingle_vec x)
{
    _mm256_storeu_si256((__m256i *)p, x);
}

static inline shingle_vec shingle_add(shingle_vec a, shingle_vec b)
{
    return _mm256_add_epi64(a, b);
}

static inline shingle_vec shingle_turns(shingle_vec x)
{
    return _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(_mm_setr_epi8(
                                      5, 6, 7, 0, 1, 2, 3, 4, 13, 14, 15, 8, 9, 10, 11, 12)));
}

#include "text/shingle_blocks.h"

typedef struct block {
    __m256i v[2];
} block;

// Of each quarter of a table, the place to look at, or 0x80 and more for none.
typedef struct block_index {
    __m256i quarter[4][2];
} block_index;

#define PLAIN_GROUPS
enum { STREAM = 4 };
typedef __m256i stream;

#include "text/scan_blocks.h"

SCAN_INLINE stream stream_at(const uint64_t *bits, ptrdiff_t i)
{
    return _mm256_load_si256((const __m256i *)(bits + 1 + i));
}

SCAN_INLINE void stream_put(uint64_t *bits, ptrdiff_t i, stream x)
{
    _mm256_store_si256((__m256i *)(bits + 1 + i), x);
}

SCAN_INLINE stream stream_on(stream before, stream x, unsigned k)
{
    before = _mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 8);
    return _mm256_or_si256(_mm256_slli_epi64(x, (int)k), _mm256_srli_epi64(before, 64 - (int)k));
}

SCAN_INLINE stream stream_back(stream x, stream next, unsigned k)
{
    next = _mm256_alignr_epi8(_mm256_permute2x128_si256(x, next, 0x21), x, 8);
    return _mm256_or_si256(_mm256_srli_epi64(x, (int)k), _mm256_slli_epi64(next, 64 - (int)k));
}

SCAN_INLINE stream stream_only(uint64_t bits, size_t i)
{
    __m256i mine =
        _mm256_cmpeq_epi64(_mm256_setr_epi64x(0, 1, 2, 3), _mm256_set1_epi64x((long long)i));
    return _mm256_and_si256(mine, _mm256_set1_epi64x((long long)bits));
}

SCAN_INLINE bool stream_any(stream x)
{
    return !_mm256_testz_si256(x, x);
}

static inline uint64_t block_pext(uint64_t bits, uint64_t mask)
{
    return _pext_u64(bits, mask);
}

static inline __m256i all(uint8_t byte)
{
    return _mm256_set1_epi8((char)byte);
}

static inline __m256i load(const uint8_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline uint64_t bits_of(__m256i low, __m256i high)
{
    return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high)
                                                     << 32;
}

static inline uint64_t equal(const block *b, uint8_t byte)
{
    return bits_of(_mm256_cmpeq_epi8(b->v[0], all(byte)), _mm256_cmpeq_epi8(b->v[1], all(byte)));
}

// The bytes in [first, first + n): moved up to the largest numbers with a sign; n <= 128.
static inline __m256i in_range(__m256i v, uint8_t first, uint8_t n)
{
    __m256i x = _mm256_add_epi8(v, all((uint8_t)(128 - first - n)));
    return _mm256_cmpgt_epi8(x, all((uint8_t)(127 - n)));
}

static inline uint64_t range(const block *b, uint8_t first, uint8_t n)
{
    return bits_of(in_range(b->v[0], first, n), in_range(b->v[1], first, n));
}

// left bytes at p, at most 64, and zeroes.
static inline block load_part(const uint8_t *p, size_t left)
{
    uint8_t part[SCAN_BLOCK] = {0};
    if (left < SCAN_BLOCK) {
        memcpy(part, p, left);
        p = part;
    }
    return (block){{load(p), load(p + 32)}};
}

static inline void block_load(block *v, scan_bits *b, const uint8_t *p, uint64_t valid,
                              const scan_tables *t)
{
    (void)t; // of ASCII the table says the same (tests/prop)
    *v = load_part(p, (unsigned)__builtin_popcountll(valid));
    b->high = bits_of(v->v[0], v->v[1]);
    b->lower = range(v, 'a', 26);
    b->upper = range(v, 'A', 26);
    b->digit = range(v, '0', 10);
    b->apos = equal(v, '\'') | equal(v, '`');
    b->dot = equal(v, '.');
    b->comma = equal(v, ',');
    b->line = range(v, '\n', 4);
}

// 0xff in each byte whose bit is set.
static inline __m256i bytes_of(uint32_t bits)
{
    const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                            2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201u);
    __m256i x = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), spread);
    return _mm256_cmpeq_epi8(_mm256_and_si256(x, bit), bit);
}

static inline void replace(block *b, uint64_t mask, const block *by)
{
    b->v[0] = _mm256_blendv_epi8(b->v[0], by->v[0], bytes_of((uint32_t)mask));
    b->v[1] = _mm256_blendv_epi8(b->v[1], by->v[1], bytes_of((uint32_t)(mask >> 32)));
}

static inline void store(uint8_t *p, __m256i v)
{
    _mm256_store_si256((__m256i *)p, v);
}

#include "text/scan_fours.h"

static inline block block_part(const uint8_t *p, size_t left)
{
    return load_part(p, left);
}

static inline uint64_t block_equal(const block *b, uint8_t byte)
{
    return equal(b, byte);
}

static inline uint64_t block_from(const block *b, uint8_t least)
{
    return bits_of(_mm256_cmpeq_epi8(_mm256_max_epu8(b->v[0], all(least)), b->v[0]),
                   _mm256_cmpeq_epi8(_mm256_max_epu8(b->v[1], all(least)), b->v[1]));
}

static inline uint64_t block_test(const block *b, uint8_t bit)
{
    int to_sign = 7 - __builtin_ctz(bit);
    return bits_of(_mm256_slli_epi16(b->v[0], to_sign), _mm256_slli_epi16(b->v[1], to_sign));
}

static inline block_index block_index_of(const block *b)
{
    block_index out;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned h = 0; h < 2; h++)
            out.quarter[i][h] = _mm256_adds_epu8(
                _mm256_xor_si256(b->v[h], all((uint8_t)(0x80 + 16 * i))), all(0x70));
    return out;
}

static inline void block_look(block *b, const uint8_t table[64], const block_index *index,
                              uint64_t mask)
{
    block by = {{_mm256_setzero_si256(), _mm256_setzero_si256()}};
    for (unsigned i = 0; i < 4; i++) {
        __m256i part =
            _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(table + 16 * i)));
        for (unsigned h = 0; h < 2; h++)
            by.v[h] = _mm256_or_si256(by.v[h], _mm256_shuffle_epi8(part, index->quarter[i][h]));
    }
    for (unsigned h = 0; h < 2; h++)
        b->v[h] = _mm256_xor_si256(
            b->v[h], _mm256_and_si256(by.v[h], bytes_of((uint32_t)(mask >> (32 * h)))));
}

static inline void pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep)
{
    for (unsigned i = 0; i < SCAN_BLOCK; i += 8) {
        unsigned bits = keep >> i & 0xff;
        __m128i place = _mm_loadl_epi64((const __m128i *)&BIT_PLACES[bits]);
        __m128i bytes = _mm_loadl_epi64((const __m128i *)(key + i));
        _mm_storel_epi64((__m128i *)out, _mm_shuffle_epi8(bytes, place));
        out += __builtin_popcount(bits);
    }
}

static inline uint64_t plain_pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep,
                                  uint64_t end)
{
    pack(key, out, keep);
    return _pext_u64(end, keep);
}

// Eight characters of three bytes, a lane each, and which of them are Han; 28 bytes are read.
static inline unsigned lone_eight(__m256i *key, const uint8_t *p)
{
    const __m256i spread = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1));
    const __m256i most = _mm256_set1_epi32(SCAN_HAN_END - SCAN_HAN - 1);
    __m256i v = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)p)),
                                        _mm_loadu_si128((const __m128i *)(p + 12)), 1);
    v = _mm256_shuffle_epi8(v, spread);
    __m256i three =
        _mm256_cmpeq_epi32(_mm256_and_si256(v, _mm256_set1_epi32(0xf0)), _mm256_set1_epi32(0xe0));
    __m256i cp = _mm256_slli_epi32(_mm256_and_si256(v, _mm256_set1_epi32(15)), 12);
    cp = _mm256_or_si256(cp, _mm256_and_si256(_mm256_srli_epi32(v, 2), _mm256_set1_epi32(0xfc0)));
    cp = _mm256_or_si256(cp, _mm256_and_si256(_mm256_srli_epi32(v, 16), _mm256_set1_epi32(63)));
    __m256i from = _mm256_sub_epi32(cp, _mm256_set1_epi32(SCAN_HAN));
    __m256i han = _mm256_cmpeq_epi32(_mm256_min_epu32(from, most), from);
    *key = _mm256_or_si256(v, _mm256_set1_epi32(' ' << 24));
    return (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_and_si256(han, three)));
}

// Reads up to eight characters at p, and writes the keys of words.
static inline scan_lones lone_half(uint8_t *keys, const uint8_t *p, const scan_tables *t)
{
    __m256i key;
    scan_lones l = {.n = 8, .words = lone_eight(&key, p)};
    if (l.words != 0xff) {
        _Alignas(32) uint8_t each[32];
        _mm256_store_si256((__m256i *)each, key);
        for (unsigned rest = l.words ^ 0xff; rest; rest &= rest - 1) {
            unsigned i = _tzcnt_u32(rest);
            enum scan_lone_kind kind = LONE_OTHER;
            if ((p[3 * i] & 0xf0) == 0xe0)
                kind = scan_lone_at(each + 4 * i, p + 3 * i, t);
            if (kind == LONE_OTHER) {
                l.n = i;
                break;
            }
            l.words |= (uint32_t)(kind == LONE_WORD) << i;
            l.marks |= (uint32_t)(kind == LONE_MARK) << i;
        }
        l.words &= (1u << l.n) - 1;
        uint64_t bytes = _pdep_u64(l.words, 0x0101010101010101u) * 0xff;
        uint64_t place = _pext_u64(0x0706050403020100u, bytes);
        __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)place));
        key = _mm256_permutevar8x32_epi32(_mm256_load_si256((const __m256i *)each), order);
    }
    _mm256_storeu_si256((__m256i *)keys, key);
    return l;
}

static inline scan_lones block_lones(uint8_t *keys, const uint8_t *p, size_t left,
                                     const scan_tables *t)
{
    if (left < 24 + 28)
        return scan_lones_each(keys, p, left, t);
    scan_lones l = lone_half(keys, p, t);
    if (l.n < 8)
        return l;
    scan_lones more = lone_half(keys + 4 * _mm_popcnt_u32(l.words), p + 24, t);
    l.n += more.n;
    l.words |= more.words << 8;
    l.marks |= more.marks << 8;
    return l;
}

static inline void block_thirds(uint32_t *out, uint32_t base, uint32_t mask)
{
    scan_thirds_each(out, base, mask);
}

static inline void block_keys(const block *v, uint8_t *out, uint64_t keep, uint64_t upper,
                              uint64_t space)
{
    block key = *v, spaces = {{all(' '), all(' ')}};
    block small = {{_mm256_or_si256(v->v[0], all(0x20)), _mm256_or_si256(v->v[1], all(0x20))}};
    replace(&key, upper, &small);
    replace(&key, space, &spaces);
    pack((const uint8_t *)&key, out, keep);
}

static inline void block_places(uint32_t *out, uint32_t base, uint64_t mask)
{
    __m128i first = _mm_set1_epi32((int)base);
    for (unsigned i = 0; i < SCAN_BLOCK; i += 8) { // at most four of eight
        unsigned bits = mask >> i & 0xff;
        __m128i four = _mm_cvtepu8_epi32(_mm_loadu_si32(&BIT_PLACES[bits]));
        _mm_storeu_si128((__m128i *)out, _mm_add_epi32(four, first));
        out += __builtin_popcount(bits);
        first = _mm_add_epi32(first, _mm_set1_epi32(8));
    }
}

static inline void block_flags(uint8_t *out, uint64_t a, uint8_t flag_a, uint64_t b, uint8_t flag_b)
{
    // at most every other byte begins a word
    __m256i flags_a = _mm256_and_si256(bytes_of((uint32_t)a), all(flag_a));
    __m256i flags_b = _mm256_and_si256(bytes_of((uint32_t)b), all(flag_b));
    _mm256_storeu_si256((__m256i *)out, _mm256_or_si256(flags_a, flags_b));
}

static inline __m256i half(const uint8_t table[16], __m256i index)
{
    __m256i t = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
    return _mm256_shuffle_epi8(t, _mm256_and_si256(index, all(15)));
}

static inline __m256i faults(__m256i v, __m256i one, __m256i two, __m256i three)
{
    __m256i fault = _mm256_and_si256(half(UTF8_FIRST_HIGH, _mm256_srli_epi16(one, 4)),
                                     half(UTF8_FIRST_LOW, one));
    fault = _mm256_and_si256(fault, half(UTF8_SECOND_HIGH, _mm256_srli_epi16(v, 4)));
    __m256i follow = _mm256_or_si256(_mm256_subs_epu8(two, all(0xe0 - 0x80)),
                                     _mm256_subs_epu8(three, all(0xf0 - 0x80)));
    return _mm256_xor_si256(fault, _mm256_and_si256(follow, all(UTF8_TWO)));
}

// v is the 32 bytes behind `before`, moved on by n bytes of those.
#define BACK(v, before, n)                                                                         \
    _mm256_alignr_epi8(v, _mm256_permute2x128_si256(before, v, 0x21), 16 - (n))

static inline bool register_valid(__m256i v, __m256i before)
{
    __m256i fault = faults(v, BACK(v, before, 1), BACK(v, before, 2), BACK(v, before, 3));
    return _mm256_testz_si256(fault, fault);
}

// 32 bytes with at least 3 before them.
static inline __m256i faults_at(const uint8_t *p)
{
    return faults(load(p), load(p - 1), load(p - 2), load(p - 3));
}

// One block more than the text has, where it ends with a block: a lead may wait for more. In
// the middle of a text four blocks are one step: a branch for each could not be foreseen where
// every other block has a quotation mark.
static bool text_valid(const uint8_t *p, size_t len)
{
    enum { STEP = 4 * SCAN_BLOCK };
    __m256i before = _mm256_setzero_si256();
    uint64_t high_before = 0;
    size_t i = 0;
    while (i <= len) {
        if (i && len - i >= STEP) {
            __m256i any = _mm256_setzero_si256(), fault = any;
            for (unsigned k = 0; k < STEP; k += 32)
                any = _mm256_or_si256(any, load(p + i + k));
            bool look = _mm256_movemask_epi8(any) || high_before >> 61;
            for (unsigned k = 0; look && k < STEP; k += 32)
                fault = _mm256_or_si256(fault, faults_at(p + i + k));
            if (!_mm256_testz_si256(fault, fault))
                return false;
            before = load(p + i + STEP - 32);
            high_before = (uint64_t)(uint32_t)_mm256_movemask_epi8(before) << 32;
            i += STEP;
            continue;
        }
        block b = load_part(p + i, len - i);
        uint64_t high = bits_of(b.v[0], b.v[1]);
        if ((high || high_before >> 61) &&
            !(register_valid(b.v[0], before) && register_valid(b.v[1], b.v[0])))
            return false;
        before = b.v[1];
        high_before = high;
        i += SCAN_BLOCK;
    }
    return true;
}

// Two words' 16 bytes from p on.
static inline __m256i load_two(const uint8_t *p, uint32_t first, uint32_t second)
{
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(p + first))),
        _mm_loadu_si128((const __m128i *)(p + second)), 1);
}

static inline __m256i twice(const uint32_t *p)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)p));
}

enum { LONE_KEY = 3, LONES_SPAN = 4 * (LONE_KEY + 1) };

// The first half, of keys of three bytes, as all are of stretches of Han: they stand in line.
static inline __m256i take_lones(const uint8_t *keys, const uint32_t *space)
{
    const __m256i bytes = _mm256_set1_epi64x(0xffffff), none = _mm256_setzero_si256();
    __m256i x = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(keys + 1 + space[0])));
    return hash_take_4(_mm256_set1_epi64x(LONE_KEY), _mm256_and_si256(x, bytes), none);
}

// The first half, of four words at a time, those behind space[0 .. 4): a pair of registers holds
// the 16 bytes of even and odd words, so that unpacking them gives halves in order. Of the lengths
// the low bytes count, which is enough for keys of up to 16 bytes; the lengths are returned, of
// keys in line none.
// lones: whether keys of three bytes in line are looked for.
SCAN_INLINE __m128i take_four(uint64_t *out, const uint8_t *keys, const uint32_t *space,
                              const bool lones)
{
    const uint8_t *p = keys + 1;
    const __m256i first = _mm256_setr_epi64x(0, 0, 0x0808080808080808, 0x0808080808080808);
    const __m256i place = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m256i len = _mm256_sub_epi32(twice(space + 1), twice(space));
    len = _mm256_add_epi32(len, _mm256_set1_epi32(-1));
    if (lones && space[4] - space[0] == LONES_SPAN &&
        _mm256_movemask_epi8(_mm256_cmpeq_epi32(len, _mm256_set1_epi32(LONE_KEY))) == -1) {
        _mm256_storeu_si256((__m256i *)out, take_lones(keys, space));
        return _mm_setzero_si128();
    }
    __m256i even = load_two(p, space[0], space[2]), odd = load_two(p, space[1], space[3]);
    __m256i even_len = _mm256_shuffle_epi8(len, first);
    __m256i odd_len = _mm256_shuffle_epi8(len, _mm256_or_si256(first, all(4)));
    even = _mm256_and_si256(even, _mm256_cmpgt_epi8(even_len, place));
    odd = _mm256_and_si256(odd, _mm256_cmpgt_epi8(odd_len, place));
    __m128i own = _mm256_castsi256_si128(len);
    __m256i x = hash_take_4(_mm256_cvtepu32_epi64(own), _mm256_unpacklo_epi64(even, odd),
                            _mm256_unpackhi_epi64(even, odd));
    _mm256_storeu_si256((__m256i *)out, x);
    return own;
}

static inline void mix_four(uint64_t *out)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)out);
    _mm256_storeu_si256((__m256i *)out, hash_mix_4(x));
}

// The hashes of those keys alone that are longer than HASH_SHORT, of the words from 1 on that are
// whole registers; returns up to where. Letters of two bytes make many long, and of ASCII few are.
static size_t hash_longer_eights(uint64_t *out, const uint8_t *keys, const uint32_t *space,
                                 size_t n)
{
    enum { EIGHT = 8 };
    const __m256i most = _mm256_set1_epi32(HASH_SHORT + 1); // with the space
    size_t i = 1;
    for (; i + EIGHT <= n; i += EIGHT) {
        const uint8_t *end = (const uint8_t *)(space + i);
        __m256i step = _mm256_sub_epi32(load(end), load(end - sizeof *space));
        __m256i is = _mm256_cmpgt_epi32(step, most);
        unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is));
        for (; bits; bits &= bits - 1) {
            size_t k = i + _tzcnt_u32(bits);
            uint32_t from = space[k - 1] + 1;
            out[k] = hash_long_padded(keys + from, space[k] - from);
        }
    }
    return i;
}

// In two loops, as in kernels_avx512.c.
static void hashes(uint64_t *out, const uint8_t *keys, uint32_t first, const uint32_t *space,
                   size_t n)
{
    if (n == 0)
        return;
    size_t i = 1;
    __m128i longest = _mm_setzero_si128();
    if (space[n - 1] - first < (LONE_KEY + 2) * n) // as in kernels_avx512.c
        for (; i + 4 <= n; i += 4)
            longest = _mm_max_epi32(longest, take_four(out + i, keys, space + i - 1, true));
    for (; i + 4 <= n; i += 4)
        longest = _mm_max_epi32(longest, take_four(out + i, keys, space + i - 1, false));
    for (size_t k = 1; k < i; k += 4)
        mix_four(out + k);
    out[0] = hash_padded(keys + first, space[0] - first);
    if (_mm_movemask_epi8(_mm_cmpgt_epi32(longest, _mm_set1_epi32(HASH_SHORT)))) {
        size_t k = hash_longer_eights(out, keys, space, i);
        hash_longer(out + k, keys, space[k - 1] + 1, space + k, i - k, HASH_SHORT);
    }
    hash_each(out + i, keys, space[i - 1] + 1, space + i, n - i);
}

#include "text/marks_blocks.h"

void text_kernels_avx2(text_kernels *k)
{
    *k = (text_kernels){
        .utf8 = text_valid,
        .scan = scan_full,
        .scan_keys = scan_keys,
        .hash = hashes,
        .marks = marks,
        .shingles = shingle_blocks,
        .shingle_pairs = shingle_pair_blocks,
        .mixed = shingle_mixed_blocks,
    };
}
