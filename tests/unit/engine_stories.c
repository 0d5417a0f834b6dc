// stories.h: stars do not chain, texts and stories are told apart, places survive storing.
#include "t.h"
#include "engine/stories.h"

enum { MOST = 8 };

// One newcomer of a scene: the documents it has edges to.
typedef struct arrival {
    int n;
    edge e[MOST];
} arrival;

#define COPY(to)                                                                                   \
    {                                                                                              \
        .doc = to, .relation = REL_COPY, .containment_self = .95, .containment_other = .95,        \
        .prose = 200                                                                               \
    }
#define PROSE(to, share)                                                                           \
    {                                                                                              \
        .doc = to, .relation = REL_REWRITE, .containment_self = share, .containment_other = share, \
        .prose = 60, .prose_share = share                                                          \
    }
#define QUOTES(to, words, cos)                                                                     \
    {                                                                                              \
        .doc = to, .relation = REL_QUOTES, .containment_self = .1, .quoted = words, .cosine = cos  \
    }

static stories *play(const arrival *a, size_t n)
{
    stories *s;
    assert_ok(stories_open(&s));
    for (size_t i = 0; i < n; i++) {
        place *p = calloc(1, sizeof *p);
        p->doc = (uint32_t)i;
        p->n_edges = (size_t)a[i].n;
        p->edges = calloc(MOST, sizeof(edge));
        memcpy(p->edges, a[i].e, sizeof a[i].e);
        assert_ok(stories_place(s, p, 100 + i));
        stories_pass(s, (uint32_t)i + 1);
    }
    return s;
}

static void is_placed(stories *s, uint32_t doc, uint32_t text, uint32_t story)
{
    const place *p = stories_place_of(s, doc);
    assert_non_null(p);
    if (p->text != text || p->story != story)
        fail_msg("document %u: text %u story %u, not %u %u", doc, p->text, p->story, text, story);
    assert_int_equal(p->story_id, 100 + story);
}

static void copies_join_the_centre_not_each_other(void **state)
{
    (void)state;
    // 2 is a copy of 1, but not of the centre 0: it is no member of 0's text
    const arrival scene[] = {{0, {{0}}}, {1, {COPY(0)}}, {1, {COPY(1)}}};
    stories *s = play(scene, 3);
    is_placed(s, 1, 0, 0);
    is_placed(s, 2, 2, 2);
    stories_close(&s);
}

static void quotes_join_a_story_of_another_text(void **state)
{
    (void)state;
    const arrival scene[] = {
        {0, {{0}}},
        {1, {QUOTES(0, 40, .4)}},  // the same event: one story
        {1, {QUOTES(0, 11, .4)}},  // too few words
        {1, {QUOTES(0, 29, .29)}}, // another event
        {2, {QUOTES(0, 40, .4), QUOTES(1, 40, .4)}},
    };
    stories *s = play(scene, 5);
    is_placed(s, 1, 1, 0);
    is_placed(s, 2, 2, 2);
    is_placed(s, 3, 3, 3);
    is_placed(s, 4, 4, 0);
    uint32_t *docs;
    size_t n;
    assert_ok(stories_members(s, 4, &docs, &n));
    assert_int_equal(n, 3);
    assert_true(docs[0] == 0 && docs[1] == 1 && docs[2] == 4);
    free(docs);
    stories_close(&s);
}

static void a_chain_does_not_become_a_story(void **state)
{
    (void)state;
    // each shares prose with the one before alone: the mean over the story's texts sinks
    arrival scene[] = {{0, {{0}}},
                       {1, {PROSE(0, .35)}},
                       {1, {PROSE(1, .35)}},
                       {1, {PROSE(1, .7)}},
                       {1, {PROSE(0, .35)}}};
    stories *s = play(scene, 5);
    is_placed(s, 1, 1, 0);
    is_placed(s, 2, 2, 2); // .35 / 2 texts is under .3, and it knows not the first
    is_placed(s, 3, 1, 0); // half of it stands in 1: 1's text, so 1's story
    is_placed(s, 4, 4, 0); // linked to the first centre itself
    stories_close(&s);
}

