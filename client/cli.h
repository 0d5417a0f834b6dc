// cli.h - what the subcommands of `shingle` share: the options, the server, the ways to fail.
//
// Layer: CLI (may include evidence, text, base and include/).  Threads: one.
#ifndef SHINGLED_CLI_H
#define SHINGLED_CLI_H
#include "shingled/client.h"
#include "term.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, // by the server, or by the same rules here
    EXIT_USAGE = 2,   // also a file that can't be read
    EXIT_NO_SERVER = 3,
    EXIT_NO_MEMORY = 70,
    EXIT_INTERRUPTED = 130,
    GO_ON = -1, // of functions that return an exit status only if there is nothing more to do
};

typedef struct cli {
    const char *server; // endpoint
    bool server_given;  // by --server, not by $SHINGLE_SERVER
    bool json;
    double timeout_s;   // for one answer; 0 = the library's default
    const char *colour; // "auto", "always", "never"
    term out, err;
    shg_client *client; // connected, after cli_connect
} cli;

// One option of a subcommand. value: a bool *, const char **, long * or double *, by kind.
typedef enum arg_kind { ARG_FLAG, ARG_TEXT, ARG_COUNT, ARG_NUMBER } arg_kind;

typedef struct arg {
    const char *name; // long name
    char brief;       // short name, or 0
    arg_kind kind;
    void *value;
    const char *meta; // what stands for the value in the help; NULL for a flag
    const char *help;
} arg;

typedef struct command {
    const char *name;
    const char *summary;  // one line
    const char *synopsis; // what follows the name
    const char *about;    // paragraphs; lines as they stand
    const char *examples; // lines as they stand
    int (*run)(cli *c, const struct command *self, int argc, char **argv);
} command;

// args_parse reads a subcommand's options and the common ones (wherever they stand) and
// leaves the operands in (*argv)[0 .. *argc). GO_ON, or an exit status after --help or a fault.
int args_parse(cli *c, const command *self, const arg *a, size_t n, int *argc, char ***argv);

// args_common reads the options before the subcommand; *argv then starts with its name.
int args_common(cli *c, int *argc, char ***argv);

// args_nearest is the one of names (ends with NULL) most like the word given, or NULL.
const char *args_nearest(const char *word, const char *const *names);

// cli_fault prints "shingle: ..." on stderr and returns code.
__attribute__((format(printf, 3, 4))) int cli_fault(cli *c, int code, const char *format, ...);

// cli_usage is cli_fault with EXIT_USAGE and a pointer to the subcommand's --help.
__attribute__((format(printf, 3, 4))) int cli_usage(cli *c, const command *self, const char *format,
                                                    ...);

_Noreturn void cli_no_memory(void);

// cli_connect connects once. GO_ON, or EXIT_NO_SERVER after saying why.
int cli_connect(cli *c, unsigned window);

// cli_lost says what the library says about a failed request, and is its exit status.
int cli_lost(cli *c, shg_client_err e);

// cli_call sends a request and waits. header is taken over (may be NULL). GO_ON with the
// caller's reply and, in *answer, its header parsed (a new reference; answer may be NULL);
// or an exit status after saying why (a refusal also goes to stdout with --json).
int cli_call(cli *c, const char *verb, json_t *header, const shg_body *body, size_t n_bodies,
             shg_reply *reply, json_t **answer);

// cli_ask is cli_call without the talk: NULL where anything went wrong. For what only
// adorns an answer. reply may be NULL.
json_t *cli_ask(cli *c, const char *verb, json_t *header, shg_reply *reply);

// cli_print_json writes one JSON text as one line on stdout.
void cli_print_json(cli *c, const char *text, size_t len);
void cli_print_object(cli *c, const json_t *o);

// cli_time takes a time as the wire does, or an age such as "36h", "30d", "2w", and returns
// it as RFC 3339 in out (of at least 32 bytes). false: neither.
bool cli_time(const char *given, char *out, size_t out_len);

// cli_split makes a JSON array of the comma-separated words of a list.
json_t *cli_split(const char *list);

int cli_finish(cli *c, int code); // flushes stdout; a full disk there is a fault

extern const command put_command, query_command, compare_command, credits_command, story_command,
    sources_command, get_command, delete_command, stats_command, info_command, ping_command;

#endif
