// Scanning with AVX-512 (F, BW, VL, VBMI, VBMI2), GFNI and BMI2: bytes are looked up in tables of
// 64 and 128 at once, and compressed by a mask.
#include <immintrin.h>

typedef struct block {
    __m512i v;
} block;

typedef struct block_index {
    __m512i v;
} block_index;

#define PLAIN_GROUPS
#define PLAIN_PAIRS
enum { STREAM = 8 };
typedef __m512i stream;

#include "text/hash_avx512.h"
#include "text/hash_blocks.h"
#include "text/kernels.h"
#include "text/scan_blocks.h"

#define SHINGLE_WIDTH 8
#define SHINGLE_AHEAD
typedef __m512i shingle_vec;

static inline shingle_vec shingle_load(const uint64_t *p)
{
    return _mm512_loadu_si512(p);
}

static inline void shingle_store(uint64_t *p, shingle_vec x)
{
    _mm512_storeu_si512(p, x);
}

static inline shingle_vec shingle_add(shingle_vec a, shingle_vec b)
{
    return _mm512_add_epi64(a, b);
}

static inline shingle_vec shingle_turns(shingle_vec x)
{
    return _mm512_rol_epi64(x, 24);
}

// j is a constant in every loop that is unrolled.
static inline shingle_vec shingle_ahead(shingle_vec x, shingle_vec after, unsigned j)
{
    switch (j) {
    case 1:
        return _mm512_alignr_epi64(after, x, 1);
    case 2:
        return _mm512_alignr_epi64(after, x, 2);
    case 3:
        return _mm512_alignr_epi64(after, x, 3);
    case 4:
        return _mm512_alignr_epi64(after, x, 4);
    case 5:
        return _mm512_alignr_epi64(after, x, 5);
    case 6:
        return _mm512_alignr_epi64(after, x, 6);
    default:
        return _mm512_alignr_epi64(after, x, 7);
    }
}

#include "text/shingle_blocks.h"
#include "text/utf8_blocks.h"

static inline uint64_t block_pext(uint64_t bits, uint64_t mask)
{
    return _pext_u64(bits, mask);
}

static inline __m512i all(uint8_t byte)
{
    return _mm512_set1_epi8((char)byte);
}

static inline void block_load(block *out, scan_bits *b, const uint8_t *p, uint64_t valid,
                              const scan_tables *t)
{
    __m512i v = _mm512_maskz_loadu_epi8(valid, p);
    uint64_t high = _mm512_movepi8_mask(v);
    __m512i class = _mm512_maskz_permutex2var_epi8(~high, _mm512_load_si512(t->ascii), v,
                                                   _mm512_load_si512(t->ascii + 64));
    out->v = v;
    b->high = high;
    b->lower = _mm512_test_epi8_mask(class, all(BYTE_LOWER));
    b->upper = _mm512_test_epi8_mask(class, all(BYTE_UPPER));
    b->digit = _mm512_test_epi8_mask(class, all(BYTE_DIGIT));
    b->apos = _mm512_test_epi8_mask(class, all(BYTE_APOS));
    b->dot = _mm512_test_epi8_mask(class, all(BYTE_DOT));
    b->comma = _mm512_test_epi8_mask(class, all(BYTE_COMMA));
    b->line = _mm512_test_epi8_mask(class, all(BYTE_LINE));
    b->odd = _mm512_test_epi8_mask(class, all(BYTE_ODD));
}

SCAN_INLINE stream stream_at(const uint64_t *bits, ptrdiff_t i)
{
    return _mm512_load_si512(bits + 1 + i);
}

SCAN_INLINE void stream_put(uint64_t *bits, ptrdiff_t i, stream x)
{
    _mm512_store_si512(bits + 1 + i, x);
}

SCAN_INLINE stream stream_on(stream before, stream x, unsigned k)
{
    return _mm512_shldv_epi64(x, _mm512_alignr_epi64(x, before, 7), _mm512_set1_epi64(k));
}

SCAN_INLINE stream stream_back(stream x, stream next, unsigned k)
{
    return _mm512_shrdv_epi64(x, _mm512_alignr_epi64(next, x, 1), _mm512_set1_epi64(k));
}

