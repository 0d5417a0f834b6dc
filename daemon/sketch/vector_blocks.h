// vector_blocks.h - sketching by vectors, written once for every CPU level: a variant defines `vec`
// and the functions vec_* below over WIDTH shingles, includes this, and has sketch_vector().
//
// Fast Similarity Sketching: the first round goes shingle by shingle; the hashes of the second are
// made in registers, those that fall into a lane which is full already are sifted out by a bitmap
// of the lanes that are empty, and the few that are left go one by one. Lanes that are empty then
// are few, and go over all shingles, four lanes at a time.
// Layer: sketch.  May include: base.  Threads: pure.

#include "sketch/fss.h"
#include "sketch/kernels_impl.h"
#include "sketch/plain_blocks.h"
#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum { BLOCK = 1024 }; // shingles that are read once more for each step: they stay in L1

// -- what a variant defines ----------------------------------------------------------------

// The low and high halves of WIDTH shingles, in any one order.
typedef struct halves {
    vec low, high;
} halves;

static halves halves_load(const uint64_t *p);

static vec vec_all(uint32_t x);
static vec vec_order(void);                     // 0, 1, 2 and so on
static vec vec_hash(halves h, uint32_t factor); // fss_hash of each
static vec vec_and(vec a, vec b);
static vec vec_or(vec a, vec b);
static vec vec_up16(vec x); // each number shifted by 16 bits
static vec vec_down16(vec x);
static vec vec_add(vec a, vec b);

// Writes those of x whose bit is set, one after the other; WIDTH may be written over.
static void vec_keep(uint32_t *out, vec x, unsigned bits);

// Each half of a number by itself: x in all, fss_own of each, the least. What vec_least4 writes are
// the least halves of x[0] to x[3].
static vec vec_all16(uint16_t x);
static vec vec_own(vec add, vec times, vec factor);
static vec vec_min16(vec a, vec b);
static void vec_least4(uint32_t out[4], const vec x[4]);

// Makes all lanes of a sketch empty.
static void lanes_clear(uint32_t *lane);
// Which lanes are empty, of WIDTH from `lane` on.
static unsigned empty_bits(const uint32_t *lane);
// One bit a lane of a sketch, set where it is empty; false where none is.
static bool empty_find(vec *empty, const uint32_t *lane);
// Which hashes fall into an empty lane.
static unsigned empty_hit(vec x, vec empty);

// ------------------------------------------------------------------------------------------

static inline unsigned first_bits(size_t n)
{
    return n >= WIDTH ? (1u << WIDTH) - 1 : (1u << n) - 1;
}

// Writes the smaller of a hash and of what stands in the lane that its top byte names. That byte is
// loaded by itself: there is more room for loads than for shifts.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "byte 3 is a hash's top one");
static inline void lane_least(uint32_t *lane, const uint8_t *hash)
{
    uint32_t x, *own = lane + hash[3];
    memcpy(&x, hash, sizeof x);
    *own = x < *own ? x : *own;
}

// lane_least of n hashes, `each` bytes from one to the next.
static inline void lanes_least(uint32_t *lane, const void *hashes, size_t n, const size_t each)
{
    enum { STEP = 4 };
    const uint8_t *p = hashes;
    size_t i = 0;
    for (; i + STEP <= n; i += STEP, p += STEP * each)
        for (unsigned k = 0; k < STEP; k++)
            lane_least(lane, p + k * each);
    for (; i < n; i++, p += each)
        lane_least(lane, p);
}

// The second round, of n >= WIDTH shingles. Where they are no whole vectors the last one has some
// again, which changes nothing.
static void sketch_second(uint32_t *lane, const uint64_t *shingles, size_t n, uint32_t factor,
                          vec empty)
{
    uint32_t kept[BLOCK + WIDTH];
    for (size_t at = 0, end; at < n; at = end) {
        size_t count = 0;
        end = n - at < BLOCK ? n : at + BLOCK;
        for (size_t i = at; i < end; i += WIDTH) {
            size_t from = end - i < WIDTH ? end - WIDTH : i;
            vec x = vec_hash(halves_load(shingles + from), factor);
            unsigned keep = empty_hit(x, empty);
            vec_keep(kept + count, x, keep);
            count += (unsigned)__builtin_popcount(keep);
        }
        lanes_least(lane, kept, count, sizeof *kept);
    }
}

// What the last resort takes of shingles, a half of each number: fss_add, fss_times.
typedef struct own_block {
    vec add[BLOCK / (2 * WIDTH)], times[BLOCK / (2 * WIDTH)];
    size_t n;
} own_block;

static inline void own_take(own_block *b, const uint64_t *shingles, size_t at, size_t end)
{
    const vec low = vec_all(0xffff), high = vec_all(0xffff0000);
    b->n = 0;
    for (size_t i = at; i < end; i += 2 * WIDTH, b->n++) {
        const uint64_t *p = shingles + (end - i < 2 * WIDTH ? end - 2 * WIDTH : i);
        vec x = halves_load(p).high, y = halves_load(p + WIDTH).high;
        b->add[b->n] = vec_or(vec_and(x, low), vec_up16(y));
        b->times[b->n] = vec_or(vec_down16(x), vec_and(y, high));
    }
}

static inline void own_four(uint32_t *lane, const uint32_t *list, const own_block *b,
                            const uint16_t *factor)
{
    uint32_t found[4];
    vec least[4], by[4];
    for (unsigned k = 0; k < 4; k++) {
        least[k] = vec_all(UINT32_MAX);
        by[k] = vec_all16(factor[list[k]]);
    }
    for (size_t i = 0; i < b->n; i++)
        for (unsigned k = 0; k < 4; k++)
            least[k] = vec_min16(least[k], vec_own(b->add[i], b->times[i], by[k]));
    vec_least4(found, least);
    for (unsigned k = 0; k < 4; k++)
        lane[list[k]] = found[k] < lane[list[k]] ? found[k] : lane[list[k]];
}

// The last resort, of n >= 2 * WIDTH shingles.
static void sketch_own(uint32_t *lane, const uint64_t *shingles, size_t n, const uint16_t *factor)
{
    uint32_t list[MINHASH_LANES + WIDTH];
    size_t count = 0;
    vec at = vec_order();
    for (unsigned i = 0; i < MINHASH_LANES; i += WIDTH, at = vec_add(at, vec_all(WIDTH))) {
        unsigned bits = empty_bits(lane + i);
        vec_keep(list + count, at, bits);
        count += (unsigned)__builtin_popcount(bits);
    }
    if (count == 0)
        return;
    for (unsigned k = 0; k < 3; k++) // the last four are whole
        list[count + k] = list[count - 1];
    for (size_t from = 0, end; from < n; from = end) {
        own_block b;
        end = n - from < BLOCK ? n : from + BLOCK;
        own_take(&b, shingles, from, end);
        for (size_t k = 0; k < count; k += 4)
            own_four(lane, list + k, &b, factor);
    }
}

static void sketch_vector(uint32_t *lane, const uint64_t *shingles, size_t n, const fss_keys *keys)
{
    uint64_t few[2 * WIDTH];
    vec empty;
    lanes_clear(lane);
    if (n < 2 * WIDTH) { // a set stays the same if one of it is repeated
        for (size_t i = 0; i < 2 * WIDTH; i++)
            few[i] = shingles[i < n ? i : 0];
        shingles = few;
        n = 2 * WIDTH;
    }
    lanes_least(lane, shingles, n, sizeof *shingles);
    if (!empty_find(&empty, lane))
        return;
    sketch_second(lane, shingles, n, keys->second, empty);
    sketch_own(lane, shingles, n, keys->own);
}
