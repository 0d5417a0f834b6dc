// Credits: roles, whole spans, what is none; the pattern language and its faults.
#include "credits_t.h"

#include "evidence/patterns.h"

#include <stdlib.h>

static void finds_agency_copy(void **state)
{
    (void)state;
    static const example e[] = {
        {"OSTERVIK (AP) \u2014 The ferry sank.", "wire apnews.com [OSTERVIK (AP)]"},
        {"OSTERVIK, Norland, May 3 (Reuters) - The ferry sank.",
         "wire reuters.com [OSTERVIK, Norland, May 3 (Reuters)]"},
        {"A day of rain. OSTERVIK/HAVN, Norland (AP) -- It fell.",
         "wire apnews.com [OSTERVIK/HAVN, Norland (AP)]"},
        {"Ostervik (AFP) \u2013 The ferry sank.", "wire afp.com [Ostervik (AFP)]"},
        {"(CNN) - The ferry sank.", "wire cnn.com [(CNN)]"},
        {"(CNN)The ferry sank.", "wire cnn.com [(CNN)]"},
        {"By The Associated Press\n\nThe ferry sank.", "wire apnews.com [By The Associated Press]"},
        {"By ANN LEE, CNN, AP\n\nIt sank.",
         "wire cnn.com [By ANN LEE, CNN]; wire apnews.com [By ANN LEE, CNN, AP]"},
        {"By BO RAND AP National Security Writer\n\nIt sank.",
         "wire apnews.com [By BO RAND AP National Security Writer]"},
        {"Ann Lee and Bo R. RandAssociated Press\n\nIt sank.",
         "wire apnews.com [Ann Lee and Bo R. RandAssociated Press]"},
        {"It sank.\n\nAssociated Press writer Ann Lee in Havn contributed to this report.",
         "wire apnews.com [Associated Press writer Ann Lee in Havn contributed]"},
        {"It sank.\n\n\u00a9 2018 AFP", "wire afp.com [\u00a9 2018 AFP]"},
        {"It sank.\n\nCopyright 2018 by CNN NewSource. All rights reserved.",
         "wire cnn.com [Copyright 2018 by CNN NewSource]"},
        {"It sank.\n\n(Reporting by Ann Lee; Editing by Bo Rand)",
         "wire reuters.com [Reporting by Ann Lee; Editing by Bo Rand]"},
        {"HAVN, July 15. /TASS/. The ferry sank.", "wire tass.com [/TASS/]"},
        {"Die F\u00e4hre sank am Montag. (dpa)", "wire dpa.com [(dpa)]"},
        {"Havn (EFE).- El barco.", "wire efe.com [Havn (EFE)]"},
    };
    ALL(e);
}

static void finds_what_was_taken_over(void **state)
{
    (void)state;
    static const example e[] = {
        {"A lede.\n\nVia The Hill:\n\nThe ferry sank.", "republished thehill.com [Via The Hill:]"},
        {"It sank.\n\n[The Hill] [Politico]",
         "republished thehill.com [[The Hill]]; republished politico.com [[Politico]]"},
        {"It sank. (via Reuters)", "republished reuters.com [(via Reuters)]"},
        {"It sank. H/T: Axios", "republished axios.com [H/T: Axios]"},
        {"This article was originally published by ProPublica.",
         "republished propublica.org [originally published by ProPublica]"},
        {"The post appeared first on Raw Story.",
         "republished rawstory.com [appeared first on Raw Story]"},
        {"Read the full story at The Verge.",
         "republished theverge.com [Read the full story at The Verge]"},
        {"Ferry sinks\n\nBuzzFeed\u2022\n\nIt sank.", "republished buzzfeed.com [BuzzFeed\u2022]"},
        {"Ferry sinks\n\nGood Harbour Weekly\u2022\n\nIt sank.",
         "republished good-harbour-weekly [Good Harbour Weekly\u2022]"},
    };
    ALL(e);
}

