// sort.h - numbers with something attached, in ascending order, in linear time.
//
// Made for hashes: of at most SORT_SMALL keys each goes to a bucket by its first bits, and only
// its few neighbours are compared; where somebody chose the keys so that they pile up, and for
// larger lists, it is a radix sort. Equal keys stay in the order they had.
// Layer: base.  Threads: pure.
#ifndef SHINGLED_BASE_SORT_H
#define SHINGLED_BASE_SORT_H
#include <stddef.h>
#include <stdint.h>

typedef struct sort_item {
    uint64_t key;
    uint32_t value;
} sort_item;

enum { SORT_SMALL = 4096 };

// sort_items orders n items; tmp has room for n. bits: how many low bits of the keys count, 1 to
// 64; the others must be 0.
void sort_items(sort_item *items, sort_item *tmp, size_t n, unsigned bits);

#endif
