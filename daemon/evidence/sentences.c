#include "evidence/sentences.h"
#include "text/shingle.h"
#include "text/utf8.h"

#include <stdlib.h>

enum {
    LEAST = SENTENCE_LEAST * WORD_WEIGHT,
    LINE = SENTENCE_LINE * WORD_WEIGHT,
    MOST = SENTENCE_MOST * WORD_WEIGHT,
    WRAPPED = 5, // where one line in so many begins with a small letter, the lines are wrapped
};

// is_stop: what ends a sentence whatever follows (Sentence_Terminal, UAX #44, of the scripts that
// news is written in, but for the full stop).
static bool is_stop(uint32_t c)
{
    switch (c) {
    case '!':
    case '?':
    case 0x0589: // Armenian
    case 0x061F: // Arabic question mark
    case 0x06D4: // Urdu full stop
    case 0x0964: // danda
    case 0x0965:
    case 0x104A: // Myanmar
    case 0x104B:
    case 0x1362: // Ethiopic
    case 0x1367:
    case 0x17D4: // Khmer
    case 0x17D5:
    case 0x203C:
    case 0x2047:
    case 0x2048:
    case 0x2049:
    case 0x3002: // ideographic
    case 0xFF01:
    case 0xFF0E:
    case 0xFF1F:
    case 0xFF61:
        return true;
    default:
        return false;
    }
}

// is_small tells whether word i begins with a small letter of a script that has both.
static bool is_small(const words *w, size_t i)
{
    const uint8_t *p = w->text.p + w->w[i].begin;
    uint32_t c = utf8_next(&p, w->text.p + w->w[i].end);
    if (c < 0x80)
        return c >= 'a' && c <= 'z';
    return c >= 0xDF && c < 0x590 && !(w->w[i].flags & (WORD_CAP | WORD_NUMBER));
}

// is_wrapped tells whether lines are broken wherever they were full: then many begin with a small
// letter, and a line break means nothing.
static bool is_wrapped(const words *w)
{
    size_t lines = 0, small = 0;
    for (size_t i = 1; i < w->n; i++) {
        if (w->w[i].flags & WORD_LINE) {
            lines++;
            small += is_small(w, i);
        }
    }
    return small * WRAPPED > lines;
}

// Most words have one space between them: no sentence ends there.
static inline bool is_spaced(const words *w, size_t i)
{
    uint32_t end = w->w[i - 1].end;
    return w->w[i].begin - end == 1 && w->text.p[end] == ' ';
}

// ends tells whether a sentence of that weight ends between word i - 1 and word i.
static bool ends(const words *w, size_t i, bool wrapped, unsigned weight)
{
    const uint8_t *text = w->text.p, *p = text + w->w[i - 1].end, *end = text + w->w[i].begin;
    bool dot = false;
    unsigned lines = 0;
    if (end - p <= 1 && *p <= ' ' && *p != '\n')
        return false;
    while (p < end) {
        bool last = p + 1 == end;
        uint32_t c = utf8_next(&p, end);
        if (is_stop(c))
            return true;
        dot |= c == '.' && !last;
        lines += c == '\n';
    }
    if (dot)
        return !is_small(w, i);
    return lines > 1 || (lines == 1 && !wrapped && weight >= LINE);
}

shg_err sentences_find(sentences *out, const words *w)
{
    *out = (sentences){0};
    out->s = malloc((w->n + 1) * sizeof *out->s);
    if (!out->s)
        return SHG_ENOMEM;
    bool wrapped = is_wrapped(w);
    unsigned weight = 0;
    uint32_t begin = 0;
    for (uint32_t i = 0; i < w->n; i++) {
        weight += word_weight(&w->w[i]);
        bool last = i + 1 == w->n;
        if (!last && weight < MOST &&
            (weight < LEAST || is_spaced(w, i + 1) || !ends(w, i + 1, wrapped, weight)))
            continue;
        if (last && weight < LEAST && out->n)
            out->s[out->n - 1].end = i + 1;
        else
            out->s[out->n++] = (sentence){begin, i + 1};
        begin = i + 1;
        weight = 0;
    }
    return SHG_OK;
}

void sentences_free(sentences *s)
{
    free(s->s);
    *s = (sentences){0};
}
