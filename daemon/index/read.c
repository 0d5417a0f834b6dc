// read.c - what a reader asks: articles by number, documents by fingerprint.
#include "index/inside.h"
#include "sketch/winnow.h"

#include <stdlib.h>

bool index_info(article_index *ix, uint32_t doc, doc_info *out)
{
    pthread_rwlock_rdlock(&ix->lock);
    const doc_info *info = docs_info(&ix->docs, doc);
    if (info)
        *out = *info;
    pthread_rwlock_unlock(&ix->lock);
    return info != NULL;
}

void index_infos(article_index *ix, const uint32_t *docs, size_t n, doc_info *out, bool *there)
{
    enum { AHEAD = 16 }; // they stand far from each other
    pthread_rwlock_rdlock(&ix->lock);
    for (size_t i = 0; i < n + AHEAD; i++) {
        if (i < n)
            __builtin_prefetch(docs_info(&ix->docs, docs[i]));
        if (i < AHEAD)
            continue;
        const doc_info *info = docs_info(&ix->docs, docs[i - AHEAD]);
        there[i - AHEAD] = info != NULL;
        if (info)
            out[i - AHEAD] = *info;
    }
    pthread_rwlock_unlock(&ix->lock);
}

shg_err look_snapshot(index_look *l, db_txn **out)
{
    *out = l->snapshot;
    if (*out)
        return SHG_OK;
    shg_err err = db_begin(out, l->ix->store, false);
    l->snapshot = *out;
    return err;
}

void index_look_close(index_look *l)
{
    db_txn *t = l->snapshot;
    if (!t)
        return;
    db_abort(&t);
    *l = (index_look){.ix = l->ix}; // what it held is gone with the snapshot
}

uint32_t index_end(article_index *ix)
{
    pthread_rwlock_rdlock(&ix->lock);
    uint32_t end = ix->count.next_doc;
    pthread_rwlock_unlock(&ix->lock);
    return end;
}

shg_err row_unpack(packer *p, const article_row *a, buf *out)
{
    if (a->packed)
        return unpack_text(p, a->payload, (size_t)a->record_len + a->text_len, out);
    buf_add(out, a->payload.p, a->payload.len);
    return buf_err(out);
}

shg_err row_uri(packer *p, const article_row *a, buf *room, view *uri)
{
    *uri = a->uri;
    if (!a->uri_inside)
        return SHG_OK;
    buf_reset(room);
    shg_err err = row_unpack(p, a, room);
    *uri = err ? (view){NULL, 0} : (view){room->p + a->uri_at, a->uri.len};
    return err;
}

// All of it in one piece: the record, the text, and the uri where it is not in the record.
static shg_err unpack_row(article_index *ix, const article_row *a, void *to)
{
    article *out = to;
    size_t n = (size_t)a->record_len + a->text_len, own_uri = a->uri_inside ? 0 : a->uri.len;
    buf_reset(&out->own);
    out->own.max = n + own_uri + 1;
    if (!buf_grow(&out->own, n + own_uri + 1))
        return SHG_ENOMEM;
    shg_err err = row_unpack(ix->packer, a, &out->own);
    if (err)
        return err;
    if (!a->uri_inside)
        buf_add(&out->own, a->uri.p, a->uri.len);
    const uint8_t *p = out->own.p;
    out->version = a->version;
    out->record = (view){p, a->record_len};
    out->text = (view){p + a->record_len, a->text_len};
    out->uri = (view){p + (a->uri_inside ? a->uri_at : n), a->uri.len};
    return buf_err(&out->own);
}

// Has `then` take what is asked for out of a document's row, whose views end with the next.
static shg_err with_row(index_look *l, uint32_t doc,
                        shg_err (*then)(article_index *ix, const article_row *a, void *out),
                        void *out)
{
    doc_key k = key_of_doc(doc);
    db_txn *t;
    view body;
    article_row a;
    shg_err err = look_snapshot(l, &t);
    if (!err)
        err = doc_row(t, DB_ARTICLES, &k, &body);
    if (err)
        return err;
    err = article_parse(body, &a);
    if (!err)
        err = then(l->ix, &a, out);
    return err == SHG_ECORRUPT ? corrupt(DB_ARTICLES, doc_key_view(&k), "shape") : err;
}

shg_err index_look_get(index_look *l, uint32_t doc, article *out)
{
    out->doc = doc;
    return with_row(l, doc, unpack_row, out);
}

shg_err index_get(article_index *ix, uint32_t doc, article *out)
{
    index_look look = {.ix = ix};
    *out = (article){0};
    shg_err err = index_look_get(&look, doc, out);
    index_look_close(&look);
    if (err)
        article_free(out);
    return err;
}

static shg_err tell_words(article_index *ix, const article_row *a, void *to)
{
    words_told *out = to;
    size_t n = (size_t)a->record_len + a->text_len;
    if (!a->packed || !pack_words(ix->packer, a->payload, n, out->own, &out->words))
        out->words.n = 0;
    return SHG_OK;
}

shg_err index_words(index_look *l, uint32_t doc, words_told *out)
{
    doc_info info;
    out->words = (text_words){0};
    if (!out->own && !(out->own = calloc(1, sizeof *out->own)))
        return SHG_ENOMEM;
    if (!index_info(l->ix, doc, &info))
        return SHG_ENOTFOUND;
    out->words.n = info.n_words;
    shg_err err = with_row(l, doc, tell_words, out);
    if (err)
        out->words.n = 0;
    return err;
}

