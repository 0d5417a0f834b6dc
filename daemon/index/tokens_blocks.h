// tokens_blocks.h - the walk through a text's tokens, 64 bytes at a time, for every CPU level.
//
// Who includes it has look_at_64, which reads 64 bytes, and put_places.
// Layer: index, private.  Threads: pure.
#include "index/tokens.h"

// Where bytes of words and spaces stand in the 64 bytes from p on, of whatever text.
static inline token_masks look_at_64(const uint8_t *p);

// Appends at + the places of bits, ascending; returns how many. Up to 15 more are written.
static inline size_t put_places(uint32_t *to, uint64_t bits, size_t at);

// A bit for each byte of the text from at on.
static inline uint64_t inside(const tokens *t, size_t at)
{
    size_t left = t->text.len - at;
    return left < 64 ? ((uint64_t)1 << left) - 1 : UINT64_MAX;
}

static inline token_masks look(const tokens *t, size_t at)
{
    if (at >= t->text.len)
        return (token_masks){0, 0};
    token_masks m = look_at_64(t->text.p + at);
    m.words &= inside(t, at);
    m.spaces &= inside(t, at);
    return m;
}

static inline void begin_tokens(tokens *t, view text)
{
    t->text = text;
    t->n = t->n_begun = t->at = 0;
    t->next = look(t, 0);
    t->word_before = t->space_before = 0;
}

static inline void cut_64(tokens *t)
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

static inline bool step_tokens(tokens *t)
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
