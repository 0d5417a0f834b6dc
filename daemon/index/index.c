// index.c - opening and closing: what is on disk becomes what is in RAM.
#include "base/log.h"
#include "index/dict.h"
#include "index/filler.h"
#include "shingled/version.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum {
    SEAL_DOCS = 32768,
    MERGE_FANOUT = 8,
    LIST_CAP = 64,
    BLOCK_BYTES = 64 * 1024, // half of it at least: the end of the last page is 4 % of a block
    WHY_MAX = 512,
};

static _Thread_local char why_text[WHY_MAX];

static shg_err draw(void *p, size_t n)
{
    return getrandom(p, n, 0) == (ssize_t)n ? SHG_OK : SHG_EIO;
}

// A new store: everything of DB_META in one transaction, so that half of it is never there.
static shg_err found(article_index *ix, db_txn *t, buf *value)
{
    uint8_t number[8], id[16];
    buf body = {0};
    shg_err err = draw(id, sizeof id);
    if (!err && !ix->seed)
        err = draw(&ix->seed, sizeof ix->seed);
    if (err)
        return err;
    for (size_t i = 0; i < sizeof id; i++)
        snprintf(ix->epoch + 2 * i, 3, "%02x", id[i]);
    store32(number, SHG_FORMAT);
    err = meta_write(t, META_FORMAT, (view){number, 4}, value);
    if (!err)
        err = meta_write(t, META_STAMP, view_of(ix->o.stamp), value);
    store64(number, ix->seed);
    if (!err)
        err = meta_write(t, META_SEED, (view){number, 8}, value);
    if (!err)
        err = meta_write(t, META_EPOCH, view_of(ix->epoch), value);
    counters_put(&body, &ix->count);
    if (!err)
        err = buf_err(&body);
    if (!err)
        err = meta_write(t, META_COUNTERS, buf_view(&body), value);
    buf_fini(&body);
    return err;
}

// Numbers of segments go on after those of blocks that a kill left behind.
static shg_err read_segments(article_index *ix, db_txn *t)
{
    view body, last;
    shg_err err = meta_get(t, META_SEGMENTS, &body);
    if (!err)
        err = segments_parse(body, &ix->segments);
    if (err && err != SHG_ENOTFOUND)
        return err;
    err = db_last(t, DB_BLOCKS, &last);
    if (!err && last.len == BLOCK_KEY_LEN && load32be(last.p) >= ix->segments.next_id)
        ix->segments.next_id = load32be(last.p) + 1;
    if (err && err != SHG_ENOTFOUND)
        return err;
    return segments_end(&ix->segments) <= ix->count.next_doc ? SHG_OK : SHG_ECORRUPT;
}

static shg_err read_identity(article_index *ix, db_txn *t, const char **why)
{
    view stamp, seed, epoch, body;
    shg_err err = meta_get(t, META_STAMP, &stamp);
    if (!err && !view_eq(stamp, view_of(ix->o.stamp))) {
        snprintf(
            why_text, sizeof why_text,
            "signatures were made by \"%.*s\", this program makes \"%s\": open it with the version "
            "that made it, or put the articles again into an empty folder",
            (int)stamp.len, (const char *)stamp.p, ix->o.stamp);
        *why = why_text;
        return SHG_EFORMAT;
    }
    if (!err)
        err = meta_get(t, META_SEED, &seed);
    if (!err && seed.len != 8)
        err = SHG_ECORRUPT;
    if (!err && ix->seed && ix->seed != load64(seed.p)) {
        *why = "the store has another seed";
        return SHG_EFORMAT;
    }
    if (!err)
        ix->seed = load64(seed.p);
    if (!err)
        err = meta_get(t, META_EPOCH, &epoch);
    if (!err && epoch.len != sizeof ix->epoch - 1)
        err = SHG_ECORRUPT;
    if (!err)
        memcpy(ix->epoch, epoch.p, epoch.len);
    if (!err)
        err = meta_get(t, META_COUNTERS, &body);
    if (!err)
        err = counters_parse(body, &ix->count);
    if (!err)
        err = read_segments(ix, t);
    if (!err)
        err = dict_load(ix->packer, t);
    return err == SHG_ENOTFOUND ? SHG_ECORRUPT : err;
}

// A row of another format is no damage: read_meta tells.
static shg_err read_format(db_txn *t, view *format)
{
    view key = view_of(META_FORMAT), value;
    shg_err err = db_get(t, DB_META, key, &value);
    if (!err)
        err = value_verify(DB_META, key, value, format);
    return err == SHG_ECORRUPT ? corrupt(DB_META, key, "checksum") : err;
}

