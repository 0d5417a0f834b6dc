#include "server/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct ring {
    void **item; // [room]
    size_t first, n;
} ring;

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
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
    pthread_cond_init(&q->filled, NULL);
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
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->lock);
    for (int l = 0; l < LANES; l++)
        free(q->lane[l].item);
    free(q);
}

void queue_put(queue *q, lane l, void *item)
{
    ring *r = &q->lane[l];
    pthread_mutex_lock(&q->lock);
    assert(r->n < q->room);
    r->item[(r->first + r->n++) % q->room] = item;
    pthread_cond_broadcast(&q->filled); // who waits may not want this lane
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

void *queue_take(queue *q, lane first, lane second)
{
    void *item;
    pthread_mutex_lock(&q->lock);
    while (!(item = take_either(q, first, second)) && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
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

void queue_close(queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
}
