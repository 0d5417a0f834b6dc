// credits.h - whom an article credits, in which role and in which words.
//
// Finds mentions of known sources (sources.h) and outlet-shaped unknown names, and reads
// what stands around each by the role patterns of data/roles.tsv (CREDITS.md).
// Layer: evidence.  May include: sources, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_CREDITS_H
#define SHINGLED_EVIDENCE_CREDITS_H
#include "evidence/sources.h"

// A text of more mentions than any article has is read at its first three quarters and its
// last quarter of so many: time stays bounded (0.4 s at 16 MB of "CNN CNN CNN").
// Of credits the first CREDITS_MOST are kept; how often more were found is counted.
enum { CREDITS_MENTIONS = 65536, CREDITS_MOST = 1024 };

typedef enum credit_role {
    CREDIT_WIRE,
    CREDIT_REPUBLISHED,
    CREDIT_REPORTS,
    CREDIT_TOLD,
    CREDIT_PHOTO,
    CREDIT_ROLES
} credit_role;

// The fields of a record that are evidence; absent ones have len 0. All borrowed.
typedef struct credit_fields {
    view uri, publisher, headline, by, credit_line, dateline, copyright_holder, copyright_notice,
        canonical_url;
} credit_fields;

typedef struct credit {
    char *name;           // canonical name, or as it stands where the source is unknown; owned
    char *id;             // source id; a slug of the name where it is unknown; owned
    const source *source; // NULL where unknown
    credit_role role;
    const char *field; // "text", or the record's field it stood in ("by", "creditLine", ...)
    char *value;       // that field's value where it is not "text", else NULL; owned
    size_t begin, end; // bytes [begin, end) of the whole credit in that field: "Via The Hill:"
    double score;      // of the pattern, (0,1]
} credit;

typedef struct credits {
    credit
        *c; // by field (text first), then begin; one a source and role: the surest, then the first
    size_t n;
    size_t left_out; // findings beyond CREDITS_MOST
} credits;

// credits_find reads a text (its words w) and fields. The publisher naming itself
// is left out (but an agency's own name on its copy is wire). A field that is not UTF-8
// is no evidence. SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err credits_find(credits *out, const sources *s, const words *w,
                                    const credit_fields *f);
void credits_free(credits *c);

const char *credit_role_name(credit_role r); // "wire", "republished", "reports", "told", "photo"

#endif
