// sift.h - of the candidates of one article, those that are worth a comparison.
//
// Most candidates share some set phrases, or are about the same event and share no text. Marking
// what frequencies know of a candidate, and comparing it, is most of what it costs: so a candidate
// goes no further than until it is known that none of the relations asked for can hold.
// Layer: engine.  May include: index, evidence.  Threads: one owner.
#ifndef SHINGLED_ENGINE_SIFT_H
#define SHINGLED_ENGINE_SIFT_H
#include "engine/library.h"
#include "evidence/likes.h"
#include "evidence/screen.h"

typedef struct sift {
    library *lib;
    const side *a;
    screen screen;
    likes likes;        // made when it is first asked for
    index_look look;    // how all that is read of the store stands
    words_told told;    // scratch
    article stored;     // likewise
    side other;         // likewise
    unsigned relations; // asked for: bits 1 << relation
} sift;

// sift_open makes one for what is compared with a, marked, which must outlive it. SHG_ENOMEM.
SHG_MUST_CHECK shg_err sift_open(sift *out, library *lib, const side *a, unsigned relations);
void sift_close(sift *s);

// sift_read is library_read of a document that may match; of another, *out is NULL: it is read as
// far as it takes to tell.
SHG_MUST_CHECK shg_err sift_read(sift *s, uint32_t doc, reading **out);

#endif
