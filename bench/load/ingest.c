#include "ingest.h"
#include "base/clock.h"
#include "shingled/wire.h"
#include "wire.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    STUCK_MS = 60000,
    TRACE_MS = 10,
    BURST = 64, // sent between two looks at the answers
};

typedef struct slot { // one message on its way; its number is the request id
    uint64_t i, n;    // articles i to i + n
    int64_t intended_ns;
    size_t bytes;
    bool on_its_way;
} slot;

typedef struct run {
    ingest *g;
    void *socket;
    int fd;
    article *room;
    slot *slots;
    uint32_t *free_slots;
    unsigned n_slots, n_free;
    uint64_t sent, next_step;
    // of a stream
    char session[64];
    size_t credit, bytes; // that the server grants; that are on their way
    uint64_t batches;
    pool_room pairs;
    int64_t start_ns, heard_ns, paused_ns;
    int64_t bin, bin_longest_ns; // of the trace
    uint64_t bin_n;
    answer a;
} run;

static bool open_stream(run *r)
{
    static const char SESSION[] = "\"session\":\"", CREDIT[] = "\"credit\":";
    if (!wire_ask(r->socket, "STREAM", "{\"stream\":\"load\",\"reset\":true}", &r->a, STUCK_MS))
        return false;
    const char *s = strstr(r->a.header, SESSION), *c = strstr(r->a.header, CREDIT);
    if (!s || !c || sscanf(s + sizeof SESSION - 1, "%63[^\"]", r->session) != 1)
        return false;
    r->credit = strtoull(c + sizeof CREDIT - 1, NULL, 10);
    return true;
}

static bool run_start(run *r)
{
    ingest *g = r->g;
    size_t n = sizeof r->fd;
    r->socket = wire_connect(g->zmq, g->endpoint);
    r->n_slots = g->batch ? g->window / g->batch : g->window;
    r->n_slots += !r->n_slots;
    r->slots = calloc(r->n_slots, sizeof *r->slots);
    r->free_slots = calloc(r->n_slots, sizeof *r->free_slots);
    r->room = malloc(sizeof *r->room);
    if (!r->socket || !r->slots || !r->free_slots || !r->room ||
        zmq_getsockopt(r->socket, ZMQ_FD, &r->fd, &n))
        return false;
    for (r->n_free = 0; r->n_free < r->n_slots; r->n_free++)
        r->free_slots[r->n_free] = r->n_slots - 1 - r->n_free;
    r->next_step = g->steps && g->n / g->steps ? g->n / g->steps : g->n;
    if (g->batch && !open_stream(r))
        return false;
    r->start_ns = r->heard_ns = clock_mono_ns();
    return true;
}

static void run_end(run *r)
{
    wire_close(&r->socket);
    free(r->slots);
    free(r->free_slots);
    free(r->room);
    free(r->pairs.p);
    answer_free(&r->a);
}

static bool send_slot(run *r, uint32_t k)
{
    static const char MATCH[] = "{\"match\":true,";
    char header[ARTICLES_HEADER_MOST + sizeof MATCH];
    uint64_t i = r->slots[k].i;
    pool_article p = pool_get(r->g->pool, i, r->room);
    bool stable = pool_is_stable(r->g->pool, i);
    wire_bytes h = {p.header, p.header_len, stable}, text = {p.text, p.text_len, stable};
    if (r->g->match) {
        memcpy(header, MATCH, sizeof MATCH - 1);
        memcpy(header + sizeof MATCH - 1, p.header + 1, p.header_len - 1);
        h = (wire_bytes){header, p.header_len + sizeof MATCH - 2, false};
    }
    return wire_send(r->socket, "PUT", k, h, text);
}

// False where it did not go out; *held: only because it would be over the credit.
static bool send_batch(run *r, uint32_t k, bool *held)
{
    char header[160];
    const char *at;
    size_t len;
    slot *s = &r->slots[k];
    if (!pool_pairs(r->g->pool, s->i, s->n, r->room, &r->pairs, &at, &len))
        return false;
    *held = r->bytes && r->bytes + len > r->credit;
    if (*held)
        return false;
    s->bytes = len;
    r->bytes += len;
    int n =
        snprintf(header, sizeof header, "{\"session\":\"%s\",\"batch\":%llu,\"format\":\"pairs\"}",
                 r->session, (unsigned long long)++r->batches);
    return wire_send(r->socket, "PUTS", k, (wire_bytes){header, (size_t)n, false},
                     (wire_bytes){at, len, at != r->pairs.p});
}

static int64_t intended_ns(const run *r, uint64_t k)
{
    double s = r->g->rate > 0 ? (double)k / r->g->rate : 0;
    return r->start_ns + r->paused_ns + (int64_t)(s * 1e9);
}

