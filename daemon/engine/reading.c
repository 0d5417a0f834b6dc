#include "engine/reading.h"
#include "base/clock.h"
#include "base/sort.h"
#include "sketch/winnow.h"
#include "text/shingle.h"

#include <stdlib.h>
#include <xxhash.h>

enum { PUBLISHER_KEY = 512 };

char *publisher_id(const sources *s, view publisher, const source **known)
{
    const source *src = publisher.len ? sources_publisher(s, publisher) : NULL;
    if (known)
        *known = src;
    if (src)
        return strdup(src->id);
    char *id = malloc(publisher.len + 1);
    if (!id)
        return NULL;
    size_t from = publisher.len > 4 && !strncasecmp((const char *)publisher.p, "www.", 4) ? 4 : 0,
           n = 0;
    for (size_t i = from; i < publisher.len; i++) {
        uint8_t c = publisher.p[i];
        id[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    id[n] = 0;
    return id;
}

uint64_t publisher_hash_of(const char *id)
{
    uint8_t key[PUBLISHER_KEY]; // names are compared as words are: case, accents, width
    size_t n = fold_key(key, sizeof key, view_of(id));
    if (!*id)
        return 0;
    uint64_t h = n ? XXH3_64bits(key, n) : XXH3_64bits(id, strlen(id));
    return h ? h : 1;
}

static bool all_speech(const side *s, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (!(s->mark[i] & MARK_SPEECH))
            return false;
    return true;
}

// The position of the smallest of shingles [from, to), the rightmost of equals.
static uint32_t smallest(const uint64_t *shingle, size_t from, size_t to)
{
    size_t best = from;
    for (size_t i = from + 1; i < to; i++)
        if (shingle[i] <= shingle[best])
            best = i;
    return (uint32_t)best;
}

// Quotations travel in pieces shorter than what winnowing keeps for certain, so that of the
// shingles within speech more are kept: the smallest of each SPEECH_WINDOW neighbours. What
// is smallest of WINNOW_WINDOW is so of fewer, so that a quotation also meets one without
// marks. kept is ascending, with room for n; returns how many it holds then.
static size_t keep_speech(uint32_t *kept, size_t n_kept, const uint64_t *shingle,
                          const uint32_t *end, size_t n, const side *s, uint8_t *keep)
{
    size_t run = 0, last = 0, narration = 0; // narration: behind its last word so far
    memset(keep, 0, n);
    for (size_t i = 0; i < n_kept; i++)
        keep[kept[i]] = 1;
    for (size_t i = 0; i < n; i++) {
        for (; last < end[i]; last++)
            if (!(s->mark[last] & MARK_SPEECH))
                narration = last + 1;
        run = narration <= i ? run + 1 : 0;
        if (run >= SPEECH_WINDOW)
            keep[smallest(shingle, i + 1 - SPEECH_WINDOW, i + 1)] = 1;
    }
    n_kept = 0;
    for (size_t i = 0; i < n; i++)
        if (keep[i])
            kept[n_kept++] = (uint32_t)i;
    return n_kept;
}

// The fingerprints as keys, distinct and ascending; one counts as quoted if it ever stood so.
static void make_keys(reading *r, const uint32_t *kept, const uint32_t *end, sort_item *hash)
{
    size_t n = 0;
    sort_items(hash, hash + r->n_prints, r->n_prints, PRINT_BITS);
    for (size_t i = 0; i < r->n_prints; i++) {
        uint32_t at = kept[hash[i].value];
        bool quoted = all_speech(&r->side, at, end[at]);
        if (n && r->keys[n - 1].hash == hash[i].key)
            r->keys[n - 1].quoted |= quoted;
        else
            r->keys[n++] = (print){hash[i].key, quoted};
        r->prints[hash[i].value] = (print_at){at, end[at], (uint32_t)n - 1};
    }
    r->n_keys = (uint32_t)n;
}

static int by_hash(const void *a, const void *b)
{
    const print *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

// The rarest terms follow the fingerprints; one that is equal to a fingerprint by chance is left
// out.
static shg_err add_terms(reading *r, uint64_t seed)
{
    uint64_t term[RARE_MOST];
    uint32_t n;
    shg_err e = rare_terms(term, &n, &r->side.words, seed);
    for (uint32_t i = 0; !e && i < n; i++) {
        bool known =
            bsearch(&(print){.hash = term[i]}, r->keys, r->n_keys, sizeof *r->keys, by_hash);
        for (uint32_t k = 0; k < r->n_terms && !known; k++)
            known = r->keys[r->n_keys + k].hash == term[i];
        if (!known)
            r->keys[r->n_keys + r->n_terms++] = (print){term[i], false};
    }
    return e;
}

static shg_err make_prints(reading *r, uint64_t seed)
{
    const words *w = &r->side.words;
    uint64_t *shingle = malloc((w->n + 1) * sizeof *shingle);
    uint32_t *end = malloc((w->n + 1) * sizeof *end);
    uint32_t *kept = malloc((w->n + 1) * sizeof *kept);
    uint8_t *keep = malloc(w->n + 1);
    sort_item *hash = NULL;
    shg_err e = SHG_ENOMEM;
    if (!shingle || !end || !kept || !keep)
        goto leave;
    size_t n = shingles_make(shingle, end, w, PRINT_WORDS);
    r->n_prints = winnow(kept, shingle, n);
    r->n_prints = keep_speech(kept, r->n_prints, shingle, end, n, &r->side, keep);
    r->prints = malloc((r->n_prints + 1) * sizeof *r->prints);
    r->keys = malloc((r->n_prints + RARE_MOST) * sizeof *r->keys);
    hash = malloc((2 * r->n_prints + 1) * sizeof *hash); // and room to sort in
    if (!r->prints || !r->keys || !hash)
        goto leave;
    for (size_t i = 0; i < r->n_prints; i++)
        hash[i] = (sort_item){print_of(shingle[kept[i]], seed), (uint32_t)i};
    make_keys(r, kept, end, hash);
    n = shingles_make(shingle, NULL, w, SKETCH_WORDS);
    if (n == 0) // no word at all: one shingle that only the same bytes share
        shingle[n++] = XXH3_64bits(w->text.p, w->text.len);
    minhash_sign(&r->sig, shingle, n, seed);
    e = add_terms(r, seed);
leave:
    free(shingle);
    free(end);
    free(kept);
    free(keep);
    free(hash);
    return e;
}

static uint64_t content_hash(const reading *r)
{
    uint64_t h = XXH3_64bits(r->stored, r->stored_len);
    return XXH3_64bits_withSeed(r->record.text.p, r->record.text.len, h);
}

shg_err reading_make(reading **out, record *rec, const sources *s, uint64_t seed)
{
    *out = NULL;
    reading *r = calloc(1, sizeof *r);
    if (!r) {
        record_free(rec);
        return SHG_ENOMEM;
    }
    atomic_init(&r->refs, 1);
    pthread_mutex_init(&r->lock, NULL);
    r->doc = DOC_NONE;
    r->stored_ms = CLOCK_ABSENT;
    r->record = *rec;
    *rec = (record){0};
    shg_err e = SHG_ENOMEM;
    r->own = r->record.text_own;
    r->record.text_own = NULL;
    bool copied = !r->own;
    if (copied)
        r->own = malloc(r->record.text.len + 1);
    r->publisher = publisher_id(s, record_get(&r->record, REC_PUBLISHER), &r->self);
    r->stored = record_dump(&r->record, &r->stored_len);
    if (!r->own || !r->publisher || !r->stored)
        goto fail;
    if (copied && r->record.text.len)
        memcpy(r->own, r->record.text.p, r->record.text.len);
    r->record.text.p = r->own;
    r->publisher_hash = publisher_hash_of(r->publisher);
    r->content = content_hash(r);
    e = side_make(&r->side, r->record.text, NULL);
    r->side.publisher = r->publisher_hash;
    if (r->record.published_ms != CLOCK_ABSENT)
        r->side.published_ms = r->record.published_ms;
    if (!e)
        e = make_prints(r, seed);
    if (e)
        goto fail;
    *out = r;
    return SHG_OK;
fail:
    reading_drop(&r);
    return e;
}

reading *reading_hold(reading *r)
{
    atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
    return r;
}

void reading_drop(reading **pr)
{
    reading *r = *pr;
    *pr = NULL;
    if (!r || atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (r->has_credits)
        credits_free(&r->credits);
    pthread_mutex_destroy(&r->lock);
    side_free(&r->side);
    record_free(&r->record);
    free(r->keys);
    free(r->prints);
    free(r->publisher);
    free(r->stored);
    free(r->own);
    free(r);
}

shg_err reading_credits(reading *r, const sources *s, const credits **out)
{
    shg_err e = SHG_OK;
    pthread_mutex_lock(&r->lock);
    if (!r->has_credits) {
        credit_fields f;
        record_credit_fields(&r->record, &f);
        e = credits_find(&r->credits, s, &r->side.words, &f);
        r->has_credits = !e;
    }
    pthread_mutex_unlock(&r->lock);
    *out = &r->credits;
    return e;
}

size_t reading_bytes(const reading *r)
{
    return sizeof *r + r->record.text.len + r->stored_len * 3 +
           r->side.words.n * (sizeof(word) + 1) + r->side.words.keys_len +
           r->side.terms.n * sizeof(list_term) + r->side.terms.n_at * sizeof(uint32_t) +
           r->n_prints * (sizeof(print_at) + sizeof(print));
}
