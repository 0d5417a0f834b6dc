// check.c - proves a whole store consistent (index_check): table by table, then across.
#include "base/sort.h"
#include "index/dict.h"
#include "shingled/version.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PROGRESS_ROWS = 1024 };

// What is known of a document.
enum doc_flag {
    HAS_ARTICLE = 1,
    HAS_SIGNS = 2,
    TOMB = 8,
    FREED = 16,
    BAD = 32, // a row of it was told already
};

typedef struct checking {
    db_txn *t;
    packer *packer;
    index_judge_link *link;
    index_say *say;
    index_progress *progress;
    void *ctx;
    uint64_t faults, rows, all_rows, seed;
    counters count;
    segments segments;
    uint64_t *found;  // [segments] postings
    uint32_t *blocks; // [segments] seen
    uint64_t orphans; // blocks of no segment
    uint8_t *flags;   // [next_doc]
    sort_item *names; // [n_names] of [2 * next_doc]: of all that are there, and where they are
    size_t n_names;   // sorted; the rest is room to sort in
    uint64_t
        *balance; // [next_doc] sum of its fingerprints less sum of its postings: 0 when they agree
    buf scratch;
} checking;

__attribute__((format(printf, 2, 3))) static void say_line(const checking *c, const char *format,
                                                           ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (c->say)
        c->say(c->ctx, line);
}

static void fault(checking *c, db_table table, view key, const char *what)
{
    char name[VALUE_NAME_LEN];
    value_name(name, table, key);
    c->faults++;
    say_line(c, "%s: %s", name, what);
}

static void fault_doc(checking *c, db_table table, uint32_t doc, const char *what)
{
    doc_key k = key_of_doc(doc);
    fault(c, table, doc_key_view(&k), what);
}

static void advance(checking *c)
{
    if (++c->rows % PROGRESS_ROWS == 0 && c->progress)
        c->progress(c->ctx, c->rows, c->all_rows);
}

// The body of a row that holds; false: told.
static bool is_whole(checking *c, db_table table, view key, view value, view *body)
{
    advance(c);
    shg_err err = value_verify(table, key, value, body);
    if (err)
        fault(c, table, key,
              err == SHG_EFORMAT ? "another format than this program's" : "checksum");
    return !err;
}

// The document that a key names; false: told.
static bool is_doc(checking *c, db_table table, view key, uint32_t *doc)
{
    if (key.len != DOC_KEY_LEN || (*doc = load32be(key.p)) >= c->count.next_doc) {
        fault(c, table, key, "no document has this number");
        return false;
    }
    return true;
}

static bool is_there(const checking *c, uint32_t doc)
{
    return (c->flags[doc] & (HAS_ARTICLE | HAS_SIGNS)) != 0 && !(c->flags[doc] & TOMB);
}

static shg_err check_tomb(void *ctx, view key, view value)
{
    checking *c = ctx;
    view body;
    tomb_row tomb = {0};
    uint32_t doc;
    if (!is_doc(c, DB_TOMBS, key, &doc))
        return SHG_OK;
    if (is_whole(c, DB_TOMBS, key, value, &body) && tomb_parse(body, &tomb))
        fault(c, DB_TOMBS, key, "shape");
    c->flags[doc] |= (uint8_t)(TOMB | (tomb.freed ? FREED : 0));
    return SHG_OK;
}

// A row of a document: its flag is set also where the row fails, so that one fault is
// told once.
static bool is_row(checking *c, db_table table, view key, view value, uint8_t flag, uint32_t *doc,
                   view *body)
{
    if (!is_doc(c, table, key, doc))
        return false;
    if (c->flags[*doc] & FREED)
        fault(c, table, key, "its document was deleted, and its rows");
    c->flags[*doc] |= flag;
    if (is_whole(c, table, key, value, body))
        return true;
    c->flags[*doc] |= BAD;
    return false;
}

