// show.h - answers in the form that people read.
//
// All take the wire's own JSON (a match, credits, a story), so that what the server says
// and what the command line works out without one read the same.
// Layer: CLI.  Threads: one.
#ifndef SHINGLED_SHOW_H
#define SHINGLED_SHOW_H
#include "term.h"

#include <jansson.h>

// How passages are shown.
typedef struct show_opts {
    const char *a, *b;           // what the two texts are called in the margin, a few columns each
    const char *a_name, *b_name; // and in a sentence
    unsigned most;               // passages, the longest ones; 0 = none
    bool whole;                  // long passages are not cut in the middle
} show_opts;

// show_match_title writes "excerpt .93 publisher, time, headline" and the uri; n > 0 numbers it.
void show_match_title(term *t, const json_t *match, unsigned n);

// show_match_body writes the measures, provenance and passages, indented. a and b are the
// texts that the passages' "query" and "match" (byte) offsets point into; where one is empty
// its excerpts are left out.
void show_match_body(term *t, const json_t *match, view a, view b, const show_opts *o);

// show_passages writes only the passages, as show_match_body does.
void show_passages(term *t, const json_t *passages, view a, view b, const show_opts *o,
                   const char *indent);

// show_marked writes a whole text, the passages in it marked and numbered. side is "query"
// or "match".
void show_marked(term *t, view text, const json_t *passages, const char *side);

// show_credits writes a line a credit.
void show_credits(term *t, const json_t *credits, const char *indent);

// show_time writes a wire time short ("2017-03-12 18:05"), or fill.
void show_time(term *t, const char *time, const char *fill);

// show_share is "62 %"; out has at least 8 bytes.
const char *show_share(char *out, double share);

// show_reasons writes the words of a "because" as what is said of `who`: " who is credited,
// was published earlier".
void show_reasons(term *t, const json_t *because, const char *who);

#endif
