// The kernels with NEON, which every AArch64 has: a block is four registers, a table of 64 is one
// look-up, and bytes are moved together eight at a time by a table of what to take.
#include "base/bytes.h"
#include "base/places.h"
#include "text/hash_blocks.h"
#include "text/kernels.h"
#include "text/shingle_blocks.h"
#include "text/utf8_blocks.h"
#include <arm_neon.h>
#include <string.h>

typedef struct block {
    uint8x16_t v[4];
} block;

typedef block block_index; // from 0x80 on: the place in a table of 64

enum { STREAM = 1 };
typedef uint64_t stream;

#include "text/scan_blocks.h"

SCAN_INLINE stream stream_at(const uint64_t *bits, ptrdiff_t i)
{
    return bits[1 + i];
}

SCAN_INLINE void stream_put(uint64_t *bits, ptrdiff_t i, stream x)
{
    bits[1 + i] = x;
}

SCAN_INLINE stream stream_on(stream before, stream x, unsigned k)
{
    return x << k | before >> (64 - k);
}

SCAN_INLINE stream stream_back(stream x, stream next, unsigned k)
{
    return x >> k | next << (64 - k);
}

SCAN_INLINE stream stream_only(uint64_t bits, size_t i)
{
    return i == 0 ? bits : 0;
}

SCAN_INLINE bool stream_any(stream x)
{
    return x;
}

// x has few bits and y has all of them: where each stands among those of y.
static inline uint64_t block_pext(uint64_t bits, uint64_t mask)
{
    uint64_t out = 0;
    for (bits &= mask; bits; bits &= bits - 1)
        out |= (uint64_t)1 << __builtin_popcountll(mask & ((bits & -bits) - 1));
    return out;
}

static inline uint8x16_t all(uint8_t byte)
{
    return vdupq_n_u8(byte);
}

static inline uint8x16_t bit_of(void)
{
    return vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
}

// The top bit of each byte of a mask, which is 0 or 0xff.
static inline uint64_t bits_of(const block *mask)
{
    uint8x16_t bit = bit_of();
    uint8x16_t low = vpaddq_u8(vandq_u8(mask->v[0], bit), vandq_u8(mask->v[1], bit));
    uint8x16_t high = vpaddq_u8(vandq_u8(mask->v[2], bit), vandq_u8(mask->v[3], bit));
    low = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(low, low)), 0);
}

// 0xff in each byte whose bit is set.
static inline uint8x16_t bytes_of(uint64_t bits)
{
    uint8x16_t x = vcombine_u8(vdup_n_u8((uint8_t)bits), vdup_n_u8((uint8_t)(bits >> 8)));
    return vtstq_u8(x, bit_of());
}

// Declares a block whose registers are `how` of those, x_, of *from.
#define EACH(result, from, how)                                                                    \
    block result;                                                                                  \
    for (unsigned i_ = 0; i_ < 4; i_++) {                                                          \
        uint8x16_t x_ = (from)->v[i_];                                                             \
        (result).v[i_] = (how);                                                                    \
    }

static inline block same(uint8_t byte)
{
    return (block){{all(byte), all(byte), all(byte), all(byte)}};
}

static inline uint64_t block_equal(const block *b, uint8_t byte)
{
    EACH(mask, b, vceqq_u8(x_, all(byte)));
    return bits_of(&mask);
}

static inline uint64_t block_from(const block *b, uint8_t least)
{
    EACH(mask, b, vcgeq_u8(x_, all(least)));
    return bits_of(&mask);
}

static inline uint64_t block_test(const block *b, uint8_t bits)
{
    EACH(mask, b, vtstq_u8(x_, all(bits)));
    return bits_of(&mask);
}

// The bytes in [first, first + n).
static inline uint64_t range(const block *b, uint8_t first, uint8_t n)
{
    EACH(mask, b, vcltq_u8(vsubq_u8(x_, all(first)), all(n)));
    return bits_of(&mask);
}

