#include "text/words.h"
#include "text/hash.h"
#include "text/kernels.h"
#include "text/words_inside.h"
#include <stdlib.h>

// The word that is being read.
typedef struct run {
    const uint8_t *begin, *end;
    uint32_t letters, capitals;
    uint32_t since_dot; // letters and numbers since the word began or a dot was joined
    unsigned seen;      // all char_flags so far
    unsigned last;      // char_flags of the last letter or number
    bool capital;       // the first is one
    bool alone;         // a character of a script without spaces
} run;

static void run_count(run *r, const character *c)
{
    unsigned flags = c->info->flags;
    r->letters += flags & CHAR_LETTER ? 1 : 0;
    r->capitals += flags & CHAR_UPPER ? 1 : 0;
    r->since_dot++;
    r->seen |= flags;
    r->last = flags;
}

// Which of the eight bytes of x lie in [first, last], as 0x80 in each; x is ASCII.
static inline uint64_t bytes_between(uint64_t x, uint8_t first, uint8_t last)
{
    const uint64_t ones = 0x0101010101010101u;
    return ((x + (0x80u - first) * ones) ^ (x + (0x7fu - last) * ones)) & 0x80 * ones;
}

static inline uint32_t count_marks(uint64_t marks)
{
    return (uint32_t)((marks >> 7) * 0x0101010101010101u >> 56);
}

// The bytes at p that are a-z, A-Z, 0-9, up to the first of eight that is not.
typedef struct eight {
    unsigned n;        // how many
    uint64_t fold;     // the key's bytes; zero after them
    uint64_t capitals; // 0x80 in each that is, as in the next
    uint64_t digits;
} eight;

static inline eight take_eight(const uint8_t *p)
{
    const uint64_t tops = 0x8080808080808080u;
    uint64_t x = load64(p), ascii = x & ~tops;
    uint64_t letters = bytes_between(ascii | tops >> 2, 'a', 'z') & ~x;
    uint64_t digits = bytes_between(ascii, '0', '9') & ~x;
    uint64_t others = (letters | digits) ^ tops;
    eight e = {.n = others ? (unsigned)__builtin_ctzll(others) / 8 : 8};
    uint64_t taken = hash_low(UINT64_MAX, e.n);
    e.fold = (ascii | letters >> 2) & taken;
    e.capitals = letters & ~(x << 2) & taken; // bit 5 of a byte is clear in A-Z
    e.digits = digits & taken;
    return e;
}

// Takes a run of a-z, A-Z, 0-9.
static void take_ascii(cursor *in, keys *k, run *r)
{
    const uint8_t *p = in->p;
    eight e = {.n = 8};
    while (e.n == 8 && in->end - p >= 8 && keys_spare(k, 8)) {
        e = take_eight(p);
        store64(k->p + k->len, e.fold);
        uint32_t digits = count_marks(e.digits);
        r->letters += e.n - digits;
        r->capitals += count_marks(e.capitals);
        r->seen |= (digits ? CHAR_DIGIT : 0u) | (digits < e.n ? CHAR_LATIN | CHAR_LETTER : 0u);
        p += e.n;
        k->len += e.n;
    }
    if (p == in->p)
        return;
    r->since_dot += (uint32_t)(p - in->p);
    r->last = char_look(in->table, p[-1])->flags;
    in->p = r->end = p;
}

static bool peek_has(const cursor *in, unsigned flag)
{
    character next;
    return cursor_peek(*in, &next) && next.info->class == CHAR_WORD && next.info->flags & flag;
}

// in stands behind a dot: does one letter follow, and then none?
static bool initial_follows(cursor in)
{
    character c;
    do
        if (!cursor_next(&in, &c))
            return false;
    while (c.info->class == CHAR_IGNORE);
    if (c.info->class != CHAR_WORD || !(c.info->flags & CHAR_LETTER))
        return false;
    return !cursor_peek(in, &c) || c.info->class != CHAR_WORD;
}

