// helpers.h - threads that lend a hand to one question at a time.
//
// A question that finds cores idle need not do all its work alone. One that comes while another has
// the helpers, or where questions have all cores, does: then nobody is idle.
//
// To wake a thread takes some 30 us on a machine of its own and twice that on a virtual one, which
// is much of what a question takes: so helpers are woken when it begins, and then look out for its
// steps, and behind it for the next question, without sleeping, for a while, as long as nobody else
// wants their core.
// Layer: engine.  May include: base.  Threads: any, but for opening and closing.
#ifndef SHINGLED_ENGINE_HELPERS_H
#define SHINGLED_ENGINE_HELPERS_H
#include "shingled/err.h"

#include <stddef.h>

enum { HELPERS_MOST = 3, HELPERS_HANDS = HELPERS_MOST + 1 };

typedef struct helpers helpers;

// One piece of work, i; who is below HELPERS_HANDS, and another for each thread that is at the same
// work: 0 for the one that asked.
typedef void helpers_step(void *ctx, unsigned who, size_t i);

// helpers_open starts n threads, as many as there are cores beside one that asks, and at most
// HELPERS_MOST; none is fine.
SHG_MUST_CHECK shg_err helpers_open(helpers **out, unsigned n);
void helpers_close(helpers **h); // while nothing runs; nulls *h; NULL is fine

// helpers_asked tells that a question came, which may have to wait for its turn, helpers_answered
// that its answer is on its way: once for each. h may be NULL.
void helpers_asked(helpers *h);
void helpers_answered(helpers *h);

// helpers_begin tells that work for them will come soon, helpers_end that there will be no more:
// once for each begin. h may be NULL.
void helpers_begin(helpers *h);
void helpers_end(helpers *h);

// helpers_run takes every step of [0, n), in any order, this thread and the helpers, and returns
// when all are done. h NULL: this thread alone. It need not stand between begin and end.
void helpers_run(helpers *h, size_t n, helpers_step *step, void *ctx);

#endif
