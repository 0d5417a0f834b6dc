#include "evidence/passages.h"
#include "evidence/runs.h"
#include "text/shingle.h"

#include <stdlib.h>

enum { SEED = PASSAGE_SEED * WORD_WEIGHT, LEAST = PASSAGE_LEAST * WORD_WEIGHT, ROUNDS = 3 };

// One text while it is tiled. Weights are of text/shingle.h.
typedef struct half {
    const side *s;
    uint32_t *tile; // by word: number of the tile on it, from 1; 0 where free
    uint32_t *own;  // by word: weight of the words before it that are not furniture; [n+1]
} half;

typedef struct tiler {
    half a, b;
    run *tile; // tile[1..n_tiles]; n == 0: given up
    size_t n_tiles;
    uint32_t *next_b; // by tile: the next one in b, 0 after the last
    unsigned least;   // weight of a passage
} tiler;

static shg_err open_half(half *h, const side *s)
{
    size_t n = s->words.n;
    h->s = s;
    h->tile = calloc(n + 1, sizeof *h->tile);
    h->own = malloc((n + 1) * sizeof *h->own);
    if (!h->tile || !h->own)
        return SHG_ENOMEM;
    h->own[0] = 0;
    bool alone = s->words.flags & WORD_CHAR;
    for (size_t i = 0; i < n; i++) {
        unsigned w = alone ? word_weight(&s->words.w[i]) : WORD_WEIGHT;
        h->own[i + 1] = h->own[i] + (s->mark[i] & MARK_FURNITURE ? 0 : w);
    }
    return SHG_OK;
}

static void close_tiler(tiler *t)
{
    free(t->a.tile);
    free(t->a.own);
    free(t->b.tile);
    free(t->b.own);
    free(t->tile);
    free(t->next_b);
}

static unsigned weight_of(const tiler *t, uint32_t a, uint32_t n)
{
    unsigned sum = 0;
    for (uint32_t i = a; i < a + n && sum < LEAST; i++)
        sum += word_weight(&t->a.s->words.w[i]);
    return sum;
}

// small tells whether words [begin, end) may be a gap within a passage.
static bool small(const half *h, uint32_t begin, uint32_t end)
{
    return end - begin <= PASSAGE_GAP_ALL &&
           h->own[end] - h->own[begin] <= PASSAGE_GAP * WORD_WEIGHT;
}

// follows tells whether u stands after t on both sides, with small gaps.
static bool follows(const tiler *x, run t, run u)
{
    return t.a + t.n <= u.a && t.b + t.n <= u.b && small(&x->a, t.a + t.n, u.a) &&
           small(&x->b, t.b + t.n, u.b);
}

// near tells whether r continues a tile that is there already.
static bool near(const tiler *t, run r)
{
    const uint32_t *tile = t->a.tile;
    uint32_t n = (uint32_t)t->a.s->words.n, reach = PASSAGE_GAP_ALL;
    for (uint32_t i = r.a; i > 0 && r.a - i <= reach; i--) {
        if (tile[i - 1] && follows(t, t->tile[tile[i - 1]], r))
            return true;
        if (tile[i - 1])
            break;
    }
    for (uint32_t i = r.a + r.n; i < n && i - (r.a + r.n) <= reach; i++) {
        if (tile[i])
            return follows(t, r, t->tile[tile[i]]);
    }
    return false;
}

static void lay(tiler *t, run r)
{
    uint32_t number = (uint32_t)++t->n_tiles;
    t->tile[number] = r;
    for (uint32_t i = 0; i < r.n; i++)
        t->a.tile[r.a + i] = t->b.tile[r.b + i] = number;
}

// lay_free lays tiles on what is still free of r, where that is seed or more in weight.
static void lay_free(tiler *t, run r, bool only_near)
{
    for (uint32_t i = 0, n; i < r.n; i += n + 1) {
        for (n = 0; i + n < r.n && !t->a.tile[r.a + i + n] && !t->b.tile[r.b + i + n]; n++)
            ;
        run part = {r.a + i, r.b + i, n};
        if (n && weight_of(t, part.a, n) >= SEED && (!only_near || near(t, part)))
            lay(t, part);
    }
}

static int by_length(const void *x, const void *y)
{
    const run *p = x, *q = y;
    if (p->n != q->n)
        return p->n < q->n ? 1 : -1;
    if (p->a != q->a)
        return p->a > q->a ? 1 : -1;
    return (p->b > q->b) - (p->b < q->b);
}

