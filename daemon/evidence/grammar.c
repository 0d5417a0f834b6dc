#include "evidence/grammar.h"

#include "evidence/window.h"
#include "text/utf8.h"
#include "text/words.h"

#include <stdlib.h>

enum { ATOM_MAX = 80 };

typedef struct reader {
    grammar *g;
    const char *p;
    unsigned depth;
} reader;

static const struct {
    const char *name;
    uint32_t mask;
} CLASSES[] = {
    {"WORD", TOKEN_WORD}, {"CAP", TOKEN_CAP}, {"CAPS", TOKEN_CAPS},   {"LOWER", TOKEN_LOWER},
    {"NUM", TOKEN_NUM},   {"SRC", TOKEN_SRC}, {"QUOTE", TOKEN_QUOTE}, {"DASH", TOKEN_DASH},
    {"BAR", TOKEN_BAR},   {"^", TOKEN_LINE},  {"$", TOKEN_LINE},      {"'s", TOKEN_POSS},
    {"OWN", TOKEN_OWN},
};

static shg_err grow(void **p, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return SHG_OK;
    size_t more = *cap ? *cap * 2 : 256;
    void *q = realloc(*p, more * size);
    if (!q)
        return SHG_ENOMEM;
    *p = q;
    *cap = more;
    return SHG_OK;
}

static shg_err new_node(grammar *g, node_kind kind, uint32_t *out)
{
    if (!g->n)
        g->n = 1;
    shg_err e = grow((void **)&g->node, g->n, &g->cap, sizeof *g->node);
    if (e)
        return e;
    g->node[g->n] = (node){.kind = (uint8_t)kind};
    *out = (uint32_t)g->n++;
    return SHG_OK;
}

// ---- words and lists of words

static shg_err add_member(grammar *g, uint32_t number, uint64_t hash)
{
    if (g->n_members == g->cap_members) {
        size_t cap = g->cap_members;
        shg_err e = grow((void **)&g->members, g->n_members, &cap, sizeof *g->members);
        if (!e)
            e = grow((void **)&g->member_hash, g->n_members, &g->cap_members,
                     sizeof *g->member_hash);
        if (e)
            return e;
    }
    g->members[g->n_members] = number;
    g->member_hash[g->n_members++] = hash;
    return SHG_OK;
}

static shg_err new_list(grammar *g, uint32_t *out)
{
    if (!g->n_lists)
        g->n_lists = 1;
    shg_err e = grow((void **)&g->list, g->n_lists, &g->cap_lists, sizeof *g->list);
    if (e)
        return e;
    g->list[g->n_lists] = (word_list){.from = (uint32_t)g->n_members};
    g->list[0] = (word_list){0};
    *out = (uint32_t)g->n_lists++;
    return SHG_OK;
}

static shg_err number_word(grammar *g, uint64_t hash, uint32_t *out)
{
    if (lookup_get(&g->lexicon, hash, out))
        return SHG_OK;
    *out = (uint32_t)g->lexicon.n + 1;
    return lookup_put(&g->lexicon, hash, *out);
}

// one_word makes the token that accepts one word.
static shg_err one_word(grammar *g, uint64_t hash, uint32_t *out)
{
    uint32_t number, list;
    shg_err e = number_word(g, hash, &number);
    if (!e)
        e = new_list(g, &list);
    if (!e)
        e = add_member(g, number, hash);
    if (!e)
        e = new_node(g, NODE_TOKEN, out);
    if (e)
        return e;
    g->list[list].n = 1;
    g->node[*out].list = list;
    return SHG_OK;
}

// literal: a word, or the characters of a script without spaces, one after the other.
static shg_err literal(grammar *g, const char *atom, uint32_t *out)
{
    words w;
    shg_err e = words_make(&w, view_of(atom), NULL);
    if (e == SHG_EUTF8)
        return table_fault(g->t, "not UTF-8");
    if (e)
        return e;
    if (!w.n || (w.n > 1 && !(w.w[0].flags & WORD_CHAR))) {
        words_free(&w);
        return table_fault(g->t, "\"%s\" is not one word: set its marks apart, in quotes", atom);
    }
    uint32_t parent = 0, last = 0;
    if (w.n > 1)
        e = new_node(g, NODE_SEQUENCE, &parent);
    for (size_t i = 0; !e && i < w.n; i++) {
        uint32_t id;
        e = one_word(g, w.w[i].hash, &id);
        if (e)
            break;
        if (last)
            g->node[last].next = id;
        else if (parent)
            g->node[parent].child = id;
        last = id;
    }
    *out = parent ? parent : last;
    words_free(&w);
    return e;
}

