#include "index/dict.h"
#include "index/wordbook.h"

#include <stdlib.h>

enum {
    DOCS_LEAST = 4096,       // before it, a dictionary would know too little
    SAMPLES = 2048,          // spread over all documents
    SAMPLE_BYTES = 16 << 10, // of one article: a long one must not be all there is
};

static shg_err load_one(packer *p, db_txn *t, const char *name, shg_err (*set)(packer *, view))
{
    view body;
    shg_err err = meta_get(t, name, &body);
    if (err)
        return err == SHG_ENOTFOUND ? SHG_OK : err;
    return set(p, body);
}

shg_err dict_load(packer *p, db_txn *t)
{
    shg_err err = load_one(p, t, META_DICT, packer_set_dict);
    return err ? err : load_one(p, t, META_WORDS, packer_set_words);
}

bool dict_is_due(article_index *ix)
{
    if (ix->dict_tried || packer_has_books(ix->packer))
        return false;
    pthread_rwlock_rdlock(&ix->lock);
    bool due = ix->count.articles >= DOCS_LEAST;
    pthread_rwlock_unlock(&ix->lock);
    return due;
}

// Record and text of one article; nothing where it can't be read.
static void sample(article_index *ix, uint32_t doc, buf *all, size_t *size)
{
    article a;
    size_t from = all->len;
    *size = 0;
    if (index_get(ix, doc, &a))
        return;
    buf_add(all, a.record.p, a.record.len);
    buf_add(all, a.text.p, a.text.len < SAMPLE_BYTES ? a.text.len : SAMPLE_BYTES);
    *size = all->len - from;
    article_free(&a);
}

// What texts are packed with.
typedef struct books {
    buf dict, words;
} books;

static shg_err train(article_index *ix, books *out)
{
    buf all = {0};
    size_t n = 0, *sizes = malloc(SAMPLES * sizeof *sizes);
    uint32_t end = index_end(ix), step = end / SAMPLES + 1;
    if (!sizes)
        return SHG_ENOMEM;
    for (uint32_t doc = 0; doc < end && n < SAMPLES; doc += step) {
        sample(ix, doc, &all, &sizes[n]);
        n += sizes[n] != 0;
    }
    shg_err err = buf_err(&all);
    if (!err)
        err = pack_train(buf_view(&all), sizes, n, &out->dict);
    if (!err)
        err = wordbook_train(buf_view(&all), sizes, n, &out->words);
    buf_fini(&all);
    free(sizes);
    return err;
}

// On disk first: a text that is packed with it must never be without it.
static shg_err keep(article_index *ix, const books *b)
{
    buf value = {0};
    db_txn *t = NULL;
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    if (b->dict.len)
        err = meta_write(t, META_DICT, buf_view(&b->dict), &value);
    if (!err && b->words.len)
        err = meta_write(t, META_WORDS, buf_view(&b->words), &value);
    err = slice_finish(&t, err);
    if (!err && b->dict.len)
        err = packer_set_dict(ix->packer, buf_view(&b->dict));
    if (!err && b->words.len)
        err = packer_set_words(ix->packer, buf_view(&b->words));
    turn_pass(&ix->turn);
    buf_fini(&value);
    return err;
}

shg_err dict_train(article_index *ix)
{
    books b = {0};
    ix->dict_tried = true; // once in a run is enough, however it ends
    shg_err err = train(ix, &b);
    if (!err)
        err = keep(ix, &b);
    buf_fini(&b.dict);
    buf_fini(&b.words);
    return err;
}
