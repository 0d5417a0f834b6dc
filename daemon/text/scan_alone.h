// scan_alone.h - stretches of characters that are words by themselves: Han, kana, Thai. A part
// of scan_blocks.h.

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

// What goes on from character to character.
typedef struct scan_lone {
    const uint8_t *p, *end; // the rest of the text
    const uint8_t *word;    // the last word
    size_t n;               // words
    bool open;              // a mark would go with the last word
    bool line;
} scan_lone;

// Writes down word n of s, which is kept if it is one: the next is written over it else.
static inline void scan_lone_put(scan *s, scan_lone *c, uint8_t *key, bool is_word, bool mark,
                                 bool keys_only)
{
    uint32_t at = (uint32_t)(c->p - s->text);
    s->space[c->n] = s->keys_at + (uint32_t)(key - s->keys) + 3;
    if (keys_only) {
        s->alone[c->n] = is_word;
    } else {
        s->begin[c->n] = at;
        s->end[c->n - (mark && c->open)] = at + 3;
        s->begin_flags[c->n] = (uint8_t)(SCAN_ALONE | (c->line ? SCAN_LINE : 0));
        s->end_flags[c->n] = SCAN_LOWER; // it has no capitals
        c->line &= !is_word;
    }
    c->word = is_word ? c->p : c->word;
    c->open = is_word || (mark && c->open);
    c->n += is_word;
}

// Reads on from c->at, where no word is open, as long as characters of three bytes come that
// are words by themselves, their marks, and what parts them. Returns whether any was read.
static inline bool scan_alone(scan *s, scan_state *c, bool keys_only)
{
    scan_lone l = {s->text + c->at, s->text + s->len, NULL, c->ended, false, c->line};
    while (l.end - l.p >= 3 && (*l.p & 0xf0) == 0xe0 && l.n < SCAN_WORDS) {
        const scan_row *row = scan_row_of(s->tables, l.p[0], l.p[1]);
        unsigned i = l.p[2] & 63, kind = row->kind[i];
        bool is_word = kind == WIDE_HAN, mark = kind == WIDE_MARK && row->fold[2][i] == l.p[2];
        if (!is_word && !mark && !(kind == WIDE_BREAK || kind & WIDE_APOS))
            break;
        uint8_t *key = c->out + 4 * (l.n - c->ended);
        key[0] = l.p[0] ^ row->fold[0][i];
        key[1] = l.p[1] ^ row->fold[1][i];
        key[2] = l.p[2] ^ row->fold[2][i];
        key[3] = ' ';
        scan_lone_put(s, &l, key, is_word, mark, keys_only);
        l.p += 3;
    }
    if (l.open && !scan_parts(s->tables, l.p, l.end)) {
        l.p = l.word;
        l.n--;
        if (keys_only)
            s->alone[l.n] = 0;
        else
            l.line = s->begin_flags[l.n] & SCAN_LINE;
    }
    bool any = l.p != s->text + c->at;
    c->at = (uint32_t)(l.p - s->text);
    c->out += 4 * (l.n - c->ended);
    if (keys_only && l.n > c->ended)
        s->has_alone = true;
    c->begun = c->ended = l.n;
    c->line = l.line;
    c->letter = c->digit = false;
    c->carry = 0;
    return any;
}
