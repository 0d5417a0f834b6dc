// index_index.c - the index keeps the promises of index.h: verbs, groups, reopening.
#include "t.h"
#include "index/index.h"

#include <unistd.h>

enum { PRINTS = 12, NAME = 64, SEED = 7 };

typedef struct fixture {
    char dir[NAME];
    article_index *ix;
    index_opts o;
} fixture;

static int open_again(fixture *f)
{
    const char *why = NULL;
    shg_err err = index_open(&f->ix, f->dir, &f->o, &why);
    if (err)
        print_message("%s: %s\n", shg_err_name(err), why);
    return err;
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->dir, "/tmp/shingled-index-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->o = (index_opts){.map_bytes = (size_t)1 << 30, .seed = SEED, .stamp = "test 1"};
    *state = f;
    return open_again(f);
}

static int tear_down(void **state)
{
    fixture *f = *state;
    index_close(&f->ix);
    t_remove_store(f->dir);
    free(f);
    return 0;
}

// An article that is all determined by its number.
typedef struct sample {
    char uri[NAME], record[3 * NAME], text[512];
    print prints[PRINTS];
    minhash sig;
    doc_add a;
} sample;

static void make_sample(sample *s, unsigned uri, unsigned edition)
{
    uint64_t r = uri * 1000u + edition;
    snprintf(s->uri, sizeof s->uri, "https://harbour-gazette.example/%u", uri);
    static const char *const records[] = {"{\"headline\":\"Tide table no. %u\"}",
                                          "{\"headline\":\"Tides, no. %u\",\"uri\":\"%s\"}",
                                          "{\"no\":%u,\"uri\":\"%s\",\"by\":\"Ada Quay\"}"};
    snprintf(s->record, sizeof s->record, records[uri % 3], edition, s->uri);
    size_t at = 0;
    for (unsigned i = 0; i < 20; i++) { // one after the other: arguments have no order
        unsigned minute = (unsigned)(t_random(&r) % 60), hour = (unsigned)(t_random(&r) % 24);
        at += (size_t)snprintf(s->text + at, sizeof s->text - at, "High water at %u:%02u. ", hour,
                               minute);
    }
    for (unsigned i = 0; i < PRINTS; i++)
        s->prints[i] = (print){(t_random(&r) & 0xffffff0000) | ((uri % 50) * 64 + i), i % 3 == 0};
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        s->sig.lane[i] = (uint8_t)t_random(&r);
    for (unsigned i = 0; i < MINHASH_ROWS; i++) // the first band is that of its fifty
        s->sig.lane[MINHASH_BANDS * i] = (uint8_t)(uri % 50);
    minhash_bands(s->sig.band, s->sig.lane, SEED);
    s->a = (doc_add){.uri = view_of(s->uri),
                     .record = view_of(s->record),
                     .text = view_of(s->text),
                     .published_ms = uri,
                     .stored_ms = edition,
                     .publisher = uri + 1,
                     .content = r,
                     .body = ~r,
                     .n_words = 100,
                     .sig = &s->sig,
                     .prints = s->prints,
                     .n_prints = PRINTS};
}

static uri_entry put(fixture *f, unsigned uri, unsigned edition)
{
    sample s;
    index_txn *t;
    uri_entry e;
    make_sample(&s, uri, edition);
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_add(t, &s.a, &e));
    assert_ok(index_commit(&t));
    assert_null(t);
    return e;
}

static void assert_article(fixture *f, uint32_t doc, unsigned uri, unsigned edition,
                           uint32_t version)
{
    sample s;
    article a;
    minhash g;
    doc_info info;
    make_sample(&s, uri, edition);
    assert_ok(index_get(f->ix, doc, &a));
    assert_int_equal(a.version, version);
    assert_true(view_eq(a.uri, s.a.uri));
    assert_true(view_eq(a.record, s.a.record));
    assert_true(view_eq(a.text, s.a.text));
    article_free(&a);
    assert_ok(index_signs(f->ix, doc, &g));
    assert_memory_equal(&g, &s.sig, sizeof s.sig);
    assert_true(index_info(f->ix, doc, &info));
    assert_int_equal(info.published_ms, uri);
    assert_int_equal(info.stored_ms, edition);
    assert_int_equal(info.content, s.a.content);
}

