// client_show - answers for people: what a good one looks like, and that no odd one does harm.
#include "t.h"

#include "show.h"
#include "show_story.h"

static char *written;
static size_t written_len;

static term open_term(void)
{
    term t = {.f = open_memstream(&written, &written_len), .width = 80};
    assert_non_null(t.f);
    return t;
}

static void assert_shown(term *t, const char *want)
{
    fclose(t->f);
    assert_string_equal(written, want);
    free(written);
}

// JSON with ' for its quotation marks.
static json_t *parse(const char *text)
{
    json_error_t e;
    char *json = strdup(text);
    for (char *p = json; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    json_t *v = json_loads(json, JSON_DECODE_ANY, &e);
    if (!v)
        fail_msg("%s: %s", text, e.text);
    free(json);
    return v;
}

static const char a_text[] = "Before it. The lamps were bought second hand at the fair. After it."
                             "\n\nEnd.";
static const char b_text[] = "He wrote: the lamps were bought second hand at the fair!";
static const show_opts opts = {"A", "B", "text A", "text B", 10, false};

static void a_match(void **state)
{
    (void)state;
    json_t *m = parse("{'uri':'u:b','publisher':'b.example','headline':'Lamps',"
                      "'published':'2025-03-01T10:00:00Z','relation':'rewrite','score':0.914,"
                      "'identical':false,'containment':{'query':0.75,'match':0.004},"
                      "'prose_words':10,'quoted_words':0,'paraphrase_words':2,'longest':10,"
                      "'derivation':{'level':'partial','score':0.5},"
                      "'provenance':{'kind':'from_match','source':null,"
                      "'because':['credit','published'],'score':0.8},"
                      "'passages':[{'query':[11,56],'match':[10,55],'words':10,'kind':'prose'}]}");
    term t = open_term();
    show_match_title(&t, m, 1);
    show_match_body(&t, m, view_of(a_text), view_of(b_text), &opts);
    assert_shown(&t, "1  rewrite 0.91  b.example  2025-03-01 10:00\n"
                     "   Lamps\n"
                     "   u:b\n"
                     "   shared words: 10 in prose, 2 reworded; longest run 10\n"
                     "   that is 75 % of text A and < 1 % of text B\n"
                     "   derived: partly (0.50)\n"
                     "   who from whom: text A has it from text B (0.80)\n"
                     "     for text B is credited, was published earlier\n"
                     "   (1) 10 words, prose\n"
                     "   A │ Before it. [[The lamps were bought second hand at the fair]]. After "
                     "it.\n"
                     "   B │ He wrote: [[the lamps were bought second hand at the fair]]!\n");
    json_decref(m);
}

static void whole_texts(void **state)
{
    (void)state;
    // in the order of the one text; the other has them the other way round
    json_t *p = parse("[{'query':[0,9],'match':[10,55],'words':10,'kind':'prose'},"
                      "{'query':[11,74],'match':[3,8],'words':1,'kind':'quoted'}]");
    term t = open_term();
    show_marked(&t, view_of(a_text), p, "query");
    assert_shown(&t, "  [[1: Before it]]. [[2: The lamps were bought second hand at the fair. "
                     "After\n  it.]]\n\n  [[End.]]\n");
    t = open_term();
    show_marked(&t, view_of(b_text), p, "match");
    assert_shown(&t, "  He [[2: wrote]]: [[1: the lamps were bought second hand at the fair]]!\n");
    json_decref(p);
}

static void credits(void **state)
{
    (void)state;
    json_t *c = parse("[{'name':'Harbour Post','id':'harbourpost.example','role':'republished',"
                      "'text':'Via the\\nHarbour Post:','confirmed_by':['u:1','u:2']}]");
    term t = open_term();
    show_credits(&t, c, " ");
    assert_shown(&t, " republished Harbour Post (harbourpost.example)  “Via the Harbour Post:”\n"
                     "             confirmed by u:1 and others\n");
    json_decref(c);
}

// Offsets that lie outside, cut characters or run backwards, members of every wrong type.
static const char *const odd[] = {
    "{}",
    "[]",
    "null",
    "5",
    "'x'",
    "{'passages':5}",
    "{'passages':[5,null,{},[]]}",
    "{'passages':[{'query':[0,1000000000],'match':[5,5],'words':'many','kind':3}]}",
    "{'passages':[{'query':[-5,7],'match':[1e307,1e308],'words':-1}]}",
    "{'passages':[{'query':[9,3],'match':[2,3]},{'query':'a','match':{}}]}",
    "{'passages':[{'query':[1,2],'match':[1,4],'words':99999999999999999}]}",
    "{'passages':[{'query':[0,70],'match':[0,60]},{'query':[5,20],'match':[1,50]}]}",
    "{'relation':7,'score':'x','headline':[],'uri':{},'publisher':null,'published':0}",
    "{'published':'x','containment':[1],'prose_words':1e300,'longest':-3}",
    "{'prose_words':5,'containment':{'query':1e300,'match':-1e300}}",
    "{'provenance':{'kind':'from_match','because':[1,null,'new']}}",
    "{'provenance':{'kind':'common_source','because':'x'},'derivation':[]}",
    "{'credits':[1,{}],'members':[1,{'uri':5}],'edges':[{'from':1}],'credited':[null]}",
};

static void odd_matches(void **state)
{
    (void)state;
    static const char accents[] = "äöüßéèç ñññ ÄÖÜ — “ ” … 新聞社";
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        json_t *m = parse(odd[i]);
        term t = open_term();
        show_match_title(&t, m, 1);
        show_match_body(&t, m, view_of(accents), view_of(b_text), &opts);
        show_match_body(&t, m, (view){0}, view_of(accents), &opts);
        show_marked(&t, view_of(accents), json_object_get(m, "passages"), "query");
        show_marked(&t, view_of(accents), json_object_get(m, "passages"), "match");
        show_credits(&t, json_object_get(m, "credits"), "");
        fclose(t.f);
        size_t at = 0; // whatever was shown, it is whole characters
        for (const char *p = written; *p; p++)
            at += (*p & 0xc0) != 0x80;
        assert_true(at > 0 && !strstr(written, "\xef\xbf\xbd"));
        free(written);
        json_decref(m);
    }
}

