#include "engine/helpers.h"
#include "base/clock.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
    WORTH = 2,        // steps, from which on it is worth to wake somebody
    WATCH_US = 200,   // without sleep; a question has no longer stretches without steps
    WATCH_TRIES = 32, // between two looks at the clock: about a microsecond
};

typedef struct job {
    helpers_step *step;
    void *ctx;
    size_t n;
    atomic_size_t next;
    atomic_uint at_work; // helpers; changed under the lock
} job;

struct helpers {
    pthread_mutex_t lock; // of what is no atomic below, and of changes of `offer`
    pthread_cond_t offered, done;
    _Atomic(job *) offer;  // on the stack of who asked; NULL where there is nothing left to begin
    atomic_uint questions; // begun, and not at their end
    atomic_uint asked; // those, and those that wait for their turn, or whose answers are written
    unsigned asleep;   // helpers
    bool stop;
    unsigned n, cores; // cores: for helpers and questions, but one
    struct helper {
        struct helpers *h;
        unsigned who;
        pthread_t thread;
    } helper[HELPERS_MOST];
};

static void relax(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

// Whether no more questions are under way than leave a core to a helper.
static bool has_core(helpers *h)
{
    return atomic_load_explicit(&h->questions, memory_order_relaxed) <= h->cores;
}

// Where questions come one by one there may be another soon; and as long as a helper looks out for
// it, all who carry the answer find the cores awake. Where others wait already, they need them.
static bool is_expected(helpers *h, unsigned questions)
{
    return has_core(h) && (questions || atomic_load_explicit(&h->asked, memory_order_relaxed) <= 1);
}

// Waits for an offer where one is to be expected, so long from when a question begins or ends.
static void watch_offers(helpers *h)
{
    unsigned before = 0;
    int64_t now_ns = clock_mono_ns(), until_ns = now_ns + WATCH_US * 1000;
    for (; now_ns < until_ns; now_ns = clock_mono_ns()) {
        unsigned questions = atomic_load_explicit(&h->questions, memory_order_relaxed);
        if (!is_expected(h, questions))
            return;
        if (questions != before)
            until_ns = now_ns + WATCH_US * 1000;
        before = questions;
        for (int i = 0; i < WATCH_TRIES; i++) {
            if (atomic_load_explicit(&h->offer, memory_order_relaxed))
                return;
            relax();
        }
        sched_yield();
    }
}

// Waits for those who are at a job of which all has begun.
static void watch_job(job *j)
{
    int64_t until_ns = clock_mono_ns() + WATCH_US * 1000;
    while (clock_mono_ns() < until_ns) {
        for (int i = 0; i < WATCH_TRIES; i++) {
            if (!atomic_load_explicit(&j->at_work, memory_order_relaxed))
                return;
            relax();
        }
        sched_yield();
    }
}

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

static void take_part(helpers *h, job *j, unsigned who)
{
    atomic_fetch_add_explicit(&j->at_work, 1, memory_order_relaxed);
    pthread_mutex_unlock(&h->lock);
    work(j, who);
    pthread_mutex_lock(&h->lock);
    withdraw(h, j); // all of it has begun
    if (atomic_fetch_sub_explicit(&j->at_work, 1, memory_order_relaxed) == 1)
        pthread_cond_broadcast(&h->done);
}

static void wait_for_offer(helpers *h)
{
    pthread_mutex_unlock(&h->lock);
    watch_offers(h);
    pthread_mutex_lock(&h->lock);
    if (h->stop || h->offer)
        return;
    h->asleep++;
    pthread_cond_wait(&h->offered, &h->lock);
    h->asleep--;
}

static void *run_helper(void *arg)
{
    struct helper *me = arg;
    helpers *h = me->h;
    pthread_mutex_lock(&h->lock);
    while (!h->stop) {
        job *j = h->offer;
        if (j)
            take_part(h, j, me->who);
        else
            wait_for_offer(h);
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
    h->cores = n;
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

void helpers_begin(helpers *h)
{
    if (!h || !h->n)
        return;
    atomic_fetch_add_explicit(&h->questions, 1, memory_order_relaxed);
    if (!has_core(h))
        return;
    pthread_mutex_lock(&h->lock);
    if (h->asleep)
        pthread_cond_broadcast(&h->offered);
    pthread_mutex_unlock(&h->lock);
}

void helpers_end(helpers *h)
{
    if (h && h->n)
        atomic_fetch_sub_explicit(&h->questions, 1, memory_order_relaxed);
}

void helpers_asked(helpers *h)
{
    if (h)
        atomic_fetch_add_explicit(&h->asked, 1, memory_order_relaxed);
}

void helpers_answered(helpers *h)
{
    if (h)
        atomic_fetch_sub_explicit(&h->asked, 1, memory_order_relaxed);
}

static bool offer(helpers *h, job *j)
{
    if (!h || !h->n || j->n < WORTH || !has_core(h))
        return false;
    pthread_mutex_lock(&h->lock);
    bool taken = h->offer != NULL;
    if (!taken) {
        h->offer = j;
        if (h->asleep)
            pthread_cond_broadcast(&h->offered);
    }
    pthread_mutex_unlock(&h->lock);
    return !taken;
}

void helpers_run(helpers *h, size_t n, helpers_step *step, void *ctx)
{
    job j = {.step = step, .ctx = ctx, .n = n};
    atomic_init(&j.next, 0);
    atomic_init(&j.at_work, 0);
    bool offered = offer(h, &j);
    work(&j, 0);
    if (!offered)
        return;
    pthread_mutex_lock(&h->lock);
    withdraw(h, &j); // nobody comes to it any more
    pthread_mutex_unlock(&h->lock);
    watch_job(&j);
    pthread_mutex_lock(&h->lock); // and sees what they wrote
    while (j.at_work)
        pthread_cond_wait(&h->done, &h->lock);
    pthread_mutex_unlock(&h->lock);
}
