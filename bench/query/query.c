// query.c - what a question costs where many articles are stored, stage by stage, in process.
//
//     build/bench/query/bench_query fill DIRECTORY ARTICLES
//     build/bench/query/bench_query ask DIRECTORY [QUESTIONS]
//
// fill stores generated articles (bench/articles), all but one in HELD_OUT; ask asks about those
// that were held out: they take from articles stored shortly before, and are taken from. One
// thread, its CPU time. `copies` is bands and estimates; `place` what a newcomer is verified
// against; `full` is QUERY from the text to the answer. "answers" is a checksum of all answers:
// the same from build to build.
#include "base/clock.h"
#include "engine/ask.h"
#include "must.h"
#include "rows.h"
#include "texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { GROUP = 1000, HELD_OUT = 512, CACHE = 128 << 20, NEAR = 1024 };

static int64_t cpu_ns(void)
{
    return (int64_t)rows_cpu_ns();
}

// t holds one article at a time.
static void read_article(engine *e, texts *t, uint64_t i, change *out)
{
    refusal why = {0};
    texts_again(t, i);
    must(engine_read_put(e, texts_record(t, 0), texts_text(t, 0), NULL, out, &why), "read");
}

// Stores what a change says. The engine would work out its story, too.
static void add(index_txn *t, const change *c)
{
    const reading *r = c->reading;
    uri_entry out;
    doc_add d = {
        .uri = record_get(&r->record, REC_URI),
        .record = {(const uint8_t *)r->stored, r->stored_len},
        .text = r->record.text,
        .packed = buf_view(&c->packed),
        .published_ms = r->record.published_ms,
        .stored_ms = r->record.published_ms,
        .publisher = r->publisher_hash,
        .content = r->content,
        .body = r->side.body,
        .n_words = (uint32_t)r->side.words.n,
        .sig = &r->sig,
        .prints = r->keys,
        .n_prints = r->n_keys + r->n_terms,
    };
    must(index_add(t, &d, &out), "add");
}

static void store(engine *e, change *c, size_t n)
{
    index_txn *t;
    must(index_begin(&t, e->lib.ix), "begin");
    for (size_t k = 0; k < n; k++)
        add(t, &c[k]);
    must(index_commit(&t), "commit");
    for (size_t k = 0; k < n; k++)
        change_fini(&c[k]);
}

static void fill(engine *e, texts *t, uint64_t n)
{
    static change c[GROUP];
    size_t k = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (i % HELD_OUT == HELD_OUT - 1)
            continue;
        read_article(e, t, i, &c[k++]);
        if (k == GROUP) {
            store(e, c, k);
            k = 0;
        }
    }
    store(e, c, k);
    for (bool more = true; more;)
        must(index_merge_step(e->lib.ix, &more), "merge");
}

enum stage { READ, COPIES, LOOKUP, PLACE, FULL, DUMP, STAGES };
static const char *const names[STAGES] = {"read", "copies", "lookup", "place", "full", "dump"};

typedef struct asked {
    int64_t *ns[STAGES];
    size_t n;
    double near, keys, lists, postings, hits, matches, unverified, bytes; // sums
    uint64_t answers;
} asked;

static void ask_copies(asked *out, engine *e, const reading *r)
{
    uint32_t docs[NEAR];
    size_t n, total;
    int64_t from = cpu_ns();
    must(index_near(e->lib.ix, r->sig.band, DOC_NONE, docs, NEAR, &n, &total), "near");
    for (size_t k = 0; k < n; k++)
        out->near += index_resemblance(e->lib.ix, docs[0], docs[k]) >= 0;
    out->ns[COPIES][out->n] = cpu_ns() - from;
}

static void ask_lookup(asked *out, engine *e, const reading *r)
{
    frequency f;
    int64_t from = cpu_ns();
    must(frequency_find(&f, e->lib.ix, NULL, r, HORIZON_ALL, true), "lookup");
    out->ns[LOOKUP][out->n] = cpu_ns() - from;
    for (size_t k = 0; k < f.lists.n; k++) {
        out->lists += f.lists.list[k].n > 0;
        out->postings += f.lists.list[k].n;
    }
    out->keys += (double)f.lists.n;
    frequency_free(&f);
}

static void ask_place(asked *out, engine *e, reading *r)
{
    match_opts o = match_opts_for(HORIZON_ALL, VERIFY_STORY);
    hits h;
    o.same_most = 4;
    o.depth = MATCH_RETOLD;
    int64_t from = cpu_ns();
    must(matching_find(&h, &e->lib, r, &o), "find");
    out->ns[PLACE][out->n] = cpu_ns() - from;
    out->hits += (double)h.n;
    hits_free(&h);
}

