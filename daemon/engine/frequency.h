// frequency.h - what the store's frequencies say about a reading's words.
//
// A fingerprint that a publisher carries in FURNITURE_STORIES distinct stories is its
// furniture (counting pages instead of stories would hide exact copies); one that several
// publishers carry in stories that lie days apart is a set phrase, and counts as such. One that
// stands in quotation marks in other articles is speech here too: embedded posts and block
// quotes have no marks of their own.
// Layer: engine.  May include: index, evidence.  Threads: any.
#ifndef SHINGLED_ENGINE_FREQUENCY_H
#define SHINGLED_ENGINE_FREQUENCY_H
#include "engine/known.h"
#include "engine/reading.h"

enum {
    FURNITURE_STORIES = 4,
    PHRASE_STORIES = 8, // for a set phrase, PHRASE_DAYS apart, of PHRASE_PUBLISHERS
    PHRASE_PUBLISHERS = 3,
    PHRASE_DAYS = 3,   // reports on one event go on that long
    FURNITURE_GAP = 8, // words between two furniture fingerprints that are furniture with them
    VOTES = 2,         // other articles that quote a fingerprint; one is enough where
    VOTES_RARE = 3,    // at most this many carry it at all
    LIST_CAP = 64,     // postings of a fingerprint that are looked at
};

typedef struct frequency_counts {
    uint32_t capped;    // fingerprints whose lists are capped (is_capped)
    uint32_t terms;     // rare terms with so many
    uint32_t furniture; // fingerprints that are the publisher's furniture
} frequency_counts;

// The postings of a reading's keys that count: of other documents, below the horizon, so
// that an answer depends on what was stored then and on nothing later.
typedef struct frequency {
    postings lists; // [n_keys], with terms [n_keys + n_terms]; cut to the horizon, the
                    // reading itself left out
    uint32_t horizon;
    size_t lost;      // keys of whose lists some can't be read
    uint8_t *verdict; // [n_keys], of key_verdict, by frequency_judge
} frequency;

enum key_verdict { KEY_FURNITURE = 1, KEY_VOTED = 2 };

// What a capped list shows are the first of its articles: they need not be all. One place less,
// since the reading itself may have been left out.
static inline bool is_capped(const posting_list *l)
{
    return l->n >= LIST_CAP - 1;
}

// frequency_find looks up what k does not know, and leaves it there; k may be NULL.
SHG_MUST_CHECK shg_err frequency_find(frequency *out, article_index *ix, known *k, const reading *r,
                                      uint32_t horizon, bool with_terms);
void frequency_free(frequency *f);

// frequency_judge says of each fingerprint what it is, once. What it reads of the store is read by
// look, which stays the caller's to close.
SHG_MUST_CHECK shg_err frequency_judge(frequency *f, index_look *look, const reading *r,
                                       frequency_counts *counts);

// frequency_mark makes a copy of the side with the marks of what was judged added to its own. The
// words and terms are shared with the reading, which must outlive it; frequency_unmark frees the
// copy.
SHG_MUST_CHECK shg_err frequency_mark(side *out, const reading *r, const frequency *f);
void frequency_unmark(side *s);

#endif
