// PROTOCOL.md, chapter 7: PUT, GET, DELETE.
#include "live.h"

#include <poll.h>
#include <signal.h>
#include <zmq.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void expect_put(const reply *r, const char *result, double version)
{
    expect(r, 200);
    expect_str(r, "result", result);
    expect_num(r, "version", version);
    expect_str(r, "uri", "u");
}

static void c_7_1_new(void **state)
{
    live *l = *state;
    reply *r = ask(l, "PUT", "text", "{'uri':'u','headline':'h'}");
    expect_put(r, "new", 1);
    assert_int_equal(json_object_size(r->header), 3);
}

static void c_7_2_versions(void **state)
{
    live *l = *state;
    expect_put(put(l, "u", "one"), "new", 1);
    expect_put(put(l, "u", "two"), "updated", 2);
    expect_put(put(l, "u", "one"), "updated", 3);
    expect(ask(l, "DELETE", NULL, "{'uri':'u'}"), 200);
    expect_put(put(l, "u", "one"), "new", 4);
    expect(ask(l, "DELETE", NULL, "{'uri':'u'}"), 200);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    expect_put(put(l, "u", "one"), "new", 5);
}

static void c_7_3_unchanged(void **state)
{
    live *l = *state;
    expect_put(ask(l, "PUT", "text", "{'uri':'u','headline':'h','date':'2021-05-01'}"), "new", 1);
    expect_put(ask(l, "PUT", "text", "{'uri':'u','headline':'h','date':'2021-05-01'}"), "unchanged",
               1);
    expect_put(ask(l, "PUT", NULL,
                   "{'published':'2021-05-01T00:00:00Z','title':'h','id':'u','text':'text','x':1}"),
               "unchanged", 1);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    expect_put(ask(l, "PUT", "text", "{'uri':'u','headline':'h','date':'2021-05-01'}"), "unchanged",
               1);
}

static void c_7_4_updated(void **state)
{
    live *l = *state;
    expect_put(ask(l, "PUT", "text", "{'uri':'u','headline':'h'}"), "new", 1);
    expect_put(ask(l, "PUT", "text ", "{'uri':'u','headline':'h'}"), "updated", 2);
    expect_put(ask(l, "PUT", "text ", "{'uri':'u','headline':'H'}"), "updated", 3);
    expect_put(ask(l, "PUT", "text ", "{'uri':'u'}"), "updated", 4);
    expect_put(ask(l, "PUT", "text ", "{'uri':'u','dateline':'OSLO'}"), "updated", 5);
    assert_null(at(ask(l, "GET", NULL, "{'uri':'u'}"), "headline"));
}

static void c_7_5_replaced_everywhere(void **state)
{
    live *l = *state;
    put_sample(l, "bridge_copy");
    put(l, "u", sample(l, "bridge", "text"));
    const char *other = sample(l, "bridge_copy", "uri");
    assert_non_null(with(ask(l, "QUERY", NULL, "{'uri':'%s'}", other), "matches", "uri", "u"));
    assert_int_equal(len_at(ask(l, "STORY", NULL, "{'uri':'u'}"), "members"), 2);
    put(l, "u", sample(l, "garden", "text"));
    assert_int_equal(len_at(ask(l, "QUERY", NULL, "{'uri':'%s'}", other), "matches"), 0);
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "bridge", "text"), "{}"), "matches"), 1);
    reply *r = ask(l, "QUERY", sample(l, "garden", "text"), "{}");
    assert_int_equal(len_at(r, "matches"), 1);
    expect_str(r, "matches.0.uri", "u");
    assert_int_equal(len_at(ask(l, "STORY", NULL, "{'uri':'u'}"), "members"), 1);
    assert_int_equal(len_at(ask(l, "STORY", NULL, "{'uri':'%s'}", other), "members"), 1);
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", 2);
}

static void c_7_6_seen_by_every_client(void **state)
{
    live *l = *state;
    void *req = live_socket(l, ZMQ_REQ);
    for (int i = 0; i < 50; i++) {
        char header[64];
        int len = snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", i);
        expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'u%d'}", i), 200);
        expect(live_call(l, req, (frame[]){F("SHG1"), F("GET"), F(""), {header, (size_t)len}}, 4),
               200);
        reply *r =
            live_call(l, req, (frame[]){F("SHG1"), F("QUERY"), F(""), {header, (size_t)len}}, 4);
        expect(r, 200);
        assert_int_equal(len_at(r, "matches"), i < 10 ? i : 10);
    }
    zmq_close(req);
}

