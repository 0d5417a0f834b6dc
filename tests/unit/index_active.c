// index_active.c - the newest postings: what was added is found and read again, and all of it.
#include "index/active.h"
#include "sketch/winnow.h"
#include "t.h"

enum {
    FIRST = 1000, // document
    DOCS = 300,
    PRINTS = 40,    // of a document
    EVERYWHERE = 5, // of them in every document: lists of many chunks
    CAP = 64,
    BEYOND = 8, // postings that are read of a list once it is full: a line of memory
};

typedef struct fixture {
    active *a;
    doc_table docs;
    print prints[DOCS][PRINTS];
} fixture;

static uint64_t hash_of(uint32_t doc, unsigned k)
{
    uint64_t r = k < EVERYWHERE ? k : (uint64_t)doc * 1000 + k;
    uint64_t hash = t_random(&r) & (((uint64_t)1 << PRINT_BITS) - 1);
    return k % 2 ? hash : hash & 0xff0000000f; // half of them in few buckets
}

static void fill(fixture *f)
{
    assert_ok(active_reserve(f->a, DOCS * PRINTS));
    for (uint32_t i = 0; i < DOCS; i++)
        active_add(f->a, FIRST + i, f->prints[i], PRINTS, (DOCS - 1 - i) * PRINTS);
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    doc_info info = {.version = 1};
    for (uint32_t i = 0; i < DOCS; i++)
        for (unsigned k = 0; k < PRINTS; k++)
            f->prints[i][k] = (print){hash_of(i, k), (i + k) % 3 == 0};
    assert_ok(docs_reserve(&f->docs, FIRST, FIRST + DOCS));
    for (uint32_t i = 0; i < DOCS; i++)
        docs_add(&f->docs, FIRST + i, &info);
    assert_ok(active_new(&f->a, NULL, FIRST, DOCS));
    fill(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    active_free(f->a);
    docs_fini(&f->docs);
    free(f);
    return 0;
}

// How many postings of a fingerprint were added, how many until a list is full, and the first of
// them that are there.
static uint32_t expect(const fixture *f, uint64_t hash, posting first[CAP], uint32_t *n,
                       uint32_t *until_full)
{
    uint32_t total = 0;
    *n = 0;
    *until_full = UINT32_MAX - BEYOND;
    for (uint32_t i = 0; i < DOCS; i++) {
        for (unsigned k = 0; k < PRINTS; k++) {
            if (f->prints[i][k].hash != hash)
                continue;
            total++;
            if (*n < CAP && docs_alive(&f->docs, FIRST + i))
                first[(*n)++] = (posting){FIRST + i, f->prints[i][k].quoted};
            if (*n == CAP && total < *until_full)
                *until_full = total;
        }
    }
    return total;
}

static void assert_found(const fixture *f, const uint64_t *hashes, size_t n_hashes)
{
    uint64_t wants[PRINTS + 1];
    uint32_t n[PRINTS + 1] = {0}, total[PRINTS + 1] = {0};
    hits h = {.n = n, .total = total, .cap = CAP, .d = &f->docs};
    for (size_t i = 0; i < n_hashes; i++)
        wants[i] = want_of(hashes[i], (uint32_t)i);
    active_lookup(f->a, wants, n_hashes, &h);
    assert_ok(buf_err(&h.found));
    const hit *found = (const hit *)(const void *)h.found.p;
    for (size_t i = 0; i < n_hashes; i++) {
        posting first[CAP];
        uint32_t n_first, until_full, at = 0;
        uint32_t all = expect(f, hashes[i], first, &n_first, &until_full);
        if (n_first == CAP && all > CAP)
            assert_in_range(total[i], CAP + 1, until_full + BEYOND);
        else
            assert_int_equal(total[i], all);
        assert_int_equal(n[i], n_first);
        for (size_t k = 0; k < h.found.len / sizeof *found; k++) {
            if (found[k].which != i)
                continue;
            assert_int_equal(found[k].p.doc, first[at].doc);
            assert_int_equal(found[k].p.quoted, first[at++].quoted);
        }
        assert_int_equal(at, n_first);
    }
    buf_fini(&h.found);
}

static void assert_all_found(const fixture *f)
{
    uint64_t hashes[PRINTS + 1];
    for (uint32_t i = 0; i < DOCS; i += 7) {
        for (unsigned k = 0; k < PRINTS; k++)
            hashes[k] = f->prints[i][k].hash;
        hashes[PRINTS] = f->prints[i][PRINTS - 1].hash ^ 1; // of nobody
        assert_found(f, hashes, PRINTS + 1);
    }
}

static void test_lookup(void **state)
{
    fixture *f = *state;
    assert_int_equal(active_count(f->a), DOCS * PRINTS);
    assert_int_equal(active_first(f->a), FIRST);
    assert_int_equal(active_end(f->a), FIRST + DOCS);
    assert_all_found(f);
    for (uint32_t i = 0; i < DOCS; i += 3)
        assert_true(docs_kill(&f->docs, FIRST + i));
    assert_all_found(f);
}

// All parts of a size together have each posting once, in the part that its fingerprint begins
// with; those of one fingerprint ascend.
static void test_read(void **state)
{
    static const unsigned sizes[] = {0, 3, 8, 9, 12, 14};
    fixture *f = *state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint64_t sum = 0, expected = 0;
        size_t n = 0;
        buf out = {0};
        for (uint64_t number = 0; number >> sizes[s] == 0; number++) {
            buf_reset(&out);
            assert_ok(active_read(f->a, sizes[s], number, &out));
            const flat *p = (const flat *)(const void *)out.p;
            uint32_t last[EVERYWHERE] = {0};
            for (size_t i = 0; i < out.len / sizeof *p; i++, n++) {
                assert_int_equal(p[i].hash >> (PRINT_BITS - sizes[s]), number);
                sum += (p[i].hash + 1) * (p[i].doc * 2 + p[i].quoted);
                for (unsigned k = 0; k < EVERYWHERE; k++) {
                    if (p[i].hash != hash_of(0, k))
                        continue;
                    assert_true(p[i].doc >= last[k]);
                    last[k] = p[i].doc;
                }
            }
        }
        for (uint32_t i = 0; i < DOCS; i++)
            for (unsigned k = 0; k < PRINTS; k++)
                expected += (f->prints[i][k].hash + 1) *
                            ((FIRST + i) * 2 + (uint64_t)f->prints[i][k].quoted);
        assert_int_equal(n, DOCS * PRINTS);
        assert_true(sum == expected);
        buf_fini(&out);
    }
}

static void test_trim(void **state)
{
    fixture *f = *state;
    size_t ram = active_ram(f->a);
    assert_ok(active_reserve(f->a, 1 << 20));
    assert_true(active_ram(f->a) > ram);
    active_trim(f->a);
    assert_true(active_ram(f->a) <= ram);
    assert_all_found(f);
    active_clear(f->a);
    active_trim(f->a);
    assert_true(active_ram(f->a) < ram);
    active_start(f->a, FIRST);
    fill(f);
    assert_all_found(f);
}

static void test_clear(void **state)
{
    fixture *f = *state;
    size_t ram = active_ram(f->a);
    active_clear(f->a);
    active_start(f->a, FIRST);
    assert_int_equal(active_count(f->a), 0);
    uint64_t want = want_of(f->prints[0][0].hash, 0);
    uint32_t n = 0, total = 0;
    hits h = {.n = &n, .total = &total, .cap = CAP, .d = &f->docs};
    active_lookup(f->a, &want, 1, &h);
    assert_int_equal(total, 0);
    fill(f);
    assert_all_found(f);
    assert_int_equal(active_ram(f->a), ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lookup, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_trim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_clear, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
