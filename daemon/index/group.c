// group.c - a group of changes: written to the store, committed, then made in RAM.
#include "base/clock.h"
#include "index/job.h"

#include <assert.h>
#include <stdlib.h>

// The next group needs as much again: fresh memory would cost more than what is done in it.
static void keep(buf *spare, buf *used)
{
    enum { MOST = 8 << 20 };
    if (used->cap > MOST)
        buf_fini(used);
    buf_reset(used);
    *spare = *used;
}

static void end(index_txn *t)
{
    keep(&t->ix->spare_changes, &t->changes);
    keep(&t->ix->spare_prints, &t->prints);
    turn_pass(&t->ix->turn);
    uri_fini(t);
    buf_fini(&t->value);
    buf_fini(&t->packed);
    free(t);
}

static shg_err begin(index_txn **out, article_index *ix, void (*take)(turn *))
{
    index_txn *t = *out = calloc(1, sizeof *t);
    if (!t)
        return SHG_ENOMEM;
    take(&ix->turn);
    t->ix = ix;
    t->changes = ix->spare_changes;
    t->prints = ix->spare_prints;
    ix->spare_changes = ix->spare_prints = (buf){0};
    shg_err err = db_begin(&t->t, ix->store, true);
    if (err) {
        *out = NULL;
        end(t);
        return err;
    }
    t->count = ix->count; // only who has the turn changes it
    t->first_doc = t->count.next_doc;
    return SHG_OK;
}

shg_err index_begin(index_txn **out, article_index *ix)
{
    return begin(out, ix, turn_take);
}

shg_err index_begin_behind(index_txn **out, article_index *ix)
{
    return begin(out, ix, turn_take_behind);
}

shg_err index_txn_find(index_txn *t, view uri, uri_entry *out)
{
    uri_place p;
    shg_err err = uri_seek(t, uri, &p);
    if (err)
        return err;
    *out = p.entry;
    return p.entry.doc == DOC_NONE ? SHG_ENOTFOUND : SHG_OK;
}

static shg_err put_value(index_txn *t, db_table table, view key, bool append)
{
    shg_err err = value_end(&t->value, table, key);
    if (err)
        return err;
    return append ? db_append(t->t, table, key, buf_view(&t->value))
                  : db_put(t->t, table, key, buf_view(&t->value));
}

// The document is gone for readers at once; its postings, and its rows unless they are freed, go in
// the background.
static shg_err bury(index_txn *t, uint32_t doc, bool freed)
{
    doc_key k = key_of_doc(doc);
    value_begin(&t->value);
    tomb_put(&t->value, &(tomb_row){.deleted_ms = clock_wall_ms(), .freed = freed});
    shg_err err = put_value(t, DB_TOMBS, doc_key_view(&k), false);
    change c = {.doc = doc, .freed = freed};
    buf_add(&t->changes, &c, sizeof c);
    t->count.articles--;
    t->count.deleted++;
    return err ? err : buf_err(&t->changes);
}

// The payload of an article: as index_pack made it, packed here, or as it is (empty).
static shg_err pack(index_txn *t, const doc_add *a, article_row *row)
{
    size_t n = a->record.len + a->text.len;
    row->payload = a->packed;
    if (!row->payload.len) {
        buf_reset(&t->packed);
        shg_err err = pack_text(t->ix->packer, a->record, a->text, NULL, &t->packed);
        if (err)
            return err;
        row->payload = buf_view(&t->packed);
    }
    row->packed = row->payload.len != 0;
    if (row->packed && !pack_is_frame(row->payload, n))
        return SHG_EINTERNAL; // index_pack was given another record or text
    return SHG_OK;
}

// The uri is not stored twice where the record has it, most often at its end: "…"}.
static void find_uri(article_row *row, const doc_add *a)
{
    view uri = a->uri, record = a->record;
    const uint8_t *at = NULL;
    if (record.len >= uri.len + 2 && uri.len)
        at = record.p + record.len - 2 - uri.len;
    if (at && memcmp(at, uri.p, uri.len) != 0)
        at = memmem(record.p, record.len, uri.p, uri.len);
    row->uri_inside = at != NULL;
    row->uri_at = at ? (uint32_t)(at - record.p) : 0;
}

static shg_err put_article(index_txn *t, uint32_t doc, uint32_t version, const doc_add *a)
{
    doc_key k = key_of_doc(doc);
    article_row row = {.version = version,
                       .uri = a->uri,
                       .record_len = (uint32_t)a->record.len,
                       .text_len = (uint32_t)a->text.len};
    shg_err err = pack(t, a, &row);
    if (err)
        return err;
    find_uri(&row, a);
    value_begin(&t->value);
    article_put(&t->value, &row);
    if (!row.packed) {
        buf_add(&t->value, a->record.p, a->record.len);
        buf_add(&t->value, a->text.p, a->text.len);
    }
    return put_value(t, DB_ARTICLES, doc_key_view(&k), true);
}

