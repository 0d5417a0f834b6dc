#include "evidence/patterns_table.h"

typedef const token *(*side_reader)(window *v, size_t k);

static bool accepts(const patterns *p, const state *s, const token *t)
{
    bool named =
        s->mask & t->mask ||
        (s->list && t->word && p->member[s->list * p->stride + t->word / 64] >> (t->word & 63) & 1);
    return named != (s->other && t->mask);
}

// step gives the states among `from` that accept the token.
static uint64_t step(const patterns *p, const program *a, uint64_t from, const token *t)
{
    uint64_t hit = 0;
    for (uint64_t rest = from; rest; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        if (accepts(p, &p->state[a->from + i], t))
            hit |= 1ull << i;
    }
    return hit;
}

static uint64_t after(const patterns *p, const program *a, uint64_t hit)
{
    uint64_t next = 0;
    for (uint64_t rest = hit; rest; rest &= rest - 1)
        next |= p->state[a->from + (unsigned)__builtin_ctzll(rest)].follow;
    return next;
}

// holds tells whether the context stands at token k and beyond.
static bool holds(const patterns *p, const program *a, window *v, side_reader read, size_t k)
{
    if (a->nullable)
        return true;
    for (uint64_t now = a->first; now; k++) {
        uint64_t hit = step(p, a, now, read(v, k));
        if (hit & a->last)
            return true;
        now = after(p, a, hit);
    }
    return false;
}

// side_matches finds how many tokens the credit takes on one side: the most of those
// that its context follows.
static bool side_matches(const patterns *p, const program *a, const program *context, window *v,
                         side_reader read, size_t *taken)
{
    bool found = a->nullable && holds(p, context, v, read, 0);
    *taken = 0;
    uint64_t now = a->first;
    for (size_t k = 0; now; k++) {
        uint64_t hit = step(p, a, now, read(v, k));
        if (hit & a->last && holds(p, context, v, read, k + 1)) {
            *taken = k + 1;
            found = true;
        }
        now = after(p, a, hit);
    }
    return found;
}

enum { HEAD_BYTES = 1500, TAIL_BYTES = 1200 };

static bool is_address(const window *v, const mention *m)
{
    const uint8_t *p = v->w->text.p + m->begin;
    size_t n = m->end - m->begin;
    return memchr(p, '.', n) && !memchr(p, ' ', n);
}

// conditions collects what is true of the mention, as bits of enum when.
static uint32_t conditions(const window *v, const mention *m)
{
    size_t len = v->w->text.len;
    uint32_t bits = 0;
    if (m->kind == MENTION_ECHO)
        bits = WHEN_ECHO;
    else if (m->kind == MENTION_SHAPED)
        bits = WHEN_SHAPED;
    else if (m->vague)
        bits = WHEN_VAGUE;
    else if (m->source)
        bits = WHEN_KNOWN | (m->source->kind == SOURCE_AGENCY        ? WHEN_AGENCY
                             : m->source->kind == SOURCE_BROADCASTER ? WHEN_BROADCASTER
                                                                     : 0u);
    if (m->begin < HEAD_BYTES || m->begin < len / 4)
        bits |= WHEN_HEAD;
    if (m->begin + TAIL_BYTES > len || m->begin > len - len / 4)
        bits |= WHEN_TAIL;
    if (is_address(v, m))
        bits |= WHEN_ADDRESS;
    return bits;
}

static bool allowed(const pattern *x, const window *v, const mention *m, uint32_t bits)
{
    const uint32_t kinds =
        WHEN_AGENCY | WHEN_BROADCASTER | WHEN_KNOWN | WHEN_VAGUE | WHEN_SHAPED | WHEN_ECHO;
    const uint32_t places = WHEN_HEAD | WHEN_TAIL;
    if ((x->when & places) && !(x->when & bits & places))
        return false;
    if (x->when & WHEN_ADDRESS && !(bits & WHEN_ADDRESS))
        return false;
    if (m->kind == MENTION_ANCHOR)
        return x->source && x->anchor == v->w->w[m->word].hash;
    return !x->source && (x->when & bits & kinds);
}

// fill takes the credit's span, without marks that only join it to what is around.
static void fill(const pattern *x, window *v, const mention *m, size_t left, size_t right,
                 pattern_hit *hit)
{
    const uint32_t loose = TOKEN_LINE | TOKEN_COMMA | TOKEN_DASH | TOKEN_SEMI;
    while (left && v->left[left - 1].mask & (loose | TOKEN_STOP | TOKEN_QUOTE))
        left--;
    while (right && v->right[right - 1].mask & loose)
        right--;
    hit->role = x->role;
    hit->score = x->score;
    hit->source = x->source;
    hit->begin = left ? v->left[left - 1].begin : m->begin;
    hit->end = right ? v->right[right - 1].end : m->end;
}

static bool try(const patterns *p, const pattern *x, window *v, const mention *m, pattern_hit *hit)
{
    size_t left, right;
    if (!side_matches(p, &x->left, &x->left_context, v, window_left, &left) ||
        !side_matches(p, &x->right, &x->right_context, v, window_right, &right))
        return false;
    fill(x, v, m, left, right, hit);
    return true;
}

bool patterns_best(const patterns *p, window *v, size_t i, credit_field field, pattern_hit *hit)
{
    const mention *m = &v->m->m[i];
    uint32_t bits = conditions(v, m);
    uint64_t set[SET_WORDS];
    gates_pass(p, window_left(v, 0), window_right(v, 0), field, set);
    for (size_t n = 0; n < p->gates.words; n++) {
        for (; set[n]; set[n] &= set[n] - 1) {
            const pattern *x = &p->list[n * 64 + (size_t)__builtin_ctzll(set[n])];
            if (allowed(x, v, m, bits) && try(p, x, v, m, hit))
                return true;
        }
    }
    return false;
}
