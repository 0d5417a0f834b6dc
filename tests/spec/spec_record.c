// PROTOCOL.md, chapter 5: the article record.
#include "live.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void c_5_2_without_a_uri(void **state)
{
    live *l = *state;
    static const char *const headers[] = {
        "{}", "{'uri':''}", "{'uri':null}", "{'uri':'None'}", "{'uri':'null'}", "{'headline':'h'}"};
    for (size_t i = 0; i < COUNT(headers); i++)
        refused(ask(l, "PUT", "some text", "%s", headers[i]), 422, "missing_uri");
}

static void c_5_3_uri_too_long(void **state)
{
    live *l = *state;
    char uri[2050];
    memset(uri, 'u', sizeof uri);
    uri[2049] = 0;
    static const char *const verbs[] = {"GET", "DELETE", "QUERY", "CREDITS", "STORY"};
    refused(ask(l, "PUT", "text", "{'uri':'%s'}", uri), 422, "bad_uri");
    refused(ask(l, "PUT", "text", "{'url':'%s'}", uri), 422, "bad_uri");
    refused(ask(l, "COMPARE", "text", "{'a':'%s'}", uri), 422, "bad_uri");
    for (size_t i = 0; i < COUNT(verbs); i++)
        refused(ask(l, verbs[i], NULL, "{'uri':'%s'}", uri), 422, "bad_uri");
    uri[2048] = 0;
    put(l, uri, "text");
    expect_str(ask(l, "GET", NULL, "{'uri':'%s'}", uri), "uri", uri);
    memcpy(uri + 2046, "\xc3\xa9", 3); // the limit counts bytes, not characters
    put(l, uri, "text");
    uri[2046] = 'u';
    memcpy(uri + 2047, "\xc3\xa9", 3);
    refused(ask(l, "PUT", "text", "{'uri':'%s'}", uri), 422, "bad_uri");
}

static void c_5_4_control_characters(void **state)
{
    live *l = *state;
    static const char *const escapes[] = {"\\u0001", "\\n", "\\t", "\\u001f", "\\u007f"};
    for (size_t i = 0; i < COUNT(escapes); i++)
        refused(ask(l, "PUT", "text", "{'uri':'a%sb'}", escapes[i]), 422, "bad_uri");
    put(l, "a b", "a space is none");
}

static void c_5_5_byte_for_byte(void **state)
{
    live *l = *state;
    static const char *const uris[] = {"http://a.example/x",
                                       "http://A.example/x",
                                       "http://a.example/x/",
                                       "http://a.example/%78",
                                       "http://a.example/./x",
                                       "http://a.example:80/x",
                                       "x",
                                       "caf\xc3\xa9",
                                       "cafe\xcc\x81",
                                       " x",
                                       "x "};
    for (size_t i = 0; i < COUNT(uris); i++)
        expect_str(put(l, uris[i], "text"), "result", "new");
    expect_num(ask(l, "STATS", NULL, "{}"), "articles", COUNT(uris));
    for (size_t i = 0; i < COUNT(uris); i++)
        expect_str(ask(l, "GET", NULL, "{'uri':'%s'}", uris[i]), "uri", uris[i]);
}

static const struct {
    const char *name, *aliases[6];
} names[] = {
    {"headline", {"title"}},
    {"published", {"firstCreated", "datePublished", "date_publish", "publish_date", "date"}},
    {"publisher", {"source", "source_domain", "sitename", "hostname"}},
    {"by", {"author", "authors"}},
    {"language", {"lang", "inLanguage"}},
    {"uri", {"id", "url", "link"}},
    {"text", {"maintext", "content", "body_text", "articleBody", "raw_text"}},
};

// value gives a valid value of a field that tells one name from another.
static const char *value(char out[32], const char *field, size_t k)
{
    snprintf(out, 32, !strcmp(field, "published") ? "2021-01-0%zuT00:00:00Z" : "value %zu", k + 1);
    return out;
}

// expect_alias puts all names from the k-th on, the rest of them wrong: the k-th counts.
static void expect_alias(live *l, size_t field, size_t k)
{
    const char *canonical = names[field].name;
    char header[1024], v[32], *end = header;
    end += sprintf(end, "{");
    for (size_t i = 6; i-- > k;) {
        const char *name = i ? names[field].aliases[i - 1] : canonical;
        if (i == k)
            end += sprintf(end, "'%s':'%s',", name, value(v, canonical, k));
        else if (name)
            end += sprintf(end, "'%s':%s,", name, i % 2 ? "5" : "'other'");
    }
    bool is_uri = !strcmp(canonical, "uri"), is_text = !strcmp(canonical, "text");
    sprintf(end, "%s}", is_uri ? "'language':'en'" : "'uri':'u'");
    reply *r = ask(l, "PUT", is_text ? NULL : "some text", "%s", header);
    if (r->status != 200)
        print_error("%s\n", header);
    expect(r, 200);
    r = ask(l, "GET", NULL, "{'uri':'%s'}", is_uri ? v : "u");
    expect(r, 200);
    if (is_text)
        expect_body(r, v, strlen(v));
    else
        expect_str(r, canonical, v);
    for (size_t i = 0; i < 6 && names[field].aliases[i]; i++)
        assert_null(at(r, names[field].aliases[i]));
}

