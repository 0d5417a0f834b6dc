// local.c - compare and credits without a server.
#include "local.h"

#include "base/buf.h"
#include "base/clock.h"
#include "evidence/address.h"
#include "evidence/render.h"
#include "js.h"
#include "shingled/err.h"

#include <string.h>

// One article with all that evidence is read from.
typedef struct local {
    side side;
    credits credits;
    credit_fields fields;
    buf byline; // what fields.by is, where the record has a list
    const source *self;
    int64_t published_ms;
} local;

static view field(const json_t *record, const char *const *names)
{
    for (; *names; names++) {
        const json_t *v = json_object_get(record, *names);
        const char *s = js_string(v);
        if (*s && strcmp(s, "None") && strcmp(s, "null"))
            return (view){(const uint8_t *)s, json_string_length(v)};
    }
    return (view){0};
}

#define FIELD(record, ...) field(record, (const char *const[]){__VA_ARGS__, NULL})

// The names of a list, as the one line that the daemon reads credits from.
static view byline(buf *line, const json_t *record)
{
    static const char *const names[] = {"by", "author", "authors"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        const json_t *list = json_object_get(record, names[k]), *name;
        size_t i;
        json_array_foreach((json_t *)list, i, name) {
            if (line->len)
                buf_add(line, ", ", 2);
            buf_add(line, js_string(name), json_string_length(name));
        }
        if (line->len)
            break;
    }
    if (buf_err(line))
        cli_no_memory();
    return (view){line->p, line->len};
}

static void read_fields(local *l, const json_t *r)
{
    credit_fields *f = &l->fields;
    f->uri = FIELD(r, "uri", "id", "url", "link");
    f->publisher = FIELD(r, "publisher", "source", "source_domain", "sitename", "hostname");
    f->headline = FIELD(r, "headline", "title");
    f->by = FIELD(r, "by", "author", "authors");
    if (!f->by.len)
        f->by = byline(&l->byline, r);
    f->credit_line = FIELD(r, "creditLine");
    f->dateline = FIELD(r, "dateline");
    f->copyright_holder = FIELD(r, "copyrightHolder");
    f->copyright_notice = FIELD(r, "copyrightNotice");
    f->canonical_url = FIELD(r, "canonicalUrl");
    view t = FIELD(r, "published", "firstCreated", "datePublished", "date_publish", "publish_date",
                   "date");
    l->published_ms = CLOCK_ABSENT;
    if (t.len)
        (void)clock_parse((const char *)t.p, t.len, &l->published_ms);
}

static int say(cli *c, const article *a, shg_err e, size_t at)
{
    if (e == SHG_ENOMEM)
        cli_no_memory();
    if (e == SHG_EUTF8)
        return cli_fault(c, EXIT_REFUSED, "%s: byte %zu is not UTF-8", a->name, at);
    return cli_fault(c, EXIT_REFUSED, "%s: %s", a->name, shg_err_text(e));
}

// publisher_of is a number that two articles of one house have in common; 0 where none is named.
static uint64_t publisher_of(const local *l, view named)
{
    if (l->self)
        return hash_key(view_of(l->self->id));
    return named.len ? hash_key(address_host(named)) : 0;
}

static int local_make(cli *c, local *l, const article *a, const sources *table)
{
    size_t at = 0;
    memset(l, 0, sizeof *l);
    read_fields(l, a->record);
    shg_err e = side_make(&l->side, article_view(a), &at);
    if (!e && l->side.words.n == 0)
        e = SHG_EBLANK;
    if (!e)
        e = credits_find(&l->credits, table, &l->side.words, &l->fields);
    if (e)
        return say(c, a, e, at);
    view named = l->fields.publisher.len ? l->fields.publisher : l->fields.uri;
    l->self = named.len ? sources_publisher(table, named) : NULL;
    l->side.publisher = publisher_of(l, named);
    l->side.published_ms = l->published_ms == CLOCK_ABSENT ? 0 : l->published_ms;
    return GO_ON;
}