static shg_err open_tiles(tiler *t, size_t most)
{
    t->tile = malloc((most + 2) * sizeof *t->tile);
    t->next_b = malloc((most + 2) * sizeof *t->next_b);
    return t->tile && t->next_b ? SHG_OK : SHG_ENOMEM;
}

// tile_runs: the long ones, then the short ones that continue a tile (a set phrase that
// stands in many places belongs to its neighbours), then what is left.
static shg_err tile_runs(tiler *t, const runs *r)
{
    size_t sum = 0, n_long = 0, n = t->a.s->words.n;
    if (r->n)
        qsort(r->r, r->n, sizeof *r->r, by_length);
    for (size_t i = 0; i < r->n; i++)
        sum += r->r[i].n;
    shg_err e = open_tiles(t, sum < n ? sum : n);
    if (e)
        return e;
    for (; n_long < r->n && weight_of(t, r->r[n_long].a, r->r[n_long].n) >= LEAST; n_long++)
        lay_free(t, r->r[n_long], false);
    for (int only_near = 1; only_near >= 0; only_near--) {
        for (size_t i = n_long; i < r->n; i++)
            lay_free(t, r->r[i], only_near);
    }
    return SHG_OK;
}

// next_tile returns the tile that begins at or after word i, 0 for none.
static uint32_t next_tile(const half *h, size_t i)
{
    while (i < h->s->words.n && !h->tile[i])
        i++;
    return i < h->s->words.n ? h->tile[i] : 0;
}

static void order_b(tiler *t)
{
    uint32_t last = next_tile(&t->b, 0);
    while (last) {
        uint32_t next = next_tile(&t->b, t->tile[last].b + t->tile[last].n);
        t->next_b[last] = next;
        last = next;
    }
}

static bool linked(const tiler *t, uint32_t x, uint32_t y)
{
    return x && y && t->next_b[x] == y && follows(t, t->tile[x], t->tile[y]);
}

static void give_up(tiler *t, uint32_t number)
{
    run *r = &t->tile[number];
    for (uint32_t i = 0; i < r->n; i++)
        t->a.tile[r->a + i] = t->b.tile[r->b + i] = 0;
    r->n = 0;
}

// drop_loose gives up the short tiles that continue nothing: they are no passage, and must
// not stand between those that are. True where there were any.
static bool drop_loose(tiler *t)
{
    bool any = false;
    order_b(t);
    for (uint32_t prev = 0, x = next_tile(&t->a, 0), next; x; x = next) {
        next = next_tile(&t->a, t->tile[x].a + t->tile[x].n);
        if (weight_of(t, t->tile[x].a, t->tile[x].n) >= t->least || linked(t, prev, x) ||
            linked(t, x, next)) {
            prev = x;
            continue;
        }
        give_up(t, x);
        any = true;
    }
    return any;
}

// What the words of a passage are, in weights.
typedef struct tally {
    unsigned prose, quoted, furniture, longest, longest_prose;
} tally;

static void more(unsigned *most, unsigned n)
{
    if (n > *most)
        *most = n;
}

static bool is_furniture(const tiler *t, run r, uint32_t i)
{
    return (t->a.s->mark[r.a + i] | t->b.s->mark[r.b + i]) & MARK_FURNITURE;
}

// edge returns how many words at an end of a run are furniture: from the last one inwards
// where back, from the first one else. A publisher's block is known by the fingerprints in it,
// and the outermost stands a few words from its end; what is short (a title that many stories
// have) takes less with it.
static uint32_t edge(const tiler *t, run r, bool back)
{
    uint32_t from = 0, to;
    while (from < r.n && from < PASSAGE_EDGE && !is_furniture(t, r, back ? r.n - 1 - from : from))
        from++;
    for (to = from; to < r.n && is_furniture(t, r, back ? r.n - 1 - to : to); to++)
        ;
    return from < PASSAGE_EDGE && 2 * from <= to - from ? to : 0;
}

// body returns the part of a run that is not furniture at its ends.
static run body(const tiler *t, run r)
{
    uint32_t begin = edge(t, r, false), end = r.n - edge(t, r, true);
    return (run){r.a + begin, r.b + begin, end > begin ? end - begin : 0};
}

