#include "engine/record.h"
#include "base/buf.h"
#include "base/clock.h"
#include "engine/options.h"
#include "shingled/wire.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { ALIASES = 6 };

// Canonical name first, then the aliases in the order in which they count.
static const struct {
    const char *names[ALIASES];
} fields[] = {
    {{"uri", "id", "url", "link"}},
    {{"headline", "title"}},
    {{"published", "firstCreated", "datePublished", "date_publish", "publish_date", "date"}},
    {{"publisher", "source", "source_domain", "sitename", "hostname"}},
    {{"by", "author", "authors"}},
    {{"language", "lang", "inLanguage"}},
    {{"canonicalUrl"}},
    {{"creditLine"}},
    {{"dateline"}},
    {{"copyrightHolder"}},
    {{"copyrightNotice"}},
};

static const char *const text_names[] = {"text",      "maintext",    "content",
                                         "body_text", "articleBody", "raw_text"};

// Crawlers write a missing value in all of these ways.
static bool is_absent(const json_t *v)
{
    if (!v || json_is_null(v))
        return true;
    if (!json_is_string(v))
        return false;
    const char *s = json_string_value(v);
    return !*s || !strcmp(s, "None") || !strcmp(s, "null");
}

static bool is_string_list(const json_t *v)
{
    if (!json_is_array(v))
        return false;
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!json_is_string(json_array_get(v, i)))
            return false;
    return true;
}

static shg_err take_field(record *out, json_t *header, const char *const *names, refusal *r)
{
    const char *name = names[0];
    for (int k = 0; k < ALIASES && names[k]; k++) {
        json_t *v = json_object_get(header, names[k]);
        if (is_absent(v))
            continue;
        bool list_fits = !strcmp(name, "by") && is_string_list(v);
        if (!json_is_string(v) && !list_fits)
            return refuse(r, SHG_EFIELD, "%s must be a string%s", names[k],
                          strcmp(name, "by") ? "" : " or a list of strings");
        if (list_fits && json_array_size(v) == 0)
            continue;
        return json_object_set(out->fields, name, v) ? refuse(r, SHG_ENOMEM, "out of memory")
                                                     : SHG_OK;
    }
    return SHG_OK;
}

static shg_err check_uri(const record *rec, unsigned need, refusal *r)
{
    view uri = record_get(rec, "uri");
    if (!uri.len)
        return need & RECORD_URI
                   ? refuse(r, SHG_ENOURI, "give the article's uri (or id, url, link)")
                   : SHG_OK;
    return check_uri_value(uri, r);
}

static shg_err warn(record *rec, const char *field, const char *detail, refusal *r)
{
    if (!rec->warnings)
        rec->warnings = json_array();
    json_t *w = json_pack("{s:s, s:s}", "field", field, "detail", detail);
    if (!w || json_array_append_new(rec->warnings, w))
        return refuse(r, SHG_ENOMEM, "out of memory");
    return SHG_OK;
}

static shg_err read_published(record *rec, refusal *r)
{
    view v = record_get(rec, "published");
    rec->published_ms = CLOCK_ABSENT;
    if (!v.len)
        return SHG_OK;
    if (!clock_parse((const char *)v.p, v.len, &rec->published_ms))
        return warn(rec, "published",
                    "not a date that can be read; kept as given, counted as absent", r);
    char text[CLOCK_TEXT_LEN];
    clock_format(text, rec->published_ms);
    json_t *canonical = json_string(text);
    return json_object_set_new(rec->fields, "published", canonical)
               ? refuse(r, SHG_ENOMEM, "out of memory")
               : SHG_OK;
}

// The host of scheme://[user@]host[:port]/..., without "www."; empty where there is none.
static view uri_host(view uri)
{
    const uint8_t *p = uri.len ? memmem(uri.p, uri.len, "://", 3) : NULL;
    const uint8_t *end = p ? uri.p + uri.len : NULL;
    if (!p)
        return (view){NULL, 0};
    p += 3;
    const uint8_t *stop = p;
    while (stop < end && !strchr("/?#", *stop))
        stop++;
    const uint8_t *at = memrchr(p, '@', (size_t)(stop - p));
    if (at)
        p = at + 1;
    const uint8_t *colon = memchr(p, ':', (size_t)(stop - p));
    if (colon && *p != '[')
        stop = colon;
    if (stop - p > 4 && !strncasecmp((const char *)p, "www.", 4))
        p += 4;
    return (view){p, (size_t)(stop - p)};
}

static shg_err default_publisher(record *rec, refusal *r)
{
    if (record_get(rec, "publisher").len)
        return SHG_OK;
    view host = uri_host(record_get(rec, "uri"));
    if (!host.len)
        return SHG_OK;
    char lower[SHG_URI_MAX];
    for (size_t i = 0; i < host.len; i++)
        lower[i] = (char)(host.p[i] >= 'A' && host.p[i] <= 'Z' ? host.p[i] + 32 : host.p[i]);
    json_t *v = json_stringn(lower, host.len);
    return json_object_set_new(rec->fields, "publisher", v) ? refuse(r, SHG_ENOMEM, "out of memory")
                                                            : SHG_OK;
}

