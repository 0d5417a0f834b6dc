#include "index/active.h"
#include "index/huge.h"
#include "sketch/winnow.h"

#include <assert.h>
#include <stdlib.h>

enum {
    CHUNK = 1 << 16, // postings, on small pages: to clear huge ones takes more than they give
    HEADS_LEAST = 1 << 10,
    HEADS_MOST = 1 << 22,
    HEADS_PER_DOC = 128,
    COUNT_BITS = 23,
    PIECE = 256, // postings that are added together
};
#define NIL UINT32_MAX
#define COUNT_MOST ((1u << COUNT_BITS) - 1)

// A leader is the first posting of its fingerprint; the others follow it in a ring
// whose end it knows.
typedef struct node {
    uint32_t hash_low;
    uint32_t rest; // 8 bits of hash, 1 bit quoted, 23 bits: how many postings a leader leads
    uint32_t doc;
    uint32_t next; // leader: of the chain of leaders; follower: the follower after it
    uint32_t tail; // leader: its last follower, or NIL; else unused
} node;

struct active {
    node **chunk;
    size_t n_chunks, cap, n;
    uint32_t *head;
    unsigned head_bits;
    uint32_t doc0, end;
};

shg_err active_new(active **out, uint32_t doc0, unsigned docs_expected)
{
    active *a = *out = calloc(1, sizeof *a);
    if (!a)
        return SHG_ENOMEM;
    size_t heads = HEADS_LEAST;
    while (heads < HEADS_MOST && heads < (size_t)docs_expected * HEADS_PER_DOC)
        heads *= 2;
    while ((size_t)1 << a->head_bits < heads)
        a->head_bits++;
    a->doc0 = a->end = doc0;
    a->head = huge_alloc(heads * sizeof *a->head);
    if (!a->head) {
        free(a);
        *out = NULL;
        return SHG_ENOMEM;
    }
    memset(a->head, 0xff, heads * sizeof *a->head);
    return SHG_OK;
}

void active_start(active *a, uint32_t doc0)
{
    assert(a->n == 0);
    a->doc0 = a->end = doc0;
}

void active_free(active *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->n_chunks; i++)
        free(a->chunk[i]);
    free(a->chunk);
    free(a->head);
    free(a);
}

shg_err active_reserve(active *a, size_t n)
{
    size_t need = (a->n + n + CHUNK - 1) / CHUNK;
    if (a->n + n >= NIL)
        return SHG_ENOMEM;
    if (need > a->cap) {
        size_t cap = a->cap ? a->cap * 2 : 64;
        while (cap < need)
            cap *= 2;
        node **wider = realloc(a->chunk, cap * sizeof *wider);
        if (!wider)
            return SHG_ENOMEM;
        a->chunk = wider;
        a->cap = cap;
    }
    while (a->n_chunks < need) {
        node *c = malloc(CHUNK * sizeof *c);
        if (!c)
            return SHG_ENOMEM;
        a->chunk[a->n_chunks++] = c;
    }
    return SHG_OK;
}

static node *at(const active *a, size_t i)
{
    return &a->chunk[i / CHUNK][i % CHUNK];
}

static uint32_t *head_of(const active *a, uint64_t hash)
{
    return &a->head[hash >> (PRINT_BITS - a->head_bits)];
}

static uint64_t hash_of(const node *x)
{
    return (uint64_t)(x->rest & 0xff) << 32 | x->hash_low;
}

static bool is_of(const node *x, uint64_t hash)
{
    return hash_of(x) == hash;
}

static const node *leader_of(const active *a, uint64_t hash)
{
    for (uint32_t i = *head_of(a, hash); i != NIL;) {
        const node *x = at(a, i);
        if (is_of(x, hash))
            return x;
        i = x->next;
    }
    return NULL;
}

// The leaders of some fingerprints, or NIL. A miss of the cache costs more than all else here: all
// chains are followed at once, a step each, and each asks for its next node before the others
// take theirs.
static void find_leaders(const active *a, const print *prints, size_t n, uint32_t leader[PIECE])
{
    uint8_t todo[PIECE];
    size_t left = 0;
    for (size_t i = 0; i < n; i++) { // every second has none: a branch would go wrong as often
        uint32_t first = *head_of(a, prints[i].hash);
        __builtin_prefetch(at(a, first != NIL ? first : 0), 1);
        leader[i] = first;
        todo[left] = (uint8_t)i;
        left += first != NIL;
    }
    while (left) {
        size_t kept = 0;
        for (size_t k = 0; k < left; k++) {
            uint8_t i = todo[k];
            const node *x = at(a, leader[i]);
            bool found = is_of(x, prints[i].hash);
            uint32_t then = found ? x->tail : x->next;
            if (then != NIL)
                __builtin_prefetch(at(a, then), 1);
            if (found)
                continue;
            leader[i] = then;
            todo[kept] = i;
            kept += then != NIL;
        }
        left = kept;
    }
}

