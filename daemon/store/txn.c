// txn.c - transactions, and what is done in them.
#include "base/log.h"
#include "store/inside.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DROP_BATCH = 64 };

shg_err db_begin(db_txn **out, db *d, bool write)
{
    assert(!(write && d->read_only));
    db_txn *t = *out = calloc(1, sizeof *t);
    if (!t)
        return SHG_ENOMEM;
    t->d = d;
    t->write = write;
    int rc = mdb_txn_begin(d->env, NULL, write ? 0 : MDB_RDONLY, &t->txn);
    if (rc == MDB_READERS_FULL) {
        int dead = 0;
        (void)mdb_reader_check(d->env, &dead); // slots of readers that died
        rc = mdb_txn_begin(d->env, NULL, MDB_RDONLY, &t->txn);
    }
    if (rc == MDB_PANIC)
        log_limited(LOG_ERROR, "SHG-PANIC", "the data file's head could not be written: restart");
    if (rc != 0) {
        free(t);
        *out = NULL;
    } else if (write) {
        t->last_leaf = d->last_leaf;
    }
    return from_mdb(d, rc);
}

shg_err db_commit(db_txn **t)
{
    db_txn *x = *t;
    *t = NULL;
    assert(x && x->write);
    shg_err err = x->err;
    if (err) {
        mdb_txn_abort(x->txn);
    } else {
        x->d->last_leaf = x->last_leaf; // while no other can write
        int rc = mdb_txn_commit(x->txn);
        x->txn = NULL; // dead, whatever it returned
        err = from_mdb(x->d, rc);
        if (err)
            log_limited(LOG_ERROR, err == SHG_EFULL ? "SHG-FULL" : "SHG-COMMIT",
                        "commit failed: %s", mdb_strerror(rc));
    }
    buf_fini(&x->joined);
    free(x);
    return err;
}

void db_abort(db_txn **t)
{
    if (!*t)
        return;
    mdb_txn_abort((*t)->txn);
    buf_fini(&(*t)->joined);
    free(*t);
    *t = NULL;
}

shg_err db_note(db_txn *t, shg_err err)
{
    if (t->write && err && err != SHG_ENOTFOUND && !t->err)
        t->err = err;
    return err;
}

static shg_err check_key(view key)
{
    return key.len >= 1 && key.len <= DB_KEY_MAX ? SHG_OK : SHG_EINTERNAL;
}

shg_err db_get(db_txn *t, db_table table, view key, view *value)
{
    *value = (view){NULL, 0};
    if (t->err)
        return t->err;
    if (check_key(key))
        return db_note(t, SHG_EINTERNAL);
    MDB_val k = to_val(key), v = {0, NULL};
    MDB_dbi dbi = t->d->dbi[table];
    int rc = is_cut(table) ? cut_get(t, dbi, key, &v) : mdb_get(t->txn, dbi, &k, &v);
    if (rc == 0)
        *value = of_val(v);
    return db_note(t, from_mdb(t->d, rc));
}

// LMDB puts what is longer than half a page into overflow pages: a leaf that is copied or split
// goes on naming them by number, and the map stays where it was opened.
shg_err db_get_lasting(db_txn *t, db_table table, view key, view *value, bool *lasting)
{
    assert(!t->write && !is_cut(table)); // a write transaction has its new pages elsewhere
    MDB_stat st;
    shg_err err = db_get(t, table, key, value);
    *lasting = !err && value->len >= DB_LASTING && mdb_stat(t->txn, t->d->dbi[table], &st) == 0 &&
               value->len >= st.ms_psize;
    return err;
}

// The range may leave the map: what is mapped of it is read, the rest is an error that nobody
// needs.
static void will_read(uintptr_t from, uintptr_t to)
{
    (void)madvise((void *)from, to - from, MADV_WILLNEED);
}

void db_will_read(view value)
{
    uintptr_t from = (uintptr_t)value.p, page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (value.len > page)
        will_read(from / page * page, from + value.len);
}

// The leaves of a table lie among those of others, those of neighbours in a few places at a time: a
// scan that is no short one has the file read in pieces, each as it comes to it, and the next.
enum { PIECE = 1 << 20, PIECES = 256, AHEAD_AFTER = 256 };
typedef struct ahead {
    size_t seen;
    uintptr_t asked[PIECES]; // of the pieces of equal remainders the last one
} ahead;

static void read_ahead(ahead *a, MDB_val v)
{
    if (++a->seen < AHEAD_AFTER)
        return;
    uintptr_t first = (uintptr_t)v.mv_data / PIECE;
    for (uintptr_t p = first; p < first + 2; p++) {
        if (a->asked[p % PIECES] == p)
            continue;
        a->asked[p % PIECES] = p;
        will_read(p * PIECE, (p + 1) * PIECE);
    }
}

