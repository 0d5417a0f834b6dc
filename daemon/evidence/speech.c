#include "evidence/speech.h"
#include "evidence/dialogue.h"
#include "evidence/signs.h"
#include "text/kernels.h"
#include "text/utf8.h"

// Bounds, in words, that keep one lost mark from turning an article into speech.
enum {
    QUOTE_MOST = 400,       // in one line, or with a mark at each paragraph
    QUOTE_OVER_LINES = 150, // over lines that do not open anew
    UNCLOSED_MOST = 120,    // to the end of its line, where nothing closes it
    SINGLE_LEAST = 2,
};

enum family { NONE, DOUBLE, LOW, SWEDISH, ANGLE, RANGLE, CORNER, SINGLE };
enum role { IGNORE, OPEN, CLOSE };

// One quotation mark, with what stands on its two sides.
typedef struct sign {
    uint32_t cp, before, after; // code points; ' ' at either end of the text
    size_t next;                // the first word after it
} sign;

typedef struct tracker {
    side *s;
    enum family open;
    size_t from;   // first word of the open quotation
    size_t maybe;  // SINGLE: where it may have closed; 0 for nowhere
    bool plain;    // SINGLE: opened by an ASCII apostrophe
    unsigned deep; // CORNER: how many are open within it
    bool nested;   // ANGLE, RANGLE: opened by a double mark, so that single ones stand within it
} tracker;

// What may stand before an opening mark without a space.
static bool is_lead(uint32_t c)
{
    return signs_is_space(c) || c == '(' || c == '[' || c == '{' || c == '-' || c == '/' ||
           c == '"' || c == '\'' || c == '>' || c == '*' || (c >= 0x2010 && c <= 0x2015) ||
           (c >= 0x2018 && c <= 0x201f) || c == 0x2026;
}

static bool is_stop(uint32_t c)
{
    return c == '.' || c == ',' || c == '!' || c == '?' || c == ':' || c == ';' || c == 0x2026 ||
           c == 0x3002 || c == 0xff0c;
}

// What may follow a closing mark: not the start of a word.
static bool is_trail(uint32_t c)
{
    return signs_is_space(c) || is_stop(c) || c == ')' || c == ']' || c == '"' || c == '\'' ||
           c == '-' || (c >= 0x2010 && c <= 0x201f);
}

// A mark that looks the same on both ends.
static enum role ascii_role(const tracker *x, const sign *g)
{
    bool lead = is_lead(g->before), trail = is_trail(g->after);
    bool open = x->open == DOUBLE || x->open == LOW;
    if (lead && trail)
        return open ? CLOSE : OPEN;
    if (lead)
        return OPEN;
    if (open)
        return CLOSE;
    return !trail && is_stop(g->before) ? OPEN : IGNORE; // "said.“No": a lost space
}

// The English opening mark closes in German („…“) and in Urdu (”…“); the English closing mark
// opens in Swedish and in Urdu.
static enum role curly_role(const tracker *x, const sign *g)
{
    bool lead = is_lead(g->before), trail = is_trail(g->after);
    if (g->cp == 0x201f)
        return trail ? IGNORE : OPEN;
    if (g->cp == 0x201c) {
        if (x->open == LOW || x->open == SWEDISH || (x->open == DOUBLE && !lead && trail))
            return CLOSE;
        return trail && (!lead || !signs_is_space(g->after)) ? IGNORE : OPEN;
    }
    if (x->open == SWEDISH && lead && !trail)
        return OPEN;
    if (x->open == DOUBLE || x->open == LOW || x->open == SWEDISH)
        return CLOSE;
    return lead && (!trail || signs_is_space(g->after)) ? OPEN : IGNORE;
}

static enum role angle_role(const tracker *x, const sign *g)
{
    bool single = g->cp == 0x2039 || g->cp == 0x203a;
    if (single && x->nested && (x->open == ANGLE || x->open == RANGLE))
        return IGNORE;
    if (g->cp == 0xab || g->cp == 0x2039) {
        if (x->open == RANGLE)
            return CLOSE;
        return is_lead(g->before) || !is_trail(g->after) ? OPEN : IGNORE;
    }
    if (x->open == ANGLE || (x->open == RANGLE && !is_lead(g->before)))
        return CLOSE;
    return is_lead(g->before) && !is_trail(g->after) ? OPEN : IGNORE;
}

