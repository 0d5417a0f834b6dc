// patterns.h - the role patterns of data/roles.tsv, compiled.
//
// The language is described at the head of that file. A pattern is cut at its mention
// into four position automata (Glushkov 1961) of at most 64 states, two run to the left
// and two to the right; a set of states is one word, so matching takes at most 64 steps
// a side, whatever the text (cf. Navarro, Raffinot 2002, bit-parallel Glushkov).
// Layer: evidence.  May include: text, base.  Threads: constant after patterns_open.
#ifndef SHINGLED_EVIDENCE_PATTERNS_H
#define SHINGLED_EVIDENCE_PATTERNS_H
#include "evidence/credits.h"
#include "evidence/mentions.h"
#include "evidence/window.h"

typedef struct patterns patterns;

// Where a text stands: a pattern is meant for some of them.
typedef enum credit_field {
    FIELD_TEXT,
    FIELD_BY,
    FIELD_CREDIT_LINE,
    FIELD_DATELINE,
    FIELD_COPYRIGHT_HOLDER,
    FIELD_COPYRIGHT_NOTICE,
    FIELD_CANONICAL_URL,
    FIELD_HEADLINE,
    FIELD_COUNT
} credit_field;

const char *credit_field_name(credit_field f); // "text", "by", "creditLine", ...

// The best pattern at a mention.
typedef struct pattern_hit {
    credit_role role;
    double score;
    uint32_t begin, end;  // the whole credit
    const source *source; // whom an anchor stands for; else NULL
} pattern_hit;

// patterns_open compiles a table. s resolves the ids of anchors and must outlive it.
// On a fault why gets file, line and fault.
SHG_MUST_CHECK shg_err patterns_open(patterns **out, const sources *s, const char *file, view text,
                                     char *why, size_t why_len);
void patterns_close(patterns **p);

// patterns_shapes is what mentions_find wants; patterns_lexicon what a window wants.
const lookup *patterns_shapes(const patterns *p);
const lookup *patterns_lexicon(const patterns *p);

// patterns_best finds the pattern for mention i that is surest; a photo pattern wins over
// every other. v is the window at the mention.
bool patterns_best(const patterns *p, window *v, size_t i, credit_field field, pattern_hit *hit);

#endif
