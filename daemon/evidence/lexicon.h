// lexicon.h - words that say the same wherever they stand: titles, formulas, numbers
// written out, dates, the vocabulary of weather bulletins.
//
// Compiled in from data/lexicon.tsv. Layer: evidence.  May include: text, base.
// Threads: constant data.
#ifndef SHINGLED_EVIDENCE_LEXICON_H
#define SHINGLED_EVIDENCE_LEXICON_H
#include "text/words.h"

enum lexicon_class {
    LEXICON_TITLE = 1, // rank, honorific, office, "son of"
    LEXICON_NUMBER = 2,
    LEXICON_MONTH = 4,
    LEXICON_DAY = 8,
    LEXICON_WEATHER = 16,
    LEXICON_FORMULA = 32, // of thanks, condolence, piety, sentences of courts
    LEXICON_FORMAL = LEXICON_TITLE | LEXICON_FORMULA,
};

// lexicon_of gives the classes of a word by its hash; 0 for most.
unsigned lexicon_of(uint64_t word_hash);

// lexicon_number tells whether word i is a number, and writes the hash by which a number is
// the same in digits, in words, and with letters at it ("7th"); else the word's own.
bool lexicon_number(const words *w, size_t i, uint64_t *hash);

// lexicon_next_number returns the first word from i on that is a number, with its hash; w->n where
// there is none.
size_t lexicon_next_number(const words *w, size_t i, uint64_t *hash);

#endif
