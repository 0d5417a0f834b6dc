// store.c - what a store that a daemon has left behind weighs, and what its index answers in
// process.
//
//     bench_store FOLDER [QUESTIONS]      rows of CSV (rows.h)
//
// index_bytes_per_article: the file but for the table of articles, which holds records and texts;
// with pages that are free at the moment
// table_*_bytes_per_article: of each table, its pages
// query_copies_*: from the bands of a stored article to the estimate of every candidate
// (index_near, index_resemblance), one thread, by the wall; articles drawn at random
// open_s: index_open, which rebuilds what lives in RAM
#include "must.h"
#include "rows.h"
#include "base/cpu.h"
#include "engine/engine.h"
#include "index/index.h"
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { QUESTIONS = 20000, CANDIDATES = 1024, TABLES = 64, NAME = 64, PATH = 512 };

#define WITH_TEXTS "articles" // the table that holds records and texts

typedef struct weights {
    double file, texts; // bytes
    struct {
        char name[NAME];
        double bytes;
    } table[TABLES];
    size_t n;
} weights;

static void must_db(int rc, const char *what)
{
    if (rc == MDB_SUCCESS)
        return;
    fprintf(stderr, "%s: %s\n", what, mdb_strerror(rc));
    exit(1);
}

static void weigh_table(weights *w, MDB_txn *t, const MDB_val *key)
{
    MDB_dbi table;
    MDB_stat s;
    if (w->n == TABLES || key->mv_size >= NAME)
        return;
    memcpy(w->table[w->n].name, key->mv_data, key->mv_size);
    must_db(mdb_dbi_open(t, w->table[w->n].name, 0, &table), "table");
    must_db(mdb_stat(t, table, &s), "mdb_stat");
    double pages = (double)(s.ms_branch_pages + s.ms_leaf_pages + s.ms_overflow_pages);
    w->table[w->n].bytes = pages * s.ms_psize;
    if (strcmp(w->table[w->n].name, WITH_TEXTS) == 0)
        w->texts = w->table[w->n].bytes;
    w->n++;
}

// The tables of an environment are the keys of its unnamed one.
static void weigh(weights *w, const char *dir)
{
    char path[PATH];
    struct stat file;
    MDB_env *env;
    MDB_txn *t;
    MDB_dbi all;
    MDB_cursor *c;
    MDB_val key, value;
    snprintf(path, sizeof path, "%s/data.mdb", dir);
    if (stat(path, &file)) {
        perror(path);
        exit(1);
    }
    w->file = (double)file.st_blocks * 512;
    must_db(mdb_env_create(&env), "mdb_env_create");
    must_db(mdb_env_set_maxdbs(env, TABLES), "mdb_env_set_maxdbs");
    must_db(mdb_env_open(env, dir, MDB_RDONLY, 0640), dir);
    must_db(mdb_txn_begin(env, NULL, MDB_RDONLY, &t), "mdb_txn_begin");
    must_db(mdb_dbi_open(t, NULL, 0, &all), "tables");
    must_db(mdb_cursor_open(t, all, &c), "mdb_cursor_open");
    while (mdb_cursor_get(c, &key, &value, MDB_NEXT) == MDB_SUCCESS)
        weigh_table(w, t, &key);
    mdb_cursor_close(c);
    mdb_txn_abort(t);
    mdb_env_close(env);
}

static void tell_weights(const row_of *of, const weights *w)
{
    double n = (double)of->n, index = (w->file - w->texts) / n;
    rows_print(of, "B", &index, 1, "index_bytes_per_article");
    for (size_t i = 0; i < w->n; i++) {
        double bytes = w->table[i].bytes / n;
        rows_print(of, "B", &bytes, 1, "table_%s_bytes_per_article", w->table[i].name);
    }
}

static volatile double sink; // so that nothing is left out

// Candidates of a stored article, itself among them, and the estimate of each.
static size_t ask(article_index *ix, uint32_t doc, const minhash *sig, double *us)
{
    static uint32_t docs[CANDIDATES];
    size_t n, total;
    double sum = 0;
    double from = rows_wall_ns();
    must(index_near(ix, sig->band, DOC_NONE, docs, CANDIDATES, &n, &total), "near");
    for (size_t k = 0; k < n; k++)
        sum += index_resemblance(ix, doc, docs[k]);
    sink = sum;
    *us = (rows_wall_ns() - from) / 1e3;
    return n;
}

static void ask_all(const row_of *of, article_index *ix, size_t questions)
{
    double *us = malloc((questions + 1) * sizeof *us), candidates = 0;
    uint64_t seed = 1;
    size_t n = 0;
    for (size_t tries = 0; us && n < questions && tries < 2 * questions; tries++) {
        uint32_t doc = (uint32_t)(rows_random(&seed) % index_end(ix));
        minhash sig;
        if (index_signs(ix, doc, &sig))
            continue; // taken out
        candidates += (double)ask(ix, doc, &sig, &us[n++]);
    }
    if (n) {
        rows_sort(us, n);
        double p50 = rows_quantile(us, n, .5), p99 = rows_quantile(us, n, .99);
        candidates /= (double)n;
        rows_print(of, "us", &p50, 1, "query_copies_p50_us");
        rows_print(of, "us", &p99, 1, "query_copies_p99_us");
        rows_print(of, "articles", &candidates, 1, "query_copies_candidates");
    }
    free(us);
}

int main(int argc, char **argv)
{
    static weights w;
    const char *why = "";
    article_index *ix;
    index_stats stats;
    size_t questions = argc > 2 ? strtoull(argv[2], NULL, 10) : QUESTIONS;
    index_opts o = {.stamp = engine_stamp()};
    if (argc < 2) {
        fprintf(stderr, "usage: bench_store FOLDER [QUESTIONS]\n");
        return 2;
    }
    weigh(&w, argv[1]);
    double from = rows_wall_ns();
    if (index_open(&ix, argv[1], &o, &why)) {
        fprintf(stderr, "%s: %s\n", argv[1], why);
        return 1;
    }
    double open_s = (rows_wall_ns() - from) / 1e9;
    must(index_stat(ix, &stats), "stat");
    if (!stats.articles) {
        fprintf(stderr, "%s: no articles\n", argv[1]);
        return 1;
    }
    row_of of = {"load", cpu_name(cpu_best()), "-", stats.articles};
    rows_head();
    rows_print(&of, "s", &open_s, 1, "open_s");
    tell_weights(&of, &w);
    ask_all(&of, ix, questions);
    index_close(&ix);
    return 0;
}
