// index_check.c - index_check finds every kind of damage, and none where there is none.
#include "t.h"
#include "index/index.h"
#include "index/record.h"
#include "index/segment.h"
#include "shingled/version.h"

#include <unistd.h>

enum { NAME = 64, DOCS = 90, SEAL = 32, PRINTS = 9, MAP = 64 << 20 };
#define STAMP "check 1"

typedef struct fixture {
    char dir[NAME];
    char said[4096]; // all lines
    uint64_t faults;
} fixture;

static print print_of(unsigned i, unsigned k)
{
    return (print){(uint64_t)(i * 31 + k) << 22 | k, k % 2 == 0};
}

static void add_one(index_txn *t, unsigned i)
{
    char uri[NAME], text[200];
    print prints[PRINTS];
    minhash sig = {.lane = {(uint8_t)(i + 1)}};
    uri_entry e;
    snprintf(uri, sizeof uri, "https://lighthouse-post.example/%u", i);
    snprintf(text, sizeof text,
             "Keeper number %u lit the lamp, and keeper number %u, and keeper number %u; all of "
             "them saw "
             "the ships go by in the evening and none of them was ever late.",
             i, i + 1, i + 2);
    for (unsigned k = 0; k < PRINTS; k++)
        prints[k] = print_of(i, k);
    doc_add a = {.uri = view_of(uri),
                 .record = view_of("{}"),
                 .text = view_of(text),
                 .content = i,
                 .sig = &sig,
                 .prints = prints,
                 .n_prints = PRINTS};
    assert_ok(index_add(t, &a, &e));
}

// Two sealed segments, an active one, links, a replaced article and a removed one.
static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    article_index *ix;
    index_txn *t;
    const char *why;
    bool more = true;
    assert_non_null(f);
    *state = f;
    strcpy(f->dir, "/tmp/shingled-check-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    index_opts o = {
        .map_bytes = MAP, .seal_docs = SEAL, .block_bytes = 512, .seed = 3, .stamp = STAMP};
    assert_ok(index_open(&ix, f->dir, &o, &why));
    for (unsigned i = 0; i < DOCS; i++) {
        assert_ok(index_begin(&t, ix));
        add_one(t, i);
        if (i == 80) {
            add_one(t, 70);
            assert_ok(index_remove(t, view_of("https://lighthouse-post.example/60")));
        }
        assert_ok(index_commit(&t));
        while (i < 70 && more)
            assert_ok(index_merge_step(ix, &more));
        more = true;
    }
    doc_link l = {5, view_of("place")};
    assert_ok(index_link(ix, &l, 1));
    index_close(&ix);
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    t_remove_store(f->dir);
    free(f);
    return 0;
}

static void say(void *ctx, const char *line)
{
    fixture *f = ctx;
    size_t at = strlen(f->said);
    snprintf(f->said + at, sizeof f->said - at, "%s\n", line);
}

// What the fixture has put, and no more, is sound.
static shg_err judge(uint32_t doc, view value, uint32_t end)
{
    return doc < end && view_eq(value, view_of("place")) ? SHG_OK : SHG_ECORRUPT;
}

static void check(fixture *f)
{
    f->said[0] = 0;
    assert_ok(index_check(f->dir, STAMP, judge, say, NULL, f, &f->faults));
}

// The store, open to be damaged.
typedef struct damage {
    db *d;
    db_txn *t;
} damage;

static damage damage_begin(fixture *f)
{
    damage x = {0};
    const char *why;
    assert_ok(db_open(&x.d, f->dir, &(db_opts){.map_bytes = MAP}, &why));
    assert_ok(db_begin(&x.t, x.d, true));
    return x;
}

static void damage_end(damage *x)
{
    assert_ok(db_commit(&x->t));
    db_close(&x->d);
}

// Finds a row by its place in the table and copies it.
typedef struct row {
    uint8_t key[DB_KEY_MAX], value[8192];
    size_t key_len, len, skip;
} row;

static shg_err take(void *ctx, view key, view value)
{
    row *r = ctx;
    if (r->skip--)
        return SHG_OK;
    memcpy(r->key, key.p, key.len);
    memcpy(r->value, value.p, value.len);
    r->key_len = key.len;
    r->len = value.len;
    return SHG_EBUSY;
}

static row row_at(damage *x, db_table table, size_t skip)
{
    row r = {.skip = skip};
    view all = {NULL, 0};
    assert_int_equal(db_scan(x->t, table, all, all, take, &r), SHG_EBUSY);
    return r;
}

static row row_of(damage *x, db_table table, uint32_t doc)
{
    row r = {0};
    view v;
    doc_key k = key_of_doc(doc);
    assert_ok(db_get(x->t, table, doc_key_view(&k), &v));
    take(&r, doc_key_view(&k), v);
    return r;
}

