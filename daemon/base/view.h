// view.h - a borrowed run of bytes. It never owns, never ends with NUL by promise,
// and dies with whatever it points into.  Layer: base.
#ifndef SHINGLED_BASE_VIEW_H
#define SHINGLED_BASE_VIEW_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct view {
    const uint8_t *p; // may be NULL only where len is 0
    size_t len;
} view;

static inline view view_of(const char *s)
{
    return (view){(const uint8_t *)s, s ? strlen(s) : 0};
}

static inline bool view_eq(view a, view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
