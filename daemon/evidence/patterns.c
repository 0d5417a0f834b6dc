#include "evidence/patterns_table.h"

#include "evidence/grammar.h"
#include "evidence/nameword.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const FIELDS[FIELD_COUNT] = {
    "text",         "by",      "creditLine", "dateline", "copyrightHolder", "copyrightNotice",
    "canonicalUrl", "headline"};

const char *credit_field_name(credit_field f)
{
    return FIELDS[f];
}

// ---- from a tree to an automaton (Glushkov 1961)

typedef struct fragment {
    uint64_t first, last;
    bool nullable;
} fragment;

typedef struct compiler {
    patterns *p;
    const grammar *g;
    uint32_t from; // first state of the program that is made
    bool reverse;  // it runs to the left
    bool full;     // more than STATES_MAX
    shg_err err;
} compiler;

static uint32_t add_state(compiler *c, const node *x)
{
    patterns *p = c->p;
    if (p->n_states - c->from >= STATES_MAX) {
        c->full = true;
        return 0;
    }
    if (p->n_states == p->cap_states) {
        size_t cap = p->cap_states ? p->cap_states * 2 : 1024;
        state *s = realloc(p->state, cap * sizeof *s);
        if (!s) {
            c->err = SHG_ENOMEM;
            return 0;
        }
        p->state = s;
        p->cap_states = cap;
    }
    p->state[p->n_states] = (state){.mask = x->mask, .list = x->list, .other = x->other};
    return (uint32_t)(p->n_states++ - c->from);
}

static fragment join(compiler *c, fragment a, fragment b)
{
    if (c->reverse) {
        fragment t = a;
        a = b;
        b = t;
    }
    for (uint32_t i = 0; i < STATES_MAX && c->from + i < c->p->n_states; i++) {
        if (a.last >> i & 1)
            c->p->state[c->from + i].follow |= b.first;
    }
    return (fragment){.first = a.first | (a.nullable ? b.first : 0),
                      .last = b.last | (b.nullable ? a.last : 0),
                      .nullable = a.nullable && b.nullable};
}

static fragment compile(compiler *c, uint32_t id);

static fragment compile_repeat(compiler *c, const node *x)
{
    fragment f = {.nullable = true};
    for (unsigned i = 0; i < x->most && !c->full && !c->err; i++) {
        fragment one = compile(c, x->child);
        one.nullable |= i >= x->least;
        f = i ? join(c, f, one) : one;
    }
    return f;
}

// The depth is bounded by the reader's brackets and by macros standing before their use.
static fragment compile(compiler *c, uint32_t id)
{
    const node *x = &c->g->node[id];
    fragment f = {.nullable = x->kind == NODE_SEQUENCE};
    switch ((node_kind)x->kind) {
    case NODE_TOKEN:
        f.first = f.last = 1ull << add_state(c, x);
        return f;
    case NODE_MACRO:
        return compile(c, x->child);
    case NODE_REPEAT:
        return compile_repeat(c, x);
    case NODE_SEQUENCE:
        for (uint32_t k = x->child; k && !c->full && !c->err; k = c->g->node[k].next)
            f = join(c, f, compile(c, k));
        return f;
    case NODE_CHOICE:
        for (uint32_t k = x->child; k && !c->full && !c->err; k = c->g->node[k].next) {
            fragment one = compile(c, k);
            f.first |= one.first;
            f.last |= one.last;
            f.nullable |= one.nullable;
        }
        return f;
    }
    return f;
}

static shg_err make_program(patterns *p, const grammar *g, uint32_t root, bool reverse,
                            program *out)
{
    compiler c = {.p = p, .g = g, .from = (uint32_t)p->n_states, .reverse = reverse};
    fragment f = {.nullable = true};
    if (root)
        f = compile(&c, root);
    if (c.full)
        return table_fault(g->t, "a side of the pattern has more than %d places", STATES_MAX);
    *out = (program){.first = f.first,
                     .last = f.last,
                     .from = c.from,
                     .n = (uint16_t)(p->n_states - c.from),
                     .nullable = f.nullable};
    return c.err;
}

// ---- reading the table

typedef struct name_bit {
    const char *name;
    uint32_t bit;
} name_bit;

