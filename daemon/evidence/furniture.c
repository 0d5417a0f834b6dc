#include "evidence/furniture.h"
#include "text/utf8.h"

#include <assert.h>
#include <pthread.h>

extern const unsigned char furniture_data[]; // data/furniture.tsv
extern const size_t furniture_data_len;

enum {
    PHRASE_WORDS = 8,
    PHRASES_MOST = 2048,
    TABLE_SLOTS = 8192, // by the hash of the first word
    FILTER_LOG = 9,     // words of the filters: 4 KB each
    FILTER_WORDS = 1 << FILTER_LOG,
    KEY_MOST = 128,
    LINE_MOST = 101, // how far to look for the ends of a line: over every line_most but FIRM's
    FIRM_NAME = 5,   // words
    TWIN_WORDS = 12, // words that two lines must begin with to be one caption
    TWINS_MOST = 64,
    REPEAT_WORDS = 4,   // shorter lines may well stand twice
    REPEATS_MOST = 384, // lines that are told apart
    REPEATS_SLOTS = 1024,
    CREDIT_MOST = 12,  // words of a credit line
    BESIDE_MOST = 250, // words of the line that another one makes furniture
    AFTER_MOST = 120,  // words that stand after an article's end
    ABBREVIATION = 2,  // letters of a word that a stop may belong to
};

enum kind { CAPTION, NOTICE, ADDRESS, LINE, BOX, LABEL, END, ABOUT, FIRM, KINDS };

// A line longer than this is not furniture as a whole.
static const unsigned line_most[KINDS] = {
    [CAPTION] = 80, [NOTICE] = 60, [ADDRESS] = 40, [LINE] = 40,  [BOX] = 8,
    [LABEL] = 8,    [END] = 60,    [ABOUT] = 100,  [FIRM] = 150,
};
static const unsigned sentence_most[KINDS] = {
    [NOTICE] = 60, [ADDRESS] = 40, [END] = 60, [ABOUT] = 60};
static const char *const kind_name[KINDS] = {"caption", "notice", "address", "line", "box",
                                             "label",   "end",    "about",   "firm"};

typedef struct phrase {
    uint64_t word[PHRASE_WORDS];
    unsigned n, capital; // bit by word: one that must have a capital
    enum kind kind;
} phrase;

static phrase list[PHRASES_MOST];
static size_t n_list;
static uint16_t first[TABLE_SLOTS]; // index + 1 into list; phrases that collide stand on
// By the hashes of the first two words, and of the only one, two bits of one word: nearly no word
// of a text passes them.
static uint64_t begins[FILTER_WORDS], alone[FILTER_WORDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_words(phrase *p, view text)
{
    const uint8_t *at = text.p, *end = text.p + text.len;
    while (at < end && p->n < PHRASE_WORDS) {
        const uint8_t *space = memchr(at, ' ', (size_t)(end - at));
        if (!space)
            space = end;
        uint8_t key[KEY_MOST];
        size_t len = fold_key(key, sizeof key, (view){at, (size_t)(space - at)});
        p->capital |= (unsigned)(*at >= 'A' && *at <= 'Z') << p->n;
        p->word[p->n++] = hash_key((view){key, len});
        at = space + 1;
    }
}

static uint64_t filter_hash(uint64_t one, uint64_t two)
{
    return one * 0x9e3779b97f4a7c15u ^ two;
}

static size_t filter_word(uint64_t hash)
{
    return hash >> (64 - FILTER_LOG);
}

static uint64_t filter_bits(uint64_t hash)
{
    return (uint64_t)1 << (hash >> 40 & 63) | (uint64_t)1 << (hash >> 46 & 63);
}

static void filter_add(const phrase *p)
{
    uint64_t *filter = p->n > 1 ? begins : alone, hash = filter_hash(p->word[0], p->word[1]);
    filter[filter_word(hash)] |= filter_bits(hash);
}

// may_begin tells whether a phrase can begin at word i; seldom without one.
static bool may_begin(const words *w, size_t i)
{
    uint64_t one = filter_hash(w->hash[i], 0), pair = one ^ (i + 1 < w->n ? w->hash[i + 1] : 0);
    uint64_t no_pair = filter_bits(pair) & ~begins[filter_word(pair)];
    uint64_t no_one = filter_bits(one) & ~alone[filter_word(one)];
    return no_pair == 0 || no_one == 0;
}

static void add(view kind, view text)
{
    assert(n_list < PHRASES_MOST);
    phrase *p = &list[n_list];
    for (p->kind = 0; p->kind < KINDS && !view_eq(kind, view_of(kind_name[p->kind])); p->kind++)
        ;
    assert(p->kind < KINDS);
    read_words(p, text);
    filter_add(p);
    size_t slot = p->word[0] % TABLE_SLOTS;
    while (first[slot])
        slot = (slot + 1) % TABLE_SLOTS;
    first[slot] = (uint16_t)++n_list;
}

static void load(void)
{
    const uint8_t *p = furniture_data, *end = p + furniture_data_len;
    while (p < end) {
        const uint8_t *eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol)
            eol = end;
        const uint8_t *tab = memchr(p, '\t', (size_t)(eol - p));
        if (*p != '#' && tab)
            add((view){p, (size_t)(tab - p)}, (view){tab + 1, (size_t)(eol - tab - 1)});
        p = eol + 1;
    }
}

