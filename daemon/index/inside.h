// inside.h - what the files of the index share: the index itself and its group of changes.
//
// Who may touch what:
//   - the store: readers through their own snapshots; writers have the turn (turn_take),
//     in the order in which they came, so that merging and ingestion starve neither;
//   - what is in RAM (docs, bands, postings, segment list, counters): lock, shared to
//     read; exclusively, by who has the turn, to change. It is changed after the
//     commit that made the change durable, never before.
// Layer: index, private.
#ifndef SHINGLED_INDEX_INSIDE_H
#define SHINGLED_INDEX_INSIDE_H
#include "index/active.h"
#include "index/bands.h"
#include "index/docs.h"
#include "index/pack.h"
#include "index/record.h"
#include "index/segment.h"
#include "index/uris.h"

#include <pthread.h>
#include <stdatomic.h>

// A lock that is taken in the order of asking.
typedef struct turn {
    pthread_mutex_t lock;
    pthread_cond_t next;
    uint64_t asked, served;
    int64_t since_ns;   // of who has it, where turn_take_behind gave it
    int64_t longest_ns; // that the background ever kept it
} turn;
void turn_init(turn *t);
void turn_fini(turn *t);
void turn_take(turn *t);
void turn_take_behind(turn *t); // by what can wait: how long it is kept is noted
int64_t turn_longest_ns(turn *t);
void turn_pass(turn *t);

// Blocks ready to be put: values one after the other.
typedef struct built {
    buf values;
    buf list;              // of built_block
    buf postings, scratch; // of the block that is made
} built;

// A segment that is being written, slice by slice: from the frozen postings, or from
// older segments.
typedef enum job_phase { JOB_NONE, JOB_BUILD, JOB_PUBLISH, JOB_FORGET } job_phase;
typedef struct job {
    job_phase phase;
    bool seal;
    segment out;
    size_t first, n_in;  // merge: segments that it replaces
    unsigned range_bits; // the work is cut by the first bits of the fingerprints
    uint32_t range;      // next one
    uint8_t *gone;       // bitmap of [doc0, doc1): taken out before the job began
    built built;         // of a slice
    uint32_t forget;     // next tombstone
} job;

// The thread that seals and merges.
typedef struct worker {
    pthread_t thread;
    pthread_mutex_t lock; // of the members below
    pthread_cond_t wake;
    bool running, stop, kicked;
} worker;

struct article_index {
    db *store;
    index_opts o; // with the defaults filled in
    uint64_t seed;
    char epoch[33];
    turn turn;
    packer *packer;
    huge_stock stock;      // for postings and bands
    pthread_rwlock_t lock; // of the members below
    doc_table docs;
    uris *uris; // of all that are there, and URI_DELETED for a uri that was
    bands *bands;
    active *active;
    active *frozen; // being sealed; NULL
    active *spare;  // was sealed: its memory is the next one's; or NULL
    segments segments;
    counters count;
    // Guarded by job_lock, which is taken before the turn.
    pthread_mutex_t job_lock;
    job seal, merge, drop;
    bool cleared;        // blocks of garbage, in the last slice
    uint32_t ungathered; // where segments ended when idle work failed
    atomic_bool dict_tried;
    // Guarded by the turn.
    buf garbage;                     // of uint32_t: segments whose blocks nobody reads any more
    buf spare_changes, spare_prints; // memory for the next group's
    buf unfreed;                     // of uint32_t: documents taken out whose rows are still there
    uint32_t unprinted;              // no document below has a row in DB_PRINTS
    worker worker;
    atomic_uint_fast64_t capped_lookups;
};

struct index_txn {
    article_index *ix;
    db_txn *t;
    counters count;
    uint32_t first_doc; // given out in this group: [first_doc, count.next_doc)
    size_t n_added;
    bool room_known;
    uint64_t room; // bytes that additions of this group may still take
    buf changes;   // of change
    buf prints;    // of print: of all added
    // What the group changed under which uris (uri.c).
    buf places;        // of uri_place: one of each uri
    uint32_t *slot;    // [n_slots] by key: 1 + place, 0 is free
    size_t n_slots;    // a power of two, or 0
    buf uri_changes;   // of uri_change, to be made in RAM after the commit
    buf new_tags;      // of uint32_t: of those that are added
    buf value, packed; // scratch
    shg_err err;       // sticky
};

