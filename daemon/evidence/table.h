// table.h - reads the tab-separated tables of data/: lines, columns, and where a fault stands.
//
// A line that is blank or begins with '#' is left out. Columns are trimmed of blanks;
// "-" or nothing is an empty one. Layer: evidence.  May include: base.  Threads: one owner.
#ifndef SHINGLED_EVIDENCE_TABLE_H
#define SHINGLED_EVIDENCE_TABLE_H
#include "base/view.h"
#include "shingled/err.h"

enum { TABLE_COLUMNS = 8 };

typedef struct table {
    const char *file; // named in faults; borrowed
    char *text;       // a copy that is cut up; owned
    char *next;
    unsigned line; // of the row that table_next gave last
    char *why;     // where a fault is written; borrowed
    size_t why_len;
} table;

SHG_MUST_CHECK shg_err table_open(table *t, const char *file, view text, char *why, size_t why_len);

// table_next cuts the next row into TABLE_COLUMNS columns (missing ones are ""), which
// live as long as the table's text. false at the end.
bool table_next(table *t, char *column[TABLE_COLUMNS]);

// table_fault writes "file:line: ..." and returns SHG_EFIELD.
__attribute__((format(printf, 2, 3))) shg_err table_fault(table *t, const char *format, ...);

// table_part cuts the next part off a list such as "a;b;c"; NULL at its end. Trimmed.
char *table_part(char **list, char separator);

// table_take hands the text over to the caller, who frees it.
char *table_take(table *t);
void table_close(table *t);

#endif
