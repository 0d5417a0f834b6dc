// records.c - articles from files: plain text, or JSON Lines with a record a line.
#include "records.h"

#include "base/buf.h"
#include "shingled/wire.h"
#include "stream.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    PIECE = 256 << 10,
    // A text of the longest kind with every byte escaped as \u00XX, and its header.
    LINE_MAX_BYTES = 6 * SHG_TEXT_MAX + 2 * SHG_HEADER_MAX,
};

struct records {
    stream *in;
    char path[4096];
    bool lines, done;
    json_t *whole; // of a .json file that is one value: an array of its records
    size_t at_whole;
    buf held; // [at, held.len) is read and not yet used
    size_t at;
    size_t looked; // bytes of it known to hold no line break
    bool at_end;
    size_t dropped; // bytes of a line over the limit that are gone already
    uint64_t line;
    const char *why;
};

static const char *const text_names[] = {"text",      "maintext",    "content",
                                         "body_text", "articleBody", "raw_text"};
static const char *const uri_names[] = {"uri", "id", "url", "link"};

enum {
    N_TEXT_NAMES = sizeof text_names / sizeof *text_names,
    N_URI_NAMES = sizeof uri_names / sizeof *uri_names,
};

// -- reading ----------------------------------------------------------------------------

// Reads one more piece: RECORDS_ONE, or RECORDS_BROKEN or RECORDS_LATER.
static records_got read_piece(records *r)
{
    if (r->at) { // what is used up makes room first
        memmove(r->held.p, r->held.p + r->at, r->held.len - r->at);
        r->held.len -= r->at;
        r->looked -= r->at < r->looked ? r->at : r->looked;
        r->at = 0;
    }
    uint8_t *p = buf_grow(&r->held, PIECE);
    if (!p) {
        r->why = "out of memory";
        return RECORDS_BROKEN;
    }
    ssize_t n = stream_read(r->in, p, PIECE);
    if (n == STREAM_LATER)
        return RECORDS_LATER;
    if (n < 0) {
        r->why = stream_why(r->in);
        return RECORDS_BROKEN;
    }
    r->held.len += (size_t)n;
    r->at_end = n == 0;
    return RECORDS_ONE;
}

static bool name_ends(const char *name, size_t len, const char *with)
{
    size_t n = strlen(with);
    return len >= n && !strncasecmp(name + len - n, with, n);
}

// The length of a name without what says how it is compressed.
static size_t bare_len(const char *name)
{
    size_t len = strlen(name);
    if (name_ends(name, len, ".gz"))
        return len - 3;
    return name_ends(name, len, ".zst") ? len - 4 : len;
}

static bool is_json_name(const char *name)
{
    return name_ends(name, bare_len(name), ".json");
}

static bool is_lines_name(const char *name)
{
    size_t len = bare_len(name);
    return name_ends(name, len, ".jsonl") || name_ends(name, len, ".ndjson") || is_json_name(name);
}

static bool starts_utf16(const records *r)
{
    return r->held.len >= 2 &&
           (!memcmp(r->held.p, "\xff\xfe", 2) || !memcmp(r->held.p, "\xfe\xff", 2));
}

static void skip_mark(records *r)
{
    if (r->held.len >= 3 && !memcmp(r->held.p, "\xef\xbb\xbf", 3))
        r->at = 3;
}

// The first byte that is no blank tells a record from a text.
static bool looks_like_lines(const records *r)
{
    size_t i = r->held.len >= 3 && !memcmp(r->held.p, "\xef\xbb\xbf", 3) ? 3 : 0;
    while (i < r->held.len && strchr(" \t\r\n", r->held.p[i]))
        i++;
    return i < r->held.len && r->held.p[i] == '{';
}

// A .json file may be lines, or one object over many lines, or an array of them. It is read
// whole, as far as one text may reach; where it is not one value, or can't be read to the
// end, it is taken as lines, and what is wrong comes up there.
static void read_whole(records *r)
{
    while (!r->at_end && r->held.len <= LINE_MAX_BYTES)
        if (read_piece(r) != RECORDS_ONE)
            return;
    const char *p = (const char *)r->held.p + r->at;
    json_t *v = r->at_end ? json_loadb(p, r->held.len - r->at, JSON_ALLOW_NUL, NULL) : NULL;
    r->whole = json_is_object(v) ? json_pack("[o]", v) : v;
}

