#include "server/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    void **item; // ring of room
    size_t room, first, n;
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
    q->item = calloc(room, sizeof *q->item);
    if (q->item)
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
    free(q->item);
    free(q);
}

void queue_put(queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    assert(q->n < q->room);
    q->item[(q->first + q->n++) % q->room] = item;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->lock);
}

static void *take(queue *q)
{
    if (!q->n)
        return NULL;
    void *item = q->item[q->first];
    q->first = (q->first + 1) % q->room;
    q->n--;
    return item;
}

void *queue_take(queue *q)
{
    pthread_mutex_lock(&q->lock);
    while (!q->n && !q->closed)
        pthread_cond_wait(&q->filled, &q->lock);
    void *item = take(q);
    pthread_mutex_unlock(&q->lock);
    return item;
}

void *queue_try_take(queue *q)
{
    pthread_mutex_lock(&q->lock);
    void *item = take(q);
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
