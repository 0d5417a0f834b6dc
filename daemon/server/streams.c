#include "server/streams.h"
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

// Credit shares out what batches may take of the server's bound on requests (PENDING_BYTES): the
// first streams get enough to keep it busy, later ones what is left.
enum {
    CREDIT_ALL = 48 << 20,
    CREDIT_SHARE = 4, // one stream gets at most this part of what is left
    CREDIT_MOST = 8 << 20,
    CREDIT_LEAST = 512 << 10,
};
static const int64_t idle_ns = 60LL * 1000000000; // after this another may take its place

static void drop(stream *t)
{
    t->closed = true;
    if (!t->n)
        free(t);
}

void streams_close(streams *s, stream *t)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->open[i] != t)
            continue;
        s->granted -= t->credit;
        s->open[i] = s->open[--s->n];
        drop(t);
        return;
    }
}

void streams_fini(streams *s)
{
    while (s->n)
        streams_close(s, s->open[0]);
}

stream *streams_find(const streams *s, const char *session)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->open[i]->session, session) && atomic_load(&s->open[i]->opened))
            return s->open[i];
    return NULL;
}

// The one that was idle the longest, if that is long enough.
static stream *idlest(const streams *s)
{
    stream *t = NULL;
    for (size_t i = 0; i < s->n; i++)
        if (!s->open[i]->n && (!t || s->open[i]->used_ns < t->used_ns))
            t = s->open[i];
    return t && clock_mono_ns() - t->used_ns > idle_ns ? t : NULL;
}

static void close_namesake(streams *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->open[i]->name, name)) {
            streams_close(s, s->open[i]);
            return;
        }
}

static size_t grant(const streams *s)
{
    size_t left = s->granted < CREDIT_ALL ? (CREDIT_ALL - s->granted) / CREDIT_SHARE : 0;
    return left > CREDIT_MOST ? CREDIT_MOST : left < CREDIT_LEAST ? CREDIT_LEAST : left;
}

shg_err streams_open(streams *s, const char *name, stream **out, refusal *r)
{
    uint8_t random[STREAM_SESSION_LEN / 2];
    stream *idle;
    close_namesake(s, name);
    if (s->n == SHG_STREAMS_MAX && (idle = idlest(s)))
        streams_close(s, idle);
    if (s->n == SHG_STREAMS_MAX)
        return refuse(r, SHG_EBUSY, "%d streams are open and in use", SHG_STREAMS_MAX);
    stream *t = *out = calloc(1, sizeof *t);
    if (!t || getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) {
        free(t);
        return refuse(r, SHG_ENOMEM, "out of memory");
    }
    snprintf(t->name, sizeof t->name, "%s", name);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(t->session + 2 * i, 3, "%02x", random[i]);
    t->credit = grant(s);
    t->used_ns = clock_mono_ns();
    s->granted += t->credit;
    s->open[s->n++] = t;
    return SHG_OK;
}

shg_err stream_admit(const stream *t, uint64_t batch, size_t bytes, bool *repeated, refusal *r)
{
    *repeated = batch <= t->received;
    if (atomic_load(&t->broken))
        return refuse(r, SHG_EORDER, "a batch was not stored: open the stream again to go on");
    if (batch > t->received + 1) {
        r->expected = t->received + 1;
        return refuse(r, SHG_EORDER, "batch %llu is expected, this is %llu",
                      (unsigned long long)r->expected, (unsigned long long)batch);
    }
    // One batch alone is always taken, so that no credit is too small for any.
    if (t->bytes && t->bytes + bytes > t->credit)
        return refuse(r, SHG_ECREDIT,
                      "%zu bytes are under way; %zu more are over the credit of %zu", t->bytes,
                      bytes, t->credit);
    return SHG_OK;
}

void stream_begin(stream *t, size_t bytes)
{
    t->bytes += bytes;
    t->n++;
}

void stream_end(stream *t, size_t bytes)
{
    t->bytes -= bytes;
    t->n--;
    t->used_ns = clock_mono_ns();
    if (t->closed)
        drop(t);
}
