// print.c - writes generated articles to standard output, one JSON object a line.
//
//     print_articles N [seed] [first]
#include "articles.h"

#include <stdio.h>
#include <stdlib.h>

static void print_text(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n')
            fputs("\\n", stdout);
        else
            putchar(p[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s N [seed] [first]\n", argv[0]);
        return 2;
    }
    uint64_t n = strtoull(argv[1], NULL, 10), seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 0;
    articles *a = articles_new(seed);
    article *one = malloc(sizeof *one);
    for (uint64_t i = first; a && one && i < first + n; i++) {
        articles_make(a, i, one);
        printf("%.*s,\"text\":\"", (int)one->header_len - 1, one->header);
        print_text(one->text, one->text_len);
        puts("\"}");
    }
    free(one);
    articles_free(&a);
    return 0;
}