static void put_row(damage *x, db_table table, const row *r)
{
    assert_ok(db_put(x->t, table, (view){r->key, r->key_len}, (view){r->value, r->len}));
}

// Puts a row with a body of our own and a checksum that holds.
static void put_body(damage *x, db_table table, view key, view body)
{
    buf b = {0};
    value_begin(&b);
    buf_add(&b, body.p, body.len);
    assert_ok(value_end(&b, table, key));
    assert_ok(db_put(x->t, table, key, buf_view(&b)));
    buf_fini(&b);
}

static void flip(fixture *f, db_table table, size_t skip)
{
    damage x = damage_begin(f);
    row r = row_at(&x, table, skip);
    r.value[r.len / 2] ^= 1;
    put_row(&x, table, &r);
    damage_end(&x);
}

static void test_whole(void **state)
{
    fixture *f = *state;
    check(f);
    assert_string_equal(f->said, "");
    assert_int_equal(f->faults, 0);
    assert_int_equal(index_check(f->dir, "another", NULL, say, NULL, f, &f->faults), SHG_EFORMAT);
    assert_non_null(strstr(f->said, "another"));
    assert_int_equal(
        index_check("/tmp/shingled-no-such-place", STAMP, judge, say, NULL, f, &f->faults),
        SHG_EIO);
}

static void test_flipped_bytes(void **state)
{
    static const struct {
        db_table table;
        size_t skip;
        const char *says;
    } cases[] = {
        {DB_ARTICLES, 7, "articles/00000007: checksum"},
        {DB_SIGNS, 9, "signs/00000009: checksum"},
        {DB_LINKS, 0, "links/00000005: checksum"},
        {DB_PRINTS, 3, "prints/00000043: checksum"},
        {DB_TOMBS, 0, "tombs/0000003c: checksum"},
        {DB_BLOCKS, 1, "blocks/00000000"},
        {DB_URIS, 0, ": checksum"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        flip(f, cases[i].table, cases[i].skip);
        check(f);
        assert_true(f->faults >= 1);
        assert_non_null(strstr(f->said, cases[i].says));
        flip(f, cases[i].table, cases[i].skip);
        check(f);
        assert_int_equal(f->faults, 0);
    }
}

static void test_flipped_meta(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < 6; i++) { // counters, epoch, format, seed, segments, stamp
        flip(f, DB_META, i);
        check(f);
        assert_true(f->faults >= 1);
        assert_non_null(strstr(f->said, "meta/"));
        flip(f, DB_META, i);
    }
    check(f);
    assert_int_equal(f->faults, 0);
}

static void test_value_under_another_key(void **state)
{
    fixture *f = *state;
    damage x = damage_begin(f);
    row a = row_of(&x, DB_ARTICLES, 3), b = row_of(&x, DB_ARTICLES, 4);
    memcpy(a.key, b.key, b.key_len);
    put_row(&x, DB_ARTICLES, &a);
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 1);
    assert_non_null(strstr(f->said, "articles/00000004: checksum"));
}

static void delete_row(fixture *f, db_table table, uint32_t doc)
{
    doc_key k = key_of_doc(doc);
    damage x = damage_begin(f);
    assert_ok(db_del(x.t, table, doc_key_view(&k)));
    damage_end(&x);
}

static void test_missing_article(void **state)
{
    fixture *f = *state;
    delete_row(f, DB_ARTICLES, 11);
    check(f);
    assert_int_equal(f->faults, 1);
    assert_non_null(strstr(f->said, "signs/0000000b: it has no article"));
}

static void test_missing_signs(void **state)
{
    fixture *f = *state;
    delete_row(f, DB_SIGNS, 11);
    check(f);
    assert_non_null(strstr(f->said, "articles/0000000b: it has no signature"));
    assert_non_null(strstr(f->said, "a posting to document 0000000b, which is not there"));
}

// The fingerprints of all documents of the first segment stand in the block that is damaged: those
// of others are found all the same, and that some lack is told.
static void test_lookup_beside_damage(void **state)
{
    fixture *f = *state;
    article_index *ix;
    const char *why;
    flip(f, DB_BLOCKS, 0);
    index_opts o = {
        .map_bytes = MAP, .seal_docs = SEAL, .block_bytes = 512, .seed = 3, .stamp = STAMP};
    assert_ok(index_open(&ix, f->dir, &o, &why));
    for (unsigned i = 0; i < 60; i++) {
        uint64_t hash[PRINTS];
        postings p;
        for (unsigned k = 0; k < PRINTS; k++)
            hash[k] = print_of(i, k).hash;
        assert_ok(index_lookup(ix, hash, PRINTS, &p));
        assert_true(p.lost > 0 && p.lost <= PRINTS);
        for (unsigned k = 0; k < PRINTS; k++)
            assert_int_equal(p.list[k].n, i >= SEAL);
        postings_free(&p);
    }
    index_close(&ix);
}

