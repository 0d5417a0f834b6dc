#include "t.h"
#include "evidence/passages.h"
#include "text/shingle.h"

#define LONG                                                                                       \
    "the harbour of Lundby was closed on Tuesday evening after a tanker struck the northern pier"
#define OTHER                                                                                      \
    "farmers in the upper valley hope that barley prices recover before the autumn fair opens"

static side make(const char *text)
{
    side s;
    assert_ok(side_make(&s, view_of(text), NULL));
    return s;
}

// check_sound asserts what the header promises of any answer.
static void check_sound(const passages *p, const side *a, const side *b)
{
    uint32_t last = 0, n = 0, prose = 0, quoted = 0;
    char *used = calloc(b->words.n + 1, 1);
    for (size_t i = 0; i < p->n; i++) {
        const passage *x = &p->p[i];
        assert_true(x->a_begin >= last && x->a_begin < x->a_end && x->a_end <= a->words.n);
        assert_true(x->b_begin < x->b_end && x->b_end <= b->words.n);
        last = x->a_end;
        for (uint32_t k = x->b_begin; k < x->b_end; k++)
            assert_int_equal(used[k]++, 0);
        for (uint32_t r = x->run; r < x->run + x->n_runs; r++)
            for (uint32_t k = 0; k < p->run[r].n; k++)
                assert_true(words_same(&a->words, p->run[r].a + k, &b->words, p->run[r].b + k));
        assert_int_equal(x->words, x->prose + x->quoted);
        n += x->words;
        prose += x->prose;
        quoted += x->quoted;
    }
    assert_int_equal(p->words, n);
    assert_int_equal(p->prose, prose);
    assert_int_equal(p->quoted, quoted);
    assert_true(p->longest_prose <= p->longest);
    free(used);
}

typedef struct row {
    const char *name, *a, *b;
    size_t n; // passages
    unsigned words, quoted, longest;
} row;

static const row rows[] = {
    {"nothing", LONG, OTHER, 0, 0, 0, 0},
    {"empty", "", LONG, 0, 0, 0, 0},
    {"whole", LONG, LONG, 1, 16, 0, 16},
    {"within", "x y z " LONG, LONG " q r s", 1, 16, 0, 16},
    {"seven words are none", "the harbour of Lundby was closed on x",
     "the harbour of Lundby was closed on y", 0, 0, 0, 0},
    {"eight are one", "the harbour of Lundby was closed on Tuesday x",
     "the harbour of Lundby was closed on Tuesday y", 1, 8, 0, 8},
    {"short texts that are the same", "Blah blah blah.", "blah BLAH blah", 1, 3, 0, 3},
    {"a word replaced", "the harbour of Lundby was shut on Tuesday evening after a tanker struck",
     "the harbour of Lundby was closed on Tuesday evening after a tanker struck", 1, 12, 0, 7},
    {"a gap of eight", "the harbour of Lundby was a b c d e f g h closed on Tuesday evening",
     "the harbour of Lundby was closed on Tuesday evening", 1, 9, 0, 5},
    {"a gap of nine parts", "the harbour of Lundby was a b c d e f g h i closed on Tuesday evening",
     "the harbour of Lundby was closed on Tuesday evening", 0, 0, 0, 0},
    {"crossed", LONG ". " OTHER, OTHER ". " LONG, 2, 31, 0, 16},
    {"quoted on one side", "He said: \"" LONG ".\"", LONG, 1, 16, 16, 16},
    {"furniture does not count", "Sign up for our newsletter about the harbour of Lundby today\nx",
     "y\nSign up for our newsletter about the harbour of Lundby today", 0, 0, 0, 0},
    {"furniture does not split",
     "the harbour of Lundby was closed\nSign up for our free newsletter about harbours and "
     "piers\non Tuesday evening after a tanker",
     "the harbour of Lundby was closed on Tuesday evening after a tanker", 1, 12, 0, 6},
    {"characters weigh 5/8", "今天早上港口因为一艘油轮撞上北码头",
     "昨日有报道今天早上港口因为一艘油轮撞", 1, 8, 0, 8},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        for (int swap = 0; swap < 2; swap++) {
            side a = make(swap ? r->b : r->a), b = make(swap ? r->a : r->b);
            passages p;
            assert_ok(passages_find(&p, &a, &b));
            check_sound(&p, &a, &b);
            if (p.n != r->n || p.words != r->words || p.quoted != r->quoted ||
                p.longest != r->longest)
                fail_msg("%s: %zu passages, %u words, %u quoted, longest %u", r->name, p.n, p.words,
                         p.quoted, p.longest);
            passages_free(&p);
            side_free(&a);
            side_free(&b);
        }
    }
}

