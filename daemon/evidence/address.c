#include "evidence/address.h"

#include <string.h>

enum { SCHEME_MAX = 16 };

static view after_scheme(view v)
{
    for (size_t i = 0; i + 2 < v.len && i < SCHEME_MAX; i++) {
        if (!memcmp(v.p + i, "://", 3))
            return (view){v.p + i + 3, v.len - i - 3};
    }
    return v;
}

static view after_www(view v)
{
    bool www = v.len > 4 && !memcmp(v.p, "www.", 4);
    return www ? (view){v.p + 4, v.len - 4} : v;
}

static view up_to(view v, const char *marks)
{
    size_t n = 0;
    while (n < v.len && (!v.p[n] || !strchr(marks, v.p[n])))
        n++;
    return (view){v.p, n};
}

view address_bare(view v)
{
    v = after_www(after_scheme(v));
    while (v.len && v.p[v.len - 1] == '/')
        v.len--;
    return v;
}

view address_host(view v)
{
    v = up_to(after_scheme(v), "/?#");
    const uint8_t *user = v.len ? memchr(v.p, '@', v.len) : NULL;
    if (user)
        v = (view){user + 1, v.len - (size_t)(user + 1 - v.p)};
    return up_to(after_www(v), ":");
}

view address_label(view v)
{
    return v.len && memchr(v.p, '.', v.len) ? up_to(address_host(v), ".") : v;
}
