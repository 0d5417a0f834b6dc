#include "sketch/kernels_impl.h"
#include "base/cpu.h"
#include "sketch/fss.h"
#include "sketch/minhash.h"
#include "sketch/plain_blocks.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static bool sketch_full(const uint32_t *lane)
{
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        if (lane[i] == FSS_EMPTY)
            return false;
    return true;
}

static void sketch_round(uint32_t *lane, const uint64_t *shingles, size_t n, unsigned round,
                         uint32_t factor)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t hash = fss_hash(shingles[i], factor);
        if (round || hash != FSS_EMPTY)
            fss_take(lane, hash, round);
    }
}

// The smallest value of all shingles, for a lane that no round has reached.
static uint32_t sketch_last(const uint64_t *shingles, size_t n, uint32_t factor)
{
    uint32_t least = FSS_EMPTY;
    for (size_t i = 0; i < n; i++) {
        uint32_t value = fss_value(fss_hash(shingles[i], factor), FSS_ROUNDS);
        if (value < least)
            least = value;
    }
    return least;
}

enum { DISTINCT_MOST = 1024 };

// The different ones of shingles[0..n), at most DISTINCT_MOST; 0 where there are more.
// Texts made for it can make places in the set meet: at worst DISTINCT_MOST steps a shingle.
static size_t find_distinct(uint64_t *out, const uint64_t *shingles, size_t n, uint64_t seed)
{
    uint16_t set[4 * DISTINCT_MOST] = {0}; // place in out, from 1
    const uint32_t factor = fss_factor(seed, 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = fss_hash(shingles[i], factor) >> 20;
        while (set[at] && out[set[at] - 1] != shingles[i])
            at = (at + 1) % (4 * DISTINCT_MOST);
        if (set[at])
            continue;
        if (count == DISTINCT_MOST)
            return 0;
        out[count++] = shingles[i];
        set[at] = (uint16_t)count;
    }
    return count;
}

void fss_last_resort(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed,
                     uint32_t (*least)(const uint64_t *shingles, size_t n, uint32_t factor))
{
    uint64_t distinct[DISTINCT_MOST];
    size_t few = n > DISTINCT_MOST ? find_distinct(distinct, shingles, n, seed) : 0;
    if (few) {
        shingles = distinct;
        n = few;
    }
    for (unsigned i = 0; i < MINHASH_LANES; i++)
        if (lane[i] == FSS_EMPTY)
            lane[i] = least(shingles, n, fss_factor(seed, FSS_ROUNDS + i));
}

static void sketch_scalar(uint32_t *lane, const uint64_t *shingles, size_t n, uint64_t seed)
{
    memset(lane, 0xff, MINHASH_LANES * sizeof *lane);
    for (unsigned round = 0; round < FSS_ROUNDS; round++) {
        sketch_round(lane, shingles, n, round, fss_factor(seed, round));
        if (sketch_full(lane))
            return;
    }
    fss_last_resort(lane, shingles, n, seed, sketch_last);
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
}

const kernels *kernels_get(void)
{
    pthread_once(&once, fill);
    return &table;
}