static void a_story(void **state)
{
    (void)state;
    json_t *s = parse(
        "{'story':'s1','members':[{'uri':'u:1','publisher':'a.example','published':null,"
        "'relation':'none','role':'origin','text':1,'version_of':null},"
        "{'uri':'u:2','version_of':'u:1','publisher':null,'published':'2025-03-01T10:00:00Z',"
        "'relation':'quotes','role':'quoting','text':2}],"
        "'edges':[{'from':'u:1','to':'u:2','relation':'quotes','containment':{'from':0.1,"
        "'to':0.2},'because':[]}],'origin':{'uri':null,'source':'tv.example','because':['told']},"
        "'credited':[{'id':'tv.example','name':'TV','articles':1}],'uncredited':['u:2','u:9']}");
    const json_t *list = json_object_get(s, "members");
    story_member m[2] = {{.member = json_array_get(list, 0)}, {.member = json_array_get(list, 1)}};
    story_edge e = {json_array_get(json_object_get(s, "edges"), 0), 0, 1, NULL};
    story_view v = {s, m, 2, &e, 1, 3, 1, 60};
    m[0].credits = parse("[{'id':'tv.example','role':'reports','text':'TV reports'},"
                         "{'id':'tv.example','role':'photo','text':'(TV)'}]");
    term t = open_term();
    show_story(&t, &v);
    assert_shown(&t, "Story s1  2 articles, 2 texts, 2025-03-01 10:00\n"
                     "Origin  TV (not stored): it is named where they share text\n"
                     "\n"
                     "  [1] origin            time not known    a.example\n"
                     "      u:1\n"
                     "  [2] quoting           2025-03-01 10:00  ?  update of its own [1]\n"
                     "      u:2\n"
                     "\n"
                     "Who has what from whom\n"
                     "  [2] and [1]  quotes: 20 % of [2] and 10 % of [1]\n"
                     "      who was first is not known\n"
                     "  2 more pairs share text (--all shows them)\n"
                     "\n"
                     "Who is credited\n"
                     "  TV (tv.example) by 1 of 2\n"
                     "      [1] reports     “TV reports”\n"
                     "\n"
                     "Who shares the passages and does not credit TV\n"
                     "      [2]   u:2\n"
                     "            u:9\n");
    json_decref(m[0].credits);
    json_decref(s);
}

static void odd_stories(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        json_t *s = parse(odd[i]);
        const json_t *list = json_object_get(s, "members");
        story_member m[2] = {{.member = json_array_get(list, 0)},
                             {.member = json_array_get(list, 1)}};
        story_view v = {s, m, json_array_size(list), NULL, 0, 0, 1, 60};
        term t = open_term();
        show_story(&t, &v);
        fclose(t.f);
        assert_non_null(strstr(written, "Who is credited"));
        free(written);
        json_decref(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match),     cmocka_unit_test(whole_texts), cmocka_unit_test(credits),
        cmocka_unit_test(odd_matches), cmocka_unit_test(a_story),     cmocka_unit_test(odd_stories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
