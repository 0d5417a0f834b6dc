#include "evidence/relation.h"
#include "evidence/terms.h"

enum {
    HEAD_MOST = 8, // words before the first passage that may hold a field, too
    NEAR = 64,
};

#define NAME_IDF 4.3 // a word held by less than 1.4 % of articles

// What fills the fields of a form on both sides, the same or different, and what other words
// stand in one text alone: where those prevail a text was reworded, not a form filled in.
typedef struct fields {
    unsigned same, different, reworded;
} fields;

static bool is_number(const word *w)
{
    return w->flags & WORD_NUMBER;
}

// A capital at the start of a line or sentence makes no name, but a rare word does not
// often stand there.
static bool is_name(const word *w)
{
    return w->flags & WORD_CAP && !(w->flags & (WORD_NUMBER | WORD_CHAR)) &&
           terms_idf(w->hash) >= NAME_IDF;
}

static bool is_either(const word *w)
{
    return is_number(w) || is_name(w);
}

// stands_near tells whether a word stands in [begin, end) of w or NEAR words around it: a
// number that has only moved is the same.
static bool stands_near(const words *w, uint32_t begin, uint32_t end, uint64_t hash)
{
    uint32_t from = begin > NEAR ? begin - NEAR : 0;
    for (uint32_t i = from; i < end + NEAR && i < w->n; i++) {
        if (w->w[i].hash == hash)
            return true;
    }
    return false;
}

static void count_run(fields *f, const words *w, run r, bool (*is_field)(const word *))
{
    for (uint32_t i = r.a; i < r.a + r.n; i++)
        f->same += 2u * is_field(&w->w[i]); // once for each side
}

// What stands between two runs on one side, and on the other.
typedef struct gap {
    const words *w;
    uint32_t begin, end;
} gap;

static bool holds_field(gap g, gap other, bool (*is_field)(const word *))
{
    for (uint32_t i = g.begin; i < g.end; i++) {
        const word *x = &g.w->w[i];
        if (is_field(x) && !stands_near(other.w, other.begin, other.end, x->hash))
            return true;
    }
    return false;
}

// A gap is a field only where something stands in it on both sides.
static void count_gap(fields *f, gap g, gap other, bool (*is_field)(const word *))
{
    bool both = holds_field(other, g, is_field);
    for (uint32_t i = g.begin; i < g.end; i++) {
        const word *x = &g.w->w[i];
        if (stands_near(other.w, other.begin, other.end, x->hash))
            continue;
        if (is_either(x))
            f->different += both && is_field(x);
        else
            f->reworded++;
    }
}

static void count_between(fields *f, const words *a, const words *b, run from, run to,
                          bool (*is_field)(const word *))
{
    gap x = {a, from.a + from.n, to.a}, y = {b, from.b + from.n, to.b};
    count_gap(f, x, y, is_field);
    count_gap(f, y, x, is_field);
}

// differ tells whether at least `least` fields of each side, and `share` of all, differ.
static bool differ(const passages *p, const words *a, const words *b,
                   bool (*is_field)(const word *), unsigned least, double share)
{
    fields f = {0};
    for (size_t i = 0; i < p->n; i++) {
        const run *r = &p->run[p->p[i].run];
        if (i == 0 && r->a <= HEAD_MOST && r->b <= HEAD_MOST)
            count_between(&f, a, b, (run){0}, *r, is_field);
        for (uint32_t k = 0; k < p->p[i].n_runs; k++) {
            count_run(&f, a, r[k], is_field);
            if (k)
                count_between(&f, a, b, r[k - 1], r[k], is_field);
        }
    }
    return f.different >= 2 * least && f.different >= f.reworded &&
           f.different >= share * (f.same + f.different);
}

// Half of the numbers or half of the names; or two fifths of both.
bool form_filled(const passages *p, const side *a, const side *b)
{
    const words *x = &a->words, *y = &b->words;
    return differ(p, x, y, is_number, 2, .5) || differ(p, x, y, is_name, 2, .5) ||
           differ(p, x, y, is_either, 3, .4);
}