static void c_7_7_survives_a_kill(void **state)
{
    live *l = *state;
    bool acked[300] = {false};
    char rid[8], header[32], text[64];
    for (int i = 0; i < 300; i++) {
        size_t n = (size_t)snprintf(rid, sizeof rid, "%d", i);
        size_t h = (size_t)snprintf(header, sizeof header, "{\"uri\":\"u%d\"}", i);
        size_t t = (size_t)snprintf(text, sizeof text, "text of article number %d", i);
        live_send(l->dealer, (frame[]){F("SHG1"), F("PUT"), {rid, n}, {header, h}, {text, t}}, 5);
    }
    for (int i = 0; i < 150; i++) { // killed with the others under way
        reply *r = live_recv(l, l->dealer);
        expect(r, 200);
        acked[atoi(r->rid.p)] = true;
    }
    assert_int_equal(live_end(l, SIGKILL), SIGKILL);
    live_start(l);
    for (int i = 0; i < 300; i++) {
        reply *r = ask(l, "GET", NULL, "{'uri':'u%d'}", i);
        size_t t = (size_t)snprintf(text, sizeof text, "text of article number %d", i);
        if (acked[i] || r->status == 200)
            expect_body(r, text, t);
        else
            refused(r, 404, "not_found");
    }
}

static void c_7_8_warnings(void **state)
{
    live *l = *state;
    reply *r = ask(l, "PUT", "text", "{'uri':'u','date':'last Tuesday'}");
    expect_put(r, "new", 1);
    assert_int_equal(len_at(r, "warnings"), 1);
    expect_str(r, "warnings.0.field", "published");
    assert_true(strlen(str_at(r, "warnings.0.detail")) > 0);
    assert_null(at(ask(l, "PUT", "text", "{'uri':'u','date':'2021-01-01'}"), "warnings"));
}

static void c_7_9_accept(void **state)
{
    live *l = *state;
    reply *r = ask(l, "PUT", "accepted text", "{'uri':'u','durability':'accept'}");
    expect(r, 202);
    expect_str(r, "uri", "u");
    int64_t tries = 0;
    while ((r = ask(l, "GET", NULL, "{'uri':'u'}"))->status == 404 && tries++ < LIVE_WAIT_MS / 2)
        poll(NULL, 0, 2);
    expect_body(r, "accepted text", 13);
    expect_put(ask(l, "PUT", "accepted text", "{'uri':'u','durability':'commit'}"), "unchanged", 1);
}

static void c_7_10_bad_with_accept(void **state)
{
    live *l = *state;
    refused(ask(l, "PUT", "\xff", "{'uri':'u','durability':'accept'}"), 422, "invalid_utf8");
    refused(ask(l, "PUT", " ", "{'uri':'u','durability':'accept'}"), 422, "blank_text");
    refused(ask(l, "PUT", "text", "{'durability':'accept'}"), 422, "missing_uri");
    refused(ask(l, "PUT", "text", "{'uri':'u','by':7,'durability':'accept'}"), 422, "bad_field");
}

static void c_7_11_if_version(void **state)
{
    live *l = *state;
    expect_put(ask(l, "PUT", "one", "{'uri':'u','if_version':0}"), "new", 1);
    reply *r = ask(l, "PUT", "two", "{'uri':'u','if_version':0}");
    refused(r, 409, "version_conflict");
    expect_num(r, "version", 1);
    refused(ask(l, "PUT", "two", "{'uri':'u','if_version':2}"), 409, "version_conflict");
    expect_put(ask(l, "PUT", "two", "{'uri':'u','if_version':1}"), "updated", 2);
    expect_put(ask(l, "PUT", "two", "{'uri':'u','if_version':2}"), "unchanged", 2);
    expect(ask(l, "DELETE", NULL, "{'uri':'u'}"), 200);
    r = ask(l, "PUT", "three", "{'uri':'u','if_version':2}");
    refused(r, 409, "version_conflict");
    expect_num(r, "version", 0);
    expect_put(ask(l, "PUT", "three", "{'uri':'u','if_version':0}"), "new", 3);
}

