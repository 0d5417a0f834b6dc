#include "evidence/shapes.h"

#include "evidence/window.h"
#include "text/utf8.h"

enum {
    LED_WORDS = 4,   // most words of a name behind a noun
    SPELT_CHARS = 7, // most characters of a name in Han or kana
};

// ---- behind a noun for outlets: diario X, газета «X», صحيفة «X»

// quote_behind: the first mark behind word i is a quotation mark.
static bool quote_behind(const words *w, size_t i)
{
    const uint8_t *p = w->text.p + w->w[i].end;
    const uint8_t *end = w->text.p + (i + 1 < w->n ? w->w[i + 1].begin : w->text.len);
    for (unsigned blanks = 0; p < end && blanks < 4; blanks++) {
        uint32_t mark = token_mark(utf8_next(&p, end));
        if (mark)
            return mark == TOKEN_QUOTE;
    }
    return false;
}

// quoted: the name is what stands in quotation marks behind the noun.
static bool quoted(const naming *n, size_t i, mention *m)
{
    size_t first = i + 1, last = first;
    if (!quote_behind(n->w, i))
        return false;
    while (last - first + 1 < LED_WORDS && nameword_joined(n->w, last) && !quote_behind(n->w, last))
        last++;
    if (!quote_behind(n->w, last))
        return false;
    *m = shapes_make(n->w, first, last);
    return true;
}

// run_of_capitals is the last word of those from `first` on, small articles inside; first - 1
// where there is none.
static size_t run_of_capitals(const naming *n, size_t first)
{
    size_t last = first - 1;
    for (size_t k = first; k - first < LED_WORDS + 2 && nameword_joined(n->w, k - 1); k++) {
        if (nameword_capital(n->w, k) && !shapes_in(n, k, SHAPE_TIME | SHAPE_NEVER))
            last = k;
        else if (!shapes_in(n, k, SHAPE_ARTICLE))
            break;
    }
    return last;
}

// capitals: "el diario Nueva Orilla", "газета Северный край"; the noun in small letters.
static bool capitals(const naming *n, size_t i, mention *m)
{
    size_t last = nameword_capital(n->w, i) ? i : run_of_capitals(n, i + 1);
    if (last == i || !nameword_capital(n->w, i + 1))
        return false;
    *m = shapes_make(n->w, i + 1, last);
    return true;
}

// lower_tail is the last word of "La Gazette des îles", whose name goes on in small letters.
static size_t lower_tail(const naming *n, size_t i)
{
    const words *w = n->w;
    bool goes_on =
        nameword_joined(w, i) && shapes_in(n, i + 1, SHAPE_ARTICLE) && nameword_joined(w, i + 1);
    return goes_on ? i + 2 : i;
}

bool shapes_begun(const naming *n, size_t i, mention *m)
{
    const words *w = n->w;
    if (!nameword_capital(w, i))
        return false;
    bool article = i > n->not_before && nameword_joined(w, i - 1) && nameword_capital(w, i - 1) &&
                   shapes_in(n, i - 1, SHAPE_ARTICLE) && !(w->w[i - 1].flags & WORD_LINE);
    size_t last = run_of_capitals(n, i + 1);
    if (last == i && article)
        last = lower_tail(n, i);
    if (last == i)
        return false;
    *m = shapes_make(w, i - article, last);
    return true;
}

// before_nation: Arabic has neither; the name goes up to an adjective of a country.
static bool before_nation(const naming *n, size_t i, mention *m)
{
    for (size_t k = i + 1; k <= i + LED_WORDS && nameword_joined(n->w, k - 1); k++) {
        if (shapes_in(n, k, SHAPE_NATION)) {
            *m = shapes_make(n->w, i + 1, k - 1);
            return k > i + 1;
        }
    }
    return false;
}

// has_article: an Arabic word with "al" before it.
static bool has_article(const words *w, size_t i)
{
    view key = words_key(w, i);
    return key.len > 4 && !memcmp(key.p, "\xd8\xa7\xd9\x84", 4);
}

