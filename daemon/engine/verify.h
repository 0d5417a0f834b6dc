// verify.h - candidates, compared with the article they are candidates of.
// Layer: engine.  May include: index, evidence.  Threads: any.
#ifndef SHINGLED_ENGINE_VERIFY_H
#define SHINGLED_ENGINE_VERIFY_H
#include "engine/matching.h"

// A candidate: of what is asked for, of o->also, or of both.
typedef struct chosen {
    uint32_t doc;
    bool asked, also;
} chosen;

// verify_all compares n stored documents with r, whose marked copy out->side is, and adds to out
// those that match as asked for, best first. out->hit has room for n. of: what was looked up for r.
// *vanished is set where one is gone; a damaged one counts as unverified. o->helpers lend a hand,
// but where r is very long. After a failure out is for hits_free.
SHG_MUST_CHECK shg_err verify_all(hits *out, library *lib, const reading *r, const known *of,
                                  const chosen *docs, size_t n, const match_opts *o,
                                  bool *vanished);

// verify_mark makes a reading's marked copy, to be given to frequency_unmark (k as in
// frequency_find: after a failure, too, it is the caller's to close, as look is); verify_compare
// compares two.
SHG_MUST_CHECK shg_err verify_mark(side *out, index_look *look, known *k, const reading *r,
                                   uint32_t horizon);
SHG_MUST_CHECK shg_err verify_compare(match *out, match_source *a, const side *b,
                                      match_depth depth);

void verify_drop(hit *h);

#endif
