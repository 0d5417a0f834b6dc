// query.c - `shingle query`: which articles share text with this one, and what.
#include "article.h"
#include "js.h"
#include "show.h"

#include <string.h>

enum { PASSAGES_SHOWN = 3, ALL = 1000000 };

typedef struct query_options {
    const char *relations, *before, *since, *publisher, *not_publisher, *offsets;
    double min_containment;
    long limit;
    bool no_passages, all, as_uri;
} query_options;

static int set_time(cli *c, const command *self, json_t *h, const char *name, const char *given)
{
    char time[40];
    if (!given)
        return GO_ON;
    if (!cli_time(given, time, sizeof time))
        return cli_usage(c, self,
                         "--%s wants a time (2017-03-12T18:05:00Z, 2017-03-12) or an age "
                         "(36h, 30d, 2w), not \"%s\"",
                         name, given);
    json_object_set_new(h, name, json_string(time));
    return GO_ON;
}

static int set_header(cli *c, const command *self, json_t *h, const query_options *o)
{
    if (o->limit >= 0)
        json_object_set_new(h, "limit", json_integer(o->limit));
    if (o->relations)
        json_object_set_new(h, "relations", cli_split(o->relations));
    if (o->min_containment >= 0)
        json_object_set_new(h, "min_containment", json_real(o->min_containment));
    if (o->publisher)
        json_object_set_new(h, "publisher", json_string(o->publisher));
    if (o->not_publisher)
        json_object_set_new(h, "not_publisher", json_string(o->not_publisher));
    if (o->offsets)
        json_object_set_new(h, "offsets", json_string(o->offsets));
    if (o->no_passages)
        json_object_set_new(h, "passages", json_false());
    int code = set_time(c, self, h, "before", o->before);
    return code == GO_ON ? set_time(c, self, h, "since", o->since) : code;
}

static void show_one(cli *c, const json_t *match, unsigned n, view text, const show_opts *o)
{
    article other = {.name = js_text(match, "uri"), .stored = true, .record = json_object()};
    json_object_set(other.record, "uri", json_object_get(match, "uri"));
    if (json_array_size(js_object(match, "passages")))
        (void)article_fetch(c, &other); // without its text its excerpts are left out
    fputc('\n', c->out.f);
    show_match_title(&c->out, match, n);
    show_match_body(&c->out, match, text, article_view(&other), o);
    article_free(&other);
}

