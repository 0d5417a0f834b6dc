// scan_alone.h - stretches of characters that are words by themselves: Han, kana, Thai. A part
// of scan_blocks.h.

enum { SCAN_LONES = 16 }; // characters of three bytes that are read at once

// What such characters are, a bit for each. Those of neither kind part words.
typedef struct scan_lones {
    unsigned n;            // how many; fewer than SCAN_LONES where something else follows
    uint32_t words, marks; // marks: those that are dropped
} scan_lones;

// -- what a variant defines ----------------------------------------------------------------

// Reads the characters at p, of which `left` bytes are text, and writes the keys of words, each
// with a space behind it (4 * SCAN_LONES bytes are written).
static scan_lones block_lones(uint8_t *keys, const uint8_t *p, size_t left, const scan_tables *t);
// Writes base + 3 * the place of each bit of mask (SCAN_LONES of them are written).
static void block_thirds(uint32_t *out, uint32_t base, uint32_t mask);

// ------------------------------------------------------------------------------------------

enum scan_lone_kind { LONE_PART, LONE_WORD, LONE_MARK, LONE_OTHER };

// What the character of three bytes at p is; writes its fold.
static inline enum scan_lone_kind scan_lone_at(uint8_t fold[3], const uint8_t *p,
                                               const scan_tables *t)
{
    const scan_row *row = scan_row_of(t, p[0], p[1]);
    unsigned i = p[2] & 63, kind = row->kind[i];
    for (unsigned k = 0; k < 3; k++)
        fold[k] = p[k] ^ row->fold[k][i];
    if (kind == WIDE_HAN)
        return LONE_WORD;
    if (kind == WIDE_MARK && fold[2] == 0)
        return LONE_MARK;
    return kind == WIDE_BREAK || kind & WIDE_APOS ? LONE_PART : LONE_OTHER;
}

// block_lones, one after the other.
static inline scan_lones scan_lones_each(uint8_t *keys, const uint8_t *p, size_t left,
                                         const scan_tables *t)
{
    scan_lones l = {0};
    for (; l.n < SCAN_LONES && left >= 3 && (*p & 0xf0) == 0xe0; l.n++, p += 3, left -= 3) {
        enum scan_lone_kind kind = scan_lone_at(keys, p, t);
        if (kind == LONE_OTHER)
            break;
        keys[3] = ' ';
        keys += kind == LONE_WORD ? 4 : 0;
        l.words |= (uint32_t)(kind == LONE_WORD) << l.n;
        l.marks |= (uint32_t)(kind == LONE_MARK) << l.n;
    }
    return l;
}

// block_thirds, one after the other.
static inline void scan_thirds_each(uint32_t *out, uint32_t base, uint32_t mask)
{
    for (unsigned i = 0; i < SCAN_LONES; i++, mask >>= 1) {
        *out = base + 3 * i;
        out += mask & 1;
    }
}

// Whether the character at p, of a text that ends at `end`, is surely no part of a word before.
static inline bool scan_parts(const scan_tables *t, const uint8_t *p, const uint8_t *end)
{
    if (p == end || *p < 0x80)
        return true;
    if (*p >= 0xf0)
        return false;
    unsigned kind = scan_row_of(t, p[0], p[1])->kind[p[*p < 0xe0 ? 1 : 2] & 63];
    return kind && !(kind & (WIDE_MARK | WIDE_IGNORE | WIDE_LEAD));
}

// What goes on from turn to turn.
typedef struct scan_lone {
    const uint8_t *p;
    const uint8_t *word; // the last one
    bool open;           // a mark would go with it
    bool line, was_line; // a line break before the next word; before the last
} scan_lone;

// Writes down the words of a turn, of `length` characters.
SCAN_INLINE void scan_put_lones(scan *s, scan_state *c, scan_lone *o, const scan_lones *l,
                                unsigned length, bool keys_only)
{
    uint32_t first = l->marks & ~(l->marks << 1) & (l->words << 1 | o->open);
    uint32_t marks = l->marks & ~(l->marks + first), in = l->words | marks;
    unsigned n = (unsigned)__builtin_popcount(l->words);
    uint32_t at = (uint32_t)(o->p - s->text), key = s->keys_at + (uint32_t)(c->out - s->keys);
    uint32_t *space = s->space + c->ended;
    for (uint32_t i = 0; i < SCAN_LONES; i++)
        space[i] = key + 3 + 4 * i;
    if (keys_only) {
        static const uint8_t ONES[2 * SCAN_LONES] = {1, 1, 1, 1, 1, 1, 1, 1,
                                                     1, 1, 1, 1, 1, 1, 1, 1};
        memcpy(s->alone + c->ended, ONES + SCAN_LONES - n, SCAN_LONES);
        s->has_alone |= n > 0;
    } else {
        bool more = o->open && marks & 1; // of the last turn's last word
        block_thirds(s->begin + c->ended, at, l->words);
        block_thirds(s->end + c->ended - more, at + 3, in & ~(marks >> 1));
        memset(s->begin_flags + c->ended, SCAN_ALONE, SCAN_LONES);
        memset(s->end_flags + c->ended, SCAN_LOWER, SCAN_LONES); // they have no capitals
        s->begin_flags[c->ended] |= o->line ? SCAN_LINE : 0;
    }
    if (n) {
        o->word = o->p + 3 * (31 - __builtin_clz(l->words));
        o->was_line = o->line && n == 1;
        o->line = false;
    }
    o->open = in >> (length - 1) & 1;
    o->p += 3 * length;
    c->out += 4 * n;
    c->ended += n;
}

