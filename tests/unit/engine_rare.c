// The rarest terms of a text, against all terms weighed and sorted.
#include "t.h"
#include "engine/rare.h"
#include "evidence/terms.h"
#include "sketch/winnow.h"

#include <stdlib.h>

enum { SEED = 7, TEXT_ROOM = 1 << 16 };

typedef struct weighed {
    uint64_t hash;
    double weight;
} weighed;

static int by_hash(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int by_weight(const void *a, const void *b)
{
    const weighed *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return by_hash(&x->hash, &y->hash);
}

// What rare.h says, step by step, for a text in a script with spaces.
static uint32_t plainly(uint64_t out[RARE_MOST], const words *w)
{
    uint64_t *hash = calloc(w->n + 1, sizeof *hash);
    weighed *all = calloc(w->n + 1, sizeof *all);
    size_t n = 0, n_all = 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->w[i].key_len > 1)
            hash[n++] = w->w[i].hash;
    qsort(hash, n, sizeof *hash, by_hash);
    for (size_t i = 0, k; i < n; i = k) {
        for (k = i; k < n && hash[k] == hash[i];)
            k++;
        all[n_all] = (weighed){hash[i], terms_weight(hash[i], (uint32_t)(k - i))};
        n_all += all[n_all].weight > 0;
    }
    qsort(all, n_all, sizeof *all, by_weight);
    uint32_t n_out = n_all < RARE_MOST ? (uint32_t)n_all : RARE_MOST;
    for (uint32_t i = 0; i < n_out; i++)
        out[i] = print_of(all[i].hash ^ 0x7465726d00000000, SEED);
    free(hash);
    free(all);
    return n_out;
}

static void check(const char *text)
{
    words w;
    uint64_t expect[RARE_MOST], found[RARE_MOST];
    assert_ok(words_make(&w, view_of(text), NULL));
    sort_item *room = malloc(RARE_ROOM * (w.n + 1) * sizeof *room);
    uint32_t n = plainly(expect, &w);
    double square;
    assert_int_equal(rare_terms(found, &w, SEED, room, &square), n);
    assert_memory_equal(found, expect, n * sizeof *found);
    term_list t;
    assert_ok(terms_list(&t, &w));
    assert_true(w.alone || square <= t.square * (1 + 1e-9));
    terms_free(&t);
    free(room);
    words_free(&w);
}

static uint32_t roll(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

// Texts of every length, of words that are common, known and unknown in every mixture, each of
// them many times, seldom or never again.
static void test_mixtures(void **state)
{
    static const char *const common[] = {"the", "and", "of", "a", "in", "was", "und", "que"};
    static const char *const known[] = {"hospital", "football", "harbour", "election", "barley",
                                        "tanker",   "minister", "bridge",  "krieg",    "farmer"};
    char *text = malloc(TEXT_ROOM);
    uint32_t dice = 1;
    (void)state;
    for (int turn = 0; turn < 600; turn++) {
        uint32_t length = roll(&dice) % (turn % 10 ? 300 : 3000), kinds = 1 + roll(&dice) % 100;
        uint32_t again = 1 + roll(&dice) % (turn % 2 ? 5000 : 60);
        size_t n = 0;
        text[0] = 0;
        for (uint32_t i = 0; i < length; i++) {
            uint32_t kind = roll(&dice) % 100, which = roll(&dice) % again;
            if (kind < kinds / 2)
                n += (size_t)sprintf(text + n, "%s ", common[which % 8]);
            else if (kind < kinds)
                n += (size_t)sprintf(text + n, "%s ", known[which % 10]);
            else
                n += (size_t)sprintf(text + n, "zw%ukr ", which);
        }
        check(text);
    }
    free(text);
}

static void test_short(void **state)
{
    (void)state;
    check("");
    check("the");
    check("Zwrkqvst");
    check("a b c d");
}

// Words that stand in a text more often than there is room to count in their bucket.
static void test_thousandfold(void **state)
{
    static const uint32_t often[] = {2046, 2047, 2048, 5000};
    char *text = malloc(TEXT_ROOM);
    (void)state;
    for (size_t k = 0; k < sizeof often / sizeof *often; k++) {
        size_t n = 0;
        for (uint32_t i = 0; i < often[k]; i++)
            n += (size_t)sprintf(text + n, i % 100 ? "zwark " : "zwark zwirk%u tanker ", i % 700);
        check(text);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mixtures),
                                       cmocka_unit_test(test_thousandfold),
                                       cmocka_unit_test(test_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