// A leader that was added since: they stand in front of the chain.
static uint32_t leader_since(const active *a, uint64_t hash, uint32_t since)
{
    for (uint32_t i = *head_of(a, hash); i != NIL && i >= since; i = at(a, i)->next)
        if (is_of(at(a, i), hash))
            return i;
    return NIL;
}

static void lead(active *a, uint32_t self, uint64_t hash)
{
    uint32_t *head = head_of(a, hash);
    at(a, self)->next = *head;
    *head = self;
}

static void follow(active *a, uint32_t self, node *leader)
{
    node *x = at(a, self);
    if (leader->tail == NIL) {
        x->next = self;
    } else {
        node *tail = at(a, leader->tail);
        x->next = tail->next; // the first follower: the ring is closed
        tail->next = self;
    }
    leader->tail = self;
    if (leader->rest >> 9 < COUNT_MOST)
        leader->rest += 1u << 9;
}

static void add_piece(active *a, uint32_t doc, const print *prints, size_t n)
{
    uint32_t leader[PIECE], since = (uint32_t)a->n;
    find_leaders(a, prints, n, leader);
    for (size_t i = 0; i < n; i++) {
        print p = prints[i];
        uint32_t self = (uint32_t)a->n++;
        *at(a, self) = (node){.hash_low = (uint32_t)p.hash,
                              .rest = (uint32_t)(p.hash >> 32) | (uint32_t)p.quoted << 8 | 1u << 9,
                              .doc = doc,
                              .tail = NIL};
        if (leader[i] == NIL)
            leader[i] = leader_since(a, p.hash, since);
        if (leader[i] == NIL)
            lead(a, self, p.hash);
        else
            follow(a, self, at(a, leader[i]));
    }
}

void active_fetch(const active *a, const print *prints, size_t n)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(head_of(a, prints[i].hash), 1);
}

void active_add(active *a, uint32_t doc, const print *prints, size_t n)
{
    for (size_t i = 0; i < n; i += PIECE)
        add_piece(a, doc, prints + i, n - i < PIECE ? n - i : PIECE);
    active_skip(a, doc + 1);
}

void active_skip(active *a, uint32_t end)
{
    if (end > a->end)
        a->end = end;
}

static void collect(const active *a, const node *leader, uint32_t which, hits *h)
{
    h->total[which] += leader->rest >> 9;
    if (!hits_add(h, which, leader->doc, (leader->rest >> 8 & 1) != 0) || leader->tail == NIL)
        return;
    const node *tail = at(a, leader->tail);
    for (const node *x = at(a, tail->next);; x = at(a, x->next))
        if (!hits_add(h, which, x->doc, (x->rest >> 8 & 1) != 0) || x == tail)
            return;
}

static void fetch_first(const active *a, uint64_t hash)
{
    uint32_t first = *head_of(a, hash);
    if (first != NIL)
        __builtin_prefetch(at(a, first));
}

void active_lookup(const active *a, const uint64_t *wants, size_t n, hits *h)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(head_of(a, want_hash(wants[i])));
    for (size_t i = 0; i < n; i++)
        fetch_first(a, want_hash(wants[i]));
    for (size_t i = 0; i < n; i++) {
        const node *leader = leader_of(a, want_hash(wants[i]));
        if (leader)
            collect(a, leader, want_which(wants[i]), h);
    }
}

uint32_t active_first(const active *a)
{
    return a->doc0;
}

uint32_t active_end(const active *a)
{
    return a->end;
}

size_t active_count(const active *a)
{
    return a->n;
}

size_t active_ram(const active *a)
{
    return a->n_chunks * CHUNK * sizeof(node) + (sizeof *a->head << a->head_bits);
}

void active_get(const active *a, size_t i, uint64_t *hash, posting *out)
{
    assert(i < a->n);
    const node *x = at(a, i);
    *hash = hash_of(x);
    *out = (posting){x->doc, (x->rest >> 8 & 1) != 0};
}
