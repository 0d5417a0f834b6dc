#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"
#include "text/utf8.h"

static const uint64_t TERM_SPACE = 0x7465726d00000000; // keeps terms apart from shingles

typedef struct term {
    uint64_t hash;
    double weight;
} term;

// In a run of characters without spaces: what a Han character says, any other, and what
// makes a term.
enum { HAN_SAYS = 2, CHAR_SAYS = 1, TERM_SAYS = 6 };

// Whether a term stands behind another: equal weights go by hash.
static bool is_behind(term a, term b)
{
    return a.weight < b.weight || (a.weight == b.weight && a.hash > b.hash);
}

// Whether it would be behind the last of a full list.
static bool is_too_light(const term *top, uint32_t n, term t)
{
    return n == RARE_MOST && !is_behind(top[n - 1], t);
}

// Keeps the heaviest: insertion into a short list.
static uint32_t insert(term *top, uint32_t n, term t)
{
    if (is_too_light(top, n, t))
        return n;
    uint32_t at = n < RARE_MOST ? n++ : RARE_MOST - 1;
    for (; at > 0 && is_behind(top[at - 1], t); at--)
        top[at] = top[at - 1];
    top[at] = t;
    return n;
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

// Where rare_terms works: of n words there are at most n terms.
typedef struct lists {
    sort_item *item; // [n]: some of them, to be sorted
    sort_item *room; // [n]: to sort in
    uint64_t *once;  // [n]: at first all terms
    uint64_t *again; // [n]: those that may stand in the text again
    uint64_t *part;  // [n]: some of them
    double *weight;  // [n]: theirs
    size_t n_once, n_again;
} lists;

static lists lists_in(sort_item *room, size_t n)
{
    _Static_assert(RARE_ROOM * sizeof *room >= 2 * sizeof *room + 4 * sizeof(uint64_t),
                   "all of it");
    lists l = {.item = room, .room = room + n, .once = (uint64_t *)(room + 2 * n)};
    l.again = l.once + n;
    l.part = l.again + n;
    l.weight = (double *)(l.part + n);
    return l;
}

// All terms, at most one for each word; of common words some.
static void list_terms(lists *l, const words *w)
{
    const terms_often *often = terms_often_get();
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        uint64_t hash = w->hash[i];
        bool is_term = w->w[i].flags & WORD_CHAR ? run_of_chars(w, i, &hash) : w->w[i].key_len > 1;
        l->once[n] = hash;
        n += (unsigned)is_term & !terms_is_often(often, hash);
    }
    l->n_once = n;
}

// Leaves in once what certainly stands in the text once: nothing else comes to its place among a
// few thousand.
static void part_terms(lists *l)
{
    enum { PLACE_BITS = 11 };
    uint8_t seen[1 << PLACE_BITS] = {0}; // 0, 1, or more
    size_t n = l->n_once;
    for (size_t i = 0; i < n; i++) {
        uint8_t *x = &seen[l->once[i] >> (64 - PLACE_BITS)];
        *x = (uint8_t)(*x << 1 | 1);
    }
    l->n_once = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = l->once[i];
        bool once = seen[hash >> (64 - PLACE_BITS)] == 1;
        l->again[l->n_again] = hash;
        l->once[l->n_once] = hash;
        l->n_again += !once;
        l->n_once += once;
    }
}

// Of the sorted items, puts the terms that are there again to part, how often to the first items,
// and the others to once; returns how many of those there are. No branch: how often a term stands
// in a text is at random.
static size_t count_items(lists *l)
{
    sort_item *t = l->item;
    uint64_t *part = l->part, *once = l->once + l->n_once;
    size_t n = 0, n_once = 0;
    uint32_t times = 0;
    if (l->n_again)
        t[l->n_again].key = ~t[l->n_again - 1].key; // no term's
    for (size_t i = 0; i < l->n_again; i++) {
        uint64_t hash = t[i].key;
        unsigned is_last = hash != t[i + 1].key;
        times++;
        part[n] = once[n_once] = hash;
        t[n].value = times;
        n += is_last & (times > 1);
        n_once += is_last & (times == 1);
        times &= is_last - 1;
    }
    l->n_once += n_once;
    return n;
}

