#include "index/build.h"
#include "sketch/winnow.h"

#include <stdlib.h>

enum {
    SLICE_BYTES = 1 << 20, // about what one transaction of a job writes
    SLICE_ROOM = SLICE_BYTES + SLICE_BYTES / 8,
};

void built_reset(built *b)
{
    buf_reset(&b->values);
    buf_reset(&b->list);
}

void built_fini(built *b)
{
    buf_fini(&b->values);
    buf_fini(&b->list);
    buf_fini(&b->postings);
    buf_fini(&b->scratch);
}

// Turns counts into where each part begins; start[n] is the sum.
static void sum_up(size_t *start, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i <= n; i++) {
        size_t here = start[i];
        start[i] = sum;
        sum += here;
    }
}

static shg_err add_block(job *j, uint32_t number, const flat *p, size_t n)
{
    built *out = &j->built;
    buf *value = &out->scratch;
    uint8_t key[BLOCK_KEY_LEN];
    block made;
    block_key(key, j->out.id, number);
    value_begin(value);
    shg_err err = block_build(value, &j->out, number, p, n);
    if (!err)
        err = value_end(value, DB_BLOCKS, (view){key, sizeof key});
    if (!err)
        err = block_parse(&made, &j->out, number, value_body(buf_view(value)));
    if (err)
        return err;
    segment_hint(&j->out, &made);
    built_block b = {number, out->values.len, value->len, n};
    buf_add(&out->values, value->p, value->len);
    buf_add(&out->list, &b, sizeof b);
    return buf_err(&out->values) ? buf_err(&out->values) : buf_err(&out->list);
}

// All postings of a segment in a range of fingerprints.
static shg_err read_range(const job *j, segment *s, db_txn *t, buf *out)
{
    if (s->n == 0)
        return SHG_OK;
    unsigned bits = s->block_bits - j->range_bits;
    for (uint32_t i = 0; i >> bits == 0; i++) {
        uint32_t number = j->range << bits | i;
        uint8_t k[BLOCK_KEY_LEN];
        view key = {k, sizeof k}, value, body;
        block b;
        block_key(k, s->id, number);
        shg_err err = db_get(t, DB_BLOCKS, key, &value);
        if (err == SHG_ENOTFOUND) {
            err = corrupt(DB_BLOCKS, key, "missing");
        } else if (!err) {
            db_will_read(value);
            err = value_check(DB_BLOCKS, key, value, &body);
        }
        if (!err && (block_parse(&b, s, number, body) || block_read(&b, out)))
            err = buf_err(out) ? buf_err(out) : corrupt(DB_BLOCKS, key, "shape");
        if (err == SHG_ECORRUPT)
            s->damaged = true; // its documents stay; merging it must not be tried for ever
        if (err)
            return err;
    }
    return SHG_OK;
}

// The segments that are replaced ascend by document, so the postings of one
// fingerprint do.
static shg_err read_all(article_index *ix, const job *j, buf *out)
{
    db_txn *t = NULL;
    shg_err err = db_begin(&t, ix->store, false);
    for (size_t i = 0; i < j->n_in && !err; i++)
        err = read_range(j, &ix->segments.s[j->first + i], t, out);
    db_abort(&t);
    return err;
}

// Documents that are gone leave no postings.
static size_t drop_gone(const job *j, flat *p, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        p[kept] = p[i];
        kept += !job_is_gone(j, p[i].doc);
    }
    return kept;
}

static bool is_any_gone(const job *j)
{
    return j->out.n_docs != j->out.doc1 - j->out.doc0;
}

// Deals the postings of a range to the blocks it is made of.
static void deal(const job *j, const flat *p, size_t n, flat *dealt, size_t *start, size_t *at)
{
    size_t blocks = (size_t)1 << (j->out.block_bits - j->range_bits);
    memset(start, 0, (blocks + 1) * sizeof *start);
    unsigned shift = PRINT_BITS - j->out.block_bits;
    uint64_t mask = blocks - 1;
    for (size_t i = 0; i < n; i++)
        start[p[i].hash >> shift & mask]++;
    sum_up(start, blocks);
    memcpy(at, start, (blocks + 1) * sizeof *at);
    for (size_t i = 0; i < n; i++)
        dealt[at[p[i].hash >> shift & mask]++] = p[i];
}

static shg_err build_merged(article_index *ix, job *j)
{
    size_t blocks = (size_t)1 << (j->out.block_bits - j->range_bits);
    buf *in = &j->built.postings;
    buf_reset(in);
    shg_err err = read_all(ix, j, in);
    flat *p = (flat *)(void *)in->p;
    size_t n = in->len / sizeof *p;
    flat *dealt = malloc((n + 1) * sizeof *dealt);
    size_t *start = malloc(2 * (blocks + 1) * sizeof *start);
    if (!err && !(dealt && start))
        err = SHG_ENOMEM;
    if (!err)
        deal(j, p, is_any_gone(j) ? drop_gone(j, p, n) : n, dealt, start, start + blocks + 1);
    for (size_t i = 0; i < blocks && !err; i++)
        err = add_block(j, (uint32_t)(j->range * blocks + i), dealt + start[i],
                        start[i + 1] - start[i]);
    free(dealt);
    free(start);
    return err;
}

static shg_err build_sealed(const active *frozen, job *j)
{
    buf *in = &j->built.postings;
    buf_reset(in);
    shg_err err = active_read(frozen, j->out.block_bits, j->range, in);
    flat *p = (flat *)(void *)in->p;
    size_t n = in->len / sizeof *p;
    if (!err)
        err = add_block(j, j->range, p, is_any_gone(j) ? drop_gone(j, p, n) : n);
    return err;
}

shg_err build_ranges(article_index *ix, job *j)
{
    shg_err err = SHG_OK;
    built_reset(&j->built);
    if (!buf_grow(&j->built.values, SLICE_ROOM))
        return SHG_ENOMEM;
    while (!err && j->range >> j->range_bits == 0 && j->built.values.len < SLICE_BYTES) {
        err = j->seal ? build_sealed(ix->frozen, j) : build_merged(ix, j);
        j->range++;
    }
    return err;
}
