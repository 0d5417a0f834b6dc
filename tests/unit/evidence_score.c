#include "t.h"
#include "evidence/score.h"

#define SALE                                                                                       \
    "The city council of Sundborg voted on Tuesday to close the old tram depot in Mill Street "    \
    "and "                                                                                         \
    "to sell the ground to a housing company for nine million crowns. The depot has stood empty "  \
    "since the trams were moved to the north yard in 2011.\n"
#define SCHOOLS                                                                                    \
    "Mayor Ellen Brask said that the money would go into the repair of four schools, whose roofs " \
    "leak. The opposition called the price far too low and asked for a second valuation, which "   \
    "the council refused by 21 votes to 18.\n"
#define SPOKEN                                                                                     \
    "\"We warned the council for years that the depot would fall into ruin, and now the whole "    \
    "quarter pays for what was saved on one roof,\""
#define BAKERY                                                                                     \
    "Kirsten Holm, who runs a bakery opposite, fears two winters of lorries and dust, and counts " \
    "the regulars she may lose. Her grandfather drove the number six from here to the harbour. "   \
    "Others look forward to a playground and to shops, which the quarter has lacked.\n"
#define TANKER                                                                                     \
    "Divers found a tear of three metres below the water line of the tanker. The crew of "         \
    "nineteen was taken ashore by the rescue boat, and nobody was hurt, the coast guard wrote. "   \
    "Booms were laid across both mouths of the basin before midnight.\n"

typedef struct row {
    const char *name, *a, *b;
    relation is;
    bool reused;
} row;

static const row rows[] = {
    {"the same", SALE SCHOOLS, SALE SCHOOLS, REL_COPY, true},
    {"a line more", SALE SCHOOLS, "Sundborg: " SALE "News.\n" SCHOOLS, REL_COPY, true},
    {"the half of it", SALE SCHOOLS BAKERY, SALE, REL_EXCERPT, true},
    {"one speaker", BAKERY "Holm was angry. " SPOKEN " she said.\n",
     TANKER "Of the trams he said: " SPOKEN " and left.\n", REL_QUOTES, false},
    {"nothing", SALE SCHOOLS, TANKER, REL_NONE, false},
};

// The chance of the name is over one half where the case is plain, whatever the order; of
// texts that read the same it is certain.
static void test_scores(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i / 2];
        side a, b;
        match m;
        assert_ok(side_make(&a, view_of(i % 2 ? r->b : r->a), NULL));
        assert_ok(side_make(&b, view_of(i % 2 ? r->a : r->b), NULL));
        assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
        double reused = score_reused(&m, &a, &b);
        if (m.relation != r->is || m.score <= .5 || m.score > 1 || (reused >= .5) != r->reused)
            fail_msg("%s: %s, score %.2f, reused %.2f", r->name, relation_name(m.relation), m.score,
                     reused);
        assert_true((m.score == 1) == m.identical);
        assert_true(m.score == score_of(&m, &a, &b));
        match_free(&m);
        side_free(&a);
        side_free(&b);
    }
}

// Whether prose is reused does not depend on what the rules call it.
static void test_rows(void **state)
{
    (void)state;
    for (int i = SCORE_COPY; i <= SCORE_RELATED; i++)
        assert_true(score_table[SCORE_ROW_REUSED][i] == 0);
    assert_true(score_table[SCORE_ROW_REUSED][SCORE_PROSE] > 0);
}

static void test_measures(void **state)
{
    (void)state;
    side s;
    double x[SCORE_COUNT];
    assert_ok(side_make(&s, view_of(SALE), NULL));
    match m = {.relation = REL_QUOTES, .containment_a = .2, .containment_b = .7, .cosine = .3};
    score_measures(x, &m, &s, &s);
    assert_true(x[SCORE_BIAS] == 1 && x[SCORE_QUOTES] == 1 && x[SCORE_COPY] == 0);
    assert_true(x[SCORE_LOW] == .2 && x[SCORE_HIGH] == .7 && x[SCORE_COSINE] == .3);
    m.relation = REL_NONE;
    score_measures(x, &m, &s, &s);
    assert_true(x[SCORE_BIAS] == 1 && x[SCORE_QUOTES] == 0);
    side_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scores), cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_measures)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
