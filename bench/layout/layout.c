// layout.c - the index's segments against the obvious layout of LMDB (dupsort.h): the same
// generated articles, the same keys, the same groups, in one run.
//
//     layout [articles [of them by dupsort [seconds [folder]]]]     rows of CSV (rows.h)
//
// One thread, and only the storing is timed, by the wall, since syncs count: articles are made,
// signed and packed between the groups, as the daemon does it: by zstd, and in the words of the
// store once it has a book of them (the obvious way from the beginning). Each group of 1,000 is a
// durable commit; the index seals and merges inline, on the clock (the daemon does it behind its
// writers, which is faster). The index runs before and after the other, so that a machine that
// slows down shows. The obvious way gets fewer articles, and stops after so many seconds: it would
// take hours, and grows slower the more there is, so that the ratio is smaller than one of equal
// numbers.
#include "dupsort.h"
#include "must.h"
#include "rows.h"
#include "scratch.h"
#include "signing.h"
#include "texts.h"
#include "base/cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { GROUP = 1000, STEPS = 10, QUERIES = 1000, LIST_CAP = 64, SEAL = 32768 };

typedef struct prepared {
    signing s;
    buf packed;
    doc_add add;
} prepared;

// What a run works on: one of the two stores is NULL.
typedef struct run {
    article_index *ix;
    dupsort *naive;
    article_index *packer; // packs for the other
    texts *t;
    prepared *p;
    char dir[SCRATCH_PATH];
    row_of of;
    const char *name;
} run;

static void prepare(run *r, uint64_t first)
{
    texts_again(r->t, first);
    for (size_t i = 0; i < GROUP; i++) {
        prepared *p = &r->p[i];
        view record = texts_record(r->t, i), text = texts_text(r->t, i);
        signing_make(&p->s, text, index_seed(r->packer));
        must(index_pack(r->ix ? r->ix : r->packer, record, text, NULL, &p->packed), "pack");
        p->add = (doc_add){.uri = texts_uri(r->t, i),
                           .record = record,
                           .text = text,
                           .packed = buf_view(&p->packed),
                           .published_ms = (int64_t)(first + i) * 1000,
                           .content = first + i + 1,
                           .body = p->s.body,
                           .n_words = p->s.n_words,
                           .sig = &p->s.sig,
                           .prints = p->s.prints,
                           .n_prints = p->s.n_prints};
    }
}

// Sealing and merging, whenever the active segment is full: in between there would be small
// leftovers to be sealed, which an index that is busy does not look for.
static void merge(run *r)
{
    for (bool more = true; more;)
        must(index_merge_step(r->ix, &more), "merge");
}

static void store_ours(run *r, uint64_t done)
{
    index_txn *t;
    uri_entry e;
    must(index_begin(&t, r->ix), "begin");
    for (size_t i = 0; i < GROUP; i++) {
        if (i + 1 < GROUP)
            index_fetch(t, &r->p[i + 1].add);
        must(index_add(t, &r->p[i].add, &e), "add");
    }
    must(index_commit(&t), "commit");
    if ((done + GROUP) / SEAL != done / SEAL)
        merge(r);
}

// Enough articles for a book of words.
static void train_packer(run *r)
{
    enum { GROUPS = 8 };
    r->ix = r->packer;
    for (uint64_t done = 0; done < (uint64_t)GROUPS * GROUP; done += GROUP) {
        prepare(r, done);
        store_ours(r, done);
    }
    merge(r);
    r->ix = NULL;
}

static void store_naive(run *r)
{
    dupsort_begin(r->naive);
    for (size_t i = 0; i < GROUP; i++)
        dupsort_add(r->naive, &r->p[i].add);
    dupsort_commit(r->naive);
}

static double file_bytes(const run *r)
{
    char path[SCRATCH_PATH + 16];
    struct stat s;
    snprintf(path, sizeof path, "%s/data.mdb", r->dir);
    return stat(path, &s) ? 0 : (double)s.st_blocks * 512;
}

static void say_steps(run *r, uint64_t done, double since, double ns, double bytes)
{
    double rate = since * 1e9 / ns, per = bytes / since, file = file_bytes(r) / (double)done;
    r->of.n = done;
    rows_print(&r->of, "articles/s", &rate, 1, "%s_growth_ingest_per_s", r->name);
    rows_print(&r->of, "B", &per, 1, "%s_growth_written_bytes_per_article", r->name);
    rows_print(&r->of, "B", &file, 1, "%s_growth_file_bytes_per_article", r->name);
    fprintf(stderr, "%s: %llu articles, %.0f/s\n", r->name, (unsigned long long)done, rate);
}

