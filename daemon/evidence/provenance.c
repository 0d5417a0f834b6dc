#include "evidence/provenance.h"

#include "evidence/address.h"

#include "base/clock.h"

enum { MARGIN_MS = 15 * 60 * 1000 };

static const double DIRECT_SURE = .75; // from here on nothing outweighs a word about the other

// How much a credit says about where the text is from. What is told to S only says where
// the quotation is from.
static const double WEIGHT[CREDIT_ROLES] = {[CREDIT_WIRE] = .9,
                                            [CREDIT_REPUBLISHED] = .95,
                                            [CREDIT_REPORTS] = .8,
                                            [CREDIT_TOLD] = .5,
                                            [CREDIT_PHOTO] = 0};

const char *prov_kind_name(prov_kind k)
{
    static const char *const names[] = {"unknown", "from_match", "to_match", "common_source"};
    return names[k];
}

const char *prov_because_name(unsigned bit)
{
    switch (bit) {
    case BECAUSE_CREDIT:
        return "credit";
    case BECAUSE_LINK:
        return "link";
    case BECAUSE_PUBLISHED:
        return "published";
    case BECAUSE_TOLD:
        return "told";
    case BECAUSE_POSITION:
        return "position";
    default:
        return "";
    }
}

// ---- credits

// credit_of is the weight of x's strongest credit of y's publisher.
static double credit_of(const prov_side *x, const prov_side *y)
{
    double best = 0;
    for (size_t i = 0; x->credits && y->self && i < x->credits->n; i++) {
        const credit *c = &x->credits->c[i];
        if (c->source && c->source == y->self && WEIGHT[c->role] > best)
            best = WEIGHT[c->role];
    }
    return best;
}

static bool same_source(const credit *c, const credit *d)
{
    return c->source || d->source ? c->source == d->source : !strcmp(c->id, d->id);
}

// common_credit finds the source that both credit most surely; a tie goes to the one
// that a names first.
static const credit *common_credit(const prov_side *a, const prov_side *b, double *score)
{
    const credit *best = NULL;
    *score = 0;
    for (size_t i = 0; a->credits && b->credits && i < a->credits->n; i++) {
        const credit *c = &a->credits->c[i];
        for (size_t k = 0; k < b->credits->n; k++) {
            const credit *d = &b->credits->c[k];
            double both = WEIGHT[c->role] * WEIGHT[d->role];
            if (both > *score && same_source(c, d)) {
                *score = both;
                best = c;
            }
        }
    }
    return best;
}

