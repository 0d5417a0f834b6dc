#include "index/job.h"
#include "index/build.h"

#include <assert.h>
#include <stdlib.h>

enum {
    FORGET_DOCS = 1024, // tombstones in one transaction
    POSTING_BYTES = 6,  // about
    SMALL_PART = 256,   // blocks of a segment, unless they were smaller than
    SMALL_BLOCK = 12 * 1024,
};

static void job_fini(job *j)
{
    free(j->gone);
    segment_free(&j->out);
    built_fini(&j->built);
    *j = (job){0};
}

void job_give_up(article_index *ix, job *j)
{
    if (j->phase == JOB_BUILD || j->phase == JOB_PUBLISH) {
        turn_take_behind(&ix->turn);
        buf_add(&ix->garbage, &j->out.id, sizeof j->out.id); // if not even that: the next start
        turn_pass(&ix->turn);
    }
    job_fini(j);
}

// Which documents of [doc0, doc1) are gone by now; the caller has the turn.
static shg_err note_gone(article_index *ix, job *j)
{
    segment *s = &j->out;
    j->gone = calloc((s->doc1 - s->doc0) / 8 + 1, 1);
    if (!j->gone)
        return SHG_ENOMEM;
    for (uint32_t doc = s->doc0; doc < s->doc1; doc++) {
        if (docs_alive(&ix->docs, doc))
            s->n_docs++;
        else
            j->gone[(doc - s->doc0) / 8] |= (uint8_t)(1u << (doc - s->doc0) % 8);
    }
    return SHG_OK;
}

// The memory of the segment that was sealed last, or fresh one. Only jobs change ix->spare.
static shg_err take_spare(article_index *ix, active **out)
{
    pthread_rwlock_wrlock(&ix->lock);
    *out = ix->spare;
    ix->spare = NULL;
    pthread_rwlock_unlock(&ix->lock);
    return *out ? SHG_OK : active_new(out, &ix->stock, 0, ix->o.seal_docs);
}

static void keep_spare(article_index *ix, active *sealed)
{
    if (!sealed)
        return;
    active_clear(sealed);
    pthread_rwlock_wrlock(&ix->lock);
    active *before = ix->spare;
    ix->spare = sealed;
    pthread_rwlock_unlock(&ix->lock);
    active_free(before);
}

void job_give_back(article_index *ix)
{
    turn_take_behind(&ix->turn); // nobody was promised room
    pthread_rwlock_wrlock(&ix->lock);
    active *spare = ix->spare;
    ix->spare = NULL;
    active_trim(ix->active);
    pthread_rwlock_unlock(&ix->lock);
    turn_pass(&ix->turn);
    active_free(spare);
    huge_empty(&ix->stock);
}

// The active segment stands still from here on; a new one takes what comes.
static shg_err freeze(article_index *ix, job *j)
{
    active *fresh = NULL; // before the turn: to clear it takes longer than all else here
    shg_err err = take_spare(ix, &fresh);
    if (err)
        return err;
    turn_take_behind(&ix->turn);
    if (!ix->frozen) { // else a seal that failed is tried again
        active_start(fresh, active_end(ix->active));
        pthread_rwlock_wrlock(&ix->lock);
        ix->frozen = ix->active;
        ix->active = fresh;
        pthread_rwlock_unlock(&ix->lock);
        fresh = NULL;
    }
    j->out = (segment){.id = ix->segments.next_id++,
                       .doc0 = active_first(ix->frozen),
                       .doc1 = active_end(ix->frozen),
                       .n = active_count(ix->frozen)};
    err = note_gone(ix, j);
    turn_pass(&ix->turn);
    keep_spare(ix, fresh);
    return err;
}

// A value of many pages takes a free run of as many, and in a small store there are few: there
// blocks are a small part of their segment.
static size_t block_bytes(uint64_t n_postings, size_t most)
{
    uint64_t part = n_postings * POSTING_BYTES / SMALL_PART;
    if (part < SMALL_BLOCK)
        part = SMALL_BLOCK;
    return part < most ? (size_t)part : most;
}

// Nothing is left to be written where no document is there.
static shg_err shape(article_index *ix, job *j)
{
    if (j->out.n_docs == 0)
        j->out.n = 0;
    segment_shape(&j->out, j->out.n, block_bytes(j->out.n, ix->o.block_bytes));
    j->phase = j->out.n ? JOB_BUILD : JOB_PUBLISH;
    return segment_alloc(&j->out);
}

