// ingest.c - what an article costs inside the engine, between its receipt and its acknowledgement.
//
//     ingest [articles [directory]]     rows of CSV (rows.h)
//
// Generated articles, read and applied in groups, as the daemon's threads do it, but by one: what a
// stage takes is its thread's CPU time, whatever else runs. `background` is what the engine's own
// threads took meanwhile: sealing, merging, the wordbook, placing in stories. One value is a
// tenth of the articles.
#include "base/clock.h"
#include "engine/engine.h"
#include "must.h"
#include "rows.h"
#include "scratch.h"
#include "texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { GROUP = 256, TENTHS = 10 };
enum stage { READ, APPLY, DROP, BACKGROUND, STAGES };

static double process_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// One group, from bytes to acknowledged; adds to ns what each stage took.
static void ingest_group(engine *e, const texts *t, double ns[STAGES])
{
    static change c[GROUP];
    put_options o;
    refusal r = {0};
    double t0 = rows_cpu_ns();
    for (size_t i = 0; i < GROUP; i++)
        must(engine_read_put(e, texts_record(t, i), texts_text(t, i), &o, &c[i], &r), r.detail);
    double t1 = rows_cpu_ns();
    engine_apply(e, c, GROUP);
    double t2 = rows_cpu_ns();
    for (size_t i = 0; i < GROUP; i++) {
        must(c[i].refusal.err, c[i].refusal.detail);
        change_fini(&c[i]);
    }
    ns[READ] += t1 - t0;
    ns[APPLY] += t2 - t1;
    ns[DROP] += rows_cpu_ns() - t2;
}

// A tenth of the articles; us: of each stage, for one of them.
static void ingest_tenth(engine *e, texts *t, uint64_t from, uint64_t groups, double us[STAGES])
{
    double ns[STAGES] = {0}, process = process_ns(), self = rows_cpu_ns();
    for (uint64_t g = 0; g < groups; g++) {
        texts_again(t, from + g * GROUP);
        ingest_group(e, t, ns);
    }
    ns[BACKGROUND] = process_ns() - process - (rows_cpu_ns() - self);
    for (int s = 0; s < STAGES; s++)
        us[s] = ns[s] / 1e3 / (double)(groups * GROUP);
}

int main(int argc, char **argv)
{
    static const char *const names[STAGES] = {"read", "apply", "drop", "background"};
    static double us[STAGES][TENTHS];
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 50000;
    uint64_t groups = n / TENTHS / GROUP ? n / TENTHS / GROUP : 1;
    char dir[SCRATCH_PATH], corpus[TEXTS_NAME], why[512] = "";
    engine *e;
    scratch_make(dir, argc > 2 ? argv[2] : ".", "bench-ingest");
    texts *t = texts_new(GROUP, 1);
    texts_name(t, corpus);
    must(engine_open(&e, &(engine_opts){.dir = dir, .seed = 42}, why, sizeof why), why);
    for (uint64_t i = 0; i < TENTHS; i++) {
        double one[STAGES];
        ingest_tenth(e, t, i * groups * GROUP, groups, one);
        for (int s = 0; s < STAGES; s++)
            us[s][i] = one[s];
    }
    engine_close(&e);
    texts_free(&t);
    scratch_remove(dir);
    rows_head();
    row_of of = {"ingest", "-", corpus, groups * TENTHS * GROUP};
    for (int s = 0; s < STAGES; s++)
        rows_print(&of, "us", us[s], TENTHS, "%s_us", names[s]);
    return 0;
}
