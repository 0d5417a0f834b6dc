// scan_rows.h - the characters of two and three bytes in a block: of what kind they are, and
// their folds. A part of scan_blocks.h, compiled at every CPU level.
//
// Characters whose sequences differ in the last byte only have one row of the table
// (scan_tables.h): the rows that a block needs are looked up one after the other, each for all
// of its characters at once. Text of one script takes one to four.

// -- what a variant defines ----------------------------------------------------------------

// block_index: of 64 bytes, what looking them up in tables of 64 takes.
// The bytes at p, 0 from `left` on.
static block block_part(const uint8_t *p, size_t left);
static uint64_t block_equal(const block *v, uint8_t byte);
static uint64_t block_from(const block *v, uint8_t least); // bytes that are no smaller
static uint64_t block_test(const block *v, uint8_t bit);   // bytes that have the bit
static block_index block_index_of(const block *v);
// Where a bit of mask is set, the byte becomes itself exclusive or that of the table for the
// low six bits of its index, a continuation byte.
static void block_look(block *v, const uint8_t table[64], const block_index *index, uint64_t mask);

// ------------------------------------------------------------------------------------------

// The block, the bytes behind each of its bytes, and the kind of the character that each
// lead byte begins.
typedef struct scan_wide {
    block next, third, kind;
} scan_wide;

// Hangul syllables, U+AC00-D7A3, of lead bytes EA-ED: they would take many rows, and are all
// letters that are their own fold.
static inline uint64_t scan_hangul(const block *v, const scan_wide *w)
{
    uint64_t ea = block_equal(v, 0xea) & block_from(&w->next, 0xb0);
    uint64_t ed = block_equal(v, 0xed);
    if (ed) {
        uint64_t last = block_equal(&w->next, 0x9e) & ~block_from(&w->third, 0xa4);
        ed &= last | ~block_from(&w->next, 0x9e);
    }
    return ea | block_equal(v, 0xeb) | block_equal(v, 0xec) | ed;
}

// Where the first character of Han is, of U+4E00-9FBF: all are words by themselves, and a block
// is read up to there; 64: nowhere.
static inline unsigned scan_han(const block *v, const scan_wide *w)
{
    uint64_t from = block_from(v, 0xe4) & ~block_from(v, 0xea); // E4-E9
    from &= ~block_equal(v, 0xe4) | block_from(&w->next, 0xb8);
    from &= ~block_equal(v, 0xe9) | ~block_from(&w->next, 0xbe);
    return from ? (unsigned)__builtin_ctzll(from) : SCAN_BLOCK;
}

// Looks up the characters of two bytes that begin with `lead`, and returns which they are. own: the
// block as it was; last1 and last2: the places of last bytes, of the block and of what is behind.
SCAN_INLINE uint64_t scan_look_two(block *v, scan_wide *w, uint64_t todo, uint8_t lead,
                                   const block *own, const block_index *last1,
                                   const block_index *last2, const scan_tables *t)
{
    const scan_row *row = scan_row_of(t, lead, 0);
    uint64_t mine = todo & block_equal(own, lead);
    if (!mine)
        return 0;
    block_look(&w->kind, row->kind, last2, mine);
    if (row->folds) {
        block_look(v, row->fold[0], last2, mine);
        block_look(v, row->fold[1], last1, mine << 1);
    }
    return mine;
}

