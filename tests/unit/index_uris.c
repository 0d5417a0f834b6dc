// index_uris.c - what is stored under a uri is found, whatever tags uris share.
#include "t.h"
#include "index/index.h"
#include "index/record.h"
#include "index/uris.h"

#include <stdlib.h>
#include <unistd.h>

enum { SEED = 7, NAME = 64, MANY = 300000, MODEL = 4096 };

// ---- the table, beside a list

typedef struct entry {
    uint32_t tag, doc;
} entry;

static size_t count_model(const entry *e, size_t n, uint32_t tag, uint64_t *sum)
{
    size_t found = 0;
    *sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (e[i].tag == tag) {
            found++;
            *sum += e[i].doc;
        }
    }
    return found;
}

static void check_tag(const uris *u, const entry *e, size_t n, uint32_t tag)
{
    uint64_t want, sum = 0;
    size_t most = count_model(e, n, tag, &want), found = 0, at = 0;
    for (uint32_t doc; (doc = uris_next(u, tag, &at)) != UINT32_MAX; found++)
        sum += doc;
    assert_int_equal(found, most);
    assert_int_equal(sum, want);
}

// Few tags, close together and at both ends of a part: long runs, which wrap.
static uint32_t draw_tag(uint64_t *r)
{
    uint64_t x = t_random(r);
    return (uint32_t)(x & 3 ? (x >> 8 & 1 ? UINT32_MAX - (x >> 9 & 31) : x >> 9 & 31) : x >> 32);
}

static void test_beside_a_list(void **state)
{
    (void)state;
    static entry e[MODEL];
    uint64_t r = t_seed();
    size_t n = 0;
    uris *u;
    assert_ok(uris_new(&u));
    for (uint32_t i = 0; i < 8 * MODEL; i++) {
        if (n < MODEL / 2 && (n == 0 || t_random(&r) % 5 < 3)) {
            e[n] = (entry){draw_tag(&r), i % 97};
            assert_ok(uris_reserve(u, &e[n].tag, 1));
            uris_add(u, e[n].tag, e[n].doc);
            n++;
        } else {
            size_t k = t_random(&r) % n;
            uris_remove(u, e[k].tag, e[k].doc);
            uris_remove(u, e[k].tag, 98); // is not there
            e[k] = e[--n];
        }
        check_tag(u, e, n, draw_tag(&r));
        if (n)
            check_tag(u, e, n, e[t_random(&r) % n].tag);
    }
    uris_free(u);
}

static void test_size(void **state)
{
    (void)state;
    uint64_t r = 3;
    uris *u;
    assert_ok(uris_new(&u));
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t tag = (uint32_t)(t_random(&r) >> 16);
        assert_ok(uris_reserve(u, &tag, 1));
        uris_add(u, tag, i);
    }
    assert_true(uris_ram(u) < (size_t)MANY * 18);
    uris_free(u);
}

// ---- an index with two uris of one tag

static char pair[2][NAME];

static int by_tag(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    return x->tag < y->tag ? -1 : x->tag > y->tag;
}

static void find_pair(void)
{
    entry *e = malloc(MANY * sizeof *e);
    assert_non_null(e);
    for (uint32_t i = 0; i < MANY; i++) {
        uri_key k;
        snprintf(pair[0], NAME, "https://ferry-times.example/%u", i);
        uri_hash(view_of(pair[0]), SEED, &k);
        e[i] = (entry){uri_tag(&k), i};
    }
    qsort(e, MANY, sizeof *e, by_tag);
    size_t i = 1;
    while (i < MANY && e[i].tag != e[i - 1].tag)
        i++;
    assert_true(i < MANY);
    for (int k = 0; k < 2; k++)
        snprintf(pair[k], NAME, "https://ferry-times.example/%u", e[i - k].doc);
    free(e);
}

static void put(article_index *ix, const char *uri, uint64_t content, bool remove)
{
    index_txn *t;
    uri_entry e;
    minhash sig = {.band = {1}};
    print p = {content, false};
    doc_add a = {.uri = view_of(uri),
                 .record = view_of("{}"),
                 .text = view_of("The ferry left on time."),
                 .content = content,
                 .sig = &sig,
                 .prints = &p,
                 .n_prints = 1};
    assert_ok(index_begin(&t, ix));
    assert_ok(remove ? index_remove(t, view_of(uri)) : index_add(t, &a, &e));
    assert_ok(index_commit(&t));
}

