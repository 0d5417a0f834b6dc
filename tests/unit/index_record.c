// index_record.c - what is written is what is read; what is damaged is refused, or read as
// something harmless, but never outside of its bytes (run it under AddressSanitizer).
#include "t.h"
#include "index/record.h"
#include "index/segment_inside.h"

#include <unistd.h>

enum { NAME = 64, POSTINGS = 900, DOCS = 700, ROUNDS = 400, LARGE = 70000 };

// A body in memory of exactly its length, so that a byte past it is seen.
static view exact(const buf *b, size_t len)
{
    uint8_t *p = malloc(len ? len : 1);
    assert_non_null(p);
    memcpy(p, b->p, len);
    return (view){p, len};
}

static void let_go(view v)
{
    free((void *)(uintptr_t)v.p);
}

static shg_err parse_article(view v)
{
    article_row a;
    return article_parse(v, &a);
}

static shg_err parse_signs(view v)
{
    sign_row s;
    return sign_parse(v, &s);
}

static shg_err parse_prints(view v)
{
    prints_row r;
    uint32_t n = 0;
    shg_err err = prints_parse(v, &r);
    for (uint32_t i = 0; !err && i < r.n; i++)
        n += prints_at(&r, i).quoted;
    return err ? err : n <= r.n ? SHG_OK : SHG_EINTERNAL;
}

static shg_err parse_uri(view v)
{
    uint32_t version;
    return uri_parse(v, &version);
}

static shg_err parse_tomb(view v)
{
    tomb_row t;
    return tomb_parse(v, &t);
}

static shg_err parse_counters(view v)
{
    counters c;
    return counters_parse(v, &c);
}

static shg_err parse_segments(view v)
{
    segments s;
    shg_err err = segments_parse(v, &s);
    if (!err)
        segments_fini(&s);
    return err;
}

enum { BODIES = 8 };
static void make_bodies(buf b[BODIES])
{
    static const print prints[] = {{0xffffffffff, true}, {1, false}, {0x1234567890, true}};
    minhash sig = {.lane = {9}};
    segment s[2] = {{.id = 3, .doc0 = 0, .doc1 = 40, .n = 100, .n_docs = 30},
                    {.id = 5, .doc0 = 40, .doc1 = 41}};
    segment_shape(&s[0], 100, 256);
    segment_shape(&s[1], 0, 256);
    article_put(&b[0], &(article_row){.version = 2,
                                      .record_len = 2,
                                      .text_len = 5,
                                      .uri = view_of("https://mill-gazette.example/1"),
                                      .payload = view_of("{}words")});
    sign_put(&b[1],
             &(doc_add){.published_ms = -5,
                        .stored_ms = INT64_MIN,
                        .n_words = 0xfedcba,
                        .sig = &sig,
                        .prints = prints,
                        .n_prints = 3},
             &(uri_key){{1, 2, 3}}, 7);
    uri_put(&b[2], 2);
    tomb_put(&b[3], &(tomb_row){-1, true});
    counters_put(&b[4], &(counters){9, 5, 4, 3});
    segments_put(&b[5], &(segments){s, 2, 6});
    prints_put(&b[6], prints, 3);
    article_put(&b[7], &(article_row){.version = 70000,
                                      .record_len = 9,
                                      .text_len = 3,
                                      .uri_inside = true,
                                      .uri_at = 7,
                                      .uri = {NULL, 2},
                                      .payload = view_of("{\"uri\":xytex")});
}