shg_err job_start_seal(article_index *ix, job *j)
{
    *j = (job){.seal = true};
    shg_err err = freeze(ix, j);
    if (!err) {
        err = shape(ix, j);
        j->range_bits = j->out.block_bits;
    }
    if (err)
        job_fini(j);
    return err;
}

shg_err job_start_join(article_index *ix, job *j, size_t first, size_t n)
{
    const segment *in = &ix->segments.s[first];
    *j = (job){.first = first, .n_in = n};
    turn_take_behind(&ix->turn);
    j->out = (segment){.id = ix->segments.next_id++, .doc0 = in[0].doc0, .doc1 = in[n - 1].doc1};
    for (size_t i = 0; i < n; i++)
        j->out.level = in[i].level > j->out.level ? in[i].level : j->out.level;
    turn_pass(&ix->turn);
    shg_err err = shape(ix, j);
    if (err)
        job_fini(j);
    return err;
}

shg_err job_start_merge(article_index *ix, job *j, size_t first, size_t n, uint32_t level)
{
    const segment *in = &ix->segments.s[first];
    *j = (job){.first = first, .n_in = n};
    turn_take_behind(&ix->turn);
    j->out = (segment){
        .id = ix->segments.next_id++, .level = level, .doc0 = in[0].doc0, .doc1 = in[n - 1].doc1};
    shg_err err = note_gone(ix, j);
    turn_pass(&ix->turn);
    uint64_t docs = 0;
    unsigned bits = BLOCK_BITS_MOST;
    for (size_t i = 0; i < n; i++) {
        j->out.n += in[i].n;
        docs += in[i].n_docs;
        if (in[i].n && in[i].block_bits < bits)
            bits = in[i].block_bits;
    }
    if (docs && j->out.n) // about as many postings are left as documents are
        j->out.n = (uint64_t)((double)j->out.n * j->out.n_docs / (double)docs) + 1;
    if (!err)
        err = shape(ix, j);
    j->range_bits = bits < j->out.block_bits ? bits : j->out.block_bits;
    if (err)
        job_fini(j);
    return err;
}

static shg_err put_blocks(article_index *ix, const job *j, const built *b)
{
    const built_block *list = (const built_block *)(const void *)b->list.p;
    db_txn *t = NULL;
    uint8_t key[BLOCK_KEY_LEN];
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    for (size_t i = 0; i < b->list.len / sizeof *list && !err; i++) {
        block_key(key, j->out.id, list[i].number);
        err = db_put(t, DB_BLOCKS, (view){key, sizeof key},
                     (view){b->values.p + list[i].at, list[i].len});
    }
    return slice_end(ix, &t, err);
}

static shg_err build(article_index *ix, job *j)
{
    const built *b = &j->built;
    if (j->range == 0)
        j->out.n = 0; // was an estimate: from here on it counts
    shg_err err = build_ranges(ix, j);
    if (!err)
        err = put_blocks(ix, j, b);
    const built_block *list = (const built_block *)(const void *)b->list.p;
    for (size_t i = 0; i < b->list.len / sizeof *list && !err; i++)
        j->out.n += list[i].n;
    if (!err && j->range >> j->range_bits != 0)
        j->phase = JOB_PUBLISH;
    return err;
}

// The list with this job's segment in the place of those it replaces. `verified` and
// `hint` of the kept ones move along; they are the same words in both lists.
static shg_err next_list(article_index *ix, const job *j, segments *out)
{
    const segments *now = &ix->segments;
    size_t first = j->seal ? now->n : j->first;
    *out = (segments){.n = now->n - j->n_in + 1, .next_id = now->next_id};
    out->s = calloc(out->n, sizeof *out->s);
    if (!out->s)
        return SHG_ENOMEM;
    size_t n = 0;
    for (size_t i = 0; i < first; i++)
        out->s[n++] = now->s[i];
    out->s[n++] = j->out;
    for (size_t i = first + j->n_in; i < now->n; i++)
        out->s[n++] = now->s[i];
    return SHG_OK;
}

static shg_err write_list(article_index *ix, const segments *list, const counters *count)
{
    db_txn *t = NULL;
    buf body = {0}, value = {0};
    segments_put(&body, list);
    shg_err err = buf_err(&body);
    if (!err)
        err = db_begin(&t, ix->store, true);
    if (!err)
        err = meta_write(t, META_SEGMENTS, buf_view(&body), &value);
    buf_reset(&body);
    counters_put(&body, count);
    if (!err)
        err = meta_write(t, META_COUNTERS, buf_view(&body), &value);
    if (err)
        db_abort(&t);
    else
        err = db_commit(&t);
    buf_fini(&body);
    buf_fini(&value);
    return err;
}

