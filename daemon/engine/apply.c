// Writing: one group of changes, one durable commit.
#include "base/clock.h"
#include "base/log.h"
#include "engine/header.h"
#include "engine/options.h"
#include "engine/state.h"
#include "shingled/wire.h"

#include <stdlib.h>

enum { DELETE_GROUP = 1000 };

void engine_count_refusal(engine *e, shg_err err)
{
    int status = shg_err_status(err);
    if (status < STATUS_MAX)
        atomic_fetch_add(&e->put_refused[status], 1);
}

static view stored_record(const reading *r)
{
    return (view){(const uint8_t *)r->stored, r->stored_len};
}

// One that is placed only much later would have left the cache by then: it is bare.
static shg_err make_reading(change *out, record *rec, engine *e, bool bare)
{
    library *lib = &e->lib;
    if (bare) {
        reader *in = readers_of(&e->readers);
        if (in)
            return reading_make_bare(&out->reading, rec, lib->ix, lib->sources, lib->seed, in);
        record_free(rec);
        return SHG_ENOMEM;
    }
    shg_err err = reading_make(&out->reading, rec, lib->sources, lib->seed);
    if (err)
        return err;
    text_words list = reading_words(&out->reading->side.words, out->reading->square);
    return index_pack(lib->ix, stored_record(out->reading), out->reading->record.text, &list,
                      &out->packed);
}

// With options a whole PUT, whose header is bounded as it came; without them a record of a batch,
// whose fields are.
static shg_err read_source(engine *e, const record_source *s, view body, put_options *o,
                           change *out, refusal *r)
{
    record rec;
    int64_t version;
    shg_err err = o ? record_put_options(s, o, r) : record_if_version(s, &version, r);
    if (!err)
        err = record_read(&rec, s, body, RECORD_URI | RECORD_TEXT, r);
    if (err)
        return err;
    version = o ? o->if_version : version;
    out->has_if_version = version >= 0;
    out->if_version = (uint32_t)version;
    out->match = o && o->match;
    err = make_reading(out, &rec, e, !out->match && !matcher_reserve(e->matcher));
    if (err)
        return refuse(r, err, "the article could not be read: %s", shg_err_text(err));
    if (out->reading->stored_len > SHG_HEADER_MAX)
        return refuse(r, SHG_EHEADERSIZE,
                      "the record has %zu bytes without its text; at most %d "
                      "are taken",
                      out->reading->stored_len, SHG_HEADER_MAX);
    return SHG_OK;
}

shg_err engine_read_put(engine *e, view header, view body, put_options *o, change *out, refusal *r)
{
    record_source s;
    json_t *parsed = NULL;
    shg_err err = SHG_OK;
    *out = (change){.kind = CHANGE_PUT, .gone = DOC_NONE};
    if ((o && header.len > SHG_HEADER_MAX) || !record_source_flat(&s, header)) {
        err = header_parse(&parsed, header, o ? SHG_HEADER_MAX : SHG_BATCH_MAX, r);
        if (!err && record_source_json(&s, parsed))
            err = refuse(r, SHG_ENOMEM, "out of memory");
    }
    if (!err) {
        err = read_source(e, &s, body, o, out, r);
        if (err && !o)
            out->uri = record_source_uri(&s);
        record_source_fini(&s);
    }
    json_decref(parsed);
    return err;
}

shg_err engine_read_delete(engine *e, json_t *header, change *out, refusal *r)
{
    (void)e;
    *out = (change){.kind = CHANGE_DELETE_OLDER, .older_than_ms = CLOCK_ABSENT, .gone = DOC_NONE};
    shg_err err = option_time(header, "older_than", &out->older_than_ms, r);
    json_t *uri = json_object_get(header, "uri");
    bool has_uri = uri && !json_is_null(uri);
    if (err)
        return err;
    if (out->older_than_ms != CLOCK_ABSENT)
        return has_uri ? refuse(r, SHG_EOPTION, "give uri or older_than, not both") : SHG_OK;
    view v;
    err = option_uri(header, &v, r);
    if (err)
        return err;
    out->kind = CHANGE_DELETE;
    out->uri = strndup((const char *)v.p, v.len);
    return out->uri ? SHG_OK : refuse(r, SHG_ENOMEM, "out of memory");
}

