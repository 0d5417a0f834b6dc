// queue.h - a first-in first-out queue of owned pointers between threads, in two lanes, so that
// who must stay quick need not stand behind what is slow.
// Layer: server.  Threads: any number on either end.
#ifndef SHINGLED_SERVER_QUEUE_H
#define SHINGLED_SERVER_QUEUE_H
#include "shingled/err.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct queue queue;

SHG_MUST_CHECK shg_err queue_open(queue **out, size_t room);
void queue_free(queue **q); // must be empty, or what is in it leaks

typedef enum lane { LANE_QUICK, LANE_SLOW, LANES } lane;

// queue_put gives an item. There is always room: the server admits no more requests than `room`.
void queue_put(queue *q, lane l, void *item);

// queue_take waits for an item of lane `first`, else of `second` (the same one: of it alone);
// NULL once the queue is closed and these lanes are empty.
void *queue_take(queue *q, lane first, lane second);

// queue_try_take does not wait; NULL where the quick lane is empty.
void *queue_try_take(queue *q);

// queue_is_empty tells of the quick lane. What was put before, by this thread or by one that it
// knows to be done, is seen.
bool queue_is_empty(queue *q);

void queue_close(queue *q);

#endif
