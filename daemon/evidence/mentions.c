#include "evidence/mentions.h"

#include "evidence/shapes.h"

#include <stdlib.h>

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

// ---- known names

// goes_on: a capital follows, in this line or, where lines are cut to a width, in the next.
static bool goes_on(const words *w, size_t i)
{
    if (i + 1 >= w->n || !nameword_capital(w, i + 1))
        return false;
    uint32_t end = w->w[i].end;
    return nameword_joined(w, i) || (w->w[i + 1].begin == end + 1 && w->text.p[end] == '\n');
}

// stands_alone: a vague alias inside a longer name ("Time Warner", "Red Sun") is none.
static bool stands_alone(const naming *n, size_t i, const source_hit *hit)
{
    const words *w = n->w;
    size_t last = i + hit->n_words - 1;
    if (i && !nameword_owns(w, i - 1) && nameword_joined(w, i - 1) && // "Britain's Telegraph"
        nameword_capital(w, i - 1) && !shapes_in(n, i - 1, SHAPE_NEVER) &&
        !(w->w[i - 1].flags & WORD_LINE))
        return false;
    return hit->possessive || (shapes_place(w, last) == last &&
                               (!goes_on(w, last) || shapes_in(n, last + 1, SHAPE_TIME)));
}

// compounded: "CNN-style", "Fox-owned".
static bool compounded(const words *w, uint32_t end)
{
    const uint8_t *p = w->text.p + end;
    return end + 2 < w->text.len && p[0] == '-' && p[1] >= 'a' && p[1] <= 'z';
}

bool mention_hangs(const words *w, uint32_t begin)
{
    const uint8_t *p = w->text.p + begin;
    return begin && (p[-1] == '@' ||
                     (p[-1] == '-' && begin > 1 && (p[-2] | 32) >= 'a' && (p[-2] | 32) <= 'z'));
}

// known fills m with the alias that starts at word i, also one stuck to what is before.
static bool known(const naming *n, size_t i, mention *m)
{
    source_hit hit;
    if (!sources_match(n->s, n->w, i, &hit))
        return false;
    *m = (mention){.source = hit.source,
                   .begin = hit.begin,
                   .end = hit.end,
                   .word = (uint32_t)i,
                   .n_words = (uint16_t)hit.n_words,
                   .kind = MENTION_KNOWN,
                   .vague = hit.vague};
    return !mention_hangs(n->w, m->begin) && !compounded(n->w, m->end) &&
           (!hit.vague || stands_alone(n, i, &hit));
}

// ---- names that stand for others

typedef struct finder {
    naming n;
    mentions *out;
    lookup ends;  // last word of a longer name -> its mention
    size_t named; // 1 + number of the last mention that an echo may mean
} finder;

static bool after_the(const words *w, size_t i)
{
    return i && nameword_joined(w, i - 1) && view_eq(words_key(w, i - 1), view_of("the"));
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
    return nameword_hash(w, (size_t)m->word + m->n_words - 1);
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
    if (!nameword_capital(d->n.w, i) || !after_the(d->n.w, i) || !d->ends.n)
        return false;
    *m = shapes_make(d->n.w, i, i);
    uint64_t hash = last_hash(d->n.w, m);
    if (!(nameword_shape(d->n.shapes, hash) & SHAPE_HEAD) || !lookup_get(&d->ends, hash, &k))
        return false;
    if (nameword_joined(d->n.w, i) && nameword_capital(d->n.w, i + 1) &&
        !shapes_in(&d->n, i + 1, SHAPE_TIME))
        return false;
    stand_for(d->out, k, m);
    return true;
}

// by_echo: "the newspaper" after any source was named.
static bool by_echo(const finder *d, size_t i, mention *m)
{
    if (!d->named || nameword_capital(d->n.w, i) || !shapes_in(&d->n, i, SHAPE_ECHO) ||
        !after_the(d->n.w, i))
        return false;
    if (i - d->out->m[d->named - 1].word > ECHO_WORDS ||
        (nameword_joined(d->n.w, i) && nameword_capital(d->n.w, i + 1)))
        return false;
    *m = shapes_make(d->n.w, i, i);
    m->kind = MENTION_ECHO;
    stand_for(d->out, (uint32_t)(d->named - 1), m);
    return true;
}

static bool by_anchor(const finder *d, size_t i, mention *m)
{
    if (!shapes_in(&d->n, i, SHAPE_ANCHOR))
        return false;
    *m = shapes_make(d->n.w, i, i);
    m->kind = MENTION_ANCHOR;
    return true;
}

// is_plain: no name is shaped like this word, as most are not.
static bool is_plain(const naming *n, size_t i)
{
    enum { WITH_AFFIXES = 0xd8 }; // first byte of the scripts that write names together with more
    const word *x = &n->w->w[i];
    return !x->flags && n->w->text.p[x->begin] < WITH_AFFIXES &&
           !nameword_shape(n->shapes, x->hash);
}

static bool find_at(const finder *d, size_t i, mention *m)
{
    uint32_t k;
    if (known(&d->n, i, m)) {
        shapes_widen(&d->n, m);
        if (m->vague && lookup_get(&d->ends, last_hash(d->n.w, m), &k) &&
            is_end_of(d->n.w, m, &d->out->m[k]))
            stand_for(d->out, k, m);
        return true;
    }
    if (is_plain(&d->n, i))
        return false;
    if (d->n.w->w[i].flags & WORD_CHAR)
        return shapes_spelt(&d->n, i, m);
    return shapes_find(&d->n, i, m) || by_short(d, i, m) || by_echo(d, i, m) || by_anchor(d, i, m);
}

static shg_err find_all(finder *d)
{
    shg_err e = SHG_OK;
    for (size_t i = 0; (i = sources_skip(d->n.s, d->n.w, i)) < d->n.w->n && !e;) {
        mention m;
        if (!find_at(d, i, &m)) {
            i++;
            continue;
        }
        e = push(d->out, &m);
        if (!e && m.n_words > 1 && !m.vague && !m.same && m.kind < MENTION_ECHO)
            e = lookup_put(&d->ends, last_hash(d->n.w, &m), (uint32_t)(d->out->n - 1));
        if (m.kind < MENTION_ECHO && !m.vague)
            d->named = d->out->n;
        d->n.not_before = (size_t)m.word + m.n_words;
        i = d->n.not_before;
    }
    return e;
}

shg_err mentions_find(mentions *out, const sources *s, const lookup *shapes, const words *w)
{
    *out = (mentions){0};
    finder d = {.n = {.s = s, .shapes = shapes, .w = w}, .out = out};
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
