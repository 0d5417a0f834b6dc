// ours.c - what other near-duplicate libraries are measured on, measured on shingled.
//
//     peers write FILE [articles]    generated articles for all of them: for each its length in 4
//                                    bytes, little-endian, then the text
//     peers run FILE [folder]        rows of CSV (rows.h)
//
// text_to_signature: bytes to 256 lanes, 42 bands and the fingerprints of passages, which no
//                    peer makes; thread CPU time, over all articles again and again
// insert:            into the index on disk: durable commits of 1,000, with the text (packed
//                    beforehand), signature, fingerprints, uri; wall time, merges included
// query:             the candidates of a signature (index_near) and the estimate of each
// memory:            what index_stats counts as RAM, per article: bands, uris, facts, the active
//                    segment; signatures are read from the store's pages
#include "must.h"
#include "rows.h"
#include "scratch.h"
#include "signing.h"
#include "texts.h"
#include "base/bytes.h"
#include "base/cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

enum { REPETITIONS = 7, GROUP = 1000, SEED = 42, CANDIDATES = 256 };

#define SIMILAR .5 // what a query calls similar, here and for every peer

typedef struct corpus {
    uint8_t *bytes;
    view *text;
    size_t size, n;
} corpus;

// One article of a group on its way into the index.
typedef struct item {
    char uri[32];
    signing s;
    buf packed;
} item;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int write_corpus(const char *path, size_t n)
{
    texts *t = texts_new(n, 1);
    FILE *f = fopen(path, "wb");
    if (!f)
        fail(path);
    for (size_t i = 0; i < n; i++) {
        uint8_t len[4];
        view text = texts_text(t, i);
        store32(len, (uint32_t)text.len);
        fwrite(len, 1, sizeof len, f);
        fwrite(text.p, 1, text.len, f);
    }
    texts_free(&t);
    if (fclose(f))
        fail(path);
    return 0;
}

static void add_text(corpus *c, view text)
{
    if (c->n % GROUP == 0) {
        view *more = realloc(c->text, (c->n + GROUP) * sizeof *more);
        if (!more)
            fail("memory");
        c->text = more;
    }
    c->text[c->n++] = text;
}

static void read_corpus(corpus *c, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        fail(path);
    c->size = (size_t)ftell(f);
    rewind(f);
    c->bytes = malloc(c->size);
    if (!c->bytes || fread(c->bytes, 1, c->size, f) != c->size)
        fail(path);
    fclose(f);
    for (size_t at = 0; at + 4 <= c->size;) {
        size_t len = load32(c->bytes + at);
        add_text(c, (view){c->bytes + at + 4, len});
        at += 4 + len;
    }
    if (!c->n)
        fail(path);
}

static volatile uint64_t sink; // so that nothing is left out

// Over distinct articles: a few would train the branch predictor.
static void measure_signing(const row_of *of, const corpus *c)
{
    double us[REPETITIONS];
    for (size_t r = 0; r < REPETITIONS; r++) {
        double from = rows_cpu_ns();
        for (size_t i = 0; i < c->n; i++)
            sink += signing_hot(c->text[i], SEED);
        us[r] = (rows_cpu_ns() - from) / 1e3 / (double)c->n;
    }
    rows_print(of, "us/article", us, REPETITIONS, "shingled.text_to_signature");
}

static void prepare(article_index *ix, const corpus *c, item *group, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        item *m = &group[i - from];
        snprintf(m->uri, sizeof m->uri, "https://a.example/%zu", i);
        signing_make(&m->s, c->text[i], SEED);
        must(index_pack(ix, (view){0}, c->text[i], NULL, &m->packed), "pack");
    }
}

static void store(article_index *ix, const corpus *c, item *group, size_t from, size_t to)
{
    index_txn *t;
    uri_entry e;
    must(index_begin(&t, ix), "begin");
    for (size_t i = from; i < to; i++) {
        const item *m = &group[i - from];
        doc_add a = {.uri = view_of(m->uri),
                     .text = c->text[i],
                     .packed = buf_view(&m->packed),
                     .content = i + 1,
                     .body = m->s.body,
                     .n_words = m->s.n_words,
                     .sig = &m->s.sig,
                     .prints = m->s.prints,
                     .n_prints = m->s.n_prints};
        must(index_add(t, &a, &e), "add");
    }
    must(index_commit(&t), "commit");
}

