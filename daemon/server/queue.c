#include "server/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct ring {
    void **item; // [room]
    size_t first, n;
} ring;

// One who waits, on its own stack. Woken once, for one item: each waiter has a condition of its
// own, so that an item wakes one who takes it and no other, and costs nothing while all are busy.
typedef struct waiter {
    pthread_cond_t cond;
    bool woken;
    struct waiter *next;
} waiter;

struct queue {
    pthread_mutex_t lock;
    waiter *waiting[LANES]; // for lanes up to this one; the last to come is woken first
    ring lane[LANES];
    size_t room; // of each lane
    bool closed;
};

shg_err queue_open(queue **out, size_t room)
{
    queue *q = *out = calloc(1, sizeof *q);
    if (!q)
        return SHG_ENOMEM;
    pthread_mutex_init(&q->lock, NULL);
    q->room = room;
    bool got_all = true;
    for (int l = 0; l < LANES; l++)
        got_all &= (q->lane[l].item = calloc(room, sizeof *q->lane[l].item)) != NULL;
    if (got_all)
        return SHG_OK;
    queue_free(out);
    return SHG_ENOMEM;
}

void queue_free(queue **pq)
{
    queue *q = *pq;
    *pq = NULL;
    if (!q)
        return;
    pthread_mutex_destroy(&q->lock);
    for (int l = 0; l < LANES; l++)
        free(q->lane[l].item);
    free(q);
}

static void wake(queue *q, int l)
{
    waiter *w = q->waiting[l];
    q->waiting[l] = w->next;
    w->woken = true;
    pthread_cond_signal(&w->cond);
}

void queue_put(queue *q, lane l, void *item)
{
    ring *r = &q->lane[l];
    pthread_mutex_lock(&q->lock);
    assert(r->n < q->room);
    r->item[(r->first + r->n++) % q->room] = item;
    int most = l;
    while (most < LANES && !q->waiting[most])
        most++;
    if (most < LANES)
        wake(q, most);
    pthread_mutex_unlock(&q->lock);
}

static void *take(queue *q, lane l)
{
    ring *r = &q->lane[l];
    if (!r->n)
        return NULL;
    void *item = r->item[r->first];
    r->first = (r->first + 1) % q->room;
    r->n--;
    return item;
}

static void *take_either(queue *q, lane first, lane second)
{
    void *item = take(q, first);
    return item ? item : take(q, second);
}

static void wait_for(queue *q, int l)
{
    waiter w = {.next = q->waiting[l]};
    pthread_cond_init(&w.cond, NULL);
    q->waiting[l] = &w;
    while (!w.woken)
        pthread_cond_wait(&w.cond, &q->lock);
    pthread_cond_destroy(&w.cond);
}

void *queue_take(queue *q, lane first, lane second)
{
    void *item;
    pthread_mutex_lock(&q->lock);
    while (!(item = take_either(q, first, second)) && !q->closed)
        wait_for(q, first > second ? first : second);
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_try_take(queue *q)
{
    pthread_mutex_lock(&q->lock);
    void *item = take(q, LANE_QUICK);
    pthread_mutex_unlock(&q->lock);
    return item;
}

bool queue_is_empty(queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool is = !q->lane[LANE_QUICK].n;
    pthread_mutex_unlock(&q->lock);
    return is;
}

void queue_close(queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    for (int l = 0; l < LANES; l++)
        while (q->waiting[l])
            wake(q, l);
    pthread_mutex_unlock(&q->lock);
}
