// utf8.h - validation of UTF-8 (RFC 3629) and conversion of offsets.
// Layer: text.  May include: base.  Threads: pure.
#ifndef SHINGLED_TEXT_UTF8_H
#define SHINGLED_TEXT_UTF8_H
#include "base/view.h"
#include "shingled/err.h"
#include <assert.h>

// utf8_check returns SHG_OK, or SHG_EUTF8 with *at = the offset of the first byte
// of the first sequence that is ill-formed (overlong, surrogate, above U+10FFFF,
// truncated, stray continuation). at may be NULL.
SHG_MUST_CHECK shg_err utf8_check(view text, size_t *at);

// utf8_next reads the code point at *p (p < end, valid UTF-8) and moves *p past it.
static inline uint32_t utf8_next(const uint8_t **p, const uint8_t *end)
{
    const uint8_t *s = *p;
    assert(s < end);
    (void)end;
    if (s[0] < 0x80) {
        *p = s + 1;
        return s[0];
    }
    if (s[0] < 0xe0) {
        *p = s + 2;
        return (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu);
    }
    if (s[0] < 0xf0) {
        *p = s + 3;
        return (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
    }
    *p = s + 4;
    return (s[0] & 0x07u) << 18 | (s[1] & 0x3fu) << 12 | (s[2] & 0x3fu) << 6 | (s[3] & 0x3fu);
}

// utf8_put writes cp (a scalar value) and returns its length; all of out may be written.
static inline size_t utf8_put(uint8_t out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (uint8_t)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (uint8_t)(0xc0 | cp >> 6);
        out[1] = (uint8_t)(0x80 | (cp & 0x3f));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (uint8_t)(0xe0 | cp >> 12);
        out[1] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (cp & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | cp >> 18);
    out[1] = (uint8_t)(0x80 | (cp >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (cp >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (cp & 0x3f));
    return 4;
}

// In what a client counts positions.
typedef enum offset_unit { OFFSET_UTF8, OFFSET_CODEPOINT, OFFSET_UTF16 } offset_unit;

// offsets_convert rewrites byte offsets into text, given in ascending order, in
// the unit asked for. One pass. Offsets past the end count as the end.
void offsets_convert(view text, offset_unit unit, size_t *offsets, size_t n);

#endif
