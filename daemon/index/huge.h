// huge.h - memory for big tables that are read at random.
//
// On huge pages where the system gives them: with small ones every read of such a table
// misses the TLB as well as the cache.
// Layer: index, private.  Threads: any.
#ifndef SHINGLED_INDEX_HUGE_H
#define SHINGLED_INDEX_HUGE_H
#include <stddef.h>

enum { HUGE_PAGE = 2 << 20 };

// huge_alloc returns n bytes, on huge pages from HUGE_PAGE on; NULL where there are none. free()
// them.
void *huge_alloc(size_t n);

#endif
