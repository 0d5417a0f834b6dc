// near.c - signatures: which documents resemble one.
//
// The lanes stand in the map of the store and not in memory of our own: what is looked at is in
// the page cache, and a search reads those of a few documents.
#include "index/inside.h"

shg_err doc_row(db_txn *t, db_table table, const doc_key *k, view *body)
{
    view value;
    shg_err err = db_get(t, DB_TOMBS, doc_key_view(k), &value);
    if (err != SHG_ENOTFOUND)
        return err ? err : SHG_ENOTFOUND;
    err = db_get(t, table, doc_key_view(k), &value);
    return err ? err : value_check(table, doc_key_view(k), value, body);
}

// s points into the store.
static shg_err sign_of(db_txn *t, uint32_t doc, sign_row *s)
{
    doc_key k = key_of_doc(doc);
    view body;
    shg_err err = doc_row(t, DB_SIGNS, &k, &body);
    if (!err && sign_parse(body, s))
        err = corrupt(DB_SIGNS, doc_key_view(&k), "shape");
    return err;
}

shg_err index_signs(article_index *ix, uint32_t doc, minhash *out)
{
    db_txn *t = NULL;
    sign_row s;
    shg_err err = db_begin(&t, ix->store, false);
    if (!err)
        err = sign_of(t, doc, &s);
    if (!err) {
        memcpy(out->lane, s.lanes, sizeof out->lane);
        minhash_bands(out->band, s.lanes, ix->seed);
    }
    db_abort(&t);
    return err;
}

double index_resemblance(article_index *ix, uint32_t a, uint32_t b)
{
    db_txn *t = NULL;
    sign_row x, y;
    double r = 0;
    if (db_begin(&t, ix->store, false) == SHG_OK && sign_of(t, a, &x) == SHG_OK &&
        sign_of(t, b, &y) == SHG_OK)
        r = minhash_resemblance(x.lanes, y.lanes);
    db_abort(&t);
    return r;
}

// The lanes of a document, in the snapshot; NULL where it is gone.
static const uint8_t *lanes_of(index_look *l, uint32_t doc)
{
    size_t at = doc % INDEX_LOOK;
    sign_row s;
    if (l->lanes[at] && l->doc[at] == doc)
        return l->lanes[at];
    db_txn *t;
    if (look_snapshot(l, &t) || sign_of(t, doc, &s))
        return NULL;
    l->doc[at] = doc;
    return l->lanes[at] = s.lanes;
}

double index_look_resemblance(index_look *l, uint32_t a, uint32_t b)
{
    bool before = l->snapshot != NULL; // it may be older than what is asked about
    const uint8_t *x = lanes_of(l, a), *y = x ? lanes_of(l, b) : NULL;
    if (!y && before) {
        index_look_close(l);
        x = lanes_of(l, a);
        y = x ? lanes_of(l, b) : NULL;
    }
    return y ? minhash_resemblance(x, y) : 0;
}

// Has the document one of the bands that it seems to have? One whose row is gone meanwhile, or
// damaged (which is in the log), has none.
static shg_err verify(article_index *ix, db_txn *t, const uint32_t *band, const uint64_t *seeming,
                      size_t n, bool *near)
{
    sign_row s;
    *near = false;
    shg_err err = sign_of(t, near_doc(*seeming), &s);
    for (size_t i = 0; i < n && !err && !*near; i++) {
        unsigned b = near_band(seeming[i]);
        *near = minhash_band(s.lanes, b, ix->seed) == band[b];
    }
    return err == SHG_ENOTFOUND || err == SHG_ECORRUPT ? SHG_OK : err;
}

// Leaves in docs the first cap of those that are near.
static shg_err verify_all(article_index *ix, const uint32_t *band, const buf *found, uint32_t *docs,
                          size_t cap, size_t *total)
{
    const uint64_t *pair = (const uint64_t *)(const void *)found->p;
    size_t n = found->len / sizeof *pair;
    db_txn *t = NULL;
    shg_err err = n ? db_begin(&t, ix->store, false) : SHG_OK;
    for (size_t i = 0, k; i < n && !err; i = k) {
        bool near;
        for (k = i + 1; k < n && near_doc(pair[k]) == near_doc(pair[i]);)
            k++;
        err = verify(ix, t, band, pair + i, k - i, &near);
        if (err || !near)
            continue;
        if (*total < cap)
            docs[*total] = near_doc(pair[i]);
        ++*total;
    }
    db_abort(&t);
    return err;
}

// The snapshot is younger than what the lock let see: it has all of those rows.
shg_err index_near(article_index *ix, const uint32_t band[MINHASH_BANDS], uint32_t end,
                   uint32_t *docs, size_t cap, size_t *n, size_t *total)
{
    buf found = {0};
    *n = *total = 0;
    pthread_rwlock_rdlock(&ix->lock);
    shg_err err = bands_near(ix->bands, &ix->docs, band, end, &found);
    pthread_rwlock_unlock(&ix->lock);
    if (!err)
        err = verify_all(ix, band, &found, docs, cap, total);
    *n = *total < cap ? *total : cap;
    buf_fini(&found);
    return err;
}
