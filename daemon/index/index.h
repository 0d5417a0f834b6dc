// index.h - the articles, their signatures and their postings, in RAM and on disk.
//
// What is on disk is the truth; what is in RAM is rebuilt from it at start. A
// document is named by a number that rises with every put and is never used again; a
// changed article is a new document that replaces the old one.
// Layer: index.  May include: store, sketch, text, base.
// Threads: any thread may call anything. Reads take a shared lock for the time of one
// lookup; index_begin .. index_commit is one writer at a time (others wait).
#ifndef SHINGLED_INDEX_INDEX_H
#define SHINGLED_INDEX_INDEX_H
#include "base/buf.h"
#include "base/view.h"
#include "shingled/err.h"
#include "sketch/minhash.h"

// Not `index`: strings.h has a function of that name.
typedef struct article_index article_index;
typedef struct index_txn index_txn;

#define DOC_NONE UINT32_MAX

typedef struct index_opts {
    size_t map_bytes;      // as db_opts
    unsigned seal_docs;    // documents in the active segment; 0 = 32768
    unsigned merge_fanout; // segments of a tier that merge into one; 0 = 8
    unsigned list_cap;     // postings of one fingerprint that a lookup returns; 0 = 64
    unsigned block_bytes;  // of a block of sealed postings, at most about; 0 = 64 KiB
    uint64_t seed;         // 0 = keep the stored one, or draw one for a new store;
                           // other: only for a new store or an equal one (tests)
    const char *stamp;     // versions of all that decides a signature; a store with
                           // another one is refused (SHG_EFORMAT)
    bool background;       // merge in a thread of its own; false: index_merge_step by hand
    bool gather;           // with time to spare, the newest segments become one: takes room

    // Called by index_open as soon as the documents are known, while the rest is rebuilt: *out may
    // be asked by index_info, index_end, index_each and index_links. NULL: nothing is.
    shg_err (*known)(void *ctx);
    void *ctx;
} index_opts;

// index_open opens or makes the store and rebuilds what lives in RAM. On failure *out is NULL and
// *why says what and where.
SHG_MUST_CHECK shg_err index_open(article_index **out, const char *dir, const index_opts *o,
                                  const char **why);
void index_close(article_index **ix); // stops the merge thread; waits for it

uint64_t index_seed(const article_index *ix);
const char *index_epoch(const article_index *ix); // 32 hex digits: the id of this data set's life

// A fingerprint with where it stood.
typedef struct print {
    uint64_t hash; // print_of(): 40 bits
    bool quoted;   // stood inside quotation marks
} print;

// One article on its way in. All views are borrowed until index_add returns.
typedef struct doc_add {
    view uri;
    view record;          // the canonical record as compact JSON, without the text
    view text;            // as it was sent
    view packed;          // of record and text, by index_pack; empty: index_add packs them
    int64_t published_ms; // CLOCK_ABSENT where unknown
    int64_t stored_ms;
    uint64_t publisher; // hash of the publisher's id; 0 = none
    uint64_t content;   // hash of record and text: equal content is "unchanged"
    uint64_t body;      // words_body_hash
    uint32_t n_words;
    const minhash *sig;
    const print *prints; // distinct by hash
    uint32_t n_prints;
} doc_add;

// The words of a text, none of them a character of an unspaced script, by their hashes as in
// hash_list.
typedef struct text_words {
    const uint64_t *hash; // [n]
    size_t n;
    float square; // what the caller knows of the text, kept with them
} text_words;

// index_pack makes what is stored of record and text, in any thread and outside of the
// writer's turn: packing is most of index_add's time. out is emptied first and stays
// empty where packing would save nothing. words: what index_words gives back; NULL: nothing.
SHG_MUST_CHECK shg_err index_pack(article_index *ix, view record, view text,
                                  const text_words *words, buf *out);

// index_begin starts a group of changes: they become visible and durable together.
// index_begin_behind is the same for work that can wait: how long it keeps others from their turn
// is in the statistics.
SHG_MUST_CHECK shg_err index_begin(index_txn **out, article_index *ix);
SHG_MUST_CHECK shg_err index_begin_behind(index_txn **out, article_index *ix);

// What is stored under a uri, the group's own changes included. SHG_ENOTFOUND. doc is
// never DOC_NONE after SHG_OK.
typedef struct uri_entry {
    uint32_t doc;
    uint32_t version; // from 1; goes on counting over a deletion
    uint64_t content;
} uri_entry;
SHG_MUST_CHECK shg_err index_txn_find(index_txn *t, view uri, uri_entry *out);

