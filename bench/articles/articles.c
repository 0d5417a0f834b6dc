#include "articles.h"
#include "language.h"
#include "plan.h"
#include "prose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME = 64, LINES = 1024, NAMED_FROM = 4096 };

typedef struct publisher {
    char name[NAME / 2], domain[NAME];
    char head[LINES / 4], tail[LINES]; // what stands on each of its pages, above and below
} publisher;

struct articles {
    uint64_t seed;
    language *l;
    publisher p[ARTICLES_PUBLISHERS];
};

// A publisher's lines: some in common with other sites, some of its own.
static void publisher_make(publisher *p, const language *l, uint32_t k, uint32_t rank)
{
    static const char *const PAPER[] = {"Gazette", "Herald", "Ledger", "Courier",
                                        "Tribune", "Post",   "Echo",   "Observer"};
    char lines[ARTICLES_TEXT_MOST], small[NAME / 2];
    draft d = {.l = l, .random = mix64(k + 0x5eed), .event = mix64(k), .text = lines};
    const char *kind = k < PLAN_AGENCIES ? "Wire" : PAPER[k % 8];
    prose_name(&d, rank);
    snprintf(p->name, sizeof p->name, "%.*s %s", (int)d.len, lines, kind);
    for (size_t i = 0; i <= strlen(p->name); i++)
        small[i] = (char)(p->name[i] == ' ' ? '-' : p->name[i] | (p->name[i] ? 0x20 : 0));
    snprintf(p->domain, sizeof p->domain, "%s.example", small);
    d.len = 0;
    for (int i = 0; i < 3; i++) {
        prose_sentence(&d);
        prose_append(&d, "\n\n", 2);
    }
    snprintf(p->head, sizeof p->head, "%s\n\nShare\n\n", p->name);
    snprintf(p->tail, sizeof p->tail,
             "\n\nGet the %s newsletter.\n\n%.*s© 2017 %s. All rights reserved.\n", p->name,
             (int)d.s[k % 2].begin, lines, p->name);
}

// Some words of the language are spelled alike.
static bool is_new(const articles *a, uint32_t k)
{
    for (uint32_t i = 0; i < k; i++)
        if (!strcmp(a->p[i].domain, a->p[k].domain))
            return false;
    return true;
}

articles *articles_new(uint64_t seed)
{
    articles *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->seed = seed;
    a->l = language_new();
    if (!a->l) {
        articles_free(&a);
        return NULL;
    }
    for (uint32_t k = 0, rank = NAMED_FROM; k < ARTICLES_PUBLISHERS; rank++) {
        publisher_make(&a->p[k], a->l, k, rank);
        k += is_new(a, k);
    }
    return a;
}

void articles_free(articles **a)
{
    if (!*a)
        return;
    language_free(&(*a)->l);
    free(*a);
    *a = NULL;
}

articles_kind articles_kind_of(const articles *a, uint64_t i, uint64_t *source)
{
    plan p;
    plan_make(&p, a->seed, i);
    *source = p.source;
    return p.kind;
}

static void draft_start(draft *d, const articles *a, const plan *p, char *text)
{
    d->l = a->l;
    d->random = p->random;
    d->event = p->event;
    d->own = p->random;
    d->text = text;
    d->len = d->n = 0;
}

// The prose of an original: sentences until it is long enough.
static void original(draft *d, size_t bytes)
{
    while (d->n < PROSE_SENTENCES && (d->n == 0 || d->len < bytes)) {
        if (d->n)
            prose_gap(d);
        prose_sentence(d);
    }
}

static void dateline(draft *d, const articles *a, const plan *p)
{
    static const char *const MONTH[] = {"Jan. ", "Feb. ", "March ", "April ", "May ",  "June ",
                                        "July ", "Aug. ", "Sept. ", "Oct. ",  "Nov. ", "Dec. "};
    struct tm t;
    time_t when = p->published_s;
    char day[16];
    gmtime_r(&when, &t);
    snprintf(day, sizeof day, "%d", t.tm_mday);
    size_t at = d->len;
    prose_place(d);
    for (; at < d->len; at++)
        d->text[at] = (char)(d->text[at] & ~0x20);
    prose_string(d, ", ");
    prose_string(d, MONTH[t.tm_mon]);
    prose_string(d, day);
    if (p->publisher < PLAN_AGENCIES) {
        prose_string(d, " (");
        prose_string(d, a->p[p->publisher].name);
        prose_string(d, ")");
    }
    prose_string(d, " — ");
}

// Whole, or without the last tenth; three in four name the source.
static void copy(draft *d, const draft *of, const publisher *source)
{
    static const char *const CREDIT[] = {"This story was first published by ", "Source: ", "Via "};
    uint64_t r = random_next(&d->random);
    size_t n = r % 3 ? of->n : of->n - of->n / 10;
    for (size_t i = 0; i < n; i++) {
        if (i)
            prose_gap(d);
        prose_take(d, of, &of->s[i], false);
    }
    if ((r >> 32) % 4 == 3)
        return;
    prose_append(d, "\n\n", 2);
    prose_string(d, CREDIT[(r >> 32) % 4]);
    prose_string(d, source->name);
}

