// record.h - the article record of the wire (PROTOCOL.md, chapter on the record): names and
// aliases in, one canonical form out.
// Layer: engine.  May include: evidence, base, jansson.  Threads: pure.
#ifndef SHINGLED_ENGINE_RECORD_H
#define SHINGLED_ENGINE_RECORD_H
#include "base/view.h"
#include "engine/refusal.h"
#include "evidence/credits.h"

#include <jansson.h>

typedef struct record {
    json_t *fields;       // canonical names only, absent ones left out; owned
    json_t *warnings;     // array of {field, detail}, or NULL; owned
    char *byline;         // `by` as one line, a list joined by ", "; "" where there is none; owned
    view text;            // into the body or the source header: borrowed
    int64_t published_ms; // CLOCK_ABSENT where unknown or unreadable
} record;

// What a use of a record asks for.
enum record_need { RECORD_URI = 1, RECORD_TEXT = 2 };

// record_read takes the fields from a header object. body: the text's frame; where it is
// empty the text is taken from the header's `text` or an alias. Both must outlive *out.
// Refuses with SHG_ENOURI, SHG_EURI, SHG_EFIELD, SHG_EUTF8, SHG_EBLANK, SHG_ETEXTSIZE.
SHG_MUST_CHECK shg_err record_read(record *out, json_t *header, view body, unsigned need,
                                   refusal *r);

// record_has_text tells whether a header brings a text of its own.
bool record_has_text(json_t *header);

// record_parse reads a stored record back (text is left empty).
SHG_MUST_CHECK shg_err record_parse(record *out, view stored);
void record_free(record *rec);

// record_dump gives the stored form: compact JSON, keys sorted. free() it; NULL = no memory.
char *record_dump(const record *rec, size_t *len);

// record_get is a field's text, or an empty view. A list (`by`) reads as its first entry.
view record_get(const record *rec, const char *name);

// record_credit_fields lends the fields that credits are read from.
void record_credit_fields(const record *rec, credit_fields *out);

#endif