SCAN_INLINE stream stream_only(uint64_t bits, size_t i)
{
    return _mm512_maskz_set1_epi64((__mmask8)(i < STREAM ? 1u << i : 0), (long long)bits);
}

SCAN_INLINE bool stream_any(stream x)
{
    return _mm512_test_epi64_mask(x, x);
}

#include "text/scan_groups.h"

// What keys are made of has the bytes themselves at words' ends.
static inline uint64_t plain_pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep,
                                  uint64_t end)
{
    __m512i kept = _mm512_maskz_compress_epi8(keep, _mm512_load_si512(key));
    uint64_t spaces = _pext_u64(end, keep); // twice as fast as to look for them
    _mm512_storeu_si512(out, _mm512_mask_mov_epi8(kept, spaces, all(' ')));
    return spaces;
}

static inline block block_part(const uint8_t *p, size_t left)
{
    return (block){_mm512_maskz_loadu_epi8(scan_below(left < 64 ? (unsigned)left : 64), p)};
}

static inline uint64_t block_equal(const block *b, uint8_t byte)
{
    return _mm512_cmpeq_epi8_mask(b->v, all(byte));
}

static inline uint64_t block_from(const block *b, uint8_t least)
{
    return _mm512_cmpge_epu8_mask(b->v, all(least));
}

static inline uint64_t block_test(const block *b, uint8_t bits)
{
    return _mm512_test_epi8_mask(b->v, all(bits));
}

static inline block_index block_index_of(const block *b)
{
    return (block_index){b->v};
}

static inline void block_look(block *b, const uint8_t table[64], const block_index *index,
                              uint64_t mask)
{
    __m512i by = _mm512_maskz_permutexvar_epi8(mask, index->v, _mm512_load_si512(table));
    b->v = _mm512_xor_si512(b->v, by);
}

// The kinds of the characters of `todo`, a lane each, by their rows, and their folds in *key.
static inline __m512i lone_kinds(__m512i *key, __m512i cp, uint32_t todo, const uint8_t *p,
                                 const scan_tables *t)
{
    const __mmask64 first = 0x1111111111111111u;
    __m512i kind = _mm512_setzero_si512(), row_of = _mm512_srli_epi32(cp, 6), by = kind;
    __m512i last = _mm512_mullo_epi32(_mm512_and_si512(cp, _mm512_set1_epi32(63)),
                                      _mm512_set1_epi32(0x010101)); // in three bytes of a lane
    while (todo) {
        const uint8_t *lead = p + 3 * _tzcnt_u32(todo);
        const scan_row *row = scan_row_of(t, lead[0], lead[1]);
        __m512i number = _mm512_set1_epi32((lead[0] & 15) << 6 | (lead[1] & 63));
        __mmask16 mine = _mm512_mask_cmpeq_epi32_mask((__mmask16)todo, row_of, number);
        __m512i here = _mm512_maskz_permutexvar_epi8(first, last, _mm512_load_si512(row->kind));
        kind = _mm512_mask_mov_epi32(kind, mine, here);
        if (row->folds) {
            here = _mm512_maskz_permutexvar_epi8(first, last, _mm512_load_si512(row->fold[0]));
            here = _mm512_mask_permutexvar_epi8(here, first << 1, last,
                                                _mm512_load_si512(row->fold[1]));
            here = _mm512_mask_permutexvar_epi8(here, first << 2, last,
                                                _mm512_load_si512(row->fold[2]));
            by = _mm512_mask_mov_epi32(by, mine, here);
        }
        todo &= ~(uint32_t)mine;
    }
    *key = _mm512_xor_si512(*key, by);
    return kind;
}

