#include "evidence/sources_table.h"

enum { NAME_GAP = 5 }; // bytes between two words of a name

// bare_end is where a word ends without a possessive 's; the word's end if it has none.
static uint32_t bare_end(const words *w, const word *x)
{
    const uint8_t *p = w->text.p + x->begin;
    uint32_t n = x->end - x->begin;
    if (n < 3 || (p[n - 1] | 32) != 's')
        return x->end;
    if (p[n - 2] == '\'')
        return x->end - 2;
    if (n > 4 && p[n - 4] == 0xe2 && p[n - 3] == 0x80 &&
        (p[n - 2] & 0xfe) == 0x98) // U+2018, U+2019
        return x->end - 4;
    return x->end;
}

// bare_hash is the word's hash without its possessive 's; false if it has none.
static bool bare_hash(const words *w, size_t i, uint64_t *hash)
{
    const word *x = &w->w[i];
    view key = words_key(w, i);
    if (key.len < 2 || key.p[key.len - 1] != 's' || bare_end(w, x) == x->end)
        return false;
    key.len--;
    *hash = hash_key(key);
    return true;
}

static bool has_lower(const words *w, const word *x)
{
    uint32_t end = bare_end(w, x);
    for (uint32_t i = x->begin; i < end; i++) {
        if (w->text.p[i] >= 'a' && w->text.p[i] <= 'z')
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
        if (a->cap[j] == CAP_ALL && has_lower(w, x))
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

static bool try_alias(const sources *s, const words *w, size_t i, size_t n, uint64_t h, size_t from,
                      source_hit *hit)
{
    uint32_t id;
    if (!lookup_get(&s->names, h, &id))
        return false;
    const alias *a = &s->alias[id];
    if (a->n_words != n || !fits_caps(w, i, a, from) || (a->dotted && !dotted(w, i, n)))
        return false;
    hit->source = &s->list[a->source];
    hit->n_words = n;
    hit->vague = a->vague || (a->cap[0] == CAP_THE && !(w->w[i].flags & WORD_CAP));
    return true;
}

// longest finds the longest alias of at most `most` words whose first word has the hash
// `first`; from = 1 where the first word's capitals have been looked at.
static bool longest(const sources *s, const words *w, size_t i, uint64_t first, size_t most,
                    size_t from, source_hit *hit)
{
    bool found = false;
    uint64_t h = 0;
    for (size_t n = 1; n <= most && i + n <= w->n; n++) {
        uint64_t bare;
        uint64_t word_hash = n == 1 ? first : w->w[i + n - 1].hash;
        if (n > 1 && !joins(w, i + n - 2))
            break;
        if (n > 1 && bare_hash(w, i + n - 1, &bare) &&
            try_alias(s, w, i, n, chain(h, bare), from, hit)) {
            hit->possessive = true;
            found = true;
        }
        h = chain(h, word_hash);
        if (try_alias(s, w, i, n, h, from, hit)) {
            hit->possessive = false;
            found = true;
        }
    }
    return found;
}

// begins_name: may a name start with this hash, written as word x is? most: its most words.
static bool begins_name(const sources *s, uint64_t hash, const word *x, uint32_t *most)
{
    if (!maybe_first(s, hash) || !lookup_get(&s->first, hash, most))
        return false;
    bool fits = *most & FIRST_ANY_CASE || x->flags & (WORD_CAP | WORD_ALLCAPS);
    *most &= FIRST_ANY_CASE - 1;
    return fits;
}

bool sources_match(const sources *s, const words *w, size_t i, source_hit *hit)
{
    const word *x = &w->w[i];
    uint32_t most;
    uint64_t bare;
    if (begins_name(s, x->hash, x, &most) && longest(s, w, i, x->hash, most, 0, hit))
        return true;
    if (!bare_hash(w, i, &bare) || !begins_name(s, bare, x, &most) ||
        !longest(s, w, i, bare, 1, 0, hit))
        return false;
    hit->possessive = true;
    return true;
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

bool sources_match_joined(const sources *s, const words *w, size_t i, source_hit *hit, uint32_t *at)
{
    uint8_t key[64];
    uint32_t most;
    const word *x = &w->w[i];
    if (!camel(w, x, at) || x->end - *at > sizeof key)
        return false;
    size_t n = fold_key(key, sizeof key, (view){w->text.p + *at, x->end - *at});
    uint64_t h = hash_key((view){key, n});
    if (!begins_name(s, h, &(word){.flags = WORD_CAP}, &most))
        return false;
    return longest(s, w, i, h, most, 1, hit) && !hit->vague &&
           (hit->n_words > 1 || hit->source->kind == SOURCE_AGENCY);
}

const source *sources_at(const sources *s, const words *w, size_t i, size_t *n_words)
{
    source_hit hit;
    if (i >= w->n || !sources_match(s, w, i, &hit))
        return NULL;
    *n_words = hit.n_words;
    return hit.source;
}
