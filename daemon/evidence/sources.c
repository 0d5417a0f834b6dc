#include "evidence/sources_table.h"

#include "evidence/address.h"
#include "evidence/patterns.h"
#include "evidence/table.h"

#include <stdio.h>
#include <stdlib.h>

extern const unsigned char embed_sources[];
extern const size_t embed_sources_len;
extern const unsigned char embed_roles[];
extern const size_t embed_roles_len;

enum {
    HOST_MAX = 255,    // RFC 1035
    ALIAS_BYTES = 256, // bytes of an alias
    USER_FILE_MAX = 64 << 20,
};

typedef struct row {
    source src;
    char *aliases, *domains; // lists still to be cut
    unsigned line;
    uint32_t file;
} row;

static uint64_t hash_name(const char *s)
{
    return hash_key(view_of(s));
}

static shg_err add_first(sources *s, uint64_t hash, uint32_t n_words, bool any_case)
{
    uint32_t old = 0, most;
    sieve_put(s->maybe, hash);
    if (any_case)
        sieve_put(s->maybe_small, hash);
    lookup_get(&s->first, hash, &old);
    most = old & (FIRST_ANY_CASE - 1);
    return lookup_put(&s->first, hash,
                      (n_words > most ? n_words : most) | (old & FIRST_ANY_CASE) |
                          (any_case ? FIRST_ANY_CASE : 0));
}

// ---- building

static uint8_t cap_rule_of(const word *w)
{
    if (w->flags & WORD_ALLCAPS)
        return CAP_ALL;
    return w->flags & WORD_CAP ? CAP_FIRST : CAP_ANY;
}

// relax_caps: a name that is listed as "ANSA" and as "Ansa" may be written both ways.
static void relax_caps(alias *a, const alias *again)
{
    for (size_t i = 0; i < a->n_words; i++) {
        if (again->cap[i] < a->cap[i])
            a->cap[i] = again->cap[i];
    }
}

// claim_name: one source may list a name twice (capitals differ); two sources in one
// file may not share one, because either could be meant.
static shg_err claim_name(sources *s, table *t, const row *r, const row *rows, uint64_t h,
                          uint32_t id, const char *name)
{
    uint32_t old;
    if (lookup_get(&s->names, h, &old)) {
        alias *a = &s->alias[old];
        if (a->source == s->alias[id].source) {
            relax_caps(a, &s->alias[id]);
            return SHG_OK;
        }
        if (rows[a->source].file == r->file)
            return table_fault(t, "\"%s\" is a name of %s already", name, s->list[a->source].id);
        if (rows[a->source].file > r->file)
            return SHG_OK;
    }
    return lookup_put(&s->names, h, id);
}

static shg_err new_alias(sources *s, alias **out)
{
    if (s->n_alias == s->cap_alias) {
        size_t cap = s->cap_alias ? s->cap_alias * 2 : 256;
        alias *p = realloc(s->alias, cap * sizeof *p);
        if (!p)
            return SHG_ENOMEM;
        s->alias = p;
        s->cap_alias = cap;
    }
    *out = &s->alias[s->n_alias++];
    **out = (alias){0};
    return SHG_OK;
}

// read_name cuts a name of the table into words, for the caller to free.
static shg_err read_name(words *out, table *t, const char *name)
{
    shg_err e = words_make(out, view_of(name), NULL);
    if (e == SHG_EUTF8)
        return table_fault(t, "a name that is not UTF-8");
    if (e || (out->n && out->n <= ALIAS_WORDS))
        return e;
    words_free(out);
    return table_fault(t, "\"%s\": a name has 1 to %d words", name, ALIAS_WORDS);
}

static shg_err add_alias(sources *s, table *t, const row *r, const row *rows, const char *name)
{
    bool vague = *name == '~';
    words w;
    shg_err e = read_name(&w, t, name + vague);
    if (e)
        return e;
    alias *a;
    e = new_alias(s, &a);
    uint64_t h = 0;
    for (size_t i = 0; !e && i < w.n; i++) {
        h = chain(h, w.w[i].hash);
        a->cap[i] = cap_rule_of(&w.w[i]);
    }
    if (!e) {
        a->source = (uint32_t)(r - rows);
        a->n_words = (uint8_t)w.n;
        if (w.n > 1 && view_eq(words_key(&w, 0), view_of("the")))
            a->cap[0] = CAP_THE;
        a->vague = vague;
        a->dotted = strchr(name, '.') && !strchr(name, ' ');
        e = claim_name(s, t, r, rows, h, (uint32_t)(s->n_alias - 1), name);
    }
    if (!e)
        e = add_first(s, w.w[0].hash, (uint32_t)w.n, a->cap[0] == CAP_ANY || a->cap[0] == CAP_THE);
    words_free(&w);
    return e;
}

