#include "engine/pace.h"

void pace_note(pace *p, uint64_t n)
{
    atomic_fetch_add_explicit(&p->stored, n, memory_order_relaxed);
}

int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t worked_ns)
{
    const int64_t ms = 1000000, most = PACE_REST_MS * ms;
    int64_t since = now_ns - p->looked_ns;
    if (since >= PACE_LOOK_MS * ms) {
        uint64_t stored = atomic_load_explicit(&p->stored, memory_order_relaxed);
        p->busy = (double)(stored - p->seen) * 1e9 > (double)since * PACE_BUSY;
        p->seen = stored;
        p->looked_ns = now_ns;
    }
    p->owed_ns = p->busy ? p->owed_ns + worked_ns * (PACE_PARTS - 1) : 0;
    int64_t rest = p->owed_ns < most ? p->owed_ns : most;
    p->owed_ns -= rest;
    return rest;
}