static shg_err put_sign(index_txn *t, const uri_place *p, const doc_add *a)
{
    doc_key k = key_of_doc(p->entry.doc);
    value_begin(&t->value);
    sign_put(&t->value, a, &p->key, p->entry.version);
    return put_value(t, DB_SIGNS, doc_key_view(&k), true);
}

// Those of a whole group, after all else of it: they are deleted as soon as they are sealed, and
// what is written next then finds runs of free pages, not one here and there.
static shg_err put_prints(index_txn *t)
{
    const change *c = (const change *)(const void *)t->changes.p;
    const print *p = (const print *)(const void *)t->prints.p;
    shg_err err = SHG_OK;
    for (size_t i = 0; i < t->changes.len / sizeof *c && !err; i++) {
        if (!c[i].added || !c[i].n_prints)
            continue;
        doc_key k = key_of_doc(c[i].doc);
        value_begin(&t->value);
        prints_put(&t->value, p + c[i].prints, c[i].n_prints);
        err = put_value(t, DB_PRINTS, doc_key_view(&k), true);
    }
    return err;
}

static shg_err remember(index_txn *t, const uri_entry *entry, const doc_add *a)
{
    change c = {.added = true,
                .doc = entry->doc,
                .prints = t->prints.len / sizeof(print),
                .n_prints = a->n_prints,
                .info = {a->published_ms, a->stored_ms, a->publisher, a->content, a->body,
                         entry->version, a->n_words},
                .sig = *a->sig};
    buf_add(&t->changes, &c, sizeof c);
    buf_add(&t->prints, a->prints, a->n_prints * sizeof(print));
    t->n_added++;
    t->count.articles++;
    return buf_err(&t->changes) ? buf_err(&t->changes) : buf_err(&t->prints);
}

// Additions are refused before the map is full, so that what frees space never is. An article
// takes its rows, and its part of the pages above them.
static shg_err take_room(index_txn *t, const doc_add *a)
{
    enum { PAGES = 4 * 4096 };
    shg_err err = t->room_known ? SHG_OK : db_room(t->t, &t->room);
    t->room_known = !err;
    uint64_t text = a->packed.len ? a->packed.len : a->record.len + a->text.len;
    uint64_t need = text + a->n_prints * sizeof(print) + PAGES;
    if (!err && need > t->room)
        err = SHG_EFULL;
    if (!err)
        t->room -= need;
    return err;
}

// After a failure in here a part of the article may stand in the transaction: none of
// the group can be committed any more.
static shg_err add(index_txn *t, const doc_add *a, uri_place *p)
{
    shg_err err = SHG_OK;
    if (p->entry.doc != DOC_NONE)
        err = bury(t, p->entry.doc, false);
    uri_entry entry = {t->count.next_doc++, p->entry.version + 1, a->content};
    if (!err)
        err = uri_change_to(t, p, entry);
    if (!err)
        err = put_article(t, entry.doc, entry.version, a);
    if (!err)
        err = put_sign(t, p, a);
    if (!err)
        err = remember(t, &entry, a);
    return t->err = err;
}

shg_err index_pack(article_index *ix, view record, view text, const text_words *words, buf *out)
{
    buf_reset(out);
    return pack_text(ix->packer, record, text, words, out);
}

static void fetch(const void *p, size_t n)
{
    enum { LINE = 64 };
    const char *at = p;
    for (size_t i = 0; i < n; i += LINE)
        __builtin_prefetch(at + i);
}

void index_fetch(const index_txn *t, const doc_add *a)
{
    uri_fetch(t, a->uri);
    fetch(a->sig, sizeof *a->sig);
    fetch(a->packed.p, a->packed.len);
    fetch(a->prints, a->n_prints * sizeof *a->prints);
}

shg_err index_add(index_txn *t, const doc_add *a, uri_entry *out)
{
    uri_place p;
    if (t->err)
        return t->err;
    if (t->count.next_doc >= DOC_MAX)
        return SHG_EFULL;
    if (a->record.len > ARTICLE_MOST || a->text.len > ARTICLE_MOST)
        return SHG_EINTERNAL; // no request is as long
    shg_err err = uri_seek(t, a->uri, &p);
    if (!err)
        err = take_room(t, a);
    if (!err)
        err = add(t, a, &p);
    *out = p.entry;
    return err;
}

shg_err index_remove(index_txn *t, view uri)
{
    uri_place p;
    if (t->err)
        return t->err;
    shg_err err = uri_seek(t, uri, &p);
    if (err)
        return err;
    if (p.entry.doc == DOC_NONE)
        return SHG_ENOTFOUND;
    uri_entry entry = p.entry;
    entry.doc = DOC_NONE;
    err = bury(t, p.entry.doc, false);
    if (!err)
        err = uri_change_to(t, &p, entry);
    return t->err = err;
}