// ---- handles: how publishers are called where letters are all there is ("faznet", "RND_de")

// handle_hash runs the words of a name together.
static uint64_t handle_hash(view name)
{
    uint8_t key[ALIAS_BYTES];
    return hash_key((view){key, fold_key(key, sizeof key, name)});
}

// add_handle adds one, if no other source has it.
static shg_err add_handle(sources *s, const char *name, uint32_t id)
{
    uint32_t old;
    uint64_t h = handle_hash(view_of(name));
    return lookup_get(&s->handles, h, &old) ? SHG_OK : lookup_put(&s->handles, h, id);
}

// add_label adds the first part of an address: "okaz" of okaz.com.sa.
static shg_err add_label(sources *s, const char *domain, uint32_t id)
{
    char label[ALIAS_BYTES];
    size_t len = strcspn(domain, ".");
    if (!domain[len] || len < 4) // "dw", "abc": too short to be one source's only
        return SHG_OK;
    snprintf(label, sizeof label, "%.*s", (int)len, domain);
    return add_handle(s, label, id);
}

// add_domain: a web address finds the publisher, and is a name in a text too.
static shg_err add_domain(sources *s, table *t, const row *r, const row *rows, const char *domain)
{
    shg_err e = lookup_put(&s->domains, hash_name(domain), (uint32_t)(r - rows));
    if (!e)
        e = add_handle(s, domain, (uint32_t)(r - rows));
    if (!e)
        e = add_label(s, domain, (uint32_t)(r - rows));
    return e ? e : add_alias(s, t, r, rows, domain);
}

// decline puts `ending` behind the words of a German name that end in e, as its adjectives do
// when they are declined: "Süddeutsche Zeitung", "der Süddeutschen Zeitung". The last word may
// be one ("Frankfurter Allgemeine") or a noun ("Neue Presse"). false if there is none.
static bool decline(const char *name, char ending, bool last_too, char out[2 * ALIAS_BYTES])
{
    size_t n = 0, letters = 0;
    bool changed = false;
    for (const char *p = name; *p && n + 2 < 2 * ALIAS_BYTES; p++) {
        out[n++] = *p;
        letters = *p == ' ' || *p == '-' ? 0 : letters + 1;
        if (*p == 'e' && letters > 3 && (p[1] ? p[1] == ' ' : last_too)) {
            out[n++] = ending;
            changed = true;
        }
    }
    out[n] = 0;
    return changed;
}

// add_inflected adds a name as it is written inside a sentence too.
static shg_err add_inflected(sources *s, table *t, const row *r, const row *rows, const char *name)
{
    char form[2 * ALIAS_BYTES];
    shg_err e = add_alias(s, t, r, rows, name);
    for (unsigned k = 0; !e && k < 4 && !strcmp(r->src.lang, "de"); k++) {
        if (decline(name, k & 1 ? 'n' : 'r', k & 2, form))
            e = add_alias(s, t, r, rows, form);
    }
    return e;
}

// own_hash is the hash of a name that counts for one source only.
static uint64_t own_hash(uint64_t name, const source *src)
{
    return chain(name, hash_name(src->id));
}

// add_own: what is another's name elsewhere is the publisher's own on its pages.
static shg_err add_own(sources *s, table *t, const source *src, const char *name)
{
    words w;
    shg_err e = read_name(&w, t, name);
    if (e)
        return e;
    uint64_t h = 0;
    for (size_t i = 0; i < w.n; i++)
        h = chain(h, w.w[i].hash);
    words_free(&w);
    return lookup_put(&s->own, own_hash(h, src), 1);
}

bool sources_own(const sources *s, const source *src, const words *w, size_t i, size_t n)
{
    uint32_t one;
    uint64_t h = 0;
    for (size_t k = i; k < i + n; k++)
        h = chain(h, w->w[k].hash);
    return lookup_get(&s->own, own_hash(h, src), &one);
}

static shg_err add_names(sources *s, table *t, row *r, const row *rows)
{
    char name[ALIAS_BYTES];
    t->line = r->line;
    snprintf(name, sizeof name, "%s%s", r->src.flags & SOURCE_NEEDS_VERB ? "~" : "", r->src.name);
    shg_err e = add_inflected(s, t, r, rows, name);
    if (!e)
        e = add_handle(s, r->src.name, (uint32_t)(r - rows));
    for (char *a; !e && (a = table_part(&r->aliases, ';'));) {
        if (*a == '=') {
            e = add_own(s, t, &r->src, a + 1);
            continue;
        }
        e = add_inflected(s, t, r, rows, a);
        if (!e)
            e = add_handle(s, a, (uint32_t)(r - rows));
    }
    for (char *d; !e && (d = table_part(&r->domains, ';'));)
        e = add_domain(s, t, r, rows, d);
    return e || !strchr(r->src.id, '.') ? e : add_domain(s, t, r, rows, r->src.id);
}

