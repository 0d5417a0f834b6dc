#include "index/bands.h"
#include "index/huge.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PLACES = 10,  // of a line
    LOAD = 24,    // documents a bucket, on average, before a table grows: some lines, so that
                  // few places stay empty (a sixth; a quarter with 14)
    TAG_LOW = 10, // bits of a hash below its tag: the first buckets have as many
    TAG_BITS = 16,
    CHUNK = 256, // lines
    SWEEP = 2,   // buckets of each table looked at for a document that goes
    FETCHED = 5, // lines of a bucket that are asked for before it is split: few have more
};

// A bucket, or one that hangs behind it. Places fill from 0; a free one has DOC_NONE.
typedef struct line {
    uint32_t doc[PLACES];
    uint16_t tag[PLACES];
    uint32_t next; // number of the line with older documents, which is full; or NO_LINE
} line;
#define NO_LINE UINT32_MAX
#define BUCKETS_MOST (1u << (TAG_LOW + TAG_BITS)) // as far as tags tell; 32 documents each, then
static_assert(sizeof(line) == 64, "a cache line");
enum { SLAB = HUGE_PAGE / sizeof(line) };

typedef struct table {
    line **chunk;
    size_t n_chunks, cap;
    uint32_t n_buckets; // 1 << level, and those split off in this round
    uint32_t level;
    uint32_t swept; // next bucket to sweep
    uint64_t n;     // documents in it, the dead included
} table;

struct bands {
    table of[MINHASH_BANDS];
    uint32_t spare; // list of free lines
    size_t n_spare;
    line **slab; // where all lines come from, CHUNK at a time
    size_t n_slabs, slab_cap;
    size_t left; // lines of the last slab that were not given out yet
    size_t ram_bytes;
};

static line *line_at(const table *t, uint32_t bucket)
{
    return &t->chunk[bucket / CHUNK][bucket % CHUNK];
}

// A bijection that spreads the value over all bits (Appleby, MurmurHash3 finaliser).
static uint32_t mix(uint32_t x)
{
    x = (x ^ x >> 16) * 0x85ebca6bu;
    x = (x ^ x >> 13) * 0xc2b2ae35u;
    return x ^ x >> 16;
}

static uint32_t bucket_of(const table *t, uint32_t hash)
{
    uint32_t b = hash & ((2u << t->level) - 1);
    return b < t->n_buckets ? b : hash & ((1u << t->level) - 1);
}

static uint16_t tag_of(uint32_t hash)
{
    return (uint16_t)(hash >> TAG_LOW);
}

// The line of a number: lines are numbered through the slabs.
static line *numbered(const bands *b, uint32_t number)
{
    return &b->slab[number / SLAB][number % SLAB];
}

static void line_clear(line *l)
{
    memset(l->doc, 0xff, sizeof l->doc);
    l->next = NO_LINE;
}

// Room for one more pointer in a list that doubles.
static shg_err widen(line ***list, size_t n, size_t *cap)
{
    if (n < *cap)
        return SHG_OK;
    size_t wider_cap = *cap ? *cap * 2 : 16;
    line **wider = realloc(*list, wider_cap * sizeof *wider);
    if (!wider)
        return SHG_ENOMEM;
    *list = wider;
    *cap = wider_cap;
    return SHG_OK;
}

// CHUNK empty lines; *number is that of the first.
static line *lines_alloc(bands *b, uint32_t *number)
{
    if (b->left == 0) {
        bool room = b->n_slabs < NO_LINE / SLAB && !widen(&b->slab, b->n_slabs, &b->slab_cap);
        line *slab = room ? huge_alloc(HUGE_PAGE) : NULL;
        if (!slab)
            return NULL;
        b->slab[b->n_slabs++] = slab;
        b->left = SLAB;
        b->ram_bytes += HUGE_PAGE;
    }
    *number = (uint32_t)((b->n_slabs - 1) * SLAB + (SLAB - b->left));
    line *l = numbered(b, *number);
    b->left -= CHUNK;
    for (int i = 0; i < CHUNK; i++)
        line_clear(&l[i]);
    return l;
}

static shg_err table_chunk(bands *b, table *t)
{
    uint32_t number;
    line *l = widen(&t->chunk, t->n_chunks, &t->cap) ? NULL : lines_alloc(b, &number);
    if (!l)
        return SHG_ENOMEM;
    t->chunk[t->n_chunks++] = l;
    return SHG_OK;
}

static shg_err spare_chunk(bands *b)
{
    uint32_t number;
    line *l = lines_alloc(b, &number);
    if (!l)
        return SHG_ENOMEM;
    for (uint32_t i = CHUNK; i-- > 0;) {
        l[i].next = b->spare;
        b->spare = number + i;
    }
    b->n_spare += CHUNK;
    return SHG_OK;
}

