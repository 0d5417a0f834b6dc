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
    for (size_t i = 0; ends && i < n; i++)
        ends[i] = (uint32_t)(l->alone ? end_of(l, i, k) : i + k);
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

// Sorts a by its bytes, least first, with n entries of room in tmp: linear whatever
// the hashes are.
static void sort(uint64_t *a, uint64_t *tmp, size_t n)
{
    for (unsigned shift = 0; shift < 64; shift += 8) {
        size_t start[257] = {0};
        for (size_t i = 0; i < n; i++)
            start[(a[i] >> shift & 0xff) + 1]++;
        for (unsigned b = 0; b < 256; b++)
            start[b + 1] += start[b];
        for (size_t i = 0; i < n; i++)
            tmp[start[a[i] >> shift & 0xff]++] = a[i];
        uint64_t *swap = a;
        a = tmp;
        tmp = swap;
    }
}

static size_t unique(uint64_t *a, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || a[kept - 1] != a[i])
            a[kept++] = a[i];
    return kept;
}

// How many values the two sorted sets have in common.
static size_t common(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
    size_t i = 0, j = 0, both = 0;
    while (i < na && j < nb) {
        uint64_t x = a[i], y = b[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    return both;
}

shg_err shingles_resemblance(double *out, const words *a, const words *b)
{
    size_t most = a->n > b->n ? a->n : b->n;
    uint64_t *space = malloc((a->n + b->n + most + 1) * sizeof *space);
    if (!space)
        return SHG_ENOMEM;
    uint64_t *sa = space, *sb = space + a->n, *tmp = sb + b->n;
    size_t na = shingles_make(sa, NULL, a, SKETCH_WORDS);
    size_t nb = shingles_make(sb, NULL, b, SKETCH_WORDS);
    sort(sa, tmp, na);
    sort(sb, tmp, nb);
    na = unique(sa, na);
    nb = unique(sb, nb);
    size_t both = common(sa, na, sb, nb);
    *out = na + nb ? (double)both / (double)(na + nb - both) : 0;
    free(space);
    return SHG_OK;
}
