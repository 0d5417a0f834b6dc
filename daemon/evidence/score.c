#include "evidence/score.h"
#include "evidence/logistic.h"

void score_measures(double x[SCORE_COUNT], const match *m, const side *a, const side *b)
{
    static const score_measure named[REL_COUNT] = {
        [REL_COPY] = SCORE_COPY,     [REL_EXCERPT] = SCORE_EXCERPT,   [REL_REWRITE] = SCORE_REWRITE,
        [REL_QUOTES] = SCORE_QUOTES, [REL_TEMPLATE] = SCORE_TEMPLATE, [REL_RELATED] = SCORE_RELATED,
    };
    const passages *p = &m->passages;
    for (int i = 0; i < SCORE_PROSE; i++)
        x[i] = 0;
    x[named[m->relation]] = 1;
    x[SCORE_BIAS] = 1;
    x[SCORE_PROSE] = log1p(p->prose);
    x[SCORE_LONGEST_PROSE] = log1p(p->longest_prose);
    x[SCORE_QUOTED] = log1p(p->quoted);
    x[SCORE_PROSE_SHARE] =
        match_share(p->prose, a->own_prose < b->own_prose ? a->own_prose : b->own_prose);
    x[SCORE_COSINE] = m->cosine;
    x[SCORE_LOW] = fmin(m->containment_a, m->containment_b);
    x[SCORE_HIGH] = fmax(m->containment_a, m->containment_b);
    x[SCORE_TOLD] = score_told_alike(m, a, b);
    x[SCORE_REST] = m->rest_cosine;
}

static double chance(score_row row, const match *m, const side *a, const side *b)
{
    double x[SCORE_COUNT];
    score_measures(x, m, a, b);
    return logistic_chance(score_table[row], x, SCORE_COUNT);
}

double score_of(const match *m, const side *a, const side *b)
{
    return m->identical ? 1 : chance(SCORE_ROW_RIGHT, m, a, b);
}

double score_reused(const match *m, const side *a, const side *b)
{
    return chance(SCORE_ROW_REUSED, m, a, b);
}

double score_told_alike(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    double more = fmax(a->own_prose, b->own_prose), told = m->paraphrases.told;
    for (size_t i = 0; i < p->n; i++)
        told += m->paraphrases.holds && m->paraphrases.holds[i] ? 0 : p->p[i].prose;
    return more > 0 ? fmin(1, told / more) : 0;
}
