// stories.h, stars.h: what is one text and one story, in whatever order it came; what a removal
// leaves; places survive storing.
#include "t.h"
#include "base/clock.h"
#include "engine/stars.h"
#include "engine/stories.h"
#include "engine/stories_inside.h"

enum { MOST = 8, UNDATED = -1 };

// One newcomer of a scene: when it was published and the documents that it has edges to.
typedef struct arrival {
    int published, n;
    edge e[MOST];
} arrival;

#define PART(v) ((stored_share)((v)*SHARE_ONE + .5))
#define COPY(to)                                                                                   \
    {                                                                                              \
        .doc = to, .relation = REL_COPY, .containment_self = PART(.95),                            \
        .containment_other = PART(.95), .prose = 200                                               \
    }
#define PROSE(to, part)                                                                            \
    {                                                                                              \
        .doc = to, .relation = REL_REWRITE, .containment_self = PART(part),                        \
        .containment_other = PART(part), .prose = 60, .prose_share_self = PART(part),              \
        .prose_share_other = PART(part)                                                            \
    }
#define QUOTES(to, words, cos)                                                                     \
    {                                                                                              \
        .doc = to, .relation = REL_QUOTES, .containment_self = PART(.1), .quoted = words,          \
        .cosine = PART(cos)                                                                        \
    }

static place *make_place(uint32_t doc, const arrival *a)
{
    place *p = calloc(1, sizeof *p);
    p->doc = doc;
    p->uri_hash = 100 + doc;
    p->published_ms = a->published == UNDATED ? CLOCK_ABSENT : a->published;
    p->n_edges = (uint32_t)a->n;
    p->edges = calloc(MOST, sizeof(edge));
    memcpy(p->edges, a->e, sizeof a->e);
    return p;
}

static stories *play(const arrival *a, size_t n)
{
    stories *s;
    assert_ok(stories_open(&s));
    for (size_t i = 0; i < n; i++) {
        assert_ok(stories_place(s, make_place((uint32_t)i, &a[i])));
        stories_pass(s, (uint32_t)i + 1);
    }
    return s;
}

static void is_placed(stories *s, uint32_t doc, uint32_t text, uint32_t story)
{
    seat at;
    assert_ok(stories_seat(s, doc, &at));
    if (at.text != text || at.story != story)
        fail_msg("document %u: text %u story %u, not %u %u", doc, at.text, at.story, text, story);
}

static void has_id(stories *s, uint32_t doc, uint64_t id)
{
    seat at;
    assert_ok(stories_seat(s, doc, &at));
    assert_int_equal(at.story_id, id);
}

static void copies_join_the_centre_not_each_other(void **state)
{
    (void)state;
    // more than half of 2 stands in 1, and that may be what is not in 1's centre: it is no
    // member of 0's text, but 3 must be
    const arrival scene[] = {{1, 0, {{0}}},
                             {2, 1, {PROSE(0, .8)}},
                             {3, 1, {PROSE(1, .6)}},
                             {4, 1, {PROSE(1, .75)}},
                             {5, 1, {PROSE(3, .9)}}};
    stories *s = play(scene, 5);
    is_placed(s, 1, 0, 0);
    is_placed(s, 2, 2, 0); // a text of its own in the story
    is_placed(s, 3, 0, 0);
    is_placed(s, 4, 4, 0); // .2 + .25 + .1 is more than half
    stories_close(&s);
}

