// records.h - articles from files: plain text, or JSON Lines with a record a line.
//
// A record is the PUT header of the wire (PROTOCOL.md, "The article record"), with its
// text taken out of whatever member it stood in, to travel as a body frame.
// Layer: CLI.  May include: base, jansson.  Threads: one.
#ifndef SHINGLED_RECORDS_H
#define SHINGLED_RECORDS_H
#include "shingled/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct records records;

typedef enum records_format {
    RECORDS_AUTO, // by the name (.jsonl, .ndjson, .json; .gz and .zst aside), "-" by its look
    RECORDS_TEXT, // the whole file is one article
    RECORDS_LINES // one JSON object a line; of a .json file also one object, or an array of them
} records_format;

typedef struct record {
    json_t *header; // an object, without the text; owned
    char *text;     // owned; NULL where the record has none
    size_t text_len;
    uint64_t line; // from 1 (in an array: its place); 0 for a plain text file
    shg_err err;   // why this record can't be sent, as the server would name it
    char detail[160];
} record;

typedef enum records_got {
    RECORDS_END,
    RECORDS_ONE,
    RECORDS_BAD,
    RECORDS_BROKEN,
    RECORDS_LATER,
} records_got;

// records_open opens a path or "-". false with a reason in why.
bool records_open(records **out, const char *path, records_format format, char *why,
                  size_t why_len);

// records_next reads the next record into *out (record_free it whatever comes back):
// RECORDS_BAD with err and detail is a line that is no record, and reading goes on after
// it; RECORDS_BROKEN (records_why) means that no more can be read from this file;
// RECORDS_LATER that nothing came within the patience: ask again.
// Blank lines are passed over; a byte order mark and CR before LF are taken off lines.
records_got records_next(records *r, record *out);

// records_set_patience: how long records_next waits for a slow writer; -1, for ever, at first.
void records_set_patience(records *r, int ms);

const char *records_why(const records *r);
uint64_t records_taken(const records *r); // bytes of the file used up; never falls
uint64_t records_size(const records *r);  // bytes of the file, or 0
void records_close(records **r);

// record_uri is its uri by the contract's aliases, or NULL.
const char *record_uri(const record *r);

// record_check applies the rules that need no server: uri, sizes, UTF-8, blank text.
// false with err and detail set.
bool record_check(record *r);

void record_free(record *r); // zeroes it

// record_take_text moves a text member out of an object, by the contract's aliases; NULL
// where it has none.
char *record_take_text(json_t *header, size_t *len);

#endif
