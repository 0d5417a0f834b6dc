#include "text/kernels.h"
#include "base/cpu.h"
#include "text/hash_blocks.h"
#include "text/shingle_blocks.h"
#include <pthread.h>

static text_kernels table; // written by fill() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void)
{
    table = (text_kernels){
        .hash = hash_each,
        .shingles = shingle_blocks,
        .shingle_pairs = shingle_pair_blocks,
        .mixed = shingle_mixed_blocks,
    };
#if defined(__x86_64__)
    if (cpu_best() >= CPU_AVX512)
        text_kernels_avx512(&table);
    else if (cpu_best() >= CPU_AVX2)
        text_kernels_avx2(&table);
#elif defined(__aarch64__)
    if (cpu_best() == CPU_NEON)
        text_kernels_neon(&table);
#endif
}

const text_kernels *text_kernels_get(void)
{
    pthread_once(&once, fill);
    return &table;
}