shg_err bands_new(bands **out)
{
    bands *b = *out = calloc(1, sizeof *b);
    if (!b)
        return SHG_ENOMEM;
    b->spare = NO_LINE;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        b->of[i].level = TAG_LOW;
        b->of[i].n_buckets = 1u << TAG_LOW;
        while (b->of[i].n_chunks * CHUNK < b->of[i].n_buckets) {
            if (table_chunk(b, &b->of[i])) {
                bands_free(b);
                *out = NULL;
                return SHG_ENOMEM;
            }
        }
    }
    return SHG_OK;
}

void bands_free(bands *b)
{
    if (!b)
        return;
    for (int i = 0; i < MINHASH_BANDS; i++)
        free(b->of[i].chunk);
    for (size_t i = 0; i < b->n_slabs; i++)
        free(b->slab[i]);
    free(b->slab);
    free(b);
}

static void count_bucket(table *t)
{
    t->n_buckets++;
    if (t->n_buckets == 2u << t->level)
        t->level++;
}

// Has it too few buckets for n documents?
static bool is_short(const table *t, uint64_t n)
{
    return n > (uint64_t)t->n_buckets * LOAD && t->n_buckets < BUCKETS_MOST;
}

shg_err bands_expect(bands *b, size_t n)
{
    shg_err err = SHG_OK;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        table *t = &b->of[i];
        assert(t->n == 0);
        while (!err && is_short(t, n)) {
            err = t->n_chunks * CHUNK <= t->n_buckets ? table_chunk(b, t) : SHG_OK;
            if (!err)
                count_bucket(t);
        }
    }
    return err;
}

// An added document takes at most one spare line a table. A split takes none: what
// fills k lines fills, dealt to two buckets, at most k + 1, and two of those are there.
shg_err bands_reserve(bands *b, size_t n)
{
    shg_err err = SHG_OK;
    while (!err && b->n_spare < n * MINHASH_BANDS)
        err = spare_chunk(b);
    for (int i = 0; i < MINHASH_BANDS && !err; i++) {
        table *t = &b->of[i];
        uint64_t most = (t->n + n) / LOAD + 1;
        most = most < BUCKETS_MOST ? most : BUCKETS_MOST;
        while (!err && (uint64_t)t->n_chunks * CHUNK <= most)
            err = table_chunk(b, t);
    }
    return err;
}

// A bucket that is being filled: n places of its line are taken.
typedef struct filling {
    line *l;
    int n;
} filling;

static void fill(bands *b, filling *f, uint16_t tag, uint32_t doc)
{
    if (f->n == PLACES) {
        uint32_t number = b->spare;
        assert(number != NO_LINE);
        line *full = numbered(b, number);
        b->spare = full->next;
        b->n_spare--;
        *full = *f->l;
        line_clear(f->l);
        f->l->next = number;
        f->n = 0;
    }
    f->l->tag[f->n] = tag;
    f->l->doc[f->n++] = doc;
}

static void push(bands *b, line *l, uint16_t tag, uint32_t doc)
{
    filling f = {l, 0};
    for (int i = 0; i < PLACES; i++) // without a branch that nobody can foretell
        f.n += l->doc[i] != DOC_NONE;
    fill(b, &f, tag, doc);
}

// The bits of a document's hash that choose among the buckets.
static uint32_t hash_at(uint32_t bucket, uint16_t tag)
{
    return (uint32_t)tag << TAG_LOW | (bucket & ((1u << TAG_LOW) - 1));
}

// Puts the documents of a line that are still there where they now belong: into their old bucket
// or, while it is split, the last one.
static void deal_line(bands *b, table *t, const doc_table *d, filling to[2], uint32_t bucket,
                      const line *from)
{
    for (int i = 0; i < PLACES && from->doc[i] != DOC_NONE; i++) {
        if (!docs_alive(d, from->doc[i])) {
            t->n--;
            continue;
        }
        uint32_t hash = hash_at(bucket, from->tag[i]);
        fill(b, &to[bucket_of(t, hash) != bucket], from->tag[i], from->doc[i]);
    }
}

// Takes a bucket's documents out, oldest first, and deals them anew: after a split,
// and to sweep. Each line is free again before its documents are put elsewhere.
static void deal(bands *b, table *t, const doc_table *d, uint32_t bucket)
{
    line *head = line_at(t, bucket), newest = *head;
    filling to[2] = {{head, 0}, {line_at(t, t->n_buckets - 1), 0}};
    uint32_t old = NO_LINE;
    for (uint32_t n = newest.next, next; n != NO_LINE; n = next) {
        line *l = numbered(b, n);
        next = l->next;
        l->next = old;
        old = n;
    }
    line_clear(head);
    while (old != NO_LINE) {
        line *l = numbered(b, old), from = *l;
        l->next = b->spare;
        b->spare = old;
        b->n_spare++;
        old = from.next;
        deal_line(b, t, d, to, bucket, &from);
    }
    deal_line(b, t, d, to, bucket, &newest);
}

