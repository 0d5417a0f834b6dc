#include "text/cursor.h"
#include <utf8proc.h>

// Bytes 0x80 to 0x9f in cp1252 (its five holes read as the C1 controls do).
static const uint16_t CP1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

// The continuation byte that a character was made from, or 0.
static uint8_t trail_byte(uint32_t cp)
{
    if (cp >= 0x80 && cp <= 0xbf)
        return (uint8_t)cp;
    for (unsigned i = 0; i < 32; i++)
        if (CP1252[i] == cp)
            return (uint8_t)(0x80 + i);
    return 0;
}

// Punctuation that may well follow a letter in sound text: quotation marks that
// close, dashes, the ellipsis, bullets, no-break space, guillemets.
static bool may_follow(uint8_t byte)
{
    return byte == 0x85 || (byte >= 0x91 && byte <= 0x97) || byte == 0x9b || byte == 0xa0 ||
           byte == 0xab || byte == 0xb7 || byte == 0xbb;
}

typedef struct sequence {
    uint32_t cp;        // what it stood for
    const uint8_t *end; // in the text
    bool doubtful;      // all its trail may follow a letter in sound text
} sequence;

// Reads the lead and its trail at p; false where they are no UTF-8 of a character
// that is worth repairing.
static bool sequence_read(const uint8_t *p, const uint8_t *end, sequence *out)
{
    uint8_t byte[4];
    uint32_t lead = utf8_next(&p, end);
    if (lead < 0xc2 || lead > 0xf4)
        return false;
    unsigned n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    byte[0] = (uint8_t)lead;
    out->doubtful = true;
    for (unsigned i = 1; i < n; i++) {
        if (p == end || (byte[i] = trail_byte(utf8_next(&p, end))) == 0)
            return false;
        out->doubtful &= may_follow(byte[i]);
    }
    if (utf8_check((view){byte, n}, NULL))
        return false;
    const uint8_t *b = byte;
    out->cp = utf8_next(&b, byte + n);
    out->end = p;
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)out->cp);
    return c != UTF8PROC_CATEGORY_CN && c != UTF8PROC_CATEGORY_CO && c != UTF8PROC_CATEGORY_CC;
}

static utf8proc_category_t category_before(const uint8_t *begin, const uint8_t *p)
{
    if (p == begin)
        return UTF8PROC_CATEGORY_CN;
    const uint8_t *q = p - 1;
    while (q > begin && (*q & 0xc0) == 0x80)
        q--;
    return utf8proc_category((utf8proc_int32_t)utf8_next(&q, p));
}

static bool letter_at(const cursor *c, const uint8_t *p)
{
    return p < c->end && char_look(c->table, utf8_next(&p, c->end))->flags & CHAR_LETTER;
}

// A lone doubtful sequence is taken for sound ("CAFÉ»", "café’”") unless a letter
// follows at once or its lead is a capital after a small letter. U+00C2 is the lead
// of a no-break space, by far the commonest damage, and always repaired.
static bool is_damage(const cursor *c, const character *lead, const sequence *s)
{
    sequence next;
    if (!s->doubtful || lead->cp == 0xc2 || lead->begin == c->repaired)
        return true;
    if (letter_at(c, s->end))
        return true;
    if (s->end < c->end && sequence_read(s->end, c->end, &next))
        return true;
    return lead->info->flags & CHAR_UPPER &&
           category_before(c->begin, lead->begin) == UTF8PROC_CATEGORY_LL;
}

void cursor_repair(cursor *c, character *out)
{
    sequence s;
    if (!sequence_read(out->begin, c->end, &s) || !is_damage(c, out, &s))
        return;
    out->cp = s.cp;
    out->info = char_look(c->table, s.cp);
    out->end = c->p = c->repaired = s.end;
}
