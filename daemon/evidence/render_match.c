#include "evidence/render.h"

#include <stdlib.h>

// The four ends of every passage, in the unit asked for.
typedef struct ends {
    size_t *a, *b; // [2 * n]: begin and end of each passage
} ends;

typedef struct place {
    size_t byte, slot;
} place;

static int by_byte(const void *x, const void *y)
{
    size_t a = ((const place *)x)->byte, b = ((const place *)y)->byte;
    return (a > b) - (a < b);
}

// convert rewrites n offsets, in any order, in the unit asked for.
static bool convert(size_t *offset, size_t n, view text, offset_unit unit)
{
    if (unit == OFFSET_UTF8 || n == 0)
        return true;
    place *p = malloc(n * sizeof *p);
    size_t *sorted = malloc(n * sizeof *sorted);
    if (p && sorted) {
        for (size_t i = 0; i < n; i++)
            p[i] = (place){offset[i], i};
        qsort(p, n, sizeof *p, by_byte);
        for (size_t i = 0; i < n; i++)
            sorted[i] = p[i].byte;
        offsets_convert(text, unit, sorted, n);
        for (size_t i = 0; i < n; i++)
            offset[p[i].slot] = sorted[i];
    }
    bool ok = p && sorted;
    free(p);
    free(sorted);
    return ok;
}

static size_t byte_begin(const side *s, uint32_t i)
{
    return s->words.w[i].begin;
}

static size_t byte_end(const side *s, uint32_t i)
{
    return s->words.w[i - 1].end;
}

static bool find_ends(ends *e, const passage *p, size_t n, const side *a, const side *b,
                      offset_unit unit)
{
    e->a = malloc((2 * n + 1) * sizeof *e->a);
    e->b = malloc((2 * n + 1) * sizeof *e->b);
    if (!e->a || !e->b)
        return false;
    for (size_t i = 0; i < n; i++) {
        e->a[2 * i] = byte_begin(a, p[i].a_begin);
        e->a[2 * i + 1] = byte_end(a, p[i].a_end);
        e->b[2 * i] = byte_begin(b, p[i].b_begin);
        e->b[2 * i + 1] = byte_end(b, p[i].b_end);
    }
    return convert(e->a, 2 * n, a->words.text, unit) && convert(e->b, 2 * n, b->words.text, unit);
}

static json_t *passage_list(const passage *p, size_t n, const ends *e)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++) {
        json_t *one = json_pack("{s:[II], s:[II], s:I, s:s}", "query", (json_int_t)e->a[2 * i],
                                (json_int_t)e->a[2 * i + 1], "match", (json_int_t)e->b[2 * i],
                                (json_int_t)e->b[2 * i + 1], "words", (json_int_t)p[i].words,
                                "kind", passage_kind_name(p[i].kind));
        if (json_array_append_new(list, one)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

// shown writes the passages of both levels, ascending by where they begin in a, to p, and
// returns how many: an exact one that is held by a reworded one is part of that.
static size_t shown(passage *p, const match *m)
{
    const passages *x = &m->passages;
    const paraphrases *y = &m->paraphrases;
    size_t n = 0, k = 0;
    for (size_t i = 0; i < x->n; i++) {
        if (y->holds && y->holds[i])
            continue;
        while (k < y->n && y->p[k].a_begin < x->p[i].a_begin)
            p[n++] = y->p[k++];
        p[n++] = x->p[i];
    }
    while (k < y->n)
        p[n++] = y->p[k++];
    return n;
}

static json_t *passages_json(const match *m, const side *a, const side *b, offset_unit unit)
{
    ends e = {0};
    passage *p = malloc((m->passages.n + m->paraphrases.n + 1) * sizeof *p);
    size_t n = p ? shown(p, m) : 0;
    json_t *list = p && find_ends(&e, p, n, a, b, unit) ? passage_list(p, n, &e) : NULL;
    free(p);
    free(e.a);
    free(e.b);
    return list;
}

static json_t *provenance_json(const provenance *p)
{
    json_t *because = json_array();
    for (unsigned bit = 1; p && because && bit <= p->because; bit <<= 1) {
        if (p->because & bit)
            json_array_append_new(because, json_string(prov_because_name(bit)));
    }
    return json_pack("{s:s, s:s?, s:o, s:f}", "kind", prov_kind_name(p ? p->kind : PROV_UNKNOWN),
                     "source", p ? p->source : NULL, "because", because, "score",
                     p ? p->score : 0.0);
}

json_t *render_match(const match *m, const side *a, const side *b, const provenance *p,
                     offset_unit unit, bool with_passages)
{
    const passages *s = &m->passages;
    json_t *o = json_pack(
        "{s:s, s:f, s:b, s:f, s:{s:f, s:f}, s:I, s:I, s:I, s:I, s:{s:s, s:f}}", "relation",
        relation_name(m->relation), "score", m->score, "identical", m->identical, "resemblance",
        m->resemblance, "containment", "query", m->containment_a, "match", m->containment_b,
        "prose_words", (json_int_t)s->prose, "quoted_words", (json_int_t)s->quoted,
        "paraphrase_words", (json_int_t)m->paraphrases.words, "longest", (json_int_t)s->longest,
        "derivation", "level", derived_name(m->derivation), "score", m->derivation_score);
    if (o && with_passages && json_object_set_new(o, "passages", passages_json(m, a, b, unit))) {
        json_decref(o);
        return NULL;
    }
    if (o && json_object_set_new(o, "furniture_words", json_integer(s->furniture))) {
        json_decref(o);
        return NULL;
    }
    if (o && json_object_set_new(o, "provenance", provenance_json(p))) {
        json_decref(o);
        return NULL;
    }
    return o;
}
