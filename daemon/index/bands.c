#include "index/bands.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PLACES = 14,    // of a line
    LOAD = 96,      // documents a bucket, on average, before a table grows: few places stay empty
    HASH_BITS = 26, // of a band's hash: those below a bucket's level are its number
    LEVEL_LEAST = 10,
    LEVEL_MOST = 25,
    CHUNK = 256,     // lines
    AHEAD = 24,      // lines that are on their way at once
    SWEEP_EVERY = 4, // documents that go, before a bucket of each table is looked at: some 2 %
                     // of those in it are dead, then
};

// A bucket, or a line that hangs behind it. Places fill from 0 with ascending documents; a free
// one has FREE. One that is taken has the hash without the bits that its bucket tells, and
// below it, in the offset_bits() that are left, how far the document is from the line's first.
typedef struct line {
    uint32_t place[PLACES];
    uint32_t first; // document, of a line that is not empty
    uint32_t next;  // number of the line with older documents; or NO_LINE
} line;
#define FREE UINT32_MAX // no place's: its offset is one more than an offset may be
#define NO_LINE UINT32_MAX
#define BUCKETS_MOST (1u << LEVEL_MOST)
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
    huge_stock *stock; // where slabs come from; or NULL
    table of[MINHASH_BANDS];
    uint32_t spare; // list of free lines
    size_t n_spare;
    uint64_t gone;   // documents, of which bands_sweep was told
    size_t promised; // of the spare lines: to documents that bands_reserve made room for
    line **slab;     // where all lines come from, CHUNK at a time
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

// The bits of a hash that are a bucket's number.
static unsigned level_of(const table *t, uint32_t bucket)
{
    uint32_t in_round = 1u << t->level;
    return t->level + (bucket >= in_round || bucket < t->n_buckets - in_round);
}

static unsigned offset_bits(unsigned level)
{
    return 32 - HASH_BITS + level;
}

// A place at offset 0.
static uint32_t place_of(uint32_t hash, unsigned level)
{
    return (hash & ((1u << HASH_BITS) - 1)) >> level << offset_bits(level);
}

// The line of a number: lines are numbered through the slabs.
static line *numbered(const bands *b, uint32_t number)
{
    return &b->slab[number / SLAB][number % SLAB];
}