// bare: neither marks nor an adjective; words with an article, or one without and one with it
// ("Minbar al-Qura"). An Urdu name has none and is one word.
static bool bare(const naming *n, size_t i, mention *m)
{
    static const uint8_t URDU_LEAD[] = "\xd8\xb1\xd9\x88\xd8\xb2";
    const words *w = n->w;
    view lead = words_key(w, i);
    size_t last = i + 1;
    if (!nameword_joined(w, i) || shapes_in(n, last, SHAPE_NEVER))
        return false;
    if (lead.len < 6 || memcmp(lead.p, URDU_LEAD, 6)) {
        last += !has_article(w, last);
        if (last >= w->n || !has_article(w, last) || (last > i + 1 && !nameword_joined(w, i + 1)))
            return false;
        last += nameword_joined(w, last) && has_article(w, last + 1) && last == i + 1;
    }
    *m = shapes_make(w, i + 1, last);
    return true;
}

bool shapes_led(const naming *n, size_t i, uint32_t bits, mention *m)
{
    source_hit hit;
    const words *w = n->w;
    if (i + 1 >= w->n || sources_match(n->s, w, i + 1, &hit))
        return false;
    return quoted(n, i, m) || capitals(n, i, m) || before_nation(n, i, m) ||
           (bits & SHAPE_BARE && i + 2 < w->n && bare(n, i, m));
}

// ---- in quotation marks: "Pravoberezhnaya gazeta", the head in small letters

bool shapes_quoted(const naming *n, size_t i, mention *m)
{
    size_t first = i;
    if (nameword_capital(n->w, i) || !quote_behind(n->w, i))
        return false;
    while (first > n->not_before && i - first + 1 < LED_WORDS && nameword_joined(n->w, first - 1))
        first--;
    if (first == i || !first || !nameword_capital(n->w, first) || !quote_behind(n->w, first - 1))
        return false;
    *m = shapes_make(n->w, first, i);
    return true;
}

// ---- by how they end: 日报, 新聞, 일보

// is_ideograph: Han or katakana; hiragana and the words around a name are not.
static bool is_ideograph(const words *w, size_t i)
{
    const uint8_t *p = w->text.p + w->w[i].begin;
    if (!(w->w[i].flags & WORD_CHAR))
        return false;
    uint32_t c = utf8_next(&p, w->text.p + w->w[i].end);
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0x30a0 && c <= 0x30ff);
}

static bool next_to(const words *w, size_t i)
{
    return w->w[i].end == w->w[i + 1].begin;
}

// by_characters: characters in front of an ending of two ("日报"), as far as they belong to a name.
static bool by_characters(const naming *n, size_t i, mention *m)
{
    const words *w = n->w;
    size_t first = i - 1;
    if (!shapes_in(n, i, SHAPE_ENDING) || !next_to(w, i - 1) || !shapes_in(n, i - 1, SHAPE_MIDDLE))
        return false;
    while (first > n->not_before && i - first + 1 < SPELT_CHARS && next_to(w, first - 1) &&
           is_ideograph(w, first - 1) && !shapes_in(n, first - 1, SHAPE_NEVER))
        first--;
    *m = shapes_make(w, first, i);
    return first + 1 < i;
}

enum { HANGUL_ENDING = 6, HANGUL_LEAST = 12 }; // bytes: two syllables; of a whole name

// by_syllables: a word that ends so ("일보"), its particles aside.
static bool by_syllables(const naming *n, size_t i, mention *m)
{
    const word *x = &n->w->w[i];
    name_part part[NAMEWORD_FORMS + 1];
    size_t parts = nameword_stems(n->w, i, n->shapes, part);
    part[parts++] = (name_part){x->hash, x->begin, x->end};
    for (size_t k = 0; k < parts; k++) {
        uint32_t end = part[k].end;
        if (part[k].begin == x->begin && end - x->begin >= HANGUL_LEAST &&
            nameword_shape(n->shapes, nameword_slice(n->w, end - HANGUL_ENDING, end)) &
                SHAPE_ENDING) {
            *m = shapes_make(n->w, i, i);
            m->end = end;
            return true;
        }
    }
    return false;
}

bool shapes_spelt(const naming *n, size_t i, mention *m)
{
    const word *x = &n->w->w[i];
    if (x->flags & WORD_CHAR)
        return i > n->not_before + 1 && by_characters(n, i, m);
    uint8_t c = n->w->text.p[x->begin];
    return c >= 0xea && c <= 0xed && by_syllables(n, i, m);
}
