// QUERY and COMPARE: what an article shares with stored ones, and with one other.
#include "base/clock.h"
#include "engine/ask.h"
#include "engine/options.h"
#include "evidence/render.h"
#include "shingled/wire.h"

#include <stdlib.h>

typedef struct query {
    match_opts match;
    int64_t limit;
    bool passages;
    offset_unit unit;
    uint64_t *publishers, *not_publishers; // owned; match borrows them
} query;

static void query_fini(query *q)
{
    free(q->publishers);
    free(q->not_publishers);
}

static void query_init(query *q, engine *e)
{
    *q = (query){
        .match = match_opts_for(HORIZON_ALL, VERIFY_QUERY),
        .limit = SHG_LIMIT_DEFAULT,
        .passages = true,
    };
    q->match.keep_most = SHG_LIMIT_DEFAULT;
    q->match.depth = MATCH_WHOLE;
    q->match.helpers = e->helpers;
}

static shg_err read_publishers(query *q, engine *e, json_t *header, refusal *r)
{
    bool given;
    match_opts *m = &q->match;
    const sources *s = e->lib.sources;
    shg_err err =
        option_publishers(header, "publisher", s, &q->publishers, &m->n_publishers, &given, r);
    m->only_publishers = given;
    m->publishers = q->publishers;
    if (!err)
        err = option_publishers(header, "not_publisher", s, &q->not_publishers,
                                &m->n_not_publishers, &given, r);
    m->not_publishers = q->not_publishers;
    return err;
}

static shg_err query_read(query *q, engine *e, json_t *header, refusal *r)
{
    query_init(q, e);
    shg_err err = option_integer(header, "limit", 1, SHG_LIMIT_MAX, &q->limit, r);
    if (!err)
        err = option_relations(header, &q->match.relations, r);
    if (!err)
        err = option_share(header, "min_containment", &q->match.min_containment, r);
    if (!err)
        err = option_time(header, "since", &q->match.since_ms, r);
    if (!err)
        err = option_time(header, "before", &q->match.before_ms, r);
    if (!err)
        err = option_bool(header, "passages", &q->passages, r);
    if (!err)
        err = option_unit(header, &q->unit, r);
    if (!err)
        err = read_publishers(q, e, header, r);
    q->match.keep_most = (size_t)q->limit;
    return err;
}

// The article that is asked about: a stored one, or the body with the record in `article`.
static shg_err read_subject(engine *e, json_t *header, view body, reading **out, refusal *r)
{
    json_t *uri = json_object_get(header, "uri"), *rec = json_object_get(header, "article"),
           *none = NULL;
    if (json_is_null(uri))
        uri = NULL;
    if (json_is_null(rec))
        rec = NULL;
    if (rec && !json_is_object(rec))
        return refuse(r, SHG_EOPTION, "article must be an object");
    if (uri && body.len)
        return refuse(r, SHG_EBODY, "give a uri or a text, not both");
    if (uri) {
        view v;
        shg_err err = option_uri(header, &v, r);
        return err ? err : ask_stored(e, v, out, r);
    }
    if (!body.len && !(rec && record_has_text(rec)))
        return refuse(r, SHG_EBODY, "give a uri, or a text as body");
    if (!rec)
        rec = none = json_object();
    shg_err err = rec ? ask_read(e, rec, body, out, r) : refuse(r, SHG_ENOMEM, "out of memory");
    json_decref(none);
    return err;
}

static shg_err render_pair(json_t **out, engine *e, reading *a, const side *side_a, reading *b,
                           const side *side_b, const match *m, offset_unit unit, bool with_passages)
{
    provenance p;
    *out = NULL;
    shg_err err = ask_provenance(&p, e, a, side_a, b, side_b, m);
    if (err)
        return err;
    *out = render_match(m, side_a, side_b, &p, unit, with_passages);
    err = *out ? ask_name_it(*out, b) : SHG_ENOMEM;
    if (err) {
        json_decref(*out);
        *out = NULL;
    }
    return err;
}

// Whose matches are shown, and how.
typedef struct showing {
    engine *e;
    reading *a;
    const query *q;
} showing;

static shg_err show(void *ctx, const side *of, hit *h)
{
    const showing *s = ctx;
    return render_pair(&h->shown, s->e, s->a, of, h->with, &h->side, &h->match, s->q->unit,
                       s->q->passages);
}

