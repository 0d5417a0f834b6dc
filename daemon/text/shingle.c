#include "text/shingle.h"
#include "text/hash.h"
#include "text/kernels.h"
#include "text/shingle_blocks.h"
#include <stdlib.h>

static uint64_t shingle_hash(const uint64_t *hash, size_t i, size_t end)
{
    uint64_t h = 0;
    for (; i < end; i++)
        h = shingle_turn(h) + hash[i];
    return h;
}

static unsigned weight_of(const hash_list *l, size_t i)
{
    return l->alone && l->alone[i] ? CHAR_WEIGHT : WORD_WEIGHT;
}

// The shingle of k that starts at word i ends before the word returned; 0: the text does.
static size_t end_of(const hash_list *l, size_t i, unsigned k)
{
    for (unsigned weight = 0; i < l->n; i++) {
        weight += weight_of(l, i);
        if (weight >= k * WORD_WEIGHT)
            return i + 1;
    }
    return 0;
}

// Where the shingles end that begin at the first n words.
static void find_ends(uint32_t *ends, const hash_list *l, size_t n, unsigned k)
{
    if (l->alone)
        for (size_t i = 0; i < n; i++)
            ends[i] = (uint32_t)end_of(l, i, k);
    else
        for (size_t i = 0; i < n; i++) // a loop that the compiler can make vectors of
            ends[i] = (uint32_t)i + k;
}

// The shingles that begin where as many words stand as one may have; returns how many.
static size_t make_most(uint64_t *out, uint32_t *ends, const hash_list *l, unsigned k)
{
    size_t most = l->alone ? SHINGLE_MOST : k, n = l->n < most ? 0 : l->n - most + 1;
    if (n == 0 || k > PRINT_WORDS)
        return 0;
    if (l->alone)
        text_kernels_get()->mixed(out, l->hash, l->alone, n, k);
    else
        text_kernels_get()->shingles(out, l->hash, n, k);
    if (ends)
        find_ends(ends, l, n, k);
    return n;
}

// The shingles from i on, where fewer words stand than one may have; returns how many there are of
// the whole list.
static size_t make_rest(uint64_t *out, uint32_t *ends, const hash_list *l, unsigned k, size_t i)
{
    for (size_t end; i < l->n && (end = end_of(l, i, k)) != 0; i++) {
        out[i] = shingle_hash(l->hash, i, end);
        if (ends)
            ends[i] = (uint32_t)end;
    }
    if (i || l->n == 0)
        return i;
    out[0] = shingle_hash(l->hash, 0, l->n);
    if (ends)
        ends[0] = (uint32_t)l->n;
    return 1;
}

size_t shingles_from(uint64_t *out, uint32_t *ends, const hash_list *l, unsigned k)
{
    return make_rest(out, ends, l, k, make_most(out, ends, l, k));
}

shingle_counts shingles_both(uint64_t *sketch, uint64_t *print, const hash_list *l)
{
    size_t most = l->alone ? SHINGLE_MOST : PRINT_WORDS, n = l->n < most ? 0 : l->n - most + 1;
    if (n)
        text_kernels_get()->shingle_pairs(sketch, print, l->hash, l->alone, n);
    return (shingle_counts){make_rest(sketch, NULL, l, SKETCH_WORDS, n),
                            make_rest(print, NULL, l, PRINT_WORDS, n)};
}

size_t shingles_make(uint64_t *out, uint32_t *ends, const words *w, unsigned k)
{
    hash_list l = words_hashes(w);
    return shingles_from(out, ends, &l, k);
}

// Distinct hashes in open addressing, at most half full: first those of the one text, then those of
// the other.
typedef struct hash_set {
    uint64_t *hash; // [mask + 1]
    uint8_t *in;    // of each: 0 free, or of enum holder
    size_t mask;
    size_t all, both;
} hash_set;

enum holder { HELD_BY_A = 1, HELD_BY_B = 2 };

static bool hash_set_open(hash_set *s, size_t n)
{
    size_t size = hash_slots(n);
    *s =
        (hash_set){.mask = size - 1, .hash = malloc(size * sizeof *s->hash), .in = calloc(size, 1)};
    return s->hash && s->in;
}

static void hash_set_add(hash_set *s, const uint64_t *hash, size_t n, enum holder who)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = hash_place(hash[i], s->hash) & s->mask;
        while (s->in[at] && s->hash[at] != hash[i])
            at = (at + 1) & s->mask;
        s->hash[at] = hash[i];
        s->all += !s->in[at];
        s->both += who == HELD_BY_B && s->in[at] == HELD_BY_A;
        s->in[at] |= (uint8_t)who;
    }
}

shg_err shingles_resemblance(double *out, const words *a, const words *b)
{
    size_t most = a->n > b->n ? a->n : b->n;
    uint64_t *list = malloc((most + 1) * sizeof *list);
    hash_set s;
    bool there = hash_set_open(&s, a->n + b->n) && list;
    if (there) {
        hash_set_add(&s, list, shingles_make(list, NULL, a, SKETCH_WORDS), HELD_BY_A);
        hash_set_add(&s, list, shingles_make(list, NULL, b, SKETCH_WORDS), HELD_BY_B);
        *out = s.all ? (double)s.both / (double)s.all : 0;
    }
    free(list);
    free(s.hash);
    free(s.in);
    return there ? SHG_OK : SHG_ENOMEM;
}