// LMDB closes the cursor with its transaction.
int txn_put(db_txn *t, db_table table, view key, view value, unsigned flags)
{
    MDB_val k = to_val(key), v = to_val(value);
    MDB_dbi dbi = t->d->dbi[table];
    if (!(flags & MDB_APPEND))
        return mdb_put(t->txn, dbi, &k, &v, flags);
    int rc = t->end[table] ? 0 : mdb_cursor_open(t->txn, dbi, &t->end[table]);
    return rc ? rc : mdb_cursor_put(t->end[table], &k, &v, flags);
}

static void leave_end(db_txn *t, db_table table)
{
    if (t->end[table])
        mdb_cursor_close(t->end[table]);
    t->end[table] = NULL;
}

static shg_err put(db_txn *t, db_table table, view key, view value, unsigned flags)
{
    assert(t->write);
    if (t->err)
        return t->err;
    if (check_key(key))
        return db_note(t, SHG_EINTERNAL);
    if (!(flags & MDB_APPEND))
        leave_end(t, table);
    int rc = is_cut(table) ? cut_put(t, t->d->dbi[table], key, value, flags)
                           : txn_put(t, table, key, value, flags);
    return db_note(t, from_mdb(t->d, rc));
}

shg_err db_put(db_txn *t, db_table table, view key, view value)
{
    return put(t, table, key, value, 0);
}

shg_err db_append(db_txn *t, db_table table, view key, view value)
{
    return put(t, table, key, value, MDB_APPEND);
}

shg_err db_del(db_txn *t, db_table table, view key)
{
    assert(t->write);
    if (t->err)
        return t->err;
    if (check_key(key))
        return db_note(t, SHG_EINTERNAL);
    MDB_val k = to_val(key);
    MDB_dbi dbi = t->d->dbi[table];
    leave_end(t, table);
    int rc = is_cut(table) ? cut_del(t, dbi, key) : mdb_del(t->txn, dbi, &k, NULL);
    return db_note(t, from_mdb(t->d, rc));
}

static bool is_before(view key, view to)
{
    if (to.len == 0)
        return true;
    size_t n = key.len < to.len ? key.len : to.len;
    int c = memcmp(key.p, to.p, n);
    return c < 0 || (c == 0 && key.len < to.len);
}

shg_err db_scan(db_txn *t, db_table table, view from, view to, db_each *each, void *ctx)
{
    if (t->err)
        return t->err;
    MDB_cursor *c = NULL;
    MDB_val k = to_val(from), v;
    int rc = mdb_cursor_open(t->txn, t->d->dbi[table], &c);
    if (rc != 0)
        return db_note(t, from_mdb(t->d, rc));
    shg_err stop = SHG_OK;
    ahead a = {0};
    rc = mdb_cursor_get(c, &k, &v, from.len ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == 0 && is_before(of_val(k), to)) {
        read_ahead(&a, v);
        rc = is_cut(table) ? cut_join(t, c, &k, &v) : 0;
        if (rc != 0)
            break;
        stop = each(ctx, (view){k.mv_data, k.mv_size - is_cut(table)}, of_val(v));
        if (stop)
            break;
        rc = mdb_cursor_get(c, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(c);
    if (stop)
        return stop;
    return rc == MDB_NOTFOUND ? SHG_OK : db_note(t, from_mdb(t->d, rc));
}

// Keys are copied out first: a cursor that deletes under itself is where LMDB 0.9
// has had its faults.
typedef struct doomed {
    uint8_t key[DROP_BATCH][DB_KEY_MAX];
    size_t len[DROP_BATCH], n, most;
} doomed;

static shg_err doom(void *ctx, view key, view value)
{
    doomed *b = ctx;
    (void)value;
    if (b->n == b->most)
        return SHG_EBUSY; // only to stop the scan
    memcpy(b->key[b->n], key.p, key.len);
    b->len[b->n++] = key.len;
    return SHG_OK;
}

shg_err db_drop(db_txn *t, db_table table, view from, view to, size_t most, size_t *dropped)
{
    assert(t->write);
    *dropped = 0;
    while (*dropped < most) {
        doomed b;
        b.n = 0;
        b.most = most - *dropped < DROP_BATCH ? most - *dropped : DROP_BATCH;
        shg_err err = db_scan(t, table, from, to, doom, &b);
        if (err && err != SHG_EBUSY)
            return err;
        for (size_t i = 0; i < b.n; i++) {
            shg_err del = db_del(t, table, (view){b.key[i], b.len[i]});
            if (del)
                return del;
        }
        *dropped += b.n;
        if (b.n < b.most)
            break;
    }
    return SHG_OK;
}

shg_err db_last(db_txn *t, db_table table, view *key)
{
    *key = (view){NULL, 0};
    if (t->err)
        return t->err;
    MDB_cursor *c = NULL;
    MDB_val k, v;
    int rc = mdb_cursor_open(t->txn, t->d->dbi[table], &c);
    if (rc != 0)
        return db_note(t, from_mdb(t->d, rc));
    rc = mdb_cursor_get(c, &k, &v, MDB_LAST);
    mdb_cursor_close(c);
    if (rc == 0)
        *key = (view){k.mv_data, k.mv_size - is_cut(table)};
    return db_note(t, from_mdb(t->d, rc));
}