static shg_err parse_kind(table *t, const char *name, source_kind *out)
{
    static const char *const kinds[] = {"agency", "outlet", "broadcaster", "show"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!strcmp(name, kinds[i])) {
            *out = (source_kind)i;
            return SHG_OK;
        }
    }
    return table_fault(t, "\"%s\": a kind is agency, outlet, broadcaster or show", name);
}

static shg_err parse_row(table *t, char *column[TABLE_COLUMNS], row *r)
{
    *r = (row){.src = {.id = column[0], .name = column[1], .lang = column[5]},
               .aliases = column[3],
               .domains = column[4],
               .line = t->line};
    r->src.parent = *column[6] ? column[6] : NULL;
    if (!*r->src.id || !*r->src.name)
        return table_fault(t, "a source has an id and a name");
    if (strlen(r->src.name) > 200)
        return table_fault(t, "a name has at most 200 bytes");
    for (char *f; (f = table_part(&column[7], ','));) {
        if (strcmp(f, "needs-verb"))
            return table_fault(t, "\"%s\": the only flag is needs-verb", f);
        r->src.flags |= SOURCE_NEEDS_VERB;
    }
    return parse_kind(t, column[2], &r->src.kind);
}

typedef struct rows {
    row *r;
    size_t n, cap;
} rows;

// put_row adds a row, or puts it in place of the one with its id in an earlier file.
static shg_err put_row(sources *s, table *t, rows *rs, const row *r)
{
    uint32_t at;
    if (lookup_get(&s->ids, hash_name(r->src.id), &at)) {
        if (rs->r[at].file == r->file)
            return table_fault(t, "%s stands in line %u already", r->src.id, rs->r[at].line);
        rs->r[at] = *r;
        return SHG_OK;
    }
    if (rs->n == rs->cap) {
        size_t cap = rs->cap ? rs->cap * 2 : 512;
        row *p = realloc(rs->r, cap * sizeof *p);
        if (!p)
            return SHG_ENOMEM;
        rs->r = p;
        rs->cap = cap;
    }
    shg_err e = lookup_put(&s->ids, hash_name(r->src.id), (uint32_t)rs->n);
    if (!e)
        rs->r[rs->n++] = *r;
    return e;
}

static shg_err read_rows(sources *s, table *t, uint32_t file, rows *rs)
{
    char *column[TABLE_COLUMNS];
    shg_err e = SHG_OK;
    while (!e && table_next(t, column)) {
        row r;
        e = parse_row(t, column, &r);
        r.file = file;
        if (!e)
            e = put_row(s, t, rs, &r);
    }
    s->text[file] = table_take(t);
    return e;
}

static shg_err build(sources *s, table t[2], rows *rs)
{
    s->list = calloc(rs->n ? rs->n : 1, sizeof *s->list);
    if (!s->list)
        return SHG_ENOMEM;
    s->n = rs->n;
    for (size_t i = 0; i < rs->n; i++)
        s->list[i] = rs->r[i].src;
    for (size_t i = 0; i < rs->n; i++) {
        row *r = &rs->r[i];
        shg_err e = add_names(s, &t[r->file], r, rs->r);
        if (e)
            return e;
        if (r->src.parent && !sources_by_id(s, r->src.parent))
            return table_fault(&t[r->file], "%s: its parent %s is unknown", r->src.id,
                               r->src.parent);
    }
    return SHG_OK;
}

// read_file gives the user's file as a whole; the caller frees *out.
static shg_err read_file(const char *file, char **out, size_t *len)
{
    FILE *f = fopen(file, "rb");
    if (!f)
        return SHG_EIO;
    size_t cap = 0;
    *len = 0;
    *out = NULL;
    shg_err e = SHG_OK;
    do {
        cap = cap ? cap * 2 : 65536;
        char *p = realloc(*out, cap);
        if (!p) {
            e = SHG_ENOMEM;
            break;
        }
        *out = p;
        *len += fread(p + *len, 1, cap - *len, f);
    } while (*len == cap && cap < USER_FILE_MAX);
    if (!e && (ferror(f) || *len == USER_FILE_MAX || memchr(*out, 0, *len)))
        e = SHG_EIO;
    fclose(f);
    return e;
}

