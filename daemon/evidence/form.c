#include "evidence/form.h"
#include "evidence/lexicon.h"
#include "evidence/terms.h"

enum {
    END_MOST = 12,    // words before the first passage, and after the last, that may hold a field
    NEAR = 64,        // words around a gap where a number that has only moved is found
    BRIEF_WORDS = 80, // a shorter text is about its fields, dates too, and nothing moves
    TINY_WORDS = 30,  // and in one so short each of them tells
    CALENDAR = LEXICON_MONTH | LEXICON_DAY,
    PROSE_A_NUMBER = 18, // words, at most, to each number of a form
    NUMBERS_MANY = 4,    // so many that are the same show the same event, whatever the names
    WEATHER_LEAST = 8,   // words
};

#define NAME_IDF 4.3              // a word held by less than 1.4 % of articles
#define LATER_MS (3 * 86400000LL) // news of the day is updated for a day or two
#define TABLE_SHARE .10           // of the numbers of a table: it is the same one an hour later
#define WEATHER_SHARE .28         // of a text's words; of other articles 1 in 1000 has over .15

// What fills the fields of a form on both sides, the same or different, and what other words
// stand in one text alone: where those prevail a text was reworded, not a form filled in.
typedef struct fields {
    unsigned same, different, reworded;
} fields;

// A day's number says when, not what.
static bool is_date(const words *w, size_t i)
{
    unsigned around = 0;
    around |= i ? lexicon_of(w->w[i - 1].hash) : 0;
    around |= i + 1 < w->n ? lexicon_of(w->w[i + 1].hash) : 0;
    return around & LEXICON_MONTH;
}

// In brief notices a month is a field, too.
static bool is_number(const words *w, size_t i, uint64_t *hash)
{
    return lexicon_number(w, i, hash) || lexicon_of(*hash) & LEXICON_MONTH;
}

static bool is_quantity(const words *w, size_t i, uint64_t *hash)
{
    return lexicon_number(w, i, hash) && !is_date(w, i);
}

// A capital at the start of a line or sentence makes no name, but a rare word does not
// often stand there.
static bool is_name(const words *w, size_t i, uint64_t *hash)
{
    const word *x = &w->w[i];
    *hash = x->hash;
    return x->flags & WORD_CAP && !(x->flags & (WORD_NUMBER | WORD_CHAR)) &&
           terms_idf(x->hash) >= NAME_IDF && !lexicon_of(x->hash);
}

static bool is_either(const words *w, size_t i, uint64_t *hash)
{
    return is_number(w, i, hash) || is_name(w, i, hash);
}

static bool is_day(const words *w, size_t i, uint64_t *hash)
{
    return is_number(w, i, hash) && is_date(w, i);
}

// In tiny ones every capital is.
static bool is_marked(const words *w, size_t i, uint64_t *hash)
{
    return is_number(w, i, hash) || w->w[i].flags & WORD_CAP;
}

// What is a field, and how far around its gap it may have moved.
typedef struct reading {
    bool (*is_field)(const words *w, size_t i, uint64_t *hash);
    uint32_t near;
} reading;

// What stands between two runs on one side, and on the other.
typedef struct gap {
    const words *w;
    uint32_t begin, end;
} gap;

// stands_near tells whether word i of g stands in the gap o or `near` words around it; a
// number also in words.
static bool stands_near(const words *g, uint32_t i, gap o, uint32_t near)
{
    uint64_t hash, x;
    bool number = lexicon_number(g, i, &hash);
    uint32_t from = o.begin > near ? o.begin - near : 0;
    for (uint32_t k = from; k < o.end + near && k < o.w->n; k++) {
        if (o.w->w[k].hash == g->w[i].hash || (number && lexicon_number(o.w, k, &x) && x == hash))
            return true;
    }
    return false;
}

static void count_run(fields *f, const words *w, run r, const reading *how)
{
    uint64_t hash;
    for (uint32_t i = r.a; i < r.a + r.n; i++)
        f->same += 2u * how->is_field(w, i, &hash); // once for each side
}

// holds_field tells whether a field stands in the gap; where fields may move, one that
// does not stand around the other gap.
static bool holds_field(gap g, gap other, const reading *how)
{
    uint64_t hash;
    for (uint32_t i = g.begin; i < g.end; i++) {
        if (how->is_field(g.w, i, &hash) && !(how->near && stands_near(g.w, i, other, how->near)))
            return true;
    }
    return false;
}

