#include "evidence/bags.h"
#include "evidence/terms.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <math.h>
#include <stdlib.h>

enum {
    UNIT = 256,        // weights are whole numbers of 1/256
    SPREAD_PART = 16,  // of long texts, terms in more than a 16th of the sentences say nothing
    COUNT_MOST = 4095, // so that no sum of squares overflows, with 3 million words a side
    FIT_ROUNDS = 3,
    FIT_MORE = 2, // sentences that come in at an end, at most, in a round
};

#define FIT_DROP .25 // share of a sentence's weight that stands in the other range
#define FIT_TAKE .45

// A text that is filled in, and the terms of it and of the text before it.
typedef struct filler {
    bags_source *s;
    uint32_t n_terms;
    uint32_t *spread;
} filler;

// stem_hash is the hash of the first BAG_STEM characters; of a number, of all.
static uint64_t stem_hash(const words *w, size_t i)
{
    const word *x = &w->w[i];
    view key = words_key(w, i);
    size_t n = key.len < BAG_STEM ? key.len : BAG_STEM;
    uint64_t stem = load64(key.p) & hash_ones(n); // bytes behind the keys can be read, too
    if (x->flags & WORD_NUMBER)
        return x->hash;
    if (!(stem & 0x8080808080808080u)) // one byte a character
        return hash_short(stem, 0, n);
    n = 0;
    for (unsigned chars = 0; n < key.len; n++) {
        chars += (key.p[n] & 0xc0) != 0x80;
        if (chars > BAG_STEM)
            return hash_key((view){key.p, n});
    }
    return x->hash;
}

// Which terms are new, here and in put, is at random: neither takes a branch for it.
static uint32_t term_of(filler *f, uint64_t hash)
{
    bags_source *s = f->s;
    size_t at = hash_place(hash, s->table) & s->mask;
    while ((s->table[at] != 0) & (s->hash[s->table[at]] != hash))
        at = (at + 1) & s->mask;
    bool is_new = s->table[at] == 0;
    s->added[s->n_added] = (uint32_t)at;
    s->n_added += is_new;
    f->n_terms += is_new;
    uint32_t term = is_new ? f->n_terms : s->table[at];
    s->table[at] = term;
    s->hash[term] = hash;
    return term - 1;
}

// put counts a term of the sentence whose entries begin at first; n entries are there.
static uint32_t put(filler *f, bag_text *t, uint32_t first, uint32_t n, uint64_t hash)
{
    uint32_t term = term_of(f, hash);
    uint32_t *place = &f->s->place[term];
    bool old = *place > first;
    uint32_t at = old ? *place - 1 : n;
    t->t[n] = (bag_term){term, 0};
    t->t[at].n += t->t[at].n < COUNT_MOST;
    f->spread[term] += !old;
    *place = at + 1;
    return n + !old;
}

// The terms that begin at word i of a sentence that ends before `end`; how many.
static size_t terms_at(uint64_t *out, const words *w, uint32_t i, uint32_t end)
{
    const word *x = &w->w[i];
    if (!(x->flags & WORD_CHAR)) {
        out[0] = stem_hash(w, i);
        return 1;
    }
    out[0] = x->hash;
    if (i + 1 == end || !(x[1].flags & WORD_CHAR))
        return 1;
    out[1] = terms_pair(x->hash, x[1].hash);
    return 2;
}

size_t bags_terms(uint64_t *out, const side *s, sentence x)
{
    size_t n = 0;
    for (uint32_t i = x.begin; i < x.end; i++)
        if (!(s->mark[i] & MARK_FURNITURE))
            n += terms_at(out + n, &s->words, i, x.end);
    return n;
}

size_t bags_terms_most(const words *w)
{
    return w->flags & WORD_CHAR ? BAG_TERMS_MOST * w->n : w->n;
}

static shg_err fill(bag_text *out, filler *f, const side *s)
{
    shg_err e = sentences_find(&out->s, &s->words);
    if (e)
        return e;
    out->t = malloc((bags_terms_most(&s->words) + 1) * sizeof *out->t);
    out->first = malloc((out->s.n + 1) * sizeof *out->first);
    if (!out->t || !out->first)
        return SHG_ENOMEM;
    uint32_t n = 0;
    for (size_t k = 0; k < out->s.n; k++) {
        size_t n_terms = bags_terms(f->s->term, s, out->s.s[k]);
        out->first[k] = n;
        for (size_t i = 0; i < n_terms; i++)
            n = put(f, out, out->first[k], n, f->s->term[i]);
    }
    out->first[out->s.n] = n;
    return SHG_OK;
}

