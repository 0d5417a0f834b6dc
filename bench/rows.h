// rows.h - how every benchmark tells what it measured: rows of CSV, one a figure.
//
//     bench,name,level,corpus,n,repetitions,min,median,max,unit
//
// level: the CPU level of the kernels, or the version of a peer; corpus: NAME:HASH; "-" where
// there is none. No field holds a comma. script/bench adds commit, compiler and CPU.
// Threads: one.
#ifndef SHINGLED_BENCH_ROWS_H
#define SHINGLED_BENCH_ROWS_H
#include <stddef.h>
#include <stdint.h>

double rows_cpu_ns(void);  // CPU time of this thread; a system call of about .3 us
double rows_wall_ns(void); // monotonic

// rows_written is how many bytes this process wrote. (write_bytes of the same file counts whole
// folios of the page cache, many times what reaches the device.)
double rows_written(void);

void rows_head(void); // prints the head line

// What a row is about.
typedef struct row_of {
    const char *bench, *level, *corpus;
    uint64_t n; // articles, or pairs
} row_of;

// rows_print sorts value[0..count) and prints their least, median and greatest; the name is
// given as printf takes it.
void rows_print(const row_of *of, const char *unit, double *value, size_t count, const char *name,
                ...) __attribute__((format(printf, 5, 6)));

// rows_quantile is the q-quantile of value[0..count), which is ascending, between two of them where
// it falls there; count >= 1.
double rows_quantile(const double *value, size_t count, double q);
void rows_sort(double *value, size_t count);

// rows_random is splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
static inline uint64_t rows_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

#endif
