// worker.c - the thread that seals and merges behind the writers.
#include "base/clock.h"
#include "base/log.h"
#include "index/inside.h"

#include <signal.h>

enum {
    IDLE_S = 2, // without work for so long, small leftovers are done too
    RETRY_S = 1 // after a failure: the disk may have room again
};

// Waits until kicked, stopped, or for some seconds; tells whether it was kicked.
static bool sleep_until(worker *w, int seconds, bool *stop)
{
    struct timespec until = clock_mono_after((int64_t)seconds * 1000000000);
    pthread_mutex_lock(&w->lock);
    int rc = 0;
    while (!w->kicked && !w->stop && rc == 0)
        rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
    bool kicked = w->kicked;
    w->kicked = false;
    *stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return kicked;
}

static bool is_stopping(worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return stop;
}

static void *work(void *arg)
{
    article_index *ix = arg;
    bool stop = false;
    while (true) {
        bool idle = !sleep_until(&ix->worker, IDLE_S, &stop), more = true;
        if (stop)
            return NULL;
        while (more && !is_stopping(&ix->worker)) {
            shg_err err = work_step(ix, idle, &more);
            if (!err)
                continue;
            log_limited(LOG_WARN, "SHG-MERGE", "sealing or merging failed: %s", shg_err_name(err));
            (void)sleep_until(&ix->worker, RETRY_S, &stop);
        }
    }
}

// Signals are the business of the threads that were there before.
static int start_thread(article_index *ix)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&ix->worker.thread, NULL, work, ix);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

shg_err worker_start(article_index *ix)
{
    worker *w = &ix->worker;
    pthread_mutex_init(&w->lock, NULL);
    clock_cond_init(&w->wake);
    w->kicked = true; // what an earlier run left behind
    w->running = start_thread(ix) == 0;
    return w->running ? SHG_OK : SHG_ENOMEM;
}

void worker_stop(article_index *ix)
{
    worker *w = &ix->worker;
    if (!w->running)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->running = false;
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
}

void worker_kick(article_index *ix)
{
    worker *w = &ix->worker;
    if (!w->running)
        return;
    pthread_mutex_lock(&w->lock);
    w->kicked = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}