static void test_put_get(void **state)
{
    fixture *f = *state;
    uri_entry e;
    assert_int_equal(index_find(f->ix, view_of("https://harbour-gazette.example/1"), &e),
                     SHG_ENOTFOUND);
    for (unsigned i = 0; i < 40; i++) {
        e = put(f, i, 1);
        assert_int_equal(e.doc, i);
        assert_int_equal(e.version, 1);
    }
    for (int again = 0; again < 2; again++) {
        for (unsigned i = 0; i < 40; i++)
            assert_article(f, i, i, 1, 1);
        assert_int_equal(index_end(f->ix), 40);
        index_close(&f->ix);
        assert_ok(open_again(f));
    }
}

static void test_replace_and_remove(void **state)
{
    fixture *f = *state;
    uri_entry e;
    index_txn *t;
    view uri = view_of("https://harbour-gazette.example/3");
    put(f, 3, 1);
    e = put(f, 3, 2);
    assert_int_equal(e.version, 2);
    assert_int_equal(e.doc, 1);
    article a;
    assert_int_equal(index_get(f->ix, 0, &a), SHG_ENOTFOUND);
    assert_article(f, 1, 3, 2, 2);
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_remove(t, uri));
    assert_int_equal(index_txn_find(t, uri, &e), SHG_ENOTFOUND);
    assert_int_equal(index_remove(t, uri), SHG_ENOTFOUND);
    assert_ok(index_commit(&t));
    assert_int_equal(index_find(f->ix, uri, &e), SHG_ENOTFOUND);
    index_close(&f->ix);
    assert_ok(open_again(f));
    assert_int_equal(index_find(f->ix, uri, &e), SHG_ENOTFOUND);
    e = put(f, 3, 4);
    assert_int_equal(e.version, 3); // counting goes on over the deletion
    assert_int_equal(e.doc, 2);     // and no number is given out twice
    index_stats s;
    assert_ok(index_stat(f->ix, &s));
    assert_int_equal(s.articles, 1);
    assert_int_equal(s.deleted, 2);
    assert_int_equal(s.documents, 3);
}

static void test_same_uri_twice_in_a_group(void **state)
{
    fixture *f = *state;
    sample a, b;
    index_txn *t;
    uri_entry e;
    make_sample(&a, 5, 1);
    make_sample(&b, 5, 2);
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_add(t, &a.a, &e));
    assert_ok(index_txn_find(t, a.a.uri, &e));
    assert_int_equal(e.doc, 0);
    assert_ok(index_add(t, &b.a, &e));
    assert_int_equal(e.version, 2);
    assert_ok(index_commit(&t));
    assert_article(f, 1, 5, 2, 2);
    postings p;
    assert_ok(index_lookup(f->ix, &a.prints[0].hash, 1, &p));
    assert_int_equal(p.list[0].n, 0);
    postings_free(&p);
}

static void test_abort(void **state)
{
    fixture *f = *state;
    sample s;
    index_txn *t;
    uri_entry e;
    make_sample(&s, 9, 1);
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_add(t, &s.a, &e));
    index_abort(&t);
    assert_null(t);
    assert_int_equal(index_find(f->ix, s.a.uri, &e), SHG_ENOTFOUND);
    assert_int_equal(index_end(f->ix), 0);
    assert_int_equal(put(f, 9, 2).doc, 0);
}

static void test_empty_group(void **state)
{
    fixture *f = *state;
    index_txn *t;
    assert_ok(index_begin(&t, f->ix));
    assert_int_equal(index_remove(t, view_of("https://harbour-gazette.example/0")), SHG_ENOTFOUND);
    assert_ok(index_commit(&t));
}

