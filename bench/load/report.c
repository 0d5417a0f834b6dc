#include "report.h"

#include <stdio.h>
#include <string.h>

void report_head(void)
{
    puts("bench,name,level,corpus,n,repetitions,min,median,max,unit");
}

void report_value(const report *r, const char *name, uint64_t n, double value, const char *unit)
{
    printf("load,%s,%s,%s,%llu,1,%.6g,%.6g,%.6g,%s\n", name, r->mode, r->corpus,
           (unsigned long long)n, value, value, value, unit);
    fflush(stdout);
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
