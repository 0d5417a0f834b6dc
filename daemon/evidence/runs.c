#include "evidence/runs.h"
#include "evidence/maybe.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <assert.h>
#include <stdlib.h>

// Where one seed stands in b: f->place[first .. first + n), ascending.
typedef struct slice {
    uint32_t first, n;
} slice;

typedef struct finder {
    const runs_source *of_a;
    const words *a, *b;
    uint64_t *seed;  // of b; in their place, of those that a has, numbers
    uint32_t *first; // by number: where in place its slice begins, the next one after it
    uint32_t *place;
    uint32_t *done;  // by diagonal b - a + a->n: where in a its last run ends
    uint32_t cursor; // where in b the last run ended
    unsigned least;  // weight of a seed
    runs *out;
    size_t cap, most; // of out: allocated; after most only long runs are taken
    size_t budget;    // steps back that are left before they are cut short
} finder;

static runs_seed *slot_of(const runs_source *s, uint64_t hash)
{
    size_t at = hash_place(hash, s->slot) & s->mask;
    while (s->slot[at].number && s->slot[at].hash != hash)
        at = (at + 1) & s->mask;
    return &s->slot[at];
}

// Thirty-two bits for each word.
static size_t maybe_mask(const runs_source *s)
{
    return s->mask / 4;
}

static void take_seeds(runs_source *s, const uint64_t *seed)
{
    for (size_t i = 0; i < s->n; i++) {
        runs_seed *x = slot_of(s, seed[i]);
        if (!x->number)
            *x = (runs_seed){seed[i], (uint32_t)++s->n_distinct};
        s->number[i] = x->number - 1;
        maybe_add(s->maybe, maybe_mask(s), seed[i]);
    }
}

static shg_err ready(runs_source *s, unsigned k)
{
    if (s->number)
        return SHG_OK;
    size_t n = s->of->n, size = hash_slots(n);
    uint64_t *seed = malloc((n + 1) * sizeof *seed);
    *s = (runs_source){.of = s->of, .k = k, .mask = size - 1};
    s->number = malloc((n + 1) * sizeof *s->number);
    s->slot = calloc(size, sizeof *s->slot);
    s->maybe = calloc(size / 4, sizeof *s->maybe);
    bool there = seed && s->number && s->slot && s->maybe;
    if (there) {
        s->n = shingles_make(seed, NULL, s->of, k);
        take_seeds(s, seed);
    }
    free(seed);
    if (!there)
        runs_source_free(s);
    return there ? SHG_OK : SHG_ENOMEM;
}

void runs_source_free(runs_source *s)
{
    free(s->number);
    free(s->slot);
    free(s->maybe);
    *s = (runs_source){.of = s->of};
}

// Of seeds that a lacks for certain nothing more is asked; place has those that are left, first.
static void index_seeds(finder *f, size_t n)
{
    const runs_source *s = f->of_a;
    size_t n_at = maybe_list(f->place, f->seed, n, s->maybe, maybe_mask(s)), n_both = 0;
    for (size_t k = 0; k < n_at; k++) {
        uint32_t j = f->place[k], number = slot_of(s, f->seed[j])->number;
        if (!number)
            continue;
        f->first[number - 1]++;
        f->seed[n_both++] = (uint64_t)(number - 1) << 32 | j;
    }
    // first starts past each slice's end and moves down to its start as that is filled.
    uint32_t end = 0;
    for (size_t i = 0; i <= s->n_distinct; i++)
        f->first[i] = end += f->first[i];
    while (n_both > 0) {
        uint64_t x = f->seed[--n_both];
        f->place[--f->first[x >> 32]] = (uint32_t)x;
    }
}

static slice slice_of(const finder *f, uint32_t number)
{
    return (slice){f->first[number], f->first[number + 1] - f->first[number]};
}

static shg_err prepare(finder *f)
{
    const words *a = f->a, *b = f->b;
    f->seed = malloc((b->n + 1) * sizeof *f->seed);
    f->first = calloc(f->of_a->n_distinct + 1, sizeof *f->first);
    f->place = malloc((b->n + 1) * sizeof *f->place);
    f->done = calloc(a->n + b->n + 1, sizeof *f->done);
    if (!f->seed || !f->first || !f->place || !f->done)
        return SHG_ENOMEM;
    index_seeds(f, shingles_make(f->seed, NULL, b, f->of_a->k));
    return SHG_OK;
}

