#include "engine/header.h"
#include "shingled/wire.h"
#include "text/utf8.h"

// More than any header within its limit can have; a line of a batch may be longer, and each value
// takes some hundred bytes once it is parsed.
enum { VALUES_MOST = 65536 };

typedef struct shape {
    int depth;     // levels of nesting, at most: the parser's own stack must never meet more
    size_t values; // about
} shape;

static shape shape_of(const char *p, size_t len)
{
    shape s = {0};
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < len; i++) {
        if (in_string) {
            if (p[i] == '\\')
                i++;
            else if (p[i] == '"')
                in_string = false;
        } else if (p[i] == '"') {
            in_string = true;
        } else if (p[i] == '{' || p[i] == '[') {
            s.values++;
            s.depth = ++depth > s.depth ? depth : s.depth;
        } else if (p[i] == '}' || p[i] == ']') {
            depth--;
        } else {
            s.values += p[i] == ',';
        }
    }
    return s;
}

shg_err header_parse(json_t **out, view text, size_t most, refusal *r)
{
    const char *p = (const char *)text.p;
    json_error_t why;
    *out = NULL;
    if (text.len > most)
        return refuse(r, SHG_EHEADERSIZE, "the header has %zu bytes; at most %zu are taken",
                      text.len, most);
    shape s = shape_of(p, text.len);
    if (s.depth > SHG_DEPTH_MAX)
        return refuse(r, SHG_EDEEP, "the header is nested over %d levels deep", SHG_DEPTH_MAX);
    if (s.values > VALUES_MOST)
        return refuse(r, SHG_EHEADERSIZE, "the record has over %d values", VALUES_MOST);
    *out = text.len ? json_loadb(p, text.len, 0, &why) : json_object();
    if (!*out && text.len && json_error_code(&why) == json_error_numeric_overflow)
        *out =
            json_loadb(p, text.len, JSON_DECODE_INT_AS_REAL, &why); // of a member nobody asked for
    if (!*out && !text.len)
        return refuse(r, SHG_ENOMEM, "out of memory");
    if (!*out)
        return refuse(r, SHG_EHEADER, "the header is no JSON object: %s at byte %d", why.text,
                      why.position);
    if (json_is_object(*out))
        return SHG_OK;
    json_decref(*out);
    *out = NULL;
    return refuse(r, SHG_EHEADER, "the header is JSON, but no object");
}

flat_member header_member(const json_t *v)
{
    flat_member m = {.kind = json_is_null(v) ? FLAT_NULL : FLAT_OTHER};
    if (json_is_boolean(v))
        m = (flat_member){.kind = FLAT_BOOL, .number = json_is_true(v)};
    if (json_is_integer(v))
        m = (flat_member){.kind = FLAT_INTEGER, .number = json_integer_value(v)};
    if (json_is_string(v))
        m = (flat_member){.kind = FLAT_STRING,
                          .raw = {(const uint8_t *)json_string_value(v), json_string_length(v)}};
    return m;
}

static bool pick_flat(flat_member *out, const char *const *names, size_t n, view text)
{
    flat f;
    flat_member m;
    size_t at;
    if (utf8_check(text, &at))
        return false;
    flat_open(&f, text);
    while (flat_next(&f, &m))
        for (size_t i = 0; i < n; i++)
            if (view_eq(m.name, view_of(names[i])))
                out[i] = m;
    return flat_whole(&f);
}

shg_err header_pick(flat_member *out, const char *const *names, size_t n, view text,
                    json_t **parsed, refusal *r)
{
    *parsed = NULL;
    for (size_t i = 0; i < n; i++)
        out[i] = (flat_member){.kind = FLAT_NULL};
    if (text.len <= SHG_HEADER_MAX && pick_flat(out, names, n, text))
        return SHG_OK;
    shg_err e = header_parse(parsed, text, SHG_HEADER_MAX, r);
    for (size_t i = 0; !e && i < n; i++) {
        const json_t *v = json_object_get(*parsed, names[i]);
        out[i] = v ? header_member(v) : (flat_member){.kind = FLAT_NULL};
    }
    return e;
}