static void finds_reports(void **state)
{
    (void)state;
    static const example e[] = {
        {"The ferry sank, The Hill reports.", "reports thehill.com [The Hill reports]"},
        {"According to a report in the Havn Sentinel, it sank.",
         "reports havn-sentinel [According to a report in the Havn Sentinel]"},
        {"It was first reported by Axios on Monday.",
         "reports axios.com [was first reported by Axios]"},
        {"It sank, the Times of Havn reported.",
         "reports times-of-havn [the Times of Havn reported]"},
        {"The ferry sank, the Independent reported.",
         "reports independent.co.uk [the Independent reported]"},
        {"The state RIA news agency quoted a sailor.",
         "reports ria.ru [The state RIA news agency quoted]"},
        {"It sank, according to the Havn Times. The Times reported more.",
         "reports havn-times [according to the Havn Times]"},
        {"Wie die Nachrichtenagentur AFP meldet, sank sie.",
         "reports afp.com [Wie die Nachrichtenagentur AFP meldet]"},
        {"\u636e\u65b0\u534e\u793e\u62a5\u9053\uff0c\u8239\u6c89\u4e86\u3002",
         "reports xinhuanet.com [\u636e\u65b0\u534e\u793e\u62a5\u9053]"},
    };
    ALL(e);
}

static void finds_who_was_told(void **state)
{
    (void)state;
    static const example e[] = {
        {"Lee told CNN\u2019s Ann Rand it sank.", "told cnn.com [told CNN\u2019s Ann Rand]"},
        {"Lee told the Hill it sank.", "told thehill.com [told the Hill]"},
        {"Lee told USA Today.", "told usatoday.com [told USA Today]"},
        {"In an interview with CBS News, Lee wept.",
         "told cbsnews.com [In an interview with CBS News]"},
        {"Lee said Sunday on NBC's \"Meet the Press.\"",
         "told nbcnews.com [said Sunday on NBC's \"Meet the Press.\"]"},
        {"Lee told \"Fox News Sunday\" it sank.", "told foxnews.com [told \"Fox News Sunday]"},
        {"Lee told the Fjordposten newspaper it sank.", "told fjordposten [told the Fjordposten]"},
        {"Lee wrote a blog post for the New Harbour Review.",
         "told new-harbour-review [wrote a blog post for the New Harbour Review]"},
        {"The Havn Post said no. Lee told the newspaper it sank.",
         "told havn-post [told the newspaper]"},
        {"Lee told ABC 13 it sank.", "told abc-13 [told ABC 13]"},
    };
    ALL(e);
}

static void keeps_pictures_apart(void **state)
{
    (void)state;
    static const example e[] = {
        {"A ferry. (AP Photo/Ann Lee)", "photo apnews.com [AP Photo]"},
        {"A ferry. REUTERS/Ann Lee\n", "photo reuters.com [REUTERS/Ann Lee]"},
        {"A ferry. (Ann Lee / AFP)\n\nText.", "photo afp.com [(Ann Lee / AFP)]"},
        {"A ferry. [Photo courtesy AP/Ann Lee via The Japan Times]",
         "photo apnews.com [Photo courtesy AP]; "
         "photo japantimes.co.jp [Photo courtesy AP/Ann Lee via The Japan Times]"},
        {"Ann Lee / Reuters\n\nThe ferry sank.", "photo reuters.com [Ann Lee / Reuters]"},
    };
    ALL(e);
}

static void says_nothing_without_a_credit(void **state)
{
    (void)state;
    static const example e[] = {
        {"", ""},
        {"CNN has a building in Atlanta and Reuters one in London.", ""},
        {"People told their neighbours. Time is short, variety too.", ""},
        {"They walked up the hill, the hill reports no echo.", ""},
        {"Lee told a Kuwaiti newspaper it sank.", ""},
        {"Lee told reporters that the Sun Belt is hot.", ""},
        {"The Red Sun told nobody.", ""},
        {"Lee told the National\nCattle Club it sank.", ""},
        {"Mail: ann@cnn.com told", ""},
        {"A CNN-style report", ""},
        {"((((((((((", ""},
    };
    ALL(e);
}