static void two_stories_that_a_newcomer_binds_are_one(void **state)
{
    (void)state;
    const arrival scene[] = {
        {0, {{0}}},
        {0, {{0}}},
        {1, {COPY(1)}},
        {2, {QUOTES(0, 40, .4), COPY(1)}},       // bound to the first centres of both
        {2, {PROSE(1, .35), QUOTES(0, 40, .4)}}, // .35 joins, but does not bind
        {0, {{0}}},
        {2, {QUOTES(4, 40, .4), QUOTES(5, 40, .4)}}, // 4 is no first centre
    };
    stories *s = play(scene, 7);
    const uint32_t first[] = {0, 0, 0, 0, 0, 5, 5};
    for (uint32_t doc = 0; doc < 7; doc++) {
        uint32_t now;
        uint64_t id;
        assert_ok(stories_story(s, doc, &now, &id));
        if (now != first[doc])
            fail_msg("document %u is in story %u, not %u", doc, now, first[doc]);
        assert_int_equal(id, 100 + now);
    }
    uint32_t *docs;
    size_t n;
    assert_ok(stories_members(s, 2, &docs, &n));
    assert_int_equal(n, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(docs[i], i);
    free(docs);
    stories_close(&s);
}

static void places_read_back(void **state)
{
    (void)state;
    place p = {.doc = 7,
               .text = 3,
               .story = 1,
               .story_id = 0xfeedfacecafebeef,
               .n_edges = 1,
               .n_credits = 1};
    edge e = {.doc = 3,
              .relation = REL_QUOTES,
              .provenance = PROV_COMMON_SOURCE,
              .because = BECAUSE_CREDIT,
              .containment_self = 1,
              .containment_other = 0,
              .prose = 5,
              .quoted = 70,
              .prose_share = 1,
              .cosine = 1};
    credited c = {"harbour.example", "Harbour Post", 3};
    p.edges = &e;
    p.credits = &c;
    p.merged = (uint32_t[]){2, 5};
    p.n_merged = 2;
    buf b = {0};
    place_encode(&b, &p);
    place *q;
    assert_ok(place_decode(&q, 7, buf_view(&b)));
    assert_true(q->text == 3 && q->story == 1 && q->story_id == p.story_id && q->n_edges == 1);
    assert_memory_equal(&q->edges[0], &e, sizeof e);
    assert_string_equal(q->credits[0].name, "Harbour Post");
    assert_int_equal(q->credits[0].roles, 3);
    assert_true(q->n_merged == 2 && q->merged[0] == 2 && q->merged[1] == 5);
    place_free(q);
    for (size_t cut = 0; cut < b.len; cut++) // never reads past an end
        assert_int_equal(place_decode(&q, 7, (view){b.p, cut}), SHG_ECORRUPT);
    buf_add8(&b, 0);
    assert_int_equal(place_decode(&q, 7, buf_view(&b)), SHG_ECORRUPT);
    buf_fini(&b);
}

static void restored_is_as_placed(void **state)
{
    (void)state;
    const arrival scene[] = {{0, {{0}}}, {1, {QUOTES(0, 40, 1)}}, {1, {COPY(0)}}};
    stories *s = play(scene, 3), *t;
    assert_ok(stories_open(&t));
    for (uint32_t doc = 1; doc < 3; doc++) { // the first was deleted and forgotten
        buf b = {0};
        place *p;
        place_encode(&b, stories_place_of(s, doc));
        assert_ok(place_decode(&p, doc, buf_view(&b)));
        assert_ok(stories_restore(t, p));
        buf_fini(&b);
    }
    uint32_t *docs;
    size_t n;
    assert_ok(stories_members(t, 2, &docs, &n));
    assert_true(n == 3 && docs[1] == 1 && docs[2] == 2);
    free(docs);
    assert_int_equal(stories_members(t, 9, &docs, &n), SHG_ENOTFOUND);
    stories_close(&s);
    stories_close(&t);
}

static void stopping_wakes_with_an_error(void **state)
{
    (void)state;
    stories *s = play((arrival[]){{0, {{0}}}}, 1);
    assert_ok(stories_wait(s, 1));
    stories_stop(s);
    assert_int_equal(stories_wait(s, 2), SHG_EDRAIN);
    assert_ok(stories_wait(s, 1));
    stories_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_join_the_centre_not_each_other),
        cmocka_unit_test(quotes_join_a_story_of_another_text),
        cmocka_unit_test(a_chain_does_not_become_a_story),
        cmocka_unit_test(two_stories_that_a_newcomer_binds_are_one),
        cmocka_unit_test(places_read_back),
        cmocka_unit_test(restored_is_as_placed),
        cmocka_unit_test(stopping_wakes_with_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
