// Who had it from whom: each rule alone, and which goes before which; and credits as JSON.
#include "t.h"

#include "base/clock.h"
#include "evidence/provenance.h"
#include "evidence/render.h"

static sources *table;

static int open_table(void **state)
{
    (void)state;
    char why[200];
    return sources_open(&table, NULL, why, sizeof why) ? -1 : 0;
}

static int close_table(void **state)
{
    (void)state;
    sources_close(&table);
    return 0;
}

// One article as the tests write it.
typedef struct article {
    const char *text, *publisher, *uri;
    int minutes; // of publication; 0 = unknown
} article;

typedef struct made {
    side side;
    credits credits;
    prov_side prov;
} made;

static void make(made *m, const article *a)
{
    credit_fields f = {.publisher = view_of(a->publisher), .uri = view_of(a->uri)};
    *m = (made){0};
    assert_ok(words_make(&m->side.words, view_of(a->text), NULL));
    assert_ok(credits_find(&m->credits, table, &m->side.words, &f));
    m->prov = (prov_side){.side = &m->side,
                          .credits = &m->credits,
                          .self = sources_publisher(table, f.publisher.len ? f.publisher : f.uri),
                          .publisher = f.publisher,
                          .uri = f.uri,
                          .published_ms = a->minutes ? a->minutes * 60000ll : CLOCK_ABSENT};
}

static void drop(made *m)
{
    credits_free(&m->credits);
    words_free(&m->side.words);
}

// Where b's credits are not asked for, nothing changes without them.
static void check_unasked(const provenance *with, const prov_side *a, prov_side b, const match *m)
{
    provenance out;
    if (provenance_asks_credits(a, m))
        return;
    b.credits = NULL;
    provenance_decide(&out, a, &b, m);
    assert_int_equal(out.kind, with->kind);
    assert_int_equal(out.because, with->because);
    assert_ptr_equal(out.source, with->source);
    assert_true(out.score == with->score);
}

// decide compares two articles that share all their words from `from` on.
static provenance decide(const article *a, const article *b, relation r, uint32_t from_a,
                         uint32_t from_b, char *id, size_t len)
{
    made x, y;
    provenance out;
    make(&x, a);
    make(&y, b);
    passage p = {.a_begin = from_a,
                 .a_end = (uint32_t)x.side.words.n,
                 .b_begin = from_b,
                 .b_end = (uint32_t)y.side.words.n,
                 .words = 10,
                 .prose = 10};
    match m = {.relation = r,
               .passages = {.p = &p, .n = r != REL_NONE && r != REL_RELATED, .words = 10}};
    if (!m.passages.n)
        m.passages.words = 0;
    provenance_decide(&out, &x.prov, &y.prov, &m);
    snprintf(id, len, "%s", out.source ? out.source : "");
    check_unasked(&out, &x.prov, y.prov, &m);
    drop(&x);
    drop(&y);
    return out;
}

static void check(const article *a, const article *b, relation r, prov_kind kind, const char *id,
                  unsigned because)
{
    char got[100];
    provenance p = decide(a, b, r, 0, 0, got, sizeof got);
    if (p.kind != kind || p.because != because || strcmp(got, id))
        fail_msg("%s | %s: %s, %s, because %x", a->text, b->text, prov_kind_name(p.kind), got,
                 p.because);
    assert_true(p.kind == PROV_UNKNOWN ? p.score == 0 : p.score > 0 && p.score < 1);
    // Asked the other way round, the answer is the same.
    static const prov_kind turned[] = {PROV_UNKNOWN, PROV_TO_MATCH, PROV_FROM_MATCH,
                                       PROV_COMMON_SOURCE};
    provenance q = decide(b, a, r, 0, 0, got, sizeof got);
    assert_int_equal(q.kind, turned[kind]);
    assert_string_equal(got, id);
    assert_int_equal(q.because, because);
}

static const article PLAIN = {"The ferry sank at noon.", "havn.example", "https://havn.example/1",
                              0};
static const article HILL = {"A ferry sank at noon.", "thehill.com",
                             "https://thehill.com/ferry-sinks", 0};

