// scan_plain.h - blocks of ASCII and of common punctuation, as most of Latin text is. A part of
// scan_blocks.h, compiled at every CPU level.
//
// Nothing is decided here that the general way (scan_find) would decide otherwise: it is the
// same with all of the rest left out, for many blocks at once. First each block is turned into
// bits and key bytes, then all of them go through the rules together, a loop that compilers
// turn into vectors, and at last the keys are written. No step waits for another's result of
// the block before.

enum {
    PLAIN_BLOCKS = 64, // of a batch
    SCAN_AHEAD = 2,    // bytes that are read behind a block: a sequence may begin with its last
};

// Block i of a batch is at i + 1: what was before the first stands in 0, zeros behind the last.
// Blocks 0, 8, 16 and so on begin with a line of cache.
typedef uint64_t plain_bits[PLAIN_BLOCKS + 8];

typedef struct plain_batch {
    // With it block 0 of each begins a line of cache. A register with what was before block 0 has
    // these seven, or an array's last, besides, and one behind the last blocks the next array's
    // first: nothing asks for them.
    _Alignas(64) uint64_t before[7];
    // bits of characters; apos2 and apos3: lead bytes of apostrophes; lead: of all sequences
    plain_bits letters, lower, upper, digit, apos, dot, comma, line, apos2, apos3, lead;
    plain_bits three, rest;          // of lead, sequences of three bytes; all bytes behind a lead
    plain_bits point;                // dots between digits
    plain_bits in, begin, end, keep; // bytes in words, their ends, what keys are made of
    // Letters of two bytes: their first bytes, and those that a shorter fold has no use for. Where
    // is_wide is not set, what stands there is from before.
    plain_bits wide, gone;
    bool is_wide;
    _Alignas(64) uint8_t key[PLAIN_BLOCKS + 2][SCAN_BLOCK]; // two may be read behind the last
} plain_batch;

// -- what a variant defines ----------------------------------------------------------------

// `stream`: the bits of STREAM blocks in one register, for which &, | and ~ are there. The rules go
// from one to the next; loads of bits moved on by a block would lie across two stores, and wait.
// Of plain_bits: the blocks from i on, a multiple of STREAM.
static stream stream_at(const uint64_t *bits, ptrdiff_t i);
static void stream_put(uint64_t *bits, ptrdiff_t i, stream x);
// x, moved by k places towards the next block, from the last block of `before`; or back, from the
// first of `next`.
static stream stream_on(stream before, stream x, unsigned k);
static stream stream_back(stream x, stream next, unsigned k);
static stream stream_only(uint64_t bits, size_t i); // `bits` in block i, if it has one, else none
static bool stream_any(stream x);                   // whether a bit is set

#ifdef PLAIN_GROUPS
// Reads the blocks from p on, of which `left` bytes are text, into a batch, as if zeros followed,
// which are breaks: their bits, and what their keys are made of: small letters, digits and, with
// PLAIN_POINTS, points. Returns how many are plain, up to `most`: of ASCII, the breaks and
// apostrophes of U+0080-00BF and U+2000-203F, and the letters, breaks and apostrophes of the pair
// of lead bytes c->pair; a variant may know those of one more pair, or few of a block, where both
// or neither are alike. They are well-formed where there is none. upper, lower and line are for the
// list of words only.
static size_t plain_read(plain_batch *x, const uint8_t *p, size_t left, size_t most,
                         const scan_tables *t, scan_state *c, bool keys_only);
#else
// The same of block i of a batch, the 64 bytes at p, without letters beyond ASCII, and with spaces
// where a key has nothing of a byte. false where it is not plain, as the variant knows it.
static bool plain_block(plain_batch *x, size_t i, const uint8_t *p, const scan_tables *t,
                        bool keys_only);
#endif
// Writes the bytes to keep, one after the other (SCAN_BLOCK are written), spaces for those of
// `end`, and returns which of what was written those are.
static uint64_t plain_pack(const uint8_t key[SCAN_BLOCK], uint8_t *out, uint64_t keep,
                           uint64_t end);

// ------------------------------------------------------------------------------------------

// x, moved by k places towards the next block, or back from it.
static inline uint64_t plain_on(const uint64_t *x, unsigned k)
{
    return x[0] << k | x[-1] >> (64 - k);
}

