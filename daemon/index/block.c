// block.c - a block of postings: parsed, read as a whole, built.
#include "base/sort.h"
#include "index/segment_inside.h"

#include <assert.h>
#include <stdlib.h>

void block_key(uint8_t key[BLOCK_KEY_LEN], uint32_t segment_id, uint32_t number)
{
    store32be(key, segment_id);
    store32be(key + 4, number);
}

shg_err block_parse(block *out, const segment *s, uint32_t number, view body)
{
    if (body.len < BLOCK_HEAD)
        return SHG_ECORRUPT;
    *out = (block){.n = load32(body.p), .n_long = load32(body.p + 4), .n_docs = load32(body.p + 8)};
    if (body.len != lay_out(out, s, number, body.p))
        return SHG_ECORRUPT;
    for (uint32_t i = 0; i < out->n_long; i++)
        out->long_set |= long_bit(load32(out->longs + (size_t)i * LONG_ENTRY));
    return SHG_OK;
}

// False: its document is outside of the segment.
static bool unpack(flat *out, uint64_t hash, const segment *s, uint64_t packed)
{
    uint64_t doc = s->doc0 + (packed >> 1);
    *out = (flat){hash, (uint32_t)doc, (packed & 1) != 0};
    return doc < s->doc1;
}

static bool read_long(const block *b, const long_list *l, buf *out)
{
    flat *p = (flat *)(void *)buf_grow(out, l->n * sizeof *p);
    bool good = l->hash >> (PRINT_BITS - b->s->block_bits) == b->base >> b->s->bucket_bits;
    for (uint32_t k = 0; p && k < l->n; k++)
        good &= unpack(&p[k], l->hash, b->s, load32(b->docs + 4 * ((size_t)l->first + k)));
    out->len += p ? l->n * sizeof *p : 0;
    return good;
}

// The entries of a bucket to p, where there is room for them; false: one is outside of the segment.
// What stands above a fingerprint's bits is left out, so that it is one of this bucket.
static bool read_bucket(const block *b, uint32_t bucket, uint32_t from, uint32_t to, flat *p)
{
    const segment *s = b->s;
    unsigned low = low_bits(s), width = s->width, bits = low + rest_bits(s);
    uint64_t high = (uint64_t)(b->base + bucket) << rest_bits(s);
    uint64_t all = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    uint64_t mask = ((uint64_t)1 << low) - 1, doc0 = s->doc0, last = 0;
    const uint8_t *e = b->entries + (size_t)from * width;
    for (uint32_t i = from; i < to; i++, e += width) {
        uint64_t x = load64(e) & all, doc = doc0 + ((x & mask) >> 1);
        *p++ = (flat){high | x >> low, (uint32_t)doc, (x & 1) != 0};
        last = doc > last ? doc : last;
    }
    return from == to || last < s->doc1;
}

shg_err block_read(const block *b, buf *out)
{
    bool good = true;
    for (uint32_t i = 0; i < b->n_long; i++) {
        long_list l = long_at(b, i);
        good &= read_long(b, &l, out);
    }
    uint32_t from, to;
    for (uint32_t bucket = 0; bucket >> b->s->bucket_bits == 0; bucket++) {
        bucket_range(b, bucket, &from, &to);
        flat *p = (flat *)(void *)buf_grow(out, (to - from) * sizeof *p);
        if (!p)
            break;
        good &= read_bucket(b, bucket, from, to, p);
        out->len += (to - from) * sizeof *p;
    }
    return good ? buf_err(out) : SHG_ECORRUPT;
}

// A block that is written.
typedef struct building {
    const segment *s;
    uint32_t base;   // number of the first bucket
    uint64_t *entry; // as they will stand: what of a fingerprint the bucket does not tell, and
                     // below it, in low_bits(), the document and `quoted`
    uint32_t *end;   // [buckets]
    buf longs, docs, items;
    uint32_t n, n_long, n_docs;
} building;

