#include "evidence/mentions.h"

#include <stdlib.h>

enum {
    SHAPED_WORDS = 5, // most words of a shaped name
    ECHO_WORDS = 200, // how far an echo carries
};

static shg_err push(mentions *out, const mention *m)
{
    if (out->n == out->cap) {
        size_t cap = out->cap ? out->cap * 2 : 32;
        mention *p = realloc(out->m, cap * sizeof *p);
        if (!p)
            return SHG_ENOMEM;
        out->m = p;
        out->cap = cap;
    }
    out->m[out->n++] = *m;
    return SHG_OK;
}

static uint32_t shape_of(const lookup *shapes, uint64_t hash)
{
    uint32_t bits = 0;
    lookup_get(shapes, hash, &bits);
    return bits;
}

static bool in(const lookup *shapes, const words *w, size_t i, uint32_t bits)
{
    return shape_of(shapes, w->w[i].hash) & bits;
}

static bool capital(const words *w, size_t i)
{
    return w->w[i].flags & (WORD_CAP | WORD_ALLCAPS);
}

// blank_between: nothing but a blank or a hyphen stands between words i and i + 1.
static bool blank_between(const words *w, size_t i)
{
    if (i + 1 >= w->n)
        return false;
    const uint8_t *p = w->text.p + w->w[i].end;
    uint32_t n = w->w[i + 1].begin - w->w[i].end;
    return (n == 1 && (*p == ' ' || *p == '-')) || (n == 2 && p[0] == 0xc2 && p[1] == 0xa0);
}

// bare_end leaves a possessive 's out of the name that word i ends.
static uint32_t bare_end(const words *w, size_t i, bool *possessive)
{
    const word *x = &w->w[i];
    const uint8_t *p = w->text.p + x->end;
    uint32_t n = x->end - x->begin;
    *possessive = true;
    if (n > 2 && p[-1] == 's' && p[-2] == '\'')
        return x->end - 2;
    if (n > 4 && p[-1] == 's' && p[-4] == 0xe2 && p[-3] == 0x80 && p[-2] == 0x99)
        return x->end - 4;
    *possessive = false;
    return x->end;
}

// ---- known names

// of_place: "Times of Malta", "Journal of Medicine": the last word of what follows the head.
static size_t of_place(const words *w, size_t i)
{
    if (!blank_between(w, i) || !view_eq(words_key(w, i + 1), view_of("of")) ||
        !blank_between(w, i + 1) || !capital(w, i + 2))
        return i;
    return i + 2;
}

// goes_on: a capital follows, in this line or, where lines are cut to a width, in the next.
static bool goes_on(const words *w, size_t i)
{
    if (i + 1 >= w->n || !capital(w, i + 1))
        return false;
    uint32_t end = w->w[i].end;
    return blank_between(w, i) || (w->w[i + 1].begin == end + 1 && w->text.p[end] == '\n');
}

// stands_alone: a vague alias inside a longer name ("Time Warner", "Red Sun") is none.
static bool stands_alone(const lookup *shapes, const words *w, size_t i, const source_hit *hit)
{
    size_t last = i + hit->n_words - 1;
    bool possessive = false;
    if (i)
        bare_end(w, i - 1, &possessive); // "Britain's Telegraph"
    if (i && !possessive && blank_between(w, i - 1) && capital(w, i - 1) &&
        !in(shapes, w, i - 1, SHAPE_NEVER) && !(w->w[i - 1].flags & WORD_LINE))
        return false;
    return hit->possessive || (of_place(w, last) == last &&
                               (!goes_on(w, last) || in(shapes, w, last + 1, SHAPE_TIME)));
}

// compounded: "CNN-style", "Fox-owned".
static bool compounded(const words *w, uint32_t end)
{
    const uint8_t *p = w->text.p + end;
    return end + 2 < w->text.len && p[0] == '-' && p[1] >= 'a' && p[1] <= 'z';
}

// hangs: the name is the end of something else: a mail address, a handle, "al-Sabah".
static bool hangs(const words *w, uint32_t begin)
{
    const uint8_t *p = w->text.p + begin;
    return begin && (p[-1] == '@' ||
                     (p[-1] == '-' && begin > 1 && (p[-2] | 32) >= 'a' && (p[-2] | 32) <= 'z'));
}