static shg_err read_bits(table *t, char *list, const name_bit *names, size_t n, uint32_t *out)
{
    for (char *part; (part = table_part(&list, ','));) {
        size_t i = 0;
        while (i < n && strcmp(part, names[i].name))
            i++;
        if (i == n)
            return table_fault(t, "\"%s\" is not known here", part);
        *out |= names[i].bit;
    }
    return SHG_OK;
}

static shg_err read_when(table *t, char *list, pattern *x)
{
    static const name_bit names[] = {{"agency", WHEN_AGENCY},
                                     {"known", WHEN_KNOWN | WHEN_AGENCY},
                                     {"broadcaster", WHEN_BROADCASTER},
                                     {"vague", WHEN_VAGUE},
                                     {"shaped", WHEN_SHAPED},
                                     {"head", WHEN_HEAD},
                                     {"tail", WHEN_TAIL},
                                     {"echo", WHEN_ECHO},
                                     {"address", WHEN_ADDRESS}};
    return read_bits(t, list, names, sizeof names / sizeof *names, &x->when);
}

static shg_err read_fields(table *t, char *list, pattern *x)
{
    name_bit names[FIELD_COUNT];
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        names[i] = (name_bit){FIELDS[i], 1u << i};
    return read_bits(t, list, names, FIELD_COUNT, &x->fields);
}

static shg_err read_role(table *t, const char *name, credit_role *out)
{
    for (unsigned r = 0; r < CREDIT_ROLES; r++) {
        if (!strcmp(name, credit_role_name((credit_role)r))) {
            *out = (credit_role)r;
            return SHG_OK;
        }
    }
    return table_fault(t, "\"%s\" is no role", name);
}

static shg_err new_pattern(patterns *p, pattern **out)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 128;
        pattern *q = realloc(p->list, cap * sizeof *q);
        if (!q)
            return SHG_ENOMEM;
        p->list = q;
        p->cap = cap;
    }
    *out = &p->list[p->n];
    **out = (pattern){.order = (uint32_t)p->n++};
    return SHG_OK;
}

static shg_err add_shape(lookup *shapes, uint64_t hash, uint32_t bit)
{
    uint32_t bits = 0;
    lookup_get(shapes, hash, &bits);
    return lookup_put(shapes, hash, bits | bit);
}

static shg_err set_anchor(patterns *p, const sources *s, table *t, const parsed *x, pattern *out)
{
    if (!*x->anchor_id)
        return SHG_OK;
    out->anchor = x->anchor;
    out->source = sources_by_id(s, x->anchor_id);
    if (!out->source)
        return table_fault(t, "%s is no source", x->anchor_id);
    return add_shape(&p->shapes, x->anchor, SHAPE_ANCHOR);
}

static shg_err compile_pattern(patterns *p, const sources *s, grammar *g, const char *text,
                               pattern *x)
{
    parsed tree;
    shg_err e = grammar_parse(g, text, &tree);
    if (!e)
        e = make_program(p, g, tree.left, true, &x->left);
    if (!e)
        e = make_program(p, g, tree.left_context, true, &x->left_context);
    if (!e)
        e = make_program(p, g, tree.right, false, &x->right);
    if (!e)
        e = make_program(p, g, tree.right_context, false, &x->right_context);
    if (e)
        return e;
    return set_anchor(p, s, g->t, &tree, x);
}

// Columns: role, score, when, fields, lang, pattern; or "def", name, -, -, lang, macro.
static shg_err read_row(patterns *p, const sources *s, grammar *g, char *column[TABLE_COLUMNS])
{
    if (!strcmp(column[0], "def"))
        return grammar_define(g, column[1], column[5]);
    pattern *x;
    char *end;
    if (p->n == PATTERNS_MAX)
        return table_fault(g->t, "more than %d patterns", PATTERNS_MAX);
    shg_err e = new_pattern(p, &x);
    if (!e)
        e = read_role(g->t, column[0], &x->role);
    if (e)
        return e;
    x->score = strtod(column[1], &end);
    if (*end || !(x->score > 0 && x->score <= 1))
        return table_fault(g->t, "\"%s\": a score is above 0 and at most 1", column[1]);
    e = read_when(g->t, column[2], x);
    if (!e)
        e = read_fields(g->t, column[3], x);
    if (e)
        return e;
    return compile_pattern(p, s, g, column[5], x);
}

