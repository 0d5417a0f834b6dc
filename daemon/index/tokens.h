// tokens.h - a text cut into runs of letters, digits and bytes over 0x7f, and what is between.
// Layer: index, private.  Threads: pure.
#ifndef SHINGLED_INDEX_TOKENS_H
#define SHINGLED_INDEX_TOKENS_H
#include "base/bytes.h"
#include "base/view.h"

#include <stdbool.h>

enum { TOKEN_MOST = 15 }; // bytes of a token that may have a number

// Which of them it is is at random in a text: no branch depends on it.
static inline bool token_is_word(uint8_t c)
{
    static const uint64_t words[] = {0x03ff000000000000, 0x07fffffe07fffffe, UINT64_MAX,
                                     UINT64_MAX}; // a bit for each byte
    return words[c >> 6] >> (c & 63) & 1;
}

// A token of 1 to TOKEN_MOST bytes as it is kept and compared: its bytes, zeros, its length last.
typedef struct token_key {
    uint64_t lo, hi; // as load64 reads them
} token_key;

// token_load makes the key of a token; of a longer one, one that no token has. 16 bytes may be
// read from p on.
static inline token_key token_load(const uint8_t *p, size_t len)
{
    static const uint64_t kept[TOKEN_MOST + 10] = {
        // of the low half from 8 on, of the high one
        [9] = 0xff,          [10] = 0xffff,         [11] = 0xffffff,         [12] = 0xffffffff,
        [13] = 0xffffffffff, [14] = 0xffffffffffff, [15] = 0xffffffffffffff, [16] = UINT64_MAX,
        [17] = UINT64_MAX,   [18] = UINT64_MAX,     [19] = UINT64_MAX,       [20] = UINT64_MAX,
        [21] = UINT64_MAX,   [22] = UINT64_MAX,     [23] = UINT64_MAX,       [24] = UINT64_MAX,
    };
    size_t n = len <= TOKEN_MOST ? len : TOKEN_MOST + 1;
    return (token_key){load64(p) & kept[n + 8], (load64(p + 8) & kept[n]) | (uint64_t)n << 56};
}

static inline bool token_same(token_key a, token_key b)
{
    return ((a.lo ^ b.lo) | (a.hi ^ b.hi)) == 0;
}

static inline uint64_t token_hash(token_key k)
{
    uint64_t x = (k.lo ^ (k.hi << 29 | k.hi >> 35)) * 0x9e3779b97f4a7c15u;
    return (x ^ x >> 32) * 0xd6e8feb86659fd93u;
}

// A walk through a text, some tokens at a time. A single space between two words is none of them.
enum {
    TOKENS_BATCH = 64, // tokens that a step gives at least, while there are as many
    TOKENS_PAD = 64,   // bytes that may be read behind the text
    TOKENS_ROOM = TOKENS_BATCH + 64 + 8,
};

// Where bytes of words and spaces stand in 64 bytes of a text; none behind its end.
typedef struct token_masks {
    uint64_t words, spaces;
} token_masks;

typedef struct tokens {
    view text;
    uint32_t begin[TOKENS_ROOM], end[TOKENS_ROOM]; // of token i, in text
    size_t n;                                      // tokens of this step
    size_t n_begun;                                // n, or one more that the next step ends
    size_t at;                                     // of the next 64 bytes
    token_masks next;                              // of these
    uint64_t word_before, space_before;            // of the byte before them: a word's; left out
} tokens;

// tokens_begin starts at the beginning of a text of at most UINT32_MAX bytes.
void tokens_begin(tokens *t, view text);

// tokens_step gives the next t->n tokens in place of the last ones; false where there are none.
bool tokens_step(tokens *t);

static inline view tokens_get(const tokens *t, size_t i)
{
    return (view){t->text.p + t->begin[i], t->end[i] - t->begin[i]};
}

#endif
