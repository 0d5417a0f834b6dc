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

static uint32_t prose_of(const side *s, sentence x)
{
    uint32_t sum = 0;
    for (uint32_t i = x.begin; i < x.end; i++)
        sum += s->mark[i] ? 0 : word_weight(&s->words.w[i]);
    return sum;
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
    out->s = calloc(all.n + 1, sizeof *out->s);
    out->slot = calloc(out->mask + 1, sizeof *out->slot);
    out->list = malloc((n_terms + 1) * sizeof *out->list);
    out->touched = malloc((all.n + 1) * sizeof *out->touched);
    if (out->s && out->slot && out->list && out->touched) {
        for (size_t k = 0; k < all.n; k++)
            out->s[k].prose = prose_of(a, all.s[k]);
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
    free(l->list);
    free(l->touched);
    free(l->other);
    *l = (likes){0};
}

// Room for the terms of another text, all free: as much as this one takes, whatever a longer one
// has left.
static shg_err clear_others(likes *l, const words *w)
{
    size_t size = room_for(terms_most(w));
    l->other_mask = size - 1;
    if (size <= l->other_room) {
        memset(l->other, 0, size * sizeof *l->other);
        return SHG_OK;
    }
    free(l->other);
    l->other = calloc(size, sizeof *l->other);
    l->other_room = l->other ? size : 0;
    return l->other ? SHG_OK : SHG_ENOMEM;
}

// Whether a term that the one text lacks is new to the sentence.
static bool is_new(likes *l, uint64_t hash)
{
    size_t at = hash_place(hash, l->other) & l->other_mask;
    while (l->other[at].in && l->other[at].hash != hash)
        at = (at + 1) & l->other_mask;
    bool is = l->other[at].in != l->in;
    l->other[at] = (likes_other){hash, l->in};
    return is;
}

// What a sentence of the other text has in common with those of the one; touched[0 .. n).
typedef struct seen {
    uint32_t terms; // distinct
    size_t n;
} seen;

static void touch(likes *l, seen *x, uint64_t hash)
{
    likes_slot *s = slot_of(l, hash);
    if (!s->n) {
        x->terms += is_new(l, hash);
        return;
    }
    if (!hold(l, s))
        return;
    x->terms++;
    for (uint32_t i = 0; i < s->n && s->n <= BAG_SPREAD_MOST; i++) { // of more it has no weight
        uint32_t k = l->list[s->first + i];
        if (!l->s[k].common++)
            l->touched[x->n++] = k;
    }
}

static void compare(likes *l, const side *b, sentence y)
{
    seen x = {0, 0};
    l->in++;
    for (uint32_t i = y.begin; i < y.end; i++) {
        uint64_t term[BAG_TERMS_MOST];
        unsigned n = b->mark[i] & MARK_FURNITURE ? 0 : bags_terms(term, &b->words, i, y.end);
        for (unsigned k = 0; k < n; k++)
            touch(l, &x, term[k]);
    }
    while (x.n > 0) {
        likes_sentence *s = &l->s[l->touched[--x.n]];
        s->alike |= 2.0 * s->common >= PAIR_DICE * (s->terms + x.terms);
        s->common = 0;
    }
}

shg_err likes_part(likes *l, double *part, const side *b)
{
    sentences all;
    uint64_t prose = 0;
    shg_err e = clear_others(l, &b->words);
    if (!e)
        e = sentences_find(&all, &b->words);
    if (e)
        return e;
    for (size_t k = 0; k < all.n; k++)
        compare(l, b, all.s[k]);
    sentences_free(&all);
    for (size_t k = 0; k < l->n; k++) {
        prose += l->s[k].alike ? l->s[k].prose : 0;
        l->s[k].alike = false;
    }
    *part = l->a->own_prose ? fmin(1, (double)prose / WORD_WEIGHT / l->a->own_prose) : 0;
    return SHG_OK;
}
