// Candidates by shared fingerprints alone, so many that each weighs as much as one by its bands.
#include "t.h"
#include "base/buf.h"
#include "engine/ask.h"

enum {
    STORED = 3,
    SHARED = 330000, // words of each, one text
    OTHER = 700000,  // words of who asks, beside that text: no band is the same
};

static void write_words(buf *b, size_t n, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        char one[24];
        int len = snprintf(one, sizeof one, "q%05x%s", (unsigned)(t_random(&seed) & 0xfffff),
                           i % 12 == 11 ? ".\n" : " ");
        buf_add(b, one, (size_t)len);
    }
}

static void put(engine *e, unsigned i, view text)
{
    char header[64];
    refusal r = {0};
    put_options o = {0};
    change c;
    snprintf(header, sizeof header, "{\"uri\":\"a/%u\"}", i);
    assert_ok(engine_read_put(e, view_of(header), text, &o, &c, &r));
    engine_apply(e, &c, 1);
    assert_ok(c.refusal.err);
    change_fini(&c);
}

// Each has another one as its centre.
static uint32_t next_of(void *ctx, uint32_t doc)
{
    unsigned *asked = ctx;
    ++*asked;
    return (doc + 1) % STORED;
}

static void test_centres_of_all_candidates(void **state)
{
    (void)state;
    char dir[] = "/tmp/shg-matching-XXXXXX", why[256] = "";
    engine *e;
    buf text = {0};
    refusal refused = {0};
    reading *r;
    hits h;
    unsigned asked = 0;
    assert_non_null(mkdtemp(dir));
    engine_opts eo = {.dir = dir, .seed = 7, .hands = 1};
    if (engine_open(&e, &eo, why, sizeof why))
        fail_msg("%s", why);
    write_words(&text, SHARED, 1);
    for (unsigned i = 0; i < STORED; i++)
        put(e, i, buf_view(&text));
    write_words(&text, OTHER, 2);
    assert_ok(buf_err(&text));
    json_t *header = json_object();
    assert_ok(ask_read(e, header, buf_view(&text), &r, &refused));
    json_decref(header);
    match_opts o = match_opts_for(HORIZON_ALL, 0);
    o.centre_of = next_of;
    o.ctx = &asked;
    assert_ok(matching_find(&h, &e->lib, r, &o));
    assert_int_equal(asked, STORED);
    assert_int_equal(h.n, 0);
    assert_int_equal(h.unverified, STORED); // each of them once
    hits_free(&h);
    reading_drop(&r);
    buf_fini(&text);
    engine_close(&e);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_centres_of_all_candidates)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
