#include "base/clock.h"
#include "index/inside.h"

void turn_init(turn *t)
{
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->next, NULL);
    t->asked = t->served = 0;
    t->since_ns = t->longest_ns = 0;
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

void turn_take_behind(turn *t)
{
    turn_take(t);
    t->since_ns = clock_mono_ns();
}

int64_t turn_longest_ns(turn *t)
{
    pthread_mutex_lock(&t->lock);
    int64_t longest = t->longest_ns;
    pthread_mutex_unlock(&t->lock);
    return longest;
}

void turn_pass(turn *t)
{
    pthread_mutex_lock(&t->lock);
    if (t->since_ns) {
        int64_t held = clock_mono_ns() - t->since_ns;
        t->longest_ns = held > t->longest_ns ? held : t->longest_ns;
        t->since_ns = 0;
    }
    t->served++;
    pthread_cond_broadcast(&t->next);
    pthread_mutex_unlock(&t->lock);
}

shg_err slice_begin(article_index *ix, db_txn **t)
{
    turn_take_behind(&ix->turn);
    shg_err err = db_begin(t, ix->store, true);
    if (err)
        turn_pass(&ix->turn);
    return err;
}

shg_err slice_finish(db_txn **t, shg_err err)
{
    if (!err)
        return db_commit(t);
    db_abort(t);
    return err;
}

shg_err slice_end(article_index *ix, db_txn **t, shg_err err)
{
    err = slice_finish(t, err);
    turn_pass(&ix->turn);
    return err;
}
