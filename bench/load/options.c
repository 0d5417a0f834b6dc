#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: bench_load [options]\n"
    "Loads a shingled with generated articles and asks it questions, from outside.\n"
    "It starts one on an empty data directory, and ends it, unless --server is given.\n"
    "CSV goes to standard output, what people read to standard error.\n"
    "\n"
    "  --articles N          articles to store (100000)\n"
    "  --seed S              of the articles (1)\n"
    "  --phases LIST         ingest,settle,query,ack,mixed,restart,kill (all but kill; with\n"
    "                        --server not restart either)\n"
    "      ingest            store them, as fast as the window allows or at --rate\n"
    "      settle            wait until each has its place in a story\n"
    "      query             ask by uri and by text, one after another; then 8 at once\n"
    "      ack               store a tenth more at half that rate: latency of the answers\n"
    "      mixed             ask while articles come in at half that rate\n"
    "      restart           end and start it: how long, and is everything there\n"
    "      kill              the same after SIGKILL in the middle of storing\n"
    "  --mode MODE           single: one PUT a message (default); match: with \"match\": true;\n"
    "                        batch: PUTS of a stream, in pairs\n"
    "  --batch N             articles in a message, with --mode batch (64)\n"
    "  --transport T         tcp (default) or ipc\n"
    "  --window N            articles on their way at once (1000)\n"
    "  --rate R              articles a second in ingest; 0: as many as go (0)\n"
    "  --ack-rate R          articles a second in ack and mixed (half of what ingest gave)\n"
    "  --queries N           questions of each kind (2000)\n"
    "  --steps N             figures of growth, so many times on the way (10)\n"
    "  --probe N             questions at each step; articles and clock wait meanwhile (0)\n"
    "  --memory MIB          for articles made before the clock runs (3000)\n"
    "  --trace FILE          \"ms,acked,longest_ms\" of each 10 ms of ingest\n"
    "  --threads             CPU time of each of the daemon's threads after ingest\n"
    "  --daemon FILE         the program (the build's own)\n"
    "  --option NAME=VALUE   passed on to it as --NAME VALUE; may stand more than once\n"
    "  --data DIR            its data directory (a temporary one)\n"
    "  --keep                leave the data directory where it is\n"
    "  --stored N            articles 0 to N are in it already\n"
    "  --server ENDPOINT     a daemon that runs; --pid P and --data DIR to watch it\n";

enum { FIRST = 256 };
// The options, in one order for the enum and the names.
#define OPTIONS_ALL(X)                                                                             \
    X(ARTICLES, "articles")                                                                        \
    X(SEED, "seed")                                                                                \
    X(PHASES, "phases")                                                                            \
    X(MODE, "mode")                                                                                \
    X(BATCH, "batch")                                                                              \
    X(TRANSPORT, "transport")                                                                      \
    X(WINDOW, "window")                                                                            \
    X(RATE, "rate")                                                                                \
    X(ACK_RATE, "ack-rate")                                                                        \
    X(QUERIES, "queries")                                                                          \
    X(STEPS, "steps")                                                                              \
    X(PROBE, "probe")                                                                              \
    X(MEMORY, "memory")                                                                            \
    X(TRACE, "trace")                                                                              \
    X(THREADS, "threads")                                                                          \
    X(DAEMON, "daemon")                                                                            \
    X(OPTION, "option")                                                                            \
    X(DATA, "data")                                                                                \
    X(KEEP, "keep")                                                                                \
    X(STORED, "stored")                                                                            \
    X(SERVER, "server")                                                                            \
    X(PID, "pid")                                                                                  \
    X(HELP_ME, "help")
#define OPTION_ENUM(e, name) e,
#define OPTION_NAME(e, name) name,
enum { OPTIONS_ALL(OPTION_ENUM) OPTIONS };
static const char *const NAME[] = {OPTIONS_ALL(OPTION_NAME)};

static bool read_phases(options *o, const char *list)
{
    static const char *const PHASE[] = {"ingest", "settle",  "query", "ack",
                                        "mixed",  "restart", "kill"};
    o->phases = 0;
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ","), k = 0;
        while (k < sizeof PHASE / sizeof *PHASE &&
               (strlen(PHASE[k]) != n || strncmp(PHASE[k], at, n) != 0))
            k++;
        if (k == sizeof PHASE / sizeof *PHASE)
            return false;
        o->phases |= 1u << k;
        at += n + (at[n] == ',');
    }
    return o->phases != 0;
}