// joins tells whether a punctuation mark goes on with the word, and writes what the
// key keeps of it. in stands behind it.
static bool joins(const cursor *in, const character *c, keys *k, run *r)
{
    static const uint8_t DOT = '.';
    switch ((char_class)c->info->class) {
    case CHAR_APOS:
        return peek_has(in, CHAR_LETTER);
    case CHAR_QUOTE:
        return r->last & CHAR_HEBREW && peek_has(in, CHAR_HEBREW);
    case CHAR_COMMA:
        return r->last & CHAR_DIGIT && peek_has(in, CHAR_DIGIT);
    case CHAR_SLASH:
        if (!(r->last & CHAR_DIGIT) || !peek_has(in, CHAR_DIGIT))
            return false;
        keys_put(k, (const uint8_t *)"\xe2\x81\x84", 3);
        return true;
    case CHAR_DOT:
        if (r->last & CHAR_DIGIT && peek_has(in, CHAR_DIGIT)) {
            keys_put(k, &DOT, 1);
            return true;
        }
        if (!(r->last & CHAR_LETTER) || r->since_dot != 1 || !initial_follows(*in))
            return false;
        r->since_dot = 0;
        return true;
    default:
        return false;
    }
}

static void put(keys *k, const chars *t, const character *c, alphabet as)
{
    if (as)
        fold_put_alike(k, t, c, as);
    else
        fold_put(k, t, c->cp, c->info);
}

// Reads the word that begins at *in and leaves *in behind it.
static void take_run(cursor *in, keys *k, run *r, alphabet as)
{
    const bool ascii_is_latin = as <= ALPHABET_LATIN;
    for (;;) {
        if (ascii_is_latin && in->p < in->end && *in->p < 0x80) {
            take_ascii(in, k, r);
            if (in->p < in->end && in->table->ascii[*in->p] == ASCII_BREAK)
                return;
        }
        const uint8_t *repaired = in->repaired;
        character c;
        if (!cursor_next(in, &c))
            return;
        switch ((char_class)c.info->class) {
        case CHAR_WORD:
            run_count(r, &c);
            put(k, in->table, &c, as);
            r->end = c.end;
            break;
        case CHAR_MARK:
            r->seen |= c.info->flags;
            put(k, in->table, &c, as);
            r->end = c.end;
            break;
        case CHAR_IGNORE:
            break;
        default:
            if (!joins(in, &c, k, r)) {
                in->p = c.begin;
                in->repaired = repaired;
                return;
            }
        }
    }
}

// One character of a script without spaces, and its marks.
static void take_alone(cursor *in, keys *k, run *r)
{
    character c;
    if (!cursor_next(in, &c))
        return;
    run_count(r, &c);
    for (;;) {
        if (c.info->class != CHAR_IGNORE) {
            fold_put(k, in->table, c.cp, c.info);
            r->end = c.end;
        }
        cursor before = *in;
        if (!cursor_next(in, &c))
            return;
        if (c.info->class != CHAR_MARK && c.info->class != CHAR_IGNORE) {
            *in = before;
            return;
        }
    }
}

// Reads one word, which begins at *in, its key to k.
static void take_word(cursor *in, keys *k, run *r)
{
    cursor start = *in, ahead = *in;
    size_t key = k->len;
    character first;
    *r = (run){.begin = in->p, .end = in->p};
    if (!cursor_next(&ahead, &first))
        return; // not so: words_find has found one
    r->capital = first.info->flags & (CHAR_UPPER | CHAR_TITLE);
    r->alone = first.info->class == CHAR_ALONE;
    if (r->alone) {
        take_alone(in, k, r);
        return;
    }
    take_run(in, k, r, ALPHABET_OWN);
    if (r->seen & CHAR_ALIKE && r->seen & CHAR_LATIN) {
        alphabet as = fold_alphabet(start, in->p);
        k->len = key;
        *in = start;
        *r = (run){.begin = r->begin, .end = r->end, .capital = r->capital};
        take_run(in, k, r, as);
    }
    if (r->seen & CHAR_JAMO)
        fold_compose(k, key);
}

bool words_find(cursor *in, bool *line)
{
    const uint8_t *ascii = in->table->ascii;
    for (;;) {
        while (in->p < in->end && ascii[*in->p] == ASCII_BREAK)
            in->p++;
        if (in->p < in->end && ascii[*in->p] > ASCII_BREAK)
            return true;
        cursor before = *in;
        character c;
        if (!cursor_next(in, &c))
            return false;
        if (c.info->class == CHAR_WORD || c.info->class == CHAR_ALONE) {
            *in = before;
            return true;
        }
        if (c.info->class == CHAR_LINE)
            *line = true;
    }
}

static uint32_t flags_of(const run *r)
{
    uint32_t flags = r->capital ? WORD_CAP : 0;
    if (r->letters >= 2 && r->letters == r->capitals)
        flags |= WORD_ALLCAPS;
    if (r->seen & CHAR_DIGIT)
        flags |= WORD_NUMBER;
    if (r->alone)
        flags |= WORD_CHAR;
    return flags;
}

