// index.c - how fast the index takes articles durably, and how fast it answers.
//
//     build/bench/bench_index [documents] [per commit] [directory]
//
// Synthetic articles of 3 KB that pack about as news does, 90 fingerprints of which 5 in
// a hundred are boilerplate, a third near-duplicates of an earlier one. One thread
// adds; sealing and merging go on behind it, as in the daemon. Texts are packed before the
// clock runs, as the daemon's other threads do it. One line of CSV for each
// tenth, and one for the lookups of 90 fingerprints at the end.
#include "base/clock.h"
#include "index/index.h"
#include "must.h"
#include "rows.h"
#include "scratch.h"
#include "store/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRINTS = 90,
    TEXT = 3000,
    QUERIES = 2000,
    BOILERPLATE = 2000,
    WORDS = 4096,
    NAME = 256,
    SEED = 42
};

typedef struct made {
    char uri[NAME], record[NAME];
    uint8_t text[TEXT];
    print prints[PRINTS];
    minhash sig;
    buf packed;
    doc_add a;
} made;

// Words of an invented language, the frequent ones short, so that zstd finds about what it
// finds in news.
static void make_text(uint8_t *text, uint64_t *r)
{
    for (size_t at = 0; at < TEXT;) {
        uint64_t x = rows_random(r), word = (x % WORDS) * (x >> 32 & 0xfff) / 0xfff, s = word;
        for (size_t n = 2 + word % 9; n && at < TEXT; n--)
            text[at++] = (uint8_t)('a' + rows_random(&s) % 26);
        if (at < TEXT)
            text[at++] = ' ';
    }
}

