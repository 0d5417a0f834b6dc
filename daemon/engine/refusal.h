// refusal.h - why a request was not done, for the error header of the reply.
// Layer: engine.  Threads: one owner.
#ifndef SHINGLED_ENGINE_REFUSAL_H
#define SHINGLED_ENGINE_REFUSAL_H
#include "shingled/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct refusal {
    shg_err err; // SHG_OK: none
    bool has_version;
    uint32_t version;  // the stored one, where has_version (SHG_ECONFLICT)
    uint64_t expected; // the batch that should have come (SHG_EORDER); 0: none
    bool has_at;
    size_t at;        // byte offset in the text, where has_at
    char detail[240]; // a sentence that names the cause and the cure; UTF-8
} refusal;

// refuse fills r and returns err, so that a check is one line.
__attribute__((format(printf, 3, 4))) shg_err refuse(refusal *r, shg_err err, const char *format,
                                                     ...);

#endif
