// scan_letters.h - groups of blocks with letters of a pair of lead bytes, with AVX2. A part of
// scan_fours.h.
//
// What a character is comes from one look-up by the low four bits of its place and one of a bit by
// the high three. Its fold takes eight, one for each 16 places: entries are such that what stands
// at 16, 32, ... less cancels, so that no look-up must know whether it is the one (scan_tables.h).

// For all of a batch: the pairs that it has, one or two.
typedef struct letters_tables {
    const scan_letters *signs; // of C2 and C3, for the breaks of C2
    const scan_letters *of[2];
    __m256i pair[2]; // lead bytes, the last bit set
    unsigned n;
    bool latin; // one is C2 and C3
} letters_tables;

static inline letters_tables letters_tables_make(const scan_tables *t, uint8_t first,
                                                 uint8_t second)
{
    return (letters_tables){.signs = scan_letters_of(t, 0xc2),
                            .of = {scan_letters_of(t, first), scan_letters_of(t, second)},
                            .pair = {all(first | 1), all(second | 1)},
                            .n = first == second ? 1 : 2,
                            .latin = first == 0xc2 || second == 0xc2};
}

// Of 32 bytes: the places of characters that begin with each, in the tables of 128, ...
typedef struct letters_places {
    __m256i place, bit; // ... and of those of 16
    __m256i sound;      // the bytes that one of 80-BF follows, and that may be no damage
} letters_places;

static inline letters_places letters_places_of(__m256i v, const uint8_t *p)
{
    const __m256i bits = both(_mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i next = load(p + 1);
    letters_places at = {.sound = _mm256_cmpgt_epi8(all(0xc0), next)};
    at.place = _mm256_or_si256(_mm256_and_si256(next, all(63)),
                               _mm256_and_si256(_mm256_slli_epi16(v, 6), all(64)));
    at.bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(at.place, 4), all(7)));
    return at;
}

// Which characters of `among` have their bit set in the table.
static inline __m256i letters_are(const uint8_t table[16], const letters_places *at, __m256i among)
{
    __m256i x = _mm256_shuffle_epi8(both(_mm_load_si128((const __m128i *)table)), at->place);
    return _mm256_and_si256(among, _mm256_cmpeq_epi8(_mm256_and_si256(x, at->bit), at->bit));
}

// Adds what the folds of the characters `mine` of 64 bytes have at their first and second bytes.
static inline void letters_fold(block fold[2], const scan_letters *l, const letters_places at[2],
                                const block *mine)
{
    const __m256i none = _mm256_setzero_si256();
    __m256i place[2] = {at[0].place, at[1].place};
    block key[2] = {{{none, none}}, {{none, none}}};
#pragma GCC unroll 8
    for (unsigned i = 0; i < 128; i += 16)
#pragma GCC unroll 2
        for (unsigned k = 0; k < 2; k++) {
            __m256i part = both(_mm_load_si128((const __m128i *)(l->key[k] + i)));
            for (unsigned h = 0; h < 2; h++) {
                key[k].v[h] = _mm256_xor_si256(key[k].v[h], _mm256_shuffle_epi8(part, place[h]));
                if (k)
                    place[h] = _mm256_sub_epi8(place[h], all(16));
            }
        }
    for (unsigned k = 0; k < 2; k++)
        for (unsigned h = 0; h < 2; h++)
            fold[k].v[h] = _mm256_or_si256(fold[k].v[h], _mm256_and_si256(key[k].v[h], mine->v[h]));
}

// Where a letter C3 xx may begin UTF-8 that was read as Latin-1: what wide_damage says of it.
static inline __m256i letters_damage(__m256i v, const uint8_t *p)
{
    const __m256i low = both(_mm_setr_epi8(0, 0, 3, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0));
    const __m256i high = both(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0));
    const __m256i third = load(p + 2), later = _mm256_max_epu8(load(p + 4), load(p + 5));
    __m256i trail = _mm256_shuffle_epi8(low, _mm256_and_si256(third, all(15)));
    __m256i by = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(third, 4), all(15)));
    trail = _mm256_cmpgt_epi8(_mm256_and_si256(trail, by), _mm256_setzero_si256());
    __m256i more = _mm256_cmpeq_epi8(_mm256_max_epu8(later, all(0xc0)), later);
    more = _mm256_or_si256(more, _mm256_cmpgt_epi8(all(0xa0), load(p + 1)));
    return _mm256_and_si256(_mm256_cmpeq_epi8(v, all(0xc3)), _mm256_and_si256(trail, more));
}

