// engine_links.c - places of documents: stored, lost, waited for.
#include "t.h"
#include "engine/engine.h"

#include <jansson.h>

static const char TEXT[] =
    "The ferry to Skarholm will not sail before the weekend, the harbour office says, since a pump "
    "in the engine room failed in the night. Passengers with tickets for the morning are asked to "
    "come back on Monday, or to take the mail boat, which has room for forty. The office of the "
    "commissioner gave no reason, though two of its members had warned of the pump in April.";

static engine *open_engine(const char *dir)
{
    engine *e;
    char why[256] = "";
    assert_ok(engine_open(&e, &(engine_opts){.dir = dir, .seed = 1}, why, sizeof why));
    return e;
}

// The text with a word more; the later a document comes, the earlier it was published.
static void read_put(engine *e, int number, change *c)
{
    char header[160], text[sizeof TEXT + 32];
    refusal r = {0};
    put_options o = {0};
    snprintf(header, sizeof header,
             "{\"uri\":\"a/%d\",\"publisher\":\"p%d\",\"published\":\"2025-03-%02dT10:00:00Z\"}",
             number, number, 20 - number % 20);
    snprintf(text, sizeof text, "%s Number %d.", TEXT, number);
    assert_ok(engine_read_put(e, view_of(header), view_of(text), &o, c, &r));
}

static void put(engine *e, int number)
{
    change c = {0};
    read_put(e, number, &c);
    engine_apply(e, &c, 1);
    assert_ok(c.refusal.err);
    change_fini(&c);
}

static void wait_until_placed(engine *e, int number)
{
    char uri[32];
    refusal r = {0};
    json_t *reply;
    snprintf(uri, sizeof uri, "a/%d", number);
    json_t *header = json_pack("{s:s}", "uri", uri);
    assert_ok(engine_story(e, header, engine_end(e), &reply, &r));
    assert_int_equal(json_array_size(json_object_get(reply, "members")), 4);
    json_decref(reply);
    json_decref(header);
}

static void spoil_place(const char *dir, uint32_t doc)
{
    article_index *ix;
    const char *what;
    assert_ok(index_open(&ix, dir, &(index_opts){.stamp = engine_stamp()}, &what));
    assert_ok(index_link(ix, &(doc_link){doc, view_of("no place")}, 1));
    index_close(&ix);
}

static uint64_t faults(const char *dir)
{
    uint64_t n;
    assert_ok(engine_check(dir, NULL, NULL, NULL, &n));
    return n;
}

// A place that is lost is worked out anew where those of later documents are still there, one of
// which is the centre of their text: what is stored then makes sense.
static void test_lost_place(void **state)
{
    enum { N = 4 };
    (void)state;
    char dir[] = "/tmp/shg-links-XXXXXX";
    assert_non_null(mkdtemp(dir));
    engine *e = open_engine(dir);
    for (int i = 0; i < N; i++)
        put(e, i);
    wait_until_placed(e, N - 1);
    engine_close(&e);
    assert_int_equal(faults(dir), 0);
    for (uint32_t doc = 0; doc < N; doc++) {
        spoil_place(dir, doc);
        assert_int_equal(faults(dir), 1);
        e = open_engine(dir);
        wait_until_placed(e, (int)doc);
        engine_close(&e);
        assert_int_equal(faults(dir), 0);
    }
    t_remove_store(dir);
}

// A question waits for what was there when it came, and not for what came since: whose places
// nobody waits for once the engine is stopped.
static void test_waits_for_what_was_there(void **state)
{
    enum { MORE = 500 };
    static change c[MORE];
    (void)state;
    char dir[] = "/tmp/shg-links-XXXXXX";
    refusal r = {0};
    json_t *reply, *header = json_pack("{s:s}", "uri", "a/0");
    assert_non_null(mkdtemp(dir));
    engine *e = open_engine(dir);
    for (int i = 0; i < 4; i++)
        put(e, i);
    wait_until_placed(e, 0);
    uint32_t end = engine_end(e);
    assert_int_equal(end, 4);
    for (int i = 0; i < MORE; i++)
        read_put(e, 4 + i, &c[i]);
    engine_apply(e, c, MORE);
    assert_int_equal(engine_end(e), 4 + MORE);
    engine_stop(e);
    assert_ok(engine_story(e, header, end, &reply, &r));
    json_decref(reply);
    assert_ok(engine_sources(e, header, end, &reply, &r));
    json_decref(reply);
    json_decref(header);
    for (int i = 0; i < MORE; i++)
        change_fini(&c[i]);
    engine_close(&e);
    e = open_engine(dir);
    assert_int_equal(engine_end(e), 4 + MORE);
    engine_close(&e);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_place),
        cmocka_unit_test(test_waits_for_what_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
