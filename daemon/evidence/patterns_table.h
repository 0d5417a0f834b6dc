// patterns_table.h - the inside of the compiled patterns, for patterns.c, which makes them,
// patterns_gate.c, which finds those worth a try, and patterns_match.c, which runs them.
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
    WHEN_ADDRESS = 128, // the name is a web address
    WHEN_BROADCASTER = 256,
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

// Sets of patterns, a bit each in the order of trust: those that a token next to the mention
// lets pass. [0] is the side before it, [1] the one behind.
enum { PATTERNS_MAX = 1024, SET_WORDS = PATTERNS_MAX / 64, TOKEN_CLASSES = 32 };

typedef struct gates {
    size_t words;                           // that are used of a set
    uint64_t field[FIELD_COUNT][SET_WORDS]; // by where the text stands
    uint64_t open[2][SET_WORDS];            // anything will do
    uint64_t class[2][TOKEN_CLASSES][SET_WORDS];
    uint64_t *word[2]; // [number of a word][words]; owned
} gates;

typedef struct pattern {
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
    gates gates;
    lookup lexicon;
    lookup shapes; // word hash -> bits of name_shape
};

// gates_make fills p->gates once the patterns are in order (patterns_gate.c).
SHG_MUST_CHECK shg_err gates_make(patterns *p);
void gates_free(patterns *p);

// gates_pass writes the set of patterns that both neighbours of a mention let pass.
void gates_pass(const patterns *p, const token *before, const token *behind, credit_field field,
                uint64_t set[SET_WORDS]);

#endif
