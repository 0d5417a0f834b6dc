#include "index/dict.h"
#include "index/wordbook.h"

#include <stdlib.h>

enum {
    DOCS_LEAST = 4096,       // before it, a dictionary would know too little
    SAMPLES = 2048,          // spread over all documents
    DICT_EVERY = 4,          // of them zstd gets one where there is a wordbook: all take .3 s
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
    if (ix->dict_tried || (packer_has_dict(ix->packer) && packer_has_words(ix->packer)))
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

typedef struct samples {
    buf all; // one after the other
    size_t sizes[SAMPLES], n;
} samples;

static shg_err take_samples(article_index *ix, samples *s)
{
    uint32_t end = index_end(ix), step = end / SAMPLES + 1;
    for (uint32_t doc = 0; doc < end && s->n < SAMPLES; doc += step) {
        sample(ix, doc, &s->all, &s->sizes[s->n]);
        s->n += s->sizes[s->n] != 0;
    }
    return buf_err(&s->all);
}

// On disk first: a text that is packed with it must never be without it.
static shg_err keep(article_index *ix, const char *name, view book, shg_err (*set)(packer *, view))
{
    buf value = {0};
    db_txn *t = NULL;
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    err = slice_finish(&t, meta_write(t, name, book, &value));
    if (!err)
        err = set(ix->packer, book);
    turn_pass(&ix->turn);
    buf_fini(&value);
    return err;
}

static shg_err train_dict(const samples *s, size_t every, buf *out)
{
    samples *few = calloc(1, sizeof *few);
    shg_err err = few ? SHG_OK : SHG_ENOMEM;
    const uint8_t *p = s->all.p;
    for (size_t i = 0; i < s->n && few; p += s->sizes[i++]) {
        if (i % every)
            continue;
        few->sizes[few->n++] = s->sizes[i];
        buf_add(&few->all, p, s->sizes[i]);
    }
    if (!err)
        err = buf_err(&few->all);
    if (!err)
        err = pack_train(buf_view(&few->all), few->sizes, few->n, out);
    if (few)
        buf_fini(&few->all);
    free(few);
    return err;
}

// The wordbook first: it takes a tenth of the time, and most texts.
static shg_err train(article_index *ix, const samples *s)
{
    buf book = {0}, dict = {0};
    shg_err err = SHG_OK;
    if (!packer_has_words(ix->packer))
        err = wordbook_train(buf_view(&s->all), s->sizes, s->n, &book);
    if (!err && book.len)
        err = keep(ix, META_WORDS, buf_view(&book), packer_set_words);
    if (!err && !packer_has_dict(ix->packer))
        err = train_dict(s, packer_has_words(ix->packer) ? DICT_EVERY : 1, &dict);
    if (!err && dict.len)
        err = keep(ix, META_DICT, buf_view(&dict), packer_set_dict);
    buf_fini(&book);
    buf_fini(&dict);
    return err;
}

shg_err dict_train(article_index *ix)
{
    samples *s = calloc(1, sizeof *s);
    ix->dict_tried = true; // once in a run is enough, however it ends
    shg_err err = s ? take_samples(ix, s) : SHG_ENOMEM;
    if (!err)
        err = train(ix, s);
    if (s)
        buf_fini(&s->all);
    free(s);
    return err;
}
