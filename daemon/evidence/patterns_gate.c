#include "evidence/patterns_table.h"

#include <stdlib.h>

static void put(uint64_t *set, size_t k)
{
    set[k / 64] |= 1ull << (k & 63);
}

// let_state lets what the state accepts pass to pattern k.
static void let_state(patterns *p, size_t k, unsigned side, const state *s)
{
    gates *g = &p->gates;
    if (s->other)
        put(g->open[side], k);
    for (unsigned c = 0; c < TOKEN_CLASSES; c++) {
        if (s->mask >> c & 1)
            put(g->class[side][c], k);
    }
    for (size_t w = 1; s->list && w <= p->lexicon.n; w++) {
        if (p->member[s->list * p->stride + w / 64] >> (w & 63) & 1)
            put(g->word[side] + w * g->words, k);
    }
}

static void let_first(patterns *p, size_t k, unsigned side, const program *a)
{
    for (uint32_t i = 0; i < a->n; i++) {
        if (a->first >> i & 1)
            let_state(p, k, side, &p->state[a->from + i]);
    }
}

// let_side: a side that may take nothing is entered through its context.
static void let_side(patterns *p, size_t k, unsigned side, const program *near, const program *far)
{
    let_first(p, k, side, near);
    if (near->nullable)
        let_first(p, k, side, far);
    if (near->nullable && far->nullable)
        put(p->gates.open[side], k);
}

shg_err gates_make(patterns *p)
{
    gates *g = &p->gates;
    g->words = (p->n + 63) / 64;
    for (unsigned side = 0; side < 2; side++) {
        g->word[side] = calloc((p->lexicon.n + 1) * g->words + 1, sizeof *g->word[side]);
        if (!g->word[side])
            return SHG_ENOMEM;
    }
    for (size_t k = 0; k < p->n; k++) {
        const pattern *x = &p->list[k];
        for (unsigned f = 0; f < FIELD_COUNT; f++) {
            if (x->fields >> f & 1)
                put(g->field[f], k);
        }
        let_side(p, k, 0, &x->left, &x->left_context);
        let_side(p, k, 1, &x->right, &x->right_context);
    }
    return SHG_OK;
}

void gates_free(patterns *p)
{
    free(p->gates.word[0]);
    free(p->gates.word[1]);
}

static void pass_side(const gates *g, unsigned side, const token *t, uint64_t set[SET_WORDS])
{
    uint64_t sum[SET_WORDS];
    const uint64_t *by_word = g->word[side] + t->word * g->words;
    for (size_t i = 0; i < g->words; i++)
        sum[i] = g->open[side][i] | by_word[i];
    for (uint32_t rest = t->mask; rest; rest &= rest - 1) {
        const uint64_t *class = g->class[side][__builtin_ctz(rest)];
        for (size_t i = 0; i < g->words; i++)
            sum[i] |= class[i];
    }
    for (size_t i = 0; i < g->words; i++)
        set[i] &= sum[i];
}

void gates_pass(const patterns *p, const token *before, const token *behind, credit_field field,
                uint64_t set[SET_WORDS])
{
    memcpy(set, p->gates.field[field], sizeof p->gates.field[field]);
    pass_side(&p->gates, 0, before, set);
    pass_side(&p->gates, 1, behind, set);
}
