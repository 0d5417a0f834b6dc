// client_stream.c - libshingled: a stream of batches, kept until they are committed.
//
// Batches wait in a list in the order of their records. Those at its head may be under way; when
// anything goes wrong with one, nothing more is sent until all that was under way is answered or
// lost; then the stream is opened again, which tells what is committed, and the rest is numbered
// and sent anew.
#include "client_inside.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    RECORDS = 64,
    BYTES = 256 << 10,
    FLYING_MOST = 32,     // batches under way, whatever the credit; below a client's window
    AGAIN_MS = 100,       // before it is opened again, doubling up to
    AGAIN_MOST_MS = 5000, // this
    OPEN_MOST_MS = 30000, // for a server that is busy when a stream is opened first
    LENGTHS = 8,          // bytes before each pair
};

typedef struct batch {
    struct batch *next;
    uint64_t first, n, number, tag;
    uint8_t *p;
    size_t len, room;
    bool flying, over; // over: answered; the reply is below
    char mark[SHG_STREAM_MARK_MAX + 1];
    shg_reply reply;
} batch;

struct shg_stream {
    shg_client *c;
    shg_stream_opts o;
    char name[SHG_STREAM_NAME_MAX + 1];
    char session[32];
    char mark[SHG_STREAM_MARK_MAX + 1];
    uint64_t ack, credit, next_number, n_added, n_pending;
    size_t flying_bytes, n_flying;
    batch *head, *filling; // filling: the last of the list, not yet to be sent; or NULL
    bool broken;           // to be opened again
    int64_t again_ms;      // not before; in now_ms
    int wait_ms;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool is_plain(const char *s, size_t most)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == '"' || s[i] == '\\')
            return false;
    return n <= most;
}

// -- reading answers: a name in quotation marks and a colon can't stand inside a JSON string ----

