// cursor.h - reads a text character by character, repairing as it goes UTF-8 that had
// been read as cp1252 or Latin-1 (README, Repair). Offsets stay those of the text.
// Layer: text.  May include: base, text/chars, text/utf8.  Threads: one owner.
#ifndef SHINGLED_TEXT_CURSOR_H
#define SHINGLED_TEXT_CURSOR_H
#include "text/chars.h"
#include "text/utf8.h"

// A place in a valid text. A copy reads ahead without moving the original.
typedef struct cursor {
    const uint8_t *begin, *p, *end;
    const uint8_t *repaired; // where the last repaired sequence ended
    const chars *table;
} cursor;

typedef struct character {
    uint32_t cp;
    const char_info *info;
    const uint8_t *begin, *end; // the bytes it stands for, before the repair
} character;

static inline cursor cursor_at(view text)
{
    const uint8_t *end = text.len ? text.p + text.len : text.p;
    return (cursor){text.p, text.p, end, NULL, chars_get()};
}

// cursor_repair is the slow half of cursor_next: c stands before *out, which has
// CHAR_LEAD; where a sequence is repaired, *out becomes what it stood for.
void cursor_repair(cursor *c, character *out);

// cursor_next reads one character; false at the end.
static inline bool cursor_next(cursor *c, character *out)
{
    if (c->p == c->end)
        return false;
    out->begin = c->p;
    out->cp = utf8_next(&c->p, c->end);
    out->end = c->p;
    out->info = char_look(c->table, out->cp);
    if (out->info->flags & CHAR_LEAD && c->p < c->end && *c->p >= 0x80)
        cursor_repair(c, out);
    return true;
}

// cursor_peek is cursor_next past what is ignored, on a copy.
static inline bool cursor_peek(cursor c, character *out)
{
    while (cursor_next(&c, out))
        if (out->info->class != CHAR_IGNORE)
            return true;
    return false;
}

#endif
