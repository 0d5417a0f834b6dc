#include "corpus.h"
#include "articles.h"
#include "text/utf8.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { BYTES = 3072, VOCABULARY = 1 << 14, WORD_MOST = 12, ROOM = BYTES + 256 };
enum { NEWS_ROOM = ARTICLES_TEXT_MOST + ARTICLES_TEXT_MOST / 8 };

// How a writing is made up. Letters stand as often as they are drawn.
typedef struct manner {
    const char *name;
    const uint32_t *letters;
    const char *space, *comma, *stop, *open, *close;
} manner;

static const manner MANNERS[WRITINGS] = {
    [WRITING_ASCII] = {"ascii", U"eeeeeetttttaaaaoooooiiiinnnnssssrrrrhhhlllddduuuccmmffppgwwybbvk",
                       " ", ", ", ". ", "\"", "\""},
    [WRITING_LATIN1] = {"latin1", U"eeeeeeaaaaiiiiooonnnnssssrrrrttttlllldduuuccmmppgbfvhqéèàüöäçñ",
                        " ", ", ", ". ", "«", "»"},
    [WRITING_CYRILLIC] = {"cyrillic", U"ооооааааееееииинннтттсссрррввллккммддппууяяыьгзбчйхжшюцщ",
                          " ", ", ", ". ", "«", "»"},
    [WRITING_ARABIC] = {"arabic", U"اااااللللنننمممييييوووتتررببدددععسسككهههفقحجشصخضثطةأغى", " ",
                        "، ", ". ", "«", "»"},
    [WRITING_CHINESE] = {"chinese", NULL, "", "，", "。", "“", "”"},
};

typedef struct word {
    uint32_t letter[WORD_MOST];
    unsigned n;
} word;

static uint64_t next(uint64_t *state) // splitmix64
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

// A rank below 2^bits, drawn about as often as 1/rank.
static size_t draw(uint64_t *state, unsigned bits)
{
    uint64_t r = next(state);
    return (size_t)((r >> 8) & (((uint64_t)2 << r % bits) - 1));
}

static void make_words(word *w, const manner *m, uint64_t *state)
{
    size_t letters = 0;
    while (m->letters && m->letters[letters])
        letters++;
    for (size_t i = 0; i < VOCABULARY; i++) {
        uint64_t r = next(state);
        unsigned short_n = 1 + (unsigned)(r % 4), long_n = 3 + (unsigned)(r % 6 + (r >> 32) % 6);
        unsigned n = letters == 0 ? 1 + (unsigned)(r % 3) : i < 64 ? short_n : long_n;
        w[i].n = n < WORD_MOST ? n : WORD_MOST;
        for (unsigned k = 0; k < w[i].n; k++)
            w[i].letter[k] = letters ? m->letters[next(state) % letters]
                                     : 0x4e00 + (uint32_t)draw(state, 11) * 5; // a few thousand
    }
}

static uint32_t capital(uint32_t c)
{
    bool small = (c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xf6) || (c >= 0x430 && c <= 0x44f);
    return small ? c - 0x20 : c;
}

static size_t put(uint8_t *out, const char *s)
{
    size_t n = strlen(s);
    memcpy(out, s, n);
    return n;
}

static size_t put_word(uint8_t *out, const word *w, bool large)
{
    size_t n = 0;
    for (unsigned i = 0; i < w->n; i++)
        n += utf8_put(out + n, i == 0 && large ? capital(w->letter[i]) : w->letter[i]);
    return n;
}

static size_t make_text(uint8_t out[ROOM], const manner *m, const word *words, uint64_t *state)
{
    size_t len = 0;
    while (len < BYTES - 64) {
        uint64_t r = next(state);
        size_t n = 6 + r % 20;
        bool quoted = (r >> 8 & 3) == 0;
        len += put(out + len, quoted ? m->open : "");
        for (size_t i = 0; i < n && len < BYTES - 32; i++) {
            len += put_word(out + len, &words[draw(state, 14)], i == 0 || (r >> 20 & 7) == i);
            len += put(out + len, i + 1 == n ? "" : i % 9 == 4 ? m->comma : m->space);
        }
        len += put(out + len, quoted ? m->close : "");
        len += put(out + len, r >> 61 ? m->stop : ".\n\n");
    }
    return len;
}

static void fail(void)
{
    fprintf(stderr, "no memory\n");
    exit(1);
}

// Copies an article with what news has and the generator's prose lacks, 1.3 times a KB as wires
// and news pages do: initials, decimals, addresses, a letter beyond ASCII.
static size_t put_odd(uint8_t *out, const char *text, size_t len, uint64_t *state)
{
    static const char *const ODD[] = {"U.S. ", "U.S. ",  "a.m. ", "D.C. ",
                                      "3.5 ",  "12.75 ", "café ", "example.org "};
    size_t n = 0, due = 0;
    for (size_t i = 0; i < len; i++) {
        out[n++] = (uint8_t)text[i];
        if (text[i] == ' ' && i >= due) {
            uint64_t r = next(state);
            n += i ? put(out + n, ODD[r % (sizeof ODD / sizeof *ODD)]) : 0;
            due = i + 200 + (r >> 32) % 1140;
        }
    }
    return n;
}

static size_t make_news(uint8_t *out, size_t n, size_t *len, uint64_t seed)
{
    articles *a = articles_new(seed);
    article *one = malloc(sizeof *one);
    size_t at = 0;
    if (!a || !one)
        fail();
    for (size_t i = 0; i < n; i++) {
        articles_make(a, i, one);
        len[i] = put_odd(out + at, one->text, one->text_len, &seed);
        at += len[i];
    }
    free(one);
    articles_free(&a);
    return at;
}

static size_t make_writing(uint8_t *out, const manner *m, size_t n, size_t *len, uint64_t seed)
{
    word *words = calloc(VOCABULARY, sizeof *words);
    size_t at = 0;
    if (!words)
        fail();
    make_words(words, m, &seed);
    for (size_t i = 0; i < n; i++) {
        len[i] = make_text(out + at, m, words, &seed);
        at += len[i];
    }
    free(words);
    return at;
}

void corpus_make(corpus *out, writing w, size_t n, uint64_t seed)
{
    size_t *len = malloc(n * sizeof *len);
    uint8_t *bytes = malloc(n * (w == WRITING_NEWS ? NEWS_ROOM : ROOM));
    *out = (corpus){.name = w == WRITING_NEWS ? "news" : MANNERS[w].name, .n = n};
    out->text = malloc(n * sizeof *out->text);
    if (!len || !bytes || !out->text)
        fail();
    size_t all = w == WRITING_NEWS ? make_news(bytes, n, len, seed)
                                   : make_writing(bytes, &MANNERS[w], n, len, seed);
    for (size_t i = 0, at = 0; i < n; at += len[i++])
        out->text[i] = (view){bytes + at, len[i]};
    out->bytes = (double)all;
    out->hash = XXH3_64bits(bytes, all);
    free(len);
}