static bool words_space(words *out, size_t n)
{
    if (out->room - out->n >= n)
        return true;
    size_t more = out->room + out->room / 2 + n;
    word *w = realloc(out->w, more * sizeof *w);
    if (!w)
        return false;
    out->w = w;
    uint64_t *hash = realloc(out->hash, more * sizeof *hash);
    if (!hash)
        return false;
    out->hash = hash;
    out->room = more;
    return true;
}

// The bulk of most texts by a short cut: a word of at most 15 letters a-z, A-Z and
// digits, with a byte behind it that ends a word. false, and nothing done, for others.
static bool take_plain(cursor *in, keys *k, word *w, const uint8_t *text)
{
    const uint8_t *p = in->p;
    if (in->end - p < 16 || !keys_spare(k, 16))
        return false;
    eight a = take_eight(p), b = {0};
    if (a.n == 8)
        b = take_eight(p + 8);
    unsigned n = a.n + b.n;
    if (n == 0 || n == 16 || in->table->ascii[p[n]] != ASCII_BREAK)
        return false;
    store64(k->p + k->len, a.fold);
    store64(k->p + k->len + 8, b.fold);
    uint32_t capitals = count_marks(a.capitals) + count_marks(b.capitals);
    uint32_t letters = n - count_marks(a.digits) - count_marks(b.digits);
    w->hash = hash_short(a.fold, b.fold, n);
    w->begin = (uint32_t)(p - text);
    w->end = w->begin + n;
    w->key = (uint32_t)k->len;
    w->key_len = n;
    w->flags = (letters < n ? WORD_NUMBER : 0u) | (a.capitals & 0x80 ? WORD_CAP : 0u) |
               (letters >= 2 && letters == capitals ? WORD_ALLCAPS : 0u);
    k->p[k->len + n] = ' ';
    k->len += n + 1;
    in->p += n;
    return true;
}

bool words_read(cursor *in, keys *k, word *w, const uint8_t *text)
{
    run r;
    size_t key = k->len;
    take_word(in, k, &r);
    w->begin = (uint32_t)(r.begin - text);
    w->end = (uint32_t)(r.end - text);
    w->key = (uint32_t)key;
    w->key_len = (uint32_t)(k->len - key);
    w->flags = flags_of(&r);
    if (!keys_room(k, 1) || w->key_len == 0)
        return false;
    w->hash = hash_padded(k->p + key, w->key_len);
    k->p[k->len++] = ' '; // there is room: the slack
    return true;
}

// Whether a word without a small letter has two letters or more: marks and digits are none.
static bool is_capitals(const uint8_t *key, size_t len)
{
    if (len < 2)
        return false;
    const uint8_t *p = key, *end = key + len;
    const chars *t = chars_get();
    size_t letters = 0;
    while (p < end)
        letters += char_look(t, utf8_next(&p, end))->flags & CHAR_LETTER ? 1 : 0;
    return letters >= 2;
}

// Fills in the words of a scan, their keys in key_bytes, and returns all their flags.
static uint32_t scan_list(word *restrict w, const uint64_t *restrict hash, const scan *restrict s,
                          const uint32_t *restrict space, const uint8_t *restrict key_bytes)
{
    const size_t n = s->n;
    uint32_t key = s->keys_at, all = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t len = space[i] - key;
        uint32_t flags = (uint32_t)s->begin_flags[i] | (s->end_flags[i] & SCAN_DIGIT);
        if (!(s->end_flags[i] & SCAN_LOWER) && is_capitals(key_bytes + key, len))
            flags |= WORD_ALLCAPS;
        w[i] = (word){hash[i], s->begin[i], s->end[i], key, len, flags};
        key = space[i] + 1;
        all |= flags;
    }
    return all;
}

// The words of a plain stretch, from *in on: false without memory.
static bool scan_words(words *out, keys *k, cursor *in, bool *line, scan_run *by)
{
    scan s;
    uint32_t space[SCAN_WORDS + SCAN_BLOCK];
    s.space = space;
    s.tables = scan_tables_get();
    s.text = in->begin;
    s.at = (uint32_t)(in->p - in->begin);
    s.len = s.checked = (uint32_t)(in->end - in->begin);
    s.line = *line;
    do {
        if (!keys_room(k, s.len - s.at + SCAN_SLACK))
            return false;
        s.keys = k->p + k->len;
        s.keys_at = (uint32_t)k->len;
        by(&s);
        if (!words_space(out, s.n))
            return false;
        uint64_t *hash = out->hash + out->n;
        text_kernels_get()->hash(hash, k->p, s.keys_at, space, s.n);
        out->flags |= scan_list(out->w + out->n, hash, &s, space, k->p);
        out->n += s.n;
        k->len = (size_t)(s.keys - k->p);
    } while (s.n >= SCAN_WORDS);
    in->p = in->begin + s.at;
    *line = s.line;
    return true;
}