static inline uint64_t plain_back(const uint64_t *x, unsigned k)
{
    return x[0] >> k | x[1] << (64 - k);
}

// Streams of which the rules ask beyond a register's blocks.
typedef struct plain_near {
    stream letters, digit, apos2, apos3, inside; // inside: and what joins but initials
} plain_near;

// The rules in the blocks from i on. *near: of those before, and then of these.
SCAN_INLINE void plain_rules(plain_batch *x, ptrdiff_t i, plain_near *near)
{
    const plain_near b = *near;
    plain_near h = {.letters = stream_at(x->letters, i), .digit = stream_at(x->digit, i)};
    stream next = stream_at(x->letters, i + STREAM), dot = stream_at(x->dot, i);
    stream next_body = next | stream_at(x->digit, i + STREAM), body = h.letters | h.digit;
    stream after_letter = stream_on(b.letters, h.letters, 1);
    stream after_digit = stream_on(b.digit, h.digit, 1);
    stream after_body = after_letter | after_digit;
    stream to_letter = stream_back(h.letters, next, 1);
    stream between = after_digit & stream_back(body, next_body, 1) & ~to_letter; // digits
    stream point = dot & between;
    stream initial = dot & after_letter & to_letter & ~stream_back(body, next_body, 2);
    h.apos2 = stream_at(x->apos2, i) & after_body & stream_back(h.letters, next, 2);
    h.apos3 = stream_at(x->apos3, i) & after_body & stream_back(h.letters, next, 3);
    h.inside = body | point | (stream_at(x->apos, i) & after_body & to_letter) |
               (stream_at(x->comma, i) & between);
    h.inside |= h.apos2 | stream_on(b.apos2, h.apos2, 1);
    h.inside |= h.apos3 | stream_on(b.apos3, h.apos3, 1) | stream_on(b.apos3, h.apos3, 2);
    // the letter before an initial's dot begins its word, or stands behind another such dot
    stream_put(x->in, i, h.inside | (initial & ~stream_on(b.inside, h.inside, 2)));
    stream_put(x->point, i, point);
    *near = h;
}

// Of blocks 0 to n - 1, where the first byte is no dot behind a letter: one more byte before
// decides about that one.
SCAN_INLINE void plain_decide(plain_batch *x, size_t n)
{
    const stream none = stream_only(0, 0);
    plain_near near = {.letters = stream_at(x->letters, -STREAM),
                       .digit = stream_at(x->digit, -STREAM),
                       .apos2 = none,
                       .apos3 = none,
                       .inside = stream_at(x->in, -STREAM)};
    for (ptrdiff_t i = 0; i < (ptrdiff_t)n; i += STREAM)
        plain_rules(x, i, &near);
}

// Writes the points of numbers into what keys are made of.
static inline void plain_points(plain_batch *x, size_t n)
{
    for (size_t i = 1; i <= n; i++)
        for (uint64_t rest = x->point[i]; rest; rest &= rest - 1)
            x->key[i - 1][__builtin_ctzll(rest)] = '.';
}

// Where words begin and end in the blocks, of the last one in its first `ready` bytes.
SCAN_INLINE void plain_words(plain_batch *x, size_t n, unsigned ready)
{
    stream before = stream_at(x->in, -STREAM), points = stream_only(0, 0);
    for (size_t at = 0; at < n; at += STREAM) {
        ptrdiff_t i = (ptrdiff_t)at;
        stream beyond = stream_only(~scan_below(ready), n - 1 - at);
        stream in = stream_at(x->in, i) & ~beyond, was = stream_on(before, in, 1);
        stream end = ~in & was, point = stream_at(x->point, i) & in;
        stream kept = ((stream_at(x->letters, i) | stream_at(x->digit, i)) & in) | point | end;
        if (x->is_wide)
            kept &= ~stream_at(x->gone, i);
        stream_put(x->in, i, in);
        stream_put(x->begin, i, in & ~was);
        stream_put(x->end, i, end & ~beyond);
        stream_put(x->keep, i, kept & ~beyond);
        stream_put(x->point, i, point);
        points |= point;
        before = in;
    }
    if (!PLAIN_POINTS && stream_any(points)) // else the points are there already
        plain_points(x, n);
}

