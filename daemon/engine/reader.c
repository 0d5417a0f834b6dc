#include "engine/reader.h"

#include <stdlib.h>

enum { WORDS_KEPT = 1 << 16 }; // of a text: some 10 MB

void reader_settle(reader *r)
{
    if (r->side.words.room <= WORDS_KEPT)
        return;
    side_free(&r->side);
    prints_free(&r->prints);
    buf_fini(&r->packed);
}

void reader_fini(reader *r)
{
    side_free(&r->side);
    prints_free(&r->prints);
    buf_fini(&r->record);
    buf_fini(&r->publisher);
    buf_fini(&r->packed);
    free(r->names);
}

// A thread has ended.
static void leave(void *arg)
{
    reader *r = arg;
    readers *all = r->owner;
    pthread_mutex_lock(&all->lock);
    reader **at = &all->first;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    pthread_mutex_unlock(&all->lock);
    reader_fini(r);
    free(r);
}

reader *readers_of(readers *all)
{
    reader *r = pthread_getspecific(all->key);
    if (r)
        return r;
    r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->names = calloc(READER_NAMES, sizeof *r->names);
    if (pthread_setspecific(all->key, r)) {
        reader_fini(r);
        free(r);
        return NULL;
    }
    r->owner = all;
    pthread_mutex_lock(&all->lock);
    r->next = all->first;
    all->first = r;
    pthread_mutex_unlock(&all->lock);
    return r;
}

shg_err readers_open(readers *all)
{
    if (pthread_key_create(&all->key, leave))
        return SHG_ENOMEM;
    pthread_mutex_init(&all->lock, NULL);
    all->open = true;
    return SHG_OK;
}

void readers_close(readers *all)
{
    if (!all->open)
        return;
    pthread_key_delete(all->key);
    while (all->first) {
        reader *r = all->first;
        all->first = r->next;
        reader_fini(r);
        free(r);
    }
    pthread_mutex_destroy(&all->lock);
    all->open = false;
}
