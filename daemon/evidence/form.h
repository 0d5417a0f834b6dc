// form.h - whether two texts are one form filled in twice.
//
// Notices, results, tables, cables: the words between the fields are the same for
// years, and no reuse; what tells them from an edited copy is that the fields differ.
// Layer: evidence.  May include: passages, side, lexicon, terms, text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_FORM_H
#define SHINGLED_EVIDENCE_FORM_H
#include "evidence/passages.h"

// form_filled tells whether the passages, which are most of one text, are a form that the
// two fill in with other numbers or names: of those that stand in them, and in the places
// between their runs, too many differ, and little else does.
bool form_filled(const passages *p, const side *a, const side *b);

// form_subjects tells whether the two texts, however much else they hold, are about other
// things in the same words: where one of them has a number or a name, the other has one
// that the first knows nothing of. cover: the larger containment.
bool form_subjects(const passages *p, const side *a, const side *b, double cover);

// form_later tells whether one publisher published the two days apart: what is all but the same
// then, and has other numbers, is next week's report, and no correction of this one.
bool form_later(const side *a, const side *b);

// form_unspaced tells whether most of it is in a script without spaces. There a foreign name is
// left in its own letters, or written in that script: that two texts have other ones in
// capitals says nothing.
bool form_unspaced(const words *w);

// form_weather tells whether a text is a weather bulletin, by its vocabulary.
bool form_weather(const side *s);

#endif
