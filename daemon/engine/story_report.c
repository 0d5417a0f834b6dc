// STORY: the members of a story, who had it first, who is credited and who does not credit.
#include "base/clock.h"
#include "engine/ask.h"
#include "engine/options.h"

#include <stdlib.h>

enum {
    CREDIT_BITS = 1 << CREDIT_WIRE | 1 << CREDIT_REPUBLISHED | 1 << CREDIT_REPORTS,
    FEW_MEMBERS = 3,          // up to which one credit alone names the origin
    EDGES_SHOWN = 16,         // of those to articles that came before it
    FIRST_MARGIN_MS = 900000, // published earlier by less says nothing
};

typedef struct member {
    reading *r;
    const place *p;
    uint32_t core;                // centre of its text
    bool credits_origin, tainted; // tainted: shares a passage with one that credits the origin
    int text;                     // which text of the story, from 1
    unsigned taken;               // bits 1 << relation of the edges in which it is the taker,
    unsigned given;               // or came later; and of all others
} member;

typedef struct named {
    const char *id, *name;
    size_t articles;
} named;

typedef struct story {
    member *m;
    size_t n;
    member **order; // by time of publication
    uint64_t id;
    named *credited; // most credited first
    size_t n_credited;
    named *told; // the outlets that speakers told
    size_t n_told;
    const member *origin;      // NULL: not stored, or unknown
    const char *origin_source; // id, or NULL
    const char *because;       // one reason, or NULL
} story;

static void story_fini(story *s)
{
    for (size_t i = 0; i < s->n; i++)
        reading_drop(&s->m[i].r);
    free(s->m);
    free(s->order);
    free(s->credited);
    free(s->told);
}

// In the order of publication; those without a date last, as they were stored.
static int by_time(const void *a, const void *b)
{
    const member *const *x = a, *const *y = b;
    uint64_t s = clock_order((*x)->r->record.published_ms);
    uint64_t t = clock_order((*y)->r->record.published_ms);
    if (s != t)
        return s < t ? -1 : 1;
    return (*x)->r->doc < (*y)->r->doc ? -1 : (*x)->r->doc > (*y)->r->doc;
}

static shg_err load_members(story *s, engine *e, uint32_t doc)
{
    story_member *docs;
    size_t n;
    shg_err err = stories_members(e->stories, doc, &docs, &n, &s->id);
    if (err)
        return err;
    s->m = calloc(n + 1, sizeof *s->m);
    s->order = calloc(n + 1, sizeof(member *));
    err = s->m && s->order ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; i < n && !err; i++) {
        doc_info info;
        member *m = &s->m[s->n];
        if (!index_info(e->lib.ix, docs[i].doc, &info))
            continue; // deleted or replaced
        m->core = docs[i].text;
        m->p = stories_place_of(e->stories, docs[i].doc);
        if (!m->p)
            continue; // taken out just now
        err = library_read(&e->lib, docs[i].doc, &m->r);
        if (err == SHG_ENOTFOUND || err == SHG_ECORRUPT)
            err = SHG_OK; // taken out just now, or damaged: the log tells
        s->n += m->r && m->p;
    }
    free(docs);
    for (size_t i = 0; i < s->n; i++)
        s->order[i] = &s->m[i];
    if (s->n)
        qsort(s->order, s->n, sizeof *s->order, by_time);
    return err;
}

static member *member_of(const story *s, uint32_t doc)
{
    size_t lo = 0, hi = s->n; // ascending by document
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (s->m[mid].r->doc < doc)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->n && s->m[lo].r->doc == doc ? &s->m[lo] : NULL;
}

static int by_articles(const void *a, const void *b)
{
    const named *x = a, *y = b;
    return x->articles != y->articles ? (x->articles > y->articles ? -1 : 1) : strcmp(x->id, y->id);
}

