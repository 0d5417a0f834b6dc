#include "evidence/window.h"

#include "evidence/nameword.h"
#include "text/utf8.h"

enum { BLANKS_MAX = 400 }; // bytes of blanks between two tokens; more is the edge

typedef struct code_mark {
    uint32_t code;
    uint32_t mark; // of token_class
} code_mark;

// Marks beyond ASCII, ascending.
static const code_mark MARKS[] = {
    {0x85, TOKEN_LINE},
    {0xa0, 0},
    {0xa9, TOKEN_COPY},
    {0xab, TOKEN_QUOTE},
    {0xad, 0},
    {0xb7, TOKEN_BAR},
    {0xbb, TOKEN_QUOTE},
    {0x60c, TOKEN_COMMA},
    {0x61b, TOKEN_SEMI},
    {0x61f, TOKEN_STOP},
    {0x640, 0}, // tatweel: stretches the word before it
    {0x6d4, TOKEN_STOP},
    {0x2018, TOKEN_QUOTE},
    {0x2019, TOKEN_QUOTE},
    {0x201a, TOKEN_QUOTE},
    {0x201c, TOKEN_QUOTE},
    {0x201d, TOKEN_QUOTE},
    {0x201e, TOKEN_QUOTE},
    {0x2022, TOKEN_BAR},
    {0x2026, TOKEN_STOP},
    {0x2028, TOKEN_LINE},
    {0x2029, TOKEN_LINE},
    {0x2039, TOKEN_QUOTE},
    {0x203a, TOKEN_QUOTE},
    {0x2212, TOKEN_DASH},
    {0x25aa, TOKEN_BAR},
    {0x25cf, TOKEN_BAR},
    {0x3000, 0},
    {0x3001, TOKEN_COMMA},
    {0x3002, TOKEN_STOP},
    {0x3008, TOKEN_QUOTE},
    {0x3009, TOKEN_QUOTE},
    {0x300a, TOKEN_QUOTE},
    {0x300b, TOKEN_QUOTE},
    {0x300c, TOKEN_QUOTE},
    {0x300d, TOKEN_QUOTE},
    {0x300e, TOKEN_QUOTE},
    {0x300f, TOKEN_QUOTE},
    {0x3010, TOKEN_BRACKET},
    {0x3011, TOKEN_UNBRACKET},
    {0x30fb, TOKEN_BAR},
    {0xfeff, 0},
    {0xff08, TOKEN_OPEN},
    {0xff09, TOKEN_CLOSE},
    {0xff0c, TOKEN_COMMA},
    {0xff0f, TOKEN_SLASH},
    {0xff1a, TOKEN_COLON},
    {0xff1b, TOKEN_SEMI},
    {0xff3b, TOKEN_BRACKET},
    {0xff3d, TOKEN_UNBRACKET},
};

static uint32_t ascii_mark(uint32_t c)
{
    switch (c) {
    case '\n':
    case '\v':
    case '\f':
        return TOKEN_LINE;
    case '"':
    case '\'':
    case '`':
        return TOKEN_QUOTE;
    case '-':
    case '_':
        return TOKEN_DASH;
    case '(':
        return TOKEN_OPEN;
    case ')':
        return TOKEN_CLOSE;
    case '[':
        return TOKEN_BRACKET;
    case ']':
        return TOKEN_UNBRACKET;
    case ':':
        return TOKEN_COLON;
    case ',':
        return TOKEN_COMMA;
    case '.':
    case '!':
    case '?':
        return TOKEN_STOP;
    case '/':
        return TOKEN_SLASH;
    case '|':
        return TOKEN_BAR;
    case ';':
        return TOKEN_SEMI;
    case '@':
        return TOKEN_AT;
    case '&':
        return TOKEN_AND;
    case '*':
        return TOKEN_STAR;
    default:
        return c <= ' ' || c == 0x7f ? 0 : TOKEN_OTHER;
    }
}

uint32_t token_mark(uint32_t c)
{
    if (c < 0x80)
        return ascii_mark(c);
    if ((c >= 0x2000 && c <= 0x200f) || (c >= 0x202a && c <= 0x202f) ||
        (c >= 0x2060 && c <= 0x2069))
        return 0; // blanks, zero-width characters, bidi controls
    if (c >= 0x2010 && c <= 0x2015)
        return TOKEN_DASH;
    size_t from = 0, to = sizeof MARKS / sizeof *MARKS;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (MARKS[mid].code == c)
            return MARKS[mid].mark;
        if (MARKS[mid].code < c)
            from = mid + 1;
        else
            to = mid;
    }
    return TOKEN_OTHER;
}