static bool read_number(const char *s, double most, double *out)
{
    char *end;
    *out = strtod(s, &end);
    return end != s && !*end && *out >= 0 && *out <= most;
}

static bool set_number(options *o, int k, const char *s)
{
    double x;
    if (!read_number(s, 1e12, &x))
        return false;
    switch (k) {
    case ARTICLES:
        o->articles = (uint64_t)x;
        break;
    case SEED:
        o->seed = (uint64_t)x;
        break;
    case WINDOW:
        o->window = (unsigned)x;
        break;
    case RATE:
        o->rate = x;
        break;
    case ACK_RATE:
        o->ack_rate = x;
        break;
    case QUERIES:
        o->queries = (uint64_t)x;
        break;
    case STEPS:
        o->steps = (unsigned)x;
        break;
    case PROBE:
        o->probe = (uint64_t)x;
        break;
    case MEMORY:
        o->memory = (uint64_t)x << 20;
        break;
    case BATCH:
        o->batch = (unsigned)x;
        break;
    case STORED:
        o->stored = (uint64_t)x;
        break;
    default:
        o->pid = (int)x;
    }
    return true;
}

static bool choose(const char *s, const char *no, const char *yes, bool *out)
{
    *out = strcmp(s, yes) == 0;
    return *out || strcmp(s, no) == 0;
}

static bool choose_mode(options *o, const char *s)
{
    o->match = strcmp(s, "match") == 0;
    o->batched = strcmp(s, "batch") == 0;
    return o->match || o->batched || strcmp(s, "single") == 0;
}

static bool set(options *o, int k, const char *s)
{
    switch (k) {
    case PHASES:
        return read_phases(o, s);
    case MODE:
        return choose_mode(o, s);
    case TRANSPORT:
        return choose(s, "tcp", "ipc", &o->ipc);
    case TRACE:
        o->trace = s;
        return true;
    case THREADS:
        return o->threads = true;
    case DAEMON:
        o->daemon = s;
        return true;
    case DATA:
        o->data = s;
        return true;
    case KEEP:
        return o->keep = true;
    case SERVER:
        o->server = s;
        return true;
    case OPTION:
        if (o->n_passed == OPTIONS_PASSED || !strchr(s, '='))
            return false;
        o->passed[o->n_passed++] = s;
        return true;
    default:
        return set_number(o, k, s);
    }
}

// What the options say together. extra is an argument that is none, or NULL.
static bool fill_in(options *o, const char *extra)
{
    if (!o->phases)
        o->phases = (o->server ? PHASE_RESTART : PHASE_KILL) - 1;
    const char *why = NULL;
    if (extra)
        why = "options only, each with two dashes";
    else if (!o->articles || !o->window)
        why = "no articles, or no window for them";
    else if (o->server && o->phases >= PHASE_RESTART)
        why = "restart and kill end the daemon: not one of --server";
    if (why)
        fprintf(stderr, "bench_load: %s\n", why);
    return !why;
}

int options_read(options *o, int argc, char **argv)
{
    struct option known[OPTIONS + 1] = {0};
    for (int k = 0; k < OPTIONS; k++) {
        bool flag = k == THREADS || k == KEEP || k == HELP_ME;
        known[k] =
            (struct option){NAME[k], flag ? no_argument : required_argument, NULL, FIRST + k};
    }
    *o = (options){.articles = 100000,
                   .seed = 1,
                   .queries = 2000,
                   .memory = (uint64_t)3000 << 20,
                   .window = 1000,
                   .batch = 64,
                   .steps = 10};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (c == FIRST + HELP_ME) {
            fputs(HELP, stdout);
            return 1;
        }
        if (c < FIRST || !set(o, c - FIRST, optarg)) {
            if (c >= FIRST)
                fprintf(stderr, "bench_load: --%s does not take \"%s\"\n", NAME[c - FIRST], optarg);
            return 3;
        }
    }
    return fill_in(o, optind < argc ? argv[optind] : NULL) ? 0 : 3;
}
