#include "evidence/affinity.h"
#include "evidence/terms.h"
#include "text/utf8.h"

#include <math.h>
#include <stdlib.h>

// The grams and the words of both texts, each once, in tables with open addressing; which
// text has it is kept in two bits. Hashes are public: where an opponent has piled them up
// on one place, what is not found in PROBES_MOST steps is left out.
enum { SOURCE = 1, MADE = 2, BOTH = SOURCE | MADE, PROBES_MOST = 64 };

typedef struct letters {
    uint32_t *cp; // of the words' keys, without the spaces
    size_t n;
    size_t words; // how many words, furniture among them, they were taken from
} letters;

typedef struct grams {
    uint32_t *slot; // upper bits of the gram's hash, and whose it is; 0 is free
    size_t mask;
    size_t known, made, all; // distinct ones: in both, in made, in either
    size_t stretches, known_stretches;
} grams;

enum { MORE = 2 }; // a word's count in a text: none, one or more

typedef struct entry {
    uint64_t hash;
    uint8_t source, made;
    bool used, summed;
} entry;

typedef struct vocabulary {
    entry *entry;
    size_t mask;
} vocabulary;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

// A table for n entries is at most half full.
static size_t slots_for(size_t n)
{
    size_t slots = 16;
    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

static bool is_consonantal(uint32_t cp)
{
    return (cp >= 0x590 && cp < 0x900) || (cp >= 0xfb1d && cp < 0xfe00) ||
           (cp >= 0xfe70 && cp < 0xff00);
}

static bool is_left_out(const side *s, size_t word_at)
{
    return (s->mark[word_at] & (MARK_FURNITURE | MARK_REPEATED)) == MARK_FURNITURE;
}

static shg_err letters_make(letters *out, const side *s)
{
    const words *w = &s->words;
    size_t most = w->keys_len < AFFINITY_MOST ? w->keys_len : AFFINITY_MOST;
    *out = (letters){.cp = malloc((most + 1) * sizeof *out->cp)};
    if (!out->cp)
        return SHG_ENOMEM;
    for (; out->words < w->n && out->n < most; out->words++) {
        if (is_left_out(s, out->words))
            continue;
        view key = words_key(w, out->words);
        for (const uint8_t *p = key.p, *end = p + key.len; p < end && out->n < most;)
            out->cp[out->n++] = utf8_next(&p, end);
    }
    return SHG_OK;
}

// gram_note notes that `who` has the gram, and tells whether the source is known to.
static bool gram_note(grams *g, uint64_t hash, uint32_t who)
{
    uint32_t tag = (uint32_t)(hash >> 32) & ~(uint32_t)BOTH;
    size_t i = hash & g->mask, probes = 0;
    while (g->slot[i] && (g->slot[i] & ~(uint32_t)BOTH) != tag) {
        if (++probes == PROBES_MOST)
            return false;
        i = (i + 1) & g->mask;
    }
    uint32_t before = g->slot[i] & BOTH;
    g->slot[i] = tag | before | who;
    g->all += !before;
    if (who == MADE && !(before & MADE)) {
        g->made++;
        g->known += before & SOURCE;
    }
    return before & SOURCE;
}

// A polynomial over the last GRAM characters, rolled from one to the next.
enum { STEP = 0x01000193 };

static void grams_read(grams *g, const letters *t, uint32_t who)
{
    uint64_t sum = 0, oldest = 1;
    for (int i = 0; i < GRAM; i++)
        oldest *= STEP;
    size_t in_stretch = 0, known = 0;
    for (size_t i = 0; i < t->n; i++) {
        sum = sum * STEP + t->cp[i] + 1;
        if (i >= GRAM)
            sum -= (t->cp[i - GRAM] + 1) * oldest;
        if (i + 1 < GRAM)
            continue;
        known += gram_note(g, mix(sum), who);
        if (++in_stretch == STRETCH || i + 1 == t->n) {
            // a rest of less than half a stretch says too little
            if (2 * in_stretch >= STRETCH || g->stretches == 0) {
                g->stretches++;
                g->known_stretches += known >= STRETCH_KNOWN;
            }
            in_stretch = known = 0;
        }
    }
}

static shg_err compare_grams(affinity *out, const letters *source, const letters *made)
{
    size_t slots = slots_for(source->n + made->n);
    grams g = {.slot = calloc(slots, sizeof *g.slot), .mask = slots - 1};
    if (!g.slot)
        return SHG_ENOMEM;
    grams_read(&g, source, SOURCE);
    g.stretches = g.known_stretches = 0;
    grams_read(&g, made, MADE);
    free(g.slot);
    if (g.made) {
        out->x[AFFINITY_GRAMS] = (double)g.known / (double)g.made;
        out->x[AFFINITY_RESEMBLANCE] = sqrt((double)g.known / (double)g.all);
        out->x[AFFINITY_KNOWN] = (double)g.known_stretches / (double)g.stretches;
    }
    return SHG_OK;
}

// entry_of finds the place of a word, or NULL. Furniture has none.
static entry *entry_of(const vocabulary *v, const side *s, size_t at)
{
    uint64_t hash = s->words.w[at].hash;
    if (is_left_out(s, at))
        return NULL;
    size_t i = mix(hash) & v->mask;
    for (size_t probes = 0; v->entry[i].used && v->entry[i].hash != hash; i = (i + 1) & v->mask) {
        if (++probes == PROBES_MOST)
            return NULL;
    }
    v->entry[i].hash = hash;
    v->entry[i].used = true;
    return &v->entry[i];
}

static void count_words(const vocabulary *v, const side *s, size_t n, bool made)
{
    for (size_t i = 0; i < n; i++) {
        entry *e = entry_of(v, s, i);
        if (e) {
            uint8_t *count = made ? &e->made : &e->source;
            *count = (uint8_t)(*count + (*count < MORE));
        }
    }
}

// words_sum adds up in the order in which made has the words, so that no place in a table
// decides a rounding.
static void words_sum(affinity *out, const vocabulary *v, const side *made, size_t n)
{
    size_t once = 0, once_both = 0;
    double shared = 0;
    for (size_t i = 0; i < n; i++) {
        entry *e = entry_of(v, made, i);
        if (!e || e->summed)
            continue;
        e->summed = true;
        once += e->made == 1;
        once_both += e->made == 1 && e->source == 1;
        shared += e->source ? terms_idf(e->hash) : 0;
    }
    out->x[AFFINITY_ONCE] = once ? (double)once_both / (double)once : 0;
    out->x[AFFINITY_SHARED] = log1p(shared);
}

static shg_err compare_words(affinity *out, const side *source, size_t n_source, const side *made,
                             size_t n_made)
{
    size_t slots = slots_for(n_source + n_made);
    vocabulary v = {.entry = calloc(slots, sizeof *v.entry), .mask = slots - 1};
    if (!v.entry)
        return SHG_ENOMEM;
    count_words(&v, source, n_source, false);
    count_words(&v, made, n_made, true);
    words_sum(out, &v, made, n_made);
    free(v.entry);
    return SHG_OK;
}

shg_err affinity_find(affinity *out, const side *source, const side *made)
{
    *out = (affinity){0};
    letters s, m = {0};
    shg_err e = letters_make(&s, source);
    if (!e)
        e = letters_make(&m, made);
    if (!e)
        e = compare_grams(out, &s, &m);
    if (!e)
        e = compare_words(out, source, s.words, made, m.words);
    size_t consonantal = 0;
    for (size_t i = 0; i < m.n; i++)
        consonantal += is_consonantal(m.cp[i]);
    out->consonantal = 2 * consonantal > m.n;
    out->x[AFFINITY_BIAS] = 1;
    out->x[AFFINITY_MADE_LENGTH] = log1p((double)m.n);
    out->x[AFFINITY_SOURCE_LENGTH] = log1p((double)s.n);
    free(s.cp);
    free(m.cp);
    if (e)
        *out = (affinity){0};
    return e;
}
