// What many lists say of one reading's fingerprints, each of them alone.
#include "t.h"
#include "base/buf.h"
#include "engine/ask.h"
#include "engine/frequency.h"

enum {
    OWN = 6,    // articles of the reading's publisher, all with stories of their own, and
    STORED = 9, // in all
    CARRIERS = FURNITURE_STORIES - 1,
    LISTS = 2 * STORED * STORED * STORED,
};

// Article i, with the text of a story.
static void put(engine *e, unsigned i, unsigned story)
{
    char header[80];
    buf text = {0};
    refusal r = {0};
    put_options o = {0};
    change c;
    for (unsigned k = 0; k < 60; k++) {
        char one[24];
        buf_add(&text, one, (size_t)snprintf(one, sizeof one, "w%u ", story * 1000 + k));
    }
    snprintf(header, sizeof header, "{\"uri\":\"a/%u\",\"publisher\":\"%s\"}", i,
             i < OWN ? "own.example" : "other.example");
    assert_ok(engine_read_put(e, view_of(header), buf_view(&text), &o, &c, &r));
    engine_apply(e, &c, 1);
    assert_ok(c.refusal.err);
    change_fini(&c);
    buf_fini(&text);
}

// Lists of all sets of CARRIERS articles, each twice; the last articles change fastest.
static uint32_t make_lists(posting_list *list, posting *p)
{
    uint32_t n = 0;
    for (unsigned twice = 0; twice < 2; twice++)
        for (uint32_t x = 0; x < STORED; x++)
            for (uint32_t y = x + 1; y < STORED; y++)
                for (uint32_t z = y + 1; z < STORED; z++) {
                    posting *at = p + (size_t)n * CARRIERS;
                    at[0].doc = x;
                    at[1].doc = y;
                    at[2].doc = z;
                    list[n++] = (posting_list){.p = at, .n = CARRIERS, .total = CARRIERS};
                }
    return n;
}

static engine *open_engine(char *dir)
{
    char why[256] = "";
    engine *e;
    assert_non_null(mkdtemp(dir));
    engine_opts eo = {.dir = dir, .seed = 7, .hands = 1};
    if (engine_open(&e, &eo, why, sizeof why))
        fail_msg("%s", why);
    return e;
}

// Furniture is what stands in so many stories of the reading's publisher, and nothing else is,
// whatever lists were judged before.
static void test_judges_each_list(void **state)
{
    (void)state;
    static posting carriers[LISTS * CARRIERS];
    static posting_list list[LISTS];
    char dir[] = "/tmp/shg-frequency-XXXXXX";
    engine *e = open_engine(dir);
    doc_info info;
    frequency_counts counts = {0};
    for (unsigned i = 0; i < STORED; i++)
        put(e, i, i);
    assert_true(index_info(e->lib.ix, 0, &info));
    uint32_t n = make_lists(list, carriers), furniture = 0;
    reading r = {.doc = DOC_NONE, .publisher_hash = info.publisher, .n_keys = n};
    frequency f = {.lists = {.list = list, .n = n}};
    index_look look = {.ix = e->lib.ix};
    assert_ok(frequency_judge(&f, &look, &r, &counts));
    for (uint32_t k = 0; k < n; k++) {
        bool own = list[k].p[CARRIERS - 1].doc < OWN;
        assert_int_equal(f.verdict[k], own ? KEY_FURNITURE : 0);
        furniture += own;
    }
    assert_int_equal(counts.furniture, furniture);
    assert_true(furniture > 0 && furniture < n);
    index_look_close(&look);
    free(f.verdict);
    engine_close(&e);
    t_remove_store(dir);
}

// Copies that are stored while a question is under way are of one story, too.
static void test_newer_than_snapshot(void **state)
{
    (void)state;
    char dir[] = "/tmp/shg-frequency-XXXXXX";
    engine *e = open_engine(dir);
    doc_info info;
    frequency_counts counts = {0};
    put(e, 0, 0);
    assert_true(index_info(e->lib.ix, 0, &info));
    index_look look = {.ix = e->lib.ix};
    assert_true(index_look_resemblance(&look, 0, 0) == 1);
    for (unsigned i = 1; i <= CARRIERS; i++)
        put(e, i, 0);
    posting p[CARRIERS] = {{.doc = 1}, {.doc = 2}, {.doc = 3}};
    posting_list list = {.p = p, .n = CARRIERS, .total = CARRIERS};
    reading r = {.doc = 0, .publisher_hash = info.publisher, .n_keys = 1};
    frequency f = {.lists = {.list = &list, .n = 1}};
    assert_ok(frequency_judge(&f, &look, &r, &counts));
    assert_int_equal(f.verdict[0], 0);
    index_look_close(&look);
    free(f.verdict);
    engine_close(&e);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_judges_each_list),
                                       cmocka_unit_test(test_newer_than_snapshot)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
