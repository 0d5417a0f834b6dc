#include "sketch/kernels_impl.h"
#include "base/cpu.h"
#include "sketch/fss.h"
#include "sketch/plain_blocks.h"
#include <pthread.h>
#include <string.h>

// Throws every shingle into its one lane of a round; lanes that an earlier round has reached keep
// what they have.
static void sketch_round(uint32_t *lane, const uint64_t *shingles, size_t n, uint32_t factor)
{
    uint32_t least[MINHASH_LANES];
    memset(least, 0xff, sizeof least);
    for (size_t i = 0; i < n; i++) {
        uint32_t hash = fss_hash(shingles[i], factor), *own = least + (hash >> FSS_LANE_BITS);
        *own = hash < *own ? hash : *own;
    }
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        lane[i] = lane[i] == FSS_EMPTY ? least[i] : lane[i];
}

enum { OWN_AT_ONCE = 1024 }; // shingles; what is taken of them stays in L1

static uint32_t own_least(const uint16_t *add, const uint16_t *times, size_t n, uint16_t factor)
{
    uint16_t least = UINT16_MAX;
    for (size_t i = 0; i < n; i++) {
        uint16_t x = fss_own(add[i], times[i], factor);
        least = x < least ? x : least;
    }
    return least;
}

// The last resort: a lane that is still empty takes every shingle.
static void sketch_own(uint32_t *lane, const uint64_t *shingles, size_t n, const uint16_t *factor)
{
    uint16_t add[OWN_AT_ONCE], times[OWN_AT_ONCE];
    uint8_t list[MINHASH_LANES];
    size_t count = 0;
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        if (lane[i] == FSS_EMPTY)
            list[count++] = (uint8_t)i;
    for (size_t at = 0, some; at < n && count; at += some) {
        some = n - at < OWN_AT_ONCE ? n - at : OWN_AT_ONCE;
        for (size_t i = 0; i < some; i++) {
            add[i] = fss_add(shingles[at + i]);
            times[i] = fss_times(shingles[at + i]);
        }
        for (size_t k = 0; k < count; k++) {
            uint32_t x = own_least(add, times, some, factor[list[k]]), *own = lane + list[k];
            *own = x < *own ? x : *own;
        }
    }
}

static void sketch_scalar(uint32_t *lane, const uint64_t *shingles, size_t n, const fss_keys *keys)
{
    memset(lane, 0xff, MINHASH_LANES * sizeof *lane);
    sketch_round(lane, shingles, n, 0);
    sketch_round(lane, shingles, n, keys->second);
    sketch_own(lane, shingles, n, keys->own);
}

// splitmix64 (Steele, Lea, Flood, OOPSLA 2014), its numbers from 1 on.
static uint32_t random_odd(unsigned i)
{
    uint64_t z = MINHASH_KEY + (uint64_t)i * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ z >> 31) >> 32) | 1;
}

static void make_keys(fss_keys *keys)
{
    keys->second = random_odd(1);
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        keys->own[i] = (uint16_t)random_odd(2 + i);
}

// The rightmost of the smallest in [begin, end).
static size_t smallest(const uint64_t *shingles, size_t begin, size_t end)
{
    size_t best = begin;
    for (size_t i = begin + 1; i < end; i++)
        if (shingles[i] <= shingles[best])
            best = i;
    return best;
}

size_t winnow_scalar(uint32_t *out, const uint64_t *shingles, size_t n)
{
    if (n == 0)
        return 0;
    size_t kept = 0, best = smallest(shingles, 0, n < WINNOW_WINDOW ? n : WINNOW_WINDOW);
    out[kept++] = (uint32_t)best;
    for (size_t i = WINNOW_WINDOW; i < n; i++) {
        if (best + WINNOW_WINDOW <= i)
            best = smallest(shingles, i + 1 - WINNOW_WINDOW, i + 1);
        else if (shingles[i] < shingles[best])
            best = i;
        else
            continue;
        out[kept++] = (uint32_t)best;
    }
    return kept;
}

static unsigned equal_scalar(const uint8_t *a, const uint8_t *b)
{
    unsigned equal = 0;
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        equal += a[i] == b[i];
    return equal;
}

static kernels table; // written by fill() alone, under pthread_once
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void fill(void)
{
    table = (kernels){
        .sketch = sketch_scalar,
        .winnow = winnow_scalar,
        .cut = cut_blocks,
        .bands = bands_blocks,
        .prints = prints_blocks,
        .equal_lanes = equal_scalar,
    };
#if defined(__x86_64__)
    if (cpu_best() >= CPU_AVX512)
        kernels_avx512(&table);
    else if (cpu_best() >= CPU_AVX2)
        kernels_avx2(&table);
#endif
    make_keys(&table.keys);
}

const kernels *kernels_get(void)
{
    pthread_once(&once, fill);
    return &table;
}
