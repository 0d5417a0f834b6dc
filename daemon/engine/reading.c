#include "engine/reading.h"
#include "base/clock.h"
#include "base/xxh.h"

#include <stdlib.h>
#include <xxhash.h>

enum { PUBLISHER_KEY = 512 };

// Writes the id of a publisher with a 0; room for len + 1 bytes, or for that of a known source.
static size_t put_id(char *id, view publisher, const source *known)
{
    size_t n = 0;
    if (known) {
        n = strlen(known->id);
        memcpy(id, known->id, n + 1);
        return n;
    }
    size_t from = publisher.len > 4 && !strncasecmp((const char *)publisher.p, "www.", 4) ? 4 : 0;
    for (size_t i = from; i < publisher.len; i++) {
        uint8_t c = publisher.p[i];
        id[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    id[n] = 0;
    return n;
}

static const source *find_source(const sources *s, view publisher)
{
    return publisher.len ? sources_publisher(s, publisher) : NULL;
}

char *publisher_id(const sources *s, view publisher, const source **known)
{
    const source *src = find_source(s, publisher);
    if (known)
        *known = src;
    char *id = malloc(src ? strlen(src->id) + 1 : publisher.len + 1);
    if (id)
        put_id(id, publisher, src);
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

// What was found out of a publisher of few letters is remembered: there are few.
static reader_name *name_slot(reader *in, view name)
{
    if (!in->names || !name.len || name.len > READER_NAME)
        return NULL;
    return &in->names[XXH3_64bits(name.p, name.len) % READER_NAMES];
}

// The publisher of a record: its source, its hash, and its id to in->publisher.
static shg_err read_publisher(reading *r, reader *in, const sources *s)
{
    view name = record_get(&r->record, REC_PUBLISHER);
    reader_name *slot = name_slot(in, name);
    bool known = slot && view_eq(name, (view){slot->name, slot->len});
    r->self = known ? slot->source : find_source(s, name);
    buf_reset(&in->publisher);
    char *id = (char *)buf_grow(&in->publisher, r->self ? strlen(r->self->id) + 1 : name.len + 1);
    if (!id)
        return SHG_ENOMEM;
    in->publisher.len = put_id(id, name, r->self) + 1;
    r->publisher_hash = known ? slot->hash : publisher_hash_of(id);
    if (slot && !known) {
        *slot = (reader_name){(uint8_t)name.len, .source = r->self, .hash = r->publisher_hash};
        memcpy(slot->name, name.p, name.len);
    }
    return SHG_OK;
}

static uint64_t content_hash(const reading *r, view stored)
{
    return xxh_bytes(r->record.text, xxh_bytes(stored, 0));
}

// How many bytes stand behind a reading, and of what.
typedef struct behind {
    size_t keys, places, stored, publisher, packed, fields;
} behind;

static size_t measure(behind *b, const reading *made, const reader *in)
{
    const prints *x = &in->prints;
    *b = (behind){
        .keys = (x->n_keys + x->n_terms) * sizeof *x->key,
        .places = made->is_bare ? 0 : x->n_places * sizeof *x->place,
        .stored = in->record.len,
        .publisher = in->publisher.len,
        .packed = made->is_bare ? in->packed.len : 0,
        .fields = made->record.own_len,
    };
    return b->keys + b->places + b->stored + b->publisher + b->packed + b->fields;
}

static uint8_t *put(uint8_t **to, const void *from, size_t n)
{
    uint8_t *at = *to;
    if (n)
        memcpy(at, from, n);
    *to += n;
    return at;
}

// All of `made` in an allocation of its own, with what stands in the reader behind it.
static reading *settle(const reading *made, const reader *in)
{
    const prints *x = &in->prints;
    behind b;
    reading *r = malloc(sizeof *r + measure(&b, made, in));
    if (!r)
        return NULL;
    uint8_t *to = (uint8_t *)(r + 1);
    *r = *made;
    r->sig = x->sig;
    r->n_keys = x->n_keys;
    r->n_terms = x->n_terms;
    r->n_prints = b.places / sizeof *x->place;
    r->keys = (print *)put(&to, x->key, b.keys); // what asks most of its address comes first
    r->prints = (print_at *)put(&to, x->place, b.places);
    r->stored = (char *)put(&to, in->record.p, b.stored);
    r->stored_len = b.stored - 1;
    r->publisher = (char *)put(&to, in->publisher.p, b.publisher);
    r->packed = (view){put(&to, in->packed.p, b.packed), b.packed};
    record_move(&r->record, to);
    atomic_init(&r->refs, 1);
    pthread_mutex_init(&r->terms_lock, NULL);
    pthread_mutex_init(&r->credits_lock, NULL);
    return r;
}

// The record as it is stored.
static view stored_in(const reader *in)
{
    return (view){in->record.p, in->record.len - 1};
}

// Reads made->record, with the side in the reader; the text has been read to it.
static shg_err make(reading *made, const sources *s, uint64_t seed, reader *in)
{
    const struct side *of = &in->side;
    shg_err e = read_publisher(made, in, s);
    buf_reset(&in->record);
    record_write(&in->record, &made->record);
    if (!e)
        e = buf_err(&in->record);
    if (!e)
        e = prints_make(&in->prints, of, seed);
    if (e)
        return e;
    made->content = content_hash(made, stored_in(in));
    made->doc = DOC_NONE;
    made->stored_ms = CLOCK_ABSENT;
    made->n_words = (uint32_t)of->words.n;
    made->square = in->prints.square;
    made->side.publisher = made->publisher_hash;
    if (made->record.published_ms != CLOCK_ABSENT)
        made->side.published_ms = made->record.published_ms;
    return SHG_OK;
}

static shg_err own_text(record *rec)
{
    if (rec->text_own)
        return SHG_OK;
    rec->text_own = malloc(rec->text.len + 1);
    if (!rec->text_own)
        return SHG_ENOMEM;
    if (rec->text.len)
        memcpy(rec->text_own, rec->text.p, rec->text.len);
    rec->text.p = rec->text_own;
    return SHG_OK;
}

text_words reading_words(const struct words *w, double square)
{
    return (text_words){w->hash, w->alone ? 0 : w->n, (float)(square * (1 - 1e-6))};
}

// Packs the text to in->packed and lets go of it; what is better left alone is packed with others
// when it is stored.
static shg_err pack(reading *made, article_index *ix, reader *in)
{
    record *rec = &made->record;
    text_words list = reading_words(&in->side.words, made->square);
    shg_err e = index_pack(ix, stored_in(in), rec->text, &list, &in->packed);
    if (e || !in->packed.len)
        return e ? e : own_text(rec);
    free(rec->text_own);
    rec->text_own = NULL;
    rec->text.p = NULL;
    return SHG_OK;
}

shg_err reading_make_bare(reading **out, record *rec, article_index *ix, const sources *s,
                          uint64_t seed, reader *in)
{
    reading made = {.record = *rec, .is_bare = true};
    *rec = (record){0};
    *out = NULL;
    shg_err e = side_skim(&in->side, made.record.text);
    made.side.body = in->side.body;
    if (!e)
        e = make(&made, s, seed, in);
    if (!e)
        e = pack(&made, ix, in);
    if (!e && !(*out = settle(&made, in)))
        e = SHG_ENOMEM;
    if (e)
        record_free(&made.record);
    reader_settle(in);
    return e;
}

shg_err reading_make(reading **out, record *rec, const sources *s, uint64_t seed)
{
    reader in = {0};
    reading made = {.record = *rec};
    *rec = (record){0};
    *out = NULL;
    shg_err e = own_text(&made.record);
    if (!e)
        e = side_read(&in.side, made.record.text, NULL);
    if (!e) {
        made.side = in.side;
        e = make(&made, s, seed, &in);
        in.side = (side){0};
    }
    if (!e && !(*out = settle(&made, &in)))
        e = SHG_ENOMEM;
    if (e) {
        side_free(&made.side);
        record_free(&made.record);
    }
    reader_fini(&in);
    return e;
}

void reading_fetch(const reading *r)
{
    enum { LINE = 64 };
    for (size_t i = 0; i < sizeof *r; i += LINE)
        __builtin_prefetch((const char *)r + i, 1);
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
    pthread_mutex_destroy(&r->terms_lock);
    pthread_mutex_destroy(&r->credits_lock);
    side_free(&r->side);
    record_free(&r->record);
    free(r);
}

shg_err reading_complete(reading *r)
{
    shg_err e = SHG_OK;
    pthread_mutex_lock(&r->terms_lock);
    if (!r->has_terms) {
        e = side_terms(&r->side);
        r->has_terms = !e;
    }
    pthread_mutex_unlock(&r->terms_lock);
    return e;
}

shg_err reading_credits(reading *r, const sources *s, const credits **out)
{
    shg_err e = SHG_OK;
    pthread_mutex_lock(&r->credits_lock);
    if (!r->has_credits) {
        credit_fields f;
        record_credit_fields(&r->record, &f);
        e = credits_find(&r->credits, s, &r->side.words, &f);
        r->has_credits = !e;
    }
    pthread_mutex_unlock(&r->credits_lock);
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
