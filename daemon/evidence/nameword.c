#include "evidence/nameword.h"

#include "text/utf8.h"

enum { SLICE_MAX = 96 }; // bytes of a word that is parted

uint32_t nameword_end(const words *w, size_t i)
{
    const word *x = &w->w[i];
    const uint8_t *p = w->text.p + x->begin;
    uint32_t n = x->end - x->begin;
    if (n < 3 || (p[n - 1] | 32) != 's')
        return x->end;
    if (p[n - 2] == '\'')
        return x->end - 2;
    if (n > 4 && p[n - 4] == 0xe2 && p[n - 3] == 0x80 && (p[n - 2] & 0xfe) == 0x98)
        return x->end - 4; // U+2018, U+2019
    return x->end;
}

uint64_t nameword_hash(const words *w, size_t i)
{
    view key = words_key(w, i);
    if (key.len < 2 || key.p[key.len - 1] != 's' || !nameword_owns(w, i))
        return w->w[i].hash;
    key.len--;
    return hash_key(key);
}

uint64_t nameword_slice(const words *w, uint32_t begin, uint32_t end)
{
    uint8_t key[SLICE_MAX * 3];
    size_t n = fold_key(key, sizeof key, (view){w->text.p + begin, end - begin});
    return hash_key((view){key, n});
}

bool nameword_joined(const words *w, size_t i)
{
    if (i + 1 >= w->n)
        return false;
    const uint8_t *p = w->text.p + w->w[i].end;
    uint32_t n = w->w[i + 1].begin - w->w[i].end;
    return (n == 1 && (*p == ' ' || *p == '-')) || (n == 2 && p[0] == 0xc2 && p[1] == 0xa0);
}

// ---- Arabic: prefixes

enum { ARABIC_LAM = 0x644 };

// after_tatweel skips the strokes that stretch what is before them.
static uint32_t after_tatweel(const words *w, uint32_t at, uint32_t end)
{
    while (at + 2 < end && w->text.p[at] == 0xd9 && w->text.p[at + 1] == 0x80)
        at += 2;
    return at;
}

// with_article is the hash of the slice with an alif before it: "li" and "al" before a
// word are written as two lams, without the article's alif.
static uint64_t with_article(const words *w, uint32_t begin, uint32_t end)
{
    uint8_t key[SLICE_MAX * 3] = {0xd8, 0xa7};
    size_t n = fold_key(key + 2, sizeof key - 2, (view){w->text.p + begin, end - begin});
    return hash_key((view){key, n + 2});
}

static size_t cut_prefixes(const words *w, const word *x, const lookup *shapes,
                           name_part out[NAMEWORD_FORMS])
{
    const uint8_t *p = w->text.p + x->begin, *end = w->text.p + x->end;
    size_t n = 0;
    for (unsigned letters = 0; letters < 2 && n < NAMEWORD_FORMS; letters++) {
        uint32_t last = utf8_next(&p, end);
        uint32_t at = after_tatweel(w, (uint32_t)(p - w->text.p), x->end);
        p = w->text.p + at;
        if (at + 2 > x->end ||
            !(nameword_shape(shapes, nameword_slice(w, x->begin, at)) & SHAPE_PREFIX))
            return n;
        out[n++] = (name_part){nameword_slice(w, at, x->end), at, x->end};
        const uint8_t *next = p;
        if (last == ARABIC_LAM && n < NAMEWORD_FORMS && utf8_next(&next, end) == ARABIC_LAM)
            out[n++] = (name_part){with_article(w, at, x->end), at, x->end};
    }
    return n;
}

// ---- French and Italian: an article that lost its vowel ("l'AFP")

static size_t cut_elision(const words *w, const word *x, const lookup *shapes, name_part *out)
{
    enum { LONGEST = 6 }; // "dell'" and its apostrophe
    for (uint32_t p = x->begin + 1; p + 3 < x->end && p < x->begin + LONGEST; p++) {
        const uint8_t *c = w->text.p + p;
        uint32_t mark = *c == '\'' ? 1 : c[0] == 0xe2 && c[1] == 0x80 && c[2] == 0x99 ? 3 : 0;
        if (!mark)
            continue;
        if (!(nameword_shape(shapes, nameword_slice(w, x->begin, p)) & SHAPE_PREFIX))
            return 0;
        *out = (name_part){nameword_slice(w, p + mark, x->end), p + mark, x->end};
        return 1;
    }
    return 0;
}

// ---- Korean: suffixes

static uint32_t char_before(const words *w, uint32_t at)
{
    do
        at--;
    while ((w->text.p[at] & 0xc0) == 0x80);
    return at;
}

static size_t cut_suffixes(const words *w, const word *x, const lookup *shapes,
                           name_part out[NAMEWORD_FORMS])
{
    size_t n = 0;
    uint32_t at = x->end;
    for (unsigned k = 0; k < NAMEWORD_FORMS; k++) {
        at = char_before(w, at);
        if (at <= x->begin)
            return n;
        if (nameword_shape(shapes, nameword_slice(w, at, x->end)) & SHAPE_SUFFIX)
            out[n++] = (name_part){nameword_slice(w, x->begin, at), x->begin, at};
    }
    return n;
}

size_t nameword_stems(const words *w, size_t i, const lookup *shapes, name_part out[NAMEWORD_FORMS])
{
    const word *x = &w->w[i];
    uint8_t c = w->text.p[x->begin];
    if (x->end - x->begin > SLICE_MAX || x->flags & WORD_CHAR)
        return 0;
    if (c == 0xd9 || (c == 0xd8 && w->text.p[x->begin + 1] == 0xa8)) // the letters of prefixes
        return cut_prefixes(w, x, shapes, out);
    if (c < 0x80)
        return cut_elision(w, x, shapes, out);
    if (w->text.p[x->end - 1] >= 0x80 && x->end - x->begin > 3 && w->text.p[x->end - 3] >= 0xea &&
        w->text.p[x->end - 3] <= 0xed) // ends in a Hangul syllable (U+AC00 to U+D7A3)
        return cut_suffixes(w, x, shapes, out);
    return 0;
}
