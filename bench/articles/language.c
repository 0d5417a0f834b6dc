#include "language.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    OCTAVES = 17,         // log2 of LANGUAGE_WORDS
    BOUND_OF_16 = 9,      // words in sixteen that hang on the one before
    PAIR_OCTAVES = 8,     // a word has 2^7 successors, the first ones far more often
    TWO_SYLLABLES = 8192, // ranks below have two, the others two or three
};

_Static_assert(LANGUAGE_WORDS == 1 << OCTAVES, "ranks are drawn by octave");

extern const unsigned char language_terms[]; // daemon/evidence/data/terms.tsv
extern const size_t language_terms_len;

static const char *const START[] = {"b", "c", "d", "f", "g",  "h",  "l",  "m",  "n",  "p",  "r",
                                    "s", "t", "v", "w", "st", "tr", "pr", "br", "cl", "gr", "sh",
                                    "f", "l", "s", "r", "d",  "m",  "t",  "k",  "",   "j"};
static const char *const MIDDLE[] = {"a", "e", "i", "o", "u", "ea", "a", "ou",
                                     "e", "a", "o", "i", "e", "i",  "o", "oo"};
static const char *const END[] = {"", "n", "r", "s", "t", "l", "d", "m", "", "nd", "nt", "st",
                                  "", "c", "",  "",  "",  "",  "",  "",  "", "p",  "g",  ""};

static void append(language_word *w, const char *part)
{
    size_t n = strlen(part);
    if (w->len + n > LANGUAGE_WORD_MOST)
        return;
    memcpy(w->s + w->len, part, n);
    w->len = (uint8_t)(w->len + n);
}

static void invent(language_word *w, uint32_t rank)
{
    uint64_t state = rank, r = random_next(&state);
    uint32_t n = rank < TWO_SYLLABLES ? 2 : 2 + (r & 1);
    for (uint32_t i = 0; i < n; i++) {
        r = random_next(&state);
        append(w, START[r & 31]);
        append(w, MIDDLE[r >> 8 & 15]);
        append(w, END[random_below(r >> 16, sizeof END / sizeof *END)]);
    }
}

typedef struct known {
    language_word w;
    double share;
} known;

static int by_share(const void *a, const void *b)
{
    const known *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return memcmp(x->w.s, y->w.s, LANGUAGE_WORD_MOST);
}

// One line of the table, "word TAB share"; false where it is no word of letters.
static bool read_known(known *k, const char *line)
{
    size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz");
    *k = (known){0};
    if (!n || n > LANGUAGE_WORD_MOST || line[n] != '\t')
        return false;
    k->w.len = (uint8_t)n;
    memcpy(k->w.s, line, n);
    k->share = strtod(line + n, NULL);
    return true;
}

// The English words of the table, the commonest first; they end where German ones begin.
static uint32_t add_known(language *l)
{
    static known k[LANGUAGE_KNOWN];
    uint32_t n = 0;
    const char *p = (const char *)language_terms;
    while (*p && strncmp(p, "# de", 4) != 0 && n < LANGUAGE_KNOWN) {
        n += read_known(&k[n], p);
        p += strcspn(p, "\n");
        p += *p == '\n';
    }
    qsort(k, n, sizeof *k, by_share);
    for (uint32_t i = 0; i < n; i++)
        l->word[i] = k[i].w;
    return n;
}

language *language_new(void)
{
    language *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    uint32_t rank = add_known(l);
    for (; rank < LANGUAGE_WORDS; rank++)
        invent(&l->word[rank], rank);
    return l;
}

void language_free(language **l)
{
    free(*l);
    *l = NULL;
}

// Uniform below a power of two, drawn from a table: where it has each power as often, the
// density falls as 1/rank; the last octaves, of words that no table knows, are rarer.
uint32_t language_draw(uint64_t r)
{
    static const uint8_t OCTAVE[64] = {
        1,  1,  1,  1,  1,  2,  2,  2,  2,  2,  3,  3,  3,  3,  3,  4,  4,  4,  4,  5,      5,  5,
        5,  6,  6,  6,  6,  7,  7,  7,  7,  8,  8,  8,  8,  8,  9,  9,  9,  9,  9,  10,     10, 10,
        10, 10, 11, 11, 11, 11, 11, 12, 12, 12, 12, 12, 13, 13, 14, 14, 15, 15, 16, OCTAVES};
    return (uint32_t)r & ((1u << OCTAVE[r >> 32 & 63]) - 1);
}

uint32_t language_next(uint32_t before, uint64_t r)
{
    if ((r >> 60) >= BOUND_OF_16)
        return language_draw(r << 4 | r >> 60);
    uint32_t octave = random_below(r >> 24, PAIR_OCTAVES);
    uint32_t which = (uint32_t)r & ((1u << octave) - 1);
    return language_draw(mix64((uint64_t)before << 8 | which));
}
