// articles.h - news articles for benchmarks: any number, each made from its number alone.
//
// About 3 KB each (500 bytes to 12 KB): paragraphs of prose and of “quotations,” with who said
// it, datelines, names, numbers, curly punctuation, and the lines that a site puts on each of
// its pages. zstd packs them as it packs news (bench/README.md has the comparison).
// 32 in 100 take from an earlier article, mostly a recent one and often one of an agency:
// whole (with a credit line), an excerpt, half of the sentences with words changed, or a few
// quotations. Articles near each other tell of common events: the same names and rare words.
//
// Article i of a seed is the same bytes on every machine, whatever was made before; texts
// are invented, and so is their language. Threads: a maker is constant once made.
#ifndef SHINGLED_BENCH_ARTICLES_H
#define SHINGLED_BENCH_ARTICLES_H
#include <stddef.h>
#include <stdint.h>

enum {
    ARTICLES_TEXT_MOST = 16384, // bytes; what is generated is shorter
    ARTICLES_HEADER_MOST = 1024,
    ARTICLES_PUBLISHERS = 200,
    ARTICLES_STEP_S = 30, // seconds from one article's `published` to the next one's
};

#define ARTICLES_VERSION "articles-1" // changes with any byte of any article

typedef enum articles_kind {
    ARTICLE_ORIGINAL,
    ARTICLE_COPY,
    ARTICLE_EXCERPT,
    ARTICLE_REWRITE,
    ARTICLE_QUOTES,
} articles_kind;

typedef struct articles articles;

typedef struct article {
    char header[ARTICLES_HEADER_MOST]; // the record as JSON, without the text
    char text[ARTICLES_TEXT_MOST];
    size_t header_len, text_len;
} article;

// articles_new gives the maker of one seed's articles; NULL without memory.
articles *articles_new(uint64_t seed);
void articles_free(articles **a);

// articles_make makes article i; it takes about 8 us.
void articles_make(const articles *a, uint64_t i, article *out);

// articles_uri writes the uri of article i to to[0..most) as a string, and returns its length.
size_t articles_uri(const articles *a, uint64_t i, char *to, size_t most);

// articles_kind_of says what article i is, and in *source of which article it was made (i
// itself where of none).
articles_kind articles_kind_of(const articles *a, uint64_t i, uint64_t *source);

#endif
