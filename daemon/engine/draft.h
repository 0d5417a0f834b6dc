// draft.h - a document's place, worked out before its turn.
//
// What a document shares with those before it depends on what is stored alone, so that many can be
// worked out at once and in any order, but for one thing: the centres of its near texts are
// candidates, too, and who is a centre is known when all before it have their seats. A draft notes
// what it was told of them; where that is not so any more when its turn comes, it is made again. So
// stories are the same with however many threads.
//
// Of a newcomer whose matches were asked for the same comparison gives the answer: they are those
// of the store as it was when the article came.
// Layer: engine, private.  Threads: one owner a draft.
#ifndef SHINGLED_ENGINE_DRAFT_H
#define SHINGLED_ENGINE_DRAFT_H
#include "engine/state.h"

typedef struct draft {
    uint32_t doc;
    shg_err err;
    bool alone;      // there is no other document to be placed
    reading *wanted; // held: the newcomer's, where its matches are asked for; else NULL
    place *place;    // NULL: it is gone, or has one already; or err
    json_t *matches; // owned; NULL: not asked for, or to be asked for anew
    buf centres;     // of centre_seen; its memory stays
} draft;

// draft_begin says what it is of. d was ended, or is zeros. wanted is taken over. Where it is
// alone, the helpers of questions lend a hand to one that is wanted.
void draft_begin(draft *d, uint32_t doc, reading *wanted, bool alone);

// draft_make works it out, perhaps once more; what came of it is in d->err.
void draft_make(draft *d, engine *e);

// draft_holds tells, when all before it have their seats, whether it is what would be made now.
bool draft_holds(const draft *d, engine *e);

void draft_end(draft *d);  // lets go of what it has
void draft_fini(draft *d); // and of its memory

#endif
