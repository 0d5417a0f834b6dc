#include "engine/frequency.h"
#include "base/clock.h"

#include <stdlib.h>

static const double SAME_STORY = .5; // resemblance from which two pages are one story

// The keys of a reading, the lists of each, and what of them had to be looked up.
typedef struct keys {
    const print *key;
    size_t n, n_new;
    const posting_list **list; // [n]
    uint64_t *hash;            // [n_new]
    postings fresh;            // [n_new]
} keys;

static shg_err find_lists(keys *x, article_index *ix, const known *k)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++) {
        x->list[i] = known_list(k, x->key[i].hash);
        if (!x->list[i])
            x->hash[x->n_new++] = x->key[i].hash;
    }
    shg_err e = index_lookup(ix, x->hash, x->n_new, &x->fresh);
    for (size_t i = 0; i < x->n && !e; i++)
        if (!x->list[i])
            x->list[i] = &x->fresh.list[n++];
    return e;
}

// Copies what counts of the lists.
static shg_err cut_lists(postings *out, const keys *x, uint32_t doc, uint32_t horizon)
{
    size_t room = 0;
    for (size_t i = 0; i < x->n; i++)
        room += x->list[i]->n;
    out->list = calloc(x->n + 1, sizeof *out->list);
    posting *to = out->pool = malloc((room + 1) * sizeof *out->pool);
    if (!out->list || !to)
        return SHG_ENOMEM;
    for (; out->n < x->n; out->n++) {
        const posting_list *l = x->list[out->n];
        posting_list *own = &out->list[out->n];
        *own = (posting_list){.p = to, .total = l->total};
        for (uint32_t i = 0; i < l->n && l->p[i].doc < horizon; i++)
            if (l->p[i].doc != doc)
                *to++ = l->p[i];
        own->n = (uint32_t)(to - own->p);
    }
    return SHG_OK;
}

shg_err frequency_find(frequency *out, article_index *ix, known *k, const reading *r,
                       uint32_t horizon, bool with_terms)
{
    keys x = {.key = r->keys, .n = r->n_keys + (with_terms ? r->n_terms : 0)};
    *out = (frequency){.horizon = horizon};
    x.hash = malloc((x.n + 1) * sizeof *x.hash);
    x.list = malloc((x.n + 1) * sizeof *x.list);
    shg_err e = x.hash && x.list ? find_lists(&x, ix, k) : SHG_ENOMEM;
    if (!e)
        e = cut_lists(&out->lists, &x, r->doc, horizon);
    out->lost = x.fresh.lost;
    if (e || !k || !known_keep(k, x.hash, &x.fresh))
        postings_free(&x.fresh);
    free(x.hash);
    free(x.list);
    if (e)
        frequency_free(out);
    return e;
}

void frequency_free(frequency *f)
{
    postings_free(&f->lists);
    free(f->verdict);
    *f = (frequency){0};
}

// An article that carries a fingerprint.
typedef struct carrier {
    uint32_t doc;
    uint64_t publisher;
    int64_t published_ms;
} carrier;

// The articles of a list that are still there; all of them in one look, since a lock for each would
// cost more than all that is done with them.
static size_t list_carriers(carrier out[LIST_CAP], article_index *ix, const posting_list *l)
{
    uint32_t doc[LIST_CAP];
    doc_info info[LIST_CAP];
    bool there[LIST_CAP];
    size_t n = l->n < LIST_CAP ? l->n : LIST_CAP, n_there = 0;
    for (size_t i = 0; i < n; i++)
        doc[i] = l->p[i].doc;
    index_infos(ix, doc, n, info, there);
    for (size_t i = 0; i < n; i++)
        if (there[i])
            out[n_there++] = (carrier){doc[i], info[i].publisher, info[i].published_ms};
    return n_there;
}