// Those of cp, a lane each, that are breaks of U+2000-203F, 3000-303F, FF00-FF3F: the punctuation
// of Chinese and Japanese, without the turns and branches of lone_kinds.
static inline uint32_t lone_breaks(__m512i cp, const scan_tables *t)
{
    static const uint8_t LEAD[3][2] = {{0xe2, 0x80}, {0xe3, 0x80}, {0xef, 0xbc}};
    const __m512i is_break = _mm512_set1_epi32(WIDE_BREAK);
    __m512i row_of = _mm512_srli_epi32(cp, 6);
    uint32_t breaks = 0;
    for (unsigned i = 0; i < 3; i++) {
        const scan_row *row = scan_row_of(t, LEAD[i][0], LEAD[i][1]);
        __m512i number = _mm512_set1_epi32((LEAD[i][0] & 15) << 6 | (LEAD[i][1] & 63));
        __m512i kind =
            _mm512_maskz_permutexvar_epi8(0x1111111111111111u, cp, _mm512_load_si512(row->kind));
        breaks |=
            _mm512_mask_cmpeq_epi32_mask(_mm512_cmpeq_epi32_mask(row_of, number), kind, is_break);
    }
    return breaks;
}

static inline scan_lones block_lones(uint8_t *keys, const uint8_t *p, size_t left,
                                     const scan_tables *t)
{
    static const _Alignas(64) uint8_t SPREAD[64] = {
        0,  1,  2,  63, 3,  4,  5,  63, 6,  7,  8,  63, 9,  10, 11, 63, 12, 13, 14, 63, 15, 16,
        17, 63, 18, 19, 20, 63, 21, 22, 23, 63, 24, 25, 26, 63, 27, 28, 29, 63, 30, 31, 32, 63,
        33, 34, 35, 63, 36, 37, 38, 63, 39, 40, 41, 63, 42, 43, 44, 63, 45, 46, 47, 63,
    };
    __m512i v = _mm512_maskz_loadu_epi8(scan_below(left < 48 ? (unsigned)left : 48), p);
    __m512i key = _mm512_permutexvar_epi8(_mm512_load_si512(SPREAD), v);
    uint32_t in = _mm512_cmpeq_epi32_mask(_mm512_and_si512(key, _mm512_set1_epi32(0xf0)),
                                          _mm512_set1_epi32(0xe0));
    __m512i cp = _mm512_slli_epi32(_mm512_and_si512(key, _mm512_set1_epi32(15)), 12);
    cp = _mm512_or_si512(cp, _mm512_and_si512(_mm512_srli_epi32(key, 2), _mm512_set1_epi32(0xfc0)));
    cp = _mm512_or_si512(cp, _mm512_and_si512(_mm512_srli_epi32(key, 16), _mm512_set1_epi32(63)));
    in &= ~(in + 1); // up to the first that has not three bytes
    __m512i from_han = _mm512_sub_epi32(cp, _mm512_set1_epi32(SCAN_HAN));
    scan_lones l = {0};
    l.words = in & _mm512_cmplt_epu32_mask(from_han, _mm512_set1_epi32(SCAN_HAN_END - SCAN_HAN));
    uint32_t rest = in & ~(l.words | lone_breaks(cp, t));
    if (rest) {
        __m512i kind = lone_kinds(&key, cp, rest, p, t);
        l.words |= rest & _mm512_cmpeq_epi32_mask(kind, _mm512_set1_epi32(WIDE_HAN));
        l.marks = rest & _mm512_cmpeq_epi32_mask(kind, _mm512_set1_epi32(WIDE_MARK)) &
                  _mm512_testn_epi32_mask(key, _mm512_set1_epi32(0xff0000));
        uint32_t parts = _mm512_cmpeq_epi32_mask(kind, _mm512_set1_epi32(WIDE_BREAK)) |
                         _mm512_test_epi32_mask(kind, _mm512_set1_epi32(WIDE_APOS));
        uint32_t others = rest & ~(l.words | l.marks | parts);
        in &= (others & -others) - 1;
    }
    l.n = (unsigned)_mm_popcnt_u32(in);
    l.words &= in;
    l.marks &= in;
    key = _mm512_or_si512(key, _mm512_set1_epi32(' ' << 24));
    _mm512_storeu_si512(keys, _mm512_maskz_compress_epi32((__mmask16)l.words, key));
    return l;
}

static inline void block_thirds(uint32_t *out, uint32_t base, uint32_t mask)
{
    const __m512i thirds =
        _mm512_setr_epi32(0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45);
    __m512i at = _mm512_add_epi32(thirds, _mm512_set1_epi32((int)base));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi32((__mmask16)mask, at));
}

