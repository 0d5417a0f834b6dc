// put_window.c - the records that `shingle put` has in flight.
#include "put.h"

#include "base/clock.h"
#include "js.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BYTES_MOST = 32 << 20, // of texts in flight, so that long ones do not add up
    TICK_MS = 100,         // how often progress and signals are looked at
    STARVED_MS = 10,       // how often slow input is
    RETRY_MS = 100,        // where a 429 does not say; doubles up to
    RETRY_MOST_MS = 5000,  // this
    LOST_MOST = 5,         // connections that one record may go down with
    FULL_MOST = 64,        // refusals in a row for a full disk before it stops
    STOP_MS = 5000,        // for what is in flight after Ctrl-C
};

// -- sending ----------------------------------------------------------------------------

static slot *free_slot(put *p)
{
    for (size_t i = 0; i < p->window; i++)
        if (p->slots[i].state == SLOT_FREE)
            return &p->slots[i];
    return NULL;
}

static bool uri_in_flight(const put *p, const char *uri)
{
    for (size_t i = 0; uri && i < p->window; i++) {
        const slot *s = &p->slots[i];
        const char *other = s->state != SLOT_FREE ? record_uri(&s->rec) : NULL;
        if (other && !strcmp(uri, other))
            return true;
    }
    return false;
}

static void slot_end(put *p, slot *s)
{
    if (s->state == SLOT_WAITING)
        p->n_waiting--;
    p->n_used--;
    p->bytes -= s->rec.text_len;
    free(s->header);
    record_free(&s->rec);
    memset(s, 0, sizeof *s);
}

// Members the wire does not know only cost room; they go where the header would be too big.
static void prune(json_t *header)
{
    static const char *const known[] = {"uri",
                                        "id",
                                        "url",
                                        "link",
                                        "headline",
                                        "title",
                                        "published",
                                        "firstCreated",
                                        "datePublished",
                                        "date_publish",
                                        "publish_date",
                                        "date",
                                        "publisher",
                                        "source",
                                        "source_domain",
                                        "sitename",
                                        "hostname",
                                        "by",
                                        "author",
                                        "authors",
                                        "language",
                                        "lang",
                                        "inLanguage",
                                        "canonicalUrl",
                                        "creditLine",
                                        "dateline",
                                        "copyrightHolder",
                                        "copyrightNotice",
                                        "durability",
                                        "if_version",
                                        "match",
                                        "text"};
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe(header, next, name, value) {
        bool keep = false;
        for (size_t i = 0; i < sizeof known / sizeof *known && !keep; i++)
            keep = !strcmp(name, known[i]);
        if (!keep)
            json_object_del(header, name);
    }
}

char *put_header(json_t *header)
{
    char *text = json_dumps(header, JSON_COMPACT);
    if (text && strlen(text) > SHG_HEADER_MAX) {
        free(text);
        prune(header);
        text = json_dumps(header, JSON_COMPACT);
    }
    if (!text)
        cli_no_memory();
    return text;
}

static void refuse(put *p, const slot *s, int status, const char *error, const char *detail)
{
    json_t *answer = json_pack("{s:s, s:s}", "error", error, "detail", detail);
    put_refused(p, s->path, &s->rec, status, answer);
    json_decref(answer);
}

// true: sent, or is in a state that says what next. false: the server can't be reached.
static bool slot_send(put *p, slot *s)
{
    shg_body body = {s->rec.text, s->rec.text_len};
    shg_client_err e =
        shg_client_send(p->c->client, "PUT", s->header, &body, s->rec.text != NULL, &s->tag);
    if (s->state == SLOT_WAITING && e != SHG_CLIENT_EINTR)
        p->n_waiting--;
    if (e == SHG_CLIENT_EINTR) {
        p->n_waiting += s->state != SLOT_WAITING;
        s->state = SLOT_WAITING;
        s->due_ns = 0;
        return true;
    }
    s->state = SLOT_FLYING;
    if (!e)
        return true;
    if (e == SHG_CLIENT_EREQUEST) {
        refuse(p, s, 413, "text_too_long", shg_client_why(p->c->client));
        slot_end(p, s);
        return true;
    }
    progress_hide(&p->bar);
    put_worse(p, cli_lost(p->c, e));
    return false;
}

static bool send_new(put *p)
{
    slot *s = free_slot(p);
    s->rec = p->next;
    s->path = p->last_path = p->paths[p->at_path];
    p->last_line = s->rec.line;
    p->have_next = false;
    memset(&p->next, 0, sizeof p->next);
    s->header = put_header(s->rec.header);
    s->order = ++p->order;
    s->state = SLOT_FLYING;
    p->n_used++;
    p->bytes += s->rec.text_len;
    return slot_send(p, s);
}

