#include "engine/ask.h"
#include "base/clock.h"
#include "engine/options.h"
#include "evidence/render.h"

#include <stdlib.h>

// An update between the two looks takes the document away: then the uri has another one.
shg_err ask_stored(engine *e, view uri, reading **out, refusal *r)
{
    uri_entry entry = {.doc = DOC_NONE};
    shg_err err = SHG_ENOTFOUND;
    *out = NULL;
    for (int left = FIND_TRIES; err == SHG_ENOTFOUND && left; left--) {
        err = index_find(e->lib.ix, uri, &entry);
        if (err)
            break;
        err = library_read(&e->lib, entry.doc, out);
    }
    if (err == SHG_ENOTFOUND)
        return refuse(r, err, "no article is stored under %.*s",
                      (int)(uri.len < 150 ? uri.len : 150), uri.p);
    return err ? refuse(r, err, "the article could not be read: %s", shg_err_text(err)) : SHG_OK;
}

shg_err ask_read(engine *e, json_t *record_header, view body, reading **out, refusal *r)
{
    record rec;
    record_source s;
    *out = NULL;
    if (record_source_json(&s, record_header))
        return refuse(r, SHG_ENOMEM, "out of memory");
    shg_err err = record_read(&rec, &s, body, RECORD_TEXT, r);
    if (!err)
        err = reading_make(out, &rec, e->lib.sources, e->lib.seed);
    record_source_fini(&s);
    if (r->err)
        return r->err;
    return err ? refuse(r, err, "the text could not be read: %s", shg_err_text(err)) : SHG_OK;
}

static prov_side prov_side_of(engine *e, const reading *a, const side *s)
{
    return (prov_side){
        .side = s,
        .self = a->self ? sources_credited(e->lib.sources, a->self) : NULL,
        .publisher = view_of(a->publisher),
        .uri = record_get(&a->record, REC_URI),
        .published_ms = a->record.published_ms,
    };
}

json_t *ask_field(const reading *a, const char *name)
{
    record_field f = record_find(name);
    view v = record_get(&a->record, f);
    if (!v.len || (f == REC_PUBLISHED && a->record.published_ms == CLOCK_ABSENT))
        return json_null(); // a time that is kept as it was given is no time
    return json_stringn((const char *)v.p, v.len);
}

shg_err ask_name_it(json_t *object, const reading *a)
{
    static const char *const names[] = {"uri", "publisher", "headline", "published"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_object_set_new(object, names[i], ask_field(a, names[i])))
            return SHG_ENOMEM;
    return SHG_OK;
}

shg_err ask_provenance(provenance *out, engine *e, reading *a, const side *side_a, reading *b,
                       const side *side_b, const match *m)
{
    prov_side pa = prov_side_of(e, a, side_a), pb = prov_side_of(e, b, side_b);
    shg_err err = reading_credits(a, e->lib.sources, &pa.credits);
    if (!err && provenance_asks_credits(&pa, m))
        err = reading_credits(b, e->lib.sources, &pb.credits);
    if (err)
        return err;
    provenance_decide(out, &pa, &pb, m);
    const reading *from = out->kind == PROV_FROM_MATCH ? b : out->kind == PROV_TO_MATCH ? a : NULL;
    if (from && !out->source && *from->publisher)
        out->source = from->publisher;
    return SHG_OK;
}

shg_err ask_confirming(confirming *out, const credits *c)
{
    *out = (confirming){
        .match = match_opts_for(HORIZON_ALL, VERIFY_STORY),
        .publishers = calloc(c->n + 1, sizeof *out->publishers),
    };
    if (!out->publishers)
        return SHG_ENOMEM;
    for (size_t i = 0; i < c->n; i++)
        out->publishers[i] = publisher_hash_of(c->c[i].id);
    out->match.only_publishers = true;
    out->match.publishers = out->publishers;
    out->match.n_publishers = c->n;
    return SHG_OK;
}

