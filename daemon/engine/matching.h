// matching.h - from a reading to the stored articles that it shares text with, verified.
// Layer: engine.  May include: index, evidence.  Threads: any.
#ifndef SHINGLED_ENGINE_MATCHING_H
#define SHINGLED_ENGINE_MATCHING_H
#include "base/clock.h"
#include "engine/frequency.h"
#include "engine/helpers.h"
#include "engine/library.h"
#include "evidence/match.h"

#include <jansson.h>

enum {
    RELATIONS_DEFAULT = 1 << REL_COPY | 1 << REL_EXCERPT | 1 << REL_REWRITE | 1 << REL_QUOTES,
    VERIFY_QUERY = 512,      // candidates that a question verifies
    VERIFY_STORY = 64,       // candidates that a newcomer is verified against
    VERIFY_WORDS = 10 << 20, // read for one of either: some 64 MiB of text
};

#define HORIZON_ALL UINT32_MAX

typedef struct hit hit;

typedef struct match_opts {
    uint32_t horizon;      // only documents below it
    uint32_t verify_most;  // candidates verified, the likeliest first, and
    uint64_t verify_words; // the words of them that are read in all (at least one is)
    size_t keep_most;      // hits kept; 0: all
    match_depth depth;     // of the hits kept
    uint32_t same_most;    // candidates verified that read the same as the article; 0: all
    unsigned relations;    // bits 1 << relation
    double min_containment;
    int64_t since_ms,
        before_ms;              // CLOCK_ABSENT = no bound; an article without a date passes neither
    bool only_publishers;       // only those in publishers, be it none
    const uint64_t *publishers; // publisher_hash_of
    size_t n_publishers;
    const uint64_t *not_publishers;
    size_t n_not_publishers;
    uint32_t (*centre_of)(void *ctx, uint32_t doc); // centre of a text, a candidate too; or NULL
    void *ctx;
    // Another question about the same article and horizon, answered by the same search; or NULL.
    // What chooses its candidates and matches counts, but centre_of; all its hits are kept.
    const struct match_opts *also;
    // What else there is to do while the article is looked up, by any of the hands and before *also
    // is read, perhaps again; or NULL.
    shg_err (*beside)(void *ctx);
    void *beside_ctx;
    // Makes h->shown of every hit that is asked for and kept, once it is as deep as `depth`, and of
    // some that are let go then; `of` is the marked copy of the article. By any of the hands, or
    // NULL.
    shg_err (*show)(void *ctx, const side *of, hit *h);
    void *show_ctx;
    helpers *helpers; // that lend this thread a hand; NULL: none
} match_opts;

// match_opts_for is what all questions start from: the default relations, no filter, and bounds.
static inline match_opts match_opts_for(uint32_t horizon, uint32_t verify_most)
{
    return (match_opts){
        .horizon = horizon,
        .verify_most = verify_most,
        .verify_words = VERIFY_WORDS,
        .relations = RELATIONS_DEFAULT,
        .since_ms = CLOCK_ABSENT,
        .before_ms = CLOCK_ABSENT,
    };
}

// One verified match. The reading is held; side is its marked copy.
struct hit {
    reading *with;
    side side;
    match match;
    json_t *shown; // by show; owned, NULL: nothing is
    bool asked;    // what was asked for; else of `also` alone
    bool also;     // of `also`
    bool deep;     // as deep as match_opts says
};

typedef struct hits {
    side side; // the marked copy of the reading asked about, which must outlive it
    hit *hit;  // best first
    size_t n;
    frequency_counts counts;
    uint32_t unverified; // candidates beyond verify_most and verify_words, or damaged; and lists
    size_t over;         // hits beyond keep_most
} hits;

// matching_find need not be given a complete reading.
SHG_MUST_CHECK shg_err matching_find(hits *out, library *lib, reading *r, const match_opts *o);
void hits_free(hits *h);

// matching_pair compares two readings, likewise, with what the store knows of each.
SHG_MUST_CHECK shg_err matching_pair(match *out, side *side_a, side *side_b, library *lib,
                                     reading *a, reading *b);

#endif
