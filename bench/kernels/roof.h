// roof.h - what no path over the same bytes can beat: reading them, and XXH3 of them, each with
// the vectors of a CPU level (roof_blocks.h is compiled once for each).
// Threads: pure.
#ifndef SHINGLED_BENCH_ROOF_H
#define SHINGLED_BENCH_ROOF_H
#include "base/cpu.h"
#include "base/view.h"

typedef uint64_t roof_run(view text);

typedef struct roof {
    roof_run *read, *xxh3;
} roof;

extern const roof roof_scalar; // SSE2: what every x86-64 has
#if defined(__x86_64__)
extern const roof roof_avx2, roof_avx512;
#endif

static inline const roof *roof_of(cpu_level level)
{
#if defined(__x86_64__)
    if (level == CPU_AVX512)
        return &roof_avx512;
    if (level == CPU_AVX2)
        return &roof_avx2;
#endif
    (void)level;
    return &roof_scalar;
}

#endif
