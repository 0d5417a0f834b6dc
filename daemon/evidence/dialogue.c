#include "evidence/dialogue.h"
#include "evidence/signs.h"
#include "text/utf8.h"

enum {
    POST_MOST = 60,   // a post is at most 280 characters
    LABELS_MOST = 64, // speakers of one transcript that are told apart
    LABEL_WORDS = 4,
    LINES_CAPS = 2, // lines of a speaker in capitals that make a transcript
    LINES = 3,      // of another
    TURNS = 4,      // within a line: of each of two speakers
    DASHED = 4,     // lines of an interview that begin with a dash, and of those
    ASKED = 2,      // that end in a question mark
};

static bool is_dash(uint32_t c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015);
}

// gap_of returns the bytes between word i and the one before it, or an end of the text.
static view gap_of(const words *w, size_t i)
{
    size_t from = i > 0 ? w->w[i - 1].end : 0, to = i < w->n ? w->w[i].begin : w->text.len;
    return (view){w->text.p + from, to - from};
}

static bool gap_holds(const words *w, size_t i, bool (*is)(uint32_t))
{
    view gap = gap_of(w, i);
    const uint8_t *p = gap.p, *end = gap.p + gap.len;
    while (p < end) {
        if (is(utf8_next(&p, end)))
            return true;
    }
    return false;
}

// previous_line returns where the line before the one that begins at word i begins.
static size_t previous_line(const side *s, size_t i)
{
    size_t end;
    return i > 0 ? side_line(s, i - 1, POST_MOST, &end) : 0;
}

static bool has_year(const side *s, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < s->words.n; i++) {
        view k = words_key(&s->words, i);
        if (k.len == 4 && k.p[0] == '2' && k.p[1] == '0' && signs_is_digit(k.p[2]) &&
            signs_is_digit(k.p[3]))
            return true;
    }
    return false;
}

// dashed tells whether a dash leads the word ("— Jane Roe (@jroe)").
static bool dashed(const side *s, size_t i)
{
    return gap_holds(&s->words, i, is_dash);
}

// signature marks the post that "(@name)" with its date signs: the rest of its own line
// before it, or the line above where the signature has a line of its own.
static void signature(side *s, size_t i)
{
    size_t end, begin = side_line(s, i, POST_MOST, &end), from = begin;
    bool alone = i - begin <= 6;
    if (!has_year(s, i + 1, i + 6) && !(alone && dashed(s, begin)))
        return;
    size_t to = end - i > 6 ? i + 6 : end;
    if (alone) {
        from = previous_line(s, begin);
        if (from < begin && begin - from <= 2) // a bare link
            from = previous_line(s, from);
    }
    if (i - from > POST_MOST)
        from = alone ? begin : i - POST_MOST;
    side_add_mark(s, from, to, MARK_SPEECH);
}

// link_line marks a link that only posts carry, and what stands before it in its line.
static void link_line(side *s, size_t i)
{
    const word *w = s->words.w;
    size_t end, begin = side_line(s, i, POST_MOST, &end), last = i + 1;
    while (last < end && w[last].begin - w[last - 1].end == 1 &&
           s->words.text.p[w[last].begin - 1] > ' ')
        last++;
    side_add_mark(s, begin, last, MARK_SPEECH);
}

// mark_once marks the post at the first word from a byte on; *last is the word it was called for
// before, so that many needles before one word cost no more than one.
static void mark_once(side *s, const uint8_t *at, size_t *last, void (*mark)(side *, size_t))
{
    size_t i = side_word_at(s, (size_t)(at - s->words.text.p));
    if (i < s->words.n && i != *last)
        mark(s, i);
    *last = i;
}

// Signatures "(@name)".
static void signed_posts(side *s)
{
    const uint8_t *begin = s->words.text.p, *end = begin + s->words.text.len, *p = begin;
    for (size_t last = SIZE_MAX; (p = memchr(p, '@', (size_t)(end - p))); p++) {
        if (p > begin && p[-1] == '(')
            mark_once(s, p + 1, &last, signature);
    }
}

// Links "pic.twitter.com/" and "//t.co/".
static void linked_posts(side *s)
{
    enum { HOST = 15 };
    const uint8_t *begin = s->words.text.p, *end = begin + s->words.text.len, *p = begin;
    size_t last = SIZE_MAX, last_short = SIZE_MAX;
    for (; (p = memchr(p, '/', (size_t)(end - p))); p++) {
        if (p - begin >= HOST && !memcmp(p - HOST, "pic.twitter.com", HOST))
            mark_once(s, p - HOST, &last, link_line);
        if (end - p >= 7 && !memcmp(p, "//t.co/", 7))
            mark_once(s, p + 2, &last_short, link_line);
    }
}

// Scripts without capitals begin behind the Armenian one.
static bool may_be_name(const words *w, const word *x)
{
    return x->flags & WORD_CAP || (w->text.p[x->begin] >= 0xd6 && w->text.p[x->begin] < 0xee);
}

// colon returns how many bytes a colon takes that stands right after word x, 0 for none.
static size_t colon(const words *w, const word *x)
{
    const uint8_t *p = w->text.p + x->end, *end = w->text.p + w->text.len;
    if (p + 1 < end && *p == ':')
        return signs_is_space(p[1]) ? 1 : 0;
    return p + 3 < end && memcmp(p, "\xef\xbc\x9a", 3) == 0 ? 3 : 0;
}

