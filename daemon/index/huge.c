#include "index/huge.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *new_page(void)
{
    void *p = aligned_alloc(HUGE_PAGE, HUGE_PAGE);
    if (p)
        (void)madvise(p, HUGE_PAGE, MADV_HUGEPAGE); // a wish; small pages do as well
    return p;
}

// Makes the system give all of it now.
static void touch(void *page)
{
    enum { SMALL_PAGE = 4096 };
    volatile char *p = page;
    for (size_t i = 0; i < HUGE_PAGE; i += SMALL_PAGE)
        p[i] = 0;
}

void huge_init(huge_stock *s)
{
    *s = (huge_stock){.n = 0};
    pthread_mutex_init(&s->lock, NULL);
}

void huge_fini(huge_stock *s)
{
    huge_empty(s);
    pthread_mutex_destroy(&s->lock);
}

void *huge_take(huge_stock *s)
{
    void *p = NULL;
    if (s) {
        pthread_mutex_lock(&s->lock);
        s->asked = true;
        p = s->n ? s->ready[--s->n] : NULL;
        pthread_mutex_unlock(&s->lock);
    }
    return p ? p : new_page();
}

bool huge_is_low(huge_stock *s)
{
    pthread_mutex_lock(&s->lock);
    bool low = s->asked && s->n < HUGE_READY;
    pthread_mutex_unlock(&s->lock);
    return low;
}

static bool keep(huge_stock *s, void *page)
{
    pthread_mutex_lock(&s->lock);
    bool fits = s->n < HUGE_READY;
    if (fits)
        s->ready[s->n++] = page;
    pthread_mutex_unlock(&s->lock);
    return fits;
}

void huge_fill(huge_stock *s)
{
    while (huge_is_low(s)) {
        void *page = new_page();
        if (!page)
            return;
        touch(page);
        if (!keep(s, page))
            free(page);
    }
}

void huge_empty(huge_stock *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->n)
        free(s->ready[--s->n]);
    s->asked = false;
    pthread_mutex_unlock(&s->lock);
}

size_t huge_bytes(huge_stock *s)
{
    pthread_mutex_lock(&s->lock);
    size_t bytes = s->n * HUGE_PAGE;
    pthread_mutex_unlock(&s->lock);
    return bytes;
}

void *huge_zeros(size_t bytes)
{
    uint8_t *p = calloc(bytes ? bytes : 1, 1);
    size_t before = -(uintptr_t)p % HUGE_PAGE;
    if (p && bytes >= before + HUGE_PAGE)
        (void)madvise(p + before, (bytes - before) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
    return p;
}
