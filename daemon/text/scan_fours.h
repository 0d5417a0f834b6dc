// scan_fours.h - plain_read with AVX2: four blocks, a register of bits of each kind, at a time. A
// part of kernels_avx2.c.
//
// Two look-ups by half bytes tell what a byte of ASCII is. Of bytes beyond it a group is read as
// if there were common signs alone, or those and letters of a pair (scan_letters.h). Whether that
// is so is looked at when the next group has been read, so that nothing waits for bits that were
// only just written; the few other blocks are put right.

// Blocks; bytes that are read behind them; with letters the blocks for which a batch pays; and how
// many letters of a block are put in one by one.
enum { FOUR = 4, FOUR_AHEAD = 5, FOUR_LEAST = 2, FOUR_FEW = 2 };

// Of a byte of ASCII, 0 for breaks: in this order one comparison tells letters from all others, and
// one what keys are made of.
enum nibble_class {
    NIBBLE_COMMA = 1,
    NIBBLE_DOT = 2,
    NIBBLE_GRAVE = 4,
    NIBBLE_DIGIT = 16,
    NIBBLE_P_TO_Z = 32,
    NIBBLE_A_TO_O = 64,
    NIBBLE_APOS = 128,
    NIBBLE_LETTER = NIBBLE_A_TO_O | NIBBLE_P_TO_Z,
    NIBBLE_BODY = NIBBLE_LETTER | NIBBLE_DIGIT,
};

// What 32 bytes are looked up in, a constant for all of a batch.
typedef struct four_tables {
    __m256i low, high, apos3;
} four_tables;

static inline __m256i both(__m128i x)
{
    return _mm256_broadcastsi128_si256(x);
}