// One change of a group, to be made in RAM after the commit.
typedef struct change {
    bool added; // else taken out
    bool freed; // taken out with its rows
    uint32_t doc;
    size_t prints, n_prints; // in index_txn.prints
    doc_info info;
    minhash sig;
} change;

// --- uri.c ---

#define URI_DELETED (DOC_NONE - 1) // in place of a document; numbers are below DOC_MAX

// What is stored under a uri: entry.doc is DOC_NONE for nothing, entry.version then that of
// what was deleted, or 0.
typedef struct uri_place {
    uri_key key;
    uri_entry entry;
    bool deleted; // DB_URIS has a row
} uri_place;

typedef struct uri_change {
    uint32_t tag, doc;
    bool add; // else take out
} uri_change;

// uri_seek finds what is stored under a uri, the group's own changes included. SHG_OK also where
// nothing is.
SHG_MUST_CHECK shg_err uri_seek(index_txn *t, view uri, uri_place *out);
void uri_fetch(const index_txn *t, view uri); // asks the memory for what that will look at

// uri_change_to writes what the store must know of a new entry, and notes it for the group. One
// with neither document nor version forgets the uri.
// uri_reserve makes room for all in RAM, where uri_apply makes them.
SHG_MUST_CHECK shg_err uri_change_to(index_txn *t, uri_place *p, uri_entry entry);
SHG_MUST_CHECK shg_err uri_reserve(index_txn *t);
void uri_apply(index_txn *t);
void uri_fini(index_txn *t);

// uri_load puts a document, or URI_DELETED, into the table at start.
SHG_MUST_CHECK shg_err uri_load(article_index *ix, uint32_t tag, uint32_t doc);

// doc_row gives the body of a document's row in a table; SHG_ENOTFOUND also where the document was
// taken out (near.c).
SHG_MUST_CHECK shg_err doc_row(db_txn *t, db_table table, const doc_key *k, view *body);

// look_snapshot is the snapshot of a look, begun with the first call (read.c).
SHG_MUST_CHECK shg_err look_snapshot(index_look *l, db_txn **out);

// row_unpack appends record and text of an article to out. row_uri points *uri to its uri, in the
// row or in room, which it may empty and unpack to. SHG_ECORRUPT (read.c).
SHG_MUST_CHECK shg_err row_unpack(packer *p, const article_row *a, buf *out);
SHG_MUST_CHECK shg_err row_uri(packer *p, const article_row *a, buf *room, view *uri);

// slice_begin takes the turn and begins a write transaction; after a failure neither is
// held. slice_finish commits it, or after err aborts it; slice_end passes the turn on, too.
SHG_MUST_CHECK shg_err slice_begin(article_index *ix, db_txn **t);
SHG_MUST_CHECK shg_err slice_finish(db_txn **t, shg_err err);
SHG_MUST_CHECK shg_err slice_end(article_index *ix, db_txn **t, shg_err err);

// Sealing, merging, and giving back space (merge.c). work_step does one slice; with
// idle also what can wait for company. work_due tells whether ingestion should wake it.
SHG_MUST_CHECK shg_err work_step(article_index *ix, bool idle, bool *more);
void work_end(article_index *ix); // gives up the jobs
bool work_due(article_index *ix); // caller holds the turn

// merge_dead_bytes is about what a segment will be shorter by once it was written anew: 0 where
// that is not due. The caller reads under the lock.
uint64_t merge_dead_bytes(const article_index *ix, const segment *s);

// worker.c
SHG_MUST_CHECK shg_err worker_start(article_index *ix);
void worker_stop(article_index *ix);
void worker_kick(article_index *ix);

#endif
