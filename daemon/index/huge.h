// huge.h - memory for big tables that are read at random, and grow while others wait.
//
// On huge pages where the system gives them: with small ones every read of such a table
// misses the TLB as well as the cache. A page comes empty, and to clear it takes .1 ms to, where a
// host has to find it first, 20 ms: a stock has some ready, which a thread in the background makes.
// Layer: index, private.  Threads: any.
#ifndef SHINGLED_INDEX_HUGE_H
#define SHINGLED_INDEX_HUGE_H
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    HUGE_PAGE = 2 << 20,
    HUGE_READY = 4, // new postings and the bands of a full group take as many at once, at most
};

typedef struct huge_stock {
    pthread_mutex_t lock;
    void *ready[HUGE_READY];
    size_t n;
    bool asked; // since it was emptied: else nothing grows
} huge_stock;
void huge_init(huge_stock *s);
void huge_fini(huge_stock *s);

// huge_take returns HUGE_PAGE bytes of any content: a page that is ready or a new one; NULL where
// there is no memory. The caller free()s it. Without a stock (NULL) it is a new one.
void *huge_take(huge_stock *s);

// huge_is_low tells whether huge_fill has something to do: it makes pages until HUGE_READY are
// there, or no memory is. huge_empty gives them back; what is taken next makes it low again.
bool huge_is_low(huge_stock *s);
void huge_fill(huge_stock *s);
void huge_empty(huge_stock *s);
size_t huge_bytes(huge_stock *s); // that are ready

// huge_zeros returns so many bytes of zeros, to be free()d, or NULL: of those that nobody writes to
// none takes memory. What of them makes whole huge pages is on such.
void *huge_zeros(size_t bytes);

#endif
