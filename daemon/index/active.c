#include "index/active.h"
#include "sketch/winnow.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PLACES = 7,     // of a chunk
    LOW_BITS = 32,  // of a fingerprint, which a chunk holds; its bucket tells the others
    BITS_LEAST = 8, // of the number of a bucket: PRINT_BITS - LOW_BITS
    BITS_MOST = 20, // 8 MB
    PER_DOC = 2,    // buckets for a document: some fifty postings each, then, when they are sealed
    AHEAD = 24,     // postings whose lines are on their way at once: about what a core can wait for
    FAR_AHEAD = 56, // postings whose buckets are, so that theirs can be asked for
    BEGUN_AHEAD = 8,  // chunks that are on their way before they are begun
    TOGETHER = 64,    // lists that are read at once
    CHUNKS_KEPT = 16, // of a bucket, for the next one: twice as many as it mostly has
    PLACE_BITS = 3,   // of a place within its chunk
};
#define NIL UINT32_MAX
#define NO_PLACE PLACES // end of an empty bucket: chunk 0 is given to none
#define CHUNKS_MOST (NIL >> PLACE_BITS)
static_assert(BITS_LEAST + LOW_BITS == PRINT_BITS, "bucket and chunk tell a fingerprint");

// A line of memory. Places fill from 0.
typedef struct chunk {
    uint32_t low[PLACES]; // of the fingerprint
    uint32_t next;        // number of the chunk that follows in the bucket's list; or NIL
    uint32_t doc[PLACES]; // << 1 | quoted
    uint32_t unused;
} chunk;
static_assert(sizeof(chunk) == 64 && PLACES + 1 == 1 << PLACE_BITS, "a line");
enum { SLAB = HUGE_PAGE / sizeof(chunk) };

// Chunks are numbered through the slabs. The next free place of a bucket is
// end[b] = chunk << PLACE_BITS | place, place PLACES where it has to begin a new chunk.
struct active {
    huge_stock *stock; // where slabs come from; or NULL
    chunk **slab;
    size_t n_slabs, cap;
    uint32_t n_chunks; // given out, and chunk 0
    unsigned bits;
    uint32_t *first, *end; // [1 << bits]
    size_t n;
    uint32_t doc0, doc1;
};

static size_t buckets_of(const active *a)
{
    return (size_t)1 << a->bits;
}

shg_err active_new(active **out, huge_stock *stock, uint32_t doc0, unsigned docs_expected)
{
    active *a = *out = calloc(1, sizeof *a);
    if (!a)
        return SHG_ENOMEM;
    a->stock = stock;
    a->bits = BITS_LEAST;
    while (a->bits < BITS_MOST && buckets_of(a) < (size_t)docs_expected * PER_DOC)
        a->bits++;
    a->first = malloc(2 * buckets_of(a) * sizeof *a->first);
    if (!a->first) {
        free(a);
        *out = NULL;
        return SHG_ENOMEM;
    }
    a->end = a->first + buckets_of(a);
    active_clear(a);
    active_start(a, doc0);
    return SHG_OK;
}

void active_clear(active *a)
{
    size_t most = buckets_of(a) * CHUNKS_KEPT / SLAB + 1;
    while (a->n_slabs > most)
        free(a->slab[--a->n_slabs]);
    for (size_t i = 0; i < buckets_of(a); i++) {
        a->first[i] = NIL;
        a->end[i] = NO_PLACE;
    }
    a->n_chunks = 1;
    a->n = 0;
}

void active_trim(active *a)
{
    size_t used = a->n_chunks > 1 ? (a->n_chunks + SLAB - 1) / SLAB : 0;
    while (a->n_slabs > used)
        free(a->slab[--a->n_slabs]);
}

void active_start(active *a, uint32_t doc0)
{
    assert(a->n == 0);
    a->doc0 = a->doc1 = doc0;
}

void active_free(active *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_slabs; i++)
        free(a->slab[i]);
    free(a->slab);
    free(a->first);
    free(a);
}

