#include "index/filler.h"

#include <pthread.h>
#include <stdlib.h>

enum { BATCH = 1024, BATCHES = 4 };

typedef struct batch {
    uint32_t doc[BATCH];
    const uint8_t *lanes[BATCH];
    size_t n;
} batch;

// A ring: batches [done, full) are the thread's, the one at full is being filled.
struct filler {
    bands *b;
    uint64_t seed;
    batch of[BATCHES];
    bands_of bands[BATCH]; // the thread's
    pthread_t thread;
    pthread_mutex_t lock; // of the members below
    pthread_cond_t moved;
    size_t full, done;
    bool end;
    filler_work *work; // to be done at the end; or NULL
    void *ctx;
    shg_err err; // the thread's until it ended
};

static shg_err fill(filler *f, const batch *x)
{
    for (size_t i = 0; i < x->n; i++) {
        f->bands[i].doc = x->doc[i];
        minhash_bands(f->bands[i].band, x->lanes[i], f->seed);
    }
    shg_err err = bands_reserve(f->b, x->n);
    if (!err)
        bands_fill(f->b, f->bands, x->n);
    return err;
}

static void *run(void *arg)
{
    filler *f = arg;
    pthread_mutex_lock(&f->lock);
    for (;;) {
        while (f->done == f->full && !f->end)
            pthread_cond_wait(&f->moved, &f->lock);
        if (f->done == f->full)
            break;
        const batch *x = &f->of[f->done % BATCHES];
        pthread_mutex_unlock(&f->lock);
        if (!f->err)
            f->err = fill(f, x);
        pthread_mutex_lock(&f->lock);
        f->done++;
        pthread_cond_signal(&f->moved);
    }
    pthread_mutex_unlock(&f->lock);
    if (f->work && !f->err)
        f->err = f->work(f->ctx);
    return NULL;
}

shg_err filler_start(filler **out, bands *b, uint64_t seed)
{
    filler *f = *out = calloc(1, sizeof *f);
    if (!f)
        return SHG_ENOMEM;
    f->b = b;
    f->seed = seed;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->moved, NULL);
    if (!pthread_create(&f->thread, NULL, run, f))
        return SHG_OK;
    pthread_cond_destroy(&f->moved);
    pthread_mutex_destroy(&f->lock);
    free(f);
    *out = NULL;
    return SHG_ENOMEM;
}

// Gives the batch to the thread, and waits for a free one.
static void hand_over(filler *f)
{
    pthread_mutex_lock(&f->lock);
    f->full++;
    pthread_cond_signal(&f->moved);
    while (f->full - f->done == BATCHES)
        pthread_cond_wait(&f->moved, &f->lock);
    pthread_mutex_unlock(&f->lock);
    f->of[f->full % BATCHES].n = 0;
}

void filler_add(filler *f, uint32_t doc, const uint8_t lanes[MINHASH_LANES])
{
    batch *x = &f->of[f->full % BATCHES];
    x->doc[x->n] = doc;
    x->lanes[x->n++] = lanes;
    if (x->n == BATCH)
        hand_over(f);
}

static void end(filler *f)
{
    if (f->end)
        return;
    hand_over(f);
    pthread_mutex_lock(&f->lock);
    f->end = true;
    pthread_cond_signal(&f->moved);
    pthread_mutex_unlock(&f->lock);
}

void filler_rest(filler *f, filler_work *work, void *ctx)
{
    f->work = work; // the lock shows it to the thread
    f->ctx = ctx;
    end(f);
}

shg_err filler_end(filler **pf)
{
    filler *f = *pf;
    *pf = NULL;
    if (!f)
        return SHG_OK;
    end(f);
    pthread_join(f->thread, NULL);
    shg_err err = f->err;
    pthread_cond_destroy(&f->moved);
    pthread_mutex_destroy(&f->lock);
    free(f);
    return err;
}