static inline block load(const uint8_t *p)
{
    return (block){{vld1q_u8(p), vld1q_u8(p + 16), vld1q_u8(p + 32), vld1q_u8(p + 48)}};
}

static inline block block_part(const uint8_t *p, size_t left)
{
    uint8_t part[SCAN_BLOCK] = {0};
    if (left >= SCAN_BLOCK)
        return load(p);
    memcpy(part, p, left);
    return load(part);
}

// Bits of ASCII: the table says the same (tests/prop).
static inline void ascii_bits(scan_bits *b, const block *v)
{
    b->high = block_from(v, 0x80);
    b->lower = range(v, 'a', 26);
    b->upper = range(v, 'A', 26);
    b->digit = range(v, '0', 10);
    b->apos = block_equal(v, '\'') | block_equal(v, '`');
    b->dot = block_equal(v, '.');
    b->comma = block_equal(v, ',');
    b->line = range(v, '\n', 4);
}

static inline void block_load(block *v, scan_bits *b, const uint8_t *p, uint64_t valid,
                              const scan_tables *t)
{
    (void)t;
    *v = block_part(p, (unsigned)__builtin_popcountll(valid));
    ascii_bits(b, v);
}

static inline void replace(block *b, uint64_t mask, const block *by)
{
    for (unsigned i = 0; i < 4; i++)
        b->v[i] = vbslq_u8(bytes_of(mask >> (16 * i)), by->v[i], b->v[i]);
}

// Of sequences: the quotation marks, dashes and dots of U+2010-2027, and C2 with A0, AB, BB
// (no-break space, « and »).
static inline bool plain_wide(plain_batch *x, size_t i, const block *v, const uint8_t *p)
{
    block next = load(p + 1), third = load(p + 2);
    uint64_t e280 = block_equal(v, 0xe2) & block_equal(&next, 0x80) & range(&third, 0x90, 0x18);
    uint64_t c2 = block_equal(v, 0xc2);
    c2 &= block_equal(&next, 0xa0) | block_equal(&next, 0xab) | block_equal(&next, 0xbb);
    x->apos3[i] = e280 & (range(&third, 0x98, 2) | block_equal(&third, 0x9b));
    x->lead[i] = block_from(v, 0xc0);
    x->three[i] = block_equal(v, 0xe2);
    x->rest[i] = block_from(v, 0x80) & ~x->lead[i];
    return !(x->lead[i] & ~(e280 | c2));
}

static inline bool plain_block(plain_batch *x, size_t i, const uint8_t *p, const scan_tables *t,
                               bool keys_only)
{
    (void)t, (void)keys_only; // the compiler leaves out what nobody reads
    block v = load(p);
    scan_bits b = {0};
    ascii_bits(&b, &v);
    i++; // of a batch, 0 is what was before
    x->apos2[i] = x->apos3[i] = x->lead[i] = x->three[i] = x->rest[i] = 0;
    if (b.high && !plain_wide(x, i, &v, p))
        return false;
    x->letters[i] = b.lower | b.upper;
    x->lower[i] = b.lower;
    x->upper[i] = b.upper;
    x->digit[i] = b.digit;
    x->apos[i] = b.apos;
    x->dot[i] = b.dot;
    x->comma[i] = b.comma;
    x->line[i] = b.line;
    EACH(small, &v, vorrq_u8(x_, all(0x20))); // digits have this bit
    block spaces = same(' ');
    replace(&small, ~(b.lower | b.upper | b.digit), &spaces);
    for (unsigned j = 0; j < 4; j++)
        vst1q_u8(x->key[i - 1] + 16 * j, small.v[j]);
    return true;
}

static inline block_index block_index_of(const block *b)
{
    EACH(index, b, veorq_u8(x_, all(0x80)));
    return index;
}

static inline void block_look(block *b, const uint8_t table[64], const block_index *index,
                              uint64_t mask)
{
    uint8x16x4_t t = {
        {vld1q_u8(table), vld1q_u8(table + 16), vld1q_u8(table + 32), vld1q_u8(table + 48)}};
    for (unsigned i = 0; i < 4; i++) {
        uint8x16_t by = vandq_u8(vqtbl4q_u8(t, index->v[i]), bytes_of(mask >> (16 * i)));
        b->v[i] = veorq_u8(b->v[i], by);
    }
}

