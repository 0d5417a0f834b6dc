#include "engine/verify.h"
#include "engine/sift.h"

#include <stdlib.h>

enum {
    PART = 64,              // candidates compared before the worst are let go
    HELPED_WORDS = 1 << 16, // of a text that helpers lend a hand to
};

void verify_drop(hit *h)
{
    json_decref(h->shown);
    match_free(&h->match);
    frequency_unmark(&h->side);
    reading_drop(&h->with);
}

shg_err verify_mark(side *out, index_look *look, known *k, const reading *r, uint32_t horizon)
{
    frequency f;
    frequency_counts counts = {0};
    shg_err e = frequency_find(&f, look->ix, k, r, horizon, false);
    if (e)
        return e;
    e = frequency_judge(&f, look, r, &counts);
    if (!e)
        e = frequency_mark(out, r, &f);
    frequency_free(&f);
    return e;
}

// Texts without a word are one text only where they are the same bytes.
shg_err verify_compare(match *out, match_source *of_a, const side *b, match_depth depth)
{
    const side *a = of_a->of;
    if (a->words.n || b->words.n || !view_eq(a->words.text, b->words.text))
        return match_make_of(out, of_a, b, depth);
    *out = (match){.relation = REL_COPY,
                   .score = 1,
                   .identical = true,
                   .resemblance = 1,
                   .containment_a = 1,
                   .containment_b = 1,
                   .derivation = DERIVED_WHOLE,
                   .derivation_score = 1};
    return SHG_OK;
}

// What became of one candidate.
typedef struct verdict {
    hit hit;
    shg_err err;
    bool match, damaged, vanished;
} verdict;

// The work of all hands.
typedef struct work {
    library *lib;
    const reading *r;
    const match_opts *o;
    const side *query;
    const chosen *docs; // of this part, how many, and how many came before
    size_t n_docs, n_before;
    verdict verdict[PART];
    hit *hit;                   // of those that are deepened
    shg_err err[HELPERS_HANDS]; // of what is no candidate's
    sift sift[HELPERS_HANDS];
    bool has_sift[HELPERS_HANDS];
    known found[HELPERS_HANDS];
    match_source source[HELPERS_HANDS]; // of the query
} work;

// A stored article asked about, in the version that replaced it meanwhile.
static bool is_itself(const reading *r, const reading *with)
{
    return r->doc != DOC_NONE &&
           view_eq(record_get(&r->record, REC_URI), record_get(&with->record, REC_URI));
}

static bool is_asked_for(const match *m, const match_opts *o)
{
    double most = m->containment_a > m->containment_b ? m->containment_a : m->containment_b;
    return o->relations & 1u << m->relation && m->relation != REL_NONE &&
           most >= o->min_containment;
}

static shg_err read_candidate(work *w, unsigned who, uint32_t doc, reading **out)
{
    *out = NULL;
    if (!w->has_sift[who]) {
        unsigned also = w->o->also ? w->o->also->relations : 0;
        shg_err e = sift_open(&w->sift[who], w->lib, w->query, w->o->relations | also);
        if (e)
            return e;
        w->has_sift[who] = true;
    }
    return sift_read(&w->sift[who], doc, out);
}

// What only the hits that are kept need.
static shg_err deepen(hit *h, work *w, unsigned who)
{
    shg_err e = match_deepen(&h->match, &w->source[who], &h->side, w->o->depth);
    h->deep = true;
    return e || !w->o->show ? e : w->o->show(w->o->show_ctx, w->query, h);
}

// Hits among as many of the likeliest candidates as are kept are deepened at once, by the hand in
// whose cache they are: few questions have others. A later one may not be kept.
static bool is_deepened_early(const work *w, size_t i)
{
    size_t most = w->o->keep_most;
    return w->verdict[i].hit.asked && (most == 0 || w->n_before + i < most);
}

// For whom a candidate, compared, is a match.
static bool is_match(hit *h, const chosen *x, const work *w)
{
    if (is_itself(w->r, h->with))
        return false;
    h->asked = x->asked && is_asked_for(&h->match, w->o);
    h->also = x->also && is_asked_for(&h->match, w->o->also);
    return h->asked || h->also;
}

