#include "engine/pace.h"
#include "base/clock.h"

void pace_note(pace *p)
{
    atomic_store_explicit(&p->stored_ns, clock_mono_ns(), memory_order_relaxed);
}

int64_t pace_rest_ns(pace *p, int64_t worked_ns)
{
    const int64_t busy = (int64_t)PACE_BUSY_MS * 1000000, most = (int64_t)PACE_REST_MS * 1000000;
    int64_t stored = atomic_load_explicit(&p->stored_ns, memory_order_relaxed);
    if (!stored || clock_mono_ns() - stored > busy)
        return 0;
    int64_t rest = worked_ns * (PACE_PARTS - 1);
    return rest < most ? rest : most;
}
