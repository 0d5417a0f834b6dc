// record.h - the article record of the wire (PROTOCOL.md, chapter on the record): names and
// aliases in, one canonical form out.
//
// A record comes as a header, a line of a batch, a member of a request, or from the store. What
// it says is gathered first (record_source: by the flat reader where that can, else from a parsed
// object), then read: one set of rules, so that each way in gives the same answers.
// Layer: engine.  May include: evidence, base, jansson.  Threads: pure.
#ifndef SHINGLED_ENGINE_RECORD_H
#define SHINGLED_ENGINE_RECORD_H
#include "base/flat.h"
#include "base/view.h"
#include "engine/refusal.h"
#include "evidence/credits.h"

#include <jansson.h>

typedef enum record_field {
    REC_URI,
    REC_HEADLINE,
    REC_PUBLISHED,
    REC_PUBLISHER,
    REC_BY,
    REC_LANGUAGE,
    REC_CANONICAL_URL,
    REC_CREDIT_LINE,
    REC_DATELINE,
    REC_COPYRIGHT_HOLDER,
    REC_COPYRIGHT_NOTICE,
    REC_FIELDS
} record_field;

typedef struct record {
    view field[REC_FIELDS]; // in own; empty where absent. A list in `by` reads as one line, "A, B"
    view by_list;           // the list as compact JSON, where it was one; in own
    uint8_t *own;
    size_t own_len;        // of it that is used
    view text;             // into the body or the source: borrowed; or text_own
    uint8_t *text_own;     // owned, where the text had to be unescaped; else NULL
    int64_t published_ms;  // CLOCK_ABSENT where unknown or unreadable
    bool published_unread; // there, but no date: kept as given, and worth a warning
} record;

extern const char record_unread_detail[]; // the words of that warning

// What a use of a record asks for.
enum record_need { RECORD_URI = 1, RECORD_TEXT = 2 };

// All that an object says to which a record or a PUT listens, by its name.
enum { RECORD_NAMES = 37 };
typedef struct record_source {
    uint64_t has; // bit i: name i is there
    flat_member given[RECORD_NAMES];
    char *list; // owned, or NULL
} record_source;

// record_source_flat reads JSON text; false where it is not of the flat form, or no JSON: jansson
// is to be asked. The text must outlive *s.
bool record_source_flat(record_source *s, view json);

// record_source_json takes a parsed object, which must outlive *s and not change meanwhile.
SHG_MUST_CHECK shg_err record_source_json(record_source *s, json_t *object);
void record_source_fini(record_source *s);

// The options of PUT that stand beside its record. Refuses with SHG_EOPTION.
typedef struct put_options {
    int64_t if_version; // -1: not given
    bool match, accept;
} put_options;
SHG_MUST_CHECK shg_err record_put_options(const record_source *s, put_options *out, refusal *r);

// record_if_version is the one of them that a record of a batch has; -1: not given.
SHG_MUST_CHECK shg_err record_if_version(const record_source *s, int64_t *out, refusal *r);

// record_source_uri is the uri that a source gives, good or not; owned by the caller; NULL: none.
char *record_source_uri(const record_source *s);

// record_has_text tells whether an object brings a text of its own.
bool record_has_text(json_t *object);

// record_read takes the fields. body: the text's frame; where it is empty the text is taken from
// the source's `text` or an alias. Body and source must outlive out->text.
// Refuses with SHG_ENOURI, SHG_EURI, SHG_EFIELD, SHG_EUTF8, SHG_EBLANK, SHG_ETEXTSIZE.
SHG_MUST_CHECK shg_err record_read(record *out, const record_source *s, view body, unsigned need,
                                   refusal *r);

// record_parse reads a stored record back (text is left empty).
SHG_MUST_CHECK shg_err record_parse(record *out, view stored);

// record_move moves what stands in own to `to`, which has room for own_len bytes and must outlive
// *rec.
void record_move(record *rec, uint8_t *to);
void record_free(record *rec);

// record_write adds the stored form, compact JSON with its keys sorted, and a 0.
void record_write(buf *to, const record *rec);

// record_json gives the fields as a new object; NULL = no memory.
json_t *record_json(const record *rec);

// record_find is the field of a canonical name, REC_FIELDS where there is none.
record_field record_find(const char *name);

static inline view record_get(const record *rec, record_field f)
{
    return rec->field[f];
}

// record_credit_fields lends the fields that credits are read from.
void record_credit_fields(const record *rec, credit_fields *out);

#endif
