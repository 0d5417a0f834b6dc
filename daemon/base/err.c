#include "shingled/err.h"

static const struct {
    const char *name;
    int status;
    const char *text;
} table[SHG_ERR_COUNT] = {
#define X(constant, name, status, text) [constant] = {name, status, text},
    SHG_ERR_TABLE(X)
#undef X
};

static shg_err known(shg_err e)
{
    return (unsigned)e < SHG_ERR_COUNT ? e : SHG_EINTERNAL;
}

const char *shg_err_name(shg_err e)
{
    return table[known(e)].name;
}

int shg_err_status(shg_err e)
{
    return table[known(e)].status;
}

const char *shg_err_text(shg_err e)
{
    return table[known(e)].text;
}
