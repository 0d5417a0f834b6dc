#include "t.h"
#include "evidence/match.h"
#include "evidence/relation.h"
#include "evidence/sentences.h"

// Two tellings of one story, sentence by sentence.
#define ONE                                                                                        \
    "The harbour of Lundby was closed on Tuesday evening after a tanker rammed the northern "      \
    "pier. "
#define ONE_TOLD                                                                                   \
    "After a tanker had rammed its northern pier, Lundby closed the harbour late on Tuesday. "
#define TWO                                                                                        \
    "Divers inspected the damaged hull for cracks until midnight, said harbour master Ines Falk. "
#define TWO_TOLD                                                                                   \
    "Until midnight, harbour master Ines Falk said, the hull was inspected by divers for cracks. "
#define THREE "No oil had leaked into the bay, and the crew of fourteen sailors remained unhurt. "
#define THREE_TOLD "The fourteen sailors of the crew were unhurt and no oil leaked into the bay. "
#define OTHER                                                                                      \
    "Farmers in the upper valley hope that barley prices recover before the autumn fair opens. "
#define FAR                                                                                        \
    "A choir from Marnow will sing four new songs at the old mill on the first Sunday of May. "
#define QUOTED                                                                                     \
    "“We bought seven lanterns for the old quay and nobody asked us once whether the sockets "   \
    "would fit them,” "

static side make(const char *text)
{
    side s;
    assert_ok(side_make(&s, view_of(text), NULL));
    return s;
}

// check_sound asserts what the header promises of any answer.
static void check_sound(const match *m, const side *a, const side *b)
{
    const paraphrases *x = &m->paraphrases;
    uint32_t last = 0;
    uint8_t *used = calloc(b->words.n + 1, 1), *used_a = calloc(a->words.n + 1, 1);
    for (size_t i = 0; i < x->n; i++) {
        const passage *p = &x->p[i];
        assert_true(p->a_begin >= last && p->a_begin < p->a_end && p->a_end <= a->words.n);
        assert_true(p->b_begin < p->b_end && p->b_end <= b->words.n);
        assert_int_equal(p->kind, PASSAGE_PARAPHRASE);
        assert_true(p->words >= PARAPHRASE_LEAST);
        last = p->a_end;
        memset(used_a + p->a_begin, 1, p->a_end - p->a_begin);
        for (uint32_t k = p->b_begin; k < p->b_end; k++)
            assert_int_equal(used[k]++, 0);
    }
    for (size_t i = 0; x->holds && i < m->passages.n; i++) {
        const passage *p = &m->passages.p[i];
        bool meets = false;
        for (uint32_t k = p->a_begin; k < p->a_end; k++)
            meets |= used_a[k];
        for (uint32_t k = p->b_begin; k < p->b_end; k++)
            meets |= used[k];
        assert_int_equal(meets, x->holds[i]);
    }
    free(used);
    free(used_a);
}

typedef struct row {
    const char *name, *a, *b;
    size_t n; // paraphrases
    relation relation;
} row;

static const row rows[] = {
    {"told again", ONE TWO THREE, ONE_TOLD TWO_TOLD THREE_TOLD, 1, REL_REWRITE},
    {"in another order", ONE TWO THREE, THREE_TOLD ONE_TOLD TWO_TOLD, 1, REL_REWRITE},
    {"two stories", ONE TWO, OTHER FAR, 0, REL_NONE},
    {"word for word is exact", ONE TWO OTHER, ONE TWO FAR, 0, REL_REWRITE},
    {"one sentence is chance", THREE OTHER, THREE_TOLD FAR, 0, REL_RELATED},
    {"a quotation is one whatever surrounds it",
     OTHER FAR QUOTED "Ines Falk said, which hung on the door of every shop by noon.",
     ONE TWO THREE QUOTED "she told the council.", 0, REL_QUOTES},
    {"nothing", "", ONE TWO, 0, REL_NONE},
    {"characters without spaces",
     "星期二晚上，一艘油轮撞上北码头，伦比港因此关闭。潜水员检查受损船体直到午夜。"
     "海湾里没有漏油，十四名船员都没有受伤。港务局说明天早上重新开放。渡轮乘客只好在岸边旅馆过夜。",
     "由于一艘油轮星期二晚间撞上了北码头，伦比港关闭了。直到午夜，潜水员还在检查船体受损处。"
     "没有漏油进入海湾，船员十四人都没受伤。港务局称将于明天早上重新开放。乘渡轮的旅客只好住进岸边"
     "的旅馆过夜。",
     1, REL_REWRITE},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        side a = make(rows[i].a), b = make(rows[i].b);
        match m, turned;
        assert_ok(match_make(&m, &a, &b, MATCH_WHOLE));
        assert_ok(match_make(&turned, &b, &a, MATCH_WHOLE));
        check_sound(&m, &a, &b);
        check_sound(&turned, &b, &a);
        if (m.paraphrases.n != rows[i].n || m.relation != rows[i].relation)
            fail_msg("%s: %zu paraphrases, %s, told alike %u of %u", rows[i].name, m.paraphrases.n,
                     relation_name(m.relation), m.paraphrases.prose, a.own_prose);
        assert_int_equal(m.paraphrases.words, turned.paraphrases.words);
        if (m.paraphrases.n) { // what makes a rewrite is not held back for its length
            assert_true(relation_may_reword(&a, b.words.n));
            assert_true(relation_may_reword(&b, a.words.n));
        }
        match_free(&m);
        match_free(&turned);
        side_free(&a);
        side_free(&b);
    }
}

// A text that has not the words for it can't tell most of another again.
static void test_too_short(void **state)
{
    (void)state;
    side a = make(ONE TWO THREE OTHER FAR);
    double least = RELATION_REWORDED * a.own_prose - RELATION_WORDS;
    assert_true(least > 20);
    assert_true(relation_may_reword(&a, (size_t)least + 1));
    assert_false(relation_may_reword(&a, (size_t)(.9 * least)));
    assert_false(relation_may_reword(&a, 0));
    side_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_too_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
