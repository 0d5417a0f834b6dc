#include "engine/pace.h"

// Whether the others' use of `since` leaves too little.
static bool is_busy(const pace *p, int64_t used_ns, int64_t since_ns)
{
    int64_t all_but_one = since_ns * ((int64_t)p->cores - 1) - since_ns / 1000 * PACE_SPARE_MS;
    int64_t least = since_ns / 1000 * PACE_OTHERS_MS;
    return used_ns > (all_but_one > least ? all_but_one : least);
}

int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t others_ns, int64_t worked_ns)
{
    const int64_t ms = 1000000, most = PACE_REST_MS * ms;
    int64_t since = now_ns - p->looked_ns;
    if (since >= PACE_LOOK_MS * ms) {
        p->busy = is_busy(p, others_ns - p->others_ns, since);
        p->looked_ns = now_ns;
        p->others_ns = others_ns;
    }
    bool rests = p->busy && now_ns >= p->wanted_ns;
    p->owed_ns = rests ? p->owed_ns + worked_ns * (PACE_PARTS - 1) : 0;
    int64_t rest = p->owed_ns < most ? p->owed_ns : most;
    p->owed_ns -= rest;
    return rest;
}

void pace_want(pace *p, int64_t now_ns)
{
    p->wanted_ns = now_ns + (int64_t)PACE_WANTED_MS * 1000000;
    p->owed_ns = 0;
}
