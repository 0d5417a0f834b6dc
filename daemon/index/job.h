// job.h - one segment in the making.
//
// The order of things, which a kill at any point must not spoil:
//   1. the documents that are gone now are noted: their postings are left out;
//   2. blocks are written, some in each transaction; nobody reads them yet;
//   3. one transaction puts the segment in the list in place of those it replaces;
//   4. after it, and after the readers of the old list are gone, the old blocks
//      are deleted in slices;
//   5. the tombstones of the documents of 1. are deleted, with what is left of their
//      rows: no posting names them any more.
// Blocks of segments that are not in the list (a kill before 3., or within 4.) are
// deleted after the next start. Tombstones that a kill before the end of 5. leaves stay
// until their segment is merged again; they are few bytes and do no harm.
// Layer: index, private.  Threads: who holds job_lock.
#ifndef SHINGLED_INDEX_JOB_H
#define SHINGLED_INDEX_JOB_H
#include "index/inside.h"

SHG_MUST_CHECK shg_err job_start_seal(article_index *ix, job *j);
SHG_MUST_CHECK shg_err job_start_merge(article_index *ix, job *j, size_t first, size_t n,
                                       uint32_t level);

// job_start_join makes one of neighbours that have no postings: retention would else leave more
// and more of them.
SHG_MUST_CHECK shg_err job_start_join(article_index *ix, job *j, size_t first, size_t n);

// job_step does the next slice; the job is over when its phase is JOB_NONE. After a
// failure it is given up and its blocks are garbage, unless it was published already.
SHG_MUST_CHECK shg_err job_step(article_index *ix, job *j);
void job_give_up(article_index *ix, job *j);

// job_give_back frees the memory that is kept for the next active segment, and what the one that
// is being filled has not used yet. It waits for its turn behind those who write.
void job_give_back(article_index *ix);

// rows_delete deletes what DB_ARTICLES, DB_SIGNS, DB_LINKS and DB_PRINTS hold of a document.
SHG_MUST_CHECK shg_err rows_delete(db_txn *t, uint32_t doc);

static inline bool job_is_gone(const job *j, uint32_t doc)
{
    uint32_t i = doc - j->out.doc0;
    return (j->gone[i / 8] >> (i % 8) & 1) != 0;
}

#endif
