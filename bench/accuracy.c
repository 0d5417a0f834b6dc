// accuracy.c - how far the estimated resemblance is from the exact one, and whether the bands
// find what theory says they find.
//
//     accuracy [pairs [seed]]      rows of CSV (rows.h); pairs of each repetition (4000)
//
// Pairs of sets of 50, 400 and 3000 random shingles each, whose resemblance J is known by
// construction, under a fresh band key each. For every size and J:
//   rmse      root mean square error of minhash_resemblance
//   bias      its mean error
//   rmse_independent  what 256 independent lanes of 8 bits would give: sqrt(p (1-p) / 256) /
//             (1 - 1/256), p = J + (1-J)/256; Fast Similarity Sketching errs less, as its lanes
//             are drawn without replacement, the more so the smaller the set is
//   recall    share of the pairs with a band in common
//   recall_expected   the S-curve 1 - (1 - J^rows)^bands of independent lanes
#include "rows.h"
#include "base/cpu.h"
#include "sketch/minhash.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 3000, REPETITIONS = 5, PAIRS = 4000 };

typedef struct tally {
    double squares, errors, j;
    unsigned found;
} tally;

// One pair of sets of n shingles each, of which as many are common as resemblance j wants.
static void try_pair(tally *t, size_t n, double j, uint64_t *seed)
{
    static uint64_t shingles[2 * MOST];
    size_t both = (size_t)lround(2 * j * (double)n / (1 + j)), all = 2 * n - both;
    minhash a, b;
    for (size_t i = 0; i < all; i++)
        shingles[i] = rows_random(seed);
    uint64_t key = rows_random(seed);
    minhash_sign(&a, shingles, n, key);
    minhash_sign(&b, shingles + (n - both), n, key);
    t->j = (double)both / (double)all;
    double error = minhash_resemblance(a.lane, b.lane) - t->j;
    t->errors += error;
    t->squares += error * error;
    for (unsigned k = 0; k < MINHASH_BANDS; k++)
        if (a.band[k] == b.band[k]) {
            t->found++;
            break;
        }
}

static void measure(const row_of *of, size_t n, unsigned percent, uint64_t *seed)
{
    double rmse[REPETITIONS], bias[REPETITIONS], recall[REPETITIONS], j = 0;
    double pairs = (double)of->n;
    for (size_t r = 0; r < REPETITIONS; r++) {
        tally t = {0};
        for (uint64_t p = 0; p < of->n; p++)
            try_pair(&t, n, percent / 100.0, seed);
        rmse[r] = sqrt(t.squares / pairs);
        bias[r] = t.errors / pairs;
        recall[r] = t.found / pairs;
        j = t.j;
    }
    double p = j + (1 - j) / 256;
    double independent = sqrt(p * (1 - p) / MINHASH_LANES) / (1 - 1 / 256.0);
    double expected = 1 - pow(1 - pow(j, MINHASH_ROWS), MINHASH_BANDS);
    rows_print(of, "J", rmse, REPETITIONS, "rmse_j%u_n%zu", percent, n);
    rows_print(of, "J", &independent, 1, "rmse_independent_j%u_n%zu", percent, n);
    rows_print(of, "J", bias, REPETITIONS, "bias_j%u_n%zu", percent, n);
    rows_print(of, "share", recall, REPETITIONS, "recall_j%u_n%zu", percent, n);
    rows_print(of, "share", &expected, 1, "recall_expected_j%u_n%zu", percent, n);
}

int main(int argc, char **argv)
{
    static const size_t SIZES[] = {50, 400, MOST};
    uint64_t pairs = argc > 1 ? strtoull(argv[1], NULL, 10) : PAIRS;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
    char corpus[48];
    if (!pairs) {
        fprintf(stderr, "usage: accuracy [pairs [seed]]\n");
        return 2;
    }
    snprintf(corpus, sizeof corpus, "random:seed-%llu", (unsigned long long)seed);
    row_of of = {"accuracy", cpu_name(cpu_best()), corpus, pairs};
    rows_head();
    for (size_t s = 0; s < sizeof SIZES / sizeof *SIZES; s++) {
        fprintf(stderr, "sets of %zu shingles\n", SIZES[s]);
        for (unsigned percent = 10; percent < 100; percent += 10)
            measure(&of, SIZES[s], percent, &seed);
    }
    return 0;
}
