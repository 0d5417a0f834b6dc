#include "evidence/terms.h"
#include "base/sort.h"
#include "text/shingle.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

extern const unsigned char terms_data[]; // data/terms.tsv
extern const size_t terms_data_len;

enum {
    TABLE_BITS = 16,
    TABLE_SLOTS = 1 << TABLE_BITS,
    KEY_MOST = 128,
    IDFS_MOST = 1024,
    LOGS = 64,        // counts whose logarithm is kept
    COMMON_BITS = 14, // of the table of common words, which are at most half as many
    COMMON_SLOTS = 1 << COMMON_BITS,
    MOVES_MOST = 500,
};

#define SHARE_UNKNOWN .001f // of a word that is not in the table: rarer than all in it
#define SHARE_COMMON .10    // words over it say nothing about the subject

// What there is of a word, in one number: the high bits of its hash, whether it is common, and
// which idf of table.idf it has; its low bits say where it stands. 0 is a free slot.
enum { SLOT_IDF = IDFS_MOST - 1, SLOT_COMMON = IDFS_MOST, SLOT_TAKEN = 1 << 15, SLOT_BITS = 16 };

// Constant once loaded. Larger than the nearest caches, so that a word takes eight bytes; two
// slots of three are free.
static struct {
    uint64_t slot[TABLE_SLOTS];
    double idf[IDFS_MOST];        // each once; 0: of unknown words
    double weight[2 * IDFS_MOST]; // the same, and behind them 0 for words that are common
    size_t n_idf;
    double count[LOGS]; // 1 + ln n
    // The common words alone (cuckoo hashing, Pagh, Rodler 2004): each in one of two places, so
    // that a look takes no branch; which words of a text are common is at random. 0 is free.
    uint64_t common[COMMON_SLOTS];
} table;
static terms_often often; // likewise
static terms_squares squares;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool loaded; // a look at it costs less than a call of pthread_once

// The slot of a word, or the free one where it would stand.
static size_t slot_of(uint64_t hash)
{
    size_t s = hash & (TABLE_SLOTS - 1);
    while (table.slot[s] && table.slot[s] >> SLOT_BITS != hash >> SLOT_BITS)
        s = (s + 1) & (TABLE_SLOTS - 1);
    return s;
}

static double idf_of(uint64_t word_hash)
{
    return table.idf[table.slot[slot_of(word_hash)] & SLOT_IDF];
}

static size_t common_place(uint64_t hash, bool second)
{
    return (second ? hash >> 32 : hash) & (COMMON_SLOTS - 1);
}

static bool is_common(uint64_t hash)
{
    uint64_t one = table.common[common_place(hash, false)] ^ hash;
    uint64_t two = table.common[common_place(hash, true)] ^ hash;
    return (unsigned)(one == 0) | (unsigned)(two == 0);
}

static void add_common(uint64_t hash)
{
    size_t place = common_place(hash, false);
    for (int moves = 0; hash; moves++) {
        uint64_t moved = table.common[place];
        assert(moves < MOVES_MOST); // else there are more common words than the table holds
        table.common[place] = hash;
        hash = moved;
        place = common_place(hash, place == common_place(hash, false));
    }
}

static uint32_t idf_number(double idf)
{
    size_t i = 0;
    while (i < table.n_idf && table.idf[i] != idf)
        i++;
    assert(i < IDFS_MOST);
    if (i == table.n_idf) {
        table.idf[i] = table.weight[i] = idf;
        table.n_idf++;
    }
    return (uint32_t)i;
}

// By the places of terms_often: of words that have one the most common stays.
static void add_often(uint64_t *top, uint64_t hash, double idf)
{
    uint64_t *place = &top[hash % TERMS_OFTEN];
    if (!*place || idf < idf_of(*place))
        *place = hash;
}

// Letters come before all others; no two of them have one place.
static void fill_often(const uint64_t *top)
{
    for (size_t i = 0; i < TERMS_OFTEN; i++)
        often.word[i] = top[i] ? (uint32_t)(top[i] >> 32) : 0;
    for (uint8_t letter = 1; letter < 0x80; letter++) {
        uint8_t key[4];
        if (fold_key(key, sizeof key, (view){&letter, 1}) != 1)
            continue;
        uint64_t hash = hash_key((view){key, 1});
        often.word[hash % TERMS_OFTEN] = (uint32_t)(hash >> 32) ^ !is_common(hash);
    }
}

