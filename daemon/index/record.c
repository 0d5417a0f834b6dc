#include "index/record.h"
#include "base/log.h"
#include "base/xxh.h"
#include "index/varint.h"
#include "shingled/version.h"

#include <stdio.h>
#define XXH_INLINE_ALL // a call for each fingerprint would cost more than its eight bytes
#include <xxhash.h>

enum {
    HEAD_LEN = 9, // u64 checksum, u8 version
    SIGN_HEAD = 2 * 7 + 4 * 8 + 4 + 2 * 3 + 5,
    SIGN_BYTES = SIGN_HEAD + MINHASH_LANES, // twelve fill a leaf of LMDB's
    ARTICLE_PACKED = 1,                     // flags
    ARTICLE_URI_INSIDE = 2,
};

static uint64_t checksum(db_table table, view key, view rest)
{
    return xxh_bytes(rest, 0) ^ XXH3_64bits_withSeed(key.p, key.len, (XXH64_hash_t)table);
}

void value_begin(buf *b)
{
    static const uint8_t head[HEAD_LEN] = {[8] = SHG_FORMAT};
    buf_reset(b);
    buf_add(b, head, sizeof head);
}

shg_err value_end(buf *b, db_table table, view key)
{
    if (!buf_err(b))
        store64(b->p, checksum(table, key, (view){b->p + 8, b->len - 8}));
    return buf_err(b);
}

shg_err value_verify(db_table table, view key, view value, view *body)
{
    *body = (view){NULL, 0};
    if (value.len < HEAD_LEN ||
        load64(value.p) != checksum(table, key, (view){value.p + 8, value.len - 8}))
        return SHG_ECORRUPT;
    if (value.p[8] != SHG_FORMAT)
        return SHG_EFORMAT;
    *body = value_body(value);
    return SHG_OK;
}

view value_body(view value)
{
    return value.len < HEAD_LEN ? (view){NULL, 0}
                                : (view){value.p + HEAD_LEN, value.len - HEAD_LEN};
}

shg_err value_check(db_table table, view key, view value, view *body)
{
    shg_err err = value_verify(table, key, value, body);
    if (err == SHG_ECORRUPT)
        return corrupt(table, key, "checksum");
    if (err)
        (void)corrupt(table, key, "format version");
    return err;
}

void value_name(char out[VALUE_NAME_LEN], db_table table, view key)
{
    static const char *const names[DB_TABLES] = {"meta",   "articles", "signs", "uris",
                                                 "blocks", "tombs",    "links", "prints"};
    size_t at = (size_t)snprintf(out, VALUE_NAME_LEN, "%s/", names[table]);
    if (table == DB_META) {
        snprintf(out + at, VALUE_NAME_LEN - at, "%.*s", (int)key.len, (const char *)key.p);
        return;
    }
    for (size_t i = 0; i < key.len && at + 3 < VALUE_NAME_LEN; i++)
        at += (size_t)snprintf(out + at, VALUE_NAME_LEN - at, "%02x", key.p[i]);
}

shg_err corrupt(db_table table, view key, const char *what)
{
    char name[VALUE_NAME_LEN];
    value_name(name, table, key);
    log_limited(LOG_ERROR, "SHG-CORRUPT", "%s: %s", name, what);
    return SHG_ECORRUPT;
}

void article_put(buf *b, const article_row *a)
{
    uint8_t head[1 + 5 * VARINT_MOST], *p = head;
    *p++ = (uint8_t)((a->packed ? ARTICLE_PACKED : 0) | (a->uri_inside ? ARTICLE_URI_INSIDE : 0));
    p = varint_put(p, a->version);
    p = varint_put(p, a->record_len);
    p = varint_put(p, a->text_len);
    p = varint_put(p, (uint32_t)a->uri.len);
    if (a->uri_inside)
        p = varint_put(p, a->uri_at);
    buf_add(b, head, (size_t)(p - head));
    if (!a->uri_inside)
        buf_add(b, a->uri.p, a->uri.len);
    buf_add(b, a->payload.p, a->payload.len);
}

// Where the uri stands: before the payload, or in the record, be it packed or not.
static bool find_uri(article_row *a, view left, uint32_t uri_len)
{
    if (a->uri_inside) {
        a->payload = left;
        a->uri.len = uri_len;
        return a->uri_at <= a->record_len && uri_len <= a->record_len - a->uri_at;
    }
    if (uri_len > left.len)
        return false;
    a->uri = (view){left.p, uri_len};
    a->payload = (view){left.p + uri_len, left.len - uri_len};
    return true;
}

shg_err article_parse(view body, article_row *out)
{
    uint32_t uri_len;
    *out = (article_row){0};
    if (body.len == 0 || body.p[0] & ~(ARTICLE_PACKED | ARTICLE_URI_INSIDE))
        return SHG_ECORRUPT;
    view left = {body.p + 1, body.len - 1};
    if (!varint_take(&left, &out->version) || !varint_take(&left, &out->record_len) ||
        !varint_take(&left, &out->text_len) || !varint_take(&left, &uri_len))
        return SHG_ECORRUPT;
    out->packed = (body.p[0] & ARTICLE_PACKED) != 0;
    out->uri_inside = (body.p[0] & ARTICLE_URI_INSIDE) != 0;
    if (out->record_len > ARTICLE_MOST || out->text_len > ARTICLE_MOST)
        return SHG_ECORRUPT;
    if ((out->uri_inside && !varint_take(&left, &out->uri_at)) || !find_uri(out, left, uri_len))
        return SHG_ECORRUPT;
    if (!out->packed && out->payload.len != (uint64_t)out->record_len + out->text_len)
        return SHG_ECORRUPT;
    return SHG_OK;
}