static inline scan_lones block_lones(uint8_t *keys, const uint8_t *p, size_t left,
                                     const scan_tables *t)
{
    return scan_lones_each(keys, p, left, t);
}

static inline void block_thirds(uint32_t *out, uint32_t base, uint32_t mask)
{
    scan_thirds_each(out, base, mask);
}

static inline void pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep)
{
    for (unsigned i = 0; i < SCAN_BLOCK; i += 8) {
        unsigned bits = keep >> i & 0xff;
        vst1_u8(out, vtbl1_u8(vld1_u8(key + i), vcreate_u8(BIT_PLACES[bits])));
        out += __builtin_popcount(bits);
    }
}

static inline uint64_t plain_pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep,
                                  uint64_t end)
{
    pack(key, out, keep);
    return block_pext(end, keep);
}

static inline void block_keys(const block *v, uint8_t *out, uint64_t keep, uint64_t upper,
                              uint64_t space)
{
    EACH(small, v, vorrq_u8(x_, all(0x20)));
    block key = *v, spaces = same(' ');
    uint8_t bytes[SCAN_BLOCK];
    replace(&key, upper, &small);
    replace(&key, space, &spaces);
    for (unsigned i = 0; i < 4; i++)
        vst1q_u8(bytes + 16 * i, key.v[i]);
    pack(bytes, out, keep);
}

static inline void block_places(uint32_t *out, uint32_t base, uint64_t mask)
{
    for (; mask; mask &= mask - 1)
        *out++ = base + (uint32_t)__builtin_ctzll(mask);
}

static inline void block_flags(uint8_t *out, uint64_t a, uint8_t flag_a, uint64_t b, uint8_t flag_b)
{
    for (unsigned i = 0; i < SCAN_BLOCK / 2; i += 16) // at most every other byte begins a word
        vst1q_u8(out + i, vorrq_u8(vandq_u8(bytes_of(a >> i), all(flag_a)),
                                   vandq_u8(bytes_of(b >> i), all(flag_b))));
}

static inline bool register_valid(uint8x16_t v, uint8x16_t before)
{
    uint8x16_t one = vextq_u8(before, v, 15), two = vextq_u8(before, v, 14);
    uint8x16_t three = vextq_u8(before, v, 13);
    uint8x16_t fault = vandq_u8(vqtbl1q_u8(vld1q_u8(UTF8_FIRST_HIGH), vshrq_n_u8(one, 4)),
                                vqtbl1q_u8(vld1q_u8(UTF8_FIRST_LOW), vandq_u8(one, all(15))));
    fault = vandq_u8(fault, vqtbl1q_u8(vld1q_u8(UTF8_SECOND_HIGH), vshrq_n_u8(v, 4)));
    uint8x16_t follow = vorrq_u8(vcgeq_u8(two, all(0xe0)), vcgeq_u8(three, all(0xf0)));
    return vmaxvq_u8(veorq_u8(fault, vandq_u8(follow, all(UTF8_TWO)))) == 0;
}

// One block more than the text has, where it ends with a block: a lead may wait for more.
static bool text_valid(const uint8_t *p, size_t len)
{
    uint8x16_t before = all(0);
    for (size_t i = 0; i <= len; i += SCAN_BLOCK) {
        block b = block_part(p + i, len - i);
        if (block_from(&b, 0x80) || vmaxvq_u8(before) >= 0x80)
            for (unsigned j = 0; j < 4; j++)
                if (!register_valid(b.v[j], j ? b.v[j - 1] : before))
                    return false;
        before = b.v[3];
    }
    return true;
}

#include "text/marks_blocks.h"

void text_kernels_neon(text_kernels *k)
{
    k->utf8 = text_valid;
    k->scan = scan_full;
    k->scan_keys = scan_keys;
    k->marks = marks;
}
