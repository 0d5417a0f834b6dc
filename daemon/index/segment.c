#include "index/segment.h"
#include "base/bytes.h"
#include "index/huge.h"
#include "sketch/winnow.h"

#include <assert.h>
#include <stdlib.h>

enum {
    PER_BUCKET = 16,  // postings of a bucket, on average
    SEGMENT_ROW = 30, // in DB_META
    CHOSEN_MOST = 30, // bits of a fingerprint that choose its bucket in all blocks
};

static unsigned bits_for(uint64_t n) // least b with n <= 1 << b
{
    unsigned b = 0;
    while (b < 63 && n > (uint64_t)1 << b)
        b++;
    return b;
}

// Fills in what follows from the others; false: they make no sense.
static bool derive(segment *s)
{
    unsigned q = s->block_bits + s->bucket_bits;
    if (s->doc1 < s->doc0 || s->block_bits > BLOCK_BITS_MOST || s->bucket_bits > BUCKET_BITS_MOST ||
        q > CHOSEN_MOST)
        return false;
    s->doc_bits = bits_for(s->doc1 - s->doc0);
    s->width = (PRINT_BITS - q + s->doc_bits + 1 + 7) / 8;
    return s->width <= 8;
}

void segment_shape(segment *s, uint64_t n, size_t block_bytes)
{
    unsigned q = bits_for(n / PER_BUCKET);
    unsigned doc_bits = bits_for(s->doc1 - s->doc0);
    unsigned least = doc_bits + 1 + PRINT_BITS > 64 ? doc_bits + 1 + PRINT_BITS - 64 : 0;
    q = q < least ? least : q;
    q = q > CHOSEN_MOST ? CHOSEN_MOST : q;
    uint64_t bytes = n * ((PRINT_BITS - q + doc_bits + 8) / 8);
    s->block_bits = bits_for(bytes / block_bytes);
    if (s->block_bits > q)
        s->block_bits = q;
    if (s->block_bits > BLOCK_BITS_MOST)
        s->block_bits = BLOCK_BITS_MOST;
    s->bucket_bits = q - s->block_bits;
    bool good = derive(s);
    assert(good);
    (void)good;
}

shg_err segment_alloc(segment *s)
{
    s->verified = calloc(segment_blocks(s) + 1, sizeof *s->verified);
    s->hint = huge_zeros(segment_hint_bytes(s) + sizeof *s->hint);
    return s->verified && s->hint ? SHG_OK : SHG_ENOMEM;
}

void segment_free(segment *s)
{
    free(s->verified);
    free(s->hint);
    s->verified = NULL;
    s->hint = NULL;
}

void segment_written(segment *s)
{
    for (uint32_t i = 0; i < segment_blocks(s); i++)
        atomic_store_explicit(&s->verified[i].body, BLOCK_WHOLE, memory_order_relaxed);
    s->looked_through = segment_blocks(s);
}

void segments_put(buf *b, const segments *s)
{
    buf_add32(b, s->next_id);
    buf_add32(b, (uint32_t)s->n);
    for (size_t i = 0; i < s->n; i++) {
        const segment *x = &s->s[i];
        buf_add32(b, x->id);
        buf_add32(b, x->level);
        buf_add32(b, x->doc0);
        buf_add32(b, x->doc1);
        buf_add32(b, x->n_docs);
        buf_add64(b, x->n);
        buf_add8(b, (uint8_t)x->block_bits);
        buf_add8(b, (uint8_t)x->bucket_bits);
    }
}

static shg_err parse_one(const uint8_t *p, segment *out, uint32_t doc0)
{
    *out = (segment){.id = load32(p),
                     .level = load32(p + 4),
                     .doc0 = load32(p + 8),
                     .doc1 = load32(p + 12),
                     .n_docs = load32(p + 16),
                     .n = load64(p + 20),
                     .block_bits = p[28],
                     .bucket_bits = p[29]};
    if (!derive(out) || out->doc0 != doc0 || out->doc1 > DOC_MAX)
        return SHG_ECORRUPT;
    return segment_alloc(out);
}

shg_err segments_parse(view body, segments *out)
{
    *out = (segments){0};
    if (body.len < 8 || (body.len - 8) / SEGMENT_ROW != load32(body.p + 4) ||
        (body.len - 8) % SEGMENT_ROW != 0)
        return SHG_ECORRUPT;
    out->next_id = load32(body.p);
    size_t n = load32(body.p + 4);
    out->s = calloc(n + 1, sizeof *out->s);
    shg_err err = out->s ? SHG_OK : SHG_ENOMEM;
    while (out->n < n && !err) {
        err = parse_one(body.p + 8 + out->n * SEGMENT_ROW, &out->s[out->n], segments_end(out));
        out->n++;
    }
    if (err)
        segments_fini(out);
    return err;
}

void segments_fini(segments *s)
{
    for (size_t i = 0; i < s->n; i++)
        segment_free(&s->s[i]);
    free(s->s);
    *s = (segments){0};
}
