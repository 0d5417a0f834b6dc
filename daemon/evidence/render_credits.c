#include "evidence/render.h"

#include <stdlib.h>

// All ends of spans are converted in one ascending pass, then put back.
typedef struct edge {
    size_t at, credit;
    bool end;
} edge;

static int by_offset(const void *a, const void *b)
{
    const edge *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

// convert writes the spans of credits [from, to), which stand in one text, to span.
static bool convert(const credits *c, size_t from, size_t to, view text, offset_unit unit,
                    size_t (*span)[2])
{
    size_t n = 2 * (to - from);
    edge *e = calloc(n, sizeof *e);
    size_t *at = calloc(n, sizeof *at);
    if (e && at) {
        for (size_t i = from; i < to; i++) {
            e[2 * (i - from)] = (edge){.at = c->c[i].begin, .credit = i};
            e[2 * (i - from) + 1] = (edge){.at = c->c[i].end, .credit = i, .end = true};
        }
        qsort(e, n, sizeof *e, by_offset);
        for (size_t i = 0; i < n; i++)
            at[i] = e[i].at;
        offsets_convert(text, unit, at, n);
        for (size_t i = 0; i < n; i++)
            span[e[i].credit][e[i].end] = at[i];
    }
    bool made = e && at;
    free(e);
    free(at);
    return made;
}

static view value_of(const credit *c, view text)
{
    return c->value ? view_of(c->value) : text;
}

// convert_all takes the credits text by text: those of one field stand together.
static bool convert_all(const credits *c, view text, offset_unit unit, size_t (*span)[2])
{
    for (size_t from = 0, to; from < c->n; from = to) {
        to = from + 1;
        while (to < c->n && !strcmp(c->c[to].field, c->c[from].field))
            to++;
        if (!convert(c, from, to, value_of(&c->c[from], text), unit, span))
            return false;
    }
    return true;
}

static json_t *render_one(const credit *c, view text, const size_t span[2], json_t *confirmed_by)
{
    view value = value_of(c, text);
    if (!confirmed_by)
        confirmed_by = json_array();
    return json_pack("{s:s, s:s, s:s, s:[I, I], s:s%, s:s, s:f, s:o}", "name", c->name, "id", c->id,
                     "role", credit_role_name(c->role), "span", (json_int_t)span[0],
                     (json_int_t)span[1], "text", (const char *)value.p + c->begin,
                     c->end - c->begin, "field", c->field, "score", c->score, "confirmed_by",
                     confirmed_by);
}

json_t *render_credits(const credits *c, view text, offset_unit unit, json_t **confirmed_by)
{
    json_t *out = json_array();
    size_t(*span)[2] = calloc(c->n + 1, sizeof *span);
    bool made = out && span && convert_all(c, text, unit, span);
    for (size_t i = 0; i < c->n; i++) {
        json_t *confirmed = confirmed_by ? confirmed_by[i] : NULL;
        if (made)
            made = !json_array_append_new(out, render_one(&c->c[i], text, span[i], confirmed));
        else
            json_decref(confirmed);
    }
    free(span);
    if (!made) {
        json_decref(out);
        return NULL;
    }
    return out;
}
