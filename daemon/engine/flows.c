// SOURCES: who copies whom, how often, with credit or without, and how fast.
#include "base/clock.h"
#include "engine/ask.h"
#include "engine/options.h"

#include <stdlib.h>

enum {
    CREDIT_BITS = 1 << CREDIT_WIRE | 1 << CREDIT_REPUBLISHED | 1 << CREDIT_REPORTS,
    NAMES_BITS = CREDIT_BITS | 1 << CREDIT_TOLD, // names the source at all: not silent about it
};

// One article that has something from one source: an edge with a direction, or a credit.
typedef struct flow {
    uint64_t source, publisher; // publisher_hash_of
    const char *source_id;      // where a credit names it, else NULL
    uint32_t source_doc;        // an article of it, else DOC_NONE
    uint32_t taker;
    bool credited;
    int64_t delay_ms; // CLOCK_ABSENT where unknown
} flow;

typedef struct flows {
    flow *f;
    size_t n, cap;
    bool no_memory;
    int64_t since_ms, until_ms;
    const uint64_t *publishers;
    size_t n_publishers;
    bool only;
} flows;

static void add(flows *all, flow f)
{
    if (all->n == all->cap) {
        size_t cap = all->cap ? all->cap * 2 : 256;
        flow *p = realloc(all->f, cap * sizeof *p);
        if (!p) {
            all->no_memory = true;
            return;
        }
        all->f = p;
        all->cap = cap;
    }
    all->f[all->n++] = f;
}

static bool is_wanted(const flows *all, const doc_info *taker)
{
    int64_t t = taker->published_ms != CLOCK_ABSENT ? taker->published_ms : taker->stored_ms;
    if ((all->since_ms != CLOCK_ABSENT && t < all->since_ms) ||
        (all->until_ms != CLOCK_ABSENT && t >= all->until_ms))
        return false;
    for (size_t i = 0; i < all->n_publishers; i++)
        if (all->publishers[i] == taker->publisher)
            return true;
    return !all->only;
}

static bool credits_source(const place *p, uint64_t hash)
{
    for (size_t k = 0; p && k < p->n_credits; k++)
        if (p->credits[k].roles & NAMES_BITS && publisher_hash_of(p->credits[k].id) == hash)
            return true;
    return false;
}

static void add_edge(flows *all, engine *e, uint32_t from, uint32_t to)
{
    doc_info s, t;
    if (!index_info(e->lib.ix, from, &s) || !index_info(e->lib.ix, to, &t) || !is_wanted(all, &t))
        return;
    if (!s.publisher || !t.publisher || s.publisher == t.publisher)
        return;
    // A copy that is dated before its source has a wrong date, or another clock: no delay.
    bool dated = s.published_ms != CLOCK_ABSENT && t.published_ms >= s.published_ms;
    add(all, (flow){.source = s.publisher,
                    .publisher = t.publisher,
                    .source_doc = from,
                    .taker = to,
                    .credited = credits_source(stories_place_of(e->stories, to), s.publisher),
                    .delay_ms = dated ? t.published_ms - s.published_ms : CLOCK_ABSENT});
}

static void add_credits(flows *all, const place *p, const doc_info *taker)
{
    if (!taker->publisher || !is_wanted(all, taker))
        return;
    for (size_t k = 0; k < p->n_credits; k++)
        if (p->credits[k].roles & CREDIT_BITS &&
            publisher_hash_of(p->credits[k].id) != taker->publisher)
            add(all, (flow){.source = publisher_hash_of(p->credits[k].id),
                            .publisher = taker->publisher,
                            .source_id = p->credits[k].id,
                            .source_doc = DOC_NONE,
                            .taker = p->doc,
                            .credited = true,
                            .delay_ms = CLOCK_ABSENT});
}

static void collect(flows *all, engine *e, uint32_t end)
{
    for (uint32_t doc = 0; doc < end; doc++) {
        doc_info info;
        const place *p =
            index_info(e->lib.ix, doc, &info) ? stories_place_of(e->stories, doc) : NULL;
        if (!p)
            continue;
        add_credits(all, p, &info);
        for (size_t k = 0; k < p->n_edges; k++) {
            if (p->edges[k].provenance == PROV_FROM_MATCH)
                add_edge(all, e, p->edges[k].doc, doc);
            else if (p->edges[k].provenance == PROV_TO_MATCH)
                add_edge(all, e, doc, p->edges[k].doc);
        }
    }
}

