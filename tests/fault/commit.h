// commit.h - commits that find the disk full. To be included once in a program that is linked with
// --wrap=mdb_txn_commit.
#ifndef SHINGLED_TESTS_FAULT_COMMIT_H
#define SHINGLED_TESTS_FAULT_COMMIT_H
#include <errno.h>
#include <lmdb.h>
#include <stdbool.h>

static bool fails; // the next commit

int __real_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t);
int __wrap_mdb_txn_commit(MDB_txn *t)
{
    if (!fails)
        return __real_mdb_txn_commit(t);
    fails = false;
    mdb_txn_abort(t);
    return ENOSPC;
}

#endif