static void line_clear(line *l)
{
    memset(l->place, 0xff, sizeof l->place);
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
        line *slab = room ? huge_take(b->stock) : NULL;
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

shg_err bands_new(bands **out, huge_stock *stock)
{
    bands *b = *out = calloc(1, sizeof *b);
    if (!b)
        return SHG_ENOMEM;
    b->stock = stock;
    b->spare = NO_LINE;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        b->of[i].level = LEVEL_LEAST;
        b->of[i].n_buckets = 1u << LEVEL_LEAST;
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

// An added document takes at most one spare line a table.
shg_err bands_reserve(bands *b, size_t n)
{
    shg_err err = SHG_OK;
    b->promised = n * MINHASH_BANDS;
    while (!err && b->n_spare < b->promised + CHUNK)
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
    unsigned level;
    int n;
} filling;

static filling filling_of(const table *t, line *l, uint32_t bucket)
{
    return (filling){l, level_of(t, bucket), 0};
}

// A line is full too where the document is too far from its first.
static bool is_full(const filling *f, uint32_t doc)
{
    return f->n == PLACES || (f->n && doc - f->l->first >= (1u << offset_bits(f->level)) - 1);
}

static void fill(bands *b, filling *f, uint32_t hash, uint32_t doc)
{
    if (is_full(f, doc)) {
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
    if (f->n == 0)
        f->l->first = doc;
    f->l->place[f->n++] = place_of(hash, f->level) | (doc - f->l->first);
}

static void push(bands *b, table *t, uint32_t hash, uint32_t doc)
{
    uint32_t bucket = bucket_of(t, hash);
    filling f = filling_of(t, line_at(t, bucket), bucket);
    for (int i = 0; i < PLACES; i++) // without a branch that nobody can foretell
        f.n += f.l->place[i] != FREE;
    fill(b, &f, hash, doc);
    t->n++;
}

// A bucket that is dealt anew: those of its documents that are there go, by their hashes, to it
// or, while it is split, to the last one.
typedef struct dealt {
    uint32_t bucket;
    unsigned level; // of its lines
    filling to[2];
} dealt;

static void deal_line(bands *b, table *t, const doc_table *d, dealt *x, const line *from)
{
    unsigned bits = offset_bits(x->level);
    for (int i = 0; i < PLACES && from->place[i] != FREE; i++) {
        uint32_t doc = from->first + (from->place[i] & ((1u << bits) - 1));
        uint32_t hash = from->place[i] >> bits << x->level | x->bucket;
        if (docs_alive(d, doc))
            fill(b, &x->to[bucket_of(t, hash) != x->bucket], hash, doc);
        else
            t->n--;
    }
}

// Takes a bucket's documents out, oldest first, and deals them: after a split, and to sweep. Each
// line is free again before its documents are put elsewhere.
static void deal(bands *b, table *t, const doc_table *d, dealt *x)
{
    line *head = x->to[0].l, newest = *head;
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
        deal_line(b, t, d, x, &from);
    }
    deal_line(b, t, d, x, &newest);
}

static uint32_t split_next(const table *t)
{
    return t->n_buckets - (1u << t->level);
}

// What fills k lines fills, dealt to two buckets, at most k + 1, and two of those are there. But
// where lines end for a document that is too far, it may be 2 k.
static bool split_fits(bands *b, const line *head)
{
    size_t need = b->promised;
    for (uint32_t n = head->next; n != NO_LINE; n = numbered(b, n)->next)
        need++;
    while (b->n_spare < need)
        if (spare_chunk(b))
            return false;
    return true;
}

// Asks for all lines of the buckets that are split now: the tables grow at the same documents, and
// each list's next line comes while those of the others do.
static void fetch_splits(const bands *b)
{
    const line *at[MINHASH_BANDS];
    size_t left = 0;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        const table *t = &b->of[i];
        if (!is_short(t, t->n))
            continue;
        at[left] = line_at(t, split_next(t));
        __builtin_prefetch(at[left++], 1);
        __builtin_prefetch(line_at(t, t->n_buckets), 1);
    }
    while (left) {
        size_t kept = 0;
        for (size_t k = 0; k < left; k++) {
            if (at[k]->next == NO_LINE)
                continue;
            at[kept] = numbered(b, at[k]->next);
            __builtin_prefetch(at[kept++], 1);
        }
        left = kept;
    }
}

// Without memory a table waits with its next bucket.
static void split(bands *b, table *t, const doc_table *d)
{
    uint32_t from = split_next(t), last = t->n_buckets;
    line *head = line_at(t, from);
    if (!split_fits(b, head))
        return;
    dealt x = {.bucket = from, .level = level_of(t, from)};
    count_bucket(t);
    x.to[0] = filling_of(t, head, from);
    x.to[1] = filling_of(t, line_at(t, last), last);
    deal(b, t, d, &x);
}

static bool is_blank(const uint32_t band[MINHASH_BANDS])
{
    uint32_t any = 0;
    for (int i = 0; i < MINHASH_BANDS; i++)
        any |= band[i];
    return any == 0;
}

void bands_fetch(const bands *b, const uint32_t band[MINHASH_BANDS])
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        const table *t = &b->of[i];
        __builtin_prefetch(line_at(t, bucket_of(t, mix(band[i]))), 1);
    }
}

// Table by table: a table's lines then come from the memory side by side.
void bands_fill(bands *b, const bands_of *x, size_t n)
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        table *t = &b->of[i];
        for (size_t k = 0; k < n; k++) {
            if (k + AHEAD < n)
                __builtin_prefetch(line_at(t, bucket_of(t, mix(x[k + AHEAD].band[i]))), 1);
            if (!is_blank(x[k].band))
                push(b, t, mix(x[k].band[i]), x[k].doc);
        }
    }
}

