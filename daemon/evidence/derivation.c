#include "evidence/derivation.h"
#include "evidence/logistic.h"

static double chance(derivation_row row, const affinity *f)
{
    return logistic_chance(derivation_table[row], f->x, AFFINITY_COUNT);
}

// Two fillings of one form were not made from each other, nor were two accounts that have
// no more in common than what a third one said: of `quotes` the quoted share counts half.
static double most_of(const match *m)
{
    const passages *p = &m->passages;
    if (m->relation == REL_TEMPLATE)
        return 0;
    if (m->relation != REL_QUOTES || p->quoted == 0)
        return 1;
    return 1 - .5 * p->quoted / ((double)p->quoted + p->prose);
}

shg_err derivation_decide(match *m, affinity_source *a, const side *b)
{
    m->derivation = m->identical ? DERIVED_WHOLE : DERIVED_NONE;
    m->derivation_score = m->identical;
    double most = most_of(m);
    if (m->identical || most == 0)
        return SHG_OK;
    affinity f;
    shg_err e = affinity_find_of(&f, a, b);
    if (e)
        return e;
    double any = chance(f.consonantal ? DERIVATION_CONSONANTAL_ANY : DERIVATION_OTHER_ANY, &f);
    double whole =
        chance(f.consonantal ? DERIVATION_CONSONANTAL_WHOLE : DERIVATION_OTHER_WHOLE, &f);
    any *= most;
    whole = fmin(whole, any);
    m->derivation_score = (any + whole) / 2;
    m->derivation = whole >= .5 ? DERIVED_WHOLE : any >= .5 ? DERIVED_PARTIAL : DERIVED_NONE;
    return SHG_OK;
}
