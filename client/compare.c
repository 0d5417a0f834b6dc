// compare.c - `shingle compare` and `shingle credits`: with a server, or of files without.
#include "article.h"
#include "js.h"
#include "local.h"
#include "show.h"

#include <string.h>

static bool check_pair(cli *c, const command *self, int argc, char **argv, int *code)
{
    if (argc == 2 && (strcmp(argv[0], "-") || strcmp(argv[1], "-")))
        return true;
    *code = cli_usage(c, self,
                      argc == 2 ? "only one of the two can be standard input"
                                : "compare two articles: uris, files, or - for one");
    return false;
}

// -- compare ----------------------------------------------------------------------------

// The sides that travel as bodies, in order; stored ones are named.
static json_t *ask_compare(cli *c, const article *a, const article *b, const char *offsets,
                           int *code)
{
    json_t *header = json_object(), *answer = NULL;
    json_object_set_new(header, "a", article_side(a));
    json_object_set_new(header, "b", article_side(b));
    if (offsets)
        json_object_set_new(header, "offsets", json_string(offsets));
    shg_body body[2];
    size_t n = 0;
    if (!a->stored)
        body[n++] = (shg_body){a->text, a->text_len};
    if (!b->stored)
        body[n++] = (shg_body){b->text, b->text_len};
    shg_reply reply;
    *code = cli_call(c, "COMPARE", header, body, n, &reply, &answer);
    if (*code == GO_ON && c->json)
        cli_print_json(c, reply.header, reply.header_len);
    shg_reply_free(&reply);
    return answer;
}

static void show_whole(term *t, const article *a, const json_t *passages, const char *side,
                       const char *letter)
{
    term_say(t, STYLE_BOLD, "\n%s", letter);
    term_say(t, STYLE_NAME, "  %s\n", article_uri(a));
    show_marked(t, article_view(a), passages, side);
}

static void show_compare(cli *c, article *a, article *b, const json_t *m, bool full)
{
    term *t = &c->out;
    show_opts o = {"A", "B", "A", "B", full ? 0 : 1000000, false};
    const json_t *passages = js_object(m, "passages");
    if (json_array_size(passages) || full) {
        (void)article_fetch(c, a);
        (void)article_fetch(c, b);
    }
    term_say(t, STYLE_BOLD, "A");
    term_say(t, STYLE_NAME, "  %s\n", article_uri(a));
    term_say(t, STYLE_BOLD, "B");
    term_say(t, STYLE_NAME, "  %s\n\n", article_uri(b));
    json_t *bare = json_copy((json_t *)m); // the title names no uri twice
    json_object_del(bare, "uri");
    json_object_del(bare, "publisher");
    json_object_del(bare, "headline");
    json_object_del(bare, "published");
    show_match_title(t, bare, 0);
    show_match_body(t, bare, article_view(a), article_view(b), &o);
    if (full) {
        show_whole(t, a, passages, "query", "A");
        show_whole(t, b, passages, "match", "B");
    }
    json_decref(bare);
}

static int compare(cli *c, article *a, article *b, const char *offsets, bool full)
{
    int code = GO_ON;
    bool local = !a->stored && !b->stored && !c->server_given;
    json_t *m =
        local ? local_compare(c, a, b, offsets, &code) : ask_compare(c, a, b, offsets, &code);
    if (!m)
        return code;
    if (!c->json)
        show_compare(c, a, b, m, full);
    else if (local)
        cli_print_object(c, m);
    json_decref(m);
    return EXIT_DONE;
}

static int run_compare(cli *c, const command *self, int argc, char **argv)
{
    const char *offsets = NULL;
    bool full = false, as_uri = false;
    const arg args[] = {
        {"full", 'f', ARG_FLAG, &full, NULL, "both texts whole, the passages marked in them"},
        {"offsets", 0, ARG_TEXT, &offsets, "UNIT", "of --json: utf8 (default), codepoint or utf16"},
        {"uri", 'u', ARG_FLAG, &as_uri, NULL,
         "take the operands as uris, whatever files there are"},
    };
    article a = {0}, b = {0};
    int code = args_parse(c, self, args, sizeof args / sizeof *args, &argc, &argv);
    if (code != GO_ON || !check_pair(c, self, argc, argv, &code))
        return code;
    code = article_offsets(c, self, offsets);
    if (code == GO_ON)
        code = article_load(c, &a, argv[0], as_uri);
    if (code == GO_ON)
        code = article_load(c, &b, argv[1], as_uri);
    if (code == GO_ON)
        code = compare(c, &a, &b, c->json ? offsets : NULL, full);
    article_doubt(c, &a, as_uri, code);
    article_doubt(c, &b, as_uri, code);
    article_free(&a);
    article_free(&b);
    return code;
}

