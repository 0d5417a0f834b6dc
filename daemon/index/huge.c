#include "index/huge.h"

#include <stdlib.h>
#include <sys/mman.h>

void *huge_alloc(size_t n)
{
    if (n < HUGE_PAGE)
        return malloc(n);
    n = (n + HUGE_PAGE - 1) & ~(size_t)(HUGE_PAGE - 1);
    void *p = aligned_alloc(HUGE_PAGE, n);
    if (p)
        (void)madvise(p, n, MADV_HUGEPAGE); // a wish; small pages do as well
    return p;
}
