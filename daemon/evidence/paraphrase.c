#include "evidence/paraphrase.h"
#include "evidence/chains.h"
#include "text/shingle.h"

#include <stdlib.h>

enum {
    COVERED = 50,  // per cent of a passage's words in exact ones: then those say it, where
    VERBATIM = 50, // a run has so many words, or so many per cent of the shorter text is exact
    SPOKEN = 80,   // per cent of a passage's words in exact ones that are mostly quotation: they
                   // say it whatever else is exact
};

#define SURE 12.0 // words times cosine: less is chance

enum taken { IN_PASSAGE = 1, HAS_LIKE = 2 };

typedef struct chooser {
    paraphrases *out;
    const passages *exact;
    const side *a, *b;
    bags bags;
    uint8_t *taken_a, *taken_b; // by sentence, of enum taken
    uint32_t *by_b;             // the exact passages, ascending by b_begin
} chooser;

// What a passage holds on one side, in weights.
typedef struct amount {
    uint32_t own, prose;
} amount;

static amount amount_of(const side *s, uint32_t begin, uint32_t end)
{
    amount n = {0, 0};
    for (uint32_t i = begin; i < end; i++) {
        unsigned w = word_weight(&s->words.w[i]);
        n.own += s->mark[i] & MARK_FURNITURE ? 0 : w;
        n.prose += s->mark[i] ? 0 : w;
    }
    return n;
}

static uint32_t in_words(uint32_t x, uint32_t y)
{
    return ((x < y ? x : y) + WORD_WEIGHT / 2) / WORD_WEIGHT;
}

static passage passage_of(const chooser *c, bag_range r)
{
    const sentence *a = c->bags.a.s.s, *b = c->bags.b.s.s;
    passage p = {.a_begin = a[r.a_begin].begin,
                 .a_end = a[r.a_end - 1].end,
                 .b_begin = b[r.b_begin].begin,
                 .b_end = b[r.b_end - 1].end,
                 .kind = PASSAGE_PARAPHRASE};
    amount x = amount_of(c->a, p.a_begin, p.a_end), y = amount_of(c->b, p.b_begin, p.b_end);
    p.words = in_words(x.own, y.own);
    p.prose = in_words(x.prose, y.prose);
    p.quoted = p.words > p.prose ? p.words - p.prose : 0;
    return p;
}

static bool meets_a(const passage *p, const passage *q)
{
    return p->a_begin < q->a_end && q->a_begin < p->a_end;
}

static bool meets_b(const passage *p, const passage *q)
{
    return p->b_begin < q->b_end && q->b_begin < p->b_end;
}

static const passage *exact_by_b(const chooser *c, size_t i)
{
    return &c->exact->p[c->by_b[i]];
}