static void c_5_6_aliases(void **state)
{
    live *l = *state;
    for (size_t field = 0; field < COUNT(names); field++)
        for (size_t k = 0; k < 6 && (!k || names[field].aliases[k - 1]); k++)
            expect_alias(l, field, k);
}

static void c_5_7_what_counts_as_absent(void **state)
{
    live *l = *state;
    static const char *const absent[] = {"'None'", "'null'", "''", "null"};
    for (size_t i = 0; i < COUNT(absent); i++) {
        const char *a = absent[i];
        expect(ask(l, "PUT", NULL,
                   "{'uri':%s,'id':'u%zu','text':%s,'content':'words','headline':%s,'language':%s,'"
                   "lang':'en','dateline':%s,'published':%s}",
                   a, i, a, a, a, a, a),
               200);
        reply *r = ask(l, "GET", NULL, "{'uri':'u%zu'}", i);
        expect_str(r, "language", "en");
        expect_body(r, "words", 5);
        assert_null(at(r, "headline"));
        assert_null(at(r, "dateline"));
        assert_null(at(r, "published"));
    }
    expect(ask(l, "PUT", "x", "{'uri':'u','headline':'none'}"), 200); // case counts
    expect_str(ask(l, "GET", NULL, "{'uri':'u'}"), "headline", "none");
}

static void c_5_8_wrong_types(void **state)
{
    live *l = *state;
    static const char *const fields[] = {"uri",
                                         "headline",
                                         "published",
                                         "publisher",
                                         "by",
                                         "language",
                                         "canonicalUrl",
                                         "creditLine",
                                         "dateline",
                                         "copyrightHolder",
                                         "copyrightNotice",
                                         "title",
                                         "authors",
                                         "date"};
    static const char *const values[] = {"5", "true", "{}", "[1]", "1.5", "[['x']]"};
    for (size_t i = 0; i < COUNT(fields); i++)
        for (size_t k = 0; k < COUNT(values); k++) {
            reply *r =
                ask(l, "PUT", "text", "{%s'%s':%s}", i ? "'uri':'u'," : "", fields[i], values[k]);
            refused(r, 422, "bad_field");
            assert_non_null(strstr(str_at(r, "detail"), fields[i]));
        }
    refused(ask(l, "PUT", "text", "{'uri':'u','headline':['a','list']}"), 422, "bad_field");
    refused(ask(l, "PUT", NULL, "{'uri':'u','text':5}"), 422, "bad_field");
    refused(ask(l, "GET", NULL, "{'uri':5}"), 422, "bad_field");
}

static void c_5_9_body_wins_over_text(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "from the body", "{'uri':'u','text':'from the header'}"), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'u'}"), "from the body", 13);
    expect(ask(l, "PUT", "", "{'uri':'u','text':'from the header'}"), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'u'}"), "from the header", 15);
    expect(ask(l, "PUT", NULL, "{'uri':'v','text':'no body frame'}"), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'v'}"), "no body frame", 13);
    refused(ask(l, "PUT", " ", "{'uri':'w','text':'from the header'}"), 422,
            "blank_text"); // not empty
}

static void c_5_10_bylines(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "text", "{'uri':'u','authors':['Ada Byron','Max Weil']}"), 200);
    reply *r = ask(l, "GET", NULL, "{'uri':'u'}");
    assert_int_equal(len_at(r, "by"), 2);
    expect_str(r, "by.0", "Ada Byron");
    expect_str(r, "by.1", "Max Weil");
    expect(ask(l, "PUT", "text", "{'uri':'u','by':[],'author':'Max Weil'}"), 200);
    expect_str(ask(l, "GET", NULL, "{'uri':'u'}"), "by", "Max Weil");
}

