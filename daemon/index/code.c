#include "index/code.h"
#include "base/bytes.h"

#include <string.h>

enum { SLOTS = 1 << CODE_LONGEST, NODES = 2 * CODE_SYMBOLS };

// A tree that is being made: its first nodes are the symbols, and each other one has two below it.
typedef struct tree {
    uint64_t weight[NODES];
    uint16_t above[NODES];
    bool joined[NODES];
    unsigned n;
} tree;

static unsigned lightest(const tree *t)
{
    unsigned best = NODES;
    for (unsigned i = 0; i < t->n; i++)
        if (!t->joined[i] && (best == NODES || t->weight[i] < t->weight[best]))
            best = i;
    return best;
}

static unsigned join_all(tree *t, uint8_t len[CODE_SYMBOLS])
{
    uint8_t depth[NODES] = {0};
    unsigned most = 0;
    for (t->n = CODE_SYMBOLS; t->n < NODES - 1; t->n++) {
        t->weight[t->n] = 0;
        t->joined[t->n] = true; // until it has both
        for (int k = 0; k < 2; k++) {
            unsigned x = lightest(t);
            t->joined[x] = true;
            t->above[x] = (uint16_t)t->n;
            t->weight[t->n] += t->weight[x];
        }
        t->joined[t->n] = false;
    }
    for (unsigned i = NODES - 2; i-- > 0;) {
        depth[i] = (uint8_t)(depth[t->above[i]] + 1);
        if (i < CODE_SYMBOLS) {
            len[i] = depth[i];
            most = depth[i] > most ? depth[i] : most;
        }
    }
    return most;
}

// Too long ones get shorter as the weights are made more alike.
void code_train(const uint32_t count[CODE_SYMBOLS], uint8_t len[CODE_SYMBOLS])
{
    uint64_t weight[CODE_SYMBOLS];
    for (int i = 0; i < CODE_SYMBOLS; i++)
        weight[i] = (uint64_t)count[i] + 1;
    for (;;) {
        tree t = {0};
        memcpy(t.weight, weight, sizeof weight);
        if (join_all(&t, len) <= CODE_LONGEST)
            return;
        for (int i = 0; i < CODE_SYMBOLS; i++)
            weight[i] = weight[i] / 2 + 1;
    }
}

static unsigned reversed(unsigned bits, unsigned len)
{
    unsigned out = 0;
    for (unsigned i = 0; i < len; i++)
        out |= (bits >> i & 1) << (len - 1 - i);
    return out;
}

// Shorter ones first, among equals the lower byte: the lengths alone decide the bits.
bool code_open(code *c, const uint8_t len[CODE_SYMBOLS])
{
    unsigned next = 0, taken = 0;
    for (int i = 0; i < CODE_SYMBOLS; i++) {
        if (len[i] == 0 || len[i] > CODE_LONGEST)
            return false;
        taken += 1u << (CODE_LONGEST - len[i]);
    }
    if (taken != SLOTS)
        return false;
    memcpy(c->len, len, CODE_SYMBOLS);
    for (unsigned n = 1; n <= CODE_LONGEST; n++, next <<= 1) {
        for (unsigned i = 0; i < CODE_SYMBOLS; i++) {
            if (len[i] != n)
                continue;
            c->bits[i] = (uint16_t)reversed(next++, n);
            for (unsigned at = c->bits[i]; at < SLOTS; at += 1u << n)
                c->of[at] = (uint16_t)(n | i << 8);
        }
    }
    return true;
}

// Bytes of the size of a stream.
static size_t size_bytes(size_t n)
{
    size_t most = (n / CODE_STREAMS + 1) * CODE_LONGEST / 8 + 1;
    return most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : 4;
}

size_t code_room(size_t n)
{
    return n / 8 * CODE_LONGEST + (CODE_LONGEST + 2 + 4) * CODE_STREAMS + CODE_PAD;
}

static void store_size(uint8_t *p, size_t size, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        p[i] = (uint8_t)(size >> 8 * i);
}

static size_t load_size(const uint8_t *p, size_t bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < bytes; i++)
        size |= (size_t)p[i] << 8 * i;
    return size;
}

typedef struct writing {
    uint8_t *to;
    uint64_t bits;
    unsigned n; // bits of them, below 8 between two calls
} writing;

static void write_bits(writing *w, const code *c, uint8_t byte)
{
    w->bits |= (uint64_t)c->bits[byte] << w->n;
    w->n += c->len[byte];
}

static void put_bits(writing *w)
{
    store64(w->to, w->bits);
    w->to += w->n / 8;
    w->bits >>= w->n & ~7u;
    w->n &= 7;
}

