#include "evidence/relation.h"
#include "evidence/form.h"
#include "evidence/lexicon.h"
#include "evidence/score.h"

enum {
    REWORDED_WORDS = 40, // of prose, beyond the exact passages
    REWORDED_LEAST = 20,
    SHORT_WORDS = 20,  // under it only copy or excerpt may be claimed
    FEW_WORDS = 60,    // of a teaser: a sentence of speech is much of it
    REUSED_WORDS = 25, // of prose: more than two reporters share by chance
    REUSED_TWICE = 16, // in two passages or more
    LONG_RUN = 12,     // words; long texts share many a set phrase, but none so long
    QUOTED_WORDS = RELATION_WORDS,
    NAME_PHRASE = 12,
    STANDING_MOST = 150, // words of prose; more than that was taken over, whatever the subject
    AMONG_MOST = 60,     // words of prose among AMONG times as much furniture
    AMONG = 3,
};

// The definitions say "about 80 % stands in the other". Exact runs of four words and more
// leave out what stands beside small edits, so that their share is lower.
#define WHOLE .70
#define MOST_OF RELATION_PART
#define ALL_OF .80
#define SAME_BULLETIN .85 // of two weather bulletins: the days use the same words
#define PLAIN_LEAST .50
#define REWORDED RELATION_REWORDED // of the prose: of one rumour told by two, it is at most half
#define REWORDED_PARTLY .45        // of it, where some stands in both exactly, of texts much alike
#define REWORDED_SHORTER .70       // of the shorter one's prose, likewise
#define ALIKE RELATION_ALIKE
#define REWORDED_QUOTED .70 // where they quote the same: what stands around quotations is alike
#define SCATTERED .10       // of the shorter one's prose, where no run is long
#define APART .08           // the same of two articles that have nothing to do with each other
#define SMALLER .80         // of the larger one's length: what is longer is no excerpt of it

static double least(double x, double y)
{
    return x < y ? x : y;
}

static double most(double x, double y)
{
    return x > y ? x : y;
}

static double low(const match *m)
{
    return least(m->containment_a, m->containment_b);
}

static double high(const match *m)
{
    return most(m->containment_a, m->containment_b);
}

// What a passage holds of names and titles ("Russian President Vladimir Putin and US President
// Donald Trump"): they stand in everything that is written on an event.
typedef struct makeup {
    unsigned n, names, titles; // words of both sides; capitals or titles; titles
    unsigned longest;          // words that are no titles in its longest run
} makeup;

static void count_words(makeup *m, const words *w, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) {
        bool title = (lexicon_of(w->w[i].hash) & LEXICON_FORMAL) != 0;
        m->n++;
        m->titles += title;
        m->names += title || w->w[i].flags & WORD_CAP;
    }
}

static makeup makeup_of(const passages *all, const passage *p, const words *a, const words *b)
{
    makeup m = {0};
    count_words(&m, a, p->a_begin, p->a_end);
    count_words(&m, b, p->b_begin, p->b_end);
    for (uint32_t k = 0; k < p->n_runs; k++) {
        const run *r = &all->run[p->run + k];
        makeup x = {0};
        count_words(&x, a, r->a, r->a + r->n);
        if (x.n - x.titles > m.longest)
            m.longest = x.n - x.titles;
    }
    return m;
}

// A short passage of mostly capitals is no reuse; nor is one of titles, however long.
static bool is_name_phrase(const passage *p, const makeup *m)
{
    return 2 * m->titles >= m->n || (p->words <= NAME_PHRASE && 2 * m->names >= m->n);
}

// Below what cosine of their rests two texts are about different things, and what share of
// each may then be the page's own. Two publishers have no boxes in common: what they share
// was taken over, be it one sentence.
typedef struct strangers {
    double rest, share;
} strangers;

static strangers strangers_of(const side *a, const side *b)
{
    if (a->publisher != b->publisher)
        return (strangers){0, 0};
    return a->publisher ? (strangers){.18, .30} : (strangers){.15, .25};
}

