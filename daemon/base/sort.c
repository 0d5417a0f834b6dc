#include "base/sort.h"

#include <stdbool.h>
#include <string.h>

enum {
    BUCKET_MOST = 24,   // items that insertion may sort
    INSERT_MOST = 12,   // lists this short go without buckets
    DIGIT = 8,          // bits of one pass of the radix sort
    RADIX = 1 << DIGIT, // its buckets
};

static void move(sort_item *to, const sort_item *from)
{
    to->key = from->key; // as it was written: a load of both would wait for two stores
    to->value = from->value;
}

static void insert(sort_item *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        sort_item x = v[i];
        size_t k = i;
        if (v[i - 1].key <= x.key)
            continue;
        for (; k > 0 && v[k - 1].key > x.key; k--)
            move(&v[k], &v[k - 1]);
        move(&v[k], &x);
    }
}

// An odd number of passes ends in tmp.
static void radix(sort_item *items, sort_item *tmp, size_t n, unsigned bits)
{
    sort_item *from = items, *to = tmp;
    for (unsigned shift = 0; shift < bits; shift += DIGIT) {
        size_t start[RADIX + 1] = {0};
        for (size_t i = 0; i < n; i++)
            start[(from[i].key >> shift & (RADIX - 1)) + 1]++;
        for (unsigned b = 0; b < RADIX; b++)
            start[b + 1] += start[b];
        for (size_t i = 0; i < n; i++)
            to[start[from[i].key >> shift & (RADIX - 1)]++] = from[i];
        sort_item *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, n * sizeof *items);
}

// One bucket an item, about; false, with nothing changed, where a bucket is too full.
static bool spread(sort_item *items, sort_item *tmp, size_t n, unsigned bits)
{
    uint16_t start[SORT_SMALL + 1];
    unsigned log = 0;
    while ((size_t)1 << log < n)
        log++;
    log = log < bits ? log : bits;
    unsigned shift = bits - log;
    memset(start, 0, (((size_t)1 << log) + 1) * sizeof *start);
    for (size_t i = 0; i < n; i++)
        start[(items[i].key >> shift) + 1]++;
    for (size_t b = 1; b <= (size_t)1 << log; b++) {
        if (start[b] > BUCKET_MOST)
            return false;
        start[b] = (uint16_t)(start[b] + start[b - 1]);
    }
    for (size_t i = 0; i < n; i++)
        tmp[start[items[i].key >> shift]++] = items[i];
    insert(tmp, n); // nobody has farther to go than over his bucket
    memcpy(items, tmp, n * sizeof *items);
    return true;
}

void sort_items(sort_item *items, sort_item *tmp, size_t n, unsigned bits)
{
    if (n <= INSERT_MOST)
        insert(items, n);
    else if (n > SORT_SMALL || !spread(items, tmp, n, bits))
        radix(items, tmp, n, bits);
}
