// prop_engine_nomem.c - every allocation of a question fails once: it is refused for want of memory
// or answered as ever, and what threads keep from one text to the next stays good.
#include "t.h"
#include "engine/engine.h"
#include "evidence/likes.h"
#include "evidence/screen.h"
#include "nomem.h"

enum {
    ARTICLES = 24,
    WORDS = 120,
    COMMON = 9, // of PART words, those that all use: a cosine between near and alike
    PART = 25,
    TEXT_ROOM = WORDS * 16,
};

// About one event, in words that nobody else has: text `number` of them, `times` as long.
static void make_text(char *out, unsigned number, unsigned times)
{
    size_t n = 0;
    for (unsigned i = 0; i < WORDS * times; i++) {
        bool common = i * COMMON % PART < COMMON; // no two side by side
        n += (size_t)snprintf(out + n, TEXT_ROOM * times - n, "zw%ukr%s",
                              common ? i % WORDS : 10000 * number + i, i % 12 == 11 ? ". " : " ");
    }
}

static void put(engine *e, unsigned number)
{
    char header[64], text[TEXT_ROOM];
    refusal r = {0};
    put_options o = {0};
    change c = {0};
    snprintf(header, sizeof header, "{\"uri\":\"a/%u\",\"publisher\":\"p%u\"}", number, number);
    make_text(text, number, 1);
    assert_ok(engine_read_put(e, view_of(header), view_of(text), &o, &c, &r));
    engine_apply(e, &c, 1);
    assert_ok(c.refusal.err);
    change_fini(&c);
}

// The matches of a question, to be freed; NULL where it was refused for want of memory. *failed
// tells whether an allocation did.
static char *ask(engine *e, view text, long fail_after, bool *failed)
{
    refusal r = {0};
    json_t *reply = NULL, *header = json_pack("{s:[s]}", "relations", "copy");
    nomem_after(fail_after);
    shg_err err = engine_query(e, header, text, &reply, &r);
    *failed = nomem_over() && fail_after >= 0;
    json_decref(header);
    if (err) {
        assert_int_equal(err, SHG_ENOMEM);
        assert_true(*failed);
        assert_null(reply);
        return NULL;
    }
    char *matches = json_dumps(json_object_get(reply, "matches"), JSON_SORT_KEYS);
    json_decref(reply);
    return matches;
}

// Two texts, compared; what a failure leaves to be freed the sanitizers see.
static void compare(engine *e, const view texts[2])
{
    json_t *header = json_object();
    bool failed = true;
    unsigned refused = 0;
    for (long n = 0; failed; n++) {
        refusal r = {0};
        json_t *reply = NULL;
        nomem_after(n);
        shg_err err = engine_compare(e, header, texts, 2, &reply, &r);
        failed = nomem_over();
        assert_true(err == SHG_OK || (failed && err == SHG_ENOMEM));
        refused += err != SHG_OK;
        json_decref(reply);
    }
    assert_true(refused > 20);
    json_decref(header);
}

static void test_questions(void **state)
{
    (void)state;
    char dir[] = "/tmp/shg-prop-XXXXXX", why[256] = "", text[TEXT_ROOM];
    engine *e;
    refusal r = {0};
    json_t *reply = NULL, *header = json_pack("{s:s}", "uri", "a/1");
    assert_non_null(mkdtemp(dir));
    assert_ok(
        engine_open(&e, &(engine_opts){.dir = dir, .seed = 1, .cache_bytes = 1}, why, sizeof why));
    for (unsigned i = 1; i <= ARTICLES; i++)
        put(e, i);
    assert_ok(engine_story(e, header, engine_end(e), &reply, &r)); // all are placed
    json_decref(reply);
    make_text(text, 3, 1);
    bool failed;
    char *whole = ask(e, view_of(text), -1, &failed);
    assert_non_null(strstr(whole, "a/3"));
    unsigned refused = 0;
    failed = true;
    for (long n = 0; failed; n++) {
        char *matches = ask(e, view_of(text), n, &failed);
        refused += !matches;
        if (matches)
            assert_string_equal(matches, whole);
        free(matches);
    }
    assert_true(refused > 50);
    char other[TEXT_ROOM];
    make_text(other, 4, 1);
    compare(e, (view[]){view_of(text), view_of(other)});
    free(whole);
    json_decref(header);
    engine_close(&e);
    t_remove_store(dir);
}