static bool stands_at(const phrase *p, const words *w, size_t i)
{
    if (i + p->n > w->n)
        return false;
    for (unsigned k = 0; k < p->n; k++) {
        const word *x = &w->w[i + k];
        bool low = p->capital >> k & 1 && !(x->flags & WORD_CAP);
        if (x->hash != p->word[k] || low || (k && x->flags & WORD_LINE))
            return false;
    }
    return true;
}

static bool is_stop(uint32_t c)
{
    return c == '!' || c == '?' || c == '[' || c == ']' || c == '|' || c == 0x3002 || c == 0xff01 ||
           c == 0xff1f || c == 0x61f || c == 0x6d4;
}

// ends_before tells whether a sentence ends between word i - 1 and word i. A full stop after
// a number or a short word may be that word's own ("30. Mai", "z. B.").
static bool ends_before(const words *w, size_t i)
{
    const word *last = &w->w[i - 1];
    const uint8_t *p = w->text.p + last->end, *end = w->text.p + w->w[i].begin;
    bool own = last->flags & WORD_NUMBER || last->key_len <= ABBREVIATION;
    while (p < end) {
        uint32_t c = utf8_next(&p, end);
        if (is_stop(c) || (c == '.' && !own))
            return true;
    }
    return false;
}

// rest_end returns where the sentence that word i stands in ends, or the line.
static size_t rest_end(const side *s, size_t i, size_t end)
{
    for (i++; i < end && !ends_before(&s->words, i); i++)
        ;
    return i < end ? i : end;
}

// sentence_begin returns where the sentence that word i stands in begins, or the line.
static size_t sentence_begin(const side *s, size_t i, size_t begin)
{
    while (i > begin && !ends_before(&s->words, i))
        i--;
    return i;
}

// in_brackets tells whether a bracket opens before word i: "(AP Photo/Jane Roe)".
static bool in_brackets(const side *s, size_t i)
{
    size_t from = i ? s->words.w[i - 1].end : 0, to = s->words.w[i].begin;
    return memchr(s->words.text.p + from, '(', to - from) != NULL;
}

// mark_beside marks the line that a line [begin, end) speaks of: a bracketed credit of its
// own stands under its caption, a box's title over its text.
static void mark_beside(side *s, enum kind kind, size_t begin, size_t end)
{
    size_t from = begin, to = begin;
    if (kind == CAPTION && begin > 0 && end - begin <= CREDIT_MOST && in_brackets(s, begin))
        from = side_line(s, begin - 1, BESIDE_MOST, &to);
    else if (kind == BOX && end < s->words.n)
        from = side_line(s, end, BESIDE_MOST, &to);
    if (to - from < BESIDE_MOST)
        side_add_mark(s, from, to, MARK_FURNITURE);
}

// mark_sentence marks the sentence of a line [begin, end) that the phrase at word i stands
// in; of a longer one what follows the phrase.
static void mark_sentence(side *s, const phrase *p, size_t i, size_t begin, size_t end)
{
    unsigned most = sentence_most[p->kind];
    size_t from = sentence_begin(s, i, begin), to = rest_end(s, i + p->n - 1, end);
    if (to - from > most)
        from = i;
    if (to - from > most)
        to = i + (p->kind == NOTICE ? most : p->n);
    side_add_mark(s, from, to, MARK_FURNITURE);
}

// firm_named tells whether a name and a colon follow the phrase at word i that begins a line
// ("About Roe Optics: ..."), or the line ends with the name.
static bool firm_named(const side *s, const phrase *p, size_t i, size_t end)
{
    const words *w = &s->words;
    for (size_t k = i + p->n; k < end && k < i + p->n + FIRM_NAME; k++) {
        if (!(w->w[k].flags & (WORD_CAP | WORD_CHAR)) && w->text.p[w->w[k].begin] < 0xd6)
            return false;
        const uint8_t *after = w->text.p + w->w[k].end;
        size_t left = w->text.len - w->w[k].end;
        bool colon = left && (*after == ':' || (left > 2 && !memcmp(after, "\xef\xbc\x9a", 3)));
        if (colon || k + 1 == end)
            return true;
    }
    return false;
}

// mark_firm marks what a press release says of its firm each time: a paragraph in its second
// half, or the one under a title of its own.
static void mark_firm(side *s, const phrase *p, size_t i)
{
    size_t most = line_most[FIRM], end, begin = side_line(s, i, most, &end);
    if (begin < i || 2 * i < s->words.n || !firm_named(s, p, i, end))
        return;
    if (end - i <= p->n + FIRM_NAME && end < s->words.n)
        side_line(s, end, most, &end);
    if (end - i <= most)
        side_add_mark(s, i, end, MARK_FURNITURE);
}