// The sources that members name in one of the roles, with the number of these members.
static shg_err count_credits(const story *s, unsigned roles, named **out, size_t *n)
{
    size_t room = 0;
    for (size_t i = 0; i < s->n; i++)
        room += s->m[i].p->n_credits;
    named *list = *out = calloc(room + 1, sizeof *list);
    if (!list)
        return SHG_ENOMEM;
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->m[i].p->n_credits; k++) {
            const credited *c = &s->m[i].p->credits[k];
            size_t at = 0;
            if (!(c->roles & roles))
                continue;
            while (at < *n && strcmp(list[at].id, c->id))
                at++;
            *n += at == *n;
            list[at].id = c->id;
            list[at].name = c->name;
            list[at].articles++;
        }
    qsort(list, *n, sizeof *list, by_articles);
    return SHG_OK;
}

static bool is_earlier(const member *a, const member *b)
{
    int64_t x = a->r->record.published_ms, y = b->r->record.published_ms;
    return x != y ? x < y : a->r->doc < b->r->doc; // CLOCK_ABSENT is the least: see the callers
}

// The first article that a source published in this story.
static const member *first_of(const story *s, const char *id)
{
    const member *first = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->m[i].r->publisher, id) && (!first || is_earlier(&s->m[i], first)))
            first = &s->m[i];
    return first;
}

// The one that was published first by a clear margin, if all are dated.
static const member *first_published(const story *s)
{
    const member *first = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (!first || is_earlier(&s->m[i], first))
            first = &s->m[i];
    for (size_t i = 0; i < s->n; i++) {
        int64_t t = s->m[i].r->record.published_ms, t0 = first->r->record.published_ms;
        if (&s->m[i] != first && (t0 == INT64_MIN || t - t0 < FIRST_MARGIN_MS))
            return NULL;
    }
    return s->n > 1 ? first : NULL;
}

// The member that most others verifiably have it from, by credit or link.
static const member *most_taken_from(const story *s)
{
    const member *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t takers = 0;
        for (size_t k = 0; k < s->n; k++)
            for (size_t j = 0; j < s->m[k].p->n_edges; j++) {
                const edge *e = &s->m[k].p->edges[j];
                uint32_t from = e->provenance == PROV_FROM_MATCH ? e->doc
                                : e->provenance == PROV_TO_MATCH ? s->m[k].r->doc
                                                                 : DOC_NONE;
                takers += from == s->m[i].r->doc && e->because & (BECAUSE_CREDIT | BECAUSE_LINK);
            }
        if (takers > most) {
            most = takers;
            best = &s->m[i];
        }
    }
    return best;
}

static void set_origin(story *s, const member *m, const char *id, const char *because)
{
    s->origin = m;
    s->origin_source = id ? id : m && *m->r->publisher ? m->r->publisher : NULL;
    s->because = because;
}

// The source that most members credit: stored or not. One lone credit may be for a side fact: it
// counts where its source has a part in the story, or in a small story that has no better.
static void find_origin(story *s)
{
    for (size_t i = 0; i < s->n_credited; i++) {
        const named *c = &s->credited[i];
        const member *first = first_of(s, c->id);
        if (c->articles >= 2 || first) {
            set_origin(s, first, c->id, "credit");
            return;
        }
    }
    const member *m = most_taken_from(s);
    if (m)
        set_origin(s, m, NULL, "credit");
    else if (s->n_credited && s->n <= FEW_MEMBERS)
        set_origin(s, NULL, s->credited[0].id, "credit");
    else if (s->n == 1)
        set_origin(s, &s->m[0], NULL, NULL);
    else if ((m = first_published(s)))
        set_origin(s, m, NULL, "published");
}

static bool does_credit(const place *p, const char *id)
{
    for (size_t k = 0; id && k < p->n_credits; k++)
        if (p->credits[k].roles & CREDIT_BITS && !strcmp(p->credits[k].id, id))
            return true;
    return false;
}

