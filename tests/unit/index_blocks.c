// index_blocks.c - postings in blocks that are large enough to be read where they stood before:
// the lists stay right while segments come, merge and go.
#include "index/index.h"
#include "index/segment.h"
#include "t.h"

#include <unistd.h>

#define MAP ((size_t)1 << 30)

enum {
    NAME = 64,
    SEAL = 1000,  // documents: some 0.8 MB of postings, in four blocks
    PRINTS = 130, // the first of them in every third document: a long list
    ROUNDS = 5,
    ASKED = 40, // documents
    CAP = 64,
    HEAD = 64,
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
    index_opts o = {.map_bytes = MAP,
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

static void finish_work(fixture *f)
{
    for (bool more = true; more;)
        assert_ok(index_merge_step(f->ix, &more));
}

static shg_err take_first(void *ctx, view key, view value)
{
    (void)key;
    memcpy(ctx, value.p, HEAD);
    return SHG_EBUSY;
}

// How the first block begins: its checksum and more; the index is closed.
static void first_block(const fixture *f, uint8_t head[HEAD])
{
    const char *why;
    view all = {NULL, 0};
    db *d;
    db_txn *t;
    assert_ok(db_open(&d, f->dir, &(db_opts){.map_bytes = MAP, .read_only = true}, &why));
    assert_ok(db_begin(&t, d, false));
    assert_int_equal(db_scan(t, DB_BLOCKS, all, all, take_first, head), SHG_EBUSY);
    db_abort(&t);
    db_close(&d);
}

// Flips a bit of the checksum where a block begins so in the store's file, which harms nobody who
// does not look at it. The block may stand there more than once: pages that are free keep what they
// held.
static void flip(const fixture *f, const uint8_t head[HEAD], bool back)
{
    enum { PAGE = 4096, AT = 16 }; // LMDB's head of a page
    uint8_t here[HEAD], want[HEAD];
    char path[2 * NAME];
    int found = 0;
    memcpy(want, head, HEAD);
    want[0] ^= back;
    snprintf(path, sizeof path, "%s/data.mdb", f->dir);
    FILE *io = fopen(path, "r+b");
    assert_non_null(io);
    for (long at = AT; fseek(io, at, SEEK_SET) == 0 && fread(here, HEAD, 1, io) == 1; at += PAGE) {
        if (memcmp(here, want, HEAD) != 0)
            continue;
        here[0] ^= 1;
        assert_int_equal(fseek(io, at, SEEK_SET), 0);
        assert_int_equal(fwrite(here, 1, 1, io), 1);
        found++;
    }
    assert_int_equal(fclose(io), 0);
    assert_true(found > 0);
}

static size_t lost(const fixture *f)
{
    size_t n = 0;
    for (uint32_t doc = 0; doc < ASKED; doc++) {
        uint64_t hash[PRINTS];
        postings p;
        for (unsigned k = 0; k < PRINTS; k++)
            hash[k] = hash_of(doc, k);
        assert_ok(index_lookup(f->ix, hash, PRINTS, &p));
        n += p.lost;
        postings_free(&p);
    }
    return n;
}

// A block is checked once, by who reads it first, or behind the writers before anybody does.
static void test_blocks_checked_once(void **state)
{
    fixture *f = *state;
    uint8_t head[HEAD];
    put_round(f);
    finish_work(f);
    index_close(&f->ix);
    first_block(f, head);
    flip(f, head, false);
    open_it(f);
    assert_true(lost(f) > 0);
    finish_work(f);
    assert_true(lost(f) > 0);
    index_close(&f->ix);
    flip(f, head, true);
    open_it(f);
    finish_work(f);
    flip(f, head, false);
    assert_int_equal(lost(f), 0);
}

// What this process has written is not read to be checked. Another store of the same documents
// tells how its blocks begin.
static void test_blocks_written(void **state)
{
    fixture *f = *state, *same;
    uint8_t head[HEAD];
    index_stats s = {0};
    assert_int_equal(set_up((void **)&same), 0);
    put_round(same);
    finish_work(same);
    index_close(&same->ix);
    first_block(same, head);
    put_round(f);
    for (bool more = true; more && s.segments == 0;) { // no further: nothing looks through it yet
        assert_ok(index_merge_step(f->ix, &more));
        assert_ok(index_stat(f->ix, &s));
    }
    flip(f, head, false);
    assert_int_equal(lost(f), 0);
    assert_int_equal(tear_down((void **)&same), 0);
    index_close(&f->ix);
    open_it(f);
    assert_true(lost(f) > 0);
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
        cmocka_unit_test_setup_teardown(test_blocks_checked_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocks_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocks_last, set_up, tear_down)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
