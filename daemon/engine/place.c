// The stored form of a document's place (FORMAT.md, DB_LINKS).
#include "base/bytes.h"
#include "engine/stories.h"

#include <stdlib.h>

enum { PLACE_VERSION = 2, SHARE_ONE = 65535 };

_Static_assert(REL_COUNT <= 8 && PROV_COMMON_SOURCE < 16, "an edge keeps them in 3 and 4 bits");

static void add_share(buf *out, double share)
{
    double v = share < 0 ? 0 : share > 1 ? 1 : share;
    buf_add16(out, (uint16_t)(v * SHARE_ONE + .5));
}

static void add_text(buf *out, const char *s)
{
    size_t n = strlen(s);
    buf_add16(out, (uint16_t)n);
    buf_add(out, s, n);
}

const edge *place_edge(const place *p, uint32_t doc)
{
    for (size_t i = 0; i < p->n_edges; i++)
        if (p->edges[i].doc == doc)
            return &p->edges[i];
    return NULL;
}

void place_encode(buf *out, const place *p, const seat *at)
{
    buf_add8(out, PLACE_VERSION);
    buf_add32(out, at->text);
    buf_add32(out, at->story);
    buf_add64(out, at->story_id);
    buf_add64(out, p->uri_hash);
    buf_add64(out, (uint64_t)p->published_ms);
    buf_add32(out, p->n_words);
    buf_add16(out, (uint16_t)p->n_edges);
    buf_add16(out, (uint16_t)p->n_credits);
    for (size_t i = 0; i < p->n_edges; i++) {
        const edge *e = &p->edges[i];
        buf_add32(out, e->doc);
        buf_add8(out, (uint8_t)((unsigned)e->apart << 7 | (unsigned)e->relation << 4 |
                                (unsigned)e->provenance));
        buf_add8(out, (uint8_t)e->because);
        add_share(out, e->containment_self);
        add_share(out, e->containment_other);
        add_share(out, e->prose_share_self);
        add_share(out, e->prose_share_other);
        add_share(out, e->cosine);
        buf_add32(out, e->prose);
        buf_add32(out, e->quoted);
        buf_add32(out, e->paraphrase);
    }
    for (size_t i = 0; i < p->n_credits; i++) {
        buf_add8(out, (uint8_t)p->credits[i].roles);
        add_text(out, p->credits[i].id);
        add_text(out, p->credits[i].name);
    }
}

// A reader that never passes the end and gives zeros after it; bad is sticky.
typedef struct reader {
    const uint8_t *p;
    size_t left;
    bool bad;
} reader;

static const uint8_t *take(reader *r, size_t n)
{
    static const uint8_t zeros[8];
    if (r->bad || n > r->left) {
        r->bad = true;
        return zeros;
    }
    const uint8_t *p = r->p;
    r->p += n;
    r->left -= n;
    return p;
}

static double take_share(reader *r)
{
    return (double)load16(take(r, 2)) / SHARE_ONE;
}

static char *take_text(reader *r)
{
    size_t n = load16(take(r, 2));
    if (n > r->left)
        r->bad = true;
    return r->bad ? NULL : strndup((const char *)take(r, n), n);
}

static void take_edge(reader *r, edge *e)
{
    e->doc = load32(take(r, 4));
    uint8_t kinds = *take(r, 1);
    e->relation = (relation)(kinds >> 4 & 7);
    e->provenance = (prov_kind)(kinds & 15);
    e->apart = kinds >> 7;
    e->because = *take(r, 1);
    e->containment_self = take_share(r);
    e->containment_other = take_share(r);
    e->prose_share_self = take_share(r);
    e->prose_share_other = take_share(r);
    e->cosine = take_share(r);
    e->prose = load32(take(r, 4));
    e->quoted = load32(take(r, 4));
    e->paraphrase = load32(take(r, 4));
    r->bad |= e->relation >= REL_COUNT || e->provenance > PROV_COMMON_SOURCE;
}

shg_err place_decode(place **out, seat *at, uint32_t doc, view stored)
{
    reader r = {stored.p, stored.len, false};
    place *p = *out = calloc(1, sizeof *p);
    if (!p)
        return SHG_ENOMEM;
    r.bad = *take(&r, 1) != PLACE_VERSION;
    p->doc = doc;
    at->text = load32(take(&r, 4));
    at->story = load32(take(&r, 4));
    at->story_id = load64(take(&r, 8));
    p->uri_hash = load64(take(&r, 8));
    p->published_ms = (int64_t)load64(take(&r, 8));
    p->n_words = load32(take(&r, 4));
    size_t n_edges = load16(take(&r, 2)), n_credits = load16(take(&r, 2));
    p->edges = calloc(n_edges + 1, sizeof *p->edges);
    p->credits = calloc(n_credits + 1, sizeof *p->credits);
    bool no_memory = !p->edges || !p->credits;
    for (size_t i = 0; !no_memory && !r.bad && i < n_edges; i++)
        take_edge(&r, &p->edges[p->n_edges++]);
    for (size_t i = 0; !no_memory && !r.bad && i < n_credits; i++) {
        credited *c = &p->credits[p->n_credits++];
        c->roles = *take(&r, 1);
        c->id = take_text(&r);
        c->name = take_text(&r);
        no_memory = !r.bad && (!c->id || !c->name);
    }
    if (!no_memory && !r.bad && r.left == 0)
        return SHG_OK;
    place_free(p);
    *out = NULL;
    return no_memory ? SHG_ENOMEM : SHG_ECORRUPT;
}

void place_free(place *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_credits; i++) {
        free(p->credits[i].id);
        free(p->credits[i].name);
    }
    free(p->credits);
    free(p->edges);
    free(p);
}
