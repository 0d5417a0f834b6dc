#include "engine/pace.h"

// Whether the others' use of `since` leaves too little for so many hands.
static bool is_much(const pace *p, int64_t used_ns, int64_t since_ns, unsigned hands)
{
    int64_t left = since_ns * ((int64_t)p->cores - hands) - since_ns / 1000 * PACE_SPARE_MS;
    int64_t least = since_ns / 1000 * PACE_OTHERS_MS;
    return used_ns > (left > least ? left : least);
}

// Of how many parts one hand works one beside others that used the machine nearly up.
static unsigned parts_beside(const pace *p, int64_t used_ns, int64_t since_ns)
{
    int64_t left = since_ns * (int64_t)p->cores - used_ns;
    int64_t parts = left > 0 ? PACE_LEFT_PART * since_ns / left : PACE_PARTS_MOST;
    return parts < PACE_PARTS        ? PACE_PARTS
           : parts > PACE_PARTS_MOST ? PACE_PARTS_MOST
                                     : (unsigned)parts;
}

void pace_look(pace *p, int64_t now_ns, int64_t others_ns)
{
    int64_t since = now_ns - p->looked_ns, used = others_ns - p->others_ns;
    if (!pace_is_due(p, now_ns))
        return;
    unsigned hands = p->cores;
    while (hands && is_much(p, used, since, hands))
        hands--;
    p->parts = hands ? 0 : parts_beside(p, used, since);
    p->more = hands ? hands - 1 : 0;
    p->looked_ns = now_ns;
    p->others_ns = others_ns;
}

unsigned pace_hands(const pace *p, int64_t now_ns)
{
    return pace_is_wanted(p, now_ns) ? p->cores : 1 + p->more;
}

int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t worked_ns)
{
    const int64_t most = (int64_t)PACE_REST_MS * 1000000;
    bool rests = p->parts && !pace_is_wanted(p, now_ns);
    p->owed_ns = rests ? p->owed_ns + worked_ns * (p->parts - 1) : 0;
    int64_t rest = p->owed_ns < most ? p->owed_ns : most;
    p->owed_ns -= rest;
    return rest;
}

void pace_want(pace *p, int64_t now_ns)
{
    p->wanted_ns = now_ns + (int64_t)PACE_WANTED_MS * 1000000;
    p->owed_ns = 0;
}
