// put_input.c - what `shingle put` reads, and naming what is refused.
#include "put.h"

#include "js.h"
#include "shingled/err.h"

#include <string.h>

void put_worse(put *p, int code)
{
    if (code > p->code)
        p->code = code;
}

// -- naming what went wrong -------------------------------------------------------------

static void set_missing(json_t *o, const char *name, json_t *value)
{
    if (json_object_get(o, name))
        json_decref(value);
    else
        json_object_set_new(o, name, value);
}

// The error header of the server, and what its reader needs to find the record.
static void print_refused(put *p, const char *path, const char *uri, uint64_t line, int status,
                          json_t *answer)
{
    if (!p->c->json || !json_is_object(answer))
        return;
    set_missing(answer, "status", json_integer(status));
    if (uri)
        set_missing(answer, "uri", json_string(uri));
    set_missing(answer, "file", json_string(path));
    if (line)
        set_missing(answer, "line", json_integer((json_int_t)line));
    cli_print_object(p->c, answer);
}

void put_refused(put *p, const char *path, const record *r, int status, json_t *answer)
{
    term *t = &p->c->err;
    const char *uri = r->header ? record_uri(r) : NULL;
    const char *error = js_text(answer, "error"), *detail = js_text(answer, "detail");
    progress_hide(&p->bar);
    term_say(t, STYLE_BAD, "refused ");
    if (r->line)
        term_say(t, STYLE_PLAIN, "%s:%llu", path, (unsigned long long)r->line);
    else
        term_say(t, STYLE_PLAIN, "%s", path);
    if (!uri || strcmp(uri, path)) // a plain text's uri is its path
        term_say(t, STYLE_NAME, " %s", uri ? uri : "(no uri)");
    term_say(t, STYLE_PLAIN, ": %d %s%s%s\n", status, error, *detail ? ": " : "", detail);
    print_refused(p, path, uri, r->line, status, answer);
    p->n.refused++;
    put_worse(p, EXIT_REFUSED);
}

static void refuse_here(put *p, const char *path, const record *r)
{
    json_t *answer = json_pack("{s:s, s:s, s:b}", "error", shg_err_name(r->err), "detail",
                               r->detail, "retry", 0);
    put_refused(p, path, r, shg_err_status(r->err), answer);
    json_decref(answer);
}

static void broken_file(put *p, const char *path, const char *why)
{
    progress_hide(&p->bar);
    put_worse(p, cli_fault(p->c, EXIT_USAGE, "%s: %s", path, why));
}

// -- input ------------------------------------------------------------------------------

static bool set_field(json_t *o, const char *name, const char *value)
{
    return !value || !json_object_set_new(o, name, json_string(value));
}

// What the options say of the article wins over what its record says.
static bool apply_options(put *p, record *r, const char *path)
{
    const put_options *o = &p->o;
    const char *uri = o->uri ? o->uri : r->line || !strcmp(path, "-") ? NULL : path;
    bool ok = set_field(r->header, "uri", uri) && set_field(r->header, "headline", o->headline) &&
              set_field(r->header, "publisher", o->publisher) &&
              set_field(r->header, "published", o->published) &&
              set_field(r->header, "by", o->by) && set_field(r->header, "language", o->language) &&
              set_field(r->header, "durability", o->durability);
    bool named = ok && (r->line || record_uri(r));
    if (named)
        return true;
    r->err = ok ? SHG_ENOURI : SHG_EUTF8;
    if (ok)
        snprintf(r->detail, sizeof r->detail, "a text from standard input wants --uri");
    else
        snprintf(r->detail, sizeof r->detail,
                 "the file's name or an option is not UTF-8: name the article by --uri");
    return false;
}

static bool open_next(put *p)
{
    if (p->at_path == p->n_paths)
        return false;
    const char *path = p->paths[p->at_path];
    char why[256];
    if (records_open(&p->in, path, p->format, why, sizeof why)) {
        records_set_patience(p->in, p->o.dry_run ? -1 : 0); // answers are to be taken meanwhile
        return true;
    }
    broken_file(p, path, why);
    p->at_path++;
    return false;
}

static void close_input(put *p)
{
    progress_done(&p->bar, records_taken(p->in), records_size(p->in));
    records_close(&p->in);
    p->at_path++;
}

bool put_next(put *p)
{
    while (!p->have_next && !p->ending && p->at_path < p->n_paths) {
        if (!p->in && !open_next(p))
            continue;
        const char *path = p->paths[p->at_path];
        records_got got = records_next(p->in, &p->next);
        p->starved = got == RECORDS_LATER;
        if (p->starved)
            return false;
        if (got == RECORDS_BROKEN)
            broken_file(p, path, records_why(p->in));
        if (got == RECORDS_END || got == RECORDS_BROKEN) {
            close_input(p);
            continue;
        }
        p->n.read++;
        p->have_next = got == RECORDS_ONE && apply_options(p, &p->next, path);
        if (p->have_next && p->o.dry_run)
            p->have_next = record_check(&p->next);
        if (p->have_next)
            return true;
        refuse_here(p, path, &p->next);
        record_free(&p->next);
    }
    return p->have_next;
}
