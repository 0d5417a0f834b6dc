// scan_groups.h - plain_read with AVX-512 and GFNI: eight blocks at a time. A part of
// kernels_avx512.c.
//
// Each byte's class is a byte of bits; turned by 90 degrees, the classes of a block are eight
// words of 64 bits, and those of eight blocks, turned once more, are eight registers, each of
// one bit of the class for all of the group. A mask made and stored for each bit of each block
// took three times as long.

enum { GROUP = 8, FEW = 2 }; // blocks; with so few letters beyond ASCII the next may have none

// Where the bytes of a group are: `left` bytes of text from p on; whole: so many that none is
// missing.
typedef struct group_text {
    const uint8_t *p;
    ptrdiff_t left;
    bool whole;
} group_text;

// The 64 bytes from p[at] on, and zeros behind the text.
static inline __m512i group_load(const group_text *text, ptrdiff_t at)
{
    if (text->whole)
        return _mm512_loadu_si512(text->p + at);
    ptrdiff_t left = text->left - at;
    left = left < 0 ? 0 : left;
    return _mm512_maskz_loadu_epi8(_bzhi_u64(~(uint64_t)0, left < 64 ? (unsigned)left : 64),
                                   text->p + at);
}

// Those before the bytes of a text's first block: of them the first is none.
static inline __m512i group_first(const group_text *text)
{
    ptrdiff_t left = text->left < 63 ? text->left + 1 : 64;
    return _mm512_maskz_loadu_epi8(scan_below((unsigned)left) & ~(uint64_t)1, text->p - 1);
}

// The classes of 64 bytes as bits: of each eight bytes, byte i has bit i of their classes.
static inline __m512i group_turn(__m512i class)
{
    const __m512i back =
        _mm512_broadcast_i32x4(_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8));
    const __m512i each = _mm512_set1_epi64((long long)0x8040201008040201u);
    return _mm512_gf2p8affine_epi64_epi8(each, _mm512_shuffle_epi8(class, back), 0);
}

// From turned classes of blocks to a register of each bit, all blocks of it one after the other.
static inline void group_streams(__m512i x[GROUP])
{
    static const _Alignas(64) uint8_t PAIR[64] = {
        0, 8,  16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120,
        1, 9,  17, 25, 33, 41, 49, 57, 65, 73, 81, 89, 97, 105, 113, 121,
        2, 10, 18, 26, 34, 42, 50, 58, 66, 74, 82, 90, 98, 106, 114, 122,
        3, 11, 19, 27, 35, 43, 51, 59, 67, 75, 83, 91, 99, 107, 115, 123,
    };
    const __m512i low = _mm512_load_si512(PAIR), high = _mm512_add_epi8(low, all(4));
    __m512i t[2][4];
    for (unsigned i = 0; i < 4; i++) {
        t[0][i] = _mm512_permutex2var_epi8(x[2 * i], low, x[2 * i + 1]);
        t[1][i] = _mm512_permutex2var_epi8(x[2 * i], high, x[2 * i + 1]);
    }
    for (unsigned h = 0; h < 2; h++) { // lanes of four registers, turned
        __m512i a = _mm512_shuffle_i32x4(t[h][0], t[h][1], 0x44);
        __m512i b = _mm512_shuffle_i32x4(t[h][2], t[h][3], 0x44);
        __m512i c = _mm512_shuffle_i32x4(t[h][0], t[h][1], 0xee);
        __m512i d = _mm512_shuffle_i32x4(t[h][2], t[h][3], 0xee);
        x[4 * h] = _mm512_shuffle_i32x4(a, b, 0x88);
        x[4 * h + 1] = _mm512_shuffle_i32x4(a, b, 0xdd);
        x[4 * h + 2] = _mm512_shuffle_i32x4(c, d, 0x88);
        x[4 * h + 3] = _mm512_shuffle_i32x4(c, d, 0xdd);
    }
}

// Of a block: the classes of characters, at their first bytes, and what keys are made of.
typedef struct group_block {
    __m512i class, key;
    __mmask64 lead, three, rest; // of sequences the first bytes, of three bytes; the others
} group_block;

// The place of a character of two bytes in a scan_pair's tables.
static inline __m512i group_place(__m512i lead, __m512i second)
{
    return _mm512_ternarylogic_epi64(second, _mm512_slli_epi16(lead, 6), all(63), 0xe4);
}

static inline __m512i look_both(const uint8_t table[128], __m512i place)
{
    return _mm512_permutex2var_epi8(_mm512_load_si512(table), place, _mm512_load_si512(table + 64));
}

