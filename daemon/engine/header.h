// header.h - the header of a request: one JSON object, within limits.
// Layer: engine.  May include: base, jansson.  Threads: pure.
#ifndef SHINGLED_ENGINE_HEADER_H
#define SHINGLED_ENGINE_HEADER_H
#include "base/view.h"
#include "engine/refusal.h"

#include <jansson.h>

// header_parse parses a header of at most `most` bytes; empty is {}. Refuses with SHG_EHEADER,
// SHG_EDEEP, SHG_EHEADERSIZE.
SHG_MUST_CHECK shg_err header_parse(json_t **out, view text, size_t most, refusal *r);

#endif
