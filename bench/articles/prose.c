#include "prose.h"

#include <string.h>

enum {
    PEOPLE = 5,   // of an event
    SUBJECTS = 8, // of an event; as many are an article's own
    SLACK = 64,   // no single thing appended is longer, but what is taken from another draft
    NAMES_FROM = 4096,
    SUBJECTS_FROM = 2048,
};

void prose_append(draft *d, const char *p, size_t n)
{
    if (d->len + n > ARTICLES_TEXT_MOST - SLACK)
        return;
    memcpy(d->text + d->len, p, n);
    d->len += n;
}

void prose_string(draft *d, const char *s)
{
    prose_append(d, s, strlen(s));
}

// A word's slot is copied whole, since a copy of constant length is one instruction.
void prose_word(draft *d, uint32_t rank)
{
    const language_word *w = &d->l->word[rank];
    if (d->len > ARTICLES_TEXT_MOST - SLACK)
        return;
    memcpy(d->text + d->len, w->s, LANGUAGE_WORD_MOST);
    d->len += w->len;
}

void prose_name(draft *d, uint32_t rank)
{
    size_t at = d->len;
    prose_word(d, rank);
    d->text[at] = (char)(d->text[at] & ~('a' - 'A'));
}

void prose_gap(draft *d)
{
    if (random_next(&d->random) % 5 < 2)
        prose_append(d, "\n\n", 2);
    else
        prose_append(d, " ", 1);
}

// The rank of the event's k-th name or word: any from `from` on.
static uint32_t of_event(const draft *d, uint32_t k, uint32_t from)
{
    return from + random_below(mix64(d->event + k), LANGUAGE_WORDS - from);
}

// One of the event's people, with the first name or without.
static void add_person(draft *d, bool full)
{
    uint32_t who = random_below(random_next(&d->random), PEOPLE);
    if (full) {
        prose_name(d, of_event(d, 100 + who, NAMES_FROM) % 512 + NAMES_FROM);
        prose_append(d, " ", 1);
    }
    prose_name(d, of_event(d, 200 + who, NAMES_FROM));
}

void prose_place(draft *d)
{
    prose_name(d, of_event(d, 300, NAMES_FROM));
}

static void number(draft *d, uint64_t r)
{
    uint64_t n = r >> 8 & 1 ? 2 + (r >> 16) % 98 : 1 + (r >> 16) % 40 * 50;
    char digits[24], *at = digits + sizeof digits;
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    prose_append(d, at, (size_t)(digits + sizeof digits - at));
}

// What is not of the language's run of words: the event's names and words, and numbers.
static void strewn(draft *d, uint64_t r)
{
    switch (r % 10) {
    case 0:
        add_person(d, r >> 8 & 1);
        break;
    case 1:
        add_person(d, false);
        prose_string(d, "’s");
        break;
    case 2:
        prose_place(d);
        break;
    case 3:
        prose_name(d, NAMES_FROM + random_below(r >> 16, LANGUAGE_WORDS - NAMES_FROM));
        break;
    case 5:
    case 6:
        prose_word(d, SUBJECTS_FROM + random_below(mix64(d->own + (r >> 16) % SUBJECTS),
                                                   LANGUAGE_WORDS - SUBJECTS_FROM));
        break;
    case 4:
        number(d, r);
        break;
    default:
        prose_word(d, of_event(d, 400 + random_below(r >> 16, SUBJECTS), SUBJECTS_FROM));
    }
}

// n words, the first with a capital.
static void words(draft *d, uint32_t n)
{
    uint32_t before = language_draw(random_next(&d->random));
    prose_name(d, before);
    for (uint32_t k = 1; k < n; k++) {
        uint64_t r = random_next(&d->random), how = random_next(&d->random);
        if (how >> 60 == 0 || how >> 55 == 31)
            prose_string(d, how >> 60 == 0 ? ", " : " — ");
        else if (d->len < ARTICLES_TEXT_MOST - SLACK)
            d->text[d->len++] = ' ';
        if ((how & 0xff) < 30) {
            strewn(d, r);
            continue;
        }
        before = language_next(before, r);
        prose_word(d, before);
    }
}

static void attribution(draft *d)
{
    switch (random_next(&d->random) % 5) {
    case 0:
        prose_string(d, ",” said ");
        add_person(d, true);
        prose_string(d, ", the head of the ");
        prose_name(d, of_event(d, 301, NAMES_FROM));
        prose_string(d, " Council.");
        break;
    case 1:
        prose_string(d, ",” ");
        add_person(d, false);
        prose_string(d, " told reporters.");
        break;
    case 2:
        prose_string(d, ",” she said.");
        break;
    default:
        prose_string(d, ",” ");
        add_person(d, false);
        prose_string(d, " said.");
    }
}

void prose_sentence(draft *d)
{
    if (d->n == PROSE_SENTENCES)
        return;
    uint64_t r = random_next(&d->random);
    sentence *s = &d->s[d->n++];
    *s = (sentence){.begin = (uint32_t)d->len, .quotation = r % 10 < 3};
    if (s->quotation) {
        prose_string(d, "“");
        words(d, 6 + random_below(r >> 32, 18));
        attribution(d);
    } else {
        words(d, 8 + random_below(r >> 32, 22));
        prose_append(d, ".", 1);
    }
    s->end = (uint32_t)d->len;
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

// Replaces one word in eight of those that are all small letters.
static void reword(draft *d, const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && p[i] != ' ')
            i++;
        bool plain = i - from > 2;
        for (size_t k = from; k < i && plain; k++)
            plain = is_small(p[k]);
        uint64_t r = plain ? random_next(&d->random) : 0;
        if (plain && r >> 61 == 0)
            prose_word(d, language_draw(r));
        else
            prose_append(d, p + from, i - from);
        if (i < n)
            prose_append(d, p + i++, 1);
    }
}

void prose_take(draft *d, const draft *of, const sentence *s, bool reworded)
{
    size_t n = s->end - s->begin;
    if (d->n == PROSE_SENTENCES || d->len + 2 * n > ARTICLES_TEXT_MOST - SLACK)
        return;
    sentence *mine = &d->s[d->n++];
    *mine = (sentence){.begin = (uint32_t)d->len, .quotation = s->quotation};
    if (reworded)
        reword(d, of->text + s->begin, n);
    else
        prose_append(d, of->text + s->begin, n);
    mine->end = (uint32_t)d->len;
}