// index_add adds an article, and takes out the one that was stored under its uri. After a
// failure in the middle of it (no room, no memory) the whole group can only be aborted:
// index_commit returns that failure again. SHG_EFULL also after 2^31 documents.
// index_remove takes one out; SHG_ENOTFOUND where there is none.
SHG_MUST_CHECK shg_err index_add(index_txn *t, const doc_add *a, uri_entry *out);
SHG_MUST_CHECK shg_err index_remove(index_txn *t, view uri);

// index_fetch asks the memory for what index_add of this article will read, before another one is
// added: what other threads have made is far away.
void index_fetch(const index_txn *t, const doc_add *a);

// How far a named stream of batches has come: written in the transaction of the batch's own
// articles, so that after any crash it tells which of them are there. mark is the client's: where
// in its input the batch ended. Names are 1 to SHG_STREAM_NAME_MAX bytes.
typedef struct stream_place {
    uint64_t batch; // every batch up to it is committed; 0: none
    int64_t used_ms;
    view mark;
} stream_place;

// index_stream_get: place->mark lives until the next call with this transaction. SHG_ENOTFOUND.
SHG_MUST_CHECK shg_err index_stream_get(index_txn *t, view name, stream_place *place);
SHG_MUST_CHECK shg_err index_stream_put(index_txn *t, view name, const stream_place *place);
SHG_MUST_CHECK shg_err index_stream_drop(index_txn *t, view name); // SHG_OK also where none is

// index_stream_trim makes room for one more: it forgets streams not used since before_ms, and then
// the longest unused until fewer than `most` are left.
SHG_MUST_CHECK shg_err index_stream_trim(index_txn *t, int64_t before_ms, size_t most);

// index_drop takes out a document by its number with all that is stored of it, its uri included:
// put again, that is as good as new. For what is let go by age or size; the slices in which it
// goes wait for nobody, so begin them with index_begin_behind. SHG_ENOTFOUND where it is gone;
// SHG_ECORRUPT where its article can't be read: nothing is done then.
SHG_MUST_CHECK shg_err index_drop(index_txn *t, uint32_t doc);

// index_commit syncs, then makes the group visible to every later read; nulls *t. After
// a failure nothing of it is there (SHG_EFULL, SHG_EIO, ...).
SHG_MUST_CHECK shg_err index_commit(index_txn **t);
void index_abort(index_txn **t);

// What RAM knows of a document.
typedef struct doc_info {
    int64_t published_ms, stored_ms;
    uint64_t publisher, content, body;
    uint32_t version, n_words;
} doc_info;

SHG_MUST_CHECK shg_err index_find(article_index *ix, view uri, uri_entry *out);
bool index_info(article_index *ix, uint32_t doc, doc_info *out); // false: not there, or taken out
// index_infos is index_info of n documents at once, by which of them are there.
void index_infos(article_index *ix, const uint32_t *docs, size_t n, doc_info *out, bool *there);
uint32_t index_end(article_index *ix); // one past the greatest document number

// What one thread reads of many documents in one snapshot, which begins with the first question:
// one for each of them would cost as much as many an answer. It starts as zeros but for
// ix, and is closed soon, since pages that are freed meanwhile stay. It may change hands.
enum { INDEX_LOOK = 64 };
typedef struct index_look {
    article_index *ix;
    void *snapshot;
    uint32_t doc[INDEX_LOOK];         // of index_look_resemblance
    const uint8_t *lanes[INDEX_LOOK]; // of doc; NULL: nothing is known
} index_look;
void index_look_close(index_look *l);

// An article read back. The views point into own; checksums were verified.
typedef struct article {
    uint32_t doc, version;
    view uri, record, text;
    buf own;
} article;
SHG_MUST_CHECK shg_err index_get(article_index *ix, uint32_t doc, article *out);

// index_look_get is index_get into the memory of *out, which holds another article, or zeros; after
// a failure it is still to be freed.
SHG_MUST_CHECK shg_err index_look_get(index_look *l, uint32_t doc, article *out);
void article_free(article *a);

// The words of a stored text, for much less than index_get and reading it; there are none where
// they can't be told so. Filled again and again; a zeroed one is empty. SHG_ENOTFOUND.
typedef struct words_told {
    text_words words; // n is 0 where there are none
    struct book_words *own;
} words_told;
SHG_MUST_CHECK shg_err index_words(index_look *l, uint32_t doc, words_told *out);
void words_told_fini(words_told *w);

// The signature of a stored document. SHG_ENOTFOUND.
SHG_MUST_CHECK shg_err index_signs(article_index *ix, uint32_t doc, minhash *out);

