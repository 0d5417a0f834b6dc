// merge.c - what is done next in the background: sealing, merging, giving back space.
#include "index/dict.h"
#include "index/job.h"

#include <string.h>

enum {
    CLEAR_BYTES = 1 << 20,  // of blocks, at most about, deleted in one transaction
    UNPRINT_DOCS = 1024,    // documents whose fingerprints are deleted in one transaction
    IDLE_PART = 4,          // of all documents: what is merged at most when there is time
    CHECK_BLOCKS = 16,      // looked at in one slice
    FREE_DOCS = 256,        // documents whose rows are deleted in one transaction
    POSTINGS_PER_DOC = 256, // more than that on average: sealed before there are seal_docs
};

// The caller has the turn, or reads under the lock.
static bool is_seal_due(const article_index *ix)
{
    uint32_t n = active_end(ix->active) - active_first(ix->active);
    return n >= ix->o.seal_docs ||
           active_count(ix->active) >= (size_t)ix->o.seal_docs * POSTINGS_PER_DOC;
}

bool work_due(article_index *ix)
{
    return is_seal_due(ix) || huge_is_low(&ix->stock) ||
           ix->unfreed.len >= FREE_DOCS * sizeof(uint32_t) || dict_is_due(ix);
}

static uint32_t left(const article_index *ix, const segment *s)
{
    return docs_count(&ix->docs, s->doc0, s->doc1);
}

// Fewer than three quarters of its documents are left.
static bool is_thin(const article_index *ix, const segment *s)
{
    return s->n && !s->damaged && (uint64_t)left(ix, s) * 4 < (uint64_t)s->n_docs * 3;
}

uint64_t merge_dead_bytes(const article_index *ix, const segment *s)
{
    if (!is_thin(ix, s))
        return 0;
    double share = (double)left(ix, s) / (double)s->n_docs;
    return (uint64_t)((double)segment_bytes(s) * (1 - share));
}

// A segment of which no document is left, and which no merge is reading: retention leaves such
// ones, and with nothing to be read or written for them they need not wait for what is merged.
static bool pick_dead(const article_index *ix, size_t *dead)
{
    const segments *l = &ix->segments;
    size_t busy = ix->merge.phase == JOB_NONE ? 0 : ix->merge.n_in;
    for (size_t i = 0; i < l->n; i++) {
        if (i - ix->merge.first < busy || !is_thin(ix, &l->s[i]) || left(ix, &l->s[i]))
            continue;
        *dead = i;
        return true;
    }
    return false;
}

// The oldest run of neighbours of the lowest tier that is long enough; else a segment
// that deletions have made thin, to be written anew by itself.
static bool pick_merge(const article_index *ix, size_t *first, size_t *n, uint32_t *level)
{
    const segments *l = &ix->segments;
    bool found = false;
    for (size_t i = 0, run = 0; i < l->n; i++) {
        if (l->s[i].damaged)
            run = 0;
        else
            run = run && l->s[i].level == l->s[i - 1].level ? run + 1 : 1;
        if (run == ix->o.merge_fanout && (!found || l->s[i].level + 1 < *level)) {
            *first = i + 1 - run;
            *n = run;
            *level = l->s[i].level + 1;
            found = true;
        }
    }
    for (size_t i = 0; i < l->n && !found; i++) {
        if (!is_thin(ix, &l->s[i]))
            continue;
        *first = i;
        *n = 1;
        *level = l->s[i].level;
        found = true;
    }
    return found;
}

// With time to spare, the newest segments, as one: a look-up reads in each. The oldest of them is
// at most as large as the others together, so that a posting is written again only where its
// segment doubles; and all of them are a small part of the store: they need room.
static bool pick_newest(const article_index *ix, size_t *first, size_t *n, uint32_t *level)
{
    const segments *l = &ix->segments;
    uint64_t all = 0, run = 0;
    uint32_t highest = 0;
    for (size_t i = 0; i < l->n; i++)
        all += l->s[i].n_docs;
    *n = 0;
    for (size_t i = l->n; i-- > 0 && !l->s[i].damaged && run + l->s[i].n_docs <= all / IDLE_PART;) {
        highest = highest > l->s[i].level ? highest : l->s[i].level;
        if (run && run >= l->s[i].n_docs) {
            *first = i;
            *n = l->n - i;
            *level = highest;
        }
        run += l->s[i].n_docs;
    }
    return *n >= 2;
}

