#include "evidence/lexicon.h"
#include "evidence/lookup.h"

#include <pthread.h>
#include <stdatomic.h>

extern const unsigned char lexicon_data[]; // data/lexicon.tsv
extern const size_t lexicon_data_len;

enum {
    KEY_MOST = 128,
    NUMBER_MOST = 64,
    PREFIXES_MOST = 24,
    VALUES_MOST = 64,
    VALUE_SHIFT = 8,
    SIEVE_BITS = 1 << 16
};

static const struct {
    const char *name;
    unsigned class;
} kinds[] = {
    {"title", LEXICON_TITLE}, {"formula", LEXICON_FORMULA}, {"number", LEXICON_NUMBER},
    {"month", LEXICON_MONTH}, {"day", LEXICON_DAY},         {"weather", LEXICON_WEATHER},
};

// Of the word's hash: its classes, and for a number, above them, its place in value.
// Constant once loaded, and never freed.
static lookup table;
static uint64_t may_hold[SIEVE_BITS / 64];  // by the hash's lowest bits: most words need no more
static uint64_t may_count[SIEVE_BITS / 64]; // likewise of numbers alone
static uint64_t value[VALUES_MOST];         // hashes of the digits; [0] is not used
static uint32_t n_values = 1;
static view prefix[PREFIXES_MOST];
static size_t n_prefixes;
static view prefix_language;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool loaded; // a look at it costs less than a call of pthread_once

// cut takes the text before the next separator off v.
static view cut(view *v, uint8_t separator)
{
    const uint8_t *at = v->len ? memchr(v->p, separator, v->len) : NULL;
    view part = {v->p, at ? (size_t)(at - v->p) : v->len};
    size_t skip = part.len + (at != NULL);
    *v = (view){v->p + skip, v->len - skip};
    return part;
}

static uint32_t value_of(view digits)
{
    uint64_t hash = hash_key(digits);
    for (uint32_t i = 1; i < n_values; i++) {
        if (value[i] == hash)
            return i;
    }
    if (n_values == VALUES_MOST)
        return 0;
    value[n_values] = hash;
    return n_values++;
}

// A table without memory for it is a table without the word.
static void put(const uint8_t *key, size_t len, uint32_t bits)
{
    uint32_t before = 0;
    uint64_t hash = hash_key((view){key, len});
    (void)lookup_get(&table, hash, &before);
    if (!len)
        return;
    (void)!lookup_put(&table, hash, before | bits);
    may_hold[hash % SIEVE_BITS / 64] |= 1ull << hash % 64;
    if (bits & LEXICON_NUMBER)
        may_count[hash % SIEVE_BITS / 64] |= 1ull << hash % 64;
}

static void add(view name, view language, uint32_t bits)
{
    uint8_t key[KEY_MOST];
    put(key, fold_key(key, sizeof key, name), bits);
    if (!n_prefixes || !view_eq(language, prefix_language))
        return;
    for (size_t i = 0; i < n_prefixes; i++) {
        size_t len = fold_key(key, sizeof key, prefix[i]);
        len += fold_key(key + len, sizeof key - len, name);
        put(key, len, bits);
    }
}

static void read_row(view row)
{
    view kind = cut(&row, '\t'), language = cut(&row, '\t');
    uint32_t class = 0;
    bool prefixes = view_eq(kind, view_of("prefix"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        class |= view_eq(kind, view_of(kinds[i].name)) ? kinds[i].class : 0;
    if (prefixes)
        prefix_language = language;
    while (row.len) {
        view item = cut(&row, ' '), name = cut(&item, '=');
        if (prefixes && n_prefixes < PREFIXES_MOST)
            prefix[n_prefixes++] = name;
        else if (!prefixes)
            add(name, language, class | (item.len ? value_of(item) << VALUE_SHIFT : 0));
    }
}

static void load(void)
{
    view text = {lexicon_data, lexicon_data_len};
    while (text.len) {
        view row = cut(&text, '\n');
        if (row.len && *row.p != '#')
            read_row(row);
    }
    atomic_store_explicit(&loaded, true, memory_order_release);
}

static void ready(void)
{
    if (!atomic_load_explicit(&loaded, memory_order_acquire))
        pthread_once(&once, load);
}

static bool sieve_holds(const uint64_t sieve[SIEVE_BITS / 64], uint64_t hash)
{
    return sieve[hash % SIEVE_BITS / 64] >> hash % 64 & 1;
}

static uint32_t find(uint64_t hash)
{
    uint32_t bits = 0;
    ready();
    if (!sieve_holds(may_hold, hash))
        return 0;
    return lookup_get(&table, hash, &bits) ? bits : 0;
}

unsigned lexicon_of(uint64_t word_hash)
{
    return find(word_hash) & ((1u << VALUE_SHIFT) - 1);
}

// digits_of is the first number in a word that is more than that ("7th", "131" and "runs"
// without a space).
static view digits_of(view key)
{
    size_t from = 0, to;
    while (from < key.len && (key.p[from] < '0' || key.p[from] > '9'))
        from++;
    for (to = from; to < key.len && ((key.p[to] >= '0' && key.p[to] <= '9') || key.p[to] == '.');)
        to++;
    return to > from ? (view){key.p + from, to - from} : key;
}

bool lexicon_number(const words *w, size_t i, uint64_t *hash)
{
    const word *x = &w->w[i];
    *hash = x->hash;
    if (x->flags & WORD_NUMBER && x->key_len > NUMBER_MOST)
        return true;
    if (x->flags & WORD_NUMBER) {
        view digits = digits_of(words_key(w, i));
        if (digits.len < x->key_len)
            *hash = hash_key(digits);
        return true;
    }
    uint32_t bits = find(x->hash);
    if (bits >> VALUE_SHIFT)
        *hash = value[bits >> VALUE_SHIFT];
    return bits & LEXICON_NUMBER;
}

size_t lexicon_next_number(const words *w, size_t i, uint64_t *hash)
{
    ready();
    for (; i < w->n; i++) {
        bool may = w->w[i].flags & WORD_NUMBER || sieve_holds(may_count, w->w[i].hash);
        if (may && lexicon_number(w, i, hash))
            break;
    }
    return i;
}