const command compare_command = {
    .name = "compare",
    .summary = "what two articles share",
    .synopsis = "[options] A B",
    .about =
        "Compares two articles: what their relation is, how much of each stands in the other,\n"
        "and every shared passage in both texts. A and B are uris of stored articles, files, or\n"
        "- for one of them. Two files need no server; with --server they are judged with what it\n"
        "knows besides.\n",
    .examples = "  shingle compare ours.txt theirs.txt\n"
                "  shingle compare --full ours.txt theirs.txt | less -R\n"
                "  shingle compare https://example.org/a https://example.com/b\n"
                "  pdftotext release.pdf - | shingle compare - https://example.org/a\n",
    .run = run_compare,
};

// -- credits ----------------------------------------------------------------------------

static json_t *ask_credits(cli *c, const article *a, const char *offsets, int *code)
{
    json_t *header = json_copy(a->record), *answer = NULL;
    if (offsets)
        json_object_set_new(header, "offsets", json_string(offsets));
    shg_body body = {a->text, a->text_len};
    shg_reply reply;
    *code = cli_call(c, "CREDITS", header, &body, !a->stored, &reply, &answer);
    if (*code == GO_ON && c->json)
        cli_print_json(c, reply.header, reply.header_len);
    shg_reply_free(&reply);
    return answer;
}

static int credits_of(cli *c, const article *a, const char *offsets)
{
    int code = GO_ON;
    bool local = !a->stored && !c->server_given;
    json_t *answer =
        local ? local_credits(c, a, offsets, &code) : ask_credits(c, a, offsets, &code);
    if (!answer)
        return code;
    const json_t *list = js_object(answer, "credits");
    if (c->json && local)
        cli_print_object(c, answer);
    if (!c->json) {
        size_t n = json_array_size(list);
        term_say(&c->out, STYLE_BOLD, "%zu credit%s", n, n == 1 ? "" : "s");
        term_say(&c->out, STYLE_NAME, "  %s\n", article_uri(a));
        show_credits(&c->out, list, "   ");
        long more = js_count(answer, "left_out");
        if (more > 0)
            term_say(&c->out, STYLE_DIM, "left out: %ld more credit%s\n", more,
                     more == 1 ? "" : "s");
    }
    json_decref(answer);
    return EXIT_DONE;
}

static int run_credits(cli *c, const command *self, int argc, char **argv)
{
    const char *offsets = NULL;
    bool as_uri = false;
    const arg args[] = {
        {"offsets", 0, ARG_TEXT, &offsets, "UNIT", "of --json: utf8 (default), codepoint or utf16"},
        {"uri", 'u', ARG_FLAG, &as_uri, NULL,
         "take the operand as a uri, whatever files there are"},
    };
    article a = {0};
    int code = args_parse(c, self, args, sizeof args / sizeof *args, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc != 1)
        return cli_usage(c, self, "credits of one article: a uri, a file, or -");
    code = article_offsets(c, self, offsets);
    if (code == GO_ON)
        code = article_load(c, &a, argv[0], as_uri);
    if (code == GO_ON)
        code = article_doubt(c, &a, as_uri, credits_of(c, &a, c->json ? offsets : NULL));
    article_free(&a);
    return code;
}

const command credits_command = {
    .name = "credits",
    .summary = "whom an article credits",
    .synopsis = "[options] URI | FILE | -",
    .about =
        "Finds whom an article credits, in which role and in which words: wire (agency copy),\n"
        "republished, reports (credited for the facts), told (a speaker told them), photo. A file\n"
        "needs no server; with one, the stored articles that confirm a credit are named too.\n",
    .examples =
        "  shingle credits article.txt\n"
        "  shingle credits https://example.org/a\n"
        "  shingle credits --json article.json | jq -r '.credits[] | [.role, .id] | @tsv'\n",
    .run = run_credits,
};