static shg_err open_tables(table t[2], const char *file, char *why, size_t why_len)
{
    view ours = {embed_sources, embed_sources_len};
    shg_err e = table_open(&t[0], "sources.tsv", ours, why, why_len);
    if (e || !file)
        return e;
    char *text = NULL;
    size_t len = 0;
    e = read_file(file, &text, &len);
    if (e == SHG_EIO)
        snprintf(why, why_len, "%s: can't be read as a table of sources", file);
    if (!e)
        e = table_open(&t[1], file, (view){(uint8_t *)text, len}, why, why_len);
    free(text);
    return e;
}

shg_err sources_open(sources **out, const char *file, char *why, size_t why_len)
{
    if (why_len)
        snprintf(why, why_len, "out of memory");
    sources *s = *out = calloc(1, sizeof *s);
    if (!s)
        return SHG_ENOMEM;
    table t[2] = {0};
    rows rs = {0};
    shg_err e = open_tables(t, file, why, why_len);
    for (uint32_t i = 0; !e && i < 2 && t[i].text; i++)
        e = read_rows(s, &t[i], i, &rs);
    if (!e)
        e = build(s, t, &rs);
    if (!e)
        e = patterns_open(&s->patterns, s, "roles.tsv", (view){embed_roles, embed_roles_len}, why,
                          why_len);
    free(rs.r);
    table_close(&t[0]);
    table_close(&t[1]);
    if (e)
        sources_close(out);
    return e;
}

void sources_close(sources **out)
{
    sources *s = *out;
    if (!s)
        return;
    patterns_close(&s->patterns);
    lookup_free(&s->ids);
    lookup_free(&s->domains);
    lookup_free(&s->handles);
    lookup_free(&s->own);
    lookup_free(&s->names);
    lookup_free(&s->first);
    free(s->alias);
    free(s->list);
    free(s->text[0]);
    free(s->text[1]);
    free(s);
    *out = NULL;
}

// ---- finding by id, domain, name

static const source *by_host(const sources *s, view publisher)
{
    char host[HOST_MAX + 1];
    size_t n = 0;
    view v = address_host(publisher);
    for (; n < v.len && n < HOST_MAX; n++)
        host[n] = (char)(v.p[n] >= 'A' && v.p[n] <= 'Z' ? v.p[n] + 32 : v.p[n]);
    host[n] = 0;
    for (const char *h = host; strchr(h, '.'); h = strchr(h, '.') + 1) {
        uint32_t at;
        if (lookup_get(&s->domains, hash_name(h), &at))
            return &s->list[at];
    }
    return NULL;
}

static const source *by_name(const sources *s, view name)
{
    words w;
    const source *found = NULL;
    if (name.len > 400 || words_make(&w, name, NULL))
        return NULL;
    uint64_t h = 0, without_first = 0;
    for (size_t i = 0; i < w.n; i++) {
        h = chain(h, w.w[i].hash);
        if (i)
            without_first = chain(without_first, w.w[i].hash);
    }
    uint32_t at;
    if (w.n && lookup_get(&s->names, h, &at))
        found = &s->list[s->alias[at].source];
    else if (w.n > 1 && view_eq(words_key(&w, 0), view_of("the")) &&
             lookup_get(&s->names, without_first, &at))
        found = &s->list[s->alias[at].source];
    words_free(&w);
    return found;
}

// by_handle takes a handle whole, or up to its first low line ("RND_de").
static const source *by_handle(const sources *s, view name)
{
    uint32_t at;
    if (!name.len || name.len > ALIAS_BYTES || memchr(name.p, '/', name.len))
        return NULL;
    if (lookup_get(&s->handles, handle_hash(name), &at))
        return &s->list[at];
    const uint8_t *low = memchr(name.p, '_', name.len);
    return low ? by_handle(s, (view){name.p, (size_t)(low - name.p)}) : NULL;
}

const source *sources_publisher(const sources *s, view publisher)
{
    if (!publisher.len)
        return NULL;
    const source *found = memchr(publisher.p, '.', publisher.len) ? by_host(s, publisher) : NULL;
    if (!found)
        found = by_name(s, publisher);
    return found ? found : by_handle(s, publisher);
}

const source *sources_credited(const sources *s, const source *src)
{
    const source *parent = src->parent ? sources_by_id(s, src->parent) : NULL;
    return parent ? parent : src;
}

const source *sources_by_id(const sources *s, const char *id)
{
    uint32_t at;
    return lookup_get(&s->ids, hash_name(id), &at) ? &s->list[at] : NULL;
}

size_t sources_count(const sources *s)
{
    return s->n;
}

const source *sources_get(const sources *s, size_t i)
{
    return &s->list[i];
}

const struct patterns *sources_patterns(const sources *s)
{
    return s->patterns;
}