// Stores n articles, or as many as go into so many seconds; *n becomes how many. Returns
// articles/s over all of them.
static double ingest(run *r, uint64_t *n, double seconds, bool say)
{
    uint64_t step = *n / STEPS / GROUP * GROUP, done = 0, told = 0;
    double spent = 0, then = 0, at = 0;
    step = step ? step : GROUP;
    while (done < *n && spent < seconds * 1e9) {
        prepare(r, done);
        double wrote = rows_written(), from = rows_wall_ns();
        if (r->ix)
            store_ours(r, done);
        else
            store_naive(r);
        spent += rows_wall_ns() - from;
        at += rows_written() - wrote;
        done += GROUP;
        if (!say || done - told < step)
            continue;
        say_steps(r, done, (double)(done - told), spent - then, at);
        told = done;
        then = spent;
        at = 0;
    }
    double from = rows_wall_ns();
    if (r->ix)
        merge(r);
    spent += rows_wall_ns() - from;
    *n = done;
    return (double)done * 1e9 / spent;
}

static uint64_t look_up(run *r, const doc_add *a)
{
    uint64_t hashes[SIGNING_PRINTS], hits = 0;
    uint32_t docs[LIST_CAP];
    size_t found, total;
    postings p;
    if (r->naive)
        return dupsort_lookup(r->naive, a, LIST_CAP);
    for (uint32_t i = 0; i < a->n_prints; i++)
        hashes[i] = a->prints[i].hash;
    must(index_lookup(r->ix, hashes, a->n_prints, &p), "lookup");
    for (size_t i = 0; i < p.n; i++)
        hits += p.list[i].n;
    postings_free(&p);
    must(index_near(r->ix, a->sig->band, DOC_NONE, docs, LIST_CAP, &found, &total), "near");
    return hits + found;
}

// All keys of an article, over articles from everywhere in the store.
static void ask(run *r, uint64_t n)
{
    double us[QUERIES];
    uint64_t hits = 0, seed = 1;
    for (size_t q = 0; q < QUERIES; q++) {
        if (q % 100 == 0)
            prepare(r, rows_random(&seed) % (n / GROUP) * GROUP);
        const doc_add *a = &r->p[rows_random(&seed) % GROUP].add;
        double from = rows_wall_ns();
        hits += look_up(r, a);
        us[q] = (rows_wall_ns() - from) / 1e3;
    }
    r->of.n = n;
    rows_sort(us, QUERIES);
    double p50 = rows_quantile(us, QUERIES, .5), p99 = rows_quantile(us, QUERIES, .99);
    rows_print(&r->of, "us", &p50, 1, "%s_lookup_p50", r->name);
    rows_print(&r->of, "us", &p99, 1, "%s_lookup_p99", r->name);
    fprintf(stderr, "%s: %.1f postings a query\n", r->name, (double)hits / QUERIES);
}

static void open_index(article_index **ix, const char *dir)
{
    const char *why = "";
    index_opts o = {.seed = 42, .stamp = "bench"};
    if (index_open(ix, dir, &o, &why)) {
        fprintf(stderr, "%s: %s\n", dir, why);
        exit(1);
    }
}

// One pass of one of the two; say: with its growth and its lookups.
static double pass(run *r, const char *in, bool ours, uint64_t *n, double seconds, bool say)
{
    r->name = ours ? "segments" : "dupsort";
    scratch_make(r->dir, in, "layout");
    if (ours)
        open_index(&r->ix, r->dir);
    else
        r->naive = dupsort_open(r->dir);
    double rate = ingest(r, n, seconds, say);
    if (say)
        ask(r, *n);
    if (ours)
        index_close(&r->ix);
    else
        dupsort_close(&r->naive);
    scratch_remove(r->dir);
    return rate;
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 256000;
    uint64_t fewer = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    double seconds = argc > 3 ? strtod(argv[3], NULL) : 150;
    const char *in = argc > 4 ? argv[4] : ".";
    char corpus[TEXTS_NAME], aside[SCRATCH_PATH];
    run r = {.t = texts_new(GROUP, 1), .p = calloc(GROUP, sizeof *r.p)};
    if (!r.p || n < GROUP || fewer < GROUP || seconds <= 0) {
        fprintf(stderr, "usage: layout [articles [of them by dupsort [seconds [folder]]]]; "
                        "at least 1000 each\n");
        return 2;
    }
    texts_name(r.t, corpus);
    r.of = (row_of){"layout", cpu_name(cpu_best()), corpus, n};
    scratch_make(aside, in, "layout");
    open_index(&r.packer, aside);
    train_packer(&r);
    rows_head();
    double ours[2], naive;
    ours[0] = pass(&r, in, true, &n, 1e9, true);
    naive = pass(&r, in, false, &fewer, seconds, true);
    ours[1] = pass(&r, in, true, &n, 1e9, false);
    r.of.n = n;
    rows_print(&r.of, "articles/s", ours, 2, "segments_ingest_per_s");
    r.of.n = fewer;
    rows_print(&r.of, "articles/s", &naive, 1, "dupsort_ingest_per_s");
    index_close(&r.packer);
    scratch_remove(aside);
    for (size_t i = 0; i < GROUP; i++)
        buf_fini(&r.p[i].packed);
    free(r.p);
    texts_free(&r.t);
    return 0;
}
