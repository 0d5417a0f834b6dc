// client.h, streams: against a live daemon.
#include "live.h"
#include "shingled/client.h"

#include <stdio.h>

enum { RECORDS = 1000, BAD_EVERY = 50 };

typedef struct told {
    uint64_t next, batches, refused;
} told;

static void answered(void *ctx, const shg_batch *b)
{
    told *t = ctx;
    assert_int_equal(b->first, t->next); // in order, none left out
    assert_int_equal(b->status, 200);
    t->next += b->n;
    t->batches++;
    for (const char *at = b->header; (at = strstr(at, "blank_text")); at++)
        t->refused++;
}

static shg_client *client(live *l)
{
    shg_client *c;
    assert_int_equal(shg_client_new(&c, NULL), 0);
    assert_int_equal(shg_client_connect(c, l->endpoint[0]), 0);
    return c;
}

static void add_all(shg_stream *s, int from, int to)
{
    char header[64], text[64], mark[32];
    for (int i = from; i < to; i++) {
        snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", i);
        int n = snprintf(text, sizeof text, "The quay of number %d was closed.", i);
        snprintf(mark, sizeof mark, "line %d", i);
        bool bad = i % BAD_EVERY == 0;
        assert_int_equal(shg_stream_add(s, header, bad ? " " : text, bad ? 1 : (size_t)n, mark), 0);
    }
}

static void stores_in_batches(void **state)
{
    live *l = *state;
    told t = {0};
    shg_client *c = client(l);
    shg_stream *s;
    shg_stream_opts o = {.size = sizeof o, .answered = answered, .ctx = &t};
    assert_int_equal(shg_stream_open(&s, c, "crawl", &o), 0);
    assert_string_equal(shg_stream_mark(s), "");
    add_all(s, 0, RECORDS);
    assert_int_equal(shg_stream_flush(s, -1), 0);
    assert_int_equal(shg_stream_pending(s), 0);
    assert_int_equal(t.next, RECORDS);
    assert_int_equal(t.batches, (RECORDS + 63) / 64);
    assert_int_equal(t.refused, RECORDS / BAD_EVERY);
    assert_string_equal(shg_stream_mark(s), "line 999");
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", RECORDS - RECORDS / BAD_EVERY);
    shg_stream_close(&s, false);
    shg_client_close(&c);
}

static void goes_on_where_it_was(void **state)
{
    live *l = *state;
    shg_client *c = client(l);
    shg_stream *s;
    assert_int_equal(shg_stream_open(&s, c, "crawl", NULL), 0);
    add_all(s, 0, 100);
    assert_int_equal(shg_stream_flush(s, -1), 0);
    add_all(s, 100, 110); // not sent
    shg_stream_close(&s, false);
    shg_client_close(&c);
    c = client(l);
    assert_int_equal(shg_stream_open(&s, c, "crawl", NULL), 0);
    assert_string_equal(shg_stream_mark(s), "line 99");
    // Another opens it meanwhile: what was not committed is sent again by whoever goes on.
    expect(ask(l, "STREAM", NULL, "{'stream':'crawl'}"), 200);
    add_all(s, 100, 200);
    assert_int_equal(shg_stream_flush(s, -1), 0);
    assert_string_equal(shg_stream_mark(s), "line 199");
    expect_num(ask(l, "STATS", NULL, "{}"), "put_unchanged", 0);
    shg_stream_close(&s, true);
    assert_null(s);
    assert_int_equal(shg_stream_open(&s, c, "crawl", NULL), 0);
    assert_string_equal(shg_stream_mark(s), "");
    shg_stream_close(&s, true);
    shg_client_close(&c);
}

static void says_what_it_does_not_take(void **state)
{
    shg_client *c = client(*state);
    shg_stream *s;
    assert_int_equal(shg_stream_open(&s, c, "", NULL), SHG_CLIENT_EREQUEST);
    assert_null(s);
    assert_int_equal(shg_stream_open(&s, c, "a\"b", NULL), SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_stream_open(&s, c, "s", NULL), 0);
    char *long_text = calloc(1, 16 << 20);
    assert_non_null(long_text);
    assert_int_equal(shg_stream_add(s, "{\"uri\":\"a\"}", long_text, 16 << 20, NULL),
                     SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_stream_add(s, "{\"uri\":\"a\"}", "x", 1, "a\\b"), SHG_CLIENT_EREQUEST);
    assert_int_equal(shg_stream_add(s, "{\"uri\":\"a\",\"text\":\"own\"}", NULL, 0, NULL), 0);
    assert_int_equal(shg_stream_flush(s, -1), 0);
    expect_body(ask(*state, "GET", NULL, "{'uri':'a'}"), "own", 3);
    free(long_text);
    shg_stream_close(&s, true);
    shg_client_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(stores_in_batches),
        SPEC(goes_on_where_it_was),
        SPEC(says_what_it_does_not_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