// A set phrase that stands everywhere is aligned with what stands beside it.
static void test_phrase_stays_with_its_neighbours(void **state)
{
    (void)state;
    const char *a = "in the city of Lundby alpha beta gamma delta epsilon zeta eta theta q "
                    "in the city of Lundby iota kappa lambda my ny xi omikron pi";
    const char *b = "in the city of Lundby r iota kappa lambda my ny xi omikron pi s "
                    "in the city of Lundby alpha beta gamma delta epsilon zeta eta theta";
    side x = make(a), y = make(b);
    passages p;
    assert_ok(passages_find(&p, &x, &y));
    check_sound(&p, &x, &y);
    assert_int_equal(p.n, 2);
    assert_int_equal(p.words, 26);
    passages_free(&p);
    side_free(&x);
    side_free(&y);
}

// A long run that is full of a frequent phrase is found whole, from any seed of it.
static void test_frequent_phrase(void **state)
{
    (void)state;
    char a[60000], b[60000];
    size_t nb = 0;
    for (int i = 0; i < 300; i++)
        nb += (size_t)sprintf(b + nb, "the people of the city of x%d ", i);
    size_t start = nb;
    for (int i = 0; i < 300; i++)
        nb += (size_t)sprintf(b + nb, "the people of the city of the people of the city z%d ", i);
    sprintf(a, "before it %s", b + start);
    side x = make(a), y = make(b);
    passages p;
    assert_ok(passages_find(&p, &x, &y));
    assert_int_equal(p.longest, 3600);
    passages_free(&p);
    side_free(&x);
    side_free(&y);
}

// Texts made of few words meet every bound; the answer must stay sound.
static void test_random(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    for (int round = 0; round < 300; round++) {
        char text[2][4000];
        side s[2];
        unsigned vocabulary = 1 + (unsigned)(t_random(&seed) % (round % 2 ? 4 : 60));
        for (int k = 0; k < 2; k++) {
            size_t n = 0;
            text[k][0] = 0;
            for (size_t i = t_random(&seed) % 400; i > 0; i--)
                n += (size_t)sprintf(text[k] + n, "%s%u%s", t_random(&seed) % 20 ? "w" : "\"",
                                     (unsigned)(t_random(&seed) % vocabulary),
                                     t_random(&seed) % 30 ? " " : ".\n");
            s[k] = make(text[k]);
        }
        passages p;
        assert_ok(passages_find(&p, &s[0], &s[1]));
        check_sound(&p, &s[0], &s[1]);
        passages_free(&p);
        side_free(&s[0]);
        side_free(&s[1]);
    }
}

// One word a million times over, on both sides: linear, or this does not end.
static void test_hostile(void **state)
{
    (void)state;
    static const char *const units[] = {"blah ", "a b c d e f g ", "中"};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        size_t len = strlen(units[u]), n = 1000000;
        char *text = malloc(n * len + 1);
        for (size_t i = 0; i < n; i++)
            memcpy(text + i * len, units[u], len);
        side a, b;
        assert_ok(side_make(&a, (view){(const uint8_t *)text, n * len}, NULL));
        assert_ok(side_make(&b, (view){(const uint8_t *)text, n * len * 9 / 10 / len * len}, NULL));
        passages p;
        assert_ok(passages_find(&p, &a, &b));
        assert_true(p.words > b.own_words / 10 * 9);
        passages_free(&p);
        side_free(&a);
        side_free(&b);
        free(text);
    }
}

// A publisher's block is known by the fingerprints in it, which reach to its ends only where
// chance has it; the run that two pages have in common does.
static void test_edges(void **state)
{
    (void)state;
    static const struct {
        size_t from, to; // marked
        unsigned words;  // left of LONG OTHER, 16 + 15
    } of[] = {{0, 0, 31}, {2, 6, 25},   {2, 5, 28},  {8, 24, 0},
              {5, 25, 0}, {20, 25, 26}, {13, 29, 13}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        side a = make("x y " LONG " " OTHER " z"), b = make(LONG " " OTHER);
        passages p;
        side_add_mark(&b, of[i].from, of[i].to, MARK_FURNITURE);
        side_count(&b);
        assert_ok(passages_find(&p, &a, &b));
        check_sound(&p, &a, &b);
        assert_int_equal(p.words, of[i].words);
        assert_int_equal(p.furniture, 31 - of[i].words);
        passages_free(&p);
        side_free(&a);
        side_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_phrase_stays_with_its_neighbours),
                                       cmocka_unit_test(test_frequent_phrase),
                                       cmocka_unit_test(test_edges),
                                       cmocka_unit_test(test_random),
                                       cmocka_unit_test(test_hostile)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
