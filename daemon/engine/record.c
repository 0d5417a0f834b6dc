#include "engine/record.h"
#include "base/clock.h"
#include "engine/options.h"
#include "engine/record_names.h"
#include "shingled/wire.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char record_unread_detail[] = "not a date that can be read; kept as given, counted as absent";

// Crawlers write a missing value in all of these ways.
static bool is_absent(const flat_member *m)
{
    enum { LONGEST = 4 * 6 }; // "None" or "null", each character as \uXXXX
    uint8_t plain[LONGEST];
    view s = m->raw;
    if (m->kind != FLAT_STRING)
        return m->kind == FLAT_NULL;
    if (m->escaped && s.len <= LONGEST)
        s = (view){plain, flat_decode(plain, s)};
    return !s.len || view_eq(s, view_of("None")) || view_eq(s, view_of("null"));
}

static bool is_empty_list(const flat_member *m)
{
    view list = m->raw, entry;
    return m->kind == FLAT_STRINGS && !flat_entry(&list, &entry);
}

// The value that counts of field f, and the name under which it stood; NULL: absent.
static shg_err choose(const record_source *s, unsigned f, const flat_member **out, refusal *r)
{
    bool may_list = f == REC_BY;
    *out = NULL;
    for (unsigned i = record_first[f]; i < record_first[f + 1]; i++) {
        const flat_member *m = &s->given[i];
        if (!(s->has >> i & 1) || is_absent(m) || (may_list && is_empty_list(m)))
            continue;
        if (m->kind != FLAT_STRING && !(may_list && m->kind == FLAT_STRINGS))
            return refuse(r, SHG_EFIELD, "%s must be a string%s", record_names[i],
                          may_list ? " or a list of strings" : "");
        *out = m;
        return SHG_OK;
    }
    return SHG_OK;
}

static view put_string(uint8_t **to, const flat_member *m)
{
    uint8_t *from = *to;
    if (m->escaped)
        *to += flat_decode(from, m->raw);
    else
        *to = (uint8_t *)mempcpy(from, m->raw.p, m->raw.len);
    return (view){from, (size_t)(*to - from)};
}

// The list as one line, and as compact JSON; neither is longer than it was.
static void put_list(record *out, uint8_t **to, const flat_member *m)
{
    view list = m->raw, entry;
    uint8_t *from = *to;
    while (flat_entry(&list, &entry)) {
        if (*to > from)
            *to = (uint8_t *)mempcpy(*to, ", ", 2);
        *to += flat_decode(*to, entry);
    }
    out->field[REC_BY] = (view){from, (size_t)(*to - from)};
    buf json = {.p = *to, .cap = m->raw.len, .max = m->raw.len};
    buf_add8(&json, '[');
    for (list = m->raw; flat_entry(&list, &entry);) {
        if (json.len > 1)
            buf_add8(&json, ',');
        view plain = {*to + m->raw.len, flat_decode(*to + m->raw.len, entry)};
        flat_quote(&json, plain);
    }
    buf_add8(&json, ']');
    out->by_list = buf_view(&json);
    *to += json.len;
}

static shg_err check_uri(const record *rec, unsigned need, refusal *r)
{
    view uri = rec->field[REC_URI];
    if (!uri.len)
        return need & RECORD_URI
                   ? refuse(r, SHG_ENOURI, "give the article's uri (or id, url, link)")
                   : SHG_OK;
    return check_uri_value(uri, r);
}

