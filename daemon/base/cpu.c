#include "base/cpu.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"scalar", "avx2", "avx512"};

enum { LEVELS = sizeof names / sizeof *names };

// What gcc and clang call supported was enabled by the operating system too (XCR0).
#if defined(__x86_64__)
static cpu_level machine(void)
{
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")))
        return CPU_SCALAR;
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2")))
        return CPU_AVX2;
    return CPU_AVX512;
}
#else
static cpu_level machine(void)
{
    return CPU_SCALAR;
}
#endif

static cpu_level best; // written by choose() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void choose(void)
{
    const char *most = getenv("SHG_CPU");
    best = machine();
    for (unsigned i = 0; most && i < LEVELS; i++)
        if (strcmp(most, names[i]) == 0 && (cpu_level)i < best)
            best = (cpu_level)i;
}

cpu_level cpu_best(void)
{
    pthread_once(&once, choose);
    return best;
}

const char *cpu_name(cpu_level level)
{
    return names[level];
}
