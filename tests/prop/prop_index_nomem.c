// prop_index_nomem.c - every allocation of the index fails once: the call says so, what was
// acknowledged stays, and the index goes on.
#include "t.h"
#include "index/index.h"
#include "nomem.h"

#include <unistd.h>

enum { NAME = 64, GROUP = 6, PRINTS = 20, MOST = 4000, SEED = 9 };

typedef struct world {
    char dir[NAME];
    index_opts o;
    article_index *ix;
    uint32_t groups; // acknowledged
    unsigned failures;
} world;

// SHG_OK, or the one failure that may be; anything else fails the test.
static bool is_ok(world *w, shg_err err)
{
    if (err == SHG_OK)
        return true;
    assert_int_equal(err, SHG_ENOMEM);
    w->failures++;
    return false;
}

static void article_text(char text[400], uint32_t uri, uint32_t edition)
{
    size_t at = 0;
    while (at < 300)
        at += (size_t)snprintf(text + at, 400 - at, "The %u. lock opens at %u. ", (unsigned)uri,
                               (unsigned)edition);
}

// Each group replaces the same few articles.
static shg_err add_group(world *w, index_txn *t)
{
    shg_err err = SHG_OK;
    for (uint32_t i = 0; i < GROUP && !err; i++) {
        char uri[NAME], text[400];
        print prints[PRINTS];
        minhash sig;
        uri_entry e;
        snprintf(uri, sizeof uri, "https://canal-echo.example/%u", (unsigned)i);
        article_text(text, i, w->groups + 1);
        memset(sig.lane, (int)i, sizeof sig.lane);
        minhash_bands(sig.band, sig.lane, SEED);
        for (uint32_t k = 0; k < PRINTS; k++)
            prints[k] = (print){(uint64_t)i << 34 | k << 20 | w->groups % 7, k & 1};
        err = index_add(t,
                        &(doc_add){.uri = view_of(uri),
                                   .record = view_of("{}"),
                                   .text = view_of(text),
                                   .content = w->groups + 1,
                                   .sig = &sig,
                                   .prints = prints,
                                   .n_prints = PRINTS},
                        &e);
    }
    return err;
}

static void change(world *w)
{
    index_txn *t;
    if (!is_ok(w, index_begin(&t, w->ix)))
        return;
    if (!is_ok(w, add_group(w, t))) {
        index_abort(&t);
        return;
    }
    if (is_ok(w, index_commit(&t)))
        w->groups++;
}

static void ask(world *w)
{
    uint64_t hash = 3ull << 34 | 4 << 20 | 1;
    uint8_t lane[MINHASH_LANES];
    uint32_t band[MINHASH_BANDS], docs[4];
    size_t n, total;
    postings p;
    uri_entry e;
    article a;
    minhash s;
    if (is_ok(w, index_lookup(w->ix, &hash, 1, &p)))
        postings_free(&p);
    memset(lane, 2, sizeof lane);
    minhash_bands(band, lane, SEED);
    if (is_ok(w, index_near(w->ix, band, DOC_NONE, docs, 4, &n, &total)) && w->groups) {
        assert_int_equal(n, 1); // of the third article one version is there
        if (is_ok(w, index_get(w->ix, docs[0], &a)))
            article_free(&a);
        (void)is_ok(w, index_signs(w->ix, docs[0], &s));
    }
    shg_err err = index_find(w->ix, view_of("https://canal-echo.example/2"), &e);
    if (err != SHG_ENOTFOUND)
        (void)is_ok(w, err);
}

static void work(world *w)
{
    bool more = true;
    for (int i = 0; i < 60 && more; i++)
        (void)is_ok(w, index_merge_step(w->ix, &more));
}

// What was acknowledged last is what is there.
static void assert_kept(world *w)
{
    uri_entry e;
    article a;
    char text[400];
    for (uint32_t i = 0; i < GROUP && w->groups; i++) {
        char uri[NAME];
        snprintf(uri, sizeof uri, "https://canal-echo.example/%u", (unsigned)i);
        article_text(text, i, w->groups);
        assert_ok(index_find(w->ix, view_of(uri), &e));
        assert_int_equal(e.version, w->groups);
        assert_ok(index_get(w->ix, e.doc, &a));
        assert_true(view_eq(a.text, view_of(text)));
        article_free(&a);
    }
}

static void open_whole(world *w)
{
    const char *why;
    uint64_t faults = 1;
    assert_ok(index_check(w->dir, w->o.stamp, NULL, NULL, NULL, NULL, &faults));
    assert_int_equal(faults, 0);
    assert_ok(index_open(&w->ix, w->dir, &w->o, &why));
    assert_kept(w);
    index_close(&w->ix);
}

// Fails the n-th allocation from the opening on; false: there were not so many.
static bool run(world *w, long n)
{
    const char *why = NULL;
    uint64_t faults;
    nomem_after(n);
    shg_err err = index_open(&w->ix, w->dir, &w->o, &why);
    if (is_ok(w, err)) {
        change(w);
        ask(w);
        work(w);
        change(w);
        ask(w);
    } else {
        assert_null(w->ix);
        assert_non_null(why);
    }
    bool reached = nomem_over();
    if (w->ix)
        assert_kept(w); // and goes on without being opened again
    index_close(&w->ix);
    nomem_after(n % 40);
    (void)is_ok(w, index_check(w->dir, w->o.stamp, NULL, NULL, NULL, NULL, &faults));
    (void)nomem_over();
    open_whole(w);
    return reached;
}

static void test_every_allocation(void **state)
{
    (void)state;
    static world w = {.dir = "/tmp/shingled-nomem-XXXXXX"};
    const char *why;
    assert_non_null(mkdtemp(w.dir));
    w.o = (index_opts){.map_bytes = (size_t)1 << 30,
                       .seal_docs = 10,
                       .merge_fanout = 2,
                       .block_bytes = 600,
                       .seed = SEED,
                       .stamp = "nomem"};
    assert_ok(index_open(&w.ix, w.dir, &w.o, &why));
    index_close(&w.ix);
    long n = 0;
    while (n < MOST && run(&w, n))
        n++;
    print_message("# %ld allocations, %u failures told\n", n, w.failures);
    assert_true(n > 50 && n < MOST);
    assert_true(w.failures >= (unsigned)n / 2);
    t_remove_store(w.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