// A signature row with a fingerprint more, or less, than were sealed.
static void test_missing_and_foreign_posting(void **state)
{
    fixture *f = *state;
    for (uint32_t n = PRINTS - 1; n <= PRINTS + 1; n += 2) {
        damage x = damage_begin(f);
        row r = row_of(&x, DB_SIGNS, 20);
        view body;
        sign_row s;
        print prints[PRINTS + 1] = {{0}};
        minhash sig;
        assert_ok(value_verify(DB_SIGNS, (view){r.key, r.key_len}, (view){r.value, r.len}, &body));
        assert_ok(sign_parse(body, &s));
        for (unsigned k = 0; k < PRINTS + 1; k++)
            prints[k] = print_of(20, k);
        memcpy(sig.lane, s.lanes, sizeof sig.lane);
        buf b = {0};
        uri_key key = {{0}};
        store32be(key.b, (uint32_t)(s.uri >> 32));
        store32be(key.b + 4, (uint32_t)s.uri);
        doc_add a = {.content = s.info.content, .sig = &sig, .prints = prints, .n_prints = n};
        sign_put(&b, &a, &key, s.info.version);
        put_body(&x, DB_SIGNS, (view){r.key, r.key_len}, buf_view(&b));
        buf_fini(&b);
        damage_end(&x);
        check(f);
        assert_int_equal(f->faults, 1);
        assert_non_null(strstr(f->said, "signs/00000014: its postings are not those"));
    }
}

static void test_missing_block(void **state)
{
    fixture *f = *state;
    damage x = damage_begin(f);
    row r = row_at(&x, DB_BLOCKS, 0);
    assert_ok(db_del(x.t, DB_BLOCKS, (view){r.key, r.key_len}));
    damage_end(&x);
    check(f);
    assert_non_null(strstr(f->said, "segment 00000000: "));
}

static void test_another_uri(void **state)
{
    fixture *f = *state;
    damage x = damage_begin(f);
    row r = row_at(&x, DB_SIGNS, 5);
    view key = {r.key, r.key_len}, body;
    assert_ok(value_verify(DB_SIGNS, key, (view){r.value, r.len}, &body));
    r.value[body.p - r.value + 40] ^= 1; // name
    r.value[body.p - r.value + 48] ^= 1; // version
    put_body(&x, DB_SIGNS, key, body);
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 2);
    assert_non_null(strstr(f->said, "signs/00000005: the article has another uri"));
    assert_non_null(strstr(f->said, "signs/00000005: the article has another version"));
}

static void test_two_articles_of_a_uri(void **state)
{
    fixture *f = *state;
    damage x = damage_begin(f);
    static const db_table tables[] = {DB_ARTICLES, DB_SIGNS};
    for (size_t i = 0; i < 2; i++) { // document 6 becomes document 5 once more
        row r = row_at(&x, DB_SIGNS, 6), from = row_at(&x, tables[i], 5);
        view body;
        assert_ok(value_verify(tables[i], (view){from.key, DOC_KEY_LEN},
                               (view){from.value, from.len}, &body));
        put_body(&x, tables[i], (view){r.key, DOC_KEY_LEN}, body);
    }
    damage_end(&x);
    check(f);
    assert_non_null(strstr(f->said, "articles/00000006: its uri has another article, too"));
}

static void test_deleted_uri_with_an_article(void **state)
{
    fixture *f = *state;
    uri_key key;
    buf b = {0};
    damage x = damage_begin(f);
    uri_hash(view_of("https://lighthouse-post.example/33"), 3, &key);
    uri_put(&b, 1);
    put_body(&x, DB_URIS, (view){key.b, sizeof key.b}, buf_view(&b));
    buf_fini(&b);
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 1);
    assert_non_null(strstr(f->said, "was deleted, and has an article"));
}

static void test_senseless_link(void **state)
{
    fixture *f = *state;
    doc_key k = key_of_doc(5);
    damage x = damage_begin(f);
    put_body(&x, DB_LINKS, doc_key_view(&k), view_of("plaice"));
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 1);
    assert_non_null(strstr(f->said, "links/00000005: its place makes no sense"));
}

static void test_wrong_counters(void **state)
{
    fixture *f = *state;
    damage x = damage_begin(f);
    view body;
    counters c;
    buf b = {0}, scratch = {0};
    assert_ok(meta_get(x.t, META_COUNTERS, &body));
    assert_ok(counters_parse(body, &c));
    c.articles++;
    counters_put(&b, &c);
    assert_ok(meta_write(x.t, META_COUNTERS, buf_view(&b), &scratch));
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 1);
    assert_non_null(strstr(f->said, "meta/counters: "));
    buf_fini(&b);
    buf_fini(&scratch);
}