// How much of the last block is decided, whatever follows: up to the word before what is not,
// so that what decides about initials is read with them.
static inline unsigned plain_ready(const plain_batch *x, size_t last)
{
    uint64_t marks = x->apos[last] | x->dot[last] | x->comma[last];
    uint64_t late = (x->lead[last] & ~scan_below(61)) | (x->dot[last] & ~scan_below(62)) |
                    (marks & ~scan_below(63));
    return late ? scan_back(x->in[last] | marks, (unsigned)__builtin_ctzll(late)) : SCAN_BLOCK;
}

// Where the last word of n blocks begins, if one does.
static inline void plain_open(scan_state *c, const plain_batch *x, size_t n)
{
    while (n > 0 && !x->begin[n])
        n--;
    if (n)
        c->open_at = c->at + (uint32_t)n * SCAN_BLOCK - 1 - (unsigned)__builtin_clzll(x->begin[n]);
}

SCAN_INLINE void plain_write(scan *s, scan_state *c, const plain_batch *x, size_t n, unsigned ready,
                             bool keys_only)
{
    uint32_t *space = s->space + c->ended;
    uint8_t *out = c->out;
    uint32_t key = s->keys_at + (uint32_t)(out - s->keys);
    plain_open(c, x, n);
    for (size_t i = 1; i <= n; i++) {
        unsigned kept = (unsigned)__builtin_popcountll(x->keep[i]);
        unsigned ended = (unsigned)__builtin_popcountll(x->end[i]);
        block_places(space, key, plain_pack(x->key[i - 1], out, x->keep[i], x->end[i]));
        if (!keys_only) {
            scan_bits b = {.lower = x->lower[i],
                           .upper = x->upper[i],
                           .digit = x->digit[i],
                           .line = x->line[i]};
            scan_found f = {.in = x->in[i], .n = i < n ? SCAN_BLOCK : ready};
            scan_put_words(s, c, &b, &f, x->begin[i], x->end[i]);
            c->ended += ended;
            c->at += SCAN_BLOCK;
        }
        space += ended;
        out += kept;
        key += kept;
    }
    c->out = out;
    if (keys_only) {
        c->ended = (size_t)(space - s->space);
        c->at += (uint32_t)n * SCAN_BLOCK;
    }
    c->at -= SCAN_BLOCK - ready;
}

// The first block that has a bit, or n + 1.
static inline size_t plain_first(const plain_bits bits, size_t n)
{
    size_t i = 1;
    while (i <= n && !bits[i])
        i++;
    return i;
}

// Of a batch with letters of two bytes, before anything is decided: all of their bytes are
// letters'.
static inline void plain_widen(plain_batch *x, size_t n)
{
    x->wide[0] = x->wide[n + 1] = 0;
    for (size_t i = 1; i <= n; i++)
        x->letters[i] |= plain_on(x->wide + i, 1);
}

// How many blocks there are before the first that is not well-formed: of lead bytes and what may
// follow only those come here that are.
static inline size_t plain_valid(plain_batch *x, size_t n)
{
    plain_bits odd;
    uint64_t any = 0;
    for (size_t i = 1; i <= n; i++) {
        uint64_t must = plain_on(x->lead + i, 1) | plain_on(x->three + i, 2);
        any |= odd[i] = must ^ x->rest[i];
    }
    return any ? plain_first(odd, n) - 1 : n;
}

// How many blocks there are before the first that needs a further look: at a dot beside such a
// letter and, where the letters are of an alphabet that Latin's look like, at a word of both (a
// Latin letter beside what else is in its word: more than those).
static inline size_t plain_before_odd(const plain_batch *x, size_t n, const scan_state *c,
                                      bool alike)
{
    plain_bits odd, latin, other;
    uint64_t any = 0;
    for (size_t i = 1; i <= n; i++) {
        uint64_t beside = (plain_on(x->wide + i, 2) & plain_back(x->letters + i, 1)) |
                          (plain_on(x->letters + i, 1) & plain_back(x->wide + i, 1));
        any |= odd[i] = x->dot[i] & beside;
    }
    if (alike) {
        latin[0] = c->carry & SCAN_HAS_LATIN ? x->in[0] : 0;
        other[0] = x->in[0] & ~latin[0];
        latin[n + 1] = other[n + 1] = 0;
        for (size_t i = 1; i <= n; i++) {
            latin[i] = x->letters[i] & ~(x->wide[i] | plain_on(x->wide + i, 1));
            other[i] = x->in[i] & ~latin[i];
        }
        for (size_t i = 1; i <= n; i++)
            any |= odd[i] |= latin[i] & (plain_on(other + i, 1) | plain_back(other + i, 1));
        any |= odd[1] |= other[1] & latin[0] >> 63;
    }
    return any ? plain_first(odd, n) - 1 : n;
}

