// get.c - `shingle get` and `shingle delete`.
#include "article.h"
#include "js.h"

#include <string.h>

// -- get --------------------------------------------------------------------------------

static int get_one(cli *c, const char *uri, bool record)
{
    shg_reply reply;
    json_t *answer = NULL, *header = json_pack("{s:s}", "uri", uri);
    if (!header)
        return cli_fault(c, EXIT_USAGE, "a uri is UTF-8");
    int code = cli_call(c, "GET", header, NULL, 0, &reply, &answer);
    if (code != GO_ON)
        return code;
    const char *text = reply.n_bodies ? reply.body[0].data : "";
    size_t len = reply.n_bodies ? reply.body[0].len : 0;
    if (c->json) {
        json_object_set_new(answer, "text", json_stringn(text, len));
        cli_print_object(c, answer);
    } else if (record) {
        json_dumpf(answer, c->out.f, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        fputc('\n', c->out.f);
    } else {
        fwrite(text, 1, len, c->out.f);
        if (c->out.tty && len && text[len - 1] != '\n')
            fputc('\n', c->out.f);
    }
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

static int run_get(cli *c, const command *self, int argc, char **argv)
{
    bool record = false;
    const arg a[] = {
        {"record", 'r', ARG_FLAG, &record, NULL, "the record instead of the text"},
    };
    int code = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc == 0)
        return cli_usage(c, self, "get what? Name a uri");
    int worst = EXIT_DONE;
    for (int i = 0; i < argc && worst != EXIT_NO_SERVER; i++) {
        code = get_one(c, argv[i], record);
        worst = code > worst ? code : worst;
    }
    return worst;
}

const command get_command = {
    .name = "get",
    .summary = "print an article's text or record",
    .synopsis = "[options] URI...",
    .about =
        "Prints the text of a stored article, byte for byte as it was put; with --record its\n"
        "record (indented JSON); with --json both as one line, which `shingle put` takes back.\n",
    .examples = "  shingle get https://example.org/a\n"
                "  shingle get --record https://example.org/a\n"
                "  shingle get --json https://example.org/a | shingle -s tcp://other:7464 put -\n",
    .run = run_get,
};

// -- delete -----------------------------------------------------------------------------

static int delete_by(cli *c, json_t *header, const char *what)
{
    shg_reply reply;
    json_t *answer = NULL;
    int code = cli_call(c, "DELETE", header, NULL, 0, &reply, &answer);
    if (code != GO_ON)
        return code;
    long n = js_count(answer, "deleted");
    if (c->json)
        cli_print_json(c, reply.header, reply.header_len);
    else
        term_say(&c->out, STYLE_PLAIN, "%ld deleted%s%s\n", n, n ? ": " : "; not stored: ", what);
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

static int delete_older(cli *c, const command *self, const char *given)
{
    char time[40], what[64];
    if (!cli_time(given, time, sizeof time))
        return cli_usage(c, self,
                         "--older-than wants a time (2017-03-12T18:05:00Z, 2017-03-12) or an age "
                         "(36h, 30d, 2w), not \"%s\"",
                         given);
    snprintf(what, sizeof what, "older than %s", time);
    return delete_by(c, json_pack("{s:s}", "older_than", time), what);
}

static int run_delete(cli *c, const command *self, int argc, char **argv)
{
    const char *older = NULL;
    const arg a[] = {
        {"older-than", 0, ARG_TEXT, &older, "TIME",
         "all published (else stored) before a time, or of an age: 90d"},
    };
    int code = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (code != GO_ON)
        return code;
    if ((argc == 0) == !older)
        return cli_usage(c, self, "delete what? Either uris or --older-than TIME");
    if (older)
        return delete_older(c, self, older);
    int worst = EXIT_DONE;
    for (int i = 0; i < argc && worst != EXIT_NO_SERVER; i++) {
        json_t *header = json_pack("{s:s}", "uri", argv[i]);
        code = header ? delete_by(c, header, argv[i]) : cli_fault(c, EXIT_USAGE, "a uri is UTF-8");
        worst = code > worst ? code : worst;
    }
    return worst;
}

const command delete_command = {
    .name = "delete",
    .summary = "remove articles, by uri or by age",
    .synopsis = "URI... | --older-than TIME",
    .about = "Removes articles at once and for good, without asking, and says how many. Deleting\n"
             "what is not stored is no fault.\n",
    .examples = "  shingle delete https://example.org/a\n"
                "  shingle delete --older-than 2016-01-01\n"
                "  shingle delete --older-than 90d\n",
    .run = run_delete,
};
