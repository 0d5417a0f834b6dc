#include "text/kernels.h"
#include "base/cpu.h"
#include "text/hash_blocks.h"
#include "text/shingle_blocks.h"
#include <pthread.h>

static text_kernels table; // written by fill() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool may_begin_mark(uint8_t c)
{
    static const uint8_t any[] = {'"', '\'', '`', '<', '>', 0xc2, 0xc3, 0xd7, 0xe2, 0xe3, 0xef};
    return memchr(any, c, sizeof any);
}

static void marks_each(uint64_t *bits, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool comma = p[i] == ',' && i + 1 < len && p[i + 1] == ',',
             is = may_begin_mark(p[i]) || comma;
        bits[i / 64] = (i % 64 ? bits[i / 64] : 0) | (uint64_t)is << i % 64;
    }
}

static void fill(void)
{
    table = (text_kernels){
        .hash = hash_each,
        .marks = marks_each,
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