void change_fini(change *c)
{
    reading_drop(&c->reading);
    buf_fini(&c->packed);
    free(c->uri);
    free(c->mark);
    c->uri = c->mark = NULL;
}

static doc_add addition(const change *c)
{
    const reading *r = c->reading;
    return (doc_add){
        .uri = record_get(&r->record, REC_URI),
        .record = stored_record(r),
        .text = r->record.text,
        .packed = r->is_bare ? r->packed : buf_view(&c->packed),
        .published_ms = r->record.published_ms,
        .stored_ms = r->stored_ms,
        .publisher = r->publisher_hash,
        .content = r->content,
        .body = r->side.body,
        .n_words = r->n_words,
        .sig = &r->sig,
        .prints = r->keys,
        .n_prints = r->n_keys + r->n_terms,
    };
}

static shg_err add(index_txn *t, const change *c, uri_entry *out)
{
    c->reading->stored_ms = clock_wall_ms();
    doc_add a = addition(c);
    return index_add(t, &a, out);
}

// Other threads have made the readings: what a change will look at is asked for while those before
// it are made, what leads to it even earlier.
static void fetch(index_txn *t, const change *c, size_t n, size_t i)
{
    if (i + 2 < n && c[i + 2].reading)
        reading_fetch(c[i + 2].reading);
    if (i + 1 < n && c[i + 1].reading) {
        doc_add next = addition(&c[i + 1]);
        index_fetch(t, &next);
    }
}

// A refusal concerns this change alone and leaves the group going on; any other error is
// returned and ends the group.
static shg_err put(index_txn *t, change *c)
{
    uri_entry had = {.doc = DOC_NONE};
    shg_err e = index_txn_find(t, record_get(&c->reading->record, REC_URI), &had);
    if (e && e != SHG_ENOTFOUND)
        return e;
    bool stored = !e;
    c->version = stored ? had.version : 0;
    if (c->has_if_version && c->if_version != c->version) {
        refuse(&c->refusal, SHG_ECONFLICT, "the stored version is %u, if_version is %u", c->version,
               c->if_version);
        c->refusal.has_version = true;
        c->refusal.version = c->version;
        return SHG_OK;
    }
    c->result = !stored                              ? PUT_NEW
                : had.content == c->reading->content ? PUT_UNCHANGED
                                                     : PUT_UPDATED;
    c->doc = had.doc;
    if (c->result == PUT_UNCHANGED)
        return SHG_OK;
    c->gone = had.doc;
    uri_entry now;
    e = add(t, c, &now);
    c->version = now.version;
    c->doc = now.doc;
    return e;
}

static shg_err delete (index_txn *t, change *c)
{
    uri_entry had;
    shg_err e = index_txn_find(t, view_of(c->uri), &had);
    if (!e)
        e = index_remove(t, view_of(c->uri));
    c->deleted = !e;
    c->gone = e ? DOC_NONE : had.doc;
    return e == SHG_ENOTFOUND ? SHG_OK : e;
}

static shg_err change_one(index_txn *t, change *c)
{
    if (c->kind == CHANGE_STREAM)
        return streams_change(t, c);
    return c->kind == CHANGE_PUT ? put(t, c) : delete (t, c);
}

static shg_err apply_group(engine *e, change *c, size_t n)
{
    index_txn *t;
    shg_err err = index_begin(&t, e->lib.ix);
    if (err)
        return err;
    for (size_t i = 0; i < n && !err; i++) {
        fetch(t, c, n, i);
        if (c[i].refusal.err)
            continue;
        err = change_one(t, &c[i]);
        if (!err && c[i].kind == CHANGE_PUT && c[i].gone != DOC_NONE)
            atomic_store(&e->updated, c[i].doc);
    }
    if (err) {
        index_abort(&t);
        return err;
    }
    return index_commit(&t);
}

static void settle(engine *e, change *c)
{
    if (c->refusal.err) {
        c->deleted = 0;
        if (c->kind == CHANGE_PUT)
            engine_count_refusal(e, c->refusal.err);
        return;
    }
    if (c->kind == CHANGE_STREAM)
        return;
    if (c->gone != DOC_NONE)
        stories_remove(e->stories, c->gone);
    if (c->kind == CHANGE_DELETE) {
        atomic_fetch_add(&e->deleted, c->deleted);
        return;
    }
    atomic_uint_fast64_t *const count[] = {&e->put_new, &e->put_updated, &e->put_unchanged};
    atomic_fetch_add(count[c->result], 1);
    c->reading->doc = c->doc;
    c->reading->version = c->version;
    if (c->result == PUT_UNCHANGED)
        return;
    if (!c->reading->is_bare)
        cache_put(e->lib.cache, c->reading);
    if (c->match)
        matcher_want(e->matcher, c->reading);
}

