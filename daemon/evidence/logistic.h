// logistic.h - what a fitted row of coefficients (data/, bench/fit) says of some measures.
// Layer: evidence.  May include: base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_LOGISTIC_H
#define SHINGLED_EVIDENCE_LOGISTIC_H
#include <math.h>

// logistic_chance is the chance, in [0,1], by logistic regression on n measures.
static inline double logistic_chance(const double *row, const double *x, int n)
{
    double z = 0;
    for (int i = 0; i < n; i++)
        z += row[i] * x[i];
    return 1 / (1 + exp(-z));
}

#endif
