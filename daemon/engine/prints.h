// prints.h - what the index looks a text up by: signature, fingerprints, rarest terms.
//
// In memory that is kept from text to text, so that an article is read without asking for any.
// Layer: engine.  May include: evidence, index, sketch, text, base.  Threads: one owner.
#ifndef SHINGLED_ENGINE_PRINTS_H
#define SHINGLED_ENGINE_PRINTS_H
#include "engine/rare.h"
#include "evidence/side.h"
#include "index/index.h"

// Of so many neighbouring shingles within speech one is kept: two texts that share a quotation
// of PRINT_WORDS + SPEECH_WINDOW - 1 = 8 words share a fingerprint.
enum { SPEECH_WINDOW = 4 };

// A fingerprint in its place: words [begin, end), and which of the keys it is.
typedef struct print_at {
    uint32_t begin, end, key;
} print_at;

typedef struct prints {
    minhash sig;
    print *key; // distinct fingerprints, ascending by hash; behind them the terms
    uint32_t n_keys, n_terms;
    print_at *place; // in the order of the text
    size_t n_places;
    double square; // as rare_terms gives it
    // what it is made with, for a text of `room` words
    sort_item *item;   // [RARE_ROOM * (room + 1)]: fingerprints and room to sort them; terms
    uint64_t *shingle; // [room + 1]
    uint32_t *end;     // [room + 1]: behind the last word of each shingle
    uint32_t *kept;    // [2 * room + 1]: positions, ascending
    uint32_t *speech;  // [room + 1]: likewise, of those that are kept for their quotation
    size_t n, room;    // n: shingles
} prints;

// prints_make takes those of a text in which speech is marked. *p holds another's, or zeros; it is
// empty after a failure (SHG_ENOMEM). seed is the installation's secret.
SHG_MUST_CHECK shg_err prints_make(prints *p, const side *s, uint64_t seed);
void prints_free(prints *p); // zeroes it

#endif
