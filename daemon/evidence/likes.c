#include "evidence/likes.h"
#include "evidence/maybe.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <math.h>
#include <stdlib.h>

// Two sentences of s and t terms are likely alike where LIKELY times what they have in common is
// UNLIKELY (s + t) or more: for a share of 32/97, which is just short of PAIR_DICE. Numbers of
// sixteen bits hold it, since a sentence is no longer than that.
enum { LIKELY = 97, UNLIKELY = 16 };
_Static_assert(BAG_SENTENCE_MOST < INT16_MAX / LIKELY, "the terms of a sentence are few enough");

static likes_slot *slot_of(const likes *l, uint64_t hash)
{
    size_t at = hash_place(hash, l->slot) & l->mask;
    while (l->slot[at].n && l->slot[at].hash != hash)
        at = (at + 1) & l->mask;
    return &l->slot[at];
}

// Thirty-two bits for each term.
static size_t maybe_mask(const likes *l)
{
    return l->mask / 4;
}

// Notes that the sentence that is looked at holds a term; false where it held it before.
static bool hold(likes *l, likes_slot *s)
{
    if (s->n && s->in == l->in)
        return false;
    s->in = l->in;
    return true;
}

static void count_term(likes *l, uint32_t number, uint64_t hash)
{
    likes_slot *s = slot_of(l, hash);
    if (!hold(l, s))
        return;
    s->hash = hash;
    s->n++;
    l->s[number].terms++;
}

static void note_term(likes *l, uint32_t number, uint64_t hash)
{
    likes_slot *s = slot_of(l, hash);
    if (hold(l, s))
        l->list[s->first++] = number; // moved back when all are there
}

// Counts the terms of all sentences of the one text, or notes them in their lists.
static void take(likes *l, const sentences *all, bool count)
{
    for (uint32_t k = 0; k < all->n; k++) {
        size_t n = bags_terms(l->term, l->a, all->s[k]);
        l->in++;
        for (size_t i = 0; i < n; i++)
            count ? count_term(l, k, l->term[i]) : note_term(l, k, l->term[i]);
    }
}

static void list_terms(likes *l, const sentences *all)
{
    uint32_t sum = 0;
    take(l, all, true);
    for (size_t i = 0; i <= l->mask; i++) {
        l->slot[i].first = sum;
        sum += l->slot[i].n;
    }
    take(l, all, false);
    for (size_t i = 0; i <= l->mask; i++)
        l->slot[i].first -= l->slot[i].n;
}

static uint8_t *row_of(likes *l, uint64_t hash, uint32_t *n_rows)
{
    likes_slot *s = slot_of(l, hash);
    if (!s->n)
        *s = (likes_slot){.hash = hash, .first = (*n_rows)++ * (uint32_t)l->n_rows};
    s->n++;
    return l->rows[s->first];
}

static void fill_rows(likes *l, const sentences *all)
{
    uint32_t n_rows = 0;
    for (uint32_t k = 0; k < all->n; k++) {
        size_t n = bags_terms(l->term, l->a, all->s[k]);
        for (size_t i = 0; i < n; i++) {
            uint8_t *byte = row_of(l, l->term[i], &n_rows) + k;
            l->s[k].terms += !*byte;
            *byte = 1;
        }
        l->need[k] = (int16_t)(UNLIKELY * l->s[k].terms);
    }
}

static void fill_maybe(likes *l)
{
    for (size_t i = 0; i <= l->mask; i++) {
        if (l->slot[i].n)
            maybe_add(l->maybe, maybe_mask(l), l->slot[i].hash);
    }
}

static uint32_t prose_of(const side *s, sentence x)
{
    uint32_t sum = 0;
    for (uint32_t i = x.begin; i < x.end; i++)
        sum += s->mark[i] ? 0 : word_weight(&s->words.w[i]);
    return sum;
}

static size_t longest_of(const sentences *all)
{
    size_t most = 0;
    for (size_t k = 0; k < all->n; k++) {
        size_t n = all->s[k].end - all->s[k].begin;
        most = n > most ? n : most;
    }
    return most;
}

// Room for the terms of each sentence, one after the other.
static shg_err reserve(likes *l, const sentences *all)
{
    size_t n = BAG_TERMS_MOST * longest_of(all);
    if (n <= l->room)
        return SHG_OK;
    free(l->term);
    free(l->found);
    free(l->other);
    l->room = n;
    l->other_mask = hash_slots(n) - 1;
    l->term = malloc(n * sizeof *l->term);
    l->found = malloc(n * sizeof *l->found);
    l->other = calloc(l->other_mask + 1, sizeof *l->other);
    if (l->term && l->found && l->other)
        return SHG_OK;
    l->room = 0;
    return SHG_ENOMEM;
}

