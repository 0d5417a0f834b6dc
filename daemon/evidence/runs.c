#include "evidence/runs.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <assert.h>
#include <stdlib.h>

// Where the seeds of b stand: an open-addressing table of the distinct hashes, each with
// a slice of place[], ascending.
typedef struct slot {
    uint64_t hash;
    uint32_t first, n; // place[first..first+n); n == 0: free
} slot;

typedef struct finder {
    const words *a, *b;
    uint64_t *seed_a, *seed_b;
    size_t n_seed_a, n_seed_b;
    slot *table;
    size_t mask;
    uint32_t *place;
    uint32_t *done;  // by diagonal b - a + a->n: where in a its last run ends
    uint32_t cursor; // where in b the last run ended
    unsigned least;  // weight of a seed
    runs *out;
    size_t cap, most; // of out: allocated; after most only long runs are taken
    size_t budget;    // steps back that are left before they are cut short
} finder;

static slot *slot_of(const finder *f, uint64_t hash)
{
    size_t s = hash_place(hash, f->table) & f->mask;
    while (f->table[s].n && f->table[s].hash != hash)
        s = (s + 1) & f->mask;
    return &f->table[s];
}

// In place of a seed of b stands the number of its slot when they are indexed.
static void index_seeds(finder *f)
{
    for (size_t j = 0; j < f->n_seed_b; j++) {
        slot *s = slot_of(f, f->seed_b[j]);
        s->hash = f->seed_b[j];
        s->n++;
        f->seed_b[j] = (uint64_t)(s - f->table);
    }
    // first starts past each slice's end and moves down to its start as that is filled.
    uint32_t end = 0;
    for (size_t s = 0; s <= f->mask; s++)
        f->table[s].first = end += f->table[s].n;
    for (size_t j = f->n_seed_b; j-- > 0;)
        f->place[--f->table[f->seed_b[j]].first] = (uint32_t)j;
}

static shg_err prepare(finder *f, unsigned k)
{
    const words *a = f->a, *b = f->b;
    size_t size = hash_slots(b->n);
    f->mask = size - 1;
    f->seed_a = malloc((a->n + 1) * sizeof *f->seed_a);
    f->seed_b = malloc((b->n + 1) * sizeof *f->seed_b);
    f->table = calloc(size, sizeof *f->table);
    f->place = malloc((b->n + 1) * sizeof *f->place);
    f->done = calloc(a->n + b->n + 1, sizeof *f->done);
    if (!f->seed_a || !f->seed_b || !f->table || !f->place || !f->done)
        return SHG_ENOMEM;
    f->n_seed_a = shingles_make(f->seed_a, NULL, a, k);
    f->n_seed_b = shingles_make(f->seed_b, NULL, b, k);
    index_seeds(f);
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
static slot around(const finder *f, slot s)
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
    for (uint32_t i = 0; i < f->n_seed_a;) {
        slot s = around(f, *slot_of(f, f->seed_a[i]));
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

shg_err runs_find(runs *out, const words *a, const words *b, unsigned k)
{
    assert(a->n < UINT32_MAX && b->n < UINT32_MAX);
    *out = (runs){0};
    if (a->n == 0 || b->n == 0)
        return SHG_OK;
    finder f = {.a = a, .b = b, .out = out, .least = k * WORD_WEIGHT};
    f.most = 4 * (a->n + b->n) + 1024;
    f.budget = 8 * (a->n + b->n) + 1024;
    shg_err e = prepare(&f, k);
    if (!e)
        e = search(&f);
    free(f.seed_a);
    free(f.seed_b);
    free(f.table);
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