static void local_free(local *l)
{
    buf_fini(&l->byline);
    credits_free(&l->credits);
    side_free(&l->side);
}

static sources *open_sources(cli *c, int *code)
{
    char why[256];
    sources *table = NULL;
    shg_err e = sources_open(&table, NULL, why, sizeof why);
    *code = e ? cli_fault(c, EXIT_USAGE, "the table of sources: %s", why) : GO_ON;
    return table;
}

static bool parse_unit(cli *c, const char *name, offset_unit *out, int *code)
{
    static const char *const names[] = {"utf8", "codepoint", "utf16"};
    static const offset_unit units[] = {OFFSET_UTF8, OFFSET_CODEPOINT, OFFSET_UTF16};
    for (size_t i = 0; i < 3; i++) {
        if (name && strcmp(name, names[i]))
            continue;
        *out = units[i];
        return true;
    }
    *code = cli_fault(c, EXIT_USAGE, "--offsets is utf8, codepoint or utf16");
    return false;
}

static prov_side prov_of(const local *l)
{
    return (prov_side){.side = &l->side,
                       .credits = &l->credits,
                       .self = l->self,
                       .publisher = l->fields.publisher,
                       .uri = l->fields.uri,
                       .published_ms = l->published_ms};
}

static json_t *compare(cli *c, const local *x, const local *y, offset_unit unit)
{
    match m;
    shg_err e = match_make(&m, &x->side, &y->side, MATCH_WHOLE);
    if (e == SHG_ENOMEM)
        cli_no_memory();
    if (e) {
        cli_fault(c, 0, "compare: %s", shg_err_text(e));
        return NULL;
    }
    provenance p;
    prov_side px = prov_of(x), py = prov_of(y);
    provenance_decide(&p, &px, &py, &m);
    json_t *out = render_match(&m, &x->side, &y->side, &p, unit, true);
    match_free(&m);
    if (!out)
        cli_no_memory();
    return out;
}

static json_t *text_or_null(view v)
{
    return v.len ? json_stringn((const char *)v.p, v.len) : json_null();
}

// What a match says of its article besides.
static void describe(json_t *out, const article *b, const local *l)
{
    char time[CLOCK_TEXT_LEN];
    clock_format(time, l->published_ms);
    json_object_set_new(out, "uri", json_string(article_uri(b)));
    json_object_set_new(out, "publisher", text_or_null(l->fields.publisher));
    json_object_set_new(out, "headline", text_or_null(l->fields.headline));
    json_object_set_new(out, "published", text_or_null(view_of(time)));
}

json_t *local_compare(cli *c, const article *a, const article *b, const char *offsets, int *code)
{
    local x = {0}, y = {0};
    offset_unit unit;
    json_t *out = NULL;
    if (!parse_unit(c, offsets, &unit, code))
        return NULL;
    sources *table = open_sources(c, code);
    if (*code == GO_ON)
        *code = local_make(c, &x, a, table);
    if (*code == GO_ON)
        *code = local_make(c, &y, b, table);
    if (*code == GO_ON)
        out = compare(c, &x, &y, unit);
    if (out)
        describe(out, b, &y);
    else if (*code == GO_ON)
        *code = EXIT_REFUSED;
    local_free(&x);
    local_free(&y);
    sources_close(&table);
    return out;
}

json_t *local_credits(cli *c, const article *a, const char *offsets, int *code)
{
    local x = {0};
    offset_unit unit;
    json_t *out = NULL;
    if (!parse_unit(c, offsets, &unit, code))
        return NULL;
    sources *table = open_sources(c, code);
    if (*code == GO_ON)
        *code = local_make(c, &x, a, table);
    if (*code == GO_ON) {
        json_t *found = render_credits(&x.credits, article_view(a), unit, NULL);
        out = json_pack("{s:o, s:I}", "credits", found, "left_out", (json_int_t)x.credits.left_out);
        if (!found || !out)
            cli_no_memory();
    }
    local_free(&x);
    sources_close(&table);
    return out;
}
