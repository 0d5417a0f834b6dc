#include "evidence/shapes.h"

enum { SHAPED_WORDS = 5 }; // most words of a shaped name

mention shapes_make(const words *w, size_t first, size_t last)
{
    return (mention){.begin = w->w[first].begin,
                     .end = nameword_end(w, last),
                     .word = (uint32_t)first,
                     .n_words = (uint16_t)(last - first + 1),
                     .kind = MENTION_SHAPED};
}

size_t shapes_place(const words *w, size_t i)
{
    if (!nameword_joined(w, i) || !view_eq(words_key(w, i + 1), view_of("of")) ||
        !nameword_joined(w, i + 1) || !nameword_capital(w, i + 2))
        return i;
    return i + 2;
}

// name_start goes left over capitals from word `last` and returns the first word of the name.
static size_t name_start(const naming *n, size_t last)
{
    const words *w = n->w;
    size_t first = last;
    while (first > n->not_before && last - first + 1 < SHAPED_WORDS &&
           nameword_joined(w, first - 1) && nameword_capital(w, first - 1) &&
           !shapes_in(n, first - 1, SHAPE_NEVER)) {
        if (nameword_owns(w, first - 1)) // "Trump's Sun interview"
            break;
        first--;
    }
    size_t whole = first;
    while (first < last && shapes_in(n, first, SHAPE_INNER))
        first++;
    bool strong = nameword_shape(n->shapes, nameword_hash(w, last)) & SHAPE_STRONG;
    return first == last && strong ? whole : first;
}

static bool is_head(const naming *n, size_t i)
{
    return nameword_shape(n->shapes, nameword_hash(n->w, i)) & SHAPE_HEAD;
}

static bool all_caps(const words *w, size_t first, size_t last)
{
    while (first <= last && w->w[first].flags & WORD_ALLCAPS)
        first++;
    return first > last;
}

// goes_on: a capital follows the name that ends with word i, and is no day or month.
static bool goes_on(const naming *n, size_t i)
{
    return nameword_joined(n->w, i) && nameword_capital(n->w, i + 1) &&
           !shapes_in(n, i + 1, SHAPE_TIME) && !(n->w->w[i + 1].flags & WORD_LINE);
}

// by_head: word i is a head noun and ends a name of at least two words. A headline all in
// capitals has too many of them.
static bool by_head(const naming *n, size_t i, mention *m)
{
    const words *w = n->w;
    if (!nameword_capital(w, i) || !is_head(n, i))
        return false;
    bool possessive = nameword_owns(w, i);
    size_t last = possessive ? i : shapes_place(w, i);
    if (last == i && !possessive && goes_on(n, i))
        return false;
    size_t first = name_start(n, i);
    if (first == last || w->w[first].key_len < 2 || mention_hangs(w, w->w[first].begin) ||
        (last - first > 1 && all_caps(w, first, last)))
        return false;
    *m = shapes_make(w, first, last);
    return true;
}

// some_kind_of: "a Kuwaiti newspaper" names none.
static bool some_kind_of(const words *w, size_t first)
{
    for (size_t k = 0; k < 2 && first && nameword_joined(w, first - 1); k++) {
        view key = words_key(w, --first);
        if (view_eq(key, view_of("a")) || view_eq(key, view_of("an")))
            return true;
    }
    return false;
}

// by_tail: one to three capitals before "newspaper": the name is what is before it.
static bool by_tail(const naming *n, size_t i, mention *m)
{
    const words *w = n->w;
    if (nameword_capital(w, i) || i == n->not_before || !shapes_in(n, i, SHAPE_TAIL) ||
        !nameword_joined(w, i - 1))
        return false;
    if (!nameword_capital(w, i - 1) || shapes_in(n, i - 1, SHAPE_NEVER | SHAPE_INNER | SHAPE_TIME))
        return false;
    *m = shapes_make(w, name_start(n, i - 1), i - 1);
    return m->n_words <= 3 && !mention_hangs(w, m->begin) && !some_kind_of(w, m->word);
}

static bool shouted(const words *w, size_t i)
{
    return (i && nameword_joined(w, i - 1) && w->w[i - 1].flags & WORD_ALLCAPS) ||
           (nameword_joined(w, i) && w->w[i + 1].flags & WORD_ALLCAPS);
}

// station_word: what makes a call sign surely one: a number, TV, FM, Radio.
static bool station_word(const words *w, size_t i)
{
    static const char *const after[] = {"tv", "fm", "am", "radio", "news"};
    view key = words_key(w, i);
    bool found = w->w[i].flags & WORD_NUMBER && key.len <= 2;
    for (size_t k = 0; k < sizeof after / sizeof *after && nameword_capital(w, i); k++)
        found |= view_eq(key, view_of(after[k]));
    return found;
}

