// scan_blocks.h - scanning, written once for every CPU level: a variant defines `block` and
// the functions block_* below over 64 bytes, includes this, and has scan_full(), scan_keys().
//
// Everything is bits: one for each byte of the block, and what spans two blocks is a carry.
// Whether a run of bits (a word, a gap) holds one of some kind comes from an addition: the
// kind's bits, added to the run's, carry out of its end (as simdjson finds the ends of
// strings: Langdale, Lemire, The VLDB Journal 2019).
#include "text/scan.h"
#include <string.h>

// For what a compiler takes for too large: the state of a scan stays in registers then, and what is
// not asked for is left out.
#define SCAN_INLINE __attribute__((always_inline)) static inline

// The bytes of each kind, of sequences the first one.
typedef struct scan_bits {
    uint64_t lower, upper, digit, apos, dot, comma, line, odd, high; // high: above ASCII
    uint64_t lead, three, cont; // bytes that begin a sequence, of three or more; the others
    uint64_t letter, wide_digit, mark, breaks, wide_apos, wide_quote, ignore, alone;
    uint64_t quote;                  // of ASCII
    uint64_t hebrew, foreign, alike; // letters: Hebrew; whose fold is not ASCII; Greek, Cyrillic
    uint64_t letter_rest;            // of letters, all bytes but the first
    uint64_t gone;                   // bytes of sequences that a shorter fold has no use for
} scan_bits;

// What scan_wide.h must know of the word that is open.
enum scan_carry {
    SCAN_AT_MARK = 1, // it goes on behind a mark,
    SCAN_AT_HEBREW = 2,
    SCAN_HAS_LATIN = 4, // or may have
    SCAN_HAS_ALIKE = 8,
};

// What goes on from block to block.
typedef struct scan_state {
    uint32_t at;
    size_t begun, ended;       // words
    uint32_t open_at;          // where the word that is open begins
    uint8_t *out;              // where the keys go on
    bool open, letter, digit;  // the byte before: in a word, of a letter, a digit
    bool line;                 // the gap that is open has a line break
    bool has_lower, has_digit; // the word that is open
    unsigned carry;            // of scan_carry
    uint8_t recent[2];         // lead bytes of two: those of the blocks before
    uint8_t pair;              // the lower lead byte of the pair that batches are read with
    unsigned how;              // of plain_how: the group before, or the next batch
    unsigned wait, waits;      // blocks until the next batch is tried; and after one in vain
    size_t checks;             // how much was checked at once the last time
} scan_state;

// What a group of blocks may have beyond ASCII.
enum plain_how { PLAIN_SIGNS, PLAIN_LETTERS };

// Of a block: bytes in words, those of them that are kept, and how many bytes were looked at.
typedef struct scan_found {
    uint64_t in, keep;
    unsigned n;
    bool last;  // the word that is open there ends
    bool stop;  // what follows is not plain
    bool alone; // a character follows that is a word by itself
} scan_found;

// -- what a variant defines ----------------------------------------------------------------

// The valid bytes at p, the others 0; sets the bits of ASCII characters, and high.
static void block_load(block *v, scan_bits *b, const uint8_t *p, uint64_t valid,
                       const scan_tables *t);
// Writes the bytes to keep, one after the other (SCAN_BLOCK bytes are written): small letters
// for upper, a space where there is one.
static void block_keys(const block *v, uint8_t *out, uint64_t keep, uint64_t upper, uint64_t space);
// Writes base + the place of each bit of mask, of which at most half are set.
static void block_places(uint32_t *out, uint32_t base, uint64_t mask);
// Writes a byte for each of 64 bits: flag_a where a has it, and flag_b likewise.
static void block_flags(uint8_t *out, uint64_t a, uint8_t flag_a, uint64_t b, uint8_t flag_b);
static uint64_t block_pext(uint64_t bits, uint64_t mask);
static bool text_valid(const uint8_t *p, size_t len); // utf8_kernel

// ------------------------------------------------------------------------------------------

