// load.c - drives a daemon from outside: phase by phase, figures as they come.
#include "articles.h"
#include "ask.h"
#include "base/clock.h"
#include "daemon.h"
#include "ingest.h"
#include "options.h"
#include "report.h"
#include "rows.h"
#include "wire.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    PATH_LEN = 512,
    ARGUMENTS = 64,
    OPEN_WINDOW = 8000,      // at a given rate nothing but the daemon's own limit (8192) holds back
    SETTLE_LEAST_MS = 60000, // and for each article
    SETTLE_EACH_MS = 3,
    ASKED_AT_ONCE = 8,
    CHECKED = 2000, // articles asked for after a restart
    ACK_SECONDS = 20,
};

typedef struct load {
    options o;
    report r;
    articles *a;
    void *zmq;
    served d;
    char data[PATH_LEN], log[PATH_LEN + 16], program[PATH_LEN];
    bool made_data;
    uint64_t stored; // articles 0 to stored have been acknowledged
    double per_s;    // what ingest gave
    figures before, last;
    double own_cpu_s; // of this process, before
    uint64_t last_done;
    double last_s;
    const ingest *running;
    bool *cut; // of the run in which the daemon is killed
} load;

// --- the daemon ---

static bool start(load *l)
{
    char *argv[ARGUMENTS], listen[PATH_LEN + 16], passed[OPTIONS_PASSED][PATH_LEN];
    size_t n = 0;
    snprintf(listen, sizeof listen, l->o.ipc ? "ipc://%s.ipc" : "tcp://127.0.0.1:*", l->data);
    argv[n++] = l->program;
    argv[n++] = "--data";
    argv[n++] = l->data;
    argv[n++] = "--listen";
    argv[n++] = listen;
    for (unsigned i = 0; i < l->o.n_passed; i++) {
        const char *eq = strchr(l->o.passed[i], '=');
        snprintf(passed[i], sizeof passed[i], "--%.*s", (int)(eq - l->o.passed[i]), l->o.passed[i]);
        argv[n++] = passed[i];
        argv[n++] = (char *)eq + 1;
    }
    argv[n] = NULL;
    return daemon_start(&l->d, argv, l->log);
}

// The build's daemon stands at ../../daemon from where this program stands.
static void find_program(load *l)
{
    char self[PATH_LEN - 32];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    self[n > 0 ? n : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = 0;
    if (l->o.daemon)
        snprintf(l->program, sizeof l->program, "%s", l->o.daemon);
    else
        snprintf(l->program, sizeof l->program, "%s/../../daemon/shingled", self);
}

static bool open_daemon(load *l)
{
    if (l->o.server) {
        snprintf(l->d.endpoint, sizeof l->d.endpoint, "%s", l->o.server);
        snprintf(l->data, sizeof l->data, "%s", l->o.data ? l->o.data : "");
        return true;
    }
    const char *tmp = getenv("TMPDIR");
    find_program(l);
    if (l->o.data) {
        snprintf(l->data, sizeof l->data, "%s", l->o.data);
    } else {
        snprintf(l->data, sizeof l->data, "%s/load.XXXXXX", tmp ? tmp : "/tmp");
        l->made_data = mkdtemp(l->data) != NULL;
        if (!l->made_data)
            return false;
    }
    snprintf(l->log, sizeof l->log, "%s.log", l->data);
    return start(l);
}

static void remove_data(const load *l)
{
    static const char *const FILES[] = {"data.mdb", "lock.mdb"};
    char path[PATH_LEN + 32];
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        snprintf(path, sizeof path, "%s/%s", l->data, FILES[i]);
        unlink(path);
    }
    rmdir(l->data);
    unlink(l->log);
    snprintf(path, sizeof path, "%s.ipc", l->data);
    unlink(path);
}

static figures look(const load *l)
{
    return daemon_figures(l->d.pid ? l->d.pid : l->o.pid, l->data[0] ? l->data : NULL);
}

// --- phases ---