// What a counter of "suppressed" counts; of one and of more.
static const char *left_out(const char *name, bool one)
{
    static const char *const words[][3] = {
        {"limit", "more match (--limit)", "more matches (--limit)"},
        {"candidates", "candidate that was not looked at", "candidates that were not looked at"},
        {"capped", "phrase that too many articles have", "phrases that too many articles have"},
        {"terms", "word that too many articles have", "words that too many articles have"},
        {"furniture", "phrase of page furniture", "phrases of page furniture"},
        {"credits", "more credit", "more credits"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(name, words[i][0]))
            return words[i][one ? 1 : 2];
    return name;
}

// Nothing that was left out goes unsaid: every counter of "suppressed" that is not 0.
static void show_suppressed(cli *c, const json_t *answer)
{
    const char *name;
    const json_t *n;
    bool any = false;
    json_object_foreach((json_t *)js_object(answer, "suppressed"), name, n) {
        double count = json_number_value(n);
        if (count <= 0)
            continue;
        if (!any)
            fputc('\n', c->out.f);
        term_say(&c->out, STYLE_DIM, "%s %.0f %s", any ? "," : "left out:", count,
                 left_out(name, count == 1.0));
        any = true;
    }
    if (any)
        fputc('\n', c->out.f);
}

static void show_answer(cli *c, article *a, const json_t *answer, const query_options *o)
{
    term *t = &c->out;
    const json_t *matches = js_object(answer, "matches"), *m;
    const json_t *credits = js_object(answer, "credits");
    size_t i, n = json_array_size(matches);
    show_opts so = {"this", "match", "this text", "the match", PASSAGES_SHOWN, o->all};
    if (o->all)
        so.most = ALL;
    if (o->no_passages)
        so.most = 0;
    else if (n)
        (void)article_fetch(c, a);
    long more = js_count(js_object(answer, "suppressed"), "limit");
    term_say(t, STYLE_BOLD, "%zu match%s", n, n == 1 ? "" : "es");
    if (more > 0)
        term_say(t, STYLE_BOLD, " of %ld", (long)n + more);
    term_say(t, STYLE_NAME, "  %s", article_uri(a));
    term_say(t, STYLE_DIM, "  (%.1f ms)\n", js_number(answer, "took_us") / 1000);
    if (json_array_size(credits)) {
        term_say(t, STYLE_PLAIN, "it credits\n");
        show_credits(t, credits, "   ");
    }
    json_array_foreach((json_t *)matches, i, m)
        show_one(c, m, (unsigned)i + 1, article_view(a), &so);
    show_suppressed(c, answer);
}

static int ask(cli *c, const command *self, article *a, const query_options *o)
{
    json_t *header = json_object(), *answer = NULL;
    int code = set_header(c, self, header, o);
    if (code != GO_ON) {
        json_decref(header);
        return code;
    }
    if (a->stored)
        json_object_set(header, "uri", json_object_get(a->record, "uri"));
    else if (json_object_size(a->record))
        json_object_set(header, "article", a->record);
    shg_body body = {a->text, a->text_len};
    shg_reply reply;
    code = cli_call(c, "QUERY", header, &body, a->text != NULL, &reply, &answer);
    if (code != GO_ON)
        return code;
    if (c->json)
        cli_print_json(c, reply.header, reply.header_len);
    else
        show_answer(c, a, answer, o);
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

static int run_query(cli *c, const command *self, int argc, char **argv)
{
    query_options o = {.min_containment = -1, .limit = -1};
    const arg a[] = {
        {"limit", 'n', ARG_COUNT, &o.limit, "N", "matches at most, to 1000 (default 10)"},
        {"relations", 'r', ARG_TEXT, &o.relations, "LIST",
         "of copy,excerpt,rewrite,quotes (default),template,related"},
        {"min-containment", 'm', ARG_NUMBER, &o.min_containment, "SHARE",
         "least share of either text, 0 to 1"},
        {"before", 0, ARG_TEXT, &o.before, "TIME", "only matches published before"},
        {"since", 0, ARG_TEXT, &o.since, "TIME", "only matches published since (or an age: 30d)"},
        {"publisher", 0, ARG_TEXT, &o.publisher, "NAME", "only matches by this publisher"},
        {"not-publisher", 0, ARG_TEXT, &o.not_publisher, "NAME", "none by this publisher"},
        {"no-passages", 0, ARG_FLAG, &o.no_passages, NULL, "without the shared passages"},
        {"all", 'a', ARG_FLAG, &o.all, NULL, "all passages, uncut (default: the 3 longest)"},
        {"offsets", 0, ARG_TEXT, &o.offsets, "UNIT",
         "of --json: utf8 (default), codepoint or utf16"},
        {"uri", 'u', ARG_FLAG, &o.as_uri, NULL,
         "take the operand as a uri, whatever files there are"},
    };
    int code = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc != 1)
        return cli_usage(c, self,
                         argc ? "query one article at a time" : "query what? Name a uri or a file");
    code = article_offsets(c, self, o.offsets);
    if (code != GO_ON)
        return code;
    if (!c->json)
        o.offsets = NULL; // the excerpts are cut in bytes
    article one;
    code = article_load(c, &one, argv[0], o.as_uri);
    if (code == GO_ON)
        code = article_doubt(c, &one, o.as_uri, ask(c, self, &one, &o));
    article_free(&one);
    return code;
}

const command query_command = {
    .name = "query",
    .summary = "which articles share text with this one, and what",
    .synopsis = "[options] URI | FILE | -",
    .about =
        "Finds the stored articles that share text with a stored one (URI), or with a text that\n"
        "need not be stored (a file, or - for standard input; of a JSON file its first record).\n"
        "For each match: what it is (copy, excerpt, rewrite, quotes) and how sure, how many\n"
        "words they share in prose and in quotation, who has it from whom and why that is known,\n"
        "and the longest shared passages in both texts. A passage is yellow where it is prose,\n"
        "magenta where it is quotation, blue where it is reworded; without colour in [[ ]].\n",
    .examples = "  shingle query https://example.org/a\n"
                "  shingle query --since 30d --not-publisher example.org draft.txt\n"
                "  shingle query --json -n 1000 https://example.org/a | jq -r '.matches[].uri'\n",
    .run = run_query,
};