static uint8_t square_of(double idf)
{
    assert(idf * idf * TERMS_SQUARE <= UINT8_MAX);
    return (uint8_t)(idf * idf * TERMS_SQUARE);
}

// Of words that share their low bits the lightest counts, for all that do.
static void note_square(uint64_t hash, uint8_t square)
{
    uint16_t *of = &squares.of[hash % TERMS_SQUARES];
    uint16_t tag = (uint16_t)(hash / TERMS_SQUARES % TERMS_TAGS << 8), any = TERMS_ANY;
    uint8_t before = (uint8_t)*of;
    bool first = *of == (uint16_t)(TERMS_ANY | squares.unknown);
    uint8_t least = square < before ? square : before;
    bool same = first || ((*of ^ tag) & ~UINT8_MAX) == 0;
    *of = (uint16_t)((same ? tag : any) | least);
}

// A word of several languages has the share of the one in which it is most common.
static void add(uint64_t *top, view name, float share)
{
    uint8_t key[KEY_MOST];
    size_t len = fold_key(key, sizeof key, name);
    if (len == 0)
        return;
    uint64_t hash = hash_key((view){key, len});
    bool common = (double)share > SHARE_COMMON;
    double idf = -log((double)share);
    uint64_t *slot = &table.slot[slot_of(hash)];
    note_square(hash, common ? 0 : square_of(idf));
    if (common && !is_common(hash))
        add_common(hash);
    if (*slot && idf >= table.idf[*slot & SLOT_IDF])
        return;
    *slot =
        hash >> SLOT_BITS << SLOT_BITS | SLOT_TAKEN | (common ? SLOT_COMMON : 0) | idf_number(idf);
    if (common)
        add_often(top, hash, idf);
}

static void load(void)
{
    const uint8_t *p = terms_data, *end = p + terms_data_len;
    uint64_t top[TERMS_OFTEN] = {0};               // the words of terms_often
    (void)idf_number(-log((double)SHARE_UNKNOWN)); // 0, as in a free slot
    squares.unknown = square_of(table.idf[0]);
    for (size_t i = 0; i < TERMS_SQUARES; i++)
        squares.of[i] = (uint16_t)(TERMS_ANY | squares.unknown);
    while (p < end) {
        const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol)
            eol = end;
        const uint8_t *tab = memchr(p, '\t', (size_t)(eol - p));
        if (*p != '#' && tab)
            add(top, (view){p, (size_t)(tab - p)}, strtof((const char *)tab + 1, NULL));
        p = eol + 1;
    }
    fill_often(top);
    for (int n = 1; n < LOGS; n++)
        table.count[n] = 1 + log((double)n);
    atomic_store_explicit(&loaded, true, memory_order_release);
}

// What is constant once it is there.
static void be_loaded(void)
{
    if (!atomic_load_explicit(&loaded, memory_order_acquire))
        pthread_once(&once, load);
}

const terms_squares *terms_squares_get(void)
{
    be_loaded();
    return &squares;
}

double terms_idf_most(void)
{
    be_loaded();
    return table.idf[0]; // the very number that terms_weights gives
}

double terms_idf(uint64_t word_hash)
{
    be_loaded();
    return idf_of(word_hash);
}

static double weight_of(size_t n, double idf)
{
    return (n < LOGS ? table.count[n] : 1 + log((double)n)) * idf;
}

double terms_weigh(double idf, size_t n)
{
    be_loaded();
    return weight_of(n, idf);
}

// A word that is not in its place is seldom; all else takes no branch: which words of a text are
// known, and which common, is at random.
static double weigh_word(uint64_t hash, size_t n)
{
    uint64_t slot = table.slot[hash & (TABLE_SLOTS - 1)];
    if (__builtin_expect((slot != 0) & ((slot ^ hash) >> SLOT_BITS != 0), 0))
        slot = table.slot[slot_of(hash)];
    return weight_of(n, table.weight[slot & (SLOT_COMMON | SLOT_IDF)]);
}

double terms_weight(uint64_t word_hash, uint32_t n)
{
    be_loaded();
    return weigh_word(word_hash, n);
}

void terms_weights(double *out, const uint64_t *word_hash, const uint32_t *times, size_t n)
{
    be_loaded();
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(&table.slot[word_hash[i] & (TABLE_SLOTS - 1)]);
    for (size_t i = 0; i < n; i++)
        out[i] = weigh_word(word_hash[i], times ? times[i] : 1);
}

