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

// Letters of Greek and Cyrillic, and the Latin letters that look like them. Case matters:
// capital Nu looks like N, small nu like v.
static const struct {
    uint16_t cp;
    char latin;
} ALIKE[] = {
    {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'}, {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'},
    {0x039a, 'K'}, {0x039c, 'M'}, {0x039d, 'N'}, {0x039f, 'O'}, {0x03a1, 'P'}, {0x03a4, 'T'},
    {0x03a5, 'Y'}, {0x03a7, 'X'}, {0x03b1, 'a'}, {0x03b5, 'e'}, {0x03b9, 'i'}, {0x03ba, 'k'},
    {0x03bd, 'v'}, {0x03bf, 'o'}, {0x03c1, 'p'}, {0x03c4, 't'}, {0x03c5, 'u'}, {0x0405, 'S'},
    {0x0406, 'I'}, {0x0408, 'J'}, {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'}, {0x041a, 'K'},
    {0x041c, 'M'}, {0x041d, 'H'}, {0x041e, 'O'}, {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'},
    {0x0423, 'Y'}, {0x0425, 'X'}, {0x0430, 'a'}, {0x0435, 'e'}, {0x043e, 'o'}, {0x0440, 'p'},
    {0x0441, 'c'}, {0x0443, 'y'}, {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'},
    {0x04bb, 'h'}, {0x0501, 'd'}, {0x051b, 'q'}, {0x051d, 'w'},
};

enum { GREEK = 0x0370, CYRILLIC = 0x0400, CYRILLIC_END = 0x0530 };

static uint8_t alike_latin(uint32_t cp)
{
    for (size_t i = 0; i < sizeof ALIKE / sizeof *ALIKE; i++)
        if (ALIKE[i].cp == cp)
            return (uint8_t)(ALIKE[i].latin | 0x20);
    return 0;
}

// The letter of another alphabet that looks like a Latin one, or 0.
static uint32_t alike_other(uint32_t latin, alphabet as)
{
    uint32_t first = as == ALPHABET_GREEK ? GREEK : CYRILLIC;
    uint32_t end = as == ALPHABET_GREEK ? CYRILLIC : CYRILLIC_END;
    for (size_t i = 0; i < sizeof ALIKE / sizeof *ALIKE; i++)
        if ((uint8_t)ALIKE[i].latin == latin && ALIKE[i].cp >= first && ALIKE[i].cp < end)
            return ALIKE[i].cp;
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

static void put_fold(keys *k, const chars *t, uint32_t cp)
{
    fold_put(k, t, cp, char_look(t, cp));
}

static void put_as_latin(keys *k, const chars *t, uint32_t cp, const char_info *info)
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

void fold_put_alike(keys *k, const chars *t, const character *c, alphabet as)
{
    if (as == ALPHABET_LATIN) {
        put_as_latin(k, t, c->cp, c->info);
        return;
    }
    uint32_t other = alike_other(c->cp, as);
    if (other || c->info->flags & CHAR_SELF || !(c->info->flags & CHAR_LATIN)) {
        put_fold(k, t, other ? other : c->cp);
        return;
    }
    view fold = fold_of(t, c->info);
    const uint8_t *p = fold.p, *end = p + fold.len;
    while (p < end) {
        uint32_t part = utf8_next(&p, end);
        other = alike_other(part, as);
        put_fold(k, t, other ? other : part);
    }
}

// What the letters of a word say of its alphabet.
typedef struct evidence {
    bool greek, cyrillic;         // a letter that looks like no Latin one
    bool not_greek, not_cyrillic; // a Latin letter that looks like none of those
} evidence;

// Whether a letter that folds to Latin ones has a twin: itself, or all that it folds to.
static bool has_twin(const chars *t, const character *c, alphabet as)
{
    if (alike_other(c->cp, as))
        return true;
    if (c->info->flags & CHAR_SELF)
        return false;
    view fold = fold_of(t, c->info);
    const uint8_t *p = fold.p, *end = p + fold.len;
    while (p < end) {
        uint32_t part = utf8_next(&p, end);
        if (part >= 'a' && part <= 'z' && !alike_other(part, as))
            return false;
    }
    return true;
}

static void weigh(evidence *e, const chars *t, const character *c)
{
    if (c->info->flags & CHAR_ALIKE) {
        view fold = fold_of(t, c->info);
        const uint8_t *p = fold.p;
        uint32_t base = c->info->flags & CHAR_SELF ? c->cp : utf8_next(&p, p + fold.len);
        bool alike = alike_latin(c->cp) || alike_latin(base);
        e->greek |= !alike && base < CYRILLIC;
        e->cyrillic |= !alike && base >= CYRILLIC;
    } else if (c->info->flags & CHAR_LATIN) {
        e->not_greek |= !has_twin(t, c, ALPHABET_GREEK);
        e->not_cyrillic |= !has_twin(t, c, ALPHABET_CYRILLIC);
    }
}

alphabet fold_alphabet(cursor in, const uint8_t *end)
{
    evidence e = {0};
    character c;
    while (in.p < end && cursor_next(&in, &c))
        if (c.info->class == CHAR_WORD)
            weigh(&e, in.table, &c);
    if (e.cyrillic && !e.greek && !e.not_cyrillic)
        return ALPHABET_CYRILLIC;
    if (e.greek && !e.cyrillic && !e.not_greek)
        return ALPHABET_GREEK;
    return ALPHABET_LATIN;
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
