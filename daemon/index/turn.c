#include "index/inside.h"

void turn_init(turn *t)
{
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->next, NULL);
    t->asked = t->served = 0;
}

void turn_fini(turn *t)
{
    pthread_cond_destroy(&t->next);
    pthread_mutex_destroy(&t->lock);
}

void turn_take(turn *t)
{
    pthread_mutex_lock(&t->lock);
    uint64_t mine = t->asked++;
    while (t->served != mine)
        pthread_cond_wait(&t->next, &t->lock);
    pthread_mutex_unlock(&t->lock);
}

void turn_pass(turn *t)
{
    pthread_mutex_lock(&t->lock);
    t->served++;
    pthread_cond_broadcast(&t->next);
    pthread_mutex_unlock(&t->lock);
}
