#include "base/places.h"

#define BIT(m, i) ((m) >> (i)&1)
// Of bit i: how many stand below it, and its number where those leave it.
#define BELOW(m, i)                                                                                \
    ((i > 0 && BIT(m, 0)) + (i > 1 && BIT(m, 1)) + (i > 2 && BIT(m, 2)) + (i > 3 && BIT(m, 3)) +   \
     (i > 4 && BIT(m, 4)) + (i > 5 && BIT(m, 5)) + (i > 6 && BIT(m, 6)))
#define PLACE(m, i) ((uint64_t)(BIT(m, i) * (i)) << 8 * BELOW(m, i))
#define PLACES(m)                                                                                  \
    (PLACE(m, 1) | PLACE(m, 2) | PLACE(m, 3) | PLACE(m, 4) | PLACE(m, 5) | PLACE(m, 6) |           \
     PLACE(m, 7))
#define FOUR(m) PLACES(m), PLACES((m) + 1), PLACES((m) + 2), PLACES((m) + 3)
#define SIXTEEN(m) FOUR(m), FOUR((m) + 4), FOUR((m) + 8), FOUR((m) + 12)
#define SIXTY_FOUR(m) SIXTEEN(m), SIXTEEN((m) + 16), SIXTEEN((m) + 32), SIXTEEN((m) + 48)

const uint64_t BIT_PLACES[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128), SIXTY_FOUR(192)};