void bands_add(bands *b, const doc_table *d, uint32_t doc, const uint32_t band[MINHASH_BANDS])
{
    if (is_blank(band))
        return;
    for (int i = 0; i < MINHASH_BANDS; i++)
        push(b, &b->of[i], mix(band[i]), doc);
    b->promised -= b->promised < MINHASH_BANDS ? b->promised : MINHASH_BANDS;
    fetch_splits(b);
    for (int i = 0; i < MINHASH_BANDS; i++)
        if (is_short(&b->of[i], b->of[i].n))
            split(b, &b->of[i], d);
}

void bands_sweep(bands *b, const doc_table *d)
{
    if (++b->gone % SWEEP_EVERY)
        return;
    for (int i = 0; i < MINHASH_BANDS; i++) {
        table *t = &b->of[i];
        t->swept = t->swept + 1 < t->n_buckets ? t->swept + 1 : 0;
        line *head = line_at(t, t->swept);
        if (head->place[0] == FREE)
            continue;
        filling f = filling_of(t, head, t->swept);
        deal(b, t, d, &(dealt){t->swept, f.level, {f}});
    }
}

// A search in one table.
typedef struct search {
    const line *l;  // that is looked at next; NULL: at the end
    uint32_t place; // at offset 0
    unsigned bits;  // of an offset
    unsigned n_found;
} search;

static search begin(const table *t, uint32_t value)
{
    uint32_t hash = mix(value), bucket = bucket_of(t, hash);
    unsigned level = level_of(t, bucket);
    const line *l = line_at(t, bucket);
    __builtin_prefetch(l);
    return (search){l, place_of(hash, level), offset_bits(level), 0};
}

// Is any place that is taken, or free, like the one that is sought?
static bool may_have(const search *s)
{
    uint32_t any = 0, end = 1u << s->bits;
    for (int i = 0; i < PLACES; i++) // without a branch: all at once
        any |= (s->l->place[i] ^ s->place) < end;
    return any;
}

// Lines come newest first, so that the search may stop at BANDS_MOST: within a line
// the documents ascend.
static void look(search *s, unsigned band, const doc_table *d, uint32_t end, buf *found)
{
    for (int i = PLACES - 1; i >= 0 && s->n_found < BANDS_MOST; i--) {
        uint32_t offset = s->l->place[i] ^ s->place, doc = s->l->first + offset;
        if (offset >> s->bits || s->l->place[i] == FREE || doc >= end || !docs_alive(d, doc))
            continue;
        uint64_t pair = near_of(doc, band);
        buf_add(found, &pair, sizeof pair);
        s->n_found++;
    }
}

// Looks at one line; false at the last.
static bool step(const bands *b, search *s, unsigned band, const doc_table *d, uint32_t end,
                 buf *found)
{
    const line *next = s->l->next == NO_LINE ? NULL : numbered(b, s->l->next);
    __builtin_prefetch(next);
    if (may_have(s))
        look(s, band, d, end, found);
    s->l = s->n_found < BANDS_MOST ? next : NULL;
    return s->l != NULL;
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
    search s[MINHASH_BANDS];
    for (int i = 0; i < MINHASH_BANDS; i++)
        s[i] = begin(&b->of[i], band[i]);
    size_t from = found->len;
    for (unsigned left = MINHASH_BANDS; left;) { // a line of each, while the next ones come
        left = 0;
        for (unsigned i = 0; i < MINHASH_BANDS; i++)
            left += s[i].l && step(b, &s[i], i, d, end, found);
    }
    if (!buf_err(found) && found->len != from)
        qsort(found->p + from, (found->len - from) / sizeof(uint64_t), sizeof(uint64_t), ascending);
    return buf_err(found);
}

size_t bands_ram(const bands *b)
{
    return b->ram_bytes;
}
