#include "t.h"
#include "evidence/derivation.h"

#define AGENCY                                                                                     \
    "Sundborg, 4 March (NPA) - The city council of Sundborg voted on Tuesday to close the old "    \
    "tram depot in Mill Street and to sell the ground to a housing company for nine million "      \
    "crowns. The depot has stood empty since the trams were moved to the north yard in 2011. "     \
    "Mayor Ellen Brask said that the money would go into the repair of four schools, whose roofs " \
    "leak. The opposition called the price far too low and asked for a second valuation, which "   \
    "the council refused by 21 votes to 18. The first flats are to be ready in three years.\n"
#define REWORDED                                                                                   \
    "Sundborg's city council has voted to close the old tram depot in Mill Street, and a housing " \
    "company will buy the ground for nine million crowns. Empty since the trams moved to the "     \
    "north yard in 2011, the depot is to give way to flats, the first of them ready in three "     \
    "years. The money will go into repairing the leaking roofs of four schools, said Mayor Ellen " \
    "Brask. The opposition, which called the price too low, failed with 18 votes to 21 to get a "  \
    "second valuation.\n"
#define OWN                                                                                        \
    "Neighbours of the yard have fought the plan for years. Kirsten Holm, who runs a bakery "      \
    "opposite, fears two winters of lorries and dust, and counts the regulars she may lose. Her "  \
    "grandfather drove the number six from here to the harbour. A petition with nine hundred "     \
    "names lies in a drawer at city hall, unanswered. Others look forward to a playground and to " \
    "shops, which the quarter has lacked since the supermarket burned down.\n"
#define ELSEWHERE                                                                                  \
    "Divers found a tear of three metres below the water line of the tanker. The crew of "         \
    "nineteen was taken ashore by the rescue boat, and nobody was hurt, the coast guard wrote. "   \
    "Booms were laid across both mouths of the basin before midnight, and fishing boats use the "  \
    "smaller harbour until the oil has been pumped off.\n"

static match compare(const char *x, const char *y)
{
    side a, b;
    match m;
    assert_ok(side_make(&a, view_of(x), NULL));
    assert_ok(side_make(&b, view_of(y), NULL));
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    passages_free(&m.passages);
    paraphrase_free(&m.paraphrases);
    side_free(&a);
    side_free(&b);
    assert_true(m.derivation_score >= 0 && m.derivation_score <= 1);
    return m;
}

static void test_levels(void **state)
{
    (void)state;
    static const struct {
        const char *name, *source, *made;
        derived is;
    } rows[] = {
        {"the same", AGENCY, AGENCY, DERIVED_WHOLE},
        {"capitals and marks aside", "The depot was closed, he said.",
         "THE DEPOT WAS CLOSED HE SAID", DERIVED_WHOLE},
        {"every sentence reworded", AGENCY, REWORDED, DERIVED_WHOLE},
        {"reworded, with as much of its own", AGENCY, REWORDED OWN, DERIVED_PARTIAL},
        {"cut out of a longer one", AGENCY OWN ELSEWHERE, AGENCY, DERIVED_WHOLE},
        {"about the same", AGENCY, OWN, DERIVED_NONE},
        {"about something else", AGENCY, ELSEWHERE, DERIVED_NONE},
        {"nothing to make it from", "", AGENCY, DERIVED_NONE},
        {"nothing made", AGENCY, "", DERIVED_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        match m = compare(rows[i].source, rows[i].made);
        if (m.derivation != rows[i].is)
            fail_msg("%s: %s, %.3f", rows[i].name, derived_name(m.derivation), m.derivation_score);
    }
}

// The score ranks the levels, and has a direction.
static void test_score(void **state)
{
    (void)state;
    double same = compare(AGENCY, AGENCY).derivation_score;
    double reworded = compare(AGENCY, REWORDED).derivation_score;
    double half = compare(AGENCY, REWORDED OWN).derivation_score;
    double none = compare(AGENCY, ELSEWHERE).derivation_score;
    assert_true(same == 1 && same > reworded && reworded > half && half > none && none < .05);
    assert_true(compare(REWORDED OWN, REWORDED).derivation_score >
                compare(REWORDED, REWORDED OWN).derivation_score);
}

#define SPOKEN                                                                                     \
    "\"We warned the council for years that the depot would fall into ruin, and now the whole "    \
    "quarter pays for what was saved on one roof,\""

// What a third one said makes nothing of the one from the other.
static void test_quotes(void **state)
{
    (void)state;
    match m = compare(OWN SPOKEN " said Holm.\n", ELSEWHERE "Of the trams: " SPOKEN " she said.\n");
    assert_int_equal(m.relation, REL_QUOTES);
    assert_int_equal(m.derivation, DERIVED_NONE);
    assert_true(m.derivation_score < .5);
}

// The rows of the table are logistic regressions on measures of which more can only mean
// more derived, as far as they are shares.
static void test_table(void **state)
{
    (void)state;
    for (int r = 0; r < DERIVATION_ROWS; r++) {
        double shares = derivation_table[r][AFFINITY_GRAMS] +
                        derivation_table[r][AFFINITY_RESEMBLANCE] +
                        derivation_table[r][AFFINITY_KNOWN] + derivation_table[r][AFFINITY_ONCE];
        assert_true(shares > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_levels), cmocka_unit_test(test_score),
                                       cmocka_unit_test(test_quotes), cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