static void expect(article_index *ix, const char *uri, uint64_t content, uint32_t version)
{
    uri_entry e;
    index_txn *t;
    shg_err want = content ? SHG_OK : SHG_ENOTFOUND;
    assert_int_equal(index_find(ix, view_of(uri), &e), want);
    if (content) {
        assert_int_equal(e.content, content);
        assert_int_equal(e.version, version);
    }
    assert_ok(index_begin(&t, ix));
    assert_int_equal(index_txn_find(t, view_of(uri), &e), want);
    assert_int_equal(e.version, version);
    index_abort(&t);
}

static void reopen(article_index **ix, const char *dir)
{
    const char *why;
    index_opts o = {.map_bytes = 512 << 20, .seed = SEED, .stamp = "uris"};
    uint64_t faults = 0;
    if (*ix) {
        index_close(ix);
        assert_ok(index_check(dir, "uris", NULL, NULL, NULL, NULL, &faults));
        assert_int_equal(faults, 0);
    }
    assert_ok(index_open(ix, dir, &o, &why));
}

static void test_shared_tag(void **state)
{
    (void)state;
    char dir[] = "/tmp/shingled-uris-XXXXXX";
    article_index *ix = NULL;
    assert_non_null(mkdtemp(dir));
    find_pair();
    reopen(&ix, dir);
    put(ix, pair[0], 10, false);
    expect(ix, pair[0], 10, 1);
    expect(ix, pair[1], 0, 0);
    put(ix, pair[1], 20, false);
    put(ix, pair[1], 21, false);
    for (int again = 0; again < 2; again++) {
        expect(ix, pair[0], 10, 1);
        expect(ix, pair[1], 21, 2);
        reopen(&ix, dir);
    }
    put(ix, pair[1], 0, true);
    for (int again = 0; again < 2; again++) {
        expect(ix, pair[0], 10, 1);
        expect(ix, pair[1], 0, 2);
        reopen(&ix, dir);
    }
    put(ix, pair[0], 0, true);
    put(ix, pair[1], 22, false);
    for (int again = 0; again < 2; again++) {
        expect(ix, pair[0], 0, 1);
        expect(ix, pair[1], 22, 3);
        reopen(&ix, dir);
    }
    index_close(&ix);
    t_remove_store(dir);
}

// A group sees its own changes, many of one uri.
static void test_within_a_group(void **state)
{
    (void)state;
    char dir[] = "/tmp/shingled-uris-XXXXXX", uri[NAME];
    article_index *ix = NULL;
    index_txn *t;
    uri_entry e;
    minhash sig = {.band = {1}};
    assert_non_null(mkdtemp(dir));
    reopen(&ix, dir);
    for (int round = 0; round < 2; round++) {
        assert_ok(index_begin(&t, ix));
        for (uint32_t i = 0; i < 6000; i++) {
            snprintf(uri, sizeof uri, "https://tram-post.example/%u", i % 2000);
            doc_add a = {.uri = view_of(uri), .record = view_of("{}"), .sig = &sig, .content = i};
            if (i % 7 == 6 && index_txn_find(t, a.uri, &e) == SHG_OK)
                assert_ok(index_remove(t, a.uri));
            else
                assert_ok(index_add(t, &a, &e));
        }
        if (round == 0)
            index_abort(&t); // as if it had never been
        else
            assert_ok(index_commit(&t));
    }
    for (int again = 0; again < 2; again++) {
        for (uint32_t i = 0; i < 2000; i++) {
            uint32_t content = 0, version = 0;
            for (uint32_t k = i; k < 6000; k += 2000) {
                bool remove = k % 7 == 6 && content;
                version += !remove;
                content = remove ? 0 : k;
            }
            snprintf(uri, sizeof uri, "https://tram-post.example/%u", i);
            if (i)
                expect(ix, uri, content, version);
        }
        reopen(&ix, dir);
    }
    index_close(&ix);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beside_a_list),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_shared_tag),
        cmocka_unit_test(test_within_a_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