static bool start(records *r, records_format format)
{
    records_got got = read_piece(r);
    if (got == RECORDS_LATER)
        r->why = "interrupted";
    if (got != RECORDS_ONE)
        return false;
    if (starts_utf16(r)) {
        r->why = "is UTF-16; convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)";
        return false;
    }
    r->lines = format == RECORDS_LINES;
    if (format == RECORDS_AUTO)
        r->lines = strcmp(r->path, "-") ? is_lines_name(r->path) : looks_like_lines(r);
    if (r->lines)
        skip_mark(r);
    if (format == RECORDS_AUTO && is_json_name(r->path))
        read_whole(r);
    return true;
}

bool records_open(records **out, const char *path, records_format format, char *why, size_t why_len)
{
    records *r = *out = calloc(1, sizeof *r);
    if (!r) {
        snprintf(why, why_len, "out of memory");
        return false;
    }
    r->why = "";
    snprintf(r->path, sizeof r->path, "%s", path);
    if (!stream_open(&r->in, path, why, why_len)) {
        records_close(out);
        return false;
    }
    if (start(r, format))
        return true;
    snprintf(why, why_len, "%s", r->why);
    records_close(out);
    return false;
}

void records_close(records **r)
{
    if (!*r)
        return;
    stream_close(&(*r)->in);
    json_decref((*r)->whole);
    buf_fini(&(*r)->held);
    free(*r);
    *r = NULL;
}

void records_set_patience(records *r, int ms)
{
    stream_set_patience(r->in, ms);
}

const char *records_why(const records *r)
{
    return r->why;
}

uint64_t records_taken(const records *r)
{
    return stream_taken(r->in);
}

uint64_t records_size(const records *r)
{
    return stream_size(r->in);
}

// -- lines ------------------------------------------------------------------------------

// Finds the line that starts at r->at: its length in *len, what to move on by in *step.
// *len is over LINE_MAX_BYTES where it is too long (then it is dropped as it comes in).
static records_got next_line(records *r, size_t *len, size_t *step)
{
    for (;;) {
        size_t from = r->looked > r->at ? r->looked : r->at;
        uint8_t *start_at = r->held.p + r->at;
        uint8_t *end = NULL;
        if (r->held.len > from)
            end = memchr(r->held.p + from, '\n', r->held.len - from);
        size_t have = end ? (size_t)(end - start_at) : r->held.len - r->at;
        if (end || (r->at_end && have + r->dropped)) {
            *step = have + (end != NULL);
            *len = have + r->dropped;
            r->dropped = 0;
            return RECORDS_ONE;
        }
        if (r->at_end)
            return RECORDS_END;
        r->looked = r->held.len;
        if (have + r->dropped > LINE_MAX_BYTES) {
            r->dropped += have;
            r->at = r->looked = r->held.len;
        }
        records_got got = read_piece(r);
        if (got != RECORDS_ONE)
            return got;
    }
}

static bool is_blank_line(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strchr(" \t\r\v\f", p[i]) || !p[i])
            return false;
    return true;
}

__attribute__((format(printf, 3, 4))) static bool bad(record *rec, shg_err e, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(rec->detail, sizeof rec->detail, format, args);
    va_end(args);
    size_t at; // what quotes the input may end inside a character
    if (utf8_check((view){(uint8_t *)rec->detail, strlen(rec->detail)}, &at))
        rec->detail[at] = 0;
    rec->err = e;
    return false;
}

static bool take_object(record *rec, json_t *o, const char *what)
{
    if (!json_is_object(o)) {
        json_decref(o);
        return bad(rec, SHG_EHEADER, "the %s is JSON, but not an object", what);
    }
    rec->header = o;
    rec->text = record_take_text(o, &rec->text_len);
    return true;
}

static bool parse_line(record *rec, const uint8_t *p, size_t n)
{
    json_error_t fault;
    size_t at;
    if (utf8_check((view){p, n}, &at) != SHG_OK)
        return bad(rec, SHG_EUTF8, "byte %zu of the line is not UTF-8", at);
    json_t *o = json_loadb((const char *)p, n, JSON_ALLOW_NUL, &fault);
    if (!o)
        return bad(rec, SHG_EHEADER, "the line is not JSON: %s (column %d)", fault.text,
                   fault.column);
    return take_object(rec, o, "line");
}

static records_got next_of_lines(records *r, record *out)
{
    for (;;) {
        size_t len, step;
        records_got got = next_line(r, &len, &step);
        if (got != RECORDS_ONE)
            return got;
        r->line++;
        const uint8_t *p = r->held.p + r->at;
        r->at += step;
        out->line = r->line;
        if (len > LINE_MAX_BYTES) {
            bad(out, SHG_ETEXTSIZE, "the line has %zu bytes", len);
            return RECORDS_BAD;
        }
        if (!is_blank_line(p, len))
            return parse_line(out, p, len) ? RECORDS_ONE : RECORDS_BAD;
    }
}

