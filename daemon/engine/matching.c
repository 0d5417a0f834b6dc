#include "engine/matching.h"
#include "base/clock.h"
#include "base/sort.h"
#include "engine/verify.h"

#include <stdlib.h>

enum {
    REFIND_MOST = 3,
    NEAR_MOST = 1024,
    WEIGHT_PRINT = 64,
    WEIGHT_NEAR = 1 << 20,
    CAPPED_SHARED = 4, // of the fingerprints that many articles carry, and of those
    CAPPED_PART = 4,   // one in so many, make a candidate
};

typedef struct candidate {
    uint32_t doc, weight;
    uint32_t terms, capped; // rare terms, and fingerprints with capped lists, that are shared
    uint32_t n_words;       // of the document; from here on by describe
    bool same;              // it reads the same as the one asked about
    uint64_t publisher;
    int64_t published_ms;
} candidate;

typedef struct candidates {
    candidate *c;
    size_t n;
} candidates;

static int by_doc(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

static int by_weight(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->capped != y->capped)
        return x->capped > y->capped ? -1 : 1;
    return x->terms != y->terms ? (x->terms > y->terms ? -1 : 1) : by_doc(a, b);
}

static void add_up(candidate *to, const candidate *c)
{
    to->weight += c->weight;
    to->terms += c->terms;
    to->capped += c->capped;
}

// Candidates of one document are added up.
static size_t merge_same(candidate *c, size_t n)
{
    size_t out = 0;
    qsort(c, n, sizeof *c, by_doc);
    for (size_t i = 0; i < n; i++) {
        if (out && c[out - 1].doc == c[i].doc)
            add_up(&c[out - 1], &c[i]);
        else
            c[out++] = c[i];
    }
    return out;
}

// What is looked up of an article.
typedef struct found {
    frequency f;
    known known;
    uint32_t near[NEAR_MOST]; // documents of its bands
    size_t n_near, all_near;  // in near; in all
} found;

// What a shared key of this list says. A rare fingerprint says more than a common one;
// one that many articles carry something; a common term nothing. Furniture says nothing, since
// no passage is made of it, but of a page that is nothing else (shell).
static bool key_says(candidate *says, const frequency *f, size_t k, size_t n_prints, bool shell)
{
    const posting_list *l = &f->lists.list[k];
    bool furniture = k < n_prints && f->verdict[k] & KEY_FURNITURE;
    *says = (candidate){0};
    if (k >= n_prints)
        says->terms = !is_capped(l);
    else if (!is_capped(l))
        says->weight = furniture && !shell ? 0 : WEIGHT_PRINT / (l->n + 1) + 1;
    else
        says->capped = !furniture;
    return says->terms || says->weight || says->capped;
}

// Documents, each with the number of what makes it a candidate: a key, or behind them its bands.
typedef struct reasons {
    candidate *says; // of each number
    sort_item *item, *tmp;
    size_t n;
    uint32_t bits;     // of all documents together
    uint32_t n_capped; // fingerprints with capped lists that say something
} reasons;

static shg_err reasons_open(reasons *out, const found *x)
{
    const postings *lists = &x->f.lists;
    size_t room = x->n_near;
    for (size_t k = 0; k < lists->n; k++)
        room += lists->list[k].n;
    *out = (reasons){
        .says = calloc(lists->n + 1, sizeof *out->says),
        .item = malloc((2 * room + 1) * sizeof *out->item),
    };
    if (!out->says || !out->item)
        return SHG_ENOMEM;
    out->tmp = out->item + room;
    return SHG_OK;
}

static void reasons_close(reasons *x)
{
    free(x->says);
    free(x->item);
}

static void add_reason(reasons *x, uint32_t doc, size_t k)
{
    x->item[x->n++] = (sort_item){doc, (uint32_t)k};
    x->bits |= doc;
}

// Keys from n_prints on are terms.
static void add_lists(reasons *x, const frequency *f, size_t n_prints, bool shell)
{
    for (size_t k = 0; k < f->lists.n; k++) {
        if (!key_says(&x->says[k], f, k, n_prints, shell))
            continue;
        x->n_capped += x->says[k].capped;
        for (uint32_t i = 0; i < f->lists.list[k].n; i++)
            add_reason(x, f->lists.list[k].p[i].doc, k);
    }
}