// A single mark is most often an apostrophe: it opens only before a word and after none.
static enum role single_role(const tracker *x, const sign *g)
{
    if (g->cp == 0x201a)
        return OPEN;
    bool opens =
        g->cp != 0x2019 && is_lead(g->before) && !is_trail(g->after) && !signs_is_digit(g->after);
    bool new_line = g->next < x->s->words.n && x->s->words.w[g->next].flags & WORD_LINE;
    if (x->open == SINGLE && !(opens && new_line))
        return is_trail(g->after) || is_stop(g->before) ? CLOSE : IGNORE;
    return opens ? OPEN : IGNORE;
}

// read_sign tells what a mark does, and of which family it is.
static enum role read_sign(const tracker *x, const sign *g, enum family *of)
{
    switch (g->cp) {
    case '"':
    case 0x2033:
    case 0x5f4: // gershayim beside a word, where Hebrew texts quote with them
    case 0xff02:
        *of = DOUBLE;
        return ascii_role(x, g);
    case 0x201c:
    case 0x201f:
        *of = x->open == SWEDISH ? SWEDISH : DOUBLE;
        return curly_role(x, g);
    case 0x201d:
        *of = x->open == DOUBLE || x->open == LOW ? x->open : SWEDISH;
        return curly_role(x, g);
    case 0x201e:
        *of = LOW;
        return OPEN;
    case 0xab:
    case 0x2039:
        *of = x->open == RANGLE ? RANGLE : ANGLE;
        return angle_role(x, g);
    case 0xbb:
    case 0x203a:
        *of = x->open == ANGLE ? ANGLE : RANGLE;
        return angle_role(x, g);
    case 0x300c:
    case 0x300e:
    case 0x301d:
    case 0xfe41:
    case 0xfe43:
    case 0xff62:
        *of = CORNER;
        return OPEN;
    case 0x300d:
    case 0x300f:
    case 0x301e:
    case 0x301f:
    case 0xfe42:
    case 0xfe44:
    case 0xff63:
        *of = CORNER;
        return CLOSE;
    case '\'':
    case 0x2018:
    case 0x2019:
    case 0x201a:
        *of = SINGLE;
        return single_role(x, g);
    default:
        return IGNORE;
    }
}

// line_end returns the first word of the next line, from word i on, but looks no farther
// than word most.
static size_t line_end(const side *s, size_t i, size_t most)
{
    if (most > s->words.n)
        most = s->words.n;
    while (i < most && !(s->words.w[i].flags & WORD_LINE))
        i++;
    return i;
}

// abandon closes a quotation that nothing closed: at the end of its line, or at word next,
// where another one begins.
static void abandon(tracker *x, size_t next)
{
    size_t most = next < x->from + UNCLOSED_MOST ? next : x->from + UNCLOSED_MOST + 1;
    size_t end = next > x->from ? line_end(x->s, x->from + 1, most) : next;
    if (x->open == SINGLE)
        end = x->maybe >= x->from + SINGLE_LEAST ? x->maybe : x->from;
    if (end > x->from && end - x->from <= UNCLOSED_MOST)
        side_add_mark(x->s, x->from, end, MARK_SPEECH);
    x->open = NONE;
}

// goes_on tells whether what opens before word next, the first of its line, continues the
// quotation that is open since the line before.
static bool goes_on(const tracker *x, size_t next)
{
    return next < x->s->words.n && x->s->words.w[next].flags & WORD_LINE && next > x->from &&
           next - x->from <= QUOTE_MOST && line_end(x->s, x->from + 1, next) == next;
}

static void start(tracker *x, enum family of, size_t from)
{
    x->open = of;
    x->from = from;
    x->maybe = 0;
    x->deep = 0;
}