// copy_shapes keeps the lists that shape an unknown name.
static shg_err copy_shapes(lookup *shapes, const grammar *g)
{
    static const name_bit lists[] = {
        {"NAME_HEAD", SHAPE_HEAD},         {"NAME_TAIL", SHAPE_TAIL},
        {"NAME_ECHO", SHAPE_ECHO},         {"NAME_NEVER", SHAPE_NEVER},
        {"NAME_INNER", SHAPE_INNER},       {"TIME_NAME", SHAPE_TIME},
        {"NAME_STATION", SHAPE_STATION},   {"NAME_LEAD", SHAPE_LEAD},
        {"NAME_NATION", SHAPE_NATION},     {"NAME_ENDING", SHAPE_ENDING},
        {"NAME_MIDDLE", SHAPE_MIDDLE},     {"NAME_PREFIX", SHAPE_PREFIX},
        {"NAME_SUFFIX", SHAPE_SUFFIX},     {"NAME_ARTICLE", SHAPE_ARTICLE},
        {"NAME_STRONG", SHAPE_STRONG},     {"NAME_FIRST", SHAPE_FIRST},
        {"NAME_COMPOUND", SHAPE_COMPOUND}, {"NAME_BARE", SHAPE_BARE},
    };
    shg_err e = SHG_OK;
    for (size_t i = 0; !e && i < sizeof lists / sizeof *lists; i++) {
        size_t n = 0;
        const uint64_t *hash = grammar_words(g, lists[i].name, &n);
        if (!hash)
            return table_fault(g->t, "the list {%s} is missing", lists[i].name);
        for (size_t k = 0; !e && k < n; k++)
            e = add_shape(shapes, hash[k], lists[i].bit);
    }
    return e;
}

static shg_err copy_members(patterns *p, const grammar *g)
{
    p->stride = g->lexicon.n / 64 + 1;
    p->member = calloc((g->n_lists + 1) * p->stride, sizeof *p->member);
    if (!p->member)
        return SHG_ENOMEM;
    for (size_t l = 0; l < g->n_lists; l++) {
        for (uint32_t i = 0; i < g->list[l].n; i++) {
            uint32_t number = g->members[g->list[l].from + i];
            p->member[l * p->stride + number / 64] |= 1ull << (number & 63);
        }
    }
    return SHG_OK;
}

// Photo patterns first, then the surest, then the order of the file: the first match wins.
static int by_trust(const void *a, const void *b)
{
    const pattern *x = a, *y = b;
    bool photo_x = x->role == CREDIT_PHOTO, photo_y = y->role == CREDIT_PHOTO;
    if (photo_x != photo_y)
        return photo_x ? -1 : 1;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

shg_err patterns_open(patterns **out, const sources *s, const char *file, view text, char *why,
                      size_t why_len)
{
    patterns *p = *out = calloc(1, sizeof *p);
    if (!p)
        return SHG_ENOMEM;
    table t;
    grammar g = {0};
    char *column[TABLE_COLUMNS];
    shg_err e = table_open(&t, file, text, why, why_len);
    g.t = &t;
    while (!e && table_next(&t, column))
        e = read_row(p, s, &g, column);
    if (!e)
        e = copy_shapes(&p->shapes, &g);
    if (!e)
        e = copy_members(p, &g);
    if (!e && p->n)
        qsort(p->list, p->n, sizeof *p->list, by_trust);
    p->lexicon = g.lexicon;
    g.lexicon = (lookup){0};
    if (!e)
        e = gates_make(p);
    grammar_free(&g);
    table_close(&t);
    if (e)
        patterns_close(out);
    return e;
}

void patterns_close(patterns **out)
{
    patterns *p = *out;
    if (!p)
        return;
    gates_free(p);
    free(p->list);
    free(p->state);
    free(p->member);
    lookup_free(&p->lexicon);
    lookup_free(&p->shapes);
    free(p);
    *out = NULL;
}

const lookup *patterns_shapes(const patterns *p)
{
    return &p->shapes;
}

const lookup *patterns_lexicon(const patterns *p)
{
    return &p->lexicon;
}
