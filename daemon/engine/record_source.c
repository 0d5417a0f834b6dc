// record_source.c - what an object says that a record listens to.
#include "engine/record.h"
#include "engine/header.h"
#include "engine/record_names.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

// A field a line, in the order of record_first.
// clang-format off
const char *const record_names[RECORD_NAMES] = {
    "uri", "id", "url", "link",
    "headline", "title",
    "published", "firstCreated", "datePublished", "date_publish", "publish_date", "date",
    "publisher", "source", "source_domain", "sitename", "hostname",
    "by", "author", "authors",
    "language", "lang", "inLanguage",
    "canonicalUrl",
    "creditLine",
    "dateline",
    "copyrightHolder",
    "copyrightNotice",
    "text", "maintext", "content", "body_text", "articleBody", "raw_text",
    "if_version", "match", "durability",
};
// clang-format on

const uint8_t record_first[REC_FIELDS + 2] = {
    0, 4, 6, 12, 17, 20, 23, 24, 25, 26, 27, 28, RECORD_FIRST_OPTION};

static int name_index(view name)
{
    for (int i = 0; i < RECORD_NAMES; i++)
        if (*record_names[i] == (char)*name.p &&
            !strncmp(record_names[i], (const char *)name.p, name.len) && !record_names[i][name.len])
            return i;
    return -1;
}

bool record_source_flat(record_source *s, view json)
{
    flat f;
    flat_member m;
    size_t at;
    s->has = 0;
    s->list = NULL;
    if (utf8_check(json, &at))
        return false;
    flat_open(&f, json);
    while (flat_next(&f, &m)) {
        int i = m.name.len ? name_index(m.name) : -1;
        if (i < 0)
            continue;
        s->given[i] = m; // of a name that stands twice the last one counts
        s->has |= 1ull << i;
    }
    return flat_whole(&f);
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

// Whatever is of no use to a record is FLAT_OTHER. Only one name takes a list: what others hold is
// not looked at.
static shg_err take(record_source *s, int i, json_t *v)
{
    flat_member *m = &s->given[i];
    *m = header_member(v);
    if (is_string_list(v)) {
        m->kind = FLAT_STRINGS;
        bool is_by = i >= record_first[REC_BY] && i < record_first[REC_BY + 1];
        if (!is_by || s->list || !json_array_size(v))
            return SHG_OK;
        s->list = json_dumps(v, JSON_COMPACT);
        if (!s->list)
            return SHG_ENOMEM;
        m->raw = view_of(s->list);
    }
    return SHG_OK;
}

shg_err record_source_json(record_source *s, json_t *object)
{
    s->has = 0;
    s->list = NULL;
    for (int i = 0; i < RECORD_NAMES; i++) {
        json_t *v = json_object_get(object, record_names[i]);
        if (!v)
            continue;
        if (take(s, i, v)) {
            record_source_fini(s);
            return SHG_ENOMEM;
        }
        s->has |= 1ull << i;
    }
    return SHG_OK;
}

void record_source_fini(record_source *s)
{
    free(s->list);
    s->list = NULL;
}
