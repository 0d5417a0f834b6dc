// lookup.c - postings of many fingerprints found in the blocks of a segment.
#include "index/segment_inside.h"

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

// Each bucket's at once, its long lists (which ascend) too: others may be reading.
void segment_hint(const segment *s, const block *b)
{
    unsigned low = low_bits(s);
    uint32_t from, to, l = 0;
    for (uint32_t bucket = 0; bucket >> s->bucket_bits == 0; bucket++) {
        uint32_t has = 0;
        bucket_range(b, bucket, &from, &to);
        const uint8_t *e = b->entries + (size_t)from * s->width;
        for (uint32_t i = from; i < to; i++, e += s->width)
            has |= hint_bits(load64(e) >> low);
        for (; l < b->n_long && bucket_number(s, long_at(b, l).hash) == bucket; l++)
            has |= hint_bits(long_at(b, l).hash);
        atomic_store_explicit(&s->hint[b->base + bucket], ~has, memory_order_relaxed);
    }
}

static shg_err open_block(const segment *s, db_txn *t, uint32_t number, block *out)
{
    uint8_t k[BLOCK_KEY_LEN];
    view key = {k, sizeof k}, value, body;
    const block_seen *seen = &s->verified[number];
    bool lasting, whole = atomic_load_explicit(&seen->body, memory_order_relaxed) != 0;
    block_key(k, s->id, number);
    shg_err err = db_get_lasting(t, DB_BLOCKS, key, &value, &lasting);
    if (err)
        return err == SHG_ENOTFOUND ? corrupt(DB_BLOCKS, key, "missing") : err;
    if (whole) {
        body = value_body(value);
    } else {
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
        if (!err) // not by a question that is the first to read a block
            segment_hint(s, &b);
    }
    return SHG_OK;
}

// Memory is far away: places are fetched for a whole batch before any is looked at.
enum { BATCH = 64, LINE = 64 };
typedef struct probe {
    block b;
    uint64_t want;
    uint32_t bucket, from, to; // entries [from, to)
} probe;

static inline uint64_t bucket_of(const segment *s, uint64_t want) // of those of all blocks
{
    return want_hash(want) >> rest_bits(s);
}

// Leaves out what the segment is known to lack: most of what is asked for. Each page of a block
// that is touched costs a miss of the TLB, and where the store is larger than memory a read.
static size_t keep_likely(const segment *s, const uint64_t *wants, size_t n, uint64_t *likely)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(&s->hint[bucket_of(s, wants[i])]);
    for (size_t i = 0; i < n; i++) {
        const bucket_hint *hint = &s->hint[bucket_of(s, wants[i])];
        uint32_t lacks = atomic_load_explicit(hint, memory_order_relaxed);
        likely[kept] = wants[i];
        kept += !(lacks & hint_bits(want_hash(wants[i])));
    }
    return kept;
}

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

static void scan_batch(probe *p, size_t n, hits *h)
{
    for (size_t i = 0; i < n; i++)
        fetch_entries(&p[i]);
    for (size_t i = 0; i < n; i++) {
        long_list l;
        uint64_t hash = want_hash(p[i].want);
        if (find_long(&p[i].b, hash, &l))
            scan_long(&p[i].b, &l, want_which(p[i].want), h);
        else
            scan_bucket(&p[i].b, p[i].from, p[i].to, hash, want_which(p[i].want), h);
    }
}

static shg_err look_up_batch(const segment *s, db_txn *t, const uint64_t *wants, size_t n, hits *h)
{
    probe p[BATCH];
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = want_hash(wants[i]);
        uint32_t at = (uint32_t)(hash >> (PRINT_BITS - s->block_bits));
        shg_err err = seen_block(s, at, &p[k].b) ? SHG_OK : open_block(s, t, at, &p[k].b);
        if (err == SHG_ECORRUPT) { // which the log tells; what is whole is found
            h->lost++;
            continue;
        }
        if (err)
            return err;
        p[k].want = wants[i];
        p[k].bucket = bucket_number(s, hash);
        __builtin_prefetch(p[k].b.ends + end_width(p[k].b.n) * p[k].bucket);
        k++;
    }
    scan_batch(p, k, h);
    return SHG_OK;
}

shg_err segment_lookup(const segment *s, db_txn *t, const uint64_t *wants, size_t n, hits *h)
{
    uint64_t likely[BATCH];
    shg_err err = SHG_OK;
    for (size_t i = 0; s->n && i < n && !err; i += BATCH) {
        size_t most = n - i < BATCH ? n - i : BATCH;
        size_t k = keep_likely(s, wants + i, most, likely);
        err = look_up_batch(s, t, likely, k, h);
    }
    return err ? err : buf_err(&h->found);
}