static void add_near(reasons *x, const found *in, const reading *r)
{
    size_t k = in->f.lists.n;
    x->says[k] = (candidate){.weight = WEIGHT_NEAR};
    for (size_t i = 0; i < in->n_near; i++)
        if (in->near[i] != r->doc)
            add_reason(x, in->near[i], k);
}

// One shared fingerprint, or band, makes a candidate; of terms it takes RARE_SHARED. Where
// all that two articles share stands in many others too (an excerpt from what everybody
// printed), it takes a good part of it: set phrases alone are no candidate.
static bool is_likely(const candidate *c, uint32_t n_capped)
{
    uint32_t part = n_capped / CAPPED_PART;
    uint32_t capped = part > CAPPED_SHARED ? part : CAPPED_SHARED;
    return c->weight || c->terms >= RARE_SHARED || c->capped >= capped;
}

// The reasons of each document, by document, together.
static void add_up_all(candidates *out, const reasons *x)
{
    for (size_t i = 0; i < x->n;) {
        candidate c = {.doc = (uint32_t)x->item[i].key};
        for (; i < x->n && x->item[i].key == c.doc; i++)
            add_up(&c, &x->says[x->item[i].value]);
        if (is_likely(&c, x->n_capped))
            out->c[out->n++] = c;
    }
}

static size_t count_docs(const reasons *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        n += i == 0 || x->item[i].key != x->item[i - 1].key;
    return n;
}

static shg_err find_candidates(candidates *out, const found *in, const reading *r, bool shell)
{
    reasons x;
    shg_err e = reasons_open(&x, in);
    if (!e) {
        add_lists(&x, &in->f, r->n_keys, shell);
        add_near(&x, in, r);
        sort_items(x.item, x.tmp, x.n, 32 - (unsigned)__builtin_clz(x.bits | 1));
        size_t room = 2 * count_docs(&x) + 1; // and for the centre of each
        *out = (candidates){.c = malloc(room * sizeof *out->c)};
        e = out->c ? SHG_OK : SHG_ENOMEM;
    }
    if (!e)
        add_up_all(out, &x);
    reasons_close(&x);
    return e;
}

// A copy of a copy reaches the centre of its text also where a band has more documents than
// are looked at. Returns whether there are any.
static bool add_centres(candidates *all, const match_opts *o)
{
    size_t n = all->n;
    for (size_t i = 0; o->centre_of && i < n; i++) {
        uint32_t centre =
            all->c[i].weight >= WEIGHT_NEAR ? o->centre_of(o->ctx, all->c[i].doc) : DOC_NONE;
        if (centre != DOC_NONE && centre != all->c[i].doc)
            all->c[all->n++] = (candidate){.doc = centre, .weight = WEIGHT_NEAR};
    }
    if (all->n == n)
        return false;
    all->n = merge_same(all->c, all->n);
    return true;
}

static bool is_in(uint64_t x, const uint64_t *set, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (set[i] == x)
            return true;
    return false;
}

// What the index tells of each; those that are gone are left out.
static void describe(candidates *c, library *lib, const reading *r, bool *vanished)
{
    enum { PART = 64 };
    size_t out = 0;
    for (size_t from = 0; from < c->n; from += PART) {
        uint32_t docs[PART];
        doc_info d[PART];
        bool there[PART];
        size_t n = c->n - from < PART ? c->n - from : PART;
        for (size_t i = 0; i < n; i++)
            docs[i] = c->c[from + i].doc;
        index_infos(lib->ix, docs, n, d, there);
        for (size_t i = 0; i < n; i++) {
            candidate *to = &c->c[out];
            *vanished |= !there[i];
            if (!there[i])
                continue;
            *to = c->c[from + i];
            to->n_words = d[i].n_words;
            to->same = d[i].body == r->side.body && r->side.words.n;
            to->publisher = d[i].publisher;
            to->published_ms = d[i].published_ms;
            out++;
        }
    }
    c->n = out;
}

