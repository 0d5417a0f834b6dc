// PROTOCOL.md, chapter 10: CREDITS.
#include "live.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static reply *credits(live *l, const char *text)
{
    reply *r = ask(l, "CREDITS", text, "{}");
    expect(r, 200);
    return r;
}

// credit_of finds the credit of a source and expects its role.
static json_t *credit_of(const reply *r, const char *id, const char *role)
{
    json_t *c = with(r, "credits", "id", id);
    if (!c)
        fail_msg("%s is not credited", id);
    assert_string_equal(json_string_value(json_object_get(c, "role")), role);
    return c;
}

static void c_10_1_stored_article(void **state)
{
    live *l = *state;
    put_sample(l, "via");
    reply *r = ask(l, "CREDITS", NULL, "{'uri':'%s'}", sample(l, "via", "uri"));
    expect(r, 200);
    credit_of(r, "thehill.com", "republished");
}

static void c_10_2_text_and_record(void **state)
{
    live *l = *state;
    put_sample(l, "via");
    credit_of(
        ask(l, "CREDITS", sample(l, "reports", "text"), "{'uri':'%s'}", sample(l, "via", "uri")),
        "theguardian.com", "reports");
    credit_of(ask(l, "CREDITS", NULL,
                  "{'text':'The dam will be late, The Guardian reports, because of soft rock.'}"),
              "theguardian.com", "reports");
    reply *r = ask(l, "CREDITS", sample(l, "garden", "text"),
                   "{'creditLine':'Reuters','uri':'https://x.example/'}");
    credit_of(r, "reuters.com", "wire");
}

static void c_10_3_neither(void **state)
{
    live *l = *state;
    refused(ask(l, "CREDITS", NULL, "{}"), 400, "bad_body");
    refused(ask(l, "CREDITS", NULL, "{'headline':'h'}"), 400, "bad_body");
}

static void c_10_4_members(void **state)
{
    reply *r = credits(*state, sample(*state, "via", "text"));
    assert_int_equal(len_at(r, "credits"), 1);
    expect_str(r, "credits.0.name", "The Hill");
    expect_str(r, "credits.0.id", "thehill.com");
    expect_str(r, "credits.0.role", "republished");
    expect_str(r, "credits.0.field", "text");
    expect_str(r, "credits.0.text", "Via The Hill:");
    assert_int_equal(len_at(r, "credits.0.span"), 2);
    assert_int_equal(len_at(r, "credits.0.confirmed_by"), 0);
}

static void c_10_5_field_and_span(void **state)
{
    live *l = *state;
    static const char text[] = "\xf0\x9f\x8f\xae Nobody won the quarrel about the "
                               "windmills.\n\nVia The Hill:\n\nThe committee voted eleven to nine.";
    static const struct {
        const char *offsets;
        double begin;
    } units[] = {{"utf8", 50}, {"codepoint", 47}, {"utf16", 48}};
    assert_memory_equal(text + 50, "Via The Hill:", 13);
    for (size_t i = 0; i < COUNT(units); i++) {
        reply *r = ask(l, "CREDITS", text, "{'offsets':'%s'}", units[i].offsets);
        expect_str(r, "credits.0.field", "text");
        expect_num(r, "credits.0.span.0", units[i].begin);
        expect_num(r, "credits.0.span.1", units[i].begin + 13);
    }
    static const char by[] = "Ada Byron, Associated Press";
    reply *r = ask(l, "CREDITS", sample(l, "garden", "text"), "{'by':'%s'}", by);
    json_t *c = credit_of(r, "apnews.com", "wire");
    assert_string_equal(json_string_value(json_object_get(c, "field")), "by");
    size_t begin = (size_t)json_integer_value(json_array_get(json_object_get(c, "span"), 0));
    size_t end = (size_t)json_integer_value(json_array_get(json_object_get(c, "span"), 1));
    const char *piece = json_string_value(json_object_get(c, "text"));
    assert_true(begin < end && end < sizeof by);
    assert_int_equal(strlen(piece), end - begin);
    assert_memory_equal(piece, &by[begin], end - begin);
}

static void c_10_6_wire(void **state)
{
    live *l = *state;
    credit_of(credits(l, sample(l, "agency", "text")), "reuters.com", "wire");
    credit_of(credits(l, "A fire destroyed a warehouse on Thursday, officials said.\n\nCopyright "
                         "2021 The Associated Press. All rights reserved."),
              "apnews.com", "wire");
    credit_of(ask(l, "CREDITS", sample(l, "garden", "text"), "{'copyrightHolder':'Reuters'}"),
              "reuters.com", "wire");
}

static void c_10_7_republished(void **state)
{
    live *l = *state;
    credit_of(credits(l, sample(l, "via", "text")), "thehill.com", "republished");
    credit_of(credits(l, "The vote was close and the room was hot. [The Hill]"), "thehill.com",
              "republished");
    credit_of(credits(l, "The vote was close and the room was hot.\n\nThis article was originally "
                         "published by The Guardian."),
              "theguardian.com", "republished");
}

