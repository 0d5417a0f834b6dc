#include "text/fold.h"
#include <stdlib.h>

bool keys_room(keys *k, size_t n)
{
    size_t need = k->fixed ? n : n + KEYS_SLACK;
    if (k->full)
        return false;
    if (k->cap - k->len >= need)
        return true;
    size_t cap = k->cap + k->cap / 2 + need;
    uint8_t *p = k->fixed || cap > UINT32_MAX ? NULL : realloc(k->p, cap);
    if (!p) {
        k->full = true;
        return false;
    }
    k->p = p;
    k->cap = cap;
    return true;
}

void keys_put(keys *k, const uint8_t *bytes, size_t n)
{
    if (!keys_room(k, n))
        return;
    memcpy(k->p + k->len, bytes, n);
    k->len += n;
}

// Letters of Cyrillic and Greek that look like a Latin one, with the small form of
// that one. Case matters: capital Nu looks like N, small nu like v.
static const struct {
    uint16_t cp;
    char latin;
} ALIKE[] = {
    {0x0391, 'a'}, {0x0392, 'b'}, {0x0395, 'e'}, {0x0396, 'z'}, {0x0397, 'h'}, {0x0399, 'i'},
    {0x039a, 'k'}, {0x039c, 'm'}, {0x039d, 'n'}, {0x039f, 'o'}, {0x03a1, 'p'}, {0x03a4, 't'},
    {0x03a5, 'y'}, {0x03a7, 'x'}, {0x03b1, 'a'}, {0x03b5, 'e'}, {0x03b9, 'i'}, {0x03ba, 'k'},
    {0x03bd, 'v'}, {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x0405, 's'},
    {0x0406, 'i'}, {0x0408, 'j'}, {0x0410, 'a'}, {0x0412, 'b'}, {0x0415, 'e'}, {0x041a, 'k'},
    {0x041c, 'm'}, {0x041d, 'h'}, {0x041e, 'o'}, {0x0420, 'p'}, {0x0421, 'c'}, {0x0422, 't'},
    {0x0423, 'y'}, {0x0425, 'x'}, {0x0430, 'a'}, {0x0435, 'e'}, {0x043e, 'o'}, {0x0440, 'p'},
    {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'},
    {0x04bb, 'h'}, {0x0501, 'd'}, {0x051b, 'q'}, {0x051d, 'w'},
};

static uint8_t alike_latin(uint32_t cp)
{
    for (size_t i = 0; i < sizeof ALIKE / sizeof *ALIKE; i++)
        if (ALIKE[i].cp == cp)
            return (uint8_t)ALIKE[i].latin;
    return 0;
}

static void put_cp(keys *k, uint32_t cp)
{
    uint8_t utf8[4];
    keys_put(k, utf8, utf8_put(utf8, cp));
}

static view fold_of(const chars *t, const char_info *info)
{
    return (view){info->len > 4 ? t->pool + info->fold.pool : info->fold.utf8, info->len};
}

void fold_put_slow(keys *k, const chars *t, uint32_t cp, const char_info *info)
{
    view fold = fold_of(t, info);
    if (info->flags & CHAR_SELF)
        put_cp(k, cp);
    else
        keys_put(k, fold.p, fold.len);
}

void fold_put_alike(keys *k, const chars *t, uint32_t cp, const char_info *info)
{
    uint8_t latin = alike_latin(cp);
    if (latin || info->flags & CHAR_SELF) {
        put_cp(k, latin ? latin : cp);
        return;
    }
    view fold = fold_of(t, info);
    const uint8_t *p = fold.p, *end = p + fold.len;
    while (p < end) {
        uint32_t part = utf8_next(&p, end);
        latin = alike_latin(part);
        put_cp(k, latin ? latin : part);
    }
}

enum { L = 0x1100, V = 0x1161, T = 0x11a7, S = 0xac00, L_N = 19, V_N = 21, T_N = 28 };

// a and b as one syllable, or 0.
static uint32_t compose(uint32_t a, uint32_t b)
{
    if (a >= L && a < L + L_N && b >= V && b < V + V_N)
        return S + ((a - L) * V_N + (b - V)) * T_N;
    if (a >= S && a < S + L_N * V_N * T_N && (a - S) % T_N == 0 && b > T && b < T + T_N)
        return a + (b - T);
    return 0;
}

void fold_compose(keys *k, size_t from)
{
    const uint8_t *p = k->p + from, *end = k->p + k->len;
    uint8_t *out = k->p + from;
    while (p < end) {
        uint32_t cp = utf8_next(&p, end);
        while (p < end) {
            const uint8_t *q = p;
            uint32_t both = compose(cp, utf8_next(&q, end));
            if (!both)
                break;
            cp = both;
            p = q;
        }
        out += utf8_put(out, cp);
    }
    k->len = (size_t)(out - k->p);
}
