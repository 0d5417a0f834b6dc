// texts.h - generated articles (articles/articles.h), held in memory.
//
// Threads: one.
#ifndef SHINGLED_BENCH_TEXTS_H
#define SHINGLED_BENCH_TEXTS_H
#include "base/view.h"

enum { TEXTS_NAME = 32 };

typedef struct texts texts;

// texts_new makes the articles [0, n) of a seed, n >= 1; it ends the program where there is no
// memory.
texts *texts_new(size_t n, uint64_t seed);
void texts_free(texts **t);

// texts_again makes the articles [first, first + n) in the place of those before.
void texts_again(texts *t, uint64_t first);

view texts_uri(const texts *t, size_t i);
view texts_record(const texts *t, size_t i); // JSON, without the text
view texts_text(const texts *t, size_t i);

// texts_name writes "news:HASH": HASH is the XXH3 of all texts that are there, 8 digits.
void texts_name(const texts *t, char name[TEXTS_NAME]);

#endif
