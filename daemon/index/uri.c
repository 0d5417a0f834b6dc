// uri.c - what is stored under a uri.
//
// Documents carry their uri on disk and 64 bits of its hash beside their signature; the table from
// hash to document is in RAM alone, rebuilt at start, because a row for each uri in the store would
// write a page of it for each article. DB_URIS has only the uris that were deleted, whose
// versions go on counting.
#include "index/inside.h"

#include <stdlib.h>

enum { TAGGED_MOST = 64 }; // uris with one tag: two of them are rare

static view key_view(const uri_key *k)
{
    return (view){k->b, URI_KEY_LEN};
}

// Whether a document that has the tag of a uri is stored under it. Of one whose article can't be
// read its hash must do: it must not refuse to be replaced.
static shg_err is_of(db_txn *t, packer *p, uint32_t doc, const uri_key *key, view uri, bool *same)
{
    doc_key k = key_of_doc(doc);
    view value, body, its;
    buf room = {0};
    article_row a;
    sign_row s;
    *same = false;
    shg_err err = db_get(t, DB_ARTICLES, doc_key_view(&k), &value);
    if (err && err != SHG_ENOTFOUND)
        return err;
    if (!err && value_check(DB_ARTICLES, doc_key_view(&k), value, &body) == SHG_OK &&
        article_parse(body, &a) == SHG_OK) {
        err = row_uri(p, &a, &room, &its);
        *same = !err && view_eq(its, uri);
        buf_fini(&room);
        if (err != SHG_ECORRUPT)
            return err;
    }
    err = db_get(t, DB_SIGNS, doc_key_view(&k), &value);
    if (err)
        return err == SHG_ENOTFOUND ? SHG_OK : err; // taken out, and its rows are gone
    *same = value_check(DB_SIGNS, doc_key_view(&k), value, &body) || sign_parse(body, &s) ||
            s.uri == uri_name(key);
    return SHG_OK;
}

// Another uri may have the tag of one that was deleted.
static shg_err seek_deleted(db_txn *t, uri_place *out)
{
    view value, body;
    shg_err err = db_get(t, DB_URIS, key_view(&out->key), &value);
    if (err)
        return err;
    err = value_check(DB_URIS, key_view(&out->key), value, &body);
    if (!err && uri_parse(body, &out->entry.version))
        err = corrupt(DB_URIS, key_view(&out->key), "shape");
    out->deleted = !err;
    return err;
}

// The documents of a tag, as they are at one moment.
typedef struct tagged {
    uri_entry entry[TAGGED_MOST];
    size_t n;
    bool deleted; // some uri with this tag was
} tagged;

static void list_tagged(const article_index *ix, uint32_t tag, tagged *out)
{
    size_t at = 0;
    out->n = 0;
    out->deleted = false;
    for (uint32_t doc; (doc = uris_next(ix->uris, tag, &at)) != DOC_NONE;) {
        const doc_info *info = docs_info(&ix->docs, doc);
        out->deleted |= doc == URI_DELETED;
        if (info && out->n < TAGGED_MOST)
            out->entry[out->n++] = (uri_entry){doc, info->version, info->content};
    }
}

static shg_err seek_tagged(db_txn *t, packer *p, view uri, const tagged *docs, uri_place *out)
{
    shg_err err = SHG_OK;
    bool same = false;
    for (size_t i = 0; i < docs->n && !err; i++) {
        err = is_of(t, p, docs->entry[i].doc, &out->key, uri, &same);
        if (!err && same) {
            out->entry = docs->entry[i];
            return SHG_OK;
        }
    }
    if (err)
        return err;
    return docs->deleted ? seek_deleted(t, out) : SHG_ENOTFOUND;
}

static void begin(const article_index *ix, view uri, uri_place *out)
{
    *out = (uri_place){.entry = {.doc = DOC_NONE}};
    uri_hash(uri, ix->seed, &out->key);
}

// An update between the two looks takes the document, and perhaps its rows, away: then the table
// has another one.
shg_err index_find(article_index *ix, view uri, uri_entry *out)
{
    enum { TRIES = 4 };
    shg_err err = SHG_ENOTFOUND;
    for (int left = TRIES; err == SHG_ENOTFOUND && left; left--) {
        db_txn *t = NULL;
        tagged docs;
        uri_place p;
        begin(ix, uri, &p);
        pthread_rwlock_rdlock(&ix->lock);
        list_tagged(ix, uri_tag(&p.key), &docs);
        pthread_rwlock_unlock(&ix->lock);
        if (docs.n == 0)
            break;
        docs.deleted = false;
        err = db_begin(&t, ix->store, false);
        if (!err)
            err = seek_tagged(t, ix->packer, uri, &docs, &p);
        db_abort(&t);
        *out = p.entry;
    }
    return err;
}