static bool passes(const candidate *c, const match_opts *o)
{
    if (o->only_publishers && !is_in(c->publisher, o->publishers, o->n_publishers))
        return false;
    if (is_in(c->publisher, o->not_publishers, o->n_not_publishers))
        return false;
    bool dated = c->published_ms != CLOCK_ABSENT;
    if (o->since_ms != CLOCK_ABSENT && (!dated || c->published_ms < o->since_ms))
        return false;
    return o->before_ms == CLOCK_ABSENT || (dated && c->published_ms < o->before_ms);
}

// How many of the likeliest may be verified: by count, and by the words that must be read.
static size_t affordable(const candidate *c, size_t n, const match_opts *o)
{
    uint64_t n_words = 0;
    for (size_t i = 0; i < n; i++) {
        n_words += c[i].n_words;
        if (i == o->verify_most || (i > 0 && n_words > o->verify_words))
            return i;
    }
    return n;
}

// Of many copies of one text the earliest say all there is to say of its story.
static size_t drop_same(candidate *c, size_t n, const match_opts *o)
{
    size_t out = 0;
    uint32_t same = 0;
    for (size_t i = 0; i < n; i++) {
        same += c[i].same;
        if (!c[i].same || same <= o->same_most)
            c[out++] = c[i];
    }
    return out;
}

// Returns how many may not be verified.
static uint32_t select_likeliest(candidates *c, const match_opts *o)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (passes(&c->c[i], o))
            c->c[n++] = c->c[i];
    qsort(c->c, n, sizeof *c->c, by_weight);
    if (o->same_most)
        n = drop_same(c->c, n, o);
    c->n = affordable(c->c, n, o);
    return (uint32_t)(n - c->n);
}

static shg_err copy(candidates *out, const candidates *c)
{
    *out = (candidates){.c = malloc((c->n + 1) * sizeof *out->c), .n = c->n};
    if (!out->c)
        return SHG_ENOMEM;
    memcpy(out->c, c->c, c->n * sizeof *out->c);
    return SHG_OK;
}

// Behind what is asked for stands what only `also` asks for.
static shg_err join(chosen **out, size_t *n, const candidates *asked, const candidates *also)
{
    chosen *x = *out = malloc((asked->n + also->n + 1) * sizeof *x);
    if (!x)
        return SHG_ENOMEM;
    for (*n = 0; *n < asked->n; ++*n)
        x[*n] = (chosen){.doc = asked->c[*n].doc, .asked = true};
    for (size_t i = 0; i < also->n; i++) {
        size_t k = 0;
        while (k < asked->n && x[k].doc != also->c[i].doc)
            k++;
        if (k == asked->n) {
            k = (*n)++;
            x[k] = (chosen){.doc = also->c[i].doc};
        }
        x[k].also = true;
    }
    return SHG_OK;
}

// Of all candidates those that are verified. *chosen is the caller's, also after a failure.
static shg_err choose(chosen **out, size_t *n, candidates *all, library *lib, const reading *r,
                      const match_opts *o, uint32_t *left_out, bool *vanished)
{
    candidates also = {0};
    describe(all, lib, r, vanished);
    shg_err e = o->also ? copy(&also, all) : SHG_OK;
    if (e)
        return e;
    if (o->also)
        select_likeliest(&also, o->also);
    if (add_centres(all, o))
        describe(all, lib, r, vanished);
    *left_out += select_likeliest(all, o);
    e = join(out, n, all, &also);
    free(also.c);
    return e;
}

// Looking up what is stored of an article, and what else can be done meanwhile: the longest first.
enum look_step { LOOK_KEYS, LOOK_NEAR, LOOK_TERMS, LOOK_BESIDE, LOOK_STEPS };
typedef struct lookup {
    found *out;
    frequency_counts *counts;
    library *lib;
    reading *r;
    const match_opts *o;
    shg_err err[LOOK_STEPS];
} lookup;

static shg_err look_up_keys(lookup *w)
{
    found *x = w->out;
    index_look look = {.ix = w->lib->ix};
    shg_err e = frequency_find(&x->f, look.ix, &x->known, w->r, w->o->horizon, true);
    if (!e)
        e = frequency_judge(&x->f, &look, w->r, w->counts);
    index_look_close(&look);
    return e;
}