// Where old articles go as new ones come, no trace of them stays; a place that is being read does
// until its reader has gone.
static void what_is_removed_is_freed(void **state)
{
    (void)state;
    enum { DOCS = 3 * CHUNK, LAG = 50 };
    const arrival alone = {1, 0, {{0}}};
    stories *s;
    assert_ok(stories_open(&s));
    for (uint32_t doc = 0; doc < DOCS; doc++) {
        arrival late = {2, 1, {COPY(doc - LAG / 2)}};
        assert_ok(stories_place(s, make_place(doc, doc % 3 || doc < LAG ? &alone : &late)));
        stories_pass(s, doc + 1);
        if (doc >= LAG)
            stories_remove(s, doc - LAG);
        if (doc == LAG || doc == DOCS / 2)
            stories_enter(s);
        if (doc == LAG + 9) {
            const place *p = stories_place_of(s, doc - LAG + 1);
            stories_remove(s, doc - LAG + 1);
            assert_int_equal(p->doc, doc - LAG + 1);
            assert_int_equal(s->n_graves, 10);
            assert_null(stories_place_of(s, doc - LAG + 1));
            stories_leave(s);
            assert_int_equal(s->n_graves, 0);
        }
    }
    stories_leave(s);
    assert_true(!s->chunk[0] && !s->chunk[1] && s->chunk[2]);
    is_placed(s, DOCS - 1, DOCS - 1, DOCS - 1);
    arrival late = {2, 1, {COPY(7)}}; // with an edge to one that nobody knows any more
    assert_ok(stories_place(s, make_place(DOCS, &late)));
    is_placed(s, DOCS, DOCS, DOCS);
    stories_close(&s);
}

static void quotes_join_a_story_of_another_text(void **state)
{
    (void)state;
    const arrival scene[] = {
        {1, 0, {{0}}},
        {2, 1, {QUOTES(0, 40, .4)}},  // the same event: one story
        {3, 1, {QUOTES(0, 11, .4)}},  // too few words
        {4, 1, {QUOTES(0, 29, .29)}}, // another event
        {5, 2, {QUOTES(0, 40, .4), QUOTES(1, 40, .4)}},
    };
    stories *s = play(scene, 5);
    is_placed(s, 1, 1, 0);
    is_placed(s, 2, 2, 2);
    is_placed(s, 3, 3, 3);
    is_placed(s, 4, 4, 0);
    story_member *m;
    size_t n;
    uint64_t id;
    assert_ok(stories_members(s, 4, &m, &n, &id));
    assert_int_equal(n, 3);
    assert_true(m[0].doc == 0 && m[1].doc == 1 && m[2].doc == 4 && id == 100);
    free(m);
    stories_close(&s);
}

static void a_chain_does_not_become_a_story(void **state)
{
    (void)state;
    // each is linked to the one before alone, as surely as can be
    enum { LINKS = 32 };
    arrival scene[LINKS] = {{1, 0, {{0}}}};
    for (int i = 1; i < LINKS; i++)
        scene[i] = (arrival){i + 1, 1, {QUOTES((uint32_t)i - 1, 40, .4)}};
    stories *s = play(scene, LINKS);
    for (uint32_t doc = 0; doc < LINKS; doc++) {
        story_member *m;
        size_t n;
        uint64_t id;
        assert_ok(stories_members(s, doc, &m, &n, &id));
        if (n > 5)
            fail_msg("document %u is in a story of %zu", doc, n);
        free(m);
    }
    stories_close(&s);
}

static void weak_links_do_not_join(void **state)
{
    (void)state;
    const arrival scene[] = {
        {1, 0, {{0}}}, {2, 1, {PROSE(0, .35)}}, {3, 1, {PROSE(1, .35)}}, {4, 1, {PROSE(0, .24)}}};
    stories *s = play(scene, 4);
    is_placed(s, 1, 1, 0);
    is_placed(s, 2, 2, 2); // .35 over two texts is under .25
    is_placed(s, 3, 3, 3);
    stories_close(&s);
}

static void one_odd_pair_binds_no_texts(void **state)
{
    (void)state;
    const arrival scene[] = {
        {1, 0, {{0}}},     {2, 1, {COPY(0)}},           {3, 2, {COPY(0), COPY(1)}},
        {4, 1, {COPY(0)}}, {5, 1, {QUOTES(3, 40, .4)}}, // one copy of five shares with this one,
        {6, 1, {COPY(4)}}, {7, 1, {COPY(4)}},           // that has four copies of its own
        {8, 1, {COPY(4)}}, {9, 1, {COPY(4)}},           {10, 1, {COPY(0)}},
    };
    stories *s = play(scene, 5);
    is_placed(s, 4, 4, 0); // alone it is linked, and all of it
    stories_close(&s);
    s = play(scene, 10);
    is_placed(s, 3, 0, 0);
    is_placed(s, 7, 4, 4);
    stories_close(&s);
}