// Of how many distinct stories of the reading's publisher, its own included, is the list?
static bool is_furniture(index_look *look, const reading *r, const carrier *c, size_t n_c)
{
    uint32_t story[FURNITURE_STORIES];
    unsigned n = 0;
    size_t same = 0;
    if (!r->publisher_hash)
        return false;
    for (size_t i = 0; i < n_c; i++)
        same += c[i].publisher == r->publisher_hash;
    if (same + 1 < FURNITURE_STORIES)
        return false;
    for (size_t i = 0; i < n_c && n < FURNITURE_STORIES - 1; i++) {
        uint32_t doc = c[i].doc;
        if (c[i].publisher != r->publisher_hash)
            continue;
        bool told = r->doc != DOC_NONE && index_look_resemblance(look, r->doc, doc) >= SAME_STORY;
        for (unsigned s = 0; s < n && !told; s++)
            told = index_look_resemblance(look, story[s], doc) >= SAME_STORY;
        if (!told)
            story[n++] = doc;
    }
    return n == FURNITURE_STORIES - 1;
}

static int by_date(const void *a, const void *b)
{
    const carrier *x = a, *y = b;
    if (x->published_ms != y->published_ms)
        return x->published_ms < y->published_ms ? -1 : 1;
    return x->doc < y->doc ? -1 : x->doc > y->doc;
}

// Those that have a date, by it.
static size_t sort_dated(carrier out[LIST_CAP], const carrier *c, size_t n_c)
{
    size_t n = 0;
    bool sorted = true;
    for (size_t i = 0; i < n_c; i++)
        if (c[i].published_ms != CLOCK_ABSENT) {
            out[n++] = c[i];
            sorted &= n < 2 || by_date(&out[n - 2], &out[n - 1]) < 0;
        }
    if (!sorted)
        qsort(out, n, sizeof *out, by_date);
    return n;
}

static bool is_days_after(const carrier *c, const carrier *before)
{
    return c->published_ms - before->published_ms >= PHRASE_DAYS * (int64_t)86400000;
}

// Whether dated carriers, by date, hold stories enough of publishers enough for a set phrase, were
// each of them a story of its own: most lists do not, and their signatures need not be read.
static bool may_be_set_phrase(const carrier *c, size_t n_c)
{
    uint64_t publisher[PHRASE_PUBLISHERS];
    const carrier *last = NULL;
    unsigned n = 0, publishers = 0;
    for (size_t i = 0; i < n_c && (n < PHRASE_STORIES || publishers < PHRASE_PUBLISHERS); i++) {
        bool new_publisher = c[i].publisher && publishers < PHRASE_PUBLISHERS;
        for (unsigned s = 0; s < publishers; s++)
            new_publisher &= publisher[s] != c[i].publisher;
        if (new_publisher)
            publisher[publishers++] = c[i].publisher;
        if (!last || is_days_after(&c[i], last)) {
            last = &c[i];
            n++;
        }
    }
    return n >= PHRASE_STORIES && publishers == PHRASE_PUBLISHERS;
}

// is_set_phrase tells whether several publishers carry a fingerprint in stories that lie days
// apart: papers of one house have its boxes in common, and all papers the phrases of their
// trade. What everybody prints of one event stands in the pages of two or three days.
static bool is_set_phrase(index_look *look, const carrier *c, size_t n_c)
{
    carrier all[LIST_CAP], story[PHRASE_STORIES];
    unsigned n = 0, publishers = 0;
    if (n_c < PHRASE_STORIES)
        return false;
    size_t n_all = sort_dated(all, c, n_c);
    if (!may_be_set_phrase(all, n_all))
        return false;
    for (size_t i = 0; i < n_all && n < PHRASE_STORIES; i++) {
        bool near = n > 0 && !is_days_after(&all[i], &story[n - 1]);
        bool new_publisher = all[i].publisher != 0;
        for (unsigned s = 0; s < n && !near; s++) {
            near = index_look_resemblance(look, story[s].doc, all[i].doc) >= SAME_STORY;
            new_publisher &= story[s].publisher != all[i].publisher;
        }
        if (near)
            continue;
        publishers += new_publisher;
        story[n++] = all[i];
    }
    return n == PHRASE_STORIES && publishers >= PHRASE_PUBLISHERS;
}

