// corpus.h - generated texts for the kernels' bench, one kind of writing each.
//
// `news` are the articles of bench/articles, of 500 bytes to 12 KB, about 3 KB, with initials,
// decimals, addresses and the odd accent strewn in. The others are about 3 KB each: words of
// random letters, as frequent as letters and words are (Zipf), in sentences with commas,
// quotation marks and line breaks. Texts are invented, and so are their words; the same seed
// gives the same bytes.  Threads: constant once made.
#ifndef SHINGLED_BENCH_CORPUS_H
#define SHINGLED_BENCH_CORPUS_H
#include "base/view.h"

typedef enum writing {
    WRITING_NEWS,
    WRITING_ASCII,
    WRITING_LATIN1,
    WRITING_CYRILLIC,
    WRITING_ARABIC,
    WRITING_CHINESE,
    WRITINGS,
} writing;

typedef struct corpus {
    const char *name;
    view *text;
    size_t n;
    double bytes;  // of all texts, one behind the other
    uint64_t hash; // XXH3 of them
} corpus;

// corpus_make makes n texts; it ends the program without memory.
void corpus_make(corpus *out, writing w, size_t n, uint64_t seed);

#endif