static void what_is_weeks_apart_is_no_event(void **state)
{
    (void)state;
    arrival scene[] = {{1, 0, {{0}}}, {2, 1, {QUOTES(0, 40, .4)}}, {3, 1, {COPY(0)}}};
    scene[1].e[0].apart = scene[2].e[0].apart = true;
    stories *s = play(scene, 3);
    is_placed(s, 1, 1, 1);
    is_placed(s, 2, 0, 0); // a copy is a copy
    stories_close(&s);
}

static void two_stories_that_a_newcomer_binds_are_one(void **state)
{
    (void)state;
    const arrival scene[] = {
        {1, 0, {{0}}},
        {2, 0, {{0}}},
        {3, 1, {COPY(1)}},
        {4, 2, {QUOTES(0, 40, .4), QUOTES(1, 40, .4)}},
    };
    stories *s = play(scene, 3);
    has_id(s, 2, 101);
    assert_ok(stories_place(s, make_place(3, &scene[3])));
    for (uint32_t doc = 0; doc < 4; doc++) {
        is_placed(s, doc, doc == 2 ? 1 : doc, 0);
        has_id(s, doc, 100);
    }
    stories_close(&s);
}

static void who_was_published_first_is_the_centre_though_it_comes_late(void **state)
{
    (void)state;
    const arrival scene[] = {
        {30, 0, {{0}}}, {20, 1, {COPY(0)}}, {UNDATED, 1, {COPY(0)}}, {10, 2, {COPY(0), COPY(1)}}};
    stories *s = play(scene, 2);
    is_placed(s, 0, 1, 0);
    assert_ok(stories_place(s, make_place(2, &scene[2])));
    is_placed(s, 2, 1, 0);
    assert_ok(stories_place(s, make_place(3, &scene[3])));
    for (uint32_t doc = 0; doc < 4; doc++) {
        is_placed(s, doc, 3, 0);
        has_id(s, doc, 100); // the story keeps the name of its first stored
    }
    stories_close(&s);
}

// A scene in another order of arrival: an edge is seen by whichever comes later.
static stories *play_in_order(const arrival *a, const uint32_t *order, uint32_t n)
{
    stories *s;
    uint32_t doc_of[MOST];
    assert_ok(stories_open(&s));
    for (uint32_t i = 0; i < n; i++)
        doc_of[order[i]] = i;
    for (uint32_t i = 0; i < n; i++) {
        place *p = make_place(i, &(arrival){a[order[i]].published, 0, {{0}}});
        p->uri_hash = 100 + order[i];
        for (uint32_t x = 0; x < n; x++)
            for (int k = 0; k < a[x].n; k++) {
                uint32_t y = a[x].e[k].doc;
                if ((x != order[i] && y != order[i]) || doc_of[x] > i || doc_of[y] > i)
                    continue;
                p->edges[p->n_edges] = a[x].e[k];
                p->edges[p->n_edges++].doc = doc_of[x == order[i] ? y : x];
            }
        assert_ok(stories_place(s, p));
    }
    return s;
}

