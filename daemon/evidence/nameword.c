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

// Whether each of eight bytes is a small letter.
static bool are_small(uint64_t x)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t from_a = x + (0x80 - 'a') * ones, beyond_z = x + (0x7f - 'z') * ones;
    return !((x | ~from_a | beyond_z) & 0x80 * ones);
}

bool nameword_is_plain(const words *w, size_t i)
{
    const word *x = &w->w[i];
    uint64_t to_small = 'a' - 'A';
    for (size_t p = x->begin; p < x->end; p += 8, to_small = 0) {
        size_t n = x->end - p < 8 ? x->end - p : 8;
        if (p + 8 > w->text.len)
            return false;
        uint64_t ones = hash_ones(n);
        uint64_t bytes = load64(w->text.p + p) | to_small;
        if (!are_small((bytes & ones) | (0x6161616161616161u & ~ones)))
            return false;
    }
    return true;
}

bool nameword_joined(const words *w, size_t i)
{
    if (i + 1 >= w->n)
        return false;
    const uint8_t *p = w->text.p + w->w[i].end;
    uint32_t n = w->w[i + 1].begin - w->w[i].end;
    return (n == 1 && (*p == ' ' || *p == '-')) || (n == 2 && p[0] == 0xc2 && p[1] == 0xa0);
}

// The stems are parts of the word's key, which is folded already; only where they stand in the
// text has to be counted.

static uint64_t key_from(const words *w, size_t i, size_t from)
{
    view key = words_key(w, i);
    return hash_key((view){key.p + from, key.len - from});
}

static bool is_prefix(const words *w, size_t i, size_t len, const lookup *shapes)
{
    return nameword_shape(shapes, hash_key((view){words_key(w, i).p, len})) & SHAPE_PREFIX;
}

// ---- Arabic: prefixes

// Letters of two bytes in UTF-8. Lam: "to"; two of them are "to the".
static const uint8_t LAM[] = {0xd9, 0x84};

// after_letters skips n letters and all that hangs at them: vowel signs, strokes.
static uint32_t after_letters(const words *w, const word *x, unsigned n)
{
    const uint8_t *p = w->text.p + x->begin, *end = w->text.p + x->end;
    uint32_t at = x->begin;
    for (unsigned letters = 0; p < end; at = (uint32_t)(p - w->text.p)) {
        uint32_t c = utf8_next(&p, end);
        letters += (c >= 0x621 && c < 0x640) || (c > 0x640 && c < 0x64b);
        if (letters > n)
            break;
    }
    return at;
}

// with_article is the hash of the key from `from` on with an alif before it: of the article
// "al" behind "to" only its lam is written.
static uint64_t with_article(const words *w, size_t i, size_t from)
{
    uint8_t key[SLICE_MAX] = {0xd8, 0xa7};
    view all = words_key(w, i);
    size_t n = all.len - from;
    if (n > sizeof key - 2)
        return 0;
    memcpy(key + 2, all.p + from, n);
    return hash_key((view){key, n + 2});
}

static size_t cut_prefixes(const words *w, size_t i, const lookup *shapes,
                           name_part out[NAMEWORD_FORMS])
{
    const word *x = &w->w[i];
    view key = words_key(w, i);
    size_t n = 0;
    for (unsigned letters = 1; letters <= 2; letters++) {
        size_t cut = 2 * letters;
        if (cut + 2 > key.len || !is_prefix(w, i, cut, shapes))
            break;
        uint32_t at = after_letters(w, x, letters);
        out[n++] = (name_part){key_from(w, i, cut), at, x->end};
        if (!memcmp(key.p + cut - 2, LAM, 2) && !memcmp(key.p + cut, LAM, 2))
            out[n++] = (name_part){with_article(w, i, cut), at, x->end};
    }
    return n;
}

// ---- French and Italian: an article that lost its vowel ("l'AFP")

static size_t cut_elision(const words *w, size_t i, const lookup *shapes, name_part *out)
{
    enum { LONGEST = 6 }; // "dell" and its apostrophe
    const word *x = &w->w[i];
    for (uint32_t p = x->begin + 1; p + 3 < x->end && p < x->begin + LONGEST; p++) {
        const uint8_t *c = w->text.p + p;
        uint32_t mark = *c == '\'' ? 1 : c[0] == 0xe2 && c[1] == 0x80 && c[2] == 0x99 ? 3 : 0;
        if (*c >= 0x80 && !mark)
            return 0;
        if (!mark)
            continue;
        if (p - x->begin >= words_key(w, i).len || !is_prefix(w, i, p - x->begin, shapes))
            return 0;
        *out = (name_part){key_from(w, i, p - x->begin), p + mark, x->end};
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

// cut_suffixes folds the ending only and takes its length off the key.
static size_t cut_suffixes(const words *w, size_t i, const lookup *shapes,
                           name_part out[NAMEWORD_FORMS])
{
    const word *x = &w->w[i];
    view key = words_key(w, i);
    size_t n = 0;
    uint32_t at = x->end;
    for (unsigned k = 0; k < NAMEWORD_FORMS; k++) {
        uint8_t tail[64];
        at = char_before(w, at);
        if (at <= x->begin)
            return n;
        size_t len = fold_key(tail, sizeof tail, (view){w->text.p + at, x->end - at});
        if (len < key.len && nameword_shape(shapes, hash_key((view){tail, len})) & SHAPE_SUFFIX)
            out[n++] = (name_part){hash_key((view){key.p, key.len - len}), x->begin, at};
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
        return cut_prefixes(w, i, shapes, out);
    const uint8_t *last = w->text.p + x->end - 3;
    if (x->end - x->begin > 3 && last[2] >= 0x80 && last[0] >= 0xea && last[0] <= 0xed)
        return cut_suffixes(w, i, shapes, out); // ends in a Hangul syllable (U+AC00 to U+D7A3)
    if (c < 0x80)
        return cut_elision(w, i, shapes, out);
    return 0;
}
