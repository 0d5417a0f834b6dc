// links.c - a document's place in texts and stories, as the engine wrote it.
#include "index/inside.h"

static bool is_there(article_index *ix, uint32_t doc)
{
    pthread_rwlock_rdlock(&ix->lock);
    bool there = docs_alive(&ix->docs, doc);
    pthread_rwlock_unlock(&ix->lock);
    return there;
}

static shg_err put_links(article_index *ix, db_txn *t, const doc_link *links, size_t n)
{
    buf value = {0};
    shg_err err = SHG_OK;
    for (size_t i = 0; i < n && !err; i++) {
        if (!is_there(ix, links[i].doc)) // its rows are being taken away: it has no place
            continue;
        doc_key k = key_of_doc(links[i].doc);
        value_begin(&value);
        buf_add(&value, links[i].value.p, links[i].value.len);
        err = value_end(&value, DB_LINKS, doc_key_view(&k));
        if (!err)
            err = db_put(t, DB_LINKS, doc_key_view(&k), buf_view(&value));
    }
    buf_fini(&value);
    return err;
}

shg_err index_link(article_index *ix, const doc_link *links, size_t n)
{
    db_txn *t = NULL;
    turn_take(&ix->turn);
    shg_err err = db_begin(&t, ix->store, true);
    if (!err)
        err = put_links(ix, t, links, n);
    if (err)
        db_abort(&t);
    else
        err = db_commit(&t);
    turn_pass(&ix->turn);
    return err;
}

typedef struct link_walk {
    article_index *ix;
    index_each_link *each;
    void *ctx;
} link_walk;

static shg_err walk(void *ctx, view key, view value)
{
    const link_walk *w = ctx;
    view body;
    if (key.len != DOC_KEY_LEN)
        return corrupt(DB_LINKS, key, "key");
    uint32_t doc = load32be(key.p);
    if (!is_there(w->ix, doc))
        return SHG_OK;
    shg_err err = value_check(DB_LINKS, key, value, &body);
    return err ? err : w->each(w->ctx, doc, body);
}

shg_err index_links(article_index *ix, index_each_link *each, void *ctx)
{
    db_txn *t = NULL;
    link_walk w = {ix, each, ctx};
    view all = {NULL, 0};
    shg_err err = db_begin(&t, ix->store, false);
    if (!err)
        err = db_scan(t, DB_LINKS, all, all, walk, &w);
    db_abort(&t);
    return err;
}
