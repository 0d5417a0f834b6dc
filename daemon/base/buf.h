// buf.h - a growing byte buffer with a maximum and a sticky error.
//
// Appends after a failure do nothing, so a sequence of them is checked once, at
// the end, by buf_err.  Layer: base.  Threads: one owner.
#ifndef SHINGLED_BASE_BUF_H
#define SHINGLED_BASE_BUF_H
#include "base/view.h"
#include "shingled/err.h"

typedef struct buf {
    uint8_t *p; // len bytes in use; owned; NULL while cap is 0
    size_t len, cap;
    size_t max;  // most bytes it may ever hold; 0 = SIZE_MAX / 2
    shg_err err; // first failure: SHG_ENOMEM, also where max was reached
} buf;

// A zeroed buf is a valid empty one. buf_fini frees and zeroes it.
void buf_fini(buf *b);

// buf_reset empties it and clears the error; the memory stays.
void buf_reset(buf *b);

// buf_grow makes room for n more bytes and returns where they start, or NULL
// after a failure. The caller writes them and adds n to len.
uint8_t *buf_grow(buf *b, size_t n);

void buf_add(buf *b, const void *p, size_t n);
void buf_add8(buf *b, uint8_t v);
void buf_add16(buf *b, uint16_t v); // little-endian, as the two below
void buf_add32(buf *b, uint32_t v);
void buf_add64(buf *b, uint64_t v);

static inline SHG_MUST_CHECK shg_err buf_err(const buf *b)
{
    return b->err;
}

static inline view buf_view(const buf *b)
{
    return (view){b->p, b->len};
}

#endif
