#include "evidence/likes.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <math.h>
#include <stdlib.h>

static size_t room_for(size_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    return size;
}

// The most terms that a text has: a pair begins at characters alone.
static size_t terms_most(const words *w)
{
    return w->flags & WORD_CHAR ? BAG_TERMS_MOST * w->n : w->n;
}

static likes_slot *slot_of(const likes *l, uint64_t hash)
{
    size_t at = hash_place(hash, l->slot) & l->mask;
    while (l->slot[at].n && l->slot[at].hash != hash)
        at = (at + 1) & l->mask;
    return &l->slot[at];
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

// Counts the terms of a sentence of the one text, or notes them in their lists.
static void take(likes *l, sentence x, uint32_t number, bool count)
{
    const side *a = l->a;
    l->in++;
    for (uint32_t i = x.begin; i < x.end; i++) {
        uint64_t term[BAG_TERMS_MOST];
        unsigned n = a->mark[i] & MARK_FURNITURE ? 0 : bags_terms(term, &a->words, i, x.end);
        for (unsigned k = 0; k < n; k++)
            count ? count_term(l, number, term[k]) : note_term(l, number, term[k]);
    }
}

static void list_terms(likes *l, const sentences *all)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < all->n; k++)
        take(l, all->s[k], k, true);
    for (size_t i = 0; i <= l->mask; i++) {
        l->slot[i].first = sum;
        sum += l->slot[i].n;
    }
    for (uint32_t k = 0; k < all->n; k++)
        take(l, all->s[k], k, false);
    for (size_t i = 0; i <= l->mask; i++)
        l->slot[i].first -= l->slot[i].n;
}

static uint8_t *row_of(likes *l, uint64_t hash, uint32_t *n_rows)
{
    likes_slot *s = slot_of(l, hash);
    if (!s->n)
        *s = (likes_slot){.hash = hash, .first = ++*n_rows};
    s->n++;
    return l->rows[s->first];
}

static void fill_rows(likes *l, const sentences *all)
{
    const side *a = l->a;
    uint32_t n_rows = 0;
    for (uint32_t k = 0; k < all->n; k++) {
        for (uint32_t i = all->s[k].begin; i < all->s[k].end; i++) {
            uint64_t term[BAG_TERMS_MOST];
            unsigned n = 0;
            if (!(a->mark[i] & MARK_FURNITURE))
                n = bags_terms(term, &a->words, i, all->s[k].end);
            for (unsigned t = 0; t < n; t++) {
                uint8_t *row = row_of(l, term[t], &n_rows);
                l->s[k].terms += !row[k];
                row[k] = 1;
            }
        }
    }
}

static uint32_t prose_of(const side *s, sentence x)
{
    uint32_t sum = 0;
    for (uint32_t i = x.begin; i < x.end; i++)
        sum += s->mark[i] ? 0 : word_weight(&s->words.w[i]);
    return sum;
}

// What a text of unspaced script has in a sentence may be more than a byte counts.
static bool has_rows(const likes *l)
{
    return l->n <= LIKES_ROW && !(l->a->words.flags & WORD_CHAR);
}

static bool reserve(likes *l, size_t n_terms)
{
    l->s = calloc(l->n + 1, sizeof *l->s);
    l->slot = calloc(l->mask + 1, sizeof *l->slot);
    if (has_rows(l)) {
        l->rows = calloc(n_terms + 1, sizeof *l->rows);
        return l->s && l->slot && l->rows;
    }
    l->list = malloc((n_terms + 1) * sizeof *l->list);
    l->touched = malloc((l->n + 1) * sizeof *l->touched);
    return l->s && l->slot && l->list && l->touched;
}

shg_err likes_open(likes *out, const side *a)
{
    sentences all;
    size_t n_terms = terms_most(&a->words);
    *out = (likes){0};
    shg_err e = sentences_find(&all, &a->words);
    if (e)
        return e;
    *out = (likes){.a = a, .n = all.n, .mask = room_for(n_terms) - 1};
    if (reserve(out, n_terms)) {
        for (size_t k = 0; k < all.n; k++)
            out->s[k].prose = prose_of(a, all.s[k]);
        if (out->rows)
            fill_rows(out, &all);
        else
            list_terms(out, &all);
    } else {
        likes_close(out);
        e = SHG_ENOMEM;
    }
    sentences_free(&all);
    return e;
}

