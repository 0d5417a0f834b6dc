// article.c - what an operand of query, compare or credits stands for.
#include "article.h"

#include "js.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_file(const char *operand)
{
    return !strcmp(operand, "-") || (!strstr(operand, "://") && access(operand, F_OK) == 0);
}

static int load_file(cli *c, article *a)
{
    records *in;
    record r;
    char why[256];
    if (!records_open(&in, a->name, RECORDS_AUTO, why, sizeof why))
        return cli_fault(c, EXIT_USAGE, "%s: %s", a->name, why);
    records_got got = records_next(in, &r);
    int code = GO_ON;
    if (got == RECORDS_BROKEN)
        code = cli_fault(c, EXIT_USAGE, "%s: %s", a->name, records_why(in));
    else if (got == RECORDS_END)
        code = cli_fault(c, EXIT_USAGE, "%s: holds no record", a->name);
    else if (got == RECORDS_BAD)
        code =
            cli_fault(c, EXIT_USAGE, "%s:%llu: %s", a->name, (unsigned long long)r.line, r.detail);
    else if (!r.text)
        code = cli_fault(c, EXIT_USAGE, "%s: the record has no text", a->name);
    if (code == GO_ON) {
        a->record = r.header;
        a->text = r.text;
        a->text_len = r.text_len;
    } else {
        record_free(&r);
    }
    records_close(&in);
    return code;
}

int article_load(cli *c, article *a, const char *operand, bool as_uri)
{
    *a = (article){.name = operand};
    if (!as_uri && is_file(operand))
        return load_file(c, a);
    a->stored = true;
    a->record = json_object();
    if (!a->record)
        cli_no_memory();
    json_t *uri = json_string(operand);
    if (!uri)
        return cli_fault(c, EXIT_USAGE, "\"%s\" is neither a file nor, as UTF-8, a uri", operand);
    json_object_set_new(a->record, "uri", uri);
    return GO_ON;
}

int article_doubt(cli *c, const article *a, bool as_uri, int code)
{
    bool failed = code == EXIT_REFUSED || code == EXIT_NO_SERVER;
    if (failed && a->stored && !as_uri && !strstr(a->name, "://") && access(a->name, F_OK))
        cli_fault(c, 0, "%s: there is no such file, so it was taken as a uri", a->name);
    return code;
}

int article_offsets(cli *c, const command *self, const char *unit)
{
    static const char *const units[] = {"utf8", "codepoint", "utf16"};
    bool known = !unit;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        known = known || !strcmp(unit, units[i]);
    return known ? GO_ON
                 : cli_usage(c, self, "--offsets is utf8, codepoint or utf16, not \"%s\"", unit);
}

bool article_fetch(cli *c, article *a)
{
    if (a->text)
        return true;
    shg_reply r;
    json_t *header = json_object();
    json_object_set(header, "uri", json_object_get(a->record, "uri"));
    json_t *got = cli_ask(c, "GET", header, &r);
    if (!got)
        return false;
    size_t n = r.n_bodies ? r.body[0].len : 0;
    a->text = malloc(n + 1);
    if (!a->text)
        cli_no_memory();
    memcpy(a->text, n ? r.body[0].data : "", n);
    a->text[n] = 0;
    a->text_len = n;
    json_decref(a->record);
    a->record = got;
    shg_reply_free(&r);
    return true;
}

json_t *article_side(const article *a)
{
    if (a->stored)
        return json_incref(json_object_get(a->record, "uri"));
    return json_incref(a->record);
}

view article_view(const article *a)
{
    return (view){(const uint8_t *)a->text, a->text_len};
}

const char *article_uri(const article *a)
{
    record r = {.header = a->record};
    const char *uri = record_uri(&r);
    return uri ? uri : a->name;
}

void article_free(article *a)
{
    json_decref(a->record);
    free(a->text);
    memset(a, 0, sizeof *a);
}