static shg_err add_slab(active *a)
{
    if (a->n_slabs == a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 32;
        chunk **wider = realloc(a->slab, cap * sizeof *wider);
        if (!wider)
            return SHG_ENOMEM;
        a->slab = wider;
        a->cap = cap;
    }
    chunk *s = huge_take(a->stock);
    if (!s)
        return SHG_ENOMEM;
    a->slab[a->n_slabs++] = s;
    return SHG_OK;
}

// Every bucket may begin a chunk for the first of its postings, and then for each PLACES.
shg_err active_reserve(active *a, size_t n)
{
    size_t chunks = buckets_of(a) + n / PLACES;
    size_t need = a->n_chunks + (n < chunks ? n : chunks);
    if (need >= CHUNKS_MOST)
        return SHG_ENOMEM;
    shg_err err = SHG_OK;
    while (!err && n && a->n_slabs * SLAB < need)
        err = add_slab(a);
    return err;
}

static chunk *at(const active *a, uint32_t number)
{
    return &a->slab[number / SLAB][number % SLAB];
}

static uint32_t bucket_of(const active *a, uint64_t hash)
{
    return (uint32_t)(hash >> (PRINT_BITS - a->bits));
}

static uint32_t begin_chunk(active *a, uint32_t bucket)
{
    uint32_t number = a->n_chunks++, last = a->end[bucket] >> PLACE_BITS;
    assert(number < a->n_slabs * SLAB);
    chunk *c = at(a, number);
    if (number % SLAB < SLAB - BEGUN_AHEAD)
        __builtin_prefetch(c + BEGUN_AHEAD, 1);
    c->next = NIL;
    if (last)
        at(a, last)->next = number;
    else
        a->first[bucket] = number;
    return number << PLACE_BITS;
}

// Also of a full chunk, whose list goes on; of an empty bucket it is chunk 0.
static void fetch_end(const active *a, uint64_t hash)
{
    __builtin_prefetch(at(a, a->end[bucket_of(a, hash)] >> PLACE_BITS), 1);
}

static void add(active *a, uint64_t hash, uint32_t place)
{
    uint32_t bucket = bucket_of(a, hash), end = a->end[bucket];
    if (end % (PLACES + 1) == PLACES)
        end = begin_chunk(a, bucket);
    chunk *c = at(a, end >> PLACE_BITS);
    c->low[end % (PLACES + 1)] = (uint32_t)hash;
    c->doc[end % (PLACES + 1)] = place;
    a->end[bucket] = end + 1;
}

void active_add(active *a, uint32_t doc, const print *prints, size_t n, size_t more)
{
    for (size_t i = 0; i < n; i++) {
        if (i + FAR_AHEAD < n + more)
            __builtin_prefetch(&a->end[bucket_of(a, prints[i + FAR_AHEAD].hash)], 1);
        if (i + AHEAD < n + more)
            fetch_end(a, prints[i + AHEAD].hash);
        add(a, prints[i].hash, doc << 1 | prints[i].quoted);
    }
    a->n += n;
    active_skip(a, doc + 1);
}

void active_skip(active *a, uint32_t end)
{
    if (end > a->doc1)
        a->doc1 = end;
}

// How many places of a chunk are taken: all but in the last one of a bucket.
static uint32_t taken(const active *a, const chunk *c, uint32_t bucket)
{
    return c->next == NIL ? a->end[bucket] % (PLACES + 1) : PLACES;
}

// Whether a fingerprint may be in a chunk: places that are free are looked at, too.
static bool may_have(const chunk *c, uint32_t low)
{
    uint32_t any = 0;
    for (int i = 0; i < PLACES; i++) // without a branch: all at once
        any |= c->low[i] == low;
    return any;
}

static void collect(const chunk *c, uint32_t n, uint32_t low, uint32_t which, hits *h)
{
    for (uint32_t i = 0; i < n; i++) {
        if (c->low[i] != low)
            continue;
        h->total[which]++;
        (void)hits_add(h, which, c->doc[i] >> 1, c->doc[i] & 1);
    }
}

