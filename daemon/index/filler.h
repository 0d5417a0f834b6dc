// filler.h - the thread that fills the tables of bands at start, while the rows are read.
// Layer: index, private.  Threads: one; the bands are the filler's from filler_start to filler_end.
#ifndef SHINGLED_INDEX_FILLER_H
#define SHINGLED_INDEX_FILLER_H
#include "index/bands.h"

typedef struct filler filler;

SHG_MUST_CHECK shg_err filler_start(filler **out, bands *b, uint64_t seed);

// filler_add hands over a document whose number is greater than all before. Its lanes are borrowed
// until filler_end.
void filler_add(filler *f, uint32_t doc, const uint8_t lanes[MINHASH_LANES]);

// filler_rest gives the thread something else to do, once all that was added is in: no more is.
typedef shg_err filler_work(void *ctx);
void filler_rest(filler *f, filler_work *work, void *ctx);

// filler_end waits for all of it; nulls *f. SHG_ENOMEM: some are not in; or what the work said.
// NULL is fine.
SHG_MUST_CHECK shg_err filler_end(filler **f);

#endif