// known fills m with the alias that starts at word i, also one stuck to what is before.
static bool known(const sources *s, const lookup *shapes, const words *w, size_t i, mention *m)
{
    source_hit hit = {0};
    uint32_t begin = w->w[i].begin;
    if (!sources_match(s, w, i, &hit) && !sources_match_joined(s, w, i, &hit, &begin))
        return false;
    bool possessive;
    size_t last = i + hit.n_words - 1;
    *m = (mention){.source = hit.source,
                   .begin = begin,
                   .end = hit.possessive ? bare_end(w, last, &possessive) : w->w[last].end,
                   .word = (uint32_t)i,
                   .n_words = (uint16_t)hit.n_words,
                   .kind = MENTION_KNOWN,
                   .vague = hit.vague};
    return !hangs(w, begin) && !compounded(w, m->end) &&
           (!hit.vague || stands_alone(shapes, w, i, &hit));
}

// ---- names by their shape

// name_start goes left over capitals from word `last` and returns the first word of the name.
static size_t name_start(const lookup *shapes, const words *w, size_t last, size_t not_before)
{
    size_t first = last;
    bool possessive;
    while (first > not_before && last - first + 1 < SHAPED_WORDS && blank_between(w, first - 1) &&
           capital(w, first - 1) && !in(shapes, w, first - 1, SHAPE_NEVER)) {
        bare_end(w, first - 1, &possessive);
        if (possessive) // "Trump's Sun interview"
            break;
        first--;
    }
    while (first < last && in(shapes, w, first, SHAPE_INNER))
        first++;
    return first;
}

static void shape(const words *w, size_t first, size_t last, mention *m)
{
    bool possessive;
    *m = (mention){.begin = w->w[first].begin,
                   .end = bare_end(w, last, &possessive),
                   .word = (uint32_t)first,
                   .n_words = (uint16_t)(last - first + 1),
                   .kind = MENTION_SHAPED};
}

static bool is_head(const lookup *shapes, const words *w, size_t i, bool possessive)
{
    view key = words_key(w, i);
    key.len -= possessive;
    return shape_of(shapes, possessive ? hash_key(key) : w->w[i].hash) & SHAPE_HEAD;
}

static bool all_caps(const words *w, size_t first, size_t last)
{
    while (first <= last && w->w[first].flags & WORD_ALLCAPS)
        first++;
    return first > last;
}

// by_head: word i is a head noun and ends a name of at least two words. A headline all in
// capitals has too many of them.
static bool by_head(const lookup *shapes, const words *w, size_t i, size_t not_before, mention *m)
{
    bool possessive;
    if (!capital(w, i))
        return false;
    bare_end(w, i, &possessive);
    if (!is_head(shapes, w, i, possessive))
        return false;
    size_t last = possessive ? i : of_place(w, i);
    if (last == i && !possessive && blank_between(w, i) && capital(w, i + 1) &&
        !in(shapes, w, i + 1, SHAPE_TIME) && !(w->w[i + 1].flags & WORD_LINE))
        return false;
    size_t first = name_start(shapes, w, i, not_before);
    if (first == last || w->w[first].key_len < 2 || hangs(w, w->w[first].begin) ||
        (last - first > 1 && all_caps(w, first, last)))
        return false;
    shape(w, first, last, m);
    return true;
}

// some_kind_of: "a Kuwaiti newspaper" names none.
static bool some_kind_of(const words *w, size_t first)
{
    for (size_t k = 0; k < 2 && first && blank_between(w, first - 1); k++) {
        view key = words_key(w, --first);
        if (view_eq(key, view_of("a")) || view_eq(key, view_of("an")))
            return true;
    }
    return false;
}

// by_tail: one to three capitals before "newspaper": the name is what is before it.
static bool by_tail(const lookup *shapes, const words *w, size_t i, size_t not_before, mention *m)
{
    if (capital(w, i) || i == not_before || !in(shapes, w, i, SHAPE_TAIL) ||
        !blank_between(w, i - 1))
        return false;
    if (!capital(w, i - 1) || in(shapes, w, i - 1, SHAPE_NEVER | SHAPE_INNER | SHAPE_TIME))
        return false;
    shape(w, name_start(shapes, w, i - 1, not_before), i - 1, m);
    return m->n_words <= 3 && !hangs(w, m->begin) && !some_kind_of(w, m->word);
}