static bool questions(load *l, const char *name, ask_what what, uint64_t n, unsigned window)
{
    char rate[64];
    ask k = {.endpoint = l->d.endpoint,
             .zmq = l->zmq,
             .a = l->a,
             .what = what,
             .stored = l->stored,
             .n = n,
             .random = l->stored + what,
             .window = window};
    if (!n || !ask_run(&k))
        return !n;
    snprintf(rate, sizeof rate, "%s_per_s", name);
    report_times(&l->r, name, &k.answers, "us");
    report_value(&l->r, rate, n, (double)n / k.seconds, "1/s");
    snprintf(rate, sizeof rate, "%s_matches", name);
    report_value(&l->r, rate, n, (double)k.matches / (double)n, "matches");
    snprintf(rate, sizeof rate, "%s_sources_found", name);
    report_value(&l->r, rate, k.derived, (double)k.found / (double)(k.derived + !k.derived),
                 "share");
    return true;
}

static void grow(void *ctx, uint64_t done)
{
    load *l = ctx;
    figures f = look(l);
    double s = l->running->seconds, n = (double)(done - l->last_done);
    uint64_t stored = l->stored + done;
    fprintf(stderr, "-- %llu stored\n", (unsigned long long)stored);
    report_value(&l->r, "growth_ingest_per_s", stored, n / (s - l->last_s), "1/s");
    report_value(&l->r, "growth_cpu_us", stored, (f.cpu_s - l->last.cpu_s) / n * 1e6, "us");
    report_value(&l->r, "growth_written_bytes", stored,
                 (f.written_bytes - l->last.written_bytes) / n, "bytes");
    report_value(&l->r, "growth_ram_bytes", stored, f.anonymous_bytes, "bytes");
    report_value(&l->r, "growth_file_bytes", stored, f.file_bytes, "bytes");
    uint64_t was = l->stored;
    l->stored = stored;
    if (l->o.probe && !questions(l, "growth_query", ASK_URI, l->o.probe, 1))
        fprintf(stderr, "no answers at %llu\n", (unsigned long long)stored);
    l->stored = was;
    l->last = look(l);
    l->last_done = done;
    l->last_s = s;
}

static void name_corpus(load *l, const pool *p)
{
    snprintf(l->r.corpus, sizeof l->r.corpus, ARTICLES_VERSION "-%llu-%016llx",
             (unsigned long long)l->o.seed, (unsigned long long)pool_hash(p));
}

static double own_cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void report_ingest(load *l, const ingest *g, const figures *f)
{
    double n = (double)g->n;
    report_value(&l->r,
                 l->o.match     ? "ingest_matched_per_s"
                 : l->o.batched ? "ingest_batched_per_s"
                                : "ingest_single_per_s",
                 g->n, n / g->seconds, "1/s");
    report_times(&l->r, "ingest_ack", &g->acks, "ms");
    report_value(&l->r, "ingest_longest_gap_ms", g->n, (double)g->longest_gap_ns / 1e6, "ms");
    report_value(&l->r, "ingest_busy", g->n, (double)g->busy, "answers");
    report_value(&l->r, "ingest_cpu_us", g->n, (f->cpu_s - l->before.cpu_s) / n * 1e6, "us");
    report_value(&l->r, "ingest_client_cpu_us", g->n, (own_cpu_s() - l->own_cpu_s) / n * 1e6, "us");
    report_value(&l->r, "written_bytes_per_article", g->n,
                 (f->written_bytes - l->before.written_bytes) / n, "bytes");
    if (l->o.threads)
        daemon_threads(l->d.pid ? l->d.pid : l->o.pid);
}

static bool run_ingest(load *l)
{
    int64_t from = clock_mono_ns();
    pool *p = pool_new(l->a, l->stored, l->o.articles, l->o.memory);
    ingest g = {.endpoint = l->d.endpoint,
                .zmq = l->zmq,
                .pool = p,
                .first = l->stored,
                .n = l->o.articles,
                .window = l->o.rate > 0 ? OPEN_WINDOW : l->o.window,
                .rate = l->o.rate,
                .match = l->o.match,
                .batch = l->o.batched ? l->o.batch : 0,
                .step = grow,
                .ctx = l,
                .steps = l->o.steps,
                .pause = l->o.probe > 0};
    if (!p)
        return false;
    fprintf(stderr, "articles made in %.1f s\n", (double)(clock_mono_ns() - from) / 1e9);
    name_corpus(l, p);
    g.trace = l->o.trace ? fopen(l->o.trace, "w") : NULL;
    l->running = &g;
    l->before = l->last = look(l);
    l->own_cpu_s = own_cpu_s();
    bool fine = ingest_run(&g);
    figures f = look(l);
    if (g.trace)
        fclose(g.trace);
    l->stored += g.acked;
    l->per_s = (double)g.acked / g.seconds;
    if (fine)
        report_ingest(l, &g, &f);
    pool_free(&p);
    return fine;
}