const terms_often *terms_often_get(void)
{
    be_loaded();
    return &often;
}

// hash_at gives the term that begins at word i; false where none does.
static bool hash_at(const words *w, size_t i, uint64_t *hash)
{
    const word *x = &w->w[i];
    *hash = x->hash;
    if (!(x->flags & WORD_CHAR))
        return true;
    if (i + 1 == w->n || !(x[1].flags & WORD_CHAR))
        return false;
    *hash = terms_pair(x->hash, x[1].hash);
    return true;
}

static size_t drop_common(sort_item *items, size_t n)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = items[i].key;
        uint32_t value = items[i].value;
        items[left].key = key;     // of the whole struct gcc made a load that had to wait for two
        items[left].value = value; // smaller stores
        left += !is_common(key);
    }
    return left;
}

// Terms by hash, each with where it stands, ascending.
static size_t find_places(sort_item *out, const words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        uint64_t hash;
        bool begins = hash_at(w, i, &hash) && !terms_is_often(&often, hash);
        out[n].key = hash;
        out[n].value = (uint32_t)i;
        n += begins;
    }
    n = drop_common(out, n);
    sort_items(out, out + w->n + 1, n, 64);
    return n;
}

static void gather(term_list *out, const sort_item *p, size_t n)
{
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && p[j].key == p[i].key; j++)
            out->at[j] = p[j].value;
        list_term *t = &out->t[out->n++];
        *t = (list_term){p[i].key, terms_idf(p[i].key), (uint32_t)i, (uint32_t)(j - i)};
        double weight = weight_of(t->n, t->idf);
        out->square += weight * weight;
    }
    out->n_at = n;
}

static size_t count_distinct(const sort_item *p, size_t n)
{
    size_t distinct = 0;
    for (size_t i = 0; i < n; i++)
        distinct += i == 0 || p[i].key != p[i - 1].key;
    return distinct;
}

shg_err terms_list(term_list *out, const words *w)
{
    *out = (term_list){0};
    be_loaded();
    sort_item *p = malloc(2 * (w->n + 1) * sizeof *p); // and room to sort in
    if (!p)
        return SHG_ENOMEM;
    size_t n = find_places(p, w);
    out->t = malloc((count_distinct(p, n) + 1) * sizeof *out->t);
    out->at = malloc((n + 1) * sizeof *out->at);
    if (out->t && out->at)
        gather(out, p, n);
    free(p);
    if (out->t && out->at)
        return SHG_OK;
    terms_free(out);
    return SHG_ENOMEM;
}

void terms_free(term_list *t)
{
    free(t->t);
    free(t->at);
    *t = (term_list){0};
}

static double cosine(double dot, double aa, double bb)
{
    return aa > 0 && bb > 0 ? fmin(1, dot / sqrt(aa * bb)) : 0;
}

double terms_cosine(const term_list *a, const term_list *b)
{
    double dot = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        const list_term *x = &a->t[i], *y = &b->t[j];
        if (x->hash == y->hash)
            dot += weight_of(x->n, x->idf) * weight_of(y->n, y->idf);
        i += x->hash <= y->hash;
        j += y->hash <= x->hash;
    }
    return cosine(dot, a->square, b->square);
}

// weight_in is the weight that term i has in a part of its text, 0 where it is not in it.
static double weight_in(const term_part *p, size_t i)
{
    const list_term *t = &p->terms->t[i];
    uint32_t n = 0;
    for (uint32_t k = t->first; k < t->first + t->n; k++) {
        uint32_t at = p->terms->at[k];
        n += p->keep[at] && (!(p->words->w[at].flags & WORD_CHAR) || p->keep[at + 1]);
    }
    return n ? weight_of(n, t->idf) : 0;
}

double terms_cosine_of(const term_part *a, const term_part *b)
{
    double dot = 0, aa = 0, bb = 0;
    size_t n_a = a->terms->n, n_b = b->terms->n;
    for (size_t i = 0, j = 0; i < n_a || j < n_b;) {
        uint64_t x = i < n_a ? a->terms->t[i].hash : UINT64_MAX;
        uint64_t y = j < n_b ? b->terms->t[j].hash : UINT64_MAX;
        bool in_a = i < n_a && x <= y, in_b = j < n_b && y <= x;
        double v = in_a ? weight_in(a, i++) : 0, w = in_b ? weight_in(b, j++) : 0;
        dot += v * w;
        aa += v * v;
        bb += w * w;
    }
    return cosine(dot, aa, bb);
}
