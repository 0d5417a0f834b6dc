#include "index/docs.h"

#include <assert.h>
#include <stdlib.h>

enum { CHUNK = DOC_CHUNK };

struct doc_chunk {
    doc_info info[CHUNK];
    uint32_t n_alive;
};

void docs_fini(doc_table *d)
{
    for (size_t i = 0; i < d->n_chunks; i++)
        free(d->chunk[i]);
    free(d->chunk);
    free(d->alive);
    *d = (doc_table){0};
}

// Room in the directory for n chunks.
static shg_err widen(doc_table *d, size_t n)
{
    if (n <= d->cap)
        return SHG_OK;
    size_t cap = d->cap ? d->cap : 64;
    while (cap < n)
        cap *= 2;
    doc_chunk **wider = realloc(d->chunk, cap * sizeof *wider);
    if (!wider)
        return SHG_ENOMEM;
    d->chunk = wider;
    uint64_t *alive = realloc(d->alive, cap * CHUNK / 8);
    if (!alive)
        return SHG_ENOMEM;
    memset(alive + d->cap * CHUNK / 64, 0, (cap - d->cap) * CHUNK / 8);
    d->alive = alive;
    d->ram_bytes += (cap - d->cap) * (sizeof *wider + CHUNK / 8);
    d->cap = cap;
    return SHG_OK;
}

shg_err docs_reserve(doc_table *d, uint32_t from, uint32_t to)
{
    if (from >= to)
        return SHG_OK;
    size_t last = (to - 1) / CHUNK;
    shg_err err = widen(d, last + 1);
    if (err)
        return err;
    while (d->n_chunks <= last)
        d->chunk[d->n_chunks++] = NULL;
    for (size_t i = from / CHUNK; i <= last; i++) {
        if (d->chunk[i])
            continue;
        d->chunk[i] = calloc(1, sizeof **d->chunk);
        if (!d->chunk[i])
            return SHG_ENOMEM;
        d->ram_bytes += sizeof **d->chunk;
    }
    return SHG_OK;
}

void docs_add(doc_table *d, uint32_t doc, const doc_info *info)
{
    assert(doc / CHUNK < d->n_chunks && d->chunk[doc / CHUNK]);
    doc_chunk *c = d->chunk[doc / CHUNK];
    c->info[doc % CHUNK] = *info;
    d->alive[doc / 64] |= (uint64_t)1 << doc % 64;
    c->n_alive++;
    docs_skip(d, doc + 1);
}

void docs_skip(doc_table *d, uint32_t end)
{
    if (end > d->end)
        d->end = end;
}

static doc_chunk *chunk_of(const doc_table *d, uint32_t doc)
{
    return doc / CHUNK < d->n_chunks ? d->chunk[doc / CHUNK] : NULL;
}

bool docs_kill(doc_table *d, uint32_t doc)
{
    if (!docs_alive(d, doc))
        return false;
    doc_chunk *c = chunk_of(d, doc);
    d->alive[doc / 64] &= ~((uint64_t)1 << doc % 64);
    if (--c->n_alive == 0 && (doc / CHUNK + 1) * CHUNK <= d->end) {
        d->chunk[doc / CHUNK] = NULL; // none can be added to it any more
        d->ram_bytes -= sizeof *c;
        free(c);
    }
    return true;
}

uint32_t docs_count(const doc_table *d, uint32_t from, uint32_t to)
{
    uint32_t n = 0;
    while (from < to) {
        const doc_chunk *c = chunk_of(d, from);
        uint32_t next = (from / CHUNK + 1) * CHUNK;
        if (c && from % CHUNK == 0 && next <= to)
            n += c->n_alive;
        else
            for (uint32_t doc = from; c && doc < next && doc < to; doc++)
                n += docs_alive(d, doc);
        from = next;
    }
    return n;
}

const doc_info *docs_info(const doc_table *d, uint32_t doc)
{
    return docs_alive(d, doc) ? &chunk_of(d, doc)->info[doc % CHUNK] : NULL;
}