static shg_err make_tables(likes *l, const sentences *all, size_t n_terms)
{
    l->s = calloc(l->n + 1, sizeof *l->s);
    l->slot = calloc(l->mask + 1, sizeof *l->slot);
    l->maybe = calloc(maybe_mask(l) + 1, sizeof *l->maybe);
    if (l->n_rows <= LIKES_ROWS) {
        l->rows = calloc((n_terms + 1) * l->n_rows, sizeof *l->rows);
        l->need = calloc(l->n_rows * LIKES_ROW, sizeof *l->need);
    } else {
        l->list = malloc((n_terms + 1) * sizeof *l->list);
        l->touched = malloc((l->n + 1) * sizeof *l->touched);
    }
    bool all_there =
        l->s && l->slot && l->maybe && ((l->rows && l->need) || (l->list && l->touched));
    return all_there ? reserve(l, all) : SHG_ENOMEM;
}

shg_err likes_open(likes *out, const side *a)
{
    sentences all;
    size_t n_terms = bags_terms_most(&a->words);
    *out = (likes){0};
    shg_err e = sentences_find(&all, &a->words);
    if (e)
        return e;
    *out = (likes){
        .a = a, .n = all.n, .mask = hash_slots(n_terms) - 1, .n_rows = all.n / LIKES_ROW + 1};
    e = make_tables(out, &all, n_terms);
    if (e) {
        likes_close(out);
    } else {
        for (size_t k = 0; k < all.n; k++)
            out->s[k].prose = prose_of(a, all.s[k]);
        if (out->rows)
            fill_rows(out, &all);
        else
            list_terms(out, &all);
        fill_maybe(out);
    }
    sentences_free(&all);
    return e;
}

void likes_close(likes *l)
{
    free(l->s);
    free(l->slot);
    free(l->maybe);
    free(l->rows);
    free(l->need);
    free(l->list);
    free(l->touched);
    free(l->term);
    free(l->found);
    free(l->other);
    *l = (likes){0};
}

enum { SIEVE = 4 }; // words of 64 bits

// What a sentence of the other text has in common with the one text.
typedef struct seen {
    size_t terms;  // that it has: term[0 .. terms), each as often as it stands there
    size_t found;  // distinct ones that the one text has: found[0 .. found)
    size_t others; // distinct ones that it lacks, or fewer: two may fall on one bit
    uint64_t sieve[SIEVE];
} seen;

// Notes a term that the one text lacks where `lacks` is 1; none where it is 0.
static void note_other(seen *x, uint64_t hash, unsigned lacks)
{
    uint64_t *at = &x->sieve[hash >> 62], bit = (uint64_t)lacks << (hash >> 56 & 63);
    x->others += (bit & ~*at) != 0;
    *at |= bit;
}

// Lists which terms may be the one text's. Which are is at random: no branch depends on it.
static size_t list_maybe(const likes *l, seen *x)
{
    size_t n = 0;
    for (size_t i = 0; i < x->terms; i++) {
        unsigned may = maybe_has(l->maybe, maybe_mask(l), l->term[i]);
        l->found[n] = (uint32_t)i;
        n += may;
        note_other(x, l->term[i], !may);
    }
    return n;
}

static seen look_at(likes *l, const side *b, sentence y)
{
    seen x = {.terms = bags_terms(l->term, b, y)};
    size_t n_maybe = list_maybe(l, &x);
    l->in++;
    for (size_t k = 0; k < n_maybe; k++) {
        uint64_t hash = l->term[l->found[k]];
        likes_slot *s = slot_of(l, hash);
        bool is_new = (s->n != 0) & (s->in != l->in);
        s->in = l->in;
        l->found[x.found] = (uint32_t)(s - l->slot);
        x.found += is_new;
        note_other(&x, hash, s->n == 0);
    }
    return x;
}

// Whether a term that the one text lacks is new to the sentence.
static bool is_new(likes *l, uint64_t hash)
{
    size_t at = hash_place(hash, l->other) & l->other_mask;
    while (l->other[at].in == l->in && l->other[at].hash != hash)
        at = (at + 1) & l->other_mask;
    bool is = l->other[at].in != l->in;
    l->other[at] = (likes_other){hash, l->in};
    return is;
}

