// header.h - the header of a request: one JSON object, within limits.
// Layer: engine.  May include: base, jansson.  Threads: pure.
#ifndef SHINGLED_ENGINE_HEADER_H
#define SHINGLED_ENGINE_HEADER_H
#include "base/flat.h"
#include "engine/refusal.h"

#include <jansson.h>

// header_parse parses a header of at most `most` bytes; empty is {}. Refuses with SHG_EHEADER,
// SHG_EDEEP, SHG_EHEADERSIZE.
SHG_MUST_CHECK shg_err header_parse(json_t **out, view text, size_t most, refusal *r);

// header_member is a value as the flat reader would give it: FLAT_OTHER for what it does not read,
// lists among them. It points into v.
flat_member header_member(const json_t *v);

// header_pick reads the members named, by the flat reader where it can; FLAT_NULL for one that is
// absent. What they say lies in text or in *parsed, the caller's to json_decref (it may be NULL).
// Refuses as header_parse does.
SHG_MUST_CHECK shg_err header_pick(flat_member *out, const char *const *names, size_t n, view text,
                                   json_t **parsed, refusal *r);

#endif
