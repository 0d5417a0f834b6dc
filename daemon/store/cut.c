// cut.c - long values in pieces, so that LMDB's pages fill.
//
// A leaf of 4 KiB that takes whole values of 1.4 KB stays empty to a third, and a value over half a
// page takes whole pages of its own. The table of articles therefore holds each value in pieces
// of CUT_PIECE bytes under its key and one byte more, which counts them. The last piece is a
// shorter one, if need be an empty one. What would take over CUT_MOST bytes stands whole, as piece
// 0.
#include "store/inside.h"

#include <errno.h>

enum {
    CUT_PIECE = 495, // eight to a leaf: (4096 - 16) / 8 - 2 of its place - 8 of its head - 5 of key
    CUT_MOST = 32768, // pages of its own waste less than 1/16 of longer ones
};

typedef struct cut_key {
    uint8_t b[DB_KEY_MAX + 1];
    size_t len;
} cut_key;

static cut_key key_of_piece(view key, unsigned piece)
{
    cut_key k = {.len = key.len + 1};
    memcpy(k.b, key.p, key.len);
    k.b[key.len] = (uint8_t)piece;
    return k;
}

static view key_view(const cut_key *k)
{
    return (view){k->b, k->len};
}

static bool is_piece_of(view key, MDB_val k)
{
    return k.mv_size == key.len + 1 && memcmp(k.mv_data, key.p, key.len) == 0;
}

int cut_join(db_txn *t, MDB_cursor *c, MDB_val *k, MDB_val *v)
{
    view key = {k->mv_data, k->mv_size - 1};
    if (v->mv_size != CUT_PIECE)
        return 0;
    buf_reset(&t->joined);
    buf_add(&t->joined, v->mv_data, v->mv_size);
    int rc = 0;
    for (bool more = true; more && rc == 0;) {
        MDB_val next_k, next;
        rc = mdb_cursor_get(c, &next_k, &next, MDB_NEXT);
        more = rc == 0 && is_piece_of(key, next_k); // else the last is missing: the checksum tells
        if (rc == 0 && !more)
            rc = mdb_cursor_get(c, &next_k, &next, MDB_PREV);
        if (!more)
            break;
        buf_add(&t->joined, next.mv_data, next.mv_size);
        *k = next_k;
        more = next.mv_size == CUT_PIECE;
    }
    *v = (MDB_val){t->joined.len, t->joined.p};
    if (buf_err(&t->joined))
        return ENOMEM;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int cut_get(db_txn *t, MDB_dbi dbi, view key, MDB_val *v)
{
    MDB_cursor *c = NULL;
    cut_key first = key_of_piece(key, 0);
    MDB_val k = to_val(key_view(&first));
    int rc = mdb_cursor_open(t->txn, dbi, &c);
    if (rc != 0)
        return rc;
    rc = mdb_cursor_get(c, &k, v, MDB_SET_KEY);
    if (rc == 0)
        rc = cut_join(t, c, &k, v);
    mdb_cursor_close(c);
    return rc;
}

static int put_piece(db_txn *t, MDB_dbi dbi, view key, unsigned piece, view part, unsigned flags)
{
    cut_key k = key_of_piece(key, piece);
    MDB_val name = to_val(key_view(&k)), v = to_val(part);
    return mdb_put(t->txn, dbi, &name, &v, flags);
}

int cut_put(db_txn *t, MDB_dbi dbi, view key, view value, unsigned flags)
{
    int rc = flags & MDB_APPEND ? 0 : cut_del(t, dbi, key); // it may have had more pieces
    if (rc != 0 && rc != MDB_NOTFOUND)
        return rc;
    if (value.len > CUT_MOST)
        return put_piece(t, dbi, key, 0, value, flags);
    rc = 0;
    for (unsigned i = 0; rc == 0; i++) {
        size_t n = value.len < CUT_PIECE ? value.len : CUT_PIECE;
        rc = put_piece(t, dbi, key, i, (view){value.p, n}, flags);
        value = (view){value.p + n, value.len - n};
        if (n < CUT_PIECE)
            break;
    }
    return rc;
}

int cut_del(db_txn *t, MDB_dbi dbi, view key)
{
    int rc = 0;
    unsigned i = 0;
    for (; rc == 0 && i <= CUT_MOST / CUT_PIECE; i++) {
        cut_key k = key_of_piece(key, i);
        MDB_val name = to_val(key_view(&k));
        rc = mdb_del(t->txn, dbi, &name, NULL);
    }
    return rc == MDB_NOTFOUND && i > 1 ? 0 : rc;
}
