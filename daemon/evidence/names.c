#include "evidence/nameword.h"
#include "evidence/patterns.h"
#include "evidence/sources_table.h"

enum { NAME_GAP = 5 }; // bytes between two words of a name

static bool has_lower(const words *w, size_t i)
{
    uint32_t end = nameword_end(w, i);
    for (uint32_t p = w->w[i].begin; p < end; p++) {
        if (w->text.p[p] >= 'a' && w->text.p[p] <= 'z')
            return true;
    }
    return false;
}

static bool fits_caps(const words *w, size_t i, const alias *a, size_t from)
{
    for (size_t j = from; j < a->n_words; j++) {
        const word *x = &w->w[i + j];
        if (a->cap[j] != CAP_ANY && a->cap[j] != CAP_THE && !(x->flags & (WORD_CAP | WORD_ALLCAPS)))
            return false;
        if (a->cap[j] == CAP_ALL && has_lower(w, i + j))
            return false;
    }
    return true;
}

// joining: a no-break space, a hyphen or dash (U+2010 to 2015), an apostrophe (U+2018, U+2019).
static bool joining(const uint8_t *p, size_t n)
{
    if (n >= 2 && p[0] == 0xc2)
        return p[1] == 0xa0;
    return n >= 3 && p[0] == 0xe2 && p[1] == 0x80 &&
           ((p[2] >= 0x90 && p[2] <= 0x95) || (p[2] & 0xfe) == 0x98);
}

// joins: may what stands between word i and the next be inside a name?
static bool joins(const words *w, size_t i)
{
    uint32_t from = w->w[i].end, to = w->w[i + 1].begin;
    unsigned lines = 0;
    if (to > from + NAME_GAP)
        return false;
    for (uint32_t p = from; p < to; p++) {
        uint8_t c = w->text.p[p];
        lines += c == '\n';
        if (c >= 0x80 ? !joining(w->text.p + p, to - p) : !strchr(" -.&+!'\r\n", c))
            return false;
        p += c < 0x80 ? 0 : c < 0xe0 ? 1 : 2;
    }
    return lines < 2;
}

// dotted: between all words from i on stands one dot.
static bool dotted(const words *w, size_t i, size_t n)
{
    for (size_t k = i; k + 1 < i + n; k++) {
        if (w->w[k + 1].begin - w->w[k].end != 1 || w->text.p[w->w[k].end] != '.')
            return false;
    }
    return true;
}

// A search for a name: what it starts with and how far it may reach.
typedef struct search {
    const sources *s;
    const words *w;
    const lookup *shapes;
    size_t i, from;  // its first word; from = 1 where that one's capitals have been looked at
    name_part first; // of its first word
} search;

// stressed: an ambiguous name in capitals among words that are not ("the SPIEGEL") is meant
// as a name.
static bool stressed(const words *w, size_t i, const alias *a)
{
    return a->n_words == 1 && a->cap[0] == CAP_FIRST && w->w[i].flags & WORD_ALLCAPS &&
           !(i && w->w[i - 1].flags & WORD_ALLCAPS) &&
           !(i + 1 < w->n && w->w[i + 1].flags & WORD_ALLCAPS);
}

static bool try_alias(const search *q, size_t n, uint64_t h, uint32_t end, source_hit *hit)
{
    uint32_t id;
    if (!lookup_get(&q->s->names, h, &id))
        return false;
    const alias *a = &q->s->alias[id];
    if (a->n_words != n || !fits_caps(q->w, q->i, a, q->from) ||
        (a->dotted && !dotted(q->w, q->i, n)))
        return false;
    *hit = (source_hit){.source = &q->s->list[a->source],
                        .n_words = n,
                        .begin = q->first.begin,
                        .end = end,
                        .possessive = end < q->w->w[q->i + n - 1].end,
                        .vague = (a->vague && !stressed(q->w, q->i, a)) ||
                                 (a->cap[0] == CAP_THE && !(q->w->w[q->i].flags & WORD_CAP))};
    return true;
}

// try_ends tries word `last` as the end of a name without what hangs at it.
static bool try_ends(const search *q, size_t last, uint64_t h, source_hit *hit)
{
    size_t n = last - q->i + 1;
    name_part part[NAMEWORD_FORMS];
    if (nameword_owns(q->w, last) &&
        try_alias(q, n, chain(h, nameword_hash(q->w, last)), nameword_end(q->w, last), hit))
        return true;
    for (size_t k = nameword_stems(q->w, last, q->shapes, part); k; k--) {
        if (part[k - 1].begin == q->w->w[last].begin &&
            try_alias(q, n, chain(h, part[k - 1].hash), part[k - 1].end, hit))
            return true;
    }
    return false;
}