static void read_published(record *rec, uint8_t **to)
{
    view *v = &rec->field[REC_PUBLISHED];
    char text[CLOCK_TEXT_LEN];
    if (!v->len)
        return;
    rec->published_unread = !clock_parse((const char *)v->p, v->len, &rec->published_ms);
    if (rec->published_unread) {
        rec->published_ms = CLOCK_ABSENT;
        return;
    }
    clock_format(text, rec->published_ms);
    *v = (view){*to, strlen(text)};
    *to = (uint8_t *)mempcpy(*to, text, v->len);
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

static void default_publisher(record *rec, uint8_t **to)
{
    view *v = &rec->field[REC_PUBLISHER], host = uri_host(rec->field[REC_URI]);
    if (v->len || !host.len)
        return;
    *v = (view){*to, host.len};
    for (size_t i = 0; i < host.len; i++)
        *(*to)++ = host.p[i] >= 'A' && host.p[i] <= 'Z' ? host.p[i] + 32 : host.p[i];
}

// One allocation for all that the fields hold: none is longer than it was given, but for what is
// made here: the canonical time, the default publisher, a list in two forms with room to make them.
static shg_err take_fields(record *out, const record_source *s, unsigned need, refusal *r)
{
    const flat_member *chosen[REC_FIELDS];
    size_t room = CLOCK_TEXT_LEN;
    shg_err e = SHG_OK;
    for (unsigned f = 0; !e && f < REC_FIELDS; f++) {
        e = choose(s, f, &chosen[f], r);
        if (!e && chosen[f])
            room += chosen[f]->raw.len * (chosen[f]->kind == FLAT_STRINGS ? 3
                                          : f == REC_URI                  ? 2
                                                                          : 1);
    }
    if (e)
        return e;
    uint8_t *to = out->own = malloc(room);
    if (!to)
        return refuse(r, SHG_ENOMEM, "out of memory");
    for (unsigned f = 0; f < REC_FIELDS; f++)
        if (chosen[f] && chosen[f]->kind == FLAT_STRINGS)
            put_list(out, &to, chosen[f]);
        else if (chosen[f])
            out->field[f] = put_string(&to, chosen[f]);
    e = check_uri(out, need, r);
    if (!e) {
        read_published(out, &to);
        default_publisher(out, &to);
    }
    out->own_len = (size_t)(to - out->own);
    return e;
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

bool record_has_text(json_t *object)
{
    for (unsigned i = record_first[RECORD_TEXTS]; i < record_first[RECORD_TEXTS + 1]; i++) {
        json_t *v = json_object_get(object, record_names[i]);
        flat_member m = {.kind = json_is_null(v) ? FLAT_NULL : FLAT_OTHER};
        if (json_is_string(v))
            m = (flat_member){.kind = FLAT_STRING, .raw = view_of(json_string_value(v))};
        if (v && !is_absent(&m))
            return true;
    }
    return false;
}

static shg_err own_text(record *out, const record_source *s, refusal *r)
{
    const flat_member *m;
    shg_err e = choose(s, RECORD_TEXTS, &m, r);
    if (e || !m)
        return e;
    out->text = m->raw;
    if (!m->escaped)
        return SHG_OK;
    out->text_own = malloc(m->raw.len);
    if (!out->text_own)
        return refuse(r, SHG_ENOMEM, "out of memory");
    out->text = (view){out->text_own, flat_decode(out->text_own, m->raw)};
    return SHG_OK;
}

static shg_err take_text(record *out, const record_source *s, view body, unsigned need, refusal *r)
{
    out->text = body;
    shg_err e = body.len ? SHG_OK : own_text(out, s, r);
    if (e || !(need & RECORD_TEXT))
        return e;
    if (out->text.len > SHG_TEXT_MAX)
        return refuse(r, SHG_ETEXTSIZE, "the text has %zu bytes; at most %d are taken",
                      out->text.len, SHG_TEXT_MAX);
    // What stood in the source has been looked at as a part of it.
    if (body.len && utf8_check(out->text, &r->at)) {
        r->has_at = true;
        return refuse(r, SHG_EUTF8, "the text is not UTF-8 at byte %zu", r->at);
    }
    if (is_blank(out->text))
        return refuse(r, SHG_EBLANK, "the text has nothing but white space");
    return SHG_OK;
}

shg_err record_read(record *out, const record_source *s, view body, unsigned need, refusal *r)
{
    *out = (record){.published_ms = CLOCK_ABSENT};
    shg_err e = take_fields(out, s, need, r);
    if (!e)
        e = take_text(out, s, body, need, r);
    if (e)
        record_free(out);
    return e;
}

static bool is_text(const flat_member *m, const char *text)
{
    enum { LONGEST = 6 * 6 }; // six characters, each as \uXXXX
    uint8_t plain[LONGEST];
    view s = m->raw;
    if (m->escaped && s.len <= LONGEST)
        s = (view){plain, flat_decode(plain, s)};
    return view_eq(s, view_of(text));
}

char *record_source_uri(const record_source *s)
{
    const flat_member *m;
    refusal r;
    if (choose(s, REC_URI, &m, &r) || !m)
        return NULL;
    char *uri = malloc(m->raw.len + 1);
    if (uri)
        uri[put_string(&(uint8_t *){(uint8_t *)uri}, m).len] = 0;
    return uri;
}

shg_err record_if_version(const record_source *s, int64_t *out, refusal *r)
{
    const flat_member *m = &s->given[RECORD_IF_VERSION];
    *out = -1;
    if (!(s->has >> RECORD_IF_VERSION & 1) || m->kind == FLAT_NULL)
        return SHG_OK;
    if (m->kind != FLAT_INTEGER || m->number < 0 || m->number > UINT32_MAX)
        return refuse(r, SHG_EOPTION, "if_version must be an integer from 0 to %lld",
                      (long long)UINT32_MAX);
    *out = m->number;
    return SHG_OK;
}

shg_err record_put_options(const record_source *s, put_options *out, refusal *r)
{
    const flat_member *wants = &s->given[RECORD_MATCH], *how = &s->given[RECORD_DURABILITY];
    *out = (put_options){.if_version = -1};
    if (s->has >> RECORD_MATCH & 1 && wants->kind != FLAT_NULL) {
        if (wants->kind != FLAT_BOOL)
            return refuse(r, SHG_EOPTION, "match must be true or false");
        out->match = wants->number;
    }
    if (s->has >> RECORD_DURABILITY & 1 && how->kind != FLAT_NULL) {
        out->accept = how->kind == FLAT_STRING && is_text(how, "accept");
        if (!out->accept && !(how->kind == FLAT_STRING && is_text(how, "commit")))
            return refuse(r, SHG_EOPTION, "durability must be \"commit\" or \"accept\"");
    }
    if (out->accept && out->match)
        return refuse(r, SHG_EOPTION,
                      "match needs the article stored: leave out durability \"accept\"");
    return record_if_version(s, &out->if_version, r);
}

// What is stored was written by record_write, which the flat reader always knows.
shg_err record_parse(record *out, view stored)
{
    record_source s;
    refusal r;
    *out = (record){.published_ms = CLOCK_ABSENT};
    if (!record_source_flat(&s, stored))
        return SHG_ECORRUPT;
    shg_err e = record_read(out, &s, (view){NULL, 0}, 0, &r);
    return e && e != SHG_ENOMEM ? SHG_ECORRUPT : e;
}

static void move(view *v, const uint8_t *from, uint8_t *to)
{
    if (v->len)
        v->p = to + (v->p - from);
}

void record_move(record *rec, uint8_t *to)
{
    if (rec->own_len)
        memcpy(to, rec->own, rec->own_len);
    for (unsigned f = 0; f < REC_FIELDS; f++)
        move(&rec->field[f], rec->own, to);
    move(&rec->by_list, rec->own, to);
    free(rec->own);
    rec->own = NULL;
    rec->own_len = 0;
}

void record_free(record *rec)
{
    free(rec->own);
    free(rec->text_own);
    *rec = (record){0};
}

record_field record_find(const char *name)
{
    for (unsigned f = 0; f < REC_FIELDS; f++)
        if (!strcmp(name, record_names[record_first[f]]))
            return f;
    return REC_FIELDS;
}

void record_write(buf *to, const record *rec)
{
    static const uint8_t sorted[REC_FIELDS] = {
        REC_BY,
        REC_CANONICAL_URL,
        REC_COPYRIGHT_HOLDER,
        REC_COPYRIGHT_NOTICE,
        REC_CREDIT_LINE,
        REC_DATELINE,
        REC_HEADLINE,
        REC_LANGUAGE,
        REC_PUBLISHED,
        REC_PUBLISHER,
        REC_URI,
    };
    size_t begin = to->len, most = 64;
    for (unsigned f = 0; f < REC_FIELDS; f++)
        most += rec->field[f].len + 24;
    buf_grow(to, most); // enough but for escapes
    buf_add8(to, '{');
    for (unsigned i = 0; i < REC_FIELDS; i++) {
        unsigned f = sorted[i];
        if (!rec->field[f].len && !(f == REC_BY && rec->by_list.len))
            continue;
        if (to->len > begin + 1)
            buf_add8(to, ',');
        flat_quote(to, view_of(record_names[record_first[f]]));
        buf_add8(to, ':');
        if (f == REC_BY && rec->by_list.len)
            buf_add(to, rec->by_list.p, rec->by_list.len);
        else
            flat_quote(to, rec->field[f]);
    }
    buf_add8(to, '}');
    buf_add8(to, 0);
}

json_t *record_json(const record *rec)
{
    json_t *o = json_object();
    for (unsigned f = 0; o && f < REC_FIELDS; f++) {
        view v = rec->field[f];
        bool list = f == REC_BY && rec->by_list.len;
        if (!v.len && !list)
            continue;
        json_t *value = list ? json_loadb((const char *)rec->by_list.p, rec->by_list.len, 0, NULL)
                             : json_stringn((const char *)v.p, v.len);
        if (json_object_set_new(o, record_names[record_first[f]], value)) {
            json_decref(o);
            return NULL;
        }
    }
    return o;
}

void record_credit_fields(const record *rec, credit_fields *out)
{
    *out = (credit_fields){
        .uri = rec->field[REC_URI],
        .publisher = rec->field[REC_PUBLISHER],
        .headline = rec->field[REC_HEADLINE],
        .by = rec->field[REC_BY],
        .credit_line = rec->field[REC_CREDIT_LINE],
        .dateline = rec->field[REC_DATELINE],
        .copyright_holder = rec->field[REC_COPYRIGHT_HOLDER],
        .copyright_notice = rec->field[REC_COPYRIGHT_NOTICE],
        .canonical_url = rec->field[REC_CANONICAL_URL],
    };
}
