#include "evidence/terms.h"
#include "base/sort.h"
#include "text/shingle.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

extern const unsigned char terms_data[]; // data/terms.tsv
extern const size_t terms_data_len;

enum {
    TABLE_BITS = 15,
    TABLE_SLOTS = 1 << TABLE_BITS,
    FILTER_BITS = 1 << 17, // 16 KB
    KEY_MOST = 128,
    IDFS_MOST = 1024,
};

#define SHARE_UNKNOWN .001f // of a word that is not in the table: rarer than all in it
#define SHARE_COMMON .10    // words over it say nothing about the subject

// Open addressing by the hash itself; share 0 marks a free slot. The table is larger than the
// nearest caches: all of a word stands together, and its idf is one of few.
typedef struct slot {
    uint64_t hash;
    float share;
    uint32_t idf; // in table.idf
} slot;

// Constant once loaded.
static struct {
    slot slot[TABLE_SLOTS];
    double idf[IDFS_MOST]; // each once; 0: of unknown words
    size_t n_idf;
    uint64_t maybe_common[FILTER_BITS / 64]; // bits by hash: most rare words stop at them
} table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t slot_of(uint64_t hash)
{
    size_t s = hash & (TABLE_SLOTS - 1);
    while (table.slot[s].share > 0 && table.slot[s].hash != hash)
        s = (s + 1) & (TABLE_SLOTS - 1);
    return s;
}

static size_t filter_word(uint64_t hash)
{
    return hash >> 32 & (FILTER_BITS / 64 - 1);
}

static uint64_t filter_bit(uint64_t hash)
{
    return (uint64_t)1 << (hash >> 58);
}

static uint32_t idf_number(double idf)
{
    size_t i = 0;
    while (i < table.n_idf && table.idf[i] != idf)
        i++;
    assert(i < IDFS_MOST);
    if (i == table.n_idf)
        table.idf[table.n_idf++] = idf;
    return (uint32_t)i;
}

// A word of several languages has the share of the one in which it is most common.
static void add(view name, float share)
{
    uint8_t key[KEY_MOST];
    size_t len = fold_key(key, sizeof key, name);
    if (len == 0)
        return;
    uint64_t hash = hash_key((view){key, len});
    size_t s = slot_of(hash);
    table.slot[s].hash = hash;
    if (share <= table.slot[s].share)
        return;
    table.slot[s].share = share;
    table.slot[s].idf = idf_number(-log((double)share));
    if ((double)share > SHARE_COMMON)
        table.maybe_common[filter_word(hash)] |= filter_bit(hash);
}

static void load(void)
{
    const uint8_t *p = terms_data, *end = p + terms_data_len;
    (void)idf_number(-log((double)SHARE_UNKNOWN)); // 0, as in a free slot
    while (p < end) {
        const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol)
            eol = end;
        const uint8_t *tab = memchr(p, '\t', (size_t)(eol - p));
        if (*p != '#' && tab)
            add((view){p, (size_t)(tab - p)}, strtof((const char *)tab + 1, NULL));
        p = eol + 1;
    }
}

double terms_idf_most(void)
{
    return -log((double)SHARE_UNKNOWN);
}

void terms_fetch(uint64_t word_hash)
{
    __builtin_prefetch(&table.slot[word_hash & (TABLE_SLOTS - 1)]);
}

double terms_idf(uint64_t word_hash)
{
    pthread_once(&once, load);
    return table.idf[table.slot[slot_of(word_hash)].idf];
}

static bool is_common(uint64_t word_hash)
{
    return (double)table.slot[slot_of(word_hash)].share > SHARE_COMMON;
}

// Common words and others come at random: first they are parted without a branch by the filter,
// then nearly all that it held back are common.
size_t terms_drop_common(sort_item *items, sort_item *tmp, size_t n)
{
    size_t left = 0, maybe = 0;
    pthread_once(&once, load);
    for (size_t i = 0; i < n; i++) {
        uint64_t key = items[i].key;
        uint32_t value = items[i].value;
        bool held = table.maybe_common[filter_word(key)] & filter_bit(key);
        items[left].key = tmp[maybe].key = key; // of the whole struct gcc made a load that had to
        items[left].value = tmp[maybe].value = value; // wait for two smaller stores
        left += !held;
        maybe += held;
    }
    for (size_t i = 0; i < maybe; i++) {
        if (!is_common(tmp[i].key))
            items[left++] = tmp[i];
    }
    return left;
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

// Terms by hash, each with where it stands, ascending.
static size_t find_places(sort_item *out, const words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        uint64_t hash;
        bool begins = hash_at(w, i, &hash);
        out[n] = (sort_item){hash, (uint32_t)i};
        n += begins;
    }
    n = terms_drop_common(out, out + w->n + 1, n);
    sort_items(out, out + w->n + 1, n, 64);
    return n;
}

static double weight_of(uint32_t n, double idf)
{
    return n == 1 ? idf : (1 + log((double)n)) * idf;
}

double terms_weight(uint64_t word_hash, uint32_t n)
{
    pthread_once(&once, load);
    pthread_once(&once, load);
    const slot *s = &table.slot[slot_of(word_hash)];
    return (double)s->share > SHARE_COMMON ? 0 : weight_of(n, table.idf[s->idf]);
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