void window_open(window *v, const words *w, const mentions *m, size_t i, const lookup *lexicon)
{
    const mention *x = &m->m[i];
    v->w = w;
    v->m = m;
    v->lexicon = lexicon;
    v->n_left = v->n_right = 0;
    v->left_byte = x->begin;
    v->right_byte = x->end;
    v->left_word = x->word; // the next one to the left is the word before
    if (x->begin > w->w[x->word].begin)
        v->left_word++; // a name stuck to a word: what is before it in the word
    v->right_word = x->word + x->n_words;
    v->left_mention = i;
    v->right_mention = i + 1;
    v->left_done = v->right_done = false;
}

// ---- words and mentions as tokens

static uint32_t word_mask(const word *x)
{
    uint32_t mask = TOKEN_WORD;
    if (x->flags & WORD_ALLCAPS)
        mask |= TOKEN_CAPS | TOKEN_CAP;
    else if (x->flags & WORD_CAP)
        mask |= TOKEN_CAP;
    else if (!(x->flags & WORD_NUMBER))
        mask |= TOKEN_LOWER;
    if (x->flags & WORD_NUMBER)
        mask |= TOKEN_NUM;
    return mask;
}

static token word_token(const window *v, size_t i)
{
    const word *x = &v->w->w[i];
    token t = {.mask = word_mask(x), .begin = x->begin, .end = x->end};
    if (t.mask & TOKEN_CAP && nameword_owns(v->w, i))
        t.mask |= TOKEN_OWN;
    lookup_get(v->lexicon, x->hash, &t.word);
    return t;
}

// part_token is a word's part that is written together with a name.
static token part_token(const window *v, uint32_t begin, uint32_t end)
{
    token t = {.mask = TOKEN_WORD | TOKEN_LOWER, .begin = begin, .end = end};
    lookup_get(v->lexicon, nameword_slice(v->w, begin, end), &t.word);
    return t;
}

static token mention_token(const window *v, const mention *m)
{
    token t = word_token(v, m->word);
    if (m->n_words > 1)
        t.word = 0;
    t.mask |= TOKEN_SRC | TOKEN_CAP;
    if (!m->vague)
        t.mask &= ~(uint32_t)TOKEN_LOWER;
    if (m->source && m->source->kind == SOURCE_AGENCY && !m->vague)
        t.mask &= ~(uint32_t)(TOKEN_CAP | TOKEN_CAPS); // never a person or a place
    t.begin = m->begin;
    t.end = m->end;
    return t;
}

// tail_of is what a name leaves over of its last word: the possessive 's, or a particle.
static token tail_of(const window *v, uint32_t begin, uint32_t end)
{
    token t = part_token(v, begin, end);
    const uint8_t *p = v->w->text.p + begin;
    if (token_mark(utf8_next(&p, v->w->text.p + end)) == TOKEN_QUOTE)
        t.mask = TOKEN_POSS;
    return t;
}

// ---- to the right

static bool tail_token(window *v, token *t)
{
    const word *last = &v->w->w[v->right_word - 1];
    if (v->right_byte >= last->end)
        return false;
    *t = tail_of(v, v->right_byte, last->end);
    v->right_byte = last->end;
    return true;
}

static token take_word_right(window *v)
{
    token t;
    const mention *m = v->right_mention < v->m->n ? &v->m->m[v->right_mention] : NULL;
    while (m && m->word < v->right_word)
        m = ++v->right_mention < v->m->n ? &v->m->m[v->right_mention] : NULL;
    bool known = m && m->word == v->right_word && m->kind < MENTION_ECHO;
    if (known && m->begin > v->w->w[m->word].begin && v->right_byte < m->begin) {
        t = part_token(v, v->w->w[m->word].begin, m->begin); // what the name is stuck to
        t.mask = word_mask(&v->w->w[m->word]);
        v->right_byte = m->begin;
        return t;
    }
    if (known) {
        t = mention_token(v, m);
        v->right_word = (size_t)m->word + m->n_words;
    } else {
        t = word_token(v, v->right_word++);
    }
    v->right_byte = t.end;
    return t;
}