static shg_err look_up_near(lookup *w)
{
    found *x = w->out;
    return index_near(w->lib->ix, w->r->sig.band, w->o->horizon, x->near, NEAR_MOST, &x->n_near,
                      &x->all_near);
}

static void lookup_step(void *ctx, unsigned who, size_t i)
{
    (void)who;
    lookup *w = ctx;
    if (i == LOOK_KEYS)
        w->err[i] = look_up_keys(w);
    else if (i == LOOK_NEAR)
        w->err[i] = look_up_near(w);
    else if (i == LOOK_TERMS)
        w->err[i] = reading_complete(w->r);
    else
        w->err[i] = w->o->beside(w->o->beside_ctx);
}

// *out is the caller's to close, after a failure, too.
static shg_err look_up(found *out, frequency_counts *counts, library *lib, reading *r,
                       const match_opts *o)
{
    lookup w = {.out = out, .counts = counts, .lib = lib, .r = r, .o = o};
    helpers_run(o->helpers, o->beside ? LOOK_STEPS : LOOK_BESIDE, lookup_step, &w);
    shg_err e = SHG_OK;
    for (size_t i = 0; i < LOOK_STEPS && !e; i++)
        e = w.err[i];
    return e;
}

static void close_found(found *x)
{
    frequency_free(&x->f);
    known_close(&x->known);
}

static shg_err find_once(hits *out, library *lib, reading *r, const match_opts *o, bool *vanished)
{
    found x = {0};
    candidates c = {0};
    chosen *docs = NULL;
    size_t n = 0;
    *out = (hits){0};
    shg_err e = look_up(&x, &out->counts, lib, r, o);
    if (!e)
        e = frequency_mark(&out->side, r, &x.f);
    if (!e)
        e = find_candidates(&c, &x, r, side_is_shell(&out->side));
    if (!e)
        e = choose(&docs, &n, &c, lib, r, o, &out->unverified, vanished);
    free(c.c);
    out->unverified += (uint32_t)(x.f.lost + x.all_near - x.n_near);
    if (!e) {
        out->hit = calloc(n + 1, sizeof *out->hit);
        e = out->hit ? SHG_OK : SHG_ENOMEM;
    }
    if (!e && n)
        e = verify_all(out, lib, r, &x.known, docs, n, o, vanished);
    close_found(&x);
    free(docs);
    if (e)
        hits_free(out);
    return e;
}

// A candidate that vanished may have been replaced by a newer document that the postings
// did not show yet: then it is looked for again, so that an update never hides an article.
shg_err matching_find(hits *out, library *lib, reading *r, const match_opts *o)
{
    for (int left = REFIND_MOST;; left--) {
        bool vanished = false;
        shg_err e = find_once(out, lib, r, o, &vanished);
        if (e || !vanished || !left || o->horizon != HORIZON_ALL)
            return e;
        hits_free(out);
    }
}

void hits_free(hits *h)
{
    for (size_t i = 0; i < h->n; i++)
        verify_drop(&h->hit[i]);
    free(h->hit);
    frequency_unmark(&h->side);
    *h = (hits){0};
}

static shg_err mark_pair(side *side_a, side *side_b, library *lib, const reading *a,
                         const reading *b)
{
    known both = {0};
    index_look look = {.ix = lib->ix};
    shg_err e = verify_mark(side_a, &look, &both, a, HORIZON_ALL);
    if (!e) {
        e = verify_mark(side_b, &look, &both, b, HORIZON_ALL);
        if (e)
            frequency_unmark(side_a);
    }
    index_look_close(&look);
    known_close(&both);
    return e;
}

shg_err matching_pair(match *out, side *side_a, side *side_b, library *lib, reading *a, reading *b)
{
    shg_err e = reading_complete(a);
    if (!e)
        e = reading_complete(b);
    if (!e)
        e = mark_pair(side_a, side_b, lib, a, b);
    if (e)
        return e;
    match_source of_a = {.of = side_a};
    e = verify_compare(out, &of_a, side_b, MATCH_WHOLE);
    match_source_free(&of_a);
    if (e) {
        frequency_unmark(side_a);
        frequency_unmark(side_b);
    }
    return e;
}