static shg_err weigh(bags *b)
{
    b->weight = calloc(b->n_terms + 1, sizeof *b->weight);
    b->count = calloc(2 * (size_t)b->n_terms + 1, sizeof *b->count);
    if (!b->weight || !b->count)
        return SHG_ENOMEM;
    size_t n = b->a.s.n + b->b.s.n, most = n / SPREAD_PART;
    most = most < BAG_SPREAD ? BAG_SPREAD : most > BAG_SPREAD_MOST ? BAG_SPREAD_MOST : most;
    uint32_t by_spread[BAG_SPREAD_MOST + 1];
    for (size_t i = 1; i <= most; i++)
        by_spread[i] = i >= n ? 1 : (uint32_t)lround(1 + UNIT * log((double)n / (double)i));
    for (uint32_t i = 0; i < b->n_terms; i++)
        b->weight[i] = b->spread[i] > most ? 0 : by_spread[b->spread[i]];
    return SHG_OK;
}

static shg_err measure(const bags *b, bag_text *t)
{
    t->square = calloc(t->s.n + 1, sizeof *t->square);
    if (!t->square)
        return SHG_ENOMEM;
    for (size_t k = 0; k < t->s.n; k++) {
        for (uint32_t i = t->first[k]; i < t->first[k + 1]; i++) {
            uint64_t w = bag_term_weight(b, t->t[i]);
            t->square[k] += w * w;
        }
    }
    return SHG_OK;
}

static void free_text(bag_text *t)
{
    sentences_free(&t->s);
    free(t->t);
    free(t->first);
    free(t->square);
}

void bags_source_free(bags_source *s)
{
    free_text(&s->text);
    free(s->spread);
    free(s->table);
    free(s->hash);
    free(s->place);
    free(s->term);
    free(s->added);
    *s = (bags_source){.of = s->of};
}

static shg_err make_tables(bags_source *s, size_t n)
{
    size_t size = hash_slots(n);
    s->room = n;
    s->mask = size - 1;
    s->table = calloc(size, sizeof *s->table);
    s->hash = calloc(n + 1, sizeof *s->hash);
    s->place = calloc(n + 1, sizeof *s->place);
    s->term = malloc((n + 1) * sizeof *s->term);
    s->added = malloc((n + 1) * sizeof *s->added);
    s->spread = calloc(n + 1, sizeof *s->spread);
    bool all_there = s->table && s->hash && s->place && s->term && s->added && s->spread;
    return all_there ? SHG_OK : SHG_ENOMEM;
}

// What the text before has left in the tables goes: all of it, so that nothing stands behind a gap.
static void forget(bags_source *s)
{
    memset(s->place, 0, (s->n_terms + s->n_added) * sizeof *s->place);
    while (s->n_added > 0)
        s->table[s->added[--s->n_added]] = 0;
}

// The source's own terms, with room for n in all.
static shg_err ready(bags_source *s, size_t n)
{
    if (s->room && n <= s->room) {
        forget(s);
        return SHG_OK;
    }
    bags_source_free(s);
    filler f = {.s = s};
    shg_err e = make_tables(s, n);
    f.spread = s->spread;
    if (!e)
        e = fill(&s->text, &f, s->of);
    if (e) {
        bags_source_free(s);
        return e;
    }
    s->n_terms = f.n_terms;
    s->n_added = 0;
    memset(s->place, 0, s->n_terms * sizeof *s->place);
    return SHG_OK;
}

static shg_err fill_other(bags *out, bags_source *s, const side *b)
{
    out->a = s->text;
    out->spread = calloc(s->room + 1, sizeof *out->spread);
    if (!out->spread)
        return SHG_ENOMEM;
    memcpy(out->spread, s->spread, s->n_terms * sizeof *out->spread);
    filler f = {.s = s, .n_terms = s->n_terms, .spread = out->spread};
    shg_err e = fill(&out->b, &f, b);
    out->n_terms = f.n_terms;
    return e;
}

