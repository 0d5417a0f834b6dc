// inside.h - what the files of the store share. Private to store/, the only folder that
// knows LMDB.
#ifndef SHINGLED_STORE_INSIDE_H
#define SHINGLED_STORE_INSIDE_H
#include "store/db.h"

#include <lmdb.h>

struct db {
    MDB_env *env;
    MDB_dbi dbi[DB_TABLES];
    int lock_fd;
    bool read_only;
};

struct db_txn {
    MDB_txn *txn;
    db *d;
    shg_err err; // first failure of a write transaction; sticky
    bool write;
};

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
