// draft.h - a document's place, worked out before its turn.
//
// What a document shares with those before it depends on what is stored alone, so that many can be
// worked out at once and in any order, but for one thing: the centres of its near texts are
// candidates, too, and who is a centre is known when all before it have their seats. A draft notes
// what it was told of them; where that is not so any more when its turn comes, it is made again. So
// stories are the same with however many threads.
// Layer: engine, private.  Threads: one owner a draft.
#ifndef SHINGLED_ENGINE_DRAFT_H
#define SHINGLED_ENGINE_DRAFT_H
#include "engine/state.h"

typedef struct draft {
    uint32_t doc;
    shg_err err;
    place *place; // NULL: it is gone, or has one already; or err
    buf centres;  // of centre_seen; its memory stays
} draft;

// draft_make works it out; what came of it is in d->err. d was dropped, or is zeros.
void draft_make(draft *d, engine *e, uint32_t doc);

// draft_holds tells, when all before it have their seats, whether it is what would be made now.
bool draft_holds(const draft *d, engine *e);

void draft_drop(draft *d); // frees the place
void draft_fini(draft *d);

#endif
