// sources.c - `shingle sources`: who takes from whom, over all articles.
#include "cli.h"
#include "js.h"

#include <stdlib.h>

enum { NUMBER_COLUMNS = 37 };

static void format_delay(char *out, size_t len, const json_t *row)
{
    const json_t *v = js_object(row, "median_delay_s");
    double s = json_number_value(v);
    if (!json_is_number(v))
        snprintf(out, len, "-");
    else if (s < 5400)
        snprintf(out, len, "%.0f min", s / 60);
    else if (s < 2 * 86400)
        snprintf(out, len, "%.1f h", s / 3600);
    else
        snprintf(out, len, "%.1f days", s / 86400);
}

static void show_row(term *t, const json_t *row, unsigned name)
{
    char delay[32];
    format_delay(delay, sizeof delay, row);
    term_cell(t, STYLE_NAME, js_text(row, "publisher"), name);
    term_say(t, STYLE_PLAIN, " ");
    term_cell(t, STYLE_GOOD, js_text(row, "source"), name);
    term_say(t, STYLE_PLAIN, " %8ld %8ld", js_count(row, "articles"), js_count(row, "credited"));
    long without = js_count(row, "uncredited");
    term_say(t, without ? STYLE_BAD : STYLE_PLAIN, " %6ld", without);
    term_say(t, STYLE_PLAIN, " %9s\n", delay);
}

static void show(cli *c, const json_t *answer)
{
    const json_t *rows = js_object(answer, "sources"), *row;
    term *t = &c->out;
    unsigned name = (t->width - NUMBER_COLUMNS) / 2;
    name = name > 34 ? 34 : name;
    size_t i;
    if (!json_array_size(rows)) {
        term_say(t, STYLE_DIM, "no article has text from another\n");
        return;
    }
    term_cell(t, STYLE_BOLD, "publisher", name);
    term_say(t, STYLE_PLAIN, " ");
    term_cell(t, STYLE_BOLD, "has text from", name);
    term_say(t, STYLE_BOLD, " %8s %8s %6s %9s\n", "articles", "credited", "not", "later by");
    json_array_foreach((json_t *)rows, i, row)
        show_row(t, row, name);
}

static int set_time(cli *c, const command *self, json_t *h, const char *name, const char *given)
{
    char time[40];
    if (!given)
        return GO_ON;
    if (!cli_time(given, time, sizeof time))
        return cli_usage(c, self, "--%s wants a time (2017-03-12) or an age (30d), not \"%s\"",
                         name, given);
    json_object_set_new(h, name, json_string(time));
    return GO_ON;
}

static int run_sources(cli *c, const command *self, int argc, char **argv)
{
    const char *since = NULL, *until = NULL, *publisher = NULL;
    const arg a[] = {
        {"since", 0, ARG_TEXT, &since, "TIME", "only articles since a time, or an age: 30d"},
        {"until", 0, ARG_TEXT, &until, "TIME", "only articles before a time"},
        {"publisher", 0, ARG_TEXT, &publisher, "NAME", "only what this publisher takes"},
    };
    int code = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc)
        return cli_usage(c, self, "sources takes options only, not \"%s\"", argv[0]);
    json_t *header = json_object(), *answer = NULL;
    if (publisher)
        json_object_set_new(header, "publisher", json_string(publisher));
    code = set_time(c, self, header, "since", since);
    if (code == GO_ON)
        code = set_time(c, self, header, "until", until);
    if (code != GO_ON) {
        json_decref(header);
        return code;
    }
    shg_reply reply;
    code = cli_call(c, "SOURCES", header, NULL, 0, &reply, &answer);
    if (code != GO_ON)
        return code;
    if (c->json)
        cli_print_json(c, reply.header, reply.header_len);
    else
        show(c, answer);
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

const command sources_command = {
    .name = "sources",
    .summary = "who takes from whom, over all articles",
    .synopsis = "[options]",
    .about =
        "A row for each publisher and the source that its articles have text from: in how many of\n"
        "its articles, with and without a credit, and how much later they came (the median).\n",
    .examples = "  shingle sources\n"
                "  shingle sources --since 30d --publisher example.org\n"
                "  shingle sources --json | jq -c '.sources[] | select(.uncredited > 10)'\n",
    .run = run_sources,
};
