#include "evidence/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

shg_err table_open(table *t, const char *file, view text, char *why, size_t why_len)
{
    *t = (table){.file = file, .why = why, .why_len = why_len};
    t->text = malloc(text.len + 1);
    if (!t->text)
        return SHG_ENOMEM;
    if (text.len)
        memcpy(t->text, text.p, text.len);
    t->text[text.len] = 0;
    t->next = t->text;
    return SHG_OK;
}

static char *trim(char *s)
{
    while (*s == ' ' || *s == '\r')
        s++;
    size_t n = strlen(s);
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\r'))
        s[--n] = 0;
    if (n == 1 && *s == '-')
        *s = 0;
    return s;
}

char *table_part(char **list, char separator)
{
    while (*list && **list) {
        char *part = *list, *end = strchr(part, separator);
        *list = end ? end + 1 : NULL;
        if (end)
            *end = 0;
        part = trim(part);
        if (*part)
            return part;
    }
    return NULL;
}

bool table_next(table *t, char *column[TABLE_COLUMNS])
{
    while (t->next && *t->next) {
        char *line = t->next, *end = strchr(line, '\n');
        t->next = end ? end + 1 : NULL;
        if (end)
            *end = 0;
        t->line++;
        if (*line == '#' || !line[strspn(line, " \t\r")])
            continue;
        for (size_t i = 0; i < TABLE_COLUMNS; i++) {
            char *tab = line ? strchr(line, '\t') : NULL;
            if (tab)
                *tab = 0;
            column[i] = line ? trim(line) : t->text + strlen(t->text);
            line = tab ? tab + 1 : NULL;
        }
        return true;
    }
    return false;
}

shg_err table_fault(table *t, const char *format, ...)
{
    int n = snprintf(t->why, t->why_len, "%s:%u: ", t->file, t->line);
    if (n >= 0 && (size_t)n < t->why_len) {
        va_list args;
        va_start(args, format);
        vsnprintf(t->why + n, t->why_len - (size_t)n, format, args);
        va_end(args);
    }
    return SHG_EFIELD;
}

char *table_take(table *t)
{
    char *text = t->text;
    t->text = t->next = NULL;
    return text;
}

void table_close(table *t)
{
    free(t->text);
    *t = (table){0};
}
