#include "engine/helpers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum { WORTH = 2 }; // steps, from which on it is worth to wake somebody

typedef struct job {
    helpers_step *step;
    void *ctx;
    size_t n;
    atomic_size_t next;
    unsigned at_work; // helpers; guarded by the lock
} job;

struct helpers {
    pthread_mutex_t lock; // of the members below
    pthread_cond_t offered, done;
    job *offer; // on the stack of who asked; NULL where there is nothing left to begin
    bool stop;
    unsigned n;
    struct helper {
        struct helpers *h;
        unsigned who;
        pthread_t thread;
    } helper[HELPERS_MOST];
};

static void work(job *j, unsigned who)
{
    for (size_t i; (i = atomic_fetch_add_explicit(&j->next, 1, memory_order_relaxed)) < j->n;)
        j->step(j->ctx, who, i);
}

static void withdraw(helpers *h, const job *j)
{
    if (h->offer == j)
        h->offer = NULL;
}

static void *run_helper(void *arg)
{
    struct helper *me = arg;
    helpers *h = me->h;
    pthread_mutex_lock(&h->lock);
    while (!h->stop) {
        job *j = h->offer;
        if (!j) {
            pthread_cond_wait(&h->offered, &h->lock);
            continue;
        }
        j->at_work++;
        pthread_mutex_unlock(&h->lock);
        work(j, me->who);
        pthread_mutex_lock(&h->lock);
        withdraw(h, j); // all of it has begun
        if (--j->at_work == 0)
            pthread_cond_broadcast(&h->done);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

shg_err helpers_open(helpers **out, unsigned n)
{
    helpers *h = *out = calloc(1, sizeof *h);
    if (!h)
        return SHG_ENOMEM;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->offered, NULL);
    pthread_cond_init(&h->done, NULL);
    while (h->n < n && h->n < HELPERS_MOST) {
        struct helper *x = &h->helper[h->n];
        *x = (struct helper){.h = h, .who = h->n + 1};
        if (pthread_create(&x->thread, NULL, run_helper, x)) {
            helpers_close(out);
            return SHG_ENOMEM;
        }
        h->n++;
    }
    return SHG_OK;
}

void helpers_close(helpers **ph)
{
    helpers *h = *ph;
    *ph = NULL;
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->stop = true;
    pthread_cond_broadcast(&h->offered);
    pthread_mutex_unlock(&h->lock);
    for (unsigned i = 0; i < h->n; i++)
        pthread_join(h->helper[i].thread, NULL);
    pthread_cond_destroy(&h->offered);
    pthread_cond_destroy(&h->done);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

static bool offer(helpers *h, job *j)
{
    if (!h || !h->n || j->n < WORTH)
        return false;
    pthread_mutex_lock(&h->lock);
    bool taken = h->offer != NULL;
    if (!taken) {
        h->offer = j;
        pthread_cond_broadcast(&h->offered);
    }
    pthread_mutex_unlock(&h->lock);
    return !taken;
}

void helpers_run(helpers *h, size_t n, helpers_step *step, void *ctx)
{
    job j = {.step = step, .ctx = ctx, .n = n};
    atomic_init(&j.next, 0);
    bool offered = offer(h, &j);
    work(&j, 0);
    if (!offered)
        return;
    pthread_mutex_lock(&h->lock);
    withdraw(h, &j);
    while (j.at_work)
        pthread_cond_wait(&h->done, &h->lock);
    pthread_mutex_unlock(&h->lock);
}