static shg_err check_article(void *ctx, view key, view value)
{
    checking *c = ctx;
    uint32_t doc;
    view body;
    article_row a;
    if (!is_row(c, DB_ARTICLES, key, value, HAS_ARTICLE, &doc, &body))
        return SHG_OK;
    shg_err err = article_parse(body, &a);
    buf_reset(&c->scratch);
    if (!err)
        err = row_unpack(c->packer, &a, &c->scratch);
    if (err == SHG_ECORRUPT) {
        fault(c, DB_ARTICLES, key, "the article can't be unpacked");
        c->flags[doc] |= BAD;
        err = SHG_OK;
    }
    return err;
}

// The key of the uri of a document's article; false where it can't be read, which was told.
static bool uri_of(checking *c, uint32_t doc, uri_key *out, uint32_t *version)
{
    doc_key k = key_of_doc(doc);
    view value, body, uri;
    article_row a;
    if (db_get(c->t, DB_ARTICLES, doc_key_view(&k), &value) ||
        value_verify(DB_ARTICLES, doc_key_view(&k), value, &body) || article_parse(body, &a) ||
        row_uri(c->packer, &a, &c->scratch, &uri))
        return false;
    uri_hash(uri, c->seed, out);
    *version = a.version;
    return true;
}

// A signature has the name and the version of its article.
static void check_name(checking *c, uint32_t doc, const sign_row *s)
{
    uint32_t version;
    uri_key key;
    if (c->flags[doc] & TOMB)
        return;
    c->names[c->n_names++] = (sort_item){s->uri, doc};
    if (!uri_of(c, doc, &key, &version))
        return;
    if (uri_name(&key) != s->uri)
        fault_doc(c, DB_SIGNS, doc, "the article has another uri");
    if (version != s->info.version)
        fault_doc(c, DB_SIGNS, doc, "the article has another version");
}

// Two uris may well have one name: only where they are the same is it a fault.
static void check_names(checking *c)
{
    uint32_t version;
    uri_key one, two;
    sort_items(c->names, c->names + c->count.next_doc, c->n_names, 64);
    for (size_t i = 1; i < c->n_names; i++) {
        if (c->names[i].key != c->names[i - 1].key ||
            !uri_of(c, c->names[i - 1].value, &one, &version) ||
            !uri_of(c, c->names[i].value, &two, &version))
            continue;
        if (memcmp(&one, &two, sizeof one) == 0)
            fault_doc(c, DB_ARTICLES, c->names[i].value, "its uri has another article, too");
    }
}

// Whether an article that is there has the uri of a key.
static bool is_stored(checking *c, const uri_key *key)
{
    size_t lo = 0, hi = c->n_names;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->names[mid].key < uri_name(key))
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < c->n_names && c->names[lo].key == uri_name(key); lo++) {
        uri_key its;
        uint32_t version;
        if (uri_of(c, c->names[lo].value, &its, &version) && memcmp(&its, key, sizeof its) == 0)
            return true;
    }
    return false;
}

static shg_err check_uri(void *ctx, view key, view value)
{
    checking *c = ctx;
    view body;
    uint32_t version;
    uri_key k;
    if (!is_whole(c, DB_URIS, key, value, &body))
        return SHG_OK;
    if (key.len != URI_KEY_LEN || uri_parse(body, &version) || version == 0) {
        fault(c, DB_URIS, key, "shape");
        return SHG_OK;
    }
    memcpy(k.b, key.p, sizeof k.b);
    if (is_stored(c, &k))
        fault(c, DB_URIS, key, "was deleted, and has an article");
    return SHG_OK;
}

static shg_err check_signs(void *ctx, view key, view value)
{
    checking *c = ctx;
    uint32_t doc;
    view body;
    sign_row s;
    if (!is_row(c, DB_SIGNS, key, value, HAS_SIGNS, &doc, &body))
        return SHG_OK;
    if (sign_parse(body, &s)) {
        fault(c, DB_SIGNS, key, "shape");
        c->flags[doc] |= BAD;
        return SHG_OK;
    }
    c->balance[doc] += s.weight; // which its postings take away
    check_name(c, doc, &s);
    return SHG_OK;
}