static shg_err read_meta(article_index *ix, const char **why)
{
    db_txn *t = NULL;
    view format;
    buf value = {0};
    *why = "what the store says of itself can't be read";
    shg_err err = db_begin(&t, ix->store, true);
    if (!err)
        err = read_format(t, &format);
    if (err == SHG_ENOTFOUND) {
        err = found(ix, t, &value);
        if (!err)
            err = db_commit(&t);
    } else if (err == SHG_EFORMAT ||
               (!err && (format.len != 4 || load32(format.p) != SHG_FORMAT))) {
        *why = "the store was written in another format: open it with the version that made it, "
               "or put the articles again into an empty folder";
        err = SHG_EFORMAT;
    } else if (!err) {
        err = read_identity(ix, t, why);
    }
    db_abort(&t);
    buf_fini(&value);
    return err;
}

// The documents that were taken out, ascending.
typedef struct rebuild {
    article_index *ix;
    db_txn *t;
    filler *filler;
    buf dead; // of uint32_t
    size_t at;
    uint64_t faults;
} rebuild;

static shg_err load_tomb(void *ctx, view key, view value)
{
    rebuild *r = ctx;
    view body;
    tomb_row tomb;
    if (key.len != DOC_KEY_LEN)
        return corrupt(DB_TOMBS, key, "key");
    shg_err err = value_check(DB_TOMBS, key, value, &body);
    if (!err && tomb_parse(body, &tomb))
        err = corrupt(DB_TOMBS, key, "shape");
    uint32_t doc = load32be(key.p);
    buf_add(&r->dead, &doc, sizeof doc);
    if (!err && !tomb.freed)
        buf_add(&r->ix->unfreed, &doc, sizeof doc);
    return err ? err : buf_err(&r->dead);
}

static bool is_dead(rebuild *r, uint32_t doc)
{
    const uint32_t *dead = (const uint32_t *)(const void *)r->dead.p;
    while (r->at < r->dead.len / sizeof doc && dead[r->at] < doc)
        r->at++;
    return r->at < r->dead.len / sizeof doc && dead[r->at] == doc;
}

static shg_err load_document(rebuild *r, uint32_t doc, const sign_row *s)
{
    article_index *ix = r->ix;
    shg_err err = docs_reserve(&ix->docs, doc, doc + 1);
    if (!err)
        err = uri_load(ix, (uint32_t)(s->uri >> 32), doc);
    if (err)
        return err;
    docs_add(&ix->docs, doc, &s->info);
    filler_add(r->filler, doc, s->lanes);
    return SHG_OK;
}

static shg_err load_postings(article_index *ix, uint32_t doc, const prints_row *r)
{
    enum { BATCH = 256 };
    print p[BATCH];
    shg_err err = active_reserve(ix->active, r->n);
    for (uint32_t i = 0; i < r->n && !err;) {
        size_t n = 0;
        while (n < BATCH && i < r->n)
            p[n++] = prints_at(r, i++);
        active_add(ix->active, doc, p, n, 0);
    }
    return err;
}

// The fingerprints of the documents that are in no sealed segment. Those of others were about
// to be deleted.
static shg_err load_prints(void *ctx, view key, view value)
{
    rebuild *r = ctx;
    view body;
    prints_row row;
    uint32_t doc = key.len == DOC_KEY_LEN ? load32be(key.p) : 0;
    if (!docs_alive(&r->ix->docs, doc) || doc < active_first(r->ix->active))
        return SHG_OK;
    shg_err err = value_check(DB_PRINTS, key, value, &body);
    if (!err && prints_parse(body, &row))
        err = corrupt(DB_PRINTS, key, "shape");
    if (!err)
        return load_postings(r->ix, doc, &row);
    r->faults++;
    return err == SHG_ENOMEM ? err : SHG_OK;
}

// A row that fails is told and left out: one bad page must not keep all the others
// from being found.
static shg_err load_signs(void *ctx, view key, view value)
{
    rebuild *r = ctx;
    view body;
    sign_row s;
    if (key.len != DOC_KEY_LEN || load32be(key.p) >= r->ix->count.next_doc) {
        r->faults++;
        (void)corrupt(DB_SIGNS, key, "key");
        return SHG_OK;
    }
    uint32_t doc = load32be(key.p);
    if (is_dead(r, doc))
        return SHG_OK;
    if (value_check(DB_SIGNS, key, value, &body) == SHG_OK && sign_parse(body, &s) == SHG_OK)
        return load_document(r, doc, &s);
    r->faults++;
    return SHG_OK;
}

