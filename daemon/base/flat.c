#include "base/flat.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { DIGITS_MOST = 18 }; // so many always fit an int64_t

// The first byte at or behind p that ends a string, begins an escape, or must not stand in one.
static const uint8_t *plain_end(const uint8_t *p, const uint8_t *end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), back = _mm_set1_epi8('\\'),
                  control = _mm_set1_epi8(0x1f);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, back));
        hit = _mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        unsigned bits = (unsigned)_mm_movemask_epi8(hit);
        if (bits)
            return p + __builtin_ctz(bits);
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
        p++;
    return p;
}

static const uint8_t *blank_end(const uint8_t *p, const uint8_t *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

// Four hexadecimal digits; -1 where there are none.
static int32_t hex4(const uint8_t *p, const uint8_t *end)
{
    int32_t v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        uint8_t c = p[i], low = c | 0x20;
        if (c >= '0' && c <= '9')
            v = v << 4 | (c - '0');
        else if (low >= 'a' && low <= 'f')
            v = v << 4 | (low - 'a' + 10);
        else
            return -1;
    }
    return v;
}

// The character of \uXXXX at p (behind the u), and of a second one where they are surrogates;
// *p is moved. 0 where it is none: U+0000 is refused, too, as jansson does.
static uint32_t unicode(const uint8_t **p, const uint8_t *end)
{
    int32_t high = hex4(*p, end), low;
    if (high <= 0 || (high >= 0xdc00 && high <= 0xdfff))
        return 0;
    *p += 4;
    if (high < 0xd800 || high > 0xdbff)
        return (uint32_t)high;
    if (end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u')
        return 0;
    low = hex4(*p + 2, end);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *p += 6;
    return 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static uint8_t plain_escape(uint8_t c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

// Behind the closing mark of the string that begins at p (behind the opening one); NULL: give up.
static const uint8_t *string_end(const uint8_t *p, const uint8_t *end, bool *escaped)
{
    *escaped = false;
    for (;;) {
        p = plain_end(p, end);
        if (p == end || *p < 0x20)
            return NULL;
        if (*p == '"')
            return p + 1;
        *escaped = true;
        if (end - p < 2)
            return NULL;
        uint8_t c = p[1];
        p += 2;
        if (c == 'u' ? !unicode(&p, end) : !plain_escape(c))
            return NULL;
    }
}

static const uint8_t *list_end(const uint8_t *p, const uint8_t *end)
{
    bool escaped;
    p = blank_end(p + 1, end);
    if (p < end && *p == ']')
        return p + 1;
    while (p < end && *p == '"') {
        p = string_end(p + 1, end, &escaped);
        if (!p)
            return NULL;
        p = blank_end(p, end);
        if (p < end && *p == ']')
            return p + 1;
        if (p == end || *p != ',')
            return NULL;
        p = blank_end(p + 1, end);
    }
    return NULL;
}

// -?(0|[1-9][0-9]*) of few digits; jansson knows the others.
static const uint8_t *integer_end(const uint8_t *p, const uint8_t *end, int64_t *out)
{
    bool minus = p < end && *p == '-';
    const uint8_t *first = p += minus;
    int64_t v = 0;
    while (p < end && *p >= '0' && *p <= '9' && p - first < DIGITS_MOST)
        v = v * 10 + (*p++ - '0');
    if (p == first || (*first == '0' && p - first > 1))
        return NULL;
    if (p < end && (*p == '.' || (*p | 0x20) == 'e' || (*p >= '0' && *p <= '9')))
        return NULL;
    *out = minus ? -v : v;
    return p;
}

static const uint8_t *word_end(const uint8_t *p, const uint8_t *end, const char *word)
{
    size_t n = strlen(word);
    return (size_t)(end - p) >= n && !memcmp(p, word, n) ? p + n : NULL;
}

static const uint8_t *value_end(const uint8_t *p, const uint8_t *end, flat_member *m)
{
    const uint8_t *from = p;
    m->number = 0;
    m->escaped = false;
    m->raw = (view){NULL, 0};
    switch (*p) {
    case '"':
        m->kind = FLAT_STRING;
        p = string_end(p + 1, end, &m->escaped);
        if (p)
            m->raw = (view){from + 1, (size_t)(p - from) - 2};
        return p;
    case '[':
        m->kind = FLAT_STRINGS;
        p = list_end(p, end);
        if (p)
            m->raw = (view){from, (size_t)(p - from)};
        return p;
    case 'n':
        m->kind = FLAT_NULL;
        return word_end(p, end, "null");
    case 't':
    case 'f':
        m->kind = FLAT_BOOL;
        m->number = *p == 't';
        return word_end(p, end, *p == 't' ? "true" : "false");
    default:
        m->kind = FLAT_INTEGER;
        return integer_end(p, end, &m->number);
    }
}

// name ":" value; NULL: give up.
static const uint8_t *member_end(const uint8_t *p, const uint8_t *end, flat_member *m)
{
    bool escaped;
    if (p == end || *p != '"')
        return NULL;
    const uint8_t *from = p + 1;
    p = string_end(from, end, &escaped);
    if (!p || escaped)
        return NULL;
    m->name = (view){from, (size_t)(p - from) - 1};
    p = blank_end(p, end);
    if (p == end || *p != ':')
        return NULL;
    p = blank_end(p + 1, end);
    return p == end ? NULL : value_end(p, end, m);
}

void flat_open(flat *f, view json)
{
    static const uint8_t none[1];
    f->p = json.len ? json.p : none;
    f->end = f->p + json.len;
    f->state = FLAT_START;
}

static bool stop(flat *f, bool whole)
{
    f->state = whole ? FLAT_DONE : FLAT_GIVEN_UP;
    return false;
}

bool flat_next(flat *f, flat_member *m)
{
    if (f->state == FLAT_DONE || f->state == FLAT_GIVEN_UP)
        return false;
    bool first = f->state == FLAT_START;
    const uint8_t *p = blank_end(f->p, f->end), *end = f->end;
    if (first) {
        if (p == end || *p != '{')
            return stop(f, false);
        p = blank_end(p + 1, end);
        f->state = FLAT_INSIDE;
    }
    if (p < end && *p == '}')
        return stop(f, blank_end(p + 1, end) == end);
    if (!first) {
        if (p == end || *p != ',')
            return stop(f, false);
        p = blank_end(p + 1, end);
    }
    f->p = member_end(p, end, m);
    return f->p ? true : stop(f, false);
}

bool flat_whole(const flat *f)
{
    return f->state == FLAT_DONE;
}

static size_t put_utf8(uint8_t *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
        out[2] = (uint8_t)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
    out[3] = (uint8_t)(0x80 | (c & 0x3f));
    return 4;
}

size_t flat_decode(uint8_t *out, view raw)
{
    const uint8_t *p = raw.p, *end = raw.len ? p + raw.len : p;
    uint8_t *to = out;
    while (p < end) {
        const uint8_t *stop_at = plain_end(p, end);
        size_t n = (size_t)(stop_at - p);
        memcpy(to, p, n);
        to += n;
        p = stop_at;
        if (p == end)
            break;
        uint8_t c = p[1];
        p += 2;
        if (c == 'u')
            to += put_utf8(to, unicode(&p, end));
        else
            *to++ = plain_escape(c);
    }
    return (size_t)(to - out);
}

bool flat_entry(view *list, view *raw)
{
    bool escaped;
    const uint8_t *p = list->p, *end = list->len ? p + list->len : p;
    while (p < end && *p != '"')
        p++;
    if (p == end)
        return false;
    const uint8_t *from = p + 1;
    p = string_end(from, end, &escaped);
    if (!p)
        return false;
    *raw = (view){from, (size_t)(p - from) - 1};
    *list = (view){p, (size_t)(end - p)};
    return true;
}

static void quote_escaped(buf *to, uint8_t c)
{
    static const char digits[] = "0123456789ABCDEF", from[] = "\"\\\b\f\n\r\t", as[] = "\"\\bfnrt";
    const char *known = c ? strchr(from, c) : NULL;
    buf_add8(to, '\\');
    if (known) {
        buf_add8(to, (uint8_t)as[known - from]);
    } else {
        buf_add(to, "u00", 3);
        buf_add8(to, (uint8_t)digits[c >> 4]);
        buf_add8(to, (uint8_t)digits[c & 15]);
    }
}

void flat_quote(buf *to, view s)
{
    const uint8_t *p = s.p, *end = s.len ? p + s.len : p;
    buf_add8(to, '"');
    while (p < end) {
        const uint8_t *stop_at = plain_end(p, end);
        buf_add(to, p, (size_t)(stop_at - p));
        p = stop_at;
        if (p < end)
            quote_escaped(to, *p++);
    }
    buf_add8(to, '"');
}
