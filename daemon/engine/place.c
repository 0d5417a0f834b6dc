// The stored form of a document's place (FORMAT.md, DB_LINKS).
#include "base/bytes.h"
#include "engine/stories.h"

#include <stdlib.h>

enum {
    PLACE_VERSION = 2,
    EDGE_STORED = 28,  // bytes of an edge
    CREDIT_STORED = 5, // of a credit without its id and name
};

_Static_assert(REL_COUNT <= 8 && PROV_COMMON_SOURCE < 16, "an edge keeps them in 3 and 4 bits");

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

static size_t bytes_of(size_t n_edges, size_t n_credits, size_t names_len)
{
    return sizeof(place) + n_edges * sizeof(edge) + n_credits * sizeof(credited) + names_len;
}

static size_t names_of(const place *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n_credits; i++)
        n += strlen(p->credits[i].id) + strlen(p->credits[i].name) + 2;
    return n;
}

// Makes one allocation an empty place, with room for so many edges and credits and, where *names
// points to then, for their ids and names.
static void lay_out(place *p, size_t n_edges, size_t n_credits, char **names)
{
    uint8_t *behind = (uint8_t *)(p + 1);
    *p = (place){
        .edges = (edge *)(void *)behind,
        .credits = (credited *)(void *)(behind + n_edges * sizeof(edge)),
        .flat = true,
    };
    *names = (char *)(p->credits + n_credits);
}

static char *put_name(char **names, const char *s, size_t n)
{
    char *name = *names;
    memcpy(name, s, n);
    name[n] = '\0';
    *names += n + 1;
    return name;
}

place *place_flatten(pool *m, const place *p)
{
    char *names;
    place *flat = pool_alloc(m, bytes_of(p->n_edges, p->n_credits, names_of(p)));
    if (!flat)
        return NULL;
    lay_out(flat, p->n_edges, p->n_credits, &names);
    place parts = *flat;
    *flat = *p;
    flat->edges = parts.edges;
    flat->credits = parts.credits;
    flat->flat = true;
    for (size_t i = 0; i < p->n_edges; i++)
        flat->edges[i] = p->edges[i];
    for (size_t i = 0; i < p->n_credits; i++) {
        const credited *from = &p->credits[i];
        credited *to = &flat->credits[i];
        to->id = put_name(&names, from->id, strlen(from->id));
        to->name = put_name(&names, from->name, strlen(from->name));
        to->roles = from->roles;
    }
    return flat;
}

void place_drop(pool *m, place *p)
{
    if (p)
        pool_free(m, p, bytes_of(p->n_edges, p->n_credits, names_of(p)));
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
        buf_add8(out, (uint8_t)(e->apart << 7 | e->relation << 4 | e->provenance));
        buf_add8(out, e->because);
        buf_add16(out, e->containment_self);
        buf_add16(out, e->containment_other);
        buf_add16(out, e->prose_share_self);
        buf_add16(out, e->prose_share_other);
        buf_add16(out, e->cosine);
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
    char *names; // where the next name goes
    size_t room; // bytes left there
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

static char *take_text(reader *r)
{
    size_t n = load16(take(r, 2));
    const char *s = (const char *)take(r, n);
    if (r->bad || n >= r->room) {
        r->bad = true;
        return NULL;
    }
    r->room -= n + 1;
    return put_name(&r->names, s, n);
}

static void take_edge(reader *r, edge *e)
{
    e->doc = load32(take(r, 4));
    uint8_t kinds = *take(r, 1);
    e->relation = kinds >> 4 & 7;
    e->provenance = kinds & 15;
    e->apart = kinds >> 7;
    e->because = *take(r, 1);
    e->containment_self = load16(take(r, 2));
    e->containment_other = load16(take(r, 2));
    e->prose_share_self = load16(take(r, 2));
    e->prose_share_other = load16(take(r, 2));
    e->cosine = load16(take(r, 2));
    e->prose = load32(take(r, 4));
    e->quoted = load32(take(r, 4));
    e->paraphrase = load32(take(r, 4));
    r->bad |= e->relation >= REL_COUNT || e->provenance > PROV_COMMON_SOURCE;
}

// What stands behind the edges is credits, and all else of them their names, with an end each in
// place of a length.
static shg_err take_lists(place **out, reader *r, size_t n_edges, size_t n_credits)
{
    if (r->bad || r->left < n_edges * EDGE_STORED + n_credits * CREDIT_STORED)
        return SHG_ECORRUPT;
    r->room = r->left - n_edges * EDGE_STORED - n_credits * (CREDIT_STORED - 2);
    place *p = *out = malloc(bytes_of(n_edges, n_credits, r->room));
    if (!p)
        return SHG_ENOMEM;
    lay_out(p, n_edges, n_credits, &r->names);
    for (size_t i = 0; i < n_edges; i++)
        take_edge(r, &p->edges[p->n_edges++]);
    for (size_t i = 0; i < n_credits; i++) {
        credited *c = &p->credits[p->n_credits++];
        c->roles = *take(r, 1);
        c->id = take_text(r);
        c->name = take_text(r);
    }
    return r->bad || r->left ? SHG_ECORRUPT : SHG_OK;
}

shg_err place_decode(place **out, seat *at, uint32_t doc, view stored)
{
    reader r = {.p = stored.p, .left = stored.len};
    *out = NULL;
    r.bad = *take(&r, 1) != PLACE_VERSION;
    at->text = load32(take(&r, 4));
    at->story = load32(take(&r, 4));
    at->story_id = load64(take(&r, 8));
    uint64_t uri_hash = load64(take(&r, 8));
    int64_t published_ms = (int64_t)load64(take(&r, 8));
    uint32_t n_words = load32(take(&r, 4));
    size_t n_edges = load16(take(&r, 2)), n_credits = load16(take(&r, 2));
    shg_err err = take_lists(out, &r, n_edges, n_credits);
    if (err) {
        place_free(*out);
        *out = NULL;
        return err;
    }
    (*out)->doc = doc;
    (*out)->uri_hash = uri_hash;
    (*out)->published_ms = published_ms;
    (*out)->n_words = n_words;
    return SHG_OK;
}

void place_free(place *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_credits && !p->flat; i++) {
        free(p->credits[i].id);
        free(p->credits[i].name);
    }
    if (!p->flat) {
        free(p->credits);
        free(p->edges);
    }
    free(p);
}

bool place_fits(const place *p, const seat *at, uint32_t end)
{
    bool fits = at->text < end && at->story < end && at->story_id;
    for (size_t i = 0; i < p->n_edges && fits; i++)
        fits = p->edges[i].doc < p->doc;
    return fits;
}

shg_err place_is_sound(uint32_t doc, view stored, uint32_t end)
{
    place *p;
    seat at;
    shg_err err = place_decode(&p, &at, doc, stored);
    if (err)
        return err;
    err = place_fits(p, &at, end) ? SHG_OK : SHG_ECORRUPT;
    place_free(p);
    return err;
}