// Nothing asks for gathering: what failed for want of room would take and give back all there is
// again and again. It waits for the next seal.
static bool may_gather(const article_index *ix)
{
    return ix->o.gather && ix->ungathered != segments_end(&ix->segments);
}

// The first run of neighbours without postings.
static bool pick_join(const article_index *ix, size_t *first, size_t *n)
{
    const segments *l = &ix->segments;
    *n = 0;
    for (size_t i = 0; i < l->n && (l->s[i].n == 0 || *n < 2); i++) {
        *n = l->s[i].n == 0 ? *n + 1 : 0;
        *first = i + 1 - *n;
    }
    return *n >= 2;
}

// Deletes some blocks of the last segment on the heap of garbage.
static shg_err clear_slice(article_index *ix)
{
    db_txn *t = NULL;
    size_t dropped = 0, most = 1 + CLEAR_BYTES / ix->o.block_bytes;
    uint32_t id = 0;
    uint8_t from[BLOCK_KEY_LEN], to[BLOCK_KEY_LEN];
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    memcpy(&id, ix->garbage.p + ix->garbage.len - sizeof id, sizeof id);
    block_key(from, id, 0);
    block_key(to, id, UINT32_MAX);
    err = db_drop(t, DB_BLOCKS, (view){from, sizeof from}, (view){to, sizeof to}, most, &dropped);
    err = slice_finish(&t, err);
    if (!err && dropped < most)
        ix->garbage.len -= sizeof id;
    turn_pass(&ix->turn);
    return err;
}

static shg_err free_rows(db_txn *t, uint32_t doc, buf *value)
{
    doc_key k = key_of_doc(doc);
    view key = doc_key_view(&k), found, body;
    tomb_row tomb;
    shg_err err = db_get(t, DB_TOMBS, key, &found);
    if (err)
        return err == SHG_ENOTFOUND ? SHG_OK : err; // a merge was here before
    err = value_check(DB_TOMBS, key, found, &body);
    if (err || tomb_parse(body, &tomb))
        return SHG_OK; // told in the log; its rows stay
    tomb.freed = true;
    value_begin(value);
    tomb_put(value, &tomb);
    err = value_end(value, DB_TOMBS, key);
    if (!err)
        err = db_put(t, DB_TOMBS, key, buf_view(value));
    return err ? err : rows_delete(t, doc);
}

// Deletes the rows of some documents that were taken out; their tombstones stay until no
// posting names them.
static shg_err free_slice(article_index *ix)
{
    db_txn *t = NULL;
    buf value = {0};
    uint32_t doc[FREE_DOCS];
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    size_t n = ix->unfreed.len / sizeof *doc;
    if (n > FREE_DOCS)
        n = FREE_DOCS;
    memcpy(doc, ix->unfreed.p + ix->unfreed.len - n * sizeof *doc, n * sizeof *doc);
    for (size_t i = 0; i < n && !err; i++)
        err = free_rows(t, doc[i], &value);
    err = slice_finish(&t, err);
    if (!err) {
        pthread_rwlock_wrlock(&ix->lock); // index_stat reads it without the turn
        ix->unfreed.len -= n * sizeof *doc;
        pthread_rwlock_unlock(&ix->lock);
    }
    turn_pass(&ix->turn);
    buf_fini(&value);
    return err;
}

// Deletes fingerprints of documents that are in a sealed segment, which holds them now.
static shg_err unprint_slice(article_index *ix)
{
    db_txn *t = NULL;
    size_t dropped = 0;
    shg_err err = slice_begin(ix, &t);
    if (err)
        return err;
    uint32_t end = segments_end(&ix->segments);
    doc_key from = key_of_doc(0), to = key_of_doc(end);
    err = db_drop(t, DB_PRINTS, doc_key_view(&from), doc_key_view(&to), UNPRINT_DOCS, &dropped);
    err = slice_finish(&t, err);
    if (!err && dropped < UNPRINT_DOCS)
        ix->unprinted = end;
    turn_pass(&ix->turn);
    return err;
}

