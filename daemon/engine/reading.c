#include "engine/reading.h"
#include "engine/sign.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/sort.h"
#include "sketch/winnow.h"
#include "text/kernels.h"
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

// Whether the words [begin, end) of a shingle are all speech; mark can be read 8 words on.
static bool all_speech(const uint8_t *mark, size_t begin, size_t end)
{
    _Static_assert(SHINGLE_MOST <= 8 && MARK_SPEECH == 1, "its marks fit one load");
    uint64_t want = UINT64_C(0x0101010101010101) >> 8 * (8 - (end - begin));
    return (load64(mark + begin) & want) == want;
}

// The position of the smaller shingle of two, the latter of equals.
static uint32_t smaller(const uint64_t *shingle, uint32_t a, uint32_t b)
{
    uint32_t latter = -(uint32_t)(shingle[b] <= shingle[a]); // no branch: it would be at random
    return (b & latter) | (a & ~latter);
}

// What make_signs works in, for a text of n words: one allocation.
typedef struct scratch {
    sort_item *item;   // [RARE_ROOM * (n + 1)]: prints and room to sort them; terms
    uint64_t *shingle; // [n + 1]
    uint32_t *end;     // [n + 1]: behind the last word of each shingle
    uint32_t *kept;    // [2 * n + 1]: positions, ascending
    uint32_t *speech;  // [n + 1]: likewise, of those that are kept for their quotation
    size_t n;          // shingles
} scratch;

static shg_err scratch_make(scratch *x, size_t n)
{
    x->item =
        malloc((n + 1) * (RARE_ROOM * sizeof *x->item + sizeof *x->shingle + 4 * sizeof(uint32_t)));
    if (!x->item)
        return SHG_ENOMEM;
    x->shingle = (uint64_t *)(x->item + RARE_ROOM * (n + 1));
    x->end = (uint32_t *)(x->shingle + n + 1);
    x->kept = x->end + n + 1;
    x->speech = x->kept + 2 * n + 1;
    return SHG_OK;
}

// Keeps of the shingles of a run of speech, words [begin, stop); n are kept before. Returns how
// many there are then.
static size_t keep_run(scratch *x, size_t n, size_t begin, size_t stop)
{
    _Static_assert(SPEECH_WINDOW == 4, "a window is two pairs");
    const uint64_t *shingle = x->shingle;
    uint32_t last = UINT32_MAX, i = (uint32_t)begin;
    if (begin + SPEECH_WINDOW > x->n)
        return n;
    uint32_t pair[2] = {smaller(shingle, i, i + 1), smaller(shingle, i + 1, i + 2)};
    for (i += SPEECH_WINDOW - 1; i < x->n && x->end[i] <= stop; i++) {
        uint32_t newest = smaller(shingle, i - 1, i), at = smaller(shingle, pair[0], newest);
        pair[0] = pair[1];
        pair[1] = newest;
        x->speech[n] = at;
        n += at != last;
        last = at;
    }
    return n;
}

// The first word from i on that is speech, or with not = 1 the first that is none; n where there
// is no such word.
static size_t find_mark(const side *s, size_t i, unsigned not )
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    for (; i < s->words.n; i += 8) {
        uint64_t hit = (load64(s->mark + i) ^ not *ones) & ones;
        if (hit) {
            i += (size_t)__builtin_ctzll(hit) / 8;
            break;
        }
    }
    return i < s->words.n ? i : s->words.n;
}

// Quotations travel in pieces shorter than what winnowing keeps for certain, so that of the
// shingles within speech more are kept: the smallest of each SPEECH_WINDOW neighbours. What
// is smallest of WINNOW_WINDOW is so of fewer, so that a quotation also meets one without
// marks. Returns how many there are.
static size_t find_speech(scratch *x, const side *s)
{
    size_t n = 0, stop;
    for (size_t i = 0; (i = find_mark(s, i, 0)) < x->n; i = stop) {
        stop = find_mark(s, i, 1);
        n = keep_run(x, n, i, stop);
    }
    return n;
}

// Merges the two lists of positions; returns how many are kept then.
static size_t keep_speech(scratch *x, size_t n_kept, size_t n_speech)
{
    size_t n = 0, k = 0, i = 0;
    uint32_t *old = x->kept + x->n; // moved up, to be written over from the beginning
    if (n_speech == 0)
        return n_kept;
    memmove(old, x->kept, n_kept * sizeof *old);
    while (k < n_kept || i < n_speech) {
        uint32_t a = k < n_kept ? old[k] : UINT32_MAX, b = i < n_speech ? x->speech[i] : UINT32_MAX;
        x->kept[n++] = a < b ? a : b;
        k += a <= b;
        i += b <= a;
    }
    return n;
}