// Gives the frozen postings that are sealed now, to be freed.
static active *swap_list(article_index *ix, job *j, segments *next, const counters *count)
{
    pthread_rwlock_wrlock(&ix->lock);
    segment *before = ix->segments.s;
    ix->segments = *next;
    ix->count = *count;
    active *sealed = j->seal ? ix->frozen : NULL;
    if (j->seal)
        ix->frozen = NULL;
    pthread_rwlock_unlock(&ix->lock);
    for (size_t i = 0; i < j->n_in; i++)
        segment_free(&before[j->first + i]);
    free(before);
    j->out.verified = NULL; // the list owns them now
    j->out.hint = NULL;
    return sealed;
}

static shg_err publish(article_index *ix, job *j)
{
    segments next = {0};
    active *sealed = NULL;
    turn_take_behind(&ix->turn);
    counters count = ix->count;
    count.merges += !j->seal;
    segment_written(&j->out);
    shg_err err = next_list(ix, j, &next);
    size_t keep = ix->garbage.len;
    for (size_t i = 0; i < j->n_in && !err; i++)
        buf_add(&ix->garbage, &ix->segments.s[j->first + i].id, sizeof(uint32_t));
    if (j->out.n == 0) // it may have written empty blocks
        buf_add(&ix->garbage, &j->out.id, sizeof j->out.id);
    if (!err)
        err = buf_err(&ix->garbage);
    if (!err)
        err = write_list(ix, &next, &count);
    if (err) {
        ix->garbage.len = keep;
        ix->garbage.err = SHG_OK;
        free(next.s);
    } else {
        sealed = swap_list(ix, j, &next, &count);
        j->phase = JOB_FORGET;
        j->forget = j->out.doc0;
    }
    turn_pass(&ix->turn);
    keep_spare(ix, sealed);
    if (!err && !j->gone)
        job_fini(j); // nothing that was joined had a document to forget
    return err;
}

typedef struct forgetting {
    const job *j;
    db_txn *t;
    uint32_t doc[FORGET_DOCS];
    size_t n;
} forgetting;

static shg_err pick(void *ctx, view key, view value)
{
    forgetting *f = ctx;
    (void)value;
    if (f->n == FORGET_DOCS)
        return SHG_EBUSY; // enough for this slice
    uint32_t doc = key.len == DOC_KEY_LEN ? load32be(key.p) : DOC_NONE;
    if (doc < f->j->out.doc1 && job_is_gone(f->j, doc))
        f->doc[f->n++] = doc;
    return SHG_OK;
}

shg_err rows_delete(db_txn *t, uint32_t doc)
{
    static const db_table tables[] = {DB_ARTICLES, DB_SIGNS, DB_LINKS, DB_PRINTS};
    doc_key k = key_of_doc(doc);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        shg_err err = db_del(t, tables[i], doc_key_view(&k));
        if (err && err != SHG_ENOTFOUND)
            return err;
    }
    return SHG_OK;
}

static shg_err forget_in(db_txn *t, job *j, bool *done)
{
    forgetting f = {.j = j};
    doc_key from = key_of_doc(j->forget), to = key_of_doc(j->out.doc1);
    shg_err err = db_scan(t, DB_TOMBS, doc_key_view(&from), doc_key_view(&to), pick, &f);
    *done = err != SHG_EBUSY;
    if (err == SHG_EBUSY)
        err = SHG_OK;
    for (size_t i = 0; i < f.n && !err; i++) {
        doc_key k = key_of_doc(f.doc[i]);
        err = rows_delete(t, f.doc[i]); // before the tombstone, in one transaction: no one rises
        if (!err)
            err = db_del(t, DB_TOMBS, doc_key_view(&k));
    }
    if (f.n)
        j->forget = f.doc[f.n - 1] + 1;
    return err;
}

static shg_err forget(article_index *ix, job *j)
{
    bool done = true;
    db_txn *t = NULL;
    shg_err err = slice_begin(ix, &t);
    if (!err)
        err = slice_end(ix, &t, forget_in(t, j, &done));
    if (!err && done)
        job_fini(j);
    return err;
}

shg_err job_step(article_index *ix, job *j)
{
    shg_err err = SHG_OK;
    switch (j->phase) {
    case JOB_NONE:
        return SHG_OK;
    case JOB_BUILD:
        err = build(ix, j);
        break;
    case JOB_PUBLISH:
        err = publish(ix, j);
        break;
    case JOB_FORGET:
        err = forget(ix, j);
        break;
    }
    if (err)
        job_give_up(ix, j);
    return err;
}
