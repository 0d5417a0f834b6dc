#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"
#include "text/utf8.h"

static const uint64_t TERM_SPACE = 0x7465726d00000000; // keeps terms apart from shingles

typedef struct term {
    uint64_t hash;
    double weight;
} term;

// The heaviest so far, in order: two lists, since a load of both numbers would wait for two stores.
typedef struct heaviest {
    uint64_t hash[RARE_MOST];
    double weight[RARE_MOST];
    uint32_t n;
} heaviest;

// In a run of characters without spaces: what a Han character says, any other, and what
// makes a term.
enum { HAN_SAYS = 2, CHAR_SAYS = 1, TERM_SAYS = 6 };

// Whether one of some hash and weight stands behind a term: equal weights go by hash.
static bool is_behind(uint64_t hash, double weight, term t)
{
    unsigned lighter = weight < t.weight, same = weight == t.weight;
    return lighter | (same & (hash > t.hash)); // one branch, not three
}

// Whether it would be behind the last of a full list.
static bool is_too_light(const heaviest *h, term t)
{
    return h->n == RARE_MOST && !is_behind(h->hash[RARE_MOST - 1], h->weight[RARE_MOST - 1], t);
}

// Keeps the heaviest: insertion into a short list.
static void insert(heaviest *h, term t)
{
    if (is_too_light(h, t))
        return;
    size_t at = h->n < RARE_MOST ? h->n++ : RARE_MOST - 1;
    for (; at > 0 && is_behind(h->hash[at - 1], h->weight[at - 1], t); at--) {
        h->hash[at] = h->hash[at - 1];
        h->weight[at] = h->weight[at - 1];
    }
    h->hash[at] = t.hash;
    h->weight[at] = t.weight;
}

// So many are put in order at once: the index of each is in the last bits of its rank.
enum { RANK_BITS = 6, RANKED = 1 << RANK_BITS };

// What orders terms but for weights that are nearly equal; no two have the same.
static int32_t rank_of(term t, size_t i)
{
    enum { HASH_BITS = 11, WEIGHT_PARTS = 64 }; // no word weighs 256
    _Static_assert(8 + 6 + HASH_BITS + RANK_BITS == 31, "it has a sign");
    int32_t weight = (int32_t)(t.weight * WEIGHT_PARTS), early = (int32_t)(~t.hash >> 53);
    return (weight << HASH_BITS | early) << RANK_BITS | (int32_t)i;
}

// Orders n terms, at most RANKED. How many go before each is counted, without a branch, by vectors
// where the compiler has them; then few are out of place.
static void order(uint64_t *hash, double *weight, size_t n)
{
    int32_t rank[RANKED];
    uint64_t hashes[RANKED];
    double weights[RANKED];
    for (size_t i = 0; i < n; i++)
        rank[i] = rank_of((term){hash[i], weight[i]}, i);
    for (size_t i = 0; i < n; i++) {
        int32_t before = 0;
        for (size_t k = 0; k < n; k++)
            before += rank[k] > rank[i];
        hashes[before] = hash[i];
        weights[before] = weight[i];
    }
    for (size_t i = 0; i < n; i++) {
        term t = {hashes[i], weights[i]};
        size_t at = i;
        for (; at > 0 && is_behind(hash[at - 1], weight[at - 1], t); at--) {
            hash[at] = hash[at - 1];
            weight[at] = weight[at - 1];
        }
        hash[at] = t.hash;
        weight[at] = t.weight;
    }
}

// Keeps the heaviest of n terms, the lists of which it may reorder, where none is kept yet.
static void take(heaviest *h, uint64_t *hash, double *weight, size_t n)
{
    size_t first = n < RANKED ? n : RANKED;
    order(hash, weight, first);
    h->n = first < RARE_MOST ? (uint32_t)first : RARE_MOST;
    memcpy(h->hash, hash, h->n * sizeof *hash);
    memcpy(h->weight, weight, h->n * sizeof *weight);
    for (size_t i = first; i < n; i++)
        insert(h, (term){hash[i], weight[i]});
}

static bool is_han(view key)
{
    const uint8_t *p = key.p;
    uint32_t cp = utf8_next(&p, key.p + key.len);
    return (cp >= 0x3400 && cp <= 0x9fff) || cp >= 0x20000;
}

// The term that starts at word i, an unspaced character; false where none does.
static bool run_of_chars(const words *w, size_t i, uint64_t *hash)
{
    unsigned says = 0;
    *hash = 0;
    for (; i < w->n && w->w[i].flags & WORD_CHAR && says < TERM_SAYS; i++) {
        says += is_han(words_key(w, i)) ? HAN_SAYS : CHAR_SAYS;
        *hash = (*hash << 23 | *hash >> 41) + w->w[i].hash;
    }
    return says >= TERM_SAYS;
}

