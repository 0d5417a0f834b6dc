// record.h - how every value of the store is laid out (FORMAT.md beside daemon/store).
//
// A value is a head (checksum, format version) and a body. The checksum covers the
// key as well, so that a value that stands under another key fails it. What is parsed
// here points into the value: it dies with it.
// Layer: index, private.  Threads: pure.
#ifndef SHINGLED_INDEX_RECORD_H
#define SHINGLED_INDEX_RECORD_H
#include "base/buf.h"
#include "base/bytes.h"
#include "base/view.h"
#include "index/index.h"
#include "store/db.h"

enum {
    DOC_KEY_LEN = 4,
    URI_KEY_LEN = 16,
    PRINT_BYTES = 5,     // PRINT_BITS / 8
    DOC_MAX = INT32_MAX, // document numbers are below it: 31 bits in a posting
};

// Names of the rows of DB_META.
#define META_FORMAT "format"
#define META_STAMP "stamp"
#define META_SEED "seed"
#define META_EPOCH "epoch"
#define META_COUNTERS "counters"
#define META_SEGMENTS "segments"
#define META_DICT "dict"      // the zstd dictionary that texts are packed with
#define META_WORDS "words"    // and the wordbook
#define META_STREAM "stream/" // and the hash of a stream's name: how far it has come
#define META_STREAM_END "stream0"

// A document's key, ready for the store.
typedef struct doc_key {
    uint8_t b[DOC_KEY_LEN];
} doc_key;

static inline doc_key key_of_doc(uint32_t doc)
{
    doc_key k;
    store32be(k.b, doc);
    return k;
}

static inline view doc_key_view(const doc_key *k)
{
    return (view){k->b, DOC_KEY_LEN};
}

// A uri's key: its hash, keyed with the seed of the store.
typedef struct uri_key {
    uint8_t b[URI_KEY_LEN];
} uri_key;
void uri_hash(view uri, uint64_t seed, uri_key *out);

static inline uint32_t uri_tag(const uri_key *k) // which the table in RAM has
{
    return load32be(k->b);
}

static inline uint64_t uri_name(const uri_key *k) // which stands beside the signature
{
    return (uint64_t)load32be(k->b) << 32 | load32be(k->b + 4);
}

// value_begin empties b and leaves room for the head; value_end fills it in. The result
// is buf_err(b). value_check gives the body of a value that holds; otherwise
// SHG_ECORRUPT, and a line in the log, or SHG_EFORMAT for a newer version.
// value_verify is the same without the log.
void value_begin(buf *b);
SHG_MUST_CHECK shg_err value_end(buf *b, db_table table, view key);
SHG_MUST_CHECK shg_err value_check(db_table table, view key, view value, view *body);
SHG_MUST_CHECK shg_err value_verify(db_table table, view key, view value, view *body);

// value_body skips the head of a value that was checked before.
view value_body(view value);

// corrupt says once in the log where a value makes no sense; SHG_ECORRUPT.
shg_err corrupt(db_table table, view key, const char *what);

// value_name writes "articles/000012ab": table and key as the log and the check name them.
enum { VALUE_NAME_LEN = 160 };
void value_name(char out[VALUE_NAME_LEN], db_table table, view key);

// ARTICLES. Neither record nor text is longer than ARTICLE_MOST: no more memory is asked for than
// that takes, whatever a damaged row claims.
enum { ARTICLE_MOST = 32 << 20 };
typedef struct article_row {
    uint32_t version;
    bool packed;         // payload is record and text as pack_text made it
    uint32_t record_len; // unpacked
    uint32_t text_len;
    bool uri_inside; // at uri_at of the record; uri has its length alone
    uint32_t uri_at;
    view uri, payload;
} article_row;
void article_put(buf *b, const article_row *a); // appends the body
SHG_MUST_CHECK shg_err article_parse(view body, article_row *out);

// SIGNS. weight is the sum of the fingerprints' print_weight, its low bits: that of the postings is
// the same. Words and fingerprints are fewer than 2^24, as texts are of at most 16 MiB.
#define WEIGHT_MASK (((uint64_t)1 << 40) - 1)
typedef struct sign_row {
    doc_info info;
    uint64_t uri; // first half of its uri's key
    uint32_t n_prints;
    uint64_t weight;
    const uint8_t *lanes;
} sign_row;
void sign_put(buf *b, const doc_add *a, const uri_key *uri, uint32_t version);
SHG_MUST_CHECK shg_err sign_parse(view body, sign_row *out);
uint64_t print_weight(print p);

// PRINTS: the fingerprints of a document that is in no sealed segment yet.
typedef struct prints_row {
    uint32_t n;
    const uint8_t *prints, *quoted;
} prints_row;
void prints_put(buf *b, const print *prints, size_t n);
SHG_MUST_CHECK shg_err prints_parse(view body, prints_row *out);

static inline print prints_at(const prints_row *r, uint32_t i)
{
    const uint8_t *p = r->prints + (size_t)i * PRINT_BYTES;
    return (print){(uint64_t)load32(p) | (uint64_t)p[4] << 32,
                   (r->quoted[i / 8] >> (i % 8) & 1) != 0};
}

// URIS: of a uri that was deleted, the version it had last.
void uri_put(buf *b, uint32_t version);
SHG_MUST_CHECK shg_err uri_parse(view body, uint32_t *version);

// TOMBS.
typedef struct tomb_row {
    int64_t deleted_ms;
    bool freed; // the document's rows are gone, its postings may still be there
} tomb_row;
void tomb_put(buf *b, const tomb_row *t);
SHG_MUST_CHECK shg_err tomb_parse(view body, tomb_row *out);

// META: counters.
typedef struct counters {
    uint32_t next_doc;
    uint64_t articles, deleted, merges;
} counters;
void counters_put(buf *b, const counters *c);
SHG_MUST_CHECK shg_err counters_parse(view body, counters *out);

// META: the place of a stream.
typedef struct stream_row {
    stream_place place;
    view name;
} stream_row;
void stream_put(buf *b, const stream_row *row);
SHG_MUST_CHECK shg_err stream_parse(view body, stream_row *out);

// meta_get reads a row of DB_META; SHG_ENOTFOUND. meta_write writes one from its body,
// which it may append to scratch: body must not be in there.
SHG_MUST_CHECK shg_err meta_get(db_txn *t, const char *name, view *body);
SHG_MUST_CHECK shg_err meta_write(db_txn *t, const char *name, view body, buf *scratch);

#endif