// Looks up the kinds of the characters of `todo`, lead bytes of C2-EF, and writes their folds.
// First come the two rows that the blocks before had: which those are need not be found out from
// this one.
static inline void scan_look(block *v, scan_wide *w, uint64_t todo, const uint8_t *p,
                             const scan_tables *t, uint8_t recent[2])
{
    const block own = *v;
    const block_index last1 = block_index_of(v), last2 = block_index_of(&w->next),
                      last3 = block_index_of(&w->third);
    uint64_t first = scan_look_two(v, w, todo, recent[0], &own, &last1, &last2, t);
    uint64_t second = scan_look_two(v, w, todo, recent[1], &own, &last1, &last2, t);
    todo &= ~(first | second);
    while (todo) {
        const uint8_t *lead = p + __builtin_ctzll(todo);
        if (lead[0] < 0xe0) {
            todo &= ~scan_look_two(v, w, todo, lead[0], &own, &last1, &last2, t);
            if (!first || !second)
                recent[first != 0] = lead[0];
            first |= !first;
            continue;
        }
        const scan_row *row = scan_row_of(t, lead[0], lead[1]);
        uint64_t mine = todo & block_equal(&own, lead[0]) & block_equal(&w->next, lead[1]);
        block_look(&w->kind, row->kind, &last3, mine);
        if (row->folds) {
            block_look(v, row->fold[0], &last3, mine);
            block_look(v, row->fold[1], &last2, mine << 1);
            block_look(v, row->fold[2], &last1, mine << 2);
        }
        todo &= ~mine;
    }
}

// A letter that may be the lead of UTF-8 that was read as cp1252 or Latin-1, where what follows
// may be a trail byte that was read so: those are U+0080-00BF and characters of cp1252 that
// begin with C5, C6, CB, E2.
static inline uint64_t scan_damage(const scan_wide *w, uint64_t may)
{
    if (!may)
        return 0;
    return may & (block_equal(&w->third, 0xc2) | block_equal(&w->third, 0xc5) |
                  block_equal(&w->third, 0xc6) | block_equal(&w->third, 0xcb) |
                  block_equal(&w->third, 0xe2));
}

// Reads the sequences of a block, of which `left` bytes lie at p: their bits, and in *v the
// folds of letters, digits and marks.
static inline void scan_sequences(block *v, scan_bits *b, const uint8_t *p, size_t left,
                                  const scan_tables *t, uint8_t recent[2])
{
    scan_wide w = {.kind = block_part(p, 0),
                   .next = block_part(p + 1, left - 1),
                   .third = block_part(p + (left > 1 ? 2 : 1), left > 1 ? left - 2 : 0)};
    uint64_t hangul = 0;
    b->lead = block_from(v, 0xc0);
    b->three = block_from(v, 0xe0);
    uint64_t todo = b->lead & ~block_from(v, 0xf0);
    if (b->three & block_from(v, 0xe4)) {
        hangul = scan_hangul(v, &w) & todo;
        todo &= scan_below(scan_han(v, &w) + 1); // what lies beyond may come out as odd
    }
    b->cont = b->high & ~b->lead;
    b->quote = block_equal(v, '"');
    scan_look(v, &w, todo & ~hangul, p, t, recent);

    uint64_t letter = block_test(&w.kind, WIDE_LETTER) | hangul;
    uint64_t upper = block_test(&w.kind, WIDE_UPPER), apos = block_test(&w.kind, WIDE_APOS);
    uint64_t breaks = block_test(&w.kind, WIDE_BREAK);
    b->wide_digit = block_test(&w.kind, WIDE_DIGIT);
    b->digit |= b->wide_digit;
    b->mark = block_test(&w.kind, WIDE_MARK);
    b->ignore = block_test(&w.kind, WIDE_IGNORE);
    b->alone = breaks & upper;
    b->wide_quote = breaks & apos;
    b->hebrew = letter & apos & ~breaks;
    b->wide_apos = apos & ~letter & ~breaks;
    b->letter = letter & ~breaks;
    b->breaks = breaks & ~apos & ~upper;
    b->upper |= upper & ~breaks;
    uint64_t known = letter | apos | breaks | b->wide_digit | b->mark | b->ignore;
    b->odd |= (b->lead & ~known) | scan_damage(&w, block_test(&w.kind, WIDE_LEAD));
    b->letter_rest = scan_whole(b, b->letter) & b->cont;
    b->gone = block_equal(v, 0) & b->high;
    b->foreign = b->letter & block_from(v, 0x80);
    // Greek and Cyrillic, by the lead byte of U+0370-052F (scan_tables.c sees to it)
    b->alike = b->letter & block_from(v, LEAD_ALIKE) & ~block_from(v, LEAD_ALIKE_LAST + 1);
}
