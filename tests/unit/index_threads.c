// index_threads.c - readers, a writer and the merges at once. What a reader finds is right
// at some moment: run it under ThreadSanitizer for the rest.
#include "t.h"
#include "index/index.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
    NAME = 64,
    URIS = 200,
    GROUPS = 250,
    GROUP = 12,
    PRINTS = 16,
    READERS = 2,
    HOT = 64,
    SEED = 1
};

typedef struct shared {
    char dir[NAME];
    article_index *ix;
    atomic_bool done;
    atomic_uint wrong, looked;
} shared;

static uint64_t hash_of(uint32_t uri, unsigned k)
{
    uint64_t s = (uri % HOT) * 100 + k;
    return t_random(&s) & 0xffffffffff;
}

static shg_err add_one(index_txn *t, uint32_t uri, uint64_t edition)
{
    char name[NAME];
    print prints[PRINTS];
    minhash sig;
    uri_entry e;
    uint64_t r = edition;
    snprintf(name, sizeof name, "https://granite-herald.example/%u", (unsigned)uri);
    for (unsigned k = 0; k < PRINTS; k++)
        prints[k] = (print){hash_of(uri, k), k % 2};
    for (int i = 0; i < MINHASH_LANES; i++)
        sig.lane[i] = (uint8_t)(i % MINHASH_BANDS ? t_random(&r) : uri % HOT);
    minhash_bands(sig.band, sig.lane, SEED);
    return index_add(t,
                     &(doc_add){.uri = view_of(name),
                                .record = view_of("{}"),
                                .text = view_of(name),
                                .publisher = uri,
                                .content = edition,
                                .sig = &sig,
                                .prints = prints,
                                .n_prints = PRINTS},
                     &e);
}

static void *write_all(void *arg)
{
    shared *s = arg;
    uint64_t r = t_seed();
    for (int g = 0; g < GROUPS; g++) {
        index_txn *t;
        shg_err err = index_begin(&t, s->ix);
        for (int i = 0; i < GROUP && !err; i++)
            err = add_one(t, (uint32_t)(t_random(&r) % URIS), t_random(&r));
        if (err || index_commit(&t))
            atomic_fetch_add(&s->wrong, 1);
        doc_link l = {(uint32_t)(t_random(&r) % (uint32_t)(g + 1)), view_of("place")};
        if (index_link(s->ix, &l, 1))
            atomic_fetch_add(&s->wrong, 1);
    }
    atomic_store(&s->done, true);
    return NULL;
}

// Every document found by a fingerprint of uri's carries it: its publisher says so.
static bool is_lookup_right(article_index *ix, uint32_t uri)
{
    uint64_t hashes[PRINTS];
    postings p;
    bool right = true;
    for (unsigned k = 0; k < PRINTS; k++)
        hashes[k] = hash_of(uri, k);
    if (index_lookup(ix, hashes, PRINTS, &p))
        return false;
    for (unsigned k = 0; k < PRINTS; k++)
        for (uint32_t i = 0; i < p.list[k].n; i++) {
            doc_info info;
            right &= i == 0 || p.list[k].p[i - 1].doc < p.list[k].p[i].doc;
            right &= p.list[k].p[i].quoted == k % 2;
            if (index_info(ix, p.list[k].p[i].doc, &info))
                right &= info.publisher % HOT == uri % HOT;
        }
    postings_free(&p);
    return right;
}

static bool is_near_right(article_index *ix, uint32_t uri)
{
    uint8_t lane[MINHASH_LANES] = {0};
    uint32_t band[MINHASH_BANDS], docs[8];
    size_t n, total;
    doc_info info;
    article a;
    bool right = true;
    for (int i = 0; i < MINHASH_LANES; i += MINHASH_BANDS)
        lane[i] = (uint8_t)(uri % HOT);
    minhash_bands(band, lane, SEED);
    memset(band + 1, 0, sizeof band - sizeof *band);
    if (index_near(ix, band, DOC_NONE, docs, 8, &n, &total))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (index_info(ix, docs[i], &info))
            right &= info.publisher % HOT == uri % HOT;
        shg_err err = index_get(ix, docs[i], &a);
        right &= err == SHG_OK || err == SHG_ENOTFOUND;
        right &= err || view_eq(a.uri, a.text);
        if (!err)
            article_free(&a);
        double same = index_resemblance(ix, docs[0], docs[i]);
        right &= same >= -.1 && same <= 1;
    }
    return right;
}

static void *read_all(void *arg)
{
    shared *s = arg;
    uint64_t r = t_seed() + 1;
    while (!atomic_load(&s->done)) {
        index_stats stats;
        uint32_t uri = (uint32_t)(t_random(&r) % URIS);
        if (!is_lookup_right(s->ix, uri) || !is_near_right(s->ix, uri) || index_stat(s->ix, &stats))
            atomic_fetch_add(&s->wrong, 1);
        atomic_fetch_add(&s->looked, 1);
    }
    return NULL;
}

static void test_all_at_once(void **state)
{
    (void)state;
    static shared s;
    const char *why;
    uint64_t faults = 1;
    pthread_t writer, reader[READERS];
    index_opts o = {.map_bytes = (size_t)1 << 30,
                    .seal_docs = 100,
                    .merge_fanout = 3,
                    .block_bytes = 1000,
                    .list_cap = 8,
                    .seed = SEED,
                    .stamp = "threads",
                    .background = true};
    strcpy(s.dir, "/tmp/shingled-threads-XXXXXX");
    assert_non_null(mkdtemp(s.dir));
    (void)t_seed(); // printed once, before there are threads
    assert_ok(index_open(&s.ix, s.dir, &o, &why));
    assert_int_equal(pthread_create(&writer, NULL, write_all, &s), 0);
    for (int i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&reader[i], NULL, read_all, &s), 0);
    pthread_join(writer, NULL);
    for (int i = 0; i < READERS; i++)
        pthread_join(reader[i], NULL);
    assert_int_equal(atomic_load(&s.wrong), 0);
    assert_true(atomic_load(&s.looked) > 0);
    index_close(&s.ix);
    assert_ok(index_check(s.dir, o.stamp, NULL, NULL, NULL, NULL, &faults));
    assert_int_equal(faults, 0);
    t_remove_store(s.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
