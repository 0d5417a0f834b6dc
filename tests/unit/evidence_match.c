#include "t.h"
#include "evidence/match.h"
#include "evidence/relation.h"

#define LEAD                                                                                       \
    "The harbour of Lundby was closed on Tuesday evening after the tanker Ostrava struck the "     \
    "northern pier and spilled some forty tonnes of diesel oil into the outer basin.\n"
#define BODY                                                                                       \
    "Divers found a tear of three metres below the water line. The crew of nineteen was taken "    \
    "ashore by the rescue boat, and nobody was hurt, the coast guard wrote in its report. "        \
    "Booms were laid across both mouths of the basin before midnight.\n"
#define TAIL                                                                                       \
    "Fishing boats will have to use the smaller harbour at Kall until the oil has been pumped "    \
    "off, which the port authority expects to take until Friday at least. Ferries to the islands " \
    "leave from the southern quay. The owner of the ship, a company in Malta, gave no comment.\n"
#define WORDS_OF_MAYOR                                                                             \
    "\"We warned the port for years that its pilots were too few for ships of that size, and "     \
    "now the whole bay pays for what was saved on two salaries,\""
#define FARMERS                                                                                    \
    "Farmers in the upper valley hope that barley prices recover before the autumn fair. A dry "   \
    "spring had cost them a third of last year's yield, and many sold cattle to pay for feed. "    \
    "The ministry promised help in May, but no cheque has reached a single farm so far.\n"
#define COUNCIL                                                                                    \
    "At the town hall the debate turned to the budget for schools, where roofs leak and heating "  \
    "fails each winter. Councillors of three parties asked for a loan, others for patience.\n"

#define OTHER_ACCOUNT                                                                              \
    "Nobody at the pier could say why the tanker came in so fast that night. The crew is safe "    \
    "ashore, but fishing boats and ferries lie idle behind the booms while divers look for the "   \
    "tear and oil is pumped out of the harbour basin. An inquiry begins next week, and the "       \
    "pilots want a seat on it, their chair told us on the southern quay.\n"
#define BOX                                                                                        \
    "Ida Holm has kept this column since the spring of 2011. She grew up between two rivers, "     \
    "studied botany in Tartu and writes about whatever grows, creeps or gets lost between the "    \
    "compost heap and the kitchen table.\n"
#define PLAY                                                                                       \
    "The curtain fell late at the opera. A soprano who had never sung the part before took five "  \
    "bows, the orchestra stamped its feet, and critics queued for a taxi in the rain.\n"
#define CHESS                                                                                      \
    "The last game of the match ended in a draw after ninety moves and seven hours. Both players " \
    "shook hands, smiled at the cameras and said that their knights had been asleep since "        \
    "lunch.\n"
#define RECIPE                                                                                     \
    "Soak the beans overnight and drain them well. Fry onions with cumin until golden, then add "  \
    "tomatoes, garlic and a spoon of vinegar.\n"
#define RECIPE_2                                                                                   \
    "Simmer gently for an hour, stirring now and then so that nothing sticks. Season with salt, "  \
    "pepper and lemon just before serving.\n"
#define RECIPE_3                                                                                   \
    "Toast thick slices of rye bread, rub each with garlic and pile the stew on top. Leftovers "   \
    "taste even better cold the following day with yoghurt and dill.\n"
#define RECIPE_4                                                                                   \
    "A glass of dry cider goes well with it. Vegetarians may leave out the bacon, which adds "     \
    "smoke but no substance, and double the cumin instead.\n"
#define SLEEP                                                                                      \
    "Whoever sleeps badly should leave the telephone outside the bedroom, air it before midnight " \
    "and rise at one hour on all seven days, a new study of nurses finds.\n"

// check_depths holds a match of less depth, deepened, to be the match, and its relation to be the
// one that the rules find with all measures.
static void check_depths(const match *m, const side *a, const side *b)
{
    match n;
    match_source of_a = {.of = a};
    assert_ok(match_make(&n, a, b, MATCH_RELATION));
    assert_int_equal(n.relation, m->relation);
    assert_true(n.passages.words == m->passages.words && n.cosine == m->cosine);
    assert_ok(match_deepen(&n, &of_a, b, MATCH_RETOLD));
    assert_int_equal(n.paraphrases.n, m->paraphrases.n);
    assert_int_equal(n.paraphrases.prose, m->paraphrases.prose);
    assert_ok(match_deepen(&n, &of_a, b, MATCH_WHOLE));
    assert_true(n.score == m->score && n.resemblance == m->resemblance);
    assert_true(n.derivation == m->derivation && n.derivation_score == m->derivation_score);
    bool shell = 5u * a->own_words < a->words.n || 5u * b->own_words < b->words.n;
    if (!shell)
        relation_decide(&n, a, b, shell);
    assert_int_equal(n.relation, m->relation);
    match_free(&n);
    match_source_free(&of_a);
}