// Writes the keys of block i, where there are spaces, and which bytes they have no use for. *end:
// what the 32 bytes before have for second bytes of letters, at the first, and then these.
static inline void letters_keys(plain_batch *x, size_t i, const block fold[2], __m256i *end)
{
    block gone;
    for (unsigned h = 0; h < 2; h++) {
        __m256i *at = (__m256i *)(x->key[i] + 32 * h), second = fold[1].v[h];
        __m256i key = _mm256_xor_si256(_mm256_load_si256(at), fold[0].v[h]);
        key = _mm256_xor_si256(
            key, _mm256_alignr_epi8(second, _mm256_permute2x128_si256(*end, second, 0x21), 15));
        _mm256_store_si256(at, key);
        gone.v[h] = _mm256_cmpeq_epi8(key, _mm256_setzero_si256());
        *end = second;
    }
    block_put(x->gone, i, &gone);
}

// Of 64 bytes, at the first bytes of characters: letters, small ones, and all that is plain.
typedef struct letters_kinds {
    block letter, lower, lead;
} letters_kinds;

// Adds those of one pair, and their folds.
SCAN_INLINE void letters_pair(letters_kinds *k, block fold[2], const block *v,
                              const letters_places at[2], const letters_tables *t, unsigned pair,
                              bool keys_only)
{
    block mine;
    for (unsigned h = 0; h < 2; h++) {
        __m256i is = _mm256_cmpeq_epi8(_mm256_or_si256(v->v[h], all(1)), t->pair[pair]);
        is = mine.v[h] = _mm256_and_si256(is, at[h].sound);
        k->letter.v[h] =
            _mm256_or_si256(k->letter.v[h], letters_are(t->of[pair]->letter, &at[h], is));
        k->lead.v[h] = _mm256_or_si256(k->lead.v[h], letters_are(t->of[pair]->plain, &at[h], is));
        if (!keys_only)
            k->lower.v[h] =
                _mm256_or_si256(k->lower.v[h], letters_are(t->of[pair]->lower, &at[h], is));
    }
    letters_fold(fold, t->of[pair], at, &mine);
}

// Goes on with block i behind block_read, for which there was nothing but common signs. Inlined, it
// would take registers from the batches that have no use for it (news: 5 % slower).
__attribute__((noinline)) static void
block_letters(plain_batch *x, size_t i, const uint8_t *p, const letters_tables *t, __m256i *end,
              bool keys_only)
{
    const __m256i none = _mm256_setzero_si256();
    const block nothing = {{none, none}};
    letters_places at[2];
    letters_kinds k = {nothing, nothing, nothing};
    block v, apos, fold[2] = {nothing, nothing};
    for (unsigned h = 0; h < 2; h++) {
        v.v[h] = load(p + 32 * h);
        at[h] = letters_places_of(v.v[h], p + 32 * h);
        __m256i c2 = _mm256_and_si256(at[h].sound, _mm256_cmpeq_epi8(v.v[h], all(0xc2)));
        k.lead.v[h] = letters_are(t->signs->sign, &at[h], c2);
        apos.v[h] = _mm256_and_si256(c2, _mm256_cmpeq_epi8(load(p + 32 * h + 1), all(0xb7)));
        if (t->latin)
            at[h].sound = _mm256_andnot_si256(letters_damage(v.v[h], p + 32 * h), at[h].sound);
    }
    letters_pair(&k, fold, &v, at, t, 0, keys_only);
    if (t->n > 1)
        letters_pair(&k, fold, &v, at, t, 1, keys_only);
    letters_keys(x, i, fold, end);
    block_put(x->wide, i, &k.letter);
    block_put(x->apos2, i, &apos);
    x->three[i + 1] = x->lead[i + 1];
    x->lead[i + 1] |= bits_of(k.lead.v[0], k.lead.v[1]);
    x->letters[i + 1] |= x->wide[i + 1];
    if (!keys_only)
        x->lower[i + 1] |= bits_of(k.lower.v[0], k.lower.v[1]);
}
