#include "evidence/affinity.h"
#include "evidence/terms.h"
#include "text/hash.h"
#include "text/utf8.h"

#include <math.h>
#include <stdlib.h>

// The grams and the words of both texts, each once, in tables with open addressing; which
// text has it is kept in two bits. Hashes are public: where an opponent has piled them up
// on one place, what is not found in PROBES_MOST steps is left out.
enum { SOURCE = 1, MADE = 2, BOTH = SOURCE | MADE, PROBES_MOST = 64, KEY_STEP = 8 };

typedef struct grams {
    uint32_t *slot; // of the table
    size_t mask;
    uint32_t *list;          // the places of made's
    size_t known, made, all; // distinct ones: in both, in made, in either
    size_t stretches, known_stretches;
} grams;

enum { MORE = 2 }; // a word's count in a text: none, one or more

typedef struct affinity_word {
    uint64_t hash;
    uint8_t source, made;
    bool used;
} entry;

typedef affinity_letters letters;
typedef affinity_vocabulary vocabulary;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    return x ^ x >> 32;
}

// Slots for a source and one of the texts that are asked about: what is left out for want of a
// place must depend on these two alone, not on which came before. For all that are no longer than
// the source the table is the same, and need not be made again.
static size_t slots_for_two(size_t n_source, size_t n_made)
{
    return hash_slots(n_source + (n_made > n_source ? n_made : n_source));
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

static bool is_ascii(uint64_t bytes)
{
    return !(bytes & 0x8080808080808080u);
}

// take_plain takes the characters of a key up to the first eight bytes, or fewer at its end, that
// are not all ASCII, and returns how many bytes it took. There is room for KEY_STEP more.
static size_t take_plain(uint32_t *to, const uint8_t *key, size_t len)
{
    size_t n = 0;
    while (n < len) {
        uint64_t bytes = load64(key + n); // of the last ones some lie behind the key
        size_t more = len - n < KEY_STEP ? len - n : KEY_STEP;
        if (!is_ascii(bytes & hash_ones(more)))
            break;
        for (size_t i = 0; i < KEY_STEP; i++)
            to[n + i] = key[n + i];
        n += more;
    }
    return n;
}

static shg_err letters_make(letters *out, const side *s)
{
    const words *w = &s->words;
    size_t most = w->keys_len < AFFINITY_MOST ? w->keys_len : AFFINITY_MOST;
    *out = (letters){.cp = malloc((most + KEY_STEP) * sizeof *out->cp)};
    if (!out->cp)
        return SHG_ENOMEM;
    for (; out->words < w->n && out->n < most; out->words++) {
        if (is_left_out(s, out->words))
            continue;
        view key = words_key(w, out->words);
        size_t left = most - out->n, plain = key.len < left ? key.len : left;
        plain = take_plain(out->cp + out->n, key.p, plain);
        out->n += plain;
        for (const uint8_t *p = key.p + plain, *end = key.p + key.len; p < end && out->n < most;)
            out->cp[out->n++] = utf8_next(&p, end);
    }
    return SHG_OK;
}

// The place of a gram: where it is, a free one, or NULL. Mostly the first one is either.
static inline uint32_t *gram_place(const grams *g, uint64_t hash, uint32_t tag)
{
    uint32_t *at = &g->slot[hash & g->mask];
    for (size_t probes = 0; *at && (*at & ~(uint32_t)BOTH) != tag;) {
        if (++probes == PROBES_MOST)
            return NULL;
        at = &g->slot[(hash + probes) & g->mask];
    }
    return at;
}

// gram_note notes that `who` has the gram, and tells whether the source is known to. Which grams
// were there before is at random: it takes no branch.
static inline bool gram_note(grams *g, uint64_t hash, uint32_t who)
{
    uint32_t tag = (uint32_t)(hash >> 32) & ~(uint32_t)BOTH;
    uint32_t *at = &g->slot[hash & g->mask];
    if ((*at != 0) & ((*at & ~(uint32_t)BOTH) != tag))
        at = gram_place(g, hash, tag);
    if (!at)
        return false;
    uint32_t before = *at & BOTH;
    bool first = who == MADE && !(before & MADE), in_source = before & SOURCE;
    *at = tag | before | who;
    if (who == MADE)
        g->list[g->made] = (uint32_t)(at - g->slot);
    g->all += !before;
    g->made += first;
    g->known += (unsigned)first & (unsigned)in_source;
    return in_source;
}

// A polynomial over the last GRAM characters, rolled from one to the next.
enum { STEP = 0x01000193 };

static inline void grams_read(grams *g, const letters *t, uint32_t who)
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

// What an earlier text has left in the table goes: all of it, so that nothing stands behind a gap.
static void forget_grams(affinity_grams *t)
{
    for (; t->n_list > 0; t->n_list--) {
        uint32_t *at = &t->slot[t->list[t->n_list - 1]];
        *at = *at & SOURCE ? *at & ~(uint32_t)MADE : 0;
    }
}

// A table with the source's grams, with room for those of n more letters.
static shg_err ready_grams(affinity_source *s, size_t n)
{
    affinity_grams *t = &s->grams;
    size_t slots = slots_for_two(s->letters.n, n);
    forget_grams(t);
    if (n > t->room || !t->list) {
        free(t->list);
        t->room = n;
        t->list = malloc((n + 1) * sizeof *t->list);
    }
    if (slots != t->slots) {
        free(t->slot);
        t->slot = calloc(slots, sizeof *t->slot);
        t->slots = t->slot ? slots : 0;
        grams g = {.slot = t->slot, .mask = slots - 1};
        if (t->slot)
            grams_read(&g, &s->letters, SOURCE);
        t->known = g.all;
    }
    return t->slot && t->list ? SHG_OK : SHG_ENOMEM;
}

static shg_err compare_grams(affinity *out, affinity_source *s, const letters *made)
{
    shg_err e = ready_grams(s, made->n);
    if (e)
        return e;
    grams g = {.slot = s->grams.slot,
               .mask = s->grams.slots - 1,
               .list = s->grams.list,
               .all = s->grams.known};
    grams_read(&g, made, MADE);
    s->grams.n_list = g.made;
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
    size_t mask = v->slots - 1, i = mix(hash) & mask;
    for (size_t probes = 0; v->entry[i].used && v->entry[i].hash != hash; i = (i + 1) & mask) {
        if (++probes == PROBES_MOST)
            return NULL;
    }
    v->entry[i].hash = hash;
    v->entry[i].used = true;
    return &v->entry[i];
}

static void count_word(uint8_t *count)
{
    *count = (uint8_t)(*count + (*count < MORE));
}

static void count_source(const vocabulary *v, const side *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        entry *e = entry_of(v, s, i);
        if (e)
            count_word(&e->source);
    }
}