static void count_tile(tally *c, const tiler *t, run r)
{
    unsigned own = 0, streak = 0;
    run in = body(t, r);
    for (uint32_t i = 0; i < r.n; i++) {
        unsigned mark = t->a.s->mark[r.a + i] | t->b.s->mark[r.b + i];
        if (r.a + i < in.a || r.a + i >= in.a + in.n)
            mark |= MARK_FURNITURE;
        unsigned w = word_weight(&t->a.s->words.w[r.a + i]);
        own += mark & MARK_FURNITURE ? 0 : w;
        streak = mark ? 0 : streak + w;
        more(&c->longest_prose, streak);
        if (mark & MARK_FURNITURE)
            c->furniture += w;
        else if (mark & MARK_SPEECH)
            c->quoted += w;
        else
            c->prose += w;
    }
    more(&c->longest, own);
}

static uint32_t in_words(unsigned weight)
{
    return (weight + WORD_WEIGHT / 2) / WORD_WEIGHT;
}

// trim leaves furniture out of the ends, as far as the end run reaches.
static void trim(passage *p, const tiler *t, run first, run last)
{
    run from = body(t, first), to = body(t, last);
    p->a_begin = from.a;
    p->b_begin = from.b;
    p->a_end = to.n ? to.a + to.n : last.a;
    p->b_end = to.n ? to.b + to.n : last.b;
}

// keep makes a passage of n runs, unless they hold too little.
static bool keep(passages *out, const tiler *t, const tally *c, const run *r, uint32_t n)
{
    run first = r[0], last = r[n - 1];
    out->furniture += in_words(c->furniture);
    if (c->prose + c->quoted < t->least)
        return false;
    passage *p = &out->p[out->n++];
    *p = (passage){
        .a_begin = first.a, .a_end = last.a + last.n, .b_begin = first.b, .b_end = last.b + last.n};
    p->run = (uint32_t)(r - out->run);
    p->n_runs = n;
    p->prose = in_words(c->prose);
    p->quoted = in_words(c->quoted);
    p->words = p->prose + p->quoted;
    if (p->quoted > p->prose)
        p->kind = PASSAGE_QUOTED;
    trim(p, t, first, last);
    out->prose += p->prose;
    out->quoted += p->quoted;
    out->words += p->words;
    more(&out->longest, in_words(c->longest));
    more(&out->longest_prose, in_words(c->longest_prose));
    return true;
}

static shg_err merge(passages *out, tiler *t)
{
    for (int i = 0; i < ROUNDS && drop_loose(t); i++)
        ;
    order_b(t);
    out->p = malloc((t->n_tiles + 1) * sizeof *out->p);
    out->run = malloc((t->n_tiles + 1) * sizeof *out->run);
    if (!out->p || !out->run)
        return SHG_ENOMEM;
    size_t n_runs = 0;
    for (uint32_t x, next = next_tile(&t->a, 0); next;) {
        tally c = {0};
        run *r = &out->run[n_runs];
        uint32_t n = 0;
        do {
            x = next;
            r[n++] = t->tile[x];
            count_tile(&c, t, t->tile[x]);
            next = next_tile(&t->a, t->tile[x].a + t->tile[x].n);
        } while (linked(t, x, next));
        if (keep(out, t, &c, r, n))
            n_runs += n;
    }
    return SHG_OK;
}

static shg_err tile(tiler *t, runs_source *seeds)
{
    const side *a = t->a.s, *b = t->b.s;
    t->least = LEAST;
    if (a->words.n > 0 && side_same(a, b)) {
        t->least = 1; // however short
        shg_err e = open_tiles(t, 1);
        if (!e)
            lay(t, (run){0, 0, (uint32_t)a->words.n});
        return e;
    }
    runs r;
    shg_err e = runs_find(&r, seeds, &b->words, PASSAGE_SEED);
    if (!e)
        e = tile_runs(t, &r);
    runs_free(&r);
    return e;
}

shg_err passages_find_of(passages *out, const side *a, runs_source *seeds, const side *b)
{
    tiler t = {0};
    *out = (passages){0};
    shg_err e = open_half(&t.a, a);
    if (!e)
        e = open_half(&t.b, b);
    if (!e)
        e = tile(&t, seeds);
    if (!e)
        e = merge(out, &t);
    close_tiler(&t);
    if (e)
        passages_free(out);
    return e;
}

shg_err passages_find(passages *out, const side *a, const side *b)
{
    runs_source seeds = {.of = &a->words};
    shg_err e = passages_find_of(out, a, &seeds, b);
    runs_source_free(&seeds);
    return e;
}

void passages_free(passages *p)
{
    free(p->p);
    free(p->run);
    *p = (passages){0};
}