static void c_5_11_dates(void **state)
{
    live *l = *state;
    static const char *const dates[][2] = {
        {"2017-03-12T18:05:00Z", "2017-03-12T18:05:00Z"},
        {"2017-03-12T18:05:00+02:00", "2017-03-12T16:05:00Z"},
        {"2017-03-12T18:05:00.25Z", "2017-03-12T18:05:00.250Z"},
        {"2017-03-12 18:05:00", "2017-03-12T18:05:00Z"},
        {"2017-03-12 18:05:00+00:00", "2017-03-12T18:05:00Z"},
        {"2017-03-12T18:05", "2017-03-12T18:05:00Z"},
        {"2017-03-12", "2017-03-12T00:00:00Z"},
        {"20170312", "2017-03-12T00:00:00Z"},
        {"26-FEB-1987 15:51:28.42", "1987-02-26T15:51:28.420Z"},
        {"2-Mar-1987", "1987-03-02T00:00:00Z"},
        {"20170312180500", "2017-03-12T18:05:00Z"},
        {"2016-02-29", "2016-02-29T00:00:00Z"},
        {"1899-12-31T23:59:59-01:00", "1900-01-01T00:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(dates); i++) {
        reply *r = ask(l, "PUT", "text", "{'uri':'u','published':'%s'}", dates[i][0]);
        expect(r, 200);
        if (at(r, "warnings"))
            fail_msg("not read: %s", dates[i][0]);
        expect_str(ask(l, "GET", NULL, "{'uri':'u'}"), "published", dates[i][1]);
    }
}

static void c_5_12_unreadable_dates(void **state)
{
    live *l = *state;
    static const char *const dates[] = {"yesterday",   "2017-02-30",           "12.03.2017",
                                        "2017",        "2017-03-12T25:00:00Z", " ",
                                        "Mar 12, 2017"};
    put(l, "other", sample(l, "garden", "text"));
    for (size_t i = 0; i < COUNT(dates); i++) {
        expect(ask(l, "PUT", sample(l, "garden", "text"), "{'uri':'u','published':'%s'}", dates[i]),
               200);
        expect_str(ask(l, "GET", NULL, "{'uri':'u'}"), "published", dates[i]);
        reply *r = ask(l, "QUERY", NULL, "{'uri':'other'}");
        expect_str(r, "matches.0.uri", "u");
        assert_true(json_is_null(at(r, "matches.0.published")));
    }
}

static void c_5_13_publisher_from_the_uri(void **state)
{
    live *l = *state;
    static const char *const uris[][2] = {
        {"https://www.herald.example/2017/03/x", "herald.example"},
        {"http://herald.example", "herald.example"},
        {"https://WWW.Herald.Example/X", "herald.example"},
        {"https://news.herald.example:8443/x?y=//z", "news.herald.example"},
        {"https://user:pw@herald.example/x", "herald.example"},
        {"https://herald.example?x", "herald.example"},
        {"https://herald.example#top", "herald.example"},
        {"urn:isbn:0451450523", NULL},
        {"article-17", NULL},
        {"a/b//c", NULL},
        {"file:///tmp/x", NULL},
    };
    for (size_t i = 0; i < COUNT(uris); i++) {
        put(l, uris[i][0], "text");
        reply *r = ask(l, "GET", NULL, "{'uri':'%s'}", uris[i][0]);
        if (uris[i][1])
            expect_str(r, "publisher", uris[i][1]);
        else
            assert_null(at(r, "publisher"));
    }
    expect(ask(l, "PUT", "text", "{'uri':'https://herald.example/y','publisher':'The Herald'}"),
           200);
    expect_str(ask(l, "GET", NULL, "{'uri':'https://herald.example/y'}"), "publisher",
               "The Herald");
}

static void c_5_14_blank_texts(void **state)
{
    live *l = *state;
    static const char *const blank[] = {
        "",
        " ",
        "\n\n\t \r\n",
        "\xc2\xa0\xe3\x80\x80 \xe2\x80\x83",
        "\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf",
        "\x01\x02\x1f\x7f",
        "\xe2\x80\x8e\xe2\x80\xae",
        "\xc2\xad",
    };
    for (size_t i = 0; i < COUNT(blank); i++) {
        refused(ask(l, "PUT", blank[i], "{'uri':'u'}"), 422, "blank_text");
        refused(ask(l, "PUT", NULL, "{'uri':'u','text':'%s'}", i ? "  " : ""), 422, "blank_text");
    }
    refused(ask(l, "PUT", NULL, "{'uri':'u'}"), 422, "blank_text");
    refused(ask_bytes(l, "PUT", "{'uri':'u'}", "\0\0", 2), 422, "blank_text");
    refused(ask(l, "QUERY", " \n", "{}"), 422, "blank_text");
    refused(ask(l, "CREDITS", " \n", "{}"), 422, "blank_text");
    refused(ask2(l, "COMPARE", "{}", "text", " \n"), 422, "blank_text");
}

static void stored(live *l, const void *text, size_t len)
{
    expect(ask_bytes(l, "PUT", "{'uri':'odd'}", text, len), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'odd'}"), text, len);
    static const char *const verbs[] = {"QUERY", "CREDITS", "STORY"};
    for (size_t i = 0; i < COUNT(verbs); i++)
        expect(ask(l, verbs[i], NULL, "{'uri':'odd'}"), 200);
    expect(ask(l, "COMPARE", NULL, "{'a':'odd','b':'odd'}"), 200);
}

static void c_5_15_odd_texts(void **state)
{
    live *l = *state;
    static const frame odd[] = {
        F("word"),
        F("x"),
        F("?! ... --- \"\" ;;;"),
        F("\xf0\x9f\x98\x80\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd \xf0\x9f\x87\xaa\xf0\x9f\x87\xba"),
        F("\xcc\x81\xcc\x82\xcc\x83\xcc\x84"),
        F("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81"),
        F("NUL \0 inside"),
        F("\xef\xbb\xbfwith a BOM\r\nand CRLF\r\n"),
        F("\xef\xbf\xbf\xf4\x8f\xbf\xbf"),
        F("\xe6\xa1\xa5"),
        F("\xe0\xb8\xaa\xe0\xb8\xb0\xe0\xb8\x9e\xe0\xb8\xb2\xe0\xb8\x99"),
    };
    for (size_t i = 0; i < COUNT(odd); i++)
        stored(l, odd[i].p, odd[i].len);
}

static void c_5_15_one_long_word(void **state)
{
    live *l = *state;
    char *word = malloc(1 << 20);
    assert_non_null(word);
    for (size_t i = 0; i < 1 << 20; i++)
        word[i] = (char)('a' + i * i % 26);
    stored(l, word, 1 << 20);
    free(word);
}

static void c_5_15_ten_megabytes(void **state)
{
    live *l = *state;
    size_t len = 10000000;
    uint64_t seed = t_seed();
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(t_random(&seed) % 7 ? 'a' + t_random(&seed) % 26 : ' ');
    expect(ask_bytes(l, "PUT", "{'uri':'big'}", text, len), 200);
    expect_body(ask(l, "GET", NULL, "{'uri':'big'}"), text, len);
    put(l, "small", "another article is stored meanwhile");
    free(text);
}

static void c_5_16_invalid_utf8(void **state)
{
    live *l = *state;
    put(l, "u", "text");
    refused(ask(l, "PUT", "bad \xff", "{'uri':'v'}"), 422, "invalid_utf8");
    refused(ask(l, "QUERY", "bad \xff", "{}"), 422, "invalid_utf8");
    refused(ask(l, "CREDITS", "bad \xff", "{}"), 422, "invalid_utf8");
    refused(ask(l, "COMPARE", "bad \xff", "{'a':'u'}"), 422, "invalid_utf8");
    reply *r = ask2(l, "COMPARE", "{}", "good", "bad \xff");
    refused(r, 422, "invalid_utf8");
    expect_num(r, "at", 4);
}

static void c_5_17_other_members_are_not_kept(void **state)
{
    live *l = *state;
    expect(ask(l, "PUT", "text",
               "{'uri':'u','mood':'fine','durability':'commit','text':'t','if_version':0,'title':'"
               "T','dateline':'OSLO'}"),
           200);
    reply *r = ask(l, "GET", NULL, "{'uri':'u'}");
    expect_str(r, "headline", "T");
    expect_str(r, "dateline", "OSLO");
    assert_int_equal(json_object_size(r->header), 5); // uri, headline, dateline, version, stored
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPEC(c_5_2_without_a_uri),
        SPEC(c_5_3_uri_too_long),
        SPEC(c_5_4_control_characters),
        SPEC(c_5_5_byte_for_byte),
        SPEC(c_5_6_aliases),
        SPEC(c_5_7_what_counts_as_absent),
        SPEC(c_5_8_wrong_types),
        SPEC(c_5_9_body_wins_over_text),
        SPEC(c_5_10_bylines),
        SPEC(c_5_11_dates),
        SPEC(c_5_12_unreadable_dates),
        SPEC(c_5_13_publisher_from_the_uri),
        SPEC(c_5_14_blank_texts),
        SPEC(c_5_15_odd_texts),
        SPEC(c_5_15_one_long_word),
        SPEC(c_5_15_ten_megabytes),
        SPEC(c_5_16_invalid_utf8),
        SPEC(c_5_17_other_members_are_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
