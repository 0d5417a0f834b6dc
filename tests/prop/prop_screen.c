// prop_screen.c - whatever the texts and however their words come to be marked afterwards: what
// the screen holds back is no match; and what likes.h counts holds all that pairs.h finds.
#include "evidence/likes.h"
#include "evidence/match.h"
#include "evidence/relation.h"
#include "evidence/screen.h"
#include "text/shingle.h"
#include "t.h"

enum { ROUNDS = 30000, WORDS_MOST = 160, TEXT_MOST = WORDS_MOST * 32 };

// A word: mostly one of many, at times a common one, a name, or some characters without spaces.
static size_t put_word(char *out, uint64_t *seed, unsigned kind)
{
    static const char *const common[] = {"the", "of", "said", "a", "minister", "on"};
    static const char *const chars[] = {"北", "京", "市", "長", "は", "の", "発", "表"};
    uint64_t x = t_random(seed);
    if (kind == 1 && x % 3 == 0) {
        size_t n = 0;
        for (unsigned k = 0; k < 1 + x / 8 % 9; k++)
            n += (size_t)sprintf(out + n, "%s", chars[t_random(seed) % 8]);
        return n;
    }
    if (x % 3 == 1)
        return (size_t)sprintf(out, " %s ", common[x / 8 % 6]);
    return (size_t)sprintf(out, x % 5 ? "w%u " : "Name%u ", (unsigned)(x / 8 % 400));
}

// The words of a text that begin at these bytes.
typedef struct made {
    char text[TEXT_MOST];
    size_t begin[WORDS_MOST + 1], n;
} made;

static void make(made *m, const made *from, uint64_t *seed, unsigned kind)
{
    size_t n_words =
        t_random(seed) % 4 ? 20 + t_random(seed) % (WORDS_MOST - 20) : t_random(seed) % 20;
    size_t at = 0, copied = 0, source = 0;
    uint64_t often = 4 + t_random(seed) % 60;
    for (m->n = 0; m->n < n_words; m->n++) {
        m->begin[m->n] = at;
        if (from && from->n && !copied && t_random(seed) % often == 0) {
            copied = 1 + t_random(seed) % (t_random(seed) % 8 ? 9 : 40);
            source = t_random(seed) % from->n;
        }
        if (copied && source < from->n) {
            size_t len = from->begin[source + 1] - from->begin[source];
            memcpy(m->text + at, from->text + from->begin[source], len);
            at += len;
            source++;
            copied--;
        } else {
            copied = 0;
            at += put_word(m->text + at, seed, kind);
        }
        if (t_random(seed) % 23 == 0)
            at += (size_t)sprintf(m->text + at, t_random(seed) % 3 ? ".\n" : "\" ");
    }
    m->begin[m->n] = at;
    m->text[at] = 0;
}

static void mark_some(side *s, uint64_t *seed, unsigned most)
{
    for (uint64_t i = t_random(seed) % (most + 1); s->words.n && i > 0; i--) {
        size_t from = t_random(seed) % s->words.n, n = 1 + t_random(seed) % (s->words.n / 3 + 8);
        side_add_mark(s, from, from + n, t_random(seed) % 2 ? MARK_SPEECH : MARK_FURNITURE);
    }
    if (t_random(seed) % 12 == 0) // a shell
        side_add_mark(s, t_random(seed) % 9, s->words.n, MARK_FURNITURE);
    side_count(s);
}

typedef struct outcome {
    bool text, words, known, terms; // what may be, by each of them
} outcome;

// What is ruled out by the squared length, or by somewhat less, would be by the terms.
static void screen_with_square(screen *s, const side *b, const screen_found *found)
{
    hash_list list = words_hashes(&b->words);
    double cosine = terms_cosine(&s->a->terms, &b->terms);
    for (double less = .8; less < 1.1; less += .2) {
        screen_found with;
        assert_ok(screen_hashes(s, &list, b->terms.square * less, &with));
        assert_int_equal(with.words, found->words);
        assert_true(with.words || with.near || cosine < RELATION_COSINE);
        assert_true(with.words || with.alike || cosine < RELATION_ALIKE);
        assert_true(less < 1 || !with.near || cosine > RELATION_COSINE - 1e-5);
    }
}