// Blocks that an earlier run wrote are checked when they are read first, each as a whole: after a
// start a question would read a hundred times what it asks for. So it is done right then, as the
// last thing there is to do.
static shg_err check_slice(article_index *ix, bool *more)
{
    const segments *l = &ix->segments;
    db_txn *t = NULL;
    size_t i = 0;
    while (i < l->n && l->s[i].looked_through == segment_blocks(&l->s[i]))
        i++;
    *more = i < l->n;
    if (!*more)
        return SHG_OK;
    shg_err err = db_begin(&t, ix->store, false);
    if (!err)
        err = segment_check(&l->s[i], t, CHECK_BLOCKS);
    db_abort(&t);
    return err;
}

// What there is to do, looked at with the turn held for a moment.
typedef struct todo {
    bool seal, clear, unprint, free, drop;
    size_t dead; // the segment to drop
} todo;

static todo look(article_index *ix, bool idle)
{
    turn_take_behind(&ix->turn);
    todo t = {
        .seal = ix->frozen || is_seal_due(ix),
        .clear = ix->garbage.len != 0,
        .unprint = ix->unprinted < segments_end(&ix->segments),
        .free = ix->unfreed.len >= (idle ? 1 : FREE_DOCS) * sizeof(uint32_t),
    };
    t.drop = pick_dead(ix, &t.dead);
    turn_pass(&ix->turn);
    return t;
}

static shg_err one_slice(article_index *ix, bool idle, bool *more)
{
    size_t first = 0, n = 0;
    uint32_t level = 0;
    huge_fill(&ix->stock); // before all: writers would wait for it
    if (ix->seal.phase != JOB_NONE)
        return job_step(ix, &ix->seal);
    if (ix->drop.phase != JOB_NONE) // without a pause: it knows its segment by its place
        return job_step(ix, &ix->drop);
    todo t = look(ix, idle);
    // Before a seal: where the disk is full, it makes the room for that. But postings that come in
    // do not wait until all is cleared.
    ix->cleared = t.clear && !(ix->cleared && (t.seal || t.unprint));
    if (ix->cleared)
        return clear_slice(ix);
    if (dict_is_due(ix)) // whatever comes before it is packed worse
        return dict_train(ix);
    if (t.seal)
        return job_start_seal(ix, &ix->seal);
    if (t.unprint)
        return unprint_slice(ix);
    if (t.drop)
        return job_start_merge(ix, &ix->drop, t.dead, 1, ix->segments.s[t.dead].level);
    if (ix->merge.phase != JOB_NONE)
        return job_step(ix, &ix->merge);
    turn_take_behind(&ix->turn);
    bool merge = pick_merge(ix, &first, &n, &level) ||
                 (idle && may_gather(ix) && pick_newest(ix, &first, &n, &level));
    bool join = !merge && pick_join(ix, &first, &n);
    turn_pass(&ix->turn);
    if (merge)
        return job_start_merge(ix, &ix->merge, first, n, level);
    if (join)
        return job_start_join(ix, &ix->merge, first, n);
    if (t.free)
        return free_slice(ix);
    if (idle) // little comes in: it can wait for fresh memory
        job_give_back(ix);
    return check_slice(ix, more);
}

shg_err work_step(article_index *ix, bool idle, bool *more)
{
    *more = true;
    pthread_mutex_lock(&ix->job_lock);
    shg_err err = one_slice(ix, idle, more);
    if (err && idle)
        ix->ungathered = segments_end(&ix->segments);
    if (err == SHG_EFULL && look(ix, true).free) // room for it comes from what was deleted
        err = free_slice(ix);
    pthread_mutex_unlock(&ix->job_lock);
    return err;
}

void work_end(article_index *ix)
{
    job_give_up(ix, &ix->seal);
    job_give_up(ix, &ix->drop);
    job_give_up(ix, &ix->merge);
}

shg_err index_merge_step(article_index *ix, bool *more)
{
    return work_step(ix, true, more);
}
