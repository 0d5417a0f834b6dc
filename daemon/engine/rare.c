#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"
#include "text/utf8.h"

#include <math.h>

static const uint64_t TERM_SPACE = 0x7465726d00000000; // keeps terms apart from shingles

typedef struct term {
    uint64_t hash;
    double weight;
} term;

// In a run of characters without spaces: what a Han character says, any other, and what
// makes a term.
enum { HAN_SAYS = 2, CHAR_SAYS = 1, TERM_SAYS = 6 };

static double weigh(double idf, size_t count)
{
    return count == 1 ? idf : (1 + log((double)count)) * idf;
}

// Keeps the heaviest: insertion into a short list, equal weights by hash.
static uint32_t insert(term *top, uint32_t n, term t)
{
    uint32_t at = n;
    while (at > 0 && (top[at - 1].weight < t.weight ||
                      (top[at - 1].weight == t.weight && top[at - 1].hash > t.hash)))
        at--;
    if (at == RARE_MOST)
        return n;
    uint32_t last = n < RARE_MOST ? n : RARE_MOST - 1;
    memmove(top + at + 1, top + at, (last - at) * sizeof *top);
    top[at] = t;
    return last + 1;
}

static bool is_han(view key)
{
    const uint8_t *p = key.p;
    uint32_t cp = utf8_next(&p, key.p + key.len);
    return (cp >= 0x3400 && cp <= 0x9fff) || cp >= 0x20000;
}

// The term that starts at word i, an unspaced character; false where none does.
static bool run_of_chars(const words *w, size_t i, uint64_t *hash)
{
    unsigned says = 0;
    *hash = 0;
    for (; i < w->n && w->w[i].flags & WORD_CHAR && says < TERM_SAYS; i++) {
        says += is_han(words_key(w, i)) ? HAN_SAYS : CHAR_SAYS;
        *hash = (*hash << 23 | *hash >> 41) + w->w[i].hash;
    }
    return says >= TERM_SAYS;
}

// All terms that may count, with those that stand in the text again; at most one for each word.
static size_t list_terms(sort_item *out, const words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const word *x = &w->w[i];
        uint64_t hash = x->hash;
        bool is_term = x->flags & WORD_CHAR ? run_of_chars(w, i, &hash) : x->key_len > 1;
        out[n] = (sort_item){hash, 0};
        n += is_term;
    }
    return terms_drop_common(out, out + w->n + 1, n);
}

// Whether a term could not get into a full list even if no table knew it.
static bool is_behind(const term *last, uint64_t hash, double most)
{
    return last->weight > most || (last->weight == most && last->hash < hash);
}

// Takes the terms that stand in the text again, from a sorted list; leaves those that stand there
// once.
static uint32_t take_repeated(term *top, sort_item *t, size_t *count)
{
    uint32_t n = 0;
    size_t single = 0;
    for (size_t i = 0, k; i < *count; i = k) {
        for (k = i + 1; k < *count && t[k].key == t[i].key;)
            k++;
        double weight = k - i > 1 ? weigh(terms_idf(t[i].key), k - i) : 0;
        if (k - i == 1)
            t[single++].key = t[i].key;
        else if (weight > 0)
            n = insert(top, n, (term){t[i].key, weight});
    }
    *count = single;
    return n;
}

// Their idf takes a look at a large table, and is looked up only where it may matter.
static uint32_t take_single(term *top, uint32_t n, const sort_item *t, size_t count)
{
    double most = terms_idf_most();
    for (size_t i = 0; i < count; i++) {
        if (n == RARE_MOST && is_behind(&top[n - 1], t[i].key, most))
            continue;
        double weight = terms_idf(t[i].key);
        if (weight > 0 && (n < RARE_MOST || !is_behind(&top[n - 1], t[i].key, weight)))
            n = insert(top, n, (term){t[i].key, weight});
    }
    return n;
}

uint32_t rare_terms(uint64_t out[RARE_MOST], const words *w, uint64_t seed, sort_item *room)
{
    term top[RARE_MOST];
    size_t count = list_terms(room, w);
    sort_items(room, room + w->n + 1, count, 64);
    for (size_t i = 1; i < count; i++)
        if (room[i].key == room[i - 1].key)
            terms_fetch(room[i].key);
    uint32_t n = take_repeated(top, room, &count); // the heavier ones
    n = take_single(top, n, room, count);
    for (uint32_t i = 0; i < n; i++)
        out[i] = print_of(top[i].hash ^ TERM_SPACE, seed);
    return n;
}
