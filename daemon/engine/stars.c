#include "engine/stars.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t NOBODY = UINT32_MAX;

// ---- texts

// Who is linked to node i, and how much of each i holds: step[row[i]] .. step[row[i + 1] - 1].
typedef struct step {
    uint32_t to;
    uint16_t held;
} step;

typedef struct texts {
    uint32_t *row;
    step *step;
    uint32_t *lack;  // how much of a node its centre may lack, at most
    uint32_t *queue; // nodes to go on from, a ring of n + 1
    bool *waits;     // is in it
    uint32_t n;
} texts;

static shg_err texts_make(texts *t, uint32_t n, const star_link *links, size_t n_links)
{
    *t = (texts){
        .row = calloc((size_t)n + 2, sizeof *t->row),
        .step = calloc(2 * n_links + 1, sizeof *t->step),
        .lack = calloc((size_t)n + 1, sizeof *t->lack),
        .queue = calloc((size_t)n + 1, sizeof *t->queue),
        .waits = calloc((size_t)n + 1, sizeof *t->waits),
        .n = n,
    };
    if (!t->row || !t->step || !t->lack || !t->queue || !t->waits)
        return SHG_ENOMEM;
    for (size_t i = 0; i < n_links; i++) {
        t->row[links[i].a + 1]++;
        t->row[links[i].b + 1]++;
    }
    for (uint32_t i = 0; i < n; i++)
        t->row[i + 1] += t->row[i];
    for (size_t i = 0; i < n_links; i++) { // fills from behind; the row begins move down
        const star_link *l = &links[i];
        t->step[--t->row[l->a + 1]] = (step){l->b, l->held_b};
        t->step[--t->row[l->b + 1]] = (step){l->a, l->held_a};
    }
    memmove(t->row, t->row + 1, n * sizeof *t->row);
    t->row[n] = (uint32_t)(2 * n_links);
    return SHG_OK;
}

static void texts_free(texts *t)
{
    free(t->row);
    free(t->step);
    free(t->lack);
    free(t->queue);
    free(t->waits);
}

// spread takes what the centre holds half of, at least, and more of than other centres do.
static void spread(texts *t, star_seat *seat, uint32_t centre)
{
    uint32_t head = 0, tail = 0, ring = t->n + 1;
    t->queue[tail++] = centre;
    while (head != tail) {
        uint32_t m = t->queue[head];
        head = (head + 1) % ring;
        t->waits[m] = false;
        for (uint32_t k = t->row[m]; k < t->row[m + 1]; k++) {
            uint32_t to = t->step[k].to, lack = t->lack[m] + STARS_ONE - t->step[k].held;
            if (to < centre || lack > STARS_ONE - STARS_HOLDS || lack >= t->lack[to])
                continue;
            t->lack[to] = lack;
            seat[to].text = centre;
            if (t->waits[to])
                continue;
            t->waits[to] = true;
            t->queue[tail] = to;
            tail = (tail + 1) % ring;
        }
    }
}

static void find_texts(texts *t, star_seat *seat)
{
    for (uint32_t i = 0; i < t->n; i++) {
        seat[i].text = NOBODY;
        t->lack[i] = STARS_ONE;
    }
    for (uint32_t i = 0; i < t->n; i++) {
        if (seat[i].text != NOBODY)
            continue;
        seat[i].text = i;
        t->lack[i] = 0;
        spread(t, seat, i);
    }
}

// ---- stories

// A partner of a group, in the chain of its partners.
typedef struct partner {
    uint32_t text, next;
} partner;

// The groups of texts while they grow. sum[a * n + b] is over the pairs of their texts: at
// most (n / 2)^2 of them, so that 32 bits do.
typedef struct groups {
    uint32_t n;
    uint32_t *sum, *size, *into, *best; // size 0: became part of `into`; best: strongest partner
    partner *partners;                  // two for a pair of linked texts
    uint32_t *head, *tail, n_partners;
} groups;

static shg_err groups_make(groups *g, uint32_t n, size_t n_links)
{
    *g = (groups){
        .n = n,
        .sum = calloc((size_t)n * n + 1, sizeof *g->sum),
        .size = calloc((size_t)n + 1, sizeof *g->size),
        .into = calloc((size_t)n + 1, sizeof *g->into),
        .best = calloc((size_t)n + 1, sizeof *g->best),
        .partners = calloc(2 * n_links + 1, sizeof *g->partners),
        .head = calloc((size_t)n + 1, sizeof *g->head),
        .tail = calloc((size_t)n + 1, sizeof *g->tail),
    };
    bool complete = g->sum && g->size && g->into && g->best && g->partners && g->head && g->tail;
    for (uint32_t i = 0; complete && i < n; i++)
        g->head[i] = g->tail[i] = NOBODY;
    return complete ? SHG_OK : SHG_ENOMEM;
}

static void groups_free(groups *g)
{
    free(g->sum);
    free(g->size);
    free(g->into);
    free(g->best);
    free(g->partners);
    free(g->head);
    free(g->tail);
}

static uint64_t sum_of(const groups *g, uint32_t a, uint32_t b)
{
    return g->sum[(size_t)a * g->n + b];
}