// ---- atoms

static bool upper(const char *s)
{
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    return n > 1 && !s[n];
}

static shg_err mark(grammar *g, const char *atom, size_t len, uint32_t *out)
{
    const uint8_t *p = (const uint8_t *)atom + 1;
    uint32_t mask = token_mark(utf8_next(&p, (const uint8_t *)atom + len));
    if (len < 3 || atom[len - 1] != '\'' || p != (const uint8_t *)atom + len - 1 || !mask)
        return table_fault(g->t, "%s: one mark stands in quotes", atom);
    shg_err e = new_node(g, NODE_TOKEN, out);
    if (!e)
        g->node[*out].mask = mask;
    return e;
}

static shg_err macro(grammar *g, char *atom, size_t len, uint32_t *out)
{
    uint32_t target;
    if (len < 3 || atom[len - 1] != '}')
        return table_fault(g->t, "%s: a macro is {NAME}", atom);
    if (!lookup_get(&g->macros, hash_key((view){(uint8_t *)atom + 1, len - 2}), &target))
        return table_fault(g->t, "%s is not defined above", atom);
    shg_err e = new_node(g, NODE_MACRO, out);
    if (!e)
        g->node[*out].child = target;
    return e;
}

static shg_err atom_node(grammar *g, char *atom, uint32_t *out)
{
    size_t len = strlen(atom);
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++) {
        if (strcmp(atom, CLASSES[i].name))
            continue;
        shg_err e = new_node(g, NODE_TOKEN, out);
        if (!e)
            g->node[*out].mask = CLASSES[i].mask;
        return e;
    }
    if (*atom == '\'')
        return mark(g, atom, len, out);
    if (*atom == '{')
        return macro(g, atom, len, out);
    if (!strcmp(atom, "X") || !strcmp(atom, "<") || !strcmp(atom, ">") || *atom == '@')
        return table_fault(g->t, "%s stands in brackets", atom);
    if (upper(atom))
        return table_fault(g->t, "%s is no class of words", atom);
    return literal(g, atom, out);
}

// read_atom copies what stands up to a blank or a bracket; quotes and braces are one piece.
static shg_err read_atom(reader *r, char atom[ATOM_MAX])
{
    size_t n = 0;
    const char *p = r->p;
    bool quoted = *p == '\'' && !(p[1] == 's' && p[2] != '\'');
    while (*p && *p != ' ' && n < ATOM_MAX - 1) {
        if (quoted ? (n > 1 && p[-1] == '\'') : (n && strchr(")?*+|", *p)))
            break;
        atom[n++] = *p++;
    }
    atom[n] = 0;
    r->p = p;
    return n < ATOM_MAX - 1 ? SHG_OK : table_fault(r->g->t, "a word is too long");
}

// repeat reads ?, *n or +n after an item.
static shg_err repeat(reader *r, uint32_t *item)
{
    char c = *r->p;
    if (!c || !strchr("?*+", c))
        return SHG_OK;
    char *end = NULL;
    long most = c == '?' ? 1 : strtol(r->p + 1, &end, 10);
    if (most < 1 || most > 40)
        return table_fault(r->g->t, "a repeat is ?, *n or +n, n from 1 to 40");
    uint32_t id;
    shg_err e = new_node(r->g, NODE_REPEAT, &id);
    if (e)
        return e;
    r->g->node[id].least = c == '+';
    r->g->node[id].most = (uint8_t)most;
    r->g->node[id].child = *item;
    *item = id;
    r->p = c == '?' ? r->p + 1 : end;
    return SHG_OK;
}

// lone_token is the token that a tree consists of; 0 for anything else.
static uint32_t lone_token(const grammar *g, uint32_t id)
{
    while (g->node[id].kind == NODE_MACRO)
        id = g->node[id].child;
    return g->node[id].kind == NODE_TOKEN && !g->node[id].other ? id : 0;
}

