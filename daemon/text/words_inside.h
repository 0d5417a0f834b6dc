// words_inside.h - how words.c reads one word, for those who read on with it where their own
// short cut ends.
// Layer: text.  May include: base, text/fold, text/words.  Threads: pure.
#ifndef SHINGLED_TEXT_WORDS_INSIDE_H
#define SHINGLED_TEXT_WORDS_INSIDE_H
#include "text/fold.h"
#include "text/words.h"

// words_find moves *in to before the next character that begins a word; false where none is
// left. *line is set where a line break was passed.
bool words_find(cursor *in, bool *line);

// words_read reads the word that begins at *in, its key and a space to k, and all of *w but
// WORD_LINE. false where its key is empty (nothing is kept then), or without memory (k->full).
bool words_read(cursor *in, keys *k, word *w, const uint8_t *text);

#endif
