// build.h - the blocks of a segment in the making.
// Layer: index, private.  Threads: who holds job_lock; without the turn.
#ifndef SHINGLED_INDEX_BUILD_H
#define SHINGLED_INDEX_BUILD_H
#include "index/job.h"

typedef struct built_block {
    uint32_t number;
    size_t at, len; // in values
    uint64_t n;     // postings
} built_block;
void built_reset(built *b); // the memory stays for the next slice
void built_fini(built *b);

// build_ranges builds the blocks of the next ranges in j->built, until there is a slice's worth,
// and moves j->range on.
SHG_MUST_CHECK shg_err build_ranges(article_index *ix, job *j);

#endif
