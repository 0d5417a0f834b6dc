// progress.c - one line on a terminal that says how far it is.
#include "progress.h"

#include "base/clock.h"

#include <sys/stat.h>

enum { BAR = 24, EVERY_MS = 100 };

void progress_start(progress *p, term *t, char **paths, int n, bool quiet)
{
    *p = (progress){.t = t, .on = t->tty && !quiet, .known = true, .start_ns = clock_mono_ns()};
    p->next_ns = p->start_ns + EVERY_MS * 1000000ll;
    for (int i = 0; i < n; i++) {
        struct stat st;
        if (stat(paths[i], &st) == 0 && S_ISREG(st.st_mode))
            p->total += (uint64_t)st.st_size;
        else
            p->known = false;
    }
    p->known = p->known && p->total > 0;
}

void progress_done(progress *p, uint64_t taken, uint64_t size)
{
    p->before += size ? size : taken;
}

static void format_time(char out[16], double seconds)
{
    unsigned s = seconds < 360000 ? (unsigned)(seconds + .5) : 359999;
    if (s >= 3600)
        snprintf(out, 16, "%u:%02u:%02u", s / 3600 % 100, s / 60 % 60, s % 60);
    else
        snprintf(out, 16, "%u:%02u", s / 60, s % 60);
}

static void draw_bar(FILE *f, double share)
{
    unsigned full = (unsigned)(share * BAR + .5);
    for (unsigned i = 0; i < BAR; i++)
        fputs(i < full ? "█" : "░", f);
    fprintf(f, " %3.0f %%  ", share * 100);
}

void progress_show(progress *p, uint64_t taken, uint64_t n_records, uint64_t n_refused)
{
    int64_t now = clock_mono_ns();
    if (!p->on || now < p->next_ns)
        return;
    p->next_ns = now + EVERY_MS * 1000000ll;
    double spent = (double)(now - p->start_ns) / 1e9;
    double share = p->known ? (double)(p->before + taken) / (double)p->total : 0;
    FILE *f = p->t->f;
    fputs("\r\033[K", f);
    if (p->known)
        draw_bar(f, share > 1 ? 1 : share);
    fprintf(f, "%llu records, %.0f/s", (unsigned long long)n_records, (double)n_records / spent);
    if (n_refused)
        fprintf(f, ", %llu refused", (unsigned long long)n_refused);
    if (share > .005 && share < 1) {
        char left[16];
        format_time(left, spent * (1 - share) / share);
        fprintf(f, ", %s left", left);
    }
    fflush(f);
    p->shown = true;
}

void progress_hide(progress *p)
{
    if (!p->shown)
        return;
    fputs("\r\033[K", p->t->f);
    fflush(p->t->f);
    p->shown = false;
}
