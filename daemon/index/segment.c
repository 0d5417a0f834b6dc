#include "index/segment.h"
#include "base/sort.h"
#include "sketch/winnow.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PER_BUCKET = 16,  // postings of a bucket, on average
    BLOCK_HEAD = 12,  // postings in buckets, long lists, postings in them
    BLOCK_TAIL = 8,   // zeros: entries are loaded 8 bytes at a time
    LONG_ENTRY = 13,  // fingerprint, first document, how many
    SEGMENT_ROW = 30, // in DB_META
    CHOSEN_MOST = 30, // bits of a fingerprint that choose its bucket in all blocks
};

static unsigned bits_for(uint64_t n) // least b with n <= 1 << b
{
    unsigned b = 0;
    while (b < 63 && n > (uint64_t)1 << b)
        b++;
    return b;
}

// Fills in what follows from the others; false: they make no sense.
static bool derive(segment *s)
{
    unsigned q = s->block_bits + s->bucket_bits;
    if (s->doc1 < s->doc0 || s->block_bits > BLOCK_BITS_MOST || s->bucket_bits > BUCKET_BITS_MOST ||
        q > CHOSEN_MOST)
        return false;
    s->doc_bits = bits_for(s->doc1 - s->doc0);
    s->width = (PRINT_BITS - q + s->doc_bits + 1 + 7) / 8;
    return s->width <= 8;
}

void segment_shape(segment *s, uint64_t n, size_t block_bytes)
{
    unsigned q = bits_for(n / PER_BUCKET);
    unsigned doc_bits = bits_for(s->doc1 - s->doc0);
    unsigned least = doc_bits + 1 + PRINT_BITS > 64 ? doc_bits + 1 + PRINT_BITS - 64 : 0;
    q = q < least ? least : q;
    q = q > CHOSEN_MOST ? CHOSEN_MOST : q;
    uint64_t bytes = n * ((PRINT_BITS - q + doc_bits + 8) / 8);
    s->block_bits = bits_for(bytes / block_bytes);
    if (s->block_bits > q)
        s->block_bits = q;
    if (s->block_bits > BLOCK_BITS_MOST)
        s->block_bits = BLOCK_BITS_MOST;
    s->bucket_bits = q - s->block_bits;
    bool good = derive(s);
    assert(good);
    (void)good;
}

shg_err segment_alloc(segment *s)
{
    s->verified = calloc(segment_blocks(s) + 1, sizeof *s->verified);
    return s->verified ? SHG_OK : SHG_ENOMEM;
}

void segment_written(segment *s)
{
    for (uint32_t i = 0; i < segment_blocks(s); i++)
        atomic_store_explicit(&s->verified[i].body, BLOCK_WHOLE, memory_order_relaxed);
    s->looked_through = segment_blocks(s);
}

void segments_put(buf *b, const segments *s)
{
    buf_add32(b, s->next_id);
    buf_add32(b, (uint32_t)s->n);
    for (size_t i = 0; i < s->n; i++) {
        const segment *x = &s->s[i];
        buf_add32(b, x->id);
        buf_add32(b, x->level);
        buf_add32(b, x->doc0);
        buf_add32(b, x->doc1);
        buf_add32(b, x->n_docs);
        buf_add64(b, x->n);
        buf_add8(b, (uint8_t)x->block_bits);
        buf_add8(b, (uint8_t)x->bucket_bits);
    }
}

static shg_err parse_one(const uint8_t *p, segment *out, uint32_t doc0)
{
    *out = (segment){.id = load32(p),
                     .level = load32(p + 4),
                     .doc0 = load32(p + 8),
                     .doc1 = load32(p + 12),
                     .n_docs = load32(p + 16),
                     .n = load64(p + 20),
                     .block_bits = p[28],
                     .bucket_bits = p[29]};
    if (!derive(out) || out->doc0 != doc0 || out->doc1 > DOC_MAX)
        return SHG_ECORRUPT;
    return segment_alloc(out);
}

shg_err segments_parse(view body, segments *out)
{
    *out = (segments){0};
    if (body.len < 8 || (body.len - 8) / SEGMENT_ROW != load32(body.p + 4) ||
        (body.len - 8) % SEGMENT_ROW != 0)
        return SHG_ECORRUPT;
    out->next_id = load32(body.p);
    size_t n = load32(body.p + 4);
    out->s = calloc(n + 1, sizeof *out->s);
    shg_err err = out->s ? SHG_OK : SHG_ENOMEM;
    while (out->n < n && !err) {
        err = parse_one(body.p + 8 + out->n * SEGMENT_ROW, &out->s[out->n], segments_end(out));
        out->n++;
    }
    if (err)
        segments_fini(out);
    return err;
}

void segments_fini(segments *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->s[i].verified);
    free(s->s);
    *s = (segments){0};
}

