// prop_paraphrase.c - whatever the texts: passages in other words stand where they say, overlap
// nothing, and are the same from either side; and where the N-th allocation fails, for every N,
// nothing leaks. Linked with nomem_link.
#include "t.h"
#include "evidence/match.h"
#include "nomem.h"

enum { TEXTS = 400, SENTENCES = 60, WORDS = 14, TEXT_MOST = SENTENCES * WORDS * 12 + 1 };

// A world of sentences to tell: of how many words each is made, by what numbers.
typedef struct world {
    uint64_t seed, word[SENTENCES][WORDS];
    unsigned len[SENTENCES];
} world;

static void make_world(world *w, uint64_t *seed)
{
    uint64_t vocabulary = 8 + t_random(seed) % 4000;
    w->seed = t_random(seed);
    for (int i = 0; i < SENTENCES; i++) {
        w->len[i] = 1 + (unsigned)(t_random(seed) % WORDS);
        for (int k = 0; k < WORDS; k++)
            w->word[i][k] = t_random(seed) % vocabulary;
    }
}

static size_t put_word(char *out, uint64_t number)
{
    static const char *const syllable[] = {"lo",  "mar", "ti", "fen", "gu",
                                           "ska", "é",   "до", "港",  "ne"};
    size_t n = 0;
    do {
        const char *s = syllable[number % 10];
        memcpy(out + n, s, strlen(s));
        n += strlen(s);
    } while (number /= 10);
    out[n++] = ' ';
    return n;
}

// tell writes some of the sentences in some order, with words changed, left out and moved.
static void tell(char *out, const world *w, uint64_t *seed)
{
    static const char *const stop[] = {". ", "? ", ".\n", "\n\n", "。", "; ", " \"", "\" "};
    uint64_t change = 1 + t_random(seed) % 12, times = t_random(seed) % SENTENCES;
    size_t n = 0, s = t_random(seed) % SENTENCES;
    for (uint64_t i = 0; i < times; i++) {
        s = t_random(seed) % 5 ? (s + 1) % SENTENCES : t_random(seed) % SENTENCES;
        unsigned turn = (unsigned)(t_random(seed) % w->len[s]);
        for (unsigned k = 0; k < w->len[s]; k++) {
            bool other = t_random(seed) % change == 0;
            n += put_word(out + n, w->word[s][(k + turn) % w->len[s]] + other);
        }
        const char *end = stop[t_random(seed) % 8];
        memcpy(out + n, end, strlen(end));
        n += strlen(end);
    }
    out[n] = 0;
}

static int by_place(const void *x, const void *y)
{
    const passage *p = x, *q = y;
    return (p->a_begin > q->a_begin) - (p->a_begin < q->a_begin);
}

static void turn(passage *p)
{
    passage q = *p;
    p->a_begin = q.b_begin;
    p->a_end = q.b_end;
    p->b_begin = q.a_begin;
    p->b_end = q.a_end;
}

static void check_sound(const paraphrases *x, const passages *exact, const side *a, const side *b)
{
    uint8_t *in_a = calloc(a->words.n + 1, 1), *in_b = calloc(b->words.n + 1, 1);
    uint32_t last = 0, sum = 0;
    for (size_t i = 0; i < x->n; i++) {
        const passage *p = &x->p[i];
        assert_true(p->a_begin >= last && p->a_begin < p->a_end && p->a_end <= a->words.n);
        assert_true(p->b_begin < p->b_end && p->b_end <= b->words.n);
        assert_true(p->words >= PARAPHRASE_LEAST && p->prose <= p->words);
        last = p->a_end;
        sum += p->words;
        memset(in_a + p->a_begin, 1, p->a_end - p->a_begin);
        for (uint32_t k = p->b_begin; k < p->b_end; k++)
            assert_int_equal(in_b[k]++, 0);
    }
    assert_true(x->words <= sum && x->prose <= sum && x->told <= sum);
    for (size_t i = 0; x->holds && i < exact->n; i++) {
        const passage *p = &exact->p[i];
        bool meets = memchr(in_a + p->a_begin, 1, p->a_end - p->a_begin) ||
                     memchr(in_b + p->b_begin, 1, p->b_end - p->b_begin);
        assert_int_equal(meets, x->holds[i]);
    }
    free(in_a);
    free(in_b);
}

// check_turned finds again with the sides exchanged; exact is exchanged, too.
static void check_turned(paraphrases *x, passages *exact, const side *a, const side *b)
{
    paraphrases y;
    for (size_t i = 0; i < exact->n; i++)
        turn(&exact->p[i]);
    if (exact->n)
        qsort(exact->p, exact->n, sizeof *exact->p, by_place);
    bags_source of_b = {.of = b};
    assert_ok(paraphrase_find(&y, exact, &of_b, a));
    bags_source_free(&of_b);
    for (size_t i = 0; i < y.n; i++)
        turn(&y.p[i]);
    if (y.n)
        qsort(y.p, y.n, sizeof *y.p, by_place);
    assert_int_equal(x->n, y.n);
    assert_int_equal(x->words, y.words);
    assert_int_equal(x->told, y.told);
    for (size_t i = 0; i < y.n; i++) {
        assert_int_equal(x->p[i].a_begin, y.p[i].a_begin);
        assert_int_equal(x->p[i].b_begin, y.p[i].b_begin);
        assert_int_equal(x->p[i].a_end, y.p[i].a_end);
        assert_int_equal(x->p[i].b_end, y.p[i].b_end);
    }
    paraphrase_free(&y);
}