// by_call_sign: KXXX or WXXX among words that are not in capitals, or KXX with a word that
// makes it a station.
static bool by_call_sign(const words *w, size_t i, mention *m)
{
    view key = words_key(w, i);
    if (!(w->w[i].flags & WORD_ALLCAPS) || key.len < 3 || key.len > 4 ||
        (key.p[0] != 'k' && key.p[0] != 'w'))
        return false;
    bool sure = nameword_joined(w, i) && station_word(w, i + 1);
    if (!sure && (key.len < 4 || shouted(w, i)))
        return false;
    *m = shapes_make(w, i, i + (sure && !(w->w[i + 1].flags & WORD_NUMBER)));
    return true;
}

// by_station: "Channel 7", "FOX 13 News".
static bool by_station(const naming *n, size_t i, mention *m)
{
    const words *w = n->w;
    if (!nameword_capital(w, i) || !shapes_in(n, i, SHAPE_STATION) || !nameword_joined(w, i) ||
        !(w->w[i + 1].flags & WORD_NUMBER) || w->w[i + 1].key_len > 2)
        return false;
    bool news = nameword_joined(w, i + 1) && nameword_capital(w, i + 2) &&
                view_eq(words_key(w, i + 2), view_of("news"));
    *m = shapes_make(w, i, i + 1 + news);
    return true;
}

// by_line: a whole line of one to six capitals or numbers with a bullet right behind it.
static bool by_line(const words *w, size_t i, mention *m)
{
    static const uint8_t BULLET[] = {0xe2, 0x80, 0xa2};
    size_t last = i;
    if (!(w->w[i].flags & WORD_LINE) || !nameword_capital(w, i))
        return false;
    while (last - i < 5 && nameword_joined(w, last) &&
           (nameword_capital(w, last + 1) || w->w[last + 1].flags & WORD_NUMBER))
        last++;
    size_t end = w->w[last].end;
    if (last == i && w->w[i].key_len < 4) // a country's code
        return false;
    if (end + sizeof BULLET > w->text.len || memcmp(w->text.p + end, BULLET, sizeof BULLET))
        return false;
    *m = shapes_make(w, i, last);
    return true;
}

// by_compound: a German word that ends in a noun for a newspaper: "Musterzeitung".
static bool by_compound(const naming *n, size_t i, mention *m)
{
    enum { SHORTEST = 5, LONGEST = 11, LEAST = 3 }; // of endings; of what is before one
    view key = words_key(n->w, i);
    if (!nameword_capital(n->w, i) || shapes_in(n, i, SHAPE_LEAD | SHAPE_HEAD | SHAPE_NEVER))
        return false;
    for (size_t len = SHORTEST; len <= LONGEST && len + LEAST <= key.len; len++) {
        uint64_t ending = hash_padded(key.p + key.len - len, len); // keys have bytes behind them
        if (nameword_shape(n->shapes, ending) & SHAPE_COMPOUND) {
            *m = shapes_make(n->w, name_start(n, i), i);
            return true;
        }
    }
    return false;
}

// bits_of is what the lists say of word i, of it without a possessive 's, and of what is
// written together with more.
static uint32_t bits_of(const naming *n, size_t i)
{
    name_part part[NAMEWORD_FORMS];
    uint32_t bits = nameword_shape(n->shapes, n->w->w[i].hash);
    if (nameword_owns(n->w, i))
        bits |= nameword_shape(n->shapes, nameword_hash(n->w, i));
    for (size_t k = nameword_stems(n->w, i, n->shapes, part); k; k--)
        bits |= nameword_shape(n->shapes, part[k - 1].hash);
    return bits;
}

bool shapes_find(const naming *n, size_t i, mention *m)
{
    uint32_t bits = bits_of(n, i);
    return by_line(n->w, i, m) || (bits & SHAPE_FIRST && shapes_begun(n, i, m)) ||
           (bits & SHAPE_HEAD && by_head(n, i, m)) || (bits & SHAPE_TAIL && by_tail(n, i, m)) ||
           by_call_sign(n->w, i, m) || (bits & SHAPE_STATION && by_station(n, i, m)) ||
           (bits & (SHAPE_LEAD | SHAPE_BARE) && shapes_led(n, i, bits, m)) ||
           by_compound(n, i, m) || (bits & SHAPE_HEAD && shapes_quoted(n, i, m)) ||
           shapes_spelt(n, i, m);
}

void shapes_widen(const naming *n, mention *m)
{
    if (m->n_words == 1 && by_station(n, m->word, m))
        return;
    if (!shapes_in(n, m->word, SHAPE_HEAD) || m->begin > n->w->w[m->word].begin)
        return;
    size_t first = name_start(n, m->word);
    if (first < m->word && !shapes_in(n, m->word - 1, SHAPE_TIME))
        *m = shapes_make(n->w, first, (size_t)m->word + m->n_words - 1);
}
