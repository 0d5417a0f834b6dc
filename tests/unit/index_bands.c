// index_bands.c - who shares a band is found, however the tables grew and who has gone since.
#include "t.h"
#include "index/bands.h"

#include <stdlib.h>

enum {
    GROUP = 500,
    BURST = 7 << 10, // of documents: half a line of each bucket there is at first
    BURSTS = 20,
    ASKED = 40,
    COMMON = 3, // band of all
};

typedef struct model {
    bands *b;
    doc_table docs;
    bands_of *of; // ascending
    size_t n, cap;
    uint64_t random;
} model;

static void open_model(model *m, size_t cap)
{
    *m = (model){.cap = cap, .of = calloc(cap, sizeof *m->of), .random = t_seed()};
    assert_non_null(m->of);
    assert_ok(bands_new(&m->b, NULL));
}

static void close_model(model *m)
{
    bands_free(m->b);
    docs_fini(&m->docs);
    free(m->of);
}

// The bands of a document: some are few in number, one is the same for all.
static void draw(model *m, uint32_t band[MINHASH_BANDS])
{
    for (int i = 0; i < MINHASH_BANDS; i++) {
        uint64_t x = t_random(&m->random);
        band[i] = i < MINHASH_BANDS / 2 ? (uint32_t)(x >> 32) : (uint32_t)(x >> 32) % 1000;
    }
    band[COMMON] = 1;
}

static void note(model *m, uint32_t doc)
{
    static const doc_info info;
    bands_of *x = &m->of[m->n++];
    assert_true(m->n <= m->cap);
    x->doc = doc;
    draw(m, x->band);
    assert_ok(docs_reserve(&m->docs, doc, doc + 1));
    docs_add(&m->docs, doc, &info);
}

// n documents from doc on, so many at once.
static void add(model *m, uint32_t doc, size_t n, size_t at_once)
{
    for (size_t done = 0; done < n;) {
        size_t group = n - done < at_once ? n - done : at_once;
        assert_ok(bands_reserve(m->b, group));
        for (size_t i = 0; i < group; i++, done++) {
            note(m, doc + (uint32_t)done);
            bands_add(m->b, &m->docs, doc + (uint32_t)done, m->of[m->n - 1].band);
        }
    }
}

// Takes about one in `of` out.
static void take_out(model *m, uint64_t of)
{
    for (size_t i = 0; i < m->n; i++)
        if (t_random(&m->random) % of == 0 && docs_kill(&m->docs, m->of[i].doc))
            bands_sweep(m->b, &m->docs);
}

// Found of one band must be the newest that share it, and hardly any that don't.
static void check_band(const model *m, const uint32_t *band, unsigned i, uint32_t end,
                       const uint64_t *pair, size_t n)
{
    size_t right = 0, wrong = 0, most = BANDS_MOST, at = n;
    for (size_t k = m->n; k-- > 0 && right + wrong < most;) {
        const bands_of *x = &m->of[k];
        while (at > 0 && (near_band(pair[at - 1]) != i || near_doc(pair[at - 1]) > x->doc))
            at--;
        bool found = at > 0 && near_doc(pair[at - 1]) == x->doc;
        bool shared = x->doc < end && docs_alive(&m->docs, x->doc) && x->band[i] == band[i];
        assert_true(found || !shared);
        right += shared;
        wrong += found && !shared;
    }
    assert_true(wrong <= 3);
}

static void check(const model *m, const bands_of *x, uint32_t end)
{
    buf found = {0};
    assert_ok(bands_near(m->b, &m->docs, x->band, end, &found));
    const uint64_t *pair = (const uint64_t *)(const void *)found.p;
    size_t n = found.len / sizeof *pair, of_common = 0;
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || pair[i - 1] < pair[i]);
        assert_true(near_doc(pair[i]) < end && docs_alive(&m->docs, near_doc(pair[i])));
        of_common += near_band(pair[i]) == COMMON;
    }
    assert_true(of_common <= BANDS_MOST);
    for (unsigned i = 0; i < MINHASH_BANDS; i += 7)
        check_band(m, x->band, i, end, pair, n);
    check_band(m, x->band, COMMON, end, pair, n);
    buf_fini(&found);
}

static void check_some(model *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const bands_of *x = &m->of[t_random(&m->random) % m->n];
        check(m, x, i % 2 ? DOC_NONE : x->doc);
    }
}

static void test_growing_and_going(void **state)
{
    (void)state;
    model m;
    open_model(&m, 160000);
    for (uint32_t i = 0; i < 4; i++) {
        add(&m, 1 + i * 40000, 40000, GROUP);
        take_out(&m, 10);
        check_some(&m, ASKED / 4);
    }
    close_model(&m);
}

// Numbers that are far apart end the lines early, and splits want more lines than they free.
static void test_far_apart(void **state)
{
    (void)state;
    model m;
    open_model(&m, (size_t)BURST * BURSTS);
    for (uint32_t i = 0; i < BURSTS; i++)
        add(&m, i << 20, BURST, 1);
    check_some(&m, ASKED / 4);
    take_out(&m, 10);
    check_some(&m, ASKED / 4);
    close_model(&m);
}

static size_t count_near(const bands *b, const model *m, const bands_of *x, uint64_t *sum)
{
    buf found = {0};
    assert_ok(bands_near(b, &m->docs, x->band, DOC_NONE, &found));
    size_t n = found.len / sizeof(uint64_t);
    for (size_t i = 0; i < n; i++)
        *sum = *sum * 31 + ((const uint64_t *)(const void *)found.p)[i];
    buf_fini(&found);
    return n;
}

// What is filled at start gives the answers of what was added.
static void test_filled_is_as_added(void **state)
{
    (void)state;
    model m;
    bands *filled;
    open_model(&m, 100000);
    add(&m, 7, 100000, GROUP);
    assert_ok(bands_new(&filled, NULL));
    assert_ok(bands_expect(filled, m.n));
    for (size_t i = 0; i < m.n; i += GROUP) {
        assert_ok(bands_reserve(filled, GROUP));
        bands_fill(filled, &m.of[i], GROUP);
    }
    for (size_t i = 0; i < ASKED; i++) {
        const bands_of *x = &m.of[t_random(&m.random) % m.n];
        uint64_t a = 0, b = 0;
        assert_int_equal(count_near(m.b, &m, x, &a), count_near(filled, &m, x, &b));
        assert_int_equal(a, b);
    }
    bands_free(filled);
    close_model(&m);
}

static void test_without_shingles(void **state)
{
    (void)state;
    static const bands_of blank = {.doc = 1};
    model m;
    buf found = {0};
    open_model(&m, 1);
    note(&m, 1);
    assert_ok(bands_reserve(m.b, 2));
    bands_add(m.b, &m.docs, 1, blank.band);
    bands_fill(m.b, &blank, 1);
    assert_ok(bands_near(m.b, &m.docs, blank.band, DOC_NONE, &found));
    assert_int_equal(found.len, 0);
    close_model(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_growing_and_going),
        cmocka_unit_test(test_far_apart),
        cmocka_unit_test(test_filled_is_as_added),
        cmocka_unit_test(test_without_shingles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