// longest finds the longest alias of at most `most` words.
static bool longest(const search *q, size_t most, source_hit *hit)
{
    const words *w = q->w;
    bool found = false;
    uint64_t h = 0;
    for (size_t n = 1; n <= most && q->i + n <= w->n; n++) {
        size_t last = q->i + n - 1;
        if (n > 1 && !joins(w, last - 1))
            break;
        found |= n > 1 && try_ends(q, last, h, hit);
        h = chain(h, n > 1 ? w->w[last].hash : q->first.hash);
        found |= try_alias(q, n, h, n > 1 ? w->w[last].end : q->first.end, hit);
    }
    return found;
}

// begins_name: may a name start with this hash, written as word x is? most: its most words.
static bool begins_name(const sources *s, uint64_t hash, uint32_t flags, uint32_t *most)
{
    if (!maybe_first(s, hash) || !lookup_get(&s->first, hash, most))
        return false;
    bool fits = *most & FIRST_ANY_CASE || flags & (WORD_CAP | WORD_ALLCAPS);
    *most &= FIRST_ANY_CASE - 1;
    return fits;
}

// match_part looks for a name that starts with a part of its first word; if that part
// ends before the word does, the name does too.
static bool match_part(search *q, name_part part, source_hit *hit)
{
    uint32_t most, flags = q->w->w[q->i].flags;
    uint8_t c = q->w->text.p[part.begin];
    q->first = part;
    q->from = part.begin > q->w->w[q->i].begin;
    if (q->from)
        flags = c >= 'A' && c <= 'Z' ? WORD_CAP : 0;
    return begins_name(q->s, part.hash, flags, &most) &&
           longest(q, part.end < q->w->w[q->i].end ? 1 : most, hit);
}

// camel finds the last upper-case letter that follows a lower-case one. ASCII will do:
// the names that get stuck to a byline are Latin.
static bool camel(const words *w, const word *x, uint32_t *at)
{
    for (uint32_t p = x->end; p > x->begin + 1; p--) {
        uint8_t c = w->text.p[p - 1], before = w->text.p[p - 2];
        if (c >= 'A' && c <= 'Z' && (before >= 'a' && before <= 'z')) {
            *at = p - 1;
            return true;
        }
    }
    return false;
}

// match_stuck: a name whose first letters hang at another word ("Jan M. OlsenAssociated Press").
static bool match_stuck(search *q, source_hit *hit)
{
    uint32_t most, at;
    const word *x = &q->w->w[q->i];
    if (!camel(q->w, x, &at) || x->end - at > 64)
        return false;
    q->first = (name_part){nameword_slice(q->w, at, x->end), at, x->end};
    q->from = 1;
    return begins_name(q->s, q->first.hash, WORD_CAP, &most) && longest(q, most, hit) &&
           !hit->vague && (hit->n_words > 1 || hit->source->kind == SOURCE_AGENCY);
}

size_t sources_skip(const sources *s, const words *w, size_t i)
{
    const lookup *shapes = patterns_shapes(s->patterns);
    while (i < w->n && !w->w[i].flags && !maybe_small_first(s, w->w[i].hash) &&
           !(nameword_shape(shapes, w->w[i].hash) & SHAPES_SMALL) && nameword_is_plain(w, i))
        i++;
    return i;
}

bool sources_match(const sources *s, const words *w, size_t i, source_hit *hit)
{
    const word *x = &w->w[i];
    name_part part[NAMEWORD_FORMS];
    search q = {.s = s, .w = w, .i = i, .shapes = patterns_shapes(s->patterns)};
    if (match_part(&q, (name_part){x->hash, x->begin, x->end}, hit))
        return true;
    if (nameword_is_plain(w, i))
        return false;
    if (nameword_owns(w, i) &&
        match_part(&q, (name_part){nameword_hash(w, i), x->begin, nameword_end(w, i)}, hit))
        return true;
    for (size_t k = nameword_stems(w, i, q.shapes, part); k; k--) {
        if (match_part(&q, part[k - 1], hit))
            return true;
    }
    return match_stuck(&q, hit);
}