static inline void block_keys(const block *v, uint8_t *out, uint64_t keep, uint64_t upper,
                              uint64_t space)
{
    __m512i key = _mm512_mask_mov_epi8(v->v, upper, _mm512_or_si512(v->v, all(0x20)));
    key = _mm512_mask_mov_epi8(key, space, all(' '));
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(keep, key));
}

static inline void block_places(uint32_t *out, uint32_t base, uint64_t mask)
{
    static const _Alignas(64) uint8_t COUNT[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
    };
    __m512i place = _mm512_maskz_compress_epi8(mask, _mm512_load_si512(COUNT));
    __m512i first = _mm512_set1_epi32((int)base);
    __m512i low = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(place));
    _mm512_storeu_si512(out, _mm512_add_epi32(low, first));
    if (__builtin_popcountll(mask) <= 16)
        return;
    __m512i high = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(place, 1));
    _mm512_storeu_si512(out + 16, _mm512_add_epi32(high, first));
}

static inline void block_flags(uint8_t *out, uint64_t a, uint8_t flag_a, uint64_t b, uint8_t flag_b)
{
    __m512i flags = _mm512_or_si512(_mm512_maskz_mov_epi8(a, all(flag_a)),
                                    _mm512_maskz_mov_epi8(b, all(flag_b)));
    _mm512_storeu_si512(out, flags);
}

static inline __m512i half(const uint8_t table[16], __m512i index)
{
    __m512i t = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table));
    return _mm512_shuffle_epi8(t, _mm512_and_si512(index, all(15)));
}

// The bytes of p[0..left) from `back` before it on; those before the text (first block) and
// behind it are 0.
static inline __m512i load_back(const uint8_t *p, size_t left, unsigned back, bool first)
{
    uint64_t before = first ? ~scan_below(back) : ~(uint64_t)0;
    uint64_t in = scan_below(left > 64                    ? 64
                             : (unsigned)left + back > 64 ? 64
                                                          : (unsigned)left + back);
    return _mm512_maskz_loadu_epi8(before & in, p - back);
}

static inline bool block_valid(const uint8_t *p, size_t left, bool first)
{
    __m512i v = load_back(p, left, 0, first), one = load_back(p, left, 1, first);
    __m512i two = load_back(p, left, 2, first), three = load_back(p, left, 3, first);
    __m512i fault = _mm512_and_si512(half(UTF8_FIRST_HIGH, _mm512_srli_epi16(one, 4)),
                                     half(UTF8_FIRST_LOW, one));
    fault = _mm512_and_si512(fault, half(UTF8_SECOND_HIGH, _mm512_srli_epi16(v, 4)));
    uint64_t follow =
        _mm512_cmpge_epu8_mask(two, all(0xe0)) | _mm512_cmpge_epu8_mask(three, all(0xf0));
    __m512i must = _mm512_maskz_mov_epi8(follow, all(UTF8_TWO));
    return _mm512_cmpneq_epi8_mask(fault, must) == 0;
}

// A block with at least 3 bytes before it and all of its own.
static inline __mmask64 block_faults(const uint8_t *p)
{
    __m512i v = _mm512_loadu_si512(p), one = _mm512_loadu_si512(p - 1);
    __m512i two = _mm512_loadu_si512(p - 2), three = _mm512_loadu_si512(p - 3);
    __m512i fault = _mm512_and_si512(half(UTF8_FIRST_HIGH, _mm512_srli_epi16(one, 4)),
                                     half(UTF8_FIRST_LOW, one));
    fault = _mm512_and_si512(fault, half(UTF8_SECOND_HIGH, _mm512_srli_epi16(v, 4)));
    __m512i follow = _mm512_or_si512(_mm512_subs_epu8(two, all(0xe0 - 0x80)),
                                     _mm512_subs_epu8(three, all(0xf0 - 0x80)));
    follow = _mm512_xor_si512(fault, _mm512_and_si512(follow, all(UTF8_TWO)));
    return _mm512_test_epi8_mask(follow, follow);
}

