// The table of sources: names, addresses, ambiguous words, the user's own file.
#include "t.h"

#include "evidence/nameword.h"
#include "evidence/sources.h"

#include <unistd.h>

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

static void is_well_formed(void **state)
{
    (void)state;
    assert_true(sources_count(table) >= 1200);
    for (size_t i = 0; i < sources_count(table); i++) {
        const source *s = sources_get(table, i);
        assert_ptr_equal(sources_by_id(table, s->id), s);
        assert_true(*s->name && *s->lang);
        if (s->parent)
            assert_non_null(sources_by_id(table, s->parent));
        if (strchr(s->id, '.'))
            assert_ptr_equal(sources_publisher(table, view_of(s->id)), s);
    }
    assert_null(sources_by_id(table, "nowhere.invalid"));
}

static void finds_publishers(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"cnn.com", "cnn.com"},
        {"www.cnn.com", "cnn.com"},
        {"edition.cnn.com", "cnn.com"},
        {"https://thehill.com/a/b?c=d.com", "thehill.com"},
        {"HTTP://User:pw@WWW.Reuters.COM:80/x", "reuters.com"},
        {"yahoo.com/news", "yahoo.com"},
        {"The Hill", "thehill.com"},
        {"the new york times", "nytimes.com"},
        {"nytimes.com", "nytimes.com"},
        {"RND_de", "rnd.de"},
        {"faznet", "faz.net"},
        {"FAZ_Politik", "faz.net"},
        {"derspiegel", "spiegel.de"},
        {"okaz", "okaz.com.sa"},
        {"_", NULL},
        {"notcnn.com", NULL},
        {"cnn.com.evil.example", NULL},
        {"The Springfield Sentinel", NULL},
        {"", NULL},
        {"...", NULL},
        {".com", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const source *s = sources_publisher(table, view_of(cases[i][0]));
        const char *id = s ? s->id : "none";
        if (strcmp(id, cases[i][1] ? cases[i][1] : "none"))
            fail_msg("\"%s\" gives %s", cases[i][0], id);
    }
}

static void finds_names_in_text(void **state)
{
    (void)state;
    // text, the id that stands at its first word, how many words it takes
    static const struct {
        const char *text, *id;
        size_t n_words;
    } cases[] = {
        {"The Hill said", "thehill.com", 2},
        {"THE HILL said", "thehill.com", 2},
        {"the hill side", NULL, 0},
        {"The. Hill", "thehill.com", 2},
        {"The, Hill", NULL, 0},
        {"The\n\nHill", NULL, 0},
        {"Associated\nPress", "apnews.com", 2},
        {"Associated Press of Pakistan", "app.com.pk", 4},
        {"Agence France-Presse", "afp.com", 3},
        {"Agence France\u2013Presse", "afp.com", 3},
        {"CNN\u2019s man", "cnn.com", 1},
        {"CNN's man", "cnn.com", 1},
        {"Cnn says", NULL, 0},
        {"ap says", NULL, 0},
        {"POLITICO says", "politico.com", 1},
        {"C-SPAN says", "c-span.org", 2},
        {"People's Daily", "people.com.cn", 2},
        {"washingtonpost.com/a", "washingtonpost.com", 2},
        {"washingtonpost com", NULL, 0},
        {"BBC in London", "bbc.co.uk", 1},
        {"新华社北京", "xinhuanet.com", 3},
        {"ТАСС сообщает", "tass.com", 1},
        {"Süddeutschen Zeitung", "sueddeutsche.de", 2},
        {"Passauer Neuer Presse", "passauer-neue-presse.de", 3},
        {"l'AFP", "afp.com", 1},
        {"dell\u2019ANSA", "ansa.it", 1},
        {"x'AFP", NULL, 0},
        {"لرويترز", "reuters.com", 1},
        {"وبرويترز", "reuters.com", 1},
        {"للجزيرة", "aljazeera.com", 1},
        {"رويترزية", NULL, 0},
        {"연합뉴스에", "yna.co.kr", 1},
        {"KBS는", "kbs.co.kr", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words w;
        source_hit hit = {0};
        assert_ok(words_make(&w, view_of(cases[i].text), NULL));
        const source *s = sources_match(table, &w, 0, &hit) ? hit.source : NULL;
        if (!s != !cases[i].id ||
            (s && (strcmp(s->id, cases[i].id) || hit.n_words != cases[i].n_words)))
            fail_msg("\"%s\" gives %s, %zu words", cases[i].text, s ? s->id : "none", hit.n_words);
        words_free(&w);
    }
}

static void tells_vague_and_possessive(void **state)
{
    (void)state;
    words w;
    source_hit hit = {0};
    assert_ok(words_make(&w, view_of("Fox Fox News Reuters\u2019 Reuters\u2019s"), NULL));
    assert_true(sources_match(table, &w, 0, &hit) && hit.vague);
    assert_true(sources_match(table, &w, 1, &hit) && !hit.vague && hit.n_words == 2);
    assert_true(sources_match(table, &w, 3, &hit) && !hit.possessive);
    assert_true(sources_match(table, &w, 4, &hit) && hit.possessive);
    words_free(&w);
}

static void finds_names_stuck_to_words(void **state)
{
    (void)state;
    words w;
    source_hit hit = {0};
    assert_ok(words_make(&w, view_of("Ann LeeAssociated Press NewsTime PenguinReuters"), NULL));
    assert_true(sources_match(table, &w, 1, &hit));
    assert_string_equal(hit.source->id, "apnews.com");
    assert_int_equal(hit.begin, 7);
    assert_false(sources_match(table, &w, 3, &hit)); // ambiguous
    assert_true(sources_match(table, &w, 4, &hit));
    words_free(&w);
}

static void credits_shows_to_networks(void **state)
{
    (void)state;
    const source *show = sources_by_id(table, "meet-the-press");
    assert_non_null(show);
    assert_string_equal(sources_credited(table, show)->id, "nbcnews.com");
    const source *hill = sources_by_id(table, "thehill.com");
    assert_ptr_equal(sources_credited(table, hill), hill);
}

// with_file opens the table with a user's file of this content.
static shg_err with_file(sources **s, const char *content, char why[200])
{
    char name[] = "/tmp/shingled-sources-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
    shg_err e = sources_open(s, name, why, 200);
    unlink(name);
    return e;
}

static void takes_a_users_file(void **state)
{
    (void)state;
    char why[200];
    sources *s;
    assert_ok(with_file(&s,
                        "# mine\n"
                        "fjordposten.example\tFjordposten\toutlet\tThe Hill\tfjp.example\tno\n"
                        "cnn.com\tCable Nonsense\tbroadcaster\t-\t-\ten\n",
                        why));
    assert_string_equal(sources_publisher(s, view_of("www.fjp.example"))->name, "Fjordposten");
    assert_string_equal(sources_publisher(s, view_of("The Hill"))->name, "Fjordposten");
    assert_string_equal(sources_by_id(s, "cnn.com")->name, "Cable Nonsense");
    assert_null(sources_publisher(s, view_of("CNN Politics")));
    assert_int_equal(sources_count(s), sources_count(table) + 1);
    sources_close(&s);
    assert_null(s);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"a.example\n", ":1: a source has an id and a name"},
        {"\n# x\na.example\tA\tpaper\n", ":3: \"paper\": a kind is"},
        {"a.example\tA\toutlet\t-\t-\ten\tnobody.example\n",
         ":1: a.example: its parent nobody.example"},
        {"a.example\tA\toutlet\t-\t-\ten\t-\tloud\n", ":1: \"loud\": the only flag"},
        {"a.example\tAa Bb\toutlet\nb.example\tAA BB\toutlet\n",
         ":2: \"AA BB\" is a name of a.example"},
        {"a.example\tA B\toutlet\na.example\tC D\toutlet\n", ":2: a.example stands in line 1"},
        {"a.example\t\xff\toutlet\n", ":1: a name that is not UTF-8"},
        {"a.example\t...\toutlet\n", ":1: \"...\": a name has 1 to"},
        {"a.example\tA B\toutlet\t=\xff\n", ":1: a name that is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[200];
        sources *s;
        assert_int_equal(with_file(&s, cases[i][0], why), SHG_EFIELD);
        assert_null(s);
        if (!strstr(why, cases[i][1]))
            fail_msg("case %zu says %s", i, why);
    }
    char why[200];
    sources *s;
    assert_int_equal(sources_open(&s, "/nonexistent/sources.tsv", why, sizeof why), SHG_EIO);
    assert_non_null(strstr(why, "/nonexistent/sources.tsv"));
}

