// shingled - options, then serve or check.
#include "base/cpu.h"
#include "conf.h"
#include "engine/engine.h"
#include "server/server.h"
#include "shingled/version.h"

#include <malloc.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_DONE, EXIT_FAULTS, EXIT_USAGE, EXIT_CANNOT };
enum { WHY_LEN = 1024, MIB = 1 << 20, DAY_MS = 86400000 };

static int cannot(const char *why)
{
    fprintf(stderr, "shingled: %s\n", why);
    return EXIT_CANNOT;
}

static void say_fault(void *ctx, const char *line)
{
    (void)ctx;
    fprintf(stderr, "%s\n", line);
}

static void say_progress(void *ctx, uint64_t done, uint64_t of)
{
    int *last = ctx, percent = of ? (int)(done * 100 / of) : 100;
    if (percent == *last)
        return;
    *last = percent;
    fprintf(stderr, "\rchecking %3d %%%s", percent, percent == 100 ? "\n" : "");
}

static int check_here(const conf *c)
{
    uint64_t faults = 0;
    int last = -1;
    shg_err e = engine_check(c->data, say_fault, isatty(STDERR_FILENO) ? say_progress : NULL, &last,
                             &faults);
    if (e) {
        fprintf(stderr, "shingled: %s can't be checked: %s\n", c->data,
                e == SHG_EBUSY ? "stop the daemon that serves it" : shg_err_text(e));
        return EXIT_CANNOT;
    }
    if (faults) {
        fprintf(stderr, "%s: %llu faults\n", c->data, (unsigned long long)faults);
        return EXIT_FAULTS;
    }
    fprintf(stderr, "%s: consistent\n", c->data);
    return EXIT_DONE;
}

// LMDB's own pages have no checksum: damaged ones can crash who walks them. The check does
// that in a child, whose death is a finding like another.
static int check(const conf *c)
{
    pid_t child = fork();
    int status;
    if (child < 0)
        return cannot(strerror(errno));
    if (child == 0)
        _exit(check_here(c));
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    fprintf(stderr, "%s: the pages of data.mdb are damaged (%s): restore a copy\n", c->data,
            strsignal(WTERMSIG(status)));
    return EXIT_FAULTS;
}

// LMDB walks its pages unchecked: damaged ones can kill the daemon. It dies of the signal as it
// would, core and all, but says first what to do. Sanitizers have handlers of their own.
static void last_words(int sig)
{
    static const char text[] = "shingled: killed by a fault in its own process: run --check on the "
                               "store; if its pages are damaged, restore a copy\n";
    ssize_t done = write(STDERR_FILENO, text, sizeof text - 1);
    (void)done;
    raise(sig); // SA_RESETHAND: now by default
}

static void catch_faults(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGABRT};
    struct sigaction a = {.sa_handler = last_words, .sa_flags = SA_RESETHAND}, now;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (!sigaction(faults[i], NULL, &now) && now.sa_handler == SIG_DFL)
            sigaction(faults[i], &a, NULL);
}

static int serve(const conf *c)
{
    char why[WHY_LEN] = "";
    engine *e;
    engine_opts eo = {
        .dir = c->data,
        .sources = c->sources,
        .map_bytes = (size_t)c->map_mib * MIB,
        .cache_bytes = (size_t)c->cache_mib * MIB,
        .seed = c->seed,
        .seal_docs = (unsigned)c->seal_docs,
        .keep_ms = (int64_t)c->keep_days * DAY_MS,
        .keep_bytes = c->keep_mib * MIB,
    };
    server_opts so = {.listen = (const char **)c->listen,
                      .n_listen = c->n_listen,
                      .pull = c->pull,
                      .workers = (unsigned)c->workers};
    catch_faults();
    if (engine_open(&e, &eo, why, sizeof why))
        return cannot(why);
    shg_err err = server_run(e, &so, why, sizeof why);
    engine_close(&e);
    return err ? cannot(why) : EXIT_DONE;
}

// Before any thread is there, so that all of them leave the signals to the server.
static void block_signals(void)
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGTERM);
    sigaddset(&s, SIGINT);
    pthread_sigmask(SIG_BLOCK, &s, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); // a file size limit is a full disk: EFBIG, answered 507
}

// What is freed at the top of a heap is wanted again with the next group of articles: giving it
// back to the kernel costs a fault and a cleared page for each 4 KB.
static void keep_memory(void)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
}

int main(int argc, char **argv)
{
    char why[WHY_LEN] = "";
    conf c;
    int status = EXIT_DONE;
    if (conf_read(&c, argc, argv, why, sizeof why)) {
        fprintf(stderr, "shingled: %s\n", why);
        conf_free(&c);
        return EXIT_USAGE;
    }
    log_set_level(c.log_level);
    keep_memory();
    block_signals();
    if (c.help)
        conf_help(stdout);
    else if (c.version)
        printf("shingled %s, SHG%d, store format %d, kernels for %s\n", SHG_VERSION, SHG_PROTO,
               SHG_FORMAT, cpu_name(cpu_best()));
    else if (c.check_config)
        conf_show(&c, stdout);
    else
        status = c.check ? check(&c) : serve(&c);
    conf_free(&c);
    return status;
}
