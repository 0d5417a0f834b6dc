// stars.h - which of some articles are one text, and which texts are one story.
//
// Two levels, neither of which chains.
// Texts are star clusters: in the order given each article that is in none yet becomes a centre
// and takes all after it of which it holds at least half; who is held by several goes to the
// one that holds most. Copies of one text are not all compared with its centre (bounds of
// matching.h), so what must be held counts, too: what lacks a tenth of a member that lacks a
// fifth of the centre lacks at most three tenths of it. Such sums end at one half: what is like
// a member, but not like the centre, stays out.
// Stories are the texts joined by average link (UPGMA: Sokal and Michener 1958): the two groups
// with the strongest mean link over all pairs of their texts become one, until none has
// STARS_JOIN. Two texts are linked by the mean, over the articles of the smaller one, of the
// strongest link to an article of the other: one odd pair among many binds nothing.
// Sums are of integers, ties go to the one that stands first: the answer depends on the order
// of the nodes given and on nothing else.
// Layer: engine.  May include: base.  Threads: pure.
#ifndef SHINGLED_ENGINE_STARS_H
#define SHINGLED_ENGINE_STARS_H
#include "base/view.h"
#include "shingled/err.h"

enum {
    STARS_ONE = 65535,               // a share or a link of 1
    STARS_HOLDS = STARS_ONE / 2 + 1, // of an article, what makes its holder its centre
    STARS_JOIN = STARS_ONE / 4,      // mean link from which groups of texts are one story
    STARS_MOST = 512, // nodes; time O(n (n + links)) at worst, memory 2 MiB for so many
};

// What two nodes share. held_a: how much of a is held by b, if they can be one text; link: how
// surely they belong to one story.
typedef struct star_link {
    uint32_t a, b;
    uint16_t held_a, held_b, link;
} star_link;

// A node's centre and the first node of its story.
typedef struct star_seat {
    uint32_t text, story;
} star_seat;

// stars_cast seats n <= STARS_MOST nodes, in the order in which they may become centres. Links
// may come in any order, one a pair.
SHG_MUST_CHECK shg_err stars_cast(star_seat *seat, uint32_t n, const star_link *links,
                                  size_t n_links);

#endif