static void test_bodies(void **state)
{
    (void)state;
    static shg_err (*const parse[BODIES])(view) = {parse_article, parse_signs,    parse_uri,
                                                   parse_tomb,    parse_counters, parse_segments,
                                                   parse_prints,  parse_article};
    buf b[BODIES] = {{0}};
    uint64_t r = t_seed();
    make_bodies(b);
    for (size_t i = 0; i < BODIES; i++) {
        view whole = exact(&b[i], b[i].len);
        assert_ok(parse[i](whole));
        let_go(whole);
        for (size_t len = 0; len < b[i].len; len++) {
            view cut = exact(&b[i], len);
            assert_int_equal(parse[i](cut), SHG_ECORRUPT);
            let_go(cut);
        }
        for (int k = 0; k < 2000; k++) {
            view v = exact(&b[i], b[i].len);
            ((uint8_t *)(uintptr_t)v.p)[t_random(&r) % v.len] ^= (uint8_t)(1 + t_random(&r) % 255);
            shg_err err = parse[i](v);
            assert_true(err == SHG_OK || err == SHG_ECORRUPT);
            let_go(v);
        }
        buf_fini(&b[i]);
    }
}

static void test_fields(void **state)
{
    (void)state;
    buf b[BODIES] = {{0}};
    make_bodies(b);
    article_row a;
    sign_row s;
    prints_row p;
    segments l;
    assert_ok(article_parse(buf_view(&b[0]), &a));
    assert_true(view_eq(a.uri, view_of("https://mill-gazette.example/1")));
    assert_true(view_eq(a.payload, view_of("{}words")) && !a.packed && a.version == 2);
    assert_ok(article_parse(buf_view(&b[7]), &a));
    assert_true(a.uri_inside && a.uri_at == 7 && a.uri.len == 2 && a.version == 70000);
    assert_true(view_eq(a.payload, view_of("{\"uri\":xytex")));
    b[7].p[b[7].len - 13]++; // the uri would end behind the record
    assert_int_equal(article_parse(buf_view(&b[7]), &a), SHG_ECORRUPT);
    b[0].p[0] |= 4; // a flag that there is not
    assert_int_equal(article_parse(buf_view(&b[0]), &a), SHG_ECORRUPT);
    assert_ok(sign_parse(buf_view(&b[1]), &s));
    assert_int_equal(s.info.published_ms, -5);
    assert_true(s.info.stored_ms == INT64_MIN && s.info.n_words == 0xfedcba);
    assert_int_equal(s.lanes[0], 9);
    assert_int_equal(s.n_prints, 3);
    assert_ok(prints_parse(buf_view(&b[6]), &p));
    assert_int_equal(prints_at(&p, 0).hash, 0xffffffffff);
    assert_true(prints_at(&p, 0).quoted && !prints_at(&p, 1).quoted && prints_at(&p, 2).quoted);
    uint64_t weight = 0;
    for (uint32_t i = 0; i < p.n; i++)
        weight += print_weight(prints_at(&p, i));
    assert_true((weight & WEIGHT_MASK) == s.weight);
    assert_ok(segments_parse(buf_view(&b[5]), &l));
    assert_int_equal(l.n, 2);
    assert_int_equal(l.next_id, 6);
    assert_int_equal(segments_end(&l), 41);
    segments_fini(&l);
    uint8_t *bits = b[5].p + b[5].len - 2; // of the last one's blocks, and of their buckets
    bits[0] = bits[1] = 15;
    assert_ok(segments_parse(buf_view(&b[5]), &l));
    segments_fini(&l);
    bits[1] = 16; // more than any is shaped with
    assert_int_equal(segments_parse(buf_view(&b[5]), &l), SHG_ECORRUPT);
    for (size_t i = 0; i < BODIES; i++)
        buf_fini(&b[i]);
}

static void test_value_is_of_its_key(void **state)
{
    (void)state;
    buf b = {0};
    view body, key = view_of("key");
    char name[VALUE_NAME_LEN];
    value_begin(&b);
    buf_add(&b, "body", 4);
    assert_ok(value_end(&b, DB_LINKS, key));
    assert_ok(value_verify(DB_LINKS, key, buf_view(&b), &body));
    assert_true(view_eq(body, view_of("body")));
    assert_int_equal(value_verify(DB_TOMBS, key, buf_view(&b), &body), SHG_ECORRUPT);
    assert_int_equal(value_verify(DB_LINKS, view_of("kez"), buf_view(&b), &body), SHG_ECORRUPT);
    for (size_t i = 0; i < b.len; i++) {
        b.p[i] ^= 0x10;
        assert_int_equal(value_verify(DB_LINKS, key, buf_view(&b), &body), SHG_ECORRUPT);
        b.p[i] ^= 0x10;
    }
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(value_verify(DB_LINKS, key, (view){b.p, len}, &body), SHG_ECORRUPT);
    buf_fini(&b);
    doc_key k = key_of_doc(0x12ab);
    value_name(name, DB_ARTICLES, doc_key_view(&k));
    assert_string_equal(name, "articles/000012ab");
}