static uint32_t split_next(const table *t)
{
    return t->n_buckets - (1u << t->level);
}

static void split(bands *b, table *t, const doc_table *d)
{
    uint32_t from = split_next(t);
    count_bucket(t);
    deal(b, t, d, from);
}

static bool is_blank(const uint32_t band[MINHASH_BANDS])
{
    uint32_t any = 0;
    for (int i = 0; i < MINHASH_BANDS; i++)
        any |= band[i];
    return any == 0;
}

static void push_all(bands *b, uint32_t doc, const uint32_t band[MINHASH_BANDS])
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        uint32_t hash = mix(band[i]);
        push(b, line_at(&b->of[i], bucket_of(&b->of[i], hash)), tag_of(hash), doc);
        b->of[i].n++;
    }
}

// Asks for a line of the bucket that is split next: FETCHED documents before that for the first
// one, with each of them for the one to which the last one leads.
static void fetch_split(const bands *b, const table *t)
{
    const line *l = line_at(t, split_next(t));
    for (uint64_t n = t->n + FETCHED; is_short(t, n - 1); n--) {
        if (l->next == NO_LINE)
            return;
        l = numbered(b, l->next);
    }
    __builtin_prefetch(l, 1);
}

void bands_fetch(const bands *b, const uint32_t band[MINHASH_BANDS])
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        const table *t = &b->of[i];
        __builtin_prefetch(line_at(t, bucket_of(t, mix(band[i]))), 1);
        if (is_short(t, t->n + FETCHED))
            fetch_split(b, t);
    }
}

void bands_fill(bands *b, uint32_t doc, const uint32_t band[MINHASH_BANDS])
{
    if (is_blank(band))
        return;
    bands_fetch(b, band);
    push_all(b, doc, band);
}

void bands_add(bands *b, const doc_table *d, uint32_t doc, const uint32_t band[MINHASH_BANDS])
{
    if (is_blank(band))
        return;
    push_all(b, doc, band);
    for (int i = 0; i < MINHASH_BANDS; i++)
        if (is_short(&b->of[i], b->of[i].n))
            split(b, &b->of[i], d);
}

void bands_sweep(bands *b, const doc_table *d)
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        table *t = &b->of[i];
        for (int n = 0; n < SWEEP; n++) {
            t->swept = t->swept + 1 < t->n_buckets ? t->swept + 1 : 0;
            if (line_at(t, t->swept)->doc[0] != DOC_NONE)
                deal(b, t, d, t->swept);
        }
    }
}

// Lines come newest first, so that the search may stop at BANDS_MOST: within a line
// the documents ascend.
static void find(const bands *b, unsigned band, const doc_table *d, uint32_t value, uint32_t end,
                 buf *found)
{
    const table *t = &b->of[band];
    uint32_t hash = mix(value);
    uint16_t tag = tag_of(hash);
    const line *l = line_at(t, bucket_of(t, hash));
    for (size_t n = 0; n < BANDS_MOST;) {
        if (l->next != NO_LINE)
            __builtin_prefetch(numbered(b, l->next));
        for (int i = PLACES - 1; i >= 0 && n < BANDS_MOST; i--)
            if (l->tag[i] == tag && l->doc[i] < end && docs_alive(d, l->doc[i])) {
                uint64_t pair = near_of(l->doc[i], band);
                buf_add(found, &pair, sizeof pair);
                n++;
            }
        if (l->next == NO_LINE)
            return;
        l = numbered(b, l->next);
    }
}

static int ascending(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

shg_err bands_near(const bands *b, const doc_table *d, const uint32_t band[MINHASH_BANDS],
                   uint32_t end, buf *found)
{
    if (is_blank(band))
        return SHG_OK;
    const line *first[MINHASH_BANDS];
    for (int i = 0; i < MINHASH_BANDS; i++) {
        first[i] = line_at(&b->of[i], bucket_of(&b->of[i], mix(band[i])));
        __builtin_prefetch(first[i]);
    }
    for (int i = 0; i < MINHASH_BANDS; i++)
        if (first[i]->next != NO_LINE)
            __builtin_prefetch(numbered(b, first[i]->next));
    size_t from = found->len;
    for (unsigned i = 0; i < MINHASH_BANDS; i++)
        find(b, i, d, band[i], end, found);
    if (!buf_err(found) && found->len != from)
        qsort(found->p + from, (found->len - from) / sizeof(uint64_t), sizeof(uint64_t), ascending);
    return buf_err(found);
}

size_t bands_ram(const bands *b)
{
    return b->ram_bytes;
}
