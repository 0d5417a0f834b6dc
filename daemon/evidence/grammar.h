// grammar.h - reads the pattern language of data/roles.tsv into trees.
//
// Layer: evidence.  May include: text, base.  Threads: one owner, while tables are built.
#ifndef SHINGLED_EVIDENCE_GRAMMAR_H
#define SHINGLED_EVIDENCE_GRAMMAR_H
#include "evidence/lookup.h"
#include "evidence/table.h"

enum { GRAMMAR_DEPTH = 12 }; // of brackets

typedef enum node_kind {
    NODE_TOKEN,
    NODE_SEQUENCE,
    NODE_CHOICE,
    NODE_REPEAT,
    NODE_MACRO
} node_kind;

typedef struct node {
    uint8_t kind;        // of node_kind
    uint8_t least, most; // of a repeat: least is 0 or 1
    bool other;          // of a token: it accepts every token but those
    uint32_t mask;       // of a token: classes it accepts, of token_class
    uint32_t list;       // of a token: words it accepts; 0 = none
    uint32_t child;      // first child
    uint32_t next;       // sibling; 0 = none
} node;

typedef struct word_list {
    uint32_t from, n; // in grammar.members
} word_list;

typedef struct grammar {
    node *node; // [0] is not used, so that 0 is "none"
    size_t n, cap;
    word_list *list; // [0] is the empty one
    size_t n_lists, cap_lists;
    uint32_t *members; // numbers of words
    uint64_t *member_hash;
    size_t n_members, cap_members;
    lookup lexicon; // word hash -> its number, from 1
    lookup macros;  // hash of a name -> node
    table *t;       // where faults are told
} grammar;

// The four parts of a pattern, each a node or 0: from the mention outward to the left,
// first what belongs to the credit, then its surroundings; to the right the same.
typedef struct parsed {
    uint32_t left, left_context, right, right_context;
    char anchor_id[64]; // "@reuters.com/reporting": the source's id, "" for a mention
    uint64_t anchor;    // and the word's hash
} parsed;

// grammar_define reads a macro; grammar_parse a pattern. SHG_EFIELD with the fault told.
SHG_MUST_CHECK shg_err grammar_define(grammar *g, const char *name, const char *text);
SHG_MUST_CHECK shg_err grammar_parse(grammar *g, const char *text, parsed *out);

// grammar_words gives the words of a macro that is a plain list; NULL if it is none.
const uint64_t *grammar_words(const grammar *g, const char *name, size_t *n);
void grammar_free(grammar *g);

#endif