// A letter that may be the lead of UTF-8 that was read as Latin-1, with what may be a trail byte
// behind it (scan_damage): all letters of U+00C0-00FF count as such.
static inline __mmask64 group_damage(__m512i v, __m512i third)
{
    static const _Alignas(64) uint8_t TRAIL[64] = {
        [0x02] = 1, [0x05] = 1, [0x06] = 1, [0x0b] = 1, [0x22] = 1}; // C2, C5, C6, CB, E2
    __mmask64 may = _mm512_cmpeq_epi8_mask(v, all(0xc3));
    may = _mm512_mask_cmpge_epu8_mask(may, third, all(0xc0));
    __m512i trail = _mm512_permutexvar_epi8(third, _mm512_load_si512(TRAIL));
    return _mm512_mask_test_epi8_mask(may, trail, trail);
}

// A block with characters of sign2 and sign3: where the others are is set in *odd.
SCAN_INLINE group_block group_signs(const group_text *text, ptrdiff_t at, const scan_tables *t,
                                    __mmask64 *odd)
{
    __m512i v = group_load(text, at), next = group_load(text, at + 1);
    __mmask64 two = _mm512_cmpeq_epi8_mask(v, all(0xc2));
    __mmask64 three = _mm512_cmpeq_epi8_mask(v, all(0xe2));
    three = _mm512_mask_cmpeq_epi8_mask(three, next, all(0x80));
    group_block g = {.lead = _mm512_cmpge_epu8_mask(v, all(0xc0))};
    __mmask64 ascii = _mm512_testn_epi8_mask(v, all(0x80));
    g.class = _mm512_maskz_permutex2var_epi8(ascii, _mm512_load_si512(t->ascii), v,
                                             _mm512_load_si512(t->ascii + 64));
    g.class = _mm512_mask_permutexvar_epi8(g.class, two, next, _mm512_load_si512(t->sign2));
    g.class = _mm512_mask_permutexvar_epi8(g.class, three, group_load(text, at + 2),
                                           _mm512_load_si512(t->sign3));
    g.key = _mm512_or_si512(v, all(0x20));
    *odd = _kandn_mask64(_kor_mask64(two, three), g.lead);
    g.three = three;
    g.rest = _knot_mask64(_kor_mask64(ascii, g.lead));
    return g;
}

// The same with letters of the pair that begins with `lead`; first: of a text.
SCAN_INLINE group_block group_letters(const group_text *text, ptrdiff_t at, bool first,
                                      const scan_tables *t, uint8_t lead, __mmask64 *odd)
{
    const scan_pair *pair = scan_pair_of(t, lead);
    group_block g = group_signs(text, at, t, odd);
    __m512i v = group_load(text, at);
    __m512i before = first ? group_first(text) : group_load(text, at - 1);
    __mmask64 mine = _mm512_cmpeq_epi8_mask(_mm512_or_si512(v, all(1)), all(lead | 1));
    __m512i place = group_place(v, group_load(text, at + 1));
    g.class = _mm512_mask_mov_epi8(g.class, mine, look_both(pair->class, place));
    *odd = _kandn_mask64(mine, *odd);
    if (lead == 0xc2)
        *odd = _kor_mask64(*odd, group_damage(v, group_load(text, at + 2)));
    __mmask64 letter = _mm512_mask_test_epi8_mask(mine, g.class, all(PAIR_LETTER));
    __m512i begin = _mm512_xor_si512(v, look_both(pair->fold[0], place));
    __m512i end = _mm512_xor_si512(v, look_both(pair->fold[1], group_place(before, v)));
    g.key = _mm512_mask_mov_epi8(g.key, letter, begin);
    g.key = _mm512_mask_mov_epi8(g.key, g.rest, end);
    return g;
}

static inline void group_sequences(plain_batch *x, size_t i, const group_block *g)
{
    x->lead[i + 1] = g->lead;
    x->three[i + 1] = g->three;
    x->rest[i + 1] = g->rest;
}

// What of a group's streams goes through the rules.
typedef struct group_kinds {
    __m512i lower, upper, digit, apos, dot, comma, line, apos2, apos3, wide;
} group_kinds;

