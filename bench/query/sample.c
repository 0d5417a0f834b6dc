#include "sample.h"
#include "articles.h"

#include <stdlib.h>

struct sample {
    articles *maker;
    article made;
};

sample *sample_new(uint64_t seed)
{
    sample *s = calloc(1, sizeof *s);
    if (s)
        s->maker = articles_new(seed);
    if (s && s->maker)
        return s;
    free(s);
    return NULL;
}

void sample_free(sample *s)
{
    articles_free(&s->maker);
    free(s);
}

void sample_make(sample *s, uint64_t i, view *header, view *text)
{
    articles_make(s->maker, i, &s->made);
    *header = (view){(const uint8_t *)s->made.header, s->made.header_len};
    *text = (view){(const uint8_t *)s->made.text, s->made.text_len};
}
