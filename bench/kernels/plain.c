#include "plain.h"
#include "text/chars.h"
#include "text/utf8.h"
#include <string.h>
#include <xxhash.h>

enum { LANES = 128, WORDS_MOST = 1 << 14, SHINGLE = 3, WINDOW = 8, ROOM = 4 * WORDS_MOST };

typedef struct span {
    uint32_t begin, end; // in the keys
} span;

static uint8_t keys[ROOM];
static span word[WORDS_MOST];
static uint64_t shingle[WORDS_MOST];

// The words of a text, folded, with a blank behind each.
static size_t find_words(view text)
{
    const chars *t = chars_get();
    const uint8_t *p = text.p, *end = text.p + text.len;
    uint32_t len = 0, begin = 0;
    size_t n = 0;
    while (p < end && n < WORDS_MOST && len < ROOM - 64) {
        uint32_t cp = utf8_next(&p, end);
        const char_info *info = char_look(t, cp);
        bool in = info->class == CHAR_WORD || info->class == CHAR_ALONE;
        if (in && info->flags & CHAR_SELF) {
            len += (uint32_t)utf8_put(keys + len, cp);
        } else if (in && info->len <= sizeof info->fold.utf8) {
            memcpy(keys + len, info->fold.utf8, sizeof info->fold.utf8);
            len += info->len;
        }
        bool ends = info->class == CHAR_ALONE || (!in && info->class != CHAR_APOS);
        if ((ends || p == end) && len > begin) {
            word[n++] = (span){begin, len};
            keys[len++] = ' ';
            begin = len;
        }
    }
    return n;
}

static uint64_t min_hash(size_t n)
{
    static uint32_t lane[LANES];
    uint64_t sum = 0;
    memset(lane, 0xff, sizeof lane);
    for (size_t i = 0; i < n; i++) {
        uint32_t x = (uint32_t)(shingle[i] >> 32);
        for (uint32_t k = 0; k < LANES; k++) {
            uint32_t y = x * (2 * k * 0x9e3779b1u + 1) + k * 0x85ebca77u;
            lane[k] = y < lane[k] ? y : lane[k];
        }
    }
    for (size_t k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

static uint64_t winnow_each(size_t n)
{
    uint64_t sum = 0;
    size_t last = n;
    for (size_t i = 0; i + WINDOW <= n; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < i + WINDOW; j++)
            best = shingle[j] <= shingle[best] ? j : best;
        sum += best != last ? shingle[best] : 0;
        last = best;
    }
    return sum;
}

uint64_t plain_sign(view text)
{
    size_t at;
    if (utf8_check(text, &at))
        return 0;
    size_t n = find_words(text);
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += XXH3_64bits(keys + word[i].begin, word[i].end - word[i].begin);
    n = n < SHINGLE ? 0 : n - SHINGLE + 1;
    for (size_t i = 0; i < n; i++)
        shingle[i] = XXH3_64bits(keys + word[i].begin, word[i + SHINGLE - 1].end - word[i].begin);
    return sum + min_hash(n) + winnow_each(n);
}