uint64_t print_weight(print p)
{
    uint8_t bytes[8];
    store64(bytes, p.hash << 1 | p.quoted);
    return XXH3_64bits(bytes, sizeof bytes);
}

// A time in 7 bytes; unknown is the least they have.
static uint64_t time_to_56(int64_t ms)
{
    return ms == INT64_MIN ? (uint64_t)1 << 55 : (uint64_t)ms;
}

static int64_t time_of_56(uint64_t x)
{
    int64_t ms = (int64_t)(x << 8) >> 8;
    return ms == INT64_MIN >> 8 ? INT64_MIN : ms;
}

void sign_put(buf *b, const doc_add *a, const uri_key *uri, uint32_t version)
{
    uint64_t weight = 0;
    for (uint32_t i = 0; i < a->n_prints; i++)
        weight += print_weight(a->prints[i]);
    uint8_t head[SIGN_HEAD + 3]; // each number covers what of the one before is not kept
    store64(head, time_to_56(a->published_ms));
    store64(head + 7, time_to_56(a->stored_ms));
    store64(head + 14, a->publisher);
    store64(head + 22, a->content);
    store64(head + 30, a->body);
    store64(head + 38, uri_name(uri));
    store32(head + 46, version);
    store32(head + 50, a->n_words);
    store32(head + 53, a->n_prints);
    store64(head + 56, weight);
    buf_add(b, head, SIGN_HEAD);
    buf_add(b, a->sig->lane, MINHASH_LANES);
}

shg_err sign_parse(view body, sign_row *out)
{
    if (body.len != SIGN_BYTES)
        return SHG_ECORRUPT;
    const uint8_t *p = body.p;
    *out = (sign_row){
        .info = {.published_ms = time_of_56(load64(p)),
                 .stored_ms = time_of_56(load64(p + 7)),
                 .publisher = load64(p + 14),
                 .content = load64(p + 22),
                 .body = load64(p + 30),
                 .version = load32(p + 46),
                 .n_words = load32(p + 50) & 0xffffff},
        .uri = load64(p + 38),
        .n_prints = load32(p + 53) & 0xffffff,
        .weight = load64(p + 56) & WEIGHT_MASK,
        .lanes = p + SIGN_HEAD,
    };
    return SHG_OK;
}

// Each takes the first PRINT_BYTES of eight that are written, the next ones write over the others.
void prints_put(buf *b, const print *prints, size_t n)
{
    enum { SLACK = 8 - PRINT_BYTES };
    size_t quoted = (n + 7) / 8;
    buf_add32(b, (uint32_t)n);
    uint8_t *p = buf_grow(b, n * PRINT_BYTES + quoted + SLACK);
    if (!p)
        return;
    for (size_t i = 0; i < n; i++, p += PRINT_BYTES)
        store64(p, prints[i].hash);
    for (size_t i = 0; i < n; i += 8) {
        unsigned bits = 0;
        for (size_t k = i; k < i + 8 && k < n; k++)
            bits |= (unsigned)prints[k].quoted << (k - i);
        *p++ = (uint8_t)bits;
    }
    b->len += n * PRINT_BYTES + quoted;
}

shg_err prints_parse(view body, prints_row *out)
{
    if (body.len < 4)
        return SHG_ECORRUPT;
    *out = (prints_row){.n = load32(body.p), .prints = body.p + 4};
    uint64_t n = out->n;
    if (body.len - 4 != n * PRINT_BYTES + (n + 7) / 8)
        return SHG_ECORRUPT;
    out->quoted = out->prints + n * PRINT_BYTES;
    return SHG_OK;
}

void uri_put(buf *b, uint32_t version)
{
    buf_add32(b, version);
}

shg_err uri_parse(view body, uint32_t *version)
{
    *version = body.len == 4 ? load32(body.p) : 0;
    return body.len == 4 ? SHG_OK : SHG_ECORRUPT;
}

void uri_hash(view uri, uint64_t seed, uri_key *out)
{
    XXH128_canonical_t c;
    XXH128_canonicalFromHash(&c, XXH3_128bits_withSeed(uri.p, uri.len, seed));
    memcpy(out->b, c.digest, URI_KEY_LEN);
}

void tomb_put(buf *b, const tomb_row *t)
{
    buf_add64(b, (uint64_t)t->deleted_ms);
    buf_add8(b, t->freed);
}

shg_err tomb_parse(view body, tomb_row *out)
{
    if (body.len != 9 || body.p[8] > 1)
        return SHG_ECORRUPT;
    *out = (tomb_row){(int64_t)load64(body.p), body.p[8] == 1};
    return SHG_OK;
}

void counters_put(buf *b, const counters *c)
{
    buf_add32(b, c->next_doc);
    buf_add64(b, c->articles);
    buf_add64(b, c->deleted);
    buf_add64(b, c->merges);
}

shg_err counters_parse(view body, counters *out)
{
    if (body.len != 28)
        return SHG_ECORRUPT;
    *out = (counters){load32(body.p), load64(body.p + 4), load64(body.p + 12), load64(body.p + 20)};
    return out->next_doc <= DOC_MAX ? SHG_OK : SHG_ECORRUPT;
}

shg_err meta_get(db_txn *t, const char *name, view *body)
{
    view key = view_of(name), value;
    shg_err err = db_get(t, DB_META, key, &value);
    return err ? err : value_check(DB_META, key, value, body);
}

shg_err meta_write(db_txn *t, const char *name, view body, buf *scratch)
{
    view key = view_of(name);
    value_begin(scratch);
    buf_add(scratch, body.p, body.len);
    shg_err err = value_end(scratch, DB_META, key);
    return err ? err : db_put(t, DB_META, key, buf_view(scratch));
}
