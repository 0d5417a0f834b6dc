#include "language.h"

#include <stdlib.h>
#include <string.h>

enum {
    OCTAVES = 17,       // log2 of LANGUAGE_WORDS
    BOUND_OF_16 = 9,    // words in sixteen that hang on the one before
    PAIR_OCTAVES = 6,   // a word has 2^5 successors, the first ones far more often
    ONE_SYLLABLE = 512, // ranks below have one, those below TWO_SYLLABLES two at most
    TWO_SYLLABLES = 16384,
};

_Static_assert(LANGUAGE_WORDS == 1 << OCTAVES, "ranks are drawn by octave");

// By frequency, about; one blank between two.
static const char COMMON[] =
    "the of to and a in that is for on it was with he as said by at from be has have are an his "
    "not this but they who will would had their its were been we i about more which one or when "
    "after also up people out she there year new two if her you than last all into first can "
    "what could so him over time no some other them do state police government only our most "
    "now three because my years before while where did just just how many any such week made "
    "since told against back well city officials between way percent could day down public "
    "country very according those even still under may should through did house court being "
    "during four home used group five president then think much make take work company going "
    "report get next high part month million part news former second each called minister "
    "national school members family often asked money off law both long until party good "
    "right own office local another plan far case around without want number days";

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
    uint32_t n = rank < ONE_SYLLABLE ? 1 : rank < TWO_SYLLABLES ? 1 + (r % 4 > 0) : 2 + (r & 1);
    for (uint32_t i = 0; i < n; i++) {
        r = random_next(&state);
        append(w, START[r & 31]);
        append(w, MIDDLE[r >> 8 & 15]);
        append(w, END[random_below(r >> 16, sizeof END / sizeof *END)]);
    }
}

language *language_new(void)
{
    language *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    uint32_t rank = 0;
    for (const char *at = COMMON; *at; rank++) {
        size_t n = strcspn(at, " ");
        memcpy(l->word[rank].s, at, n);
        l->word[rank].len = (uint8_t)n;
        at += n + (at[n] == ' ');
    }
    for (; rank < LANGUAGE_WORDS; rank++)
        invent(&l->word[rank], rank);
    return l;
}

void language_free(language **l)
{
    free(*l);
    *l = NULL;
}

// Uniform below a power of two that is uniform itself: the density falls as 1/rank.
uint32_t language_draw(uint64_t r)
{
    uint32_t octave = 1 + random_below(r >> 32, OCTAVES);
    return (uint32_t)r & ((1u << octave) - 1);
}

uint32_t language_next(uint32_t before, uint64_t r)
{
    if ((r >> 60) >= BOUND_OF_16)
        return language_draw(r << 4 | r >> 60);
    uint32_t octave = random_below(r >> 24, PAIR_OCTAVES);
    uint32_t which = (uint32_t)r & ((1u << octave) - 1);
    return language_draw(mix64((uint64_t)before << 8 | which));
}