// The terms of a text, counted. A bucket holds the first term that comes to it, by the high bits of
// the hash, so that in the order of buckets they ascend; the few others that come there are listed.
enum { BUCKET_BITS = 11, BUCKETS = 1 << BUCKET_BITS, COUNT_MOST = BUCKETS - 1 };
enum { LOW_BUCKETS = BUCKETS / 6 }; // nearly always nothing that is there once comes from others
typedef struct counted {
    uint64_t in[BUCKETS]; // the hash but for the bucket's own bits, above how often; 0: free
    sort_item *rest;      // [n]: the others, each time, and
    sort_item *room;      // [n]: to sort them in
    uint64_t *distinct;   // [n]: of the buckets
    // At the beginning, n_unknown terms that no table has for certain, and at the end, n_known
    // others: both there more than once, but for unknown ones in low buckets, and for the rest.
    uint64_t *likely; // [n]
    uint32_t *times;  // [n]: how often
    uint64_t *low;    // [n]: the others in low buckets; where the rest was
    double *weight;   // [n]: where room was
    size_t n, n_distinct, n_rest, n_unknown, n_known, n_low;
} counted;

// In room for n terms.
static void begin(counted *c, sort_item *room, size_t n)
{
    _Static_assert(RARE_ROOM * sizeof *room >= 2 * sizeof *room + 3 * sizeof(uint64_t), "all");
    memset(c->in, 0, sizeof c->in);
    c->rest = room;
    c->room = room + n;
    c->low = (uint64_t *)c->rest;
    c->weight = (double *)c->room;
    c->distinct = (uint64_t *)(room + 2 * n);
    c->likely = c->distinct + n;
    c->times = (uint32_t *)(c->likely + n);
    c->n = n;
    c->n_unknown = c->n_known = c->n_low = 0;
}

// Lists the terms, at most one for each word, but for words that nobody asks about; returns how
// many there are. No branch: which they are is at random.
static size_t list_words(uint64_t *out, const uint64_t *hash, size_t n_words)
{
    const terms_often *often = terms_often_get();
    size_t n = 0;
    for (size_t i = 0; i < n_words; i++) {
        out[n] = hash[i];
        n += !terms_is_idle(often, hash[i]);
    }
    return n;
}

// The same of a text some words of which are characters.
static size_t list_mixed(uint64_t *out, const words *w)
{
    const terms_often *often = terms_often_get();
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        uint64_t hash = w->hash[i];
        bool is_term = !w->alone[i] || run_of_chars(w, i, &hash);
        out[n] = hash;
        n += is_term & !terms_is_idle(often, hash);
    }
    return n;
}

static size_t bucket_of(uint64_t hash)
{
    return hash >> (64 - BUCKET_BITS);
}

// Counts n terms, listed where the distinct ones go. No branch: whether a term was there before is
// at random. What each adds is looked up when all are counted, and asked for here: the table is
// larger than the nearest cache.
static void count_terms(counted *c, size_t n)
{
    const terms_squares *squares = terms_squares_get();
    size_t n_distinct = 0, n_rest = 0; // not in memory, for all that is written
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = c->distinct[i], *in = &c->in[bucket_of(hash)], was = *in;
        uint64_t none = hash << BUCKET_BITS;
        bool is_free = was == 0, same = (was ^ none) < COUNT_MOST;
        terms_square_fetch(squares, hash);
        *in = is_free ? none + 1 : was + same;
        c->distinct[n_distinct] = hash;
        c->rest[n_rest].key = hash;
        n_distinct += is_free;
        n_rest += !(is_free | same);
    }
    c->n_distinct = n_distinct;
    c->n_rest = n_rest;
}

// Lists those that other terms kept out of their bucket, whether they are there again or not;
// returns what those that are not add to the squared length at least, in parts of TERMS_SQUARE.
static uint64_t list_rest(counted *c)
{
    const terms_squares *squares = terms_squares_get();
    uint64_t sum = 0;
    sort_items(c->rest, c->room, c->n_rest, 64);
    for (size_t i = 0, end; i < c->n_rest; i = end) {
        uint64_t hash = c->rest[i].key, *in = &c->in[bucket_of(hash)];
        for (end = i + 1; end < c->n_rest && c->rest[end].key == hash;)
            end++;
        uint32_t times = (uint32_t)(end - i);
        if ((*in ^ hash << BUCKET_BITS) == COUNT_MOST) {
            times += COUNT_MOST; // its bucket was full
            *in = 0;
        }
        sum += times == 1 ? terms_square_least(squares, hash) : 0;
        c->n_known++;
        c->likely[c->n - c->n_known] = hash;
        c->times[c->n - c->n_known] = times;
    }
    return sum;
}