static relation relate(const char *x, const char *y, match *out)
{
    side a, b;
    match m;
    assert_ok(side_make(&a, view_of(x), NULL));
    assert_ok(side_make(&b, view_of(y), NULL));
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    check_depths(&m, &a, &b);
    relation r = m.relation;
    assert_true(m.score >= 0 && m.score <= 1);
    assert_true(m.derivation_score >= 0 && m.derivation_score <= 1);
    passages_free(&m.passages);
    paraphrase_free(&m.paraphrases);
    if (out)
        *out = m;
    side_free(&a);
    side_free(&b);
    return r;
}

typedef struct row {
    const char *name, *a, *b;
    relation is;
} row;

static const row rows[] = {
    {"the same", LEAD BODY TAIL, LEAD BODY TAIL, REL_COPY},
    {"furniture around a copy", LEAD BODY TAIL,
     "Advertisement\n" LEAD "Read more: storms\n" BODY TAIL
     "Copyright 2018 Lund Courier. All rights reserved.\n",
     REL_COPY},
    {"the end cut off", LEAD BODY TAIL FARMERS, LEAD BODY TAIL, REL_COPY},
    {"a teaser", LEAD, LEAD BODY TAIL, REL_EXCERPT},
    {"within a digest", LEAD BODY, FARMERS COUNCIL LEAD BODY FARMERS COUNCIL TAIL, REL_EXCERPT},
    {"some sentences taken over", LEAD BODY TAIL COUNCIL, LEAD OTHER_ACCOUNT, REL_REWRITE},
    {"a box that stands on both pages", FARMERS COUNCIL BOX PLAY CHESS SLEEP,
     BOX OTHER_ACCOUNT TAIL RECIPE RECIPE_2, REL_NONE},
    {"much taken over, whatever the rest is about", FARMERS COUNCIL LEAD BODY TAIL BOX PLAY CHESS,
     LEAD BODY TAIL BOX RECIPE RECIPE_2 RECIPE_3 RECIPE_4 SLEEP, REL_REWRITE},
    {"one speaker", FARMERS "The mayor was angry. " WORDS_OF_MAYOR " she told the council.\n",
     COUNCIL "Speaking of the accident, the head of the town said: " WORDS_OF_MAYOR
             " and sat down.\n",
     REL_QUOTES},
    {"nothing", LEAD BODY, FARMERS COUNCIL, REL_NONE},
    {"the same event",
     "A tanker, the Ostrava, has hit the pier at Lundby; the harbour will stay closed, and oil is "
     "in the basin.",
     "The Lundby harbour basin lies under oil since the tanker Ostrava rammed a pier there, "
     "closing it to all ships for days.",
     REL_RELATED},
    {"short and the same", "Blah blah blah.", "blah blah blah", REL_COPY},
    {"short and alike", "The mayor of Lundby left the hall on Monday.",
     "The mayor of Lundby left the town on Monday.", REL_NONE},
    {"no words, same bytes", "...", "...", REL_COPY},
    {"no words, other bytes", "...", "!!!", REL_NONE},
    {"empty", "", "", REL_COPY},
};

static void test_relations(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        match m;
        relation r = relate(rows[i].a, rows[i].b, &m);
        if (r != rows[i].is || relate(rows[i].b, rows[i].a, NULL) != rows[i].is)
            fail_msg("%s: %s (containment %.2f %.2f, prose %u, quoted %u, cosine %.2f)",
                     rows[i].name, relation_name(r), m.containment_a, m.containment_b,
                     m.passages.prose, m.passages.quoted, m.cosine);
    }
}

static void notice(char *out, const char *day, const char *bank, const char *sum, const char *rate,
                   const char *total)
{
    sprintf(out,
            "%s The central bank sold bills to the market today, its office said. It took %s "
            "crowns from %s at "
            "an average rate of %s percent in the morning round of its daily operations. The bank "
            "said that it would "
            "hold the next round tomorrow at the usual hour. Bids came to %s crowns in all and "
            "were met in part.",
            day, sum, bank, rate, total);
}

// A daily report: what is the same every day is known for furniture, what is left of the
// sentences around its figures is no rewrite.
static void test_among_furniture(void **state)
{
    (void)state;
    side a, b;
    assert_ok(side_make(&a, view_of(LEAD BODY TAIL OTHER_ACCOUNT COUNCIL), NULL));
    assert_ok(side_make(&b, view_of(LEAD BODY TAIL OTHER_ACCOUNT FARMERS PLAY), NULL));
    for (int known = 0; known < 2; known++) {
        match m;
        size_t lead = side_word_at(&a, strlen(LEAD)),
               end = side_word_at(&a, strlen(LEAD BODY TAIL OTHER_ACCOUNT));
        if (known)
            side_add_mark(&a, lead, end, MARK_FURNITURE);
        side_count(&a);
        assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
        assert_int_equal(m.relation != REL_RELATED, !known);
        assert_int_equal(m.passages.furniture > 3 * m.passages.prose, known);
        match_free(&m);
    }
    side_free(&a);
    side_free(&b);
}