// is_among_furniture tells whether the little prose that is shared stands among far more of
// what the page has on other days, too: a daily report with new figures in it.
static bool is_among_furniture(const passages *p)
{
    return p->prose < AMONG_MOST && p->furniture >= AMONG * p->prose;
}

// is_standing tells whether what is shared says nothing of the article that it stands in: a
// teaser, a notice, a box about the author. Who takes over some sentences of another text
// writes about the same thing.
static bool is_standing(const match *m, const side *a, const side *b)
{
    strangers s = strangers_of(a, b);
    if (m->rest_cosine < s.rest && high(m) < s.share && m->passages.prose < STANDING_MOST)
        return true;
    bool one_publisher = a->publisher && a->publisher == b->publisher;
    return one_publisher && m->rest_cosine < APART && high(m) < WHOLE;
}

// What is shared, names and titles aside.
typedef struct wording {
    unsigned prose, quoted, longest; // words; longest: of prose, in one run
    unsigned passages;               // of prose
} wording;

static unsigned less(unsigned x, unsigned y)
{
    return x > y ? x - y : 0;
}

static wording wording_of(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    wording w = {0};
    for (size_t i = 0; i < p->n; i++) {
        const passage *x = &p->p[i];
        makeup in = makeup_of(p, x, &a->words, &b->words);
        if (is_name_phrase(x, &in))
            continue;
        bool prose = x->kind == PASSAGE_PROSE;
        w.prose += less(x->prose, prose ? in.titles / 2 : 0);
        w.quoted += less(x->quoted, prose ? 0 : in.titles / 2);
        w.passages += prose;
        w.longest = in.longest > w.longest ? in.longest : w.longest;
    }
    if (w.longest > p->longest_prose)
        w.longest = p->longest_prose;
    return w;
}

// reuses_prose tells whether more wording is shared outside speech than two reporters
// would by chance; where that is close, the fitted chances decide.
static bool reuses_prose(const match *m, const wording *w, const side *a, const side *b)
{
    double fewer = least(a->own_prose, b->own_prose);
    if (w->prose >= REUSED_WORDS && (w->longest >= LONG_RUN || w->prose >= SCATTERED * fewer))
        return true;
    match plainly = *m;
    plainly.passages.prose = w->prose;
    plainly.passages.longest_prose = w->longest;
    return w->prose >= REUSED_TWICE && w->passages >= 2 && score_reused(&plainly, a, b) >= .5;
}

// is_within tells whether most of the one text stands in the other, which has substantially
// more (the containments are to each other as the lengths); of two texts of about one length
// each was changed. A few words that stand in it whole are no quotation because half of them are.
static bool is_within(const match *m, uint32_t fewer)
{
    const passages *p = &m->passages;
    if (fewer < SHORT_WORDS)
        return high(m) >= WHOLE;
    bool whole = fewer < FEW_WORDS && high(m) >= ALL_OF && 4 * p->prose >= p->words;
    return high(m) >= MOST_OF && (whole ? p->words : p->prose) >= SHORT_WORDS &&
           low(m) < SMALLER * high(m);
}

// plain is the share of a side's words that are matched, titles aside: two lists of officials
// have most of their words in common, and no news. n: matched words that are titles.
static double plain(const match *m, const side *s, unsigned n)
{
    unsigned titles = 0;
    for (size_t i = 0; i < s->words.n; i++)
        titles += !(s->mark[i] & MARK_FURNITURE) &&
                  (lexicon_of(s->words.w[i].hash) & LEXICON_FORMAL) != 0;
    if (titles >= s->own_words || m->passages.words <= n)
        return 0;
    return (double)(m->passages.words - n) / (s->own_words - titles);
}

// is_ceremony tells whether it is mostly titles that the two have in common.
static bool is_ceremony(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    makeup x = {0};
    for (size_t i = 0; i < p->n; i++) {
        for (uint32_t k = 0; k < p->p[i].n_runs; k++) {
            const run *r = &p->run[p->p[i].run + k];
            count_words(&x, &a->words, r->a, r->a + r->n);
        }
    }
    return 3 * x.titles >= x.n && plain(m, a, x.titles) < PLAIN_LEAST &&
           plain(m, b, x.titles) < PLAIN_LEAST;
}

