// filler.h - the tables of bands filled at start, in a thread of its own, while the rows are read.
// Layer: index, private.  Threads: one; the bands are the filler's from filler_start to filler_end.
#ifndef SHINGLED_INDEX_FILLER_H
#define SHINGLED_INDEX_FILLER_H
#include "index/bands.h"

typedef struct filler filler;

SHG_MUST_CHECK shg_err filler_start(filler **out, bands *b, uint64_t seed);

// filler_add hands over a document whose number is greater than all before. Its lanes are borrowed
// until filler_end.
void filler_add(filler *f, uint32_t doc, const uint8_t lanes[MINHASH_LANES]);

// filler_end waits until all are in; nulls *f. SHG_ENOMEM: some are not. NULL is fine.
SHG_MUST_CHECK shg_err filler_end(filler **f);

#endif
