#include "evidence/form.h"
#include "evidence/lexicon.h"
#include "evidence/terms.h"

enum {
    SLOT_MOST = 12, // words between two runs, on either side, that are a place to fill in
    TALLY_BITS = 9,
    TALLY_MOST = 256, // words that are told apart; what a long text has over them is not seen
    KEY_MOST = 64,    // bytes: of a longer one no inflected form is sought
    LETTERS = 3,      // of a name
    NAME_BYTES = 5,   // of a key: three letters of most alphabets
    NAMES_LEAST = 2,  // names of each side that stand there twice, and never in the other text
    FEW_NUMBERS = 4,
    SOME_NUMBERS = 6,
    NAMES_ALONE = 4,     // names of each text
    PROSE_A_NUMBER = 18, // words, at most, to each number of a form
};

#define NAME_IDF 4.3   // a word held by less than 1.4 % of articles
#define FORM_LEAST .20 // under it a sentence or two stand in an article about something else
#define COVER_LEAST .40
#define FEW_SHARED .15 // of the numbers of the text with fewer
#define SOME_SHARED .25
#define LATER_SHARED .50

// How often a word stands in each of the two texts, and in how many of its places.
typedef struct entry {
    uint64_t hash;
    uint32_t count[2], fills[2];
} entry;

// Entries by hash, in open addressing, half full at most.
typedef struct tally {
    uint16_t slot[1 << TALLY_BITS]; // number of its entry, from 1; 0: free
    unsigned n;
    entry e[TALLY_MOST]; // [n]
} tally;

static void tally_open(tally *t)
{
    memset(t->slot, 0, sizeof t->slot);
    t->n = 0;
}

typedef struct pair {
    const words *w[2];
    const passages *p;
} pair;

// What stands between two runs: words [begin, end) of each text.
typedef struct slot {
    uint32_t begin[2], end[2];
} slot;

static uint16_t *slot_of(tally *t, uint64_t hash)
{
    size_t i = hash >> (64 - TALLY_BITS);
    while (t->slot[i] && t->e[t->slot[i] - 1].hash != hash)
        i = (i + 1) & ((1 << TALLY_BITS) - 1);
    return &t->slot[i];
}

// find gives the word's entry, or NULL.
static entry *find(tally *t, uint64_t hash)
{
    uint16_t at = *slot_of(t, hash);
    return at ? &t->e[at - 1] : NULL;
}

// add gives the word's entry, a new one if need be; NULL where there is no room.
static entry *add(tally *t, uint64_t hash)
{
    uint16_t *at = slot_of(t, hash);
    if (*at)
        return &t->e[*at - 1];
    if (t->n == TALLY_MOST)
        return NULL;
    t->e[t->n] = (entry){.hash = hash};
    *at = (uint16_t)++t->n;
    return &t->e[*at - 1];
}

// slot_after gives what stands between run r and the next, which may be of the next passage,
// where that is little and something on both sides.
static bool slot_after(const pair *x, size_t passage_at, uint32_t run_at, slot *out)
{
    const passage *here = &x->p->p[passage_at];
    const run *from = &x->p->run[here->run + run_at];
    bool last = run_at + 1 == here->n_runs;
    if (last && passage_at + 1 == x->p->n)
        return false;
    const run *to = last ? &x->p->run[x->p->p[passage_at + 1].run] : from + 1;
    *out = (slot){{from->a + from->n, from->b + from->n}, {to->a, to->b}};
    for (int s = 0; s < 2; s++) {
        if (out->begin[s] >= out->end[s] || out->end[s] - out->begin[s] > SLOT_MOST)
            return false;
    }
    return true;
}

static bool holds(view text, view part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (memcmp(text.p + i, part.p, part.len) == 0)
            return true;
    }
    return false;
}

// An inflected form ("of X", "to the X") of what stands in the other text's place is the same.
static bool is_inflected(const pair *x, const slot *s, int which, uint32_t i)
{
    view key = words_key(x->w[which], i);
    if (key.len > KEY_MOST)
        return false;
    for (uint32_t k = s->begin[1 - which]; k < s->end[1 - which]; k++) {
        view other = words_key(x->w[1 - which], k);
        if (other.len >= NAME_BYTES && other.len <= KEY_MOST &&
            (holds(other, key) || holds(key, other)))
            return true;
    }
    return false;
}

// A name begins with a capital. In scripts without, any rare word may be one.
static bool is_name(const words *w, const word *x)
{
    if (x->flags & (WORD_NUMBER | WORD_CHAR))
        return false;
    bool cased = w->keys[x->key] < 0xd6; // UTF-8 of Latin, Greek, Cyrillic, Armenian
    if (cased ? !(x->flags & WORD_CAP) || x->key_len < LETTERS : x->key_len < NAME_BYTES)
        return false;
    return terms_idf(x->hash) >= NAME_IDF && !lexicon_of(x->hash);
}

static void fill(tally *t, const pair *x, const slot *s, int which)
{
    const words *w = x->w[which];
    for (uint32_t i = s->begin[which]; i < s->end[which]; i++) {
        if (!is_name(w, &w->w[i]) || is_inflected(x, s, which, i))
            continue;
        entry *e = add(t, w->w[i].hash);
        if (e)
            e->fills[which]++;
    }
}

static void count_all(tally *t, const pair *x)
{
    for (int which = 0; which < 2; which++) {
        for (size_t i = 0; i < x->w[which]->n; i++) {
            entry *e = find(t, x->w[which]->w[i].hash);
            if (e)
                e->count[which]++;
        }
    }
}

