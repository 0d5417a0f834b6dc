#include "evidence/terms.h"
#include "text/shingle.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

extern const unsigned char terms_data[]; // data/terms.tsv
extern const size_t terms_data_len;

enum { TABLE_BITS = 15, TABLE_SLOTS = 1 << TABLE_BITS, KEY_MOST = 128 };

#define SHARE_UNKNOWN .001f // of a word that is not in the table: rarer than all in it
#define SHARE_COMMON .10    // words over it say nothing about the subject

// Open addressing by the hash itself; share 0 marks a free slot. Constant once loaded.
static struct {
    uint64_t hash[TABLE_SLOTS];
    float share[TABLE_SLOTS];
} table;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static size_t slot_of(uint64_t hash)
{
    size_t s = hash & (TABLE_SLOTS - 1);
    while (table.share[s] > 0 && table.hash[s] != hash)
        s = (s + 1) & (TABLE_SLOTS - 1);
    return s;
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
    table.hash[s] = hash;
    if (share > table.share[s])
        table.share[s] = share;
}

static void load(void)
{
    const uint8_t *p = terms_data, *end = p + terms_data_len;
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

double terms_share(uint64_t word_hash)
{
    pthread_once(&once, load);
    float share = table.share[slot_of(word_hash)];
    return share > 0 ? (double)share : (double)SHARE_UNKNOWN;
}

double terms_idf(uint64_t word_hash)
{
    return -log(terms_share(word_hash));
}

// One term of a text: a word, or two neighbouring characters of an unspaced script (one
// alone says as little as a letter).
typedef struct term {
    uint64_t hash;
    double weight;
} term;

static int by_hash(const void *x, const void *y)
{
    uint64_t a = ((const term *)x)->hash, b = ((const term *)y)->hash;
    return (a > b) - (a < b);
}

static size_t list(term *t, const words *w, const uint8_t *keep)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const word *x = &w->w[i];
        if (keep && !keep[i])
            continue;
        if (!(x->flags & WORD_CHAR))
            t[n++].hash = x->hash;
        else if (i + 1 < w->n && x[1].flags & WORD_CHAR && (!keep || keep[i + 1]))
            t[n++].hash = x->hash * 0x9e3779b97f4a7c15u + x[1].hash;
    }
    return n;
}

// vector turns the words into terms in ascending order of hash, each once; returns how
// many, and the squared length of the vector in *square.
static size_t vector(term *t, const words *w, const uint8_t *keep, double *square)
{
    size_t n = list(t, w, keep), out = 0;
    qsort(t, n, sizeof *t, by_hash);
    *square = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && t[j].hash == t[i].hash; j++)
            ;
        double share = terms_share(t[i].hash);
        if (share > SHARE_COMMON)
            continue;
        double weight = (1 + log((double)(j - i))) * -log(share);
        t[out++] = (term){t[i].hash, weight};
        *square += weight * weight;
    }
    return out;
}

static double dot(const term *a, size_t na, const term *b, size_t nb)
{
    double sum = 0;
    for (size_t i = 0, j = 0; i < na && j < nb;) {
        if (a[i].hash < b[j].hash) {
            i++;
        } else if (a[i].hash > b[j].hash) {
            j++;
        } else {
            sum += a[i++].weight * b[j++].weight;
        }
    }
    return sum;
}

shg_err terms_cosine_of(double *out, const words *a, const uint8_t *keep_a, const words *b,
                        const uint8_t *keep_b)
{
    *out = 0;
    if (a->n == 0 || b->n == 0)
        return SHG_OK;
    term *t = calloc(a->n + b->n, sizeof *t);
    if (!t)
        return SHG_ENOMEM;
    double aa, bb;
    size_t na = vector(t, a, keep_a, &aa), nb = vector(t + a->n, b, keep_b, &bb);
    if (aa > 0 && bb > 0)
        *out = fmin(1, dot(t, na, t + a->n, nb) / sqrt(aa * bb));
    free(t);
    return SHG_OK;
}

shg_err terms_cosine(double *out, const words *a, const words *b)
{
    return terms_cosine_of(out, a, NULL, b, NULL);
}