static void the_order_of_arrival_does_not_matter(void **state)
{
    (void)state;
    const arrival scene[] = {
        {10, 0, {{0}}},
        {20, 1, {COPY(0)}},
        {UNDATED, 1, {QUOTES(0, 40, .4)}},
        {30, 2, {PROSE(0, .3), PROSE(2, .6)}},
        {40, 0, {{0}}},
        {50, 2, {COPY(4), QUOTES(3, 40, .4)}},
        {UNDATED, 1, {PROSE(5, .25)}},
    };
    static const uint32_t orders[][7] = {{0, 1, 2, 3, 4, 5, 6},
                                         {6, 5, 4, 3, 2, 1, 0},
                                         {3, 0, 6, 2, 5, 1, 4},
                                         {5, 2, 0, 4, 6, 3, 1},
                                         {1, 6, 4, 0, 3, 5, 2}};
    uint32_t text[7], story[7];
    for (size_t o = 0; o < 5; o++) {
        stories *s = play_in_order(scene, orders[o], 7);
        for (uint32_t i = 0; i < 7; i++) {
            seat at, other;
            uint32_t together = 0;
            assert_ok(stories_seat(s, i, &at));
            for (uint32_t k = 0; k < 7; k++) {
                assert_ok(stories_seat(s, k, &other));
                together |= (uint32_t)(other.story == at.story) << orders[o][k];
            }
            uint32_t me = orders[o][i];
            if (o && (text[me] != orders[o][at.text] || story[me] != together))
                fail_msg("order %zu: document %u has text %u, not %u; story %x, not %x", o, me,
                         orders[o][at.text], text[me], together, story[me]);
            text[me] = orders[o][at.text];
            story[me] = together;
        }
        stories_close(&s);
    }
}

static void a_deleted_centre_leaves_its_copies_together(void **state)
{
    (void)state;
    const arrival scene[] = {{1, 0, {{0}}},
                             {2, 1, {COPY(0)}},
                             {3, 2, {COPY(0), COPY(1)}},
                             {4, 1, {PROSE(0, .8)}}, // unlike the others
                             {5, 2, {COPY(1), COPY(2)}}};
    stories *s = play(scene, 4);
    is_placed(s, 3, 0, 0);
    stories_remove(s, 0);
    seat at;
    assert_int_equal(stories_seat(s, 0, &at), SHG_ENOTFOUND);
    is_placed(s, 1, 1, 1);
    is_placed(s, 2, 1, 1);
    has_id(s, 1, 100); // the name stays
    is_placed(s, 3, 3, 3);
    has_id(s, 3, 103);
    assert_ok(stories_place(s, make_place(4, &scene[4])));
    is_placed(s, 4, 1, 1);
    stories_remove(s, 0); // once is enough
    stories_remove(s, 77);
    stories_close(&s);
}

// The name of a story that goes on without its first member is not given twice.
static void names_are_not_given_twice(void **state)
{
    (void)state;
    const arrival scene[] = {{1, 0, {{0}}}, {2, 1, {COPY(0)}}, {3, 0, {{0}}}};
    stories *s = play(scene, 2);
    stories_remove(s, 0);
    place *again = make_place(2, &scene[2]);
    again->uri_hash = 100; // stored anew, and now about something else
    assert_ok(stories_place(s, again));
    seat old, now;
    assert_ok(stories_seat(s, 1, &old));
    assert_ok(stories_seat(s, 2, &now));
    assert_int_equal(old.story_id, 100);
    assert_int_not_equal(now.story_id, 100);
    stories_close(&s);
}

// Of a web that is too large to be cast anew nobody is lost, and a text stays a text.
static void a_large_web_takes_newcomers_in(void **state)
{
    (void)state;
    enum { COPIES = STARS_MOST + 40 };
    stories *s;
    assert_ok(stories_open(&s));
    for (uint32_t doc = 0; doc < COPIES; doc++) {
        arrival a = {(int)doc, doc ? 1 : 0, {COPY(0)}};
        assert_ok(stories_place(s, make_place(doc, &a)));
    }
    story_member *m;
    size_t n;
    uint64_t id;
    assert_ok(stories_members(s, COPIES - 1, &m, &n, &id));
    assert_int_equal(n, COPIES);
    for (uint32_t i = 0; i < n; i++)
        assert_true(m[i].doc == i && m[i].text == 0);
    free(m);
    for (uint32_t doc = 0; doc < COPIES - 2; doc++) // the oldest first, as retention does
        stories_remove(s, doc);
    assert_ok(stories_members(s, COPIES - 1, &m, &n, &id));
    assert_int_equal(n, 1); // nobody saw that it is like the other one that is left
    free(m);
    stories_remove(s, COPIES - 2);
    stories_remove(s, COPIES - 1);
    arrival again = {1, 0, {{0}}}; // the name is free
    place *p = make_place(COPIES, &again);
    p->uri_hash = 100;
    assert_ok(stories_place(s, p));
    has_id(s, COPIES, 100);
    stories_close(&s);
}

