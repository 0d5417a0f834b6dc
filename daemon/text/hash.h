// hash.h - the public hash of a word's key (README, Hashes).
// Layer: text.  May include: base.  Threads: pure.
#ifndef SHINGLED_TEXT_HASH_H
#define SHINGLED_TEXT_HASH_H
#include "base/bytes.h"
#include <stddef.h>

enum { HASH_SHORT = 16 }; // bytes; longer keys take XXH3

__extension__ typedef unsigned __int128 uint128; // ISO C has none

// hash_mix spreads every bit of x over all: two rounds of multiply and shift.
static inline uint64_t hash_mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 29;
    x *= 0x9e3779b97f4a7c15u;
    return x ^ x >> 32;
}

// hash_short takes a key of len <= 16 bytes as two little-endian numbers, zero where
// the key has ended.
static inline uint64_t hash_short(uint64_t a, uint64_t b, size_t len)
{
    a ^= 0x243f6a8885a308d3u;
    b ^= 0x13198a2e03707344u + len * 0x9e3779b97f4a7c15u;
    uint128 product = (uint128)a * b;
    return hash_mix(a ^ b ^ (uint64_t)product ^ (uint64_t)(product >> 64));
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

uint64_t hash_long(const uint8_t *key, size_t len);

// hash_padded is the hash of key[0..len) where 16 bytes may be read from key.
static inline uint64_t hash_padded(const uint8_t *key, size_t len)
{
    static const uint64_t KEPT[HASH_SHORT + 9] = {
        // of the low half from 8 on, of the high one
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0xff,
        0xffff,
        0xffffff,
        0xffffffff,
        0xffffffffff,
        0xffffffffffff,
        0xffffffffffffff,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
        UINT64_MAX,
    };
    if (len > HASH_SHORT)
        return hash_long(key, len);
    return hash_short(load64(key) & KEPT[len + 8], load64(key + 8) & KEPT[len], len);
}

#endif
