// args.c - options, help and suggestions, all from one table a subcommand.
#include "cli.h"

#include "shingled/version.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGS_MOST = 32, HELP_COLUMN = 30 };

static const char GLOBAL_HELP[] =
    "Usage: shingle [options] COMMAND [options] [arguments]\n"
    "\n"
    "Asks a shingled server what articles share, who had it from whom, and who was credited.\n"
    "\n"
    "Articles in and out\n"
    "  put       store articles: text files, JSON Lines, .gz and .zst of both\n"
    "  get       print an article's text or record\n"
    "  delete    remove articles, by uri or by age\n"
    "\n"
    "Questions\n"
    "  query     which articles share text with this one, and what\n"
    "  compare   what two articles share (two files: without a server)\n"
    "  credits   whom an article credits (a file: without a server)\n"
    "  story     the whole story of an article: who had what from whom\n"
    "  sources   who takes from whom, over all articles\n"
    "\n"
    "The server\n"
    "  ping      is it there, and how fast does it answer\n"
    "  info      its version, limits and parameters\n"
    "  stats     its counters\n"
    "\n"
    "Options of every command\n"
    "  -s, --server ENDPOINT     default " SHG_DEFAULT_ENDPOINT ", or $SHINGLE_SERVER\n"
    "  -j, --json                one JSON object a line, with the fields of the wire\n"
    "      --timeout SECONDS     longest wait for one answer (default 30; connecting: 3)\n"
    "      --color WHEN          auto (default), always or never; NO_COLOR is honoured\n"
    "  -h, --help                help, with examples: shingle COMMAND --help\n"
    "      --version             print the version\n"
    "\n"
    "Exit status: 0 done, 1 refused, 2 wrong usage or unreadable file, 3 no server.\n";

// -- suggestions ------------------------------------------------------------------------

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

