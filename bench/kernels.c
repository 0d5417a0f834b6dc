// kernels.c - what each stage of the hot path costs: words, shingles, sketch, winnow.
//
//     kernels [seed]      CSV: stage, ns an article, GB/s of its text, times XXH3
//
// 2048 generated articles of about 3 KB, in English-like words with curly quotes,
// apostrophes, dashes and no-break spaces about once in 100 bytes, so that a fast path
// for ASCII alone shows what it is worth. Thread CPU time; every stage goes over all
// articles, 9 times, and the median counts. A stage that reads another's result finds it
// in memory, as in the daemon; "whole" does all of them, article by article.
#include "base/cpu.h"
#include "sketch/kernels.h"
#include "sketch/minhash.h"
#include "sketch/winnow.h"
#include "text/shingle.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xxhash.h>

enum { ARTICLES = 2048, BYTES = 3072, VOCABULARY = 1 << 15, REPEATS = 9, WORDS_MOST = BYTES };

typedef struct article {
    char text[BYTES + 256];
    size_t len, n3, n5;
    words w;
    uint64_t *sketch, *print; // shingles of 3 and of 5 words
} article;

static article *corpus;
static char vocabulary[VOCABULARY][24];
static uint64_t sink; // what a stage computes, so that it is not left out
static volatile uint64_t result;

static uint64_t next(uint64_t *state) // splitmix64
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void make_vocabulary(uint64_t *seed)
{
    static const char *const PART[] = {"ma", "re", "ti", "on", "al", "st",  "er", "in",
                                       "co", "de", "pr", "es", "an", "ing", "ed", "ou"};
    for (size_t i = 0; i < VOCABULARY; i++) {
        uint64_t r = next(seed);
        size_t parts = i < 64 ? 1 : 1 + r % 5, len = 0;
        for (size_t p = 0; p < parts; p++)
            len += (size_t)snprintf(vocabulary[i] + len, sizeof vocabulary[i] - len, "%s",
                                    PART[r >> (8 + 4 * p) & 15]);
    }
}

// Rank r is drawn about as often as 1/r: as words are (Zipf).
static const char *draw(uint64_t *seed)
{
    uint64_t r = next(seed);
    uint64_t most = (uint64_t)1 << (1 + r % 15);
    return vocabulary[(r >> 8) % most];
}

static void make_sentence(article *a, uint64_t *seed)
{
    uint64_t r = next(seed);
    size_t n = 6 + r % 20, start = a->len;
    const char *open = r >> 8 & 1 ? "“" : "", *close = r >> 8 & 1 ? "”" : "";
    for (size_t i = 0; i < n && a->len < BYTES; i++) {
        const char *after = i + 1 == n                     ? "."
                            : i % 9 == 4                   ? ","
                            : (r >> 16 & 3) == 0 && i == 3 ? "’s"
                            : (r >> 18 & 3) == 0 && i == 5 ? " —"
                                                           : "";
        const char *gap = (r >> 20 & 3) == 0 && i == 2 ? "\xc2\xa0" : " ";
        a->len += (size_t)snprintf(a->text + a->len, sizeof a->text - a->len, "%s%s%s%s%s",
                                   i == 0 ? open : "", draw(seed), after, i + 1 == n ? close : "",
                                   i + 1 == n && r >> 60 == 0 ? "\n" : gap);
    }
    start += open[0] ? 3 : 0;
    a->text[start] = (char)(a->text[start] - ('a' - 'A'));
}

static void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static void make_article(article *a, uint64_t *seed)
{
    while (a->len < BYTES - 24)
        make_sentence(a, seed);
    a->sketch = malloc(2 * WORDS_MOST * sizeof *a->sketch);
    if (!a->sketch || words_make(&a->w, (view){(uint8_t *)a->text, a->len}, NULL) ||
        a->w.n > WORDS_MOST)
        fail("no corpus");
    a->print = a->sketch + WORDS_MOST;
    a->n3 = shingles_make(a->sketch, NULL, &a->w, SKETCH_WORDS);
    a->n5 = shingles_make(a->print, NULL, &a->w, PRINT_WORDS);
}

