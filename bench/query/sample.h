// sample.h - one generated article as a request brings it. (Apart from the rest, since the index
// and the generator both call theirs an article.)
#ifndef SHINGLED_BENCH_QUERY_SAMPLE_H
#define SHINGLED_BENCH_QUERY_SAMPLE_H
#include "base/view.h"

typedef struct sample sample;

sample *sample_new(uint64_t seed); // NULL without memory
void sample_free(sample *s);

// sample_make makes article i; header and text live until the next one.
void sample_make(sample *s, uint64_t i, view *header, view *text);

#endif
