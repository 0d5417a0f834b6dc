#include "evidence/relation.h"
#include "evidence/score.h"

enum {
    SHORT_WORDS = 20,  // under it only copy or excerpt may be claimed
    REUSED_WORDS = 25, // of prose: more than two reporters share by chance
    REUSED_TWICE = 16, // in two passages or more
    LONG_RUN = 12,     // words; long texts share many a set phrase, but none so long
    QUOTED_WORDS = 12,
    NAME_PHRASE = 12,
    STANDING_MOST = 150, // words of prose; more than that was taken over, whatever the subject
};

// The definitions say "about 80 % stands in the other". Exact runs of four words and more
// leave out what stands beside small edits, so that their share is lower.
#define WHOLE .70
#define MOST_OF .60
#define SAME_EVENT .30
#define SCATTERED .10 // of the shorter one's prose, where no run is long
#define SMALLER .80   // of the larger one's length: what is longer is no excerpt of it

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

// Names and titles ("Russian President Vladimir Putin and US President Donald Trump") stand
// in everything that is written on an event: a short passage of mostly capitals is no reuse.
static bool is_name_phrase(const passage *p, const words *a, const words *b)
{
    if (p->words > NAME_PHRASE)
        return false;
    unsigned capitals = 0, n = p->a_end - p->a_begin + p->b_end - p->b_begin;
    for (uint32_t i = p->a_begin; i < p->a_end; i++)
        capitals += a->w[i].flags & WORD_CAP ? 1 : 0;
    for (uint32_t i = p->b_begin; i < p->b_end; i++)
        capitals += b->w[i].flags & WORD_CAP ? 1 : 0;
    return 2 * capitals >= n;
}

// Below what cosine of their rests two texts are about different things, and what share of
// each may then be the page's own: most on two pages of one publisher.
typedef struct strangers {
    double rest, share;
} strangers;

static strangers strangers_of(const side *a, const side *b)
{
    if (!a->publisher || !b->publisher)
        return (strangers){.15, .25};
    return a->publisher == b->publisher ? (strangers){.18, .30} : (strangers){.10, .20};
}

// is_standing tells whether what is shared says nothing of the article that it stands in: a
// teaser, a notice, a box about the author. Who takes over some sentences of another text
// writes about the same thing.
static bool is_standing(const match *m, const side *a, const side *b)
{
    strangers s = strangers_of(a, b);
    return m->rest_cosine < s.rest && high(m) < s.share && m->passages.prose < STANDING_MOST;
}

// reuses_prose tells whether more wording is shared outside speech than two reporters
// would by chance; where that is close, the fitted chances decide.
static bool reuses_prose(const match *m, const side *a, const side *b)
{
    const passages *p = &m->passages;
    unsigned n = 0, prose = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (is_name_phrase(&p->p[i], &a->words, &b->words))
            continue;
        prose += p->p[i].prose;
        n += p->p[i].kind == PASSAGE_PROSE;
    }
    double fewer = least(a->own_prose, b->own_prose);
    if (prose >= REUSED_WORDS && (p->longest_prose >= LONG_RUN || prose >= SCATTERED * fewer))
        return true;
    return prose >= REUSED_TWICE && n >= 2 && score_reused(m, a, b) >= .5;
}

// is_within tells whether most of the one text stands in the other, which has substantially
// more (the containments are to each other as the lengths); of two texts of about one length
// each was changed.
static bool is_within(const match *m, bool brief)
{
    return high(m) >= MOST_OF &&
           (brief || (m->passages.prose >= SHORT_WORDS && low(m) < SMALLER * high(m)));
}

// The first rule that holds.
static relation first_rule(const match *m, const side *a, const side *b, bool shell)
{
    const passages *p = &m->passages;
    bool brief = shell || a->own_words < SHORT_WORDS || b->own_words < SHORT_WORDS;
    if (m->identical)
        return REL_COPY;
    if (high(m) >= MOST_OF && form_filled(p, a, b))
        return REL_TEMPLATE;
    if (low(m) >= WHOLE)
        return REL_COPY;
    if (is_within(m, brief))
        return REL_EXCERPT;
    if (brief)
        return REL_NONE;
    if (!is_standing(m, a, b) && reuses_prose(m, a, b))
        return REL_REWRITE;
    if (p->quoted >= QUOTED_WORDS)
        return REL_QUOTES;
    return m->cosine >= SAME_EVENT && !is_standing(m, a, b) ? REL_RELATED : REL_NONE;
}

void relation_decide(match *m, const side *a, const side *b, bool shell)
{
    m->relation = first_rule(m, a, b, shell);
    m->score = score_of(m, a, b);
}