static void test_lookup_and_near(void **state)
{
    fixture *f = *state;
    for (unsigned i = 0; i < 300; i++)
        put(f, i, 1);
    for (int again = 0; again < 2; again++) {
        for (unsigned i = 0; i < 300; i += 7) {
            sample s;
            postings p;
            uint64_t hashes[PRINTS];
            make_sample(&s, i, 1);
            for (int k = 0; k < PRINTS; k++)
                hashes[k] = s.prints[k].hash;
            assert_ok(index_lookup(f->ix, hashes, PRINTS, &p));
            for (int k = 0; k < PRINTS; k++) {
                assert_int_equal(p.list[k].n, 1);
                assert_int_equal(p.list[k].p[0].doc, i);
                assert_int_equal(p.list[k].p[0].quoted, s.prints[k].quoted);
            }
            postings_free(&p);
            uint32_t docs[4];
            size_t n, total;
            assert_ok(index_near(f->ix, s.sig.band, DOC_NONE, docs, 4, &n, &total));
            assert_int_equal(total, 6); // uri mod 50
            assert_int_equal(n, 4);
            for (unsigned k = 0; k < 4; k++)
                assert_int_equal(docs[k], i % 50 + 50 * k);
        }
        index_close(&f->ix);
        assert_ok(open_again(f));
    }
}

static bool same_resemblance(fixture *f, index_look *look, uint32_t a, uint32_t b)
{
    double x = index_look_resemblance(look, a, b), y = index_resemblance(f->ix, a, b);
    return x >= y && x <= y;
}

// One look at many pairs is index_resemblance of each, also of documents that share a place in it,
// and of what was there when it was first asked.
static void test_look(void **state)
{
    enum { DOCS = INDEX_LOOK + 8 };
    fixture *f = *state;
    index_look look = {.ix = f->ix};
    index_look_close(&look);
    for (unsigned i = 0; i < DOCS; i++)
        put(f, i, 1);
    for (uint32_t i = 0; i < DOCS; i++)
        assert_true(same_resemblance(f, &look, i, (i * 7 + INDEX_LOOK) % DOCS));
    assert_true(index_look_resemblance(&look, 0, INDEX_LOOK) < .5);
    assert_true(index_look_resemblance(&look, 0, 0) > .99);
    assert_true(same_resemblance(f, &look, 0, DOCS)); // never was
    put(f, 0, 2);
    assert_true(index_look_resemblance(&look, 0, 0) > .99);
    assert_true(index_look_resemblance(&look, DOCS, DOCS) > .99); // came since
    assert_true(same_resemblance(f, &look, 0, 1));                // is gone
    index_look_close(&look);
    assert_true(same_resemblance(f, &look, 1, DOCS));
    index_look_close(&look);
}

// Whether a look has a document as index_get did before; *a is filled again and again.
static bool same_article(fixture *f, index_look *look, uint32_t doc, article *a)
{
    article once;
    assert_ok(index_get(f->ix, doc, &once));
    assert_ok(index_look_get(look, doc, a));
    bool same = a->doc == doc && a->version == once.version && view_eq(a->uri, once.uri) &&
                view_eq(a->record, once.record) && view_eq(a->text, once.text);
    article_free(&once);
    return same;
}

// Articles that are read into one memory, all as they were at the first question.
static void test_look_get(void **state)
{
    enum { DOCS = 40 };
    fixture *f = *state;
    article a = {0};
    index_look look = {.ix = f->ix};
    for (unsigned i = 0; i < DOCS; i++)
        put(f, i, 1);
    for (uint32_t i = 0; i < DOCS; i++)
        assert_true(same_article(f, &look, i * 7 % DOCS, &a));
    put(f, 0, 2);
    assert_ok(index_look_get(&look, 0, &a));
    assert_int_equal(index_look_get(&look, DOCS, &a), SHG_ENOTFOUND); // not there yet
    assert_true(same_article(f, &look, 1, &a));                       // nothing is left of that
    index_look_close(&look);
    assert_int_equal(index_look_get(&look, 0, &a), SHG_ENOTFOUND); // is gone
    assert_true(same_article(f, &look, DOCS, &a));
    index_look_close(&look);
    article_free(&a);
}