// open_at starts a quotation; where one of the same family is open, this is either the
// next paragraph of it or the sign that its end was lost.
static void open_at(tracker *x, const sign *g, enum family of)
{
    if (x->open == CORNER && of == CORNER)
        x->deep++;
    if (x->open == CORNER || (of == SINGLE && x->open != NONE && x->open != SINGLE))
        return; // a quotation within a quotation
    if (x->open != NONE && x->open != SINGLE && x->open != of && !(x->open == LOW && of == DOUBLE))
        return;
    if (x->open == of && goes_on(x, g->next))
        side_add_mark(x->s, x->from, g->next, MARK_SPEECH);
    else if (x->open != NONE)
        abandon(x, g->next);
    start(x, of, g->next);
    x->nested = g->cp == 0xab || g->cp == 0xbb;
    x->plain = g->cp == '\'';
}

static void close_at(tracker *x, const sign *g)
{
    if (x->deep) {
        x->deep--;
        return;
    }
    if (x->open == SINGLE && !is_stop(g->before)) {
        if (!x->plain)
            x->maybe = g->next; // "the workers' rights": it may close later
        return;
    }
    size_t n = g->next - x->from;
    bool over = n > QUOTE_MOST || (n > 0 && line_end(x->s, x->from + 1, g->next) < g->next);
    if (n > (over ? QUOTE_OVER_LINES : QUOTE_MOST) || (x->open == SINGLE && n < SINGLE_LEAST)) {
        abandon(x, g->next);
        return;
    }
    side_add_mark(x->s, x->from, g->next, MARK_SPEECH);
    x->open = NONE;
}

static void take(tracker *x, const sign *g)
{
    enum family of = NONE;
    enum role role = read_sign(x, g, &of);
    if (role == OPEN)
        open_at(x, g, of);
    else if (role == CLOSE && x->open != NONE && (x->open == of || x->open == LOW))
        close_at(x, g);
}

// What two of a single mark say, side by side; 0 where they are no more than one is.
static uint32_t pair_of(uint32_t cp)
{
    switch (cp) {
    case '`':
    case 0x2018:
        return 0x201c;
    case '\'':
    case 0x2019:
        return 0x201d;
    case ',':
        return 0x201e;
    case '<':
        return 0xab;
    case '>':
        return 0xbb;
    default:
        return 0;
    }
}

// doubled makes one double mark of two single ones that stand side by side (‘‘text’’,
// ``text'', ,,text'', <<text>>) and returns what follows them.
static const uint8_t *doubled(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
    uint32_t pair = pair_of(*cp);
    const uint8_t *q = p;
    if (!pair || p == end || utf8_next(&q, end) != *cp)
        return p;
    *cp = pair;
    return q;
}

// mended reads a mark whose UTF-8 had been read as cp1252 ("â€œ") and returns what follows.
static const uint8_t *mended(const uint8_t *p, const uint8_t *end, uint32_t *cp)
{
    static const uint32_t last[][2] = {{0x153, 0x201c}, {0x9d, 0x201d},  {0xfffd, 0x201d},
                                       {0x17e, 0x201e}, {0x2dc, 0x2018}, {0x2122, 0x2019},
                                       {0x161, 0x201a}, {0x2dd, 0x201d}};
    const uint8_t *q = p;
    if (*cp != 0xe2 || p == end || utf8_next(&q, end) != 0x20ac || q == end)
        return p;
    uint32_t third = utf8_next(&q, end);
    for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
        if (last[i][0] == third) {
            *cp = last[i][1];
            return q;
        }
    }
    return p;
}

// Whether a byte of ASCII in a gap does nothing, nor with the one behind it: most do not.
static bool is_idle(const uint8_t *p, const uint8_t *end)
{
    switch (*p) {
    case '"':
    case '\'':
    case '`':
    case '<':
    case '>':
        return false;
    case ',':
        return p + 1 == end || p[1] != ',';
    default:
        return *p < 0x80;
    }
}

