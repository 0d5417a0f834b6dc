#include "index/tokens_blocks.h"

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

static inline token_masks look_at_64(const uint8_t *p)
{
    token_masks m = {0, 0};
    for (int at = 0; at < 64; at += 16)
        look_at_16(&m, p, at);
    return m;
}
#else
static inline token_masks look_at_64(const uint8_t *p)
{
    token_masks m = {0, 0};
    for (int i = 0; i < 64; i++) {
        m.words |= (uint64_t)token_is_word(p[i]) << i;
        m.spaces |= (uint64_t)(p[i] == ' ') << i;
    }
    return m;
}
#endif

// More than those are written: how often the loop runs is then foreseen.
static inline size_t put_places(uint32_t *to, uint64_t bits, size_t at)
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

void tokens_begin(tokens *t, view text)
{
    begin_tokens(t, text);
}

bool tokens_step(tokens *t)
{
    return step_tokens(t);
}
