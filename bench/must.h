// must.h - a benchmark ends where a step of it fails: there is nothing to measure then.
#ifndef SHINGLED_BENCH_MUST_H
#define SHINGLED_BENCH_MUST_H
#include "shingled/err.h"

#include <stdio.h>
#include <stdlib.h>

static inline void must(shg_err err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "%s: %s\n", what, shg_err_text(err));
    exit(1);
}

#endif
