#include "index/tokens.h"

#ifdef __SSE2__
#include <emmintrin.h>

static uint64_t words_of_16(const uint8_t *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    // Letters from 0x80 on, so that a signed comparison is one of their distance from 'a'.
    __m128i letter = _mm_add_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x80 - 'a'));
    __m128i digit = _mm_add_epi8(v, _mm_set1_epi8((char)(0x80 - '0')));
    __m128i is = _mm_or_si128(_mm_cmplt_epi8(letter, _mm_set1_epi8(-128 + 26)),
                              _mm_cmplt_epi8(digit, _mm_set1_epi8(-128 + 10)));
    return (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(is, v));
}

static uint64_t words_of_64(const uint8_t *p)
{
    return words_of_16(p) | words_of_16(p + 16) << 16 | words_of_16(p + 32) << 32 |
           words_of_16(p + 48) << 48;
}
#else
static uint64_t words_of_64(const uint8_t *p)
{
    uint64_t words = 0;
    for (int i = 0; i < 64; i++)
        words |= (uint64_t)token_is_word(p[i]) << i;
    return words;
}
#endif

static void look(tokens *t)
{
    uint64_t words = words_of_64(t->block);
    t->edges = words ^ (words << 1 | t->before);
    t->before = words >> 63;
}

void tokens_begin(tokens *t, view text)
{
    *t = (tokens){.at = text.p, .end = text.p + text.len, .block = text.p};
    if (!text.len)
        return;
    look(t);
    t->edges &= ~(uint64_t)1; // the first token's own beginning
}

bool tokens_block(tokens *t)
{
    if (t->end - t->block <= 64)
        return false;
    t->block += 64;
    look(t);
    return true;
}
