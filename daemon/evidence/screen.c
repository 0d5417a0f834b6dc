#include "evidence/screen.h"
#include "evidence/maybe.h"
#include "evidence/passages.h"
#include "evidence/relation.h"
#include "text/hash.h"
#include "text/shingle.h"

#include <stdlib.h>

enum {
    LEAST = PASSAGE_LEAST * WORD_WEIGHT,
    ENOUGH = RELATION_WORDS * WORD_WEIGHT - WORD_WEIGHT / 2, // a passage's words are rounded
    FEW = 2 * PASSAGE_LEAST, // words: two texts of so few may be the same and hold no passage
    RUNS = 128,              // texts with more, or with a seed in more places, are let through
    PLACES = 16,
    SHELL_PART = 2, // one in so many of its words stand in the other (relation.c: MOST_OF)
};

// Words [a, a_end) of the one text and [b, b_end) of the other, by their seeds the same.
typedef struct common {
    uint32_t a, b, a_end, b_end;
    unsigned weight; // of its words that are no furniture
    uint32_t last;   // place in b of its last seed
    bool counted;
} common;

typedef struct commons {
    common c[RUNS];
    size_t n;
    uint64_t all; // weight of all, furniture too
    bool enough;  // one is a passage alone, or there are too many to tell
} commons;

static screen_slot *slot_of(const screen *s, uint64_t seed)
{
    size_t at = hash_place(seed, s->slot) & s->mask;
    while (s->slot[at].place && s->slot[at].seed != seed)
        at = (at + 1) & s->mask;
    return &s->slot[at];
}

static shg_err reserve(screen *s, size_t n)
{
    if (n <= s->room)
        return SHG_OK;
    free(s->seed);
    free(s->at);
    free(s->end);
    free(s->seen_b);
    s->room = n + n / 2;
    s->at = malloc(s->room * sizeof *s->at);
    s->seed = malloc(s->room * sizeof *s->seed);
    s->end = malloc(s->room * sizeof *s->end);
    s->seen_b = calloc(s->room, sizeof *s->seen_b);
    if (s->seed && s->at && s->end && s->seen_b)
        return SHG_OK;
    s->room = 0;
    return SHG_ENOMEM;
}

// Thirty-two bits for each word of a.
static size_t maybe_mask(const screen *s)
{
    return s->mask / 4;
}

shg_err screen_open(screen *out, const side *a)
{
    size_t n = a->words.n, size = hash_slots(n);
    *out = (screen){.a = a};
    out->mask = size - 1;
    out->slot = calloc(size, sizeof *out->slot);
    out->maybe = calloc(size / 4, sizeof *out->maybe);
    out->next = malloc((n + 1) * sizeof *out->next);
    out->seen_a = calloc(n + 1, sizeof *out->seen_a);
    if (!out->slot || !out->maybe || !out->next || !out->seen_a || reserve(out, n + 1) ||
        topic_open(&out->topic, &a->terms)) {
        screen_close(out);
        return SHG_ENOMEM;
    }
    n = shingles_make(out->seed, NULL, &a->words, PASSAGE_SEED);
    for (size_t i = n; i-- > 0;) {
        screen_slot *s = slot_of(out, out->seed[i]);
        maybe_add(out->maybe, maybe_mask(out), out->seed[i]);
        out->next[i] = s->place;
        *s = (screen_slot){out->seed[i], (uint32_t)i + 1};
    }
    return SHG_OK;
}

void screen_close(screen *s)
{
    topic_close(&s->topic);
    hashes_free(&s->text);
    free(s->slot);
    free(s->maybe);
    free(s->next);
    free(s->seed);
    free(s->at);
    free(s->end);
    free(s->seen_a);
    free(s->seen_b);
    *s = (screen){0};
}

// Where the run that a common seed belongs to may end: a character that is left over weighs less
// than the word that the seed began with, so that no seed of the run need cover it.
static uint32_t end_of(const hash_list *b, uint32_t end)
{
    return b->alone && end < b->n && b->alone[end] ? end + 1 : end;
}

static unsigned weight_at(const hash_list *b, uint32_t i)
{
    return b->alone && b->alone[i] ? CHAR_WEIGHT : WORD_WEIGHT;
}

// The run of the seed before this one on the same diagonal: one of the latest.
static common *run_before(commons *all, uint32_t i, uint32_t j)
{
    for (size_t k = all->n; k-- > 0;) {
        common *c = &all->c[k];
        if (c->last + 1 == j && c->b + i == c->a + j)
            return c;
    }
    return NULL;
}

// Adds words [c->b_end, end) of b to a run.
static void grow(commons *all, common *c, const side *a, const hash_list *b, const uint8_t *mark,
                 uint32_t end)
{
    for (; c->b_end < end && c->a_end < a->words.n; c->b_end++, c->a_end++) {
        unsigned w = weight_at(b, c->b_end);
        unsigned marks = a->mark[c->a_end] | (mark ? mark[c->b_end] : 0);
        all->all += w;
        c->weight += marks & MARK_FURNITURE ? 0 : w;
    }
    all->enough |= c->weight >= ENOUGH;
}

// Notes that the seed at word i of the one text stands at word j of the other, up to end.
static void note(commons *all, const side *a, const hash_list *b, const uint8_t *mark, uint32_t i,
                 uint32_t j, uint32_t end)
{
    common *c = run_before(all, i, j);
    if (!c && all->n == RUNS) {
        all->enough = true;
        return;
    }
    if (!c) {
        c = &all->c[all->n++];
        *c = (common){.a = i, .b = j, .a_end = i, .b_end = j};
    }
    c->last = j;
    grow(all, c, a, b, mark, end);
}