// All distinct terms of the sentence, or, for less, the fewest that there may be. The more there
// are, the less is it like another.
static uint32_t terms_of(likes *l, const seen *x)
{
    uint32_t n = (uint32_t)x->found;
    for (size_t i = 0; i < x->terms; i++)
        n += !slot_of(l, l->term[i])->n && is_new(l, l->term[i]);
    return n;
}

static uint32_t terms_least(const seen *x)
{
    return (uint32_t)(x->found + x->others);
}

static bool is_alike(const likes_sentence *s, uint32_t common, uint32_t terms)
{
    return 2.0 * common >= PAIR_DICE * (s->terms + terms);
}

static void compare_lists(likes *l, const seen *x)
{
    size_t n = 0;
    bool likely = false;
    for (size_t k = 0; k < x->found; k++) {
        const likes_slot *s = &l->slot[l->found[k]];
        for (uint32_t i = 0; i < s->n && s->n <= BAG_SPREAD_MOST; i++) { // of more it has no weight
            uint32_t number = l->list[s->first + i];
            if (!l->s[number].common++)
                l->touched[n++] = number;
        }
    }
    uint32_t terms = terms_least(x);
    for (size_t k = 0; k < n && !likely; k++) {
        const likes_sentence *s = &l->s[l->touched[k]];
        likely = is_alike(s, s->common, terms);
    }
    terms = likely ? terms_of(l, x) : 0;
    while (n > 0) {
        likes_sentence *s = &l->s[l->touched[--n]];
        s->alike |= likely && is_alike(s, s->common, terms);
        s->common = 0;
    }
}

enum { ROW_WORDS = LIKES_ROW / 8 };

// Adds a row to a sum of bytes, none of which is more than a byte holds.
static inline void add_row(uint64_t sum[ROW_WORDS], const uint8_t *row)
{
    for (size_t i = 0; i < ROW_WORDS; i++)
        sum[i] += load64(row + 8 * i);
}

// How many terms the sentence has in common with each of the one text's of which the i-th rows
// tell. It adds up as many of them as bytes can hold, then those.
static void add_rows(int16_t sum[LIKES_ROW], const likes *l, const seen *x, size_t i)
{
    for (size_t from = 0; from < x->found; from += UINT8_MAX) {
        size_t end = x->found - from < UINT8_MAX ? x->found : from + UINT8_MAX;
        uint64_t part[ROW_WORDS] = {0};
        for (size_t t = from; t < end; t++)
            add_row(part, l->rows[l->slot[l->found[t]].first + i]);
        for (size_t k = 0; k < LIKES_ROW; k++)
            sum[k] = (int16_t)(sum[k] + ((const uint8_t *)part)[k]);
    }
}

static bool is_likely(const int16_t sum[LIKES_ROW], const int16_t need[LIKES_ROW], uint32_t terms)
{
    int16_t any = 0, more = (int16_t)(UNLIKELY * terms);
    for (size_t k = 0; k < LIKES_ROW; k++)
        any |= (int16_t)(LIKELY * sum[k] - need[k]) >= more;
    return any;
}

static void compare_rows(likes *l, const seen *x)
{
    uint32_t least = terms_least(x), terms = 0;
    for (size_t i = 0; i < l->n_rows; i++) {
        int16_t sum[LIKES_ROW] = {0};
        size_t first = i * LIKES_ROW;
        add_rows(sum, l, x, i);
        if (!is_likely(sum, l->need + first, least))
            continue;
        terms = terms ? terms : terms_of(l, x);
        for (size_t k = 0; k < LIKES_ROW && first + k < l->n; k++) {
            likes_sentence *s = &l->s[first + k];
            s->alike |= sum[k] && is_alike(s, (uint32_t)sum[k], terms);
        }
    }
}

shg_err likes_part(likes *l, double *part, const side *b)
{
    sentences all;
    uint64_t prose = 0;
    shg_err e = sentences_find(&all, &b->words);
    if (e)
        return e;
    e = reserve(l, &all);
    for (size_t k = 0; k < all.n && !e; k++) {
        seen x = look_at(l, b, all.s[k]);
        (l->rows ? compare_rows : compare_lists)(l, &x);
    }
    sentences_free(&all);
    if (e)
        return e;
    for (size_t k = 0; k < l->n; k++) {
        prose += l->s[k].alike ? l->s[k].prose : 0;
        l->s[k].alike = false;
    }
    *part = l->a->own_prose ? fmin(1, (double)prose / WORD_WEIGHT / l->a->own_prose) : 0;
    return SHG_OK;
}