// Lists the entries of made's words, each once, in the order in which made has them.
static void count_made(vocabulary *v, const side *s, size_t n)
{
    v->n_list = 0;
    for (size_t i = 0; i < n; i++) {
        entry *e = entry_of(v, s, i);
        if (!e)
            continue;
        v->list[v->n_list] = e;
        v->n_list += e->made == 0;
        count_word(&e->made);
    }
}

// words_sum adds up in the order of the list, so that no place in a table decides a rounding.
static void words_sum(affinity *out, entry *const *list, size_t n)
{
    size_t once = 0, once_both = 0;
    double shared = 0;
    for (size_t i = 0; i < n; i++) {
        const entry *e = list[i];
        once += e->made == 1;
        once_both += e->made == 1 && e->source == 1;
        shared += e->source ? terms_idf(e->hash) : 0;
    }
    out->x[AFFINITY_ONCE] = once ? (double)once_both / (double)once : 0;
    out->x[AFFINITY_SHARED] = log1p(shared);
}

static void forget_words(vocabulary *v)
{
    for (; v->n_list > 0; v->n_list--) {
        entry *e = v->list[v->n_list - 1];
        e->made = 0;
        e->used = e->source > 0;
    }
}

// A table with the source's words, with room for n more.
static shg_err ready_words(affinity_source *s, size_t n)
{
    vocabulary *v = &s->vocabulary;
    size_t slots = slots_for_two(s->letters.words, n);
    forget_words(v);
    if (n > v->room || !v->list) {
        free(v->list);
        v->room = n;
        v->list = malloc((n + 1) * sizeof *v->list);
    }
    if (slots != v->slots) {
        free(v->entry);
        v->entry = calloc(slots, sizeof *v->entry);
        v->slots = v->entry ? slots : 0;
        if (v->entry)
            count_source(v, s->of, s->letters.words);
    }
    return v->entry && v->list ? SHG_OK : SHG_ENOMEM;
}

static shg_err compare_words(affinity *out, affinity_source *s, const side *made, size_t n_made)
{
    shg_err e = ready_words(s, n_made);
    if (e)
        return e;
    count_made(&s->vocabulary, made, n_made);
    words_sum(out, s->vocabulary.list, s->vocabulary.n_list);
    return SHG_OK;
}

shg_err affinity_find_of(affinity *out, affinity_source *source, const side *made)
{
    *out = (affinity){0};
    letters m = {0};
    shg_err e = source->letters.cp ? SHG_OK : letters_make(&source->letters, source->of);
    if (!e)
        e = letters_make(&m, made);
    if (!e)
        e = compare_grams(out, source, &m);
    if (!e)
        e = compare_words(out, source, made, m.words);
    size_t consonantal = 0;
    for (size_t i = 0; i < m.n; i++)
        consonantal += is_consonantal(m.cp[i]);
    out->consonantal = 2 * consonantal > m.n;
    out->x[AFFINITY_BIAS] = 1;
    out->x[AFFINITY_MADE_LENGTH] = log1p((double)m.n);
    out->x[AFFINITY_SOURCE_LENGTH] = log1p((double)source->letters.n);
    free(m.cp);
    if (e)
        *out = (affinity){0};
    return e;
}

void affinity_source_free(affinity_source *s)
{
    free(s->letters.cp);
    free(s->grams.slot);
    free(s->grams.list);
    free(s->vocabulary.entry);
    free(s->vocabulary.list);
    *s = (affinity_source){.of = s->of};
}

shg_err affinity_find(affinity *out, const side *source, const side *made)
{
    affinity_source s = {.of = source};
    shg_err e = affinity_find_of(out, &s, made);
    affinity_source_free(&s);
    return e;
}
