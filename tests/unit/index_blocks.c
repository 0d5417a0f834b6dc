// index_blocks.c - postings in blocks that are large enough to be read where they stood before:
// the lists stay right while segments come, merge and go.
#include "index/index.h"
#include "index/segment.h"
#include "t.h"

#include <unistd.h>

enum {
    NAME = 64,
    SEAL = 1000,  // documents: some 0.8 MB of postings, in four blocks
    PRINTS = 130, // the first of them in every third document: a long list
    ROUNDS = 5,
    ASKED = 40, // documents
    CAP = 64,
};

typedef struct fixture {
    char dir[NAME];
    article_index *ix;
    bool gone[ROUNDS * SEAL];
    uint32_t n;
} fixture;

static void open_it(fixture *f)
{
    const char *why = NULL;
    index_opts o = {.map_bytes = (size_t)1 << 30,
                    .seed = 7,
                    .seal_docs = SEAL,
                    .merge_fanout = 2,
                    .list_cap = CAP,
                    .stamp = "test 1"};
    assert_ok(index_open(&f->ix, f->dir, &o, &why));
}

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->dir, "/tmp/shingled-blocks-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    open_it(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    index_close(&f->ix);
    t_remove_store(f->dir);
    free(f);
    return 0;
}

static uint64_t hash_of(uint32_t doc, unsigned k)
{
    uint64_t r = k ? (uint64_t)doc * 1000 + k : UINT64_MAX - doc % 3;
    return t_random(&r) & 0xffffffffff;
}

static view uri_of(char room[NAME], uint32_t doc)
{
    snprintf(room, NAME, "https://granite-herald.example/%u", (unsigned)doc);
    return view_of(room);
}

static void put_round(fixture *f)
{
    index_txn *t;
    uri_entry e;
    assert_ok(index_begin(&t, f->ix));
    for (uint32_t end = f->n + SEAL; f->n < end; f->n++) {
        char name[NAME];
        print prints[PRINTS];
        minhash sig = {0};
        for (unsigned k = 0; k < PRINTS; k++)
            prints[k] = (print){hash_of(f->n, k), k % 2};
        doc_add a = {.uri = uri_of(name, f->n),
                     .record = view_of("{}"),
                     .text = view_of(name),
                     .sig = &sig,
                     .prints = prints,
                     .n_prints = PRINTS};
        assert_ok(index_add(t, &a, &e));
        assert_int_equal(e.doc, f->n);
    }
    assert_ok(index_commit(&t));
}

static void take_out(fixture *f, uint32_t doc)
{
    char name[NAME];
    index_txn *t;
    assert_ok(index_begin(&t, f->ix));
    assert_ok(index_remove(t, uri_of(name, doc)));
    assert_ok(index_commit(&t));
    f->gone[doc] = true;
}

// The first CAP documents of doc % 3 that are there.
static void assert_long_list(const fixture *f, const posting_list *l, uint32_t which)
{
    uint32_t n = 0;
    for (uint32_t doc = which; doc < f->n && n < CAP; doc += 3) {
        if (f->gone[doc])
            continue;
        assert_true(n < l->n);
        assert_int_equal(l->p[n++].doc, doc);
    }
    assert_int_equal(l->n, n);
    assert_true(l->total > CAP);
}

static void ask(const fixture *f, uint32_t doc)
{
    uint64_t hash[PRINTS];
    postings p;
    for (unsigned k = 0; k < PRINTS; k++)
        hash[k] = hash_of(doc, k);
    assert_ok(index_lookup(f->ix, hash, PRINTS, &p));
    assert_long_list(f, &p.list[0], doc % 3);
    for (unsigned k = 1; k < PRINTS; k++) {
        assert_int_equal(p.list[k].n, f->gone[doc] ? 0 : 1);
        if (!p.list[k].n)
            continue;
        assert_int_equal(p.list[k].p[0].doc, doc);
        assert_int_equal(p.list[k].p[0].quoted, k % 2);
    }
    postings_free(&p);
}

static void ask_some(const fixture *f, uint64_t *seed)
{
    for (int i = 0; i < ASKED; i++)
        ask(f, (uint32_t)(t_random(seed) % f->n));
}

static void test_blocks_last(void **state)
{
    fixture *f = *state;
    uint64_t seed = t_seed();
    for (int round = 0; round < ROUNDS; round++) {
        put_round(f);
        ask_some(f, &seed);
        for (bool more = true; more;) {
            assert_ok(index_merge_step(f->ix, &more));
            ask(f, (uint32_t)(t_random(&seed) % f->n));
        }
        ask_some(f, &seed);
        take_out(f, (uint32_t)(round * SEAL + (int)(t_random(&seed) % SEAL)));
        ask_some(f, &seed);
    }
    index_close(&f->ix);
    open_it(f);
    ask_some(f, &seed);
}

// Postings of one block, each with another fingerprint: what is read back has every one once.
static void build_and_read(uint32_t n)
{
    segment s = {.doc0 = 9, .doc1 = 9 + 1000, .n = n};
    flat *p = malloc(n * sizeof *p);
    uint64_t r = n, sum = 0, got = 0;
    buf body = {0}, out = {0};
    block b;
    assert_non_null(p);
    for (uint32_t i = 0; i < n; i++) {
        p[i] = (flat){t_random(&r) & 0xffffffffff, 9 + i % 1000, i % 2};
        sum += p[i].hash ^ (uint64_t)p[i].doc << 41 ^ (uint64_t)p[i].quoted << 63;
    }
    segment_shape(&s, n, SIZE_MAX);
    assert_int_equal(segment_blocks(&s), 1);
    assert_ok(block_build(&body, &s, 0, p, n));
    assert_ok(block_parse(&b, &s, 0, buf_view(&body)));
    assert_ok(block_read(&b, &out));
    const flat *q = (const flat *)(const void *)out.p;
    assert_int_equal(out.len / sizeof *q, n);
    for (uint32_t i = 0; i < n; i++)
        got += q[i].hash ^ (uint64_t)q[i].doc << 41 ^ (uint64_t)q[i].quoted << 63;
    assert_true(got == sum);
    assert_int_equal(block_parse(&b, &s, 0, (view){body.p, body.len - 1}), SHG_ECORRUPT);
    buf_fini(&body);
    buf_fini(&out);
    free(p);
}

// Where a bucket ends is kept in two bytes as long as that will do.
static void test_large_blocks(void **state)
{
    (void)state;
    for (uint32_t n = UINT16_MAX - 1; n <= UINT16_MAX + 2; n++)
        build_and_read(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_large_blocks),
        cmocka_unit_test_setup_teardown(test_blocks_last, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