static shg_err add_shown(json_t *list, hit *h)
{
    json_t *one = h->shown;
    h->shown = NULL;
    return json_array_append_new(list, one) ? SHG_ENOMEM : SHG_OK;
}

static shg_err list_shown(json_t **out, hits *h)
{
    *out = json_array();
    shg_err err = *out ? SHG_OK : SHG_ENOMEM;
    for (size_t i = 0; !err && i < h->n; i++)
        if (h->hit[i].asked)
            err = add_shown(*out, &h->hit[i]);
    if (err) {
        json_decref(*out);
        *out = NULL;
    }
    return err;
}

shg_err ask_matches(json_t **out, engine *e, reading *a, hits *h)
{
    query q;
    query_init(&q, e);
    showing s = {e, a, &q};
    *out = json_array();
    shg_err err = *out ? SHG_OK : SHG_ENOMEM;
    size_t left = q.match.keep_most;
    match_source of_a = {.of = &h->side};
    for (size_t i = 0; !err && left && i < h->n; i++) {
        hit *x = &h->hit[i];
        if (!x->also)
            continue;
        left--;
        err = match_deepen(&x->match, &of_a, &x->side, q.match.depth);
        if (!err)
            err = show(&s, &h->side, x);
        if (!err)
            err = add_shown(*out, x);
    }
    match_source_free(&of_a);
    if (err) {
        json_decref(*out);
        *out = NULL;
    }
    return err;
}

static shg_err render_answer(json_t **out, const reading *a, const credits *c, hits *h,
                             const query *q, int64_t began_ns)
{
    json_t *matches = NULL, *credited_by = NULL;
    *out = NULL;
    shg_err err = list_shown(&matches, h);
    if (!err)
        err = ask_credits(&credited_by, a, c, h, q->unit);
    if (!err)
        *out = json_pack(
            "{s:O, s:O, s:{s:i, s:i, s:i, s:i, s:i, s:i}, s:b, s:I}", "matches", matches, "credits",
            credited_by, "suppressed", "capped", (int)h->counts.capped, "terms",
            (int)h->counts.terms, "furniture", (int)h->counts.furniture, "candidates",
            (int)h->unverified, "limit", (int)h->over, "credits", (int)c->left_out, "truncated",
            h->over || h->unverified, "took_us", (json_int_t)((clock_mono_ns() - began_ns) / 1000));
    json_decref(matches);
    json_decref(credited_by);
    return err ? err : *out ? SHG_OK : SHG_ENOMEM;
}

// Of the article asked about.
typedef struct own_credits {
    engine *e;
    reading *a;
    const credits *c;
    confirming confirming;
} own_credits;

static shg_err find_own_credits(void *ctx)
{
    own_credits *own = ctx;
    if (own->c)
        return SHG_OK;
    shg_err err = reading_credits(own->a, own->e->lib.sources, &own->c);
    return err ? err : ask_confirming(&own->confirming, own->c);
}

static shg_err answer_query(json_t **out, engine *e, reading *a, const query *q, int64_t began_ns)
{
    hits h;
    own_credits own = {.e = e, .a = a};
    showing s = {e, a, q};
    match_opts o = q->match;
    o.show = show;
    o.show_ctx = &s;
    o.also = &own.confirming.match;
    o.beside = find_own_credits;
    o.beside_ctx = &own;
    *out = NULL;
    shg_err err = matching_find(&h, &e->lib, a, &o);
    confirming_free(&own.confirming);
    if (err)
        return err;
    err = render_answer(out, a, own.c, &h, q, began_ns);
    hits_free(&h);
    return err;
}

void engine_asked(engine *e)
{
    helpers_asked(e->helpers);
}

void engine_answered(engine *e)
{
    helpers_answered(e->helpers);
}

shg_err engine_query(engine *e, json_t *header, view body, json_t **reply, refusal *r)
{
    int64_t began_ns = clock_mono_ns();
    query q;
    reading *a = NULL;
    *reply = NULL;
    shg_err err = query_read(&q, e, header, r);
    helpers_begin(e->helpers);
    if (!err)
        err = read_subject(e, header, body, &a, r);
    if (!err) {
        err = answer_query(reply, e, a, &q, began_ns);
        if (err)
            refuse(r, err, "%s", shg_err_text(err));
    }
    helpers_end(e->helpers);
    reading_drop(&a);
    query_fini(&q);
    return err;
}

