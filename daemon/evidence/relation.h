// relation.h - what the measures of two texts are called, and how sure that is.
// Layer: evidence.  May include: match, side, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_RELATION_H
#define SHINGLED_EVIDENCE_RELATION_H
#include "evidence/match.h"

// Two texts without a passage are about one event from here on, by their terms, and may say the
// same in other words; below it no relation holds, whatever the marks (screen.h).
#define RELATION_COSINE .30

// With passages, and below it, one holds only from so many words in them on, or from such a part
// of one text's own words.
enum { RELATION_WORDS = 10 };
#define RELATION_PART .60

// Without so many, only paraphrases make one: of two texts with a cosine below RELATION_ALIKE,
// where they hold such a part of the prose of the one with more.
#define RELATION_ALIKE .45
#define RELATION_REWORDED .55

// relation_asks_retold tells whether the paraphrases may decide: where it says no, the relation is
// the same without them. The exact measures of m are set.
bool relation_asks_retold(const match *m, const side *a, const side *b);

// relation_may_reword tells whether paraphrases may make a relation of a, marked, and a text of n
// words that shares fewer than RELATION_WORDS with it in passages, whatever its marks.
bool relation_may_reword(const side *a, size_t n);

// relation_decide sets the relation of m, whose measures are set. shell: one side is
// nearly nothing but furniture, and was compared with it.
void relation_decide(match *m, const side *a, const side *b, bool shell);

#endif