// is_form tells whether what looks like reuse is a form that both fill in.
static bool is_form(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    if (p->n == 0)
        return false;
    if (high(m) >= MOST_OF && form_filled(p, a, b))
        return true;
    if (high(m) < SAME_BULLETIN && form_weather(a) && form_weather(b))
        return true;
    return form_subjects(p, a, b, high(m));
}

// rewords_partly tells whether what is reworded and what is exact, of prose, is together much of
// one text, and more than what they share of the page's frame. Neither is enough alone.
static bool rewords_partly(const match *m, const wording *w, const side *a, const side *b)
{
    double told = score_told_alike(m, a, b);
    double shorter = told * most(a->own_prose, b->own_prose) / least(a->own_prose, b->own_prose);
    return m->passages.quoted < QUOTED_WORDS && w->prose >= PASSAGE_LEAST &&
           m->paraphrases.prose >= REWORDED_LEAST &&
           m->paraphrases.prose + w->prose >= REWORDED_WORDS &&
           m->paraphrases.prose + w->prose >= m->passages.furniture && m->cosine >= ALIKE &&
           (told >= REWORDED_PARTLY || shorter >= REWORDED_SHORTER);
}

// rewords tells whether most of both says the same, in other words.
static bool rewords(const match *m, const wording *w, const side *a, const side *b)
{
    double line = m->passages.quoted >= QUOTED_WORDS ? REWORDED_QUOTED : REWORDED;
    return rewords_partly(m, w, a, b) ||
           (m->paraphrases.prose >= REWORDED_WORDS && m->cosine >= RELATION_COSINE &&
            score_told_alike(m, a, b) >= line);
}

// told_most is more than paraphrases can tell: all prose of the text with less of it, and half a
// word for each of them, since they are rounded.
static double told_most(const side *a, const side *b)
{
    return least(a->own_prose, b->own_prose) + 1 +
           least(a->own_words, b->own_words) / (2. * PARAPHRASE_LEAST);
}

// False where no rule that reads the paraphrases (reuses_prose, rewords_partly, rewords) can hold.
bool relation_asks_retold(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    double told = told_most(a, b);
    if (p->n >= 2 && p->prose >= REUSED_TWICE)
        return true;
    if (m->cosine >= ALIKE && p->prose >= PASSAGE_LEAST && p->quoted < QUOTED_WORDS)
        return true;
    return m->cosine >= RELATION_COSINE && told >= REWORDED_WORDS &&
           told + p->prose >= REWORDED * most(a->own_prose, b->own_prose);
}

bool relation_may_reword(const side *a, size_t n)
{
    double told = (double)n + 1 + (double)n / (2. * PARAPHRASE_LEAST);
    return told + RELATION_WORDS >= REWORDED * a->own_prose;
}

// The first rule that holds.
static relation first_rule(const match *m, const side *a, const side *b, bool shell)
{
    uint32_t fewer = a->own_words < b->own_words ? a->own_words : b->own_words;
    if (m->identical)
        return REL_COPY;
    bool form = high(m) >= MOST_OF && is_form(m, a, b);
    if (form)
        return REL_TEMPLATE;
    bool ceremony = high(m) >= MOST_OF && is_ceremony(m, a, b);
    if (low(m) >= WHOLE && !ceremony)
        return REL_COPY;
    bool standing = is_standing(m, a, b);
    if (is_within(m, fewer) && !ceremony && !standing)
        return REL_EXCERPT;
    if (fewer < SHORT_WORDS || shell)
        return REL_NONE;
    wording w = wording_of(m, a, b);
    bool reused = !standing && !is_among_furniture(&m->passages) && reuses_prose(m, &w, a, b);
    if (reused || rewords(m, &w, a, b))
        return high(m) < MOST_OF && is_form(m, a, b) ? REL_TEMPLATE : REL_REWRITE;
    if (w.quoted >= QUOTED_WORDS)
        return REL_QUOTES;
    return m->cosine >= RELATION_COSINE && !standing ? REL_RELATED : REL_NONE;
}

void relation_decide(match *m, const side *a, const side *b, bool shell)
{
    m->relation = first_rule(m, a, b, shell);
}
