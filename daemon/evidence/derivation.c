#include "evidence/derivation.h"

#include <math.h>

static double logistic(double z)
{
    return 1 / (1 + exp(-z));
}

// METER's question (Clough et al., ACL 2002), by two logistic regressions on the same two
// measures: they hold for light and heavy rewriting alike, where runs of words break up.
void derivation_decide(match *m)
{
    if (m->relation == REL_TEMPLATE) {
        m->derivation = DERIVED_NONE; // two fillings of one form
        m->derivation_score = 0;
        return;
    }
    double shared = sqrt(m->resemblance);
    double any = logistic(6.502 * m->cosine + 6.718 * shared - 3.345);
    double whole = logistic(2.719 * m->cosine + 5.727 * shared - 3.936);
    m->derivation_score = m->identical ? 1 : any;
    m->derivation = whole >= .5 || m->identical ? DERIVED_WHOLE
                    : any >= .5                 ? DERIVED_PARTIAL
                                                : DERIVED_NONE;
}