// first_a returns the first exact passage that ends behind a word of a; first_b of by_b.
static size_t first_a(const chooser *c, uint32_t from)
{
    size_t lo = 0, hi = c->exact->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->exact->p[mid].a_end <= from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static size_t first_b(const chooser *c, uint32_t from)
{
    size_t lo = 0, hi = c->exact->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (exact_by_b(c, mid)->b_end <= from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

// What exact passages a paraphrase meets.
typedef struct meeting {
    uint32_t words, prose, longest; // of those that it meets on both sides
    bool broken;                    // a strong one it meets on one side only
    passage all;                    // with those it meets on both sides
} meeting;

static void take_in(meeting *m, const passages *exact, const passage *x)
{
    passage *p = &m->all;
    m->words += x->words;
    m->prose += x->prose;
    for (uint32_t r = x->run; r < x->run + x->n_runs; r++)
        m->longest = exact->run[r].n > m->longest ? exact->run[r].n : m->longest;
    p->a_begin = x->a_begin < p->a_begin ? x->a_begin : p->a_begin;
    p->a_end = x->a_end > p->a_end ? x->a_end : p->a_end;
    p->b_begin = x->b_begin < p->b_begin ? x->b_begin : p->b_begin;
    p->b_end = x->b_end > p->b_end ? x->b_end : p->b_end;
}

static meeting meet(const chooser *c, const passage *p)
{
    meeting m = {.all = *p};
    for (size_t i = first_a(c, p->a_begin); i < c->exact->n; i++) {
        const passage *x = &c->exact->p[i];
        if (!meets_a(x, p))
            break;
        if (meets_b(x, p))
            take_in(&m, c->exact, x);
        else
            m.broken |= x->words >= PARAPHRASE_STRONG;
    }
    for (size_t i = first_b(c, p->b_begin); i < c->exact->n; i++) {
        const passage *x = exact_by_b(c, i);
        if (!meets_b(x, p))
            break;
        m.broken |= !meets_a(x, p) && x->words >= PARAPHRASE_STRONG;
    }
    return m;
}

// is_free tells whether the sentences of r are in no passage yet; claim puts them in one.
static bool is_free(const chooser *c, bag_range r)
{
    for (uint32_t i = r.a_begin; i < r.a_end; i++) {
        if (c->taken_a[i] & IN_PASSAGE)
            return false;
    }
    for (uint32_t i = r.b_begin; i < r.b_end; i++) {
        if (c->taken_b[i] & IN_PASSAGE)
            return false;
    }
    return true;
}

// shrink takes sentences at the ends that are in a passage out of [*begin, *end).
static void shrink(const uint8_t *taken, uint32_t *begin, uint32_t *end)
{
    while (*begin < *end && taken[*begin] & IN_PASSAGE)
        (*begin)++;
    while (*end > *begin && taken[*end - 1] & IN_PASSAGE)
        (*end)--;
}

static void claim(chooser *c, bag_range r)
{
    for (uint32_t i = r.a_begin; i < r.a_end; i++)
        c->taken_a[i] |= IN_PASSAGE;
    for (uint32_t i = r.b_begin; i < r.b_end; i++)
        c->taken_b[i] |= IN_PASSAGE;
}

static void widen(const sentences *s, uint32_t *begin, uint32_t *end, uint32_t from, uint32_t to)
{
    while (s->s[*begin].begin > from)
        (*begin)--;
    while (s->s[*end - 1].end < to)
        (*end)++;
}

// unite takes in what sticks out of the exact passages in p, unless another passage stands there.
static void unite(const chooser *c, passage *p, bag_range *r, const passage *all)
{
    bag_range wide = *r;
    widen(&c->bags.a.s, &wide.a_begin, &wide.a_end, all->a_begin, all->a_end);
    widen(&c->bags.b.s, &wide.b_begin, &wide.b_end, all->b_begin, all->b_end);
    if (!is_free(c, wide))
        return;
    amount x = amount_of(c->a, all->a_begin, all->a_end);
    amount y = amount_of(c->b, all->b_begin, all->b_end);
    *p = *all;
    p->words = in_words(x.own, y.own);
    p->prose = in_words(x.prose, y.prose);
    *r = wide;
}

// told returns the prose of the sentences [begin, end) that have a like, in weights.
static uint32_t told(const side *s, const sentences *x, const uint8_t *taken, uint32_t begin,
                     uint32_t end)
{
    uint32_t sum = 0;
    for (uint32_t i = begin; i < end; i++)
        sum += taken[i] & HAS_LIKE ? amount_of(s, x->s[i].begin, x->s[i].end).prose : 0;
    return sum;
}

static uint32_t beyond(uint32_t all, uint32_t exact)
{
    return all > exact ? all - exact : 0;
}

static void hold(chooser *c, const passage *p)
{
    for (size_t i = first_a(c, p->a_begin); i < c->exact->n; i++) {
        if (!meets_a(&c->exact->p[i], p))
            break;
        c->out->holds[i] = 1;
    }
    for (size_t i = first_b(c, p->b_begin); i < c->exact->n; i++) {
        if (!meets_b(exact_by_b(c, i), p))
            break;
        c->out->holds[c->by_b[i]] = 1;
    }
}

// is_exact tells whether the exact passages in p are what there is to show.
static bool is_exact(const chooser *c, const meeting *m, const passage *p)
{
    uint64_t less = c->a->own_words < c->b->own_words ? c->a->own_words : c->b->own_words;
    bool verbatim = m->longest >= VERBATIM || c->exact->words * 100ull >= less * VERBATIM;
    bool quoted = m->prose < beyond(m->words, m->prose);
    return (verbatim && m->words * 100ull >= p->words * (uint64_t)COVERED) ||
           (quoted && m->words * 100ull >= p->words * (uint64_t)SPOKEN);
}

// choose makes a passage of a chain, if it is sure, says more than the exact ones in it, and
// nothing else stands there.
static void choose(chooser *c, const chain *x)
{
    bag_range r = x->r;
    shrink(c->taken_a, &r.a_begin, &r.a_end);
    shrink(c->taken_b, &r.b_begin, &r.b_end);
    if (r.a_begin == r.a_end || r.b_begin == r.b_end || !is_free(c, r))
        return;
    passage p = passage_of(c, r);
    if (p.words < PARAPHRASE_LEAST || p.words * x->cosine < SURE)
        return;
    meeting m = meet(c, &p);
    if (m.broken || is_exact(c, &m, &p))
        return;
    unite(c, &p, &r, &m.all);
    claim(c, r);
    hold(c, &p);
    // A sentence may stick out of the passage that it was united with.
    uint32_t like = in_words(told(c->a, &c->bags.a.s, c->taken_a, r.a_begin, r.a_end),
                             told(c->b, &c->bags.b.s, c->taken_b, r.b_begin, r.b_end));
    c->out->told += like < p.prose ? like : p.prose;
    c->out->words += beyond(p.words, m.words);
    c->out->prose += beyond(p.prose, m.prose);
    c->out->p[c->out->n++] = p;
}

// Summaries first, since they hold close chains; then what has the most sentences alike.
static double strength(const chain *c)
{
    uint32_t a = c->r.a_end - c->r.a_begin, b = c->r.b_end - c->r.b_begin;
    return c->cosine * (a < b ? a : b);
}

static int by_strength(const void *x, const void *y)
{
    const chain *p = x, *q = y;
    double s = strength(p), t = strength(q);
    if (p->wide != q->wide)
        return p->wide ? -1 : 1;
    if (s < t || s > t)
        return s < t ? 1 : -1;
    uint64_t i = (uint64_t)p->r.a_begin + p->r.b_begin, k = (uint64_t)q->r.a_begin + q->r.b_begin;
    if (i != k)
        return i < k ? -1 : 1;
    return (p->r.a_begin > q->r.a_begin) - (p->r.a_begin < q->r.a_begin);
}

static int by_place(const void *x, const void *y)
{
    const passage *p = x, *q = y;
    return (p->a_begin > q->a_begin) - (p->a_begin < q->a_begin);
}

typedef struct key {
    uint32_t begin, i;
} key;

static int by_key(const void *x, const void *y)
{
    uint32_t p = ((const key *)x)->begin, q = ((const key *)y)->begin;
    return (p > q) - (p < q);
}

static shg_err order_b(chooser *c)
{
    size_t n = c->exact->n;
    key *k = malloc((n + 1) * sizeof *k);
    c->by_b = malloc((n + 1) * sizeof *c->by_b);
    if (!k || !c->by_b) {
        free(k);
        return SHG_ENOMEM;
    }
    for (uint32_t i = 0; i < n; i++)
        k[i] = (key){c->exact->p[i].b_begin, i};
    qsort(k, n, sizeof *k, by_key);
    for (size_t i = 0; i < n; i++)
        c->by_b[i] = k[i].i;
    free(k);
    return SHG_OK;
}

static shg_err choose_all(chooser *c, chains *x, const pairs *p)
{
    paraphrases *out = c->out;
    out->p = malloc(x->n * sizeof *out->p);
    out->holds = calloc(c->exact->n + 1, sizeof *out->holds);
    c->taken_a = calloc(c->bags.a.s.n, sizeof *c->taken_a);
    c->taken_b = calloc(c->bags.b.s.n, sizeof *c->taken_b);
    shg_err e = order_b(c);
    if (e || !out->p || !out->holds || !c->taken_a || !c->taken_b)
        return SHG_ENOMEM;
    for (size_t i = 0; i < p->n; i++)
        c->taken_a[p->p[i].a] = c->taken_b[p->p[i].b] = HAS_LIKE;
    qsort(x->c, x->n, sizeof *x->c, by_strength);
    for (size_t i = 0; i < x->n; i++)
        choose(c, &x->c[i]);
    qsort(out->p, out->n, sizeof *out->p, by_place);
    return SHG_OK;
}

// has_room tells whether the exact passages leave a text enough for another one.
static bool has_room(const side *s, const passages *exact)
{
    return beyond(s->own_words, exact->words) >= PARAPHRASE_LEAST;
}

shg_err paraphrase_find(paraphrases *out, const passages *exact, bags_source *a, const side *b)
{
    chooser c = {.out = out, .exact = exact, .a = a->of, .b = b};
    pairs p = {0};
    chains x = {0};
    *out = (paraphrases){0};
    if (!has_room(a->of, exact) || !has_room(b, exact))
        return SHG_OK;
    shg_err e = bags_make(&c.bags, a, b);
    if (!e)
        e = pairs_find(&p, &c.bags);
    if (!e)
        e = chains_find(&x, &c.bags, &p);
    if (!e && x.n)
        e = choose_all(&c, &x, &p);
    bags_free(&c.bags);
    pairs_free(&p);
    chains_free(&x);
    free(c.taken_a);
    free(c.taken_b);
    free(c.by_b);
    if (e)
        paraphrase_free(out);
    return e;
}

void paraphrase_free(paraphrases *p)
{
    free(p->p);
    free(p->holds);
    *p = (paraphrases){0};
}
