// put_stream.c - `shingle put` by batches: a stream that the server acknowledges batch by batch.
//
// Names and lines of what is under way wait in a ring, in the order of the input, to be named where
// the server refuses one. The stream's mark is how many records of the input were taken: a run of
// the same stream name over the same files skips them.
#include "put.h"

#include "base/clock.h"
#include "js.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TICK_MS = 100,
    STARVED_MS = 10,
    FULL_MOST = 64, // records in a row refused for a full disk before it stops
    STOP_MS = 5000, // for what is under way after Ctrl-C
    NAME_LEN = 64,
    MARK_LEN = 64,
};

typedef struct held {
    const char *path;
    uint64_t line;
    char *uri; // owned; NULL: none
    size_t text_len;
} held;

typedef struct sender {
    put *p;
    shg_stream *s;
    held *ring;
    size_t first, n, room;
    uint32_t files; // hash of their names
    bool named;     // the name is the user's: an interrupted run is remembered
} sender;

// -- what is under way --------------------------------------------------------------------

static held *held_at(sender *x, size_t i)
{
    return &x->ring[(x->first + i) % x->room];
}

static void hold(sender *x, const record *r)
{
    if (x->n == x->room) {
        size_t room = x->room ? 2 * x->room : 1024;
        held *more = calloc(room, sizeof *more);
        if (!more)
            cli_no_memory();
        for (size_t i = 0; i < x->n; i++)
            more[i] = *held_at(x, i);
        free(x->ring);
        x->ring = more;
        x->first = 0;
        x->room = room;
    }
    const char *uri = record_uri(r);
    *held_at(x, x->n++) =
        (held){x->p->paths[x->p->at_path], r->line, uri ? strdup(uri) : NULL, r->text_len};
}

static void drop(sender *x)
{
    free(held_at(x, 0)->uri);
    x->first = (x->first + 1) % x->room;
    x->n--;
}

// -- answers ------------------------------------------------------------------------------

static void refused(sender *x, const held *h, int status, json_t *answer)
{
    record r = {.line = h->line, .header = json_object()};
    if (h->uri)
        json_object_set_new(r.header, "uri", json_string(h->uri));
    put_refused(x->p, h->path, &r, status, answer);
    record_free(&r);
    x->p->full_in_a_row = status == SHG_STATUS_FULL ? x->p->full_in_a_row + 1 : 0;
}

static void warned(sender *x, const held *h, const json_t *w)
{
    put *p = x->p;
    if (!p->n.warned++)
        snprintf(p->warning, sizeof p->warning, "%s %s", js_text(w, "field"), js_text(w, "detail"));
    if (!p->o.verbose)
        return;
    progress_hide(&p->bar);
    term_say(&p->c->err, STYLE_DIM, "warning %s:%llu %s: %s %s\n", h->path,
             (unsigned long long)h->line, h->uri ? h->uri : "", js_text(w, "field"),
             js_text(w, "detail"));
}

// Calls each with those of a batch's records that a list of its answer names.
typedef void on_named(sender *x, const held *h, json_t *entry);
static void each_named(sender *x, json_t *list, uint64_t n, on_named *each)
{
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) {
        long at = js_count(entry, "record");
        if (at >= 0 && (uint64_t)at < n)
            each(x, held_at(x, (size_t)at), entry);
    }
}

static void on_refused(sender *x, const held *h, json_t *entry)
{
    x->p->n.bytes -= h->text_len; // was counted with its batch
    refused(x, h, (int)js_count(entry, "status"), entry);
}

static void on_warned(sender *x, const held *h, json_t *entry)
{
    warned(x, h, entry);
}

static void on_stored(sender *x, const shg_batch *b, json_t *answer)
{
    counts *n = &x->p->n;
    for (size_t i = 0; i < b->n; i++)
        n->bytes += held_at(x, i)->text_len;
    n->fresh += (uint64_t)js_count(answer, "new");
    n->updated += (uint64_t)js_count(answer, "updated");
    n->unchanged += (uint64_t)js_count(answer, "unchanged");
    n->blind += b->status ? 0 : b->n;
    x->p->full_in_a_row = 0;
    each_named(x, json_object_get(answer, "refused"), b->n, on_refused);
    each_named(x, json_object_get(answer, "warnings"), b->n, on_warned);
}

static void answered(void *ctx, const shg_batch *b)
{
    sender *x = ctx;
    put *p = x->p;
    json_t *answer = json_loadb(b->header, b->header_len, 0, NULL);
    p->last_answer_ns = clock_mono_ns();
    if (b->status == 0 || b->status == SHG_STATUS_OK)
        on_stored(x, b, answer);
    else
        for (size_t i = 0; i < b->n; i++)
            refused(x, held_at(x, i), b->status, answer);
    for (size_t i = 0; i < b->n; i++)
        drop(x);
    json_decref(answer);
    if (p->full_in_a_row >= FULL_MOST && !p->ending) {
        p->ending = true;
        cli_fault(p->c, 0, "%u refusals in a row for a full disk: nothing more is sent",
                  p->full_in_a_row);
    }
}

// -- sending --------------------------------------------------------------------------------