// Postings of one block: a fingerprint with a long list, some with short ones.
static void make_block(segment *s, flat *p, buf *body)
{
    uint64_t r = 5;
    *s = (segment){.doc0 = 1000, .doc1 = 1000 + DOCS, .n = POSTINGS};
    segment_shape(s, POSTINGS, 1 << 20);
    assert_int_equal(s->block_bits, 0);
    for (uint32_t i = 0; i < POSTINGS; i++) {
        uint32_t doc = 1000 + i * (DOCS - 1) / (POSTINGS - 1);
        p[i] = (flat){i % 3 ? t_random(&r) % 200 << 32 | 7 : 0xabcdef0123, doc, i & 1};
    }
    flat copy[POSTINGS];
    memcpy(copy, p, sizeof copy);
    assert_ok(block_build(body, s, 0, copy, POSTINGS));
}

static int by_hash_and_doc(const void *a, const void *b)
{
    const flat *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->doc != y->doc ? (x->doc < y->doc ? -1 : 1) : x->quoted - y->quoted;
}

static void test_block(void **state)
{
    (void)state;
    static flat p[POSTINGS];
    segment s;
    block b;
    buf body = {0}, out = {0};
    make_block(&s, p, &body);
    assert_ok(block_parse(&b, &s, 0, buf_view(&body)));
    assert_int_equal(b.n_long, 1);
    assert_int_equal(b.n_docs, POSTINGS / 3);
    assert_ok(block_read(&b, &out));
    assert_int_equal(out.len, sizeof p);
    flat *got = (flat *)(void *)out.p;
    qsort(got, POSTINGS, sizeof *got, by_hash_and_doc);
    qsort(p, POSTINGS, sizeof *p, by_hash_and_doc);
    for (int i = 0; i < POSTINGS; i++)
        assert_true(got[i].hash == p[i].hash && got[i].doc == p[i].doc &&
                    got[i].quoted == p[i].quoted);
    buf_fini(&body);
    buf_fini(&out);
}

// A bucket's hint lacks no fingerprint of the bucket, those of long lists neither, but most others;
// one that was not filled in lacks nothing.
static void test_hints(void **state)
{
    (void)state;
    enum { OTHERS = 1000 };
    static flat p[POSTINGS];
    uint64_t r = 6;
    uint32_t likely = 0;
    segment s;
    block b;
    buf body = {0};
    make_block(&s, p, &body);
    assert_ok(block_parse(&b, &s, 0, buf_view(&body)));
    assert_ok(segment_alloc(&s));
    for (uint32_t k = 0; k >> s.bucket_bits == 0; k++)
        assert_int_equal(s.hint[k], 0);
    segment_hint(&s, &b);
    for (int i = 0; i < POSTINGS; i++)
        assert_int_equal(s.hint[bucket_number(&s, p[i].hash)] & hint_bits(p[i].hash), 0);
    for (int i = 0; i < OTHERS; i++) {
        uint64_t hash = t_random(&r) >> 24; // not 7 in its low half
        likely += !(s.hint[bucket_number(&s, hash)] & hint_bits(hash));
    }
    assert_true(likely < OTHERS / 2);
    segment_free(&s);
    buf_fini(&body);
}

