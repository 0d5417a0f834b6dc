// cut.c - long values in pieces, so that LMDB's pages fill.
//
// A leaf of 4 KiB that takes whole values of 1.4 KB stays empty to a third, and a value over half a
// page takes whole pages of its own. The table of articles therefore holds each value in pieces
// under its key and one byte more, which counts them, with LAST added for the last one. What is
// appended is cut where the leaf is full. What would take over CUT_MOST bytes stands whole.
#include "store/inside.h"

#include <errno.h>

enum {
    LAST = 0x80,
    PAGE_HEAD = 16,   // bytes of a page, as of LMDB 0.9
    NODE_HEAD = 8,    // of a node, which begins on an even place
    NODE_PLACE = 2,   // of a node, at the beginning of its page
    CUT_LEAST = 48,   // bytes for which a leaf's end gets a piece
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

static bool is_last(MDB_val k)
{
    return ((const uint8_t *)k.mv_data)[k.mv_size - 1] & LAST;
}

int cut_join(db_txn *t, MDB_cursor *c, MDB_val *k, MDB_val *v)
{
    view key = {k->mv_data, k->mv_size - 1};
    if (is_last(*k))
        return 0;
    buf_reset(&t->joined);
    buf_add(&t->joined, v->mv_data, v->mv_size);
    int rc = 0;
    while (rc == 0 && !is_last(*k)) {
        MDB_val next_k, next;
        rc = mdb_cursor_get(c, &next_k, &next, MDB_NEXT);
        if (rc != 0)
            break;
        if (!is_piece_of(key, next_k)) { // the last one is missing: the checksum tells
            rc = mdb_cursor_get(c, &next_k, &next, MDB_PREV);
            break;
        }
        buf_add(&t->joined, next.mv_data, next.mv_size);
        *k = next_k;
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
    rc = mdb_cursor_get(c, &k, v, MDB_SET_RANGE);
    if (rc == 0)
        rc = is_piece_of(key, k) ? cut_join(t, c, &k, v) : MDB_NOTFOUND;
    mdb_cursor_close(c);
    return rc;
}

static int put_piece(db_txn *t, view key, unsigned piece, view part, unsigned flags)
{
    cut_key k = key_of_piece(key, piece);
    return txn_put(t, DB_ARTICLES, key_view(&k), part, flags);
}

// Bytes of a page that a piece takes besides its own, and what it takes in all.
static size_t overhead(view key)
{
    return NODE_HEAD + key.len + 1 + NODE_PLACE;
}

static size_t taken(view key, size_t piece)
{
    return (overhead(key) + piece + 1) & ~(size_t)1;
}

// The longest piece that is no matter of pages of its own: two fill a page.
static size_t longest(view key, const MDB_stat *st)
{
    return (st->ms_psize - PAGE_HEAD) / 2 - overhead(key);
}

// How much of n bytes, at least 1, goes where so much room is left.
static size_t cut_off(view key, size_t n, size_t room, const MDB_stat *st)
{
    size_t most = longest(key, st);
    if (taken(key, n) > room && room >= taken(key, CUT_LEAST))
        most = room - overhead(key) < most ? room - overhead(key) : most;
    return n < most ? n : most;
}

// What is known of the last leaf holds while nothing else changes the number of leaves. Where it
// does not hold, pieces only fill the pages less well.
static int append_piece(db_txn *t, MDB_dbi dbi, view key, unsigned piece, view part, MDB_stat *st)
{
    size_t leaves = st->ms_leaf_pages, n = taken(key, part.len);
    int rc = put_piece(t, key, piece, part, MDB_APPEND);
    if (rc == 0)
        rc = mdb_stat(t->txn, dbi, st);
    if (rc != 0)
        return rc; // the transaction is aborted
    if (st->ms_leaf_pages != leaves)
        t->last_leaf.room = st->ms_psize - PAGE_HEAD;
    t->last_leaf.room -= n < t->last_leaf.room ? n : t->last_leaf.room;
    t->last_leaf.leaves = st->ms_leaf_pages;
    return 0;
}

static int append(db_txn *t, MDB_dbi dbi, view key, view value)
{
    MDB_stat st;
    int rc = mdb_stat(t->txn, dbi, &st);
    if (rc == 0 && st.ms_leaf_pages != t->last_leaf.leaves)
        t->last_leaf.room = 0;
    for (unsigned i = 0; rc == 0; i++) {
        size_t n = cut_off(key, value.len, t->last_leaf.room, &st);
        unsigned last = n == value.len ? LAST : 0;
        rc = append_piece(t, dbi, key, i | last, (view){value.p, n}, &st);
        value = (view){value.p + n, value.len - n};
        if (last)
            break;
    }
    return rc;
}

static int put(db_txn *t, MDB_dbi dbi, view key, view value)
{
    MDB_stat st;
    int rc = mdb_stat(t->txn, dbi, &st);
    for (unsigned i = 0; rc == 0; i++) {
        size_t n = cut_off(key, value.len, 0, &st);
        unsigned last = n == value.len ? LAST : 0;
        rc = put_piece(t, key, i | last, (view){value.p, n}, 0);
        value = (view){value.p + n, value.len - n};
        if (last)
            break;
    }
    return rc;
}

int cut_put(db_txn *t, MDB_dbi dbi, view key, view value, unsigned flags)
{
    int rc = flags & MDB_APPEND ? 0 : cut_del(t, dbi, key); // it may have had more pieces
    if (rc != 0 && rc != MDB_NOTFOUND)
        return rc;
    if (value.len > CUT_MOST)
        return put_piece(t, key, LAST, value, flags);
    return flags & MDB_APPEND ? append(t, dbi, key, value) : put(t, dbi, key, value);
}

int cut_del(db_txn *t, MDB_dbi dbi, view key)
{
    int rc = 0;
    unsigned i = 0;
    for (bool last = false; rc == 0 && !last && i < LAST; i++) {
        cut_key k = key_of_piece(key, i);
        MDB_val name = to_val(key_view(&k));
        rc = mdb_del(t->txn, dbi, &name, NULL);
        last = rc == MDB_NOTFOUND;
        if (last) {
            k = key_of_piece(key, i | LAST);
            rc = mdb_del(t->txn, dbi, &name, NULL);
        }
    }
    return rc == MDB_NOTFOUND && i > 1 ? 0 : rc;
}