static void set_sum(groups *g, uint32_t a, uint32_t b, uint64_t sum)
{
    g->sum[(size_t)a * g->n + b] = (uint32_t)sum;
    g->sum[(size_t)b * g->n + a] = (uint32_t)sum;
}

static uint32_t group_of(const groups *g, uint32_t text)
{
    while (!g->size[text])
        text = g->into[text];
    return text;
}

static void add_partner(groups *g, uint32_t a, uint32_t b)
{
    uint32_t at = g->n_partners++;
    g->partners[at] = (partner){b, NOBODY};
    if (g->head[a] == NOBODY)
        g->head[a] = at;
    else
        g->partners[g->tail[a]].next = at;
    g->tail[a] = at;
}

// is_stronger compares the mean links of two pairs of groups, without rounding.
static bool is_stronger(const groups *g, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uint64_t x = sum_of(g, a, b) * g->size[c] * g->size[d];
    uint64_t y = sum_of(g, c, d) * g->size[a] * g->size[b];
    return x != y ? x > y : a != c ? a < c : b < d;
}

static void find_best(groups *g, uint32_t a)
{
    g->best[a] = NOBODY;
    for (uint32_t at = g->head[a]; at != NOBODY; at = g->partners[at].next) {
        uint32_t b = group_of(g, g->partners[at].text);
        if (b != a && (g->best[a] == NOBODY || is_stronger(g, a, b, a, g->best[a])))
            g->best[a] = b;
    }
}

static void fuse(groups *g, uint32_t a, uint32_t b)
{
    for (uint32_t k = 0; k < g->n; k++)
        if (k != a && k != b && g->size[k])
            set_sum(g, a, k, sum_of(g, a, k) + sum_of(g, b, k));
    g->size[a] += g->size[b];
    g->size[b] = 0;
    g->into[b] = a;
    g->partners[g->tail[a]].next = g->head[b]; // both have partners: each other
    g->tail[a] = g->tail[b];
    // A mean is never above both of its parts: who had another partner keeps it.
    for (uint32_t k = 0; k < g->n; k++)
        if (g->size[k] && (k == a || g->best[k] == a || g->best[k] == b))
            find_best(g, k);
}

static void grow(groups *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        find_best(g, i);
    for (;;) {
        uint32_t a = NOBODY;
        for (uint32_t i = 0; i < g->n; i++)
            if (g->size[i] && g->best[i] != NOBODY &&
                (a == NOBODY || is_stronger(g, i, g->best[i], a, g->best[a])))
                a = i;
        if (a == NOBODY)
            return;
        uint32_t b = g->best[a];
        if (sum_of(g, a, b) < (uint64_t)STARS_JOIN * g->size[a] * g->size[b])
            return;
        fuse(g, a < b ? a : b, a < b ? b : a);
    }
}

// best[i * n + t] is the strongest link of node i to a node of text t.
static void find_links(uint16_t *best, const star_seat *seat, uint32_t n, const star_link *links,
                       size_t n_links)
{
    for (size_t i = 0; i < n_links; i++) {
        const star_link *l = &links[i];
        uint16_t *x = &best[(size_t)l->a * n + seat[l->b].text];
        uint16_t *y = &best[(size_t)l->b * n + seat[l->a].text];
        *x = *x < l->link ? l->link : *x;
        *y = *y < l->link ? l->link : *y;
    }
}

// link_pair makes of the sums of the one's links to the other, and back, the link of the two.
static void link_pair(groups *g, const uint32_t *members, uint32_t a, uint32_t b)
{
    uint64_t sum =
        members[a] <= members[b] ? sum_of(g, a, b) / members[a] : sum_of(g, b, a) / members[b];
    set_sum(g, a, b, sum);
    if (sum) {
        add_partner(g, a, b);
        add_partner(g, b, a);
    }
}

static shg_err link_texts(groups *g, const star_seat *seat, const star_link *links, size_t n_links)
{
    uint32_t n = g->n, *members = calloc((size_t)n + 1, sizeof *members);
    uint16_t *best = calloc((size_t)n * n + 1, sizeof *best);
    if (best && members) {
        find_links(best, seat, n, links, n_links);
        for (uint32_t i = 0; i < n; i++) {
            g->size[i] = seat[i].text == i;
            members[seat[i].text]++;
            for (uint32_t t = 0; t < n; t++)
                g->sum[(size_t)seat[i].text * n + t] += best[(size_t)i * n + t];
        }
        for (uint32_t a = 0; a < n; a++)
            for (uint32_t b = a + 1; b < n && g->size[a]; b++)
                if (g->size[b])
                    link_pair(g, members, a, b);
    }
    shg_err err = best && members ? SHG_OK : SHG_ENOMEM;
    free(best);
    free(members);
    return err;
}

shg_err stars_cast(star_seat *seat, uint32_t n, const star_link *links, size_t n_links)
{
    texts t = {0};
    groups g = {0};
    shg_err err = texts_make(&t, n, links, n_links);
    if (!err)
        err = groups_make(&g, n, n_links);
    if (!err) {
        find_texts(&t, seat);
        err = link_texts(&g, seat, links, n_links);
    }
    if (!err) {
        grow(&g);
        for (uint32_t i = 0; i < n; i++) // a group is known by the text that stands first
            seat[i].story = group_of(&g, seat[i].text);
    }
    texts_free(&t);
    groups_free(&g);
    return err;
}
