#include "engine/refusal.h"
#include "text/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

shg_err refuse(refusal *r, shg_err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(r->detail, sizeof r->detail, format, args);
    va_end(args);
    // The detail travels as JSON: a character that was cut, here or by the caller, must not stay.
    size_t at;
    while (utf8_check(view_of(r->detail), &at))
        r->detail[at] = '?';
    r->err = err;
    return err;
}
