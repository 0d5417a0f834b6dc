#include "base/buf.h"
#include "base/bytes.h"

#include <stdlib.h>

void buf_fini(buf *b)
{
    free(b->p);
    *b = (buf){0};
}

void buf_reset(buf *b)
{
    b->len = 0;
    b->err = SHG_OK;
}

uint8_t *buf_grow(buf *b, size_t n)
{
    if (b->err)
        return NULL;
    size_t max = b->max ? b->max : SIZE_MAX / 2;
    if (n > max || b->len > max - n) {
        b->err = SHG_ENOMEM;
        return NULL;
    }
    if (b->len + n > b->cap || !b->p) { // never NULL without an error, also for n == 0
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->len + n)
            cap *= 2;
        uint8_t *p = realloc(b->p, cap);
        if (!p) {
            b->err = SHG_ENOMEM;
            return NULL;
        }
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->len;
}

void buf_add(buf *b, const void *p, size_t n)
{
    uint8_t *to = buf_grow(b, n);
    if (!to || n == 0)
        return;
    memcpy(to, p, n);
    b->len += n;
}

void buf_add8(buf *b, uint8_t v)
{
    buf_add(b, &v, 1);
}

void buf_add16(buf *b, uint16_t v)
{
    uint8_t le[2];
    store16(le, v);
    buf_add(b, le, sizeof le);
}

void buf_add32(buf *b, uint32_t v)
{
    uint8_t le[4];
    store32(le, v);
    buf_add(b, le, sizeof le);
}

void buf_add64(buf *b, uint64_t v)
{
    uint8_t le[8];
    store64(le, v);
    buf_add(b, le, sizeof le);
}
