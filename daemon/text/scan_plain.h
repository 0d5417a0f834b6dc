// scan_plain.h - blocks of ASCII and of common punctuation, as most of Latin text is. A part of
// scan_blocks.h, compiled at every CPU level.
//
// Nothing is decided here that the general way (scan_find) would decide otherwise: it is the
// same with all of the rest left out. Where the next block begins does not wait, as a rule, for
// what is found in this one, so that the CPU works on several.

// -- what a variant defines ----------------------------------------------------------------

enum { SCAN_AHEAD = 2 }; // bytes that are read behind a block: a sequence may begin with its last

// What of a block of sequences goes on with a word: lead bytes of apostrophes.
typedef struct scan_apos {
    uint64_t two, three;
} scan_apos;

// Sets the bits of ASCII characters of the block at p, and lead; *v becomes what its keys are made
// of: small letters, digits, and spaces for all else. false where a sequence is neither a break
// nor an apostrophe of U+0080-00BF and U+2000-203F, or the variant knows it not.
static bool block_plain(block *v, scan_bits *b, scan_apos *apos, const uint8_t *p,
                        const scan_tables *t);
// Writes the bytes to keep, one after the other (SCAN_BLOCK are written), among them those of
// `end`, and returns which of what was written those are.
static uint64_t block_pack(const block *v, uint8_t *out, uint64_t keep, uint64_t end);

// ------------------------------------------------------------------------------------------

// Reads the block at p, which lies at c->at; false, and nothing done, where the general way must.
SCAN_INLINE bool scan_plain(scan *s, scan_state *c, const uint8_t *p, bool keys_only)
{
    scan_bits b = {0};
    scan_apos a;
    block v;
    if (!block_plain(&v, &b, &a, p, s->tables))
        return false;
    uint64_t letters = b.lower | b.upper, body = letters | b.digit;
    uint64_t after_word = body << 1 | c->open, after_digit = b.digit << 1 | c->digit;
    uint64_t marks = b.apos | b.dot | b.comma;
    uint64_t initial = b.dot & (letters << 1 | c->letter) & letters >> 1;
    uint64_t point = b.dot & after_digit & b.digit >> 1;
    if (__builtin_expect((b.odd | initial | point) != 0, 0))
        return false;
    scan_found f = {.n = SCAN_BLOCK, .keep = body};
    f.in = body | (b.apos & after_word & letters >> 1) | (b.comma & after_digit & b.digit >> 1);
    a.two &= after_word & letters >> 2;
    a.three &= after_word & letters >> 3;
    f.in |= a.two | a.two << 1 | a.three | a.three << 1 | a.three << 2;
    uint64_t late = (b.lead & ~scan_below(61)) | (marks & ~scan_below(63));
    if (__builtin_expect(late != 0, 0)) {
        f.n = scan_back(marks, (unsigned)__builtin_ctzll(late));
        f.in &= scan_below(f.n);
        f.keep &= scan_below(f.n);
        if (f.n == 0)
            return false;
    }
    uint64_t before = f.in << 1 | c->open;
    uint64_t begin = f.in & ~before, end = ~f.in & before & scan_below(f.n);
    f.keep |= end;
    uint64_t spaces = block_pack(&v, c->out, f.keep, end);
    block_places(s->space + c->ended, s->keys_at + (uint32_t)(c->out - s->keys), spaces);
    if (!keys_only)
        scan_put_words(s, c, &b, &f, begin, end);
    if (begin)
        c->open_at = c->at + 63 - (unsigned)__builtin_clzll(begin);
    c->out += __builtin_popcountll(f.keep);
    c->ended += (unsigned)__builtin_popcountll(end);
    scan_step(c, &b, &f);
    return true;
}

// Reads on as long as blocks are plain. What is left of the text for the last block is read from
// where zeros follow it, which are breaks. false where the next block is not plain.
SCAN_INLINE bool scan_plains(scan *s, scan_state *to, bool keys_only)
{
    scan_state c = *to; // in registers: nothing else holds its address
    if (c.open && c.carry & ~SCAN_HAS_LATIN)
        return false;
    bool plain = true;
    while (plain && c.ended < SCAN_WORDS && s->len - c.at >= SCAN_BLOCK + SCAN_AHEAD)
        plain = scan_plain(s, &c, s->text + c.at, keys_only);
    while (plain && c.ended < SCAN_WORDS && (c.at < s->len || c.open)) {
        uint8_t last[SCAN_BLOCK + SCAN_AHEAD] = {0};
        size_t left = s->len - c.at;
        memcpy(last, s->text + c.at, left);
        plain = left < sizeof last && scan_plain(s, &c, last, keys_only);
        if (c.at > s->len)
            c.at = s->len;
    }
    if (c.at != to->at)
        c.carry = SCAN_HAS_LATIN;
    *to = c;
    return plain;
}