// By pair of source and publisher, then by article, the one with a known delay first.
static int by_pair(const void *a, const void *b)
{
    const flow *x = a, *y = b;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->publisher != y->publisher)
        return x->publisher < y->publisher ? -1 : 1;
    if (x->taker != y->taker)
        return x->taker < y->taker ? -1 : 1;
    return x->delay_ms > y->delay_ms ? -1 : x->delay_ms < y->delay_ms;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static json_t *name_of(engine *e, uint32_t doc)
{
    reading *r;
    if (library_read(&e->lib, doc, &r))
        return json_null();
    json_t *id = json_string(r->publisher);
    reading_drop(&r);
    return id;
}

static json_t *source_name(engine *e, const flow *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (f[i].source_id)
            return json_string(f[i].source_id);
    return name_of(e, f->source_doc);
}

// One row from the flows of one pair.
static json_t *render_row(engine *e, const flow *f, size_t n)
{
    int64_t *delay = malloc((n + 1) * sizeof *delay);
    size_t articles = 0, with_credit = 0, dated = 0;
    for (size_t i = 0; delay && i < n; i++) {
        if (i && f[i].taker == f[i - 1].taker)
            continue;
        bool any = false;
        for (size_t k = i; k < n && f[k].taker == f[i].taker; k++)
            any |= f[k].credited;
        articles++;
        with_credit += any;
        if (f[i].delay_ms != CLOCK_ABSENT)
            delay[dated++] = f[i].delay_ms;
    }
    json_t *median = json_null();
    if (dated) {
        qsort(delay, dated, sizeof *delay, by_value);
        int64_t mid = dated % 2 ? delay[dated / 2] : (delay[dated / 2 - 1] + delay[dated / 2]) / 2;
        median = json_real((double)mid / 1000);
    }
    free(delay);
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:o}", "source", source_name(e, f, n), "publisher",
                     name_of(e, f->taker), "articles", (json_int_t)articles, "credited",
                     (json_int_t)with_credit, "uncredited", (json_int_t)(articles - with_credit),
                     "median_delay_s", median);
}

static int by_articles(const void *a, const void *b)
{
    json_t *const *x = a, *const *y = b;
    json_int_t m = json_integer_value(json_object_get(*x, "articles"));
    json_int_t n = json_integer_value(json_object_get(*y, "articles"));
    if (m != n)
        return m > n ? -1 : 1;
    const char *names[] = {"source", "publisher"};
    for (int i = 0; i < 2; i++) {
        const char *s = json_string_value(json_object_get(*x, names[i]));
        const char *t = json_string_value(json_object_get(*y, names[i]));
        int order = strcmp(s ? s : "", t ? t : "");
        if (order)
            return order;
    }
    return 0;
}

// NULL: no memory.
static json_t *render(engine *e, flows *all)
{
    json_t **row = calloc(all->n + 1, sizeof(json_t *)), *list = json_array();
    bool complete = row && list;
    size_t n = 0;
    if (all->n)
        qsort(all->f, all->n, sizeof *all->f, by_pair);
    for (size_t i = 0; complete && i < all->n;) {
        size_t k = i;
        while (k < all->n && all->f[k].source == all->f[i].source &&
               all->f[k].publisher == all->f[i].publisher)
            k++;
        row[n] = render_row(e, all->f + i, k - i);
        complete = row[n] != NULL;
        n += complete;
        i = k;
    }
    if (n)
        qsort(row, n, sizeof *row, by_articles);
    for (size_t i = 0; i < n; i++)
        complete &= json_array_append_new(list, row[i]) == 0;
    free(row);
    if (complete)
        return list;
    json_decref(list);
    return NULL;
}

shg_err engine_sources(engine *e, json_t *header, uint32_t end, json_t **reply, refusal *r)
{
    flows all = {.since_ms = CLOCK_ABSENT, .until_ms = CLOCK_ABSENT};
    uint64_t *publishers = NULL;
    *reply = NULL;
    shg_err err = option_time(header, "since", &all.since_ms, r);
    if (!err)
        err = option_time(header, "until", &all.until_ms, r);
    if (!err)
        err = option_publishers(header, "publisher", e->lib.sources, &publishers, &all.n_publishers,
                                &all.only, r);
    if (err)
        return err;
    all.publishers = publishers;
    err = stories_wait(e->stories, end);
    if (!err) {
        stories_enter(e->stories);
        collect(&all, e, end);
        *reply = all.no_memory ? NULL : json_pack("{s:o}", "sources", render(e, &all));
        stories_leave(e->stories);
        err = *reply ? SHG_OK : SHG_ENOMEM;
    }
    free(all.f);
    free(publishers);
    return err ? refuse(r, err, "%s", shg_err_text(err)) : SHG_OK;
}