// Credits are read from the byline as one line, whether it came as a string or as a list.
static shg_err join_byline(record *rec)
{
    json_t *by = json_object_get(rec->fields, "by");
    buf line = {0};
    for (size_t i = 0; i < (json_is_array(by) ? json_array_size(by) : by != NULL); i++) {
        json_t *name = json_is_array(by) ? json_array_get(by, i) : by;
        if (i)
            buf_add(&line, ", ", 2);
        buf_add(&line, json_string_value(name), json_string_length(name));
    }
    buf_add8(&line, 0);
    if (buf_err(&line)) {
        buf_fini(&line);
        return SHG_ENOMEM;
    }
    rec->byline = (char *)line.p;
    return SHG_OK;
}

static bool is_blank_cp(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } blank[] = {
        {0, 0x20},        {0x7f, 0xa0},     {0xad, 0xad},     {0x061c, 0x061c},
        {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},
        {0x205f, 0x206f}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
    };
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        if (c >= blank[i].first && c <= blank[i].last)
            return true;
    return false;
}

static bool is_blank(view text)
{
    const uint8_t *p = text.p, *end = text.len ? p + text.len : p;
    while (p < end)
        if (!is_blank_cp(utf8_next(&p, end)))
            return false;
    return true;
}

bool record_has_text(json_t *header)
{
    for (size_t k = 0; k < sizeof text_names / sizeof *text_names; k++)
        if (!is_absent(json_object_get(header, text_names[k])))
            return true;
    return false;
}

static shg_err take_text(record *out, json_t *header, view body, unsigned need, refusal *r)
{
    out->text = body;
    for (size_t k = 0; !out->text.len && k < sizeof text_names / sizeof *text_names; k++) {
        json_t *v = json_object_get(header, text_names[k]);
        if (is_absent(v))
            continue;
        if (!json_is_string(v))
            return refuse(r, SHG_EFIELD, "%s must be a string", text_names[k]);
        out->text = (view){(const uint8_t *)json_string_value(v), json_string_length(v)};
    }
    if (!(need & RECORD_TEXT))
        return SHG_OK;
    if (out->text.len > SHG_TEXT_MAX)
        return refuse(r, SHG_ETEXTSIZE, "the text has %zu bytes; at most %d are taken",
                      out->text.len, SHG_TEXT_MAX);
    if (utf8_check(out->text, &r->at)) {
        r->has_at = true;
        return refuse(r, SHG_EUTF8, "the text is not UTF-8 at byte %zu", r->at);
    }
    if (is_blank(out->text))
        return refuse(r, SHG_EBLANK, "the text has nothing but white space");
    return SHG_OK;
}

shg_err record_read(record *out, json_t *header, view body, unsigned need, refusal *r)
{
    *out = (record){.fields = json_object(), .published_ms = CLOCK_ABSENT};
    shg_err e = out->fields ? SHG_OK : refuse(r, SHG_ENOMEM, "out of memory");
    for (size_t i = 0; !e && i < sizeof fields / sizeof *fields; i++)
        e = take_field(out, header, fields[i].names, r);
    if (!e)
        e = check_uri(out, need, r);
    if (!e)
        e = take_text(out, header, body, need, r);
    if (!e)
        e = read_published(out, r);
    if (!e)
        e = default_publisher(out, r);
    if (!e && join_byline(out))
        e = refuse(r, SHG_ENOMEM, "out of memory");
    if (e)
        record_free(out);
    return e;
}

shg_err record_parse(record *out, view stored)
{
    *out = (record){.published_ms = CLOCK_ABSENT};
    out->fields = json_loadb((const char *)stored.p, stored.len, JSON_ALLOW_NUL, NULL);
    if (!json_is_object(out->fields)) {
        record_free(out);
        return SHG_ECORRUPT;
    }
    view v = record_get(out, "published");
    if (v.len && !clock_parse((const char *)v.p, v.len, &out->published_ms))
        out->published_ms = CLOCK_ABSENT;
    if (!join_byline(out))
        return SHG_OK;
    record_free(out);
    return SHG_ENOMEM;
}

void record_free(record *rec)
{
    json_decref(rec->fields);
    json_decref(rec->warnings);
    free(rec->byline);
    *rec = (record){0};
}

char *record_dump(const record *rec, size_t *len)
{
    char *s = json_dumps(rec->fields, JSON_COMPACT | JSON_SORT_KEYS);
    *len = s ? strlen(s) : 0;
    return s;
}

view record_get(const record *rec, const char *name)
{
    json_t *v = json_object_get(rec->fields, name);
    if (json_is_array(v))
        v = json_array_get(v, 0);
    if (!json_is_string(v))
        return (view){NULL, 0};
    return (view){(const uint8_t *)json_string_value(v), json_string_length(v)};
}

void record_credit_fields(const record *rec, credit_fields *out)
{
    *out = (credit_fields){
        .uri = record_get(rec, "uri"),
        .publisher = record_get(rec, "publisher"),
        .headline = record_get(rec, "headline"),
        .by = view_of(rec->byline),
        .credit_line = record_get(rec, "creditLine"),
        .dateline = record_get(rec, "dateline"),
        .copyright_holder = record_get(rec, "copyrightHolder"),
        .copyright_notice = record_get(rec, "copyrightNotice"),
        .canonical_url = record_get(rec, "canonicalUrl"),
    };
}
