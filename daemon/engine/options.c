#include "engine/options.h"
#include "base/clock.h"
#include "shingled/wire.h"

#include <stdlib.h>

static json_t *given(json_t *header, const char *name)
{
    json_t *v = json_object_get(header, name);
    return json_is_null(v) ? NULL : v;
}

shg_err option_bool(json_t *header, const char *name, bool *out, refusal *r)
{
    json_t *v = given(header, name);
    if (!v)
        return SHG_OK;
    if (!json_is_boolean(v))
        return refuse(r, SHG_EOPTION, "%s must be true or false", name);
    *out = json_is_true(v);
    return SHG_OK;
}

shg_err option_integer(json_t *header, const char *name, int64_t least, int64_t most, int64_t *out,
                       refusal *r)
{
    json_t *v = given(header, name);
    if (!v)
        return SHG_OK;
    if (!json_is_integer(v) || json_integer_value(v) < least || json_integer_value(v) > most)
        return refuse(r, SHG_EOPTION, "%s must be an integer from %lld to %lld", name,
                      (long long)least, (long long)most);
    *out = json_integer_value(v);
    return SHG_OK;
}

shg_err option_share(json_t *header, const char *name, double *out, refusal *r)
{
    json_t *v = given(header, name);
    if (!v)
        return SHG_OK;
    if (!json_is_number(v) || json_number_value(v) < 0 || json_number_value(v) > 1)
        return refuse(r, SHG_EOPTION, "%s must be a number from 0 to 1", name);
    *out = json_number_value(v);
    return SHG_OK;
}

shg_err option_time(json_t *header, const char *name, int64_t *out_ms, refusal *r)
{
    json_t *v = given(header, name);
    if (!v)
        return SHG_OK;
    if (!json_is_string(v) || !clock_parse(json_string_value(v), json_string_length(v), out_ms))
        return refuse(r, SHG_EOPTION,
                      "%s must be a time such as 2017-03-12T18:05:00Z or 2017-03-12", name);
    return SHG_OK;
}

shg_err option_unit(json_t *header, offset_unit *out, refusal *r)
{
    static const char *const names[] = {"utf8", "codepoint", "utf16"};
    json_t *v = given(header, "offsets");
    if (!v)
        return SHG_OK;
    for (unsigned i = 0; json_is_string(v) && i < 3; i++)
        if (!strcmp(json_string_value(v), names[i])) {
            *out = (offset_unit)i;
            return SHG_OK;
        }
    return refuse(r, SHG_EOPTION, "offsets must be \"utf8\", \"codepoint\" or \"utf16\"");
}

shg_err option_relations(json_t *header, unsigned *out, refusal *r)
{
    json_t *v = given(header, "relations");
    if (!v)
        return SHG_OK;
    unsigned bits = 0;
    for (size_t i = 0; json_is_array(v) && i < json_array_size(v); i++) {
        relation rel;
        const char *name = json_string_value(json_array_get(v, i));
        if (!name || !relation_parse(name, &rel))
            return refuse(r, SHG_EOPTION, "relations: there is no relation \"%s\"",
                          name ? name : "(no string)");
        bits |= 1u << rel;
    }
    if (!bits)
        return refuse(
            r, SHG_EOPTION,
            "relations must be a list of copy, excerpt, rewrite, quotes, template, related");
    *out = bits;
    return SHG_OK;
}

static shg_err add_publisher(json_t *v, const char *name, const sources *s, uint64_t *out,
                             refusal *r)
{
    if (!json_is_string(v))
        return refuse(r, SHG_EOPTION, "%s must be a string or a list of strings", name);
    view text = {(const uint8_t *)json_string_value(v), json_string_length(v)};
    char *id = publisher_id(s, text, NULL);
    if (!id)
        return refuse(r, SHG_ENOMEM, "out of memory");
    *out = publisher_hash_of(id);
    free(id);
    return SHG_OK;
}

shg_err option_publishers(json_t *header, const char *name, const sources *s, uint64_t **out,
                          size_t *n, bool *was_given, refusal *r)
{
    json_t *v = given(header, name);
    *out = NULL;
    *n = 0;
    *was_given = v != NULL;
    if (!v)
        return SHG_OK;
    size_t most = json_is_array(v) ? json_array_size(v) : 1;
    *out = calloc(most + 1, sizeof **out);
    if (!*out)
        return refuse(r, SHG_ENOMEM, "out of memory");
    shg_err e = SHG_OK;
    for (size_t i = 0; i < most && !e; i++, *n += !e)
        e = add_publisher(json_is_array(v) ? json_array_get(v, i) : v, name, s, *out + i, r);
    if (e) {
        free(*out);
        *out = NULL;
    }
    return e;
}

shg_err check_uri_value(view uri, refusal *r)
{
    if (!uri.len)
        return refuse(r, SHG_ENOURI, "give the article's uri");
    if (uri.len > SHG_URI_MAX)
        return refuse(r, SHG_EURI, "the uri has %zu bytes; at most %d are taken", uri.len,
                      SHG_URI_MAX);
    for (size_t i = 0; i < uri.len; i++)
        if (uri.p[i] < 0x20 || uri.p[i] == 0x7f)
            return refuse(r, SHG_EURI, "the uri has a control character at byte %zu", i);
    return SHG_OK;
}

shg_err option_uri(json_t *header, view *out, refusal *r)
{
    json_t *v = given(header, "uri");
    if (!v)
        return refuse(r, SHG_ENOURI, "give the article's uri");
    if (!json_is_string(v))
        return refuse(r, SHG_EFIELD, "uri must be a string");
    *out = (view){(const uint8_t *)json_string_value(v), json_string_length(v)};
    return check_uri_value(*out, r);
}