// Fingerprints of documents in a sealed segment are left over: the segment is what counts.
static shg_err check_prints(void *ctx, view key, view value)
{
    checking *c = ctx;
    uint32_t doc;
    view body;
    prints_row r;
    if (!is_doc(c, DB_PRINTS, key, &doc) || !is_whole(c, DB_PRINTS, key, value, &body))
        return SHG_OK;
    if (prints_parse(body, &r)) {
        fault(c, DB_PRINTS, key, "shape");
        return SHG_OK;
    }
    for (uint32_t i = 0; i < r.n && doc >= segments_end(&c->segments); i++)
        c->balance[doc] -= print_weight(prints_at(&r, i));
    return SHG_OK;
}

static shg_err check_link(void *ctx, view key, view value)
{
    checking *c = ctx;
    uint32_t doc;
    view body;
    if (!is_doc(c, DB_LINKS, key, &doc) || !is_whole(c, DB_LINKS, key, value, &body))
        return SHG_OK; // which may be of a document that was deleted
    shg_err err = c->link ? c->link(doc, body, c->count.next_doc) : SHG_OK;
    if (err == SHG_ECORRUPT) {
        fault(c, DB_LINKS, key, "its place makes no sense: the next start works it out again");
        err = SHG_OK;
    }
    return err;
}

static size_t segment_of(const checking *c, uint32_t id)
{
    size_t i = 0;
    while (i < c->segments.n && c->segments.s[i].id != id)
        i++;
    return i;
}

static void weigh_postings(checking *c, view key, const flat *p, size_t n)
{
    bool told = false;
    for (size_t i = 0; i < n; i++) {
        uint8_t flags = c->flags[p[i].doc];
        if (flags & HAS_SIGNS)
            c->balance[p[i].doc] -= print_weight((print){p[i].hash, p[i].quoted});
        else if (!(flags & TOMB) && !told) {
            char what[80];
            snprintf(what, sizeof what, "a posting to document %08x, which is not there",
                     (unsigned)p[i].doc);
            fault(c, DB_BLOCKS, key, what);
            told = true;
        }
    }
}

static shg_err check_block(void *ctx, view key, view value)
{
    checking *c = ctx;
    view body;
    block b;
    if (key.len != BLOCK_KEY_LEN) {
        fault(c, DB_BLOCKS, key, "key");
        return SHG_OK;
    }
    uint32_t number = load32be(key.p + 4);
    size_t at = segment_of(c, load32be(key.p));
    if (at == c->segments.n || number >= segment_blocks(&c->segments.s[at])) {
        c->orphans++;
        advance(c);
        return SHG_OK;
    }
    const segment *s = &c->segments.s[at];
    c->blocks[at]++;
    if (!is_whole(c, DB_BLOCKS, key, value, &body))
        return SHG_OK;
    buf_reset(&c->scratch);
    shg_err err = block_parse(&b, s, number, body);
    if (!err)
        err = block_read(&b, &c->scratch);
    if (err == SHG_ECORRUPT || s->doc1 > c->count.next_doc) {
        fault(c, DB_BLOCKS, key, "shape");
        return SHG_OK;
    }
    size_t n = c->scratch.len / sizeof(flat);
    c->found[at] += n;
    if (!err)
        weigh_postings(c, key, (const flat *)(const void *)c->scratch.p, n);
    return err;
}

static void check_segments(checking *c)
{
    for (size_t i = 0; i < c->segments.n; i++) {
        const segment *s = &c->segments.s[i];
        if (c->blocks[i] != segment_blocks(s)) {
            c->faults++;
            say_line(c, "segment %08x: %u blocks, not %u", (unsigned)s->id, (unsigned)c->blocks[i],
                     (unsigned)segment_blocks(s));
        } else if (c->found[i] != s->n) {
            c->faults++;
            say_line(c, "segment %08x: %llu postings, not %llu", (unsigned)s->id,
                     (unsigned long long)c->found[i], (unsigned long long)s->n);
        }
    }
    if (c->orphans)
        say_line(c, "note: %llu blocks of no segment: the next start deletes them",
                 (unsigned long long)c->orphans);
}