// One block more than the text has, where it ends with a block: a lead may wait for more. In
// the middle of a text four blocks are one step: a branch for each could not be foreseen where
// every other block has a quotation mark.
static bool text_valid(const uint8_t *p, size_t len)
{
    enum { STEP = 4 * SCAN_BLOCK };
    uint64_t before = 0; // which bytes of the block before are not ASCII
    size_t i = 0;
    while (i <= len) {
        if (i && len - i >= STEP) {
            __m512i any = _mm512_or_si512(
                _mm512_or_si512(_mm512_loadu_si512(p + i), _mm512_loadu_si512(p + i + 64)),
                _mm512_or_si512(_mm512_loadu_si512(p + i + 128), _mm512_loadu_si512(p + i + 192)));
            uint64_t last = _mm512_movepi8_mask(_mm512_loadu_si512(p + i + 192));
            if ((_mm512_movepi8_mask(any) || before >> 61) &&
                block_faults(p + i) | block_faults(p + i + 64) | block_faults(p + i + 128) |
                    block_faults(p + i + 192))
                return false;
            before = last;
            i += STEP;
            continue;
        }
        size_t left = len - i;
        uint64_t high = _mm512_movepi8_mask(load_back(p + i, left, 0, false));
        if ((high || before >> 61) && !block_valid(p + i, left, i == 0))
            return false;
        before = high;
        i += SCAN_BLOCK;
    }
    return true;
}

// Four words' 16 bytes from p on, each behind its own space, in the lanes of a register.
static inline __m512i load_four(const uint8_t *p, const uint32_t *space)
{
    __m512i x = _mm512_castsi128_si512(_mm_loadu_si128((const __m128i *)(p + space[0])));
    x = _mm512_mask_broadcast_i32x4(x, 0x00f0, _mm_loadu_si128((const __m128i *)(p + space[2])));
    x = _mm512_mask_broadcast_i32x4(x, 0x0f00, _mm_loadu_si128((const __m128i *)(p + space[4])));
    return _mm512_mask_broadcast_i32x4(x, 0xf000, _mm_loadu_si128((const __m128i *)(p + space[6])));
}

// Sixteen bytes of eight keys, a number of each in a lane, zeros behind a key's end.
typedef struct eight_keys {
    __m512i first, second;
} eight_keys;

// The bytes [at, at + 8) of x, of keys of `bits` bits; of bits the low 16 count.
static inline __m512i cut_keys(__m512i x, __m512i bits, unsigned at)
{
    __m512i beyond = _mm512_subs_epu16(_mm512_set1_epi64(8 * at + 64), bits);
    return _mm512_and_si512(x, _mm512_srlv_epi64(_mm512_set1_epi64(-1), beyond)); // 0 from 64 on
}

// The bytes [at, at + 16) of the keys behind space[0 .. 8), wherever they stand: a pair of
// registers holds those of even and of odd words, so that unpacking them gives halves in order.
static inline eight_keys far_keys(const uint8_t *keys, const uint32_t *space, __m512i len,
                                  unsigned at)
{
    __m512i bits = _mm512_slli_epi64(len, 3);
    __m512i even = load_four(keys + 1 + at, space), odd = load_four(keys + 1 + at, space + 1);
    return (eight_keys){cut_keys(_mm512_unpacklo_epi64(even, odd), bits, at),
                        cut_keys(_mm512_unpackhi_epi64(even, odd), bits, at + 8)};
}

enum { NEAR_KEYS = 128 }; // bytes that can be moved anywhere at once

// The first 16 bytes of the keys behind space[0 .. 8), which stand within NEAR_KEYS bytes. before:
// those spaces.
static inline eight_keys near_keys(const uint8_t *keys, const uint32_t *space, __m256i before,
                                   __m512i len)
{
    const __m512i count = _mm512_set1_epi64(0x0706050403020100);
    const __m512i on = _mm512_add_epi8(count, all(8));
    const __m512i lowest = _mm512_broadcast_i32x4(
        _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 8, 8, 8, 8, 8, 8)); // of each lane
    const uint8_t *p = keys + 1 + space[0];
    __m512i low = _mm512_loadu_si512(p), high = _mm512_loadu_si512(p + 64);
    before = _mm256_sub_epi32(before, _mm256_set1_epi32((int)space[0]));
    __m512i at = _mm512_shuffle_epi8(_mm512_cvtepu32_epi64(before), lowest);
    __m512i bytes = _mm512_shuffle_epi8(len, lowest);
    return (eight_keys){
        _mm512_maskz_permutex2var_epi8(_mm512_cmpgt_epu8_mask(bytes, count), low,
                                       _mm512_add_epi8(at, count), high),
        _mm512_maskz_permutex2var_epi8(_mm512_cmpgt_epu8_mask(bytes, on), low,
                                       _mm512_add_epi8(at, on), high),
    };
}

