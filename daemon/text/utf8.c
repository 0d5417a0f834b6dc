#include "text/utf8.h"
#include "text/kernels.h"

// The second byte of a sequence has a narrower range after some leads (Table 3-7 of
// the Unicode Standard): it shuts out overlong forms, surrogates and what is above
// U+10FFFF.
static bool second_fits(uint8_t lead, uint8_t b)
{
    switch (lead) {
    case 0xe0:
        return b >= 0xa0 && b <= 0xbf;
    case 0xed:
        return b >= 0x80 && b <= 0x9f;
    case 0xf0:
        return b >= 0x90 && b <= 0xbf;
    case 0xf4:
        return b >= 0x80 && b <= 0x8f;
    default:
        return b >= 0x80 && b <= 0xbf;
    }
}

// Bytes of the well-formed sequence at p, 0 where it is ill-formed.
static size_t sequence(const uint8_t *p, const uint8_t *end)
{
    uint8_t lead = *p;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    size_t n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if ((size_t)(end - p) < n || !second_fits(lead, p[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

shg_err utf8_check(view text, size_t *at)
{
    utf8_kernel *fast = text_kernels_get()->utf8;
    if (text.len == 0 || (fast && fast(text.p, text.len)))
        return SHG_OK;
    const uint8_t *p = text.p, *end = text.p + text.len;
    while (p < end) {
        uint64_t eight;
        if (end - p >= 8 && (memcpy(&eight, p, 8), (eight & 0x8080808080808080u) == 0)) {
            p += 8;
            continue;
        }
        size_t n = sequence(p, end);
        if (n == 0) {
            if (at)
                *at = (size_t)(p - text.p);
            return SHG_EUTF8;
        }
        p += n;
    }
    return SHG_OK;
}

// What a byte adds to the count of positions: every byte that begins a character
// counts one, and the lead of four bytes is two units of UTF-16.
static size_t weight(uint8_t b, offset_unit unit)
{
    if ((b & 0xc0) == 0x80)
        return 0;
    return unit == OFFSET_UTF16 && b >= 0xf0 ? 2 : 1;
}

void offsets_convert(view text, offset_unit unit, size_t *offsets, size_t n)
{
    size_t byte = 0, count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t to = offsets[i] < text.len ? offsets[i] : text.len;
        if (unit == OFFSET_UTF8) {
            offsets[i] = to;
            continue;
        }
        assert(to >= byte);
        for (; byte < to; byte++)
            count += weight(text.p[byte], unit);
        offsets[i] = count;
    }
}