// mark_right takes marks up to `stop`: a run of the same mark, or blanks and line breaks.
static bool mark_right(window *v, uint32_t stop, token *t)
{
    const uint8_t *base = v->w->text.p, *p = base + v->right_byte, *end = base + stop;
    const uint8_t *blanks = p;
    *t = (token){0};
    while (p < end) {
        const uint8_t *at = p;
        uint32_t mark = token_mark(utf8_next(&p, end));
        if (!mark && (!t->mask || t->mask == TOKEN_LINE)) {
            if (p - blanks > BLANKS_MAX)
                return false;
            continue;
        }
        if (t->mask && mark != t->mask) {
            p = at;
            break;
        }
        if (!t->mask)
            t->begin = (uint32_t)(at - base);
        t->mask = mark;
        t->end = (uint32_t)(p - base);
        if (t->end - t->begin > BLANKS_MAX)
            return false;
    }
    v->right_byte = (uint32_t)(p - base);
    return true;
}

static token next_right(window *v)
{
    token t;
    if (tail_token(v, &t))
        return t;
    uint32_t len = (uint32_t)v->w->text.len;
    uint32_t stop = v->right_word < v->w->n ? v->w->w[v->right_word].begin : len;
    if (v->right_byte < stop) {
        if (!mark_right(v, stop, &t))
            return (token){0};
        if (t.mask)
            return t;
    }
    if (v->right_word < v->w->n)
        return take_word_right(v);
    v->right_done = true;
    return (token){.mask = TOKEN_LINE, .begin = len, .end = len};
}

// ---- to the left, the same turned round

static token take_word_left(window *v)
{
    token t;
    size_t last = v->left_word - 1;
    const mention *m = v->left_mention ? &v->m->m[v->left_mention - 1] : NULL;
    while (m && (m->word > last || m->begin >= v->left_byte))
        m = --v->left_mention ? &v->m->m[v->left_mention - 1] : NULL;
    if (m && (size_t)m->word + m->n_words == v->left_word && m->kind < MENTION_ECHO) {
        if (m->end < v->left_byte) { // what hangs at it comes first
            t = tail_of(v, m->end, v->left_byte);
            v->left_byte = m->end;
            return t;
        }
        t = mention_token(v, m);
        v->left_word = m->word + (m->begin > v->w->w[m->word].begin);
    } else {
        t = word_token(v, --v->left_word);
        if (t.end > v->left_byte) { // the rest of a word that a name is stuck to
            uint32_t mask = t.mask;
            t = part_token(v, t.begin, v->left_byte);
            t.mask = mask;
        }
    }
    v->left_byte = t.begin;
    return t;
}

static bool mark_left(window *v, uint32_t stop, token *t)
{
    const uint8_t *base = v->w->text.p, *begin = base + stop, *p = base + v->left_byte;
    const uint8_t *blanks = p;
    *t = (token){0};
    while (p > begin) {
        const uint8_t *at = p - 1;
        while (at > begin && (*at & 0xc0) == 0x80)
            at--;
        const uint8_t *read = at;
        uint32_t mark = token_mark(utf8_next(&read, p));
        if (!mark && (!t->mask || t->mask == TOKEN_LINE)) {
            p = at;
            if (blanks - p > BLANKS_MAX)
                return false;
            continue;
        }
        if (t->mask && mark != t->mask)
            break;
        if (!t->mask)
            t->end = (uint32_t)(p - base);
        t->mask = mark;
        t->begin = (uint32_t)(at - base);
        p = at;
        if (t->end - t->begin > BLANKS_MAX)
            return false;
    }
    v->left_byte = (uint32_t)(p - base);
    return true;
}

static token next_left(window *v)
{
    token t;
    uint32_t stop = v->left_word ? v->w->w[v->left_word - 1].end : 0;
    if (v->left_byte > stop) {
        if (!mark_left(v, stop, &t))
            return (token){0};
        if (t.mask)
            return t;
    }
    if (v->left_word)
        return take_word_left(v);
    v->left_done = true;
    return (token){.mask = TOKEN_LINE};
}

static const token NOTHING;

const token *window_left(window *v, size_t k)
{
    while (v->n_left <= k) {
        if (v->left_done || v->n_left == WINDOW_TOKENS)
            return &NOTHING;
        v->left[v->n_left] = next_left(v);
        v->left_done |= !v->left[v->n_left++].mask;
    }
    return &v->left[k];
}

const token *window_right(window *v, size_t k)
{
    while (v->n_right <= k) {
        if (v->right_done || v->n_right == WINDOW_TOKENS)
            return &NOTHING;
        v->right[v->n_right] = next_right(v);
        v->right_done |= !v->right[v->n_right++].mask;
    }
    return &v->right[k];
}
