// inside.h - what the files of the store share. Private to store/, the only folder that
// knows LMDB.
#ifndef SHINGLED_STORE_INSIDE_H
#define SHINGLED_STORE_INSIDE_H
#include "base/buf.h"
#include "store/db.h"

#include <lmdb.h>

// What is known of the last leaf of the table whose values are cut: bytes that are free there, as
// long as there are so many leaves.
typedef struct leaf {
    size_t leaves, room;
} leaf;

struct db {
    MDB_env *env;
    MDB_dbi dbi[DB_TABLES];
    leaf last_leaf; // as of the last commit; of who writes
    int lock_fd;
    bool read_only;
};

struct db_txn {
    MDB_txn *txn;
    db *d;
    shg_err err; // first failure of a write transaction; sticky
    bool write;
    buf joined; // the value read last of a table whose values are cut
    leaf last_leaf;
    MDB_cursor *end[DB_TABLES]; // where the last row was appended; NULL: none, or no longer there
};

// txn_put is mdb_put, but MDB_APPEND goes by a cursor that stays at the table's end from one row to
// the next: no way there has to be searched. Who puts or deletes otherwise gives it up before.
int txn_put(db_txn *t, db_table table, view key, view value, unsigned flags);

// is_cut tells whether a table's values stand in pieces (cut.c). cut_join, with a cursor on the
// first piece, makes *v the whole value and leaves the cursor on the last piece, *k its key;
// cut_get, cut_put and cut_del are for such a table what LMDB's functions are for another. All give
// LMDB's codes.
static inline bool is_cut(db_table table)
{
    return table == DB_ARTICLES;
}
int cut_join(db_txn *t, MDB_cursor *c, MDB_val *k, MDB_val *v);
int cut_get(db_txn *t, MDB_dbi dbi, view key, MDB_val *v);
int cut_put(db_txn *t, MDB_dbi dbi, view key, view value, unsigned flags);
int cut_del(db_txn *t, MDB_dbi dbi, view key);

// from_mdb is the one place where LMDB's and the system's codes become ours.
shg_err from_mdb(const db *d, int rc);

// db_note keeps the first failure of a write transaction, which can then only be aborted.
shg_err db_note(db_txn *t, shg_err err);

static inline MDB_val to_val(view v)
{
    return (MDB_val){v.len, (void *)(uintptr_t)v.p};
}

static inline view of_val(MDB_val v)
{
    return (view){v.mv_data, v.mv_size};
}

#endif
