// patterns_table.h - the inside of the compiled patterns, for patterns.c, which makes them,
// and patterns_match.c, which runs them.
// Layer: evidence.  May include: text, base.  Threads: constant after patterns_open.
#ifndef SHINGLED_EVIDENCE_PATTERNS_TABLE_H
#define SHINGLED_EVIDENCE_PATTERNS_TABLE_H
#include "evidence/patterns.h"

enum { STATES_MAX = 64 };

enum when {
    WHEN_AGENCY = 1,
    WHEN_KNOWN = 2,
    WHEN_VAGUE = 4,
    WHEN_SHAPED = 8,
    WHEN_HEAD = 16, // stands in the first part of the text
    WHEN_TAIL = 32,
    WHEN_ECHO = 64,
    WHEN_BROADCASTER = 256,
    WHEN_ADDRESS = 128, // the name is a web address
};

typedef struct state {
    uint64_t follow;
    uint32_t mask, list;
    bool other; // accepts every token but those
} state;

// A position automaton; its states are patterns.state[from ...].
typedef struct program {
    uint64_t first, last;
    uint32_t from;
    uint16_t n;
    bool nullable; // matches no token at all
} program;

// What the token next to the mention must be for the pattern to have a chance.
typedef struct gate {
    uint32_t mask;
    uint64_t words; // bit n % 64 for each word number n
    bool open;      // anything will do
} gate;

// What most mentions are turned away by comes first: one cache line a pattern.
typedef struct pattern {
    gate before, after;
    uint32_t when, fields; // bits of enum when, of 1 << credit_field
    uint32_t order;
    credit_role role;
    double score;
    const source *source; // of an anchor
    uint64_t anchor;
    program left, left_context, right, right_context;
} pattern;

struct patterns {
    pattern *list;
    size_t n, cap;
    state *state;
    size_t n_states, cap_states;
    uint64_t *member; // [n_lists][stride]: which words are in a list
    size_t stride;
    lookup lexicon;
    lookup shapes; // word hash -> bits of name_shape
};

#endif