static shg_err load_uri(void *ctx, view key, view value)
{
    rebuild *r = ctx;
    (void)value; // its version is read when it is asked for
    return key.len == URI_KEY_LEN ? uri_load(r->ix, load32be(key.p), URI_DELETED)
                                  : corrupt(DB_URIS, key, "key");
}

static shg_err first_key(void *ctx, view key, view value)
{
    (void)value;
    uint32_t *id = ctx;
    *id = key.len == BLOCK_KEY_LEN ? load32be(key.p) : UINT32_MAX;
    return SHG_EBUSY; // one is enough
}

static bool is_listed(const segments *l, uint32_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->s[i].id == id)
            return l->s[i].n != 0;
    return false;
}

// Blocks of segments that are not in the list were left by a kill, or were still to be
// deleted.
static shg_err load_garbage(article_index *ix, db_txn *t)
{
    uint8_t from[BLOCK_KEY_LEN];
    view to = {NULL, 0};
    for (uint32_t id = 0;; id++) {
        block_key(from, id, 0);
        shg_err err = db_scan(t, DB_BLOCKS, (view){from, sizeof from}, to, first_key, &id);
        if (err != SHG_EBUSY || id == UINT32_MAX)
            return err == SHG_EBUSY ? SHG_OK : err;
        if (!is_listed(&ix->segments, id))
            buf_add(&ix->garbage, &id, sizeof id);
    }
}

static shg_err load_documents(rebuild *r)
{
    article_index *ix = r->ix;
    view all = {NULL, 0};
    db_usage usage;
    shg_err err = db_stat(ix->store, &usage);
    if (!err)
        err = bands_expect(ix->bands, usage.entries[DB_SIGNS]);
    if (!err)
        err = uris_expect(ix->uris, usage.entries[DB_SIGNS]);
    if (!err)
        err = filler_start(&r->filler, ix->bands, ix->seed);
    if (!err)
        err = db_scan(r->t, DB_SIGNS, all, all, load_signs, r);
    docs_skip(&ix->docs, ix->count.next_doc);
    return err;
}

// What nobody asks for before index_open returns.
static shg_err load_rest(void *ctx)
{
    rebuild *r = ctx;
    article_index *ix = r->ix;
    view all = {NULL, 0};
    doc_key unsealed = key_of_doc(active_first(ix->active));
    shg_err err = db_scan(r->t, DB_PRINTS, doc_key_view(&unsealed), all, load_prints, r);
    if (!err)
        err = db_scan(r->t, DB_URIS, all, all, load_uri, r);
    if (!err)
        err = load_garbage(ix, r->t);
    active_skip(ix->active, ix->count.next_doc);
    return err;
}

// The lanes that the filler was given live as long as the snapshot.
static shg_err load_all(article_index *ix, const char **why)
{
    rebuild r = {.ix = ix};
    view all = {NULL, 0};
    *why = "the documents can't be read";
    shg_err err = db_begin(&r.t, ix->store, false);
    if (!err)
        err = db_scan(r.t, DB_TOMBS, all, all, load_tomb, &r);
    if (!err)
        err = load_documents(&r);
    if (!err) {
        filler_rest(r.filler, load_rest, &r);
        err = ix->o.known ? ix->o.known(ix->o.ctx) : SHG_OK;
        if (err)
            *why = shg_err_text(err);
    }
    shg_err filled = filler_end(&r.filler);
    db_abort(&r.t);
    if (r.faults)
        log_line(LOG_ERROR, "SHG-START-FAULTS",
                 "%" PRIu64
                 " rows of signatures or fingerprints can't be read: their articles are not found; "
                 "check the store",
                 r.faults);
    buf_fini(&r.dead);
    return err ? err : filled;
}

static void set_options(article_index *ix, const index_opts *o)
{
    ix->o = *o;
    ix->seed = o->seed;
    if (!ix->o.seal_docs)
        ix->o.seal_docs = SEAL_DOCS;
    if (!ix->o.merge_fanout)
        ix->o.merge_fanout = MERGE_FANOUT;
    if (!ix->o.list_cap)
        ix->o.list_cap = LIST_CAP;
    if (!ix->o.block_bytes)
        ix->o.block_bytes = BLOCK_BYTES;
    if (!ix->o.stamp)
        ix->o.stamp = "";
}