static void mark_phrase(side *s, const phrase *p, size_t i)
{
    if (p->kind == FIRM) {
        mark_firm(s, p, i);
        return;
    }
    size_t end, begin = side_line(s, i, LINE_MOST, &end);
    if (p->kind == END && s->words.n - i <= AFTER_MOST)
        side_add_mark(s, i, s->words.n, MARK_FURNITURE);
    if (end - begin <= line_most[p->kind]) {
        side_add_mark(s, begin, end, MARK_FURNITURE);
        mark_beside(s, p->kind, begin, end);
    } else if (p->kind == CAPTION) {
        side_add_mark(s, i, i + p->n, MARK_FURNITURE);
    } else if (sentence_most[p->kind]) {
        mark_sentence(s, p, i, begin, end);
    }
}

// mark_code marks the lines of a script that a crawler took for text: prose has no braces
// and semicolons side by side.
static void mark_code(side *s)
{
    const uint8_t *p = s->words.text.p, *end = p + s->words.text.len, *eol;
    for (; p < end; p = eol < end ? eol + 1 : end) {
        eol = memchr(p, '\n', (size_t)(end - p));
        if (!eol)
            eol = end;
        size_t len = (size_t)(eol - p), from = (size_t)(p - s->words.text.p);
        if (memchr(p, '{', len) && memchr(p, '}', len) && memchr(p, ';', len))
            side_add_mark(s, side_word_at(s, from), side_word_at(s, from + len), MARK_FURNITURE);
    }
}

// cut_off tells whether a line ends in "... more": a caption that the page can unfold.
static bool cut_off(const side *s, size_t begin, size_t end)
{
    if (end - begin < TWIN_WORDS || end - begin > LINE_MOST)
        return false;
    size_t from = s->words.w[end - 2].end, to = s->words.w[end - 1].begin;
    view last = words_key(&s->words, end - 1);
    return view_eq(last, view_of("more")) &&
           (memmem(s->words.text.p + from, to - from, "...", 3) ||
            memmem(s->words.text.p + from, to - from, "\xe2\x80\xa6", 3));
}

static uint64_t hash_words(const side *s, size_t begin, size_t end)
{
    uint64_t hash = 0;
    for (size_t i = begin; i < end; i++)
        hash = hash * 0x9e3779b97f4a7c15u + s->words.w[i].hash;
    return hash;
}

static bool is_furniture(const side *s, size_t begin, size_t end)
{
    return s->mark[begin] & s->mark[end - 1] & MARK_FURNITURE;
}

// A line of so many words that it may be told apart by them.
static bool has_words(const uint32_t *line, uint32_t least)
{
    return line[1] - line[0] >= least && line[1] - line[0] <= LINE_MOST;
}

// mark_twins marks the lines that begin as a caption does: the page shows it again, longer
// or shorter.
static void mark_twins(side *s)
{
    uint64_t known[TWINS_MOST];
    size_t n_known = 0;
    const uint32_t *line = s->line, *last = line + s->n_lines;
    for (; line < last && n_known < TWINS_MOST; line++) {
        if (has_words(line, TWIN_WORDS) &&
            (is_furniture(s, line[0], line[1]) || cut_off(s, line[0], line[1])))
            known[n_known++] = hash_words(s, line[0], line[0] + TWIN_WORDS);
    }
    for (line = s->line; n_known && line < last; line++) {
        uint64_t hash =
            has_words(line, TWIN_WORDS) ? hash_words(s, line[0], line[0] + TWIN_WORDS) : 0;
        for (size_t k = 0; k < n_known && has_words(line, TWIN_WORDS); k++) {
            if (known[k] == hash)
                side_add_mark(s, line[0], line[1], MARK_FURNITURE);
        }
    }
}

// mark_repeats marks a line that stood in the text before: headlines over galleries, pull
// quotes. An article says a thing once.
static void mark_repeats(side *s)
{
    uint64_t seen[REPEATS_SLOTS] = {0};
    size_t n_seen = 0;
    const uint32_t *line = s->line, *last = line + s->n_lines;
    for (; line < last && n_seen < REPEATS_MOST; line++) {
        if (!has_words(line, REPEAT_WORDS))
            continue;
        uint64_t hash = hash_words(s, line[0], line[1]) | 1; // 0 is a free slot
        size_t slot = hash >> 32 & (REPEATS_SLOTS - 1);
        while (seen[slot] && seen[slot] != hash)
            slot = (slot + 1) & (REPEATS_SLOTS - 1);
        if (seen[slot])
            side_add_mark(s, line[0], line[1], MARK_FURNITURE);
        n_seen += !seen[slot];
        seen[slot] = hash;
    }
}

void furniture_mark(side *s)
{
    pthread_once(&once, load);
    if (memchr(s->words.text.p, '{', s->words.text.len))
        mark_code(s);
    for (size_t i = 0; i < s->words.n; i++) {
        if (!may_begin(&s->words, i))
            continue;
        size_t slot = s->words.w[i].hash % TABLE_SLOTS;
        for (; first[slot]; slot = (slot + 1) % TABLE_SLOTS) {
            const phrase *p = &list[first[slot] - 1];
            if (stands_at(p, &s->words, i))
                mark_phrase(s, p, i);
        }
    }
    mark_twins(s);
    mark_repeats(s);
}