// The story of a document, or, where it was replaced before it had one, of what stands under
// its uri now.
static json_t *story_name(engine *e, const reading *a)
{
    uint32_t doc = a->doc;
    seat at;
    char name[17];
    uri_entry now;
    while (stories_seat(e->stories, doc, &at)) {
        if (index_find(e->lib.ix, record_get(&a->record, REC_URI), &now) || now.doc == doc ||
            stories_wait(e->stories, now.doc + 1))
            return json_null();
        doc = now.doc;
    }
    snprintf(name, sizeof name, "%016llx", (unsigned long long)at.story_id);
    return json_string(name);
}

// The matches of an article that has its place already, or whose draft could not tell.
static shg_err find_matches(json_t **out, engine *e, reading *a)
{
    query q;
    hits h;
    query_init(&q, e);
    q.match.show = show;
    q.match.show_ctx = &(showing){e, a, &q};
    shg_err err = matching_find(&h, &e->lib, a, &q.match);
    if (err)
        return err;
    err = list_shown(out, &h);
    hits_free(&h);
    return err;
}

shg_err engine_put_matches(engine *e, reading *a, json_t *reply, refusal *r)
{
    shg_err err = stories_wait(e->stories, a->doc + 1);
    json_t *matches = matcher_take(e->matcher, a);
    if (!err && !matches) // thousands may be waiting, and who stops waits for them all
        err = stories_is_stopped(e->stories) ? SHG_EDRAIN : find_matches(&matches, e, a);
    if (err)
        json_decref(matches);
    else if (json_object_set_new(reply, "matches", matches) ||
             json_object_set_new(reply, "story", story_name(e, a)))
        err = SHG_ENOMEM;
    return err ? refuse(r, err, "it is stored; its matches: %s", shg_err_text(err)) : SHG_OK;
}

// One side of COMPARE: a stored uri, a record with the next body, or the next body alone.
static shg_err read_side(engine *e, json_t *v, const char *name, const view **body, const view *end,
                         reading **out, refusal *r)
{
    if (json_is_string(v)) {
        view uri = {(const uint8_t *)json_string_value(v), json_string_length(v)};
        shg_err err = check_uri_value(uri, r);
        return err ? err : ask_stored(e, uri, out, r);
    }
    if (v && !json_is_null(v) && !json_is_object(v))
        return refuse(r, SHG_EOPTION, "%s must be a stored uri or a record", name);
    if (*body == end)
        return refuse(r, SHG_EBODY, "there is no body frame for side %s", name);
    json_t *rec = json_is_object(v) ? json_incref(v) : json_object();
    shg_err err =
        rec ? ask_read(e, rec, *(*body)++, out, r) : refuse(r, SHG_ENOMEM, "out of memory");
    json_decref(rec);
    return err;
}

shg_err engine_compare(engine *e, json_t *header, const view *bodies, size_t n_bodies,
                       json_t **reply, refusal *r)
{
    const view *next = bodies, *end = bodies + n_bodies;
    offset_unit unit = OFFSET_UTF8;
    bool with_passages = true;
    reading *a = NULL, *b = NULL;
    *reply = NULL;
    shg_err err = option_unit(header, &unit, r);
    if (!err)
        err = option_bool(header, "passages", &with_passages, r);
    if (!err)
        err = read_side(e, json_object_get(header, "a"), "a", &next, end, &a, r);
    if (!err)
        err = read_side(e, json_object_get(header, "b"), "b", &next, end, &b, r);
    if (!err && next != end)
        err = refuse(r, SHG_EBODY, "there are more body frames than sides left out");
    if (!err) {
        match m;
        side side_a, side_b;
        err = matching_pair(&m, &side_a, &side_b, &e->lib, a, b);
        if (!err) {
            err = render_pair(reply, e, a, &side_a, b, &side_b, &m, unit, with_passages);
            match_free(&m);
            frequency_unmark(&side_a);
            frequency_unmark(&side_b);
        }
        if (err)
            refuse(r, err, "%s", shg_err_text(err));
    }
    reading_drop(&a);
    reading_drop(&b);
    return err;
}
