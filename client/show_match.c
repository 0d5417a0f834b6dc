// show_match.c - what two articles share, for people.
#include "base/buf.h"
#include "js.h"
#include "show.h"

#include <stdlib.h>
#include <string.h>

enum {
    CONTEXT = 70,   // bytes of context on each side of a passage, about
    CUT_FROM = 520, // a passage of more bytes is cut in the middle
    CUT_KEEP = 220, // to this many on each side of the cut
    SAME_KEEP = 40, // and where it reads the same as the one above it
    MARGIN_NAME = 14,
};

const char *show_share(char *out, double share)
{
    if (share > 0 && share < .005)
        snprintf(out, 8, "< 1 %%");
    else
        snprintf(out, 8, "%.0f %%", share > 1 ? 100. : share * 100);
    return out;
}

void show_time(term *t, const char *time, const char *fill)
{
    char text[17];
    snprintf(text, sizeof text, "%s", *time ? time : fill);
    if (strlen(text) > 10 && text[10] == 'T')
        text[10] = ' ';
    term_say(t, STYLE_DIM, "%-16s", text);
}

// -- one passage ------------------------------------------------------------------------

typedef struct span {
    size_t begin, end;
} span;

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= 9 && c <= 13);
}

static bool is_continuation(uint8_t c)
{
    return (c & 0xc0) == 0x80;
}

// Offsets of an answer are not trusted: clamped into the text, moved to characters.
static bool read_span(const json_t *passage, const char *side, view text, span *out)
{
    const json_t *pair = json_object_get(passage, side);
    double b = json_number_value(json_array_get(pair, 0));
    double e = json_number_value(json_array_get(pair, 1));
    if (!text.len || b < 0 || e <= b || b >= (double)text.len)
        return false;
    *out = (span){(size_t)b, e > (double)text.len ? text.len : (size_t)e};
    while (out->begin && is_continuation(text.p[out->begin]))
        out->begin--;
    while (out->end < text.len && is_continuation(text.p[out->end]))
        out->end++;
    return true;
}

// Where an excerpt may start, going back from `at`: at a word, inside the paragraph.
static size_t back(view text, size_t at, size_t bytes)
{
    size_t least = at > bytes ? at - bytes : 0, i = at, word = at;
    for (; i > least && text.p[i - 1] != '\n'; i--)
        if (is_space(text.p[i - 1]) && i < at)
            word = i;
    return i == 0 || text.p[i - 1] == '\n' ? i : word;
}

static size_t ahead(view text, size_t at, size_t bytes)
{
    size_t most = text.len - at > bytes ? at + bytes : text.len, i = at, word = at;
    for (; i < most && text.p[i] != '\n'; i++)
        if (is_space(text.p[i]))
            word = i;
    return i == text.len || text.p[i] == '\n' ? i : word;
}

static style style_of(const json_t *passage)
{
    const char *kind = js_text(passage, "kind");
    if (!strcmp(kind, "quoted"))
        return STYLE_QUOTED;
    return !strcmp(kind, "paraphrase") ? STYLE_PARAPHRASE : STYLE_PROSE;
}

static view slice(view text, size_t begin, size_t end)
{
    return (view){text.p + begin, end - begin};
}

static bool open_edge(view text, size_t at)
{
    return at > 0 && text.p[at - 1] != '\n';
}

static bool close_edge(view text, size_t at)
{
    return at < text.len && text.p[at] != '\n';
}

// keep: bytes on each side of a cut in the middle; 0 = no cut.
static void show_excerpt(term *t, const char *margin, const char *hang, view text, span s, style st,
                         size_t keep)
{
    stretch r[8];
    size_t n = 0, begin = back(text, s.begin, CONTEXT), end = ahead(text, s.end, CONTEXT);
    if (open_edge(text, begin))
        r[n++] = (stretch){view_of("… "), STYLE_DIM};
    r[n++] = (stretch){slice(text, begin, s.begin), STYLE_DIM};
    size_t left = s.end, right = s.end;
    if (keep && s.end - s.begin > 2 * keep + keep / 2) {
        left = ahead(text, s.begin, keep);
        right = back(text, s.end, keep);
    }
    if (left > s.begin && left < right && right < s.end) {
        r[n++] = (stretch){slice(text, s.begin, left), st};
        r[n++] = (stretch){view_of(" […] "), st};
        r[n++] = (stretch){slice(text, right, s.end), st};
    } else {
        r[n++] = (stretch){slice(text, s.begin, s.end), st};
    }
    r[n++] = (stretch){slice(text, s.end, end), STYLE_DIM};
    if (close_edge(text, end))
        r[n++] = (stretch){view_of(" …"), STYLE_DIM};
    term_wrap(t, margin, hang, r, n);
}