static void asks_for_credits_that_say_something(void **state)
{
    (void)state;
    article via = {"Via Reuters: a ferry sank.", "havn.example", "", 0};
    made plain, known, credited;
    make(&plain, &PLAIN);
    make(&known, &HILL);
    make(&credited, &via);
    assert_int_equal(plain.credits.n, 0);
    assert_int_equal(known.credits.n, 0);
    assert_int_equal(credited.credits.n, 1);
    const match copy = {.relation = REL_COPY}, related = {.relation = REL_RELATED},
                form = {.relation = REL_TEMPLATE};
    assert_false(provenance_asks_credits(&plain.prov, &copy));
    assert_true(provenance_asks_credits(&known.prov, &copy));
    assert_true(provenance_asks_credits(&known.prov, &related));
    assert_true(provenance_asks_credits(&credited.prov, &copy));
    assert_false(provenance_asks_credits(&credited.prov, &related));
    assert_false(provenance_asks_credits(&known.prov, &form));
    drop(&plain);
    drop(&known);
    drop(&credited);
}

static void trusts_credits_first(void **state)
{
    (void)state;
    article via = {"Via The Hill:\n\nA ferry sank.", "havn.example", "", 0};
    check(&via, &HILL, REL_REWRITE, PROV_FROM_MATCH, "thehill.com", BECAUSE_CREDIT);
    check(&via, &HILL, REL_RELATED, PROV_FROM_MATCH, "thehill.com", BECAUSE_CREDIT);
    article late = HILL;
    via.minutes = 100;
    late.minutes = 10;
    check(&via, &late, REL_COPY, PROV_FROM_MATCH, "thehill.com",
          BECAUSE_CREDIT | BECAUSE_PUBLISHED);
    late.minutes = 500; // a page that was changed later is still the source
    check(&via, &late, REL_COPY, PROV_FROM_MATCH, "thehill.com", BECAUSE_CREDIT);
}

static void follows_links(void **state)
{
    (void)state;
    article page = {"It sank (www.thehill.com/ferry-sinks).", "havn.example", "", 0};
    check(&page, &HILL, REL_COPY, PROV_FROM_MATCH, "thehill.com", BECAUSE_LINK);
    article mail = {"Write to ann@havn.example or nothavn.example or havn.example.org.",
                    "x.example", "", 0};
    check(&mail, &PLAIN, REL_COPY, PROV_UNKNOWN, "", 0);
    article host = {"It sank, says havn.example.", "x.example", "", 0};
    check(&host, &PLAIN, REL_COPY, PROV_FROM_MATCH, "", BECAUSE_LINK);
}

static void finds_the_common_source(void **state)
{
    (void)state;
    article a = {"HAVN (AP) - It sank. Lee told CNN.", "a.example", "", 10};
    article b = {"By The Associated Press\n\nIt sank. Lee told CNN.", "b.example", "", 900};
    check(&a, &b, REL_COPY, PROV_COMMON_SOURCE, "apnews.com", BECAUSE_CREDIT);
    check(&a, &b, REL_RELATED, PROV_UNKNOWN, "", 0);
    article c = {"Lee told CNN it sank.", "c.example", "", 0};
    check(&a, &c, REL_QUOTES, PROV_COMMON_SOURCE, "cnn.com", BECAUSE_CREDIT);
    article shaped = {"Lee told the Havn Sentinel.", "d.example", "", 0};
    article shaped2 = {"It sank, the Havn Sentinel reported.", "e.example", "", 0};
    check(&shaped, &shaped2, REL_QUOTES, PROV_COMMON_SOURCE, "havn-sentinel", BECAUSE_CREDIT);
}

static void weighs_common_source_against_told(void **state)
{
    (void)state;
    article a = {"HAVN (AP) - It sank. Lee told CNN.", "a.example", "", 0};
    article cnn = {"HAVN (AP) - It sank.", "cnn.com", "", 0};
    check(&a, &cnn, REL_COPY, PROV_COMMON_SOURCE, "apnews.com", BECAUSE_CREDIT);
}

