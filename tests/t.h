// t.h - what every C test includes: cmocka with what it needs before it, and the seed.
#ifndef SHINGLED_TESTS_T_H
#define SHINGLED_TESTS_T_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "shingled/err.h"

// assert_ok fails with the error's name.
#define assert_ok(expr)                                                                            \
    do {                                                                                           \
        shg_err e_ = (expr);                                                                       \
        if (e_)                                                                                    \
            fail_msg("%s: %s", #expr, shg_err_name(e_));                                           \
    } while (0)

// t_seed is $SHG_SEED or the clock, and is printed once, so that a failure can be replayed.
static inline uint64_t t_seed(void)
{
    static uint64_t seed;
    if (!seed) {
        const char *given = getenv("SHG_SEED");
        seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
        printf("# SHG_SEED=%llu\n", (unsigned long long)seed);
    }
    return seed;
}

// t_random is splitmix64 (Steele, Lea, Flood, OOPSLA 2014).
static inline uint64_t t_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

// t_remove_store removes a folder that holds a store, or nothing.
static inline void t_remove_store(const char *dir)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "lock"};
    char path[512];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

#endif