static slot *first_waiting(put *p)
{
    slot *first = NULL;
    for (size_t i = 0; i < p->window; i++) {
        slot *s = &p->slots[i];
        if (s->state == SLOT_WAITING && (!first || s->order < first->order))
            first = s;
    }
    return first;
}

static bool send_waiting(put *p)
{
    for (slot *s; (s = first_waiting(p)) && s->due_ns <= clock_mono_ns() && !put_interrupts();)
        if (!slot_send(p, s))
            return false;
    return true;
}

static bool may_send(put *p)
{
    return !put_interrupts() && !p->n_waiting && p->n_used < p->window && put_next(p) &&
           (!p->n_used || p->bytes + p->next.text_len <= BYTES_MOST) &&
           !uri_in_flight(p, record_uri(&p->next));
}

static bool fill(put *p)
{
    if (!send_waiting(p))
        return false;
    while (may_send(p))
        if (!send_new(p))
            return false;
    return true;
}

// -- answers ----------------------------------------------------------------------------

static slot *find_slot(put *p, uint64_t tag)
{
    for (size_t i = 0; i < p->window; i++)
        if (p->slots[i].state == SLOT_FLYING && p->slots[i].tag == tag)
            return &p->slots[i];
    return NULL;
}

static void wait_again(put *p, slot *s, int64_t ms)
{
    s->state = SLOT_WAITING;
    s->due_ns = clock_mono_ns() + ms * 1000000;
    p->n_waiting++;
    p->n.retried++;
}

static void on_busy(put *p, slot *s, const json_t *answer)
{
    const json_t *after = json_object_get(answer, "retry_after_ms");
    int64_t ms = (int64_t)RETRY_MS << (s->retries < 6 ? s->retries : 6);
    if (json_is_number(after) && json_number_value(after) >= 0 && json_number_value(after) < 60000)
        ms = (int64_t)json_number_value(after);
    s->retries++;
    wait_again(p, s, ms < RETRY_MOST_MS ? ms : RETRY_MOST_MS);
}

static void on_warnings(put *p, const slot *s, const json_t *warnings)
{
    size_t i;
    const json_t *w;
    if (!json_array_size(warnings))
        return;
    w = json_array_get(warnings, 0);
    if (!p->n.warned++)
        snprintf(p->warning, sizeof p->warning, "%s %s", js_text(w, "field"), js_text(w, "detail"));
    if (!p->o.verbose)
        return;
    progress_hide(&p->bar);
    json_array_foreach((json_t *)warnings, i, w)
        term_say(&p->c->err, STYLE_DIM, "warning %s:%llu %s: %s %s\n", s->path,
                 (unsigned long long)s->rec.line, record_uri(&s->rec), js_text(w, "field"),
                 js_text(w, "detail"));
}

static void on_stored(put *p, slot *s, const shg_reply *r, json_t *answer)
{
    const char *result = json_string_value(json_object_get(answer, "result"));
    uint64_t *count = !result                        ? &p->n.accepted
                      : !strcmp(result, "new")       ? &p->n.fresh
                      : !strcmp(result, "unchanged") ? &p->n.unchanged
                                                     : &p->n.updated;
    ++*count;
    p->n.bytes += s->rec.text_len;
    p->full_in_a_row = 0;
    on_warnings(p, s, js_object(answer, "warnings"));
    if (p->c->json)
        cli_print_json(p->c, r->header, r->header_len);
    slot_end(p, s);
}

static void on_refused(put *p, slot *s, int status, json_t *answer)
{
    put_refused(p, s->path, &s->rec, status, answer);
    slot_end(p, s);
    if (status != SHG_STATUS_FULL || ++p->full_in_a_row < FULL_MOST || p->ending)
        return;
    p->ending = true;
    cli_fault(p->c, 0, "%u refusals in a row for a full disk: nothing more is sent", FULL_MOST);
}

static void on_reply(put *p, const shg_reply *r)
{
    slot *s = find_slot(p, r->tag);
    if (!s || r->status == SHG_STATUS_PARTIAL)
        return;
    json_t *answer = json_loadb(r->header, r->header_len, 0, NULL);
    if (r->status == SHG_STATUS_BUSY || r->status == SHG_STATUS_DRAINING) {
        on_busy(p, s, answer);
    } else {
        p->last_answer_ns = clock_mono_ns(); // busy is no progress
        if (r->status < 300)
            on_stored(p, s, r, answer);
        else
            on_refused(p, s, r->status, answer);
    }
    json_decref(answer);
}