static int by_hash(const void *a, const void *b)
{
    const print *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static uint32_t make_prints(print *p, uint64_t *r)
{
    for (int i = 0; i < PRINTS; i++) {
        uint64_t x = rows_random(r);
        uint64_t common = x % BOILERPLATE;
        p[i].hash = (x >> 40) % 100 < 5 ? rows_random(&common) & 0xffffffffff : x & 0xffffffffff;
        p[i].quoted = (x >> 56 & 3) == 0;
    }
    qsort(p, PRINTS, sizeof *p, by_hash);
    uint32_t n = 1;
    for (int i = 1; i < PRINTS; i++)
        if (p[i].hash != p[n - 1].hash)
            p[n++] = p[i];
    return n;
}

static void make(made *m, uint64_t i)
{
    uint64_t r = i * 0x632be59bd9b4e019ull, copy = i % 3 == 2 ? i - 2 : i;
    uint64_t shared = copy * 0x632be59bd9b4e019ull;
    snprintf(m->uri, sizeof m->uri, "https://www.morning-ledger.example/2017/%llu/%llx.html",
             (unsigned long long)(i % 365), (unsigned long long)rows_random(&r));
    snprintf(m->record, sizeof m->record,
             "{\"headline\":\"Council votes on item %llu\",\"published\":\"2017-03-12T18:05:00Z\","
             "\"publisher\":\"morning-ledger.example\",\"by\":\"A. Writer\",\"language\":\"en\"}",
             (unsigned long long)i);
    make_text(m->text, &r);
    m->a = (doc_add){.published_ms = (int64_t)i,
                     .content = rows_random(&r),
                     .body = rows_random(&r),
                     .n_words = 420};
    m->a.n_prints = make_prints(m->prints, &shared);
    for (int k = 0; k < MINHASH_LANES; k++)
        m->sig.lane[k] = (uint8_t)rows_random(k % MINHASH_BANDS < 20 ? &shared : &r);
    minhash_bands(m->sig.band, m->sig.lane, SEED);
}

static void aim(made *m)
{
    m->a.uri = view_of(m->uri);
    m->a.record = view_of(m->record);
    m->a.text = (view){m->text, TEXT};
    m->a.sig = &m->sig;
    m->a.prints = m->prints;
}

static void ingest(article_index *ix, uint64_t n, uint64_t group)
{
    made *m = calloc(group, sizeof *m);
    int64_t spent = 0, slowest = 0;
    double add_cpu = 0, commit_cpu = 0, wrote = rows_written();
    uint64_t tenth = n / 10 ? n / 10 : 1, next = tenth, since = 0;
    printf("documents,docs_per_s,add_cpu_us,commit_cpu_us,slowest_ms,written_per_doc,segments,"
           "file_bytes,ram_bytes\n");
    for (uint64_t i = 0; i < n && m; i += group) {
        for (uint64_t k = 0; k < group; k++) {
            make(&m[k], i + k);
            aim(&m[k]);
            must(index_pack(ix, m[k].a.record, m[k].a.text, NULL, &m[k].packed), "pack");
            m[k].a.packed = buf_view(&m[k].packed);
        }
        index_txn *t;
        uri_entry e;
        int64_t from = clock_mono_ns();
        double cpu = rows_cpu_ns();
        must(index_begin(&t, ix), "begin");
        for (uint64_t k = 0; k < group; k++)
            must(index_add(t, &m[k].a, &e), "add");
        double added = rows_cpu_ns();
        must(index_commit(&t), "commit");
        commit_cpu += rows_cpu_ns() - added;
        add_cpu += added - cpu;
        int64_t took = clock_mono_ns() - from;
        spent += took;
        slowest = took > slowest ? took : slowest;
        since += group;
        if (i + group < next)
            continue;
        index_stats s;
        must(index_stat(ix, &s), "stat");
        double now = rows_written();
        printf("%" PRIu64 ",%.0f,%.1f,%.1f,%.1f,%.0f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
               i + group, (double)since * 1e9 / (double)spent, add_cpu / 1e3 / (double)since,
               commit_cpu / 1e3 / (double)since, (double)slowest / 1e6,
               (now - wrote) / (double)since, s.segments, s.file_bytes, s.ram_bytes);
        fflush(stdout);
        wrote = now;
        next += tenth;
        since = 0;
        spent = slowest = 0;
        add_cpu = commit_cpu = 0;
    }
    for (uint64_t k = 0; m && k < group; k++)
        buf_fini(&m[k].packed);
    free(m);
}

static int by_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void ask(article_index *ix, uint64_t n, const char *when)
{
    static int64_t lookup[QUERIES], near[QUERIES], get[QUERIES];
    static made m;
    uint64_t r = 1, hits = 0;
    for (int q = 0; q < QUERIES; q++) {
        uint64_t hashes[PRINTS];
        uint32_t docs[256];
        size_t found, total;
        postings p;
        article a;
        make(&m, rows_random(&r) % n);
        for (uint32_t i = 0; i < m.a.n_prints; i++)
            hashes[i] = m.prints[i].hash;
        int64_t t0 = clock_mono_ns();
        must(index_lookup(ix, hashes, m.a.n_prints, &p), "lookup");
        int64_t t1 = clock_mono_ns();
        must(index_near(ix, m.sig.band, DOC_NONE, docs, 256, &found, &total), "near");
        int64_t t2 = clock_mono_ns();
        must(index_get(ix, (uint32_t)(rows_random(&r) % n), &a), "get");
        int64_t t3 = clock_mono_ns();
        for (size_t i = 0; i < p.n; i++)
            hits += p.list[i].n;
        hits += found;
        postings_free(&p);
        article_free(&a);
        lookup[q] = t1 - t0;
        near[q] = t2 - t1;
        get[q] = t3 - t2;
    }
    int64_t *all[] = {lookup, near, get};
    static const char *const names[] = {"lookup of 90", "near", "get"};
    for (int i = 0; i < 3; i++) {
        qsort(all[i], QUERIES, sizeof *all[i], by_ns);
        printf("%s,%s,p50_us=%.1f,p99_us=%.1f\n", names[i], when, (double)all[i][QUERIES / 2] / 1e3,
               (double)all[i][QUERIES * 99 / 100] / 1e3);
    }
    printf("hits,%s,%" PRIu64 "\n", when, hits);
}

// What each table of the store takes of the file, and what each part of the RAM, by document.
static void weigh(article_index *ix, uint64_t n)
{
    index_stats s;
    must(index_stat(ix, &s), "stat");
    printf("ram_per_doc,docs=%" PRIu64 ",bands=%" PRIu64 ",postings=%" PRIu64 ",all=%" PRIu64 "\n",
           s.ram_docs / n, s.ram_bands / n, s.ram_postings / n, s.ram_bytes / n);
    printf("longest_slice_ms,%.1f\n", (double)s.longest_slice_us / 1e3);
}

static void weigh_file(const char *dir, uint64_t n)
{
    static const char *const names[DB_TABLES] = {"meta",   "articles", "signs", "uris",
                                                 "blocks", "tombs",    "links", "prints"};
    const char *why;
    db *store;
    db_usage u;
    must(db_open(&store, dir, &(db_opts){.read_only = true}, &why), "open to read");
    must(db_stat(store, &u), "stat");
    db_close(&store);
    printf("file_per_doc,all=%" PRIu64, u.file_bytes / n);
    for (int i = 0; i < DB_TABLES; i++)
        printf(",%s=%" PRIu64, names[i], u.table_bytes[i] / n);
    printf(",free=%" PRIu64 ",without_texts=%" PRIu64 "\n", (u.file_bytes - u.used_bytes) / n,
           (u.file_bytes - u.table_bytes[DB_ARTICLES]) / n);
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    uint64_t group = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    char dir[SCRATCH_PATH];
    const char *why;
    article_index *ix;
    if (!n || !group)
        return 2;
    scratch_make(dir, argc > 3 ? argv[3] : ".", "bench-index");
    index_opts o = {.seed = SEED, .stamp = "bench", .background = true};
    must(index_open(&ix, dir, &o, &why), "open");
    ingest(ix, n, group);
    ask(ix, n, "after ingest");
    weigh(ix, n);
    index_close(&ix);
    weigh_file(dir, n);
    int64_t from = clock_mono_ns();
    must(index_open(&ix, dir, &o, &why), "open again");
    printf("open,us_per_doc=%.2f\n", (double)(clock_mono_ns() - from) / 1e3 / (double)n);
    ask(ix, n, "after opening");
    index_close(&ix);
    uint64_t faults;
    from = clock_mono_ns();
    must(index_check(dir, o.stamp, NULL, NULL, NULL, NULL, &faults), "check");
    printf("check,us_per_doc=%.2f,faults=%" PRIu64 "\n",
           (double)(clock_mono_ns() - from) / 1e3 / (double)n, faults);
    scratch_remove(dir);
    return faults != 0;
}