void likes_close(likes *l)
{
    free(l->s);
    free(l->slot);
    free(l->rows);
    free(l->list);
    free(l->touched);
    free(l->other);
    *l = (likes){0};
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

// Room for the terms that the one text lacks of another's sentences, one after the other.
static shg_err reserve_others(likes *l, const sentences *all)
{
    size_t size = room_for(BAG_TERMS_MOST * longest_of(all));
    if (size <= l->other_room)
        return SHG_OK;
    free(l->other);
    l->other = calloc(size, sizeof *l->other);
    l->other_room = l->other ? size : 0;
    return l->other ? SHG_OK : SHG_ENOMEM;
}

// Whether a term that the one text lacks is new to the sentence.
static bool is_new(likes *l, uint64_t hash)
{
    size_t mask = l->other_room - 1, at = hash_place(hash, l->other) & mask;
    while (l->other[at].in == l->in && l->other[at].hash != hash)
        at = (at + 1) & mask;
    bool is = l->other[at].in != l->in;
    l->other[at] = (likes_other){hash, l->in};
    return is;
}

// How many distinct terms of a sentence the one text lacks.
static uint32_t count_others(likes *l, const side *b, sentence y)
{
    uint32_t n = 0;
    for (uint32_t i = y.begin; i < y.end; i++) {
        uint64_t term[BAG_TERMS_MOST];
        unsigned n_terms = b->mark[i] & MARK_FURNITURE ? 0 : bags_terms(term, &b->words, i, y.end);
        for (unsigned k = 0; k < n_terms; k++)
            n += !slot_of(l, term[k])->n && is_new(l, term[k]);
    }
    return n;
}

enum { SIEVE = 16 }; // words of 64 bits

// What a sentence of the other text has in common with those of the one; touched[0 .. n).
typedef struct seen {
    uint32_t terms;  // distinct, that the one text has, too
    uint32_t others; // that it lacks: distinct ones, unless two fell on one bit
    bool twice;      // they did
    uint64_t sieve[SIEVE];
    size_t n;
} seen;

// Notes a term that the one text lacks where `lacks` is 1; none where it is 0.
static void note_other(seen *x, uint64_t hash, unsigned lacks)
{
    uint64_t *at = &x->sieve[hash >> 60], bit = (uint64_t)lacks << (hash >> 54 & 63);
    x->twice |= (*at & bit) != 0;
    *at |= bit;
    x->others += lacks;
}

// All distinct terms of a sentence; only where two may be the same they have to be looked at again.
static uint32_t terms_of(likes *l, const seen *x, const side *b, sentence y)
{
    return x->terms + (x->twice ? count_others(l, b, y) : x->others);
}

static bool is_alike(const likes_sentence *s, uint32_t common, uint32_t terms)
{
    return 2.0 * common >= PAIR_DICE * (s->terms + terms);
}

static void touch(likes *l, seen *x, uint64_t hash)
{
    likes_slot *s = slot_of(l, hash);
    note_other(x, hash, !s->n);
    if (!s->n || !hold(l, s))
        return;
    x->terms++;
    for (uint32_t i = 0; i < s->n && s->n <= BAG_SPREAD_MOST; i++) { // of more it has no weight
        uint32_t k = l->list[s->first + i];
        if (!l->s[k].common++)
            l->touched[x->n++] = k;
    }
}

static void compare_lists(likes *l, const side *b, sentence y)
{
    seen x = {0};
    l->in++;
    for (uint32_t i = y.begin; i < y.end; i++) {
        uint64_t term[BAG_TERMS_MOST];
        unsigned n = b->mark[i] & MARK_FURNITURE ? 0 : bags_terms(term, &b->words, i, y.end);
        for (unsigned k = 0; k < n; k++)
            touch(l, &x, term[k]);
    }
    uint32_t terms = terms_of(l, &x, b, y);
    while (x.n > 0) {
        likes_sentence *s = &l->s[l->touched[--x.n]];
        s->alike |= is_alike(s, s->common, terms);
        s->common = 0;
    }
}

// add_row adds a term's row to the sums. Which are in the one text, or were there before, is at
// random: those that do not count add rows[0].
static void add_row(likes *l, seen *x, uint8_t sum[LIKES_ROW], uint64_t hash)
{
    likes_slot *s = slot_of(l, hash);
    uint32_t number = s->in == l->in ? 0 : s->first;
    const uint8_t *row = l->rows[number];
    s->in = l->in;
    x->terms += number != 0;
    note_other(x, hash, s->n == 0);
    for (size_t i = 0; i < LIKES_ROW; i++)
        sum[i] = (uint8_t)(sum[i] + row[i]);
}

static void compare_rows(likes *l, const side *b, sentence y)
{
    uint8_t sum[LIKES_ROW] = {0}; // terms in common with each sentence of the one text
    seen x = {0};
    l->in++;
    for (uint32_t i = y.begin; i < y.end; i++) {
        uint64_t term[BAG_TERMS_MOST];
        unsigned n = b->mark[i] & MARK_FURNITURE ? 0 : bags_terms(term, &b->words, i, y.end);
        for (unsigned k = 0; k < n; k++)
            add_row(l, &x, sum, term[k]);
    }
    uint32_t terms = terms_of(l, &x, b, y);
    for (size_t k = 0; k < l->n; k++)
        l->s[k].alike |= (unsigned)(sum[k] != 0) & (unsigned)is_alike(&l->s[k], sum[k], terms);
}

shg_err likes_part(likes *l, double *part, const side *b)
{
    sentences all;
    uint64_t prose = 0;
    shg_err e = sentences_find(&all, &b->words);
    if (e)
        return e;
    e = reserve_others(l, &all);
    for (size_t k = 0; k < all.n && !e; k++)
        (l->rows ? compare_rows : compare_lists)(l, b, all.s[k]);
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