// other_than makes the token that accepts all that the item, one token, does not.
static shg_err other_than(grammar *g, uint32_t *item)
{
    uint32_t t = lone_token(g, *item);
    if (!t)
        return table_fault(g->t, "! stands before one token or a choice of such");
    node x = g->node[t];
    shg_err e = new_node(g, NODE_TOKEN, item);
    if (e)
        return e;
    x.other = true;
    x.next = 0;
    g->node[*item] = x;
    return SHG_OK;
}

static shg_err choice(reader *r, uint32_t *out);

static shg_err item(reader *r, uint32_t *out)
{
    shg_err e;
    bool other = *r->p == '!';
    r->p += other;
    if (*r->p == '(') {
        if (++r->depth > GRAMMAR_DEPTH)
            return table_fault(r->g->t, "brackets are nested too deeply");
        r->p++;
        e = choice(r, out);
        if (!e && *r->p++ != ')')
            return table_fault(r->g->t, "a bracket is not closed");
        r->depth--;
    } else {
        char atom[ATOM_MAX];
        e = read_atom(r, atom);
        if (!e)
            e = atom_node(r->g, atom, out);
    }
    if (!e && other)
        e = other_than(r->g, out);
    return e ? e : repeat(r, out);
}

static void skip_blanks(reader *r)
{
    r->p += strspn(r->p, " ");
}

// append puts an item behind the others of a sequence.
static void append(grammar *g, uint32_t *first, uint32_t *last, uint32_t id)
{
    if (*last)
        g->node[*last].next = id;
    else
        *first = id;
    *last = id;
}

static shg_err sequence(reader *r, uint32_t *out)
{
    uint32_t first = 0, last = 0, id;
    for (skip_blanks(r); *r->p && *r->p != '|' && *r->p != ')'; skip_blanks(r)) {
        shg_err e = item(r, &id);
        if (e)
            return e;
        append(r->g, &first, &last, id);
    }
    if (!first)
        return table_fault(r->g->t, "an empty alternative");
    *out = first;
    if (first == last)
        return SHG_OK;
    shg_err e = new_node(r->g, NODE_SEQUENCE, out);
    if (!e)
        r->g->node[*out].child = first;
    return e;
}

static shg_err add_members(grammar *g, uint32_t list, word_list from)
{
    shg_err e = SHG_OK;
    for (uint32_t i = 0; !e && i < from.n; i++)
        e = add_member(g, g->members[from.from + i], g->member_hash[from.from + i]);
    g->list[list].n += from.n;
    return e;
}

// join_tokens makes one token of all alternatives that are tokens: one state, not many.
static shg_err join_tokens(grammar *g, uint32_t first, uint32_t *out)
{
    uint32_t list, joined, kept = 0, last = 0;
    bool any = false;
    shg_err e = new_list(g, &list);
    if (!e)
        e = new_node(g, NODE_TOKEN, &joined);
    for (uint32_t id = first, next; !e && id; id = next) {
        uint32_t t = lone_token(g, id);
        next = g->node[id].next;
        g->node[id].next = 0;
        if (!t) {
            append(g, &kept, &last, id);
            continue;
        }
        any = true;
        g->node[joined].mask |= g->node[t].mask;
        e = add_members(g, list, g->list[g->node[t].list]);
    }
    if (!e && any) {
        g->node[joined].list = g->list[list].n ? list : 0;
        append(g, &kept, &last, joined);
    }
    *out = kept;
    return e;
}

static shg_err choice(reader *r, uint32_t *out)
{
    uint32_t first = 0, last = 0, id = 0;
    do {
        if (last)
            r->p++; // the bar
        shg_err e = sequence(r, &id);
        if (e)
            return e;
        append(r->g, &first, &last, id);
    } while (*r->p == '|');
    *out = first;
    if (first == last)
        return SHG_OK;
    shg_err e = join_tokens(r->g, first, &id);
    *out = id;
    if (e || !r->g->node[id].next)
        return e;
    e = new_node(r->g, NODE_CHOICE, out);
    if (!e)
        r->g->node[*out].child = id;
    return e;
}