// Steps over what parts words in ASCII: behind characters of these scripts no mark joins.
// Returns whether any was there.
static inline bool scan_pass(const scan_tables *t, scan_lone *o, const uint8_t *end)
{
    const uint8_t *begin = o->p;
    for (; o->p < end && *o->p < 0x80; o->p++) {
        unsigned class = t->ascii[*o->p];
        if (class & (BYTE_LOWER | BYTE_UPPER | BYTE_DIGIT | BYTE_ODD))
            break;
        o->line |= class == BYTE_LINE;
    }
    o->open &= o->p == begin;
    return o->p != begin;
}

// Reads a short word of ASCII that characters of three bytes follow (2018, COVID: what news in
// these scripts is full of), if there is one, and what follows does not join it.
static inline bool scan_short(scan *s, scan_state *c, scan_lone *o, const uint8_t *end,
                              bool keys_only)
{
    enum { MOST = 12 };
    const uint8_t *p = o->p, *stop = end - p < MOST ? end : p + MOST;
    unsigned seen = 0;
    uint8_t *key = c->out;
    for (unsigned class; p < stop && *p < 0x80 && (class = s->tables->ascii[*p]) != 0 &&
                         !(class & ~(BYTE_LOWER | BYTE_UPPER | BYTE_DIGIT));
         p++) {
        *key++ = *p | (class & BYTE_UPPER ? 0x20 : 0);
        seen |= class;
    }
    if (p == o->p || end - p < 3 || (*p & 0xf0) != 0xe0)
        return false;
    unsigned kind = scan_row_of(s->tables, p[0], p[1])->kind[p[2] & 63];
    if (kind != WIDE_HAN && kind != WIDE_BREAK)
        return false;
    *key = ' ';
    s->space[c->ended] = s->keys_at + (uint32_t)(key - s->keys);
    if (!keys_only) {
        s->begin[c->ended] = (uint32_t)(o->p - s->text);
        s->end[c->ended] = (uint32_t)(p - s->text);
        s->begin_flags[c->ended] =
            (s->tables->ascii[*o->p] & BYTE_UPPER ? SCAN_CAP : 0) | (o->line ? SCAN_LINE : 0);
        s->end_flags[c->ended] =
            (seen & BYTE_LOWER ? SCAN_LOWER : 0) | (seen & BYTE_DIGIT ? SCAN_DIGIT : 0);
    }
    o->p = p;
    o->open = o->line = false;
    c->out = key + 1;
    c->ended++;
    return true;
}

// Reads on from c->at, where no word is open, as long as characters of three bytes come that
// are words by themselves, their marks, and what parts them. Returns whether any was read.
static inline bool scan_alone(scan *s, scan_state *c, bool keys_only)
{
    const uint8_t *begin = s->text + c->at, *end = s->text + s->len;
    scan_lone o = {.p = begin, .line = c->line};
    for (bool more = true; more && c->ended < SCAN_WORDS;) {
        scan_lones l = block_lones(c->out, o.p, (size_t)(end - o.p), s->tables);
        if (l.n == SCAN_LONES) { // foreseen: the next turn need not wait for this one
            scan_put_lones(s, c, &o, &l, SCAN_LONES, keys_only);
            continue;
        }
        if (l.n)
            scan_put_lones(s, c, &o, &l, l.n, keys_only);
        more = scan_pass(s->tables, &o, end);
        more |= scan_short(s, c, &o, end, keys_only);
    }
    if (o.open && !scan_parts(s->tables, o.p, end)) { // the last one is for the reference
        o.p = o.word;
        o.line = o.was_line;
        c->out -= 4;
        c->ended--;
        if (keys_only)
            s->alone[c->ended] = 0;
    }
    c->at = (uint32_t)(o.p - s->text);
    c->begun = c->ended;
    c->line = o.line;
    c->letter = c->digit = false;
    c->carry = 0;
    return o.p != begin;
}
