// sentences.h - the sentences of a text, as ranges of its words.
//
// A sentence ends behind a stop of any script (a full stop only where space and no small letter
// follow), at a blank line, and at a line break once it has SENTENCE_LINE words, unless
// the text is one whose lines are wrapped. What has under SENTENCE_LEAST words goes with the next
// one, so that initials and "Mr." end none; what has no stop is cut at SENTENCE_MOST. A character
// of an unspaced script counts 5/8 of a word.
// Layer: evidence.  May include: text, base.  Threads: pure.
#ifndef SHINGLED_EVIDENCE_SENTENCES_H
#define SHINGLED_EVIDENCE_SENTENCES_H
#include "text/words.h"

enum { SENTENCE_LEAST = 4, SENTENCE_LINE = 12, SENTENCE_MOST = 80 };

// Words [begin, end).
typedef struct sentence {
    uint32_t begin, end;
} sentence;

typedef struct sentences {
    sentence *s; // all words, each in one, ascending
    size_t n;
} sentences;

// sentences_find is linear in the text. SHG_ENOMEM leaves *out empty.
SHG_MUST_CHECK shg_err sentences_find(sentences *out, const words *w);
void sentences_free(sentences *s);

#endif
