// sources_table.h - the inside of the table of sources, for sources.c, which builds it, and
// names.c, which finds names in a text by it.
// Layer: evidence.  May include: text, base.  Threads: constant after sources_open.
#ifndef SHINGLED_EVIDENCE_SOURCES_TABLE_H
#define SHINGLED_EVIDENCE_SOURCES_TABLE_H
#include "evidence/lookup.h"
#include "evidence/sources.h"

enum {
    ALIAS_WORDS = 16,     // of the longest alias
    FIRST_ANY_CASE = 256, // with the number of words in sources.first: small letters will do
};

// CAP_THE: an article that begins a name; in small letters it makes the name vague ("the Hill").
enum cap_rule { CAP_ANY, CAP_FIRST, CAP_ALL, CAP_THE };

typedef struct alias {
    uint32_t source;
    uint8_t n_words;
    bool vague;
    bool dotted;              // a web address: only a dot may stand between its words
    uint8_t cap[ALIAS_WORDS]; // of cap_rule
} alias;

struct sources {
    char *text[2]; // the tables that all strings point into: ours, the user's
    source *list;
    size_t n;
    alias *alias;
    size_t n_alias, cap_alias;
    lookup ids, domains;
    lookup handles;            // names and hosts run together ("faznet") -> source
    lookup own;                // name and source, where the name is another's elsewhere
    lookup names;              // chained hash of an alias's words -> alias
    lookup first;              // hash of its first word -> most words of such an alias
    uint64_t maybe[256];       // bit per hash of a first word: most words fail here
    uint64_t maybe_small[256]; // likewise of those that may be in small letters
    struct patterns *patterns;
};

// chain takes a word's hash into that of a name.
static inline uint64_t chain(uint64_t h, uint64_t word_hash)
{
    h = (h << 23 | h >> 41) ^ word_hash;
    return h * 0x9e3779b97f4a7c15ull;
}

static inline void sieve_put(uint64_t sieve[256], uint64_t hash)
{
    sieve[hash >> 56] |= 1ull << (hash >> 50 & 63);
}

static inline bool sieve_holds(const uint64_t sieve[256], uint64_t hash)
{
    return sieve[hash >> 56] >> (hash >> 50 & 63) & 1;
}

// maybe_first is false for most words that no name begins with.
static inline bool maybe_first(const sources *s, uint64_t hash)
{
    return sieve_holds(s->maybe, hash);
}

// maybe_small_first is false for most that none in small letters begins with.
static inline bool maybe_small_first(const sources *s, uint64_t hash)
{
    return sieve_holds(s->maybe_small, hash);
}

#endif