static outcome screen_both(side *a, side *b)
{
    screen s;
    outcome o;
    assert_ok(screen_open(&s, a));
    hash_list list = words_hashes(&b->words);
    screen_found found, itself, again;
    assert_ok(screen_text(&s, b->words.text, &found));
    assert_ok(screen_text(&s, a->words.text, &itself));
    assert_ok(screen_text(&s, b->words.text, &again)); // nothing is left of a text that was before
    assert_memory_equal(&again, &found, sizeof found);
    o.text = found.words || found.near;
    screen_with_square(&s, b, &found);
    if (!found.words && !found.alike)
        assert_true(terms_cosine(&a->terms, &b->terms) < RELATION_ALIKE + 1e-8);
    assert_ok(screen_words(&s, &list, NULL, &o.words));
    assert_ok(screen_words(&s, &list, b->mark, &o.known));
    o.terms = terms_cosine(&a->terms, &b->terms) >= RELATION_COSINE;
    screen_close(&s);
    assert_true(o.words || !o.known); // to know more never lets more through
    assert_true(o.text || !(o.words || o.terms));
    if (o.text && !o.words && !o.terms) // rounding alone may let a text through (topic.h)
        assert_true(terms_cosine(&a->terms, &b->terms) > RELATION_COSINE - 1e-8);
    return o;
}

typedef struct counts {
    unsigned held, matches;
} counts;

static void try_pair(uint64_t *seed, counts *n)
{
    static made text_a, text_b;
    side a, b;
    match m;
    unsigned kind = t_random(seed) % 4 == 0;
    make(&text_a, NULL, seed, kind);
    make(&text_b, &text_a, seed, kind);
    assert_ok(side_make(&a, view_of(text_a.text), NULL));
    assert_ok(side_make(&b, view_of(text_b.text), NULL));
    a.publisher = t_random(seed) % 3;
    b.publisher = t_random(seed) % 3;
    mark_some(&a, seed, 3);
    mark_some(&b, seed, 2);
    outcome o = screen_both(&a, &b);
    mark_some(&b, seed, 4);
    assert_ok(match_make(&m, &a, &b, MATCH_RELATION));
    if (!o.known && !o.terms)
        assert_int_equal(m.relation, REL_NONE);
    n->held += !o.known && !o.terms;
    n->matches += m.relation != REL_NONE;
    match_free(&m);
    side_free(&a);
    side_free(&b);
}

static void test_screen(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    counts n = {0, 0};
    for (int round = 0; round < ROUNDS; round++)
        try_pair(&seed, &n);
    assert_in_range(n.held, ROUNDS / 20, ROUNDS); // neither side of the line is empty
    assert_in_range(n.matches, ROUNDS / 20, ROUNDS);
}

// Pairs that were told wrongly once.
static void test_known(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {
        UINT64_C(3643207687897428916), // a run that goes on by a character pairs it with a word
    };
    counts n = {0, 0};
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        uint64_t seed = seeds[i];
        try_pair(&seed, &n);
    }
}

// The part of a's prose in sentences that are in a pair.
static double paired(const side *a, const side *b)
{
    bags x;
    bags_source of_a = {.of = a};
    pairs p;
    uint64_t prose = 0;
    assert_ok(bags_make(&x, &of_a, b));
    assert_ok(pairs_find(&p, &x));
    for (size_t i = 0; i < p.n; i++) {
        sentence s = x.a.s.s[p.p[i].a];
        for (uint32_t k = s.begin; k < s.end && (i == 0 || p.p[i].a != p.p[i - 1].a); k++)
            prose += a->mark[k] ? 0 : word_weight(&a->words.w[k]);
    }
    pairs_free(&p);
    bags_free(&x);
    bags_source_free(&of_a);
    double part = a->own_prose ? (double)prose / WORD_WEIGHT / a->own_prose : 0;
    return part < 1 ? part : 1;
}

// A text, at times with so many others behind it that it has more sentences than likes.c has rows
// of counters for.
enum { JOINED = 40 };
static view join(char out[JOINED * TEXT_MOST], const made *first, uint64_t *seed, unsigned kind)
{
    static made more;
    size_t at = (size_t)sprintf(out, "%s", first->text);
    for (int k = t_random(seed) % 8 ? JOINED : 1; k < JOINED; k++) {
        make(&more, NULL, seed, kind);
        at += (size_t)sprintf(out + at, ".\n%.*s", TEXT_MOST - 4, more.text);
    }
    return (view){(const uint8_t *)out, at};
}

