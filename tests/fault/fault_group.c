// A group whose first commit fails, with DELETE older_than in its middle: what stands behind is not
// stored either, so that a stream never has a batch without those before it.
#include "t.h"
#include "commit.h"
#include "engine/engine.h"

#include <stdlib.h>
#include <unistd.h>

enum { NAME = 256, CHANGES = 5 };

static change put_of(engine *e, const char *header)
{
    change c;
    refusal r = {0};
    assert_ok(engine_read_put(e, view_of(header), view_of("The quay was closed."), NULL, &c, &r));
    return c;
}

static change place(stream_act act, uint64_t batch)
{
    return (change){.kind = CHANGE_STREAM, .act = act, .stream = "s", .batch = batch};
}

static void free_all(change *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        change_fini(&c[i]);
}

static uint64_t stands_at(engine *e)
{
    change c = place(STREAM_LOOK, 0);
    engine_apply(e, &c, 1);
    assert_ok(c.refusal.err);
    change_fini(&c);
    return c.batch;
}

static void nothing_is_stored_behind_what_failed(void **state)
{
    (void)state;
    char dir[] = "/tmp/shingled-fault-XXXXXX", why[NAME], command[NAME];
    engine *e;
    assert_non_null(mkdtemp(dir));
    if (engine_open(&e, &(engine_opts){.dir = dir, .seed = 1}, why, sizeof why))
        fail_msg("%s", why);
    for (int failing = 1; failing >= 0; failing--) {
        change c[CHANGES] = {
            put_of(e, "{\"uri\":\"a\"}"),
            place(STREAM_SET, 1),
            {.kind = CHANGE_DELETE_OLDER, .older_than_ms = 0},
            put_of(e, "{\"uri\":\"b\"}"),
            place(STREAM_SET, 2),
        };
        fails = failing;
        engine_apply(e, c, CHANGES);
        assert_false(fails);
        for (size_t i = 0; i < CHANGES; i++)
            assert_int_equal(c[i].refusal.err, failing && i != 2 ? SHG_EFULL : SHG_OK);
        assert_int_equal(stands_at(e), failing ? 0 : 2);
        free_all(c, CHANGES);
    }
    engine_stop(e);
    engine_close(&e);
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_stored_behind_what_failed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
