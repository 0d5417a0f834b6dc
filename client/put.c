// put.c - `shingle put`: a window of records in flight, refused ones named, the rest stored.
#include "put.h"

#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t interrupts; // a signal handler has nowhere else to write

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupts = interrupts + 1;
}

int put_interrupts(void)
{
    return interrupts;
}

void put_show_progress(put *p)
{
    uint64_t taken = p->in ? records_taken(p->in) : 0;
    progress_show(&p->bar, taken, p->n.read, p->n.refused);
}

static void run_dry(put *p)
{
    for (; put_next(p) && !interrupts; record_free(&p->next), p->have_next = false) {
        p->n.accepted++;
        p->n.bytes += p->next.text_len;
        put_show_progress(p);
    }
    if (interrupts)
        p->code = EXIT_INTERRUPTED;
}

static const char *comma(char out[32], uint64_t n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static void part(term *t, const char **before, uint64_t n, const char *what, style s)
{
    char text[32];
    if (!n)
        return;
    term_say(t, STYLE_PLAIN, "%s", *before);
    term_say(t, s, "%s %s", comma(text, n), what);
    *before = ", ";
}

// What became of every record that was read.
static void summary(put *p, double seconds)
{
    const counts *n = &p->n;
    term *t = p->c->json ? &p->c->err : &p->c->out;
    uint64_t acked = n->fresh + n->updated + n->unchanged + n->accepted + n->blind;
    char text[32], size[32], rate[32];
    progress_hide(&p->bar);
    term_say(t, STYLE_PLAIN, "%s record%s read: ", comma(text, n->read), n->read == 1 ? "" : "s");
    const char *before = "";
    part(t, &before, n->fresh, "new", STYLE_GOOD);
    part(t, &before, n->updated, "updated", STYLE_GOOD);
    part(t, &before, n->unchanged, "unchanged", STYLE_PLAIN);
    part(t, &before, n->accepted, p->o.dry_run ? "fit to be sent" : "accepted", STYLE_GOOD);
    part(t, &before, n->blind, "stored, the answer lost", STYLE_PLAIN);
    part(t, &before, n->refused, "refused", STYLE_BAD);
    part(t, &before, n->retried, "sent again", STYLE_DIM);
    part(t, &before, p->n_used + p->have_next, "not acknowledged", STYLE_BAD);
    if (!*before)
        term_say(t, STYLE_PLAIN, "nothing to store");
    bool small = n->bytes < 10240;
    term_say(t, STYLE_DIM, "; %s %s of text in %.*f s",
             comma(size, small ? n->bytes : n->bytes >> 10), small ? "bytes" : "KiB",
             seconds < 1 ? 2 : 1, seconds);
    if (seconds > 0.05)
        term_say(t, STYLE_DIM, ", %s a second", comma(rate, (uint64_t)((double)acked / seconds)));
    term_say(t, STYLE_PLAIN, "\n");
    if (n->warned)
        term_say(t, STYLE_DIM, "%s with a warning, the first: %s%s\n", comma(text, n->warned),
                 p->warning, p->o.verbose ? "" : " (--verbose names them)");
}

// Where the input stands, for whoever wants to go on from there.
static void say_where(put *p)
{
    const slot *open = put_first_open(p);
    if ((p->code != EXIT_INTERRUPTED && p->code != EXIT_NO_SERVER) || p->o.dry_run)
        return;
    if (open)
        cli_fault(p->c, 0, "everything before %s:%llu was answered; to go on, put the same again",
                  open->path, (unsigned long long)open->rec.line);
    else if (p->last_path)
        cli_fault(p->c, 0, "everything up to %s:%llu was answered; to go on, put the same again",
                  p->last_path, (unsigned long long)p->last_line);
}

static int finish(put *p, int64_t start_ns)
{
    say_where(p);
    if (!p->o.quiet)
        summary(p, (double)(clock_mono_ns() - start_ns) / 1e9);
    put_drop(p);
    if (p->have_next)
        record_free(&p->next);
    records_close(&p->in);
    int code = p->code;
    free(p);
    return code;
}

static void catch_interrupts(void)
{
    struct sigaction a = {.sa_handler = on_interrupt}; // no SA_RESTART: waits must end
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

static int prepare(put *p, const command *self, int argc)
{
    if (argc == 0)
        return cli_usage(p->c, self, "put what? Name files, or - for standard input");
    if (p->o.uri && argc > 1)
        return cli_usage(p->c, self, "--uri names one article, and there are %d files", argc);
    p->format = RECORDS_AUTO;
    if (p->o.format && !strcmp(p->o.format, "text"))
        p->format = RECORDS_TEXT;
    else if (p->o.format && !strcmp(p->o.format, "jsonl"))
        p->format = RECORDS_LINES;
    else if (p->o.format)
        return cli_usage(p->c, self, "--format is text or jsonl");
    if (p->o.window < 1 || p->o.window > WINDOW_MOST)
        return cli_usage(p->c, self, "--window is 1 to %d", WINDOW_MOST);
    p->window = (size_t)p->o.window;
    return p->o.dry_run ? GO_ON : cli_connect(p->c, WINDOW_MOST);
}

// The answers of a stream tell of batches, and only of what is committed.
static bool one_by_one(const put *p)
{
    return !p->o.stream && (p->c->json || p->o.durability || p->o.window < WINDOW_MOST);
}

static int run_put(cli *c, const command *self, int argc, char **argv)
{
    put *p = calloc(1, sizeof *p);
    if (!p)
        cli_no_memory();
    put_options *o = &p->o;
    p->c = c;
    o->window = WINDOW_MOST;
    const arg a[] = {
        {"uri", 'u', ARG_TEXT, &o->uri, "URI", "the article's uri (default: the file's path)"},
        {"headline", 0, ARG_TEXT, &o->headline, "TEXT", "fields of the record; they win over"},
        {"publisher", 0, ARG_TEXT, &o->publisher, "NAME", "  what a JSON record says itself"},
        {"published", 0, ARG_TEXT, &o->published, "TIME", ""},
        {"by", 0, ARG_TEXT, &o->by, "NAME", ""},
        {"language", 0, ARG_TEXT, &o->language, "TAG", ""},
        {"format", 'f', ARG_TEXT, &o->format, "FORMAT", "text or jsonl (default: by the name)"},
        {"dry-run", 'n', ARG_FLAG, &o->dry_run, NULL, "only check, without a server"},
        {"durability", 0, ARG_TEXT, &o->durability, "HOW", "commit (default) or accept"},
        {"stream", 0, ARG_TEXT, &o->stream, "NAME", "go on where a run of this name was stopped"},
        {"window", 0, ARG_COUNT, &o->window, "N",
         "one by one, 1 to 63 in flight (default: batches)"},
        {"verbose", 'v', ARG_FLAG, &o->verbose, NULL, "name warnings, too"},
        {"quiet", 'q', ARG_FLAG, &o->quiet, NULL, "no progress and no summary"},
    };
    int done = args_parse(c, self, a, sizeof a / sizeof *a, &argc, &argv);
    if (done == GO_ON)
        done = prepare(p, self, argc);
    if (done != GO_ON) {
        free(p);
        return done;
    }
    p->paths = argv;
    p->n_paths = argc;
    catch_interrupts();
    progress_start(&p->bar, &c->err, argv, argc, o->quiet);
    int64_t start_ns = clock_mono_ns();
    if (o->dry_run)
        run_dry(p);
    else if (one_by_one(p) || !put_stream(p))
        put_window(p);
    return finish(p, start_ns);
}

const command put_command = {
    .name = "put",
    .summary = "store articles",
    .synopsis = "[options] FILE... | -",
    .about =
        "Stores articles, acknowledged when they are on the server's disk. FILE is a plain text\n"
        "(one article) or JSON Lines (.jsonl, .ndjson: one record a line, with uri and text or\n"
        "their common other names; a .json file may also be one record or an array of them);\n"
        "both also as gzip or zstd. - is standard input.\n"
        "What can be stored is stored; every refused record is named on standard error as\n"
        "file:line uri: status error, and then the exit status is 1. Putting the same again is\n"
        "harmless. Ctrl-C stops after the answers to what was sent; with --stream NAME the same\n"
        "command goes on there, also after a crash.\n",
    .examples = "  shingle put --uri https://example.org/a --publisher example.org a.txt\n"
                "  shingle put crawl-2017-03.jsonl.gz\n"
                "  zcat *.jsonl.gz | shingle put -\n"
                "  shingle put --dry-run crawl.jsonl.zst\n",
    .run = run_put,
};