// Screens and likes go on after a failure.
static shg_err look(screen *s, likes *l, const side *a, const side *b, screen_found *found,
                    double *part)
{
    shg_err e = screen_text(s, b->words.text, found);
    if (!e && !l->a)
        e = likes_open(l, a);
    return e ? e : likes_part(l, part, b);
}

static void test_sifting(void **state)
{
    enum { LONG = 20 };
    (void)state;
    static char text_a[TEXT_ROOM], text_b[TEXT_ROOM], text_long[TEXT_ROOM * LONG];
    side a, b, longer;
    make_text(text_a, 1, 1);
    make_text(text_b, 2, 1);
    make_text(text_long, 3, LONG);
    assert_ok(side_make(&a, view_of(text_a), NULL));
    assert_ok(side_make(&b, view_of(text_b), NULL));
    assert_ok(side_make(&longer, view_of(text_long), NULL));
    bool failed = true;
    for (unsigned n = 0; failed; n++) {
        screen s;
        likes l = {0};
        screen_found found[3];
        double part[3];
        assert_ok(screen_open(&s, &a));
        nomem_after(n);
        shg_err e = look(&s, &l, &a, &b, &found[0], &part[0]);
        e = e ? e : look(&s, &l, &a, &longer, &found[1], &part[1]);
        failed = nomem_over();
        assert_int_equal(e, failed ? SHG_ENOMEM : SHG_OK);
        assert_ok(look(&s, &l, &a, &longer, &found[1], &part[1]));
        assert_ok(look(&s, &l, &a, &b, &found[2], &part[2]));
        assert_true(found[2].near && !found[2].words && !found[2].alike);
        if (!failed)
            assert_true(n > 5 && part[2] >= part[0] && part[2] <= part[0]);
        likes_close(&l);
        screen_close(&s);
    }
    side_free(&a);
    side_free(&b);
    side_free(&longer);
}

static shg_err read_bare(reading **out, article_index *ix, const sources *known, view text,
                         reader *in)
{
    record rec;
    record_source s;
    refusal r = {0};
    *out = NULL;
    assert_true(record_source_flat(&s, view_of("{\"uri\":\"a\",\"publisher\":\"P\"}")));
    shg_err e = record_read(&rec, &s, text, RECORD_URI | RECORD_TEXT, &r);
    record_source_fini(&s);
    return e ? e : reading_make_bare(out, &rec, ix, known, 1, in);
}

// A reader goes on after a failure, too, and reads what another reads.
static void test_readings(void **state)
{
    (void)state;
    char dir[] = "/tmp/shg-prop-XXXXXX", text[TEXT_ROOM], why[256];
    const char *what;
    article_index *ix;
    sources *known;
    reading *want, *r;
    reader in = {0}, once = {0};
    assert_non_null(mkdtemp(dir));
    assert_ok(sources_open(&known, NULL, why, sizeof why));
    assert_ok(index_open(&ix, dir, &(index_opts){.stamp = "x"}, &what));
    make_text(text, 1, 1);
    assert_ok(read_bare(&want, ix, known, view_of(text), &once));
    assert_true(want->packed.len > 0 && want->n_keys > 0 && want->n_terms > 0);
    bool failed = true;
    for (long n = 0; failed; n++) {
        nomem_after(n);
        shg_err e = read_bare(&r, ix, known, view_of(text), &in);
        failed = nomem_over();
        if (e) {
            assert_int_equal(e, SHG_ENOMEM);
            assert_null(r);
            assert_ok(read_bare(&r, ix, known, view_of(text), &in));
        }
        assert_true(r->content == want->content && r->side.body == want->side.body);
        assert_true(view_eq(r->packed, want->packed));
        assert_int_equal(r->n_keys + r->n_terms, want->n_keys + want->n_terms);
        for (uint32_t k = 0; k < r->n_keys + r->n_terms; k++)
            assert_int_equal(r->keys[k].hash, want->keys[k].hash);
        reading_drop(&r);
        assert_true(failed || n > 8);
        reader_fini(&in);
        in = (reader){0};
    }
    reading_drop(&want);
    reader_fini(&once);
    index_close(&ix);
    sources_close(&known);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sifting),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
