// ask.h - what the asking verbs share. Private to engine/.
#ifndef SHINGLED_ENGINE_ASK_H
#define SHINGLED_ENGINE_ASK_H
#include "engine/matching.h"
#include "engine/state.h"
#include "text/utf8.h"

#include <jansson.h>

enum { FIND_TRIES = 100 }; // an article that is updated while it is asked about is looked up again

// ask_stored returns the held reading of the article of a uri. SHG_ENOTFOUND is refused in words.
SHG_MUST_CHECK shg_err ask_stored(engine *e, view uri, reading **out, refusal *r);

// ask_read reads a text that is not stored, with what is known of it.
SHG_MUST_CHECK shg_err ask_read(engine *e, json_t *record_header, view body, reading **out,
                                refusal *r);

// What confirms an article's credits: the stored articles of their sources that share text with it.
typedef struct confirming {
    match_opts match; // finds them
    uint64_t *publishers;
} confirming;

// ask_confirming makes the question for it; confirming_free after a failure, too.
SHG_MUST_CHECK shg_err ask_confirming(confirming *out, const credits *c);
void confirming_free(confirming *c);

// ask_credits renders credits of a, each with what confirms it of the hits that are `also`.
SHG_MUST_CHECK shg_err ask_credits(json_t **out, const reading *a, const credits *c, const hits *h,
                                   offset_unit unit);

// ask_name_it adds uri, publisher, headline and published of an article to an object; null
// where it has none.
SHG_MUST_CHECK shg_err ask_name_it(json_t *object, const reading *a);

// ask_matches renders what a question about a with its defaults would be answered by, from hits
// that are `also`, whose matches it deepens.
SHG_MUST_CHECK shg_err ask_matches(json_t **out, engine *e, reading *a, hits *h);

// ask_field is one of an article's fields as a new reference; null where it has none.
json_t *ask_field(const reading *a, const char *name);

// ask_provenance decides who had it from whom. out->source lives as long as both readings.
SHG_MUST_CHECK shg_err ask_provenance(provenance *out, engine *e, reading *a, const side *side_a,
                                      reading *b, const side *side_b, const match *m);

#endif
