// article.h - what an operand of query, compare or credits stands for: a stored article, a
// text, or a record of a JSON file.
// Layer: CLI.  Threads: one.
#ifndef SHINGLED_ARTICLE_H
#define SHINGLED_ARTICLE_H
#include "cli.h"

typedef struct article {
    const char *name; // the operand; borrowed
    bool stored;      // it is the uri of a stored article; text is NULL until fetched
    json_t *record;   // what is known of it; an object, owned; of a stored one its record
    char *text;       // owned
    size_t text_len;
} article;

// article_load reads a file operand (of JSON its first record), or takes a uri as it is. "-" and
// what names a file are files; what has a "://" never is.
// as_uri: it is a uri whatever it looks like. GO_ON, or an exit status after saying why.
int article_load(cli *c, article *a, const char *operand, bool as_uri);

// article_doubt says, where code is a refusal or a missing server, that an operand was no file
// and so was taken as a uri, if it does not look like one. Returns code.
int article_doubt(cli *c, const article *a, bool as_uri, int code);

// article_offsets checks what --offsets gives, also where nothing will be made of it; NULL is
// none. GO_ON, or EXIT_USAGE after saying why.
int article_offsets(cli *c, const command *self, const char *unit);

// article_fetch gets text and record of a stored article, if they are not there yet.
// false where the server does not give them; that is not said.
bool article_fetch(cli *c, article *a);

// article_side is the article as the wire's COMPARE takes it: its uri, or its record, whose
// text then is the next body. A new reference.
json_t *article_side(const article *a);

view article_view(const article *a);
const char *article_uri(const article *a); // or its name
void article_free(article *a);

#endif