static void leaves_the_publisher_out(void **state)
{
    (void)state;
    const char *text = "HAVN (AP) - It sank, The Hill reports. Lee told CNN.";
    expect(text, (credit_fields){.publisher = view_of("www.thehill.com")},
           "wire apnews.com [HAVN (AP)]; told cnn.com [told CNN]");
    expect(text, (credit_fields){.uri = view_of("https://edition.cnn.com/x")},
           "wire apnews.com [HAVN (AP)]; reports thehill.com [The Hill reports]");
    expect(text, (credit_fields){.publisher = view_of("Associated Press")},
           "wire apnews.com [HAVN (AP)]; reports thehill.com [The Hill reports]; told cnn.com "
           "[told CNN]");
    expect("Lee told the Havn Sentinel.",
           (credit_fields){.publisher = view_of("www.havnsentinel.example")}, "");
    expect("Das sagte Rand dem RND.", (credit_fields){.publisher = view_of("RND_de")}, "");
    expect("\u0642\u0627\u0644 \u0644\u0640\u00ab\u0627\u0644\u062c\u0632\u064a\u0631\u0629\u00bb",
           (credit_fields){.publisher = view_of("aljazirah")}, "");
}

static void reads_the_records_fields(void **state)
{
    (void)state;
    credit_fields f = {.by = view_of("Ann Lee, Reuters"),
                       .credit_line = view_of("AFP"),
                       .copyright_notice = view_of("\xff"),
                       .canonical_url = view_of("https://www.politico.com/x"),
                       .headline = view_of("Axios: Ferry sinks")};
    expect("It sank.", f,
           "wire reuters.com [Reuters]; wire afp.com [AFP]; republished politico.com "
           "[https://www.politico.com/x]; "
           "reports axios.com [Axios:]");
    credits c = find("It sank.", f);
    assert_string_equal(c.c[0].field, "by");
    assert_string_equal(c.c[0].value, "Ann Lee, Reuters");
    credits_free(&c);
}

static void keeps_one_of_a_source_and_role(void **state)
{
    (void)state;
    expect("HAVN (Reuters) - It sank. Reuters reported it. Reuters reports it.", (credit_fields){0},
           "wire reuters.com [HAVN (Reuters)]; reports reuters.com [Reuters reported]");
}

static void keeps_the_first_thousand(void **state)
{
    (void)state;
    enum { UNITS = 3000, UNIT = 32 };
    char *text = malloc(UNITS * UNIT);
    size_t n = 0;
    for (int i = 0; i < UNITS; i++)
        n += (size_t)snprintf(text + n, UNIT, "Lee told the Havn%d Post. ", i);
    credits c = find(text, (credit_fields){.by = view_of("Ann Lee, Reuters")});
    assert_true(c.n <= CREDITS_MOST && c.n > CREDITS_MOST / 2);
    assert_int_equal(c.left_out, UNITS + 1 - c.n);
    assert_string_equal(c.c[c.n - 1].id, "reuters.com"); // the fields have a share of their own
    credits_free(&c);
    free(text);
}

static void survives_any_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "CNN", "told ", "(",       ")", "\n",  "By ", "Times ", "the ",     "\u2019s ",
        "AP",  "via ",  "\u00a9 ", "[", "Lee", ", ",  "\u2022", "reports ", "\u65b0\u534e\u793e"};
    uint64_t seed = t_seed();
    for (int round = 0; round < 2000; round++) {
        char text[512] = "", got[4000];
        size_t n = 0;
        for (size_t k = t_random(&seed) % 40; k; k--)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s",
                                  pieces[t_random(&seed) % (sizeof pieces / sizeof *pieces)]);
        credits c = find(text, (credit_fields){0});
        describe(got, sizeof got, text, &c);
        credits_free(&c);
    }
}

static void stays_linear(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    static const char *const units[] = {
        "told CNN ", "(", "AP\n", "By Lee and ", "the New York Times told the Times ", " "};
    char *text = malloc(SIZE + 1);
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        size_t n = strlen(units[k]);
        for (size_t i = 0; i < SIZE; i++)
            text[i] = units[k][i % n];
        text[SIZE] = 0;
        clock_t before = clock();
        credits c = find(text, (credit_fields){0});
        credits_free(&c);
        assert_true(clock() - before < 20 * CLOCKS_PER_SEC); // 0.1 s; minutes if it were quadratic
    }
    free(text);
}