static void report_settled(load *l, double seconds)
{
    figures f = look(l);
    double n = (double)l->stored;
    report_value(&l->r, "settle_s", l->stored, seconds, "s");
    report_value(&l->r, "settled_cpu_us", l->stored, (f.cpu_s - l->before.cpu_s) / n * 1e6, "us");
    report_value(&l->r, "settled_written_bytes_per_article", l->stored,
                 (f.written_bytes - l->before.written_bytes) / n, "bytes");
    report_value(&l->r, "file_bytes_per_article", l->stored, f.file_bytes / n, "bytes");
    report_value(&l->r, "ram_bytes_per_article", l->stored, f.anonymous_bytes / n, "bytes");
    report_value(&l->r, "rss_bytes_per_article", l->stored, f.rss_bytes / n, "bytes");
}

// STORY is answered when everything acknowledged before has its place.
static bool run_settle(load *l)
{
    char uri[1024], header[1100];
    answer a = {0};
    void *s = wire_connect(l->zmq, l->d.endpoint);
    int64_t from = clock_mono_ns(), limit_ms = SETTLE_LEAST_MS + SETTLE_EACH_MS * l->stored;
    articles_uri(l->a, l->stored - 1, uri, sizeof uri);
    snprintf(header, sizeof header, "{\"uri\":\"%s\"}", uri);
    bool fine = s && wire_ask(s, "STORY", header, &a, (int)limit_ms);
    if (fine)
        report_settled(l, (double)(clock_mono_ns() - from) / 1e9);
    if (fine && wire_ask(s, "STATS", "{}", &a, SETTLE_LEAST_MS))
        fprintf(stderr, "STATS %s\n", a.header);
    wire_close(&s);
    answer_free(&a);
    return fine;
}

static bool run_query(load *l)
{
    uint64_t n = l->o.queries;
    return questions(l, "query_full", ASK_URI, n, 1) &&
           questions(l, "query_text", ASK_TEXT, n, 1) &&
           questions(l, "query_parallel", ASK_URI, 2 * n, ASKED_AT_ONCE);
}

static double half_rate(const load *l)
{
    return l->o.ack_rate > 0 ? l->o.ack_rate : l->per_s > 0 ? l->per_s / 2 : 1000;
}

// More articles, for ACK_SECONDS at most, at a rate.
static pool *more_articles(load *l, ingest *g)
{
    double rate = half_rate(l), most = rate * ACK_SECONDS, tenth = (double)l->o.articles / 10;
    uint64_t n = (uint64_t)(most < tenth ? most : tenth) + 1;
    pool *p = pool_new(l->a, l->stored, n, l->o.memory);
    *g = (ingest){.endpoint = l->d.endpoint,
                  .zmq = l->zmq,
                  .pool = p,
                  .first = l->stored,
                  .n = n,
                  .window = OPEN_WINDOW,
                  .batch = l->o.batched ? l->o.batch : 0,
                  .rate = rate};
    return p;
}

static bool run_ack(load *l)
{
    ingest g;
    pool *p = more_articles(l, &g);
    if (!p || !ingest_run(&g)) {
        pool_free(&p);
        return false;
    }
    l->stored += g.acked;
    report_value(&l->r, "ack_rate_per_s", g.n, g.rate, "1/s");
    report_times(&l->r, "ack", &g.acks, "ms");
    report_value(&l->r, "ack_longest_gap_ms", g.n, (double)g.longest_gap_ns / 1e6, "ms");
    pool_free(&p);
    return true;
}

static void *ingest_thread(void *arg)
{
    return ingest_run(arg) ? arg : NULL;
}

// Questions go on, a few hundred at a time, as long as articles come in.
static bool run_mixed(load *l)
{
    ingest g;
    atomic_bool stop = false;
    pthread_t t;
    void *fine = NULL;
    pool *p = more_articles(l, &g);
    g.stop = &stop;
    if (!p || pthread_create(&t, NULL, ingest_thread, &g)) {
        pool_free(&p);
        return false;
    }
    bool asked = questions(l, "query_mixed", ASK_URI, l->o.queries, 1);
    atomic_store(&stop, true);
    pthread_join(t, &fine);
    l->stored += g.acked;
    report_value(&l->r, "mixed_ingest_per_s", g.acked, (double)g.acked / g.seconds, "1/s");
    report_times(&l->r, "mixed_ack", &g.acks, "ms");
    pool_free(&p);
    return asked && fine;
}

