#include "base/cpu.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"scalar", "avx2", "avx512", "neon"};

// What gcc and clang call supported was enabled by the operating system too (XCR0).
#if defined(__x86_64__)
static const cpu_level levels[] = {CPU_SCALAR, CPU_AVX2, CPU_AVX512};

static cpu_level machine(void)
{
    __builtin_cpu_init();
    if (!(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")))
        return CPU_SCALAR;
    if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
          __builtin_cpu_supports("gfni")))
        return CPU_AVX2;
    return CPU_AVX512;
}
#elif defined(__aarch64__)
static const cpu_level levels[] = {CPU_SCALAR, CPU_NEON};

static cpu_level machine(void)
{
    return CPU_NEON;
}
#else
static const cpu_level levels[] = {CPU_SCALAR};

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
    for (size_t i = 0; most && i < sizeof levels / sizeof *levels; i++)
        if (strcmp(most, names[levels[i]]) == 0 && levels[i] < best)
            best = levels[i];
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
