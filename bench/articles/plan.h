// plan.h - what article i of a seed is: its kind, source, event, publisher, size and time.
// Threads: pure.
#ifndef SHINGLED_BENCH_PLAN_H
#define SHINGLED_BENCH_PLAN_H
#include "articles.h"

enum {
    PLAN_AGENCIES = 4, // the first publishers; the others take from them
    PLAN_AGENCY_EVERY = 64,
};

typedef struct plan {
    articles_kind kind;
    uint64_t source; // the article it takes from; of an original its own number
    uint64_t event;  // that it tells of, shared with articles near it
    uint32_t publisher;
    uint32_t bytes; // of the text, about
    int64_t published_s;
    uint64_t random; // the state from which its own words are drawn
} plan;

void plan_make(plan *p, uint64_t seed, uint64_t i);

#endif