// before: why an earlier part of the group was not stored. Then this is not either: it may hold
// what stood behind that in one stream.
static shg_err apply_all(engine *e, change *c, size_t n, shg_err before)
{
    shg_err err = before ? before : apply_group(e, c, n);
    if (err)
        log_limited(LOG_ERROR, "SHG-COMMIT", "a group of %zu changes was not stored: %s (%s)", n,
                    shg_err_name(err), shg_err_text(err));
    for (size_t i = 0; i < n; i++) {
        if (err && !c[i].refusal.err)
            refuse(&c[i].refusal, err, "nothing of this was stored: %s", shg_err_text(err));
        settle(e, &c[i]);
    }
    return err;
}

typedef struct old_docs {
    int64_t before_ms;
    uint32_t *doc;
    size_t n, cap;
    bool no_memory;
} old_docs;

static bool note_old(void *ctx, uint32_t doc, const doc_info *d)
{
    old_docs *o = ctx;
    int64_t t = d->published_ms != CLOCK_ABSENT ? d->published_ms : d->stored_ms;
    if (t >= o->before_ms)
        return true;
    if (o->n == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 1024;
        uint32_t *p = realloc(o->doc, cap * sizeof *p);
        if (!p) {
            o->no_memory = true;
            return false;
        }
        o->doc = p;
        o->cap = cap;
    }
    o->doc[o->n++] = doc;
    return true;
}

static shg_err delete_docs(engine *e, const uint32_t *doc, size_t n, uint64_t *deleted)
{
    index_txn *t;
    uint64_t gone = 0;
    shg_err err = index_begin(&t, e->lib.ix);
    if (err)
        return err;
    for (size_t i = 0; i < n && !err; i++) {
        article a;
        err = index_get(e->lib.ix, doc[i], &a);
        if (err == SHG_ENOTFOUND || err == SHG_ECORRUPT) {
            err = SHG_OK; // gone already; or damaged, which the log tells: it stays
            continue;
        }
        if (err)
            break;
        err = index_remove(t, a.uri);
        gone += !err;
        article_free(&a);
    }
    if (err) {
        index_abort(&t);
        return err;
    }
    err = index_commit(&t);
    *deleted += err ? 0 : gone;
    for (size_t i = 0; i < n && !err; i++) {
        doc_info info;
        if (!index_info(e->lib.ix, doc[i], &info))
            stories_remove(e->stories, doc[i]);
    }
    return err;
}

// Retention can take out millions: it goes in groups, so that no commit grows without bound.
static void delete_older(engine *e, change *c)
{
    old_docs o = {.before_ms = c->older_than_ms};
    index_each(e->lib.ix, note_old, &o);
    shg_err err = o.no_memory ? SHG_ENOMEM : SHG_OK;
    for (size_t i = 0; i < o.n && !err; i += DELETE_GROUP)
        err =
            delete_docs(e, o.doc + i, o.n - i < DELETE_GROUP ? o.n - i : DELETE_GROUP, &c->deleted);
    atomic_fetch_add(&e->deleted, c->deleted);
    if (err)
        refuse(&c->refusal, err, "%llu articles were deleted, then: %s",
               (unsigned long long)c->deleted, shg_err_text(err));
    free(o.doc);
}

static bool has_put(const change *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c[i].kind == CHANGE_PUT && !c[i].refusal.err)
            return true;
    return false;
}

void engine_apply(engine *e, change *c, size_t n)
{
    shg_err err = SHG_OK;
    if (has_put(c, n)) // who deletes makes room
        retention_hold(e->retention);
    for (size_t from = 0; from < n;) {
        size_t to = from;
        while (to < n && c[to].kind != CHANGE_DELETE_OLDER)
            to++;
        if (to > from)
            err = apply_all(e, c + from, to - from, err);
        if (to < n)
            delete_older(e, &c[to++]);
        from = to;
    }
    atomic_store(&e->end, index_end(e->lib.ix));
    matcher_wake(e->matcher);
    retention_wake(e->retention);
}
