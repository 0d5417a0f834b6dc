// stats.c - `shingle stats`, `info` and `ping`: what the server says of itself.
#include "base/clock.h"
#include "cli.h"
#include "js.h"

#include <string.h>

enum { KEY_COLUMNS = 24, DEPTH_SHOWN = 4, PINGS_MOST = 100000 };

// -- any object -------------------------------------------------------------------------

static bool ends_with(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);
    return n >= m && !strcmp(s + n - m, with);
}

static void show_duration(term *t, double s)
{
    if (s >= 172800)
        term_say(t, STYLE_DIM, "  (%.1f days)", s / 86400);
    else if (s >= 7200)
        term_say(t, STYLE_DIM, "  (%.1f hours)", s / 3600);
    else if (s >= 120)
        term_say(t, STYLE_DIM, "  (%.1f minutes)", s / 60);
}

static void show_bytes(term *t, double n)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;
    for (; n >= 1024 && i < 4; i++)
        n /= 1024;
    if (i)
        term_say(t, STYLE_DIM, "  (%.1f %s)", n, units[i]);
}

static void show_number(term *t, const char *name, const json_t *v)
{
    double x = json_number_value(v);
    if (json_is_integer(v))
        term_say(t, STYLE_PLAIN, "%lld", (long long)json_integer_value(v));
    else
        term_say(t, STYLE_PLAIN, "%.6g", x);
    if (ends_with(name, "_bytes"))
        show_bytes(t, x);
    if (ends_with(name, "_s"))
        show_duration(t, x);
}

static void show_value(term *t, const char *name, const json_t *v)
{
    if (json_is_string(v)) {
        term_put(t, STYLE_PLAIN, view_of(json_string_value(v)));
    } else if (json_is_number(v)) {
        show_number(t, name, v);
    } else if (json_is_array(v)) {
        size_t i;
        const json_t *one;
        json_array_foreach((json_t *)v, i, one) {
            term_say(t, STYLE_PLAIN, "%s", i ? ", " : "");
            show_value(t, "", one);
        }
        if (!json_array_size(v))
            term_say(t, STYLE_DIM, "-");
    } else {
        term_say(t, STYLE_DIM, "%s", json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "-");
    }
}

static void show_object(term *t, const json_t *o, unsigned depth)
{
    const char *name;
    const json_t *v;
    json_object_foreach((json_t *)o, name, v) {
        term_say(t, STYLE_PLAIN, "%*s", (int)depth * 2, "");
        if (json_is_object(v) && depth < DEPTH_SHOWN) {
            term_say(t, STYLE_BOLD, "%s%s\n", name, json_object_size(v) ? "" : "  -");
            show_object(t, v, depth + 1);
            continue;
        }
        term_cell(t, STYLE_PLAIN, name, KEY_COLUMNS - depth * 2);
        term_say(t, STYLE_PLAIN, " ");
        show_value(t, name, v);
        term_say(t, STYLE_PLAIN, "\n");
    }
}

static int ask(cli *c, const command *self, const char *verb, int argc, char **argv)
{
    int code = args_parse(c, self, NULL, 0, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc)
        return cli_usage(c, self, "%s takes no \"%s\"", self->name, argv[0]);
    shg_reply reply;
    json_t *answer = NULL;
    code = cli_call(c, verb, NULL, NULL, 0, &reply, &answer);
    if (code != GO_ON)
        return code;
    if (c->json)
        cli_print_json(c, reply.header, reply.header_len);
    else
        show_object(&c->out, answer, 0);
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

static int run_stats(cli *c, const command *self, int argc, char **argv)
{
    return ask(c, self, "STATS", argc, argv);
}

static int run_info(cli *c, const command *self, int argc, char **argv)
{
    return ask(c, self, "INFO", argc, argv);
}

const command stats_command = {
    .name = "stats",
    .summary = "the server's counters",
    .synopsis = "",
    .about = "Prints what the server counts: articles, requests, refusals, bytes.\n",
    .examples = "  shingle stats\n"
                "  watch shingle stats\n"
                "  shingle stats --json | jq .articles\n",
    .run = run_stats,
};

const command info_command = {
    .name = "info",
    .summary = "the server's version, limits and parameters",
    .synopsis = "",
    .about = "Prints the server's version, the limits of the wire, and every parameter that\n"
             "decides what a signature is.\n",
    .examples = "  shingle info\n"
                "  shingle info --json | jq .limits\n",
    .run = run_info,
};

// -- ping -------------------------------------------------------------------------------

static int ping_once(cli *c, double *took_us)
{
    shg_reply reply;
    shg_body body = {"ping", 4};
    int64_t start = clock_mono_ns();
    int code = cli_call(c, "PING", NULL, &body, 1, &reply, NULL);
    *took_us = (double)(clock_mono_ns() - start) / 1000;
    if (code != GO_ON)
        return code;
    const shg_body *got = reply.body;
    bool same = reply.n_bodies == 1 && got->len == body.len && !memcmp(got->data, "ping", 4);
    shg_reply_free(&reply);
    if (same)
        return GO_ON;
    return cli_fault(c, EXIT_NO_SERVER, "%s does not echo what it was sent", c->server);
}

static int run_ping(cli *c, const command *self, int argc, char **argv)
{
    long count = 1;
    const arg a[] = {
        {"count", 'c', ARG_COUNT, &count, "N", "pings, one after another (default 1)"},
    };
    int code = args_parse(c, self, a, 1, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc || count < 1 || count > PINGS_MOST)
        return cli_usage(c, self,
                         argc ? "ping takes options only; the server is --server ENDPOINT"
                              : "--count is 1 to 100000");
    code = cli_connect(c, 0);
    double least = 0, most = 0, sum = 0;
    for (long i = 0; i < count && code == GO_ON; i++) {
        double us;
        code = ping_once(c, &us);
        least = i == 0 || us < least ? us : least;
        most = us > most ? us : most;
        sum += us;
    }
    if (code != GO_ON)
        return code;
    double mean = sum / (double)count;
    json_t *o = json_pack("{s:s, s:i, s:f, s:f, s:f}", "server", c->server, "pings", (int)count,
                          "least_us", least, "mean_us", mean, "most_us", most);
    if (c->json)
        cli_print_object(c, o);
    else if (count == 1)
        term_say(&c->out, STYLE_PLAIN, "%s answers in %.2f ms\n", c->server, mean / 1000);
    else
        term_say(&c->out, STYLE_PLAIN, "%s answers in %.2f ms (mean of %ld; %.2f to %.2f)\n",
                 c->server, mean / 1000, count, least / 1000, most / 1000);
    json_decref(o);
    return EXIT_DONE;
}

const command ping_command = {
    .name = "ping",
    .summary = "is the server there, and how fast does it answer",
    .synopsis = "[options]",
    .about = "Asks the server for an echo. Exit status 0 if it answers, 3 if not: for scripts\n"
             "that wait until it is up.\n",
    .examples = "  shingle ping\n"
                "  shingle --server tcp://10.0.0.7:7464 ping --count 1000\n"
                "  until shingle ping --timeout 1; do :; done\n",
    .run = run_ping,
};