// Bytes at p that reads_same passes over: white space, and punctuation of ASCII, Latin-1 and
// U+2010-2027 (dashes, quotation marks, the ellipsis).
static size_t unread(const uint8_t *p, size_t left)
{
    if (*p <= 0x7f)
        return !((*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z'));
    if (left >= 2 && p[0] == 0xc2 && (p[1] == 0xa0 || p[1] == 0xab || p[1] == 0xbb))
        return 2;
    return left >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] >= 0x90 && p[2] <= 0xa7 ? 3 : 0;
}

static size_t skip_unread(view v, size_t at, size_t end)
{
    for (size_t n; at < end && (n = unread(v.p + at, end - at)) > 0;)
        at += n;
    return at;
}

// Do the two read the same?
static bool reads_same(view a, span sa, view b, span sb)
{
    size_t i = sa.begin, j = sb.begin;
    for (;;) {
        i = skip_unread(a, i, sa.end);
        j = skip_unread(b, j, sb.end);
        if (i == sa.end || j == sb.end)
            return i == sa.end && j == sb.end;
        if (a.p[i++] != b.p[j++])
            return false;
    }
}

typedef struct margins {
    char a[64], b[64], hang[64];
} margins;

static unsigned columns_of(const char *s)
{
    unsigned n = term_columns(view_of(s));
    return n < MARGIN_NAME ? n : MARGIN_NAME;
}

static margins make_margins(const char *indent, const show_opts *o)
{
    margins m;
    unsigned na = columns_of(o->a), nb = columns_of(o->b), n = na > nb ? na : nb;
    snprintf(m.a, sizeof m.a, "%s%s%*s │ ", indent, o->a, (int)(n - na), "");
    snprintf(m.b, sizeof m.b, "%s%s%*s │ ", indent, o->b, (int)(n - nb), "");
    snprintf(m.hang, sizeof m.hang, "%s%*s │ ", indent, (int)n, "");
    return m;
}

static void show_passage(term *t, const json_t *p, size_t number, view a, view b,
                         const show_opts *o, const char *indent)
{
    span sa, sb;
    style st = style_of(p);
    size_t keep = o->whole ? 0 : CUT_KEEP;
    margins m = make_margins(indent, o);
    term_say(t, STYLE_PLAIN, "%s", indent);
    term_say(t, STYLE_BOLD, "(%zu) ", number);
    long words = js_count(p, "words");
    term_say(t, STYLE_DIM, "%ld word%s, %s\n", words, words == 1 ? "" : "s", js_text(p, "kind"));
    bool have_a = read_span(p, "query", a, &sa), have_b = read_span(p, "match", b, &sb);
    if (have_a)
        show_excerpt(t, m.a, m.hang, a, sa, st, sa.end - sa.begin > CUT_FROM ? keep : 0);
    if (have_a && have_b && keep && reads_same(a, sa, b, sb))
        keep = SAME_KEEP; // once is enough to read it
    else if (have_b && sb.end - sb.begin <= CUT_FROM)
        keep = 0;
    if (have_b)
        show_excerpt(t, m.b, m.hang, b, sb, st, keep);
}

// -- all passages -----------------------------------------------------------------------

static int by_words(const void *x, const void *y)
{
    long a = js_count(*(json_t *const *)x, "words"), b = js_count(*(json_t *const *)y, "words");
    return a < b ? 1 : a > b ? -1 : 0;
}

// The number of words that the `most` longest passages have at least.
static long least_words(const json_t *passages, size_t most)
{
    size_t n = json_array_size(passages);
    json_t **sorted = calloc(n + 1, sizeof(json_t *));
    if (!sorted || n <= most || !most) {
        free(sorted);
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        sorted[i] = json_array_get(passages, i);
    qsort(sorted, n, sizeof *sorted, by_words);
    long least = js_count(sorted[most - 1], "words");
    free(sorted);
    return least;
}

void show_passages(term *t, const json_t *passages, view a, view b, const show_opts *o,
                   const char *indent)
{
    size_t i, shown = 0, n = json_array_size(passages);
    long least = least_words(passages, o->most), left = 0;
    const json_t *p;
    json_array_foreach((json_t *)passages, i, p) {
        if (o->most && shown < o->most && js_count(p, "words") >= least) {
            show_passage(t, p, i + 1, a, b, o, indent);
            shown++;
        } else {
            left += js_count(p, "words");
        }
    }
    if (o->most && shown < n)
        term_say(t, STYLE_DIM, "%s%zu more passage%s, %ld word%s (--all shows them)\n", indent,
                 n - shown, n - shown == 1 ? "" : "s", left, left == 1 ? "" : "s");
}

// A passage in one text, for show_marked.
typedef struct marked {
    span at;
    style style;
    char label[24];
} marked;

static int by_begin(const void *x, const void *y)
{
    const marked *a = x, *b = y;
    return a->at.begin < b->at.begin ? -1 : a->at.begin > b->at.begin;
}

static size_t collect(marked *out, view text, const json_t *passages, const char *side)
{
    size_t i, n = 0;
    const json_t *p;
    json_array_foreach((json_t *)passages, i, p) {
        if (!read_span(p, side, text, &out[n].at))
            continue;
        out[n].style = style_of(p);
        snprintf(out[n++].label, sizeof out->label, "%zu: ", i + 1);
    }
    qsort(out, n, sizeof *out, by_begin);
    return n;
}

static bool is_all_space(view v)
{
    while (v.len && is_space(v.p[v.len - 1]))
        v.len--;
    return v.len == 0;
}

// One paragraph [at, end): what of each passage falls into it.
static void show_paragraph(term *t, view text, size_t at, size_t end, const marked *m, size_t n,
                           stretch *runs)
{
    size_t used = 0, from = at;
    for (size_t i = 0; i < n; i++) {
        if (m[i].at.end <= from || m[i].at.begin >= end)
            continue;
        size_t b = m[i].at.begin > from ? m[i].at.begin : from;
        size_t e = m[i].at.end < end ? m[i].at.end : end;
        if (is_all_space(slice(text, b, e)))
            continue;
        runs[used++] = (stretch){slice(text, from, b), STYLE_PLAIN};
        if (m[i].at.begin >= at)
            runs[used++] = (stretch){view_of(m[i].label), m[i].style};
        runs[used++] = (stretch){slice(text, b, e), m[i].style};
        from = e;
    }
    runs[used++] = (stretch){slice(text, from, end), STYLE_PLAIN};
    term_wrap(t, "  ", "  ", runs, used);
}

void show_marked(term *t, view text, const json_t *passages, const char *side)
{
    size_t n = json_array_size(passages);
    marked *m = calloc(n + 1, sizeof *m);
    stretch *runs = calloc(3 * n + 1, sizeof *runs);
    n = m && runs ? collect(m, text, passages, side) : 0;
    for (size_t at = 0; at < text.len && m && runs;) {
        uint8_t *nl = memchr(text.p + at, '\n', text.len - at);
        size_t end = nl ? (size_t)(nl - text.p) : text.len;
        show_paragraph(t, text, at, end, m, n, runs);
        at = end + 1;
    }
    free(runs);
    free(m);
}

// -- one match --------------------------------------------------------------------------

static style relation_style(const char *relation)
{
    if (!strcmp(relation, "none") || !strcmp(relation, "related"))
        return STYLE_DIM;
    if (!strcmp(relation, "quotes"))
        return STYLE_QUOTED;
    return STYLE_PROSE;
}

void show_match_title(term *t, const json_t *m, unsigned n)
{
    const char *relation = js_text(m, "relation"), *publisher = js_text(m, "publisher");
    const char *headline = js_text(m, "headline"), *uri = js_text(m, "uri");
    if (n)
        term_say(t, STYLE_BOLD, "%u  ", n);
    // the relation is a word of ours, and must not carry the marks of a passage
    if (t->colour)
        term_say(t, relation_style(relation), "%s", relation);
    else
        term_say(t, STYLE_PLAIN, "%s", relation);
    term_say(t, STYLE_PLAIN, " %.2f%s", js_number(m, "score"),
             js_true(m, "identical") ? ", the same text" : "");
    if (*publisher)
        term_say(t, STYLE_NAME, "  %s", publisher);
    if (*js_text(m, "published")) {
        term_say(t, STYLE_PLAIN, "  ");
        show_time(t, js_text(m, "published"), "");
    }
    term_say(t, STYLE_PLAIN, "\n");
    if (*headline) {
        stretch r = {view_of(headline), STYLE_BOLD};
        term_wrap(t, "   ", "   ", &r, 1);
    }
    if (*uri)
        term_say(t, STYLE_NAME, "   %s\n", uri);
}

static void add_part(buf *b, const char *format, long n)
{
    char text[64];
    if (n <= 0)
        return;
    int len = snprintf(text, sizeof text, format, n);
    if (b->len)
        buf_add(b, ", ", 2);
    buf_add(b, text, (size_t)len);
}

static void show_measures(term *t, const json_t *m, const show_opts *o)
{
    const json_t *c = js_object(m, "containment"), *d = js_object(m, "derivation");
    long prose = js_count(m, "prose_words"), quoted = js_count(m, "quoted_words");
    char x[8], y[8];
    buf b = {0};
    add_part(&b, "%ld in prose", prose);
    add_part(&b, "%ld in quotation", quoted);
    add_part(&b, "%ld reworded", js_count(m, "paraphrase_words"));
    if (b.len)
        term_say(t, STYLE_PLAIN, "   shared words: %.*s; longest run %ld\n", (int)b.len,
                 (const char *)b.p, js_count(m, "longest"));
    else
        term_say(t, STYLE_PLAIN, "   no shared wording\n");
    buf_fini(&b);
    if (prose + quoted > 0)
        term_say(t, STYLE_PLAIN, "   that is %s of %s and %s of %s\n",
                 show_share(x, js_number(c, "query")), o->a_name,
                 show_share(y, js_number(c, "match")), o->b_name);
    const char *level = js_text(d, "level");
    if (*level && strcmp(level, "none"))
        term_say(t, STYLE_PLAIN, "   derived: %s (%.2f)\n",
                 !strcmp(level, "whole") ? "wholly" : "partly", js_number(d, "score"));
}

static const char *reason(const char *key)
{
    static const char *const words[][2] = {
        {"credit", "is credited"},
        {"link", "is linked"},
        {"published", "was published earlier"},
        {"told", "is named where they share text"},
        {"position", "has the passage earlier in the text"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(key, words[i][0]))
            return words[i][1];
    return key;
}

void show_reasons(term *t, const json_t *because, const char *who)
{
    size_t i;
    const json_t *why;
    json_array_foreach((json_t *)because, i, why) {
        if (i == 0)
            term_say(t, STYLE_PLAIN, " %s", who);
        term_say(t, STYLE_PLAIN, "%s%s", i ? ", " : " ", reason(js_string(why)));
    }
}

static void show_provenance(term *t, const json_t *m, const show_opts *o)
{
    const json_t *p = js_object(m, "provenance"), *because = js_object(p, "because");
    const char *kind = js_text(p, "kind"), *source = js_text(p, "source"), *who = source;
    if (!*kind)
        return;
    term_say(t, STYLE_PLAIN, "   who from whom: ");
    if (!strcmp(kind, "from_match")) {
        term_say(t, STYLE_GOOD, "%s has it from %s", o->a_name, who = o->b_name);
    } else if (!strcmp(kind, "to_match")) {
        term_say(t, STYLE_GOOD, "%s has it from %s", o->b_name, who = o->a_name);
    } else if (!strcmp(kind, "common_source")) {
        who = *source ? source : "a common source";
        term_say(t, STYLE_GOOD, "both have it from %s", who);
    } else {
        term_say(t, STYLE_DIM, "not known\n");
        return;
    }
    term_say(t, STYLE_DIM, " (%.2f)\n", js_number(p, "score"));
    if (!json_array_size(because))
        return;
    term_say(t, STYLE_PLAIN, "     for");
    show_reasons(t, because, who);
    term_say(t, STYLE_PLAIN, "\n");
}

void show_match_body(term *t, const json_t *match, view a, view b, const show_opts *o)
{
    show_measures(t, match, o);
    if (strcmp(js_text(match, "relation"), "none"))
        show_provenance(t, match, o);
    show_passages(t, js_object(match, "passages"), a, b, o, "   ");
}

// -- credits ----------------------------------------------------------------------------

static void show_credit(term *t, const json_t *c, const char *indent)
{
    const char *id = js_text(c, "id"), *text = js_text(c, "text");
    const json_t *by = js_object(c, "confirmed_by");
    term_say(t, STYLE_PLAIN, "%s%-11s ", indent, js_text(c, "role"));
    term_say(t, STYLE_BOLD, "%s", js_text(c, "name"));
    if (*id && strcmp(id, js_text(c, "name")))
        term_say(t, STYLE_DIM, " (%s)", id);
    if (*text)
        term_say(t, STYLE_PLAIN, "  “%s”", text);
    term_say(t, STYLE_PLAIN, "\n");
    if (json_array_size(by))
        term_say(t, STYLE_GOOD, "%s            confirmed by %s%s\n", indent,
                 js_string(json_array_get(by, 0)), json_array_size(by) > 1 ? " and others" : "");
}

void show_credits(term *t, const json_t *credits, const char *indent)
{
    size_t i;
    const json_t *c;
    json_array_foreach((json_t *)credits, i, c)
        show_credit(t, c, indent);
}