// Every fourth of the bytes from the one at i on.
static uint8_t *write_stream(const code *c, const uint8_t *bytes, size_t i, size_t n, uint8_t *to)
{
    enum { STEP = CODE_STREAMS };
    writing w = {.to = to};
    for (; i + 3 * STEP < n; i += 4 * STEP) { // 44 bits behind 7 others
        write_bits(&w, c, bytes[i]);
        write_bits(&w, c, bytes[i + STEP]);
        write_bits(&w, c, bytes[i + 2 * STEP]);
        write_bits(&w, c, bytes[i + 3 * STEP]);
        put_bits(&w);
    }
    for (; i < n; i += STEP)
        write_bits(&w, c, bytes[i]);
    put_bits(&w);
    return w.to + (w.n > 0);
}

uint8_t *code_write(const code *c, const uint8_t *bytes, size_t n, uint8_t *to)
{
    size_t width = size_bytes(n);
    uint8_t *sizes = to, *at = to + CODE_STREAMS * width;
    for (size_t i = 0; i < CODE_STREAMS; i++) { // each writes over what the last wrote too much
        uint8_t *end = write_stream(c, bytes, i, n, at);
        store_size(sizes + i * width, (size_t)(end - at), width);
        at = end;
    }
    return at;
}

bool code_begin(code_reader *r, const code *c, size_t n, view *packed)
{
    size_t width = size_bytes(n), at = CODE_STREAMS * width;
    if (packed->len < at)
        return false;
    *r = (code_reader){.c = c, .p = packed->p, .len = packed->len, .left = n};
    for (size_t i = 0; i < CODE_STREAMS; i++) {
        size_t size = load_size(packed->p + i * width, width);
        if (size > packed->len - at)
            return false;
        r->at[i] = 8 * at;
        r->end[i] = at += size;
    }
    *packed = (view){packed->p + at, packed->len - at};
    return true;
}

// The bits of a stream in a word, with a 1 above them: how many zeros come to stand before it
// tells how many were read.
static uint64_t take_word(const uint8_t *p, size_t at)
{
    return (load64(p + at / 8) | (uint64_t)1 << 63) >> at % 8;
}

static bool has_eight(const code_reader *r)
{
    size_t a = r->at[0] > r->at[1] ? r->at[0] : r->at[1];
    size_t b = r->at[2] > r->at[3] ? r->at[2] : r->at[3];
    return (a > b ? a : b) / 8 + 8 <= r->len;
}

static uint8_t next_of(const code *c, uint64_t *word)
{
    unsigned x = c->of[*word & (SLOTS - 1)];
    *word >>= x & 63;
    return (uint8_t)(x >> 8);
}

// CODE_STEP bytes, five of each stream, as long as all have 8 to be read, be they another's; how
// many there were.
static size_t read_fast(code_reader *r, uint8_t *to, size_t n)
{
    const code *c = r->c;
    size_t done = 0;
    for (; n - done >= CODE_STEP && has_eight(r); done += CODE_STEP) {
        uint64_t w[CODE_STREAMS];
        for (int i = 0; i < CODE_STREAMS; i++)
            w[i] = take_word(r->p, r->at[i]);
        for (int k = 0; k < CODE_STEP; k += CODE_STREAMS)
            for (int i = 0; i < CODE_STREAMS; i++)
                to[done + (size_t)(k + i)] = next_of(c, &w[i]);
        for (int i = 0; i < CODE_STREAMS; i++)
            r->at[i] += (size_t)__builtin_clzll(w[i]) - r->at[i] % 8;
    }
    return done;
}

// Behind the end there are zeros; code_end tells.
static uint8_t read_slow(code_reader *r, size_t i)
{
    size_t byte = r->at[i] / 8;
    uint8_t last[8] = {0};
    const uint8_t *p = last; // of what is damaged a place may be far behind
    if (byte + sizeof last <= r->len)
        p = r->p + byte;
    else if (byte < r->len)
        memcpy(last, r->p + byte, r->len - byte);
    unsigned x = r->c->of[load64(p) >> r->at[i] % 8 & (SLOTS - 1)];
    r->at[i] += x & 63;
    return (uint8_t)(x >> 8);
}

void code_read(code_reader *r, uint8_t *to, size_t n)
{
    size_t done = read_fast(r, to, n);
    for (size_t i = done; i < n; i++)
        to[i] = read_slow(r, i % CODE_STREAMS);
    r->left -= n;
}

bool code_end(const code_reader *r)
{
    bool good = r->left == 0;
    for (size_t i = 0; i < CODE_STREAMS; i++)
        good &= (r->at[i] + 7) / 8 == r->end[i];
    return good;
}
