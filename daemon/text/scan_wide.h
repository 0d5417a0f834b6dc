// scan_wide.h - finding the words of a block that has other letters than Latin ones, or what
// else takes more than a look at the neighbouring bytes. A part of scan_blocks.h.

// The characters, by their first byte, right behind which one of x begins.
static inline uint64_t scan_before(const scan_bits *b, uint64_t x)
{
    uint64_t two = b->lead & ~b->three;
    return (x >> 1 & ~b->lead) | (x >> 2 & two) | (x >> 3 & b->three);
}

// Those runs of marks that begin in `after`, the bytes behind words.
static inline uint64_t scan_marks(uint64_t marks, uint64_t after)
{
    uint64_t first = marks & ~(marks << 1) & after;
    return marks & ~(marks + first);
}

// Whether a block, or the word that is open before it, needs scan_find_wide.
static inline bool scan_is_wide(const scan_state *c, const scan_bits *b)
{
    uint64_t wide =
        b->mark | b->ignore | b->alone | b->hebrew | b->wide_quote | b->alike | b->wide_digit;
    return wide || (c->open && c->carry & ~SCAN_HAS_LATIN);
}

// What lies between the letters and digits of words, and what the reference must decide.
typedef struct scan_joins {
    uint64_t in;   // the first byte of what goes on with a word and is dropped, and
    uint64_t keep; // points, which are kept
    uint64_t all;  // every byte of what might
    uint64_t odd;
} scan_joins;

// body: all bytes of letters and digits; marks: those in words.
static inline scan_joins scan_join(const scan_state *c, const scan_bits *b, uint64_t letters,
                                   uint64_t body, uint64_t marks)
{
    uint64_t apos = b->apos | b->wide_apos, points = b->dot | b->comma;
    uint64_t joins = apos | points | b->quote | b->wide_quote;
    uint64_t plain = ~(b->lower | b->upper | b->digit | joins | b->odd | b->high) | b->breaks;
    uint64_t after_word = (body | marks) << 1 | c->open;
    uint64_t after_mark = marks << 1 | !!(c->carry & SCAN_AT_MARK);
    uint64_t after_letter = scan_whole(b, letters) << 1 | c->letter;
    uint64_t after_digit = scan_whole(b, b->digit) << 1 | c->digit;
    uint64_t after_hebrew = scan_whole(b, b->hebrew) << 1 | !!(c->carry & SCAN_AT_HEBREW);
    uint64_t after_join = scan_whole(b, joins) << 1;
    uint64_t to_letter = scan_before(b, letters), to_digit = scan_before(b, b->digit);
    uint64_t to_hebrew = scan_before(b, b->hebrew), to_plain = scan_before(b, plain);
    uint64_t ignored = b->ignore & after_word & (to_letter | to_digit);
    scan_joins j = {.all = scan_whole(b, joins | b->ignore)};
    j.keep = b->dot & after_digit & to_digit;
    j.in = (apos & after_word & to_letter) | (b->comma & after_digit & to_digit) | j.keep |
           (b->quote & after_hebrew & to_hebrew) | ignored;
    j.odd = (b->dot & (after_letter | after_mark) & to_letter) | (points & after_mark & to_digit) |
            (b->quote & after_mark & to_hebrew) | (b->wide_quote & after_word) |
            (b->ignore & (after_join | (after_word & ~ignored & ~to_plain)));
    return j;
}

// Leaves the block before the first word that has letters of Latin and of an alphabet that
// looks like it: the reference weighs them. Carries on what the word has that is open then.
static inline void scan_leave_mixed(scan_found *f, scan_state *c, const scan_bits *b)
{
    uint64_t latin = (b->lower | b->upper | b->letter) & ~b->foreign;
    bool has_latin = c->open && c->carry & SCAN_HAS_LATIN;
    bool has_alike = c->open && c->carry & SCAN_HAS_ALIKE;
    uint64_t ends = ~f->in & (f->in << 1 | c->open) & scan_below(f->n + f->last);
    uint64_t mixed = scan_holds(f->in, latin, f->n, &has_latin) & ends;
    mixed &= scan_holds(f->in, b->alike, f->n, &has_alike);
    c->carry = (has_latin ? SCAN_HAS_LATIN : 0) | (has_alike ? SCAN_HAS_ALIKE : 0);
    if (mixed) {
        f->n = scan_back(f->in, (unsigned)__builtin_ctzll(mixed));
        f->in &= scan_below(f->n);
        f->last = f->alone = false;
        f->stop = true;
    }
}

// scan_find for any block.
static inline scan_found scan_find_wide(scan_state *c, const scan_bits *b, size_t left)
{
    uint64_t letters = b->lower | b->upper | b->letter;
    uint64_t body = scan_whole(b, letters | b->digit);
    uint64_t marks = scan_marks(scan_whole(b, b->mark), body << 1 | c->open);
    scan_joins j = scan_join(c, b, letters, body, marks);
    uint64_t in = body | marks | scan_whole(b, j.in);
    unsigned n = scan_ready(b, j.all, left);
    uint64_t odd = (b->odd | j.odd) & scan_below(n), alone = b->alone & scan_below(n);
    scan_found f = {.n = n, .last = left < SCAN_BLOCK && n == left, .stop = n == 0 && left};
    if (odd | alone) {
        unsigned at = (unsigned)__builtin_ctzll(odd | alone);
        f.last = f.alone = alone >> at & 1;
        f.stop = !f.alone;
        f.n = f.alone ? at : scan_back(in | j.all, at);
    }
    f.in = in & scan_below(f.n);
    scan_leave_mixed(&f, c, b);
    f.keep = (body | marks | j.keep) & ~b->gone & f.in;
    uint64_t last = f.n ? (uint64_t)1 << (f.n - 1) : 0;
    c->carry |=
        (marks & last ? SCAN_AT_MARK : 0) | (scan_whole(b, b->hebrew) & last ? SCAN_AT_HEBREW : 0);
    return f;
}
