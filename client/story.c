// story.c - `shingle story`: asks for a story, and for what makes it readable.
#include "cli.h"
#include "js.h"
#include "show_story.h"

#include <stdlib.h>
#include <string.h>

enum {
    MEMBERS_ASKED = 200, // of more the rest is listed without credits and passages
    MEMBERS_LISTED = 60,
    EDGES_SHOWN = 40,
    ALL = 1000000,
};

static size_t member_at(const story_view *v, const char *uri)
{
    for (size_t i = 0; i < v->n_members; i++)
        if (!strcmp(uri, js_text(v->members[i].member, "uri")))
            return i;
    return v->n_members;
}

static void ask_members(cli *c, story_view *v)
{
    for (size_t i = 0; i < v->n_members; i++) {
        story_member *m = &v->members[i];
        const char *uri = js_text(m->member, "uri");
        m->article = (article){.name = uri, .stored = true, .record = json_object()};
        json_object_set_new(m->article.record, "uri", json_string(uri));
        if (i >= MEMBERS_ASKED)
            continue;
        json_t *answer = cli_ask(c, "CREDITS", json_pack("{s:s}", "uri", uri), NULL);
        m->credits = json_incref(json_object_get(answer, "credits"));
        json_decref(answer);
    }
}

static bool has_reason(const json_t *edge)
{
    return json_array_size(js_object(edge, "because")) > 0;
}

// It says that one has it from the other, not that both have it from a third.
static bool has_direction(const json_t *edge)
{
    return has_reason(edge) && strcmp(js_text(edge, "provenance"), "common_source");
}

// How much an edge says: who from whom, else both from where, then by what is shared.
static double weight(const json_t *edge)
{
    const json_t *c = js_object(edge, "containment");
    return (has_direction(edge) ? 10
            : has_reason(edge)  ? 5
                                : 0) +
           js_number(c, "to") + js_number(c, "from") / 2;
}

static int by_weight(const void *x, const void *y)
{
    double a = weight(((const story_edge *)x)->edge), b = weight(((const story_edge *)y)->edge);
    return a < b ? 1 : a > b ? -1 : 0;
}

static int by_member(const void *x, const void *y)
{
    const story_edge *a = x, *b = y;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return by_weight(x, y);
}

static size_t read_edges(story_view *v)
{
    const json_t *edges = js_object(v->story, "edges"), *e;
    size_t i, n = 0;
    v->edges = calloc(json_array_size(edges) + 1, sizeof *v->edges);
    if (!v->edges)
        cli_no_memory();
    json_array_foreach((json_t *)edges, i, e) {
        size_t from = member_at(v, js_text(e, "from")), to = member_at(v, js_text(e, "to"));
        if (from < v->n_members && to < v->n_members)
            v->edges[n++] = (story_edge){e, from, to, NULL};
    }
    return n;
}

// Keeps, best first, the edges that say something of a member nothing was said of yet.
static void choose_edges(story_view *v, bool all)
{
    size_t kept = 0, n = read_edges(v);
    bool *said = calloc(v->n_members + 1, sizeof *said);
    if (!said)
        cli_no_memory();
    v->n_pairs = n;
    qsort(v->edges, n, sizeof *v->edges, by_weight);
    for (size_t i = 0; i < n && kept < (all ? (size_t)ALL : EDGES_SHOWN); i++) {
        story_edge e = v->edges[i];
        if (!all && said[e.to] && said[e.from])
            continue;
        if (!all && said[e.to] && has_direction(e.edge))
            continue; // of `from` this only says that others have it
        said[e.to] = true;
        said[e.from] |= !has_direction(e.edge);
        v->edges[kept++] = e;
    }
    v->n_edges = kept;
    qsort(v->edges, kept, sizeof *v->edges, by_member);
    free(said);
}

static void ask_edges(cli *c, story_view *v)
{
    for (size_t i = 0; i < v->n_edges; i++) {
        story_edge *e = &v->edges[i];
        article *to = &v->members[e->to].article, *from = &v->members[e->from].article;
        if (!article_fetch(c, to) || !article_fetch(c, from))
            continue;
        json_t *pair = json_pack("{s:s, s:s}", "a", js_text(v->members[e->to].member, "uri"), "b",
                                 js_text(v->members[e->from].member, "uri"));
        e->match = cli_ask(c, "COMPARE", pair, NULL);
    }
}

static void free_view(story_view *v)
{
    for (size_t i = 0; i < v->n_members; i++) {
        article_free(&v->members[i].article);
        json_decref(v->members[i].credits);
    }
    for (size_t i = 0; i < v->n_edges; i++)
        json_decref(v->edges[i].match);
    free(v->members);
    free(v->edges);
}

static void show(cli *c, const json_t *story, bool no_passages, bool all)
{
    const json_t *members = js_object(story, "members"), *m;
    story_view v = {.story = story, .n_members = json_array_size(members)};
    size_t i;
    v.members = calloc(v.n_members + 1, sizeof *v.members);
    if (!v.members)
        cli_no_memory();
    json_array_foreach((json_t *)members, i, m)
        v.members[i].member = m;
    v.passages = no_passages ? 0 : all ? ALL : 1;
    v.listed = all ? ALL : MEMBERS_LISTED;
    ask_members(c, &v);
    choose_edges(&v, all);
    if (!no_passages)
        ask_edges(c, &v);
    show_story(&c->out, &v);
    free_view(&v);
}

static int run_story(cli *c, const command *self, int argc, char **argv)
{
    bool no_passages = false, all = false;
    const arg a[] = {
        {"no-passages", 0, ARG_FLAG, &no_passages, NULL, "without the shared passages"},
        {"all", 'a', ARG_FLAG, &all, NULL, "every pair and every passage"},
    };
    int code = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (code != GO_ON)
        return code;
    if (argc != 1)
        return cli_usage(c, self, "the story of one article: name its uri");
    shg_reply reply;
    json_t *answer = NULL, *header = json_pack("{s:s}", "uri", argv[0]);
    if (!header)
        return cli_usage(c, self, "a uri is UTF-8");
    code = cli_call(c, "STORY", header, NULL, 0, &reply, &answer);
    if (code != GO_ON)
        return code;
    if (c->json)
        cli_print_json(c, reply.header, reply.header_len);
    else
        show(c, answer, no_passages, all);
    shg_reply_free(&reply);
    json_decref(answer);
    return EXIT_DONE;
}

const command story_command = {
    .name = "story",
    .summary = "the whole story of an article: who had what from whom",
    .synopsis = "[options] URI",
    .about =
        "Shows the story that a stored article belongs to: its origin and why that is known, its\n"
        "members, who has what from whom with the longest shared passage in both texts, who is\n"
        "credited in which words, and who uses the passages without a credit. Articles with one\n"
        "text number are copies and rewrites of one text. Without colour a passage stands in\n"
        "[[ ]].\n",
    .examples = "  shingle story https://example.org/a\n"
                "  shingle story --all https://example.org/a | less -R\n"
                "  shingle story --json https://example.org/a | jq -r '.uncredited[]'\n",
    .run = run_story,
};