static void test_likes_hold_all_pairs(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    unsigned some = 0, few = 0;
    for (int round = 0; round < ROUNDS / 30; round++) {
        static made text_a, text_b[4];
        static char whole[JOINED * TEXT_MOST];
        side a, b[4];
        likes l;
        double part[5];
        unsigned kind = t_random(&seed) % 4 == 0;
        make(&text_a, NULL, &seed, kind);
        assert_ok(side_make(&a, join(whole, &text_a, &seed, kind), NULL));
        mark_some(&a, &seed, 3);
        assert_ok(likes_open(&l, &a));
        for (int i = 0; i < 5; i++) { // the last is the first again: nothing is left of the others
            if (i < 4) {
                make(&text_b[i], &text_a, &seed, kind);
                assert_ok(side_make(&b[i], view_of(text_b[i].text), NULL));
                mark_some(&b[i], &seed, 2);
            }
            assert_ok(likes_part(&l, &part[i], &b[i % 4]));
            assert_true(part[i] >= paired(&a, &b[i % 4]) - 1e-9);
            some += part[i] > 0;
            few += part[i] < .4;
        }
        assert_true(part[4] >= part[0] && part[4] <= part[0]);
        likes_close(&l);
        for (int i = 0; i < 4; i++)
            side_free(&b[i]);
        side_free(&a);
    }
    assert_in_range(some, ROUNDS / 100, ROUNDS);
    assert_in_range(few, ROUNDS / 100, ROUNDS);
}

// A text with some more sentences than another.
enum { MORE_MOST = 300, LONGER = TEXT_MOST + MORE_MOST * 40 };
static side lengthen(char longer[LONGER], const char *text, unsigned more)
{
    side a;
    size_t n = (size_t)sprintf(longer, "%s.\n", text);
    for (unsigned i = 0; i < more; i++)
        n += (size_t)sprintf(longer + n, "Quay%u q%u r%u s%u t%u. ", i, i, i, i, i);
    assert_ok(side_make(&a, view_of(longer), NULL));
    memset(a.mark, 0, a.words.n);
    side_count(&a);
    return a;
}

// What is alike of a text with some more sentences, or with so many more that it has no rows.
static double like(const char *text, unsigned more, const side *b, bool *has_rows)
{
    static char longer[LONGER];
    side a = lengthen(longer, text, more);
    likes l;
    double part;
    assert_ok(likes_open(&l, &a));
    *has_rows = l.rows;
    assert_ok(likes_part(&l, &part, b));
    part *= a.own_prose;
    likes_close(&l);
    side_free(&a);
    return part;
}

static void test_likes_of_long_texts(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    unsigned some = 0;
    for (int round = 0; round < ROUNDS / 30; round++) {
        static made text_a, text_b;
        side b;
        bool rows, lists;
        make(&text_a, NULL, &seed, 0);
        make(&text_b, &text_a, &seed, 0);
        assert_ok(side_make(&b, view_of(text_b.text), NULL));
        mark_some(&b, &seed, 2);
        double by_rows = like(text_a.text, 2, &b, &rows),
               by_lists = like(text_a.text, 150, &b, &lists);
        assert_true(rows && !lists);
        assert_true(by_rows >= by_lists - 1e-6 && by_rows <= by_lists + 1e-6);
        some += by_rows > 0;
        side_free(&b);
    }
    assert_in_range(some, ROUNDS / 300, ROUNDS);
}

static bool has_pair(const pairs *p, uint32_t a, uint32_t b, double cosine)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->p[i].a == a && p->p[i].b == b)
            return p->p[i].cosine >= cosine && p->p[i].cosine <= cosine;
    return false;
}

// Pairs are sought in the second text: in a short one by masks, in a long one by lists.
static void test_pairs_both_ways(void **state)
{
    (void)state;
    uint64_t seed = t_seed();
    size_t some = 0;
    for (int round = 0; round < ROUNDS / 30; round++) {
        static made text_a, text_b;
        bags x, y;
        pairs p, q;
        unsigned kind = t_random(&seed) % 4 == 0;
        make(&text_a, NULL, &seed, kind);
        make(&text_b, &text_a, &seed, kind);
        static char longer_a[LONGER], longer_b[LONGER];
        side a = lengthen(longer_a, text_a.text, MORE_MOST),
             b = lengthen(longer_b, text_b.text, t_random(&seed) % 2 ? 0 : 90);
        bags_source of_a = {.of = &a}, of_b = {.of = &b};
        assert_ok(bags_make(&x, &of_a, &b));
        assert_ok(bags_make(&y, &of_b, &a));
        assert_ok(pairs_find(&p, &x));
        assert_ok(pairs_find(&q, &y));
        assert_int_equal(p.n, q.n);
        for (size_t i = 0; i < p.n; i++)
            assert_true(has_pair(&q, p.p[i].b, p.p[i].a, p.p[i].cosine));
        some += p.n;
        pairs_free(&p);
        pairs_free(&q);
        bags_free(&x);
        bags_free(&y);
        bags_source_free(&of_a);
        bags_source_free(&of_b);
        side_free(&a);
        side_free(&b);
    }
    assert_in_range(some, ROUNDS / 300, SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_screen), cmocka_unit_test(test_known),
                                       cmocka_unit_test(test_likes_hold_all_pairs),
                                       cmocka_unit_test(test_likes_of_long_texts),
                                       cmocka_unit_test(test_pairs_both_ways)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
