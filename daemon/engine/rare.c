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

// Whether the one in a place stands behind a term: equal weights go by hash.
static bool is_behind(const heaviest *h, size_t at, term t)
{
    unsigned lighter = h->weight[at] < t.weight, same = h->weight[at] == t.weight;
    return lighter | (same & (h->hash[at] > t.hash)); // one branch, not three
}

// Whether it would be behind the last of a full list.
static bool is_too_light(const heaviest *h, term t)
{
    return h->n == RARE_MOST && !is_behind(h, RARE_MOST - 1, t);
}

// Keeps the heaviest: insertion into a short list.
static void insert(heaviest *h, term t)
{
    if (is_too_light(h, t))
        return;
    size_t at = h->n < RARE_MOST ? h->n++ : RARE_MOST - 1;
    for (; at > 0 && is_behind(h, at - 1, t); at--) {
        h->hash[at] = h->hash[at - 1];
        h->weight[at] = h->weight[at - 1];
    }
    h->hash[at] = t.hash;
    h->weight[at] = t.weight;
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
typedef struct counted {
    uint64_t in[BUCKETS]; // the hash but for the bucket's own bits, above how often; 0: free
    uint64_t *distinct;   // [n]: of the buckets
    sort_item *rest;      // [n]: the others, each time, and
    sort_item *room;      // [n]: to sort them in
    uint64_t *again;      // [n]: terms that are there more than once, and the rest
    uint32_t *times;      // [n]: how often
    double *weight;       // [n]: what they weigh
    size_t n_distinct, n_again, n_rest;
} counted;

// In room for n terms.
static void begin(counted *c, sort_item *room, size_t n)
{
    _Static_assert(RARE_ROOM * sizeof *room >= 2 * sizeof *room + 3 * sizeof(uint64_t), "all");
    memset(c->in, 0, sizeof c->in);
    c->rest = room;
    c->room = room + n;
    c->weight = (double *)c->room; // when all is sorted
    c->distinct = (uint64_t *)(room + 2 * n);
    c->again = c->distinct + n;
    c->times = (uint32_t *)(c->again + n);
    c->n_again = 0;
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

static uint64_t hash_in(const counted *c, size_t bucket)
{
    return (uint64_t)bucket << (64 - BUCKET_BITS) | c->in[bucket] >> BUCKET_BITS;
}

// Counts n terms, listed where the distinct ones go. No branch: whether a term was there before is
// at random.
static void count_terms(counted *c, size_t n)
{
    size_t n_distinct = 0, n_rest = 0; // not in memory, for all that is written
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = c->distinct[i], *in = &c->in[bucket_of(hash)], was = *in;
        uint64_t none = hash << BUCKET_BITS;
        bool is_free = was == 0, same = (was ^ none) < COUNT_MOST;
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
        c->again[c->n_again] = hash;
        c->times[c->n_again++] = times;
    }
    return sum;
}

// Lists those of the buckets that are there again; returns what the others add, likewise.
static uint64_t list_again(counted *c)
{
    const terms_squares *squares = terms_squares_get();
    size_t n = c->n_again;
    uint64_t sum = 0;
    for (size_t i = 0; i < c->n_distinct; i++) {
        uint64_t hash = c->distinct[i], times = c->in[bucket_of(hash)] & COUNT_MOST;
        sum += terms_square_least(squares, hash) & -(uint64_t)(times == 1);
        c->again[n] = hash;
        c->times[n] = (uint32_t)times;
        n += times > 1;
    }
    c->n_again = n;
    return sum;
}

// Takes the terms that are listed, and adds to *square what those add that are there again. Their
// weights are looked up together, since the table is far away.
static void take_again(heaviest *h, counted *c, double *square)
{
    size_t n = 0;
    terms_weights(c->weight, c->again, c->times, c->n_again);
    for (size_t i = 0; i < c->n_again; i++) {
        double x = c->weight[i];
        *square += x * x * (c->times[i] > 1);
        c->again[n] = c->again[i];
        c->weight[n] = x;
        n += x > 0;
    }
    for (size_t i = 0; i < n; i++)
        insert(h, (term){c->again[i], c->weight[i]});
}

enum { PART = 12 };

// The next terms that stand in a bucket once, from a bucket on; returns how many, fewer than PART
// only of the last.
static size_t next_once(uint64_t out[PART], const counted *c, size_t *bucket)
{
    size_t n = 0;
    for (; *bucket < BUCKETS && n < PART; ++*bucket) {
        out[n] = hash_in(c, *bucket);
        n += (c->in[*bucket] & COUNT_MOST) == 1;
    }
    return n;
}

// Takes those that no table has for certain, and leaves the others; returns how many there are.
static size_t take_unknown(heaviest *h, uint64_t *hash, size_t n)
{
    const terms_squares *squares = terms_squares_get();
    double most = terms_idf_most();
    uint64_t unknown[PART];
    size_t n_unknown = 0, left = 0;
    for (size_t i = 0; i < n; i++) {
        bool is = terms_square_least(squares, hash[i]) == squares->unknown;
        unknown[n_unknown] = hash[left] = hash[i];
        n_unknown += is;
        left += !is;
    }
    for (size_t i = 0; i < n_unknown; i++)
        insert(h, (term){unknown[i], most});
    return left;
}

// Takes those that stand there once, ascending: those that no table has are the heaviest, so that
// nearly always the first few are all that is looked at.
static void take_once(heaviest *h, const counted *c)
{
    double most = terms_idf_most(), weight[PART];
    uint64_t hash[PART];
    size_t bucket = 0, n;
    while ((n = next_once(hash, c, &bucket)) > 0 && !is_too_light(h, (term){*hash, most})) {
        n = take_unknown(h, hash, n);
        terms_weights(weight, hash, NULL, n);
        for (size_t i = 0; i < n; i++)
            if (weight[i] > 0)
                insert(h, (term){hash[i], weight[i]});
    }
}

uint32_t rare_terms(uint64_t out[RARE_MOST], const words *w, uint64_t seed, sort_item *room,
                    double *square)
{
    heaviest top = {.n = 0};
    counted c;
    begin(&c, room, w->n + 1);
    count_terms(&c, w->alone ? list_mixed(c.distinct, w) : list_words(c.distinct, w->hash, w->n));
    uint64_t least = list_rest(&c);
    least += list_again(&c);
    *square = (double)least / TERMS_SQUARE;
    take_again(&top, &c, square); // the heavier ones
    take_once(&top, &c);
    for (uint32_t i = 0; i < top.n; i++)
        out[i] = print_of(top.hash[i] ^ TERM_SPACE, seed);
    return top.n;
}
