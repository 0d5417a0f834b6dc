#include "evidence/credits.h"

#include "evidence/address.h"
#include "evidence/mentions.h"
#include "evidence/patterns.h"
#include "evidence/window.h"

#include <stdlib.h>

enum {
    FIELD_MAX = 4096, // bytes of a record's field that are read
    NAME_MAX_LEN = 120,
    HEAD_MENTIONS = CREDITS_MENTIONS / 4 * 3,
    TEXT_MOST = CREDITS_MOST - 64, // the rest is for the record's fields
};

static const char *const ROLES[CREDIT_ROLES] = {"wire", "republished", "reports", "told", "photo"};

const char *credit_role_name(credit_role r)
{
    return ROLES[r];
}

// One found credit before its strings are made.
typedef struct found {
    const source *source; // whom to credit; NULL for a shaped name
    uint64_t key;         // the same for the same source
    uint32_t name, name_end;
    pattern_hit hit;
    credit_field field;
} found;

typedef struct finder {
    const sources *s;
    const source *self;
    char self_label[64]; // "springfieldsentinel" of www.springfieldsentinel.com
    found *f;
    size_t n, cap, left_out;
    lookup seen; // key and role -> place in f
    size_t told; // 1 + number of the mention that was credited last: "the newspaper" is it
} finder;

// ---- the publisher itself

// set_self takes the publisher, or the host of the uri where there is none.
static void set_self(finder *d, const credit_fields *f)
{
    view p = f->publisher.len ? f->publisher : f->uri;
    const source *self = sources_publisher(d->s, p);
    d->self = self ? sources_credited(d->s, self) : NULL;
    view label = address_label(p);
    size_t n = 0;
    for (size_t i = 0; i < label.len && n + 1 < sizeof d->self_label; i++) {
        uint8_t c = label.p[i] | 32;
        if ((c >= 'a' && c <= 'z') || (label.p[i] >= '0' && label.p[i] <= '9'))
            d->self_label[n++] = (char)c;
    }
    d->self_label[n] = 0;
}

// is_label: does the name, run together, read like the publisher's host?
static bool is_label(const finder *d, const words *w, const mention *m)
{
    char name[sizeof d->self_label];
    size_t n = 0;
    for (size_t i = m->word; i < (size_t)m->word + m->n_words; i++) {
        view key = words_key(w, i);
        if (i == m->word && view_eq(key, view_of("the")))
            continue;
        if (n + key.len >= sizeof name)
            return false;
        memcpy(name + n, key.p, key.len);
        n += key.len;
    }
    name[n] = 0;
    return n && (!strcmp(name, d->self_label) ||
                 (!strncmp(d->self_label, "the", 3) && !strcmp(name, d->self_label + 3)));
}

static bool is_self(const finder *d, const words *w, const mention *m, const source *credited,
                    const pattern_hit *hit)
{
    if (d->self && sources_own(d->s, d->self, w, m->word, m->n_words))
        return true;
    if (credited && credited == d->self)
        return !(credited->kind == SOURCE_AGENCY && hit->role == CREDIT_WIRE);
    return (!credited || credited->kind != SOURCE_AGENCY) && is_label(d, w, m);
}

// ---- collecting

static uint64_t name_key(const words *w, const mention *m, const source *credited)
{
    uint8_t key[NAME_MAX_LEN * 2];
    if (credited)
        return hash_key(view_of(credited->id));
    size_t n = fold_key(key, sizeof key, (view){w->text.p + m->begin, m->end - m->begin});
    return hash_key((view){key, n});
}

// keep adds a credit, or puts it in the place of a less sure one of that source and role.
static shg_err keep(finder *d, const found *x)
{
    uint32_t at;
    uint64_t key = x->key * 31 + x->hit.role + 1;
    if (lookup_get(&d->seen, key, &at)) {
        if (x->hit.score > d->f[at].hit.score)
            d->f[at] = *x;
        return SHG_OK;
    }
    if (d->n >= (x->field == FIELD_TEXT ? TEXT_MOST : CREDITS_MOST)) {
        d->left_out++;
        return SHG_OK;
    }
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 16;
        found *p = realloc(d->f, cap * sizeof *p);
        if (!p)
            return SHG_ENOMEM;
        d->f = p;
        d->cap = cap;
    }
    shg_err e = lookup_put(&d->seen, key, (uint32_t)d->n);
    if (!e)
        d->f[d->n++] = *x;
    return e;
}

// who_is_named: an echo is the source credited last rather than the one named last.
static const mention *who_is_named(const finder *d, const mentions *m, size_t i)
{
    const mention *x = &m->m[i];
    if (x->kind == MENTION_ECHO && d->told && m->m[d->told - 1].word + ECHO_WORDS >= x->word)
        x = &m->m[d->told - 1];
    return x->same ? &m->m[x->same - 1] : x;
}

static shg_err judge(finder *d, const words *w, const mentions *m, size_t i, credit_field field)
{
    window v;
    const patterns *p = sources_patterns(d->s);
    found x = {.field = field};
    window_open(&v, w, m, i, patterns_lexicon(p));
    if (!patterns_best(p, &v, i, field, &x.hit))
        return SHG_OK;
    const mention *named = who_is_named(d, m, i);
    const source *src = x.hit.source ? x.hit.source : named->source;
    x.source = src ? sources_credited(d->s, src) : NULL;
    if (is_self(d, w, named, x.source, &x.hit))
        return SHG_OK;
    if (x.hit.role != CREDIT_PHOTO && m->m[i].kind < MENTION_ECHO)
        d->told = i + 1;
    x.key = name_key(w, named, x.source);
    x.name = named->begin;
    x.name_end = named->end;
    return keep(d, &x);
}