enum { HASH_MOST = 2 * HASH_SHORT }; // bytes of a key that eight at a time may have

enum { LONE_KEY = 3, LONES_SPAN = 8 * (LONE_KEY + 1) };

// The first half, of keys of three bytes, as all are of stretches of Han: they stand in line.
static inline __m512i take_lones(const uint8_t *keys, const uint32_t *space)
{
    const __m512i bytes = _mm512_set1_epi64(0xffffff), none = _mm512_setzero_si512();
    __m512i x = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(keys + 1 + space[0])));
    return hash_take_8(_mm512_set1_epi64(LONE_KEY), _mm512_and_si512(x, bytes), none);
}

// Eight words at a time, those behind space[0 .. 8), but for the last turning. Returns which are
// longer than HASH_MOST. lones: whether keys of three bytes in line are looked for.
SCAN_INLINE __mmask8 take_eight(uint64_t *out, const uint8_t *keys, const uint32_t *space,
                                const bool lones)
{
    __m256i end = _mm256_loadu_si256((const __m256i *)(space + 1));
    __m256i before = _mm256_loadu_si256((const __m256i *)space);
    __m256i bytes = _mm256_sub_epi32(_mm256_sub_epi32(end, before), _mm256_set1_epi32(1));
    if (lones && space[8] - space[0] == LONES_SPAN &&
        _mm256_cmpeq_epi32_mask(bytes, _mm256_set1_epi32(LONE_KEY)) == 0xff) {
        _mm512_storeu_si512(out, take_lones(keys, space));
        return 0;
    }
    __m512i len = _mm512_cvtepu32_epi64(bytes);
    eight_keys k = space[8] - space[0] <= NEAR_KEYS ? near_keys(keys, space, before, len)
                                                    : far_keys(keys, space, len, 0);
    __m512i x = hash_take_8(len, k.first, k.second);
    __mmask8 more = _mm512_cmpgt_epu64_mask(len, _mm512_set1_epi64(HASH_SHORT));
    if (more) {
        k = far_keys(keys, space, len, HASH_SHORT);
        x = _mm512_mask_mov_epi64(x, more, hash_take_8(hash_mix_8(x), k.first, k.second));
    }
    _mm512_storeu_si512(out, x);
    return _mm512_mask_cmpgt_epu64_mask(more, len, _mm512_set1_epi64(HASH_MOST));
}

// In two loops: of one, each turn's chain would be longer than what a CPU looks ahead.
static void hashes(uint64_t *out, const uint8_t *keys, uint32_t first, const uint32_t *space,
                   size_t n)
{
    if (n == 0)
        return;
    size_t i = 1;
    __mmask8 longer = 0;
    if (space[n - 1] - first < (LONE_KEY + 2) * n) // else lines of such keys are few
        for (; i + 8 <= n; i += 8)
            longer |= take_eight(out + i, keys, space + i - 1, true);
    for (; i + 8 <= n; i += 8)
        longer |= take_eight(out + i, keys, space + i - 1, false);
    for (size_t k = 1; k < i; k += 8)
        _mm512_storeu_si512(out + k, hash_mix_8(_mm512_loadu_si512(out + k)));
    if (i > 1 && i < n) { // the last eight once more, some of them
        longer |= take_eight(out + n - 8, keys, space + n - 9, false);
        _mm512_storeu_si512(out + n - 8, hash_mix_8(_mm512_loadu_si512(out + n - 8)));
        i = n;
    }
    out[0] = hash_padded(keys + first, space[0] - first);
    if (longer)
        hash_longer(out, keys, first, space, i, HASH_MOST);
    hash_each(out + i, keys, space[i - 1] + 1, space + i, n - i);
}

#include "text/marks_blocks.h"

void text_kernels_avx512(text_kernels *k)
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