// What two publishers share is less likely the page's than what one has on two pages.
static void test_publishers(void **state)
{
    (void)state;
    static const struct {
        uint64_t a, b;
        relation is;
    } of[] = {{7, 7, REL_NONE}, {0, 7, REL_REWRITE}, {7, 8, REL_REWRITE}};
    side a, b;
    assert_ok(side_make(&a, view_of(FARMERS COUNCIL BOX PLAY), NULL));
    assert_ok(side_make(&b, view_of(BOX OTHER_ACCOUNT TAIL), NULL));
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        match m;
        a.publisher = of[i].a;
        b.publisher = of[i].b;
        assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
        assert_true(m.rest_cosine < .10);
        assert_int_equal(m.relation, of[i].is);
        match_free(&m);
    }
    side_free(&a);
    side_free(&b);
}

// A form filled in with other numbers is no copy, and was not made from the other; a copy
// with one number mended is.
static void test_template(void **state)
{
    (void)state;
    char a[800], b[800], c[800];
    notice(a, "Monday.", "Nordhavn", "412", "4.25", "960");
    notice(b, "Friday.", "Sundborg", "388", "4.31", "1,204");
    notice(c, "Monday.", "Nordhavn", "412", "4.25", "961");
    match m;
    assert_int_equal(relate(a, b, &m), REL_TEMPLATE);
    assert_int_equal(m.derivation, DERIVED_NONE);
    assert_true(m.derivation_score < .5);
    assert_int_equal(relate(a, c, NULL), REL_COPY);
}

static void test_measures(void **state)
{
    (void)state;
    match m;
    relate(LEAD BODY, LEAD BODY, &m);
    assert_true(m.identical && m.score == 1 && m.resemblance == 1 && m.containment_a == 1);
    assert_int_equal(m.derivation, DERIVED_WHOLE);
    relate(LEAD, LEAD BODY TAIL, &m);
    assert_true(!m.identical && m.containment_a == 1 && m.containment_b < .4);
    relate(LEAD BODY, FARMERS COUNCIL, &m);
    assert_true(m.resemblance == 0 && m.containment_a == 0 && m.cosine < .1);
    assert_int_equal(m.derivation, DERIVED_NONE);
    assert_true(m.derivation_score < .2);
}

// A page that is nothing but captions is compared by them.
static void test_shell(void **state)
{
    (void)state;
    const char *captions =
        "Jane Roe waves to the crowd at the pier in Lundby on Monday. (AP Photo/John Doe)\n"
        "Divers leave the water at the northern pier in Lundby on Monday. (AP Photo/John Doe)\n";
    char page[4000];
    sprintf(page, "%s%s", captions, LEAD BODY TAIL);
    assert_int_equal(relate(captions, page, NULL), REL_EXCERPT);
    assert_int_equal(relate(captions, LEAD BODY TAIL, NULL), REL_NONE);
}

static void test_names(void **state)
{
    (void)state;
    for (int r = REL_NONE; r < REL_COUNT; r++) {
        relation back = REL_COUNT;
        assert_int_equal(relation_parse(relation_name((relation)r), &back), r != REL_NONE);
        if (r != REL_NONE)
            assert_int_equal(back, r);
    }
    assert_string_equal(relation_name(REL_NONE), "none");
    assert_string_equal(derived_name(DERIVED_PARTIAL), "partial");
    assert_string_equal(passage_kind_name(PASSAGE_PARAPHRASE), "paraphrase");
}

// Words whose hashes, folded as a table would, lie close together: without a secret in the table
// each of them would walk past all the others.
static size_t put_piled(char *out, size_t n, size_t *next)
{
    char *p = out;
    for (size_t found = 0; found < n; ++*next) {
        char w[20];
        size_t len = (size_t)sprintf(w, "%zx", *next);
        uint64_t hash = hash_key((view){(const uint8_t *)w, len});
        if (((hash ^ hash >> 32) & 0xfffff) >= 0x4000)
            continue;
        found++;
        p += sprintf(p, found % 10 ? "%s " : "%s. ", w);
    }
    return (size_t)(p - out);
}

static void test_piled(void **state)
{
    (void)state;
    enum { MANY = 100000, ROOM = 16 * MANY };
    char *text = malloc(2 * ROOM);
    assert_non_null(text);
    size_t next = 1 << 24, na = put_piled(text, MANY, &next);
    size_t nb = put_piled(text + ROOM, MANY, &next);
    side a, b;
    match m;
    assert_ok(side_make(&a, (view){(const uint8_t *)text, na}, NULL));
    assert_ok(side_make(&b, (view){(const uint8_t *)text + ROOM, nb}, NULL));
    assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
    assert_int_equal(m.passages.n, 0);
    match_free(&m);
    side_free(&a);
    side_free(&b);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_piled),

        cmocka_unit_test(test_relations),  cmocka_unit_test(test_among_furniture),
        cmocka_unit_test(test_publishers), cmocka_unit_test(test_template),
        cmocka_unit_test(test_measures),   cmocka_unit_test(test_shell),
        cmocka_unit_test(test_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
