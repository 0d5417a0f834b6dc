// kernels.c - what each stage of the hot path costs on each CPU level that this machine has.
//
//     bench_kernels [--quick | --smoke] [SEED]
//
// --quick: fewer repetitions; --smoke: a few texts too, to see that everything runs.
//
//     bench,name,level,corpus,n,repetitions,min,median,max,unit
//
// Each level is a process of its own, which is told by $SHG_CPU what it may use, and they
// take turns, stage by stage: what else the machine does meets all alike. A repetition goes
// over all texts of a corpus, and its thread CPU time counts; "cycles" are those of the time
// stamp counter, which may tick slower than the core. `-cache`: about 6 MB of texts, which
// stay in the last level of cache; `-memory`: 100 MB, which do not. A ratio is taken in each
// turn, of what was measured next to each other: a clock that changes meets both sides.
#include "corpus.h"
#include "stages.h"
#include "base/cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

enum { IN_CACHE = 2048, IN_MEMORY = 34000, REPEATS_MOST = 31, STAGES_MOST = 16, LEVELS = 3 };
enum { STAGES_EACH = 4 }; // the first of STAGES, taken of every corpus; of the news in cache all

typedef struct pass {
    uint32_t corpus, stage;
} pass;

// The process of one level.
typedef struct worker {
    const char *level;
    pid_t pid;
    int ask, answer;
} worker;

typedef struct bench {
    corpus c[WRITINGS + 1];
    char name[WRITINGS + 1][48]; // NAME:HASH
    size_t n_corpora, repeats;
    worker w[LEVELS];
    size_t n_workers;
    double cycles_per_ns; // 0 where there is no counter
} bench;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double cycles_per_ns(void)
{
#if defined(__x86_64__)
    double ns = now(CLOCK_MONOTONIC);
    uint64_t cycles = __rdtsc();
    while (now(CLOCK_MONOTONIC) < ns + 5e7)
        ;
    return (double)(__rdtsc() - cycles) / (now(CLOCK_MONOTONIC) - ns);
#else
    return 0;
#endif
}

// What a worker does: a pass whenever it is asked for one, and its time in ns as the answer.
static void work(const bench *b, const worker *w)
{
    static volatile uint64_t result; // so that nothing is left out
    signer s = {0};
    pass p;
    setenv("SHG_CPU", w->level, 1);
    double level = cpu_best();
    if (write(w->answer, &level, sizeof level) != (ssize_t)sizeof level)
        _exit(1);
    while (read(w->ask, &p, sizeof p) == (ssize_t)sizeof p) {
        const corpus *c = &b->c[p.corpus];
        uint64_t sum = 0;
        double start = now(CLOCK_THREAD_CPUTIME_ID);
        for (size_t i = 0; i < c->n; i++)
            sum += STAGES[p.stage].run(&s, c->text[i]);
        double ns = now(CLOCK_THREAD_CPUTIME_ID) - start;
        result = sum;
        if (write(w->answer, &ns, sizeof ns) != (ssize_t)sizeof ns)
            break;
    }
    (void)result;
    _exit(0);
}

// Starts the process of a level, unless the machine lacks it. Nobody may have asked for the
// level here before: a process keeps to its first answer.
static void start(bench *b, cpu_level level)
{
    int ask[2], answer[2];
    double has;
    if (pipe(ask) || pipe(answer))
        fail("pipe");
    worker w = {cpu_name(level), fork(), ask[0], answer[1]};
    if (w.pid < 0)
        fail("fork");
    if (w.pid == 0) {
        close(ask[1]);
        close(answer[0]);
        for (size_t i = 0; i < b->n_workers; i++) // theirs would never see the end
            close(b->w[i].ask);
        work(b, &w);
    }
    close(ask[0]);
    close(answer[1]);
    w.ask = ask[1];
    w.answer = answer[0];
    if (read(w.answer, &has, sizeof has) != (ssize_t)sizeof has)
        fail(w.level);
    if ((unsigned)has == (unsigned)level)
        b->w[b->n_workers++] = w;
    else
        close(w.ask);
}