static inline void group_kinds_put(plain_batch *x, size_t i, const group_kinds *k, bool keys_only)
{
    stream_put(x->letters, (ptrdiff_t)i, _mm512_or_si512(k->lower, k->upper));
    stream_put(x->wide, (ptrdiff_t)i, k->wide);
    stream_put(x->digit, (ptrdiff_t)i, k->digit);
    stream_put(x->apos, (ptrdiff_t)i, k->apos);
    stream_put(x->apos2, (ptrdiff_t)i, k->apos2);
    stream_put(x->apos3, (ptrdiff_t)i, k->apos3);
    stream_put(x->dot, (ptrdiff_t)i, k->dot);
    stream_put(x->comma, (ptrdiff_t)i, k->comma);
    if (!keys_only) {
        stream_put(x->lower, (ptrdiff_t)i, k->lower);
        stream_put(x->upper, (ptrdiff_t)i, k->upper);
        stream_put(x->line, (ptrdiff_t)i, k->line);
    }
}

// From streams of pair_class.
static inline group_kinds group_pair_kinds(const __m512i bits[GROUP])
{
    __m512i letters = _mm512_or_si512(bits[0], bits[1]), digit = bits[2], apos = bits[3];
    group_kinds k = {.lower = bits[0], .upper = bits[1], .line = bits[6]};
    k.wide = _mm512_and_si512(letters, digit);
    k.digit = _mm512_andnot_si512(letters, digit);
    k.apos2 = _mm512_and_si512(apos, bits[5]);
    k.apos3 = _mm512_and_si512(apos, bits[4]);
    k.comma = _mm512_andnot_si512(apos, bits[5]);
    k.dot = _mm512_andnot_si512(apos, bits[4]);
    k.apos = _mm512_andnot_si512(_mm512_or_si512(k.apos2, k.apos3), apos);
    return k;
}

// Of bytes beyond ASCII, from streams of sign_class: sequences, apostrophes, and where one is
// neither that nor a break.
typedef struct group_marks {
    __m512i lead, three, rest, apos2, apos3, odd;
} group_marks;

static inline group_marks group_sign_marks(const plain_batch *x, size_t i,
                                           const __m512i bits[GROUP])
{
    const __m512i none = _mm512_setzero_si512(), high = bits[7];
    const __m512i late = _mm512_setr_epi64(0, 0, 0, 0, 0, 0, 0, (long long)((uint64_t)3 << 62));
    group_marks m = {.lead = _mm512_and_si512(high, _mm512_or_si512(bits[0], bits[1]))};
    __m512i other = _mm512_and_si512(bits[0], bits[1]);
    m.three = _mm512_andnot_si512(bits[0], _mm512_and_si512(high, bits[1]));
    m.rest = _mm512_andnot_si512(m.lead, high);
    __m512i two = _mm512_andnot_si512(bits[1], m.lead);
    __m512i second2 = stream_on(none, two, 1), second3 = stream_on(none, m.three, 1);
    __m512i third = stream_on(none, m.three, 2);
    __m512i must =
        _mm512_or_si512(stream_on(stream_at(x->lead, (ptrdiff_t)i - GROUP), m.lead, 1),
                        stream_on(stream_at(x->three, (ptrdiff_t)i - GROUP), m.three, 2));
    m.odd = _mm512_or_si512(_mm512_xor_si512(must, m.rest), _mm512_and_si512(m.lead, other));
    m.odd = _mm512_or_si512(m.odd, _mm512_andnot_si512(bits[2], second3));
    m.odd = _mm512_or_si512(m.odd, _mm512_and_si512(second2, bits[3]));
    m.odd = _mm512_or_si512(m.odd, _mm512_and_si512(third, bits[4]));
    m.odd = _mm512_or_si512(m.odd, _mm512_and_si512(m.lead, late)); // what follows is not here
    m.apos2 = stream_back(_mm512_and_si512(second2, bits[5]), none, 1);
    m.apos3 = stream_back(_mm512_and_si512(third, bits[6]), none, 2);
    return m;
}

