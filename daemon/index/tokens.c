#include "index/tokens.h"

#ifdef __SSE2__
#include <emmintrin.h>

static void look_at_16(token_masks *m, const uint8_t *p, int at)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
    // Letters from 0x80 on, so that a signed comparison is one of their distance from 'a'.
    __m128i letter = _mm_add_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x80 - 'a'));
    __m128i digit = _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0')));
    __m128i is = _mm_or_si128(_mm_cmplt_epi8(letter, _mm_set1_epi8(-128 + 26)),
                              _mm_cmplt_epi8(digit, _mm_set1_epi8(-128 + 10)));
    __m128i space = _mm_cmpeq_epi8(v, _mm_set1_epi8(' '));
    m->words |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(is, v)) << at;
    m->spaces |= (uint64_t)(unsigned)_mm_movemask_epi8(space) << at;
}

static token_masks look_at_64(const uint8_t *p)
{
    token_masks m = {0, 0};
    for (int at = 0; at < 64; at += 16)
        look_at_16(&m, p, at);
    return m;
}
#else
static token_masks look_at_64(const uint8_t *p)
{
    token_masks m = {0, 0};
    for (int i = 0; i < 64; i++) {
        m.words |= (uint64_t)token_is_word(p[i]) << i;
        m.spaces |= (uint64_t)(p[i] == ' ') << i;
    }
    return m;
}
#endif

// A bit for each byte of the text from at on.
static uint64_t inside(const tokens *t, size_t at)
{
    size_t left = t->text.len - at;
    return left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX;
}

static token_masks look(const tokens *t, size_t at)
{
    if (at >= t->text.len)
        return (token_masks){0, 0};
    token_masks m = look_at_64(t->text.p + at);
    m.words &= inside(t, at);
    m.spaces &= inside(t, at);
    return m;
}

void tokens_begin(tokens *t, view text)
{
    t->text = text;
    t->n = t->n_begun = t->at = 0;
    t->next = look(t, 0);
    t->word_before = t->space_before = 0;
}

// Appends the places of bits; returns how many. More than those are written: how often the loop
// runs is then foreseen.
static size_t put_places(uint32_t *to, uint64_t bits, size_t at)
{
    enum { TOGETHER = 8 };
    size_t n = (size_t)__builtin_popcountll(bits);
    for (size_t i = 0; i < n; i += TOGETHER)
        for (size_t k = i; k < i + TOGETHER; k++) {
            to[k] = (uint32_t)at + (uint32_t)__builtin_ctzll(bits | (uint64_t)1 << 63);
            bits &= bits - 1;
        }
    return n;
}

static void cut_64(tokens *t)
{
    token_masks m = t->next;
    size_t at = t->at;
    uint64_t first = at == 0; // a token begins there, and none ends
    t->at += 64;
    t->next = look(t, t->at);
    uint64_t after_word = m.words << 1 | t->word_before;
    uint64_t before_word = m.words >> 1 | t->next.words << 63;
    uint64_t edges = (m.words ^ after_word) & inside(t, at);
    uint64_t left_out = m.spaces & after_word & before_word;
    uint64_t behind = left_out << 1 | t->space_before;
    t->n_begun += put_places(t->begin + t->n_begun, (edges & ~left_out) | first, at);
    t->n += put_places(t->end + t->n, edges & ~behind & ~first, at);
    t->word_before = m.words >> 63;
    t->space_before = left_out >> 63;
}

bool tokens_step(tokens *t)
{
    t->begin[0] = t->begin[t->n]; // where it has begun
    t->n_begun -= t->n;
    t->n = 0;
    while (t->at < t->text.len && t->n < TOKENS_BATCH)
        cut_64(t);
    if (t->at >= t->text.len && t->n < t->n_begun)
        t->end[t->n++] = (uint32_t)t->text.len;
    return t->n > 0;
}