// gap_signs reads the marks between two words: before word i, bytes [p, end).
static void gap_signs(tracker *x, const uint8_t *p, const uint8_t *end, size_t i)
{
    view text = x->s->words.text;
    const uint8_t *text_end = text.p + text.len;
    uint32_t before = p > text.p ? 'a' : ' '; // a word, or the start
    if (p > text.p && signs_is_digit(p[-1]))
        before = '0';
    if (p < end && x->open != NONE && i - x->from > QUOTE_MOST)
        abandon(x, i); // its end was lost; what follows is not within it
    while (p < end) {
        if (is_idle(p, end)) {
            before = *p++;
            continue;
        }
        sign g = {.before = before, .after = ' ', .next = i};
        g.cp = utf8_next(&p, end);
        p = doubled(mended(p, end, &g.cp), end, &g.cp);
        const uint8_t *q = p;
        if (q < text_end)
            g.after = utf8_next(&q, text_end);
        take(x, &g);
        before = g.cp;
    }
}

// Where marks may begin in a part of a text: no other bytes matter between two words, but as what
// stands beside one. What is looked at one byte farther tells of two commas.
enum { MARKS_WORDS = 32, MARKS_PART = MARKS_WORDS * 64 };
typedef struct marks {
    view text;
    size_t from; // of the part
    uint64_t bits[MARKS_WORDS + 1];
} marks;

static void look_for_marks(marks *m, size_t from)
{
    size_t left = m->text.len - from, len = left <= MARKS_PART ? left : MARKS_PART + 1;
    m->from = from;
    text_kernels_get()->marks(m->bits, m->text.p + from, len);
}

// next_mark returns the first byte at or behind p that may begin a mark, or end.
static const uint8_t *next_mark(marks *m, const uint8_t *p)
{
    size_t at = (size_t)(p - m->text.p);
    while (at < m->text.len) {
        if (at - m->from >= MARKS_PART)
            look_for_marks(m, at);
        size_t in = at - m->from;
        uint64_t bits = m->bits[in / 64] >> in % 64;
        if (bits)
            return m->text.p + at + (size_t)__builtin_ctzll(bits);
        at += 64 - in % 64;
    }
    return m->text.p + m->text.len;
}

// word_behind returns the first word from i on that ends behind a byte of the text: it is near.
static size_t word_behind(const words *w, size_t i, size_t byte)
{
    enum { STRIDE = 8 };
    while (i + STRIDE <= w->n && w->w[i + STRIDE - 1].end <= byte)
        i += STRIDE;
    size_t n = w->n - i < STRIDE ? w->n - i : STRIDE, before = 0;
    for (size_t k = 0; k < n; k++) // no branch: how many there are is at random
        before += w->w[i + k].end <= byte;
    return i + before;
}

// end_single abandons an open single mark at the first of words [i, end) that begins a line.
static void end_single(tracker *x, size_t i, size_t end)
{
    const words *w = &x->s->words;
    for (; x->open == SINGLE && i < end && i < w->n; i++)
        if (w->w[i].flags & WORD_LINE && i > x->from)
            abandon(x, i);
}

// Goes from mark to mark: of nearly all words none is near.
static void quotations(side *s)
{
    const words *w = &s->words;
    if (!w->text.len)
        return;
    const uint8_t *text = w->text.p, *end = text + w->text.len;
    tracker x = {.s = s};
    marks m;
    m.text = w->text;
    look_for_marks(&m, 0);
    size_t i = 0;
    for (const uint8_t *p = text; (p = next_mark(&m, p)) < end;) {
        size_t k = word_behind(w, i, (size_t)(p - text));
        end_single(&x, i, k);
        i = k;
        if (i < w->n && w->w[i].begin <= (size_t)(p - text)) {
            p = text + w->w[i].end; // within a word
            continue;
        }
        const uint8_t *behind = i < w->n ? text + w->w[i].begin : end;
        gap_signs(&x, i > 0 ? text + w->w[i - 1].end : text, behind, i);
        p = behind;
    }
    end_single(&x, i, w->n);
    if (x.open != NONE)
        abandon(&x, w->n);
}

void speech_mark(side *s)
{
    quotations(s);
    dialogue_mark(s);
}