static uint64_t number_of(const char *header, const char *name)
{
    const char *at = strstr(header, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static void text_of(char *out, size_t room, const char *header, const char *name)
{
    const char *at = strstr(header, name);
    size_t n = at ? strcspn(at + strlen(name), "\"") : 0;
    if (n >= room)
        n = 0;
    memcpy(out, n ? at + strlen(name) : "", n);
    out[n] = 0;
}

// -- the list ---------------------------------------------------------------------------

static void batch_free(batch *b)
{
    shg_reply_free(&b->reply);
    free(b->p);
    free(b);
}

static void land(shg_stream *s, batch *b)
{
    if (!b->flying)
        return;
    b->flying = false;
    s->flying_bytes -= b->len;
    s->n_flying--;
}

// The head is done with: status 0 where its answer was lost.
static void tell_head(shg_stream *s, bool committed)
{
    batch *b = s->head;
    land(s, b);
    if (committed)
        memcpy(s->mark, b->mark, sizeof s->mark);
    s->head = b->next;
    s->n_pending -= b->n;
    shg_batch told = {.first = b->first, .n = b->n, .header = "", .status = b->reply.status};
    if (b->reply.header) {
        told.header = b->reply.header;
        told.header_len = b->reply.header_len;
    }
    if (s->o.answered)
        s->o.answered(s->o.ctx, &told);
    batch_free(b);
}

static void tell_answered(shg_stream *s)
{
    while (s->head && s->head->over) {
        bool stored = s->head->reply.status == SHG_STATUS_OK;
        if (stored)
            s->ack = s->head->number;
        tell_head(s, stored);
    }
}

// -- opening ----------------------------------------------------------------------------

static void take_place(shg_stream *s, const char *header)
{
    s->ack = number_of(header, "\"ack\":");
    s->credit = number_of(header, "\"credit\":");
    text_of(s->session, sizeof s->session, header, "\"session\":\"");
    text_of(s->mark, sizeof s->mark, header, "\"mark\":\"");
}

static shg_client_err refused(shg_stream *s, const shg_reply *r)
{
    char error[64];
    text_of(error, sizeof error, r->header, "\"error\":\"");
    return shg_client_fail(s->c, SHG_CLIENT_EREFUSED, "the stream %s was not opened: %d %s",
                           s->name, r->status, error);
}

static bool may_pass(int status)
{
    return status == SHG_STATUS_BUSY || status == SHG_STATUS_DRAINING;
}

static shg_client_err open_once(shg_stream *s)
{
    char header[SHG_STREAM_NAME_MAX + 32];
    shg_reply r;
    snprintf(header, sizeof header, "{\"stream\":\"%s\"}", s->name);
    shg_client_err e = shg_client_call(s->c, "STREAM", header, NULL, 0, &r);
    if (e == SHG_CLIENT_ELOST)
        return SHG_CLIENT_OK; // still broken; the next call waits for a connection
    if (e)
        return e;
    if (r.status == SHG_STATUS_OK)
        take_place(s, r.header);
    else
        e = refused(s, &r);
    if (e && may_pass(r.status)) {
        s->again_ms = now_ms() + s->wait_ms;
        s->wait_ms = s->wait_ms * 2 < AGAIN_MOST_MS ? s->wait_ms * 2 : AGAIN_MOST_MS;
        e = SHG_CLIENT_OK; // still broken
    } else if (!e) {
        s->broken = false;
        s->wait_ms = AGAIN_MS;
        s->next_number = s->ack + 1;
    }
    shg_reply_free(&r);
    return e;
}

static shg_client_err nap(shg_stream *s, int64_t ms)
{
    if (ms > 0 && poll(NULL, 0, ms < 60000 ? (int)ms : 60000) < 0)
        return shg_client_fail(s->c, SHG_CLIENT_EINTR, "interrupted by a signal");
    return SHG_CLIENT_OK;
}

// Committed ones whose answers were lost are told so; the others are sent anew.
static shg_client_err open_again(shg_stream *s)
{
    shg_client_err e = open_once(s);
    if (e || s->broken)
        return e;
    char mark[sizeof s->mark];
    memcpy(mark, s->mark, sizeof mark);
    while (s->head && s->head->number && s->head->number <= s->ack)
        tell_head(s, true);
    memcpy(s->mark, mark, sizeof mark);
    for (batch *b = s->head; b; b = b->next)
        b->number = 0;
    tell_answered(s);
    return e;
}

static void to_break(shg_stream *s, int wait_ms)
{
    if (!s->broken)
        s->again_ms = now_ms() + wait_ms;
    s->broken = true;
}

// -- sending ----------------------------------------------------------------------------

static shg_client_err send_batch(shg_stream *s, batch *b)
{
    char header[SHG_STREAM_MARK_MAX + 128];
    snprintf(header, sizeof header,
             "{\"session\":\"%s\",\"batch\":%llu,\"format\":\"pairs\",\"mark\":\"%s\"}", s->session,
             (unsigned long long)s->next_number, b->mark);
    shg_client_err e = shg_client_send(s->c, "PUTS", header, &(shg_body){b->p, b->len}, 1, &b->tag);
    if (e)
        return e;
    b->number = s->next_number++;
    b->flying = true;
    s->flying_bytes += b->len;
    s->n_flying++;
    return SHG_CLIENT_OK;
}

static shg_client_err send_due(shg_stream *s)
{
    for (batch *b = s->head; b && b != s->filling && !s->broken; b = b->next) {
        if (b->flying || b->over)
            continue;
        bool fits = !s->n_flying || s->flying_bytes + b->len <= s->credit;
        if (!fits || s->n_flying == FLYING_MOST)
            break;
        shg_client_err e = send_batch(s, b);
        if (e)
            return e == SHG_CLIENT_EWINDOW ? SHG_CLIENT_OK : e; // the client's own is smaller
    }
    return SHG_CLIENT_OK;
}

// -- answers ----------------------------------------------------------------------------

static batch *find(shg_stream *s, uint64_t tag)
{
    for (batch *b = s->head; b; b = b->next)
        if (b->flying && b->tag == tag)
            return b;
    return NULL;
}

// An answer that says nothing of the batch itself: it is sent again once the stream is open again.
static bool is_passing(int status)
{
    return may_pass(status) || status == SHG_STATUS_NOT_FOUND || status == SHG_STATUS_CONFLICT;
}

static void on_reply(shg_stream *s, shg_reply *r)
{
    batch *b = find(s, r->tag);
    if (!b)
        return;
    land(s, b);
    if (is_passing(r->status)) {
        uint64_t ms = number_of(r->header, "\"retry_after_ms\":");
        to_break(s, ms && ms < 60000 ? (int)ms : 0);
        return;
    }
    b->over = true;
    b->reply = *r;
    memset(r, 0, sizeof *r);
    if (b->reply.status != SHG_STATUS_OK)
        to_break(s, 0); // the server takes none behind it until then
    tell_answered(s);
}

// Takes one answer, or what was lost with a connection.
static shg_client_err take_one(shg_stream *s, int wait_ms)
{
    shg_reply r;
    shg_client_err e = shg_client_recv(s->c, &r, wait_ms);
    if (!e) {
        on_reply(s, &r);
    } else if (e == SHG_CLIENT_ELOST) {
        batch *b = find(s, r.tag);
        if (b)
            land(s, b);
        to_break(s, 0);
        e = SHG_CLIENT_OK;
    }
    shg_reply_free(&r);
    return e;
}

// Opens the stream again once nothing is under way any more, and its time has come.
static shg_client_err heal(shg_stream *s, int64_t end)
{
    while (s->broken && !shg_client_pending(s->c)) {
        int64_t now = now_ms(), until = s->again_ms < end ? s->again_ms : end;
        shg_client_err e = nap(s, until - now);
        if (!e && now_ms() >= s->again_ms)
            e = open_again(s);
        if (e)
            return e;
        if (s->broken && now_ms() >= end)
            return shg_client_fail(s->c, SHG_CLIENT_ETIMEOUT, "the server takes no stream now");
    }
    return SHG_CLIENT_OK;
}

shg_client_err shg_stream_poll(shg_stream *s, int wait_ms)
{
    shg_client_err e = heal(s, wait_ms < 0 ? INT64_MAX : now_ms() + wait_ms);
    if (!e)
        e = send_due(s);
    if (e || !shg_client_pending(s->c))
        return e;
    e = take_one(s, wait_ms);
    while (!e && shg_client_pending(s->c)) {
        e = take_one(s, 0);
        if (e == SHG_CLIENT_ETIMEOUT)
            return send_due(s);
    }
    return e ? e : send_due(s);
}

// -- the calls --------------------------------------------------------------------------

shg_client_err shg_stream_open(shg_stream **out, shg_client *c, const char *name,
                               const shg_stream_opts *opts)
{
    shg_stream *s = *out = c ? calloc(1, sizeof *s) : NULL;
    if (!s)
        return SHG_CLIENT_ENOMEM;
    s->c = c;
    s->wait_ms = AGAIN_MS;
    if (opts)
        memcpy(&s->o, opts, opts->size < sizeof s->o ? opts->size : sizeof s->o);
    s->o.records = s->o.records ? s->o.records : RECORDS;
    if (s->o.records > SHG_BATCH_RECORDS_MAX)
        s->o.records = SHG_BATCH_RECORDS_MAX;
    s->o.bytes = s->o.bytes ? s->o.bytes : BYTES;
    shg_client_err e = SHG_CLIENT_OK;
    if (!*name || !is_plain(name, SHG_STREAM_NAME_MAX))
        e = shg_client_fail(c, SHG_CLIENT_EREQUEST, "\"%.200s\" can be no stream's name", name);
    snprintf(s->name, sizeof s->name, "%s", name);
    int64_t end = now_ms() + OPEN_MOST_MS;
    for (s->broken = true; !e && s->broken;) {
        e = nap(s, s->again_ms ? s->again_ms - now_ms() : 0);
        if (!e)
            e = open_once(s);
        if (!e && s->broken && now_ms() > end)
            e = shg_client_fail(c, SHG_CLIENT_ETIMEOUT, "the server takes no stream now");
    }
    if (e) {
        free(s);
        *out = NULL;
    }
    return e;
}

const char *shg_stream_mark(const shg_stream *s)
{
    return s->mark;
}

uint64_t shg_stream_pending(const shg_stream *s)
{
    return s->n_pending;
}

static batch *start_batch(shg_stream *s)
{
    batch *b = calloc(1, sizeof *b), **end = &s->head;
    if (!b)
        return NULL;
    b->first = s->n_added;
    while (*end)
        end = &(*end)->next;
    return s->filling = *end = b;
}

static size_t kept_bytes(const shg_stream *s)
{
    size_t n = 0;
    for (const batch *b = s->head; b; b = b->next)
        n += b->len;
    return n;
}

static void store_length(uint8_t *to, size_t n)
{
    for (int i = 0; i < 4; i++)
        to[i] = (uint8_t)(n >> (24 - 8 * i));
}

static bool append(batch *b, const char *header, size_t header_len, const void *text, size_t len)
{
    size_t need = b->len + LENGTHS + header_len + len;
    if (need > b->room) {
        size_t room = need > 2 * b->room ? need : 2 * b->room;
        uint8_t *p = realloc(b->p, room);
        if (!p)
            return false;
        b->p = p;
        b->room = room;
    }
    store_length(b->p + b->len, header_len);
    store_length(b->p + b->len + 4, len);
    memcpy(b->p + b->len + LENGTHS, header, header_len);
    if (len)
        memcpy(b->p + b->len + LENGTHS + header_len, text, len);
    b->len = need;
    b->n++;
    return true;
}

// Before a new batch: what is ready goes out, and room is made in the credit, so that what is kept
// here is bounded by it, too.
static shg_client_err make_room(shg_stream *s)
{
    shg_client_err e = shg_stream_poll(s, 0);
    while (!e || e == SHG_CLIENT_ETIMEOUT) {
        if (!s->head || kept_bytes(s) <= s->credit)
            return SHG_CLIENT_OK;
        if (e = shg_stream_poll(s, 1000), e == SHG_CLIENT_ETIMEOUT)
            return e;
    }
    return e;
}

shg_client_err shg_stream_add(shg_stream *s, const char *header, const void *text, size_t len,
                              const char *mark)
{
    size_t header_len = strlen(header), need = LENGTHS + header_len + len;
    if (need > SHG_BATCH_MAX || (mark && !is_plain(mark, SHG_STREAM_MARK_MAX)))
        return shg_client_fail(s->c, SHG_CLIENT_EREQUEST,
                               need > SHG_BATCH_MAX ? "the record is over the limit of a batch"
                                                    : "a mark is plain ASCII without \" and \\");
    batch *b = s->filling;
    if (b && (b->n >= s->o.records || b->len + need > s->o.bytes))
        b = s->filling = NULL;
    shg_client_err e = b ? SHG_CLIENT_OK : make_room(s);
    if (e)
        return e;
    if ((!b && !(b = start_batch(s))) || !append(b, header, header_len, text, len))
        return shg_client_fail(s->c, SHG_CLIENT_ENOMEM, "out of memory");
    if (mark)
        snprintf(b->mark, sizeof b->mark, "%s", mark);
    s->n_added++;
    s->n_pending++;
    return SHG_CLIENT_OK;
}

shg_client_err shg_stream_flush(shg_stream *s, int wait_ms)
{
    int64_t end = wait_ms < 0 ? INT64_MAX : now_ms() + wait_ms;
    s->filling = NULL;
    while (s->head) {
        int64_t left = end == INT64_MAX ? 1000 : end - now_ms();
        shg_client_err e = shg_stream_poll(s, left > 0 ? (int)left : 0);
        if (e && (e != SHG_CLIENT_ETIMEOUT || left <= 0))
            return e;
    }
    return SHG_CLIENT_OK;
}

void shg_stream_close(shg_stream **stream, bool forget)
{
    shg_stream *s = *stream;
    char header[96];
    shg_reply r;
    *stream = NULL;
    if (!s)
        return;
    snprintf(header, sizeof header, "{\"session\":\"%s\",\"close\":true,\"forget\":%s}", s->session,
             forget ? "true" : "false");
    if (!s->broken && !shg_client_pending(s->c) &&
        !shg_client_call(s->c, "ACK", header, NULL, 0, &r))
        shg_reply_free(&r);
    while (s->head) {
        batch *b = s->head;
        s->head = b->next;
        batch_free(b);
    }
    free(s);
}