static void ask_full(asked *out, engine *e, texts *t, uint64_t i)
{
    json_t *reply;
    refusal why = {0};
    texts_again(t, i);
    view header = texts_record(t, 0), text = texts_text(t, 0);
    json_t *question =
        json_pack("{s:o}", "article", json_loadb((const char *)header.p, header.len, 0, NULL));
    int64_t from = cpu_ns();
    must(engine_query(e, question, text, &reply, &why), "query");
    out->ns[FULL][out->n] = cpu_ns() - from;
    json_object_del(reply, "took_us");
    from = cpu_ns();
    char *line = json_dumps(reply, JSON_COMPACT);
    out->ns[DUMP][out->n] = cpu_ns() - from;
    out->bytes += (double)strlen(line);
    out->matches += (double)json_array_size(json_object_get(reply, "matches"));
    out->unverified += (double)json_integer_value(
        json_object_get(json_object_get(reply, "suppressed"), "candidates"));
    out->answers = XXH3_64bits_withSeed(line, strlen(line), out->answers);
    free(line);
    json_decref(reply);
    json_decref(question);
}

static int by_ns(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void tell(asked *a)
{
    printf("stage,p50_us,p90_us,p99_us,max_us,mean_us\n");
    for (int s = 0; s < STAGES; s++) {
        int64_t *t = a->ns[s];
        double sum = 0;
        qsort(t, a->n, sizeof *t, by_ns);
        for (size_t i = 0; i < a->n; i++)
            sum += (double)t[i];
        printf("%s,%.1f,%.1f,%.1f,%.1f,%.1f\n", names[s], (double)t[a->n / 2] / 1e3,
               (double)t[a->n * 9 / 10] / 1e3, (double)t[a->n * 99 / 100] / 1e3,
               (double)t[a->n - 1] / 1e3, sum / (double)a->n / 1e3);
    }
    double n = (double)a->n;
    printf("each: keys %.1f, of them in other articles %.1f, postings %.1f, near %.2f, hits %.2f, "
           "matches %.2f, unverified %.2f, bytes %.0f\nanswers %016" PRIx64 "\n",
           a->keys / n, a->lists / n, a->postings / n, a->near / n, a->hits / n, a->matches / n,
           a->unverified / n, a->bytes / n, a->answers);
}

static void ask(engine *e, texts *t, size_t n)
{
    asked a = {0};
    uint64_t stored = index_end(e->lib.ix), held = stored / (HELD_OUT - 1);
    for (int k = 0; k < STAGES; k++)
        a.ns[k] = calloc(n + 1, sizeof *a.ns[k]);
    if (!held)
        return;
    for (; a.n < n; a.n++) {
        uint64_t i = ((uint64_t)a.n * 7919 % held) * HELD_OUT + HELD_OUT - 1;
        change c;
        int64_t from = cpu_ns();
        read_article(e, t, i, &c);
        reading *r = c.reading;
        must(reading_complete(r), "complete");
        a.ns[READ][a.n] = cpu_ns() - from;
        ask_copies(&a, e, r);
        ask_lookup(&a, e, r);
        ask_full(&a, e, t, i); // before the other, which leaves the candidates in the cache
        ask_place(&a, e, r);
        change_fini(&c);
    }
    tell(&a);
    for (int k = 0; k < STAGES; k++)
        free(a.ns[k]);
}

int main(int argc, char **argv)
{
    static engine e;
    char why[256];
    const char *what;
    bool filling = argc == 4 && !strcmp(argv[1], "fill");
    texts *t = texts_new(1, 1);
    if (argc < 3 || (!filling && strcmp(argv[1], "ask")))
        return 2;
    index_opts io = {.list_cap = LIST_CAP,
                     .seed = 42,
                     .stamp = engine_stamp(),
                     .background = filling,
                     .gather = true};
    must(sources_open(&e.lib.sources, NULL, why, sizeof why), "sources");
    must(cache_open(&e.lib.cache, CACHE), "cache");
    int64_t from = clock_mono_ns();
    if (index_open(&e.lib.ix, argv[2], &io, &what)) {
        fprintf(stderr, "%s: %s\n", argv[2], what);
        return 1;
    }
    e.lib.seed = index_seed(e.lib.ix);
    if (filling) {
        fill(&e, t, strtoull(argv[3], NULL, 10));
    } else {
        index_stats st;
        for (bool more = true; more;) // as a daemon does: blocks are looked through after a start
            must(index_merge_step(e.lib.ix, &more), "look through");
        must(index_stat(e.lib.ix, &st), "stat");
        printf("%" PRIu64 " articles in %" PRIu64 " segments, opened in %.2f s\n", st.articles,
               st.segments, (double)(clock_mono_ns() - from) / 1e9);
        ask(&e, t, argc > 3 ? strtoull(argv[3], NULL, 10) : 1000);
    }
    cache_close(&e.lib.cache);
    index_close(&e.lib.ix);
    sources_close(&e.lib.sources);
    texts_free(&t);
    return 0;
}