// The place of a document's uri.
static shg_err seek_uri_of(index_txn *t, uint32_t doc, uri_place *p)
{
    doc_key k = key_of_doc(doc);
    view value, body, name = doc_key_view(&k);
    article_row a;
    view uri = {NULL, 0};
    shg_err err = db_get(t->t, DB_ARTICLES, name, &value);
    if (!err)
        err = value_check(DB_ARTICLES, name, value, &body);
    if (!err && article_parse(body, &a))
        err = corrupt(DB_ARTICLES, name, "shape");
    if (err)
        return err;
    err = row_uri(t->ix->packer, &a, &t->packed, &uri);
    buf_reset(&t->value); // the row's bytes live only until another article is read
    buf_add(&t->value, uri.p, uri.len);
    if (!err)
        err = buf_err(&t->value);
    if (!err)
        err = uri_seek(t, buf_view(&t->value), p);
    return !err && p->entry.doc != doc ? SHG_ECORRUPT : err;
}

shg_err index_drop(index_txn *t, uint32_t doc)
{
    uri_place p;
    if (t->err)
        return t->err;
    if (!docs_alive(&t->ix->docs, doc)) // only who has the turn changes that
        return SHG_ENOTFOUND;
    shg_err err = seek_uri_of(t, doc, &p);
    if (err)
        return err;
    err = uri_change_to(t, &p, (uri_entry){.doc = DOC_NONE, .version = 0});
    if (!err)
        err = bury(t, doc, true);
    if (!err)
        err = rows_delete(t->t, doc);
    return t->err = err;
}

// Room in RAM is taken before the promise: after the commit nothing can fail.
static shg_err reserve(index_txn *t)
{
    article_index *ix = t->ix;
    pthread_rwlock_wrlock(&ix->lock);
    shg_err err = docs_reserve(&ix->docs, t->first_doc, t->count.next_doc);
    if (!err)
        err = bands_reserve(ix->bands, t->n_added);
    if (!err)
        err = active_reserve(ix->active, t->prints.len / sizeof(print));
    if (!err)
        err = uri_reserve(t);
    size_t n = t->changes.len / sizeof(change);
    if (!err && n && !buf_grow(&ix->unfreed, n * sizeof(uint32_t))) {
        ix->unfreed.err = SHG_OK; // the list is as good as before
        err = SHG_ENOMEM;
    }
    pthread_rwlock_unlock(&ix->lock);
    return err;
}

static void make(article_index *ix, const change *c)
{
    if (c->added) {
        docs_add(&ix->docs, c->doc, &c->info);
        bands_add(ix->bands, &ix->docs, c->doc, c->sig.band);
        return;
    }
    if (!c->freed)
        buf_add(&ix->unfreed, &c->doc, sizeof c->doc);
    if (docs_kill(&ix->docs, c->doc))
        bands_sweep(ix->bands, &ix->docs);
}

// What a change will look at first is asked for while the one before it is made.
static void make_all(article_index *ix, const change *c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && c[i + 1].added)
            bands_fetch(ix->bands, c[i + 1].sig.band);
        make(ix, &c[i]);
    }
}

static void add_postings(article_index *ix, const change *c, size_t n, const buf *prints)
{
    const print *p = (const print *)(const void *)prints->p;
    size_t n_prints = prints->len / sizeof *p;
    for (size_t i = 0; i < n; i++)
        if (c[i].added)
            active_add(ix->active, c[i].doc, p + c[i].prints, c[i].n_prints,
                       n_prints - c[i].prints - c[i].n_prints);
}

static void apply(index_txn *t)
{
    article_index *ix = t->ix;
    const change *c = (const change *)(const void *)t->changes.p;
    size_t n = t->changes.len / sizeof *c;
    pthread_rwlock_wrlock(&ix->lock);
    make_all(ix, c, n);
    add_postings(ix, c, n, &t->prints);
    uri_apply(t);
    ix->count = t->count;
    pthread_rwlock_unlock(&ix->lock);
    if (work_due(ix))
        worker_kick(ix);
}

static shg_err put_counters(index_txn *t)
{
    uint8_t room[64];
    buf body = {.p = room, .cap = sizeof room, .max = sizeof room};
    counters_put(&body, &t->count);
    return meta_write(t->t, META_COUNTERS, buf_view(&body), &t->value);
}

shg_err index_commit(index_txn **t)
{
    index_txn *x = *t;
    *t = NULL;
    shg_err err = x->err;
    if (!err)
        err = reserve(x);
    if (!err)
        err = put_prints(x);
    if (!err && x->changes.len)
        err = put_counters(x);
    if (err)
        db_abort(&x->t);
    else
        err = db_commit(&x->t);
    if (!err)
        apply(x);
    end(x);
    return err;
}

void index_abort(index_txn **t)
{
    index_txn *x = *t;
    *t = NULL;
    if (!x)
        return;
    db_abort(&x->t);
    end(x);
}