static void explains_faults_of_patterns(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"cited\t1\tknown\ttext\ten\tX", "roles:1: \"cited\" is no role"},
        {"wire\t2\tknown\ttext\ten\tX", "roles:1: \"2\": a score"},
        {"wire\t1\tmany\ttext\ten\tX", "roles:1: \"many\" is not known here"},
        {"wire\t1\tknown\tbody\ten\tX", "roles:1: \"body\" is not known here"},
        {"# x\n\nwire\t1\tknown\ttext\ten\tby", "roles:3: a pattern has an X"},
        {"wire\t1\tknown\ttext\ten\tX X", "roles:1: a pattern has one X"},
        {"wire\t1\tknown\ttext\ten\t> X", "roles:1: < stands before X"},
        {"wire\t1\tknown\ttext\ten\t( by X", "roles:1: X stands in brackets"},
        {"wire\t1\tknown\ttext\ten\t( by | X", "roles:1: X stands in brackets"},
        {"wire\t1\tknown\ttext\ten\t( by X )", "roles:1: X stands in brackets"},
        {"wire\t1\tknown\ttext\ten\t( by", "roles:1: a bracket is not closed"},
        {"wire\t1\tknown\ttext\ten\tby ) X", "roles:1: \")\" is not one word"},
        {"wire\t1\tknown\ttext\ten\t( ) X", "roles:1: an empty alternative"},
        {"wire\t1\tknown\ttext\ten\t{NONE} X", "roles:1: {NONE} is not defined above"},
        {"wire\t1\tknown\ttext\ten\t!( by via ) X", "roles:1: ! stands before one token"},
        {"wire\t1\tknown\ttext\ten\tNOUN X", "roles:1: NOUN is no class"},
        {"wire\t1\tknown\ttext\ten\th/t X", "roles:1: \"h/t\" is not one word"},
        {"wire\t1\tknown\ttext\ten\tby*99 X", "roles:1: a repeat is"},
        {"wire\t1\tknown\ttext\ten\t( a b c d )*20 X",
         "roles:1: a side of the pattern has more than 64"},
        {"wire\t1\tknown\ttext\ten\t@nobody.example/by to", "roles:1: nobody.example is no source"},
        {"wire\t1\tknown\ttext\ten\t'ab' X", "roles:1: 'ab'"},
        {"def\tx\t-\t-\ten\tby", "roles:1: \"x\": a macro's name"},
        {"wire\t1\tknown\ttext\ten\t((((((((((((( by ))))))))))))) X",
         "roles:1: brackets are nested too deeply"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[200] = "";
        patterns *p;
        assert_int_equal(patterns_open(&p, table, "roles", view_of(cases[i][0]), why, sizeof why),
                         SHG_EFIELD);
        assert_null(p);
        if (strncmp(why, cases[i][1], strlen(cases[i][1])))
            fail_msg("case %zu (%s) says %s", i, cases[i][0], why);
    }
}

// A name may end where the memory of its field does (the sanitizers look on).
static void reads_no_further_than_a_field(void **state)
{
    (void)state;
    static const char line[] = "Reuters";
    uint8_t *exact = malloc(sizeof line - 1);
    assert_non_null(exact);
    memcpy(exact, line, sizeof line - 1);
    credits c = find("It sank.", (credit_fields){.credit_line = {exact, sizeof line - 1}});
    assert_int_equal(c.n, 1);
    assert_string_equal(c.c[0].id, "reuters.com");
    credits_free(&c);
    free(exact);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_agency_copy),
        cmocka_unit_test(finds_what_was_taken_over),
        cmocka_unit_test(finds_reports),
        cmocka_unit_test(finds_who_was_told),
        cmocka_unit_test(keeps_pictures_apart),
        cmocka_unit_test(says_nothing_without_a_credit),
        cmocka_unit_test(leaves_the_publisher_out),
        cmocka_unit_test(reads_the_records_fields),
        cmocka_unit_test(reads_no_further_than_a_field),
        cmocka_unit_test(keeps_one_of_a_source_and_role),
        cmocka_unit_test(keeps_the_first_thousand),
        cmocka_unit_test(survives_any_bytes),
        cmocka_unit_test(stays_linear),
        cmocka_unit_test(explains_faults_of_patterns),
    };
    return cmocka_run_group_tests(tests, open_table, close_table);
}