// A gap is a field only where something stands in it on both sides.
static void count_gap(fields *f, gap g, gap other, const reading *how)
{
    bool both = holds_field(other, g, how);
    for (uint32_t i = g.begin; i < g.end; i++) {
        uint64_t hash;
        const word *x = &g.w->w[i];
        if (stands_near(g.w, i, other, how->near))
            continue;
        if (how->is_field(g.w, i, &hash))
            f->different += both;
        else if (!is_either(g.w, i, &hash))
            f->reworded += !(x->flags & WORD_CAP) && !(lexicon_of(x->hash) & CALENDAR);
    }
}

static void count_between(fields *f, gap x, gap y, const reading *how)
{
    count_gap(f, x, y, how);
    count_gap(f, y, x, how);
}

// What only one of them has at its end was cut off in the other, and says nothing.
static void count_end(fields *f, gap x, gap y, const reading *how)
{
    if (x.begin < x.end && y.begin < y.end)
        count_between(f, x, y, how);
}

// What stands before the first run and after the last, where that is little.
static void count_ends(fields *f, const passages *p, const words *a, const words *b,
                       const reading *how)
{
    const passage *last = &p->p[p->n - 1];
    const run *first = &p->run[p->p[0].run];
    gap tail[2] = {{a, last->a_end, (uint32_t)a->n}, {b, last->b_end, (uint32_t)b->n}};
    if (first->a <= END_MOST && first->b <= END_MOST)
        count_end(f, (gap){a, 0, first->a}, (gap){b, 0, first->b}, how);
    if (tail[0].begin + END_MOST >= tail[0].end && tail[1].begin + END_MOST >= tail[1].end)
        count_end(f, tail[0], tail[1], how);
}

static fields count(const passages *p, const words *a, const words *b, const reading *how)
{
    fields f = {0};
    if (p->n)
        count_ends(&f, p, a, b, how);
    for (size_t i = 0; i < p->n; i++) {
        const run *r = &p->run[p->p[i].run];
        for (uint32_t k = 0; k < p->p[i].n_runs; k++) {
            count_run(&f, a, r[k], how);
            if (k)
                count_between(&f, (gap){a, r[k - 1].a + r[k - 1].n, r[k].a},
                              (gap){b, r[k - 1].b + r[k - 1].n, r[k].b}, how);
        }
    }
    return f;
}

// differ tells whether at least `least` fields, and `share` of all, differ, and no more than
// `most` times as many other words.
static bool differ(const fields *f, unsigned least, double share, unsigned most)
{
    return f->different >= least && most * f->different >= f->reworded &&
           f->different >= share * (f->same + f->different);
}

static bool shorter(const side *a, const side *b, uint32_t n)
{
    return a->own_words < n || b->own_words < n;
}

static size_t numbers_in(const words *w)
{
    size_t n = 0;
    uint64_t hash;
    for (size_t i = 0; (i = lexicon_next_number(w, i, &hash)) < w->n; i++)
        n++;
    return n;
}

// Two texts, and how many numbers stand in each.
typedef struct texts {
    const passages *p;
    const words *a, *b;
    size_t numbers_a, numbers_b;
} texts;

static texts texts_of(const passages *p, const side *a, const side *b)
{
    return (texts){p, &a->words, &b->words, numbers_in(&a->words), numbers_in(&b->words)};
}

static fields count_as(const texts *t, const reading *how)
{
    return count(t->p, t->a, t->b, how);
}

// Whether a number of either text stands in no run of the passages.
static bool has_odd_number(const texts *t)
{
    const passages *p = t->p;
    size_t same = 0;
    uint64_t hash;
    for (size_t i = 0; i < p->n; i++) {
        const run *r = &p->run[p->p[i].run];
        for (uint32_t k = 0; k < p->p[i].n_runs; k++)
            for (uint32_t w = r[k].a; w < r[k].a + r[k].n; w++)
                same += lexicon_number(t->a, w, &hash);
    }
    return 2 * same < t->numbers_a + t->numbers_b;
}

// Tables of rates or prices: of their words half are numbers.
static bool are_tables(const texts *t)
{
    return 2 * t->numbers_a >= t->a->n && 2 * t->numbers_b >= t->b->n;
}

