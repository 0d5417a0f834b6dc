#include "rows.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double rows_cpu_ns(void)
{
    return now(CLOCK_THREAD_CPUTIME_ID);
}

double rows_wall_ns(void)
{
    return now(CLOCK_MONOTONIC);
}

double rows_written(void)
{
    unsigned long long n = 0;
    char line[128];
    FILE *f = fopen("/proc/self/io", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "wchar: %llu", &n) == 1)
            break;
    if (f)
        fclose(f);
    return (double)n;
}

void rows_head(void)
{
    puts("bench,name,level,corpus,n,repetitions,min,median,max,unit");
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void rows_sort(double *value, size_t count)
{
    qsort(value, count, sizeof *value, by_value);
}

double rows_quantile(const double *value, size_t count, double q)
{
    double at = (double)(count - 1) * q;
    size_t below = (size_t)at, above = below + (below + 1 < count);
    return value[below] + (at - (double)below) * (value[above] - value[below]);
}

void rows_print(const row_of *of, const char *unit, double *value, size_t count, const char *name,
                ...)
{
    va_list args;
    rows_sort(value, count);
    printf("%s,", of->bench);
    va_start(args, name);
    vprintf(name, args);
    va_end(args);
    printf(",%s,%s,%llu,%zu,%.6g,%.6g,%.6g,%s\n", of->level, of->corpus, (unsigned long long)of->n,
           count, value[0], rows_quantile(value, count, .5), value[count - 1], unit);
    fflush(stdout);
}