// Reads the lists of some fingerprints, all at once and a chunk of each in turn: a miss of the
// cache costs more than all else here, and each asks for its next chunk before the others take
// theirs.
static void look_up_some(const active *a, const uint64_t *wants, size_t n, hits *h)
{
    uint32_t now[TOGETHER];
    uint8_t todo[TOGETHER];
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        now[i] = a->first[bucket_of(a, want_hash(wants[i]))];
        todo[left] = (uint8_t)i;
        left += now[i] != NIL;
        if (now[i] != NIL)
            __builtin_prefetch(at(a, now[i]));
    }
    while (left) {
        size_t kept = 0;
        for (size_t k = 0; k < left; k++) {
            uint8_t i = todo[k];
            uint64_t hash = want_hash(wants[i]);
            const chunk *c = at(a, now[i]);
            if (c->next != NIL)
                __builtin_prefetch(at(a, c->next));
            if (may_have(c, (uint32_t)hash))
                collect(c, taken(a, c, bucket_of(a, hash)), (uint32_t)hash, want_which(wants[i]),
                        h);
            now[i] = c->next;
            todo[kept] = i;
            kept += c->next != NIL && !hits_full(h, want_which(wants[i]));
        }
        left = kept;
    }
}

void active_lookup(const active *a, const uint64_t *wants, size_t n, hits *h)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(&a->first[bucket_of(a, want_hash(wants[i]))]);
    for (size_t i = 0; i < n; i += TOGETHER)
        look_up_some(a, wants + i, n - i < TOGETHER ? n - i : TOGETHER, h);
}

uint32_t active_first(const active *a)
{
    return a->doc0;
}

uint32_t active_end(const active *a)
{
    return a->doc1;
}

size_t active_count(const active *a)
{
    return a->n;
}

size_t active_ram(const active *a)
{
    return a->n_slabs * HUGE_PAGE + 2 * buckets_of(a) * sizeof *a->first;
}

// The postings of a chunk, and what stands in free places behind them, to p: room for PLACES.
static void read_chunk(const active *a, const chunk *c, uint32_t bucket, flat *p)
{
    uint64_t high = (uint64_t)(bucket >> (a->bits - BITS_LEAST)) << LOW_BITS;
    for (uint32_t i = 0; i < PLACES; i++) // all: how many are taken nobody can foretell
        p[i] = (flat){high | c->low[i], c->doc[i] >> 1, c->doc[i] & 1};
}

// Those that begin with a number, of n.
static size_t keep(flat *p, size_t n, unsigned bits, uint64_t number)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        p[kept] = p[i];
        kept += p[i].hash >> (PRINT_BITS - bits) == number;
    }
    return kept;
}

// As look_up_some: a chunk of each bucket of [from, to) in turn.
static void read_some(const active *a, uint32_t from, uint32_t to, unsigned bits, uint64_t number,
                      buf *out)
{
    uint32_t now[TOGETHER], bucket[TOGETHER];
    size_t left = 0;
    for (uint32_t b = from; b < to; b++) {
        if (a->first[b] == NIL)
            continue;
        bucket[left] = b;
        now[left++] = a->first[b];
        __builtin_prefetch(at(a, a->first[b]));
    }
    while (left) {
        size_t kept = 0;
        for (size_t i = 0; i < left; i++) {
            const chunk *c = at(a, now[i]);
            if (c->next != NIL)
                __builtin_prefetch(at(a, c->next));
            flat *p = (flat *)(void *)buf_grow(out, PLACES * sizeof *p);
            if (!p)
                return;
            read_chunk(a, c, bucket[i], p);
            size_t n = taken(a, c, bucket[i]);
            out->len += (bits > a->bits ? keep(p, n, bits, number) : n) * sizeof *p;
            bucket[kept] = bucket[i];
            now[kept] = c->next;
            kept += c->next != NIL;
        }
        left = kept;
    }
}

// Buckets whose fingerprints all are of the number, or the one that they are a part of.
shg_err active_read(const active *a, unsigned bits, uint64_t number, buf *out)
{
    uint64_t from = bits < a->bits ? number << (a->bits - bits) : number >> (bits - a->bits);
    uint64_t to = bits < a->bits ? (number + 1) << (a->bits - bits) : from + 1;
    for (uint64_t b = from; b < to; b += TOGETHER)
        read_some(a, (uint32_t)b, (uint32_t)(to - b < TOGETHER ? to : b + TOGETHER), bits, number,
                  out);
    return buf_err(out);
}