// What is read is dealt to other blocks by its fingerprint, which so is one of the block's own.
static void test_fingerprints_of_other_blocks(void **state)
{
    (void)state;
    enum { FEW = 8, LIST = 200, HEAD = 12 };
    flat few[FEW], list[LIST];
    segment s = {.doc0 = 1000, .doc1 = 1000 + DOCS, .n = FEW};
    block b;
    buf body = {0}, out = {0};
    for (uint32_t i = 0; i < LIST; i++)
        list[i] = (flat){7, 1000 + i, false};
    for (uint32_t i = 0; i < FEW; i++)
        few[i] = (flat){UINT64_C(0xff00000000) + i, 1000 + i, false};
    segment_shape(&s, FEW, 1 << 20);
    assert_int_equal(s.bucket_bits, 0);
    assert_ok(block_build(&body, &s, 0, few, FEW));
    for (uint32_t i = 1; i <= FEW; i++)
        body.p[HEAD + i * s.width - 1] |= 0x80; // above its bits
    assert_ok(block_parse(&b, &s, 0, buf_view(&body)));
    assert_ok(block_read(&b, &out));
    for (uint32_t i = 0; i < FEW; i++)
        assert_int_equal(((const flat *)(const void *)out.p)[i].hash, few[i].hash);

    s.n = LIST;
    segment_shape(&s, LIST, 256);
    assert_true(s.block_bits);
    buf_reset(&body);
    assert_ok(block_build(&body, &s, 0, list, LIST));
    body.p[HEAD + (2 << s.bucket_bits) + 4] = 0xff; // of its long list
    assert_ok(block_parse(&b, &s, 0, buf_view(&body)));
    assert_int_equal(b.n_long, 1);
    assert_int_equal(block_read(&b, &out), SHG_ECORRUPT);
    buf_fini(&body);
    buf_fini(&out);
}

static void store_block(db *d, const segment *s, view body)
{
    db_txn *t;
    buf value = {0};
    uint8_t k[BLOCK_KEY_LEN];
    view key = {k, sizeof k};
    block_key(k, s->id, 0);
    value_begin(&value);
    buf_add(&value, body.p, body.len);
    assert_ok(value_end(&value, DB_BLOCKS, key));
    assert_ok(db_begin(&t, d, true));
    assert_ok(db_put(t, DB_BLOCKS, key, buf_view(&value)));
    assert_ok(db_commit(&t));
    buf_fini(&value);
}

// Before it is looked through, and with what is known of it then.
static void look_up(db *d, segment *s, const flat *p)
{
    db_txn *t;
    doc_table none = {0};
    uint64_t wants[POSTINGS];
    uint32_t n[POSTINGS] = {0}, total[POSTINGS] = {0};
    for (uint32_t i = 0; i < POSTINGS; i++)
        wants[i] = want_of(p[i].hash, i);
    hits h = {.n = n, .total = total, .cap = 5, .d = &none};
    assert_ok(segment_alloc(s));
    assert_ok(db_begin(&t, d, false));
    for (int known = 0; known < 2; known++) {
        shg_err err = segment_lookup(s, t, wants, POSTINGS, &h);
        assert_true(err == SHG_OK || err == SHG_ECORRUPT);
        assert_ok(segment_check(s, t, 1));
    }
    db_abort(&t);
    buf_fini(&h.found);
    s->looked_through = 0;
    segment_free(s);
}

