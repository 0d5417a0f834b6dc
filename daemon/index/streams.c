// streams.c - how far each named stream of batches has come.
#include "index/inside.h"

#include <stdlib.h>
#include <xxhash.h>

typedef struct stream_key {
    char text[DB_KEY_MAX]; // META_STREAM and 32 hex digits
} stream_key;

// Names may be longer than keys: the key has their hash. 128 bits without a seed: two names that
// meet belong to one client that wanted them to, and the row's own name would tell.
static stream_key key_of(view name)
{
    static const char digits[] = "0123456789abcdef";
    stream_key k = {META_STREAM};
    XXH128_canonical_t h;
    XXH128_canonicalFromHash(&h, XXH3_128bits(name.p, name.len));
    for (size_t i = 0; i < sizeof h.digest; i++) {
        k.text[sizeof META_STREAM - 1 + 2 * i] = digits[h.digest[i] >> 4];
        k.text[sizeof META_STREAM + 2 * i] = digits[h.digest[i] & 15];
    }
    return k;
}

void stream_put(buf *b, const stream_row *row)
{
    buf_add64(b, row->place.batch);
    buf_add64(b, (uint64_t)row->place.used_ms);
    buf_add16(b, (uint16_t)row->name.len);
    buf_add(b, row->name.p, row->name.len);
    buf_add(b, row->place.mark.p, row->place.mark.len);
}

shg_err stream_parse(view body, stream_row *out)
{
    enum { HEAD = 18 };
    if (body.len < HEAD)
        return SHG_ECORRUPT;
    size_t name_len = load16(body.p + 16);
    if (name_len < 1 || name_len > body.len - HEAD)
        return SHG_ECORRUPT;
    out->place.batch = load64(body.p);
    out->place.used_ms = (int64_t)load64(body.p + 8);
    out->name = (view){body.p + HEAD, name_len};
    out->place.mark = (view){body.p + HEAD + name_len, body.len - HEAD - name_len};
    return SHG_OK;
}

shg_err index_stream_get(index_txn *t, view name, stream_place *place)
{
    stream_key k = key_of(name);
    stream_row row;
    view body;
    shg_err err = meta_get(t->t, k.text, &body);
    if (!err && (stream_parse(body, &row) || !view_eq(row.name, name)))
        err = corrupt(DB_META, view_of(k.text), "shape");
    if (!err)
        *place = row.place;
    return err;
}

shg_err index_stream_put(index_txn *t, view name, const stream_place *place)
{
    stream_key k = key_of(name);
    buf body = {0};
    stream_put(&body, &(stream_row){*place, name});
    shg_err err = buf_err(&body);
    if (!err)
        err = meta_write(t->t, k.text, buf_view(&body), &t->value);
    buf_fini(&body);
    return err;
}

shg_err index_stream_drop(index_txn *t, view name)
{
    stream_key k = key_of(name);
    shg_err err = db_del(t->t, DB_META, view_of(k.text));
    return err == SHG_ENOTFOUND ? SHG_OK : err;
}

typedef struct aged {
    int64_t used_ms;
    stream_key key;
} aged;

static shg_err note(void *ctx, view key, view value)
{
    buf *all = ctx;
    stream_row row = {0};
    view body;
    aged a = {.used_ms = INT64_MIN}; // a damaged one goes first
    if (!value_check(DB_META, key, value, &body) && !stream_parse(body, &row))
        a.used_ms = row.place.used_ms;
    memcpy(a.key.text, key.p, key.len < DB_KEY_MAX ? key.len : DB_KEY_MAX - 1);
    buf_add(all, &a, sizeof a);
    return buf_err(all);
}

static int by_age(const void *x, const void *y)
{
    const aged *a = x, *b = y;
    return a->used_ms < b->used_ms ? -1 : a->used_ms > b->used_ms;
}

shg_err index_stream_trim(index_txn *t, int64_t before_ms, size_t most)
{
    buf all = {0};
    shg_err err =
        db_scan(t->t, DB_META, view_of(META_STREAM), view_of(META_STREAM_END), note, &all);
    aged *a = (aged *)(void *)all.p;
    size_t n = all.len / sizeof *a;
    if (n)
        qsort(a, n, sizeof *a, by_age);
    for (size_t i = 0; !err && i < n && (n - i >= most || a[i].used_ms < before_ms); i++)
        err = db_del(t->t, DB_META, view_of(a[i].key.text));
    buf_fini(&all);
    return err;
}
