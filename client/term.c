// term.c - text for people on a terminal.
#include "term.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

enum { WIDTH_LEAST = 40, WIDTH_MOST = 120, WIDTH_PRESET = 100 };

static const char *const sgr[STYLE_COUNT] = {
    [STYLE_PLAIN] = "",           [STYLE_BOLD] = "\033[1m",      [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m",    [STYLE_BAD] = "\033[31m",      [STYLE_NAME] = "\033[36m",
    [STYLE_PROSE] = "\033[1;33m", [STYLE_QUOTED] = "\033[1;35m", [STYLE_PARAPHRASE] = "\033[1;34m",
};

static unsigned find_width(FILE *f)
{
    struct winsize w = {0};
    const char *given = getenv("COLUMNS");
    long width = given ? strtol(given, NULL, 10) : 0;
    if (width <= 0 && ioctl(fileno(f), TIOCGWINSZ, &w) == 0)
        width = w.ws_col;
    if (width <= 0)
        width = WIDTH_PRESET;
    if (width < WIDTH_LEAST)
        width = WIDTH_LEAST;
    return (unsigned)(width > WIDTH_MOST ? WIDTH_MOST : width);
}

void term_open(term *t, FILE *f, const char *colour)
{
    const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");
    t->f = f;
    t->tty = isatty(fileno(f));
    t->width = find_width(f);
    t->colour = t->tty && !(no && *no) && !(kind && !strcmp(kind, "dumb"));
    if (!strcmp(colour, "always"))
        t->colour = true;
    if (!strcmp(colour, "never"))
        t->colour = false;
}

// What a terminal must not see: controls, bidi embeddings, overrides and isolates.
static bool is_unfit(int32_t c)
{
    return c < 32 || (c >= 127 && c < 160) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

static bool is_blank(int32_t c)
{
    return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x2028 ||
           c == 0x2029 || c == 0x3000 || c == 0x202f || (c >= 0x2000 && c <= 0x200a);
}

// Reads one character; what is not UTF-8 is U+FFFD, a byte at a time.
static int32_t next_char(view *v)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate(v->p, (utf8proc_ssize_t)v->len, &c);
    if (n <= 0) {
        n = 1;
        c = 0xfffd;
    }
    v->p += n;
    v->len -= (size_t)n;
    return c;
}

static unsigned char_columns(int32_t c)
{
    int n = utf8proc_charwidth(c);
    return n > 0 ? (unsigned)n : 0;
}

static void add_char(buf *b, int32_t c)
{
    uint8_t bytes[4];
    buf_add(b, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

static void add_text(buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

// Appends text fit for a terminal and returns its columns. most: stop before more columns.
static unsigned add_clean(buf *b, view text, unsigned most)
{
    unsigned columns = 0;
    while (text.len) {
        int32_t c = next_char(&text);
        if (is_blank(c))
            c = ' ';
        if (is_unfit(c))
            continue;
        if (columns + char_columns(c) > most)
            break;
        columns += char_columns(c);
        add_char(b, c);
    }
    return columns;
}

static void flush(term *t, buf *b)
{
    if (b->len)
        fwrite(b->p, 1, b->len, t->f);
    buf_fini(b);
}

static void put_styled(term *t, style s, view text, unsigned most, unsigned fill)
{
    buf b = {0};
    bool paint = t->colour && s != STYLE_PLAIN;
    if (paint)
        add_text(&b, sgr[s]);
    unsigned columns = add_clean(&b, text, most);
    if (paint)
        add_text(&b, "\033[0m");
    for (; columns < fill; columns++)
        add_text(&b, " ");
    flush(t, &b);
}

void term_put(term *t, style s, view text)
{
    put_styled(t, s, text, UINT32_MAX, 0);
}

static void put_breaks(term *t, size_t n)
{
    while (n--)
        fputc('\n', t->f);
}

// Line breaks at the ends of the format stand; any other came with foreign text.
void term_say(term *t, style s, const char *format, ...)
{
    char *line = NULL;
    size_t len = strlen(format), before = strspn(format, "\n"), after = 0;
    while (after < len - before && format[len - 1 - after] == '\n')
        after++;
    va_list args;
    va_start(args, format);
    int n = vasprintf(&line, format, args);
    va_end(args);
    if (n < 0)
        return;
    put_breaks(t, before);
    if ((size_t)n > before + after)
        term_put(t, s, (view){(uint8_t *)line + before, (size_t)n - before - after});
    put_breaks(t, after);
    free(line);
}

unsigned term_columns(view text)
{
    buf b = {0};
    unsigned n = add_clean(&b, text, UINT32_MAX);
    buf_fini(&b);
    return n;
}

void term_cell(term *t, style s, const char *text, unsigned columns)
{
    view v = view_of(text);
    if (columns < 2 || term_columns(v) <= columns) {
        put_styled(t, s, v, columns, columns);
        return;
    }
    buf b = {0};
    add_clean(&b, v, columns - 1);
    add_text(&b, "…");
    put_styled(t, s, buf_view(&b), columns, columns);
    buf_fini(&b);
}

// -- wrapping ---------------------------------------------------------------------------

typedef struct wrapper {
    term *t;
    buf line, word; // word: not yet on the line; both with their colours
    unsigned column, word_columns;
    style line_style, style; // in force at the end of the line, of the word
    const char *hang;
    bool fresh; // nothing but the margin is on the line
    bool blank; // between the line and the word
    bool wide;  // the last character was
} wrapper;

static bool is_shared(style s)
{
    return s == STYLE_PROSE || s == STYLE_QUOTED || s == STYLE_PARAPHRASE;
}

static void paint(const term *t, buf *b, style s)
{
    if (!t->colour)
        return;
    add_text(b, "\033[0m");
    add_text(b, sgr[s]);
}

static void line_end(wrapper *w)
{
    if (w->line_style != STYLE_PLAIN)
        paint(w->t, &w->line, STYLE_PLAIN);
    add_text(&w->line, "\n");
    if (w->line.len)
        fwrite(w->line.p, 1, w->line.len, w->t->f);
    buf_reset(&w->line);
}

static void line_break(wrapper *w)
{
    line_end(w);
    add_text(&w->line, w->hang);
    w->column = term_columns(view_of(w->hang));
    if (w->line_style != STYLE_PLAIN)
        paint(w->t, &w->line, w->line_style);
    w->fresh = true;
}

static void word_end(wrapper *w)
{
    if (w->word_columns) {
        if (!w->fresh && w->column + w->blank + w->word_columns > w->t->width)
            line_break(w);
        else if (w->blank && !w->fresh) {
            add_text(&w->line, " ");
            w->column++;
        }
        w->column += w->word_columns;
        w->blank = w->fresh = false;
    }
    buf_add(&w->line, w->word.p, w->word.len); // also a mere change of colour
    w->line_style = w->style;
    w->word_columns = 0;
    buf_reset(&w->word);
}

static void restyle(wrapper *w, style s)
{
    if (s == w->style)
        return;
    const term *t = w->t;
    if (!t->colour && is_shared(w->style)) {
        // the mark belongs to the last word of the passage, wherever that stands now
        add_text(w->word.len ? &w->word : &w->line, "]]");
        *(w->word.len ? &w->word_columns : &w->column) += 2;
    }
    if (!t->colour && is_shared(s)) {
        add_text(&w->word, "[[");
        w->word_columns += 2;
    }
    paint(t, &w->word, s);
    w->style = s;
}

static void wrap_char(wrapper *w, int32_t c)
{
    if (is_blank(c)) {
        word_end(w);
        w->blank = true;
        return;
    }
    if (is_unfit(c))
        return;
    unsigned columns = char_columns(c);
    if (columns == 2 || w->wide)
        word_end(w); // scripts without blanks break anywhere
    w->wide = columns == 2;
    add_char(&w->word, c);
    w->word_columns += columns;
}

void term_wrap(term *t, const char *margin, const char *hang, const stretch *runs, size_t n)
{
    wrapper w = {.t = t, .hang = hang, .fresh = true};
    add_text(&w.line, margin);
    w.column = term_columns(view_of(margin));
    for (size_t i = 0; i < n; i++) {
        view v = runs[i].text;
        restyle(&w, runs[i].style);
        while (v.len)
            wrap_char(&w, next_char(&v));
    }
    restyle(&w, STYLE_PLAIN);
    word_end(&w);
    if (w.fresh) // an empty paragraph: no margin, which would be blanks at the end of a line
        buf_reset(&w.line);
    line_end(&w);
    buf_fini(&w.line);
    buf_fini(&w.word);
}