// A sentence of its own, then a third to a half of the source in one piece.
static void excerpt(draft *d, const draft *of)
{
    uint64_t r = random_next(&d->random);
    size_t n = of->n / 3 + random_below(r, (uint32_t)(of->n / 6 + 1)) + 1;
    n = n < of->n ? n : of->n;
    size_t from = random_below(r >> 32, (uint32_t)(of->n - n + 1));
    prose_sentence(d);
    for (size_t i = from; i < from + n; i++) {
        prose_gap(d);
        prose_take(d, of, &of->s[i], false);
    }
}

static void rewrite(draft *d, const draft *of)
{
    for (size_t i = 0; i < of->n; i++) {
        if (i)
            prose_gap(d);
        if (random_next(&d->random) & 1)
            prose_take(d, of, &of->s[i], true);
        else
            prose_sentence(d);
    }
}

// One to three of the source's quotations among sentences of its own.
static void quotes(draft *d, const draft *of, size_t bytes)
{
    uint64_t most = 1 + random_next(&d->random) % 3;
    for (size_t i = 0; i < of->n && most; i++) {
        if (!of->s[i].quotation && i + 1 < of->n)
            continue;
        prose_sentence(d);
        prose_gap(d);
        prose_take(d, of, &of->s[i], false);
        prose_gap(d);
        most--;
    }
    original(d, bytes);
}

static void derive(draft *d, const articles *a, const plan *p)
{
    static const articles_kind WHOLE = ARTICLE_ORIGINAL;
    char text[ARTICLES_TEXT_MOST];
    plan from;
    draft of;
    plan_make(&from, a->seed, p->source);
    draft_start(&of, a, &from, text);
    original(&of, from.bytes);
    switch (from.kind == WHOLE ? p->kind : ARTICLE_COPY) {
    case ARTICLE_EXCERPT:
        excerpt(d, &of);
        break;
    case ARTICLE_REWRITE:
        rewrite(d, &of);
        break;
    case ARTICLE_QUOTES:
        quotes(d, &of, p->bytes);
        break;
    default:
        copy(d, &of, &a->p[from.publisher]);
    }
}

// Words that stand in the uri and in the headline; they hang on the article's number alone.
static size_t slug(const articles *a, const plan *p, char gap, char *to)
{
    draft d = {.l = a->l, .random = p->random + 1, .event = p->event, .text = to};
    uint32_t before = language_draw(random_next(&d.random));
    for (int i = 0; i < 6; i++) {
        if (i)
            prose_append(&d, &gap, 1);
        if (i == 2)
            prose_word(&d, 4096 + random_below(mix64(p->event + 200), LANGUAGE_WORDS - 4096));
        else
            prose_word(&d, before = language_next(before, random_next(&d.random)));
    }
    return d.len;
}

static size_t uri(const articles *a, const plan *p, uint64_t i, char *to, size_t most)
{
    char words[ARTICLES_TEXT_MOST];
    size_t n = slug(a, p, '-', words);
    struct tm t;
    time_t when = p->published_s;
    gmtime_r(&when, &t);
    return (size_t)snprintf(to, most, "https://www.%s/%04d/%02d/%02d/%.*s-%llu.html",
                            a->p[p->publisher].domain, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                            (int)n, words, (unsigned long long)i);
}

size_t articles_uri(const articles *a, uint64_t i, char *to, size_t most)
{
    plan p;
    plan_make(&p, a->seed, i);
    return uri(a, &p, i, to, most);
}

static void header(const articles *a, const plan *p, uint64_t i, article *out)
{
    char words[ARTICLES_TEXT_MOST], name[ARTICLES_TEXT_MOST], at[ARTICLES_HEADER_MOST / 2];
    plan told = *p;
    if (p->kind == ARTICLE_COPY && p->random & 1)
        plan_make(&told, a->seed, p->source);
    size_t n = slug(a, &told, ' ', words);
    words[0] = (char)(words[0] & ~0x20);
    draft d = {.l = a->l, .text = name};
    prose_name(&d, 4096 + (uint32_t)(p->random >> 8) % 512);
    prose_append(&d, " ", 1);
    prose_name(&d, 8192 + (uint32_t)(p->random >> 20) % 4096);
    struct tm t;
    time_t when = p->published_s;
    gmtime_r(&when, &t);
    uri(a, p, i, at, sizeof at);
    out->header_len = (size_t)snprintf(
        out->header, sizeof out->header,
        "{\"uri\":\"%s\",\"headline\":\"%.*s\",\"publisher\":\"%s\","
        "\"published\":\"%04d-%02d-%02dT%02d:%02d:%02dZ\",\"by\":\"%.*s\",\"language\":\"en\"}",
        at, (int)n, words, a->p[p->publisher].domain, t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
        t.tm_hour, t.tm_min, t.tm_sec, (int)d.len, name);
}

void articles_make(const articles *a, uint64_t i, article *out)
{
    plan p;
    draft d;
    plan_make(&p, a->seed, i);
    header(a, &p, i, out);
    draft_start(&d, a, &p, out->text);
    if (p.kind != ARTICLE_ORIGINAL)
        d.random = mix64(d.random + 2);
    prose_string(&d, a->p[p.publisher].head);
    if (p.publisher < PLAN_AGENCIES || p.random >> 63)
        dateline(&d, a, &p);
    if (p.kind == ARTICLE_ORIGINAL)
        original(&d, p.bytes);
    else
        derive(&d, a, &p);
    prose_string(&d, a->p[p.publisher].tail);
    out->text_len = d.len;
}
