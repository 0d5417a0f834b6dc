// engine_near.c - which articles are read whole, to be kept until they are placed.
#include "t.h"
#include "engine/engine.h"

static change read_one(engine *e, int number)
{
    char header[64], text[128];
    refusal r = {0};
    put_options o = {0};
    change c;
    snprintf(header, sizeof header, "{\"uri\":\"a/%d\"}", number);
    snprintf(text, sizeof text, "The %d. bell of the tower has not rung since the winter.", number);
    assert_ok(engine_read_put(e, view_of(header), view_of(text), &o, &c, &r));
    return c;
}

// Of a flood only so many are, though none of it is stored yet; and again when it is.
static void test_flood(void **state)
{
    enum { FLOOD = 1000, MOST = 128 };
    (void)state;
    static change flood[FLOOD];
    char dir[] = "/tmp/shingled-near-XXXXXX", why[256] = "";
    engine *e;
    int whole = 0;
    assert_non_null(mkdtemp(dir));
    assert_ok(engine_open(&e, &(engine_opts){.dir = dir, .seed = 1}, why, sizeof why));
    for (int i = 0; i < FLOOD; i++) {
        flood[i] = read_one(e, i);
        whole += !flood[i].reading->is_bare;
    }
    assert_int_equal(whole, MOST);
    engine_apply(e, flood, 1);
    change next = read_one(e, FLOOD);
    assert_false(next.reading->is_bare);
    change_fini(&next);
    for (int i = 0; i < FLOOD; i++)
        change_fini(&flood[i]);
    engine_close(&e);
    t_remove_store(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_flood)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
