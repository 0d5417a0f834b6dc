// cli.c - the server, and the ways to fail.
#include "cli.h"

#include "base/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(cli *c, const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        cli_no_memory();
    term_say(&c->err, STYLE_BAD, "shingle: ");
    term_say(&c->err, STYLE_PLAIN, "%s\n", text);
    free(text);
}

int cli_fault(cli *c, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(c, format, args);
    va_end(args);
    return code;
}

int cli_usage(cli *c, const command *self, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(c, format, args);
    va_end(args);
    return cli_fault(c, EXIT_USAGE, "shingle %s --help tells more, with examples", self->name);
}

_Noreturn void cli_no_memory(void)
{
    fputs("shingle: out of memory\n", stderr);
    exit(EXIT_NO_MEMORY);
}

// -- the server -------------------------------------------------------------------------

int cli_connect(cli *c, unsigned window)
{
    if (c->client)
        return GO_ON;
    shg_client_opts o = {.size = sizeof o, .window = window};
    if (c->timeout_s > 0)
        o.answer_ms = c->timeout_s < 1e6 ? (int)(c->timeout_s * 1000) + 1 : -1;
    if (o.answer_ms > 0 && o.answer_ms < 3000)
        o.connect_ms = o.answer_ms;
    char endpoint[256];
    bool bare = !strstr(c->server, "://");
    snprintf(endpoint, sizeof endpoint, "%s%s", bare ? "tcp://" : "", c->server);
    shg_client_err e = shg_client_new(&c->client, &o);
    if (!e)
        e = shg_client_connect(c->client, endpoint);
    return e ? cli_lost(c, e) : GO_ON;
}

int cli_lost(cli *c, shg_client_err e)
{
    const char *why = shg_client_why(c->client);
    switch (e) {
    case SHG_CLIENT_ENOMEM:
        cli_no_memory();
    case SHG_CLIENT_EENDPOINT:
    case SHG_CLIENT_EREQUEST:
        return cli_fault(c, EXIT_USAGE, "%s", why);
    case SHG_CLIENT_EINTR:
        return cli_fault(c, EXIT_INTERRUPTED, "%s", why);
    default:
        return cli_fault(c, EXIT_NO_SERVER, "%s", why);
    }
}

static shg_client_err call(cli *c, const char *verb, json_t *header, const shg_body *body,
                           size_t n_bodies, shg_reply *reply)
{
    char *text = header ? json_dumps(header, JSON_COMPACT) : NULL;
    if (header && !text)
        cli_no_memory();
    json_decref(header);
    shg_client_err e = shg_client_call(c->client, verb, text, body, n_bodies, reply);
    free(text);
    return e;
}

// Errors with their status, since a line of output has no frame for it.
static void print_refusal(cli *c, const shg_reply *r, json_t *answer)
{
    if (!json_is_object(answer))
        return;
    json_object_set_new(answer, "status", json_integer(r->status));
    cli_print_object(c, answer);
}

static int refused(cli *c, const shg_reply *r, json_t *answer)
{
    const char *name = json_string_value(json_object_get(answer, "error"));
    const char *detail = json_string_value(json_object_get(answer, "detail"));
    cli_fault(c, 0, "refused: %d %s%s%s", r->status, name ? name : "", detail ? ": " : "",
              detail ? detail : "");
    if (c->json)
        print_refusal(c, r, answer);
    return EXIT_REFUSED;
}

int cli_call(cli *c, const char *verb, json_t *header, const shg_body *body, size_t n_bodies,
             shg_reply *reply, json_t **answer)
{
    memset(reply, 0, sizeof *reply);
    int done = cli_connect(c, 0);
    if (done != GO_ON) {
        json_decref(header);
        return done;
    }
    shg_client_err e = call(c, verb, header, body, n_bodies, reply);
    if (e)
        return cli_lost(c, e);
    json_error_t fault;
    json_t *parsed = json_loadb(reply->header, reply->header_len, JSON_DECODE_ANY, &fault);
    int code = GO_ON;
    if (!parsed)
        code =
            cli_fault(c, EXIT_NO_SERVER, "the answer of %s is no JSON: %s", c->server, fault.text);
    else if (reply->status >= 300)
        code = refused(c, reply, parsed);
    if (code == GO_ON && answer)
        *answer = parsed;
    else
        json_decref(parsed);
    if (code != GO_ON)
        shg_reply_free(reply);
    return code;
}

json_t *cli_ask(cli *c, const char *verb, json_t *header, shg_reply *reply)
{
    shg_reply own = {0};
    shg_reply *r = reply ? reply : &own;
    memset(r, 0, sizeof *r);
    json_t *answer = NULL;
    if (!c->client)
        json_decref(header);
    else if (!call(c, verb, header, NULL, 0, r) && r->status == SHG_STATUS_OK)
        answer = json_loadb(r->header, r->header_len, 0, NULL);
    if (!reply || !answer)
        shg_reply_free(r);
    return answer;
}

// -- output -----------------------------------------------------------------------------

void cli_print_json(cli *c, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) // a raw line break stands only between tokens
        fputc(text[i] == '\n' || text[i] == '\r' ? ' ' : text[i], c->out.f);
    fputc('\n', c->out.f);
}

void cli_print_object(cli *c, const json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
    if (!text)
        cli_no_memory();
    cli_print_json(c, text, strlen(text));
    free(text);
}

int cli_finish(cli *c, int code)
{
    shg_client_close(&c->client);
    if (fflush(c->out.f) || ferror(c->out.f)) {
        if (errno == EPIPE)
            return code; // the reader has seen enough
        return cli_fault(c, EXIT_USAGE, "standard output: %s", strerror(errno));
    }
    return code;
}

// -- values -----------------------------------------------------------------------------

static int64_t unit_ms(char unit)
{
    switch (unit) {
    case 'm':
        return 60000;
    case 'h':
        return 3600000;
    case 'd':
        return 86400000;
    case 'w':
        return 7 * 86400000ll;
    default:
        return 0;
    }
}

bool cli_time(const char *given, char *out, size_t out_len)
{
    char *end;
    long long n = strtoll(given, &end, 10);
    int64_t ms, unit = end != given && *end && !end[1] ? unit_ms(*end) : 0;
    if (unit) {
        if (n < 0 || n > 1000000)
            return false;
        ms = clock_wall_ms() - n * unit;
    } else if (!clock_parse(given, strlen(given), &ms)) {
        return false;
    }
    char text[CLOCK_TEXT_LEN];
    clock_format(text, ms);
    snprintf(out, out_len, "%s", text);
    return true;
}

json_t *cli_split(const char *list)
{
    json_t *a = json_array();
    for (const char *p = list; a && *p;) {
        size_t n = strcspn(p, ",");
        while (n && *p == ' ')
            p++, n--;
        if (n)
            json_array_append_new(a, json_stringn(p, n));
        p += n;
        p += *p == ',';
    }
    if (!a)
        cli_no_memory();
    return a;
}
