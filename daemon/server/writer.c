#include "server/writer.h"

#include <pthread.h>
#include <stdlib.h>

enum {
    GROUP_MOST = 512,
    GROUP_BYTES = 64 << 20,
    GROUP_PATIENT = 128, // of changes that wait for their matches, while so many before them do:
                         // to place those takes longer than to sync a group
};

struct writer {
    engine *e;
    writer_done *done;
    void *ctx;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    request **slot; // ring of window, by sequence number
    size_t window;
    uint64_t next;    // sequence number that is applied next
    size_t ready;     // in slots,
    size_t hasty;     // of them, with nothing to wait for but this
    size_t unmatched; // done, but not answered
    bool stop;
    // of the thread alone
    request *group[GROUP_MOST];
    change change[GROUP_MOST + SHG_BATCH_RECORDS_MAX + 1]; // the last request may be a whole batch
};

static bool may_take(const writer *w)
{
    bool waits = !w->hasty && w->unmatched >= GROUP_PATIENT && w->ready < GROUP_PATIENT;
    return w->slot[w->next % w->window] && !waits;
}

// What stands behind one that is still read wakes nobody.
static void tell(writer *w)
{
    if (may_take(w))
        pthread_cond_signal(&w->changed);
}

void writer_put(writer *w, request *q)
{
    pthread_mutex_lock(&w->lock);
    w->slot[q->sequence % w->window] = q;
    w->ready++;
    w->hasty += !request_waits(q);
    tell(w);
    pthread_mutex_unlock(&w->lock);
}

void writer_matched(writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->unmatched--;
    tell(w);
    pthread_mutex_unlock(&w->lock);
}

static size_t changes_of(const request *q)
{
    return request_is_batch(q) ? q->batch.n : 1;
}

static size_t take_group(writer *w)
{
    size_t n = 0, changes = 0, bytes = 0;
    pthread_mutex_lock(&w->lock);
    while (!w->stop && !may_take(w))
        pthread_cond_wait(&w->changed, &w->lock);
    while (n < GROUP_MOST && changes < GROUP_MOST && bytes < GROUP_BYTES &&
           w->slot[w->next % w->window]) {
        request *q = w->slot[w->next % w->window];
        w->slot[w->next++ % w->window] = NULL;
        w->ready--;
        w->hasty -= !request_waits(q);
        bytes += q->change.reading ? q->change.reading->record.text.len : q->message.bytes;
        changes += changes_of(q);
        w->group[n++] = q;
    }
    pthread_mutex_unlock(&w->lock);
    return n;
}

// Only what is sound is applied; what was refused keeps its place in the order of replies.
static void apply(writer *w, size_t n)
{
    size_t sound = 0, m;
    for (size_t i = 0; i < n; i++) {
        request_bar(w->group[i]);
        const change *c = request_changes(w->group[i], &m);
        for (size_t k = 0; k < m; k++)
            if (!c[k].refusal.err)
                w->change[sound++] = c[k];
    }
    if (sound)
        engine_apply(w->e, w->change, sound);
    sound = 0;
    for (size_t i = 0; i < n; i++) {
        change *c = request_changes(w->group[i], &m);
        for (size_t k = 0; k < m; k++)
            if (!c[k].refusal.err)
                c[k] = w->change[sound++];
        request_settle(w->group[i]);
    }
}

static void count_unmatched(writer *w, size_t n)
{
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < n; i++)
        w->unmatched += request_waits(w->group[i]);
    pthread_mutex_unlock(&w->lock);
}

static void *run(void *arg)
{
    writer *w = arg;
    for (size_t n; (n = take_group(w)) > 0;) {
        apply(w, n);
        count_unmatched(w, n);
        for (size_t i = 0; i < n; i++)
            w->done(w->ctx, w->group[i]);
        w->done(w->ctx, NULL);
    }
    return NULL;
}

shg_err writer_start(writer **out, engine *e, size_t window, writer_done *done, void *ctx)
{
    writer *w = *out = calloc(1, sizeof *w);
    if (!w)
        return SHG_ENOMEM;
    w->e = e;
    w->done = done;
    w->ctx = ctx;
    w->window = window;
    w->slot = calloc(window, sizeof *w->slot);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    if (w->slot && !pthread_create(&w->thread, NULL, run, w))
        return SHG_OK;
    free(w->slot);
    free(w);
    *out = NULL;
    return SHG_ENOMEM;
}

void writer_stop(writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
}

void writer_free(writer **pw)
{
    writer *w = *pw;
    *pw = NULL;
    if (!w)
        return;
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w->slot);
    free(w);
}