static bool shouted(const words *w, size_t i)
{
    return (i && blank_between(w, i - 1) && w->w[i - 1].flags & WORD_ALLCAPS) ||
           (blank_between(w, i) && w->w[i + 1].flags & WORD_ALLCAPS);
}

// station_word: what makes a call sign surely one: a number, TV, FM, Radio.
static bool station_word(const words *w, size_t i)
{
    static const char *const after[] = {"tv", "fm", "am", "radio", "news"};
    view key = words_key(w, i);
    bool found = w->w[i].flags & WORD_NUMBER && key.len <= 2;
    for (size_t k = 0; k < sizeof after / sizeof *after && capital(w, i); k++)
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
    bool sure = blank_between(w, i) && station_word(w, i + 1);
    if (!sure && (key.len < 4 || shouted(w, i)))
        return false;
    shape(w, i, i + (sure && !(w->w[i + 1].flags & WORD_NUMBER)), m);
    return true;
}

// by_station: "Channel 7", "FOX 13 News".
static bool by_station(const lookup *shapes, const words *w, size_t i, mention *m)
{
    if (!capital(w, i) || !in(shapes, w, i, SHAPE_STATION) || !blank_between(w, i) ||
        !(w->w[i + 1].flags & WORD_NUMBER) || w->w[i + 1].key_len > 2)
        return false;
    bool news = blank_between(w, i + 1) && capital(w, i + 2) &&
                view_eq(words_key(w, i + 2), view_of("news"));
    shape(w, i, i + 1 + news, m);
    return true;
}

static bool shaped(const lookup *shapes, const words *w, size_t i, size_t not_before, mention *m)
{
    return by_head(shapes, w, i, not_before, m) || by_tail(shapes, w, i, not_before, m) ||
           by_call_sign(w, i, m) || by_station(shapes, w, i, m);
}

// widen: "Charleston Daily Mail" is not the Daily Mail, "ABC 13" not the network.
static void widen(const lookup *shapes, const words *w, size_t not_before, mention *m)
{
    if (m->n_words == 1 && by_station(shapes, w, m->word, m))
        return;
    if (!in(shapes, w, m->word, SHAPE_HEAD) || m->begin > w->w[m->word].begin)
        return;
    size_t first = name_start(shapes, w, m->word, not_before);
    if (first < m->word && !in(shapes, w, m->word - 1, SHAPE_TIME))
        shape(w, first, (size_t)m->word + m->n_words - 1, m);
}

// by_line: a whole line of one to six capitals or numbers with a bullet right behind it.
static bool by_line(const words *w, size_t i, mention *m)
{
    static const uint8_t BULLET[] = {0xe2, 0x80, 0xa2};
    size_t last = i;
    if (!(w->w[i].flags & WORD_LINE) || !capital(w, i))
        return false;
    while (last - i < 5 && blank_between(w, last) &&
           (capital(w, last + 1) || w->w[last + 1].flags & WORD_NUMBER))
        last++;
    size_t end = w->w[last].end;
    if (last == i && w->w[i].key_len < 4) // a country's code
        return false;
    if (end + sizeof BULLET > w->text.len || memcmp(w->text.p + end, BULLET, sizeof BULLET))
        return false;
    shape(w, i, last, m);
    return true;
}

// ---- names that stand for others

typedef struct finder {
    const sources *s;
    const lookup *shapes;
    const words *w;
    mentions *out;
    lookup ends;      // last word of a longer name -> its mention
    size_t free_from; // no name reaches left of this word
    size_t named;     // 1 + number of the last mention that an echo may mean
} finder;

static bool after_the(const words *w, size_t i)
{
    return i && blank_between(w, i - 1) && view_eq(words_key(w, i - 1), view_of("the"));
}

// stand_for makes m mean what mention k does.
static void stand_for(const mentions *all, uint32_t k, mention *m)
{
    m->same = all->m[k].same ? all->m[k].same : k + 1;
    m->source = all->m[k].source;
    m->vague = false;
    if (m->kind != MENTION_ECHO)
        m->kind = all->m[k].kind;
}