shg_err bags_make(bags *out, bags_source *a, const side *b)
{
    *out = (bags){0};
    shg_err e = ready(a, bags_terms_most(&a->of->words) + bags_terms_most(&b->words));
    if (!e)
        e = fill_other(out, a, b);
    if (!e)
        e = weigh(out);
    if (!e)
        e = measure(out, &out->a);
    if (!e)
        e = measure(out, &out->b);
    if (e)
        bags_free(out);
    return e;
}

void bags_free(bags *b)
{
    free(b->a.square); // the rest is its source's
    free_text(&b->b);
    free(b->spread);
    free(b->weight);
    free(b->count);
    *b = (bags){0};
}

static void count(const bag_text *t, uint32_t begin, uint32_t end, uint32_t *n)
{
    for (uint32_t i = t->first[begin]; i < t->first[end]; i++) {
        uint32_t *x = &n[t->t[i].term];
        *x = *x + t->t[i].n < COUNT_MOST ? *x + t->t[i].n : COUNT_MOST;
    }
}

static void uncount(const bag_text *t, uint32_t begin, uint32_t end, uint32_t *n)
{
    for (uint32_t i = t->first[begin]; i < t->first[end]; i++)
        n[t->t[i].term] = 0;
}

// sum takes the counts of a range out of x, and returns the squared length of its vector; *dot
// gets the product with the one that is counted in y.
static double sum(const bags *b, const bag_text *t, uint32_t begin, uint32_t end, uint32_t *x,
                  const uint32_t *y, uint64_t *dot)
{
    uint64_t square = 0;
    *dot = 0;
    for (uint32_t i = t->first[begin]; i < t->first[end]; i++) {
        uint32_t term = t->t[i].term;
        uint64_t w = (uint64_t)b->weight[term] * x[term];
        square += w * w;
        *dot += w * b->weight[term] * y[term];
        x[term] = 0;
    }
    return (double)square;
}

double bags_cosine(bags *b, bag_range r)
{
    uint32_t *x = b->count, *y = b->count + b->n_terms;
    uint64_t dot, none;
    count(&b->a, r.a_begin, r.a_end, x);
    count(&b->b, r.b_begin, r.b_end, y);
    double aa = sum(b, &b->a, r.a_begin, r.a_end, x, y, &dot);
    double bb = sum(b, &b->b, r.b_begin, r.b_end, y, x, &none);
    return aa > 0 && bb > 0 ? (double)dot / sqrt(aa * bb) : 0;
}

// held is the share of a sentence's weight in terms that are counted in b->count.
static double held(const bags *b, const bag_text *t, uint32_t k)
{
    uint64_t all = 0, in = 0;
    for (uint32_t i = t->first[k]; i < t->first[k + 1]; i++) {
        uint32_t term = t->t[i].term;
        all += b->weight[term];
        in += b->count[term] ? b->weight[term] : 0;
    }
    return all ? (double)in / (double)all : 0;
}

// fit_side moves the ends [*begin, *end) in t by what stands in [from, to) of other; true where
// they moved.
static bool fit_side(bags *b, const bag_text *t, uint32_t *begin, uint32_t *end,
                     const bag_text *other, uint32_t from, uint32_t to)
{
    uint32_t old_begin = *begin, old_end = *end;
    count(other, from, to, b->count);
    while (*end - *begin > 1 && held(b, t, *begin) < FIT_DROP)
        (*begin)++;
    while (*end - *begin > 1 && held(b, t, *end - 1) < FIT_DROP)
        (*end)--;
    from -= from > 0; // the neighbours may come in together
    to += to < other->s.n;
    count(other, from, to, b->count);
    for (int n = 0; n < FIT_MORE && *begin && held(b, t, *begin - 1) >= FIT_TAKE; n++)
        (*begin)--;
    for (int n = 0; n < FIT_MORE && *end < t->s.n && held(b, t, *end) >= FIT_TAKE; n++)
        (*end)++;
    uncount(other, from, to, b->count);
    return *begin != old_begin || *end != old_end;
}

void bags_fit(bags *b, bag_range *r)
{
    bool moved = true;
    for (int i = 0; moved && i < FIT_ROUNDS; i++) {
        bag_range old = *r;
        moved = fit_side(b, &b->a, &r->a_begin, &r->a_end, &b->b, old.b_begin, old.b_end);
        moved |= fit_side(b, &b->b, &r->b_begin, &r->b_end, &b->a, old.a_begin, old.a_end);
    }
}