static void verify_step(void *ctx, unsigned who, size_t i)
{
    work *w = ctx;
    verdict *v = &w->verdict[i];
    hit *h = &v->hit;
    *v = (verdict){0};
    shg_err e = read_candidate(w, who, w->docs[i].doc, &h->with);
    v->damaged = e == SHG_ECORRUPT; // the log tells; its neighbours have their answers
    v->vanished = e == SHG_ENOTFOUND;
    if (v->damaged || v->vanished || (!e && !h->with))
        return;
    if (!e)
        e = verify_mark(&h->side, &w->sift[who].look, &w->found[who], h->with, w->o->horizon);
    if (!e)
        e = verify_compare(&h->match, &w->source[who], &h->side, MATCH_RELATION);
    v->match = !e && is_match(h, &w->docs[i], w);
    if (v->match && is_deepened_early(w, i))
        e = deepen(h, w, who);
    v->err = e;
    if (!v->match)
        verify_drop(h);
}

// Best first: the stronger relation, then the more words, then the one stored first.
static int by_strength(const void *a, const void *b)
{
    const hit *x = a, *y = b;
    if (x->match.relation != y->match.relation)
        return x->match.relation < y->match.relation ? -1 : 1;
    if (x->match.identical != y->match.identical)
        return x->match.identical ? -1 : 1;
    uint32_t m = x->match.passages.words, n = y->match.passages.words;
    if (m != n)
        return m > n ? -1 : 1;
    return x->with->doc < y->with->doc ? -1 : x->with->doc > y->with->doc;
}

// Sorts, best first, and lets go of what nobody will see: readings may be large.
static void keep_best(hits *h, size_t most)
{
    size_t n = 0, n_asked = 0;
    qsort(h->hit, h->n, sizeof *h->hit, by_strength);
    for (size_t i = 0; i < h->n; i++) {
        hit *x = &h->hit[i];
        n_asked += x->asked;
        if (x->asked && n_asked > most) {
            x->asked = false;
            h->over++;
        }
        if (x->asked || x->also)
            h->hit[n++] = *x;
        else
            verify_drop(x);
    }
    h->n = n;
}

// What a hand keeps of the article (sift.h, match.h) takes some 700 bytes a word: of a very long
// one that is there once.
static void share(work *w, size_t n, helpers_step *step)
{
    helpers_run(w->query->words.n <= HELPED_WORDS ? w->o->helpers : NULL, n, step, w);
}

static shg_err first_error(const work *w)
{
    for (unsigned who = 0; who < HELPERS_HANDS; who++)
        if (w->err[who])
            return w->err[who];
    return SHG_OK;
}

static shg_err verify_part(hits *out, work *w, bool *vanished)
{
    shg_err e = SHG_OK;
    share(w, w->n_docs, verify_step);
    for (size_t i = 0; i < w->n_docs; i++) {
        const verdict *v = &w->verdict[i];
        e = e ? e : v->err;
        *vanished |= v->vanished;
        out->unverified += v->damaged && w->docs[i].asked;
        if (v->match)
            out->hit[out->n++] = v->hit;
    }
    return e;
}

static void deepen_step(void *ctx, unsigned who, size_t i)
{
    work *w = ctx;
    hit *h = &w->hit[i];
    shg_err e = h->deep || !h->asked ? SHG_OK : deepen(h, w, who);
    w->err[who] = w->err[who] ? w->err[who] : e;
}

static shg_err deepen_all(hits *out, work *w)
{
    bool deep = true;
    for (size_t i = 0; i < out->n; i++)
        deep &= out->hit[i].deep || !out->hit[i].asked;
    if (deep)
        return SHG_OK;
    w->hit = out->hit;
    share(w, out->n, deepen_step);
    return first_error(w);
}

shg_err verify_all(hits *out, library *lib, const reading *r, const known *of, const chosen *docs,
                   size_t n, const match_opts *o, bool *vanished)
{
    shg_err e = SHG_OK;
    work *w = calloc(1, sizeof *w);
    if (!w)
        return SHG_ENOMEM;
    w->lib = lib;
    w->r = r;
    w->o = o;
    w->query = &out->side;
    for (unsigned who = 0; who < HELPERS_HANDS; who++) {
        w->found[who].base = of;
        w->source[who].of = w->query;
    }
    for (size_t i = 0; i < n && !e; i += PART) {
        w->docs = docs + i;
        w->n_before = i;
        w->n_docs = n - i < PART ? n - i : PART;
        e = verify_part(out, w, vanished);
        if (o->keep_most && out->n >= 2 * o->keep_most)
            keep_best(out, o->keep_most);
    }
    keep_best(out, o->keep_most ? o->keep_most : out->n);
    if (!e)
        e = deepen_all(out, w);
    for (unsigned who = 0; who < HELPERS_HANDS; who++) {
        known_close(&w->found[who]);
        match_source_free(&w->source[who]);
        if (w->has_sift[who])
            sift_close(&w->sift[who]);
    }
    free(w);
    return e;
}