static uint64_t last_hash(const words *w, const mention *m)
{
    bool possessive;
    size_t last = (size_t)m->word + m->n_words - 1;
    bare_end(w, last, &possessive);
    view key = words_key(w, last);
    key.len -= possessive;
    return possessive ? hash_key(key) : w->w[last].hash;
}

// is_end_of: all words of the short name, an article aside, end the longer one.
static bool is_end_of(const words *w, const mention *m, const mention *longer)
{
    size_t n = m->n_words - view_eq(words_key(w, m->word), view_of("the"));
    if (n >= longer->n_words)
        return false;
    size_t a = (size_t)m->word + m->n_words - n, b = (size_t)longer->word + longer->n_words - n;
    for (size_t i = 0; i + 1 < n; i++) { // the last is known to be the same
        if (!words_same(w, a + i, w, b + i))
            return false;
    }
    return true;
}

// by_short: "the Times" after the Springfield Times was named.
static bool by_short(const finder *d, size_t i, mention *m)
{
    uint32_t k;
    if (!capital(d->w, i) || !after_the(d->w, i) || !d->ends.n)
        return false;
    shape(d->w, i, i, m);
    uint64_t hash = last_hash(d->w, m);
    if (!(shape_of(d->shapes, hash) & SHAPE_HEAD) || !lookup_get(&d->ends, hash, &k))
        return false;
    if (blank_between(d->w, i) && capital(d->w, i + 1) && !in(d->shapes, d->w, i + 1, SHAPE_TIME))
        return false;
    stand_for(d->out, k, m);
    return true;
}

// by_echo: "the newspaper" after any source was named.
static bool by_echo(const finder *d, size_t i, mention *m)
{
    if (!d->named || capital(d->w, i) || !in(d->shapes, d->w, i, SHAPE_ECHO) || !after_the(d->w, i))
        return false;
    if (i - d->out->m[d->named - 1].word > ECHO_WORDS ||
        (blank_between(d->w, i) && capital(d->w, i + 1)))
        return false;
    shape(d->w, i, i, m);
    m->kind = MENTION_ECHO;
    stand_for(d->out, (uint32_t)(d->named - 1), m);
    return true;
}

static bool by_anchor(const finder *d, size_t i, mention *m)
{
    if (!in(d->shapes, d->w, i, SHAPE_ANCHOR))
        return false;
    shape(d->w, i, i, m);
    m->kind = MENTION_ANCHOR;
    return true;
}

static bool find_at(const finder *d, size_t i, mention *m)
{
    uint32_t k;
    if (known(d->s, d->shapes, d->w, i, m)) {
        widen(d->shapes, d->w, d->free_from, m);
        if (m->vague && lookup_get(&d->ends, last_hash(d->w, m), &k) &&
            is_end_of(d->w, m, &d->out->m[k]))
            stand_for(d->out, k, m);
        return true;
    }
    if (!d->w->w[i].flags && !shape_of(d->shapes, d->w->w[i].hash))
        return false; // most words
    return by_line(d->w, i, m) || shaped(d->shapes, d->w, i, d->free_from, m) ||
           by_short(d, i, m) || by_echo(d, i, m) || by_anchor(d, i, m);
}

static shg_err find_all(finder *d)
{
    shg_err e = SHG_OK;
    for (size_t i = 0; i < d->w->n && !e;) {
        mention m;
        if (!find_at(d, i, &m)) {
            i++;
            continue;
        }
        e = push(d->out, &m);
        if (!e && m.n_words > 1 && !m.vague && !m.same && m.kind < MENTION_ECHO)
            e = lookup_put(&d->ends, last_hash(d->w, &m), (uint32_t)(d->out->n - 1));
        if (m.kind < MENTION_ECHO && !m.vague)
            d->named = d->out->n;
        d->free_from = (size_t)m.word + m.n_words;
        i = d->free_from;
    }
    return e;
}

shg_err mentions_find(mentions *out, const sources *s, const lookup *shapes, const words *w)
{
    *out = (mentions){0};
    finder d = {.s = s, .shapes = shapes, .w = w, .out = out};
    shg_err e = find_all(&d);
    lookup_free(&d.ends);
    if (e)
        mentions_free(out);
    return e;
}

void mentions_free(mentions *m)
{
    free(m->m);
    *m = (mentions){0};
}