static void weigh_edges(story *s)
{
    for (size_t i = 0; i < s->n; i++)
        s->m[i].credits_origin = does_credit(s->m[i].p, s->origin_source);
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->m[i].p->n_edges; k++) {
            const edge *e = &s->m[i].p->edges[k];
            member *a = &s->m[i], *b = member_of(s, e->doc);
            if (!b)
                continue;
            bool reversed = e->provenance == PROV_TO_MATCH;
            (reversed ? b : a)->taken |= 1u << e->relation;
            (reversed ? a : b)->given |= 1u << e->relation;
            bool shares = e->prose + e->quoted > 0;
            a->tainted |= shares && b->credits_origin;
            b->tainted |= shares && a->credits_origin;
        }
}

static const char *role_of(const story *s, const member *m)
{
    unsigned relations = m->taken ? m->taken : m->given;
    if (m == s->origin)
        return "origin";
    if (relations & (1u << REL_COPY | 1u << REL_EXCERPT))
        return "copy";
    if (relations & 1u << REL_REWRITE)
        return "derived";
    if (relations & 1u << REL_QUOTES)
        return "quoting";
    return "copy"; // alone, and credits its source
}

static const edge *edge_to(const member *from, const member *to)
{
    return from && to ? place_edge(from->p, to->r->doc) : NULL;
}

// The edge of two members, whichever of them came later.
static const edge *edge_of(const member *a, const member *b)
{
    const edge *e = edge_to(a, b);
    return e ? e : edge_to(b, a);
}

static const char *relation_to_core(const story *s, const member *m)
{
    const edge *e = edge_of(m, member_of(s, m->core));
    return relation_name(e ? e->relation : REL_NONE);
}

// Texts are numbered from 1 in the order of their first members.
static void number_texts(story *s)
{
    int n = 0;
    for (size_t i = 0; i < s->n; i++) {
        member *m = s->order[i];
        for (size_t j = 0; j < i && !m->text; j++)
            m->text = s->order[j]->core == m->core ? s->order[j]->text : 0;
        m->text = m->text ? m->text : ++n;
    }
}

// The first article of the same house that m is an update of, or NULL.
static const member *version_of(const story *s, const member *m)
{
    enum { REUSED = 1 << REL_COPY | 1 << REL_EXCERPT | 1 << REL_REWRITE };
    for (size_t i = 0; i < s->n && s->order[i] != m; i++) {
        const member *before = s->order[i];
        if (!*m->r->publisher || before->r->publisher_hash != m->r->publisher_hash)
            continue;
        const edge *e = edge_of(m, before);
        if (e && 1 << e->relation & REUSED)
            return before;
    }
    return NULL;
}

static json_t *field(const member *m, const char *name)
{
    return ask_field(m->r, name);
}

static json_t *render_members(const story *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++) {
        const member *m = s->order[i], *first = version_of(s, m);
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:s, s:s, s:i, s:o}", "uri", field(m, "uri"),
                            "publisher", field(m, "publisher"), "headline", field(m, "headline"),
                            "published", field(m, "published"), "relation", relation_to_core(s, m),
                            "role", role_of(s, m), "text", m->text, "version_of",
                            first ? field(first, "uri") : json_null()));
    }
    return list;
}

static json_t *render_because(unsigned because)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit <= BECAUSE_POSITION; bit <<= 1)
        if (because & bit)
            json_array_append_new(list, json_string(prov_because_name(bit)));
    return list;
}

// Text went from `from` to `to` where provenance is known; else `from` is the one stored first,
// and there is no reason to give.
static json_t *render_edge(const member *newcomer, const member *earlier, const edge *e)
{
    bool reversed = e->provenance == PROV_TO_MATCH;
    bool directed = reversed || e->provenance == PROV_FROM_MATCH;
    const member *from = reversed ? newcomer : earlier, *to = reversed ? earlier : newcomer;
    double share_from = share_value(reversed ? e->containment_self : e->containment_other);
    double share_to = share_value(reversed ? e->containment_other : e->containment_self);
    return json_pack("{s:o, s:o, s:s, s:{s:f, s:f}, s:i, s:i, s:s, s:o}", "from",
                     field(from, "uri"), "to", field(to, "uri"), "relation",
                     relation_name(e->relation), "containment", "from", share_from, "to", share_to,
                     "prose_words", (int)e->prose, "quoted_words", (int)e->quoted, "provenance",
                     e->provenance == PROV_COMMON_SOURCE ? "common_source"
                     : e->provenance == PROV_UNKNOWN     ? "unknown"
                                                         : "known",
                     "because", render_because(directed ? e->because : 0));
}

