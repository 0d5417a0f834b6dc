#include "t.h"
#include "engine/helpers.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { STEPS = 5000, ASKERS = 4, ROUNDS = 200 };

typedef struct sums {
    atomic_uint taken[STEPS];
    atomic_bool at[HELPERS_HANDS]; // at a step right now
    atomic_bool shared;            // a hand was at two steps at once
    atomic_uint hands;             // bits: which ever took one
} sums;

static void count(void *ctx, unsigned who, size_t i)
{
    sums *s = ctx;
    if (atomic_exchange(&s->at[who], true))
        atomic_store(&s->shared, true);
    atomic_fetch_add(&s->taken[i], 1);
    atomic_fetch_or(&s->hands, 1u << who);
    atomic_store(&s->at[who], false);
}

static bool is_counted(sums *s, size_t n)
{
    for (size_t i = 0; i < STEPS; i++)
        if (atomic_load(&s->taken[i]) != (i < n))
            return false;
    return !atomic_load(&s->shared);
}

static void test_each_step_is_taken_once(void **state)
{
    (void)state;
    static const size_t n[] = {0, 1, 2, 3, 4, 5, 64, STEPS};
    for (unsigned threads = 0; threads <= HELPERS_MOST + 1; threads++) {
        helpers *h;
        assert_int_equal(helpers_open(&h, threads), SHG_OK);
        for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
            sums s = {0};
            helpers_run(h, n[i], count, &s);
            assert_true(is_counted(&s, n[i]));
        }
        helpers_close(&h);
        assert_null(h);
    }
    sums s = {0};
    helpers_run(NULL, STEPS, count, &s);
    assert_true(is_counted(&s, STEPS));
    assert_int_equal(s.hands, 1);
    helpers *none = NULL;
    helpers_close(&none);
}

// The one step waits for the other: alone, who asks would never be done.
typedef struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t both;
    unsigned here;
    atomic_uint hands;
} meeting;

static void meet(void *ctx, unsigned who, size_t i)
{
    meeting *m = ctx;
    if (i >= 2)
        return;
    atomic_fetch_or(&m->hands, 1u << who);
    pthread_mutex_lock(&m->lock);
    m->here++;
    pthread_cond_broadcast(&m->both);
    while (m->here < 2)
        pthread_cond_wait(&m->both, &m->lock);
    pthread_mutex_unlock(&m->lock);
}

static void test_a_helper_works_beside_who_asked(void **state)
{
    (void)state;
    helpers *h;
    meeting m = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};
    assert_int_equal(helpers_open(&h, 1), SHG_OK);
    helpers_run(h, 8, meet, &m);
    assert_int_equal(m.hands, 3);
    helpers_close(&h);
}

// Helpers that look out for steps find those of one run after another, and whoever ends while they
// do waits for nobody.
static void test_a_question_of_many_runs(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads <= HELPERS_MOST; threads++) {
        helpers *h;
        assert_int_equal(helpers_open(&h, threads), SHG_OK);
        for (int question = 0; question < 20; question++) {
            helpers_asked(h);
            helpers_begin(h);
            for (size_t run = 0; run < 10; run++) {
                sums s = {0};
                helpers_run(h, run, count, &s);
                assert_true(is_counted(&s, run));
            }
            if (question == 19)
                break; // closed in the midst of it
            helpers_end(h);
            helpers_answered(h);
        }
        helpers_close(&h);
    }
    helpers_asked(NULL);
    helpers_begin(NULL);
    helpers_end(NULL);
    helpers_answered(NULL);
}

static helpers *shared;

static void *ask(void *arg)
{
    bool *fine = arg;
    for (int round = 0; round < ROUNDS && *fine; round++) {
        sums s = {0}, more = {0};
        size_t n = (size_t)(round * 37) % 300;
        bool begins = round % 3;
        if (begins)
            helpers_begin(shared);
        helpers_run(shared, n, count, &s);
        helpers_run(shared, 3, count, &more);
        if (begins)
            helpers_end(shared);
        *fine = is_counted(&s, n) && is_counted(&more, 3);
    }
    return NULL;
}

static void test_many_ask_at_once(void **state)
{
    (void)state;
    pthread_t asker[ASKERS];
    bool fine[ASKERS];
    assert_int_equal(helpers_open(&shared, 2), SHG_OK);
    for (int i = 0; i < ASKERS; i++) {
        fine[i] = true;
        assert_int_equal(pthread_create(&asker[i], NULL, ask, &fine[i]), 0);
    }
    for (int i = 0; i < ASKERS; i++) {
        assert_int_equal(pthread_join(asker[i], NULL), 0);
        assert_true(fine[i]);
    }
    helpers_close(&shared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_step_is_taken_once),
        cmocka_unit_test(test_a_helper_works_beside_who_asked),
        cmocka_unit_test(test_a_question_of_many_runs),
        cmocka_unit_test(test_many_ask_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
