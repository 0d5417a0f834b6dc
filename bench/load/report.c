#include "report.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

void report_value(const report *r, const char *name, uint64_t n, double value, const char *unit)
{
    rows_print(&(row_of){"load", r->mode, r->corpus, n}, unit, &value, 1, "%s", name);
    fprintf(stderr, "%-34s %14.6g %s\n", name, value, unit);
}

void report_times(const report *r, const char *name, const histogram *h, const char *unit)
{
    static const struct {
        const char *name;
        double share;
    } AT[] = {{"p50", .5}, {"p99", .99}, {"p999", .999}, {"most", 1}};
    double per = strcmp(unit, "ms") == 0 ? 1e6 : 1e3;
    for (size_t i = 0; i < sizeof AT / sizeof *AT; i++) {
        char full[128];
        snprintf(full, sizeof full, "%s_%s_%s", name, AT[i].name, unit);
        report_value(r, full, h->n, (double)histogram_at(h, AT[i].share) / per, unit);
    }
}
