// links.c - a document's place in texts and stories, as the engine wrote it.
#include "index/inside.h"

static shg_err put_links(article_index *ix, db_txn *t, const doc_link *links, size_t n)
{
    buf value = {0};
    shg_err err = SHG_OK;
    for (size_t i = 0; i < n && !err; i++) {
        doc_key k = key_of_doc(links[i].doc);
        value_begin(&value);
        buf_add(&value, links[i].value.p, links[i].value.len);
        err = value_end(&value, DB_LINKS, doc_key_view(&k));
        if (!err && links[i].doc >= ix->count.next_doc) // only who has the turn changes the count
            err = SHG_EINTERNAL;
        if (!err)
            err = db_put(t, DB_LINKS, doc_key_view(&k), buf_view(&value));
    }
    buf_fini(&value);
    return err;
}

shg_err index_link(article_index *ix, const doc_link *links, size_t n)
{
    db_txn *t = NULL;
    shg_err err = slice_begin(ix, &t);
    return err ? err : slice_end(ix, &t, put_links(ix, t, links, n));
}

typedef struct link_walk {
    index_each_link *each;
    void *ctx;
} link_walk;

static shg_err walk(void *ctx, view key, view value)
{
    const link_walk *w = ctx;
    view body;
    if (key.len != DOC_KEY_LEN) {
        (void)corrupt(DB_LINKS, key, "key");
        return SHG_OK;
    }
    uint32_t doc = load32be(key.p);
    shg_err err = value_check(DB_LINKS, key, value, &body);
    if (err == SHG_ECORRUPT) // told in the log; what is lost can be worked out again
        return SHG_OK;
    return err ? err : w->each(w->ctx, doc, body);
}

shg_err index_links(article_index *ix, index_each_link *each, void *ctx)
{
    db_txn *t = NULL;
    link_walk w = {each, ctx};
    view all = {NULL, 0};
    shg_err err = db_begin(&t, ix->store, false);
    if (!err)
        err = db_scan(t, DB_LINKS, all, all, walk, &w);
    db_abort(&t);
    return err;
}