static void measure_insert(const row_of *of, article_index *ix, const corpus *c)
{
    item *group = calloc(GROUP, sizeof *group);
    double us = 0, memory;
    index_stats stats;
    if (!group)
        fail("memory");
    for (size_t i = 0; i < c->n; i += GROUP) {
        size_t to = i + GROUP < c->n ? i + GROUP : c->n;
        prepare(ix, c, group, i, to);
        double from = rows_wall_ns();
        store(ix, c, group, i, to);
        us += rows_wall_ns() - from;
    }
    double from = rows_wall_ns();
    for (bool more = true; more;)
        must(index_merge_step(ix, &more), "merge");
    us = (us + rows_wall_ns() - from) / 1e3 / (double)c->n;
    must(index_stat(ix, &stats), "stat");
    memory = (double)stats.ram_bytes / (double)c->n;
    rows_print(of, "us/article", &us, 1, "shingled.insert");
    rows_print(of, "B/article", &memory, 1, "shingled.memory");
    for (size_t k = 0; k < GROUP; k++)
        buf_fini(&group[k].packed);
    free(group);
}

// Document i is the i-th text: nothing is put twice.
static size_t query(article_index *ix, uint32_t doc, const minhash *sig)
{
    uint32_t docs[CANDIDATES];
    size_t n, total, similar = 0;
    must(index_near(ix, sig->band, DOC_NONE, docs, CANDIDATES, &n, &total), "near");
    for (size_t k = 0; k < n; k++)
        similar += index_resemblance(ix, doc, docs[k]) >= SIMILAR;
    return similar;
}

static void measure_query(const row_of *of, article_index *ix, const corpus *c)
{
    double *us = malloc(c->n * sizeof *us), found = 0;
    signing *s = malloc(sizeof *s);
    if (!us || !s)
        fail("memory");
    for (size_t i = 0; i < c->n; i++) {
        signing_make(s, c->text[i], SEED);
        double from = rows_wall_ns();
        found += (double)query(ix, (uint32_t)i, &s->sig);
        us[i] = (rows_wall_ns() - from) / 1e3;
    }
    rows_sort(us, c->n);
    double p50 = rows_quantile(us, c->n, .5), p99 = rows_quantile(us, c->n, .99);
    found /= (double)c->n;
    rows_print(of, "us", &p50, 1, "shingled.query_p50");
    rows_print(of, "us", &p99, 1, "shingled.query_p99");
    rows_print(of, "articles", &found, 1, "shingled.found");
    free(s);
    free(us);
}

static int run(const char *path, const char *in)
{
    corpus c = {0};
    char dir[SCRATCH_PATH], name[32];
    const char *why = "";
    article_index *ix;
    index_opts o = {.seed = SEED, .stamp = "bench"};
    read_corpus(&c, path);
    snprintf(name, sizeof name, "news:%08x", (unsigned)(XXH3_64bits(c.bytes, c.size) >> 32));
    row_of of = {"peers", cpu_name(cpu_best()), name, c.n};
    scratch_make(dir, in, "peers");
    if (index_open(&ix, dir, &o, &why)) {
        fprintf(stderr, "%s: %s\n", dir, why);
        return 1;
    }
    rows_head();
    measure_signing(&of, &c);
    measure_insert(&of, ix, &c);
    measure_query(&of, ix, &c);
    index_close(&ix);
    scratch_remove(dir);
    free(c.text);
    free(c.bytes);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "write") == 0)
        return write_corpus(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : 10000);
    if (argc > 2 && strcmp(argv[1], "run") == 0)
        return run(argv[2], argc > 3 ? argv[3] : ".");
    fprintf(stderr, "usage: peers write FILE [articles]\n       peers run FILE [folder]\n");
    return 2;
}