static void build_long(building *w, uint64_t hash, const sort_item *p, size_t n)
{
    buf_add32(&w->longs, (uint32_t)hash);
    buf_add8(&w->longs, (uint8_t)(hash >> 32));
    buf_add32(&w->longs, w->n_docs);
    buf_add32(&w->longs, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        buf_add32(&w->docs, p[i].value);
    w->n_long++;
    w->n_docs += (uint32_t)n;
}

// block_build made room for all, and for what is written too much.
static void build_entries(building *w, buf *out, const uint64_t *e, size_t n)
{
    size_t width = w->s->width;
    uint8_t *p = out->p + out->len;
    for (size_t i = 0; i < n; i++)
        store64(p + i * width, e[i]);
    out->len += n * width;
    w->n += (uint32_t)n;
}

// The entries of a bucket by their fingerprints; NULL without memory.
static const sort_item *sort_bucket(building *w, const uint64_t *e, size_t n)
{
    unsigned low = low_bits(w->s);
    sort_item *item = (sort_item *)(void *)buf_grow(&w->items, 2 * n * sizeof *item);
    if (!item)
        return NULL;
    for (size_t i = 0; i < n; i++)
        item[i] = (sort_item){e[i] >> low, (uint32_t)(e[i] & (((uint64_t)1 << low) - 1))};
    sort_items(item, item + n, n, rest_bits(w->s));
    return item;
}

// A bucket that is long enough for a list of its own within it.
static void build_lists(building *w, buf *out, uint32_t bucket, uint64_t *e, size_t n)
{
    uint64_t high = (uint64_t)(w->base + bucket) << rest_bits(w->s);
    const sort_item *p = sort_bucket(w, e, n);
    for (size_t i = 0, run; p && i < n; i += run) {
        for (run = 1; i + run < n && p[i + run].key == p[i].key;)
            run++;
        if (run >= LONG_LIST) {
            build_long(w, high | p[i].key, p + i, run);
            continue;
        }
        for (size_t k = i; k < i + run; k++)
            e[k] = p[k].key << low_bits(w->s) | p[k].value;
        build_entries(w, out, e + i, run);
    }
}

static void build_bucket(building *w, buf *out, uint32_t bucket, uint64_t *e, size_t n)
{
    if (n < LONG_LIST)
        build_entries(w, out, e, n);
    else
        build_lists(w, out, bucket, e, n);
}

// Counting sort by bucket: stable, so that documents go on ascending.
static void sort_buckets(building *w, const flat *p, size_t n)
{
    const segment *s = w->s;
    unsigned rest = rest_bits(s), low = low_bits(s);
    uint64_t buckets = (uint64_t)1 << s->bucket_bits, mask = ((uint64_t)1 << rest) - 1;
    uint32_t *end = w->end, doc0 = s->doc0;
    uint64_t *entry = w->entry;
    for (size_t i = 0; i < n; i++)
        end[p[i].hash >> rest & (buckets - 1)]++;
    for (size_t b = 0, sum = 0; b < buckets; b++) {
        size_t here = end[b];
        end[b] = (uint32_t)sum; // where it begins; after the next loop where it ends
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        entry[end[p[i].hash >> rest & (buckets - 1)]++] =
            (p[i].hash & mask) << low | (uint64_t)(p[i].doc - doc0) << 1 | p[i].quoted;
}

static void build_ends(const building *w, buf *out)
{
    size_t buckets = (size_t)1 << w->s->bucket_bits, width = end_width(w->n);
    uint8_t *p = buf_grow(out, buckets * width);
    for (size_t b = 0; p && b < buckets; b++) {
        if (width == 2)
            store16(p + 2 * b, (uint16_t)w->end[b]);
        else
            store32(p + 4 * b, w->end[b]);
    }
    out->len += p ? buckets * width : 0;
}

static void build_all(building *w, buf *out, size_t n)
{
    static const uint8_t zeros[BLOCK_HEAD];
    size_t buckets = (size_t)1 << w->s->bucket_bits, head = out->len, at = 0;
    buf_add(out, zeros, BLOCK_HEAD);
    if (!buf_grow(out, n * w->s->width + sizeof(uint64_t)))
        return;
    for (size_t b = 0; b < buckets; b++) {
        size_t end = w->end[b];
        build_bucket(w, out, (uint32_t)b, w->entry + at, end - at);
        w->end[b] = w->n;
        at = end;
    }
    build_ends(w, out);
    buf_add(out, w->longs.p, w->longs.len);
    buf_add(out, w->docs.p, w->docs.len);
    buf_add(out, zeros, BLOCK_TAIL);
    if (buf_err(out))
        return;
    store32(out->p + head, w->n);
    store32(out->p + head + 4, w->n_long);
    store32(out->p + head + 8, w->n_docs);
}

shg_err block_build(buf *out, const segment *s, uint32_t number, const flat *p, size_t n)
{
    building w = {.s = s, .base = number << s->bucket_bits};
    assert(n == 0 || (p[0].hash >> (PRINT_BITS - s->block_bits)) == number);
    w.entry = malloc((n + 1) * sizeof *w.entry);
    w.end = calloc((size_t)1 << s->bucket_bits, sizeof *w.end);
    shg_err err = w.entry && w.end && n < UINT32_MAX ? SHG_OK : SHG_ENOMEM;
    if (!err) {
        sort_buckets(&w, p, n);
        build_all(&w, out, n);
        err = buf_err(out);
    }
    if (!err)
        err = buf_err(&w.longs) ? buf_err(&w.longs) : buf_err(&w.docs);
    if (!err)
        err = buf_err(&w.items);
    free(w.entry);
    free(w.end);
    buf_fini(&w.longs);
    buf_fini(&w.docs);
    buf_fini(&w.items);
    return err;
}