void block_key(uint8_t key[BLOCK_KEY_LEN], uint32_t segment_id, uint32_t number)
{
    store32be(key, segment_id);
    store32be(key + 4, number);
}

static uint32_t bucket_number(const segment *s, uint64_t hash)
{
    uint64_t q = hash >> (PRINT_BITS - s->block_bits - s->bucket_bits);
    return (uint32_t)(q & (((uint64_t)1 << s->bucket_bits) - 1));
}

static unsigned rest_bits(const segment *s)
{
    return PRINT_BITS - s->block_bits - s->bucket_bits;
}

static unsigned low_bits(const segment *s)
{
    return s->doc_bits + 1;
}

// Bytes of a bucket's end in a block of n postings.
static size_t end_width(uint32_t n)
{
    return n <= UINT16_MAX ? 2 : 4;
}

static uint32_t end_at(const block *b, uint32_t bucket)
{
    return b->n <= UINT16_MAX ? load16(b->ends + 2 * (size_t)bucket)
                              : load32(b->ends + 4 * (size_t)bucket);
}

static uint64_t long_bit(uint64_t hash)
{
    return (uint64_t)1 << hash % 64;
}

// Where the parts of a block of known counts stand; its length.
static size_t lay_out(block *b, const segment *s, uint32_t number, const uint8_t *body)
{
    b->s = s;
    b->base = number << s->bucket_bits;
    b->entries = body + BLOCK_HEAD;
    b->ends = b->entries + (size_t)b->n * s->width;
    b->longs = b->ends + (end_width(b->n) << s->bucket_bits);
    b->docs = b->longs + (size_t)b->n_long * LONG_ENTRY;
    return (size_t)(b->docs - body) + (size_t)b->n_docs * 4 + BLOCK_TAIL;
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

// The entries of a bucket, [*from, *to): empty where the block makes no sense.
static void bucket_range(const block *b, uint32_t bucket, uint32_t *from, uint32_t *to)
{
    *from = bucket ? end_at(b, bucket - 1) : 0;
    *to = end_at(b, bucket);
    if (*from > *to || *to > b->n)
        *from = *to = 0;
}

typedef struct long_list {
    uint64_t hash;
    uint32_t first, n;
} long_list;

// The i-th long list, never outside of the block.
static long_list long_at(const block *b, uint32_t i)
{
    const uint8_t *p = b->longs + (size_t)i * LONG_ENTRY;
    long_list l = {(uint64_t)load32(p) | (uint64_t)p[4] << 32, load32(p + 5), load32(p + 9)};
    if (l.first > b->n_docs || l.n > b->n_docs - l.first)
        l.first = l.n = 0;
    return l;
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

static bool find_long(const block *b, uint64_t hash, long_list *out)
{
    uint32_t from = 0, to = b->long_set & long_bit(hash) ? b->n_long : 0;
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        *out = long_at(b, mid);
        if (out->hash == hash)
            return true;
        if (out->hash < hash)
            from = mid + 1;
        else
            to = mid;
    }
    return false;
}

static void scan_long(const block *b, const long_list *l, uint32_t which, hits *h)
{
    h->total[which] += l->n;
    for (uint32_t i = 0; i < l->n; i++) {
        uint32_t x = load32(b->docs + 4 * ((size_t)l->first + i));
        if (!hits_add(h, which, b->s->doc0 + (x >> 1), (x & 1) != 0))
            return;
    }
}

static void scan_bucket(const block *b, uint32_t from, uint32_t to, uint64_t hash, uint32_t which,
                        hits *h)
{
    const segment *s = b->s;
    unsigned low = low_bits(s);
    uint64_t doc_mask = ((uint64_t)1 << s->doc_bits) - 1;
    uint64_t all = s->width == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * s->width) - 1;
    uint64_t want = (hash & (((uint64_t)1 << rest_bits(s)) - 1)) << low;
    uint64_t mask = all >> low << low; // of an entry: the bits that a fingerprint decides
    const uint8_t *end = b->entries + (size_t)to * s->width;
    for (const uint8_t *p = b->entries + (size_t)from * s->width; p < end; p += s->width) {
        uint64_t e = load64(p);
        if ((e ^ want) & mask)
            continue;
        h->total[which]++;
        (void)hits_add(h, which, s->doc0 + (uint32_t)(e >> 1 & doc_mask), (e & 1) != 0);
    }
}