static void on_lost(put *p, uint64_t tag)
{
    slot *s = find_slot(p, tag);
    if (!s)
        return;
    if (++s->lost < LOST_MOST) {
        wait_again(p, s, 0); // the same again is "unchanged" if it was stored after all
        return;
    }
    refuse(p, s, SHG_STATUS_INTERNAL, "internal", "the connection was lost each time it was sent");
    slot_end(p, s);
}

// Takes every answer that is there, waiting a tick for the first. false: stop.
static bool receive(put *p)
{
    int wait = p->starved ? STARVED_MS : TICK_MS;
    shg_client *client = p->c->client;
    if (!shg_client_pending(client)) { // all wait to be sent again, or the input is slow
        struct timespec nap = {0, STARVED_MS * 1000000};
        nanosleep(&nap, NULL);
        return true;
    }
    while (shg_client_pending(client)) {
        shg_reply r;
        shg_client_err e = shg_client_recv(client, &r, wait);
        if (!e)
            on_reply(p, &r);
        else if (e == SHG_CLIENT_ELOST)
            on_lost(p, r.tag);
        else if (e != SHG_CLIENT_ETIMEOUT && e != SHG_CLIENT_EINTR) {
            put_worse(p, cli_lost(p->c, e));
            return false;
        }
        shg_reply_free(&r);
        if (e == SHG_CLIENT_ETIMEOUT || e == SHG_CLIENT_EINTR)
            return true;
        wait = 0;
    }
    return true;
}

// -- the whole --------------------------------------------------------------------------

bool put_out_of_time(put *p)
{
    double limit_s = p->c->timeout_s > 0 ? p->c->timeout_s : 30;
    double since_s = (double)(clock_mono_ns() - p->last_answer_ns) / 1e9;
    if (since_s < limit_s)
        return false;
    progress_hide(&p->bar);
    put_worse(p, cli_fault(p->c, EXIT_NO_SERVER, "no acknowledgement from %s for %.0f s",
                           p->c->server, since_s));
    return true;
}

static bool interrupted(put *p)
{
    if (!put_interrupts())
        return false;
    if (!p->stop_ns) {
        p->stop_ns = clock_mono_ns();
        p->ending = true;
        p->code = EXIT_INTERRUPTED;
        progress_hide(&p->bar);
        cli_fault(p->c, 0, "interrupted; answers to wait for: %zu", p->n_used - p->n_waiting);
    }
    return put_interrupts() > 1 || p->n_used == p->n_waiting ||
           clock_mono_ns() - p->stop_ns > (int64_t)STOP_MS * 1000000;
}

void put_window(put *p)
{
    p->last_answer_ns = clock_mono_ns();
    for (;;) {
        bool idle = p->n_used == 0;
        if (!fill(p))
            return;
        if (idle)
            p->last_answer_ns = clock_mono_ns(); // nothing was owed while input was slow
        if (!p->n_used && !put_interrupts() && !put_next(p) && !p->starved)
            return;
        if ((p->n_used || p->starved) && !receive(p))
            return;
        put_show_progress(p);
        if (interrupted(p) || (p->n_used && put_out_of_time(p)))
            return;
    }
}

bool put_alone(put *p, const char *path, record *r)
{
    char *header = put_header(r->header);
    shg_body body = {r->text, r->text_len};
    shg_reply reply;
    shg_client_err e = shg_client_call(p->c->client, "PUT", header, &body, r->text != NULL, &reply);
    free(header);
    slot s = {.path = path, .rec = *r};
    p->n_used++; // slot_end takes it back
    p->bytes += r->text_len;
    memset(r, 0, sizeof *r);
    p->have_next = false;
    if (e == SHG_CLIENT_EREQUEST) {
        refuse(p, &s, 413, "text_too_long", shg_client_why(p->c->client));
        slot_end(p, &s);
        return true;
    }
    if (e) {
        put_worse(p, cli_lost(p->c, e));
        slot_end(p, &s);
        return false;
    }
    json_t *answer = json_loadb(reply.header, reply.header_len, 0, NULL);
    if (reply.status < 300)
        on_stored(p, &s, &reply, answer);
    else
        on_refused(p, &s, reply.status, answer);
    json_decref(answer);
    shg_reply_free(&reply);
    return true;
}

void put_drop(put *p)
{
    for (size_t i = 0; i < p->window; i++)
        if (p->slots[i].state != SLOT_FREE)
            slot_end(p, &p->slots[i]);
}

const slot *put_first_open(const put *p)
{
    const slot *first = NULL;
    for (size_t i = 0; i < p->window; i++) {
        const slot *s = &p->slots[i];
        if (s->state != SLOT_FREE && (!first || s->order < first->order))
            first = s;
    }
    return first;
}
