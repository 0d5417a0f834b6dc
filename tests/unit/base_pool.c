// base_pool.c - what a pool gives out is the caller's alone, aligned, and used again.
#include "t.h"
#include "base/pool.h"

#include <string.h>

enum { THINGS = 4000, TURNS = 60000, MOST = POOL_STEP * POOL_SIZES + 100 };

typedef struct thing {
    uint8_t *p;
    size_t n;
    uint8_t mark;
} thing;

static void check(const thing *x)
{
    for (size_t i = 0; i < x->n; i++)
        assert_int_equal(x->p[i], x->mark);
}

static void test_nothing_is_shared(void **state)
{
    (void)state;
    static thing of[THINGS];
    pool m = {0};
    uint64_t r = t_seed();
    for (size_t turn = 0; turn < TURNS; turn++) {
        thing *x = &of[t_random(&r) % THINGS];
        if (x->p) {
            check(x);
            pool_free(&m, x->p, x->n);
        }
        x->n = 1 + t_random(&r) % (turn % 2 ? MOST : 3 * POOL_STEP);
        x->p = pool_alloc(&m, x->n);
        x->mark = (uint8_t)turn;
        assert_non_null(x->p);
        assert_int_equal((uintptr_t)x->p % POOL_STEP, 0);
        memset(x->p, x->mark, x->n);
    }
    for (size_t i = 0; i < THINGS; i++) {
        if (of[i].p)
            check(&of[i]);
        pool_free(&m, of[i].p, of[i].n);
    }
    pool_fini(&m);
}

static void test_used_again(void **state)
{
    (void)state;
    pool m = {0};
    void *a = pool_alloc(&m, 33), *b = pool_alloc(&m, 48);
    assert_non_null(a);
    assert_int_equal((uint8_t *)b - (uint8_t *)a, 48);
    pool_free(&m, a, 33);
    assert_ptr_equal(pool_alloc(&m, 40), a);
    pool_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_shared),
        cmocka_unit_test(test_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