// "line" is the place in the array.
static records_got next_of_array(records *r, record *out)
{
    if (r->at_whole == json_array_size(r->whole))
        return RECORDS_END;
    json_t *o = json_incref(json_array_get(r->whole, r->at_whole++));
    out->line = r->at_whole;
    return take_object(out, o, "element") ? RECORDS_ONE : RECORDS_BAD;
}

// -- a whole file -----------------------------------------------------------------------

static records_got next_of_text(records *r, record *out)
{
    while (!r->at_end) {
        if (r->held.len > SHG_TEXT_MAX) {
            r->done = true;
            bad(out, SHG_ETEXTSIZE, "the file has more than %d bytes", SHG_TEXT_MAX);
            return RECORDS_BAD;
        }
        records_got got = read_piece(r);
        if (got != RECORDS_ONE)
            return got;
    }
    r->done = true;
    out->text = malloc(r->held.len + 1);
    out->header = json_object();
    if (!out->text || !out->header) {
        r->why = "out of memory";
        return RECORDS_BROKEN;
    }
    memcpy(out->text, r->held.len ? r->held.p : (const uint8_t *)"", r->held.len);
    out->text[r->held.len] = 0;
    out->text_len = r->held.len;
    return RECORDS_ONE;
}

records_got records_next(records *r, record *out)
{
    memset(out, 0, sizeof *out);
    if (r->done)
        return RECORDS_END;
    records_got got = r->whole   ? next_of_array(r, out)
                      : r->lines ? next_of_lines(r, out)
                                 : next_of_text(r, out);
    if (got == RECORDS_BROKEN)
        r->done = true;
    return got;
}

// -- one record -------------------------------------------------------------------------

// The wire's rule: "None", "null" and "" count as absent.
static bool is_present(const json_t *v)
{
    static const char *const absent[] = {"", "None", "null"};
    if (!json_is_string(v))
        return false;
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        if (json_string_length(v) == strlen(absent[i]) && !strcmp(json_string_value(v), absent[i]))
            return false;
    return true;
}

// Members of a wrong type are left to the server, which names them.
char *record_take_text(json_t *header, size_t *len)
{
    char *text = NULL;
    *len = 0;
    for (size_t i = 0; i < N_TEXT_NAMES; i++) {
        json_t *v = json_object_get(header, text_names[i]);
        if (!text && v && !json_is_string(v) && !json_is_null(v))
            return NULL;
        if (!text && is_present(v)) {
            *len = json_string_length(v);
            text = malloc(*len + 1);
            if (!text)
                return NULL;
            memcpy(text, json_string_value(v), *len + 1);
        }
        if (json_is_string(v))
            json_object_del(header, text_names[i]);
    }
    return text;
}

const char *record_uri(const record *r)
{
    for (size_t i = 0; i < N_URI_NAMES; i++) {
        json_t *v = json_object_get(r->header, uri_names[i]);
        if (is_present(v))
            return json_string_value(v);
    }
    return NULL;
}

static bool is_blank_text(const char *text, size_t len)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + len;
    while (p < end) {
        uint32_t c = utf8_next(&p, end);
        bool blank = c <= 32 || c == 0x85 || c == 0xa0 || c == 0xfeff || c == 0x3000 ||
                     (c >= 0x2000 && c <= 0x200f) || c == 0x2028 || c == 0x2029;
        if (!blank)
            return false;
    }
    return true;
}

bool record_check(record *r)
{
    size_t at;
    const char *uri = record_uri(r);
    if (!uri)
        return bad(r, SHG_ENOURI, "no uri, id, url or link");
    if (strlen(uri) > SHG_URI_MAX)
        return bad(r, SHG_EURI, "the uri has %zu bytes, over %d", strlen(uri), SHG_URI_MAX);
    if (!r->text)
        return bad(r, SHG_EBLANK, "no text, or a blank one");
    if (r->text_len > SHG_TEXT_MAX)
        return bad(r, SHG_ETEXTSIZE, "the text has %zu bytes, over %d", r->text_len, SHG_TEXT_MAX);
    if (utf8_check((view){(const uint8_t *)r->text, r->text_len}, &at) != SHG_OK)
        return bad(r, SHG_EUTF8, "byte %zu of the text is not UTF-8", at);
    if (is_blank_text(r->text, r->text_len))
        return bad(r, SHG_EBLANK, "the text is blank");
    return true;
}

void record_free(record *r)
{
    json_decref(r->header);
    free(r->text);
    memset(r, 0, sizeof *r);
}
