// rare.h - the rarest terms of a text, by which articles on the same event find each other.
//
// The RARE_MOST distinct terms with the highest (1 + ln count) * idf against background
// frequencies, equal ones by hash, as keys of the same postings as fingerprints. Two articles
// that share RARE_SHARED of them are candidates: for `related`, and for a rewrite that left
// no run of words in which both keep a fingerprint (measured: plain postings of rare terms
// find .97 of same-event pairs, a weighted MinHash of them less at a higher cost).
// A term is a word; in scripts written without spaces a run of neighbouring characters, three
// of Han or six of others (kana and Thai letters say about half as much as a Han character).
// Layer: engine.  May include: evidence, sketch, text, base.  Threads: pure.
#ifndef SHINGLED_ENGINE_RARE_H
#define SHINGLED_ENGINE_RARE_H
#include "base/sort.h"
#include "text/words.h"

enum {
    RARE_VERSION = 3, // in the stamp: which terms there are, and how they are chosen
    RARE_MOST = 20,
    RARE_SHARED = 4,
    RARE_ROOM = 4,
};

// rare_terms writes the keys of a text's rarest terms, the rarest first, and returns how many. It
// works in room for RARE_ROOM * (w->n + 1) items. What it has in hand gives the squared length of
// the text's vector (term_list) nearly: *square is not more, where no word is a character of an
// unspaced script, and not much less.
uint32_t rare_terms(uint64_t out[RARE_MOST], const words *w, uint64_t seed, sort_item *room,
                    double *square);

#endif