// other_names tells whether most names in the places of each text are names of its own, and
// some of them what it is about: they stand there twice.
static bool other_names(const pair *x)
{
    tally t;
    slot s;
    tally_open(&t);
    for (size_t i = 0; i < x->p->n; i++) {
        for (uint32_t k = 0; k < x->p->p[i].n_runs; k++) {
            if (!slot_after(x, i, k, &s))
                continue;
            fill(&t, x, &s, 0);
            fill(&t, x, &s, 1);
        }
    }
    count_all(&t, x);
    unsigned own[2] = {0}, twice[2] = {0};
    for (size_t i = 0; i < t.n; i++) {
        for (int which = 0; which < 2; which++) {
            const entry *e = &t.e[i];
            bool is_own = e->fills[which] && !e->count[1 - which];
            own[which] += is_own;
            twice[which] += is_own && e->count[which] >= 2;
        }
    }
    return twice[0] >= NAMES_LEAST && twice[1] >= NAMES_LEAST && 2 * twice[0] >= own[0] &&
           2 * twice[1] >= own[1];
}

static void count_numbers(tally *t, const pair *x)
{
    uint64_t hash;
    for (int which = 0; which < 2; which++) {
        const words *w = x->w[which];
        for (size_t i = 0; (i = lexicon_next_number(w, i, &hash)) < w->n; i++) {
            entry *e = add(t, hash);
            if (e)
                e->count[which]++;
        }
    }
}

static bool has_own_number(tally *t, const pair *x, const slot *s, int which)
{
    uint64_t hash;
    for (uint32_t i = s->begin[which]; i < s->end[which]; i++) {
        if (!lexicon_number(x->w[which], i, &hash))
            continue;
        const entry *e = find(t, hash);
        if (e && !e->count[1 - which])
            return true;
    }
    return false;
}

// Of the entries: how many stand in each text, and how many in both.
typedef struct overlap {
    unsigned of[2], shared, fewer;
} overlap;

static overlap overlap_of(const tally *t)
{
    overlap o = {0};
    for (size_t i = 0; i < t->n; i++) {
        o.of[0] += t->e[i].count[0] > 0;
        o.of[1] += t->e[i].count[1] > 0;
        o.shared += t->e[i].count[0] && t->e[i].count[1];
    }
    o.fewer = o.of[0] < o.of[1] ? o.of[0] : o.of[1];
    return o;
}

static unsigned number_places(tally *t, const pair *x)
{
    unsigned places = 0;
    slot s;
    for (size_t i = 0; i < x->p->n; i++) {
        for (uint32_t k = 0; k < x->p->p[i].n_runs; k++)
            places += slot_after(x, i, k, &s) && has_own_number(t, x, &s, 0) &&
                      has_own_number(t, x, &s, 1);
    }
    return places;
}

// other_numbers tells whether the texts have hardly a number in common, and are both written
// around their numbers, or where one has a number the other has one of its own. Of days
// apart, half may be in common: yesterday's figures and the highest since.
static bool other_numbers(const pair *x, bool later)
{
    tally t;
    tally_open(&t);
    count_numbers(&t, x);
    overlap o = overlap_of(&t);
    bool dense = o.fewer >= SOME_NUMBERS && (size_t)o.of[0] * PROSE_A_NUMBER >= x->w[0]->n &&
                 (size_t)o.of[1] * PROSE_A_NUMBER >= x->w[1]->n;
    if (o.fewer < FEW_NUMBERS || o.shared > (later ? LATER_SHARED : SOME_SHARED) * o.fewer)
        return false;
    if (dense && o.shared <= FEW_SHARED * o.fewer)
        return true;
    unsigned places = number_places(&t, x);
    if (dense && places >= 3)
        return true;
    return places >= 2 && (later || o.shared <= FEW_SHARED * o.fewer);
}

// begins_sentence tells whether word i stands after a stop or at the start of a line, where
// every word has a capital.
static bool begins_sentence(const words *w, size_t i)
{
    uint32_t at = w->w[i].begin;
    while (at > 0 && strchr(" \"'(", w->text.p[at - 1]))
        at--;
    return at == 0 || strchr(".!?:\n\r", w->text.p[at - 1]) != NULL;
}

static void count_names(tally *t, const pair *x)
{
    for (int which = 0; which < 2; which++) {
        const words *w = x->w[which];
        for (size_t i = 0; i < w->n; i++) {
            if (!(w->w[i].flags & WORD_CAP) || !is_name(w, &w->w[i]) || begins_sentence(w, i))
                continue;
            entry *e = add(t, w->w[i].hash);
            if (e)
                e->count[which]++;
        }
    }
}

// no_common_name tells whether not one name of the one text stands in the other.
static bool no_common_name(const pair *x)
{
    if (form_unspaced(x->w[0]) || form_unspaced(x->w[1]))
        return false;
    tally t;
    tally_open(&t);
    count_names(&t, x);
    overlap o = overlap_of(&t);
    return !o.shared && o.fewer >= NAMES_ALONE && t.n < TALLY_MOST;
}

bool form_subjects(const passages *p, const side *a, const side *b, double cover)
{
    pair x = {{&a->words, &b->words}, p};
    return other_numbers(&x, form_later(a, b)) || (cover >= FORM_LEAST && no_common_name(&x)) ||
           (cover >= COVER_LEAST && other_names(&x));
}