static inline four_tables four_tables_make(void)
{
    enum { L = NIBBLE_LETTER, B = NIBBLE_BODY, A_O = NIBBLE_A_TO_O, P_Z = NIBBLE_P_TO_Z };
    return (four_tables){
        .low = both(_mm_setr_epi8(NIBBLE_GRAVE | NIBBLE_DIGIT | P_Z, B, B, B, B, B, B,
                                  (char)(NIBBLE_APOS | B), B, B, L, A_O, NIBBLE_COMMA | A_O, A_O,
                                  NIBBLE_DOT | A_O, A_O)),
        .high =
            both(_mm_setr_epi8(0, 0, (char)(NIBBLE_APOS | NIBBLE_DOT | NIBBLE_COMMA), NIBBLE_DIGIT,
                               A_O, P_Z, A_O | NIBBLE_GRAVE, P_Z, 0, 0, 0, 0, 0, 0, 0, 0)),
        // U+2018, 2019, 201B, by the last bits of what common_signs makes of their third byte
        .apos3 = both(_mm_setr_epi8(-1, -1, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    };
}

// Writes the bits of block i: of each byte the highest bit.
static inline void block_put(uint64_t *bits, size_t i, const block *b)
{
    bits[i + 1] = bits_of(b->v[0], b->v[1]);
}

// The same of b's bytes moved by `up` bits.
static inline void block_put_up(uint64_t *bits, size_t i, const block *b, int up)
{
    bits[i + 1] = bits_of(_mm256_slli_epi16(b->v[0], up), _mm256_slli_epi16(b->v[1], up));
}

// Of 32 bytes, those that begin one of U+2010-2027, breaks and apostrophes: what news has of
// punctuation beyond ASCII, in every other block. scan_tables has the same of each (tests/prop).
static inline __m256i common_signs(__m256i *apos, __m256i v, const uint8_t *p, const four_tables *t)
{
    enum { FIRST = 0x90, SIGNS = 0x18 };
    __m256i third = _mm256_add_epi8(load(p + 2), all(128 - FIRST - SIGNS)); // 68-7f of these
    __m256i sign = _mm256_and_si256(_mm256_cmpeq_epi8(v, all(0xe2)),
                                    _mm256_cmpeq_epi8(load(p + 1), all(0x80)));
    sign = _mm256_and_si256(sign, _mm256_cmpgt_epi8(third, all(127 - SIGNS)));
    *apos = _mm256_and_si256(sign, _mm256_shuffle_epi8(t->apos3, third));
    return sign;
}

// Block i, which is at p; FOUR_AHEAD bytes more can be read.
SCAN_INLINE void block_read(plain_batch *x, size_t i, const uint8_t *p, const four_tables *t,
                            bool keys_only)
{
    const __m256i low = all(15), digit = all(NIBBLE_DIGIT);
    block v, class, letter, apos, sign, apos3;
    for (unsigned h = 0; h < 2; h++) {
        __m256i bytes = v.v[h] = load(p + 32 * h);
        __m256i c =
            _mm256_shuffle_epi8(t->high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low));
        c = class.v[h] = _mm256_and_si256(c, _mm256_shuffle_epi8(t->low, bytes)); // 0 beyond ASCII
        __m256i key = _mm256_and_si256(bytes, _mm256_cmpgt_epi8(c, low));
        store(x->key[i] + 32 * h, _mm256_or_si256(key, all(0x20))); // spaces for all others
        letter.v[h] = _mm256_cmpgt_epi8(c, digit);
        apos.v[h] = _mm256_or_si256(c, _mm256_slli_epi16(c, 5));
        sign.v[h] = common_signs(&apos3.v[h], bytes, p + 32 * h, t);
    }
    block_put(x->letters, i, &letter);
    block_put(x->apos, i, &apos);
    block_put_up(x->digit, i, &class, 3);
    block_put_up(x->dot, i, &class, 6);
    block_put_up(x->comma, i, &class, 7);
    block_put(x->rest, i, &v);
    block_put(x->lead, i, &sign);
    block_put(x->apos3, i, &apos3);
    if (!keys_only) {
        block_put_up(x->lower, i, &v, 2);
        x->line[i + 1] = range(&v, '\n', 4);
    }
}

#include "text/scan_letters.h"

// The letter of two bytes at p, byte `at` of block i; its class is one of a scan_pair's. lower: for
// the list of words.
static inline void wide_letter(plain_batch *x, size_t i, unsigned at, const uint8_t *p,
                               const scan_pair *pair, unsigned place, bool keys_only)
{
    const uint64_t bit = (uint64_t)1 << at;
    uint8_t *key = x->key[i] + at;
    key[0] = p[0] ^ pair->fold[0][place];
    key[1] = p[1] ^ pair->fold[1][place];
    x->letters[i + 1] |= bit;
    x->wide[i + 1] |= bit;
    x->gone[i + 1] |= (key[0] == 0 ? bit : 0) | (key[1] == 0 ? bit << 1 : 0);
    x->is_wide = true;
    if (!keys_only) // where no lead byte of two has set a bit: 0x20 is none of theirs
        x->lower[i + 1] |= pair->class[place] & BYTE_LOWER ? bit : 0;
}

// Whether what follows a letter of U+00C0-00FF may be a trail byte that was read as Latin-1
// (scan_damage), and behind U+00E0-00FF, leads of three bytes or four, perhaps another.
static inline bool wide_damage(const uint8_t *p)
{
    return p[0] == 0xc3 &&
           (p[2] == 0xc2 || p[2] == 0xc5 || p[2] == 0xc6 || p[2] == 0xcb || p[2] == 0xe2) &&
           (p[1] < 0xa0 || p[4] >= 0xc0 || p[5] >= 0xc0);
}

// The pair_class of the sequence at p: of E2 80 xx, and of two bytes where they are alike or not.
static inline unsigned wide_class(const uint8_t *p, unsigned place, const scan_tables *t,
                                  bool alike)
{
    if (p[0] == 0xe2 && p[1] == 0x80)
        return t->sign3[p[2] & 63];
    const scan_pair *pair = scan_pair_of(t, p[0]);
    bool other = p[0] < 0xc2 || p[0] >= 0xe0 || wide_damage(p);
    if (pair->alike != alike && pair->class[place] & PAIR_LETTER)
        return PAIR_ODD;
    return other ? PAIR_ODD : pair->class[place];
}

// Whether the block at p has more letters of two bytes than are put in one by one.
static inline bool block_dense(const uint8_t *p)
{
    const block v = {{load(p), load(p + 32)}};
    return _mm_popcnt_u64(range(&v, 0xc3, 0xe0 - 0xc3)) > FOUR_FEW;
}

// Whether those sequences of block i that are none of the common ones are breaks, apostrophes or
// few letters, and all in this block: of those beyond its end the next block would have to know.
static inline bool block_wide(plain_batch *x, size_t i, const uint8_t *p, const scan_tables *t,
                              bool alike, bool keys_only)
{
    const block v = {{load(p), load(p + 32)}};
    uint64_t all_leads = range(&v, 0xc0, 0x40), lead = all_leads & ~x->lead[i + 1];
    uint64_t three = lead & equal(&v, 0xe2), apos2 = 0, apos3 = 0;
    if (_mm_popcnt_u64(lead & range(&v, 0xc3, 0xe0 - 0xc3)) > FOUR_FEW || lead >> 63 ||
        three >> 62)
        return false;
    for (uint64_t rest = lead; rest; rest &= rest - 1) {
        unsigned at = (unsigned)_tzcnt_u64(rest);
        unsigned place = (p[at] & 1u) << 6 | (p[at + 1] & 63u),
                 class = wide_class(p + at, place, t, alike);
        if (class & PAIR_ODD)
            return false;
        if (class & PAIR_LETTER)
            wide_letter(x, i, at, p + at, scan_pair_of(t, p[at]), place, keys_only);
        apos2 |= (uint64_t)(class == PAIR_APOS2) << at;
        apos3 |= (uint64_t)(class == PAIR_APOS3) << at;
    }
    x->lead[i + 1] |= lead;
    x->three[i + 1] |= three;
    x->rest[i + 1] = bits_of(v.v[0], v.v[1]) & ~all_leads;
    x->apos2[i + 1] |= apos2;
    x->apos3[i + 1] |= apos3;
    return true;
}

// Whether the bytes behind leads stand where they must, of block i.
static inline bool block_sound(const plain_batch *x, size_t i)
{
    return (plain_on(x->lead + i + 1, 1) | plain_on(x->three + i + 1, 2)) == x->rest[i + 1];
}

// Where a group is: its blocks and which of the batch they are.
typedef struct four_at {
    const uint8_t *p;
    size_t i;
} four_at;

// Looks whether the sequences of a group are what it was read for. Returns how many of its blocks,
// one after the other, are plain.
static inline size_t four_sound(plain_batch *x, four_at g, const scan_tables *t,
                                const scan_state *c, bool keys_only)
{
    const ptrdiff_t at = (ptrdiff_t)g.i;
    stream before = stream_at(x->lead, at - FOUR);
    stream lead = stream_at(x->lead, at), rest = stream_at(x->rest, at) & ~lead;
    if (c->how == PLAIN_SIGNS) { // all are of three bytes
        stream_put(x->three, at, lead);
        stream_put(x->apos2, at, stream_only(0, 0));
        stream_put(x->wide, at, stream_only(0, 0));
        stream_put(x->gone, at, stream_only(0, 0));
    }
    stream before3 = stream_at(x->three, at - FOUR), three = stream_at(x->three, at);
    stream must = stream_on(before, lead, 1) | stream_on(before3, three, 2);
    stream_put(x->rest, at, rest);
    if (!stream_any(must ^ rest))
        return FOUR;
    bool alike = scan_pair_of(t, c->pair)->alike;
    for (size_t k = 0; k < FOUR; k++, g.p += SCAN_BLOCK)
        if (!block_sound(x, g.i + k) && !(block_wide(x, g.i + k, g.p, t, alike, keys_only) &&
                                          block_sound(x, g.i + k)))
            return k;
    return FOUR;
}

// How the next batch is read, from p on; returns its second pair, or c->pair. That may not change
// in a word that has letters of another alphabet, which scan_plains has looked at.
static inline uint8_t four_choose(scan_state *c, const uint8_t *p, size_t left,
                                  const scan_tables *t)
{
    bool free = !c->open || c->carry == SCAN_HAS_LATIN;
    if (left >= SCAN_BLOCK && block_dense(p))
        c->how = PLAIN_LETTERS;
    if (c->how == PLAIN_SIGNS) {
        if (free && scan_pair_of(t, c->pair)->alike)
            c->pair = 0xc2; // of letters that are put in one by one, none is alike
        return c->pair;
    }
    for (size_t i = 0; i < FOUR && left >= SCAN_BLOCK; i++, p += SCAN_BLOCK, left -= SCAN_BLOCK) {
        const block v = {{load(p), load(p + 32)}};
        for (uint64_t rest = range(&v, 0xc3, 0xe0 - 0xc3); rest; rest &= rest - 1) {
            uint8_t pair = p[_tzcnt_u64(rest)] & 0xfe;
            if (free)
                c->pair = pair;
            free = false;
            if (pair != c->pair && scan_pair_of(t, pair)->alike == scan_pair_of(t, c->pair)->alike)
                return pair;
        }
    }
    return c->pair;
}

// How the batch behind this one of n blocks is read, of which the last is followed by the block at
// p: where there is hardly a letter to each block, they are put in one by one.
static inline void four_next(const plain_batch *x, scan_state *c, size_t n, const uint8_t *p,
                             size_t left)
{
    size_t letters = 0;
    if (c->how == PLAIN_SIGNS) {
        c->how = left >= SCAN_BLOCK && block_dense(p) ? PLAIN_LETTERS : PLAIN_SIGNS;
        return;
    }
    for (size_t i = 1; i <= n; i++)
        letters += (size_t)_mm_popcnt_u64(x->wide[i]);
    c->how = letters > n ? PLAIN_LETTERS : PLAIN_SIGNS;
}

SCAN_INLINE size_t plain_read(plain_batch *x, const uint8_t *p, size_t left, size_t most,
                              const scan_tables *t, scan_state *c, bool keys_only)
{
    enum { BYTES = FOUR * SCAN_BLOCK };
    uint8_t last[BYTES + 32] = {0};
    const four_tables tables = four_tables_make();
    const uint8_t *at[PLAIN_BLOCKS / FOUR];
    size_t n = 0, groups = 0, sound = 0, blocks = left / SCAN_BLOCK + 1;
    __m256i end = _mm256_setzero_si256();
    const uint8_t second = four_choose(c, p, left, t);
    const letters_tables pairs = letters_tables_make(t, c->pair, second);
    const bool lettered = x->is_wide = c->how == PLAIN_LETTERS;
    most = most < blocks ? most : blocks;
    most = most < PLAIN_BLOCKS ? most : PLAIN_BLOCKS;
    while (sound == n && groups * FOUR < most) {
        const uint8_t *here = p + groups * BYTES;
        if (left - groups * BYTES < BYTES + FOUR_AHEAD) {
            here = memcpy(last, here, left - groups * BYTES);
            most = most < (groups + 1) * FOUR ? most : (groups + 1) * FOUR;
        }
#pragma GCC unroll 4
        for (size_t k = 0; k < FOUR; k++)
            block_read(x, groups * FOUR + k, here + k * SCAN_BLOCK, &tables, keys_only);
        for (size_t k = 0; lettered && k < FOUR; k++)
            block_letters(x, groups * FOUR + k, here + k * SCAN_BLOCK, &pairs, &end, keys_only);
        at[groups++] = here;
        if (groups > 1) {
            sound += four_sound(x, (four_at){at[groups - 2], n}, t, c, keys_only);
            n += FOUR;
        }
    }
    if (sound == n)
        sound += four_sound(x, (four_at){at[groups - 1], n}, t, c, keys_only);
    if (!keys_only)
        for (ptrdiff_t i = 0; i < (ptrdiff_t)sound; i += FOUR) {
            stream letters = stream_at(x->letters, i), small = stream_at(x->lower, i);
            stream_put(x->lower, i, letters & small);
            stream_put(x->upper, i, letters & ~small);
        }
    sound = sound < most ? sound : most;
    const size_t read = sound * SCAN_BLOCK;
    four_next(x, c, sound, p + read, left > read ? left - read : 0);
    return lettered && sound < FOUR_LEAST && sound < most ? 0 : sound;
}
