#include "evidence/chains.h"

#include <stdlib.h>

enum {
    WIDE_PAIRS = 3,  // a summary has
    WIDE_WORDS = 60, // words, on the shorter side
    SORTS = 64,      // how often a pair is sorted, on the average: only texts made for it need more
    STACK_LEAST = 64,
};

#define ALIKE .34 // cosine of the passages
#define ALIKE_WIDE .40
#define DENSE .60 // pairs a sentence of the shorter range
#define BULK .80  // share of a summary's pairs that may be one chain with small gaps

// Pairs [lo, hi), to be split where they do not hang together.
typedef struct part {
    size_t lo, hi;
    uint32_t gap_a, gap_b;
    bool by_b;  // along b next
    bool whole; // they hang together along the other one
} part;

typedef struct joiner {
    bags *bags;
    pairs *pairs;
    part *stack;
    size_t n_stack, cap_stack;
    chains *out;
    size_t cap;
    size_t budget; // pairs that may still be sorted; then parts are taken as they are
} joiner;

static int order(uint32_t x, uint32_t y)
{
    return (x > y) - (x < y);
}

static int by_a(const void *x, const void *y)
{
    const pair *p = x, *q = y;
    return p->a != q->a ? order(p->a, q->a) : order(p->b, q->b);
}

static int by_b(const void *x, const void *y)
{
    const pair *p = x, *q = y;
    return p->b != q->b ? order(p->b, q->b) : order(p->a, q->a);
}

static shg_err push(joiner *j, part p)
{
    if (j->n_stack == j->cap_stack) {
        size_t cap = j->cap_stack ? 2 * j->cap_stack : STACK_LEAST;
        part *q = realloc(j->stack, cap * sizeof *q);
        if (!q)
            return SHG_ENOMEM;
        j->stack = q;
        j->cap_stack = cap;
    }
    j->stack[j->n_stack++] = p;
    return SHG_OK;
}

static shg_err add(joiner *j, chain c)
{
    if (j->out->n == j->cap) {
        size_t cap = j->cap ? 2 * j->cap : STACK_LEAST;
        chain *q = realloc(j->out->c, cap * sizeof *q);
        if (!q)
            return SHG_ENOMEM;
        j->out->c = q;
        j->cap = cap;
    }
    j->out->c[j->out->n++] = c;
    return SHG_OK;
}

static bag_range range_of(const pair *p, size_t n)
{
    bag_range r = {p->a, p->a + 1, p->b, p->b + 1};
    for (size_t i = 1; i < n; i++) {
        r.a_begin = p[i].a < r.a_begin ? p[i].a : r.a_begin;
        r.a_end = p[i].a >= r.a_end ? p[i].a + 1 : r.a_end;
        r.b_begin = p[i].b < r.b_begin ? p[i].b : r.b_begin;
        r.b_end = p[i].b >= r.b_end ? p[i].b + 1 : r.b_end;
    }
    return r;
}

static uint32_t words_in(const sentences *s, uint32_t begin, uint32_t end)
{
    return s->s[end - 1].end - s->s[begin].begin;
}

// is_dense tells whether a like is the rule in the shorter range, and not the gap.
static bool is_dense(const chain *c)
{
    uint32_t a = c->r.a_end - c->r.a_begin, b = c->r.b_end - c->r.b_begin;
    return c->pairs >= DENSE * (a < b ? a : b);
}

// finish makes a chain of a part that hangs together, or tries smaller gaps.
static shg_err finish(joiner *j, part p)
{
    bool wide = p.gap_a != p.gap_b;
    chain c = {.r = range_of(j->pairs->p + p.lo, p.hi - p.lo),
               .pairs = (uint32_t)(p.hi - p.lo),
               .wide = wide};
    if (wide) {
        uint32_t a = words_in(&j->bags->a.s, c.r.a_begin, c.r.a_end);
        uint32_t b = words_in(&j->bags->b.s, c.r.b_begin, c.r.b_end);
        uint32_t less = p.gap_a < p.gap_b ? a : b, more = p.gap_a < p.gap_b ? b : a;
        if (c.pairs < WIDE_PAIRS || less < WIDE_WORDS || more / CHAIN_WIDER < less)
            return SHG_OK;
    }
    c.cosine = bags_cosine(j->bags, c.r);
    if (c.cosine >= (wide ? ALIKE_WIDE : ALIKE) && (wide || p.gap_a == 0 || is_dense(&c))) {
        bags_fit(j->bags, &c.r);
        return add(j, c);
    }
    if (wide || p.gap_a == 0)
        return SHG_OK;
    return push(j, (part){p.lo, p.hi, p.gap_a - 1, p.gap_b - 1, false, false});
}

