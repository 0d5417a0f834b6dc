// shingle.c - the command line: common options, then the subcommand's own file.
#include "cli.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const command *const commands[] = {
    &put_command,   &query_command,   &compare_command, &credits_command,
    &story_command, &sources_command, &get_command,     &delete_command,
    &stats_command, &info_command,    &ping_command,
};

enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const command *find(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static int unknown(cli *c, const char *name)
{
    const char *names[N_COMMANDS + 1] = {0};
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = args_nearest(name, names);
    cli_fault(c, 0, "unknown command \"%s\"%s%s%s", name, near ? "; did you mean " : "",
              near ? near : "", near ? "?" : "");
    return cli_fault(c, EXIT_USAGE, "shingle --help lists the commands");
}

// "shingle help query" is "shingle query --help".
static int help(cli *c, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    const command *of = name ? find(name) : NULL;
    if (name && !of)
        return unknown(c, name);
    char *args[] = {argv[0], (char[]){"--help"}, NULL};
    int n = 2;
    char **v = args;
    return of ? of->run(c, of, n, v) : args_common(c, &n, &v);
}

static int run_command(cli *c, int argc, char **argv)
{
    int done = args_common(c, &argc, &argv);
    if (done != GO_ON)
        return done;
    if (!strcmp(argv[0], "help"))
        return help(c, argc, argv);
    const command *of = find(argv[0]);
    return of ? of->run(c, of, argc, argv) : unknown(c, argv[0]);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN); // writes fail with EPIPE, and cli_finish ends quietly
    const char *server = getenv("SHINGLE_SERVER");
    cli c = {.server = SHG_DEFAULT_ENDPOINT, .colour = "auto"};
    if (server && *server)
        c.server = server;
    term_open(&c.out, stdout, "auto");
    term_open(&c.err, stderr, "auto");
    return cli_finish(&c, run_command(&c, argc, argv));
}