// Writers would starve behind a stream of readers in the default lock.
static void lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attr;
    pthread_rwlockattr_init(&attr);
    pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(lock, &attr);
    pthread_rwlockattr_destroy(&attr);
}

shg_err index_open(article_index **out, const char *dir, const index_opts *o, const char **why)
{
    *why = "out of memory";
    article_index *ix = *out = calloc(1, sizeof *ix);
    if (!ix)
        return SHG_ENOMEM;
    set_options(ix, o);
    turn_init(&ix->turn);
    lock_init(&ix->lock);
    huge_init(&ix->stock);
    pthread_mutex_init(&ix->job_lock, NULL);
    shg_err err = packer_new(&ix->packer);
    if (!err)
        err = uris_new(&ix->uris);
    if (!err)
        err = db_open(&ix->store, dir, &(db_opts){.map_bytes = o->map_bytes}, why);
    if (!err)
        err = read_meta(ix, why);
    if (!err)
        err = bands_new(&ix->bands, &ix->stock);
    if (!err)
        err = active_new(&ix->active, &ix->stock, segments_end(&ix->segments), ix->o.seal_docs);
    if (!err)
        err = load_all(ix, why);
    if (!err && o->background) {
        *why = "its thread can't be started";
        err = worker_start(ix);
    }
    if (err)
        index_close(out);
    return err;
}

void index_close(article_index **ix)
{
    article_index *x = *ix;
    *ix = NULL;
    if (!x)
        return;
    worker_stop(x);
    work_end(x);
    db_close(&x->store);
    active_free(x->active);
    active_free(x->frozen);
    active_free(x->spare);
    segments_fini(&x->segments);
    buf_fini(&x->garbage);
    buf_fini(&x->unfreed);
    buf_fini(&x->spare_changes);
    buf_fini(&x->spare_prints);
    bands_free(x->bands);
    huge_fini(&x->stock);
    uris_free(x->uris);
    docs_fini(&x->docs);
    packer_free(x->packer);
    turn_fini(&x->turn);
    pthread_mutex_destroy(&x->job_lock);
    pthread_rwlock_destroy(&x->lock);
    free(x);
}

uint64_t index_seed(const article_index *ix)
{
    return ix->seed;
}

const char *index_epoch(const article_index *ix)
{
    return ix->epoch;
}

shg_err index_stat(article_index *ix, index_stats *out)
{
    db_usage usage;
    *out = (index_stats){0};
    shg_err err = db_stat(ix->store, &usage);
    if (err)
        return err;
    pthread_rwlock_rdlock(&ix->lock);
    out->articles = ix->count.articles;
    out->deleted = ix->count.deleted;
    out->documents = ix->count.next_doc;
    out->merges = ix->count.merges;
    out->segments = ix->segments.n;
    out->postings = active_count(ix->active) + (ix->frozen ? active_count(ix->frozen) : 0);
    uint64_t blocks = 0;
    for (size_t i = 0; i < ix->segments.n; i++) {
        const segment *s = &ix->segments.s[i];
        out->postings += s->n;
        blocks += segment_bytes(s);
        out->ram_postings += segment_hint_bytes(s);
        out->dead_bytes += merge_dead_bytes(ix, s);
    }
    out->unfreed = ix->unfreed.len / sizeof(uint32_t);
    out->ram_docs = ix->docs.ram_bytes + uris_ram(ix->uris);
    out->ram_bands = bands_ram(ix->bands);
    out->ram_postings += active_ram(ix->active) + (ix->frozen ? active_ram(ix->frozen) : 0) +
                         (ix->spare ? active_ram(ix->spare) : 0);
    pthread_rwlock_unlock(&ix->lock);
    out->ram_bytes = out->ram_docs + out->ram_bands + out->ram_postings + huge_bytes(&ix->stock);
    out->longest_slice_us = (uint64_t)turn_longest_ns(&ix->turn) / 1000;
    out->capped_lookups = atomic_load(&ix->capped_lookups);
    out->file_bytes = usage.file_bytes;
    out->used_bytes = usage.used_bytes;
    blocks = blocks < usage.table_bytes[DB_BLOCKS] ? blocks : usage.table_bytes[DB_BLOCKS];
    out->live_bytes = usage.used_bytes - usage.table_bytes[DB_BLOCKS] + blocks;
    out->dead_bytes = out->dead_bytes < blocks ? out->dead_bytes : blocks;
    out->spare_bytes = blocks - out->dead_bytes + usage.table_bytes[DB_PRINTS];
    return SHG_OK;
}
