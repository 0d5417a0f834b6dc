// flat.h - a reader of flat JSON: one object whose values are strings, null, true, false, small
// integers or lists of strings, as records of articles nearly always are.
//
// It reads in one pass, without allocating, what a general parser takes ten times as long for. It
// is never the judge of JSON: whatever it does not know, it gives up on, and the caller asks
// jansson, which then takes it or says what is wrong. What it does take is RFC 8259 in UTF-8.
// Layer: base.  Threads: pure.
#ifndef SHINGLED_BASE_FLAT_H
#define SHINGLED_BASE_FLAT_H
#include "base/buf.h"
#include "base/view.h"

typedef enum flat_kind {
    FLAT_NULL,
    FLAT_BOOL,
    FLAT_INTEGER,
    FLAT_STRING,
    FLAT_STRINGS, // a list of strings
    FLAT_OTHER,   // never read here: for callers that had it from another parser
} flat_kind;

typedef struct flat_member {
    view name; // as it stands: a name with escapes is given up on
    flat_kind kind;
    int64_t number; // of FLAT_BOOL (0, 1) and FLAT_INTEGER
    view raw;       // FLAT_STRING: between the quotation marks; FLAT_STRINGS: brackets included
    bool escaped;   // raw has a backslash
} flat_member;

typedef struct flat {
    const uint8_t *p, *end;
    enum { FLAT_START, FLAT_INSIDE, FLAT_DONE, FLAT_GIVEN_UP } state;
} flat;

// flat_open begins with json, which must be UTF-8 (utf8_check) for what is read to be so.
void flat_open(flat *f, view json);

// flat_next gives the next member; false at the end of the object, and where it gives up.
bool flat_next(flat *f, flat_member *m);

// flat_whole tells, once flat_next has ended, that all was read: one object and nothing else.
bool flat_whole(const flat *f);

// flat_decode writes a raw string without its escapes, never more than raw.len bytes, and returns
// how many. The escapes must be sound: flat_next has looked at them.
size_t flat_decode(uint8_t *out, view raw);

// flat_quote appends s as a JSON string, marks included, as jansson would write it. s is UTF-8.
void flat_quote(buf *to, view s);

// flat_entry takes the next string of a raw list: *list is moved behind it. False at its end.
bool flat_entry(view *list, view *raw);

#endif