// The fingerprints as keys, distinct and ascending; one counts as quoted if it ever stood so.
static void make_keys(reading *r, const scratch *x)
{
    sort_item *hash = x->item;
    size_t n = 0;
    sort_items(hash, hash + r->n_prints, r->n_prints, PRINT_BITS);
    for (size_t i = 0; i < r->n_prints; i++) {
        uint32_t at = x->kept[hash[i].value], end = x->end[at];
        bool quoted = all_speech(r->side.mark, at, end);
        if (n && r->keys[n - 1].hash == hash[i].key)
            r->keys[n - 1].quoted |= quoted;
        else
            r->keys[n++] = (print){hash[i].key, quoted};
        r->prints[hash[i].value] = (print_at){at, end, (uint32_t)n - 1};
    }
    r->n_keys = (uint32_t)n;
}

static shg_err make_prints(reading *r, scratch *x, uint64_t seed)
{
    x->n = shingles_make(x->shingle, x->end, &r->side.words, PRINT_WORDS);
    size_t n = keep_speech(x, winnow(x->kept, x->shingle, x->n), find_speech(x, &r->side));
    r->prints = malloc((n + 1) * sizeof *r->prints);
    r->keys = malloc((n + RARE_MOST) * sizeof *r->keys);
    if (!r->prints || !r->keys)
        return SHG_ENOMEM;
    r->n_prints = n;
    for (size_t i = 0; i < n; i++) {
        x->item[i].key = print_of(x->shingle[x->kept[i]], seed);
        x->item[i].value = (uint32_t)i;
    }
    make_keys(r, x);
    return SHG_OK;
}

static bool is_key(const reading *r, uint64_t hash)
{
    const print *at = r->keys;
    for (size_t n = r->n_keys; n > 1; n -= n / 2)
        at += n / 2 & -(size_t)(at[n / 2 - 1].hash < hash); // no branch: it would be at random
    return r->n_keys && at->hash == hash;
}

// The rarest terms follow the fingerprints; one that is equal to a fingerprint by chance is left
// out.
static void add_terms(reading *r, uint64_t seed, sort_item *room)
{
    uint64_t term[RARE_MOST];
    uint32_t n = rare_terms(term, &r->side.words, seed, room);
    for (uint32_t i = 0; i < n; i++) {
        bool known = is_key(r, term[i]);
        for (uint32_t k = 0; k < r->n_terms && !known; k++)
            known = r->keys[r->n_keys + k].hash == term[i];
        if (!known)
            r->keys[r->n_keys + r->n_terms++] = (print){term[i], false};
    }
}

static shg_err make_signs(reading *r, uint64_t seed)
{
    const words *w = &r->side.words;
    scratch x;
    shg_err e = scratch_make(&x, w->n);
    if (e)
        return e;
    e = make_prints(r, &x, seed);
    x.n = shingles_make(x.shingle, NULL, w, SKETCH_WORDS);
    sign_shingles(&r->sig, x.shingle, x.n, w->text, seed);
    if (!e)
        add_terms(r, seed, x.item);
    free(x.item);
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
    e = side_read(&r->side, r->record.text, NULL);
    r->n_words = (uint32_t)r->side.words.n;
    r->side.publisher = r->publisher_hash;
    if (r->record.published_ms != CLOCK_ABSENT)
        r->side.published_ms = r->record.published_ms;
    if (!e)
        e = make_signs(r, seed);
    if (e)
        goto fail;
    *out = r;
    return SHG_OK;
fail:
    reading_drop(&r);
    return e;
}

void reading_strip(reading *r)
{
    uint64_t body = r->side.body;
    side_free(&r->side);
    r->side.body = body;
    free(r->prints);
    free(r->own);
    r->prints = NULL;
    r->n_prints = 0;
    r->own = NULL;
    r->record.text.p = NULL;
    r->is_bare = true;
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

shg_err reading_complete(reading *r)
{
    shg_err e = SHG_OK;
    pthread_mutex_lock(&r->lock);
    if (!r->has_terms) {
        e = side_terms(&r->side);
        r->has_terms = !e;
    }
    pthread_mutex_unlock(&r->lock);
    return e;
}

shg_err reading_make_whole(reading **out, record *rec, const sources *s, uint64_t seed)
{
    shg_err e = reading_make(out, rec, s, seed);
    if (!e)
        e = reading_complete(*out);
    if (e)
        reading_drop(out);
    return e;
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

// Without a look at what may be completed meanwhile: a term and its places for every other word.
size_t reading_bytes(const reading *r)
{
    size_t n = r->side.words.n;
    return sizeof *r + r->record.text.len + r->stored_len * 3 + n * (sizeof(word) + 1) +
           r->side.words.keys_len + r->side.n_lines * sizeof *r->side.line +
           n / 2 * (sizeof(list_term) + sizeof(uint32_t)) +
           r->n_prints * (sizeof(print_at) + sizeof(print));
}
