// shapes.h - names of outlets that no table has, known by their shape (CREDITS.md, 2).
//
// The words that shape a name are lists of data/roles.tsv. Layer: evidence.
// May include: sources, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SHAPES_H
#define SHINGLED_EVIDENCE_SHAPES_H
#include "evidence/mentions.h"
#include "evidence/nameword.h"

typedef struct naming {
    const sources *s;
    const lookup *shapes; // word hash -> bits of name_shape
    const words *w;
    size_t not_before; // no name reaches left of this word
} naming;

// shapes_find fills m where a name is to be seen at word i: one that ends there, begins there,
// or begins behind it ("diario ..."). Known names are looked for before.
bool shapes_find(const naming *n, size_t i, mention *m);

// shapes_widen makes a known name the longer one that it is part of: "Charleston Daily Mail"
// is not the Daily Mail, "ABC 13" not the network.
void shapes_widen(const naming *n, mention *m);

// shapes_place is the last word of what belongs to the name that ends with word i: "Times of
// Malta".
size_t shapes_place(const words *w, size_t i);

// What shapes_find asks too, at a word of that kind (shapes_script.c): names behind a noun for
// outlets (el diario X); that begin with one (Radio X, Corriere di X); in quotation marks with a
// head in small letters; known by how they end in scripts without capitals.
bool shapes_led(const naming *n, size_t i, uint32_t bits, mention *m); // bits of name_shape
bool shapes_begun(const naming *n, size_t i, mention *m);
bool shapes_quoted(const naming *n, size_t i, mention *m);
bool shapes_spelt(const naming *n, size_t i, mention *m);

static inline bool shapes_in(const naming *n, size_t i, uint32_t bits)
{
    return nameword_shape(n->shapes, n->w->w[i].hash) & bits;
}

// shapes_make is a mention of the words first to last, a possessive 's left out.
mention shapes_make(const words *w, size_t first, size_t last);

#endif