// What carry says of the word that is open at the end of a batch.
static inline unsigned plain_carry(const plain_batch *x, size_t n, unsigned ready, bool alike)
{
    if (!alike)
        return SCAN_HAS_LATIN;
    unsigned from = scan_back(x->in[n], ready);
    if (from == 0)
        return SCAN_HAS_LATIN | SCAN_HAS_ALIKE; // may have
    return x->wide[n] & ~scan_below(from) & scan_below(ready) ? SCAN_HAS_ALIKE : SCAN_HAS_LATIN;
}

#ifndef PLAIN_GROUPS
// plain_read by plain_block.
SCAN_INLINE size_t plain_read(plain_batch *x, const uint8_t *p, size_t left, size_t most,
                              const scan_tables *t, scan_state *c, bool keys_only)
{
    (void)c;
    size_t n = 0;
    uint8_t last[SCAN_BLOCK + SCAN_AHEAD] = {0};
    for (bool more = true; more && n < most; n++, p += SCAN_BLOCK, left -= SCAN_BLOCK) {
        more = left >= sizeof last;
        if (!more)
            p = memcpy(last, p, left);
        if (!plain_block(x, n, p, t, keys_only))
            break;
    }
    return n;
}
#endif

// Reads on with one batch; false, and nothing done, where the next block is not plain.
SCAN_INLINE bool scan_plains(scan *s, scan_state *c, bool keys_only)
{
    plain_batch x;
    bool alike = scan_pair_of(s->tables, c->pair)->alike;
    if (c->open && c->carry != SCAN_HAS_LATIN && !(alike && c->carry == SCAN_HAS_ALIKE))
        return false;
    x.is_wide = false;
    x.lead[0] = x.three[0] = 0;
    size_t most = 1 + (SCAN_WORDS - 1 - c->ended) / (SCAN_BLOCK / 2);
    size_t n = plain_read(&x, s->text + c->at, s->len - c->at, most, s->tables, c, keys_only);
    if ((x.is_wide || !PLAIN_SOUND) && s->checked < s->len)
        n = plain_valid(&x, n);
    if (n == 0 || (c->letter && x.dot[1] & 1))
        return false;
    alike = scan_pair_of(s->tables, c->pair)->alike &&
            (x.is_wide || (c->open && c->carry == SCAN_HAS_ALIKE));
    x.letters[0] = (uint64_t)c->letter << 63;
    x.digit[0] = (uint64_t)c->digit << 63;
    x.in[0] = (uint64_t)c->open << 63;
    x.letters[n + 1] = x.digit[n + 1] = 0;
    if (x.is_wide)
        plain_widen(&x, n);
    else if (alike)
        memset(x.wide, 0, (n + 2) * sizeof *x.wide);
    plain_decide(&x, n);
    if (n && (x.is_wide || alike))
        n = plain_before_odd(&x, n, c, alike);
    unsigned ready = n ? plain_ready(&x, n) : 0;
    if (n && ready == 0) {
        n--;
        ready = n ? plain_ready(&x, n) : 0;
    }
    if (ready == 0)
        return false;
    plain_words(&x, n, ready);
    plain_write(s, c, &x, n, ready, keys_only);
    c->open = x.in[n] >> (ready - 1) & 1;
    c->digit = x.digit[n] >> (ready - 1) & 1;
    c->letter = c->open && !c->digit;
    c->carry = plain_carry(&x, n, ready, alike);
    if (c->at > s->len)
        c->at = s->len;
    return true;
}
