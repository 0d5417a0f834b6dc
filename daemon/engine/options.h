// options.h - the options of a request's header, checked. A missing option or null
// leaves *out alone; a wrong one refuses with SHG_EOPTION and its name in the detail.
// Layer: engine.  Threads: pure.
#ifndef SHINGLED_ENGINE_OPTIONS_H
#define SHINGLED_ENGINE_OPTIONS_H
#include "engine/matching.h"
#include "engine/refusal.h"
#include "text/utf8.h"

#include <jansson.h>

SHG_MUST_CHECK shg_err option_bool(json_t *header, const char *name, bool *out, refusal *r);
SHG_MUST_CHECK shg_err option_integer(json_t *header, const char *name, int64_t least, int64_t most,
                                      int64_t *out, refusal *r);
SHG_MUST_CHECK shg_err option_share(json_t *header, const char *name, double *out, refusal *r);
SHG_MUST_CHECK shg_err option_time(json_t *header, const char *name, int64_t *out_ms, refusal *r);
SHG_MUST_CHECK shg_err option_unit(json_t *header, offset_unit *out, refusal *r); // "offsets"
SHG_MUST_CHECK shg_err option_relations(json_t *header, unsigned *out,
                                        refusal *r); // bits 1 << relation

// option_publishers reads a name or a list of names as hashes; free(*out). *given tells
// whether the option was there at all.
SHG_MUST_CHECK shg_err option_publishers(json_t *header, const char *name, const sources *s,
                                         uint64_t **out, size_t *n, bool *given, refusal *r);

// option_uri borrows a uri from the header: SHG_ENOURI where it is missing, SHG_EFIELD, SHG_EURI.
SHG_MUST_CHECK shg_err option_uri(json_t *header, view *out, refusal *r);
SHG_MUST_CHECK shg_err check_uri_value(view uri, refusal *r);

#endif