static void knows_plain_words(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        bool is;
    } rows[] = {{"quay", true},
                {"Quay", true},
                {"extraordinarily", true},
                {"zaZ", false},
                {"QUAY", false},
                {"quay's", false},
                {"quays7", false},
                {"OlsenReuters", false},
                {"qu\u00e4y", false},
                {"extraordina\u0159y", false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        words w;
        snprintf(text, sizeof text, "%s {@[`~ more",
                 rows[i].word); // what stands beside letters in ASCII
        assert_ok(words_make(&w, view_of(text), NULL));
        if (nameword_is_plain(&w, 0) != rows[i].is)
            fail_msg("%s", rows[i].word);
        words_free(&w);
    }
}

// Of words that are passed over none begins a name.
static void skips_no_name(void **state)
{
    (void)state;
    static const char text[] =
        "the board told reuters and the associated press, according to Reuters, that dpa had it "
        "from "
        "the Guardian's own desk; boats of a radio station and of TASS lay there, wrote le monde, "
        "spiegel.de and nobody else in the harbour town of Quillhaven who spoke to Agence "
        "France-Presse";
    words w;
    source_hit hit;
    size_t skipped = 0, found = 0;
    assert_ok(words_make(&w, view_of(text), NULL));
    for (size_t i = 0; i < w.n; i++) {
        bool is = sources_match(table, &w, i, &hit), skips = sources_skip(table, &w, i) > i;
        assert_false(is && skips);
        found += is;
        skipped += skips;
    }
    assert_int_equal(sources_skip(table, &w, w.n), w.n);
    assert_true(found >= 4 && skipped >= w.n / 3);
    words_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_well_formed),
        cmocka_unit_test(finds_publishers),
        cmocka_unit_test(finds_names_in_text),
        cmocka_unit_test(tells_vague_and_possessive),
        cmocka_unit_test(finds_names_stuck_to_words),
        cmocka_unit_test(knows_plain_words),
        cmocka_unit_test(skips_no_name),
        cmocka_unit_test(credits_shows_to_networks),
        cmocka_unit_test(takes_a_users_file),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, open_table, close_table);
}