// label tells whether a speaker's label ("SMITH:", "Q:") begins at word i and how many words
// that takes; hash is of the label.
static size_t label(const side *s, size_t i, uint64_t *hash, bool *caps)
{
    const words *w = &s->words;
    *hash = 0;
    *caps = true;
    for (size_t n = 0; n < LABEL_WORDS && i + n < w->n; n++) {
        const word *x = &w->w[i + n];
        if ((n && x->flags & WORD_LINE) || !may_be_name(w, x))
            return 0;
        *hash = *hash * 31 + x->hash;
        *caps = *caps && (x->flags & WORD_ALLCAPS || x->key_len == 1);
        view behind = gap_of(w, i + n + 1);
        if (behind.len && (*behind.p == ':' || *behind.p == 0xef))
            return colon(w, x) ? n + 1 : 0;
    }
    return 0;
}

static bool is_end(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == '"' || c == 0xbb || c == 0xab ||
           (c >= 0x201c && c <= 0x201e) || c == 0x2026 || c == 0x3002 || c == 0xff1f || c == 0x61f;
}

typedef struct speaker {
    uint64_t hash;
    unsigned lines, turns; // labels at the beginning of a line, and of any sentence
} speaker;

typedef struct talk {
    speaker who[LABELS_MOST];
    size_t n;
} talk;

static speaker *find_speaker(talk *t, uint64_t hash)
{
    for (size_t i = 0; i < t->n; i++) {
        if (t->who[i].hash == hash)
            return &t->who[i];
    }
    if (t->n == LABELS_MOST)
        return NULL;
    t->who[t->n] = (speaker){.hash = hash};
    return &t->who[t->n++];
}

// turn_at returns the words of the label at word i, and whose it is; 0 where none begins.
static size_t turn_at(const side *s, size_t i, talk *t, speaker **who, bool *caps)
{
    uint64_t hash;
    bool line = s->words.w[i].flags & WORD_LINE;
    if (!line && !gap_holds(&s->words, i, is_end))
        return 0;
    size_t took = label(s, i, &hash, caps);
    *who = took ? find_speaker(t, hash) : NULL;
    return *who ? took : 0;
}

static void count_turn(talk *t, const side *s, size_t i)
{
    speaker *who;
    bool caps;
    if (!turn_at(s, i, t, &who, &caps))
        return;
    who->turns++;
    who->lines += s->words.w[i].flags & WORD_LINE ? 1 : 0;
}

// next_colon returns the first colon at p or behind it, as label knows them; NULL for none. A
// text without one is done with at the speed of memory.
static const uint8_t *next_colon(const uint8_t *p, const uint8_t *end, const uint8_t **wide)
{
    const uint8_t *narrow = memchr(p, ':', (size_t)(end - p));
    while (*wide && (*wide < p || end - *wide < 3 || memcmp(*wide, "\xef\xbc\x9a", 3) != 0)) {
        const uint8_t *from = *wide < p ? p : *wide + 1;
        *wide = memchr(from, 0xef, (size_t)(end - from));
    }
    return !narrow || (*wide && *wide < narrow) ? *wide : narrow;
}

// A label ends in a colon, and has LABEL_WORDS at most.
static void count_turns(talk *t, const side *s)
{
    const uint8_t *text = s->words.text.p, *end = text + s->words.text.len, *wide = text;
    size_t next = 0; // first word that was not looked at
    for (const uint8_t *p = text; (p = next_colon(p, end, &wide)); p++) {
        size_t last = side_word_at(s, (size_t)(p - text)), i = last;
        if (last == 0 || s->words.w[last - 1].end != (size_t)(p - text))
            continue;
        for (i = last > LABEL_WORDS ? last - LABEL_WORDS : 0; i < last; i++) {
            if (i >= next)
                count_turn(t, s, i);
        }
        next = last;
    }
}

// transcript marks the lines of speakers that speak twice (in capitals) or three times; where
// two have four turns each, in one line or many, what each says up to the next.
static void transcript(side *s)
{
    talk t;
    unsigned talkers = 0, lines = 0;
    bool speaks = false;
    size_t from = 0;
    t.n = 0;
    count_turns(&t, s);
    for (size_t k = 0; k < t.n; k++) {
        talkers += t.who[k].turns >= TURNS;
        lines = t.who[k].lines > lines ? t.who[k].lines : lines;
    }
    bool interview = talkers >= 2;
    if (!interview && lines < LINES_CAPS)
        return;
    for (size_t i = 0; i < s->words.n; i++) {
        speaker *who = NULL;
        bool caps, line = s->words.w[i].flags & WORD_LINE;
        size_t took = turn_at(s, i, &t, &who, &caps);
        bool turn = took && ((line && who->lines >= (caps ? LINES_CAPS : LINES)) ||
                             (interview && who->turns >= TURNS));
        if (speaks && (turn || line))
            side_add_mark(s, from, i, MARK_SPEECH);
        if (turn)
            from = i + took;
        speaks = turn || (speaks && !line);
    }
    if (speaks)
        side_add_mark(s, from, s->words.n, MARK_SPEECH);
}

static bool is_question(uint32_t c)
{
    return c == '?' || c == 0x61f || c == 0xff1f || c == 0x37e;
}

// dashed_lines marks the lines that begin with a dash where some of them ask: an interview, as
// it is set in Russian, Spanish or Arabic; a list does not ask.
static void dashed_lines(side *s)
{
    unsigned lines = 0, asked = 0;
    for (size_t k = 0; k < s->n_lines; k++) {
        if (!dashed(s, s->line[k]))
            continue;
        lines++;
        asked += gap_holds(&s->words, s->line[k + 1], is_question);
    }
    if (lines < DASHED || asked < ASKED)
        return;
    for (size_t k = 0; k < s->n_lines; k++) {
        if (dashed(s, s->line[k]))
            side_add_mark(s, s->line[k], s->line[k + 1], MARK_SPEECH);
    }
}

void dialogue_mark(side *s)
{
    if (s->words.n == 0)
        return;
    signed_posts(s);
    linked_posts(s);
    transcript(s);
    dashed_lines(s);
}
