// render.h - evidence as the JSON objects of the wire (include/shingled/PROTOCOL.md), for
// the daemon and for the command line without one.
// Layer: evidence.  May include: all of evidence, text, base, jansson.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_RENDER_H
#define SHINGLED_EVIDENCE_RENDER_H
#include "evidence/credits.h"
#include "evidence/match.h"
#include "evidence/provenance.h"
#include "text/utf8.h"

#include <jansson.h>

// Each returns a new reference that the caller owns, or NULL when out of memory.
// render_match: a is "query", b is "match"; p may be NULL (then provenance is unknown);
// passages in the unit asked for, left out unless with_passages.
json_t *render_match(const match *m, const side *a, const side *b, const provenance *p,
                     offset_unit unit, bool with_passages);

// render_credits: the array of credits; confirmed_by[i], unless confirmed_by or it is
// NULL, is a JSON array taken over ("stolen") for credit i.
json_t *render_credits(const credits *c, view text, offset_unit unit, json_t **confirmed_by);

#endif
