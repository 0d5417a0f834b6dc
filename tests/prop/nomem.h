// nomem.h - allocations that fail on purpose, for a test that is one source file. Linked with
// --wrap for malloc, calloc, realloc and aligned_alloc (nomem_link in meson.build).
#ifndef SHINGLED_TESTS_NOMEM_H
#define SHINGLED_TESTS_NOMEM_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);

static atomic_long nomem_left = -1; // allocations that still succeed; below 0: all

// From here on n allocations of any thread succeed, and the one behind them fails, alone; below 0:
// none does.
static void nomem_after(long n)
{
    atomic_store(&nomem_left, n);
}

// Whether it failed; none does from here on. After nomem_after of a number below 0 it says nothing.
static bool nomem_over(void)
{
    return atomic_exchange(&nomem_left, -1) < 0;
}

static bool nomem_fails(void)
{
    return atomic_load(&nomem_left) >= 0 && atomic_fetch_sub(&nomem_left, 1) == 0;
}

void *__wrap_malloc(size_t n)
{
    return nomem_fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return nomem_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return nomem_fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    return nomem_fails() ? NULL : __real_aligned_alloc(align, n);
}

#endif