// Of each member the best edges, and the one to its core: a story of five hundred copies would
// else have tens of thousands.
static json_t *render_edges(const story *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++) {
        int left = EDGES_SHOWN;
        for (size_t k = 0; k < s->m[i].p->n_edges; k++) {
            const edge *e = &s->m[i].p->edges[k];
            const member *other = member_of(s, e->doc);
            if (!other || (!left && e->doc != s->m[i].core && other->core != s->m[i].r->doc))
                continue;
            left -= left > 0;
            json_array_append_new(list, render_edge(&s->m[i], other, e));
        }
    }
    return list;
}

static json_t *render_origin(const story *s)
{
    json_t *because = json_array();
    if (s->because)
        json_array_append_new(because, json_string(s->because));
    return json_pack("{s:o, s:s?, s:o}", "uri", s->origin ? field(s->origin, "uri") : json_null(),
                     "source", s->origin_source, "because", because);
}

static json_t *render_named(const named *n, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "id", n[i].id, "name", n[i].name,
                                              "articles", (json_int_t)n[i].articles));
    return list;
}

static json_t *render_uncredited(const story *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->n; i++) {
        const member *m = &s->m[i];
        bool own = s->origin_source && !strcmp(m->r->publisher, s->origin_source);
        if (m->tainted && !m->credits_origin && m != s->origin && !own)
            json_array_append_new(list, field(m, "uri"));
    }
    return list;
}

static shg_err report(engine *e, uint32_t doc, json_t **reply)
{
    story s = {0};
    char id[17];
    stories_enter(e->stories);
    shg_err err = load_members(&s, e, doc);
    if (!err)
        err = count_credits(&s, CREDIT_BITS, &s.credited, &s.n_credited);
    if (!err)
        err = count_credits(&s, 1 << CREDIT_TOLD, &s.told, &s.n_told);
    if (!err && !member_of(&s, doc))
        err = SHG_ENOTFOUND; // deleted or replaced while we looked
    if (!err) {
        find_origin(&s);
        weigh_edges(&s);
        number_texts(&s);
        snprintf(id, sizeof id, "%016llx", (unsigned long long)s.id);
        *reply =
            json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "story", id, "members",
                      render_members(&s), "edges", render_edges(&s), "origin", render_origin(&s),
                      "credited", render_named(s.credited, s.n_credited), "told",
                      render_named(s.told, s.n_told), "uncredited", render_uncredited(&s));
        err = *reply ? SHG_OK : SHG_ENOMEM;
    }
    story_fini(&s);
    stories_leave(e->stories);
    return err;
}

shg_err engine_story(engine *e, json_t *header, uint32_t end, json_t **reply, refusal *r)
{
    view uri;
    *reply = NULL;
    shg_err err = option_uri(header, &uri, r);
    if (err)
        return err;
    uri_entry entry;
    bool stored = true;
    err = SHG_ENOTFOUND;
    for (int left = FIND_TRIES; err == SHG_ENOTFOUND && left; left--) {
        err = index_find(e->lib.ix, uri, &entry);
        stored = !err;
        if (err)
            break;
        err = stories_wait(e->stories, entry.doc < end ? end : entry.doc + 1);
        if (!err)
            err = report(e, entry.doc, reply); // not found: replaced meanwhile
    }
    if (err == SHG_ENOTFOUND && !stored)
        return refuse(r, err, "no article is stored under %.*s",
                      (int)(uri.len < 150 ? uri.len : 150), uri.p);
    if (err == SHG_ENOTFOUND)
        return refuse(r, SHG_EINTERNAL,
                      "its place in a story could not be worked out; see the log");
    return err ? refuse(r, err, "%s", shg_err_text(err)) : SHG_OK;
}