static inline uint64_t scan_below(unsigned n)
{
    return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

// The ends of those runs (of ones in `run`, below bit n) that hold a bit of kind; *carry says
// so of the run that is open at the begin, and then at the end.
static inline uint64_t scan_holds(uint64_t run, uint64_t kind, unsigned n, bool *carry)
{
    uint64_t sum;
    bool over = __builtin_add_overflow(run, kind & run, &sum);
    over |= __builtin_add_overflow(sum, (uint64_t)*carry, &sum);
    *carry = n == 64 ? over : sum >> n & 1;
    return sum;
}

// Where the run of ones ends that, downwards, begins below bit n.
static inline unsigned scan_back(uint64_t run, unsigned n)
{
    uint64_t gap = ~run & scan_below(n);
    return gap ? 64 - (unsigned)__builtin_clzll(gap) : 0;
}

// The rest of each sequence that has its first byte in x, and x.
static inline uint64_t scan_whole(const scan_bits *b, uint64_t x)
{
    return x | (x << 1 & b->cont) | (x << 2 & b->cont & b->cont << 1);
}

// How much of a block can be decided: of a mark or a sequence, if what follows is in it.
static inline unsigned scan_ready(const scan_bits *b, uint64_t join, size_t left)
{
    uint64_t late = (b->lead | join) & ~scan_below(61);
    if (left <= SCAN_BLOCK)
        return (unsigned)left;
    return late ? scan_back(join, (unsigned)__builtin_ctzll(late)) : SCAN_BLOCK;
}

#include "text/scan_alone.h"
#include "text/scan_rows.h"
#include "text/scan_wide.h"

// Finds the words of a block without what scan_wide.h is for: which bytes are in them, and
// where the block must be left because a character is not plain.
static inline scan_found scan_find(scan_state *c, const scan_bits *b, size_t left)
{
    uint64_t letters = b->lower | b->upper | b->letter, letter_bytes = letters | b->letter_rest;
    uint64_t after_word = (letter_bytes | b->digit) << 1 | c->open;
    uint64_t after_letter = letter_bytes << 1 | c->letter, after_digit = b->digit << 1 | c->digit;
    uint64_t digit_next = b->digit >> 1, letter_next = letters >> 1;
    uint64_t apos = b->apos & after_word & letter_next;
    uint64_t apos2 = b->wide_apos & ~b->three & after_word & letters >> 2;
    uint64_t apos3 = b->wide_apos & b->three & after_word & letters >> 3;
    uint64_t point = b->dot & after_digit & digit_next;
    uint64_t comma = b->comma & after_digit & digit_next;
    uint64_t keep = letter_bytes | b->digit | point;
    uint64_t in = letter_bytes | b->digit | point | comma | apos | scan_whole(b, apos2 | apos3);
    uint64_t join = b->apos | b->dot | b->comma | scan_whole(b, b->wide_apos);
    uint64_t odd = b->odd | (b->dot & after_letter & letter_next);
    unsigned n = scan_ready(b, join, left);
    odd &= scan_below(n);
    scan_found f = {
        .n = n, .stop = odd || (n == 0 && left), .last = left < SCAN_BLOCK && n == left};
    if (odd) {
        f.n = scan_back(in | join, (unsigned)__builtin_ctzll(odd));
        f.last = false;
    }
    f.in = in & scan_below(f.n);
    f.keep = keep & ~b->gone & f.in;
    c->carry = SCAN_HAS_LATIN;
    return f;
}

// Where words begin and end, and of what kind they are.
static inline void scan_put_words(scan *s, scan_state *c, const scan_bits *b, const scan_found *f,
                                  uint64_t begin, uint64_t end)
{
    uint64_t upper = b->upper & f->in, lower = (b->lower | (b->letter & ~b->upper));
    uint64_t line = scan_holds(~f->in & scan_below(f->n), b->line, f->n, &c->line);
    uint64_t has_lower = scan_holds(f->in, lower, f->n, &c->has_lower);
    uint64_t has_digit = scan_holds(f->in, b->digit, f->n, &c->has_digit);
    block_places(s->begin + c->begun, c->at, begin);
    block_places(s->end + c->ended, c->at, end);
    block_flags(s->begin_flags + c->begun, block_pext(upper, begin), SCAN_CAP,
                block_pext(line, begin), SCAN_LINE);
    block_flags(s->end_flags + c->ended, block_pext(has_lower, end), SCAN_LOWER,
                block_pext(has_digit, end), SCAN_DIGIT);
    c->begun += (unsigned)__builtin_popcountll(begin);
}

// Writes down what was found: the keys and, unless they are all that is asked for, the words.
static inline void scan_put(scan *s, scan_state *c, const block *v, const scan_bits *b,
                            const scan_found *f, bool keys_only)
{
    uint64_t before = f->in << 1 | c->open;
    uint64_t begin = f->in & ~before;
    uint64_t end = ~f->in & before & scan_below(f->n + f->last);
    uint64_t keep = f->keep | end;

    block_keys(v, c->out, keep, b->upper & f->in & ~b->high, end);
    block_places(s->space + c->ended, s->keys_at + (uint32_t)(c->out - s->keys),
                 block_pext(end, keep));
    if (!keys_only)
        scan_put_words(s, c, b, f, begin, end);
    if (begin)
        c->open_at = c->at + 63 - (unsigned)__builtin_clzll(begin);
    c->out += __builtin_popcountll(keep);
    c->ended += (unsigned)__builtin_popcountll(end);
}

// Steps behind the bytes that were looked at.
static inline void scan_step(scan_state *c, const scan_bits *b, const scan_found *f)
{
    if (f->n == 0)
        return;
    uint64_t last = (uint64_t)1 << (f->n - 1);
    c->open = f->in & last;
    c->digit = scan_whole(b, b->digit) & last;
    c->letter = c->open && !c->digit;
    c->at += f->n;
}

// Whether batches have letters beyond ASCII; whether one without any is known to be well-formed;
// and whether what keys are made of has points.
#ifdef PLAIN_PAIRS
enum { PLAIN_WIDE = 1, PLAIN_SOUND = 1, PLAIN_POINTS = 1 };
#elif defined(PLAIN_GROUPS)
enum { PLAIN_WIDE = 1, PLAIN_SOUND = 1, PLAIN_POINTS = 0 };
#else
enum { PLAIN_WIDE = 0, PLAIN_SOUND = 0, PLAIN_POINTS = 0 };
#endif
#include "text/scan_plain.h"

// Whether a batch may be worth a try behind a block. Where it is not ASCII, letters of another pair
// of lead bytes make it the pair of batches; the more often that was in vain, the rarer it is
// tried.
static inline bool scan_try_plain(scan_state *c, const scan_bits *b, const uint8_t *p)
{
    uint64_t letter = b->letter & ~b->three;
    if (b->alone | b->mark | (b->letter & b->three))
        return false;
    if (letter && PLAIN_WIDE)
        c->pair = p[__builtin_ctzll(letter)] & 0xfe;
    return PLAIN_WIDE || !letter;
}

// Checks the text from c->at on, of which what a block needs must be well-formed: twice as much as
// the last time, so that a text with a letter here and there is not read again for each, nor all of
// it for one. all: to its end.
static inline bool scan_check(scan *s, scan_state *c, bool all)
{
    enum { LEAST = 4 * SCAN_BLOCK, SEQUENCE = 4 };
    const uint8_t *p = s->text + c->at;
    size_t left = s->len - c->at, n = left;
    if (s->checked == s->len || (!all && s->checked >= (size_t)c->at + SCAN_BLOCK + SEQUENCE))
        return true;
    c->checks = c->checks ? 2 * c->checks : LEAST;
    if (!all && c->checks < left)
        for (n = c->checks; c->checks - n < SEQUENCE && (p[n] & 0xc0) == 0x80;)
            n--; // no sequence is parted
    if (!text_valid(p, n))
        return false;
    s->checked = c->at + (uint32_t)n;
    return true;
}

// Reads one block the general way; false where reading on is the caller's. *plain is set where
// the next may be plain.
__attribute__((noinline)) static bool scan_general(scan *s, scan_state *c, bool *plain,
                                                   bool keys_only)
{
    size_t left = s->len - c->at;
    const uint8_t *p = s->text + c->at;
    if (!scan_check(s, c, false))
        return false;
    scan_bits b = {0};
    block v;
    block_load(&v, &b, p, scan_below(left < 64 ? (unsigned)left : 64), s->tables);
    if (b.high)
        scan_sequences(&v, &b, p, left, s->tables, c->recent);
    scan_found f = scan_is_wide(c, &b) ? scan_find_wide(c, &b, left) : scan_find(c, &b, left);
    scan_put(s, c, &v, &b, &f, keys_only);
    scan_step(c, &b, &f);
    if (f.last)
        c->open = c->has_lower = c->has_digit = false;
    *plain = scan_try_plain(c, &b, p);
    return !f.stop && (!f.alone || (scan_check(s, c, true) && scan_alone(s, c, keys_only)));
}

// How long no batch is tried after one: the longer, the more there were in vain before it.
static inline void scan_wait(scan_state *c, bool in_vain)
{
    enum { MOST = 32 };
    c->waits = !in_vain ? 0 : c->waits == 0 ? 1 : c->waits < MOST ? 2 * c->waits : MOST;
    c->wait = c->waits;
}

SCAN_INLINE void scan_blocks(scan *s, const bool keys_only)
{
    scan_state c = {.at = s->at, .out = s->keys, .line = s->line, .pair = 0xc2};
    bool more = true, plain = s->at == s->len || s->text[s->at] < 0xe3; // else a letter, mostly
    while (more && c.ended < SCAN_WORDS && (c.at < s->len || c.open)) {
        bool tried = plain && c.wait == 0, done = tried && scan_plains(s, &c, keys_only);
        if (tried && PLAIN_SOUND)
            scan_wait(&c, !done);
        if (done)
            continue;
        c.wait -= c.wait > 0;
        more = scan_general(s, &c, &plain, keys_only);
    }
    s->n = c.ended;
    s->at = c.open ? c.open_at : c.at;
    s->keys = c.ended ? s->keys + (s->space[c.ended - 1] + 1 - s->keys_at) : s->keys;
    if (!keys_only)
        s->line = c.open ? s->begin_flags[c.ended] & SCAN_LINE : c.line;
}

static void scan_full(scan *s)
{
    scan_blocks(s, false);
}

static void scan_keys(scan *s)
{
    scan_blocks(s, true);
}