void words_told_fini(words_told *w)
{
    if (w->own)
        book_words_fini(w->own);
    free(w->own);
    *w = (words_told){0};
}

void article_free(article *a)
{
    buf_fini(&a->own);
    *a = (article){0};
}

static int by_want(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

// Deals the hits, which came in any order of fingerprints but each one's in order, to
// the lists.
static shg_err deal(const hits *h, size_t n, article_index *ix, postings *out)
{
    const hit *found = (const hit *)(const void *)h->found.p;
    size_t n_hits = h->found.len / sizeof *found, at = 0;
    out->pool = malloc((n_hits ? n_hits : 1) * sizeof *out->pool);
    if (!out->pool)
        return SHG_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        out->list[i] = (posting_list){.p = out->pool + at, .total = h->total[i]};
        at += h->n[i];
        if (hits_full(h, (uint32_t)i))
            atomic_fetch_add_explicit(&ix->capped_lookups, 1, memory_order_relaxed);
    }
    for (size_t i = 0; i < n_hits; i++) {
        posting_list *l = &out->list[found[i].which];
        out->pool[(size_t)(l->p - out->pool) + l->n++] = found[i].p;
    }
    return SHG_OK;
}

// Leaves out what has a full list already, and is known to be in more documents.
static size_t drop_full(uint64_t *wants, size_t n, const hits *h)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (!hits_full(h, want_which(wants[i])))
            wants[kept++] = wants[i];
    }
    return kept;
}

// The snapshot is begun under the lock, so that it has all blocks of the list.
static shg_err search(article_index *ix, uint64_t *wants, size_t n, hits *h)
{
    db_txn *t = NULL;
    pthread_rwlock_rdlock(&ix->lock);
    shg_err err = ix->segments.n ? db_begin(&t, ix->store, false) : SHG_OK;
    for (size_t i = 0; i < ix->segments.n && !err; i++) {
        err = segment_lookup(&ix->segments.s[i], t, wants, n, h);
        n = drop_full(wants, n, h);
    }
    db_abort(&t);
    if (ix->frozen)
        active_lookup(ix->frozen, wants, n, h);
    active_lookup(ix->active, wants, n, h);
    pthread_rwlock_unlock(&ix->lock);
    return err ? err : buf_err(&h->found);
}

// Merges two sorted runs, [0, mid) and [mid, n), by moving the shorter second one out.
static bool merge_wants(uint64_t *wants, size_t mid, size_t n)
{
    size_t n_late = n - mid, i = mid, at = n;
    uint64_t *late = malloc(n_late * sizeof *late);
    if (!late)
        return false;
    memcpy(late, wants + mid, n_late * sizeof *late);
    while (n_late) {
        bool early = i && wants[i - 1] > late[n_late - 1];
        wants[--at] = early ? wants[--i] : late[--n_late];
    }
    free(late);
    return true;
}

// Fingerprints in the order in which the blocks hold them: mostly they are given so, but for some
// terms at the end. What is no fingerprint (over PRINT_BITS) is in no list.
static size_t sort_wants(uint64_t *wants, const uint64_t *hashes, size_t n)
{
    size_t kept = 0, sorted = 0;
    for (size_t i = 0; i < n; i++)
        if (hashes[i] >> PRINT_BITS == 0)
            wants[kept++] = want_of(hashes[i], (uint32_t)i);
    while (sorted < kept && (!sorted || wants[sorted - 1] < wants[sorted]))
        sorted++;
    if (sorted == kept)
        return kept;
    qsort(wants + sorted, kept - sorted, sizeof *wants, by_want);
    if (!merge_wants(wants, sorted, kept))
        qsort(wants, kept, sizeof *wants, by_want);
    return kept;
}

shg_err index_lookup(article_index *ix, const uint64_t *hashes, size_t n, postings *out)
{
    *out = (postings){.n = n};
    if (n >> WANT_BITS)
        return SHG_ENOMEM;
    hits h = {.cap = ix->o.list_cap, .d = &ix->docs};
    uint64_t *wants = malloc((n + 1) * sizeof *wants);
    h.n = calloc(n + 1, sizeof *h.n);
    h.total = calloc(n + 1, sizeof *h.total);
    out->list = calloc(n + 1, sizeof *out->list);
    shg_err err = wants && h.n && h.total && out->list ? SHG_OK : SHG_ENOMEM;
    if (!err)
        err = search(ix, wants, sort_wants(wants, hashes, n), &h);
    if (!err)
        err = deal(&h, n, ix, out);
    out->lost = h.lost;
    free(wants);
    free(h.n);
    free(h.total);
    buf_fini(&h.found);
    if (err)
        postings_free(out);
    return err;
}

void postings_free(postings *p)
{
    free(p->list);
    free(p->pool);
    *p = (postings){0};
}

void index_each(article_index *ix, index_each_doc *each, void *ctx)
{
    doc_info info;
    uint32_t end = index_end(ix);
    for (uint32_t doc = 0; doc < end; doc++)
        if (index_info(ix, doc, &info) && !each(ctx, doc, &info))
            return;
}