// The one word that begins at *in, by the reference; false without memory.
static bool read_word(words *out, keys *k, cursor *in, bool *line, bool plain)
{
    if (!words_space(out, 1) || !keys_room(k, 1))
        return false;
    word *w = &out->w[out->n];
    if (!(plain && take_plain(in, k, w, out->text.p)) && !words_read(in, k, w, out->text.p))
        return !k->full;
    w->flags |= *line ? WORD_LINE : 0;
    out->hash[out->n++] = w->hash;
    out->flags |= w->flags;
    *line = false;
    return true;
}

// All words of out->text. Keys are closed by a space, so that equal key bytes mean
// equal words.
static bool read_words(words *out, keys *k, scan_run *by)
{
    const scan_tables *tables = scan_tables_get();
    cursor in = cursor_at(out->text);
    bool line = true;
    while (words_find(&in, &line)) {
        size_t had = out->n;
        if (by && scan_begins(tables, in.p) && !scan_words(out, k, &in, &line, by))
            return false;
        if (out->n == had && !read_word(out, k, &in, &line, !by))
            return false;
    }
    return true;
}

static bool mark_alone(words *w)
{
    if (!(w->flags & WORD_CHAR))
        return true;
    w->alone = malloc(w->n);
    for (size_t i = 0; w->alone && i < w->n; i++)
        w->alone[i] = w->w[i].flags & WORD_CHAR ? 1 : 0;
    return w->alone;
}

// Room for a text of len bytes as it mostly is; false without memory.
static bool make_room(words *out, size_t len)
{
    size_t n = len / 5 + 16, n_keys = len + 2 * SCAN_SLACK + KEYS_SLACK;
    if (out->room < n) {
        free(out->w);
        free(out->hash);
        out->w = malloc(n * sizeof *out->w);
        out->hash = malloc(n * sizeof *out->hash);
        out->room = n;
    }
    if (out->keys_room < n_keys) {
        free(out->keys);
        out->keys = malloc(n_keys);
        out->keys_room = n_keys;
    }
    return out->w && out->hash && out->keys;
}

static shg_err again_by(words *out, view text, scan_run *by)
{
    free(out->alone);
    out->alone = NULL;
    out->n = out->keys_len = 0;
    out->flags = 0;
    out->text = text;
    shg_err e = text.len > UINT32_MAX || !make_room(out, text.len) ? SHG_ENOMEM : SHG_OK;
    keys k = {.p = out->keys, .cap = out->keys_room};
    if (!e && !(read_words(out, &k, by) && mark_alone(out)))
        e = SHG_ENOMEM;
    out->keys = k.p;
    out->keys_room = k.cap;
    out->keys_len = k.len;
    if (e)
        words_free(out);
    return e;
}

shg_err words_make_by(words *out, view text, size_t *at, scan_run *by)
{
    *out = (words){0};
    shg_err e = utf8_check(text, at);
    return e ? e : again_by(out, text, by);
}

shg_err words_make(words *out, view text, size_t *at)
{
    return words_make_by(out, text, at, text_kernels_get()->scan);
}

shg_err words_again(words *out, view text)
{
    return again_by(out, text, text_kernels_get()->scan);
}

void words_free(words *w)
{
    free(w->w);
    free(w->hash);
    free(w->alone);
    free(w->keys);
    *w = (words){0};
}

bool words_same(const words *a, size_t i, const words *b, size_t j)
{
    return a->w[i].hash == b->w[j].hash && view_eq(words_key(a, i), words_key(b, j));
}

size_t fold_key(uint8_t *out, size_t cap, view text)
{
    keys k = {.p = out, .cap = cap, .fixed = true};
    size_t valid;
    if (utf8_check(text, &valid))
        text.len = valid;
    cursor in = cursor_at(text);
    bool line;
    run r;
    while (!k.full && words_find(&in, &line))
        take_word(&in, &k, &r);
    return k.len;
}
