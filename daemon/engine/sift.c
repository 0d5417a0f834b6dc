#include "engine/sift.h"
#include "evidence/relation.h"

#include <stdlib.h>

// The part of the prose in sentences that may have a like from which a rewrite may be one: less
// than what its paraphrases must hold (RELATION_REWORDED), since the frequencies' marks are not
// known yet, and what they take away of a sentence can make it one that has a like.
#define LIKES_LEAST .40

shg_err sift_open(sift *out, library *lib, const side *a, unsigned relations)
{
    *out = (sift){.lib = lib, .a = a, .relations = relations, .look.ix = lib->ix};
    return screen_open(&out->screen, a);
}

void sift_close(sift *s)
{
    screen_close(&s->screen);
    index_look_close(&s->look);
    words_told_fini(&s->told);
    article_free(&s->stored);
    likes_close(&s->likes);
    side_free(&s->other);
}

// Whether what paraphrases can say may make a relation.
static shg_err try_likes(bool *may, sift *s, const side *b)
{
    double part;
    shg_err e = s->likes.a ? SHG_OK : likes_open(&s->likes, s->a);
    if (!e)
        e = likes_part(&s->likes, &part, b);
    if (!e)
        *may = part + (double)RELATION_WORDS / s->a->own_prose >= LIKES_LEAST;
    return e;
}

// Without passages enough, the two are about one event, or one is a rewrite of the other in other
// words: of two that are not much alike, only where most is told alike.
static bool is_left_to_likes(const sift *s, bool alike)
{
    return !alike && !(s->relations & 1u << REL_RELATED) && s->a->own_prose;
}

static shg_err try_topic(bool *may, sift *s, const side *b)
{
    double cosine = terms_cosine(&s->a->terms, &b->terms);
    *may = cosine >= RELATION_COSINE;
    return *may && is_left_to_likes(s, cosine >= RELATION_ALIKE) ? try_likes(may, s, b) : SHG_OK;
}

// What of a reading can be told without marking it all.
static shg_err try_reading(bool *may, sift *s, reading *r)
{
    hash_list list = words_hashes(&r->side.words);
    shg_err e = screen_words(&s->screen, &list, r->side.mark, may);
    if (e || *may)
        return e;
    e = reading_complete(r);
    return e ? e : try_topic(may, s, &r->side);
}

// Whether what is found of a text of n words leaves it at all.
static bool may_match(const sift *s, const screen_found *found, size_t n)
{
    return found->words ||
           (found->near && (!is_left_to_likes(s, found->alike) || relation_may_reword(s->a, n)));
}

// What of a stored text can be told without signing it. Its words are screened already where they
// were known without it.
static shg_err try_text(bool *may, sift *s, view text, screen_found *found)
{
    shg_err e = SHG_OK;
    if (!s->told.words.n) {
        e = screen_text(&s->screen, text, found);
        *may = may_match(s, found, s->screen.text.list.n);
    }
    if (e || !*may || found->words || !is_left_to_likes(s, found->alike))
        return e;
    e = side_scan(&s->other, text, NULL);
    return e ? e : try_likes(may, s, &s->other);
}

// Reads what is not in the cache, as far as it takes: of most their words tell that they are no
// match, without unpacking them.
static shg_err fetch(reading **out, bool *may, sift *s, uint32_t doc)
{
    doc_info info;
    screen_found found = {true, true, true};
    const text_words *w = &s->told.words;
    shg_err e = index_words(&s->look, doc, &s->told);
    if (!e && w->n)
        e = screen_hashes(&s->screen, &(hash_list){.hash = w->hash, .n = w->n}, w->square, &found);
    *may = !w->n || may_match(s, &found, w->n);
    if (e || !*may)
        return e;
    e = library_fetch(&s->stored, &info, &s->look, doc);
    if (!e)
        e = try_text(may, s, s->stored.text, &found);
    return e || !*may ? e : library_make(out, s->lib, &s->stored, &info);
}

shg_err sift_read(sift *s, uint32_t doc, reading **out)
{
    bool may = true;
    shg_err e = SHG_OK;
    *out = cache_get(s->lib->cache, doc);
    if (!*out)
        e = fetch(out, &may, s, doc);
    if (!e && may)
        e = try_reading(&may, s, *out);
    if (!e && may)
        e = reading_complete(*out);
    if (e || !may)
        reading_drop(out);
    return e;
}
