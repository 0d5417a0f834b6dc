#include "ask.h"
#include "base/clock.h"
#include "language.h"
#include "shingled/wire.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STUCK_MS = 60000, WINDOW_MOST = 256, URI = 1024, HEADER = URI + 64 };

typedef struct question {
    uint64_t i;
    int64_t sent_ns;
} question;

typedef struct run {
    ask *k;
    void *socket;
    article *room;
    question q[WINDOW_MOST];
    uint64_t sent;
    answer a;
} run;

static bool send_question(run *r, uint32_t at)
{
    ask *k = r->k;
    char header[HEADER], uri[URI];
    uint64_t x = random_next(&k->random);
    wire_bytes body = {0};
    if (k->what == ASK_URI) {
        r->q[at].i = x % k->stored;
        articles_uri(k->a, r->q[at].i, uri, sizeof uri);
        snprintf(header, sizeof header, "{\"uri\":\"%s\"}", uri);
    } else {
        r->q[at].i = k->stored + r->sent;
        articles_make(k->a, r->q[at].i, r->room);
        snprintf(header, sizeof header, "{}");
        body = (wire_bytes){r->room->text, r->room->text_len, false};
    }
    r->sent++;
    r->q[at].sent_ns = clock_mono_ns();
    return wire_send(r->socket, "QUERY", at, (wire_bytes){header, strlen(header), false}, body);
}

// Counts the matches, and whether the source is among them.
static void count(run *r, uint64_t i)
{
    ask *k = r->k;
    char uri[URI];
    uint64_t source;
    for (const char *at = r->a.header; (at = strstr(at, "\"relation\":")); at++)
        k->matches++;
    if (articles_kind_of(k->a, i, &source) == ARTICLE_ORIGINAL || source >= k->stored)
        return;
    k->derived++;
    articles_uri(k->a, source, uri, sizeof uri);
    k->found += strstr(r->a.header, uri) != NULL;
}

static bool take_answer(run *r)
{
    uint32_t at = (uint32_t)r->a.rid;
    if (r->a.status != SHG_STATUS_OK || at >= r->k->window) {
        fprintf(stderr, "QUERY: %d %s\n", r->a.status, r->a.header);
        return false;
    }
    histogram_add(&r->k->answers, clock_mono_ns() - r->q[at].sent_ns);
    count(r, r->q[at].i);
    return r->sent == r->k->n || send_question(r, at);
}

bool ask_run(ask *k)
{
    run r = {.k = k};
    int64_t from = clock_mono_ns();
    k->window = k->window < WINDOW_MOST ? k->window : WINDOW_MOST;
    r.socket = wire_connect(k->zmq, k->endpoint);
    r.room = malloc(sizeof *r.room);
    bool fine = r.socket && r.room;
    for (uint32_t at = 0; fine && at < k->window && r.sent < k->n; at++)
        fine = send_question(&r, at);
    while (fine && k->answers.n < k->n) {
        fine = wire_wait(r.socket, &r.a, STUCK_MS);
        if (!fine)
            fprintf(stderr, "QUERY: no answer for %d s\n", STUCK_MS / 1000);
        fine = fine && take_answer(&r);
    }
    k->seconds = (double)(clock_mono_ns() - from) / 1e9;
    wire_close(&r.socket);
    free(r.room);
    answer_free(&r.a);
    return fine;
}

bool ask_is_stored(void *socket, const articles *a, uint64_t i)
{
    char uri[URI], header[HEADER];
    answer got = {0};
    articles_uri(a, i, uri, sizeof uri);
    snprintf(header, sizeof header, "{\"uri\":\"%s\"}", uri);
    bool is = wire_ask(socket, "GET", header, &got, STUCK_MS);
    answer_free(&got);
    return is;
}