static void uses_time_only_with_a_margin(void **state)
{
    (void)state;
    article a = {"The ferry sank.", "a.example", "", 100},
            b = {"The ferry sank.", "b.example", "", 114};
    check(&a, &b, REL_COPY, PROV_UNKNOWN, "", 0);
    b.minutes = 115;
    check(&a, &b, REL_COPY, PROV_TO_MATCH, "", BECAUSE_PUBLISHED);
    check(&a, &b, REL_QUOTES, PROV_UNKNOWN, "", 0);
    check(&a, &b, REL_TEMPLATE, PROV_UNKNOWN, "", 0);
    check(&a, &b, REL_NONE, PROV_UNKNOWN, "", 0);
}

static void sees_who_is_named_in_the_shared_words(void **state)
{
    (void)state;
    article a = {"He spoke in front of POLITICO cameras there.", "a.example", "", 0};
    article b = {"He spoke in front of POLITICO cameras there.", "politico.com", "", 0};
    check(&a, &b, REL_QUOTES, PROV_FROM_MATCH, "politico.com", BECAUSE_TOLD);
}

static void position_only_supports(void **state)
{
    (void)state;
    char id[100];
    article a = {"one two three four five six seven eight the ferry sank.", "a.example", "", 0};
    article b = {"The ferry sank and much more was said of it by all who saw it go.", "b.example",
                 "", 0};
    provenance p = decide(&a, &b, REL_EXCERPT, 8, 0, id, sizeof id);
    assert_int_equal(p.kind, PROV_UNKNOWN);
    a.minutes = 100;
    b.minutes = 1;
    b.text = "The ferry sank.";
    a.text = "Via nobody: one two three four five six seven eight the ferry sank.";
    p = decide(&a, &b, REL_EXCERPT, 10, 0, id, sizeof id);
    assert_int_equal(p.kind, PROV_FROM_MATCH);
    assert_int_equal(p.because, BECAUSE_PUBLISHED | BECAUSE_POSITION);
}

static void renders_credits(void **state)
{
    (void)state;
    const char *text = "\u00c5sa \U0001f6a2 told CNN\u2019s Ann Rand. Via The Hill.";
    words w;
    credits c;
    credit_fields f = {.by = view_of("\u00c5sa, AFP")};
    assert_ok(words_make(&w, view_of(text), NULL));
    assert_ok(credits_find(&c, table, &w, &f));
    json_t *confirmed[3] = {NULL, json_pack("[s]", "https://thehill.com/1"), NULL};
    json_t *r = render_credits(&c, view_of(text), OFFSET_UTF16, confirmed);
    char *got = json_dumps(r, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    assert_string_equal(
        got,
        "[{\"confirmed_by\":[],\"field\":\"text\",\"id\":\"cnn.com\",\"name\":\"CNN\",\"role\":"
        "\"told\",\"score\":0.80000000000000004,\"span\":[7,26],\"text\":\"told CNN\\u2019s Ann "
        "Rand\"},{\"confirmed_by\":[\"https://thehill.com/1\"],\"field\":\"text\",\"id\":"
        "\"thehill.com\",\"name\":\"The Hill\",\"role\":\"republished\",\"score\":"
        "0.69999999999999996,\"span\":[28,40],\"text\":\"Via The Hill\"},{\"confirmed_by\":[],"
        "\"field\":\"by\",\"id\":\"afp.com\",\"name\":\"Agence France-Presse\",\"role\":\"wire\","
        "\"score\":1.0,\"span\":[5,8],\"text\":\"AFP\"}]");
    free(got);
    json_decref(r);
    credits_free(&c);
    words_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_credits_that_say_something),
        cmocka_unit_test(trusts_credits_first),
        cmocka_unit_test(follows_links),
        cmocka_unit_test(finds_the_common_source),
        cmocka_unit_test(weighs_common_source_against_told),
        cmocka_unit_test(uses_time_only_with_a_margin),
        cmocka_unit_test(sees_who_is_named_in_the_shared_words),
        cmocka_unit_test(position_only_supports),
        cmocka_unit_test(renders_credits),
    };
    return cmocka_run_group_tests(tests, open_table, close_table);
}
