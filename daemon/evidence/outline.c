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
    o->code = malloc(2 * o->room * sizeof *o->code);
    if (!o->code)
        o->room = 0;
    o->hit = o->code + o->room;
    return o->code ? SHG_OK : SHG_ENOMEM;
}

// Which codes are long is at random: no branch depends on it. How many of low are needed, which may
// be more than there are.
static size_t take_codes(uint16_t *code, uint32_t n, const uint8_t *high, view low)
{
    size_t taken = 0;
    for (uint32_t i = 0; i < n; i++) {
        unsigned x = (high[i / 2] >> i % 2 * 4 & 15u) << CODE_LOW, rare = x >= OUTLINE_RARE;
        const uint8_t *next = taken < low.len ? low.p + taken : high;
        code[i] = (uint16_t)(x | (*next & -rare));
        taken += rare;
    }
    return taken;
}

shg_err outline_read(outline *o, view bytes)
{
    o->n = bytes.len < HEAD ? 0 : load16(bytes.p);
    size_t head = HEAD + (o->n + 1) / 2;
    if (!o->n || bytes.len < head)
        return SHG_ECORRUPT;
    if (reserve(o, o->n))
        return SHG_ENOMEM;
    o->square = load_float(bytes.p + 2);
    view low = {bytes.p + head, bytes.len - head};
    return take_codes(o->code, o->n, bytes.p + HEAD, low) == low.len ? SHG_OK : SHG_ECORRUPT;
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
double outline_cosine(outline_terms *t, outline *o)
{
    double dot = 0;
    size_t n = 0, n_found = 0;
    for (uint32_t i = 0; i < o->n; i++) { // which have one is at random: no branch depends on it
        uint16_t of = t->of[o->code[i]];
        o->hit[n] = of;
        n += of != 0;
    }
    for (size_t i = 0; i < n; i++)
        if (t->group[o->hit[i]].n++ == 0)
            t->found[n_found++] = o->hit[i];
    while (n_found > 0) {
        outline_group *g = &t->group[t->found[--n_found]];
        dot += g->n == 1 ? (double)g->best : terms_weigh((double)g->sum, g->n);
        g->n = 0;
    }
    double square = o->square * t->a->square;
    return square > 0 ? dot / sqrt(square) + ROUNDING : dot > 0;
}
