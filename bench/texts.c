#include "texts.h"
#include "articles.h"
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { URI_MOST = 256 };

typedef struct place {
    size_t uri, record, text; // where each begins in bytes
    uint32_t uri_len, record_len, text_len;
} place;

struct texts {
    articles *maker;
    article made;
    size_t n, used, cap;
    uint8_t *bytes;
    place *at;
};

static void *must(void *p)
{
    if (!p) {
        fprintf(stderr, "no memory for the articles\n");
        exit(1);
    }
    return p;
}

static size_t keep(texts *t, const void *bytes, size_t n)
{
    size_t at = t->used;
    if (t->used + n > t->cap) {
        t->cap = (t->used + n) * 3 / 2;
        t->bytes = must(realloc(t->bytes, t->cap));
    }
    memcpy(t->bytes + at, bytes, n);
    t->used += n;
    return at;
}

void texts_again(texts *t, uint64_t first)
{
    char uri[URI_MOST];
    t->used = 0;
    for (size_t i = 0; i < t->n; i++) {
        place *p = &t->at[i];
        articles_make(t->maker, first + i, &t->made);
        p->uri_len = (uint32_t)articles_uri(t->maker, first + i, uri, sizeof uri);
        p->record_len = (uint32_t)t->made.header_len;
        p->text_len = (uint32_t)t->made.text_len;
        p->uri = keep(t, uri, p->uri_len);
        p->record = keep(t, t->made.header, p->record_len);
        p->text = keep(t, t->made.text, p->text_len);
    }
}

texts *texts_new(size_t n, uint64_t seed)
{
    texts *t = must(calloc(1, sizeof *t));
    t->maker = must(articles_new(seed));
    t->n = n;
    t->at = must(calloc(n, sizeof *t->at));
    texts_again(t, 0);
    return t;
}

void texts_free(texts **t)
{
    articles_free(&(*t)->maker);
    free((*t)->bytes);
    free((*t)->at);
    free(*t);
    *t = NULL;
}

view texts_uri(const texts *t, size_t i)
{
    return (view){t->bytes + t->at[i].uri, t->at[i].uri_len};
}

view texts_record(const texts *t, size_t i)
{
    return (view){t->bytes + t->at[i].record, t->at[i].record_len};
}

view texts_text(const texts *t, size_t i)
{
    return (view){t->bytes + t->at[i].text, t->at[i].text_len};
}

void texts_name(const texts *t, char name[TEXTS_NAME])
{
    XXH3_state_t *h = must(XXH3_createState());
    XXH3_64bits_reset(h);
    for (size_t i = 0; i < t->n; i++)
        XXH3_64bits_update(h, texts_text(t, i).p, texts_text(t, i).len);
    snprintf(name, TEXTS_NAME, "news:%08x", (unsigned)(XXH3_64bits_digest(h) >> 32));
    XXH3_freeState(h);
}
