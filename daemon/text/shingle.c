#include "text/shingle.h"
#include "text/hash.h"
#include <stdlib.h>

enum { TURN = 23 }; // odd, so that no two of 64 places turn a word alike

static inline uint64_t turn(uint64_t x)
{
    return x << TURN | x >> (64 - TURN);
}

static uint64_t shingle_hash(const word *w, size_t i, size_t end)
{
    uint64_t h = 0;
    for (; i < end; i++)
        h = turn(h) + w[i].hash;
    return hash_mix(h);
}

size_t shingles_make(uint64_t *out, uint32_t *ends, const words *w, unsigned k)
{
    size_t n = 0, end = 0;
    unsigned weight = 0; // of the words n to end
    for (; n < w->n; weight -= word_weight(&w->w[n++])) {
        while (weight < k * WORD_WEIGHT && end < w->n)
            weight += word_weight(&w->w[end++]);
        if (weight < k * WORD_WEIGHT)
            break;
        out[n] = shingle_hash(w->w, n, end);
        if (ends)
            ends[n] = (uint32_t)end;
    }
    if (n || w->n == 0)
        return n;
    out[0] = shingle_hash(w->w, 0, w->n);
    if (ends)
        ends[0] = (uint32_t)w->n;
    return 1;
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