// Takes the terms that stand in the text again, and puts the others to those in once. Their idf are
// looked up together, since the table is far away. *square is what they add to the squared length.
static uint32_t take_again(term *top, lists *l, double *square)
{
    uint32_t n = 0;
    sort_item *t = l->item;
    l->n_again = terms_drop_common(l->again, l->n_again);
    for (size_t i = 0; i < l->n_again; i++) {
        t[i].key = l->again[i];
        t[i].value = 0;
    }
    sort_items(t, l->room, l->n_again, 64);
    size_t n_terms = count_items(l);
    terms_weights(l->weight, l->part, n_terms);
    *square = 0;
    for (size_t i = 0; i < n_terms; i++) {
        term x = {l->part[i], terms_weigh(l->weight[i], t[i].value)};
        *square += x.weight * x.weight;
        if (x.weight > 0)
            n = insert(top, n, x);
    }
    return n;
}

// Parts of once, by the high bits of the hashes: nearly always the first is all that is looked up
// in the large table of words.
enum { PART_BITS = 2 };

// Takes of one part the words that no table knows, of which none is lighter than any that stands
// in the text once; known is how many others stand at the beginning of part. Returns how many of
// these there are then.
static size_t take_unknown(term *top, uint32_t *n, lists *l, uint64_t part, size_t known)
{
    uint64_t *hash = l->part + known;
    double *weight = l->weight + known, most = terms_idf_most();
    size_t n_part = 0, n_unknown = 0, left = 0;
    for (size_t i = 0; i < l->n_once; i++) {
        hash[n_part] = l->once[i];
        n_part += l->once[i] >> (64 - PART_BITS) == part;
    }
    terms_weights(weight, hash, n_part);
    for (size_t i = 0; i < n_part; i++) {
        double x = weight[i];
        l->item[n_unknown].key = hash[left] = hash[i];
        l->item[n_unknown].value = 0;
        weight[left] = x;
        n_unknown += x == most;
        left += x > 0 && x < most;
    }
    sort_items(l->item, l->room, n_unknown, 64);
    for (size_t i = 0; i < n_unknown && !is_too_light(top, *n, (term){l->item[i].key, most}); i++)
        *n = insert(top, *n, (term){l->item[i].key, most});
    return known + left;
}

// Takes of those that stand there once.
static uint32_t take_once(term *top, uint32_t n, lists *l)
{
    double most = terms_idf_most();
    size_t known = 0;
    for (uint64_t part = 0; part < 1 << PART_BITS; part++) {
        if (is_too_light(top, n, (term){part << (64 - PART_BITS), most}))
            return n;
        known = take_unknown(top, &n, l, part, known);
    }
    for (size_t i = 0; i < known; i++)
        n = insert(top, n, (term){l->part[i], l->weight[i]});
    return n;
}

// What the words that stand in the text once add to the squared length, at least.
static double square_of_once(const lists *l)
{
    const terms_squares *squares = terms_squares_get();
    uint64_t sum = 0;
    for (size_t i = 0; i < l->n_once; i++)
        sum += terms_square_least(squares, l->once[i]);
    return (double)sum / TERMS_SQUARE;
}

uint32_t rare_terms(uint64_t out[RARE_MOST], const words *w, uint64_t seed, sort_item *room,
                    double *square)
{
    term top[RARE_MOST];
    lists l = lists_in(room, w->n + 1);
    list_terms(&l, w);
    part_terms(&l);
    uint32_t n = take_again(top, &l, square); // the heavier ones
    *square += square_of_once(&l);
    n = take_once(top, n, &l);
    for (uint32_t i = 0; i < n; i++)
        out[i] = print_of(top[i].hash ^ TERM_SPACE, seed);
    return n;
}