// All hands of all questions that a server answers at once have looks, and each thread reads.
static void test_many_looks(void **state)
{
    enum { ASKING = 64 + 16 + 1, HANDS = 4, THREADS = ASKING + 6, MOST = ASKING * HANDS + THREADS };
    fixture *f = *state;
    static index_look look[MOST];
    article a = {0};
    put(f, 0, 1);
    for (int i = 0; i < MOST; i++) {
        look[i].ix = f->ix;
        assert_ok(index_look_get(&look[i], 0, &a));
    }
    for (int i = 0; i < MOST; i++)
        index_look_close(&look[i]);
    article_free(&a);
}

static shg_err count_link(void *ctx, uint32_t doc, view value)
{
    unsigned *seen = ctx;
    assert_int_equal(value.len, 3);
    assert_memory_equal(value.p, "abc", 3);
    *seen |= 1u << doc;
    return SHG_OK;
}

static void test_links(void **state)
{
    fixture *f = *state;
    for (unsigned i = 0; i < 4; i++)
        put(f, i, 1);
    doc_link l[] = {{2, view_of("abc")}, {0, view_of("abc")}, {77, view_of("abc")}};
    assert_int_equal(index_link(f->ix, l, 3), SHG_EINTERNAL); // there never was a 77
    assert_ok(index_link(f->ix, l, 2));
    unsigned seen = 0;
    assert_ok(index_links(f->ix, count_link, &seen));
    assert_int_equal(seen, 5);
    put(f, 2, 2);
    seen = 0;
    assert_ok(index_links(f->ix, count_link, &seen));
    assert_int_equal(seen, 5); // a place outlives its document
}

static void test_packed_outside(void **state)
{
    fixture *f = *state;
    sample s, other;
    index_txn *t;
    uri_entry e;
    buf packed = {0};
    make_sample(&s, 1, 1);
    make_sample(&other, 2, 1);
    other.a.text.len -= 1;
    assert_ok(index_pack(f->ix, s.a.record, s.a.text, NULL, &packed));
    assert_true(packed.len > 0 && packed.len < s.a.text.len);
    s.a.packed = other.a.packed = buf_view(&packed);
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_add(t, &s.a, &e));
    assert_ok(index_commit(&t));
    assert_article(f, e.doc, 1, 1, 1);
    assert_ok(index_begin(&t, f->ix));
    assert_int_equal(index_add(t, &other.a, &e), SHG_EINTERNAL); // of another article
    assert_int_equal(index_commit(&t), SHG_EINTERNAL);
    assert_int_equal(index_end(f->ix), 1);
    assert_ok(index_pack(f->ix, view_of("{}"), view_of("short"), NULL, &packed));
    assert_int_equal(packed.len, 0); // saves nothing
    buf_fini(&packed);
}

static void put_many(fixture *f, unsigned from, unsigned to)
{
    sample s;
    index_txn *t;
    uri_entry e;
    assert_ok(index_begin(&t, f->ix));
    for (unsigned i = from; i < to; i++) {
        make_sample(&s, i, 1);
        assert_ok(index_add(t, &s.a, &e));
    }
    assert_ok(index_commit(&t));
}

// Articles from before the dictionary and after it are read side by side.
static void test_dictionary(void **state)
{
    enum { BEFORE = 4500, ALL = 5000 };
    fixture *f = *state;
    buf plain = {0}, packed = {0};
    sample s;
    bool more = true;
    uint64_t faults = 1;
    index_close(&f->ix);
    f->o.seal_docs = 2000;
    assert_ok(open_again(f));
    put_many(f, 0, BEFORE);
    make_sample(&s, 7, 7);
    assert_ok(index_pack(f->ix, s.a.record, s.a.text, NULL, &plain));
    while (more)
        assert_ok(index_merge_step(f->ix, &more));
    assert_ok(index_pack(f->ix, s.a.record, s.a.text, NULL, &packed));
    assert_true(packed.len < plain.len * 3 / 4);
    put_many(f, BEFORE, ALL);
    for (int again = 0; again < 2; again++) {
        for (unsigned i = 0; i < ALL; i += 499)
            assert_article(f, i, i, 1, 1);
        index_close(&f->ix);
        assert_ok(index_check(f->dir, f->o.stamp, NULL, NULL, NULL, NULL, &faults));
        assert_int_equal(faults, 0);
        assert_ok(open_again(f));
    }
    buf_fini(&plain);
    buf_fini(&packed);
}