static void test_any(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    static char one[TEXT_MOST], two[TEXT_MOST];
    static world w;
    size_t found = 0;
    for (int i = 0; i < TEXTS; i++) {
        side a, b;
        passages exact;
        paraphrases x;
        make_world(&w, &seed);
        tell(one, &w, &seed);
        tell(two, &w, &seed);
        assert_ok(side_make(&a, view_of(one), NULL));
        assert_ok(side_make(&b, view_of(two), NULL));
        assert_ok(passages_find(&exact, &a, &b));
        bags_source of_a = {.of = &a};
        assert_ok(paraphrase_find(&x, &exact, &of_a, &b));
        bags_source_free(&of_a);
        found += x.n;
        check_sound(&x, &exact, &a, &b);
        check_turned(&x, &exact, &a, &b);
        paraphrase_free(&x);
        passages_free(&exact);
        side_free(&a);
        side_free(&b);
    }
    assert_true(found > TEXTS / 10);
}

// What is kept of a text says of each other one what a new one would, whichever came before.
static void check_kept(bags_source *kept, runs_source *seeds, const side *b)
{
    bags_source anew = {.of = kept->of};
    passages exact, again;
    paraphrases x, y;
    assert_ok(passages_find(&exact, kept->of, b));
    assert_ok(passages_find_of(&again, kept->of, seeds, b));
    assert_int_equal(again.n, exact.n);
    assert_int_equal(again.words, exact.words);
    for (size_t i = 0; i < exact.n; i++)
        assert_memory_equal(&again.p[i], &exact.p[i], sizeof *exact.p);
    passages_free(&again);
    assert_ok(paraphrase_find(&x, &exact, kept, b));
    assert_ok(paraphrase_find(&y, &exact, &anew, b));
    assert_int_equal(x.n, y.n);
    assert_int_equal(x.words, y.words);
    assert_int_equal(x.told, y.told);
    if (x.n)
        assert_memory_equal(x.p, y.p, x.n * sizeof *x.p);
    paraphrase_free(&x);
    paraphrase_free(&y);
    passages_free(&exact);
    bags_source_free(&anew);
}

static void test_kept(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    static char one[TEXT_MOST], two[TEXT_MOST];
    static world w;
    for (int i = 0; i < TEXTS / 10; i++) {
        side a, b;
        make_world(&w, &seed);
        tell(one, &w, &seed);
        assert_ok(side_make(&a, view_of(one), NULL));
        bags_source kept = {.of = &a};
        runs_source seeds = {.of = &a.words};
        for (int k = 0; k < 6; k++) {
            tell(two, &w, &seed);
            char *half = strchr(two + strlen(two) / 2, ' ');
            if (half && k % 3 == 0)
                *half = 0; // shorter ones before longer ones
            assert_ok(side_make(&b, view_of(two), NULL));
            check_kept(&kept, &seeds, &b);
            side_free(&b);
        }
        bags_source_free(&kept);
        runs_source_free(&seeds);
        side_free(&a);
    }
}

static void test_nomem(void **state)
{
    (void)state;
    uint64_t seed = 7;
    static char one[TEXT_MOST], two[TEXT_MOST];
    static world w;
    side a, b;
    passages exact;
    make_world(&w, &seed);
    tell(one, &w, &seed);
    tell(two, &w, &seed);
    assert_ok(side_make(&a, view_of(one), NULL));
    assert_ok(side_make(&b, view_of(two), NULL));
    assert_ok(passages_find(&exact, &a, &b));
    for (long n = 0;; n++) {
        paraphrases x;
        nomem_after(n);
        bags_source of_a = {.of = &a};
        shg_err e = paraphrase_find(&x, &exact, &of_a, &b);
        bags_source_free(&of_a);
        if (!nomem_over()) {
            assert_ok(e);
            assert_true(n > 10 && x.n > 0);
            paraphrase_free(&x);
            break;
        }
        assert_int_equal(e, SHG_ENOMEM);
        assert_null(x.p);
        assert_null(x.holds);
        assert_int_equal(x.n, 0);
    }
    passages_free(&exact);
    side_free(&a);
    side_free(&b);
}

// Whatever allocation fails while a source is asked about a longer text than before, it says what a
// new one would when it is asked again.
static void test_kept_nomem(void **state)
{
    (void)state;
    uint64_t seed = 11;
    static char one[TEXT_MOST], two[TEXT_MOST];
    static world w;
    side a, b, begin;
    match anew, x;
    make_world(&w, &seed);
    tell(one, &w, &seed);
    tell(two, &w, &seed);
    assert_ok(side_make(&a, view_of(one), NULL));
    assert_ok(side_make(&b, view_of(two), NULL));
    assert_ok(side_make(&begin, (view){(const uint8_t *)one, strlen(one) / 2}, NULL));
    assert_ok(match_make(&anew, &a, &b, MATCH_WHOLE));
    bool over = true;
    for (long n = 0; over; n++) {
        match_source of_a = {.of = &a};
        assert_ok(match_make_of(&x, &of_a, &begin, MATCH_WHOLE));
        match_free(&x);
        nomem_after(n);
        shg_err e = match_make_of(&x, &of_a, &b, MATCH_WHOLE);
        over = nomem_over();
        assert_int_equal(e, over ? SHG_ENOMEM : SHG_OK);
        match_free(&x);
        assert_ok(match_make_of(&x, &of_a, &b, MATCH_WHOLE));
        assert_int_equal(x.paraphrases.n, anew.paraphrases.n);
        assert_int_equal(x.paraphrases.words, anew.paraphrases.words);
        assert_true(x.derivation_score >= anew.derivation_score &&
                    x.derivation_score <= anew.derivation_score);
        match_free(&x);
        match_source_free(&of_a);
        assert_true(over || n > 20);
    }
    match_free(&anew);
    side_free(&a);
    side_free(&b);
    side_free(&begin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_any), cmocka_unit_test(test_kept),
                                       cmocka_unit_test(test_nomem),
                                       cmocka_unit_test(test_kept_nomem)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