// Leaves of those of the buckets the ones that are likely to be among the heaviest; returns what
// those add that are there once, likewise.
static uint64_t pick_likely(counted *c)
{
    const terms_squares *squares = terms_squares_get();
    size_t n = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < c->n_distinct; i++) {
        uint64_t hash = c->distinct[i], times = c->in[bucket_of(hash)] & COUNT_MOST;
        sum += terms_square_least(squares, hash) & -(uint64_t)(times == 1);
        c->distinct[n] = hash;
        n += (times != 1) | (bucket_of(hash) < LOW_BUCKETS);
    }
    c->n_distinct = n;
    return sum;
}

// Lists them.
static void list_likely(counted *c)
{
    const terms_squares *squares = terms_squares_get();
    size_t unknown = 0, known = c->n_known, low = 0;
    for (size_t i = 0; i < c->n_distinct; i++) {
        uint64_t hash = c->distinct[i];
        uint32_t times = c->in[bucket_of(hash)] & COUNT_MOST; // 0: it is among the rest
        bool is_unknown = terms_square_least(squares, hash) == squares->unknown;
        c->low[low] = c->likely[unknown] = c->likely[c->n - 1 - known] = hash;
        c->times[unknown] = c->times[c->n - 1 - known] = times;
        low += !is_unknown & (times == 1);
        known += !is_unknown & (times > 1);
        unknown += is_unknown & (times > 0);
    }
    c->n_unknown = unknown;
    c->n_known = known;
    c->n_low = low;
}

// Takes the terms that are listed, and adds to *square what those add that are there again. The
// weights of known ones are looked up together, since the table is far away.
static void take_likely(heaviest *h, counted *c, double *square)
{
    size_t n = c->n_unknown, known = c->n - c->n_known;
    double most = terms_idf_most();
    for (size_t i = 0; i < n; i++) {
        c->weight[i] = terms_weigh(most, c->times[i]);
        *square += c->weight[i] * c->weight[i] * (c->times[i] > 1);
    }
    terms_weights(c->weight + known, c->likely + known, c->times + known, c->n_known);
    for (size_t i = known; i < c->n; i++) {
        double x = c->weight[i];
        *square += x * x * (c->times[i] > 1);
        c->likely[n] = c->likely[i];
        c->weight[n] = x;
        n += x > 0;
    }
    take(h, c->likely, c->weight, n);
    for (size_t i = 0; i < c->n_low; i++) {
        double x = is_too_light(h, (term){c->low[i], most}) ? 0 : terms_weight(c->low[i], 1);
        if (x > 0)
            insert(h, (term){c->low[i], x});
    }
}

enum { PART = 16 };

// The next terms that stand in a bucket once, from a bucket on; returns how many, fewer than PART
// only of the last.
static size_t next_once(uint64_t out[PART], const counted *c, size_t *bucket)
{
    size_t n = 0;
    for (; *bucket < BUCKETS && n < PART; ++*bucket) {
        out[n] = (uint64_t)*bucket << (64 - BUCKET_BITS) | c->in[*bucket] >> BUCKET_BITS;
        n += (c->in[*bucket] & COUNT_MOST) == 1;
    }
    return n;
}

// Takes the other terms that are there once, ascending: those that no table has are the heaviest,
// so that nearly always none of them comes in any more.
static void take_others(heaviest *h, const counted *c)
{
    double most = terms_idf_most(), weight[PART];
    uint64_t hash[PART];
    size_t bucket = LOW_BUCKETS;
    while (!is_too_light(h, (term){(uint64_t)bucket << (64 - BUCKET_BITS), most})) {
        size_t n = next_once(hash, c, &bucket);
        if (n == 0)
            return;
        terms_weights(weight, hash, NULL, n);
        for (size_t i = 0; i < n; i++)
            if (weight[i] > 0)
                insert(h, (term){hash[i], weight[i]});
    }
}

uint32_t rare_terms(uint64_t out[RARE_MOST], const words *w, uint64_t seed, sort_item *room,
                    double *square)
{
    heaviest top;
    counted c;
    begin(&c, room, w->n + 1);
    count_terms(&c, w->alone ? list_mixed(c.distinct, w) : list_words(c.distinct, w->hash, w->n));
    uint64_t least = list_rest(&c);
    least += pick_likely(&c);
    list_likely(&c);
    *square = (double)least / TERMS_SQUARE;
    take_likely(&top, &c, square);
    take_others(&top, &c);
    for (uint32_t i = 0; i < top.n; i++)
        out[i] = print_of(top.hash[i] ^ TERM_SPACE, seed);
    return top.n;
}
