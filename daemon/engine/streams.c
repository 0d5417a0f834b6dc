// streams.c - the places of streams, as changes among the articles.
#include "base/clock.h"
#include "engine/state.h"

#include <stdlib.h>

enum { KEPT_MOST = 4096 };                      // streams whose place is remembered
static const int64_t kept_ms = 90LL * 86400000; // since they were used last

static shg_err look_place(index_txn *t, change *c, view name)
{
    stream_place at;
    shg_err err = index_stream_get(t, name, &at);
    c->batch = err ? 0 : at.batch;
    free(c->mark);
    c->mark = NULL;
    if (!err && at.mark.len) {
        c->mark = strndup((const char *)at.mark.p, at.mark.len);
        return c->mark ? SHG_OK : SHG_ENOMEM;
    }
    return err;
}

static shg_err set_place(index_txn *t, change *c, view name)
{
    stream_place at = {c->batch, clock_wall_ms(), view_of(c->mark)};
    return index_stream_put(t, name, &at);
}

static shg_err open_place(index_txn *t, change *c, view name)
{
    shg_err err = c->act == STREAM_RESET ? index_stream_drop(t, name) : SHG_OK;
    if (!err)
        err = look_place(t, c, name);
    if (err == SHG_ENOTFOUND)
        err = index_stream_trim(t, clock_wall_ms() - kept_ms, KEPT_MOST);
    return err ? err : set_place(t, c, name);
}

shg_err streams_change(index_txn *t, change *c)
{
    view name = view_of(c->stream);
    shg_err err = SHG_OK;
    if (!name.len)
        return SHG_OK;
    switch (c->act) {
    case STREAM_LOOK:
        err = look_place(t, c, name);
        return err == SHG_ENOTFOUND ? SHG_OK : err;
    case STREAM_OPEN:
    case STREAM_RESET:
        return open_place(t, c, name);
    case STREAM_SET:
        return set_place(t, c, name);
    case STREAM_FORGET:
        return index_stream_drop(t, name);
    }
    return SHG_EINTERNAL;
}