// The documents that carry one fingerprint: the first list_cap of those still there, in
// ascending order; total counts all that were ever put and not merged away yet, of a list that is
// full at least one more where there are more.
typedef struct posting {
    uint32_t doc;
    bool quoted;
} posting;
typedef struct posting_list {
    const posting *p; // into postings.pool
    uint32_t n, total;
} posting_list;
typedef struct postings {
    posting_list *list; // [n], as the hashes were given
    size_t n;
    posting *pool;
    size_t lost; // lists that lack what stood in a damaged block
} postings;
// index_lookup finds the lists of n fingerprints (n below 2^24), to be given to
// postings_free after SHG_OK. Of blocks that are damaged, which the log tells, nothing is found.
SHG_MUST_CHECK shg_err index_lookup(article_index *ix, const uint64_t *hashes, size_t n,
                                    postings *out);
void postings_free(postings *p);

// index_near finds documents below end (DOC_NONE: all) that share a band: at most cap, ascending;
// *total counts what there was before the cap. Deleted ones are left out. Of one band's
// documents at most the newest 4096 are looked at: a band that more share is that of a page
// without news.
SHG_MUST_CHECK shg_err index_near(article_index *ix, const uint32_t band[MINHASH_BANDS],
                                  uint32_t end, uint32_t *docs, size_t cap, size_t *n,
                                  size_t *total);

// Estimated resemblance of two stored documents, from their lanes; 0 where one is gone.
double index_resemblance(article_index *ix, uint32_t a, uint32_t b);

// The same for many pairs of few documents: the signature of each is looked up once. A document
// that the snapshot lacks may be newer: then another snapshot is begun.
double index_look_resemblance(index_look *l, uint32_t a, uint32_t b);

// A document's place in texts and stories: bytes that the engine reads and writes. They may
// outlive the document for a while. index_link is its own small transaction, durable when it
// returns; SHG_EINTERNAL for a document that never was. index_links calls each with all of them,
// ascending, until it returns other than SHG_OK; damaged ones are left out. It may ask the index,
// not change it.
typedef struct doc_link {
    uint32_t doc;
    view value;
} doc_link;
SHG_MUST_CHECK shg_err index_link(article_index *ix, const doc_link *links, size_t n);
typedef shg_err index_each_link(void *ctx, uint32_t doc, view value);
SHG_MUST_CHECK shg_err index_links(article_index *ix, index_each_link *each, void *ctx);

// index_each calls each with every document that is there, ascending, by RAM alone. No lock
// is held meanwhile.
typedef bool index_each_doc(void *ctx, uint32_t doc, const doc_info *info); // false stops
void index_each(article_index *ix, index_each_doc *each, void *ctx);

typedef struct index_stats {
    uint64_t articles, deleted, documents; // there; ever taken out; numbers given
    uint64_t segments, postings, capped_lookups, merges;
    uint64_t file_bytes, used_bytes; // of the data file, and what of it is in live pages
    uint64_t live_bytes;  // of these what would be left if nothing were under way: no blocks that
                          // a merge has replaced or not yet put in place
    uint64_t dead_bytes;  // of these: postings of documents taken out, in segments that are to be
                          // written anew without them
    uint64_t spare_bytes; // that sealing and merging may take beside the rest, at most
    uint64_t unfreed;     // documents taken out whose rows are still there
    uint64_t ram_bytes, ram_docs, ram_bands, ram_postings; // the sum first: of these, and what is
                                                           // ready for them
    uint64_t longest_slice_us; // that the background ever kept writers waiting
} index_stats;
SHG_MUST_CHECK shg_err index_stat(article_index *ix, index_stats *out);

// index_merge_step does one slice of background work: sealing, merging, giving back the space
// of what was deleted, training the dictionary, checking what an earlier run wrote. *more tells
// whether there may be another. After a failure the work is given up and begun again later; nothing
// is lost.
SHG_MUST_CHECK shg_err index_merge_step(article_index *ix, bool *more);

// index_check proves a whole store consistent, without opening it for writing: every
// checksum, every signature names the uri of its article, no uri has two, every posting to a
// document that has it, every document's fingerprints have their postings, counters agree. Each
// fault is told by say ("articles/000012ab: checksum"); *faults counts them. Blocks that a kill
// left without a segment are a "note: ", not a fault: the next start deletes them. SHG_OK
// also when there are faults: other results mean that the check itself could not be done
// (SHG_EBUSY: a daemon has the store; SHG_EFORMAT: another stamp; stamp NULL: any), and
// say was told why. say and progress may be NULL. RAM: 41 bytes a document. link judges what the
// engine has put for a document into a store of documents below end (SHG_ECORRUPT: a fault); NULL:
// any bytes are sound.
typedef void index_say(void *ctx, const char *line);
typedef void index_progress(void *ctx, uint64_t done, uint64_t of);
typedef shg_err index_judge_link(uint32_t doc, view value, uint32_t end);
SHG_MUST_CHECK shg_err index_check(const char *dir, const char *stamp, index_judge_link *link,
                                   index_say *say, index_progress *progress, void *ctx,
                                   uint64_t *faults);

#endif