// split pushes the pieces of p that hang together along the side it is sorted by.
static shg_err split(joiner *j, part p)
{
    const pair *x = j->pairs->p;
    uint32_t gap = p.by_b ? p.gap_b : p.gap_a;
    size_t lo = p.lo;
    for (size_t i = p.lo + 1; i <= p.hi; i++) {
        if (i < p.hi && (p.by_b ? x[i].b - x[i - 1].b : x[i].a - x[i - 1].a) <= gap + 1)
            continue;
        if (lo == p.lo && i == p.hi && p.whole)
            return finish(j, p);
        shg_err e = push(j, (part){lo, i, p.gap_a, p.gap_b, !p.by_b, true});
        if (e)
            return e;
        lo = i;
    }
    return SHG_OK;
}

// join splits along a and b in turn until each part hangs together on both sides: the same
// parts whichever side comes first.
static shg_err join(joiner *j, uint32_t gap_a, uint32_t gap_b)
{
    shg_err e = push(j, (part){0, j->pairs->n, gap_a, gap_b, false, false});
    while (!e && j->n_stack) {
        part p = j->stack[--j->n_stack];
        size_t n = p.hi - p.lo;
        if (n > j->budget) {
            e = finish(j, p);
            continue;
        }
        j->budget -= n;
        qsort(j->pairs->p + p.lo, n, sizeof *j->pairs->p, p.by_b ? by_b : by_a);
        e = split(j, p);
    }
    return e;
}

static bool within(bag_range x, bag_range y)
{
    return x.a_begin >= y.a_begin && x.a_end <= y.a_end && x.b_begin >= y.b_begin &&
           x.b_end <= y.b_end;
}

static int by_a_begin(const void *x, const void *y)
{
    return order(((const chain *)x)->r.a_begin, ((const chain *)y)->r.a_begin);
}

static int by_b_begin(const void *x, const void *y)
{
    return order(((const chain *)x)->r.b_begin, ((const chain *)y)->r.b_begin);
}

static uint32_t begin_of(const chain *c, bool on_b)
{
    return on_b ? c->r.b_begin : c->r.a_begin;
}

// is_summary tells whether a wide chain is more than one close chain and stray pairs. The
// close ones are sorted by where they begin on the summary's side.
static bool is_summary(const chain *c, const chain *close, size_t n, bool on_b)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (begin_of(&close[mid], on_b) < begin_of(c, on_b))
            lo = mid + 1;
        else
            hi = mid;
    }
    uint32_t most = 0, end = on_b ? c->r.b_end : c->r.a_end;
    for (; lo < n && begin_of(&close[lo], on_b) < end; lo++) {
        if (close[lo].pairs > most && within(close[lo].r, c->r))
            most = close[lo].pairs;
    }
    return most <= BULK * c->pairs;
}

// join_wide adds the summaries of the one side in the other.
static shg_err join_wide(joiner *j, size_t n_close, bool on_b)
{
    chains *c = j->out;
    size_t n = c->n;
    shg_err e = on_b ? join(j, CHAIN_WIDE, CHAIN_GAP) : join(j, CHAIN_GAP, CHAIN_WIDE);
    if (e || n_close == 0)
        return e;
    qsort(c->c, n_close, sizeof *c->c, on_b ? by_b_begin : by_a_begin);
    for (size_t i = n; i < c->n; i++) {
        if (is_summary(&c->c[i], c->c, n_close, on_b))
            c->c[n++] = c->c[i];
    }
    c->n = n;
    return SHG_OK;
}

shg_err chains_find(chains *out, bags *b, pairs *p)
{
    joiner j = {.bags = b, .pairs = p, .out = out, .budget = SORTS * p->n};
    *out = (chains){0};
    if (p->n == 0)
        return SHG_OK;
    shg_err e = join(&j, CHAIN_GAP, CHAIN_GAP);
    size_t n_close = out->n;
    if (!e)
        e = join_wide(&j, n_close, false);
    if (!e)
        e = join_wide(&j, n_close, true);
    free(j.stack);
    if (e)
        chains_free(out);
    return e;
}

void chains_free(chains *c)
{
    free(c->c);
    *c = (chains){0};
}