static void stage_xxh3(article *a)
{
    sink += XXH3_64bits(a->text, a->len);
}

static void stage_words(article *a)
{
    words w;
    if (words_make(&w, a->w.text, NULL))
        fail("words");
    sink += w.w[w.n - 1].hash;
    words_free(&w);
}

static void stage_shingles(article *a)
{
    uint64_t out[WORDS_MOST];
    sink += out[shingles_make(out, NULL, &a->w, SKETCH_WORDS) - 1];
    sink += out[shingles_make(out, NULL, &a->w, PRINT_WORDS) - 1];
}

static void stage_sketch(article *a)
{
    minhash m;
    minhash_sign(&m, a->sketch, a->n3, 42);
    sink += m.band[0];
}

static void stage_winnow(article *a)
{
    uint32_t out[WORDS_MOST];
    sink += out[winnow(out, a->print, a->n5) - 1];
}

static void stage_equal(article *a)
{
    sink += kernels_get()->equal_lanes((uint8_t *)a->text, (uint8_t *)a->text + 1024);
}

static void stage_whole(article *a)
{
    uint64_t shingles[WORDS_MOST];
    uint32_t kept[WORDS_MOST];
    minhash m;
    words w;
    if (words_make(&w, a->w.text, NULL))
        fail("words");
    minhash_sign(&m, shingles, shingles_make(shingles, NULL, &w, SKETCH_WORDS), 42);
    size_t n = winnow(kept, shingles, shingles_make(shingles, NULL, &w, PRINT_WORDS));
    for (size_t i = 0; i < n; i++)
        sink += print_of(shingles[kept[i]], 42);
    sink += m.band[0];
    words_free(&w);
}

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The median of REPEATS passes, in ns an article.
static double measure(void (*stage)(article *))
{
    double ns[REPEATS];
    for (size_t r = 0; r < REPEATS; r++) {
        double start = cpu_ns();
        for (size_t i = 0; i < ARTICLES; i++)
            stage(&corpus[i]);
        ns[r] = (cpu_ns() - start) / ARTICLES;
    }
    result = sink;
    qsort(ns, REPEATS, sizeof *ns, by_value);
    return ns[REPEATS / 2];
}

static void print_cpu(void)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            printf("# cpu%s", strchr(line, ':'));
            break;
        }
    if (f)
        fclose(f);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(article *);
    } stages[] = {
        {"xxh3", stage_xxh3},     {"words", stage_words},   {"shingles", stage_shingles},
        {"sketch", stage_sketch}, {"winnow", stage_winnow}, {"equal_lanes", stage_equal},
        {"whole", stage_whole},
    };
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, state = seed;
    double bytes = 0, count = 0, roof = 0;
    corpus = calloc(ARTICLES, sizeof *corpus);
    if (!corpus)
        fail("no memory");
    make_vocabulary(&state);
    for (size_t i = 0; i < ARTICLES; i++) {
        make_article(&corpus[i], &state);
        bytes += (double)corpus[i].len / ARTICLES;
        count += (double)corpus[i].w.n / ARTICLES;
    }
    print_cpu();
    printf("# compiler: %s; kernels: %s; seed: %llu\n", __VERSION__, cpu_name(cpu_best()),
           (unsigned long long)seed);
    printf("# %d articles, %.0f bytes, %.0f words; thread CPU time, median of %d\n", ARTICLES,
           bytes, count, REPEATS);
    printf("stage,ns_per_article,gb_per_s,times_xxh3\n");
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        double ns = measure(stages[i].run);
        roof = i == 0 ? ns : roof;
        printf("%s,%.0f,%.3f,%.1f\n", stages[i].name, ns, bytes / ns, ns / roof);
    }
    return 0;
}
