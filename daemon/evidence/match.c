#include "evidence/match.h"
#include "evidence/derivation.h"
#include "evidence/relation.h"
#include "evidence/score.h"
#include "evidence/terms.h"
#include "text/shingle.h"

#include <stdlib.h>

enum {
    REST_PROSE = 16, // shared prose from which it matters what the rest is about
    REST_LEAST = 25, // words of it on each side that tell
};

static const char *const relation_names[REL_COUNT] = {
    [REL_NONE] = "none",       [REL_COPY] = "copy",     [REL_EXCERPT] = "excerpt",
    [REL_REWRITE] = "rewrite", [REL_QUOTES] = "quotes", [REL_TEMPLATE] = "template",
    [REL_RELATED] = "related",
};

// as_body makes a copy of s without furniture, as long as *out lives; s keeps its words.
static shg_err as_body(side *out, const side *s)
{
    *out = *s;
    out->mark = malloc(s->words.n + 1);
    if (!out->mark)
        return SHG_ENOMEM;
    for (size_t i = 0; i < s->words.n; i++)
        out->mark[i] = s->mark[i] & (uint8_t)~MARK_FURNITURE;
    side_count(out);
    return SHG_OK;
}

// keep_rest sets a byte for each word that is neither in a passage nor furniture, and
// returns how many there are.
static size_t keep_rest(uint8_t *keep, const side *s, const passages *p, bool is_a)
{
    size_t n = 0;
    for (size_t i = 0; i < s->words.n; i++)
        keep[i] = !(s->mark[i] & MARK_FURNITURE);
    for (size_t k = 0; k < p->n; k++) {
        uint32_t begin = is_a ? p->p[k].a_begin : p->p[k].b_begin;
        uint32_t end = is_a ? p->p[k].a_end : p->p[k].b_end;
        memset(keep + begin, 0, end - begin);
    }
    for (size_t i = 0; i < s->words.n; i++)
        n += keep[i];
    return n;
}

static shg_err measure_rest(match *m, const side *a, const side *b)
{
    m->rest_cosine = 1;
    if (m->identical || m->passages.prose < REST_PROSE)
        return SHG_OK;
    uint8_t *keep = malloc(a->words.n + b->words.n + 1);
    if (!keep)
        return SHG_ENOMEM;
    uint8_t *keep_b = keep + a->words.n;
    size_t n_a = keep_rest(keep, a, &m->passages, true),
           n_b = keep_rest(keep_b, b, &m->passages, false);
    if (n_a >= REST_LEAST && n_b >= REST_LEAST)
        m->rest_cosine = terms_cosine_of(&(term_part){&a->terms, &a->words, keep},
                                         &(term_part){&b->terms, &b->words, keep_b});
    free(keep);
    return SHG_OK;
}

static shg_err retell(match *m, match_source *a, const side *b)
{
    if (m->retold)
        return SHG_OK;
    m->retold = true;
    return m->identical ? SHG_OK : paraphrase_find(&m->paraphrases, &m->passages, &a->bags, b);
}

// relate does what MATCH_RELATION says.
static shg_err relate(match *m, match_source *of_a, const side *b, bool shell)
{
    const side *a = of_a->of;
    m->identical = side_same(a, b);
    shg_err e = passages_find_of(&m->passages, a, &of_a->runs, b);
    m->cosine = terms_cosine(&a->terms, &b->terms);
    m->containment_a = m->identical ? 1 : match_share(m->passages.words, a->own_words);
    m->containment_b = m->identical ? 1 : match_share(m->passages.words, b->own_words);
    if (!e)
        e = measure_rest(m, a, b);
    if (!e && relation_asks_retold(m, a, b))
        e = retell(m, of_a, b);
    if (!e)
        relation_decide(m, a, b, shell);
    return e;
}

static shg_err deepen(match *m, match_source *of_a, const side *b, match_depth depth)
{
    const side *a = of_a->of;
    shg_err e = depth >= MATCH_RETOLD ? retell(m, of_a, b) : SHG_OK;
    if (e || depth < MATCH_WHOLE)
        return e;
    m->score = score_of(m, a, b);
    e = shingles_resemblance(&m->resemblance, &a->words, &b->words);
    return e ? e : derivation_decide(m, &of_a->affinity, b);
}

void match_source_free(match_source *s)
{
    runs_source_free(&s->runs);
    bags_source_free(&s->bags);
    affinity_source_free(&s->affinity);
}

static shg_err relate_and_deepen(match *m, match_source *a, const side *b, match_depth depth,
                                 bool anew, bool shell)
{
    a->bags.of = a->affinity.of = a->of;
    a->runs.of = &a->of->words;
    shg_err e = anew ? relate(m, a, b, shell) : SHG_OK;
    return e ? e : deepen(m, a, b, depth);
}

static shg_err work(match *m, match_source *a, const side *b, match_depth depth, bool anew)
{
    side body_a = {0}, body_b = {0};
    match_source body = {.of = &body_a};
    if (!side_is_shell(a->of) && !side_is_shell(b))
        return relate_and_deepen(m, a, b, depth, anew, false);
    shg_err e = as_body(&body_a, a->of);
    if (!e)
        e = as_body(&body_b, b);
    if (!e)
        e = relate_and_deepen(m, &body, &body_b, depth, anew, true);
    match_source_free(&body);
    free(body_a.mark);
    free(body_b.mark);
    return e;
}

shg_err match_make_of(match *out, match_source *a, const side *b, match_depth depth)
{
    *out = (match){0};
    shg_err e = work(out, a, b, depth, true);
    if (e)
        match_free(out);
    return e;
}

shg_err match_make(match *out, const side *a, const side *b, match_depth depth)
{
    match_source s = {.of = a};
    shg_err e = match_make_of(out, &s, b, depth);
    match_source_free(&s);
    return e;
}

shg_err match_deepen(match *m, match_source *a, const side *b, match_depth depth)
{
    return work(m, a, b, depth, false);
}

void match_free(match *m)
{
    passages_free(&m->passages);
    paraphrase_free(&m->paraphrases);
    *m = (match){0};
}

double match_share(uint32_t part, uint32_t whole)
{
    return part >= whole ? part > 0 : (double)part / whole;
}

const char *relation_name(relation r)
{
    return relation_names[r];
}

bool relation_parse(const char *name, relation *out)
{
    for (int r = REL_NONE + 1; r < REL_COUNT; r++) {
        if (strcmp(name, relation_names[r]) == 0) {
            *out = (relation)r;
            return true;
        }
    }
    return false;
}

const char *derived_name(derived d)
{
    static const char *const names[] = {"none", "partial", "whole"};
    return names[d];
}

const char *passage_kind_name(passage_kind k)
{
    static const char *const names[] = {"prose", "quoted", "paraphrase"};
    return names[k];
}
