#include "evidence/outline.h"
#include "base/bytes.h"

#include <math.h>
#include <stdlib.h>

enum { HEAD = 6, CODE_LOW = 8 };

#define ROUNDING 1e-4 // of a cosine: floats, and the order in which it is added up

// ---- writing and reading

static void store_float(uint8_t *p, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    store32(p, bits);
}

static float load_float(const uint8_t *p)
{
    uint32_t bits = load32(p);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// Which words stand everywhere is at random: no branch depends on it. Returns how many bytes it
// writes to low, and one more that does not count.
static size_t put_codes(uint8_t *high, uint8_t *low, const hash_list *l)
{
    const terms_often *often = terms_often_get();
    unsigned half = 0;
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        unsigned code = outline_code(often, l->hash[i]);
        half = half >> 4 | (code >> CODE_LOW << 4);
        high[i / 2] = (uint8_t)half;
        low[n] = (uint8_t)code;
        n += code >= OUTLINE_RARE;
    }
    if (l->n % 2)
        high[l->n / 2] = (uint8_t)(half >> 4);
    return n;
}

void outline_make(buf *out, const hash_list *l, double square)
{
    if (!l->n || l->n > OUTLINE_MOST || l->alone)
        return;
    size_t head = HEAD + (l->n + 1) / 2;
    uint8_t *p = buf_grow(out, head + l->n + 1);
    if (!p)
        return;
    store16(p, (uint16_t)l->n);
    store_float(p + 2, (float)(square * (1 - 1e-6)));
    out->len += head + put_codes(p + HEAD, p + head, l);
}

static shg_err reserve(outline *o, uint32_t n)
{
    if (n <= o->room)
        return SHG_OK;
    free(o->code);
    o->room = n + n / 2;
    o->code = malloc(o->room * sizeof *o->code);
    o->room = o->code ? o->room : 0;
    return o->code ? SHG_OK : SHG_ENOMEM;
}

shg_err outline_read(outline *o, view bytes)
{
    o->n = bytes.len < HEAD ? 0 : load16(bytes.p);
    size_t half = (o->n + 1) / 2;
    if (!o->n || bytes.len < HEAD + half)
        return SHG_ECORRUPT;
    if (reserve(o, o->n))
        return SHG_ENOMEM;
    o->square = load_float(bytes.p + 2);
    const uint8_t *high = bytes.p + HEAD, *low = high + half, *end = bytes.p + bytes.len;
    for (uint32_t i = 0; i < o->n; i++) {
        unsigned code = (high[i / 2] >> i % 2 * 4 & 15u) << CODE_LOW;
        unsigned rare = code >= OUTLINE_RARE;
        if (rare && low == end)
            return SHG_ECORRUPT;
        o->code[i] = (uint16_t)(code | (low < end ? *low & -rare : 0));
        low += rare;
    }
    return low == end ? SHG_OK : SHG_ECORRUPT;
}

void outline_fini(outline *o)
{
    free(o->code);
    *o = (outline){0};
}

// ---- the cosine

shg_err outline_terms_open(outline_terms *out, const term_list *a)
{
    *out = (outline_terms){.a = a};
    out->of = calloc(OUTLINE_CODES, sizeof *out->of);
    out->group = calloc(a->n + 1, sizeof *out->group);
    out->found = malloc((a->n + 1) * sizeof *out->found);
    if (!out->of || !out->group || !out->found) {
        outline_terms_close(out);
        return SHG_ENOMEM;
    }
    uint16_t n = 0; // no more groups than codes
    for (size_t i = 0; i < a->n; i++) {
        uint16_t *of = &out->of[outline_code(terms_often_get(), a->t[i].hash)];
        if (!*of)
            *of = ++n;
        outline_group *g = &out->group[*of];
        float adds = (float)(terms_weigh(a->t[i].idf, a->t[i].n) * a->t[i].idf);
        g->best = adds > g->best ? adds : g->best;
        g->sum += adds;
    }
    return SHG_OK;
}

void outline_terms_close(outline_terms *t)
{
    free(t->of);
    free(t->group);
    free(t->found);
    *t = (outline_terms){0};
}

// Of words that share a code, one that stands there once is one of a's at most; others may be all
// of them, each of them as often.
double outline_cosine(outline_terms *t, const outline *o)
{
    double dot = 0;
    size_t n = 0;
    for (uint32_t i = 0; i < o->n; i++) { // which do is at random: no branch depends on it
        uint16_t of = t->of[o->code[i]];
        t->group[of].n++;
        t->found[n] = of;
        n += (of != 0) & (t->group[of].n == 1);
    }
    while (n > 0) {
        outline_group *g = &t->group[t->found[--n]];
        dot += g->n == 1 ? (double)g->best : terms_weigh((double)g->sum, g->n);
        g->n = 0;
    }
    double square = o->square * t->a->square;
    return square > 0 ? dot / sqrt(square) + ROUNDING : dot > 0;
}