static shg_err add(finder *f, run r)
{
    if (f->out->n >= f->most && r.n < RUN_JUMP)
        return SHG_OK;
    if (f->out->n == f->cap) {
        size_t cap = f->cap ? 2 * f->cap : 64;
        run *p = realloc(f->out->r, cap * sizeof *p);
        if (!p)
            return SHG_ENOMEM;
        f->out->r = p;
        f->cap = cap;
    }
    f->out->r[f->out->n++] = r;
    return SHG_OK;
}

static unsigned weight_of(const words *w, size_t begin, size_t n)
{
    unsigned sum = 0;
    for (size_t i = begin; i < begin + n && sum < UINT16_MAX; i++)
        sum += word_weight(&w->w[i]);
    return sum;
}

// grow adds the run that holds word i of a and j of b, unless it is known, and moves
// *end to where in a it ends, if that is farther.
static shg_err grow(finder *f, uint32_t i, uint32_t j, uint32_t *end)
{
    uint32_t *done = &f->done[j + f->a->n - i];
    if (*done > i)
        return SHG_OK;
    uint32_t n = 0, back = 0;
    while (i + n < f->a->n && j + n < f->b->n && words_same(f->a, i + n, f->b, j + n))
        n++;
    if (n == 0)
        return SHG_OK; // another seed of the same hash
    uint32_t reach = f->budget ? UINT32_MAX : RUN_JUMP;
    while (back < i && back < j && back < reach &&
           words_same(f->a, i - back - 1, f->b, j - back - 1))
        back++;
    f->budget -= back < f->budget ? back : f->budget;
    *done = i + n;
    if (weight_of(f->a, i - back, back + n) < f->least)
        return SHG_OK;
    if (i + n > *end) {
        *end = i + n;
        f->cursor = j + n;
    }
    return add(f, (run){i - back, j - back, back + n});
}

// around narrows the places of a frequent seed to the RUN_PLACES next to the cursor.
static slice around(const finder *f, slice s)
{
    if (s.n <= RUN_PLACES)
        return s;
    uint32_t lo = s.first, hi = s.first + s.n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (f->place[mid] < f->cursor)
            lo = mid + 1;
        else
            hi = mid;
    }
    uint32_t last = s.first + s.n - RUN_PLACES;
    lo = lo > s.first ? lo - 1 : lo; // one before it, too
    s.first = lo < last ? lo : last;
    s.n = RUN_PLACES;
    return s;
}

// Left to right over a. What is found ahead of one seed costs at most RUN_PLACES times the
// longest of it, and a long one is jumped over; what is found behind it has a budget, which
// only texts that repeat a frequent phrase without end use up. So the whole is linear.
static shg_err search(finder *f)
{
    for (uint32_t i = 0; i < f->of_a->n;) {
        slice s = around(f, slice_of(f, f->of_a->number[i]));
        uint32_t end = i;
        for (uint32_t p = s.first; p < s.first + s.n; p++) {
            shg_err e = grow(f, i, f->place[p], &end);
            if (e)
                return e;
        }
        i = end - i >= RUN_JUMP ? end : i + 1;
    }
    return SHG_OK;
}

shg_err runs_find(runs *out, runs_source *of_a, const words *b, unsigned k)
{
    const words *a = of_a->of;
    assert(a->n < UINT32_MAX && b->n < UINT32_MAX);
    *out = (runs){0};
    if (a->n == 0 || b->n == 0)
        return SHG_OK;
    shg_err e = ready(of_a, k);
    if (e)
        return e;
    assert(of_a->k == k);
    finder f = {.of_a = of_a, .a = a, .b = b, .out = out, .least = k * WORD_WEIGHT};
    f.most = 4 * (a->n + b->n) + 1024;
    f.budget = 8 * (a->n + b->n) + 1024;
    e = prepare(&f);
    if (!e)
        e = search(&f);
    free(f.seed);
    free(f.first);
    free(f.place);
    free(f.done);
    if (e)
        runs_free(out);
    return e;
}

void runs_free(runs *r)
{
    free(r->r);
    *r = (runs){0};
}