// Sends what is due, and returns when the next one is. A batch is due when its last article is.
static int64_t send_due(run *r, int64_t now)
{
    ingest *g = r->g;
    uint64_t end = g->pause && r->next_step < g->n ? r->next_step : g->n;
    for (int i = 0; i < BURST && r->n_free && r->sent < end; i++) {
        uint64_t n = g->batch < end - r->sent ? g->batch : end - r->sent;
        n += !n;
        int64_t at = g->rate > 0 ? intended_ns(r, r->sent + n - 1) : now;
        if (at > now)
            return at;
        bool held = false;
        uint32_t k = r->free_slots[r->n_free - 1];
        r->slots[k] =
            (slot){.i = g->first + r->sent, .n = n, .intended_ns = at, .on_its_way = true};
        if (!(g->batch ? send_batch(r, k, &held) : send_slot(r, k))) {
            r->slots[k].on_its_way = false;
            return INT64_MAX;
        }
        r->n_free--;
        r->sent += n;
    }
    return r->n_free && r->sent < end ? now : INT64_MAX;
}

static void trace(run *r, int64_t now, int64_t ns)
{
    int64_t bin = (now - r->start_ns) / (TRACE_MS * 1000000);
    if (bin != r->bin) {
        if (r->bin_n)
            fprintf(r->g->trace, "%lld,%llu,%.3f\n", (long long)r->bin * TRACE_MS,
                    (unsigned long long)r->bin_n, (double)r->bin_longest_ns / 1e6);
        r->bin = bin;
        r->bin_n = 0;
        r->bin_longest_ns = 0;
    }
    r->bin_n++;
    r->bin_longest_ns = ns > r->bin_longest_ns ? ns : r->bin_longest_ns;
}

static bool is_refused(const run *r)
{
    return r->a.status != SHG_STATUS_OK || (r->g->batch && !strstr(r->a.header, "\"refused\":[]"));
}

static bool take_one(run *r, int64_t now)
{
    ingest *g = r->g;
    uint32_t k = (uint32_t)r->a.rid;
    if (r->a.status == SHG_STATUS_BUSY && k < r->n_slots && !g->batch) {
        g->busy++;
        return send_slot(r, k);
    }
    if (k >= r->n_slots || is_refused(r)) {
        if (!g->failed++)
            fprintf(stderr, "PUT: %d %s\n", r->a.status, r->a.header);
        return false;
    }
    slot *s = &r->slots[k];
    int64_t ns = now - s->intended_ns;
    histogram_add(&g->acks, ns);
    if (g->trace)
        trace(r, now, ns);
    s->on_its_way = false;
    r->bytes -= s->bytes;
    r->free_slots[r->n_free++] = k;
    g->acked += s->n;
    return true;
}

static void call_step(run *r)
{
    ingest *g = r->g;
    if (!g->step || !g->steps || g->acked < r->next_step)
        return;
    r->next_step += g->n / g->steps ? g->n / g->steps : 1;
    int64_t from = clock_mono_ns();
    g->seconds = (double)(from - r->start_ns - r->paused_ns) / 1e9;
    g->step(g->ctx, g->acked);
    r->heard_ns = clock_mono_ns();
    r->paused_ns += r->heard_ns - from;
}

// Takes every answer that is there. False: one was a refusal.
static bool take_answers(run *r)
{
    if (!wire_take(r->socket, &r->a))
        return true;
    int64_t now = clock_mono_ns(), gap = now - r->heard_ns;
    r->g->longest_gap_ns = gap > r->g->longest_gap_ns ? gap : r->g->longest_gap_ns;
    r->heard_ns = now;
    do {
        if (!take_one(r, now))
            return false;
        call_step(r);
    } while (!(r->g->cut && *r->g->cut) && wire_take(r->socket, &r->a));
    return true;
}

// Until an answer comes or `due`. The descriptor tells of changes only: all answers have been
// taken before, and are looked for after.
static void wait_until(run *r, int64_t now, int64_t due)
{
    int64_t ns = due - now < 1000000 ? due - now : 1000000;
    if (ns <= 0)
        return;
    struct timespec t = {.tv_nsec = ns};
    struct pollfd p = {.fd = r->fd, .events = POLLIN};
    ppoll(&p, 1, &t, NULL);
}

static bool go_on(const run *r)
{
    const ingest *g = r->g;
    if (g->cut && *g->cut)
        return false;
    bool stopped = g->stop && atomic_load(g->stop);
    return stopped ? r->n_free < r->n_slots : g->acked < g->n;
}

static void find_until(run *r)
{
    r->g->until = r->g->first + r->sent;
    for (unsigned k = 0; r->slots && k < r->n_slots; k++)
        if (r->slots[k].on_its_way && r->slots[k].i < r->g->until)
            r->g->until = r->slots[k].i;
}

bool ingest_run(ingest *g)
{
    run r = {.g = g};
    bool fine = run_start(&r);
    while (fine && go_on(&r)) {
        int64_t now = clock_mono_ns(), due = INT64_MAX;
        if (!g->stop || !atomic_load(g->stop))
            due = send_due(&r, now);
        fine = take_answers(&r);
        if (r.n_free == r.n_slots)
            r.heard_ns = clock_mono_ns(); // nothing is due: no gap
        if (now - r.heard_ns > (int64_t)STUCK_MS * 1000000) {
            fprintf(stderr, "PUT: no answer for %d s\n", STUCK_MS / 1000);
            fine = false;
        }
        wait_until(&r, now, due);
    }
    g->seconds = (double)(clock_mono_ns() - r.start_ns - r.paused_ns) / 1e9;
    find_until(&r);
    run_end(&r);
    return fine;
}
