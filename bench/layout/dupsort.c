#include "dupsort.h"
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>

enum { TABLES = 5 };

struct dupsort {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi uris, articles, signatures, bands, prints;
    uint64_t next;
};

static void must(int rc, const char *what)
{
    if (rc == MDB_SUCCESS)
        return;
    fprintf(stderr, "%s: %s\n", what, mdb_strerror(rc));
    exit(1);
}

dupsort *dupsort_open(const char *dir)
{
    enum { LISTS = MDB_CREATE | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERKEY | MDB_INTEGERDUP };
    dupsort *d = calloc(1, sizeof *d);
    must(d ? MDB_SUCCESS : MDB_PANIC, "memory");
    must(mdb_env_create(&d->env), "mdb_env_create");
    must(mdb_env_set_maxdbs(d->env, TABLES), "mdb_env_set_maxdbs");
    must(mdb_env_set_mapsize(d->env, (size_t)1 << 38), "mdb_env_set_mapsize");
    must(mdb_env_open(d->env, dir, 0, 0640), dir);
    dupsort_begin(d);
    must(mdb_dbi_open(d->txn, "uris", MDB_CREATE, &d->uris), "uris");
    must(mdb_dbi_open(d->txn, "articles", MDB_CREATE | MDB_INTEGERKEY, &d->articles), "articles");
    must(mdb_dbi_open(d->txn, "signatures", MDB_CREATE | MDB_INTEGERKEY, &d->signatures),
         "signatures");
    must(mdb_dbi_open(d->txn, "bands", LISTS, &d->bands), "bands");
    must(mdb_dbi_open(d->txn, "prints", LISTS, &d->prints), "prints");
    dupsort_commit(d);
    return d;
}

void dupsort_close(dupsort **d)
{
    mdb_env_close((*d)->env);
    free(*d);
    *d = NULL;
}

void dupsort_begin(dupsort *d)
{
    must(mdb_txn_begin(d->env, NULL, 0, &d->txn), "mdb_txn_begin");
}

void dupsort_commit(dupsort *d)
{
    must(mdb_txn_commit(d->txn), "mdb_txn_commit");
    d->txn = NULL;
}

static MDB_val val(const void *p, size_t n)
{
    return (MDB_val){n, (void *)p};
}

static void put(dupsort *d, MDB_dbi table, MDB_val key, MDB_val value, unsigned flags)
{
    must(mdb_put(d->txn, table, &key, &value, flags), "mdb_put");
}

static uint64_t band_key(const minhash *sig, unsigned i)
{
    return (uint64_t)i << 32 | sig->band[i];
}

void dupsort_add(dupsort *d, const doc_add *a)
{
    uint64_t doc = d->next++;
    MDB_val number = val(&doc, sizeof doc);
    put(d, d->uris, val(a->uri.p, a->uri.len), number, 0);
    put(d, d->articles, number, val(a->packed.p, a->packed.len), MDB_APPEND);
    put(d, d->signatures, number, val(a->sig->lane, sizeof a->sig->lane), MDB_APPEND);
    for (unsigned i = 0; i < MINHASH_BANDS; i++) {
        uint64_t key = band_key(a->sig, i);
        put(d, d->bands, val(&key, sizeof key), number, 0);
    }
    for (uint32_t i = 0; i < a->n_prints; i++) {
        uint64_t key = a->prints[i].hash;
        put(d, d->prints, val(&key, sizeof key), number, 0);
    }
}

static uint64_t count(MDB_cursor *c, uint64_t hash, size_t cap)
{
    MDB_val key = val(&hash, sizeof hash), value;
    uint64_t n = 0;
    int rc = mdb_cursor_get(c, &key, &value, MDB_SET);
    for (; rc == MDB_SUCCESS && n < cap; rc = mdb_cursor_get(c, &key, &value, MDB_NEXT_DUP))
        n++;
    if (rc != MDB_NOTFOUND)
        must(rc, "mdb_cursor_get");
    return n;
}

uint64_t dupsort_lookup(dupsort *d, const doc_add *a, size_t cap)
{
    MDB_txn *txn;
    MDB_cursor *bands, *prints;
    uint64_t n = 0;
    must(mdb_txn_begin(d->env, NULL, MDB_RDONLY, &txn), "mdb_txn_begin");
    must(mdb_cursor_open(txn, d->bands, &bands), "mdb_cursor_open");
    must(mdb_cursor_open(txn, d->prints, &prints), "mdb_cursor_open");
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        n += count(bands, band_key(a->sig, i), cap);
    for (uint32_t i = 0; i < a->n_prints; i++)
        n += count(prints, a->prints[i].hash, cap);
    mdb_cursor_close(bands);
    mdb_cursor_close(prints);
    mdb_txn_abort(txn);
    return n;
}