static void places_read_back(void **state)
{
    (void)state;
    place p = {.doc = 7,
               .uri_hash = 0xabcdef0123456789,
               .published_ms = -5,
               .n_words = 321,
               .n_edges = 1,
               .n_credits = 3};
    const seat at = {3, 1, 0xfeedfacecafebeef};
    edge e = {.doc = 3,
              .relation = REL_QUOTES,
              .provenance = PROV_COMMON_SOURCE,
              .because = BECAUSE_CREDIT,
              .apart = true,
              .containment_self = SHARE_ONE,
              .containment_other = 0,
              .prose = 5,
              .quoted = 70,
              .paraphrase = 9,
              .prose_share_self = SHARE_ONE,
              .prose_share_other = 0,
              .cosine = SHARE_ONE};
    credited c[] = {{"harbour.example", "Harbour Post", 3}, {"", "", 1}, {"x", "Dune Echo", 4}};
    p.edges = &e;
    p.credits = c;
    pool m = {0};
    buf b = {0};
    place_encode(&b, &p, &at);
    place *q;
    seat back;
    assert_ok(place_decode(&q, &back, 7, buf_view(&b)));
    assert_true(back.text == 3 && back.story == 1 && back.story_id == at.story_id);
    assert_true(q->uri_hash == p.uri_hash && q->published_ms == -5 && q->n_words == 321);
    buf again = {0};
    place_encode(&again, q, &back);
    assert_true(view_eq(buf_view(&again), buf_view(&b))); // the edge, too
    buf_fini(&again);
    assert_true(q->edges[0].apart && q->edges[0].paraphrase == 9 &&
                q->edges[0].prose_share_self == SHARE_ONE);
    assert_string_equal(q->credits[0].name, "Harbour Post");
    assert_int_equal(q->credits[0].roles, 3);
    assert_string_equal(q->credits[2].name, "Dune Echo");
    place_free(q);
    q = place_flatten(&m, &p);
    assert_non_null(q);
    place_encode(&again, q, &at);
    assert_true(view_eq(buf_view(&again), buf_view(&b)));
    buf_fini(&again);
    place_drop(&m, q);
    pool_fini(&m);
    for (size_t i = 0; i < b.len; i++) { // lengths that take what is others'
        uint8_t was = b.p[i];
        for (int wrong = 0; wrong < 256; wrong++) {
            b.p[i] = (uint8_t)wrong;
            if (place_decode(&q, &back, 7, buf_view(&b)) == SHG_OK)
                place_free(q);
        }
        b.p[i] = was;
    }
    // A text, a story, an article that are not there yet.
    for (uint32_t end = 0; end < 5; end++)
        assert_int_equal(place_is_sound(7, buf_view(&b), end), end > 3 ? SHG_OK : SHG_ECORRUPT);
    assert_int_equal(place_is_sound(e.doc, buf_view(&b), 8), SHG_ECORRUPT);
    for (size_t cut = 0; cut < b.len; cut++) // never reads past an end
        assert_int_equal(place_decode(&q, &back, 7, (view){b.p, cut}), SHG_ECORRUPT);
    buf_add8(&b, 0);
    assert_int_equal(place_decode(&q, &back, 7, buf_view(&b)), SHG_ECORRUPT);
    buf_fini(&b);
}