static void remove_some(fixture *f, unsigned from, unsigned to)
{
    sample s;
    index_txn *t;
    assert_ok(index_begin(&t, f->ix));
    for (unsigned i = from; i < to; i++) {
        make_sample(&s, i, 1);
        assert_ok(index_remove(t, s.a.uri));
    }
    assert_ok(index_commit(&t));
}

static index_stats steps(fixture *f, unsigned most)
{
    index_stats s;
    bool more = true;
    for (unsigned i = 0; i < most && more; i++)
        assert_ok(index_merge_step(f->ix, &more));
    assert_ok(index_stat(f->ix, &s));
    return s;
}

// With time to spare the newest segments, a quarter of the store at most, become one where the
// oldest of them is no larger than the others together, and nothing is lost by it.
static void test_gather(void **state)
{
    enum { SEAL = 32, SEALS = 14, FANOUT = 8, STEPS = 1000 };
    static const uint64_t segments[SEALS] = {1, 2, 3, 4, 5, 6, 7, 1, 2, 2, 3, 3, 4, 4};
    fixture *f = *state;
    uint64_t faults = 1;
    index_close(&f->ix);
    f->o.seal_docs = SEAL;
    f->o.merge_fanout = FANOUT;
    f->o.gather = true;
    assert_ok(open_again(f));
    for (unsigned i = 0; i < SEALS; i++) {
        put_many(f, i * SEAL, (i + 1) * SEAL);
        index_stats s = steps(f, STEPS);
        assert_int_equal(s.segments, segments[i]);
        assert_int_equal(s.articles, (i + 1) * SEAL);
        assert_int_equal(s.postings, (i + 1) * SEAL * PRINTS);
    }
    index_close(&f->ix);
    assert_ok(index_check(f->dir, f->o.stamp, NULL, NULL, NULL, NULL, &faults));
    assert_int_equal(faults, 0);
    assert_ok(open_again(f));
}

// A segment of which nothing is left goes while another is being written anew.
static void test_dead_segment(void **state)
{
    enum { SEAL = 32, SEGMENTS = 4, ALL = SEAL * SEGMENTS, STEPS = 1000 };
    fixture *f = *state;
    uint64_t faults = 1;
    index_close(&f->ix);
    f->o.seal_docs = SEAL;
    assert_ok(open_again(f));
    for (unsigned i = 0; i < ALL; i += SEAL) {
        put_many(f, i, i + SEAL);
        steps(f, STEPS);
    }
    index_stats full = steps(f, STEPS);
    assert_int_equal(full.segments, SEGMENTS);
    assert_int_equal(full.dead_bytes, 0);
    assert_true(full.spare_bytes > 0 && full.spare_bytes < full.live_bytes);
    remove_some(f, 4, SEAL);
    index_stats thin = steps(f, 1);
    assert_int_equal(thin.postings, full.postings);
    assert_true(thin.dead_bytes > 0 && thin.spare_bytes < full.spare_bytes);
    remove_some(f, 2 * SEAL, 3 * SEAL);
    index_stats dead = steps(f, 0), dropped = steps(f, 2);
    assert_int_equal(dead.merges, full.merges);
    assert_true(dead.dead_bytes > thin.dead_bytes);
    assert_int_equal(dropped.postings, full.postings - SEAL * PRINTS);
    assert_int_equal(dropped.dead_bytes, thin.dead_bytes); // the other one is still to be written
    index_stats done = steps(f, STEPS);
    assert_int_equal(done.postings, 2 * SEAL * PRINTS + 4 * PRINTS);
    assert_int_equal(done.dead_bytes, 0);
    assert_article(f, 3, 3, 1, 1);
    assert_article(f, ALL - 1, ALL - 1, 1, 1);
    index_close(&f->ix);
    assert_ok(index_check(f->dir, f->o.stamp, NULL, NULL, NULL, NULL, &faults));
    assert_int_equal(faults, 0);
    assert_ok(open_again(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_replace_and_remove, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_uri_twice_in_a_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_abort, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_empty_group, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lookup_and_near, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_look_get, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_looks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_packed_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dictionary, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gather, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dead_segment, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