// Whether no gap of a passage's parts keeps two runs apart, whichever comes first.
static bool are_near(const common *x, const common *y)
{
    const uint32_t gap = PASSAGE_GAP_ALL;
    return y->b <= x->b_end + gap && x->b <= y->b_end + gap && y->a <= x->a_end + gap &&
           x->a <= y->a_end + gap;
}

// A text that is screened.
typedef struct screened {
    const hash_list *words;
    const uint8_t *mark;
} screened;

// Weights of the words that were counted in this round, on either side.
typedef struct covered {
    unsigned a, b;
} covered;

static unsigned least(covered w)
{
    return w.a < w.b ? w.a : w.b;
}

// Counts the words of a run, those that another has counted aside: runs of one passage, and two
// passages, never hold one word twice.
static void cover(covered *w, screen *s, const screened *t, const common *c)
{
    for (uint32_t i = c->a, j = c->b; j < c->b_end; i++, j++) {
        if ((s->a->mark[i] | (t->mark ? t->mark[j] : 0)) & MARK_FURNITURE)
            continue;
        w->a += s->seen_a[i] == s->round ? 0 : word_weight(&s->a->words.w[i]);
        w->b += s->seen_b[j] == s->round ? 0 : weight_at(t->words, j);
        s->seen_a[i] = s->seen_b[j] = s->round;
    }
}

// Notes in queue all runs that hang together with run k, none of them counted yet; how many.
static size_t gather(size_t queue[RUNS], commons *all, size_t k)
{
    size_t head = 0, tail = 0;
    queue[tail++] = k;
    all->c[k].counted = true;
    while (head < tail) {
        const common *x = &all->c[queue[head++]];
        for (size_t i = 0; i < all->n; i++)
            if (!all->c[i].counted && are_near(x, &all->c[i])) {
                all->c[i].counted = true;
                queue[tail++] = i;
            }
    }
    return tail;
}

// The most that passages weigh together. Runs that hang together, but weigh less than a passage,
// are in none.
static unsigned weigh(screen *s, commons *all, const screened *t)
{
    size_t queue[RUNS], kept[RUNS], n_kept = 0;
    covered sum = {0, 0};
    for (size_t k = 0; k < all->n; k++) {
        if (all->c[k].counted)
            continue;
        covered here = {0, 0};
        size_t n = gather(queue, all, k);
        s->round++;
        for (size_t i = 0; i < n; i++)
            cover(&here, s, t, &all->c[queue[i]]);
        for (size_t i = 0; i < n && least(here) >= LEAST; i++)
            kept[n_kept++] = queue[i];
    }
    s->round++;
    for (size_t i = 0; i < n_kept; i++)
        cover(&sum, s, t, &all->c[kept[i]]);
    return least(sum);
}

// Where one of the two is nearly nothing but furniture, furniture counts, but only what stands
// in a good part of the shorter one makes a relation then.
static bool may_be_shell(const commons *all, size_t n_a, size_t n_b)
{
    return all->all * SHELL_PART >= (n_a < n_b ? n_a : n_b) * CHAR_WEIGHT;
}

static void find_commons(commons *all, screen *s, const hash_list *b, const uint8_t *mark,
                         uint32_t n)
{
    size_t n_at = maybe_list(s->at, s->seed, n, s->maybe, maybe_mask(s));
    for (size_t k = 0; k < n_at && !all->enough; k++) {
        uint32_t j = s->at[k];
        int places = 0;
        for (uint32_t i = slot_of(s, s->seed[j])->place; i && !all->enough; i = s->next[i - 1]) {
            note(all, s->a, b, mark, i - 1, j, end_of(b, s->end[j]));
            all->enough |= ++places == PLACES;
        }
    }
}

// Whether passages that weigh at most so much make a relation.
static bool may_relate(unsigned weight, const side *a, size_t n_b)
{
    double own = (double)n_b / SHELL_SHARE;
    if (a->own_words < own)
        own = a->own_words;
    return weight >= ENOUGH ||
           (weight && (double)weight / WORD_WEIGHT + 1 >= RELATION_PART * (own - 1));
}

shg_err screen_words(screen *s, const hash_list *b, const uint8_t *mark, bool *may)
{
    commons all;
    unsigned weight = 0;
    all.n = 0;
    all.all = 0;
    all.enough = b->n == s->a->words.n && b->n <= FEW;
    shg_err e = reserve(s, b->n + 1);
    if (e)
        return e;
    find_commons(&all, s, b, mark, (uint32_t)shingles_from(s->seed, s->end, b, PASSAGE_SEED));
    if (!all.enough)
        weight = weigh(s, &all, &(screened){b, mark});
    *may = all.enough || may_relate(weight, s->a, b->n) ||
           (all.n && may_be_shell(&all, s->a->words.n, b->n));
    return SHG_OK;
}

shg_err screen_hashes(screen *s, const hash_list *b, double square, screen_found *found)
{
    double cosine = 0;
    *found = (screen_found){false, false, false};
    shg_err e = screen_words(s, b, NULL, &found->words);
    if (!e && !found->words)
        e = topic_most(&s->topic, b, square, RELATION_COSINE, &cosine);
    found->near = cosine >= RELATION_COSINE;
    found->alike = cosine >= RELATION_ALIKE;
    return e;
}

shg_err screen_text(screen *s, view text, screen_found *found)
{
    shg_err e = hashes_make(&s->text, text, NULL);
    return e ? e : screen_hashes(s, &s->text.list, 0, found);
}