static void c_7_12_match(void **state)
{
    live *l = *state;
    put_sample(l, "bridge");
    reply *r = ask(l, "PUT", sample(l, "bridge_copy", "text"), "{'uri':'u','match':true}");
    expect_put(r, "new", 1);
    assert_int_equal(len_at(r, "matches"), 1);
    expect_str(r, "matches.0.uri", sample(l, "bridge", "uri"));
    expect_str(r, "matches.0.relation", "copy");
    assert_true(len_at(r, "matches.0.passages") > 0);
    reply *story = ask(l, "STORY", NULL, "{'uri':'u'}");
    expect_str(r, "story", str_at(story, "story"));
    r = ask(l, "PUT", sample(l, "bridge_copy", "text"), "{'uri':'u','match':true}");
    expect_put(r, "unchanged", 1);
    assert_int_equal(len_at(r, "matches"), 1);
    assert_null(at(ask(l, "PUT", "other", "{'uri':'u','match':false}"), "matches"));
}

static void c_7_13_match_with_accept(void **state)
{
    live *l = *state;
    refused(ask(l, "PUT", "text", "{'uri':'u','match':true,'durability':'accept'}"), 400,
            "bad_option");
    refused(ask(l, "GET", NULL, "{'uri':'u'}"), 404, "not_found");
}

static void c_7_14_get(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "text",
               "{'url':'u','title':'h','date':'2021-05-01','sitename':'s.example','author':'A. "
               "B.','lang':'en','canonicalUrl':'c','creditLine':'cl',"
               "'dateline':'d','copyrightHolder':'ch','copyrightNotice':'cn'}"),
           200);
    static const char *const fields[][2] = {
        {"uri", "u"},
        {"headline", "h"},
        {"published", "2021-05-01T00:00:00Z"},
        {"publisher", "s.example"},
        {"by", "A. B."},
        {"language", "en"},
        {"canonicalUrl", "c"},
        {"creditLine", "cl"},
        {"dateline", "d"},
        {"copyrightHolder", "ch"},
        {"copyrightNotice", "cn"},
    };
    reply *r = ask(l, "GET", NULL, "{'uri':'u'}");
    expect(r, 200);
    for (size_t i = 0; i < COUNT(fields); i++)
        expect_str(r, fields[i][0], fields[i][1]);
    expect_num(r, "version", 1);
    char now[32];
    time_t t = time(NULL);
    struct tm tm;
    strftime(now, sizeof now, "%Y-%m-%dT", gmtime_r(&t, &tm));
    assert_memory_equal(str_at(r, "stored"), now, 8); // the month: never at odds but at its turn
    assert_int_equal(json_object_size(r->header), COUNT(fields) + 2);
}

static void c_7_15_byte_for_byte(void **state)
{
    live *l = *state;
    static const char text[] = "\xef\xbb\xbf \xe2\x80\x9cQuoted\xe2\x80\x9d\xc2\xa0text \0 "
                               "with\r\nodd\tbytes e\xcc\x81 \xef\xbc\xa1\xe2\x80\x8b end \n\n";
    expect(ask_bytes(l, "PUT", "{'uri':'u'}", text, sizeof text - 1), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'u'}"), text, sizeof text - 1);
    assert_int_equal(live_end(l, SIGTERM), 0);
    live_start(l);
    expect_body(ask(l, "GET", NULL, "{'uri':'u'}"), text, sizeof text - 1);
}

static void c_7_16_not_stored(void **state)
{
    live *l = *state;
    static const char *const verbs[] = {"GET", "QUERY", "CREDITS", "STORY"};
    put(l, "u", "text");
    for (size_t i = 0; i < COUNT(verbs); i++)
        refused(ask(l, verbs[i], NULL, "{'uri':'nowhere'}"), 404, "not_found");
    refused(ask(l, "COMPARE", NULL, "{'a':'u','b':'nowhere'}"), 404, "not_found");
    refused(ask(l, "COMPARE", "text", "{'a':'nowhere'}"), 404, "not_found");
}

static void c_7_17_without_uri(void **state)
{
    live *l = *state;
    static const char *const verbs[] = {"GET", "STORY", "DELETE"};
    put(l, "u", "text");
    for (size_t i = 0; i < COUNT(verbs); i++) {
        refused(ask(l, verbs[i], NULL, "{}"), 422, "missing_uri");
        refused(ask(l, verbs[i], NULL, "{'uri':null}"), 422, "missing_uri");
        refused(ask(l, verbs[i], NULL, "{'uri':''}"), 422, "missing_uri");
        refused(ask(l, verbs[i], NULL, "{'url':'u'}"), 422, "missing_uri");
    }
}