void confirming_free(confirming *c)
{
    free(c->publishers);
    c->publishers = NULL;
}

static json_t *confirming_uris(const hits *h, const credit *c)
{
    json_t *list = json_array();
    uint64_t publisher = publisher_hash_of(c->id);
    for (size_t i = 0; i < h->n; i++)
        if (h->hit[i].also && h->hit[i].with->publisher_hash == publisher)
            json_array_append_new(list, ask_field(h->hit[i].with, "uri"));
    return list;
}

shg_err ask_credits(json_t **out, const reading *a, const credits *c, const hits *h,
                    offset_unit unit)
{
    *out = NULL;
    json_t **confirmed = calloc(c->n + 1, sizeof *confirmed);
    for (size_t i = 0; confirmed && i < c->n; i++)
        confirmed[i] = confirming_uris(h, &c->c[i]);
    if (confirmed)
        *out = render_credits(c, a->record.text, unit, confirmed);
    free(confirmed);
    return *out ? SHG_OK : SHG_ENOMEM;
}

// Asks for what confirms an article's credits, and for nothing else.
static shg_err find_confirming(hits *out, engine *e, reading *a, const credits *c)
{
    confirming x;
    match_opts o = {.horizon = HORIZON_ALL, .only_publishers = true, .also = &x.match};
    *out = (hits){0};
    if (!c->n)
        return SHG_OK;
    shg_err err = ask_confirming(&x, c);
    if (!err)
        err = matching_find(out, &e->lib, a, &o);
    confirming_free(&x);
    return err;
}

static shg_err answer_credits(json_t **out, engine *e, reading *a, offset_unit unit)
{
    const credits *c;
    hits h = {0};
    json_t *list = NULL;
    *out = NULL;
    shg_err err = reading_credits(a, e->lib.sources, &c);
    if (!err)
        err = find_confirming(&h, e, a, c);
    if (err)
        return err;
    err = ask_credits(&list, a, c, &h, unit);
    if (!err)
        *out = json_pack("{s:o, s:I}", "credits", list, "left_out", (json_int_t)c->left_out);
    hits_free(&h);
    return err ? err : *out ? SHG_OK : SHG_ENOMEM;
}

shg_err engine_credits(engine *e, json_t *header, view body, json_t **reply, refusal *r)
{
    offset_unit unit = OFFSET_UTF8;
    reading *a = NULL;
    *reply = NULL;
    shg_err err = option_unit(header, &unit, r);
    if (err)
        return err;
    json_t *uri = json_object_get(header, "uri");
    if (!body.len && !record_has_text(header)) {
        view v;
        if (!uri || json_is_null(uri))
            return refuse(r, SHG_EBODY, "give a uri, or a text as body");
        err = option_uri(header, &v, r);
        if (!err)
            err = ask_stored(e, v, &a, r);
    } else {
        err = ask_read(e, header, body, &a, r);
    }
    if (err)
        return err;
    err = answer_credits(reply, e, a, unit);
    reading_drop(&a);
    return err ? refuse(r, err, "%s", shg_err_text(err)) : SHG_OK;
}

shg_err engine_get(engine *e, json_t *header, json_t **reply, reading **text, refusal *r)
{
    view uri;
    *reply = NULL;
    *text = NULL;
    shg_err err = option_uri(header, &uri, r);
    if (!err)
        err = ask_stored(e, uri, text, r);
    if (err)
        return err;
    reading *a = *text;
    char stored[CLOCK_TEXT_LEN];
    clock_format(stored, a->stored_ms);
    *reply = record_json(&a->record);
    if (!*reply || json_object_set_new(*reply, "version", json_integer(a->version)) ||
        json_object_set_new(*reply, "stored", json_string(stored))) {
        json_decref(*reply);
        *reply = NULL;
        reading_drop(text);
        return refuse(r, SHG_ENOMEM, "out of memory");
    }
    return SHG_OK;
}
