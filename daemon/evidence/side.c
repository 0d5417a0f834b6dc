#include "evidence/side.h"
#include "evidence/furniture.h"
#include "evidence/speech.h"
#include "text/shingle.h"
#include "text/utf8.h"

#include <stdlib.h>

static bool make_room(side *s)
{
    size_t n = s->words.n;
    if (s->mark && s->room >= n)
        return true;
    free(s->mark);
    free(s->line);
    s->mark = malloc(n + SIDE_SLACK);
    s->line = malloc((n + 1) * sizeof *s->line);
    s->room = n;
    return s->mark && s->line;
}

// Lists those of words [i, end) that begin a line, behind n others; returns how many there are.
static size_t add_lines(uint32_t *line, size_t n, const word *w, size_t i, size_t end)
{
    for (; i < end; i++) {
        line[n] = (uint32_t)i;
        n += (w[i].flags & WORD_LINE) != 0;
    }
    return n;
}

// Few words begin a line: four are looked at together.
static void list_lines(side *s)
{
    const word *w = s->words.w;
    const size_t n_words = s->words.n;
    size_t n = 0, i = 0;
    for (; i + 4 <= n_words; i += 4)
        if ((w[i].flags | w[i + 1].flags | w[i + 2].flags | w[i + 3].flags) & WORD_LINE)
            n = add_lines(s->line, n, w, i, i + 4);
    n = add_lines(s->line, n, w, i, n_words);
    s->line[n] = (uint32_t)n_words;
    s->n_lines = n;
}

// Splits a text in the memory of *out, and marks nothing yet.
static shg_err split(side *out, view text)
{
    terms_free(&out->terms);
    shg_err e = words_again(&out->words, text);
    if (!e && !make_room(out))
        e = SHG_ENOMEM;
    if (e) {
        side_free(out);
        return e;
    }
    memset(out->mark, 0, out->words.n + SIDE_SLACK);
    list_lines(out);
    return SHG_OK;
}

shg_err side_skim(side *out, view text)
{
    shg_err e = split(out, text);
    if (e)
        return e;
    out->body = words_body_hash(&out->words);
    speech_mark(out);
    return SHG_OK;
}

shg_err side_scan(side *out, view text, size_t *at)
{
    shg_err e = utf8_check(text, at);
    if (e)
        side_free(out);
    else
        e = split(out, text);
    if (!e)
        furniture_mark(out);
    return e;
}

shg_err side_read(side *out, view text, size_t *at)
{
    *out = (side){0};
    shg_err e = utf8_check(text, at);
    if (!e)
        e = side_skim(out, text);
    if (e)
        return e;
    uint32_t *line = realloc(out->line, (out->n_lines + 1) * sizeof *line); // it is kept for long
    out->line = line ? line : out->line;
    out->room = 0;
    furniture_mark(out);
    side_count(out);
    return SHG_OK;
}

shg_err side_terms(side *s)
{
    return terms_list(&s->terms, &s->words);
}

shg_err side_make(side *out, view text, size_t *at)
{
    shg_err e = side_read(out, text, at);
    if (!e)
        e = side_terms(out);
    if (e)
        side_free(out);
    return e;
}

void side_free(side *s)
{
    free(s->mark);
    free(s->line);
    terms_free(&s->terms);
    words_free(&s->words);
    *s = (side){0};
}

void side_add_mark(side *s, size_t from, size_t to, enum mark m)
{
    uint8_t *mark = s->mark;
    size_t end = to < s->words.n ? to : s->words.n;
    for (size_t i = from; i < end; i++)
        mark[i] |= (uint8_t)m;
}

// Each loop is one that the compiler can make vectors of.
void side_count(side *s)
{
    uint64_t own = 0, prose = 0;
    uint32_t chars = 0;
    for (size_t i = 0; i < s->words.n; i++)
        chars |= s->words.w[i].flags;
    for (size_t i = 0; i < s->words.n; i++) {
        own += !(s->mark[i] & MARK_FURNITURE);
        prose += !(s->mark[i] & (MARK_FURNITURE | MARK_SPEECH));
    }
    own *= WORD_WEIGHT;
    prose *= WORD_WEIGHT;
    for (size_t i = 0; i < s->words.n && chars & WORD_CHAR; i++) {
        unsigned less = WORD_WEIGHT - word_weight(&s->words.w[i]);
        own -= s->mark[i] & MARK_FURNITURE ? 0 : less;
        prose -= s->mark[i] & (MARK_FURNITURE | MARK_SPEECH) ? 0 : less;
    }
    s->own_words = (uint32_t)((own + WORD_WEIGHT / 2) / WORD_WEIGHT);
    s->own_prose = (uint32_t)((prose + WORD_WEIGHT / 2) / WORD_WEIGHT);
}

bool side_is_shell(const side *s)
{
    return (size_t)s->own_words * SHELL_SHARE < s->words.n;
}

bool side_same(const side *a, const side *b)
{
    if (a->words.n == 0 && b->words.n == 0)
        return view_eq(a->words.text, b->words.text);
    if (a->words.n != b->words.n || a->body != b->body)
        return false;
    for (size_t i = 0; i < a->words.n; i++) {
        if (!words_same(&a->words, i, &b->words, i))
            return false;
    }
    return true;
}

size_t side_line(const side *s, size_t i, size_t most, size_t *end)
{
    size_t begin = i, last = i + 1;
    while (begin > 0 && i - begin < most && !(s->words.w[begin].flags & WORD_LINE))
        begin--;
    while (last < s->words.n && last - i < most && !(s->words.w[last].flags & WORD_LINE))
        last++;
    *end = last;
    return begin;
}

size_t side_word_at(const side *s, size_t byte)
{
    size_t lo = 0, hi = s->words.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->words.w[mid].begin < byte)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}