static shg_err read_words(finder *d, const words *w, credit_field field)
{
    mentions m;
    d->told = 0;
    shg_err e = mentions_find(&m, d->s, patterns_shapes(sources_patterns(d->s)), w);
    for (size_t i = 0; !e && i < m.n; i++) {
        if (i == HEAD_MENTIONS && m.n > CREDITS_MENTIONS)
            i = m.n - (CREDITS_MENTIONS - HEAD_MENTIONS);
        e = judge(d, w, &m, i, field);
    }
    mentions_free(&m);
    return e;
}

// ---- results

static char *copy(const uint8_t *p, size_t n)
{
    char *s = malloc(n + 1);
    if (s) {
        if (n)
            memcpy(s, p, n);
        s[n] = 0;
    }
    return s;
}

// slug: "New English Review" is new-english-review.
static char *slug(view name)
{
    char *s = malloc(name.len + 1);
    size_t n = 0;
    bool gap = false;
    for (size_t i = 0; s && i < name.len; i++) {
        uint8_t c = name.p[i];
        bool letter = c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (letter && gap && n)
            s[n++] = '-';
        gap = !letter;
        if (letter)
            s[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    if (s)
        s[n] = 0;
    return s;
}

static shg_err finish_one(credit *c, const found *x, view value)
{
    view name = {value.p + x->name, x->name_end - x->name};
    if (name.len > NAME_MAX_LEN) // between two characters
        for (name.len = NAME_MAX_LEN; name.len && (name.p[name.len] & 0xc0) == 0x80;)
            name.len--;
    *c = (credit){.source = x->source,
                  .role = x->hit.role,
                  .field = credit_field_name(x->field),
                  .begin = x->hit.begin,
                  .end = x->hit.end,
                  .score = x->hit.score};
    if (x->source) {
        c->name = copy((const uint8_t *)x->source->name, strlen(x->source->name));
        c->id = copy((const uint8_t *)x->source->id, strlen(x->source->id));
    } else {
        c->name = copy(name.p, name.len);
        c->id = slug(name);
    }
    if (x->field != FIELD_TEXT)
        c->value = copy(value.p, value.len);
    return c->name && c->id && (x->field == FIELD_TEXT || c->value) ? SHG_OK : SHG_ENOMEM;
}

static int by_place(const void *a, const void *b)
{
    const found *x = a, *y = b;
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    if (x->hit.begin != y->hit.begin)
        return x->hit.begin < y->hit.begin ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

static shg_err finish(finder *d, credits *out, const view value[FIELD_COUNT])
{
    if (!d->n)
        return SHG_OK;
    qsort(d->f, d->n, sizeof *d->f, by_place);
    out->c = calloc(d->n, sizeof *out->c);
    if (!out->c)
        return SHG_ENOMEM;
    for (size_t i = 0; i < d->n; i++) {
        out->n++;
        shg_err e = finish_one(&out->c[i], &d->f[i], value[d->f[i].field]);
        if (e)
            return e;
    }
    return SHG_OK;
}

// read_canonical: a canonical address at another publisher's says whose page it is.
static shg_err read_canonical(finder *d, view url)
{
    const source *src = sources_publisher(d->s, url);
    if (!src || !url.len || !memchr(url.p, '.', url.len))
        return SHG_OK;
    src = sources_credited(d->s, src);
    if (src == d->self)
        return SHG_OK;
    found x = {.source = src,
               .key = hash_key(view_of(src->id)),
               .name_end = (uint32_t)url.len,
               .field = FIELD_CANONICAL_URL};
    x.hit = (pattern_hit){.role = CREDIT_REPUBLISHED, .score = .8, .end = (uint32_t)url.len};
    return keep(d, &x);
}

static shg_err read_field(finder *d, view value, credit_field field)
{
    words w;
    if (!value.len)
        return SHG_OK;
    shg_err e = words_make(&w, value, NULL);
    if (e)
        return e == SHG_EUTF8 ? SHG_OK : e;
    e = field == FIELD_CANONICAL_URL ? read_canonical(d, value) : read_words(d, &w, field);
    words_free(&w);
    return e;
}

// cut_field keeps at most FIELD_MAX bytes, whole characters.
static view cut_field(view v)
{
    if (v.len > FIELD_MAX) {
        v.len = FIELD_MAX;
        while (v.len && (v.p[v.len] & 0xc0) == 0x80)
            v.len--;
    }
    return v;
}

shg_err credits_find(credits *out, const sources *s, const words *w, const credit_fields *f)
{
    *out = (credits){0};
    const view value[FIELD_COUNT] = {
        [FIELD_TEXT] = w->text,
        [FIELD_BY] = cut_field(f->by),
        [FIELD_CREDIT_LINE] = cut_field(f->credit_line),
        [FIELD_DATELINE] = cut_field(f->dateline),
        [FIELD_COPYRIGHT_HOLDER] = cut_field(f->copyright_holder),
        [FIELD_COPYRIGHT_NOTICE] = cut_field(f->copyright_notice),
        [FIELD_CANONICAL_URL] = cut_field(f->canonical_url),
        [FIELD_HEADLINE] = cut_field(f->headline),
    };
    finder d = {.s = s};
    set_self(&d, f);
    shg_err e = read_words(&d, w, FIELD_TEXT);
    for (unsigned i = FIELD_TEXT + 1; !e && i < FIELD_COUNT; i++)
        e = read_field(&d, value[i], (credit_field)i);
    if (!e)
        e = finish(&d, out, value);
    out->left_out = d.left_out;
    free(d.f);
    lookup_free(&d.seen);
    if (e)
        credits_free(out);
    return e;
}

void credits_free(credits *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->c[i].name);
        free(c->c[i].id);
        free(c->c[i].value);
    }
    free(c->c);
    *c = (credits){0};
}