static void check_document(checking *c, uint32_t doc)
{
    uint8_t f = c->flags[doc];
    if (!is_there(c, doc) || f & BAD)
        return;
    if (!(f & HAS_ARTICLE))
        fault_doc(c, DB_SIGNS, doc, "it has no article");
    else if (!(f & HAS_SIGNS))
        fault_doc(c, DB_ARTICLES, doc, "it has no signature");
    if (f & HAS_SIGNS && (c->balance[doc] & WEIGHT_MASK) != 0)
        fault_doc(c, DB_SIGNS, doc, "its postings are not those of its fingerprints");
}

static void check_documents(checking *c)
{
    uint64_t there = 0;
    for (uint32_t doc = 0; doc < c->count.next_doc; doc++) {
        there += is_there(c, doc);
        check_document(c, doc);
    }
    if (there != c->count.articles || c->count.deleted != c->count.next_doc - there) {
        c->faults++;
        say_line(c, "meta/counters: %llu articles and %llu deleted of %u, but %llu are there",
                 (unsigned long long)c->count.articles, (unsigned long long)c->count.deleted,
                 (unsigned)c->count.next_doc, (unsigned long long)there);
    }
}

// A row of DB_META that must be there; false: told.
static bool is_meta(checking *c, const char *name, view *body)
{
    view key = view_of(name), value;
    if (db_get(c->t, DB_META, key, &value)) {
        fault(c, DB_META, key, "missing");
        return false;
    }
    return is_whole(c, DB_META, key, value, body);
}

static shg_err check_stream(void *ctx, view key, view value)
{
    checking *c = ctx;
    stream_row row;
    view body;
    if (is_whole(c, DB_META, key, value, &body) && stream_parse(body, &row))
        fault(c, DB_META, key, "shape");
    return SHG_OK;
}

// What all the rest is measured by; false: told, and the rest can't be checked.
static bool check_meta(checking *c)
{
    view format, seed, epoch, count, list;
    if (!is_meta(c, META_FORMAT, &format) || !is_meta(c, META_SEED, &seed) ||
        !is_meta(c, META_EPOCH, &epoch) || !is_meta(c, META_COUNTERS, &count))
        return false;
    if (seed.len != 8 || epoch.len != 32 || counters_parse(count, &c->count)) {
        fault(c, DB_META, view_of(META_COUNTERS), "shape");
        return false;
    }
    if (format.len != 4 || load32(format.p) != SHG_FORMAT) {
        fault(c, DB_META, view_of(META_FORMAT), "another format than this program's");
        return false;
    }
    c->seed = load64(seed.p);
    if (db_scan(c->t, DB_META, view_of(META_STREAM), view_of(META_STREAM_END), check_stream, c))
        fault(c, DB_META, view_of(META_STREAM), "can't be read");
    if (dict_load(c->packer, c->t)) {
        fault(c, DB_META, view_of(META_DICT), "no dictionary");
        return false;
    }
    view key = view_of(META_SEGMENTS), value;
    if (db_get(c->t, DB_META, key, &value))
        return true; // none was sealed yet
    if (!is_whole(c, DB_META, key, value, &list))
        return false;
    if (segments_parse(list, &c->segments) || segments_end(&c->segments) > c->count.next_doc) {
        fault(c, DB_META, key, "shape");
        return false;
    }
    return true;
}