// Whether to go on after a call of the stream; what is fatal is said.
static bool go_on(sender *x, shg_client_err e)
{
    if (!e || e == SHG_CLIENT_EINTR || e == SHG_CLIENT_ETIMEOUT)
        return true;
    progress_hide(&x->p->bar);
    put_worse(x->p, cli_lost(x->p->c, e));
    return false;
}

static bool send_alone(sender *x)
{
    shg_client_err e;
    do
        e = shg_stream_flush(x->s, TICK_MS);
    while (go_on(x, e) && e && !put_interrupts() && !put_out_of_time(x->p));
    return !e && put_alone(x->p, x->p->paths[x->p->at_path], &x->p->next);
}

// The record that was read goes into the stream. false: stop.
static bool send_next(sender *x)
{
    put *p = x->p;
    char mark[MARK_LEN];
    bool fine = true;
    char *header = put_header(p->next.header);
    snprintf(mark, sizeof mark, "%08x:%llu", x->files, (unsigned long long)p->n.read);
    hold(x, &p->next);
    shg_client_err e;
    do {
        e = shg_stream_add(x->s, header, p->next.text, p->next.text_len, mark);
        put_show_progress(p);
    } while (e && (fine = go_on(x, e) && !put_interrupts() && !put_out_of_time(p)));
    if (e) {
        free(held_at(x, x->n - 1)->uri);
        x->n--;
    }
    free(header);
    if (!e) {
        p->last_path = p->paths[p->at_path];
        p->last_line = p->next.line;
        record_free(&p->next);
        p->have_next = false;
    }
    return fine;
}

static bool fits(const put *p)
{
    enum { AROUND = 64 << 10 };
    return p->next.text_len <= SHG_BATCH_MAX - SHG_HEADER_MAX - AROUND;
}

static bool interrupted(sender *x)
{
    put *p = x->p;
    if (!put_interrupts())
        return false;
    if (!p->stop_ns) {
        p->stop_ns = clock_mono_ns();
        p->ending = true;
        p->code = EXIT_INTERRUPTED;
        progress_hide(&p->bar);
        cli_fault(p->c, 0, "interrupted; answers to wait for: %zu", x->n);
    }
    return put_interrupts() > 1 || clock_mono_ns() - p->stop_ns > (int64_t)STOP_MS * 1000000;
}

static void run(sender *x)
{
    put *p = x->p;
    p->last_answer_ns = clock_mono_ns();
    for (;;) {
        while (!put_interrupts() && put_next(p))
            if (fits(p) ? !send_next(x) : !send_alone(x))
                if (!put_interrupts())
                    return;
        bool over = !p->starved || put_interrupts();
        if (over && !x->n && (!p->have_next || put_interrupts()))
            return;
        if (!x->n)
            p->last_answer_ns = clock_mono_ns(); // nothing is owed while input is slow
        shg_client_err e = shg_stream_flush(x->s, p->starved ? STARVED_MS : TICK_MS);
        if (!e && p->starved)
            usleep(STARVED_MS * 1000);
        put_show_progress(p);
        if (!go_on(x, e) || interrupted(x) || (x->n && put_out_of_time(p)))
            return;
    }
}

// -- the whole ------------------------------------------------------------------------------

static uint32_t hash_of(char **paths, int n)
{
    uint32_t h = 2166136261u; // FNV-1a
    for (int i = 0; i < n; i++)
        for (const char *s = paths[i];; s++) {
            h = (h ^ (uint8_t)*s) * 16777619u;
            if (!*s)
                break;
        }
    return h;
}

// Passes over what an earlier run of this stream has stored.
static bool skip(sender *x)
{
    put *p = x->p;
    unsigned files;
    unsigned long long taken;
    if (sscanf(shg_stream_mark(x->s), "%8x:%llu", &files, &taken) != 2)
        return true;
    if (files != x->files) {
        put_worse(p, cli_fault(p->c, EXIT_USAGE, "the stream %s was begun with other files",
                               p->o.stream));
        return false;
    }
    while (p->n.read < taken && put_next(p)) {
        record_free(&p->next);
        p->have_next = false;
    }
    cli_fault(p->c, 0, "%llu records were stored before; going on behind them", taken);
    return true;
}

bool put_stream(put *p)
{
    char name[NAME_LEN];
    sender x = {.p = p, .files = hash_of(p->paths, p->n_paths), .named = p->o.stream != NULL};
    shg_stream_opts o = {sizeof o, 0, 0, answered, &x};
    snprintf(name, sizeof name, "put-%llx-%d", (unsigned long long)clock_wall_ms(), (int)getpid());
    shg_client_err e = shg_stream_open(&x.s, p->c->client, p->o.stream ? p->o.stream : name, &o);
    if (e == SHG_CLIENT_EREFUSED)
        return false;
    if (e) {
        put_worse(p, e == SHG_CLIENT_EREQUEST
                         ? cli_fault(p->c, EXIT_USAGE, "%s", shg_client_why(p->c->client))
                         : cli_lost(p->c, e));
        return true;
    }
    if (skip(&x))
        run(&x);
    p->n_used = x.n;
    bool done = p->code == 0 || p->code == EXIT_REFUSED;
    shg_stream_close(&x.s, done || !x.named);
    while (x.n)
        drop(&x);
    free(x.ring);
    return true;
}