static void c_7_18_delete(void **state)
{
    live *l = *state;
    put(l, "u", "text");
    reply *r = ask(l, "DELETE", NULL, "{'uri':'u'}");
    expect(r, 200);
    expect_num(r, "deleted", 1);
    r = ask(l, "DELETE", NULL, "{'uri':'u'}");
    expect(r, 200);
    expect_num(r, "deleted", 0);
    expect_num(ask(l, "DELETE", NULL, "{'uri':'never'}"), "deleted", 0);
}

static void c_7_19_older_than(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "text a", "{'uri':'a','published':'2019-06-01T00:00:00Z'}"), 200);
    expect(ask(l, "PUT", "text b", "{'uri':'b','published':'2020-01-01T00:00:00Z'}"), 200);
    expect(ask(l, "PUT", "text c", "{'uri':'c','published':'2021-06-01T00:00:00Z'}"), 200);
    expect(ask(l, "PUT", "text d", "{'uri':'d'}"), 200);
    expect(ask(l, "PUT", "text e", "{'uri':'e','published':'a fine day'}"), 200);
    expect_num(ask(l, "DELETE", NULL, "{'older_than':'2020-01-01'}"), "deleted",
               1); // not b: it is not before
    expect(ask(l, "GET", NULL, "{'uri':'a'}"), 404);
    expect(ask(l, "GET", NULL, "{'uri':'b'}"), 200);
    expect_num(ask(l, "DELETE", NULL, "{'older_than':'2022-01-01T00:00:00Z'}"), "deleted", 2);
    expect(ask(l, "GET", NULL, "{'uri':'d'}"), 200); // stored just now
    expect_num(ask(l, "DELETE", NULL, "{'older_than':'9000-01-01'}"), "deleted", 2);
    expect_num(ask(l, "DELETE", NULL, "{'older_than':'9000-01-01'}"), "deleted", 0);
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", 0);
}

static void c_7_20_bad_delete(void **state)
{
    live *l = *state;
    put(l, "u", "text");
    refused(ask(l, "DELETE", NULL, "{'uri':'u','older_than':'2020-01-01'}"), 400, "bad_option");
    refused(ask(l, "DELETE", NULL, "{'older_than':'long ago'}"), 400, "bad_option");
    refused(ask(l, "DELETE", NULL, "{'older_than':1577836800}"), 400, "bad_option");
    expect(ask(l, "GET", NULL, "{'uri':'u'}"), 200);
}

static void expect_gone(live *l)
{
    refused(ask(l, "GET", NULL, "{'uri':'u'}"), 404, "not_found");
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "bridge", "text"), "{}"), "matches"), 1);
    assert_int_equal(
        len_at(ask(l, "STORY", NULL, "{'uri':'%s'}", sample(l, "bridge_copy", "uri")), "members"),
        1);
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", 1);
}

static void c_7_21_deleted_is_gone(void **state)
{
    live *l = *state;
    put_sample(l, "bridge_copy");
    put(l, "u", sample(l, "bridge", "text"));
    assert_int_equal(len_at(ask(l, "QUERY", sample(l, "bridge", "text"), "{}"), "matches"), 2);
    assert_int_equal(len_at(ask(l, "STORY", NULL, "{'uri':'u'}"), "members"), 2);
    expect_num(ask(l, "DELETE", NULL, "{'uri':'u'}"), "deleted", 1);
    expect_gone(l);
    assert_int_equal(live_end(l, SIGKILL), SIGKILL);
    live_start(l);
    expect_gone(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_7_1_new),
        SPEC(c_7_2_versions),
        SPEC(c_7_3_unchanged),
        SPEC(c_7_4_updated),
        SPEC(c_7_5_replaced_everywhere),
        SPEC(c_7_6_seen_by_every_client),
        SPEC(c_7_7_survives_a_kill),
        SPEC(c_7_8_warnings),
        SPEC(c_7_9_accept),
        SPEC(c_7_10_bad_with_accept),
        SPEC(c_7_11_if_version),
        SPEC(c_7_12_match),
        SPEC(c_7_13_match_with_accept),
        SPEC(c_7_14_get),
        SPEC(c_7_15_byte_for_byte),
        SPEC(c_7_16_not_stored),
        SPEC(c_7_17_without_uri),
        SPEC(c_7_18_delete),
        SPEC(c_7_19_older_than),
        SPEC(c_7_20_bad_delete),
        SPEC(c_7_21_deleted_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