static void c_10_8_reports(void **state)
{
    live *l = *state;
    credit_of(credits(l, sample(l, "reports", "text")), "theguardian.com", "reports");
    credit_of(credits(l, "According to The Guardian, the dam above the valley will not be finished "
                         "this decade."),
              "theguardian.com", "reports");
}

static void c_10_9_told(void **state)
{
    live *l = *state;
    credit_of(credits(l, sample(l, "told", "text")), "cnn.com", "told");
    credit_of(
        credits(l, "\"We will not pay,\" the harbour chief told The Guardian in an interview."),
        "theguardian.com", "told");
}

static void c_10_10_photo(void **state)
{
    credit_of(credits(*state, sample(*state, "photo", "text")), "apnews.com", "photo");
}

static void c_10_11_own_name(void **state)
{
    live *l = *state;
    const char *text = sample(l, "reports", "text");
    static const char *const own[] = {"{'publisher':'theguardian.com'}",
                                      "{'publisher':'The Guardian'}",
                                      "{'uri':'https://www.theguardian.com/world/dam'}"};
    for (size_t i = 0; i < COUNT(own); i++) {
        reply *r = ask(l, "CREDITS", text, "%s", own[i]);
        expect(r, 200);
        assert_int_equal(len_at(r, "credits"), 0);
    }
    assert_int_equal(len_at(ask(l, "CREDITS", text, "{'publisher':'other.example'}"), "credits"),
                     1);
}

static void c_10_12_confirmed(void **state)
{
    live *l = *state;
    char text[4096];
    expect(ask(l, "PUT", sample(l, "bridge", "text"), "{'uri':'https://thehill.com/bridge'}"), 200);
    expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'https://thehill.com/leeks'}"), 200);
    expect(
        ask(l, "PUT", sample(l, "bridge_copy", "text"), "{'uri':'https://fenpost.example/bridge'}"),
        200);
    snprintf(text, sizeof text, "Via The Hill:\n\n%s", sample(l, "bridge_excerpt", "text"));
    reply *r = credits(l, text);
    credit_of(r, "thehill.com", "republished");
    assert_int_equal(len_at(r, "credits.0.confirmed_by"), 1);
    expect_str(r, "credits.0.confirmed_by.0", "https://thehill.com/bridge");
    r = credits(l, sample(l, "via", "text"));
    assert_int_equal(len_at(r, "credits.0.confirmed_by"), 0);
}

// What a question leaves out of its matches confirms nevertheless.
static void c_8_5_confirmed_with_options(void **state)
{
    live *l = *state;
    char text[4096];
    static const struct {
        const char *options;
        size_t matches;
    } asked[] = {
        {"{}", 2},
        {"{'limit':1}", 1},
        {"{'since':'2021-03-15'}", 1},
        {"{'before':'2021-01-01'}", 0},
        {"{'publisher':'fenpost.example'}", 1},
        {"{'publisher':[]}", 0},
        {"{'not_publisher':'thehill.com'}", 1},
        {"{'relations':['quotes']}", 0},
        {"{'relations':['related','template']}", 0},
        {"{'min_containment':1}", 0},
    };
    expect(ask(l, "PUT", sample(l, "bridge", "text"),
               "{'uri':'https://thehill.com/bridge','published':'2021-03-01'}"),
           200);
    expect(ask(l, "PUT", sample(l, "bridge_copy", "text"),
               "{'uri':'https://fenpost.example/bridge','published':'2021-04-01'}"),
           200);
    snprintf(text, sizeof text, "Via The Hill:\n\n%s", sample(l, "bridge_excerpt", "text"));
    for (size_t i = 0; i < COUNT(asked); i++) {
        reply *r = ask(l, "QUERY", text, "%s", asked[i].options);
        expect(r, 200);
        assert_int_equal(len_at(r, "matches"), asked[i].matches);
        credit_of(r, "thehill.com", "republished");
        assert_int_equal(len_at(r, "credits.0.confirmed_by"), 1);
        expect_str(r, "credits.0.confirmed_by.0", "https://thehill.com/bridge");
    }
}

static void c_10_13_nobody(void **state)
{
    live *l = *state;
    static const char *const names[] = {"bridge", "garden", "form_a", "chinese", "russian"};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(len_at(credits(l, sample(l, names[i], "text")), "credits"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_10_1_stored_article),
        SPEC(c_10_2_text_and_record),
        SPEC(c_10_3_neither),
        SPEC(c_10_4_members),
        SPEC(c_10_5_field_and_span),
        SPEC(c_10_6_wire),
        SPEC(c_10_7_republished),
        SPEC(c_10_8_reports),
        SPEC(c_10_9_told),
        SPEC(c_10_10_photo),
        SPEC(c_10_11_own_name),
        SPEC(c_10_12_confirmed),
        SPEC(c_8_5_confirmed_with_options),
        SPEC(c_10_13_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
