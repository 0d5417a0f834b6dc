// hash.h - the public hash of a word's key (README, Hashes).
// Layer: text.  May include: base.  Threads: pure.
#ifndef SHINGLED_TEXT_HASH_H
#define SHINGLED_TEXT_HASH_H
#include "base/bytes.h"
#include <stddef.h>

enum { HASH_SHORT = 16 }; // bytes of a step: one, as most words take; longer keys take more

// What the two numbers of a step are xored with. Each half is odd, and bytes that no UTF-8 has
// where they would have to stand: no half of a key's number makes 0 of it.
#define HASH_FIRST 0xfd1e3b79e35ac6a7u
#define HASH_SECOND 0xb5c1a9eff94f7b63u
// Odd numbers of 32 bits that a hash is turned by.
#define HASH_TURN 0xd6e8feb9u
#define HASH_BACK 0x9e3779b1u

// hash_mix spreads every bit of x over all: two rounds of multiply and shift.
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 29;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 32;
}

// The product of a number's halves: 32 bits times 32, which every vector of every CPU has.
static inline uint64_t hash_product(uint64_t x)
{
    return (uint64_t)(uint32_t)x * (x >> 32);
}

// As if x were multiplied in a circle, where what leaves above comes back below (modulo 2^64 - 1,
// were both factors one and the carry counted).
static inline uint64_t hash_turn(uint64_t x, uint32_t low, uint32_t high)
{
    uint64_t y = (x >> 32) * high;
    return (uint64_t)(uint32_t)x * low + (y << 32 | y >> 32);
}

// hash_step takes sixteen more bytes of a key.
static inline uint64_t hash_step(uint64_t x, uint64_t a, uint64_t b)
{
    x += hash_product(a ^ HASH_FIRST) + hash_product(b ^ HASH_SECOND);
    return hash_turn(hash_turn(x ^ x >> 32, HASH_TURN, HASH_BACK), HASH_BACK, HASH_TURN);
}

// hash_short takes a key of len <= 16 bytes as two little-endian numbers, zero where the key
// has ended.
static inline uint64_t hash_short(uint64_t a, uint64_t b, size_t len)
{
    return hash_step(len, a, b);
}

// Ones in the low n bytes, n <= 8, without a branch.
static inline uint64_t hash_ones(size_t n)
{
    return n ? UINT64_MAX >> (64 - 8 * n) : 0;
}

// The low n bytes of x, n <= 8.
static inline uint64_t hash_low(uint64_t x, size_t n)
{
    return n >= 8 ? x : x & (((uint64_t)1 << (8 * n)) - 1);
}

// hash_place spreads hashes that anybody can choose over a table with open addressing. Where
// the slots lie nobody outside can know, so that nobody can pile them up on one place; what is
// found does not depend on it.
static inline size_t hash_place(uint64_t hash, const void *slots)
{
    return (size_t)hash_mix(hash ^ (uint64_t)(uintptr_t)slots);
}

// hash_slots is how many slots such a table has for n entries, at most half of them taken: a power
// of two.
static inline size_t hash_slots(size_t n)
{
    size_t slots = 16;
    while (slots < 2 * n)
        slots *= 2;
    return slots;
}

// hash_long is the hash of a key of more than 16 bytes, of which no byte behind is read.
uint64_t hash_long(const uint8_t *key, size_t len);

// hash_padded is the hash of key[0..len) where 16 bytes may be read from key.
static inline uint64_t hash_padded(const uint8_t *key, size_t len)
{
    if (len > HASH_SHORT)
        return hash_long(key, len);
    size_t first = len < 8 ? len : 8;
    return hash_short(load64(key) & hash_ones(first), load64(key + 8) & hash_ones(len - first),
                      len);
}

// hash_ascii is the hash of a word of ASCII letters and digits, len >= 1, where 16 bytes may be
// read from it: its key is itself in lower case, which is bit 5, and digits have that.
uint64_t hash_ascii_long(const uint8_t *p, size_t len);
static inline uint64_t hash_ascii(const uint8_t *p, size_t len)
{
    const uint64_t lower = 0x2020202020202020;
    if (len > HASH_SHORT)
        return hash_ascii_long(p, len);
    size_t first = len < 8 ? len : 8;
    return hash_short((load64(p) | lower) & hash_ones(first),
                      (load64(p + 8) | lower) & hash_ones(len - first), len);
}

#endif