// A form is written around its numbers. Where few stand in much prose, and differ, a story
// has grown.
static bool is_dense(size_t numbers, const words *w)
{
    return numbers * PROSE_A_NUMBER >= w->n;
}

static bool are_dense(const texts *t)
{
    return is_dense(t->numbers_a, t->a) && is_dense(t->numbers_b, t->b);
}

static bool is_either_dense(const texts *t)
{
    return is_dense(t->numbers_a, t->a) || is_dense(t->numbers_b, t->b);
}

// Whether two all but equal texts of days apart are a form's issues: a tenth of the numbers
// differs; of a text written around its numbers any, in its place; of a brief one any at all.
static bool is_next_issue(const texts *t, bool brief, const fields *numbers)
{
    if (differ(numbers, 2, TABLE_SHARE, 4))
        return true;
    if (brief && has_odd_number(t))
        return true;
    if (!are_dense(t))
        return false;
    fields in_place = count_as(t, &(reading){is_number, 0});
    return differ(&in_place, 2, 0, 4);
}

// Whether a day that the texts give is another (half of them, where they are not written around
// numbers), and an amount with it: what is reported anew each day. A story that grows, or is
// corrected, tells of the same day.
static bool is_next_day(const texts *t)
{
    fields days = count_as(t, &(reading){is_day, 0});
    if (!differ(&days, 2, are_dense(t) ? 0 : .5, 8))
        return false;
    fields amounts = count_as(t, &(reading){is_quantity, 0});
    return differ(&amounts, 2, 0, 4);
}

// Of texts so short each word with a capital tells.
static bool is_tiny_form(const texts *t)
{
    fields marked = count_as(t, &(reading){is_marked, 0});
    return differ(&marked, 2, 0, 1);
}

// Whether names differ, or names and numbers. Where many numbers are the same, other names are
// another way to write them.
static bool is_renamed(const texts *t, bool brief, const fields *numbers, uint32_t near)
{
    if (numbers->same >= 2 * NUMBERS_MANY && numbers->same >= 4 * numbers->different)
        return false;
    if (form_unspaced(t->a) || form_unspaced(t->b))
        return false;
    fields names = count_as(t, &(reading){is_name, near});
    if (differ(&names, 4, .5, 2))
        return true;
    fields either = count_as(t, &(reading){is_either, near});
    return differ(&either, brief ? 3 : 6, .4, 2);
}

// Half of the numbers or half of the names; or two fifths of both; one number of a table, which
// is filled in through the day.
bool form_filled(const passages *p, const side *a, const side *b)
{
    texts t = texts_of(p, a, b);
    bool brief = shorter(a, b, BRIEF_WORDS), tables = are_tables(&t);
    uint32_t near = brief ? 0 : NEAR;
    fields numbers = count_as(&t, &(reading){brief ? is_number : is_quantity, near});
    if (a->own_words < TINY_WORDS && b->own_words < TINY_WORDS && is_tiny_form(&t))
        return true;
    if (numbers.different >= 2 && is_either_dense(&t) &&
        (differ(&numbers, 4, tables ? TABLE_SHARE : .5, 2) ||
         (brief && differ(&numbers, 2, numbers.reworded ? .3 : .2, 2))))
        return true;
    if (form_later(a, b) && is_next_issue(&t, brief, &numbers))
        return true;
    if (tables && has_odd_number(&t))
        return true;
    return is_next_day(&t) || is_renamed(&t, brief, &numbers, near);
}

bool form_later(const side *a, const side *b)
{
    if (!a->publisher || a->publisher != b->publisher || !a->published_ms || !b->published_ms)
        return false;
    int64_t x = a->published_ms, y = b->published_ms;
    return x < y ? x <= y - LATER_MS : y <= x - LATER_MS;
}

bool form_unspaced(const words *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n && w->flags & WORD_CHAR; i++)
        n += (w->w[i].flags & WORD_CHAR) != 0;
    return 2 * n >= w->n;
}

bool form_weather(const side *s)
{
    size_t own = 0, weather = 0;
    for (size_t i = 0; i < s->words.n; i++) {
        if (s->mark[i] & MARK_FURNITURE)
            continue;
        own++;
        weather += lexicon_of(s->words.w[i].hash) & LEXICON_WEATHER ? 1 : 0;
    }
    return weather >= WEATHER_LEAST && (double)weather >= WEATHER_SHARE * (double)own;
}