static shg_err check_stamp(checking *c, const char *stamp)
{
    view body;
    if (!stamp)
        return SHG_OK;
    if (!is_meta(c, META_STAMP, &body) || view_eq(body, view_of(stamp)))
        return SHG_OK;
    say_line(c, "signatures were made by \"%.*s\", this program makes \"%s\"", (int)body.len,
             (const char *)body.p, stamp);
    return SHG_EFORMAT;
}

// A scan that also tells keys that do not ascend: what lies behind one can't be found by its key.
typedef struct in_order {
    checking *c;
    db_table table;
    db_each *each;
    uint8_t last[DB_KEY_MAX];
    size_t last_len;
} in_order;

static shg_err check_order(void *ctx, view key, view value)
{
    in_order *o = ctx;
    size_t n = key.len < o->last_len ? key.len : o->last_len;
    int order = memcmp(o->last, key.p, n);
    if (order > 0 || (order == 0 && key.len <= o->last_len && o->last_len))
        fault(o->c, o->table, key, "stands before a smaller key");
    o->last_len = key.len < DB_KEY_MAX ? key.len : DB_KEY_MAX;
    memcpy(o->last, key.p, o->last_len);
    return o->each(o->c, key, value);
}

static shg_err scan_in_order(checking *c, db_table table, db_each *each)
{
    in_order o = {.c = c, .table = table, .each = each};
    view all = {NULL, 0};
    return db_scan(c->t, table, all, all, check_order, &o);
}

static shg_err check_tables(checking *c)
{
    static const struct {
        db_table table;
        db_each *each;
    } steps[] = {
        {DB_TOMBS, check_tomb},   {DB_ARTICLES, check_article}, {DB_SIGNS, check_signs},
        {DB_BLOCKS, check_block}, {DB_LINKS, check_link},       {DB_PRINTS, check_prints},
    };
    size_t docs = (size_t)c->count.next_doc + 1, n = c->segments.n + 1;
    c->flags = calloc(docs, sizeof *c->flags);
    c->balance = calloc(docs, sizeof *c->balance);
    c->names = malloc(2 * docs * sizeof *c->names);
    c->found = calloc(n, sizeof *c->found);
    c->blocks = calloc(n, sizeof *c->blocks);
    shg_err err = c->flags && c->balance && c->names && c->found && c->blocks ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && !err; i++)
        err = scan_in_order(c, steps[i].table, steps[i].each);
    if (!err)
        check_names(c);
    if (!err)
        err = scan_in_order(c, DB_URIS, check_uri);
    if (err)
        return err;
    check_segments(c);
    check_documents(c);
    return SHG_OK;
}

static shg_err check_store(checking *c, db *store, const char *stamp)
{
    db_usage usage;
    shg_err err = db_stat(store, &usage);
    for (int i = 0; i < DB_TABLES && !err; i++)
        c->all_rows += usage.entries[i == DB_ARTICLES ? DB_SIGNS : i]; // the former are pieces
    if (!err)
        err = packer_new(&c->packer);
    if (!err)
        err = db_begin(&c->t, store, false);
    if (!err)
        err = check_stamp(c, stamp);
    if (!err && check_meta(c))
        err = check_tables(c);
    if (!err && c->progress)
        c->progress(c->ctx, c->all_rows, c->all_rows);
    db_abort(&c->t);
    packer_free(c->packer);
    segments_fini(&c->segments);
    buf_fini(&c->scratch);
    free(c->flags);
    free(c->names);
    free(c->balance);
    free(c->found);
    free(c->blocks);
    return err;
}

shg_err index_check(const char *dir, const char *stamp, index_judge_link *link, index_say *say,
                    index_progress *progress, void *ctx, uint64_t *faults)
{
    checking c = {.link = link, .say = say, .progress = progress, .ctx = ctx};
    const char *why = "";
    db *store = NULL;
    *faults = 0;
    shg_err err = db_open(&store, dir, &(db_opts){.read_only = true}, &why);
    if (err)
        say_line(&c, "%s", why);
    else
        err = check_store(&c, store, stamp);
    db_close(&store);
    *faults = c.faults;
    return err;
}
