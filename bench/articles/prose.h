// prose.h - sentences in the invented language, one after another in a buffer.
// Threads: a draft is one thread's.
#ifndef SHINGLED_BENCH_PROSE_H
#define SHINGLED_BENCH_PROSE_H
#include "articles.h"
#include "language.h"

#include <stdbool.h>

enum { PROSE_SENTENCES = 256 };

typedef struct sentence {
    uint32_t begin, end; // in the draft's text
    bool quotation;
} sentence;

// What is written so far. Everything appended stays inside text[0..ARTICLES_TEXT_MOST); a draft
// that is full takes nothing more.
typedef struct draft {
    const language *l;
    uint64_t random; // state of the numbers drawn
    uint64_t event;  // whose names and words are strewn in
    uint64_t own;    // the article's, for words that only it has
    char *text;      // ARTICLES_TEXT_MOST bytes, of others
    size_t len;
    size_t n;
    sentence s[PROSE_SENTENCES];
} draft;

// prose_append appends bytes as they are; prose_string a string.
void prose_append(draft *d, const char *p, size_t n);
void prose_string(draft *d, const char *s);

// prose_word appends the word of a rank, prose_name the same with a capital.
void prose_word(draft *d, uint32_t rank);
void prose_name(draft *d, uint32_t rank);

// prose_gap ends a sentence: a blank, or at times a new paragraph.
void prose_gap(draft *d);

// prose_sentence adds one sentence, a quotation in three of ten.
void prose_sentence(draft *d);

// prose_take adds sentence s of another draft; with `reworded` one word in eight is another.
void prose_take(draft *d, const draft *of, const sentence *s, bool reworded);

// prose_place appends the event's place.
void prose_place(draft *d);

#endif