// seen_block gives a block that was opened before and stands where it stood.
static bool seen_block(const segment *s, uint32_t number, block *out)
{
    const block_seen *seen = &s->verified[number];
    uintptr_t body = atomic_load_explicit(&seen->body, memory_order_acquire);
    if (body <= BLOCK_WHOLE)
        return false;
    uint64_t n = atomic_load_explicit(&seen->n, memory_order_relaxed);
    out->n = (uint32_t)n;
    out->n_long = (uint32_t)(n >> 32);
    out->n_docs = (uint32_t)atomic_load_explicit(&seen->n_docs, memory_order_relaxed);
    out->long_set = atomic_load_explicit(&seen->long_set, memory_order_relaxed);
    (void)lay_out(out, s, number, (const uint8_t *)body);
    return true;
}

static void note_seen(const segment *s, uint32_t number, const block *b, bool lasting)
{
    block_seen *seen = &s->verified[number];
    atomic_store_explicit(&seen->n, b->n | (uint64_t)b->n_long << 32, memory_order_relaxed);
    atomic_store_explicit(&seen->n_docs, b->n_docs, memory_order_relaxed);
    atomic_store_explicit(&seen->long_set, b->long_set, memory_order_relaxed);
    atomic_store_explicit(&seen->body, lasting ? (uintptr_t)(b->entries - BLOCK_HEAD) : BLOCK_WHOLE,
                          memory_order_release);
}

static shg_err open_block(const segment *s, db_txn *t, uint32_t number, block *out)
{
    uint8_t k[BLOCK_KEY_LEN];
    view key = {k, sizeof k}, value, body;
    bool lasting,
        whole = atomic_load_explicit(&s->verified[number].body, memory_order_relaxed) != 0;
    block_key(k, s->id, number);
    shg_err err = db_get_lasting(t, DB_BLOCKS, key, &value, &lasting);
    if (err)
        return err == SHG_ENOTFOUND ? corrupt(DB_BLOCKS, key, "missing") : err;
    if (whole)
        body = value_body(value);
    else {
        db_will_read(value);
        err = value_check(DB_BLOCKS, key, value, &body);
    }
    if (err)
        return err;
    err = block_parse(out, s, number, body);
    if (err)
        return corrupt(DB_BLOCKS, key, "shape");
    if (!whole || lasting)
        note_seen(s, number, out, lasting);
    return SHG_OK;
}

shg_err segment_check(segment *s, db_txn *t, uint32_t most)
{
    block b;
    for (; most-- > 0 && s->looked_through < segment_blocks(s); s->looked_through++) {
        shg_err err = open_block(s, t, s->looked_through, &b);
        if (err && err != SHG_ECORRUPT)
            return err;
    }
    return SHG_OK;
}

// Memory is far away: places are fetched for a whole batch before any is looked at.
enum { BATCH = 64, LINE = 64 };
typedef struct probe {
    block b;
    uint32_t bucket, from, to;
} probe;

// Nobody comes back to them soon: they are not to throw out what is used again.
static void fetch_entries(probe *p)
{
    enum { ONCE = 0 };
    size_t width = p->b.s->width;
    bucket_range(&p->b, p->bucket, &p->from, &p->to);
    const uint8_t *e = p->b.entries + p->from * width, *end = p->b.entries + p->to * width;
    for (int lines = 0; lines < 4 && e < end; lines++, e += LINE)
        __builtin_prefetch(e, 0, ONCE);
    __builtin_prefetch(end - 1, 0, ONCE);
}

static void scan_batch(probe *p, const uint64_t *wants, size_t n, hits *h)
{
    for (size_t i = 0; i < n; i++)
        fetch_entries(&p[i]);
    for (size_t i = 0; i < n; i++) {
        long_list l;
        uint64_t hash = want_hash(wants[i]);
        if (find_long(&p[i].b, hash, &l))
            scan_long(&p[i].b, &l, want_which(wants[i]), h);
        else
            scan_bucket(&p[i].b, p[i].from, p[i].to, hash, want_which(wants[i]), h);
    }
}

shg_err segment_lookup(const segment *s, db_txn *t, const uint64_t *wants, size_t n, hits *h)
{
    probe p[BATCH];
    if (s->n == 0)
        return SHG_OK;
    for (size_t i = 0; i < n;) {
        size_t k = 0;
        bool lost = false;
        for (; k < BATCH && i + k < n; k++) {
            uint64_t hash = want_hash(wants[i + k]);
            uint32_t at = (uint32_t)(hash >> (PRINT_BITS - s->block_bits));
            shg_err err = seen_block(s, at, &p[k].b) ? SHG_OK : open_block(s, t, at, &p[k].b);
            lost = err == SHG_ECORRUPT; // which the log tells; what is whole is found
            if (lost)
                break;
            if (err)
                return err;
            p[k].bucket = bucket_number(s, hash);
            __builtin_prefetch(p[k].b.ends + end_width(p[k].b.n) * p[k].bucket);
        }
        scan_batch(p, wants + i, k, h);
        i += k + lost;
        h->lost += lost;
    }
    return buf_err(&h->found);
}