// The group's own changes of uris, the newest of each: open addressing by the whole key.
static size_t slot_of(const index_txn *t, const uri_key *key)
{
    size_t at = uri_tag(key) & (t->n_slots - 1);
    const uri_place *p = (const uri_place *)(const void *)t->places.p;
    while (t->slot[at] && memcmp(p[t->slot[at] - 1].key.b, key->b, URI_KEY_LEN) != 0)
        at = (at + 1) & (t->n_slots - 1);
    return at;
}

shg_err uri_seek(index_txn *t, view uri, uri_place *out)
{
    tagged docs;
    begin(t->ix, uri, out);
    uint32_t i = t->n_slots ? t->slot[slot_of(t, &out->key)] : 0;
    if (i) {
        *out = ((const uri_place *)(const void *)t->places.p)[i - 1];
        return SHG_OK;
    }
    list_tagged(t->ix, uri_tag(&out->key), &docs); // only who has the turn changes it
    shg_err err = seek_tagged(t->t, t->ix->packer, uri, &docs, out);
    return err == SHG_ENOTFOUND ? SHG_OK : err;
}

void uri_fetch(const index_txn *t, view uri)
{
    uri_key key;
    uri_hash(uri, t->ix->seed, &key);
    uris_fetch(t->ix->uris, uri_tag(&key));
}

static shg_err widen(index_txn *t)
{
    enum { SLOTS_LEAST = 1024 };
    size_t n = t->places.len / sizeof(uri_place);
    if (2 * (n + 1) <= t->n_slots)
        return SHG_OK;
    size_t n_slots = t->n_slots ? 2 * t->n_slots : SLOTS_LEAST;
    uint32_t *slot = calloc(n_slots, sizeof *slot);
    if (!slot)
        return SHG_ENOMEM;
    free(t->slot);
    t->slot = slot;
    t->n_slots = n_slots;
    const uri_place *p = (const uri_place *)(const void *)t->places.p;
    for (size_t i = 0; i < n; i++)
        slot[slot_of(t, &p[i].key)] = (uint32_t)i + 1;
    return SHG_OK;
}

// What RAM will have to change after the commit.
static shg_err note(index_txn *t, const uri_key *key, uint32_t doc, bool add)
{
    uri_change c = {uri_tag(key), doc, add};
    uint32_t tag = c.tag;
    buf_add(&t->uri_changes, &c, sizeof c);
    if (add)
        buf_add(&t->new_tags, &tag, sizeof tag);
    return buf_err(&t->uri_changes) ? buf_err(&t->uri_changes) : buf_err(&t->new_tags);
}

static shg_err put_deleted(index_txn *t, const uri_place *p)
{
    value_begin(&t->value);
    uri_put(&t->value, p->entry.version);
    shg_err err = value_end(&t->value, DB_URIS, key_view(&p->key));
    return err ? err : db_put(t->t, DB_URIS, key_view(&p->key), buf_view(&t->value));
}

shg_err uri_change_to(index_txn *t, uri_place *p, uri_entry entry)
{
    uint32_t had = p->entry.doc;
    bool was_deleted = p->deleted;
    shg_err err = widen(t);
    p->entry = entry;
    p->deleted = entry.doc == DOC_NONE && entry.version;
    if (!err && had != DOC_NONE)
        err = note(t, &p->key, had, false);
    if (!err && entry.doc != DOC_NONE)
        err = note(t, &p->key, entry.doc, true);
    if (!err && p->deleted != was_deleted) {
        err = note(t, &p->key, URI_DELETED, p->deleted);
        if (!err)
            err = p->deleted ? put_deleted(t, p) : db_del(t->t, DB_URIS, key_view(&p->key));
    }
    if (err)
        return err;
    size_t at = slot_of(t, &p->key);
    if (t->slot[at]) {
        ((uri_place *)(void *)t->places.p)[t->slot[at] - 1] = *p;
        return SHG_OK;
    }
    buf_add(&t->places, p, sizeof *p);
    t->slot[at] = (uint32_t)(t->places.len / sizeof *p);
    return buf_err(&t->places);
}

shg_err uri_reserve(index_txn *t)
{
    return uris_reserve(t->ix->uris, (const uint32_t *)(const void *)t->new_tags.p,
                        t->new_tags.len / sizeof(uint32_t));
}

void uri_apply(index_txn *t)
{
    const uri_change *c = (const uri_change *)(const void *)t->uri_changes.p;
    for (size_t i = 0; i < t->uri_changes.len / sizeof *c; i++) {
        if (c[i].add)
            uris_add(t->ix->uris, c[i].tag, c[i].doc);
        else
            uris_remove(t->ix->uris, c[i].tag, c[i].doc);
    }
}

void uri_fini(index_txn *t)
{
    buf_fini(&t->places);
    buf_fini(&t->uri_changes);
    buf_fini(&t->new_tags);
    free(t->slot);
}

shg_err uri_load(article_index *ix, uint32_t tag, uint32_t doc)
{
    shg_err err = uris_reserve(ix->uris, &tag, 1);
    if (!err)
        uris_add(ix->uris, tag, doc);
    return err;
}
