// db.h - an ordered, transactional store of bytes: the only door to the disk.
//
// It knows no article. Eight tables of byte keys and byte values, one writer at a
// time, readers that see a snapshot. Written so that another engine than LMDB can
// stand behind it: nothing here names LMDB, no key order but bytewise, no duplicate
// keys, no partial values. FORMAT.md says what the tables hold.
// Layer: store.  May include: base.
// Threads: a db is shared; a db_txn belongs to the thread that began it, but a snapshot may be
// handed on. Write transactions of several threads wait for each other.
#ifndef SHINGLED_STORE_DB_H
#define SHINGLED_STORE_DB_H
#include "base/view.h"
#include "shingled/err.h"

typedef struct db db;
typedef struct db_txn db_txn;

typedef enum db_table {
    DB_META,     // name -> value: format, stamp, seed, epoch, counters, segment list
    DB_ARTICLES, // document number (big-endian u32) -> article record
    DB_SIGNS,    // document number -> signature row
    DB_URIS,     // hash of a deleted uri -> its last version
    DB_BLOCKS,   // segment, block number -> block of postings
    DB_TOMBS,    // document number -> when it was deleted
    DB_LINKS,    // document number -> its place in texts and stories
    DB_PRINTS,   // document number -> its fingerprints, until they are in a sealed segment
    DB_TABLES
} db_table;

enum { DB_KEY_MAX = 64 };

typedef struct db_opts {
    size_t map_bytes; // most the store may ever hold; address space only, reserved once; 0 = 1 TiB
    unsigned readers; // most read transactions at a time; 0 = 510
    bool read_only;   // for --check: nothing is written; a shared lock, so that no daemon starts
} db_opts;

// db_open opens or makes the store in the directory dir (made if missing, mode 0700).
// SHG_EBUSY: another process holds it. SHG_ECORRUPT: no store of ours, or one cut short.
// SHG_EFORMAT: it has not all of these tables. SHG_EIO: what the system said is in *why (static or
// thread-local text; never NULL). On failure *out is NULL, and a store that was there is as it was.
SHG_MUST_CHECK shg_err db_open(db **out, const char *dir, const db_opts *o, const char **why);
void db_close(db **d); // no transaction may be open; NULL is fine

// db_begin starts a snapshot (write = false: keep it short, values die with it) or a
// write transaction, which waits for the one before.
SHG_MUST_CHECK shg_err db_begin(db_txn **out, db *d, bool write);

// db_commit makes a write transaction durable (synced to disk) before it returns SHG_OK;
// after any other result nothing of it is there. SHG_EFULL: the disk or the map is full;
// SHG_EIO. It ends the transaction either way and nulls *t. A transaction in which an
// operation failed with anything but SHG_ENOTFOUND is aborted, and that error returned.
SHG_MUST_CHECK shg_err db_commit(db_txn **t);
void db_abort(db_txn **t); // ends a transaction of either kind; nulls *t; NULL is fine

// db_get points *value into the store: valid until the transaction ends or, in a write
// transaction, until its next put, append or del; of DB_ARTICLES, whose values stand in pieces,
// until the transaction's next get or scan of that table. SHG_ENOTFOUND.
SHG_MUST_CHECK shg_err db_get(db_txn *t, db_table table, view key, view *value);

// db_get_lasting is db_get in a snapshot, of any table but DB_ARTICLES, which also tells whether
// the value stays where it is: one of DB_LASTING bytes or more, and of a page, lies in pages of its
// own, which nothing moves. It may then be read without being looked up again, within any
// transaction whose snapshot holds it as it was put.
enum { DB_LASTING = 4 << 10 };
SHG_MUST_CHECK shg_err db_get_lasting(db_txn *t, db_table table, view key, view *value,
                                      bool *lasting);

// db_will_read has the pages of a value that was got and lies in the store's file read at once:
// for who reads all of a large one. Without it they are read one by one where they are not in
// memory. A wish; it does not wait.
void db_will_read(view value);

// db_put adds or replaces; db_append is a put whose key sorts after all others of
// the table (faster; SHG_EINTERNAL where it does not). db_del: SHG_ENOTFOUND.
SHG_MUST_CHECK shg_err db_put(db_txn *t, db_table table, view key, view value);
SHG_MUST_CHECK shg_err db_append(db_txn *t, db_table table, view key, view value);
SHG_MUST_CHECK shg_err db_del(db_txn *t, db_table table, view key);

// db_drop deletes at most `most` keys in [from, to) in key order (to.len == 0: to the
// end) and says how many there were: big deletions are done in slices.
SHG_MUST_CHECK shg_err db_drop(db_txn *t, db_table table, view from, view to, size_t most,
                               size_t *dropped);

// db_room tells how many bytes an addition may still take, less a share of the map (1/16, at most
// 256 MiB) that is kept back: deletions and the work that frees space need room themselves.
// An estimate: pages never used and pages freed, counted as a whole.
SHG_MUST_CHECK shg_err db_room(db_txn *t, uint64_t *bytes);

// db_scan calls each with the pairs of [from, to) in key order until it returns other
// than SHG_OK, which is then db_scan's result. each must not write to the table.
typedef shg_err db_each(void *ctx, view key, view value);
SHG_MUST_CHECK shg_err db_scan(db_txn *t, db_table table, view from, view to, db_each *each,
                               void *ctx);

// db_last points *key to the greatest key of the table. SHG_ENOTFOUND where it is empty.
SHG_MUST_CHECK shg_err db_last(db_txn *t, db_table table, view *key);

typedef struct db_usage {
    uint64_t file_bytes;             // of the data file
    uint64_t used_bytes;             // of it in live pages
    uint64_t entries[DB_TABLES];     // of DB_ARTICLES: pieces
    uint64_t table_bytes[DB_TABLES]; // live pages of each
} db_usage;
SHG_MUST_CHECK shg_err db_stat(db *d, db_usage *out);

#endif
