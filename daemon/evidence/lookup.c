#include "evidence/lookup.h"

#include <stdlib.h>

static void insert(lookup *t, uint64_t key, uint32_t value)
{
    size_t i = hash_place(key, t->key) & (t->cap - 1);
    while (t->key[i] && t->key[i] != key)
        i = (i + 1) & (t->cap - 1);
    t->n += !t->key[i];
    t->key[i] = key;
    t->value[i] = value;
    maybe_add(t->maybe, t->cap / LOOKUP_FILTERED - 1, key);
}

static shg_err grow(lookup *t)
{
    lookup new = {.cap = t->cap ? t->cap * 2 : 64};
    new.key = calloc(new.cap, sizeof *new.key);
    new.value = calloc(new.cap, sizeof *new.value);
    new.maybe = calloc(new.cap / LOOKUP_FILTERED, sizeof *new.maybe);
    if (!new.key || !new.value || !new.maybe) {
        lookup_free(&new);
        return SHG_ENOMEM;
    }
    for (size_t i = 0; i < t->cap; i++) {
        if (t->key[i])
            insert(&new, t->key[i], t->value[i]);
    }
    lookup_free(t);
    *t = new;
    return SHG_OK;
}

shg_err lookup_put(lookup *t, uint64_t key, uint32_t value)
{
    if (t->n * 2 >= t->cap) {
        shg_err e = grow(t);
        if (e)
            return e;
    }
    insert(t, key + !key, value);
    return SHG_OK;
}

void lookup_free(lookup *t)
{
    free(t->key);
    free(t->value);
    free(t->maybe);
    *t = (lookup){0};
}
