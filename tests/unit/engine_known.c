#include "t.h"
#include "engine/known.h"

#include <stdlib.h>

// Lists of n fingerprints from `first` on: the one of fingerprint h is in document h alone.
static postings make(uint64_t *hashes, uint64_t first, size_t n)
{
    postings p = {.n = n};
    p.list = calloc(n + 1, sizeof *p.list);
    p.pool = calloc(n + 1, sizeof *p.pool);
    assert_true(p.list && p.pool);
    for (size_t i = 0; i < n; i++) {
        hashes[i] = first + i;
        p.pool[i].doc = (uint32_t)(first + i);
        p.list[i] = (posting_list){.p = &p.pool[i], .n = 1, .total = 1};
    }
    return p;
}

static void assert_known(const known *k, uint64_t first, size_t n)
{
    for (uint64_t h = first; h < first + n; h++) {
        const posting_list *l = known_list(k, h);
        assert_non_null(l);
        assert_int_equal(l->n, 1);
        assert_int_equal(l->p->doc, h);
    }
}

static void test_keeps_lists_and_asks_its_base(void **state)
{
    (void)state;
    uint64_t hashes[1000];
    known base = {0}, k = {.base = &base};
    assert_null(known_list(NULL, 7));
    assert_null(known_list(&k, 7));
    postings p = make(hashes, 1, 100);
    assert_true(known_keep(&base, hashes, &p));
    for (uint64_t first = 1000; first < 6000; first += 1000) { // it grows
        p = make(hashes, first, 1000);
        assert_true(known_keep(&k, hashes, &p));
    }
    p = make(hashes, 0, 0);
    assert_true(known_keep(&k, hashes, &p));
    assert_known(&k, 1, 100);
    assert_known(&k, 1000, 5000);
    assert_null(known_list(&k, 101));
    assert_null(known_list(&base, 1000));
    known_close(&k);
    assert_null(known_list(&k, 1000));
    known_close(&base);
}

static void test_takes_no_more_than_it_may(void **state)
{
    (void)state;
    static uint64_t hashes[KNOWN_KEYS];
    known k = {0};
    postings p = make(hashes, 1, KNOWN_KEYS - 1);
    assert_true(known_keep(&k, hashes, &p));
    p = make(hashes, KNOWN_KEYS, 2);
    assert_false(known_keep(&k, hashes, &p)); // it is the caller's still
    assert_null(known_list(&k, KNOWN_KEYS));
    assert_int_equal(p.list[1].p->doc, KNOWN_KEYS + 1);
    postings_free(&p);
    assert_known(&k, 1, KNOWN_KEYS - 1);
    known_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_keeps_lists_and_asks_its_base),
                                       cmocka_unit_test(test_takes_no_more_than_it_may)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