// Is a sample of what was acknowledged there?
static bool check(load *l)
{
    void *s = wire_connect(l->zmq, l->d.endpoint);
    uint64_t missing = 0, step = l->stored / CHECKED + 1, n = 0;
    int64_t from = clock_mono_ns();
    bool fine = s && ask_is_stored(s, l->a, l->stored - 1);
    report_value(&l->r, "first_answer_s", l->stored,
                 l->d.start_s + (double)(clock_mono_ns() - from) / 1e9, "s");
    for (uint64_t i = 0; fine && i < l->stored; i += step, n++)
        missing += !ask_is_stored(s, l->a, i);
    report_value(&l->r, "missing_after_restart", n, (double)missing, "articles");
    wire_close(&s);
    return fine && !missing;
}

static bool restart(load *l, int signal)
{
    double stopped = daemon_stop(&l->d, signal), n = (double)l->stored;
    report_value(&l->r, "stop_s", l->stored, stopped, "s");
    if (!start(l))
        return false;
    report_value(&l->r, "restart_s", l->stored, l->d.start_s, "s");
    report_value(&l->r, "restart_s_per_million", l->stored, l->d.start_s / n * 1e6, "s");
    figures f = look(l);
    report_value(&l->r, "restarted_ram_bytes_per_article", l->stored, f.anonymous_bytes / n,
                 "bytes");
    return check(l);
}

// Ended in mid-stream: what was acknowledged until then must be there.
static void kill_at_half(void *ctx, uint64_t done)
{
    load *l = ctx;
    fprintf(stderr, "killed after %llu\n", (unsigned long long)done);
    daemon_stop(&l->d, SIGKILL);
    *l->cut = true;
}

static bool run_kill(load *l)
{
    ingest g;
    bool cut = false;
    pool *p = more_articles(l, &g);
    l->cut = &cut;
    g.step = kill_at_half;
    g.ctx = l;
    g.steps = 2;
    g.cut = &cut;
    bool fine = p && l->d.pid && ingest_run(&g);
    pool_free(&p);
    l->stored += g.until - g.first;
    return fine && restart(l, SIGKILL);
}

static bool run(load *l)
{
    static const struct {
        phase is;
        const char *name;
        bool (*run)(load *l);
    } PHASES[] = {{PHASE_INGEST, "ingest", run_ingest}, {PHASE_SETTLE, "settle", run_settle},
                  {PHASE_QUERY, "query", run_query},    {PHASE_ACK, "ack", run_ack},
                  {PHASE_MIXED, "mixed", run_mixed},    {PHASE_KILL, "kill", run_kill}};
    for (size_t i = 0; i < sizeof PHASES / sizeof *PHASES; i++) {
        if (!(l->o.phases & PHASES[i].is))
            continue;
        fprintf(stderr, "== %s\n", PHASES[i].name);
        if (!PHASES[i].run(l))
            return false;
    }
    if (!(l->o.phases & PHASE_RESTART))
        return true;
    fprintf(stderr, "== restart\n");
    return restart(l, SIGTERM);
}

int main(int argc, char **argv)
{
    load l = {.r = {.mode = "single"}};
    int status = options_read(&l.o, argc, argv);
    if (status)
        return status - 1;
    l.r.mode = l.o.match ? "match" : l.o.batched ? "batch" : "single";
    l.stored = l.o.stored;
    snprintf(l.r.corpus, sizeof l.r.corpus, ARTICLES_VERSION "-%llu", (unsigned long long)l.o.seed);
    l.a = articles_new(l.o.seed);
    l.zmq = zmq_ctx_new();
    bool fine = l.a && l.zmq && open_daemon(&l);
    rows_head();
    fine = fine && run(&l);
    daemon_stop(&l.d, SIGTERM);
    if (l.made_data && !l.o.keep)
        remove_data(&l);
    else
        fprintf(stderr, "data: %s, %llu stored\n", l.data, (unsigned long long)l.stored);
    zmq_ctx_term(l.zmq);
    articles_free(&l.a);
    return fine ? 0 : 1;
}