static void restored_is_as_placed(void **state)
{
    (void)state;
    const arrival scene[] = {
        {1, 0, {{0}}}, {2, 1, {QUOTES(0, 40, 1)}}, {3, 1, {COPY(0)}}, {4, 2, {COPY(2), COPY(0)}}};
    stories *s = play(scene, 4), *t;
    assert_ok(stories_open(&t));
    for (uint32_t doc = 1; doc < 4; doc++) { // the first was deleted and nobody wrote it down
        buf b = {0};
        place *p;
        seat at;
        assert_ok(stories_seat(s, doc, &at));
        place_encode(&b, stories_place_of(s, doc), &at);
        assert_ok(place_decode(&p, &at, doc, buf_view(&b)));
        assert_ok(stories_restore(t, p, &at, 4));
        buf_fini(&b);
    }
    assert_ok(stories_restored(t));
    stories_remove(s, 0);
    for (uint32_t doc = 1; doc < 4; doc++) {
        seat a, b;
        assert_ok(stories_seat(s, doc, &a));
        assert_ok(stories_seat(t, doc, &b));
        assert_true(a.text == b.text && a.story == b.story && a.story_id == b.story_id);
    }
    is_placed(t, 3, 2, 2);
    story_member *m;
    size_t n;
    uint64_t id;
    assert_int_equal(stories_members(t, 9, &m, &n, &id), SHG_ENOTFOUND);
    stories_close(&s);
    stories_close(&t);
}

static void seats_beyond_all_documents_are_corrupt(void **state)
{
    (void)state;
    enum { END = 3 };
    const arrival scene = {1, 0, {{0}}};
    const seat far[] = {{.text = END, .story = 1, .story_id = 7},
                        {.text = 1, .story = END, .story_id = 7},
                        {.text = 1, .story = UINT32_MAX, .story_id = 7},
                        {.text = UINT32_MAX, .story = 1, .story_id = 7}};
    stories *s;
    assert_ok(stories_open(&s));
    place *p = make_place(2, &scene);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        assert_int_equal(stories_restore(s, p, &far[i], END), SHG_ECORRUPT);
    place_free(p);
    assert_ok(stories_restored(s));
    stories_close(&s);
}

static void what_moved_is_to_be_stored(void **state)
{
    (void)state;
    const arrival scene[] = {{30, 0, {{0}}}, {20, 0, {{0}}}, {10, 1, {COPY(0)}}};
    stories *s = play(scene, 2);
    uint32_t docs[4];
    assert_int_equal(stories_changed(s, docs, 4), 2);
    assert_int_equal(stories_unsaved_n(s), 0);
    assert_ok(stories_place(s, make_place(2, &scene[2])));
    assert_int_equal(stories_changed(s, docs, 4), 2); // the newcomer and the old centre
    assert_true(docs[0] + docs[1] == 2 && docs[0] != 1);
    stories_unsaved(s, docs, 2);
    assert_int_equal(stories_unsaved_n(s), 2);
    stories_close(&s);
}

static void stopping_wakes_with_an_error(void **state)
{
    (void)state;
    stories *s = play((arrival[]){{0, 0, {{0}}}}, 1);
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
        cmocka_unit_test(weak_links_do_not_join),
        cmocka_unit_test(one_odd_pair_binds_no_texts),
        cmocka_unit_test(what_is_weeks_apart_is_no_event),
        cmocka_unit_test(two_stories_that_a_newcomer_binds_are_one),
        cmocka_unit_test(who_was_published_first_is_the_centre_though_it_comes_late),
        cmocka_unit_test(the_order_of_arrival_does_not_matter),
        cmocka_unit_test(a_deleted_centre_leaves_its_copies_together),
        cmocka_unit_test(names_are_not_given_twice),
        cmocka_unit_test(a_large_web_takes_newcomers_in),
        cmocka_unit_test(places_read_back),
        cmocka_unit_test(what_is_removed_is_freed),
        cmocka_unit_test(restored_is_as_placed),
        cmocka_unit_test(seats_beyond_all_documents_are_corrupt),
        cmocka_unit_test(what_moved_is_to_be_stored),
        cmocka_unit_test(stopping_wakes_with_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