// Eight blocks, from block i of a batch on, of ASCII and signs.
SCAN_INLINE bool group_signed(plain_batch *x, size_t i, const group_text *text,
                              const scan_tables *t, bool keys_only)
{
    __m512i bits[GROUP];
#pragma GCC unroll 8
    for (unsigned b = 0; b < GROUP; b++) {
        __m512i v = group_load(text, SCAN_BLOCK * b);
        __m512i class = _mm512_mask_mov_epi8(look_both(t->ascii, v), _mm512_movepi8_mask(v),
                                             look_both(t->sign, v));
        bits[b] = group_turn(class);
        _mm512_store_si512(x->key[i + b], _mm512_or_si512(v, all(0x20)));
    }
    group_streams(bits);
    group_marks m = group_sign_marks(x, i, bits);
    if (_mm512_test_epi64_mask(m.odd, m.odd))
        return false;
    group_kinds k = {.lower = _mm512_andnot_si512(bits[7], bits[0]),
                     .upper = _mm512_andnot_si512(bits[7], bits[1]),
                     .digit = _mm512_andnot_si512(bits[7], bits[2]),
                     .apos = _mm512_andnot_si512(bits[7], bits[3]),
                     .dot = _mm512_andnot_si512(bits[7], bits[4]),
                     .comma = _mm512_andnot_si512(bits[7], bits[5]),
                     .line = _mm512_andnot_si512(bits[7], bits[6]),
                     .apos2 = m.apos2,
                     .apos3 = m.apos3,
                     .wide = _mm512_setzero_si512()};
    stream_put(x->lead, (ptrdiff_t)i, m.lead);
    stream_put(x->three, (ptrdiff_t)i, m.three);
    stream_put(x->rest, (ptrdiff_t)i, m.rest);
    stream_put(x->gone, (ptrdiff_t)i, k.wide);
    group_kinds_put(x, i, &k, keys_only);
    return true;
}

// The same with letters of two bytes, too, of the pair c->pair: the first that a batch has may make
// it theirs. Returns how many blocks are plain.
SCAN_INLINE size_t group_lettered(plain_batch *x, size_t i, const group_text *text,
                                  const scan_tables *t, scan_state *c, bool keys_only)
{
    __m512i bits[GROUP] = {0};
    bool may_turn = !x->is_wide && !c->open;
    size_t n = 0;
    while (n < GROUP) {
        __mmask64 odd;
        const ptrdiff_t at = SCAN_BLOCK * (ptrdiff_t)n;
        group_block g = group_letters(text, at, i + n == 0, t, c->pair, &odd);
        if (odd | _mm512_movepi8_mask(g.class)) { // PAIR_ODD
            uint8_t lead = odd ? text->p[at + (ptrdiff_t)_tzcnt_u64(odd)] : c->pair;
            if (n || !may_turn || (lead & 0xfe) == c->pair || lead >= 0xe0 || lead < 0xc2)
                break;
            c->pair = lead & 0xfe;
            may_turn = false;
            continue;
        }
        bits[n] = group_turn(g.class);
        _mm512_store_si512(x->key[i + n], g.key);
        group_sequences(x, i + n, &g);
        x->gone[i + ++n] = _mm512_testn_epi8_mask(g.key, g.key);
    }
    if (n == 0)
        return 0;
    group_streams(bits);
    group_kinds k = group_pair_kinds(bits);
    group_kinds_put(x, i, &k, keys_only);
    x->is_wide = true;
    __m512i wide = _mm512_loadu_si512(x->wide + i + 1);
    // of a letter whose second byte is the next group's, that one makes a key, too
    if (_mm_popcnt_u32(_mm512_test_epi64_mask(wide, wide)) <= FEW && !(x->wide[i + n] >> 63))
        c->how = PLAIN_SIGNS;
    return n;
}

// A group is read in the way of the one before it, or the next that can. Returns as group_lettered.
SCAN_INLINE size_t group_read(plain_batch *x, size_t i, const group_text *text,
                              const scan_tables *t, scan_state *c, bool keys_only)
{
    if (c->how == PLAIN_SIGNS) {
        if (group_signed(x, i, text, t, keys_only))
            return GROUP;
        c->how = PLAIN_LETTERS;
    }
    return group_lettered(x, i, text, t, c, keys_only);
}

SCAN_INLINE size_t plain_read(plain_batch *x, const uint8_t *p, size_t left, size_t most,
                              const scan_tables *t, scan_state *c, bool keys_only)
{
    size_t n = 0, blocks = left / SCAN_BLOCK + 1;
    most = most < blocks ? most : blocks;
    most = most < PLAIN_BLOCKS ? most : PLAIN_BLOCKS;
    for (size_t more = GROUP; n < most && more == GROUP; n += more) {
        const uint8_t *at = p + SCAN_BLOCK * n;
        ptrdiff_t rest = (ptrdiff_t)(left - SCAN_BLOCK * n);
        if (rest >= GROUP * SCAN_BLOCK + SCAN_AHEAD) { // compiled twice, without a mask here
            const group_text whole = {at, rest, true};
            more = group_read(x, n, &whole, t, c, keys_only);
        } else {
            const group_text part = {at, rest, false};
            more = group_read(x, n, &part, t, c, keys_only);
        }
    }
    return n < most ? n : most;
}
