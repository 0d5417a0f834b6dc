// Segments for which there is no room to gather them stay as they are until there is another one.
#include "t.h"
#include "commit.h"
#include "index/index.h"

#include <unistd.h>

enum { SEAL = 32, SEALS = 10, NAME = 64, STEPS = 1000 };

static void put(article_index *ix, unsigned number)
{
    char uri[NAME];
    static const minhash sig;
    print key = {.hash = number};
    index_txn *t;
    uri_entry e;
    snprintf(uri, sizeof uri, "https://quay.example/%u", number);
    doc_add a = {.uri = view_of(uri),
                 .record = view_of("{}"),
                 .text = view_of("The quay was closed."),
                 .n_words = 4,
                 .sig = &sig,
                 .prints = &key,
                 .n_prints = 1};
    assert_ok(index_begin(&t, ix));
    assert_ok(index_add(t, &a, &e));
    assert_ok(index_commit(&t));
}

static void put_seal(article_index *ix, unsigned seal)
{
    for (unsigned i = 0; i < SEAL; i++)
        put(ix, seal * SEAL + i);
}

// All that is to be done when idle; how many segments that leaves, and in *failed how many steps
// found the disk full.
static uint64_t settle(article_index *ix, unsigned *failed)
{
    index_stats s;
    bool more = true;
    *failed = 0;
    for (unsigned i = 0; i < STEPS && more; i++) {
        shg_err err = index_merge_step(ix, &more);
        assert_true(!err || err == SHG_EFULL);
        *failed += err != SHG_OK;
    }
    assert_false(more);
    assert_ok(index_stat(ix, &s));
    return s.segments;
}

static void open_it(article_index **ix, const char *dir, bool gather)
{
    const char *why = NULL;
    index_opts o = {.map_bytes = 64 << 20,
                    .seal_docs = SEAL,
                    .merge_fanout = 8,
                    .seed = 7,
                    .stamp = "gather",
                    .gather = gather};
    if (index_open(ix, dir, &o, &why))
        fail_msg("%s", why);
}

static void gathering_waits_for_another_segment(void **state)
{
    (void)state;
    char dir[] = "/tmp/shingled-gather-XXXXXX";
    article_index *ix;
    unsigned failed;
    assert_non_null(mkdtemp(dir));
    open_it(&ix, dir, false);
    for (unsigned i = 0; i < SEALS; i++) {
        put_seal(ix, i);
        (void)settle(ix, &failed);
    }
    assert_int_equal(settle(ix, &failed), 3); // of eight seals, and two more
    index_close(&ix);
    open_it(&ix, dir, true);
    fails = true;
    assert_int_equal(settle(ix, &failed), 3);
    assert_int_equal(failed, 1);
    assert_int_equal(settle(ix, &failed), 3);
    put_seal(ix, SEALS);
    assert_int_equal(settle(ix, &failed), 3); // the newest two as one
    assert_int_equal(failed, 0);
    index_close(&ix);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(gathering_waits_for_another_segment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