static void test_orphans_are_a_note(void **state)
{
    fixture *f = *state;
    article_index *ix;
    const char *why;
    bool more = true;
    damage x = damage_begin(f);
    uint8_t key[BLOCK_KEY_LEN];
    block_key(key, 900, 0);
    put_body(&x, DB_BLOCKS, (view){key, sizeof key}, view_of("half a segment"));
    damage_end(&x);
    check(f);
    assert_int_equal(f->faults, 0);
    assert_non_null(strstr(f->said, "note: 1 blocks of no segment"));
    assert_ok(index_open(&ix, f->dir, &(index_opts){.map_bytes = MAP, .stamp = STAMP}, &why));
    while (more)
        assert_ok(index_merge_step(ix, &more));
    index_close(&ix);
    check(f);
    assert_int_equal(f->faults, 0);
    assert_string_equal(f->said, "");
}

// What is damaged is refused, and the rest goes on.
static void test_reading_the_damaged(void **state)
{
    fixture *f = *state;
    article_index *ix;
    const char *why;
    article a;
    flip(f, DB_ARTICLES, 7);
    flip(f, DB_SIGNS, 9);
    assert_ok(index_open(&ix, f->dir, &(index_opts){.map_bytes = MAP, .stamp = STAMP}, &why));
    assert_int_equal(index_get(ix, 7, &a), SHG_ECORRUPT);
    assert_ok(index_get(ix, 8, &a));
    article_free(&a);
    minhash g;
    doc_info info;
    assert_int_equal(index_signs(ix, 9, &g), SHG_ECORRUPT);
    assert_false(index_info(ix, 9, &info));
    assert_true(index_info(ix, 7, &info));
    index_txn *t; // putting it again mends it
    assert_ok(index_begin(&t, ix));
    add_one(t, 7);
    assert_ok(index_commit(&t));
    uri_entry e;
    assert_ok(index_find(ix, view_of("https://lighthouse-post.example/7"), &e));
    assert_int_equal(e.version, 2);
    assert_ok(index_get(ix, e.doc, &a));
    article_free(&a);
    index_close(&ix);
}

static void test_other_stamp_or_seed_is_refused(void **state)
{
    fixture *f = *state;
    article_index *ix;
    const char *why = NULL;
    index_opts o = {.map_bytes = MAP, .stamp = "check 2"};
    assert_int_equal(index_open(&ix, f->dir, &o, &why), SHG_EFORMAT);
    assert_null(ix);
    assert_non_null(strstr(why, "check 2"));
    o = (index_opts){.map_bytes = MAP, .stamp = STAMP, .seed = 4};
    assert_int_equal(index_open(&ix, f->dir, &o, &why), SHG_EFORMAT);
    assert_null(ix);
    o.seed = 0;
    assert_ok(index_open(&ix, f->dir, &o, &why));
    assert_int_equal(index_seed(ix), 3);
    assert_int_equal(strlen(index_epoch(ix)), 32);
    index_close(&ix);
}

// As the last format wrote it: the row itself is whole.
static void test_other_format_is_refused(void **state)
{
    fixture *f = *state;
    article_index *ix;
    const char *why = NULL;
    buf value = {0};
    damage x = damage_begin(f);
    value_begin(&value);
    value.p[8] = SHG_FORMAT - 1;
    buf_add32(&value, SHG_FORMAT - 1);
    assert_ok(value_end(&value, DB_META, view_of(META_FORMAT)));
    assert_ok(db_put(x.t, DB_META, view_of(META_FORMAT), buf_view(&value)));
    damage_end(&x);
    index_opts o = {.map_bytes = MAP, .stamp = STAMP};
    assert_int_equal(index_open(&ix, f->dir, &o, &why), SHG_EFORMAT);
    assert_null(ix);
    assert_non_null(strstr(why, "into an empty folder"));
    check(f);
    assert_non_null(strstr(f->said, "meta/format: another format than this program's"));
    buf_fini(&value);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_whole),
        CASE(test_flipped_bytes),
        CASE(test_flipped_meta),
        CASE(test_value_under_another_key),
        CASE(test_missing_article),
        CASE(test_missing_signs),
        CASE(test_missing_and_foreign_posting),
        CASE(test_missing_block),
        CASE(test_lookup_beside_damage),
        CASE(test_another_uri),
        CASE(test_two_articles_of_a_uri),
        CASE(test_deleted_uri_with_an_article),
        CASE(test_senseless_link),
        CASE(test_wrong_counters),
        CASE(test_orphans_are_a_note),
        CASE(test_reading_the_damaged),
        CASE(test_other_stamp_or_seed_is_refused),
        CASE(test_other_format_is_refused),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