// Edits (insert, delete, replace, swap neighbours) from a to b, both cut at 31 bytes.
static unsigned distance(const char *a, const char *b)
{
    unsigned d[32][32];
    unsigned n = (unsigned)strnlen(a, 31), m = (unsigned)strnlen(b, 31);
    for (unsigned i = 0; i <= n; i++)
        d[i][0] = i;
    for (unsigned j = 0; j <= m; j++)
        d[0][j] = j;
    for (unsigned i = 1; i <= n; i++) {
        for (unsigned j = 1; j <= m; j++) {
            unsigned same = a[i - 1] == b[j - 1] ? 0 : 1;
            d[i][j] = least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[n][m];
}

const char *args_nearest(const char *word, const char *const *names)
{
    const char *best = NULL;
    unsigned best_distance = 1 + (unsigned)strlen(word) / 3;
    for (; *names; names++) {
        bool starts = strlen(word) >= 3 && !strncmp(word, *names, strlen(word));
        unsigned d = starts ? 0 : distance(word, *names);
        if (d > best_distance || (best && d == best_distance))
            continue;
        best = *names;
        best_distance = d;
    }
    return best;
}

// -- one table for getopt and the help --------------------------------------------------

typedef struct table {
    arg a[ARGS_MOST];
    size_t n;
    struct option longs[ARGS_MOST + 1];
    char shorts[3 * ARGS_MOST + 4];
} table;

static void table_add(table *t, arg a)
{
    if (t->n == ARGS_MOST)
        return;
    size_t i = t->n++;
    t->a[i] = a;
    bool takes = a.kind != ARG_FLAG;
    // long options are told apart by their place in the table, past every character
    t->longs[i] =
        (struct option){a.name, takes ? required_argument : no_argument, NULL, 256 + (int)i};
    size_t len = strlen(t->shorts);
    if (a.brief) {
        t->shorts[len++] = a.brief;
        if (takes)
            t->shorts[len++] = ':';
    }
}

static void table_common(table *t, cli *c, bool *help)
{
    const arg common[] = {
        {"server", 's', ARG_TEXT, &c->server, "ENDPOINT", "default " SHG_DEFAULT_ENDPOINT},
        {"json", 'j', ARG_FLAG, &c->json, NULL, "one JSON object a line, as on the wire"},
        {"timeout", 0, ARG_NUMBER, &c->timeout_s, "SECONDS", "longest wait for one answer"},
        {"color", 0, ARG_TEXT, &c->colour, "WHEN", "auto, always or never"},
        {"help", 'h', ARG_FLAG, help, NULL, "this help"},
    };
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        table_add(t, common[i]);
}

static void print_option(const arg *a)
{
    char head[80];
    int n = a->brief ? snprintf(head, sizeof head, "  -%c, ", a->brief)
                     : snprintf(head, sizeof head, "      ");
    n += snprintf(head + n, sizeof head - (size_t)n, "--%s%s%s", a->name, a->meta ? " " : "",
                  a->meta ? a->meta : "");
    printf("%s", head);
    if (n + 2 > HELP_COLUMN)
        printf("\n%*s", HELP_COLUMN, "");
    else
        printf("%*s", HELP_COLUMN - n, "");
    printf("%s\n", a->help);
}

static int print_help(const command *self, const table *t, size_t own)
{
    printf("Usage: shingle %s%s%s\n\n%s", self->name, *self->synopsis ? " " : "", self->synopsis,
           self->about);
    if (own)
        printf("\nOptions\n");
    for (size_t i = 0; i < own; i++)
        print_option(&t->a[i]);
    printf("\nOptions of every command\n");
    for (size_t i = own; i < t->n; i++)
        print_option(&t->a[i]);
    printf("\nExamples\n%s", self->examples);
    return EXIT_DONE;
}

// -- values -----------------------------------------------------------------------------

static const char *set_value(const arg *a, const char *text)
{
    char *end = NULL;
    errno = 0;
    switch (a->kind) {
    case ARG_FLAG:
        *(bool *)a->value = true;
        return NULL;
    case ARG_TEXT:
        *(const char **)a->value = text;
        return NULL;
    case ARG_COUNT: {
        long n = strtol(text, &end, 10);
        if (end == text || *end || errno || n < 0)
            return "a whole number, 0 or more";
        *(long *)a->value = n;
        return NULL;
    }
    case ARG_NUMBER: {
        double x = strtod(text, &end);
        if (end == text || *end || errno || !isfinite(x) || x < 0)
            return "a number, 0 or more";
        *(double *)a->value = x;
        return NULL;
    }
    }
    return "known";
}

static const arg *find_arg(const table *t, int code)
{
    if (code >= 256)
        return &t->a[code - 256];
    for (size_t i = 0; i < t->n; i++)
        if (t->a[i].brief == code)
            return &t->a[i];
    return NULL;
}

static int fault(cli *c, const command *self, const char *text)
{
    if (self)
        return cli_usage(c, self, "%s", text);
    cli_fault(c, EXIT_USAGE, "%s", text);
    cli_fault(c, EXIT_USAGE, "shingle --help tells more");
    return EXIT_USAGE;
}

static int unknown(cli *c, const command *self, const table *t, const char *word)
{
    const char *names[ARGS_MOST + 2] = {0};
    char bare[64], text[256];
    snprintf(bare, sizeof bare, "%s", word + strspn(word, "-"));
    bare[strcspn(bare, "=")] = 0;
    size_t n_names = 0;
    for (; n_names < t->n; n_names++)
        names[n_names] = t->a[n_names].name;
    if (!self)
        names[n_names] = "version";
    const char *near = optopt && optopt < 256 ? NULL : args_nearest(bare, names);
    if (optopt && optopt < 256)
        snprintf(text, sizeof text, "unknown option -%c", optopt);
    else
        snprintf(text, sizeof text, "unknown option --%s%s%s%s", bare,
                 near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
    return fault(c, self, text);
}

static int missing(cli *c, const command *self, const table *t)
{
    char text[128];
    const arg *a = find_arg(t, optopt);
    snprintf(text, sizeof text, "--%s needs a value: %s", a ? a->name : "?", a ? a->meta : "");
    return fault(c, self, text);
}

static int one(cli *c, const command *self, const table *t, int code, const char *word)
{
    const arg *a = find_arg(t, code);
    if (code == ':')
        return missing(c, self, t);
    if (code == '?' && optopt >= 256) { // a flag that was given a value
        char text[128];
        snprintf(text, sizeof text, "--%s takes no value", find_arg(t, optopt)->name);
        return fault(c, self, text);
    }
    if (code == '?' || !a)
        return unknown(c, self, t, word);
    const char *wanted = set_value(a, optarg);
    if (!wanted)
        return GO_ON;
    char text[256];
    snprintf(text, sizeof text, "--%s wants %s, not \"%.80s\"", a->name, wanted, optarg);
    return fault(c, self, text);
}

static int check_common(cli *c, const command *self)
{
    static const char *const colours[] = {"auto", "always", "never", NULL};
    for (size_t i = 0; colours[i]; i++) {
        if (strcmp(colours[i], c->colour))
            continue;
        term_open(&c->out, stdout, c->colour);
        term_open(&c->err, stderr, c->colour);
        return GO_ON;
    }
    return fault(c, self, "--color is auto, always or never");
}

static int run_getopt(cli *c, const command *self, table *t, int argc, char **argv)
{
    opterr = 0;
    optind = 0; // GNU: start afresh, for the second scan
    const char *server = c->server;
    for (;;) {
        optopt = 0;
        int code = getopt_long(argc, argv, t->shorts, t->longs, NULL);
        if (code < 0)
            break;
        int done = one(c, self, t, code, argv[optind - 1]);
        if (done != GO_ON)
            return done;
    }
    if (c->server != server)
        c->server_given = true;
    return check_common(c, self);
}

int args_parse(cli *c, const command *self, const arg *a, size_t n, int *argc, char ***argv)
{
    bool help = false;
    table t = {.shorts = ":"};
    for (size_t i = 0; i < n; i++)
        table_add(&t, a[i]);
    table_common(&t, c, &help);
    int done = run_getopt(c, self, &t, *argc, *argv);
    if (done != GO_ON)
        return done;
    if (help)
        return print_help(self, &t, n);
    *argc -= optind;
    *argv += optind;
    return GO_ON;
}

int args_common(cli *c, int *argc, char ***argv)
{
    bool help = false, version = false;
    table t = {.shorts = "+:"};
    table_common(&t, c, &help);
    table_add(&t, (arg){"version", 0, ARG_FLAG, &version, NULL, "print the version"});
    int done = run_getopt(c, NULL, &t, *argc, *argv);
    if (done != GO_ON)
        return done;
    if (version)
        printf("shingle %s, " SHG_MAGIC "\n", SHG_VERSION);
    if (help)
        fputs(GLOBAL_HELP, stdout);
    if (version || help)
        return EXIT_DONE;
    *argc -= optind;
    *argv += optind;
    if (*argc)
        return GO_ON;
    fputs(GLOBAL_HELP, stderr);
    return EXIT_USAGE;
}