static bool is_voted(const posting_list *l)
{
    uint32_t votes = 0;
    for (uint32_t i = 0; i < l->n; i++)
        votes += l->p[i].quoted;
    return votes >= VOTES || (votes == 1 && l->n <= VOTES_RARE);
}

// Whether the articles of a list make its fingerprint furniture of the reading, or a set phrase.
static bool is_common(index_look *look, const reading *r, const posting_list *l)
{
    carrier c[LIST_CAP];
    size_t n = list_carriers(c, look->ix, l);
    return is_furniture(look, r, c, n) || is_set_phrase(look, c, n);
}

// Of the lists that were judged last, by their articles. Copies of one text have most of their
// fingerprints in one and the same set of articles: what one list says, the others do.
enum { JUDGED_BITS = 6 };
typedef struct judged {
    struct {
        const posting_list *list; // NULL: none
        bool common;
    } by[1 << JUDGED_BITS];
} judged;

static size_t judged_place(const posting_list *l)
{
    uint64_t x = l->n;
    for (uint32_t i = 0; i < l->n; i++)
        x = (x ^ l->p[i].doc) * 0x9e3779b97f4a7c15u;
    return x >> (64 - JUDGED_BITS);
}

static bool same_articles(const posting_list *a, const posting_list *b)
{
    uint32_t other = a->n ^ b->n;
    for (uint32_t i = 0; i < a->n && !other; i++)
        other = a->p[i].doc ^ b->p[i].doc;
    return !other;
}

static bool is_common_once(judged *seen, index_look *look, const reading *r, const posting_list *l)
{
    if (l->n + 1 < FURNITURE_STORIES)
        return false;
    size_t at = judged_place(l);
    if (!seen->by[at].list || !same_articles(seen->by[at].list, l)) {
        seen->by[at].list = l;
        seen->by[at].common = is_common(look, r, l);
    }
    return seen->by[at].common;
}

static void mark_prints(side *s, const reading *r, const uint8_t *verdict)
{
    bool before = false;
    size_t before_end = 0;
    for (size_t i = 0; i < r->n_prints; i++) {
        const print_at *p = &r->prints[i];
        if (verdict[p->key] & KEY_VOTED)
            side_add_mark(s, p->begin, p->end, MARK_SPEECH);
        bool furniture = verdict[p->key] & KEY_FURNITURE;
        if (furniture) {
            bool joins = before && p->begin <= before_end + FURNITURE_GAP;
            side_add_mark(s, joins && before_end < p->begin ? before_end : p->begin, p->end,
                          MARK_FURNITURE | MARK_REPEATED);
            before_end = p->end;
        }
        before = furniture;
    }
}

shg_err frequency_judge(frequency *f, index_look *look, const reading *r, frequency_counts *counts)
{
    judged seen = {0};
    f->verdict = calloc(r->n_keys + 1, 1);
    if (!f->verdict)
        return SHG_ENOMEM;
    for (uint32_t k = 0; k < r->n_keys; k++) {
        const posting_list *l = &f->lists.list[k];
        if (is_common_once(&seen, look, r, l)) {
            f->verdict[k] |= KEY_FURNITURE;
            counts->furniture++;
        }
        if (is_voted(l))
            f->verdict[k] |= KEY_VOTED;
        counts->capped += is_capped(l);
    }
    for (size_t k = r->n_keys; k < f->lists.n; k++)
        counts->terms += is_capped(&f->lists.list[k]);
    return SHG_OK;
}

shg_err frequency_mark(side *out, const reading *r, const frequency *f)
{
    *out = r->side;
    out->mark = malloc(r->side.words.n + SIDE_SLACK);
    if (!out->mark)
        return SHG_ENOMEM;
    memcpy(out->mark, r->side.mark, r->side.words.n + SIDE_SLACK);
    mark_prints(out, r, f->verdict);
    side_count(out);
    return SHG_OK;
}

void frequency_unmark(side *s)
{
    free(s->mark);
    s->mark = NULL;
}