static int by_want(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

// Every fingerprint is found once.
static void find_each(db *d, const segment *s, const uint64_t *wants, uint32_t n)
{
    static uint32_t found[LARGE], total[LARGE];
    doc_table none = {0};
    hits h = {.n = found, .total = total, .cap = 1, .d = &none};
    db_txn *t;
    memset(total, 0, sizeof total);
    assert_ok(db_begin(&t, d, false));
    assert_ok(segment_lookup(s, t, wants, n, &h));
    db_abort(&t);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(total[i], 1);
}

// All of a block is found, before its hints are filled in and with them.
static void find_all(db *d, uint32_t n)
{
    static flat p[LARGE];
    static uint64_t wants[LARGE];
    segment s = {.doc0 = 1000, .doc1 = 1000 + DOCS, .n = n};
    buf body = {0};
    db_txn *t;
    for (uint32_t i = 0; i < n; i++) {
        p[i] = (flat){i * UINT64_C(0x9e3779b97f) % ((uint64_t)1 << PRINT_BITS), 1000, false};
        wants[i] = want_of(p[i].hash, i);
    }
    qsort(wants, n, sizeof *wants, by_want);
    segment_shape(&s, n, 1 << 20);
    assert_int_equal(s.block_bits, 0);
    assert_ok(block_build(&body, &s, 0, p, n));
    store_block(d, &s, buf_view(&body));
    assert_ok(segment_alloc(&s));
    find_each(d, &s, wants, n);
    assert_ok(db_begin(&t, d, false));
    assert_ok(segment_check(&s, t, 1));
    db_abort(&t);
    find_each(d, &s, wants, n);
    segment_free(&s);
    buf_fini(&body);
}

static void test_finds_all(void **state)
{
    (void)state;
    char dir[NAME] = "/tmp/shingled-record-XXXXXX";
    const char *why;
    db *d;
    assert_non_null(mkdtemp(dir));
    assert_ok(db_open(&d, dir, &(db_opts){.map_bytes = 16 << 20}, &why));
    find_all(d, UINT16_MAX);
    find_all(d, LARGE); // the ends of its buckets are wider
    db_close(&d);
    t_remove_store(dir);
}

// Its checksum holds, but it makes no sense: as a fault of ours would write it.
static void test_senseless_block(void **state)
{
    (void)state;
    static flat p[POSTINGS];
    char dir[NAME] = "/tmp/shingled-record-XXXXXX";
    const char *why;
    uint64_t r = t_seed();
    segment s;
    buf body = {0}, out = {0};
    db *d;
    assert_non_null(mkdtemp(dir));
    assert_ok(db_open(&d, dir, &(db_opts){.map_bytes = 16 << 20}, &why));
    make_block(&s, p, &body);
    for (int i = 0; i < ROUNDS; i++) {
        block b;
        view v = exact(&body, body.len);
        for (uint64_t n = 1 + t_random(&r) % 4; n; n--) {
            size_t at = t_random(&r) % (t_random(&r) % 2 ? 64 : v.len);
            ((uint8_t *)(uintptr_t)v.p)[at] ^= (uint8_t)(1 + t_random(&r) % 255);
        }
        buf_reset(&out);
        if (block_parse(&b, &s, 0, v) == SHG_OK) {
            shg_err err = block_read(&b, &out);
            assert_true(err == SHG_OK || err == SHG_ECORRUPT);
        }
        store_block(d, &s, v);
        look_up(d, &s, p);
        let_go(v);
    }
    buf_fini(&body);
    buf_fini(&out);
    db_close(&d);
    t_remove_store(dir);
}

// A packed row may be short and say that it unpacks to gigabytes, whatever its checksum says.
static void test_article_claims(void **state)
{
    (void)state;
    static const uint32_t lens[][2] = {
        {ARTICLE_MOST, ARTICLE_MOST}, {ARTICLE_MOST + 1, 1}, {1, UINT32_MAX}};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        buf b = {0};
        article_row a = {.version = 1,
                         .packed = true,
                         .record_len = lens[i][0],
                         .text_len = lens[i][1],
                         .uri = view_of("u:1"),
                         .payload = view_of("frame")};
        article_put(&b, &a);
        assert_int_equal(parse_article(buf_view(&b)), i ? SHG_ECORRUPT : SHG_OK);
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),          cmocka_unit_test(test_article_claims),
        cmocka_unit_test(test_fields),          cmocka_unit_test(test_value_is_of_its_key),
        cmocka_unit_test(test_block),           cmocka_unit_test(test_fingerprints_of_other_blocks),
        cmocka_unit_test(test_senseless_block), cmocka_unit_test(test_hints),
        cmocka_unit_test(test_finds_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
