// local.h - compare and credits without a server: the same evidence code, linked in.
//
// What a server knows besides (how common words are in its articles, what is furniture,
// who confirms a credit) is missing here.
// Layer: CLI.  May include: evidence, text, base.  Threads: one.
#ifndef SHINGLED_LOCAL_H
#define SHINGLED_LOCAL_H
#include "article.h"

// local_compare is the answer of COMPARE for two texts in hand; offsets is the wire's word.
// NULL after saying why; the exit status then is in *code.
json_t *local_compare(cli *c, const article *a, const article *b, const char *offsets, int *code);

// local_credits is the answer of CREDITS.
json_t *local_credits(cli *c, const article *a, const char *offsets, int *code);

#endif
