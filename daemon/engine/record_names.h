// record_names.h - the names that a record goes by: each field's own, then its aliases.
// Layer: engine, private to record*.c.
#ifndef SHINGLED_ENGINE_RECORD_NAMES_H
#define SHINGLED_ENGINE_RECORD_NAMES_H
#include "engine/record.h"

enum {
    RECORD_TEXTS = REC_FIELDS, // the names of the text follow those of the fields
    RECORD_FIRST_OPTION = 34,
    RECORD_IF_VERSION = RECORD_FIRST_OPTION,
    RECORD_MATCH,
    RECORD_DURABILITY,
};

extern const char *const record_names[RECORD_NAMES];

// The names of field f are [record_first[f], record_first[f + 1]), in the order in which they
// count; those of the text likewise, under RECORD_TEXTS.
extern const uint8_t record_first[REC_FIELDS + 2];

#endif