static double ask(const worker *w, size_t which, size_t i)
{
    pass p = {(uint32_t)which, (uint32_t)i};
    double ns = 0;
    if (write(w->ask, &p, sizeof p) != (ssize_t)sizeof p ||
        read(w->answer, &ns, sizeof ns) != (ssize_t)sizeof ns)
        fail(w->level);
    return ns;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// One row: ns[0..repeats), sorted, each times `by`.
static void print(const bench *b, const stage *s, const worker *w, size_t which, const double *ns,
                  double by, const char *unit)
{
    printf("kernels,%s,%s,%s,%zu,%zu,%.4g,%.4g,%.4g,%s\n", s->name, w->level, b->name[which],
           b->c[which].n, b->repeats, ns[0] * by, ns[b->repeats / 2] * by, ns[b->repeats - 1] * by,
           unit);
}

static void print_rows(const bench *b, const stage *s, const worker *w, size_t which, double *ns)
{
    const corpus *c = &b->c[which];
    qsort(ns, b->repeats, sizeof *ns, by_value);
    print(b, s, w, which, ns, 1 / (double)c->n, "ns/article");
    print(b, s, w, which, ns, 1 / c->bytes, "ns/B");
    if (b->cycles_per_ns > 0)
        print(b, s, w, which, ns, b->cycles_per_ns / c->bytes, "cycles/B");
}

static size_t stage_called(const char *name)
{
    size_t i = 0;
    while (strcmp(STAGES[i].name, name) != 0)
        i++;
    return i;
}

typedef double times[STAGES_MOST][REPEATS_MOST];

static void print_ratio(const bench *b, const char *name, const worker *w, size_t which,
                        const double *over, const double *under)
{
    const stage s = {.name = name};
    double ratio[REPEATS_MOST];
    for (size_t r = 0; r < b->repeats; r++)
        ratio[r] = over[r] / under[r];
    qsort(ratio, b->repeats, sizeof *ratio, by_value);
    print(b, &s, w, which, ratio, 1, "ratio");
}

// Of the best level, and of the last two.
static void print_ratios(const bench *b, size_t which, times *t)
{
    size_t best = b->n_workers - 1, whole = stage_called("whole");
    const double *ours = t[best][whole];
    print_ratio(b, "whole_over_xxh3", &b->w[best], which, ours, t[best][stage_called("xxh3")]);
    print_ratio(b, "plain_over_whole", &b->w[best], which, t[0][stage_called("plain")], ours);
    if (b->n_workers == LEVELS)
        print_ratio(b, "avx2_over_avx512", &b->w[CPU_AVX2], which, t[CPU_AVX2][whole], ours);
}

// The whole way of the best level over that of ASCII, a byte.
static void print_over_ascii(const bench *b, size_t which, times *t, double *ascii)
{
    const worker *best = &b->w[b->n_workers - 1];
    for (size_t r = 0; r < b->repeats; r++)
        ascii[r] *= b->c[which].bytes / b->c[WRITING_ASCII].bytes;
    print_ratio(b, "whole_over_ascii", best, which, t[b->n_workers - 1][stage_called("whole")],
                ascii);
}

static void measure(const bench *b, size_t which, size_t n_stages)
{
    static times t[LEVELS];
    double ascii[REPEATS_MOST];
    size_t whole = stage_called("whole");
    for (size_t r = 0; r < b->repeats + 1; r++) { // the first warms up
        for (size_t i = 0; i < n_stages; i++)
            for (size_t k = 0; k < b->n_workers; k++)
                if (!STAGES[i].once || k == 0)
                    t[k][i][r ? r - 1 : 0] = ask(&b->w[k], which, i);
        ascii[r ? r - 1 : 0] = ask(&b->w[b->n_workers - 1], WRITING_ASCII, whole);
    }
    if (n_stages == N_STAGES)
        print_ratios(b, which, t);
    print_over_ascii(b, which, t, ascii);
    for (size_t k = 0; k < b->n_workers; k++)
        for (size_t i = n_stages; i-- > 0;) {
            const stage *s = &STAGES[i];
            if (s->once && k)
                continue;
            for (size_t r = 0; s->without && r < b->repeats; r++)
                t[k][i][r] -= t[k][stage_called(s->without)][r];
        }
    for (size_t k = 0; k < b->n_workers; k++)
        for (size_t i = 0; i < n_stages; i++)
            if (!STAGES[i].once || k == 0)
                print_rows(b, &STAGES[i], &b->w[k], which, t[k][i]);
}

static void add_corpus(bench *b, writing w, size_t n, const char *where, uint64_t seed)
{
    corpus *c = &b->c[b->n_corpora];
    corpus_make(c, w, n, seed);
    snprintf(b->name[b->n_corpora++], sizeof b->name[0], "%s-%s:%08x", c->name, where,
             (uint32_t)c->hash);
}

int main(int argc, char **argv)
{
    static bench b;
    bool smoke = argc > 1 && strcmp(argv[1], "--smoke") == 0;
    bool quick = smoke || (argc > 1 && strcmp(argv[1], "--quick") == 0);
    uint64_t seed = argc > 1 + quick ? strtoull(argv[1 + quick], NULL, 0) : 1;
    b.repeats = smoke ? 3 : quick ? 5 : REPEATS_MOST;
    b.cycles_per_ns = cycles_per_ns();
    for (writing w = 0; w < WRITINGS; w++)
        add_corpus(&b, w, smoke ? 50 : IN_CACHE, "cache", seed);
    add_corpus(&b, WRITING_NEWS, smoke ? 100 : IN_MEMORY, "memory", seed);
    for (cpu_level l = CPU_SCALAR; l <= CPU_AVX512; l++)
        start(&b, l);
    printf("# %.3f cycles of the time stamp counter a ns; thread CPU time\n", b.cycles_per_ns);
    printf("bench,name,level,corpus,n,repetitions,min,median,max,unit\n");
    for (size_t i = 0; i < b.n_corpora; i++) {
        printf("# %s: %.0f bytes a text\n", b.name[i], b.c[i].bytes / (double)b.c[i].n);
        measure(&b, i, i == 0 ? N_STAGES : STAGES_EACH);
        fflush(stdout);
    }
    for (size_t k = 0; k < b.n_workers; k++)
        close(b.w[k].ask);
    for (size_t k = 0; k < b.n_workers; k++)
        waitpid(b.w[k].pid, NULL, 0);
    return 0;
}