shg_err grammar_define(grammar *g, const char *name, const char *text)
{
    reader r = {.g = g, .p = text};
    uint32_t root;
    if (!upper(name))
        return table_fault(g->t, "\"%s\": a macro's name is in capitals", name);
    shg_err e = choice(&r, &root);
    if (e)
        return e;
    if (*r.p)
        return table_fault(g->t, "a bracket too many at \"%s\"", r.p);
    return lookup_put(&g->macros, hash_key(view_of(name)), root);
}

const uint64_t *grammar_words(const grammar *g, const char *name, size_t *n)
{
    uint32_t root;
    if (!lookup_get(&g->macros, hash_key(view_of(name)), &root))
        return NULL;
    word_list l = g->list[g->node[lone_token(g, root)].list];
    *n = l.n;
    return l.n ? g->member_hash + l.from : NULL;
}

// ---- whole patterns

static shg_err anchor(reader *r, parsed *out)
{
    char atom[ATOM_MAX];
    shg_err e = read_atom(r, atom);
    char *slash = e ? NULL : strchr(atom, '/');
    if (e)
        return e;
    if (!slash || slash == atom + 1 || slash - atom >= (ptrdiff_t)sizeof out->anchor_id)
        return table_fault(r->g->t, "%s: an anchor is @id/word", atom);
    *slash = 0;
    strcpy(out->anchor_id, atom + 1);
    uint8_t key[ATOM_MAX];
    size_t n = fold_key(key, sizeof key, view_of(slash + 1));
    out->anchor = hash_key((view){key, n});
    return SHG_OK;
}

static bool lone(const char *p, char c)
{
    return *p == c && (p[1] == ' ' || !p[1]);
}

static shg_err wrap(grammar *g, uint32_t first, uint32_t *out)
{
    *out = 0;
    if (!first)
        return SHG_OK;
    shg_err e = new_node(g, NODE_SEQUENCE, out);
    if (!e)
        g->node[*out].child = first;
    return e;
}

// Parts in the order of the text: context, left, right, context.
static shg_err parts(reader *r, uint32_t first[4], bool *centre, bool limits[2], parsed *out)
{
    uint32_t last[4] = {0}, id;
    int part = 1;
    for (skip_blanks(r); *r->p; skip_blanks(r)) {
        shg_err e = SHG_OK;
        if (lone(r->p, 'X') || *r->p == '@') {
            if (*centre || part != 1)
                return table_fault(r->g->t, "a pattern has one X, between < and >");
            *centre = true;
            part = 2;
            if (*r->p == '@')
                e = anchor(r, out);
            else
                r->p++;
        } else if (lone(r->p, '<') || lone(r->p, '>')) {
            bool right = *r->p++ == '>';
            if (limits[right] || part != (right ? 2 : 1))
                return table_fault(r->g->t, "< stands before X, > behind it, once each");
            limits[right] = true;
            if (right) {
                part = 3;
            } else {
                first[0] = first[1];
                first[1] = last[1] = 0;
            }
        } else {
            e = item(r, &id);
            if (!e)
                append(r->g, &first[part], &last[part], id);
        }
        if (e)
            return e;
        if (*r->p && *r->p != ' ')
            return table_fault(r->g->t, "a blank is missing, or a bracket too many, at \"%s\"",
                               r->p);
    }
    return *centre ? SHG_OK : table_fault(r->g->t, "a pattern has an X");
}

shg_err grammar_parse(grammar *g, const char *text, parsed *out)
{
    reader r = {.g = g, .p = text};
    uint32_t first[4] = {0};
    bool centre = false, limits[2] = {false, false};
    *out = (parsed){0};
    shg_err e = parts(&r, first, &centre, limits, out);
    if (!e)
        e = wrap(g, first[0], &out->left_context);
    if (!e)
        e = wrap(g, first[1], &out->left);
    if (!e)
        e = wrap(g, first[2], &out->right);
    if (!e)
        e = wrap(g, first[3], &out->right_context);
    return e;
}

void grammar_free(grammar *g)
{
    free(g->node);
    free(g->list);
    free(g->members);
    free(g->member_hash);
    lookup_free(&g->lexicon);
    lookup_free(&g->macros);
    *g = (grammar){0};
}
