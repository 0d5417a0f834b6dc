// show_story.c - a story for people: origin, members, who had what from whom, who says so.
#include "show_story.h"

#include "js.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>

// -- head -------------------------------------------------------------------------------

static int by_time(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void show_span(term *t, const story_view *v)
{
    const char **times = calloc(v->n_members + 1, sizeof *times);
    size_t n = 0;
    for (size_t i = 0; times && i < v->n_members; i++) {
        const char *time = js_text(v->members[i].member, "published");
        if (*time)
            times[n++] = time;
    }
    if (n) {
        qsort(times, n, sizeof *times, by_time);
        term_say(t, STYLE_PLAIN, ", ");
        show_time(t, times[0], "");
        if (n > 1 && strncmp(times[0], times[n - 1], 16)) {
            term_say(t, STYLE_PLAIN, " to ");
            show_time(t, times[n - 1], "");
        }
    }
    free(times);
}

static size_t count_publishers(const story_view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_members; i++) {
        const char *name = js_text(v->members[i].member, "publisher");
        bool seen = !*name;
        for (size_t j = 0; j < i && !seen; j++)
            seen = !strcmp(name, js_text(v->members[j].member, "publisher"));
        n += !seen;
    }
    return n;
}

static size_t count_texts(const story_view *v)
{
    long most = 0;
    for (size_t i = 0; i < v->n_members; i++)
        if (js_count(v->members[i].member, "text") > most)
            most = js_count(v->members[i].member, "text");
    return (size_t)most;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

// The place of a uri among the members, from 1; 0 where it is none.
static size_t place(const story_view *v, const char *uri)
{
    for (size_t i = 0; i < v->n_members; i++)
        if (*uri && !strcmp(uri, js_text(v->members[i].member, "uri")))
            return i + 1;
    return 0;
}

static const char *source_name(const story_view *v, const char *id)
{
    size_t i;
    const json_t *c;
    json_array_foreach((json_t *)js_object(v->story, "credited"), i, c)
        if (!strcmp(id, js_text(c, "id")) && *js_text(c, "name"))
            return js_text(c, "name");
    return id;
}

static void show_origin(term *t, const story_view *v)
{
    const json_t *origin = js_object(v->story, "origin");
    const char *uri = js_text(origin, "uri"), *source = js_text(origin, "source");
    size_t at = place(v, uri);
    term_say(t, STYLE_BOLD, "Origin  ");
    if (!*uri && !*source) {
        term_say(t, STYLE_DIM, "not known\n");
        return;
    }
    if (at)
        term_say(t, STYLE_GOOD, "[%zu] ", at);
    const json_t *member = at ? v->members[at - 1].member : NULL;
    term_say(t, STYLE_GOOD, "%s", *source ? source_name(v, source) : js_text(member, "publisher"));
    if (!*uri)
        term_say(t, STYLE_PLAIN, " (not stored)");
    if (json_array_size(js_object(origin, "because")))
        term_say(t, STYLE_PLAIN, ":");
    show_reasons(t, js_object(origin, "because"), "it");
    term_say(t, STYLE_PLAIN, "\n");
}

// -- members ----------------------------------------------------------------------------

// What a member is, in words: its role, and its relation to the core where that adds to it.
static void show_role(term *t, const json_t *m)
{
    const char *role = js_text(m, "role"), *relation = js_text(m, "relation");
    bool same = !strcmp(role, relation) || !*relation || !strcmp(relation, "none") ||
                (!strcmp(role, "quoting") && !strcmp(relation, "quotes"));
    char text[64];
    snprintf(text, sizeof text, "%s%s%s", role, same ? "" : ", ", same ? "" : relation);
    term_cell(t, !strcmp(role, "origin") ? STYLE_GOOD : STYLE_PLAIN, text, 17);
}

static void show_member(term *t, const story_view *v, size_t n, bool many_texts)
{
    const json_t *o = v->members[n - 1].member;
    size_t first = place(v, js_text(o, "version_of"));
    const char *headline = js_text(o, "headline");
    char number[24];
    snprintf(number, sizeof number, "[%zu]", n);
    term_say(t, STYLE_BOLD, "%5s ", number);
    show_role(t, o);
    term_say(t, STYLE_PLAIN, " ");
    show_time(t, js_text(o, "published"), "time not known");
    term_say(t, STYLE_NAME, "  %s", *js_text(o, "publisher") ? js_text(o, "publisher") : "?");
    if (many_texts)
        term_say(t, STYLE_DIM, "  text %ld", js_count(o, "text"));
    if (first)
        term_say(t, STYLE_GOOD, "  update of its own [%zu]", first);
    term_say(t, STYLE_PLAIN, "\n");
    if (*headline) {
        stretch r = {view_of(headline), STYLE_BOLD};
        term_wrap(t, "      ", "      ", &r, 1);
    }
    term_say(t, STYLE_NAME, "      %s\n", js_text(o, "uri"));
}

// -- edges ------------------------------------------------------------------------------

// Who has it from whom, by the comparison of the two where there is one: it also knows when
// both have it from a third.
static void show_flow(term *t, const story_edge *e, const char *to, const char *from)
{
    const json_t *p = js_object(e->match, "provenance");
    const char *kind = e->match ? js_text(p, "kind") : js_text(e->edge, "provenance");
    const char *source = js_text(p, "source");
    const json_t *because = e->match ? js_object(p, "because") : js_object(e->edge, "because");
    bool third = !strcmp(kind, "common_source"), back = !strcmp(kind, "to_match");
    const char *who = back ? to : from;
    if (!json_array_size(because) || !strcmp(kind, "unknown")) {
        term_say(t, STYLE_DIM, "      who was first is not known\n");
        return;
    }
    if (third)
        term_say(t, STYLE_GOOD, "      both have it from %s:", who = *source ? source : "another");
    else
        term_say(t, STYLE_GOOD, "      %s has it from %s:", back ? from : to, who);
    show_reasons(t, because, third ? "it" : who);
    term_say(t, STYLE_PLAIN, "\n");
}

static void show_edge(term *t, const story_view *v, const story_edge *e)
{
    const json_t *c = js_object(e->edge, "containment");
    char to_share[8], from_share[8], to[24], from[24];
    snprintf(to, sizeof to, "[%zu]", e->to + 1);
    snprintf(from, sizeof from, "[%zu]", e->from + 1);
    term_say(t, STYLE_BOLD, "  %s and %s", to, from);
    term_say(t, STYLE_PLAIN, "  %s: %s of %s and %s of %s\n", js_text(e->edge, "relation"),
             show_share(to_share, js_number(c, "to")), to,
             show_share(from_share, js_number(c, "from")), from);
    show_flow(t, e, to, from);
    show_opts o = {to, from, to, from, v->passages, false};
    if (e->match && v->passages)
        show_passages(t, js_object(e->match, "passages"), article_view(&v->members[e->to].article),
                      article_view(&v->members[e->from].article), &o, "      ");
}

static void show_edges(term *t, const story_view *v)
{
    if (!v->n_pairs)
        return;
    term_say(t, STYLE_BOLD, "\nWho has what from whom\n");
    for (size_t i = 0; i < v->n_edges; i++)
        show_edge(t, v, &v->edges[i]);
    if (v->n_pairs > v->n_edges)
        term_say(t, STYLE_DIM, "  %zu more pair%s share text (--all shows them)\n",
                 v->n_pairs - v->n_edges, plural(v->n_pairs - v->n_edges));
}

// -- credits ----------------------------------------------------------------------------

static bool is_story_credit(const json_t *credit)
{
    const char *role = js_text(credit, "role");
    return !strcmp(role, "wire") || !strcmp(role, "republished") || !strcmp(role, "reports");
}

enum { CREDIT_ROOM = 240 };

// A credit as one line: pages lay bylines out with runs of blanks. A long one is cut, never within
// a character.
static void squeeze(char *out, size_t room, const char *text)
{
    size_t n = 0;
    bool blank = false;
    for (; *text; text++) {
        bool now = *text == ' ' || *text == '\n' || *text == '\t' || *text == '\r';
        if (now && blank)
            continue;
        blank = now;
        if (n + 5 > room && ((unsigned char)*text & 0xc0) != 0x80)
            break;
        if (n + 1 < room)
            out[n++] = now ? ' ' : *text;
    }
    out[n] = 0;
}

static void show_credit_words(term *t, size_t n, const json_t *credit)
{
    char number[24], words[CREDIT_ROOM];
    snprintf(number, sizeof number, "[%zu]", n);
    squeeze(words, sizeof words, js_text(credit, "text"));
    term_say(t, STYLE_PLAIN, "%9s %-11s “%s”\n", number, js_text(credit, "role"), words);
}

static void show_creditors(term *t, const story_view *v, const char *id)
{
    for (size_t i = 0; i < v->n_members; i++) {
        size_t k;
        const json_t *c;
        json_array_foreach(v->members[i].credits, k, c)
            if (!strcmp(id, js_text(c, "id")) && is_story_credit(c))
                show_credit_words(t, i + 1, c);
    }
}

static void show_sources(term *t, const story_view *v, const json_t *list)
{
    size_t i;
    const json_t *c;
    json_array_foreach((json_t *)list, i, c) {
        const char *id = js_text(c, "id"), *name = js_text(c, "name");
        term_say(t, STYLE_GOOD, "  %s", name);
        if (strcmp(id, name))
            term_say(t, STYLE_DIM, " (%s)", id);
        term_say(t, STYLE_PLAIN, " by %ld of %zu\n", js_count(c, "articles"), v->n_members);
        show_creditors(t, v, id);
    }
}

static void show_credited(term *t, const story_view *v)
{
    const json_t *list = js_object(v->story, "credited");
    term_say(t, STYLE_BOLD, "\nWho is credited\n");
    if (!json_array_size(list))
        term_say(t, STYLE_DIM, "  nobody\n");
    show_sources(t, v, list);
}

// The outlets that speakers told: origins of quotations, no credit for the story.
static void show_told(term *t, const story_view *v)
{
    size_t i;
    const json_t *c, *list = js_object(v->story, "told");
    if (!json_array_size(list))
        return;
    term_say(t, STYLE_BOLD, "\nWhom the speakers told\n");
    json_array_foreach((json_t *)list, i, c)
        term_say(t, STYLE_PLAIN, "  %s, says %ld of %zu\n", js_text(c, "name"),
                 js_count(c, "articles"), v->n_members);
}

static void show_uncredited(term *t, const story_view *v)
{
    size_t i;
    const json_t *u, *list = js_object(v->story, "uncredited");
    if (!json_array_size(list))
        return;
    const char *source = js_text(js_object(v->story, "origin"), "source");
    term_say(t, STYLE_BOLD, "\nWho shares the passages and does not credit %s\n",
             *source ? source_name(v, source) : "the origin");
    json_array_foreach((json_t *)list, i, u) {
        size_t at = place(v, js_string(u));
        const json_t *m = at ? v->members[at - 1].member : NULL;
        char number[24] = "";
        if (at)
            snprintf(number, sizeof number, "[%zu]", at);
        term_say(t, STYLE_BAD, "%9s %s", number, m ? js_text(m, "publisher") : "");
        term_say(t, STYLE_NAME, "  %s\n", js_string(u));
    }
}

void show_story(term *t, const story_view *v)
{
    size_t publishers = count_publishers(v), texts = count_texts(v);
    term_say(t, STYLE_BOLD, "Story %s  ", js_text(v->story, "story"));
    term_say(t, STYLE_PLAIN, "%zu article%s", v->n_members, plural(v->n_members));
    if (publishers > 1)
        term_say(t, STYLE_PLAIN, " of %zu publishers", publishers);
    if (texts > 1)
        term_say(t, STYLE_PLAIN, ", %zu texts", texts);
    show_span(t, v);
    term_say(t, STYLE_PLAIN, "\n");
    if (v->n_members > 1)
        show_origin(t, v);
    term_say(t, STYLE_PLAIN, "\n");
    for (size_t i = 0; i < v->n_members && i < v->listed; i++)
        show_member(t, v, i + 1, texts > 1 && texts < v->n_members);
    if (v->n_members > v->listed)
        term_say(t, STYLE_DIM, "      %zu more members (--all shows them)\n",
                 v->n_members - v->listed);
    show_edges(t, v);
    show_credited(t, v);
    show_told(t, v);
    show_uncredited(t, v);
}