// ---- links

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool name_byte(uint8_t c)
{
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// stands_at: the address stands at byte i of the text, and is not part of a longer name
// or of a mail address.
static bool stands_at(view text, size_t i, view address)
{
    if (i + address.len > text.len)
        return false;
    for (size_t k = 0; k < address.len; k++) {
        if (lower(text.p[i + k]) != lower(address.p[k]))
            return false;
    }
    if (i && (name_byte(text.p[i - 1]) || text.p[i - 1] == '@'))
        return false;
    size_t end = i + address.len;
    return end == text.len ||
           !(name_byte(text.p[end]) ||
             (text.p[end] == '.' && end + 1 < text.len && name_byte(text.p[end + 1])));
}

// has_address looks for it at dots only: an address's host has one, and prose has few.
static bool has_address(view text, view address)
{
    const uint8_t *dot =
        address.len && address.len <= 2048 ? memchr(address.p, '.', address.len) : NULL;
    if (!dot)
        return false;
    size_t before = (size_t)(dot - address.p);
    const uint8_t *p = text.p, *end = text.p + text.len;
    while (p < end && (p = memchr(p, '.', (size_t)(end - p)))) {
        size_t at = (size_t)(p - text.p);
        if (at >= before && stands_at(text, at - before, address))
            return true;
        p++;
    }
    return false;
}

// link_to is how surely x links to y's page (its address) or to its publisher (its host).
static double link_to(const prov_side *x, const prov_side *y)
{
    view text = x->side->words.text;
    view page = address_bare(y->uri), host = address_host(y->uri.len ? y->uri : y->publisher);
    if (page.len > host.len + 1 && has_address(text, page))
        return .9;
    view own = address_host(x->uri.len ? x->uri : x->publisher);
    if (view_eq(own, host))
        return 0;
    return has_address(text, host) ? .7 : 0;
}

// ---- the rest

// names_self tells whether the shared passages name y's publisher, on x's side.
static bool names_self(const prov_side *x, const prov_side *y, const match *m, bool a_side)
{
    words name;
    if (!y->self || words_make(&name, view_of(y->self->name), NULL))
        return false;
    const words *w = &x->side->words;
    bool found = false;
    for (size_t i = 0; i < m->passages.n && !found && name.n; i++) {
        const passage *p = &m->passages.p[i];
        size_t from = a_side ? p->a_begin : p->b_begin, to = a_side ? p->a_end : p->b_end;
        for (size_t k = from; k + name.n <= to && !found; k++) {
            size_t n = 0;
            while (n < name.n && words_same(w, k + n, &name, n))
                n++;
            found = n == name.n && w->w[k].flags & WORD_CAP;
        }
    }
    words_free(&name);
    return found;
}

// earlier is -1 where a was published first by the margin, 1 where b was, 0 otherwise.
static int earlier(const prov_side *a, const prov_side *b)
{
    if (a->published_ms == CLOCK_ABSENT || b->published_ms == CLOCK_ABSENT)
        return 0;
    if (a->published_ms < b->published_ms && b->published_ms - a->published_ms >= MARGIN_MS)
        return -1;
    return b->published_ms < a->published_ms && a->published_ms - b->published_ms >= MARGIN_MS;
}

// higher is -1 where the passages stand clearly earlier in a than in b (shares of the
// texts, the middle of the shared words), 1 the other way round.
static int higher(const prov_side *a, const prov_side *b, const match *m)
{
    double at_a = 0, at_b = 0;
    for (size_t i = 0; i < m->passages.n; i++) {
        const passage *p = &m->passages.p[i];
        at_a += .5 * ((double)p->a_begin + p->a_end) * p->words;
        at_b += .5 * ((double)p->b_begin + p->b_end) * p->words;
    }
    size_t n_a = a->side->words.n, n_b = b->side->words.n;
    if (!m->passages.words || !n_a || !n_b)
        return 0;
    at_a /= (double)m->passages.words * (double)n_a;
    at_b /= (double)m->passages.words * (double)n_b;
    return at_a < at_b - .1 ? -1 : at_b < at_a - .1;
}

static bool reuses_prose(const match *m)
{
    return m->relation == REL_COPY || m->relation == REL_EXCERPT || m->relation == REL_REWRITE;
}

// decide sets a direction: from < 0, a was first; from > 0, b was.
static void decide(provenance *out, int from, unsigned because, double score, const prov_side *a,
                   const prov_side *b)
{
    const prov_side *origin = from < 0 ? a : b;
    out->kind = from < 0 ? PROV_TO_MATCH : PROV_FROM_MATCH;
    out->source = origin->self ? origin->self->id : NULL;
    out->because = because;
    out->score = score;
}

// by_credit: where each credits the other, the surer one counts; a tie says nothing.
static void by_credit(provenance *out, const prov_side *a, const prov_side *b)
{
    double credit_b = credit_of(a, b), credit_a = credit_of(b, a);
    if (credit_a > credit_b)
        decide(out, -1, BECAUSE_CREDIT, credit_a, a, b);
    else if (credit_b > credit_a)
        decide(out, 1, BECAUSE_CREDIT, credit_b, a, b);
}

static void by_link(provenance *out, const prov_side *a, const prov_side *b)
{
    double link_b = link_to(a, b), link_a = link_to(b, a);
    if (link_a > link_b && out->kind != PROV_FROM_MATCH)
        decide(out, -1, BECAUSE_LINK | out->because, link_a > out->score ? link_a : out->score, a,
               b);
    else if (link_b > link_a && out->kind != PROV_TO_MATCH)
        decide(out, 1, BECAUSE_LINK | out->because, link_b > out->score ? link_b : out->score, a,
               b);
}

// by_common: a source that both credit. It outweighs a weak word of the one about the
// other: that somebody was told something there, or a link to its front page.
static bool by_common(provenance *out, const prov_side *a, const prov_side *b)
{
    double score;
    const credit *c = common_credit(a, b, &score);
    if (!c || (out->kind != PROV_UNKNOWN && (out->score >= DIRECT_SURE || score <= out->score)))
        return false;
    *out = (provenance){.kind = PROV_COMMON_SOURCE,
                        .source = c->source ? c->source->id : c->id,
                        .because = BECAUSE_CREDIT,
                        .score = score};
    return true;
}

static bool by_name(provenance *out, const prov_side *a, const prov_side *b, const match *m)
{
    bool b_named = names_self(a, b, m, true), a_named = names_self(b, a, m, false);
    if (a_named == b_named || (a->self && a->self == b->self))
        return false;
    decide(out, a_named ? -1 : 1, BECAUSE_TOLD, .6, a, b);
    return true;
}

// support notes what else speaks for a direction that is decided, and what speaks against.
static void support(provenance *out, int time, int place)
{
    int from = out->kind == PROV_TO_MATCH ? -1 : 1;
    if (time && !(out->because & BECAUSE_PUBLISHED)) {
        out->because |= time == from ? BECAUSE_PUBLISHED : 0;
        out->score += time == from ? .05 : -.15;
    }
    if (place == from) {
        out->because |= BECAUSE_POSITION;
        out->score += .03;
    }
    if (out->score > .99)
        out->score = .99;
}

static bool decides_nothing(const match *m)
{
    return m->relation == REL_NONE || m->relation == REL_TEMPLATE;
}

bool provenance_asks_credits(const prov_side *a, const match *m)
{
    bool has_source = a->credits && a->credits->n > 0;
    return !decides_nothing(m) && (a->self || (has_source && m->relation != REL_RELATED));
}

void provenance_decide(provenance *out, const prov_side *a, const prov_side *b, const match *m)
{
    *out = (provenance){.kind = PROV_UNKNOWN};
    if (decides_nothing(m))
        return;
    bool shares = m->relation != REL_RELATED;
    int time = earlier(a, b), place = shares ? higher(a, b, m) : 0;
    by_credit(out, a, b);
    by_link(out, a, b);
    if (shares && by_common(out, a, b))
        return;
    if (out->kind == PROV_UNKNOWN && time && reuses_prose(m))
        decide(out, time, BECAUSE_PUBLISHED, .6, a, b);
    if (out->kind != PROV_UNKNOWN || (shares && by_name(out, a, b, m)))
        support(out, time, place);
}
